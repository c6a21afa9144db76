package main

import "testing"

// TestHonestSeldom holds records to what seldom happens to a handshake.
func TestHonestSeldom(t *testing.T) {
	for _, x := range []saying{
		{"ECN is asked for and granted", `
			c SEC 1000
			s SAE 5000 1001
			c A 1001 5001`, `
			1 handshake=completed ecn=true`},
		{"who sends the SYN again without ECN gives it up, though the first is answered", `
			c SEC 1000
			+1000 c S 1000
			s SAE 5000 1001
			c A 1001 5001`, `
			1 handshake=completed ecn=false syn_retries=1`},
		{"who sends the SYN-ACK again without ECN gives it up", `
			c SEC 1000
			s SAE 5000 1001
			+1000 s SA 5000 1001
			c A 1001 5001`, `
			1 handshake=completed ecn=false synack_retries=1`},
		{"a copy of the SYN with ECN gives up nothing", `
			c SEC 1000
			+1000 c SEC 1000
			s SAE 5000 1001
			c A 1001 5001`, `
			1 handshake=completed ecn=true syn_retries=1`},
		{"accurate ECN is asked for and granted: the answer repeats how the SYN came", `
			c SNEC 1000
			s SAC 5000 1001
			c A 1001 5001`, `
			1 handshake=completed ecn=true`},
		{"the SYN came marked", `
			c SNEC 1000
			s SANC 5000 1001
			c A 1001 5001`, `
			1 handshake=completed ecn=true`},
		{"accurate ECN is asked for, and the older one granted", `
			c SNEC 1000
			s SAE 5000 1001
			c A 1001 5001`, `
			1 handshake=completed ecn=true`},
		{"the answer sends back what came, and means nothing by it", `
			c SNEC 1000
			s SANEC 5000 1001
			c A 1001 5001`, `
			1 handshake=completed ecn=false`},
		{"the older one is asked for, and something else granted", `
			c SEC 1000
			s SAC 5000 1001
			c A 1001 5001`, `
			1 handshake=completed ecn=false`},
		{"accurate ECN is given up with the copy of the SYN that asks for the older one", `
			c SNEC 1000
			+1000 c SEC 1000
			s SAC 5000 1001
			c A 1001 5001`, `
			1 handshake=completed ecn=false syn_retries=1`},
		{"the answer was missed, and is sent again by who waits for data: that took the path no 3 s", `
			c S 1000
			+20 c A 1001 5001
			+3000 s SA 5000 1001
			c A 1001 5001
			+500 c PA 1001 5001 100
			s A 5001 1101`, `
			1 handshake=completed server_rtt_us= client_rtt_us= setup_us=20000 ack_frame=2`},
	} {
		x.hold(t)
	}
}
