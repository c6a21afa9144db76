package flows

import (
	"fmt"
	"testing"

	"portero/handshake"
)

// TestSkewedDirections: where the capture has the two directions of a connection in another order than they were sent, as one that is put
// together from two points or two queues of a network card does, all is said as if it had them in order, also where it missed up to two packets.
func TestSkewedDirections(t *testing.T) {
	opened := []sent{{true, syn, 0, 0, 0}, {false, syn | ack, 0, 1, 0}, {true, ack, 1, 1, 0}}
	for name, pkts := range map[string][]sent{
		"closed by the originator": append(opened[:3:3], sent{true, ack, 1, 1, 100}, sent{false, ack, 1, 101, 0}, sent{false, ack, 1, 101, 300}, sent{true, ack, 101, 301, 0}, sent{true, ack, 101, 301, 50},
			sent{false, ack, 301, 151, 20}, sent{true, fin | ack, 151, 321, 0}, sent{false, fin | ack, 321, 152, 0}, sent{true, ack, 152, 322, 0}),
		"closed by the responder": append(opened[:3:3], sent{false, ack, 1, 1, 30}, sent{true, ack, 1, 31, 0}, sent{true, ack, 1, 31, 100}, sent{false, ack, 31, 101, 0}, sent{false, fin | ack, 31, 101, 0},
			sent{true, ack, 101, 32, 0}, sent{true, ack, 101, 32, 10}, sent{true, fin | ack, 111, 32, 0}, sent{false, ack, 32, 112, 0}),
		"reset": append(opened[:3:3], sent{true, ack, 1, 1, 100}, sent{false, ack, 1, 101, 50}, sent{true, rst | ack, 101, 51, 0}),
		"Fast Open": {{true, syn, 0, 0, 100}, {false, syn | ack, 0, 101, 0}, {false, ack, 1, 101, 40}, {true, ack, 101, 41, 0}, {true, ack, 101, 41, 10}, {false, ack, 41, 111, 0}, {true, fin | ack, 111, 41, 0},
			{false, fin | ack, 41, 112, 0}, {true, ack, 112, 42, 0}},
		"Fast Open that is ignored": {{true, syn, 0, 0, 100}, {false, syn | ack, 0, 1, 0}, {true, ack, 1, 1, 100}, {false, ack, 1, 101, 0}, {true, fin | ack, 101, 1, 0}, {false, fin | ack, 1, 102, 0}, {true, ack, 102, 2, 0}},
	} {
		for i := -1; i < len(pkts); i++ {
			for j := i; j < len(pkts); j++ {
				if j == i && i >= 0 || i == 0 && j == 1 {
					continue // without SYN and SYN-ACK who was captured first has called
				}
				var dirs [2][]int
				var in []int
				for k, p := range pkts {
					if k == i || k == j {
						continue
					}
					in = append(in, k)
					d := 0
					if !p.orig {
						d = 1
					}
					dirs[d] = append(dirs[d], k)
				}
				want := skewed(t, pkts, in)
				every := 0
				interleave(dirs, nil, func(order []int) {
					if every++; len(in) > 8 && every%17 != 0 || t.Failed() {
						return
					}
					if got := skewed(t, pkts, order); got != want {
						t.Errorf("%s, in order %v:\n%s, want\n%s", name, order, got, want)
					}
				})
			}
		}
	}
}

// interleave calls do with each order in which two directions may be captured.
func interleave(dirs [2][]int, order []int, do func([]int)) {
	if len(dirs[0])+len(dirs[1]) == 0 {
		do(order)
	}
	for d := range dirs {
		if len(dirs[d]) > 0 {
			rest := dirs
			rest[d] = dirs[d][1:]
			interleave(rest, append(order[:len(order):len(order)], dirs[d][0]), do)
		}
	}
}

// skewed is what is told of pkts where they were captured in that order, 0.1 ms apart. Packets have the numbers that they have in pkts.
func skewed(t *testing.T, pkts []sent, order []int) (told string) {
	s := tell(t, Config{})
	at := map[uint64]int{}
	for _, k := range order {
		p := pkts[k]
		s.now -= 9e5
		s.pkt(p.orig, p.flags, p.seq, p.ack, p.n)
		at[s.index] = k + 1
	}
	s.table.Flush(s.index, handshake.EndForced)
	for i := range s.ended {
		e := &s.ended[i]
		a, b := at[e.CloseFrames[0]], at[e.CloseFrames[1]]
		told += fmt.Sprintf("%v %v %v, %v by %v, %d and %d octets, %d and %d lost, SYN %d, SYN-ACK %d, ACK %d, close %d %d, %d RSTs suspected; ", e.J.Verdict, e.J.Kind, e.J.Missing.List(), e.J.Close, e.J.ClosedBy,
			e.Orig.Payload, e.Resp.Payload, e.Orig.Lost, e.Resp.Lost, at[e.SYNFrame], at[e.SYNACKFrame], at[e.ACKFrame], min(a, b), max(a, b), e.SuspectedRSTs)
	}
	return told
}
