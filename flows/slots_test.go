package flows

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// The slots find everything that was put in, while they grow.
func TestSlots(t *testing.T) {
	var s slots
	s.init()
	const n = 50_000
	h := func(i int) uint32 { return uint32(i) * 2654435761 }
	for i := range n {
		s.insert(h(i), uint32(i))
		if i%3 == 0 && i > 0 {
			s.remove(h(i/2), uint32(i/2))
			s.insert(h(i/2), uint32(i/2))
		}
	}
	found := 0
	for i := range n {
		for v := range s.of(h(i)) {
			if v == uint32(i) {
				found++
			}
		}
	}
	if found != n || s.n != n {
		t.Errorf("%d of %d found, %d counted", found, n, s.n)
	}
}

// Crowded slots, where lines are full and many entries have one hash, give what was put in
// under each hash in that order, whatever was taken out or went to its home meanwhile.
func TestSlotsCrowded(t *testing.T) {
	advanced := 0
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		size := 64 << r.IntN(3)
		hashes := 1 + r.IntN(size)
		arr := make([]uint64, size)
		s := slots{cur: arr}
		want := map[uint32][]uint32{}
		var in []uint64
		for v := range uint32(2000) {
			if len(in) > 0 && r.IntN(2) == 0 {
				h := uint32(in[r.IntN(len(in))] >> 32)
				s.advance(h, uint64(h)<<32|uint64(want[h][0]+1))
				if home := arr[h&uint32(size-1)]; uint32(home>>32) == h {
					advanced++
				}
			} else if room := size*7/10 - len(in); room > 0 && (len(in) == 0 || r.IntN(size) < 2*room) {
				h := uint32(r.IntN(hashes)) * 0x01000193
				put(s.cur, uint64(h)<<32|uint64(v+1))
				want[h] = append(want[h], v)
				in = append(in, uint64(h)<<32|uint64(v))
			} else {
				i := r.IntN(len(in))
				h, v := uint32(in[i]>>32), uint32(in[i])
				in[i] = in[len(in)-1]
				in = in[:len(in)-1]
				if !del(s.cur, uint64(h)<<32|uint64(v+1), false) {
					t.Fatalf("seed %d: %x %d is not there", seed, h, v)
				}
				want[h] = slices.DeleteFunc(want[h], func(u uint32) bool { return u == v })
			}
			for h, all := range want {
				if got := slices.Collect(s.of(h)); !slices.Equal(got, all) {
					t.Fatalf("seed %d: under %x lie %d, want %d", seed, h, got, all)
				}
			}
		}
	}
	if advanced < 1000 {
		t.Errorf("%d lie in their home after they were to go there", advanced)
	}
}

// Of entries whose home is the same slot the one asked for last lies there.
func TestSlotsAdvance(t *testing.T) {
	var s slots
	s.init()
	const home = 5
	for v := range uint32(6) {
		s.insert(home+v*firstSlots, v)
	}
	for _, v := range []uint32{4, 0, 5, 5, 3} {
		h := home + v*firstSlots
		s.advance(h, uint64(h)<<32|uint64(v+1))
		if got := uint32(s.cur[home]) - 1; got != v {
			t.Errorf("%d lies there, want %d", got, v)
		}
		for u := range uint32(6) {
			if got := slices.Collect(s.of(home + u*firstSlots)); !slices.Equal(got, []uint32{u}) {
				t.Errorf("%d: %d is found", u, got)
			}
		}
	}
}
