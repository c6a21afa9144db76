package flows

import "unsafe"

// arena hands out zeroed memory without pointers in large pieces. Where the
// system has huge pages it asks for them: a table of a million flows is read at
// random, and with small pages every read would miss the TLB as well.
type arena struct {
	left []byte
}

// bigChunk is the size of the pieces asked of the system once a table has grown
// beyond a few of them.
const bigChunk = 32 << 20

func (a *arena) take(n int, big bool) unsafe.Pointer {
	n = (n + 63) &^ 63
	if len(a.left) < n {
		size := n
		if big {
			size = max(bigChunk, n)
		}
		a.left = mapped(size)
	}
	p := unsafe.Pointer(unsafe.SliceData(a.left))
	a.left = a.left[n:]
	return p
}

// align drops octets from the start of b so that it starts at a multiple of n.
func align(b []byte, n uintptr) []byte {
	at := uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	return b[(n-at%n)%n:]
}
