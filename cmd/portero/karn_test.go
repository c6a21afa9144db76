package main

import "testing"

// TestHonestEchoes holds which of several copies a reply is measured from: the one whose timestamp it echoes, and none where nothing
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
		{"the second of three SYNs is echoed", `
			c S 1000 0 0 ts=100/0
			c S 1000 0 0 ts=110/0
			c S 1000 0 0 ts=120/0
			s SA 5000 1001 0 ts=7/110
			c A 1001 5001 0 ts=130/7`, `
			1 handshake=completed server_rtt_us=20000 client_rtt_us=10000 setup_us=40000`},
		{"the first of three SYNs is echoed", `
			c S 1000 0 0 ts=100/0
			c S 1000 0 0 ts=110/0
			c S 1000 0 0 ts=120/0
			s SA 5000 1001 0 ts=7/100
			c A 1001 5001 0 ts=130/7`, `
			1 handshake=completed server_rtt_us=30000`},
		{"the last of three SYNs is echoed", `
			c S 1000 0 0 ts=100/0
			c S 1000 0 0 ts=110/0
			c S 1000 0 0 ts=120/0
			s SA 5000 1001 0 ts=7/120
			c A 1001 5001 0 ts=130/7`, `
			1 handshake=completed server_rtt_us=10000`},
		{"the last but one of five SYNs is echoed", `
			c S 1000 0 0 ts=100/0
			c S 1000 0 0 ts=110/0
			c S 1000 0 0 ts=120/0
			c S 1000 0 0 ts=130/0
			c S 1000 0 0 ts=140/0
			s SA 5000 1001 0 ts=7/130
			c A 1001 5001 0 ts=150/7`, `
			1 handshake=completed server_rtt_us=20000`},
		{"the second of four SYNs is echoed: it is not remembered, and no other was answered", `
			c S 1000 0 0 ts=100/0
			c S 1000 0 0 ts=110/0
			c S 1000 0 0 ts=120/0
			c S 1000 0 0 ts=130/0
			s SA 5000 1001 0 ts=7/110
			c A 1001 5001 0 ts=150/7`, `
			1 handshake=completed server_rtt_us=`},
		{"a coarse clock gives two of three SYNs one timestamp: it names neither", `
			c S 1000 0 0 ts=100/0
			c S 1000 0 0 ts=100/0
			c S 1000 0 0 ts=120/0
			s SA 5000 1001 0 ts=7/100
			c A 1001 5001 0 ts=150/7`, `
			1 handshake=completed server_rtt_us=`},
		{"and the last two", `
			c S 1000 0 0 ts=100/0
			c S 1000 0 0 ts=110/0
			c S 1000 0 0 ts=110/0
			s SA 5000 1001 0 ts=7/110
			c A 1001 5001 0 ts=150/7`, `
			1 handshake=completed server_rtt_us=`},
		{"the last of three SYNs had no timestamp, and the second is echoed", `
			c S 1000 0 0 ts=100/0
			c S 1000 0 0 ts=110/0
			c S 1000
			s SA 5000 1001 0 ts=7/110
			c A 1001 5001 0 ts=150/7`, `
			1 handshake=completed server_rtt_us=20000`},
		{"the second of three SYN-ACKs is echoed", `
			c S 1000 0 0 ts=100/0
			s SA 5000 1001 0 ts=7/100
			s SA 5000 1001 0 ts=17/100
			s SA 5000 1001 0 ts=27/100
			c A 1001 5001 0 ts=120/17`, `
			1 handshake=completed server_rtt_us=10000 client_rtt_us=20000`},
		{"the second of three SYNs is echoed, and then the second of three SYN-ACKs", `
			c S 1000 0 0 ts=100/0
			c S 1000 0 0 ts=110/0
			c S 1000 0 0 ts=120/0
			s SA 5000 1001 0 ts=7/110
			s SA 5000 1001 0 ts=17/110
			s SA 5000 1001 0 ts=27/110
			c A 1001 5001 0 ts=120/17`, `
			1 handshake=completed server_rtt_us=20000 client_rtt_us=20000`},
		{"the last of three SYN-ACKs is echoed", `
			c S 1000 0 0 ts=100/0
			s SA 5000 1001 0 ts=7/100
			s SA 5000 1001 0 ts=17/100
			s SA 5000 1001 0 ts=27/100
			c A 1001 5001 0 ts=120/27`, `
			1 handshake=completed client_rtt_us=10000`},
		{"a third SYN that comes after the third packet is not where that was", `
			c S 1000 0 0 ts=100/0
			c S 1000 0 0 ts=110/0
			s SA 5000 1001 0 ts=7/110
			c A 1001 5001 0 ts=120/7
			c S 1000 0 0 ts=110/0
			s PA 5001 1001 10 ts=37/120`, `
			1 handshake=completed server_rtt_us=10000 client_rtt_us=10000 ttfb_us=20000`},
		{"a third SYN behind a third packet whose SYN-ACK was missed", `
			c S 1000 0 0 ts=100/0
			c S 1000 0 0 ts=110/0
			c A 1001 5001 0 ts=120/7
			c S 1000 0 0 ts=110/0
			s PA 5001 1001 10 ts=37/120`, `
			1 handshake=completed_unseen missing=[synack] ack_frame=3`},
		{"of three SYN-ACKs none is acknowledged, as far as was seen, and their sender speaks: from what on is not known", `
			c S 1000 0 0 ts=100/0
			s SA 5000 1001 0 ts=7/100
			s SA 5000 1001 0 ts=17/100
			s SA 5000 1001 0 ts=27/100
			s PA 5001 1001 10 ts=37/100`, `
			1 handshake=completed_unseen missing=[ack] client_rtt_us= ttfb_us=`},
	} {
		x.hold(t)
	}
}
