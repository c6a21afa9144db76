package flows

import (
	"testing"

	"portero/capture"
	"portero/handshake"
)

// Some systems call again with the number they had. Where the SYN of the first connection was missed, that SYN is taken for
// it only if its answer does not tell otherwise.
func TestSameNumberWhereTheFirstSYNWasMissed(t *testing.T) {
	other := func(p *capture.Packet) { // the responder takes another number
		if p.Flags.Any(capture.SYN|capture.ACK) && p.SrcPort == 80 {
			p.Seq = p.Seq.Add(900000)
		} else if p.Flags.Any(capture.ACK) {
			p.Ack = p.Ack.Add(900000)
		}
	}
	same := func(*capture.Packet) {}
	first := []sent{{false, syn | ack, 0, 1, 0}, {true, ack, 1, 1, 10}, {true, fin | ack, 11, 1, 0}, {false, fin | ack, 1, 12, 0}, {true, ack, 12, 2, 0}}
	again := []sent{{true, syn, 0, 0, 0}, {false, syn | ack, 0, 1, 0}, {true, ack, 1, 1, 20}, {false, ack, 1, 21, 0}}
	for _, c := range []struct {
		name string
		wait int64
		pkts []sent
		mod  func(*capture.Packet)
		want []handshake.Verdict
		n    [2]uint64 // packets
	}{
		{"another connection", 2 * Second, again, other, []handshake.Verdict{handshake.CompletedUnseen, handshake.Completed}, [2]uint64{5, 4}},
		{"another connection, soon", Second / 50, again, other, []handshake.Verdict{handshake.CompletedUnseen, handshake.Completed}, [2]uint64{5, 4}},
		{"another that was called twice", 2 * Second, append([]sent{again[0]}, again...), other, []handshake.Verdict{handshake.CompletedUnseen, handshake.Completed}, [2]uint64{5, 5}},
		{"another that was refused", 2 * Second, []sent{again[0], {false, rst | ack, 0, 1, 0}}, same, []handshake.Verdict{handshake.CompletedUnseen, handshake.Refused}, [2]uint64{5, 2}},
		{"its own SYN, captured late", Second / 50, again[:1], same, []handshake.Verdict{handshake.Completed}, [2]uint64{6}},
		{"its own SYN, captured late, and a copy of its answer", Second / 50, again[:2], same, []handshake.Verdict{handshake.Completed}, [2]uint64{7}},
	} {
		s := tell(t, Config{})
		for _, p := range first {
			s.pkt(p.orig, p.flags, p.seq, p.ack, p.n)
		}
		s.wait(c.wait)
		for _, p := range c.pkts {
			s.pkt(p.orig, p.flags, p.seq, p.ack, p.n, c.mod)
		}
		s.table.Flush(s.index, handshake.EndForced)
		if len(s.ended) != len(c.want) {
			t.Errorf("%s: %d records", c.name, len(s.ended))
			continue
		}
		for i := range s.ended {
			if e := &s.ended[i]; e.J.Verdict != c.want[i] || e.Orig.Pkts+e.Resp.Pkts != c.n[i] {
				t.Errorf("%s: record %d is %v with %d packets", c.name, i, e.J.Verdict, e.Orig.Pkts+e.Resp.Pkts)
			}
		}
	}
}

// A copy of a SYN that was long under way is of the connection in which its sender went on, also where that sender calls
// again with the same number later: the second connection does not begin with it.
func TestSameNumberAndACopyOfTheFirstSYN(t *testing.T) {
	for _, wait := range []int64{2 * Second, 70 * Second, 100 * Second} {
		s := tell(t, Config{})
		s.open()
		s.pkt(true, syn, 0, 0, 0) // the copy
		s.shut()
		s.wait(wait)
		at := s.index
		for _, p := range []sent{{true, syn, 0, 0, 0}, {true, syn, 0, 0, 0}, {false, syn | ack, 900000, 1, 0}, {true, ack, 1, 900001, 20}, {false, ack, 900001, 21, 0}} {
			s.pkt(p.orig, p.flags, p.seq, p.ack, p.n)
		}
		s.table.Flush(s.index, handshake.EndForced)
		if len(s.ended) != 2 {
			t.Errorf("after %d s: %d records", wait/Second, len(s.ended))
			continue
		}
		a, b := &s.ended[0], &s.ended[1]
		if b.FirstFrame <= at || b.SYNRetries != 1 || b.Orig.Pkts+b.Resp.Pkts != 5 || a.SYNRetries != 1 || b.J.Verdict != handshake.Completed {
			t.Errorf("after %d s: the second begins at %d of %d, %v, %d packets, %d retries; the first has %d", wait/Second, b.FirstFrame, at, b.J.Verdict,
				b.Orig.Pkts+b.Resp.Pkts, b.SYNRetries, a.SYNRetries)
		}
	}
}
