package main

import "testing"

// TestHonestEchoes holds which of two copies a reply is measured from: the one whose timestamp it echoes, and neither where nothing
// names one (Karn).
func TestHonestEchoes(t *testing.T) {
	for _, x := range []saying{
		{"the first SYN is echoed", `
			c S 1000 0 0 ts=100/0
			c S 1000 0 0 ts=110/0
			s SA 5000 1001 0 ts=7/100
			c A 1001 5001 0 ts=120/7`, `
			1 handshake=completed server_rtt_us=20000 client_rtt_us=10000`},
		{"the second SYN is echoed", `
			c S 1000 0 0 ts=100/0
			c S 1000 0 0 ts=110/0
			s SA 5000 1001 0 ts=7/110
			c A 1001 5001 0 ts=120/7`, `
			1 handshake=completed server_rtt_us=10000`},
		{"neither SYN is echoed", `
			c S 1000 0 0 ts=100/0
			c S 1000 0 0 ts=110/0
			s SA 5000 1001 0 ts=7/105
			c A 1001 5001 0 ts=120/7`, `
			1 handshake=completed server_rtt_us=`},
		{"the first SYN had no timestamp, and an echo of none does not name it", `
			c S 1000
			c S 1000 0 0 ts=110/0
			s SA 5000 1001 0 ts=7/0
			c A 1001 5001 0 ts=120/7`, `
			1 handshake=completed server_rtt_us=`},
		{"the second SYN had no timestamp, as systems leave options away that seem to be in the way", `
			c S 1000 0 0 ts=100/0
			c S 1000
			s SA 5000 1001 0 ts=7/0
			c A 1001 5001 0 ts=120/7`, `
			1 handshake=completed server_rtt_us=`},
		{"both SYNs have one timestamp: it names neither", `
			c S 1000 0 0 ts=100/0
			c S 1000 0 0 ts=100/0
			s SA 5000 1001 0 ts=7/100
			c A 1001 5001 0 ts=120/7`, `
			1 handshake=completed server_rtt_us=`},
		{"the first SYN-ACK is echoed", `
			c S 1000 0 0 ts=100/0
			s SA 5000 1001 0 ts=7/100
			s SA 5000 1001 0 ts=17/100
			c A 1001 5001 0 ts=120/7`, `
			1 handshake=completed server_rtt_us=10000 client_rtt_us=20000`},
		{"the second SYN-ACK is echoed", `
			c S 1000 0 0 ts=100/0
			s SA 5000 1001 0 ts=7/100
			s SA 5000 1001 0 ts=17/100
			c A 1001 5001 0 ts=120/17`, `
			1 handshake=completed client_rtt_us=10000`},
		{"the first SYN-ACK had no timestamp, and an echo of none does not name it", `
			c S 1000 0 0 ts=100/0
			s SA 5000 1001
			s SA 5000 1001 0 ts=17/100
			c A 1001 5001 0 ts=120/0`, `
			1 handshake=completed client_rtt_us=`},
	} {
		x.hold(t)
	}
}
