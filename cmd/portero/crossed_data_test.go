package main

import "testing"

// TestHonestCrossedData holds that octets on SYNs that cross count once, though the SYN-ACKs bring them again (RFC 9293, 3.5, RFC 7413).
func TestHonestCrossedData(t *testing.T) {
	for _, x := range []saying{
		{"both bring octets, and both are taken", `
			c S 1000 0 50
			s S 5000 0 40
			c SA 1000 5041 50
			s SA 5000 1051 40
			c PA 1051 5041 5
			s A 5041 1056`, `
			1 handshake=completed handshake_kind=simultaneous orig_payload=55 resp_payload=40 orig_retrans=1 resp_retrans=1 orig_lost=0 resp_lost=0`},
		{"one brings some, and its answer brings them again with more", `
			c S 1000 0 50
			s S 5000
			c SA 1000 5001 80
			s SA 5000 1051
			c PA 1081 5001 5
			s A 5001 1086`, `
			1 handshake=completed handshake_kind=simultaneous orig_payload=85 resp_payload=0 orig_lost=0`},
		{"only the answer brings some", `
			c S 1000
			s S 5000
			c SA 1000 5001 80
			s SA 5000 1001
			c PA 1081 5001 5
			s A 5001 1086`, `
			1 handshake=completed handshake_kind=simultaneous orig_payload=85 orig_retrans=0 orig_lost=0`},
	} {
		x.hold(t)
	}
}
