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

// Where one direction alone was captured, its FIN or its half of the handshake is all that tells that the connection
// was open: who opens or accepts another on the same ports has left it.
func TestReuseInOneDirection(t *testing.T) {
	first := []sent{{false, syn | ack, 0, 1, 0}, {false, ack, 1, 11, 20}}
	asked := []sent{{true, syn, 0, 0, 0}, {true, ack, 1, 1, 10}}
	ends, left := sent{false, fin | ack, 21, 12, 0}, sent{true, fin | ack, 11, 21, 0}
	for _, c := range []struct {
		name string
		old  []sent
		pkts []sent
		want [2]handshake.Verdict
	}{
		{"the responder, after its FIN", append(first[:2:2], ends), first, [2]handshake.Verdict{handshake.Implied, handshake.Implied}},
		{"the responder, without a FIN", first, first, [2]handshake.Verdict{handshake.Implied, handshake.Implied}},
		{"the responder, of which no SYN-ACK was captured", []sent{first[1], ends}, first, [2]handshake.Verdict{handshake.Midstream, handshake.Implied}},
		{"the initiator, after its FIN", append(asked[:2:2], left), asked, [2]handshake.Verdict{handshake.Implied, handshake.Implied}},
		{"the initiator, after its FIN, without success", append(asked[:2:2], left), asked[:1], [2]handshake.Verdict{handshake.Implied, handshake.NoAnswer}},
		{"the initiator, without a FIN", asked, asked, [2]handshake.Verdict{handshake.Implied, handshake.Implied}},
	} {
		s := tell(t, Config{})
		for _, p := range c.old {
			s.pkt(p.orig, p.flags, p.seq, p.ack, p.n)
		}
		s.wait(Second)
		for _, p := range c.pkts {
			s.pkt(p.orig, p.flags, p.seq, p.ack, p.n, next)
		}
		s.table.Flush(s.index, handshake.EndForced)
		if len(s.ended) != 2 || s.ended[0].J.Verdict != c.want[0] || s.ended[1].J.Verdict != c.want[1] || s.ended[1].Reuses != s.ended[0].ID {
			t.Errorf("%s: %d records, the first %v", c.name, len(s.ended), s.ended[0].J.Verdict)
		}
	}
	// A stranger's SYN or SYN-ACK, from which nothing goes on, is none.
	if e := late(t, append(first[:2:2], sent{false, syn | ack, 1 << 29, 7, 0}, sent{false, ack, 21, 11, 20})); len(e) != 1 || e[0].Resp.Payload != 40 || e[0].Oddities&handshake.OddSYNACKISN == 0 {
		t.Errorf("a stranger's answer: %d records, payload %d, %v", len(e), e[0].Resp.Payload, e[0].Oddities.List())
	}
	if e := late(t, append(asked[:2:2], sent{true, syn, 1 << 29, 0, 0}, sent{true, ack, 11, 1, 20})); len(e) != 1 || e[0].Orig.Payload != 30 || e[0].Oddities&handshake.OddStraySYN == 0 {
		t.Errorf("a stranger's call: %d records, payload %d, %v", len(e), e[0].Orig.Payload, e[0].Oddities.List())
	}
	// What repeats its numbers is a copy that comes late, unless its sender had left with a RST.
	if e := late(t, append(asked[:2:2], left, asked[0], asked[1])); len(e) != 1 || e[0].SYNRetries != 1 {
		t.Errorf("copies: %d records, %d retries", len(e), e[0].SYNRetries)
	}
	if e := late(t, append(first[:2:2], ends, first[0])); len(e) != 1 || e[0].SYNACKRetries != 1 {
		t.Errorf("copies of the answer: %d records, %d retries", len(e), e[0].SYNACKRetries)
	}
	if e := late(t, append([]sent{asked[0], {true, rst, 1, 0, 0}}, asked...)); len(e) != 2 || e[0].J.Verdict != handshake.Aborted || e[1].J.Verdict != handshake.Implied {
		t.Errorf("the same number after a RST: %d records, the first %v", len(e), e[0].J.Verdict)
	}
}

// What of the old connection is captured late stays its own also where the next one on its ports begins just before its numbers, so
// that it seems to be ahead: a FIN would say that another closed, and octets be counted twice.
func TestReuseBeforeOldNumbers(t *testing.T) {
	before := func(p *capture.Packet) { p.Seq, p.Ack = p.Seq.Add(1<<32-50000), p.Ack.Add(1<<32-50000) }
	old := []sent{{true, ack, 1, 1, 10}, {false, ack, 1, 11, 0}, {false, ack, 1, 11, 20}, {true, ack, 11, 21, 0}, {true, fin | ack, 11, 21, 0}, {false, fin | ack, 21, 12, 0}, {true, ack, 12, 22, 0}}
	again := append([]sent{{true, syn, 0, 0, 0}, {false, syn | ack, 0, 1, 0}, {true, ack, 1, 1, 0}}, old...)
	for _, left := range []bool{true, false} { // the first one sent it before, too
		for i, l := range old {
			if !left && l.flags.Any(fin) {
				continue // the first is not over when the next one begins
			}
			for at := range again {
				s := tell(t, Config{})
				s.open()
				for j, p := range old {
					if left || j != i {
						s.pkt(p.orig, p.flags, p.seq, p.ack, p.n)
					}
				}
				s.wait(Second)
				for j, p := range again {
					s.pkt(p.orig, p.flags, p.seq, p.ack, p.n, before)
					if j == at {
						s.pkt(l.orig, l.flags, l.seq, l.ack, l.n)
					}
				}
				s.table.Flush(s.index, handshake.EndForced)
				want := uint64(len(again))
				if left {
					want++
				}
				for _, e := range s.ended {
					n := want
					if e.Reuses != 0 {
						n = uint64(len(again))
					}
					if len(s.ended) != 2 || e.J.Verdict != handshake.Completed || e.J.Close != handshake.Closed || e.J.ClosedBy != handshake.ByOrig ||
						e.Orig.Pkts+e.Resp.Pkts != n || e.Orig.Payload != 10 || e.Resp.Payload != 20 {
						t.Errorf("packet %d (sent before: %v) after %d: %d records, %v by %v, %d packets, payload %d and %d", i, left, at, len(s.ended), e.J.Close, e.J.ClosedBy,
							e.Orig.Pkts+e.Resp.Pkts, e.Orig.Payload, e.Resp.Payload)
					}
				}
			}
		}
	}
}

// Who calls again while the old connection was not seen to end is believed without the answer, which was missed or captured behind the
// third packet, where one of the new numbers lies near the old by chance, and the other does not. A stranger's call and third packet in his
// name, to which nothing answers, open nothing.
func TestReuseWithOneNumberNear(t *testing.T) {
	const far = 7 << 20
	again := []sent{{true, syn, 0, 0, 0}, {false, syn | ack, 0, 1, 0}, {true, ack, 1, 1, 0}, {true, ack, 1, 1, 10}, {false, ack, 1, 11, 20}, {true, ack, 11, 21, 0}}
	swapped := append([]sent{again[0], again[2], again[1]}, again[3:]...)
	missed := append([]sent{again[0]}, again[2:]...)
	for _, by := range [][2]int64{{-5000, far}, {5000, -far}, {-far, 5000}, {far, -3000}, {5000, -1 << 31}, {-1 << 31, 3000}} {
		moved := func(p *capture.Packet) {
			d, e := by[0], by[1]
			if p.SrcPort == 80 {
				d, e = e, d
			}
			p.Seq, p.Ack = capture.Seq(int64(p.Seq)+d), capture.Seq(int64(p.Ack)+e)
		}
		for _, c := range []struct {
			name string
			pkts []sent
			want handshake.Verdict
		}{{"behind", swapped, handshake.Completed}, {"missed", missed, handshake.CompletedUnseen}} {
			s := tell(t, Config{})
			s.open()
			s.pkt(true, ack, 1, 1, 10)
			s.pkt(false, ack, 1, 11, 20)
			s.wait(Second)
			for _, p := range c.pkts {
				s.pkt(p.orig, p.flags, p.seq, p.ack, p.n, moved)
			}
			for i, e := range s.end(handshake.Completed, c.want) {
				if n := []int{5, len(c.pkts)}[i]; e.Orig.Pkts+e.Resp.Pkts != uint64(n) || e.Orig.Payload != 10 || e.Resp.Payload != 20 {
					t.Errorf("SYN-ACK %s, moved by %v: record %d has %d packets, payload %d and %d", c.name, by, i+1, e.Orig.Pkts+e.Resp.Pkts, e.Orig.Payload, e.Resp.Payload)
				}
			}
		}
		s := tell(t, Config{})
		s.open()
		s.pkt(true, syn, 0, 0, 0, moved)
		s.pkt(true, ack, 1, 1, 0, moved)
		s.pkt(true, ack, 1, 1, 10)
		s.pkt(false, ack, 1, 11, 20)
		if e := s.end(handshake.Completed)[0]; e.Orig.Payload != 10 || e.Resp.Payload != 20 || e.Oddities&handshake.OddStraySYN == 0 {
			t.Errorf("a stranger, moved by %v: payload %d and %d, %v", by, e.Orig.Payload, e.Resp.Payload, e.Oddities.List())
		}
	}
}

// Where the first SYN was missed, a SYN with a number a little below the old ones is another call if its answer tells so: the
// number of who calls again may lie anywhere. Without such an answer it is taken for the retry of a SYN that carried octets
// (Fast Open, RFC 7413), captured late, and keeps its place in Zeek's history.
func TestReuseBelowNumbersWithoutSYN(t *testing.T) {
	const below, far = 200, 900000
	began := []sent{{false, syn | ack, 0, 1, 0}, {true, ack, 1, 1, 0}}
	spoke := append(began[:2:2], sent{true, ack, 1, 1, 10}, sent{false, ack, 1, 11, 20})
	left := append(spoke[:4:4], sent{true, fin | ack, 11, 21, 0}, sent{false, ack, 21, 12, 0})
	again := []sent{{true, syn, 0, 0, 0}, {false, syn | ack, 0, 1, 0}, {true, ack, 1, 1, 0}, {true, ack, 1, 1, 30}, {false, ack, 1, 31, 40}}
	behind := append([]sent{again[0], again[2], again[1]}, again[3:]...)
	missed := append([]sent{again[0]}, again[2:]...)
	refused := []sent{again[0], {false, rst | ack, 0, 1, 0}}
	moved := func(p *capture.Packet) {
		if p.SrcPort == 80 {
			p.Seq, p.Ack = p.Seq.Add(far), p.Ack.Add(1<<32-below)
		} else {
			p.Seq, p.Ack = p.Seq.Add(1<<32-below), p.Ack.Add(far)
		}
	}
	for _, first := range [][]sent{began, spoke, left} {
		for i, second := range [][]sent{again, behind, missed, refused} {
			if i > 0 && len(first) == len(began) {
				continue // of the old one nothing tells yet that it is one
			}
			s := tell(t, Config{})
			for _, p := range first {
				s.pkt(p.orig, p.flags, p.seq, p.ack, p.n)
			}
			s.wait(Second)
			for _, p := range second {
				s.pkt(p.orig, p.flags, p.seq, p.ack, p.n, moved)
			}
			want := []handshake.Verdict{handshake.Completed, handshake.Completed, handshake.CompletedUnseen, handshake.Refused}[i]
			for j, e := range s.end(handshake.CompletedUnseen, want) {
				if n := []int{len(first), len(second)}[j]; e.Orig.Pkts+e.Resp.Pkts != uint64(n) || e.Orig.Lost+e.Resp.Lost != 0 || e.SuspectedRSTs != 0 {
					t.Errorf("%d packets, then %d: record %d has %d, %d and %d lost, %d RSTs suspected", len(first), len(second), j+1, e.Orig.Pkts+e.Resp.Pkts, e.Orig.Lost, e.Resp.Lost, e.SuspectedRSTs)
				}
			}
		}
	}
	// Its SYN carried 100 octets, and so did none that was captured.
	own := []sent{{false, syn | ack, 0, 101, 0}, {true, ack, 101, 1, 0}, {true, ack, 101, 1, 10}, {false, ack, 1, 111, 20}, {true, ack, 111, 21, 0}, {false, syn | ack, 0, 101, 0}}
	for at := range own {
		s := tell(t, Config{})
		for i, p := range own {
			s.pkt(p.orig, p.flags, p.seq, p.ack, p.n)
			if i == at {
				s.pkt(true, syn, 0, 0, 0)
			}
		}
		e := s.end(handshake.CompletedUnseen)[0]
		want := []string{"HsadD", "^hASDd", "^hADSd", "^hADdS", "^hADdS", "^hADdS"}[at]
		if e.J.Kind != handshake.FastOpen || e.J.RolesBy != handshake.RolesSYN || e.Orig.Lost != 100 || e.Orig.Payload != 10 || e.Resp.Payload != 20 ||
			e.Orig.Pkts+e.Resp.Pkts != uint64(len(own)+1) || e.Oddities&handshake.OddStraySYN != 0 {
			t.Errorf("its own after %d: %v by %v, %d lost, payload %d and %d, %v", at, e.J.Kind, e.J.RolesBy, e.Orig.Lost, e.Orig.Payload, e.Resp.Payload, e.Oddities.List())
		}
		if got := string(e.History()); got != want {
			t.Errorf("its own after %d: history %s, want %s", at, got, want)
		}
	}
}
