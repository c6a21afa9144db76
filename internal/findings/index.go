package findings

import (
	"encoding/binary"
	"math/bits"
	"math/rand/v2"
	"net/netip"
	"unsafe"

	"portero/internal/prefetch"
)

// key is a subject as plain numbers, which compare and hash fast.
type key struct {
	actor, target halves
	rest          uint64 // number of words, port, protocol, which ends there are
}

const (
	hasActor = 1 << iota
	hasTarget
)

func keyOf(s *subject, words uint32) (k topic) {
	var ends [2]end
	var a, t *end
	if s.actor.IsValid() {
		a = &ends[0]
		a.set(s.actor)
	}
	if s.target.IsValid() {
		t = &ends[1]
		t.set(s.target)
	}
	k.set(a, t, words, s.proto, s.port)
	return k
}

// end is one end of a record, read once for all the keys it is part of.
type end struct {
	addr netip.Addr
	half halves
	hash uint64
}

// set makes e, which is zero, the end a. Like topic.set and insert it sets field by field, here and in the caller's memory: to
// copy in large pieces what was just written in small ones waits until all that was
// written before is done, and a record is much that was written.
func (e *end) set(a netip.Addr) {
	e.addr, e.half = a, halvesOf(a)
	e.hash = mix(e.half.hi^seed[0], e.half.lo^seed[1])
}

// topic is a key with its hash.
type topic struct {
	key
	tag uint32
}

// set makes k, which is zero, the key of what actor did to target; either may be nil.
func (k *topic) set(actor, target *end, words uint32, proto uint8, port uint16) {
	k.rest = uint64(words)<<32 | uint64(port)<<16 | uint64(proto)<<8
	a, t := seed[2], seed[3]
	if actor != nil {
		k.actor.hi, k.actor.lo = actor.half.hi, actor.half.lo
		k.rest |= hasActor
		a ^= actor.hash
	}
	if target != nil {
		k.target.hi, k.target.lo = target.half.hi, target.half.lo
		k.rest |= hasTarget
		t ^= target.hash
	}
	k.tag = uint32(mix(mix(a, t)^k.rest, seed[4]) >> 32)
}

// halves are an address as two numbers. (Not an array: the compiler keeps only the
// fields of structs in registers.)
type halves struct{ hi, lo uint64 }

func halvesOf(a netip.Addr) halves {
	if a.Is4() {
		b := a.As4()
		return halves{lo: 0xffff<<32 | uint64(binary.BigEndian.Uint32(b[:]))}
	}
	b := a.As16()
	return halves{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}
}

func whole(h halves) netip.Addr {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], h.hi)
	binary.BigEndian.PutUint64(b[8:], h.lo)
	return netip.AddrFrom16(b).Unmap()
}

// subject is what k was made of; its addresses are never IPv4 in IPv6.
func (k *key) subject() subject {
	s := subject{proto: uint8(k.rest >> 8), port: uint16(k.rest >> 16)}
	if k.rest&hasActor != 0 {
		s.actor = whole(k.actor)
	}
	if k.rest&hasTarget != 0 {
		s.target = whole(k.target)
	}
	return s
}

// seed makes the hashes of every process differ, so that nobody can choose addresses
// that collide. Odd, so that none is zero.
var seed = [5]uint64{rand.Uint64() | 1, rand.Uint64() | 1, rand.Uint64() | 1, rand.Uint64() | 1, rand.Uint64() | 1}

// mix makes one number of two, all of whose bits depend on all of theirs.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// index finds tracks by key, and those seen once, and knows which is the oldest. Its slots are small, so
// that what a flood of strangers touches stays near the processor: who goes is told
// by its mark alone, and its track is not read again but written by who comes.
type index struct {
	slots  []slot   // open addressing, a power of two
	tracks []*track // by number; what is free keeps its place in memory
	marks  []stamp  // by number
	free   []uint32
	queue  []uint32 // numbers, oldest first: a ring, a power of two
	head   uint32   // of queue
	n      uint32   // tracks there are
	slab   []track  // that new ones are cut from
	ones   onces
}

// slot is where a key is found: num is one more than the track's number, or a position with
// onceBit, 0 none.
type slot struct{ tag, num uint32 }

// stamp is what is needed of a track to forget it.
type stamp struct {
	tag   uint32 // hash of its key
	cost  uint32 // octets booked beside trackBytes
	keeps bool   // had more than two events
	again bool   // second chance at eviction
	room  room
}

// room is what a free track still has for events.
type room uint8

const (
	noRoom   room = iota
	oneRoom       // that in the track itself
	moreRoom      // what its events say
)

func (x *index) len() int { return int(x.n) }

// home is where k is looked up; before there is anything it is nowhere, for which to
// ask does no harm.
func (x *index) home(k *topic) uintptr {
	return uintptr(unsafe.Pointer(unsafe.SliceData(x.slots))) + uintptr(k.tag&uint32(len(x.slots)-1))*unsafe.Sizeof(slot{})
}

// held is how many subjects there are, of either kind.
func (x *index) held() int { return int(x.n) + x.ones.live }

// lookup is the number that k has in its slot, 0 where it has none.
func (x *index) lookup(k *topic) uint32 {
	if len(x.slots) == 0 {
		return 0
	}
	mask := uint32(len(x.slots) - 1)
	for i := k.tag & mask; ; i = (i + 1) & mask {
		s := x.slots[i]
		if s.num == 0 {
			return 0
		}
		if s.tag == k.tag && *x.keyOf(s.num) == k.key {
			return s.num
		}
	}
}

// keyOf is the key of what has number num.
func (x *index) keyOf(num uint32) *key {
	if num&onceBit != 0 {
		return &x.ones.at(num &^ onceBit).key
	}
	return &x.tracks[num-1].key
}

// insert makes a track of a key that is not there, as the newest.
func (x *index) insert(k *topic) *track {
	if x.held() >= len(x.slots)/2 {
		x.grow()
	}
	var num uint32
	if n := len(x.free); n > 0 {
		num = x.free[n-1]
		x.free = x.free[:n-1]
	} else {
		num = uint32(len(x.tracks))
		if len(x.slab) == 0 {
			x.slab = make([]track, min(1+len(x.tracks)/8, 64))
			prefetch.Pages(x.slab[:0])
		}
		x.tracks, x.marks = append(x.tracks, &x.slab[0]), append(x.marks, stamp{})
		x.slab = x.slab[1:]
	}
	t, m := x.tracks[num], &x.marks[num]
	events := t.events[:0]
	*t = track{}
	switch m.room {
	case noRoom:
	case oneRoom:
		t.events = t.one[:0]
	default:
		t.events = events
	}
	t.actor.hi, t.actor.lo, t.target.hi, t.target.lo, t.rest, t.num = k.actor.hi, k.actor.lo, k.target.hi, k.target.lo, k.rest, num
	*m = stamp{tag: k.tag}
	x.place(slot{k.tag, num + 1})
	x.queue[(x.head+x.n)&uint32(len(x.queue)-1)] = num
	x.n++
	return t
}

func (x *index) place(s slot) {
	mask := uint32(len(x.slots) - 1)
	i := s.tag & mask
	for x.slots[i].num != 0 {
		i = (i + 1) & mask
	}
	x.slots[i] = s
}

func (x *index) grow() {
	old, ring := x.slots, x.queue
	x.slots = make([]slot, max(16, 2*len(old)))
	prefetch.Pages(x.slots[:0])
	for _, s := range old {
		if s.num != 0 {
			x.place(s)
		}
	}
	x.queue = make([]uint32, len(x.slots)/2)
	for i := range x.n {
		x.queue[i] = ring[(x.head+i)&uint32(len(ring)-1)]
	}
	x.head = 0
}

// oldest is the number of the track that is first in the queue; there must be one.
func (x *index) oldest() uint32 { return x.queue[x.head] }

// renew puts the oldest track at the end of the queue.
func (x *index) renew() {
	mask := uint32(len(x.queue) - 1)
	num := x.queue[x.head]
	x.head = (x.head + 1) & mask
	x.queue[(x.head+x.n-1)&mask] = num
}

// remove forgets the oldest track. Its mark says what its memory still holds.
func (x *index) remove() {
	num := x.queue[x.head]
	x.head = (x.head + 1) & uint32(len(x.queue)-1)
	x.n--
	x.unslot(x.marks[num].tag, num+1)
	x.free = append(x.free, num)
	if x.n > 0 {
		x.foresee()
	}
}

// unslot takes num, which is there under tag, out of the slots.
func (x *index) unslot(tag, num uint32) {
	mask := uint32(len(x.slots) - 1)
	i := tag & mask
	for x.slots[i].num != num {
		i = (i + 1) & mask
	}
	// Those behind it move up unless that puts them before their place.
	for j := (i + 1) & mask; x.slots[j].num != 0; j = (j + 1) & mask {
		if home := x.slots[j].tag & mask; (j-home)&mask >= (j-i)&mask {
			x.slots[i] = x.slots[j]
			i = j
		}
	}
	x.slots[i] = slot{}
}

// foresee asks for what forgetting the next track will touch, and who comes in its place, and for what it takes
// to do so for one that follows soon.
func (x *index) foresee() {
	num := x.oldest()
	const soon = 3
	if x.n > soon {
		later := x.queue[(x.head+soon)&uint32(len(x.queue)-1)]
		prefetch.Read(uintptr(unsafe.Pointer(&x.marks[later])), 1)
		prefetch.Read(uintptr(unsafe.Pointer(&x.tracks[later])), 1)
	}
	home := &x.slots[x.marks[num].tag&uint32(len(x.slots)-1)]
	prefetch.Read(uintptr(unsafe.Pointer(home)), unsafe.Sizeof(*home))
	prefetch.Write(uintptr(unsafe.Pointer(x.tracks[num])), unsafe.Sizeof(track{}))
}

// all calls f for every track, oldest first.
func (x *index) all(f func(t *track) bool) {
	for i := range x.n {
		if !f(x.tracks[x.queue[(x.head+i)&uint32(len(x.queue)-1)]]) {
			return
		}
	}
}
