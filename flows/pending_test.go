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
	ps := pendingSYN{side: 1, n: 2}
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
