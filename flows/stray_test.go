package flows

import (
	"testing"

	"portero/capture"
	"portero/handshake"
)

// A SYN of the responder with a number that nothing goes on from makes no simultaneous open, and does not hinder the
// handshake that completes beside it.
func TestStrayCall(t *testing.T) {
	hs := []sent{{true, syn, 0, 0, 0}, {false, syn | ack, 0, 1, 0}, {true, ack, 1, 1, 0}, {true, ack, 1, 1, 10}, {false, ack, 1, 11, 20}}
	for _, seq := range []int64{1, 3000, -3000, 1 << 30, -1 << 30, 1<<31 - 7} {
		for at := 1; at <= 2; at++ {
			s := tell(t, Config{})
			var frames []uint64
			for i, p := range hs {
				if i == at {
					s.pkt(false, syn, seq, 0, 0)
				}
				s.pkt(p.orig, p.flags, p.seq, p.ack, p.n)
				frames = append(frames, s.index)
			}
			e := s.end(handshake.Completed)[0]
			if e.J.Kind != handshake.Normal || e.SYNFrame != frames[0] || e.SYNACKFrame != frames[1] || e.ACKFrame != frames[2] ||
				e.Orig.Payload != 10 || e.Resp.Payload != 20 || e.Oddities&handshake.OddStraySYN == 0 {
				t.Errorf("SYN %d at %d: %v, frames %d %d %d, payload %d and %d, %v", seq, at, e.J.Kind, e.SYNFrame, e.SYNACKFrame, e.ACKFrame, e.Orig.Payload, e.Resp.Payload, e.Oddities.List())
			}
		}
	}
}

// Where the originator alone was captured, a SYN-ACK that fits nothing it sent leaves its half of the handshake what it is.
func TestStrayAnswer(t *testing.T) {
	half := []sent{{true, syn, 0, 0, 0}, {true, ack, 1, 1, 0}, {true, ack, 1, 1, 10}, {true, fin | ack, 11, 21, 0}}
	for _, seq := range []int64{3000, -1 << 29, 3 << 29} {
		for at := range half {
			s := tell(t, Config{})
			for i, p := range half {
				s.pkt(p.orig, p.flags, p.seq, p.ack, p.n)
				if i == at {
					s.pkt(false, syn|ack, seq, seq+77, 0)
				}
			}
			if e := s.end(handshake.Implied)[0]; e.SYNACKFrame != 0 || e.ACKFrame == 0 || e.J.Missing != handshake.MissingSYNACK || e.J.Close != handshake.HalfClosed {
				t.Errorf("SYN-ACK %d at %d: frames %d %d, missing %v, %v", seq, at, e.SYNACKFrame, e.ACKFrame, e.J.Missing.List(), e.J.Close)
			}
		}
	}
}

// The numbers of a stranger's segments that lie before the beginning of the streams, or far beyond all that was
// sent, change nothing of what one direction alone shows, whoever's name they bear.
func TestStrangerBesideOneDirection(t *testing.T) {
	asked := []sent{{true, syn, 0, 0, 0}, {true, ack, 1, 1, 0}, {true, ack, 1, 1, 10}, {true, fin | ack, 11, 21, 0}}
	answered := []sent{{false, syn | ack, 0, 1, 0}, {false, ack, 1, 11, 0}, {false, ack, 1, 11, 10}, {false, fin | ack, 11, 12, 0}}
	far := []int64{-3000, -1 << 20, -1 << 29, 3 - 1<<30, 1 << 20, 1 << 29, 1 << 30}
	for _, c := range []struct {
		name string
		half []sent
		orig bool
	}{{"the initiator's direction", asked, true}, {"the responder's direction", answered, false}} {
		for _, orig := range []bool{true, false} {
			for at := range c.half {
				for _, seq := range far {
					for _, ackOf := range far {
						if orig == c.orig && seq > 0 && at == 0 {
							continue // for all that is known it was captured too early
						}
						n := uint32(0)
						if seq < 0 && ackOf < 0 {
							n = 5
						}
						s := tell(t, Config{})
						for i, p := range c.half {
							s.pkt(p.orig, p.flags, p.seq, p.ack, p.n)
							if i == at {
								s.pkt(orig, ack, 1+seq, 1+ackOf, n)
							}
						}
						e := s.end(handshake.Implied)[0]
						if e.J.Close != handshake.HalfClosed || e.ConfirmedFrame != 0 || e.Orig.Payload+e.Resp.Payload != 10 {
							t.Errorf("%s, at %d a segment of the initiator %v, %d %d: %v, confirmed by %d, payload %d and %d",
								c.name, at, orig, seq, ackOf, e.J.Close, e.ConfirmedFrame, e.Orig.Payload, e.Resp.Payload)
						}
					}
				}
			}
		}
	}
}

// A segment in the initiator's name before any answer came is no sign that the handshake went on: the next SYN
// is a retry, and the answer is the one that was waited for.
func TestStraySegmentBeforeAnswer(t *testing.T) {
	for _, seq := range []int64{-1 << 29, -3000, 1, 90000, 1 << 29} {
		pkts := []sent{{true, syn, 0, 0, 0}, {true, ack, seq, 1 << 29, 0}, {true, syn, 0, 0, 0}, {false, syn | ack, 0, 1, 0}, {true, ack, 1, 1, 0}}
		if e := late(t, pkts); len(e) != 1 || e[0].J.Verdict != handshake.Completed || e[0].SYNRetries != 1 || e[0].SYNACKFrame != 4 || e[0].ACKFrame != 5 {
			t.Errorf("segment %d: %d records, the first %v, frames %d %d %d", seq, len(e), e[0].J.Verdict, e[0].SYNFrame, e[0].SYNACKFrame, e[0].ACKFrame)
		}
		if e := late(t, pkts[:3]); seq != 1 && seq != 90000 && (len(e) != 1 || e[0].J.Verdict != handshake.NoAnswer) {
			t.Errorf("segment %d, no answer: %d records, the first %v", seq, len(e), e[0].J.Verdict)
		}
	}
}

// Nor does a SYN or SYN-ACK of a stranger.
func TestStrangerOpensBesideOneDirection(t *testing.T) {
	asked := []sent{{true, syn, 0, 0, 0}, {true, ack, 1, 1, 0}, {true, ack, 1, 1, 10}, {true, fin | ack, 11, 21, 0}}
	answered := []sent{{false, syn | ack, 0, 1, 0}, {false, ack, 1, 11, 0}, {false, ack, 1, 11, 10}, {false, fin | ack, 11, 12, 0}}
	for _, c := range []struct {
		name   string
		half   []sent
		forged sent
		last   int // place of the forged one
	}{
		{"a call of the responder", asked, sent{false, syn, 1 << 29, 0, 0}, 3},
		{"another call of the responder", asked, sent{false, syn, -1 << 29, 0, 0}, 3},
		{"an answer of the initiator", answered, sent{true, syn | ack, 1 << 29, 7777, 0}, 3},
		{"another answer of the initiator", answered, sent{true, syn | ack, -1 << 29, -1 << 28, 0}, 3},
		{"an answer of the responder", answered, sent{false, syn | ack, 1 << 29, 7777, 0}, 2},
		{"another answer of the responder", answered, sent{false, syn | ack, -1 << 29, -1 << 28, 0}, 2},
	} {
		for at := 1; at <= c.last; at++ {
			e := late(t, append(append(c.half[:at:at], c.forged), c.half[at:]...))
			if len(e) != 1 || e[0].J.Verdict != handshake.Implied || e[0].J.Kind != handshake.Normal || e[0].J.Close != handshake.HalfClosed || e[0].Orig.Payload+e[0].Resp.Payload != 10 {
				t.Errorf("%s at %d: %d records, the first %v, %v, %v, payload %d and %d", c.name, at, len(e), e[0].J.Verdict, e[0].J.Kind, e[0].J.Close, e[0].Orig.Payload, e[0].Resp.Payload)
			}
			if orig := &e[0].Orig; orig.Port != 40000 {
				t.Errorf("%s at %d: the originator is %d", c.name, at, orig.Port)
			}
		}
	}
}

// The first of two SYNs is taken back by the RST that names it.
func TestFirstSYNTakenBack(t *testing.T) {
	e := late(t, []sent{{true, syn, 0, 0, 0}, {true, syn, 1 << 29, 0, 0}, {true, rst, 1, 0, 0}})
	if len(e) != 1 || e[0].J.Verdict != handshake.Aborted || e[0].SYNFrame != 1 || e[0].SuspectedRSTs != 0 {
		t.Errorf("%d records, the first %v, SYN %d, %d suspected", len(e), e[0].J.Verdict, e[0].SYNFrame, e[0].SuspectedRSTs)
	}
}

// Nor is an attempt that was taken back anything else for a segment that its receiver would throw away.
func TestStrangerAfterRST(t *testing.T) {
	for _, f := range []capture.Flags{ack, fin | ack} {
		if e := late(t, []sent{{true, syn, 0, 0, 0}, {true, rst, 1, 0, 0}, {true, f, 1 << 29, 77, 0}, {true, rst, 1, 0, 0}}); len(e) != 1 || e[0].J.Verdict != handshake.Aborted {
			t.Errorf("%v: %d records, the first %v", f, len(e), e[0].J.Verdict)
		}
	}
}

// A stray SYN with a checksum that its sender's network card was to fill in has Zeek's C, as all that is sent so, and no letter of its
// own, unless wrong checksums are ignored.
func TestStrayCallWithoutChecksum(t *testing.T) {
	left := func(p *capture.Packet) {
		if p.SrcPort != 80 {
			p.Bits |= capture.PartialSum
		}
	}
	for _, ignore := range []bool{false, true} {
		s := tell(t, Config{IgnoreSums: ignore})
		for _, p := range []sent{{true, syn, 0, 0, 0}, {false, syn | ack, 0, 1, 0}, {true, ack, 1, 1, 0}, {true, ack, 1, 1, 10}, {false, ack, 1, 11, 20}, {true, syn, 1 << 29, 0, 0}, {true, ack, 11, 21, 0}} {
			s.pkt(p.orig, p.flags, p.seq, p.ack, p.n, left)
		}
		want := "Chd"
		if ignore {
			want = "ShADdS"
		}
		if e := s.end(handshake.Completed)[0]; string(e.History()) != want || e.Oddities&handshake.OddStraySYN == 0 {
			t.Errorf("ignored: %v, history %s, want %s, %v", ignore, e.History(), want, e.Oddities.List())
		}
	}
}

// A stray SYN with the number right before the one where its sender stands does not take what that sends next, though it acknowledges
// far less than its peer has under way.
func TestStrayCallRightBeforeNext(t *testing.T) {
	s := tell(t, Config{})
	s.open()
	s.pkt(true, ack, 1, 1, 10)
	for i := range int64(70) {
		s.pkt(false, ack, 1+1400*i, 11, 1400)
	}
	s.pkt(true, syn, 10, 0, 0)
	s.pkt(true, fin|ack, 11, 1401, 20)
	s.pkt(false, fin|ack, 98001, 32, 0)
	s.pkt(true, ack, 32, 98002, 0)
	if e := s.end(handshake.Completed)[0]; e.Orig.Payload != 30 || e.Orig.OOO != 0 || e.J.Close != handshake.Closed || e.J.ClosedBy != handshake.ByOrig ||
		string(e.History()) != "ShADdSFf" || e.Oddities&handshake.OddStraySYN == 0 {
		t.Errorf("payload %d, %d out of order, %v by %v, history %s, %v", e.Orig.Payload, e.Orig.OOO, e.J.Close, e.J.ClosedBy, e.History(), e.Oddities.List())
	}
}
