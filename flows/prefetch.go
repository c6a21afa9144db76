//go:build amd64 || arm64

package flows

// prefetch asks for the cache lines at n addresses. Unlike a read it is over at
// once: the processor goes on with what it has while they come, and addresses
// that are not there do no harm. Go has no word for it.
//
//go:noescape
func prefetch(lines *uintptr, n int)
