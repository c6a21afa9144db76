package main

import "testing"

// TestBoxes plays what stands between two hosts, or in front of one: cookies, proxies, firewalls, and what lasts for hours.
func TestBoxes(t *testing.T) {
	for _, x := range []saying{
		{"each copy of the SYN gets a cookie of its own, and the first is acknowledged", `
			c S 1000
			s SA 5000 1001
			+1000 c S 1000
			s SA 7000 1001
			+2000 c S 1000
			s SA 9000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101`, `
			1 handshake=completed synack_frame=2 ack_frame=7 confirmed_frame=9 syn_retries=2 synack_retries=2 close=open orig_payload=100`},
		{"the second", `
			c S 1000
			s SA 5000 1001
			+1000 c S 1000
			s SA 7000 1001
			+2000 c S 1000
			s SA 9000 1001
			c A 1001 7001
			c PA 1001 7001 100
			s A 7001 1101`, `
			1 handshake=completed synack_frame=4 ack_frame=7 confirmed_frame=9`},
		{"the third, which came twice", `
			c S 1000
			s SA 5000 1001
			s SA 7000 1001
			s SA 9000 1001
			s SA 9000 1001
			c A 1001 9001`, `
			1 handshake=completed synack_frame=4 ack_frame=6 client_rtt_us=`},
		{"one that was not given", `
			c S 1000
			s SA 5000 1001
			s SA 7000 1001
			s SA 9000 1001
			c A 1001 6001`, `
			1 handshake=invalid`},
		{"the SYN is missed", `
			s SA 5000 1001
			s SA 7000 1001
			s SA 9000 1001
			c A 1001 5001`, `
			1 handshake=completed_unseen missing=[syn] synack_frame=1 ack_frame=4`},
		{"the server forgot it meanwhile", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			+200000 c PA 1001 5001 100
			s R 5001`, `
			1 handshake=completed close=reset closed_by=resp suspected_rsts=0`},
		{"a proxy answers, with a window once the server has", `
			c S 1000
			s SA 5000 1001 0 shut
			c A 1001 5001
			s A 5001 1001
			c PA 1001 5001 100
			s A 5001 1101`, `
			1 handshake=completed confirmed_frame=4 orig_payload=100`},
		{"a proxy repeats the caller's SYN where it is captured again: two handshakes", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c S 1000
			s SA 8000 1001
			c A 1001 8001`, `
			1 handshake=completed synack_frame=2 ack_frame=3
			2 handshake=completed synack_frame=5 ack_frame=6 reuses=1`},
		{"numbers of its own in one direction, 900000000 ahead: what the server took tells that it completed, and nothing is lost", `
			c S 1000
			s SA 5000 1001
			c A 1001 900005001
			c PA 1001 900005001 100
			s A 5001 1101
			s PA 5001 1101 50
			c A 1101 900005051`, `
			1 handshake=completed_unseen missing=[ack] ack_frame= close=open resp_payload=50 resp_lost=0 oddities=[ack_of_unsent_data]`},
		{"numbers of its own in one direction, 900000 ahead: what the server took tells that it completed, and nothing is lost", `
			c S 1000
			s SA 5000 1001
			c A 1001 905001
			c PA 1001 905001 100
			s A 5001 1101
			s PA 5001 1101 50
			c A 1101 905051`, `
			1 handshake=completed_unseen missing=[ack] ack_frame= close=open resp_payload=50 resp_lost=0 oddities=[ack_of_unsent_data]`},
		{"numbers of its own in one direction, 2900000000 ahead: what the server took tells that it completed, and nothing is lost", `
			c S 1000
			s SA 5000 1001
			c A 1001 2900005001
			c PA 1001 2900005001 100
			s A 5001 1101
			s PA 5001 1101 50
			c A 1101 2900005051`, `
			1 handshake=completed_unseen missing=[ack] ack_frame= close=open resp_payload=50 resp_lost=0 oddities=`},
		{"a third packet with a wrong number, and a server that took nothing", `
			c S 1000
			s SA 5000 1001
			c A 1001 905001
			s A 5001 1001
			s R 905001`, `
			1 handshake=invalid close=none`},
		{"a firewall resets both", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			c R 1101
			s R 5001`, `
			1 handshake=completed close=reset closed_by=orig suspected_rsts=0`},
		{"behind the SYN-ACK", `
			c S 1000
			s SA 5000 1001
			c R 1001
			s R 5001`, `
			1 handshake=aborted`},
		{"behind the SYN", `
			c S 1000
			s RA 0 1001
			c R 1001`, `
			1 handshake=refused rst_frame=2`},
		{"a door that is opened for the second knock", `
			c S 1000
			s RA 0 1001
			+1000 c S 1000
			s SA 5000 1001
			c A 1001 5001`, `
			1 handshake=completed close=open`},
		{"no window, and probes that carry an octet", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101 0 shut
			+500 c A 1101 5001 1
			s A 5001 1101 0 shut
			+1000 c A 1101 5001 1
			s A 5001 1101
			c PA 1101 5001 100
			s A 5001 1201`, `
			1 handshake=completed orig_payload=200 orig_lost=0`},
		{"kept alive for hours, until the peer started again", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			+7200000 c A 1000 5001
			s A 5001 1001
			+7200000 c A 1000 5001
			s A 5001 1001
			+7200000 c A 1000 5001
			s R 5001`, `
			1 handshake=completed close=reset closed_by=resp suspected_rsts=0`},
		{"half closed for hours", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c FA 1001 5001
			s A 5001 1002
			+7200000 s PA 5001 1002 100
			c A 1002 5101
			+7200000 s FA 5101 1002
			c A 1002 5102`, `
			1 handshake=completed close=closed closed_by=orig resp_payload=100`},
		{"both close at once, and the copies acknowledge", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c FA 1001 5001
			s FA 5001 1001
			+300 c FA 1001 5002
			s FA 5001 1002`, `
			1 handshake=completed close=closed closed_by=both`},
		{"ECN is asked for, and given up by the copy", `
			c SEC 1000
			+1000 c S 1000
			s SA 5000 1001
			c A 1001 5001`, `
			1 handshake=completed syn_retries=1 ecn=false`},
	} {
		x.hold(t)
	}
}
