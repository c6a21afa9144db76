//go:build amd64 || arm64

package prefetch

// All asks for the cache lines at the addresses of lines.
//
//go:noescape
func All(lines *[Many]uintptr)

// Read asks for the n octets at p, one at least.
func Read(p, n uintptr)

// Write asks for the n octets at p, to be written: another processor that has them
// gives them up.
func Write(p, n uintptr)
