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
// and the system has them, and what unmap gives back of it, nil where the garbage
// collector does that.
func mapped(n int) (whole, b []byte) {
	if n < smallMap {
		return nil, align(make([]byte, n+line), line)[:n]
	}
	if n < hugePage {
		b, err := syscall.Mmap(-1, 0, n, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE|syscall.MAP_POPULATE)
		if err != nil {
			return nil, make([]byte, n)
		}
		return b, b
	}
	whole, err := syscall.Mmap(-1, 0, n+hugePage, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return nil, make([]byte, n)
	}
	_ = syscall.Madvise(whole, madvHugePage)
	return whole, align(whole, hugePage)[:n]
}

func unmap(b []byte) { _ = syscall.Munmap(b) }

// newSlots returns n zeroed slots. All of them are used soon and looked at before:
// small pages are asked for at once, since one that is read first is made twice, and
// the second time all processors are stopped for a moment.
func newSlots(n int) []uint64 {
	if n*8 < smallMap {
		return make([]uint64, n)
	}
	flags := syscall.MAP_ANON | syscall.MAP_PRIVATE
	large := n*8 >= 2*hugePage
	if !large {
		flags |= syscall.MAP_POPULATE
	}
	b, err := syscall.Mmap(-1, 0, n*8, syscall.PROT_READ|syscall.PROT_WRITE, flags)
	if err != nil {
		return make([]uint64, n+1)[1:] // at no page's start, so that freeSlots cannot take it from the heap
	}
	if large {
		_ = syscall.Madvise(b, madvHugePage)
	}
	return unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(b))), n)
}

// freeSlots gives back what newSlots mapped.
func freeSlots(s []uint64) {
	if len(s)*8 < smallMap {
		return
	}
	// Fails for a slice that had to come from the heap, which collects it.
	_ = syscall.Munmap(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*8))
}
