package flows

import "iter"

// slots is an open-addressing table of flow numbers. A slot is 32 bits of hash
// and a flow number plus one; the home of a hash is its low bits, so growing
// never touches a flow. It grows a little with every insertion: no insertion
// waits for all of it.
type slots struct {
	cur, old []uint64
	n        int // flows in cur and old
	moved    int // slots of old that were emptied
}

const firstSlots = 1 << 10

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
			for i, n := h&mask, uint32(0); arr[i] != 0 && n <= mask; i, n = (i+1)&mask, n+1 {
				if e := arr[i]; uint32(e>>32) == h && e != gone && !yield(uint32(e)-1) {
					return
				}
			}
		}
	}
}

func put(t []uint64, e uint64) {
	mask := uint32(len(t) - 1)
	for i := uint32(e>>32) & mask; ; i = (i + 1) & mask {
		if t[i] == 0 {
			t[i] = e
			return
		}
	}
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
	i := uint32(e>>32) & mask
	for n := uint32(0); t[i] != e; i = (i + 1) & mask {
		if t[i] == 0 || n > mask {
			return false
		}
		n++
	}
	if tombstone {
		t[i] = gone
		return true
	}
	// Close the gap, so that no probe runs longer than it must.
	for {
		t[i] = 0
		j := i
		for {
			j = (j + 1) & mask
			if t[j] == 0 {
				return true
			}
			home := uint32(t[j]>>32) & mask
			if (j-home)&mask >= (j-i)&mask {
				break
			}
		}
		t[i] = t[j]
		i = j
	}
}
