package flows

import (
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
