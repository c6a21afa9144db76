package prefetch

import (
	"syscall"
	"unsafe"
)

// InHuge asks that the pages of b, which were not touched yet, be huge ones. Where the system has none
// nothing happens.
func InHuge(b []byte) {
	const madvHugePage = 14
	_ = syscall.Madvise(b, madvHugePage)
}

// Huge returns n zeroed octets of the heap that begin where a huge page does, and lie in huge pages
// where the system has them.
func Huge(n int) []byte {
	b := make([]byte, n+HugePage)
	at := uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	b = b[(HugePage-at%HugePage)%HugePage:][:n:n]
	InHuge(b)
	return b
}
