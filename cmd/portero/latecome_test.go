package main

import "testing"

// TestCapturedBehindItsEnd: SYN and SYN-ACK that are captured behind the end of what they opened are of it, whatever was captured
// before them, as long as it is soon: later they may be those of a connection that is played again.
func TestCapturedBehindItsEnd(t *testing.T) {
	for _, x := range []saying{
		{"behind both FINs", `
			c A 1011 5021
			c FA 1011 5021
			s FA 5021 1012
			s PA 5001 1011 20
			c PA 1001 5001 10
			c S 1000
			c A 1012 5022
			s SA 5000 1001
			c A 1001 5001`, `
			1 handshake=completed close=closed closed_by=orig syn_frame=6 synack_frame=8 ack_frame=5 orig_payload=10 resp_payload=20 orig_lost=0 resp_lost=0 orig_retrans=0`},
		{"behind both FINs, after a pause", `
			s PA 5001 1011 20
			c A 1011 5021
			c FA 1011 5021
			s FA 5021 1012
			c A 1012 5022
			+2000 c S 1000
			s SA 5000 1001
			c A 1001 5001`, `
			1 handshake=midstream close=closed
			2 handshake=completed reuses=1`},
		{"another number is another connection, however soon", `
			s PA 5001 1011 20
			c A 1011 5021
			c FA 1011 5021
			s FA 5021 1012
			c A 1012 5022
			c S 900000
			s SA 800000 900001
			c A 900001 800001`, `
			1 handshake=midstream close=closed
			2 handshake=completed reuses=1`},
		{"a RST ahead of the octets before it, all of which its receiver had acknowledged", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c R 1011
			c PA 1001 5001 10
			s PA 5001 1011 20`, `
			1 handshake=completed close=reset closed_by=orig close_frames=[4] suspected_rsts=0 orig_payload=10 resp_payload=20`},
		{"a RST inside the window, behind which its sender has more to say, and its receiver goes on", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c R 1011
			c PA 1001 5001 30
			s PA 5001 1031 20`, `
			1 handshake=completed close=open suspected_rsts=1`},
	} {
		x.hold(t)
	}
}
