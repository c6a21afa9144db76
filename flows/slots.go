package flows

import "iter"

// slots is an open-addressing table of flow numbers. A slot is 32 bits of hash
// and a flow number plus one; the home of a hash is its low bits, so growing
// never touches a flow. It grows a little with every insertion: no insertion
// waits for all of it. Who finds its home taken looks through the cache line of its home
// before it goes on to the next: that line is not there yet.
type slots struct {
	cur, old []uint64
	n        int // flows in cur and old
	moved    int // slots of old that were emptied
}

const firstSlots = 1 << 10

// lineSlots is how many slots lie in a cache line.
const lineSlots = line / 8

// probe is the n-th slot that hash h looks at, from 0 on, in an array of mask+1 slots, which
// are whole lines.
func probe(h, n, mask uint32) uint32 {
	const in = lineSlots - 1
	return (h&^in + n&^in | (h+n)&in) & mask
}

func (s *slots) init() { s.cur = newSlots(firstSlots) }

// insert adds number v under hash h.
func (s *slots) insert(h uint32, v uint32) {
	if s.old != nil {
		s.move(64)
	} else if (s.n+1)*10 > len(s.cur)*7 {
		s.old, s.cur, s.moved = s.cur, newSlots(2*len(s.cur)), 0
		s.move(64)
	}
	put(s.cur, uint64(h)<<32|uint64(v+1))
	s.n++
}

// slotsCost is how many octets an entry costs at most, while the slots grow.
const slotsCost = 34

// bytes is the memory that the slots reserved.
func (s *slots) bytes() int64 { return int64(len(s.cur)+len(s.old)) * 8 }

// release gives the memory back.
func (s *slots) release() {
	freeSlots(s.cur)
	freeSlots(s.old)
	*s = slots{}
}

// of yields the numbers under hash h.
func (s *slots) of(h uint32) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for _, arr := range [2][]uint64{s.cur, s.old} {
			if arr == nil {
				continue
			}
			mask := uint32(len(arr) - 1)
			for n := uint32(0); n <= mask; n++ {
				e := arr[probe(h, n, mask)]
				if e == 0 {
					break
				}
				if uint32(e>>32) == h && e != gone && !yield(uint32(e)-1) {
					return
				}
			}
		}
	}
}

func put(t []uint64, e uint64) {
	mask := uint32(len(t) - 1)
	for h, n := uint32(e>>32), uint32(0); ; n++ {
		if i := probe(h, n, mask); t[i] == 0 {
			t[i] = e
			return
		}
	}
}

// advance lets e, the first entry under hash h, change places with whoever has its home, if both lie in one line, so
// that it is found at once next time: of the flows that a table holds most have ended. Both are still found, since there
// was no empty slot between either's home and the old places, and there is none before the new ones. Entries under
// one hash stay in order.
func (s *slots) advance(h uint32, e uint64) {
	const in = lineSlots - 1
	home := h & uint32(len(s.cur)-1)
	l, first := s.cur[home&^in:][:lineSlots], home&in
	other, at := l[first], first
	for i, x := range l {
		if x == e {
			at = uint32(i)
		} else if x>>32 == other>>32 && uint32(i) != first {
			return
		}
	}
	l[first], l[at&in] = l[at&in], other
}

// move takes the entries of the next n slots of the old array into the new one.
func (s *slots) move(n int) {
	for ; s.moved < len(s.old) && n > 0; s.moved, n = s.moved+1, n-1 {
		if e := s.old[s.moved]; e != 0 && e != gone {
			put(s.cur, e)
			s.old[s.moved] = gone
		}
	}
	if s.moved == len(s.old) {
		// The garbage collector takes small arrays back; large ones are given to
		// the system by hand.
		freeSlots(s.old)
		s.old = nil
	}
}

// gone marks a slot of the old array whose entry moved: probing goes on past it.
const gone = ^uint64(0)

// remove takes the entry of number v with hash h out.
func (s *slots) remove(h uint32, v uint32) {
	e := uint64(h)<<32 | uint64(v+1)
	if del(s.cur, e, false) || s.old != nil && del(s.old, e, true) {
		s.n--
	}
}

func del(t []uint64, e uint64, tombstone bool) bool {
	mask := uint32(len(t) - 1)
	h, n := uint32(e>>32), uint32(0)
	for ; t[probe(h, n, mask)] != e; n++ {
		if t[probe(h, n, mask)] == 0 || n > mask {
			return false
		}
	}
	i := probe(h, n, mask)
	if tombstone {
		t[i] = gone
		return true
	}
	// Close the gap, so that no probe ends there: whoever came past it takes its place, and
	// leaves a gap further on. Nobody came past it who lies beyond an empty slot.
	for {
		t[i] = 0
		next, ok := passed(t, i)
		if !ok {
			return true
		}
		t[i], i = t[next], next
	}
}

// passed finds an entry that looked at slot i, which is empty now, before it found its place:
// of those under one hash the first, so that they stay in order.
func passed(t []uint64, i uint32) (at uint32, ok bool) {
	const in = lineSlots - 1
	mask := uint32(len(t) - 1)
	for n := uint32(1); n < lineSlots; n++ {
		j := i&^in | (i+n)&in
		if t[j] == 0 {
			return 0, false
		}
		if h := uint32(t[j] >> 32); (i-h)&in < (j-h)&in {
			return j, true
		}
	}
	// Its line was full: who had to go on to a later one came past it.
	for far := uint32(lineSlots); far <= mask; far += lineSlots {
		full := true
		for n := range uint32(lineSlots) {
			j := (i&^in + far | n) & mask
			h := uint32(t[j] >> 32)
			if t[j] == 0 {
				full = false
			} else if (j-h&^in)&mask&^in >= far {
				for n := uint32(0); ; n++ {
					if k := j&^in | (h+n)&in; t[k] != 0 && uint32(t[k]>>32) == h {
						return k, true
					}
				}
			}
		}
		if !full {
			break
		}
	}
	return 0, false
}
