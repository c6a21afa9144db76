package flows

import (
	"testing"

	"portero/capture"
	"portero/handshake"
)

// That a smaller packet would pass is named where nothing was answered, and nowhere else.
func TestTooBigAndAnswered(t *testing.T) {
	a, b := [16]byte{1}, [16]byte{2}
	for _, proto := range []uint8{tcp, capture.ProtoUDP} {
		for _, first := range []bool{false, true} { // the answer
			var got Ended
			tab := New(Config{}, func(e *Ended) { got = *e })
			asked := capture.Packet{Src: a, Dst: b, SrcPort: 1000, DstPort: 80, Proto: proto, Ver: 6, Hash: 7, Index: 1, Time: 1e18, Frames: 1, Seq: 1000, Flags: capture.SYN, Window: 1}
			answer := capture.Packet{Src: b, Dst: a, SrcPort: 80, DstPort: 1000, Proto: proto, Ver: 6, Hash: 7, Index: 2, Time: 1e18 + 1, Frames: 1, Ack: 1001, Flags: capture.SYN | capture.ACK, Window: 1, Digest: 1}
			e := capture.Packet{Src: [16]byte{3}, Dst: a, Proto: capture.ProtoICMP6, Ver: 6, Hash: 7, Index: 3, Time: 1e18 + 2, Frames: 1, Bits: capture.ICMPError, Flags: 2 << 8, Digest: 2}
			q := &capture.Quote{Src: a, Dst: b, SrcPort: 1000, DstPort: 80, Proto: proto, Ver: 6, Hash: 7, Seq: 1000, HasSeq: proto == tcp}
			tab.Observe(&asked, nil)
			if first {
				tab.Observe(&answer, nil)
				tab.Observe(&e, q)
			} else {
				tab.Observe(&e, q)
				tab.Observe(&answer, nil)
			}
			tab.Flush(9, handshake.EndForced)
			if got.ICMPFrame != 0 || got.ICMPType != 0 || got.FilteredVer != 0 || got.Resp.Pkts != 1 {
				t.Errorf("protocol %d, the answer first %v: ICMP frame %d, type %d, %v", proto, first, got.ICMPFrame, got.ICMPType, got.J.Verdict)
			}
		}
	}
}
