package main

import "testing"

// TestHonestPending holds a SYN that waits for its answer to outlive the connection on its ports.
func TestHonestPending(t *testing.T) {
	const ended = `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c FA 1001 5001
			s FA 5001 1002
			c A 1002 5002`
	for _, x := range []saying{
		{"the same number 60 s after the end, answered when the old record is over", ended + `
			+60000 c S 1000
			+40 s SA 70000 1001
			c A 1001 70001`, `
			1 handshake=completed close=closed orig_pkts=4 resp_pkts=2 syn_retries=0 last_frame=6 history=ShAFf
			2 handshake=completed close=open reuses=1 reuse_after_us=60000000 syn_frame=7 synack_frame=8 ack_frame=9 server_rtt_us=40000`},
		{"answered after a second try", ended + `
			+59500 c S 1000
			+1000 c S 1000
			+40 s SA 70000 1001
			c A 1001 70001`, `
			1 handshake=completed close=closed orig_pkts=4 syn_retries=0 last_frame=6
			2 handshake=completed close=open reuses=1 syn_frame=7 syn_retries=1 synack_frame=9`},
		{"tried again after the old record is over, and never answered", ended + `
			+58000 c S 1000
			+1000 c S 1000
			+2000 c S 1000
			+4000 c S 1000
			+8000 c S 1000`, `
			1 handshake=completed close=closed orig_pkts=4 syn_retries=0 last_frame=6
			2 handshake=no_answer reuses=1 syn_frame=7 syn_retries=4 orig_pkts=5`},
		{"refused when the old record is over", ended + `
			+60000 c S 1000
			+40 s RA 0 1001`, `
			1 handshake=completed close=closed orig_pkts=4 resp_pkts=2 syn_retries=0
			2 handshake=refused reuses=1 syn_frame=7 last_frame=8`},
		{"never answered, it is a copy of the old SYN", ended + `
			+60000 c S 1000`, `
			1 handshake=completed close=closed orig_pkts=5 syn_retries=1 last_frame=7`},
		{"never answered while another connection goes on for minutes", ended + `
			+60000 c S 1000
			+40 c A 1001 5001 0 v7
			+300000 c A 1001 5001 0 v7`, `
			1 handshake=completed close=closed orig_pkts=5 syn_retries=1
			3 handshake=midstream`},
		{"a copy of the SYN, soon, answered with the same number (a SYN cookie) and taken back", ended + `
			c S 1000
			s SA 5000 1001
			c R 1001
			c R 1001
			s FA 5001 1002
			c R 1002`, `
			1 handshake=completed close=closed closed_by=orig orig_pkts=8 resp_pkts=4 syn_retries=1 synack_retries=1 suspected_rsts=0`},
		{"the answer is a copy, too, and so are octets, of a connection that was reset", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101
			c RA 1101 5001
			+20 c S 1000
			+5 s SA 5000 1001
			c R 1001
			c PA 1001 5001 100
			s R 5001`, `
			1 handshake=completed close=reset closed_by=orig orig_pkts=7 resp_pkts=4 orig_payload=100 orig_retrans=1 syn_retries=1 synack_retries=1 suspected_rsts=0`},
		{"a copy of the SYN is answered anew, and then come copies of all that the old connection said", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s RA 5001 1101
			+20 c S 1000
			s SA 300000 1001
			s SA 5000 1001
			c R 1001
			c R 1001
			c PA 1001 5001 100
			s R 5001`, `
			1 handshake=completed close=reset orig_pkts=4 resp_pkts=4 orig_payload=100 orig_retrans=1 synack_retries=1 suspected_rsts=0
			2 handshake=aborted synack_frame=7 rst_frame=9 orig_pkts=3 resp_pkts=1 orig_payload=0 suspected_rsts=0 reuses=1`},
		{"after a while a copy of the SYN is answered with the same number and taken back: what comes of the old connection is the old one's", ended + `
			+1500 c S 1000
			s SA 5000 1001
			c R 1001
			c R 1001
			s FA 5001 1002
			c R 1002`, `
			1 handshake=completed close=closed orig_pkts=5 resp_pkts=3 suspected_rsts=0
			2 handshake=aborted close=none orig_pkts=3 resp_pkts=1 rst_frame=9 suspected_rsts=0 reuses=1`},
		{"and so it goes on", ended + `
			+1500 c S 1000
			s SA 5000 1001
			c A 1001 5001
			s PA 5001 1001 70`, `
			1 handshake=completed close=closed orig_pkts=4 resp_pkts=2
			2 handshake=completed close=open resp_payload=70 reuses=1`},
		{"answered when the SYN itself is forgotten", ended + `
			+60000 c S 1000
			+131000 s SA 70000 1001`, `
			1 handshake=completed close=closed orig_pkts=5 syn_retries=1
			3 handshake=unsolicited reuses=1`},
		{"what goes on with the old connection then does not make the SYN one", ended + `
			+2000 c S 1000
			+59000 s FA 5001 1002`, `
			1 handshake=completed close=closed orig_pkts=5 resp_pkts=2 syn_retries=1
			3 handshake=midstream reuses=1`},
		{"a copy of the old SYN, to which the other end says where it stands", ended + `
			+500 c S 1000
			s A 5002 1002
			c R 1002`, `
			1 handshake=completed close=closed closed_by=orig orig_pkts=6 resp_pkts=3 syn_retries=1 quality= last_frame=9`},
		{"the very SYN of a connection that ended, captured last, whose answer was missed", `
			c A 1001 5001
			c PA 1001 5001 10
			s A 5001 1011
			c FA 1011 5001
			s FA 5001 1012
			c A 1012 5002
			c S 1000`, `
			1 handshake=completed_unseen missing=[synack] close=closed closed_by=orig syn_frame=7 ack_frame=1 orig_pkts=5 history=ADaFfS`},
		{"the same of one that was reset", `
			c A 1001 5001
			c PA 1001 5001 10
			s A 5001 1011
			c RA 1011 5001
			c S 1000`, `
			1 handshake=completed_unseen missing=[synack] close=reset closed_by=orig syn_frame=5 orig_pkts=4`},
		{"the same number, answered: it opens another", `
			c A 1001 5001
			c PA 1001 5001 10
			s A 5001 1011
			c FA 1011 5001
			s FA 5001 1012
			c A 1012 5002
			c S 1000
			s SA 70000 1001
			c A 1001 70001`, `
			1 handshake=midstream close=closed orig_pkts=4 history=ADaFf
			2 handshake=completed close=open reuses=1`},
		{"after a RST", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c RA 1001 5001
			+60000 c S 1000
			+40 s SA 70000 1001
			c A 1001 70001`, `
			1 handshake=completed close=reset orig_pkts=3 syn_retries=0
			2 handshake=completed close=open reuses=1`},
	} {
		x.hold(t)
	}
}

// TestPlayedAgain holds what a capture is that is played again, or put behind itself: after a silence the handshake of a connection
// that both ends used comes anew, with the same numbers, and so another begins. A copy that was long under way begins none.
func TestPlayedAgain(t *testing.T) {
	const open = `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 10
			s PA 5001 1011 20`
	for _, x := range []saying{
		{"after a while", open + `
			+2000 c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 10
			s PA 5001 1011 20`, `
			1 handshake=completed close=open orig_pkts=3 resp_pkts=2 orig_payload=10 resp_payload=20 orig_retrans=0 syn_retries=0
			2 handshake=completed close=open syn_frame=6 synack_frame=7 ack_frame=8 orig_pkts=3 resp_pkts=2 orig_payload=10 resp_payload=20 reuses=1`},
		{"three times", open + `
			+2000 c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 10
			s PA 5001 1011 20
			+2000 c S 1000
			s SA 5000 1001
			c A 1001 5001`, `
			1 handshake=completed orig_pkts=3 resp_pkts=2
			2 handshake=completed orig_pkts=3 resp_pkts=2 reuses=1
			3 handshake=completed orig_pkts=2 resp_pkts=1 syn_frame=11 reuses=2`},
		{"two taps whose clocks differ", open + `
			+50 c S 1000
			s SA 5000 1001
			c A 1001 5001`, `
			1 handshake=completed orig_pkts=5 resp_pkts=3 syn_retries=1 synack_retries=1`},
		{"a copy of the SYN, and the connection goes on", open + `
			+2000 c S 1000
			c A 1011 5021
			s PA 5021 1011 20`, `
			1 handshake=completed orig_pkts=5 resp_pkts=3 syn_retries=1 resp_payload=40`},
		{"the originator alone was captured", `
			c S 1000
			c A 1001 5001
			c PA 1001 5001 50
			c A 1051 5081
			+5000 c S 1000
			c A 1001 5001
			c PA 1001 5001 50
			c A 1051 5081`, `
			1 handshake=implied orig_pkts=4 orig_payload=50 orig_retrans=0 syn_retries=0 close=open
			2 handshake=implied orig_pkts=4 orig_payload=50 orig_retrans=0 syn_frame=5 reuses=1`},
		{"with its FIN", `
			c S 1000
			c A 1001 5001
			c FA 1001 5001
			+5000 c S 1000
			c A 1001 5001
			c FA 1001 5001`, `
			1 handshake=implied orig_pkts=3 close=half_closed
			2 handshake=implied orig_pkts=3 close=half_closed reuses=1`},
		{"the responder alone was captured", `
			s SA 5000 1001
			s PA 5001 1051 80
			+5000 s SA 5000 1001
			s PA 5001 1051 80`, `
			1 handshake=implied resp_pkts=2 resp_payload=80 resp_retrans=0 synack_retries=0 oddities=
			2 handshake=implied resp_pkts=2 resp_payload=80 resp_retrans=0 synack_frame=3 reuses=1`},
		{"of the originator a copy of its SYN was long under way", `
			c S 1000
			c A 1001 5001
			c PA 1001 5001 50
			+5000 c S 1000
			c PA 1051 5001 50`, `
			1 handshake=implied orig_pkts=5 orig_payload=100 orig_retrans=0 syn_retries=1 oddities=`},
		{"of the responder a copy of its SYN-ACK was", `
			s SA 5000 1001
			s PA 5001 1051 80
			+5000 s SA 5000 1001`, `
			1 handshake=implied resp_pkts=3 resp_payload=80 synack_retries=1 oddities=`},
		{"a responder that had not said more asks again for the third packet", `
			s SA 5000 1001
			+3000 s SA 5000 1001
			s PA 5001 1051 80`, `
			1 handshake=implied resp_pkts=3 resp_payload=80 synack_retries=1 oddities=`},
		{"a copy of the SYN asks a responder again that did not get the third packet", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			+2000 c S 1000
			s SA 5000 1001
			c A 1001 5001`, `
			1 handshake=completed orig_pkts=4 resp_pkts=2 syn_retries=1 synack_retries=1`},
	} {
		x.hold(t)
	}
}
