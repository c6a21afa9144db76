package flows

import (
	"syscall"
	"unsafe"
)

const (
	madvHugePage = 14
	hugePage     = 2 << 20
	smallMap     = 64 << 10 // octets that the heap may have: it keeps as much again in reserve
)

// mapped returns n zeroed octets, in huge pages where n is large enough for them
// and the system has them. The memory lives as long as the process: a table
// reuses what it has.
func mapped(n int) []byte {
	if n < smallMap {
		return make([]byte, n)
	}
	if n < hugePage {
		b, err := syscall.Mmap(-1, 0, n, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE|syscall.MAP_POPULATE)
		if err != nil {
			return make([]byte, n)
		}
		return b
	}
	b, err := syscall.Mmap(-1, 0, n+hugePage, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return make([]byte, n)
	}
	_ = syscall.Madvise(b, madvHugePage)
	return align(b, hugePage)[:n]
}

// newSlots returns n zeroed slots.
func newSlots(n int) []uint64 {
	if n*8 < smallMap {
		return make([]uint64, n)
	}
	b, err := syscall.Mmap(-1, 0, n*8, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return make([]uint64, n)
	}
	if len(b) >= 2*hugePage {
		_ = syscall.Madvise(b, madvHugePage)
	}
	return unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(b))), n)
}

// freeSlots gives back what newSlots mapped.
func freeSlots(s []uint64) {
	if len(s)*8 < smallMap {
		return
	}
	// Fails for a slice that had to come from the heap: then it is garbage.
	_ = syscall.Munmap(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*8))
}
