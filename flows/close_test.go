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

// A FIN that acknowledges what was not sent ends nothing, as its receiver throws it away, unless what follows
// proves that the capture lost what it acknowledges.
func TestFINOfUnsent(t *testing.T) {
	open := []sent{{true, syn, 0, 0, 0}, {false, syn | ack, 0, 1, 0}, {true, ack, 1, 1, 0}, {true, ack, 1, 1, 10}, {false, ack, 1, 11, 10}}
	forged, lost := sent{true, fin | ack, 11, 1 << 29, 0}, sent{true, fin | ack, 11, 900000, 0}
	for _, c := range []struct {
		name    string
		pkts    []sent
		close   handshake.Close
		by      handshake.Who
		payload [2]uint64
		frame   uint64
	}{
		{"nothing follows", []sent{forged}, handshake.StillOpen, handshake.Nobody, [2]uint64{10, 10}, 0},
		{"both go on", []sent{forged, {false, ack, 11, 11, 10}, {true, ack, 11, 21, 10}, {false, ack, 21, 21, 0}}, handshake.StillOpen, handshake.Nobody, [2]uint64{20, 20}, 0},
		{"both close later", []sent{forged, {true, ack, 11, 11, 10}, {false, fin | ack, 11, 21, 0}, {true, fin | ack, 21, 12, 0}}, handshake.Closed, handshake.ByResp, [2]uint64{20, 10}, 8},
		{"of both sides", []sent{forged, {false, fin | ack, 11, 1 << 29, 0}, {true, ack, 11, 11, 10}, {false, ack, 11, 21, 10}}, handshake.StillOpen, handshake.Nobody, [2]uint64{20, 20}, 0},
		{"it is acknowledged", []sent{lost, {false, ack, 900000, 12, 0}}, handshake.HalfClosed, handshake.ByOrig, [2]uint64{10, 10}, 6},
		{"it is answered", []sent{lost, {false, fin | ack, 900000, 12, 0}, {true, ack, 12, 900001, 0}}, handshake.Closed, handshake.ByOrig, [2]uint64{10, 10}, 6},
		{"its sender goes on behind it", []sent{lost, {true, ack, 12, 901000, 0}}, handshake.HalfClosed, handshake.ByOrig, [2]uint64{10, 10}, 6},
	} {
		e := late(t, append(open[:5:5], c.pkts...))
		if len(e) != 1 || e[0].J.Verdict != handshake.Completed || e[0].J.Close != c.close || e[0].J.ClosedBy != c.by ||
			[2]uint64{e[0].Orig.Payload, e[0].Resp.Payload} != c.payload || c.close == handshake.HalfClosed && e[0].CloseFrames[0] != c.frame {
			t.Errorf("%s: %d records, the first %v, %v by %v, frames %d, payload %d and %d",
				c.name, len(e), e[0].J.Verdict, e[0].J.Close, e[0].J.ClosedBy, e[0].CloseFrames, e[0].Orig.Payload, e[0].Resp.Payload)
		}
	}
	// Before the connection opened neither side closes it.
	for at := 1; at <= 2; at++ {
		pkts := append(open[:at:at], sent{at == 2, fin | ack, 1, 1 << 29, 0})
		if e := late(t, append(pkts, open[at:]...)); len(e) != 1 || e[0].J.Verdict != handshake.Completed || e[0].J.Close != handshake.StillOpen {
			t.Errorf("at %d: %d records, the first %v, %v", at, len(e), e[0].J.Verdict, e[0].J.Close)
		}
	}
}

// Who closed is told by what the first FIN of each end acknowledges, also where copies of it were captured before it, or alone: who
// sends from behind its FIN and acknowledges less than the other's had not heard that when it closed.
func TestWhoClosedByTheFirstFIN(t *testing.T) {
	open := []sent{{true, syn, 0, 0, 0}, {false, syn | ack, 0, 1, 0}, {true, ack, 1, 1, 0}, {true, ack, 1, 1, 10}, {false, ack, 1, 11, 10}}
	for _, c := range []struct {
		name string
		pkts []sent
		by   handshake.Who
	}{
		{"one answers the other's", []sent{{true, fin | ack, 11, 11, 0}, {false, fin | ack, 11, 12, 0}, {true, ack, 12, 12, 0}}, handshake.ByOrig},
		{"they cross", []sent{{true, fin | ack, 11, 11, 0}, {false, fin | ack, 11, 11, 0}, {true, ack, 12, 12, 0}, {false, ack, 12, 12, 0}}, handshake.ByBoth},
		{"they cross, and a copy answers", []sent{{true, fin | ack, 11, 11, 0}, {false, fin | ack, 11, 11, 0}, {false, fin | ack, 11, 12, 0}, {true, ack, 12, 12, 0}}, handshake.ByBoth},
		{"the copy came before the first", []sent{{true, fin | ack, 11, 11, 0}, {false, fin | ack, 11, 12, 0}, {false, fin | ack, 11, 11, 0}, {true, ack, 12, 12, 0}}, handshake.ByBoth},
		{"the first was missed, what follows it was not", []sent{{true, ack, 12, 11, 0}, {false, fin | ack, 11, 11, 0}, {true, ack, 12, 12, 0}, {true, fin | ack, 11, 12, 0}, {false, ack, 12, 12, 0}}, handshake.ByBoth},
		{"with octets before it", []sent{{true, ack, 32, 11, 0}, {false, fin | ack, 11, 11, 0}, {true, ack, 32, 12, 0}, {true, fin | ack, 11, 12, 20}, {false, ack, 12, 32, 0}}, handshake.ByBoth},
		{"what follows it had heard the other's", []sent{{false, fin | ack, 11, 11, 0}, {true, ack, 12, 12, 0}, {true, fin | ack, 11, 12, 0}, {false, ack, 12, 12, 0}}, handshake.ByResp},
		{"octets were missed, and the FIN came later", []sent{{true, ack, 31, 11, 0}, {false, fin | ack, 11, 31, 0}, {true, ack, 31, 12, 0}, {true, fin | ack, 31, 12, 0}, {false, ack, 12, 32, 0}}, handshake.ByResp},
	} {
		if e := late(t, append(open[:5:5], c.pkts...)); len(e) != 1 || e[0].J.Close != handshake.Closed || e[0].J.ClosedBy != c.by {
			t.Errorf("%s: %d records, %v by %v, want %v", c.name, len(e), e[0].J.Close, e[0].J.ClosedBy, c.by)
		}
	}
}
