package record

import (
	"testing"

	"portero/capture"
	"portero/handshake"
)

// The control bits of each side are those that its frames, its history or the word for its end show, and no others.
func TestControlBits(t *testing.T) {
	for _, c := range []struct {
		name       string
		r          Record
		orig, resp uint8
	}{
		{"a SYN", Record{SYNFrame: 1}, SYN, 0},
		{"all three packets", Record{SYNFrame: 1, SYNACKFrame: 2, ACKFrame: 3, Close: handshake.StillOpen}, SYN | ACK, SYN | ACK},
		{"closed", Record{Close: handshake.Closed}, FIN | ACK, FIN | ACK},
		{"half closed by the originator", Record{Close: handshake.HalfClosed, ClosedBy: handshake.ByOrig}, FIN, 0},
		{"half closed by the responder", Record{Close: handshake.HalfClosed, ClosedBy: handshake.ByResp}, 0, FIN},
		{"reset by the originator", Record{Close: handshake.Reset, ClosedBy: handshake.ByOrig}, RST, 0},
		{"reset by the responder", Record{Close: handshake.Reset, ClosedBy: handshake.ByResp}, 0, RST},
		{"refused", Record{Handshake: handshake.Refused, SYNFrame: 1}, SYN, RST | ACK},
		{"aborted, without a word in its history", Record{Handshake: handshake.Aborted, SYNFrame: 1}, SYN | RST, 0},
		{"by its history alone", Record{History: "ShADadFfRi"}, SYN | ACK | FIN | RST, SYN | ACK | FIN | RST},
		{"by its history, the other way round", Record{History: "S", ZeekFlipped: true}, 0, SYN},
		{"capital letters are the originator's", Record{History: "Ah"}, ACK, SYN | ACK},
	} {
		c.r.Proto = capture.ProtoTCP
		if o, p := c.r.ControlBits(); o != c.orig || p != c.resp {
			t.Errorf("%s: %05b and %05b, want %05b and %05b", c.name, o, p, c.orig, c.resp)
		}
		c.r.Proto = capture.ProtoUDP
		if o, p := c.r.ControlBits(); o|p != 0 {
			t.Errorf("%s, but no TCP: %05b and %05b", c.name, o, p)
		}
	}
}
