package flows

import (
	"unsafe"

	"portero/capture"
	"portero/handshake"
)

// drop ends a flow for lack of memory. Its number is free at once, also when
// the wheel still holds it: the flow that takes it inherits the place.
func (t *Table) drop(v uint32, index uint64) {
	f := t.flow(v)
	t.stats.Evicted++
	if f.proto == tcp && f.conn.HalfOpen() {
		t.stats.EvictedHalfOpen++
	}
	if f.proto == tcp {
		t.remember(v)
	}
	t.end(v, index, handshake.EndResources)
	if f.bits&inWheel != 0 {
		f.bits |= spare
		t.spare = append(t.spare, v)
	}
}

// queue remembers flows in the order in which they came.
type queue struct {
	refs []halfOpenRef // a ring, its length a power of two
	head uint32
	n    uint32
	came uint32 // pushed since it was tidied
}

func (q *queue) push(ref halfOpenRef) {
	if int(q.n) == len(q.refs) {
		bigger := refs(newSlots(max(2*len(q.refs), 1024)))
		k := copy(bigger, q.refs[q.head:])
		copy(bigger[k:], q.refs[:q.head])
		q.release()
		q.refs, q.head = bigger, 0
	}
	q.refs[(q.head+q.n)&uint32(len(q.refs)-1)] = ref
	q.n++
	q.came++
}

// refs are slots that hold references instead: of the same size, and given back by
// hand as well.
func refs(s []uint64) []halfOpenRef {
	return unsafe.Slice((*halfOpenRef)(unsafe.Pointer(unsafe.SliceData(s))), len(s))
}

// release gives the memory of the queue back.
func (q *queue) release() {
	freeSlots(unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(q.refs))), len(q.refs)))
	q.refs = nil
}

func (q *queue) pop() halfOpenRef {
	ref := q.refs[q.head]
	q.head = (q.head + 1) & uint32(len(q.refs)-1)
	q.n--
	return ref
}

// tidy leaves out what need not be remembered any more, unless it did so a moment
// ago: a flood of attempts that all stay open must not make it look at all of them
// for every one that comes.
func (q *queue) tidy(keep func(halfOpenRef) bool) {
	if q.came < q.n/2 {
		return
	}
	for range q.n {
		if ref := q.pop(); keep(ref) {
			q.push(ref)
		}
	}
	q.came = 0
}

// stillOpen reports whether the flow that ref means is there and half-open.
func (t *Table) stillOpen(ref halfOpenRef) bool {
	f := t.flow(ref.flow)
	return uint32(f.firstIdx) == ref.first && f.bits&inUse != 0 && f.conn.HalfOpen()
}

// crowded reports whether seven eighths of the flows that the budget allows are
// there.
func (t *Table) crowded() bool {
	return t.made-t.vacant() >= t.maxFlows-t.maxFlows/8
}

// noteHalfOpen enters an attempt. While there is room everything stays; in a
// crowded table attempts keep a quarter of it, and the oldest that still is one
// makes room. Attempts that were answered have a quarter of their own: a flood of
// SYNs from nowhere must not push out those whose third packet is on its way.
func (t *Table) noteHalfOpen(v, first uint32, index uint64) {
	t.asked.push(halfOpenRef{v, first})
	if t.asked.n > t.maxFlows {
		t.asked.tidy(t.stillOpen)
	}
	if !t.crowded() && t.asked.n <= 2*t.maxFlows {
		return
	}
	share := t.maxFlows / 4
	if t.asked.n > share {
		t.asked.tidy(t.stillOpen)
	}
	for t.asked.n > share {
		old := t.asked.pop()
		if !t.stillOpen(old) {
			continue
		}
		if g := t.flow(old.flow); g.pkts[0] == 0 || g.pkts[1] == 0 {
			t.drop(old.flow, index)
			return
		}
		t.answered.push(old)
		if t.answered.n <= share {
			continue
		}
		if old = t.answered.pop(); t.stillOpen(old) {
			t.drop(old.flow, index)
			return
		}
	}
}

// evict ends a flow for lack of memory: of a handful of candidates the one silent
// for longest, attempts first.
func (t *Table) evict(index uint64) bool {
	best, found := uint32(0), false
	var score int64
	for n, seen := uint32(0), 0; n < t.made && seen < 16; n++ {
		v := t.hand
		t.hand = t.after(v)
		f := t.flow(v)
		if f.bits&inUse == 0 {
			continue
		}
		seen++
		s := f.last
		if f.proto == tcp && f.conn.HalfOpen() {
			s -= AttemptLife
		}
		if !found || s < score {
			best, score, found = v, s, true
		}
	}
	if found {
		t.drop(best, index)
	}
	return found
}

// tomb remembers a connection that is gone, so that another on its ports can
// name it.
type tomb struct {
	hash uint64
	id   uint64
	last int64
}

// tombs is a bounded memory of ended connections: one for each hash, and when it is
// full the one that was entered first goes. What is known does not hang on how
// hashes fall.
type tombs struct {
	ring  []tomb
	first int // the oldest, once the ring is full
	max   int
	index slots // of the ring's places
}

const tombSize = 24

func (b *tombs) init(budget int64) {
	b.max = int(max(budget/(tombSize+slotsCost), 1))
	b.index.init()
}

func (b *tombs) bytes() int64 {
	return int64(cap(b.ring))*tombSize + b.index.bytes()
}

func (b *tombs) add(hash, id uint64, last int64) {
	t := tomb{hash, id, last}
	if i, ok := b.at(hash); ok {
		b.ring[i] = t
		return
	}
	i := len(b.ring)
	if i < b.max {
		b.ring = append(b.ring, t)
	} else {
		i = b.first
		b.first = (b.first + 1) % b.max
		b.index.remove(uint32(b.ring[i].hash), uint32(i))
		b.ring[i] = t
	}
	b.index.insert(uint32(hash), uint32(i))
}

// at is the place of the connection with hash.
func (b *tombs) at(hash uint64) (i int, ok bool) {
	if len(b.ring) == 0 {
		return 0, false // of most captures, until the end
	}
	for v := range b.index.of(uint32(hash)) {
		if b.ring[v].hash == hash {
			return int(v), true
		}
	}
	return 0, false
}

func (b *tombs) find(p *capture.Packet) (tomb, bool) {
	if i, ok := b.at(tombHash(p.Hash, p.Seg)); ok {
		return b.ring[i], true
	}
	return tomb{}, false
}

// rename gives the tomb of a connection its id.
func (b *tombs) rename(hash, from, to uint64) {
	if i, ok := b.at(hash); ok && b.ring[i].id == from {
		b.ring[i].id = to
	}
}

func tombHash(h uint64, seg uint32) uint64 { return h ^ uint64(seg)*0x9e3779b97f4a7c15 }
