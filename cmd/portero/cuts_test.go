package main

import "testing"

// TestHonestCuts holds what is told of a connection of which the capture has only the end, or one direction.
func TestHonestCuts(t *testing.T) {
	for _, x := range []saying{
		{"two connections on the same ports of which neither opening nor end was captured: what lies between them nobody knows", `
			c PA 1001 5001 100
			s PA 5001 1101 200
			c A 1101 5201
			+180000 c PA 500001001 900005001 50
			s PA 900005001 500001051 60
			c A 500001051 900005061
			c PA 500001051 900005061 50
			s A 900005061 500001101`, `
			1 handshake=midstream close=open orig_payload=200 resp_payload=260 orig_lost=0 resp_lost=0 orig_pkts=5 resp_pkts=3`},
		{"the same where the first opened in the capture: what both ends go on with counts, and how it ended", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s PA 5001 1101 200
			c A 1101 5201
			+180000 c PA 500001001 900005001 50
			s PA 900005001 500001051 60
			c A 500001051 900005061
			c FA 500001051 900005061
			s FA 900005061 500001052
			c A 500001052 900005062`, `
			1 handshake=completed close=closed closed_by=orig close_frames=[10,11] orig_payload=150 resp_payload=260 orig_lost=0 resp_lost=0 oddities=[segment_out_of_window]`},
		{"the same where the originator only listens", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			+180000 c A 500001001 900005001
			s PA 900005001 500001001 1000
			s PA 900006001 500001001 1000
			c A 500001001 900006001
			c A 500001001 900007001
			s PA 900007001 500001001 1000
			c A 500001001 900008001`, `
			1 handshake=completed close=open orig_payload=0 resp_payload=3000 orig_lost=0 resp_lost=0 oddities=[segment_out_of_window]`},
		{"the same after a RST: who was reset does not go on, so that it is another connection", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c RA 1001 5001
			+30000 c PA 500001001 900005001 50
			s PA 900005001 500001051 60
			c PA 500001051 900005061 50
			s A 900005061 500001101`, `
			1 handshake=completed close=reset closed_by=orig orig_payload=0 resp_payload=0 suspected_rsts=0 orig_pkts=3 resp_pkts=1 oddities=
			2 handshake=midstream close=open orig_payload=100 resp_payload=60 orig_lost=0 resp_lost=0 first_frame=5 reuses=1`},
		{"after a refusal, of which the call that was answered was missed", `
			c S 1000
			s RA 0 1001
			+1000 c A 90001001 70005001
			c PA 90001001 70005001 50
			s FA 70005001 90001051`, `
			1 handshake=refused close=none orig_pkts=1 resp_pkts=1 oddities=
			2 handshake=midstream close=half_closed closed_by=resp orig_payload=50 reuses=1`},
		{"a copy of what a connection that ended sent long before its end", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 60000
			s PA 5001 61001 60000
			c A 61001 65001
			c PA 61001 65001 60000
			s PA 65001 121001 60000
			c FA 121001 125001
			s FA 125001 121002
			c A 121002 125002
			c PA 1001 5001 60000`, `
			1 handshake=completed close=closed orig_payload=120000 orig_pkts=8`},
		{"a stray segment far ahead in a connection whose opening was missed invents nothing", `
			c PA 1001 5001 100
			s PA 5001 1101 200
			c PA 500001001 900005001 50
			c PA 1101 5201 50
			s PA 5201 1151 200
			c A 1151 5401`, `
			1 handshake=midstream close=open orig_payload=150 resp_payload=400 orig_lost=0 resp_lost=0 orig_retrans=0 resp_retrans=0`},
		{"and far behind", `
			c PA 500001001 900005001 50
			s PA 900005001 500001051 60
			c PA 1001 5001 100
			c PA 500001051 900005061 50
			s A 900005061 500001101`, `
			1 handshake=midstream close=open orig_payload=100 resp_payload=60 orig_lost=0 resp_lost=0 orig_retrans=0 orig_ooo=0`},
		{"a long stretch of one side was missed, and the other stands where it stood", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s PA 5001 1101 200
			c A 1101 5201
			+9000 s PA 900005001 1101 60
			c A 1101 900005061`, `
			1 handshake=completed close=open resp_payload=260 resp_lost=899999800 orig_lost=0`},
		{"a long stretch of one side was missed: the other names its end from where it stands, and there the next begins", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 10
			s A 5001 1011
			+2000 c PA 1011 9005001 20
			s PA 9005001 1031 30`, `
			1 handshake=completed close=open orig_payload=30 resp_payload=30 resp_lost=9000000 orig_lost=0 oddities= rtt_max_us=10000`},
		{"the same of the originator", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s PA 5001 1001 10
			c A 1001 5011
			s PA 5011 9001001 20
			c PA 9001001 5031 30`, `
			1 handshake=completed close=open orig_payload=30 resp_payload=30 orig_lost=9000000 resp_lost=0 oddities=`},
		{"who names it stands elsewhere", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 10
			s A 5001 1011
			c PA 1013 9005001 20
			s PA 9005001 1033 30
			c PA 1011 5001 20
			s PA 5001 1031 40`, `
			1 handshake=completed close=open resp_payload=40 resp_lost=0 oddities=[segment_out_of_window,ack_of_unsent_data]`},
		{"what was under way when a long stretch of its peer was missed was acknowledged in it: nobody knows when", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s PA 5001 1001 10
			c PA 1001 5011 10
			+2000 c A 1011 9005001
			s PA 9005001 1011 30
			c PA 1011 9005031 20
			s A 9005031 1031`, `
			1 handshake=completed close=open orig_payload=30 resp_payload=40 resp_lost=8999990 rtt_max_us=10000`},
		{"who names it stands behind where it stood", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 10
			s A 5001 1011
			c A 1005 9005001
			s PA 9005001 1011 30
			c PA 1011 5001 20
			s PA 5001 1031 40`, `
			1 handshake=completed close=open orig_payload=30 resp_payload=40 orig_lost=0 resp_lost=0`},
		{"what begins there has not all that was sent", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 10
			s A 5001 1011
			c PA 1011 9005001 20
			s PA 9005001 1030 30
			c PA 1011 5001 20
			s PA 5001 1031 40`, `
			1 handshake=completed close=open orig_payload=30 resp_payload=40 orig_lost=0 resp_lost=0 oddities=[segment_out_of_window,ack_of_unsent_data]`},
		{"its peer speaks from where it stood before", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 10
			s A 5001 1011
			c PA 1011 9005001 20
			s A 5001 1011
			s PA 9005001 1031 30
			s PA 5001 1031 40`, `
			1 handshake=completed close=open orig_payload=30 resp_payload=40 orig_lost=0 resp_lost=0 oddities=[segment_out_of_window,ack_of_unsent_data]`},
		{"two segments in its name, right behind each other, far ahead, and nothing of its peer", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 10
			s A 5001 1011
			c PA 1011 9005001 20
			c PA 800001031 9005001 20
			c PA 800001051 9005001 20
			c PA 1011 5001 20
			s PA 5001 1031 40`, `
			1 handshake=completed close=open orig_payload=30 resp_payload=40 orig_lost=0 resp_lost=0`},
		{"what comes with a number that nobody sent lies behind a hole, and is sent again from before that", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 10
			s A 5001 1011
			c PA 1013 9005001 20
			c PA 1011 5001 20
			s PA 5001 1031 40
			c PA 1031 5041 20
			s A 5041 1051`, `
			1 handshake=completed close=open orig_payload=50 resp_payload=40 orig_lost=0`},
		{"and octet by octet", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 10
			s A 5001 1011
			c PA 1013 9005001 20
			c PA 1011 5001 1
			c PA 1012 5001 1
			c PA 1013 5001 30
			s PA 5001 1043 40`, `
			1 handshake=completed close=open orig_payload=42 resp_payload=40 orig_lost=0`},
		{"both called, and the capture begins behind the calls: each answer acknowledges the other", `
			c SA 4294967280 5001
			s SA 5000 4294967281
			c PA 4294967281 5001 18
			s A 5001 3
			s PA 5001 3 24
			c A 3 5025
			c FA 3 5025
			s FA 5025 4
			c A 4 5026`, `
			1 handshake=completed_unseen handshake_kind=simultaneous missing=[syn] close=closed closed_by=orig orig_payload=18 resp_payload=24`},
		{"of two answers that cross the first is the originator's, whoever goes on", `
			c SA 4294967280 5001
			s SA 5000 4294967281
			c PA 4294967281 5001 18`, `
			1 handshake=completed_unseen handshake_kind=simultaneous orig_payload=18 resp_payload=0`},
		{"both called, and nothing but the two answers was captured", `
			c SA 1000 5001
			s SA 5000 1001`, `
			1 handshake=completed_unseen handshake_kind=simultaneous missing=[syn] close=open`},
		{"both called, and the capture begins between the calls", `
			s S 5000
			c SA 1000 5001
			s SA 5000 1001
			c A 1001 5001`, `
			1 handshake=completed handshake_kind=simultaneous syn_frame=1 synack_frame=2 close=open`},
		{"two answers that do not fit each other open nothing", `
			c SA 1000 5001
			s SA 5000 777`, `
			1 handshake=unsolicited close=none`},
		{"the third packet follows what came on the SYN, and the other direction was not captured", `
			c S 4294967280 0 18
			c A 3 5025
			c FA 3 5025
			c A 4 5026`, `
			1 handshake=implied missing=[synack] ack_frame=2 close=half_closed`},
		{"octets are missing between what came on the SYN and the first segment of the one direction", `
			c S 1000 0 18
			c A 1029 5025
			c FA 1029 5025`, `
			1 handshake=implied missing=[synack,ack] ack_frame= close=half_closed`},
		{"the FIN is missing before the RST of the one direction, whose receiver nobody saw", `
			c S 1000
			c A 1001 5001
			c PA 1001 5001 18
			c A 1019 5025
			c R 1020`, `
			1 handshake=implied close=reset closed_by=orig suspected_rsts=0`},
		{"a RST of the one direction with a number from far away", `
			c S 1000
			c A 1001 5001
			c PA 1001 5001 18
			c R 1001019`, `
			1 handshake=implied close=open suspected_rsts=1`},
		{"the third packet is missing of the one direction, whether more follows or not", `
			c S 1000
			c A 1019 5025`, `
			1 handshake=implied missing=[synack,ack] ack_frame= close=open`},
		{"what the responder said first is missed, and the originator, who completed, acknowledges it", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c A 1001 5301
			c PA 1001 5301 20`, `
			1 handshake=completed close=open ack_frame=3 orig_payload=20 resp_lost=300 oddities=`},
		{"what the responder said first is missed, and the SYN", `
			s SA 5000 1001
			c PA 1001 5031 10
			s A 5031 1011`, `
			1 handshake=completed_unseen missing=[syn] ack_frame=2 orig_payload=10 orig_lost=0`},
		{"what the responder said first is missed, and the third packet acknowledges it: that is no sign of forging", `
			c S 1000
			s SA 5000 1001
			c A 1001 5031
			s PA 5031 1001 10`, `
			1 handshake=completed close=open ack_frame=3 resp_payload=10 resp_lost=30 oddities=`},
		{"the third packet acknowledges octets that are captured after it", `
			c S 1000
			s SA 5000 1001
			c A 1001 5011
			s PA 5001 1001 10`, `
			1 handshake=completed close=open ack_frame=3 resp_payload=10 resp_lost=0 oddities=`},
		{"the answer and all octets of the originator are missed, of which the responder acknowledges more and more", `
			c S 1000
			s PA 5001 1001 300
			s A 5301 1301
			c A 1301 5301`, `
			1 handshake=completed_unseen missing=[synack,ack] close=open orig_lost=300 resp_payload=300 oddities=`},
		{"where nothing proves it, the third packet acknowledges what was not sent", `
			c S 1000
			s SA 5000 1001
			c A 1001 5031`, `
			1 handshake=invalid close=none oddities=[ack_of_unsent_data]`},
		{"SYN and third packet are missed, the responder speaks, and the other end is gone", `
			s SA 5000 1001
			s PA 5001 1001 500
			s PA 5501 1001 500
			c R 1001
			c R 1001`, `
			1 handshake=completed_unseen missing=[syn,ack] close=reset closed_by=orig synack_frame=1 close_frames=[4] resp_payload=1000 suspected_rsts=0`},
		{"a RST overtakes the third packet, and the other direction was not captured", `
			c S 1000
			c RA 1001 5001
			c A 1001 5001`, `
			1 handshake=implied missing=[synack] close=reset closed_by=orig close_frames=[2] suspected_rsts=0`},
		{"a forged RST of the only direction that was captured, whose sender has more to say", `
			c S 1000
			c RA 1001 5001
			c A 1001 5001
			c PA 1001 5001 100`, `
			1 handshake=implied close=open orig_payload=100 suspected_rsts=1`},
		{"and acknowledges more than it offered", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c A 1001 900005301`, `
			1 handshake=completed close=open ack_frame=3 resp_lost=0 oddities=[ack_of_unsent_data]`},
		{"answer and request are missed, their acknowledgement carries nothing, and the originator goes on from there", `
			c S 1000
			s A 5001 1011
			c A 1011 5031
			c FA 1011 5031
			s A 5031 1012`, `
			1 handshake=completed_unseen missing=[synack,ack] close=half_closed closed_by=orig orig_lost=10`},
		{"a capture that begins with a stray SYN inside a connection, which goes on far from it", `
			c S 1000
			s A 5001 900001501
			c PA 900001501 5001 10`, `
			1 close=none orig_payload=0`},
		{"the capture begins between two keep-alives that carry an octet", `
			s A 30 11
			+30000 s A 29 11 1
			c A 11 30
			+30000 s A 29 11 1
			c A 11 30`, `
			1 handshake=midstream resp_payload=0 resp_ooo=0 resp_retrans=0 orig_lost=0`},
		{"the last octet before the capture began is captured late", `
			s A 30 11
			s A 29 11 1
			c A 11 30`, `
			1 handshake=midstream resp_payload=1 resp_ooo=1`},
		{"what a keep-alive repeats was missed", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c A 1011 5001
			s A 5001 1011
			+5000 c A 1010 5001 1
			s A 5001 1011`, `
			1 handshake=completed orig_payload=0 orig_lost=10 orig_ooo=0`},
	} {
		x.hold(t)
	}
}
