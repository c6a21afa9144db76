package flows

import (
	"testing"

	"portero/capture"
	"portero/handshake"
)

// late tells each story and returns what ended.
func late(t *testing.T, pkts []sent) []Ended {
	s := tell(t, Config{})
	for _, p := range pkts {
		s.pkt(p.orig, p.flags, p.seq, p.ack, p.n)
	}
	s.table.Flush(s.index, handshake.EndForced)
	return s.ended
}

// A RST that stands exactly where both ends stand ends the live connection, though a copy of its SYN, which the same
// RST seems to refuse, came just before.
func TestResetAfterCopyOfSYN(t *testing.T) {
	open := []sent{{true, syn, 0, 0, 0}, {false, syn | ack, 5000, 1, 0}, {true, ack, 1, 5001, 0}}
	for _, c := range []struct {
		name    string
		spoke   []sent
		seq     int64
		refused bool
	}{
		{"nobody spoke", nil, 5001, false},
		{"the responder spoke", []sent{{false, ack, 5001, 1, 20}, {true, ack, 1, 5021, 0}}, 5021, false},
		{"both spoke, and it heard nothing", []sent{{false, ack, 5001, 1, 20}, {true, ack, 1, 5021, 10}}, 5021, false},
		{"the copy is refused", nil, 1, true}, // number 0, as who knows of no connection has it
	} {
		pkts := append(append(open[:3:3], c.spoke...), sent{true, syn, 0, 0, 0}, sent{false, rst | ack, c.seq, 1, 0})
		e := late(t, pkts)
		switch {
		case c.refused:
			if len(e) != 2 || e[0].J.Close != handshake.StillOpen || e[1].J.Verdict != handshake.Refused {
				t.Errorf("%s: %d records, the first %v", c.name, len(e), e[0].J.Close)
			}
		case len(e) != 1 || e[0].J.Verdict != handshake.Completed || e[0].J.Close != handshake.Reset || e[0].J.ClosedBy != handshake.ByResp || e[0].SYNRetries != 1:
			t.Errorf("%s: %d records, the first %v, %v by %v, %d retries", c.name, len(e), e[0].J.Verdict, e[0].J.Close, e[0].J.ClosedBy, e[0].SYNRetries)
		}
	}
}

// A copy of the SYN after an attempt that came to nothing is one of its retries, unless it is answered though the
// attempt was answered already.
func TestCopyOfSYNAfterAttempt(t *testing.T) {
	copied, answer, third := sent{true, syn, 0, 0, 0}, sent{false, syn | ack, 7000, 1, 0}, sent{true, ack, 1, 7001, 0}
	for _, c := range []struct {
		name string
		pkts []sent
		want handshake.Verdict
	}{
		{"taken back", []sent{{true, syn, 0, 0, 0}, {true, rst, 1, 0, 0}}, handshake.Aborted},
		{"taken back, and answered then", []sent{{true, syn, 0, 0, 0}, {true, rst, 1, 0, 0}, copied, answer, {true, rst, 1, 0, 0}}, handshake.Aborted},
		{"not taken back after all", []sent{{true, syn, 0, 0, 0}, {true, rst, 1, 0, 0}, copied, answer, third}, handshake.Completed},
		{"answered and taken back", []sent{{true, syn, 0, 0, 0}, {false, syn | ack, 0, 1, 0}, {true, rst, 1, 0, 0}}, handshake.Aborted},
		{"answered and given up", []sent{{true, syn, 0, 0, 0}, {false, syn | ack, 0, 1, 0}, {false, rst | ack, 1, 1, 0}}, handshake.HalfOpen},
	} {
		n := len(c.pkts)
		e := late(t, append(c.pkts[:n:n], copied))
		if len(e) != 1 || e[0].J.Verdict != c.want || e[0].SYNRetries == 0 || e[0].Orig.Pkts+e[0].Resp.Pkts != uint64(n+1) {
			t.Errorf("%s: %d records, the first %v, %d retries", c.name, len(e), e[0].J.Verdict, e[0].SYNRetries)
		}
		if c.pkts[1].orig {
			continue
		}
		e = late(t, append(c.pkts[:n:n], copied, answer, third))
		if len(e) != 2 || e[0].J.Verdict != c.want || e[1].J.Verdict != handshake.Completed || e[1].Reuses != e[0].ID {
			t.Errorf("%s, and the copy is answered: %d records, the first %v", c.name, len(e), e[0].J.Verdict)
		}
	}
}

// A SYN that waits in a connection which its sender then resets, as it knows nothing of it, is an attempt of its own
// where its sender takes it back.
func TestWaitingSYNTakenBack(t *testing.T) {
	open := []sent{{true, syn, 0, 0, 0}, {false, syn | ack, 0, 1, 0}, {true, ack, 1, 1, 0}, {true, ack, 1, 1, 10}, {false, ack, 1, 11, 0}}
	e := late(t, append(open, sent{true, syn, 5000000, 0, 0}, sent{false, ack, 1, 11, 0}, sent{true, rst, 11, 0, 0}, sent{true, rst, 5000001, 0, 0}))
	if len(e) != 2 || e[0].J.Close != handshake.Reset || e[0].SuspectedRSTs != 0 || e[1].J.Verdict != handshake.Aborted || e[1].Orig.Pkts != 2 {
		t.Errorf("%d records, the first %v, %d suspected", len(e), e[0].J.Close, e[0].SuspectedRSTs)
	}
}

// The initiator's RST stays with its SYN, though it was captured before all of it.
func TestResetBeforeSYN(t *testing.T) {
	pure := capture.RST
	for _, c := range []struct {
		name  string
		pkts  []sent
		want  handshake.Verdict
		close handshake.Close
	}{
		{"no answer", []sent{{true, pure, 1, 0, 0}, {true, syn, 0, 0, 0}}, handshake.Aborted, handshake.CloseNone},
		{"with the number of the SYN", []sent{{true, pure, 0, 0, 0}, {true, syn, 0, 0, 0}}, handshake.Aborted, handshake.CloseNone},
		{"answered", []sent{{true, pure, 1, 0, 0}, {true, syn, 0, 0, 0}, {false, syn | ack, 0, 1, 0}}, handshake.Aborted, handshake.CloseNone},
		{"opened", []sent{{true, rst | ack, 1, 1, 0}, {true, syn, 0, 0, 0}, {false, syn | ack, 0, 1, 0}, {true, ack, 1, 1, 0}}, handshake.Completed, handshake.Reset},
		{"opened and heard", []sent{{true, pure, 1, 0, 0}, {true, syn, 0, 0, 0}, {false, syn | ack, 0, 1, 0}, {true, ack, 1, 1, 0}, {false, ack, 1, 1, 20}}, handshake.Completed, handshake.Reset},
	} {
		e := late(t, c.pkts)
		if len(e) != 1 || e[0].J.Verdict != c.want || e[0].J.Close != c.close || e[0].SuspectedRSTs != 0 || e[0].Oddities&handshake.OddReordered == 0 {
			t.Errorf("%s: %d records, the first %v, %v", c.name, len(e), e[0].J.Verdict, e[0].J.Close)
		}
	}
	// One with another number is of another connection.
	if e := late(t, []sent{{true, pure, 5, 0, 0}, {true, syn, 0, 0, 0}}); len(e) != 2 || e[1].J.Verdict != handshake.NoAnswer {
		t.Errorf("another number: %d records, the first %v", len(e), e[0].J.Verdict)
	}
}

// Of two SYNs with numbers of their own, of which one or both carried octets, that one counts which was answered, or
// from which its sender goes on.
func TestTwoSYNsWithOctets(t *testing.T) {
	for _, c := range []struct {
		name string
		pkts []sent
		want handshake.Verdict
		kind handshake.Kind
		syn  uint64
	}{
		{"the first is taken with all of it", []sent{{true, syn, 0, 0, 100}, {true, syn, 5000, 0, 0}, {false, syn | ack, 0, 101, 0}, {true, ack, 101, 1, 0}}, handshake.Completed, handshake.FastOpen, 1},
		{"the first is taken, and the second lies behind it", []sent{{true, syn, 0, 0, 100}, {true, syn, -5000, 0, 100}, {false, syn | ack, 0, 101, 0}, {true, ack, 101, 1, 0}}, handshake.Completed, handshake.FastOpen, 1},
		{"the first is taken without its octets", []sent{{true, syn, 0, 0, 100}, {true, syn, 5000, 0, 0}, {false, syn | ack, 0, 1, 0}, {true, ack, 1, 1, 100}}, handshake.Completed, handshake.FastOpenIgnored, 1},
		{"the second is taken", []sent{{true, syn, 0, 0, 100}, {true, syn, 5000, 0, 100}, {false, syn | ack, 0, 5101, 0}, {true, ack, 5101, 1, 0}}, handshake.Completed, handshake.FastOpen, 2},
		{"both are answered", []sent{{true, syn, 0, 0, 100}, {false, syn | ack, 0, 101, 0}, {true, syn, 5000, 0, 100}, {false, syn | ack, 7000, 5101, 0}, {true, ack, 5101, 7001, 0}}, handshake.Completed, handshake.FastOpen, 3},
		{"the first is refused", []sent{{true, syn, 0, 0, 100}, {true, syn, 5000, 0, 0}, {false, rst | ack, 0, 101, 0}}, handshake.Refused, handshake.Normal, 1},
		{"no answer is captured", []sent{{true, syn, 0, 0, 0}, {true, syn, 5000, 0, 0}, {true, ack, 1, 1, 0}}, handshake.Implied, handshake.Normal, 1},
		{"no answer is captured, but octets", []sent{{true, syn, 0, 0, 100}, {true, syn, 5000, 0, 0}, {true, ack, 101, 1, 0}, {true, ack, 101, 1, 10}}, handshake.Implied, handshake.Normal, 1},
	} {
		e := late(t, c.pkts)
		if len(e) != 1 || e[0].J.Verdict != c.want || e[0].J.Kind != c.kind || e[0].SYNFrame != c.syn || e[0].Oddities&handshake.OddSYNACKNumber != 0 {
			t.Errorf("%s: %d records, the first %v, %v, SYN %d", c.name, len(e), e[0].J.Verdict, e[0].J.Kind, e[0].SYNFrame)
		}
	}
}
