package main

import (
	"strings"
	"testing"
)

// TestHonestDeparts holds what becomes of ports that are used again where the capture missed how the connection before
// ended, and a part of the next handshake.
func TestHonestDeparts(t *testing.T) {
	for _, x := range []saying{
		{"a stranger's SYN-ACK in an open connection whose own was missed", `
			c S 1000
			c A 1001 5001
			s A 5001 1001
			c PA 1001 5001 100
			s SA 777777777 999999999
			s PA 5001 1101 50
			c FA 1101 5051`, `
			1 handshake=completed_unseen missing=[synack] close=half_closed closed_by=orig resp_payload=50 resp_lost=0 synack_frame= oddities=[synack_isn_changed]`},
		{"only one FIN was captured, and the next SYN is missed", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s FA 5001 1001
			c A 1001 5002
			+70000 s SA 777777777 999999999
			c PA 999999999 777777778 10
			s A 777777778 1000000009`, `
			1 handshake=completed close=half_closed closed_by=resp orig_pkts=3 resp_pkts=2 oddities=
			2 handshake=completed_unseen missing=[syn] close=open orig_payload=10 reuses=1`},
		{"and the next SYN-ACK is missed", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s FA 5001 1001
			c A 1001 5002
			+70000 c S 999999998
			c A 999999999 777777778
			c PA 999999999 777777778 10
			s A 777777778 1000000009`, `
			1 handshake=completed close=half_closed closed_by=resp orig_pkts=3 resp_pkts=2 oddities=
			2 handshake=completed_unseen missing=[synack] close=open orig_payload=10 reuses=1`},
		{"no end was captured, and after the next SYN what follows is the responder's", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			+70000 c S 999999998
			s PA 777777778 999999999 20
			c A 999999999 777777798`, `
			1 handshake=completed close=open oddities=
			2 handshake=completed_unseen missing=[synack] close=open resp_payload=20 resp_lost=0 reuses=1`},
		{"the same where the opening of the first was missed", `
			c PA 1001 5001 100
			s A 5001 1101
			c FA 1101 5001
			+7000 s SA 637719438 3519663478
			c A 3519663478 637719439 3000
			s A 637719439 3519666478`, `
			1 handshake=midstream close=half_closed closed_by=orig resp_lost=0 oddities=
			2 handshake=completed_unseen missing=[syn] close=open orig_payload=3000 reuses=1`},
		{"a stranger's SYN and segments that go on from it, none of which the responder heeds", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 10
			c S 999999998
			c A 999999999 777777778
			c PA 999999999 777777778 30
			s PA 5001 1011 100
			c A 1011 5101
			c FA 1011 5101
			s FA 5101 1012
			c A 1012 5102`, `
			1 handshake=completed close=closed closed_by=orig orig_payload=10 resp_payload=100 orig_lost=0 resp_lost=0 orig_pkts=9 oddities=[segment_out_of_window,stray_syn]`},
		{"the answer comes behind what goes on from the SYN", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c S 999999998
			c A 999999999 777777778
			c PA 999999999 777777778 30
			s SA 777777777 999999999
			s A 777777778 1000000029`, `
			1 handshake=completed close=open orig_pkts=2 resp_pkts=1 oddities=
			2 handshake=completed synack_frame=7 ack_frame=5 orig_pkts=3 orig_payload=30 orig_lost=0 reuses=1`},
		{"a stray SYN with a number that the stream comes to", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c S 101000
			c A 1001 5001 60000
			c A 61001 5001 60000
			s A 5001 121001`, `
			1 handshake=completed close=open orig_payload=120000 oddities=[stray_syn]`},
		{"a stray SYN, and the connection goes on", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c S 999999998
			s A 5001 1001
			c PA 1001 5001 100`, `
			1 handshake=completed close=open orig_payload=100 oddities=[stray_syn]`},
		{"the SYN-ACK is captured after what followed it", `
			c S 1000
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101
			s SA 5000 1001
			s PA 5001 1101 10`, `
			1 handshake=completed close=open synack_frame=5 orig_payload=100 resp_payload=10`},
		{"answer and SYN are captured in this order, before the RST that ended the connection before", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 10
			s SA 777777777 999999999
			c S 999999998
			c A 999999999 777777778
			c RA 1011 5001
			c PA 999999999 777777778 10`, `
			1 handshake=completed close=reset closed_by=orig orig_pkts=4 resp_pkts=1 orig_payload=10
			2 handshake=completed syn_frame=6 synack_frame=5 ack_frame=7 close=open orig_payload=10 reuses=1`},
		{"and the RST between the two", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s SA 777777777 999999999
			c RA 1001 5001
			c S 999999998
			c A 999999999 777777778`, `
			1 handshake=completed close=reset closed_by=orig oddities=
			2 handshake=completed syn_frame=6 synack_frame=4 ack_frame=7 close=open reuses=1`},
		{"a connection was accepted, and nothing of it but the SYN-ACK of the next was captured before that goes on", `
			c S 1000
			s SA 5000 1001
			+3000 s SA 777777777 999999999
			c A 999999999 777777778
			c PA 999999999 777777778 10`, `
			1 handshake=half_open oddities=
			2 handshake=completed_unseen missing=[syn] close=open orig_payload=10 reuses=1`},
		{"only the responder was captured, of the first connection its SYN-ACK alone", `
			s SA 5000 1001
			+3000 s SA 777777777 999999999
			s A 777777778 1000000099`, `
			1 handshake=unsolicited oddities=
			2 handshake=implied missing=[syn,ack] orig_lost=100 reuses=1`},
		{"the responder takes its second answer back, and the first connection was open", `
			s SA 5000 1001
			s PA 5001 1001 20
			+3000 s SA 777777777 999999999
			s R 777777778`, `
			1 handshake=implied close=open suspected_rsts=0 oddities=
			2 handshake=unsolicited resp_pkts=2 suspected_rsts=0 reuses=1`},
		{"answers to two calls that nobody made, and the second is refused", `
			s SA 5000 1001
			s SA 777777777 999999999
			c R 999999999`, `
			1 handshake=unsolicited suspected_rsts=0
			2 handshake=unsolicited orig_pkts=1 resp_pkts=1 suspected_rsts=0 reuses=1`},
		{"a refusal is captured before its SYN, right after a connection that ended", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c RA 1001 5001
			+100 s RA 0 155056607
			c S 155056606`, `
			1 handshake=completed close=reset resp_pkts=1 suspected_rsts=0 oddities=
			2 handshake=refused syn_frame=6 rst_frame=5 reuses=1`},
		{"the second half of a closed connection is captured before the first", `
			c PA 1101 900201 100
			s PA 900201 1201 200
			c FA 1201 900401
			s FA 900401 1202
			c A 1202 900402
			c S 1000
			s SA 900000 1001
			c A 1001 900001
			c PA 1001 900001 100
			s PA 900001 1101 200`, `
			1 handshake=completed close=closed closed_by=orig orig_pkts=6 resp_pkts=4 orig_payload=200 resp_payload=400 orig_lost=0 resp_lost=0 suspected_rsts=0`},
		{"of the originator alone", `
			c PA 1101 900201 100
			c FA 1201 900401
			c A 1202 900402
			c S 1000
			s SA 900000 1001
			c A 1001 900001
			c PA 1001 900001 100
			s PA 900001 1101 200
			s PA 900201 1201 200
			s FA 900401 1202`, `
			1 handshake=completed close=closed closed_by=orig orig_pkts=6 resp_pkts=4 orig_payload=200 resp_payload=400 orig_lost=0 resp_lost=0 suspected_rsts=0`},
		{"of the responder alone", `
			s PA 900201 1201 200
			s FA 900401 1202
			c S 1000
			s SA 900000 1001
			c A 1001 900001
			c PA 1001 900001 100
			s PA 900001 1101 200
			c PA 1101 900201 100
			c FA 1201 900401
			c A 1202 900402`, `
			1 handshake=completed close=closed closed_by=orig orig_pkts=6 resp_pkts=4 orig_payload=200 resp_payload=400 orig_lost=0 resp_lost=0 suspected_rsts=0`},
		{"of the originator, and all of the responder last", `
			c PA 1101 900201 100
			c FA 1201 900401
			c A 1202 900402
			c S 1000
			c A 1001 900001
			c PA 1001 900001 100
			s SA 900000 1001
			s PA 900001 1101 200
			s PA 900201 1201 200
			s FA 900401 1202`, `
			1 handshake=completed close=closed closed_by=orig orig_pkts=6 resp_pkts=4 orig_payload=200 resp_payload=400 orig_lost=0 resp_lost=0 suspected_rsts=0`},
		{"of the originator, with the SYN a second later: it calls anew", `
			c PA 1101 900201 100
			c FA 1201 900401
			c A 1202 900402
			+1500 c S 1000
			s SA 700000 1001
			c A 1001 700001`, `
			1 handshake=midstream close=half_closed orig_pkts=3
			2 handshake=completed close=open orig_pkts=2 resp_pkts=1 reuses=1`},
		{"with a SYN that nobody answers: nothing tells that the connection began with it", `
			c PA 1101 900201 100
			s PA 900201 1201 200
			c FA 1201 900401
			s FA 900401 1202
			c A 1202 900402
			c S 1000`, `
			1 handshake=midstream close=closed orig_pkts=4 resp_pkts=2 oddities=[stray_syn]`},
		{"with a SYN that is answered with a number far from what the responder sent: another", `
			c PA 1101 900201 100
			s PA 900201 1201 200
			c FA 1201 900401
			s FA 900401 1202
			c A 1202 900402
			c S 1000
			s SA 777000000 1001
			c A 1001 777000001`, `
			1 handshake=midstream close=closed orig_pkts=3 resp_pkts=2
			2 handshake=completed close=open orig_pkts=2 resp_pkts=1 reuses=1`},
		{"a refusal is captured before its SYN, inside a connection that goes on", `
			c S 1000
			s SA 900000 1001
			c A 1001 900001
			c PA 1001 900001 10
			s A 900001 1011
			+100 s RA 0 5000001
			c S 5000000
			c PA 1011 900001 10
			s A 900001 1021`, `
			1 handshake=completed close=open orig_pkts=4 resp_pkts=3 orig_payload=20 suspected_rsts=0
			2 handshake=refused syn_frame=7 rst_frame=6 suspected_rsts=0 reuses=1`},
		{"the same, and a segment lies between the two", `
			c S 1000
			s SA 900000 1001
			c A 1001 900001
			c PA 1001 900001 10
			s A 900001 1011
			+100 s RA 0 5000001
			c PA 1011 900001 10
			c S 5000000
			s A 900001 1021`, `
			1 handshake=completed close=open orig_pkts=4 resp_pkts=3 suspected_rsts=0
			2 handshake=refused syn_frame=8 rst_frame=6 reuses=1`},
		{"it refuses nothing that comes: it is a stranger's", `
			c S 1000
			s SA 900000 1001
			c A 1001 900001
			c PA 1001 900001 10
			s A 900001 1011
			+100 s RA 0 5000001
			c S 7000000
			s A 900001 1011
			c PA 1011 900001 10`, `
			1 handshake=completed close=open orig_pkts=5 resp_pkts=4 orig_payload=20 suspected_rsts=1 oddities=[rst_out_of_window,stray_syn]`},
		{"nothing comes at all", `
			c S 1000
			s SA 900000 1001
			c A 1001 900001
			c PA 1001 900001 10
			s A 900001 1011
			+100 s RA 0 5000001`, `
			1 handshake=completed close=open resp_pkts=3 suspected_rsts=1 oddities=[rst_out_of_window]`},
		{"the SYN comes long after it", `
			c S 1000
			s SA 900000 1001
			c A 1001 900001
			c PA 1001 900001 10
			s A 900001 1011
			+100 s RA 0 5000001
			+2000 c S 5000000`, `
			1 handshake=completed close=open suspected_rsts=1 oddities=[rst_out_of_window,stray_syn]`},
		{"a RST with number 0 that acknowledges what the ended connection sent stays with it", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c RA 1001 5001
			+100 s RA 0 1001`, `
			1 handshake=completed close=reset resp_pkts=2 suspected_rsts=1`},
		{"of two SYNs the first was answered and taken back, and a refusal answers the second", `
			c S 1000
			+1000 c S 900000
			s SA 777777777 1001
			c R 1001
			s RA 0 900001`, `
			1 handshake=aborted resp_pkts=2`},
	} {
		x.hold(t)
	}
}

// A stranger's SYN-ACK stands for none that is missing: its numbers are in no equation.
func TestStrangersAnswerIsInNoEquation(t *testing.T) {
	in := acted(t, `
		c S 1000
		c A 1001 5001
		s A 5001 1001
		s SA 777777777 999999999
		s PA 5001 1001 50`)
	code, out, errs := portero(t, "why", "--lang", "en", in, "1")
	if code != 0 {
		t.Fatal(code, errs)
	}
	out, _, _ = strings.Cut(strings.Join(strings.Fields(out), " "), "means")
	if !strings.Contains(out, "ack = 1001 absent") || strings.Contains(out, "999999999") {
		t.Error(out)
	}
}
