package flows

import (
	"testing"

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
