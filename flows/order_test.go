package flows

import (
	"slices"
	"testing"

	"portero/capture"
	"portero/handshake"
)

// sent is one packet of a story; seq and ack are relative.
type sent struct {
	orig     bool
	flags    capture.Flags
	seq, ack int64
	n        uint32
}

// orders calls each with every order of n things.
func orders(n int, each func(order []int)) {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	var from func(k int)
	from = func(k int) {
		if k == n {
			each(order)
		}
		for i := k; i < n; i++ {
			order[k], order[i] = order[i], order[k]
			from(k + 1)
			order[k], order[i] = order[i], order[k]
		}
	}
	from(0)
}

// Capture order does not matter: in whatever order the first frames lie, the three packets of the handshake
// are named, and what confirms it is the responder's.
func TestAnyOrder(t *testing.T) {
	s, sa, a := sent{true, syn, 0, 0, 0}, sent{false, syn | ack, 0, 1, 0}, sent{true, ack, 1, 1, 0}
	for _, c := range []struct {
		name  string
		first int // how many come in any order
		pkts  []sent
	}{
		{"the initiator speaks first", 6, []sent{s, sa, a, {true, ack, 1, 1, 10}, {false, ack, 1, 11, 0}, {false, ack, 1, 11, 20}, {true, ack, 11, 21, 0}}},
		{"and is answered at once", 5, []sent{s, sa, a, {true, ack, 1, 1, 10}, {false, ack, 1, 11, 20}, {true, ack, 11, 21, 0}}},
		{"the third packet carries data", 5, []sent{s, sa, {true, ack, 1, 1, 10}, {false, ack, 1, 11, 0}, {false, ack, 1, 11, 20}, {true, ack, 11, 21, 0}}},
		{"the responder speaks first", 6, []sent{s, sa, a, {false, ack, 1, 1, 20}, {true, ack, 1, 21, 0}, {true, ack, 1, 21, 10}, {false, ack, 21, 11, 0}}},
		{"the responder closes", 5, []sent{s, sa, a, {false, fin | ack, 1, 1, 0}, {true, ack, 1, 2, 0}, {true, fin | ack, 1, 2, 0}, {false, ack, 2, 2, 0}}},
	} {
		orders(c.first, func(order []int) {
			s := tell(t, Config{Memory: MinMemory})
			defer s.table.Release()
			var pkts []sent
			for _, i := range order {
				pkts = append(pkts, c.pkts[i])
			}
			pkts = append(pkts, c.pkts[c.first:]...)
			for _, p := range pkts {
				s.pkt(p.orig, p.flags, p.seq, p.ack, p.n)
			}
			s.table.Flush(s.index, handshake.EndForced)
			if len(s.ended) != 1 {
				t.Fatalf("%s, order %v: %d records", c.name, order, len(s.ended))
			}
			e := &s.ended[0]
			if e.J.Verdict != handshake.Completed || e.J.Missing != 0 || e.J.RolesBy != handshake.RolesSYN {
				t.Errorf("%s, order %v: %v, missing %v, roles by %v", c.name, order, e.J.Verdict, e.J.Missing.List(), e.J.RolesBy)
			}
			if n := e.ACKFrame; n == 0 || !pkts[n-1].orig || pkts[n-1].flags != ack || pkts[n-1].seq != 1 {
				t.Errorf("%s, order %v: frame %d is no third packet", c.name, order, n)
			}
			if n := e.ConfirmedFrame; n != 0 && pkts[n-1].orig {
				t.Errorf("%s, order %v: frame %d, which confirms, is the initiator's", c.name, order, n)
			}
		})
	}
}

// Octets that were captured after what acknowledges them were not sent twice, nor is one such octet a keep-alive.
func TestAcknowledgedBeforeCaptured(t *testing.T) {
	s, sa, a := sent{true, syn, 0, 0, 0}, sent{false, syn | ack, 0, 1, 0}, sent{true, ack, 1, 1, 0}
	for _, n := range []uint32{1, 1000} {
		octets, acked := sent{true, ack, 1, 1, n}, sent{false, ack, 1, 1 + int64(n), 0}
		orders(5, func(order []int) {
			at := func(i int) int { return slices.Index(order, i) }
			if n == 1 && (at(3) < at(0) || at(4) < min(at(0), at(1))) {
				return // it may be a keep-alive for all that is known when it comes
			}
			var pkts []sent
			for _, i := range order {
				pkts = append(pkts, []sent{s, sa, a, octets, acked}[i])
			}
			e := late(t, pkts)
			if len(e) != 1 || e[0].J.Verdict != handshake.Completed || e[0].Orig.Payload != uint64(n) || e[0].Orig.Lost != 0 || e[0].Orig.Retrans != 0 {
				t.Errorf("%d octets, order %v: %d records, the first %v, payload %d, %d lost, %d sent again", n, order, len(e), e[0].J.Verdict, e[0].Orig.Payload, e[0].Orig.Lost, e[0].Orig.Retrans)
			}
		})
		// What comes again behind it is.
		if e := late(t, []sent{s, sa, a, acked, octets, octets}); e[0].Orig.Payload != uint64(n) {
			t.Errorf("%d octets sent again: payload %d", n, e[0].Orig.Payload)
		}
	}
}

// A SYN that was captured after the SYN-ACK with which its sender answered the other's call has the same number, and
// an answer that was captured after segments of both sides is that of a SYN and of its copy.
func TestLateSYNAndAnswer(t *testing.T) {
	for _, c := range []struct {
		name string
		pkts []sent
	}{
		{"crossing calls", []sent{{true, syn, 0, 0, 0}, {false, syn | ack, 0, 1, 0}, {true, ack, 1, 1, 0}, {false, syn, 0, 0, 0}, {true, syn | ack, 0, 1, 0}, {false, ack, 1, 1, 0}, {true, ack, 1, 1, 10}}},
		{"crossing calls, and one is captured behind what it was acknowledged with", []sent{{true, syn, 0, 0, 0}, {true, ack, 1, 1, 0}, {false, syn, 0, 0, 0}, {false, syn | ack, 0, 1, 0}, {true, syn | ack, 0, 1, 0}, {false, ack, 1, 1, 0}, {true, ack, 1, 1, 10}}},
		{"the answer behind a copy", []sent{{true, syn, 0, 0, 0}, {true, ack, 1, 1, 10}, {true, syn, 0, 0, 0}, {false, ack, 1, 11, 0}, {false, syn | ack, 0, 1, 0}, {true, ack, 1, 1, 0}}},
	} {
		if e := late(t, c.pkts); len(e) != 1 || e[0].J.Verdict != handshake.Completed || e[0].J.Close != handshake.StillOpen || e[0].Orig.Payload != 10 {
			t.Errorf("%s: %d records, the first %v, %v, payload %d", c.name, len(e), e[0].J.Verdict, e[0].J.Close, e[0].Orig.Payload)
		}
	}
	// One direction.
	if e := late(t, []sent{{false, syn | ack, 0, 1, 0}, {false, syn, 0, 0, 0}, {false, ack, 1, 1, 10}, {false, ack, 11, 1, 10}}); len(e) != 1 || e[0].J.Verdict != handshake.Implied {
		t.Errorf("one direction: %d records, the first %v", len(e), e[0].J.Verdict)
	}
}

// Nothing follows an acknowledged FIN. The SYN-ACK of the next connection on the same ports, captured before its SYN, is
// not taken for the old one's, though the third packet was captured before both.
func TestThirdPacketBehindFIN(t *testing.T) {
	s := tell(t, Config{})
	s.open()
	s.shut()
	s.wait(Second)
	for _, p := range []sent{{true, ack, 1, 1, 0}, {false, syn | ack, 0, 1, 0}, {true, syn, 0, 0, 0}, {true, ack, 1, 1, 10}, {false, ack, 1, 11, 0}} {
		s.pkt(p.orig, p.flags, p.seq, p.ack, p.n, next)
	}
	e := s.end(handshake.Completed, handshake.Completed)
	for i := range e {
		if e[i].Reuses != 0 && (e[i].SYNFrame != 9 || e[i].SYNACKFrame != 8 || e[i].ACKFrame != 10 || e[i].Orig.Payload != 10) {
			t.Errorf("frames %d %d %d, payload %d", e[i].SYNFrame, e[i].SYNACKFrame, e[i].ACKFrame, e[i].Orig.Payload)
		}
	}
}
