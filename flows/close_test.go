package flows

import (
	"testing"

	"portero/capture"
	"portero/handshake"
)

// In whatever order FINs and RSTs come, of whichever side: FINs of both close, and the first RST resets
// where they did not, or where its own sender says FIN only then and nobody hears it. A RST first, after
// which both say FIN, was heeded by nobody.
func TestCloseInAnyOrder(t *testing.T) {
	type mark struct {
		f    capture.Flags
		orig bool
	}
	marks := []mark{{fin, true}, {fin, false}, {rst, true}, {rst, false}}
	who := func(orig bool) handshake.Who {
		if orig {
			return handshake.ByOrig
		}
		return handshake.ByResp
	}
	check := func(ms []mark, heard bool) {
		s := tell(t, Config{Memory: MinMemory})
		s.open()
		next := map[bool]int64{true: 1, false: 1}
		fins, first := map[bool]int{}, map[capture.Flags]int{} // places plus one
		for i, m := range ms {
			acked := int64(1)
			if heard {
				acked = next[!m.orig]
			}
			if first[m.f] == 0 {
				first[m.f] = i + 1
			}
			if m.f == fin {
				s.pkt(m.orig, fin|ack, 1, acked, 0)
				next[m.orig] = 2
				if fins[m.orig] == 0 {
					fins[m.orig] = i + 1
				}
			} else {
				s.pkt(m.orig, rst|ack, next[m.orig], acked, 0)
			}
		}
		e := s.end(handshake.Completed)[0]
		want, by, suspected := handshake.StillOpen, handshake.Nobody, uint64(0)
		one, other := fins[true], fins[false]
		r := first[rst]
		reset := r != 0 && (one == 0 || other == 0 || r < fins[ms[r-1].orig] && min(one, other) < r)
		switch {
		case reset:
			want, by = handshake.Reset, who(ms[r-1].orig)
		case one != 0 && other != 0:
			want, by = handshake.Closed, handshake.ByBoth
			if heard {
				by = who(one < other)
			}
			if r != 0 && r < min(one, other) {
				suspected = 1
			}
		case one != 0 || other != 0:
			want, by = handshake.HalfClosed, who(one != 0)
		}
		if e.J.Close != want || e.J.ClosedBy != by || e.SuspectedRSTs != suspected {
			t.Errorf("%v, heard %v: %v by %v, %d suspected, want %v by %v, %d", ms, heard, e.J.Close, e.J.ClosedBy, e.SuspectedRSTs, want, by, suspected)
		}
	}
	var longer func(ms []mark, n int)
	longer = func(ms []mark, n int) {
		for _, heard := range []bool{true, false} {
			check(ms, heard)
		}
		for _, m := range marks {
			if n > 0 {
				longer(append(ms[:len(ms):len(ms)], m), n-1)
			}
		}
	}
	longer(nil, 3)
}
