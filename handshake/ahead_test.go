package handshake

import (
	"testing"
	"unsafe"
)

// TestAhead holds what Ahead reckons to what the segment then touches.
func TestAhead(t *testing.T) {
	if dataTimed0 != 1<<timed0Bit || dataTimed1 != 2<<timed0Bit || dataAsked != 1<<askedBit || sentSYN != 1 || sentSYNACK != 2 {
		t.Fatal("a bit moved")
	}
	var x Data
	for flags := range dataBits(1 << 13) {
		for bits := range sideBits(16) {
			c := Conn{}
			c.half[0].bits, c.half[1].bits = bits&3, bits>>2
			x.flags = flags
			for side := range 2 {
				for _, n := range []uint32{0, 1, 1448, 1 << 31} {
					wantSamples, wantWaits := uintptr(0), uintptr(0)
					if flags&(dataTimed0<<(1-side)) != 0 {
						wantSamples = unsafe.Offsetof(x.rtt)
					}
					if n > 0 && (flags&dataAsked != 0 || c.opens(side)) {
						wantWaits = unsafe.Offsetof(x.pace)
					}
					if s, w := c.Ahead(side, n, &x); s != wantSamples || w != wantWaits {
						t.Fatalf("flags %b, bits %b, side %d, %d octets: %d and %d, want %d and %d", flags, bits, side, n, s, w, wantSamples, wantWaits)
					}
				}
			}
		}
	}
}
