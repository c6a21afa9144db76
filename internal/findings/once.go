package findings

import (
	"unsafe"

	"portero/internal/prefetch"
)

// once is a subject that was seen once, as most are: what its track would hold then, in two cache
// lines, without pointers.
type once struct {
	key
	event
	a, b  uint64 // as in a track
	other halves // its other end, where it has one
	has   bool
	_     [15]byte // to whole cache lines
}

// slab are those who came one after another, and what is needed of them to forget them.
type slab struct {
	ones  [slabOnce]once
	tags  [slabOnce]uint32 // hashes of their keys
	moved uint64           // a bit for each that was seen again: it has a track now
}

const (
	slabOnce = 64 // bits of moved
	// onceBit marks a number in the index as the position of a once.
	onceBit = 1 << 31
	// onceBytes is what a once is booked with, with its places in the index.
	onceBytes = int64(unsafe.Sizeof(once{})) + 48
)

// onces are those seen once, in the order in which they came.
type onces struct {
	slabs      []*slab // a ring, its length a power of two
	idle       *slab   // one that was left by all
	head, tail uint32  // positions: of the oldest, and of the next to come
	live       int     // that did not move
}

// onePast is the position after pos.
func onePast(pos uint32) uint32 { return (pos + 1) &^ onceBit }

// span is how many places are taken, those of who moved included.
func (x *onces) span() int { return int((x.tail - x.head) &^ onceBit) }

func (x *onces) slab(pos uint32) *slab { return x.slabs[pos/slabOnce&uint32(len(x.slabs)-1)] }

func (x *onces) at(pos uint32) *once { return &x.slab(pos).ones[pos%slabOnce] }

// gone reports whether who had this position has a track now.
func (x *onces) gone(pos uint32) bool { return x.slab(pos).moved>>(pos%slabOnce)&1 != 0 }

func (x *onces) tag(pos uint32) uint32 { return x.slab(pos).tags[pos%slabOnce] }

// push is the place of the next one, whose key has this hash, and its position. What is there is of
// whoever had it before.
func (x *onces) push(tag uint32) (o *once, pos uint32) {
	pos = x.tail
	if pos%slabOnce == 0 || len(x.slabs) == 0 {
		if n := uint32(len(x.slabs)); n == 0 || x.slabs[pos/slabOnce&(n-1)] != nil {
			x.widen()
		}
		s := &x.slabs[pos/slabOnce&uint32(len(x.slabs)-1)]
		if *s, x.idle = x.idle, nil; *s == nil {
			*s = new(slab)
		}
		(*s).moved = 0
	}
	x.tail = onePast(pos)
	s := x.slab(pos)
	s.tags[pos%slabOnce] = tag
	return &s.ones[pos%slabOnce], pos
}

// widen doubles the ring.
func (x *onces) widen() {
	old := x.slabs
	x.slabs = make([]*slab, max(4, 2*len(old)))
	for n := range uint32(len(old)) {
		i := x.head/slabOnce + n
		x.slabs[i&uint32(len(x.slabs)-1)] = old[i&uint32(len(old)-1)]
	}
}

// pop leaves the oldest place.
func (x *onces) pop() {
	if x.head%slabOnce == slabOnce-1 {
		s := &x.slabs[x.head/slabOnce&uint32(len(x.slabs)-1)]
		x.idle, *s = *s, nil
	}
	x.head = onePast(x.head)
}

// sight books the first event of k, with another end where other is not nil and the sums a and b, where
// one event makes no finding. Where k was seen before nothing is booked, and its track returned.
func (s *store) sight(k *topic, e *event, other *end, a, b uint64) *track {
	if num := s.lookup(k); num != 0 {
		return s.known(k, num)
	}
	for int64(s.ones.span())*onceBytes >= s.limit/onceMost && s.ones.span() > 0 {
		s.forget()
	}
	s.makeRoom(onceBytes)
	if s.held() >= len(s.slots)/2 {
		s.grow()
	}
	o, pos := s.ones.push(k.tag)
	o.actor.hi, o.actor.lo, o.target.hi, o.target.lo, o.rest = k.actor.hi, k.actor.lo, k.target.hi, k.target.lo, k.rest
	o.event.set(e)
	o.a, o.b, o.has = a, b, other != nil
	if o.has {
		o.other.hi, o.other.lo = other.half.hi, other.half.lo
	}
	s.place(slot{k.tag, onceBit | pos})
	s.ones.live++
	s.bytes += onceBytes
	return nil
}

// known is the track of k, which the index has under num: one seen once gets a track.
func (s *store) known(k *topic, num uint32) *track {
	if num&onceBit == 0 {
		s.marks[num-1].again = false
		return s.tracks[num-1]
	}
	pos := num &^ onceBit
	o := *s.ones.at(pos)
	s.unslot(k.tag, num)
	s.ones.slab(pos).moved |= 1 << (pos % slabOnce)
	s.ones.live--
	t := s.begin(k)
	s.add(t, &o.event)
	t.a, t.b = o.a, o.b
	if o.has {
		s.host(t, whole(o.other))
	}
	return t
}

// track is what o would be.
func (o *once) track() *track {
	t := &track{key: o.key, total: 1, first: o.at, last: o.at, a: o.a, b: o.b}
	t.one[0].set(&o.event)
	t.events = t.one[:]
	if o.has {
		t.hosts.add(whole(o.other))
	}
	return t
}

// forget drops the oldest that was seen once.
func (s *store) forget() {
	x := &s.ones
	if !x.gone(x.head) {
		s.unslot(x.tag(x.head), onceBit|x.head)
		x.live--
		s.dropped++
	}
	x.pop()
	s.bytes -= onceBytes
	const soon = 3 // as foresee
	if x.span() > soon {
		tag := x.tag((x.head + soon) &^ onceBit)
		home := &s.slots[tag&uint32(len(s.slots)-1)]
		prefetch.Read(uintptr(unsafe.Pointer(home)), unsafe.Sizeof(*home))
	}
}

// onceShare is the part of a store that those seen once have for themselves; more of it as long as
// others leave it.
const onceShare = 8

// onceMost is the part of a store that those seen once never have more of: what is beyond the processor's caches
// costs every record more than what one more of them is worth, and others have the rest to themselves.
const onceMost = 3

// makeRoom forgets until there is room for n octets, or nobody is left.
func (s *store) makeRoom(n int64) {
	for s.bytes+n > s.room() {
		if !s.reclaim() && !s.forgetOne(true) {
			return
		}
	}
}

// forgetOne forgets one, or borrows room for it where that is wanted and there is some. False is that nobody is left.
func (s *store) forgetOne(borrows bool) bool {
	switch span := int64(s.ones.span()); {
	case borrows && s.len() > 0 && s.borrow():
	case span > 0 && (s.len() == 0 || span*onceBytes > s.limit/onceShare):
		s.forget()
	case s.len() > 0:
		s.evict()
	default:
		return false
	}
	return true
}

// all calls f for the track of every subject, those seen once first, each oldest first. What f does to the
// track of one seen once is lost.
func (s *store) all(f func(t *track) bool) {
	for pos := s.ones.head; pos != s.ones.tail; pos = onePast(pos) {
		if !s.ones.gone(pos) && !f(s.ones.at(pos).track()) {
			return
		}
	}
	for t := range s.index.all {
		if !f(t) {
			return
		}
	}
}
