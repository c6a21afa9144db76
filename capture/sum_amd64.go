package capture

import "golang.org/x/sys/cpu"

// wide says that the processor can do sumWide.
var wide = cpu.X86.HasAVX2

// sumWide adds the lower and the upper halves of the n octets at p, as little-endian words of
// 64 bits. n is a multiple of 64, more than 0 and less than where the sums run over (two gigabytes).
//
//go:noescape
func sumWide(p *byte, n int) (lo, hi uint64)
