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
