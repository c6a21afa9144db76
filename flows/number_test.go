package flows

import (
	"fmt"
	"testing"

	"portero/capture"
	"portero/handshake"
)

// A record does not depend on where the numbers lie: neither does that of a SYN-ACK captured after what its
// sender sent next, none of which acknowledged anything.
func TestAnyNumbers(t *testing.T) {
	for i, pkts := range [][]sent{
		{{true, ack, 70000, 500, 10}, {false, fin, 1, 0, 0}, {false, syn | ack, 0, 0, 0}},
		{{false, rst | ack, 0, 101, 0}, {false, fin, 0, 0, 0}, {false, syn | ack, 0, 101, 0}},
		{{true, syn, 0, 0, 0}, {false, ack, 11, 2, 0}, {false, syn | ack, 0, 21, 0}, {true, rst | ack, 101, 70000, 0}},
		{{true, syn, 0, 0, 0}, {false, fin, 1, 0, 0}, {false, syn | ack, 0, 1, 0}, {true, ack, 1, 1, 0}, {true, ack, 1, 2, 10}},
	} {
		said := map[string]uint32{}
		for _, by := range []uint32{0, 1000, 0x80000000 - 5, 3000000000} {
			s := tell(t, Config{Memory: MinMemory})
			for _, p := range pkts {
				s.pkt(p.orig, p.flags, p.seq, p.ack, p.n, func(p *capture.Packet) { p.Seq, p.Ack = p.Seq.Add(by), p.Ack.Add(by) })
			}
			s.table.Flush(s.index, handshake.EndForced)
			e := &s.ended[0]
			said[fmt.Sprint(e.J.Verdict, e.J.Missing.List(), e.J.Close, e.J.ClosedBy, e.SuspectedRSTs, e.Orig.Lost, e.Resp.Lost, e.Oddities.List())] = by
		}
		if len(said) != 1 {
			t.Errorf("story %d: %v", i, said)
		}
	}
}
