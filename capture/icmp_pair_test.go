package capture

import "testing"

// TestICMPPair: every question has one answer and every answer one question, in both versions, and what
// stands alone has no other.
func TestICMPPair(t *testing.T) {
	for _, ver := range []uint8{4, 6} {
		pairs := 0
		for n := range 256 {
			typ := uint8(n)
			other, part := ICMPPair(ver, typ)
			if part == ICMPAlone {
				if other != 0 {
					t.Errorf("version %d, type %d alone: %d", ver, typ, other)
				}
				continue
			}
			back, part2 := ICMPPair(ver, other)
			if back != typ || (part == ICMPQuestion) == (part2 == ICMPQuestion) {
				t.Errorf("version %d: %d goes with %d, which goes with %d; parts %d and %d", ver, typ, other, back, part, part2)
			}
			if part == ICMPQuestion {
				pairs++
			}
		}
		if want := map[uint8]int{4: 8, 6: 11}[ver]; pairs != want {
			t.Errorf("version %d has %d pairs, want %d", ver, pairs, want)
		}
	}
}
