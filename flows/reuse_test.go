package flows

import (
	"testing"

	"portero/capture"
	"portero/handshake"
)

// next moves a packet into the connection that follows on the same ports. Its numbers begin only a little
// further on, as RFC 6528 has it.
func next(p *capture.Packet) {
	p.Seq, p.Ack = p.Seq.Add(60000), p.Ack.Add(60000)
}

// What answers the first of two SYN-ACKs, or of two SYNs, stays with the connection that repeated them, and
// does not go to the one before it, whose numbers are near.
func TestReuseWithRepeatedNumbers(t *testing.T) {
	for _, c := range []struct {
		name string
		pkts []sent
		want handshake.Verdict
	}{
		{"two SYN-ACKs", []sent{{true, syn, 0, 0, 0}, {false, syn | ack, 0, 1, 0}, {false, syn | ack, 70000, 1, 0}, {true, ack, 1, 1, 0}, {true, ack, 1, 1, 10}, {false, ack, 1, 11, 0}}, handshake.Completed},
		{"two SYNs", []sent{{true, syn, 0, 0, 0}, {true, syn, 90000, 0, 0}, {false, syn | ack, 0, 1, 0}, {true, ack, 1, 1, 0}}, handshake.Completed},
		{"two SYNs, refused", []sent{{true, syn, 0, 0, 0}, {true, syn, 90000, 0, 0}, {false, rst | ack, 0, 1, 0}}, handshake.Refused},
	} {
		s := tell(t, Config{})
		s.open()
		s.shut()
		s.wait(Second)
		for _, p := range c.pkts {
			s.pkt(p.orig, p.flags, p.seq, p.ack, p.n, next)
		}
		s.table.Flush(s.index, handshake.EndForced)
		if len(s.ended) != 2 {
			t.Errorf("%s: %d records", c.name, len(s.ended))
			continue
		}
		for i := range s.ended {
			e := &s.ended[i]
			switch {
			case e.Reuses == 0 && (e.Orig.Pkts+e.Resp.Pkts != 6 || e.J.Close != handshake.Closed || e.Oddities&handshake.OddLateSegment != 0):
				t.Errorf("%s: the first has %d packets, %v", c.name, e.Orig.Pkts+e.Resp.Pkts, e.Oddities.List())
			case e.Reuses != 0 && (e.J.Verdict != c.want || e.Orig.Pkts+e.Resp.Pkts != uint64(len(c.pkts))):
				t.Errorf("%s: the second is %v with %d packets", c.name, e.J.Verdict, e.Orig.Pkts+e.Resp.Pkts)
			}
		}
	}
}

// A SYN-ACK with numbers of its own is of another connection than the one that ended, however near they lie.
func TestReuseBySYNACK(t *testing.T) {
	for _, c := range []struct {
		name  string
		began bool // the opening of the first is in the capture
		pkts  []sent
		want  [2]handshake.Verdict
	}{
		{"one direction", true, []sent{{false, syn | ack, 0, 1, 0}, {false, ack, 1, 11, 0}, {false, fin | ack, 1, 11, 0}}, [2]handshake.Verdict{handshake.Completed, handshake.Implied}},
		{"one direction after one that was open", false, []sent{{false, syn | ack, 0, 1, 0}, {false, ack, 1, 11, 0}}, [2]handshake.Verdict{handshake.Midstream, handshake.Implied}},
		{"backscatter", true, []sent{{false, syn | ack, 0, 1, 0}}, [2]handshake.Verdict{handshake.Completed, handshake.Unsolicited}},
		{"a wrong answer", true, []sent{{true, syn, 0, 0, 0}, {false, syn | ack, 0, 777, 0}}, [2]handshake.Verdict{handshake.Completed, handshake.Invalid}},
		{"a wrong answer after one that was open", false, []sent{{true, syn, 0, 0, 0}, {false, syn | ack, 0, 777, 0}}, [2]handshake.Verdict{handshake.Midstream, handshake.Invalid}},
	} {
		for _, by := range []func(p *capture.Packet){next, func(p *capture.Packet) { p.Seq, p.Ack = p.Seq.Add(1<<32-60000), p.Ack.Add(1<<32-60000) }} {
			s := tell(t, Config{})
			if c.began {
				s.open()
			}
			s.shut()
			s.wait(Second)
			for _, p := range c.pkts {
				s.pkt(p.orig, p.flags, p.seq, p.ack, p.n, by)
			}
			s.table.Flush(s.index, handshake.EndForced)
			if len(s.ended) != 2 || s.ended[0].J.Verdict != c.want[0] || s.ended[1].J.Verdict != c.want[1] {
				t.Errorf("%s: %d records, the first %v", c.name, len(s.ended), s.ended[0].J.Verdict)
			}
		}
	}
}
