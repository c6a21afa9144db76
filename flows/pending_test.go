package flows

import (
	"testing"

	"portero/capture"
	"portero/handshake"
)

// A SYN that waits keeps the connection that ended for as long as it is waited for itself, and no longer.
func TestPendingOutlives(t *testing.T) {
	s := tell(t, Config{})
	s.open()
	s.shut()
	s.wait(50 * Second)
	s.pkt(true, syn, 0, 0, 0)
	s.wait(AttemptLife - Second)
	s.table.Advance(s.now, s.index)
	if len(s.ended) != 0 || len(s.table.pending) != 1 {
		t.Fatalf("%d ended, %d pending", len(s.ended), len(s.table.pending))
	}
	s.wait(3 * Second)
	s.table.Advance(s.now, s.index)
	if len(s.ended) != 1 || len(s.table.pending) != 0 || s.table.Live() != 0 {
		t.Fatalf("%d ended, %d pending, %d live", len(s.ended), len(s.table.pending), s.table.Live())
	}
	if e := s.end(handshake.Completed); e[0].Reason != handshake.EndEnd || e[0].SYNRetries != 1 {
		t.Errorf("%+v", e[0])
	}
}

// A SYN is answered by what waits where that acknowledges it and is the other side's; a SYN-ACK, and what a side sends itself, is
// answered by nothing that waits.
func TestPendingAnswers(t *testing.T) {
	ps := pendingSYN{side: 1, pkts: make([]capture.Packet, 2)}
	ps.pkts[0] = capture.Packet{Proto: tcp, Flags: syn | ack, Seq: 500, Ack: 101}
	ps.pkts[1] = capture.Packet{Proto: tcp, Flags: syn | ack, Seq: 600, Ack: 201}
	for _, c := range []struct {
		name  string
		side  int
		flags capture.Flags
		seq   capture.Seq
		want  bool
	}{
		{"the SYN of the first", 0, syn, 100, true},
		{"the SYN of the second", 0, syn, 200, true},
		{"another SYN", 0, syn, 101, false},
		{"an answer itself", 0, syn | ack, 100, false},
		{"a SYN of the side that answered", 1, syn, 100, false},
		{"an answer of that side", 1, syn | ack, 100, false},
	} {
		if got := ps.answers(&capture.Packet{Proto: tcp, Flags: c.flags, Seq: c.seq}, c.side); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// So many attempts inside live connections are kept apart at once; further ones are booked where they are seen, and nothing is
// kept of who sends them.
func TestPendingIsBounded(t *testing.T) {
	ended := 0
	tab := New(Config{}, func(*Ended) { ended++ })
	index := uint64(0)
	see := func(i int, back bool, flags capture.Flags, seq, acked capture.Seq) {
		index++
		p := capture.Packet{Src: [16]byte{1, byte(i >> 8), byte(i)}, Dst: [16]byte{2}, SrcPort: 1000, DstPort: 80, Proto: tcp, Ver: 6, Hash: uint64(i+1) * 0x9e3779b97f4a7c15,
			Frames: 1, Time: 1e18, Index: index, Digest: index, Flags: flags, Seq: seq, Ack: acked}
		if back {
			p.Src, p.Dst, p.SrcPort, p.DstPort = p.Dst, p.Src, p.DstPort, p.SrcPort
		}
		tab.Observe(&p, nil)
	}
	const n = maxPending + 3
	for i := range n {
		see(i, false, syn, 100, 0)
		see(i, true, syn|ack, 500, 101)
		see(i, false, ack, 101, 501)
		see(i, false, syn, 90_000_000, 0)
	}
	if len(tab.pending) != maxPending {
		t.Errorf("%d attempts wait, and there is room for %d", len(tab.pending), maxPending)
	}
	see(0, false, syn, 90_000_000, 0) // one that waits is no further one
	if len(tab.pending) != maxPending {
		t.Errorf("%d attempts wait", len(tab.pending))
	}
	tab.Flush(index, handshake.EndForced)
	if ended != n {
		t.Errorf("%d connections of %d that live", ended, n)
	}
}

// Of a SYN that comes more often than any system sends it, what is beyond that strays, and where much is held already there is room
// for a few copies.
func TestCopiesBeyondMeasure(t *testing.T) {
	for _, c := range []struct{ copies, held, waits int }{{waitMost + 2, 0, waitMost}, {waitMost, heldAll, waitFew}, {waitMost, heldAll - 2, waitFew + 2}} {
		s := tell(t, Config{})
		s.open()
		s.pkt(true, ack, 1, 1, 10)
		s.pkt(false, ack, 1, 11, 20)
		s.table.held = c.held
		for range c.copies {
			s.wait(Second)
			s.pkt(true, syn, 0, 0, 0, func(p *capture.Packet) { p.Seq += 1 << 29 })
		}
		for _, ps := range s.table.pending {
			if len(ps.pkts) != c.waits || s.table.held != c.held+c.waits-waitFew {
				t.Errorf("%d copies, %d held: %d wait, want %d, and %d are held", c.copies, c.held, len(ps.pkts), c.waits, s.table.held)
			}
		}
		if len(s.table.pending) != 1 {
			t.Errorf("%d attempts wait", len(s.table.pending))
		}
	}
}

// All copies of a SYN that is answered at last are of the connection that it opens, as many as systems send (Linux seven). Those of one
// that is never answered are strays, and nothing stays held.
func TestManyCopiesWait(t *testing.T) {
	for _, answered := range []bool{true, false} {
		for _, n := range []int{4, 5, 7, 12} {
			s := tell(t, Config{})
			s.open()
			s.pkt(true, ack, 1, 1, 10)
			s.pkt(false, ack, 1, 11, 20)
			far := func(p *capture.Packet) { p.Seq += 1 << 29 }
			for i := range n {
				s.wait(Second << min(i, 3))
				s.pkt(true, syn, 0, 0, 0, far)
			}
			if !answered {
				e := s.end(handshake.Completed)[0]
				if e.Orig.Pkts != uint64(3+n) || e.Oddities&handshake.OddStraySYN == 0 || s.table.held != 0 {
					t.Errorf("%d not answered: %d packets, %v, %d held", n, e.Orig.Pkts, e.Oddities.List(), s.table.held)
				}
				continue
			}
			s.pkt(false, syn|ack, 1<<28, 1+1<<29, 0)
			s.pkt(true, ack, 1, 1+1<<28, 0, far)
			e := s.end(handshake.Completed, handshake.Completed)
			if e[0].Orig.Pkts != 3 || e[0].Oddities != 0 || e[1].Orig.Pkts != uint64(n+1) || e[1].SYNRetries != uint64(n-1) || s.table.held != 0 {
				t.Errorf("%d answered: %d packets, %v, and %d with %d retries, %d held", n, e[0].Orig.Pkts, e[0].Oddities.List(), e[1].Orig.Pkts, e[1].SYNRetries, s.table.held)
			}
		}
	}
}
