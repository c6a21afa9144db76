package main

import "testing"

// TestHonestResets holds what a RST tells by its numbers, in whatever order it was captured.
func TestHonestResets(t *testing.T) {
	for _, x := range []saying{
		{"the answer is missed, and the RST acknowledges the SYN with the number that the originator acknowledged", `
			c S 1000
			c A 1001 5001
			s RA 5001 1001`, `
			1 handshake=completed_unseen missing=[synack] close=reset closed_by=resp close_frames=[3] ack_frame=2`},
		{"the answer is missed, and the RST acknowledges octets", `
			c S 1000
			c A 1001 5001
			c PA 1001 5001 100
			s RA 5001 1101`, `
			1 handshake=completed_unseen missing=[synack] close=reset closed_by=resp orig_payload=100 orig_lost=0`},
		{"answer and third packet are missed", `
			c S 1000
			c PA 1011 5001 100
			s RA 5001 1111`, `
			1 handshake=completed_unseen missing=[synack,ack] close=reset closed_by=resp orig_payload=100 orig_lost=10`},
		{"the RST is ahead by octets that are missed", `
			c S 1000
			c A 1001 5001
			s RA 5101 1001`, `
			1 handshake=completed_unseen missing=[synack] close=reset closed_by=resp`},
		{"the RST is captured before the third packet", `
			c S 1000
			s RA 5001 1001
			c A 1001 5001`, `
			1 handshake=completed_unseen missing=[synack] close=reset closed_by=resp close_frames=[2] ack_frame=3`},
		{"a RST that acknowledges nothing is of one who has no connection", `
			c S 1000
			c A 1001 5001
			s R 5001`, `
			1 handshake=invalid close=none`},
		{"a RST that acknowledges what was not sent proves nothing", `
			c S 1000
			c A 1001 5001
			s RA 5001 2001`, `
			1 handshake=invalid close=none`},
	} {
		x.hold(t)
	}
}
