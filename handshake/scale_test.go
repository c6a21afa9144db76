package handshake

import (
	"testing"

	"portero/capture"
)

// A scale of more than 14 counts as 14 (RFC 7323, 2.3): whoever writes 255 offers no window without end.
func TestScaleIsBounded(t *testing.T) {
	for told, want := range map[uint8]int8{0: 0, 7: 7, 13: 13, 14: 14, 15: 14, 127: 14, 128: 14, 255: 14} {
		var c Conn
		var h half
		if c.options(&capture.Packet{Proto: capture.ProtoTCP, Opts: capture.OptWScale, WScale: told}, &h, true); h.wscale != want {
			t.Errorf("a scale of %d counts as %d", told, h.wscale)
		}
	}
}
