package flows

import (
	"strings"
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

// What IP claims beyond the end of a frame is no data to Wireshark, and to Zeek the whole packet is not there: so are captures told of which
// a tool kept the headers, and wrote down what it kept as all that there was.
func TestColumnsOfTrimmedPackets(t *testing.T) {
	trim := func(held uint32) func(*capture.Packet) {
		return func(p *capture.Packet) { p.Bits, p.TSVal = p.Bits|capture.Overlong|capture.Unchecked, held }
	}
	for _, ignore := range []bool{false, true} {
		for held, want := range map[uint32]int16{0: 1 + 2 + 4 + 16, 20: 1 + 2 + 4 + 8 + 16} {
			s := tell(t, Config{IgnoreSums: ignore})
			s.open()
			s.pkt(true, ack, 1, 1, 100, trim(held))
			s.pkt(false, ack, 1, 101, 1000, trim(held))
			s.pkt(true, fin|ack, 101, 1001, 0)
			s.pkt(false, fin|ack, 1001, 102, 0)
			s.pkt(true, ack, 102, 1002, 0)
			e := s.end(handshake.Completed)[0]
			if got := string(e.History()); e.Completeness != want || !strings.HasPrefix(got, "ShA") || strings.ContainsAny(got, "DdCc") || e.ConnState != "SF" {
				t.Errorf("%d octets of each: %d, %s, %s; want %d", held, e.Completeness, got, e.ConnState, want)
			}
		}
	}
	for _, trimmed := range []bool{false, true} {
		s := tell(t, Config{})
		for _, from := range []bool{true, false} {
			s.pkt(from, 0, 0, 0, 40, func(p *capture.Packet) {
				if p.Proto = capture.ProtoUDP; trimmed && !from {
					p.Bits |= capture.Overlong
				}
			})
		}
		s.table.Flush(s.index, handshake.EndForced)
		if got := string(s.ended[0].History()); got != map[bool]string{false: "Dd", true: "D"}[trimmed] {
			t.Errorf("datagrams, the answer trimmed %v: %s, %s", trimmed, got, s.ended[0].ConnState)
		}
	}
}
