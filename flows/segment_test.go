package flows

import (
	"testing"

	"portero/capture"
	"portero/handshake"
)

// Wireshark says nothing of the first packet of a conversation until it shows the second, but that it is a SYN: nor where
// fragments carried it.
func TestCompletenessOfOneSegment(t *testing.T) {
	in := func(frames uint16) func(*capture.Packet) {
		return func(p *capture.Packet) {
			if p.Frames = frames; frames > 1 {
				p.Bits |= capture.Fragment
			}
		}
	}
	for _, frames := range []uint16{1, 3} {
		for _, c := range []struct {
			first, then capture.Flags
			want        int16
		}{{fin | rst, 0, 0}, {rst | ack, 0, 0}, {syn | ack, 0, 0}, {syn | rst, 0, 1}, {syn, 0, 1}, {rst, rst, 32}, {fin | ack, ack, 4 + 16}, {syn | rst, rst, 1 + 32}} {
			s := tell(t, Config{})
			s.pkt(true, c.first, 0, 0, 0, in(frames))
			if c.then != 0 {
				s.pkt(true, c.then, 1, 0, 0)
			}
			s.table.Flush(s.index, handshake.EndForced)
			if len(s.ended) != 1 || s.ended[0].Completeness != c.want || s.ended[0].Orig.Pkts+s.ended[0].Resp.Pkts != uint64(frames)+min(uint64(c.then), 1) {
				t.Errorf("%v and %v, the first in %d frames: %+v", c.first, c.then, frames, s.ended)
			}
		}
	}
}
