package flows

import (
	"sync"
	"unsafe"
)

// Pool hands out zeroed memory without pointers in large pieces, to one table or
// to several of different goroutines. Where the system has huge pages it asks for
// them: a table of a million flows is read at random, and with small pages every
// read would miss the TLB as well. The zero value is ready.
type Pool struct {
	mu     sync.Mutex
	left   []byte
	handed int
	own    [][]byte // what the system gave
}

// Once so much was handed out the system is asked for bigPiece at a time. Only
// those of its pages that are used cost anything.
const (
	manySmall = 8 << 20
	bigPiece  = 64 << 20
)

// take returns n octets at the start of a cache line.
func (p *Pool) take(n int) unsafe.Pointer {
	n = (n + line - 1) &^ (line - 1)
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.left) < n {
		size := n
		if p.handed >= manySmall {
			size = max(bigPiece, n)
		}
		whole, b := mapped(size)
		if whole != nil {
			p.own = append(p.own, whole)
		}
		p.left = b
	}
	p.handed += n
	at := unsafe.Pointer(unsafe.SliceData(p.left))
	p.left = p.left[n:]
	return at
}

// Release gives the memory back. The tables that have their flows in it must not
// be used any more.
func (p *Pool) Release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, b := range p.own {
		unmap(b)
	}
	p.own, p.left, p.handed = nil, nil, 0
}

// align drops octets from the start of b so that it starts at a multiple of n.
func align(b []byte, n uintptr) []byte {
	at := uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	return b[(n-at%n)%n:]
}

// Live is how many flows there are.
func (t *Table) Live() uint64 { return t.stats.Live }

// Stats returns what the table did so far.
func (t *Table) Stats() Stats {
	s := t.stats
	s.DataFull += t.shelf.Full
	s.Bytes = t.room() + t.shelf.Bytes() +
		t.slots.bytes() + t.tombs.bytes() + t.embryos.bytes() + int64(cap(t.asked.refs)+cap(t.answered.refs))*8 + t.recent.bytes()
	return s
}
