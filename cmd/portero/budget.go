package main

import (
	"fmt"
	"strconv"
)

// What a process addresses beside the connections it follows: the program, its heap, blocks of
// the capture, and what Go's runtime keeps addresses for, as measured.
const (
	besideBudget   = 1400 << 20
	besideBudget32 = 512 << 20
	address32      = besideBudget32 + 1<<30 // what any system leaves a program where addresses have 32 bits
)

// size reads what --memory says: "64MB", "1G", "500000". It is no more than this process
// may address: to ask for more ends a Go program in the middle of its work.
func size(s string) (int64, error) {
	n, err := sizeOf("--memory", s)
	return budget(n, strconv.IntSize, addressable()), err
}

// budget is what of asked octets connections can have where addresses have so many bits, and may are
// allowed (0: all).
func budget(asked int64, bits int, may uint64) int64 {
	beside := uint64(besideBudget)
	if bits == 32 {
		beside = besideBudget32
		if may == 0 || may > address32 {
			may = address32
		}
	}
	if may == 0 || may > 1<<50 {
		return asked
	}
	return min(asked, int64(max(may, beside+leastMemory)-beside))
}

// warnOfMemory says once that --memory is more, or less, than what is used of it.
func (a *app) warnOfMemory(o *readFlags, mem int64) {
	if o.quiet || a.warned {
		return
	}
	asked, _ := sizeOf("--memory", o.memory)
	l := a.tongue()
	said := ""
	switch {
	case mem < asked:
		said = fmt.Sprintf(l.Pick("--memory %s: this process cannot address so much; flows are followed with %dM", "--memory %s: este proceso no puede direccionar tanto; los flujos se siguen con %dM"), o.memory, mem>>20)
	case mem < leastMemory:
		said = fmt.Sprintf(l.Pick("--memory %s: flows are followed with 8M at least", "--memory %s: los flujos se siguen con 8M como mínimo"), o.memory)
	default:
		return
	}
	a.warned = true
	fmt.Fprintf(a.err, "portero: %s\n", printable(said))
}
