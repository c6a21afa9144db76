package flows

import (
	"sync"
	"syscall"
	"unsafe"

	"portero/internal/prefetch"
)

const (
	hugePage = prefetch.HugePage
	smallMap = 64 << 10 // octets that the heap may have: it keeps as much again in reserve
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
	whole, b = huge(n)
	if b == nil {
		return nil, make([]byte, n)
	}
	return whole, b
}

func unmap(b []byte) { _ = syscall.Munmap(b) }

// huge returns n octets in huge pages, where the system has them, and what they lie in;
// nil where there is no memory.
func huge(n int) (whole, b []byte) {
	whole, err := syscall.Mmap(-1, 0, n+hugePage, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return nil, nil
	}
	prefetch.InHuge(whole)
	return whole, align(whole, hugePage)[:n]
}

// newSlots returns n zeroed slots, a power of two. All of them are used soon and looked at before:
// small pages are asked for at once, since one that is read first is made twice, and
// the second time all processors are stopped for a moment.
func newSlots(n int) []uint64 {
	var b []byte
	switch {
	case n*8 < smallMap:
		s := make([]uint64, n)
		prefetch.Pages(s[:0])
		return s
	case n*8 < smallShare:
		b, _ = syscall.Mmap(-1, 0, n*8, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE|syscall.MAP_POPULATE)
	default:
		b = shared.take(n * 8)
	}
	if b == nil {
		return make([]uint64, n+1)[1:] // at no page's start, so that freeSlots cannot take it from the heap
	}
	return unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(b))), n)
}

// freeSlots gives back what newSlots mapped. Slots that had to come from the heap it leaves
// to the garbage collector.
func freeSlots(s []uint64) {
	b := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s)*8)
	switch {
	case len(b) < smallMap:
	case len(b) < smallShare:
		_ = syscall.Munmap(b)
	default:
		shared.release(b)
	}
}

// sharing are huge pages that arrays of slots of one size share, those of several tables.
// Slots are read at random, and the small pages of all of them together are more than the
// processor can keep the places of.
type sharing struct {
	mu    sync.Mutex
	at    map[uintptr]*share // by address
	begun map[int]*share     // those with room for one more array, by its size
}

type share struct {
	whole, left []byte
	live        int // arrays in use
}

// smallShare is the least array that shares huge pages, in octets.
const smallShare = 256 << 10

var shared = sharing{at: map[uintptr]*share{}, begun: map[int]*share{}}

// take returns n zeroed octets, a power of two; nil where there is no memory.
func (x *sharing) take(n int) []byte {
	x.mu.Lock()
	defer x.mu.Unlock()
	s := x.begun[n]
	if s == nil {
		size := max(n, hugePage)
		whole, b := huge(size)
		if b == nil {
			return nil
		}
		for i := 0; i < size; i += hugePage {
			b[i] = 0 // a page that is read first is made twice
		}
		s = &share{whole: whole, left: b}
		x.at[addressOf(b)], x.begun[n] = s, s
	}
	b := s.left[:n:n]
	s.live++
	if s.left = s.left[n:]; len(s.left) == 0 {
		delete(x.begun, n)
	}
	return b
}

// release gives back what take returned. No array takes the place of another: tables of
// one capture grow at about the same time, and the last to go gives the pages back.
func (x *sharing) release(b []byte) {
	x.mu.Lock()
	defer x.mu.Unlock()
	at := addressOf(b) &^ (hugePage - 1)
	s := x.at[at]
	if s == nil {
		return
	}
	if s.live--; s.live > 0 {
		return
	}
	delete(x.at, at)
	if x.begun[len(b)] == s {
		delete(x.begun, len(b))
	}
	unmap(s.whole)
}

func addressOf(b []byte) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(b))) }
