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
