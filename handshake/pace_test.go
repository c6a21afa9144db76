package handshake

import (
	"testing"

	"portero/capture"
)

const ms = int64(1e6)

// waits plays a story and returns its pace. Numbers are relative to the initial ones.
func waits(story []capture.Packet) Pace {
	c, x := &Conn{}, NewRest()
	last := int64(0)
	for i := range story {
		p := &story[i]
		side := Side(p.SrcPort)
		p.Index, p.Frames = uint64(i+1), 1
		x.Quiet = p.Time - last
		last = p.Time
		if !c.Plain(p, side, x.Data, x.Shelf) {
			c.Observe(p, side, uint32(i+1), x, Options{})
		}
	}
	return x.Pace()
}

func seg(at int64, side Side, seq, ack, n uint32, window uint16) capture.Packet {
	base := [2]uint32{4294967290, 1000}
	return capture.Packet{Time: at * ms, SrcPort: uint16(side), Flags: capture.ACK, Seq: capture.Seq(base[side] + seq), Ack: capture.Seq(base[1-side] + ack),
		PayloadLen: n, Window: window, Bits: capture.Unchecked}
}

func opened() []capture.Packet {
	syn, sa := seg(0, 0, 0, 0, 0, 65535), seg(10, 1, 0, 1, 0, 65535)
	syn.Flags, syn.Ack = capture.SYN, 0
	sa.Flags = capture.SYN | capture.ACK
	return []capture.Packet{syn, sa, seg(20, 0, 1, 1, 0, 65535)}
}

func TestPace(t *testing.T) {
	for _, c := range []struct {
		name  string
		story []capture.Packet
		want  Pace
	}{
		{"the responder thinks", append(opened(), seg(30, 0, 1, 1, 100, 65535), seg(40, 1, 1, 101, 0, 65535), seg(530, 1, 1, 101, 50, 65535),
			seg(540, 0, 101, 51, 100, 65535), seg(640, 1, 51, 201, 50, 65535), seg(641, 1, 101, 201, 50, 65535)),
			Pace{FirstByte: 500 * ms, Waited: 600 * ms, Longest: 500 * ms, At: 6, Turns: 2}},
		{"the responder greets", append(opened(), seg(70, 1, 1, 1, 30, 65535), seg(500, 0, 1, 31, 10, 65535), seg(520, 1, 31, 11, 10, 65535)),
			Pace{FirstByte: 50 * ms, Waited: 70 * ms, Longest: 50 * ms, At: 4, Turns: 2}},
		{"a shut window", append(opened(), seg(30, 0, 1, 1, 100, 65535), seg(40, 1, 1, 101, 1000, 65535), seg(50, 0, 101, 1001, 0, 0), seg(350, 0, 101, 1001, 0, 65535)),
			Pace{FirstByte: 10 * ms, Waited: 10 * ms, Longest: 10 * ms, At: 5, Turns: 1, Shut: 300 * ms}},
		{"a loss", append(opened(), seg(30, 0, 1, 1, 100, 65535), seg(40, 1, 1, 101, 1000, 65535), seg(290, 1, 1, 101, 1000, 65535)),
			Pace{FirstByte: 10 * ms, Waited: 10 * ms, Longest: 10 * ms, At: 5, Turns: 1, Loss: 250 * ms}},
		{"nobody asked", opened(), Pace{FirstByte: -1, Waited: -1, Longest: -1}},
		{"in the middle", []capture.Packet{seg(30, 0, 1, 1, 100, 65535), seg(40, 1, 1, 101, 1000, 65535)}, Pace{FirstByte: -1, Waited: -1, Longest: -1}},
	} {
		if got := waits(c.story); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}
