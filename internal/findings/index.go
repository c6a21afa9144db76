package findings

import (
	"encoding/binary"
	"hash/maphash"
	"net/netip"
)

// key is a subject as plain numbers, which compare and hash fast.
type key struct {
	actor, target [2]uint64
	rest          uint64 // number of words, port, protocol, which ends there are
}

const (
	hasActor = 1 << iota
	hasTarget
)

func keyOf(s *subject, words uint32) key {
	k := key{rest: uint64(words)<<32 | uint64(s.port)<<16 | uint64(s.proto)<<8}
	if s.actor.IsValid() {
		k.actor = halves(s.actor)
		k.rest |= hasActor
	}
	if s.target.IsValid() {
		k.target = halves(s.target)
		k.rest |= hasTarget
	}
	return k
}

func halves(a netip.Addr) [2]uint64 {
	b := a.As16()
	return [2]uint64{binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])}
}

func whole(h [2]uint64) netip.Addr {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], h[0])
	binary.BigEndian.PutUint64(b[8:], h[1])
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

var seed = maphash.MakeSeed()

func (k *key) hash() uint32 { return uint32(maphash.Comparable(seed, *k)) }

// index finds tracks by key, and knows which is the oldest. Its slots are small, so
// that what a flood of strangers touches stays near the processor.
type index struct {
	slots  []slot   // open addressing, a power of two
	tracks []*track // by number; nil where free
	free   []uint32
	queue  []uint32 // numbers, oldest first: a ring, a power of two
	head   uint32   // of queue
	n      uint32   // tracks there are
}

type slot struct{ tag, num uint32 } // num is one more than the track's number, 0 none

func (x *index) len() int { return int(x.n) }

func (x *index) find(k *key, tag uint32) *track {
	if x.n == 0 {
		return nil
	}
	mask := uint32(len(x.slots) - 1)
	for i := tag & mask; ; i = (i + 1) & mask {
		s := x.slots[i]
		if s.num == 0 {
			return nil
		}
		if s.tag == tag {
			if t := x.tracks[s.num-1]; t.key == *k {
				return t
			}
		}
	}
}

// insert adds a track whose key is not there, as the newest.
func (x *index) insert(t *track) {
	if int(x.n) >= len(x.slots)/2 {
		x.grow()
	}
	num := uint32(len(x.tracks))
	if n := len(x.free); n > 0 {
		num = x.free[n-1]
		x.free = x.free[:n-1]
		x.tracks[num] = t
	} else {
		x.tracks = append(x.tracks, t)
	}
	x.place(slot{t.tag, num + 1})
	x.queue[(x.head+x.n)&uint32(len(x.queue)-1)] = num
	x.n++
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

// oldest is the track that is first in the queue; there must be one.
func (x *index) oldest() *track { return x.tracks[x.queue[x.head]] }

// renew puts the oldest track at the end of the queue.
func (x *index) renew() {
	mask := uint32(len(x.queue) - 1)
	num := x.queue[x.head]
	x.head = (x.head + 1) & mask
	x.queue[(x.head+x.n-1)&mask] = num
}

// remove forgets the oldest track.
func (x *index) remove() {
	num := x.queue[x.head]
	x.head = (x.head + 1) & uint32(len(x.queue)-1)
	x.n--
	mask := uint32(len(x.slots) - 1)
	i := x.tracks[num].tag & mask
	for x.slots[i].num != num+1 {
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
	x.tracks[num] = nil
	x.free = append(x.free, num)
}

// all calls f for every track, oldest first.
func (x *index) all(f func(t *track) bool) {
	for i := range x.n {
		if !f(x.tracks[x.queue[(x.head+i)&uint32(len(x.queue)-1)]]) {
			return
		}
	}
}
