package prefetch

import (
	"syscall"
	"unsafe"
)

// Huge returns n zeroed octets of the heap that begin where a huge page does, and lie in huge pages
// where the system has them.
func Huge(n int) []byte {
	b := make([]byte, n+HugePage)
	at := uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	b = b[(HugePage-at%HugePage)%HugePage:][:n:n]
	const madvHugePage = 14
	_ = syscall.Madvise(b, madvHugePage)
	return b
}
