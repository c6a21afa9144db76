package flows

import (
	"testing"

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
