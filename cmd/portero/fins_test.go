package main

import "testing"

// TestHonestFINs holds who closed to whose FIN acknowledges the other's, also where only a copy of the first was captured.
func TestHonestFINs(t *testing.T) {
	for _, x := range []saying{
		{"the first FIN was missed, and comes again after the FIN that acknowledges it", `
			c FA 3002 22
			s FA 21 3002
			c A 3003 22
			c FA 3002 22
			s A 22 3003`, `
			1 handshake=midstream close=closed closed_by=resp close_frames=[1,2]`},
		{"with octets, and behind an acknowledgement of it", `
			c A 3002 22
			c FA 3002 22
			s FA 11 3002 10
			s A 22 3003`, `
			1 handshake=midstream close=closed closed_by=resp resp_payload=10`},
		{"its sender acknowledged something before", `
			s A 22 3002
			c FA 3002 22
			s FA 21 3002`, `
			1 handshake=midstream close=closed closed_by=resp`},
		{"two FINs that cross", `
			c A 3002 21
			c FA 3002 21
			s FA 21 3002
			c A 3003 22
			s A 22 3003`, `
			1 handshake=midstream close=closed closed_by=both`},
		{"the first FIN is answered by one that acknowledges it", `
			c FA 3002 21
			s FA 21 3003
			c A 3003 22`, `
			1 handshake=midstream close=closed closed_by=orig`},
		{"only the copy of a FIN of which the opening tells where it lies", `
			c S 2001
			s SA 11 2002
			c A 2002 12
			c FA 2002 13
			s FA 12 2002
			c A 2003 13`, `
			1 handshake=completed close=closed closed_by=resp`},
	} {
		x.hold(t)
	}
}
