package main

import "testing"

// TestStages begins and ends captures in every stage of a connection, and mixes what happens to them: VLANs,
// clocks that are set back, losses, ports that are used again.
func TestStages(t *testing.T) {
	for _, x := range []saying{
		{"vlan one side tagged, everything twice, and reuse", `
			c S 1000 0 0 v10
			s SA 5000 1001
			c A 1001 5001 0 v10
			c FA 1001 5001 0 v10
			s FA 5001 1002
			c A 1002 5002 0 v10
			+500 c S 90000 0 0 v10
			s SA 70000 90001
			c A 90001 70001 0 v10`, `
			1 handshake=completed close=closed closed_by=orig vlan=[10] orig_pkts=4 resp_pkts=2
			2 handshake=completed close=open reuses=1 orig_pkts=2 resp_pkts=1`},
		{"clock backwards in the opening", `
			c S 1000
			+-500 s SA 5000 1001
			c A 1001 5001`, `
			1 handshake=completed server_rtt_us= client_rtt_us=10000 setup_us=`},
		{"clock backwards between data", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			+-3000 s A 5001 1101
			c FA 1101 5001
			s FA 5001 1102
			c A 1102 5002`, `
			1 handshake=completed close=closed closed_by=orig orig_payload=100`},
		{"simultaneous open, one SYN lost before the capture", `
			s S 5000
			c SA 1000 5001
			s A 5001 1001`, `
			1 handshake=completed orig_port=80`},
		{"simultaneous open, one SYN-ACK missed", `
			c S 1000
			s S 5000
			s SA 5000 1001
			c A 1001 5001
			s PA 5001 1001 10`, `
			1 handshake=completed handshake_kind=simultaneous resp_payload=10 close=open`},
		{"simultaneous open with a retry of one SYN", `
			c S 1000
			s S 5000
			+1000 c S 1000
			c SA 1000 5001
			s SA 5000 1001
			c A 1001 5001`, `
			1 handshake=completed handshake_kind=simultaneous syn_retries=1`},
		{"both call, one refuses, and accepts the second try", `
			c S 1000
			s S 5000
			s RA 0 1001
			+1000 c S 1000
			s SA 7000 1001
			c A 1001 7001
			c PA 1001 7001 10
			s A 7001 1011`, `
			1 handshake=completed handshake_kind=normal orig_port=40000 syn_retries=1 synack_frame=5 ack_frame=6 orig_payload=10 close=open suspected_rsts=0`},
		{"both call, one refuses, and a forged answer with another number comes", `
			c S 1000
			s S 5000
			s RA 0 1001
			s SA 7000 900000`, `
			1 handshake=refused handshake_kind=simultaneous`},
		{"both call, who called first refuses, and accepts the other's second try", `
			c S 1000
			s S 5000
			c RA 0 5001
			+1000 s S 5000
			c SA 7000 5001
			s A 5001 7001
			s PA 5001 7001 10
			c A 7001 5011`, `
			1 handshake=aborted handshake_kind=simultaneous orig_port=40000
			2 handshake=completed handshake_kind=normal orig_port=80 orig_payload=10 close=open`},
		{"capture starts with the third packet", `
			c A 1001 5001
			c PA 1001 5001 10
			s A 5001 1011`, `
			1 handshake=midstream close=open orig_payload=10 orig_port=40000`},
		{"capture starts with the FIN", `
			c FA 1001 5001
			s A 5001 1002
			s FA 5001 1002
			c A 1002 5002`, `
			1 handshake=midstream close=closed closed_by=orig`},
		{"capture starts with the second FIN", `
			s FA 5001 1002
			c A 1002 5002`, `
			1 handshake=midstream close=half_closed closed_by=resp`},
		{"capture starts with the last ACK", `
			c A 1002 5002`, `
			1 handshake=midstream close=open`},
		{"capture starts with a RST", `
			c R 1001`, `
			1 handshake=unsolicited close=none`},
		{"capture ends after the SYN", `
			c S 1000`, `
			1 handshake=no_answer close=none`},
		{"capture ends after the SYN-ACK", `
			c S 1000
			s SA 5000 1001`, `
			1 handshake=half_open close=none`},
		{"capture ends after the first FIN", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c FA 1001 5001`, `
			1 handshake=completed close=half_closed closed_by=orig close_frames=[4]`},
		{"capture ends between FIN and RST", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s FA 5001 1001
			c RA 1001 5002`, `
			1 handshake=completed close=reset closed_by=orig close_frames=[5]`},
		{"SYN-ACK first, then RST of who never asked", `
			s SA 5000 1001
			c R 1001`, `
			1 handshake=unsolicited orig_port=40000 resp_port=80`},
		{"SYN-ACK, data of the responder, no more", `
			s SA 5000 1001
			s PA 5001 1001 10`, `
			1 handshake=implied orig_port=40000`},
		{"SYN-ACK repeated only", `
			s SA 5000 1001
			+1000 s SA 5000 1001
			+2000 s SA 5000 1001`, `
			1 handshake=unsolicited synack_retries=2`},
		{"SYN across the wrap with data on the third", `
			c S 4294967295
			s SA 4294967295 0
			c PA 0 0 100
			s A 0 100`, `
			1 handshake=completed orig_payload=100 ack_frame=3 confirmed_frame=4`},
		{"SYN retried thrice then refused", `
			c S 1000
			+1000 c S 1000
			+2000 c S 1000
			s RA 0 1001`, `
			1 handshake=refused syn_retries=2 server_rtt_us=`},
		{"half open then RST by responder", `
			c S 1000
			s SA 5000 1001
			+1000 s SA 5000 1001
			+1000 s R 5001`, `
			1 handshake=half_open close=none synack_retries=1 suspected_rsts=0`},
		{"scan hit", `
			c S 1000
			s SA 5000 1001
			c R 1001`, `
			1 handshake=aborted synack_frame=2 close=none`},
		{"both directions, SYN and SYN-ACK missed but FIN both", `
			s PA 5001 1001 10
			c A 1001 5011
			c FA 1001 5011
			s FA 5011 1002
			c A 1002 5012`, `
			1 handshake=midstream close=closed closed_by=orig orig_port=40000 resp_payload=10`},
		{"FIN retransmitted twice", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c FA 1001 5001
			+200 c FA 1001 5001
			+400 c FA 1001 5001
			s FA 5001 1002
			c A 1002 5002`, `
			1 handshake=completed close=closed closed_by=orig orig_retrans=0`},
		{"data on FIN, half close, data after", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c FPA 1001 5001 50
			s A 5001 1052
			s PA 5001 1052 500
			c A 1052 5501
			s FA 5501 1052
			c A 1052 5502`, `
			1 handshake=completed close=closed closed_by=orig orig_payload=50 resp_payload=500`},
		{"reuse within a second, no FIN, server accepts", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 10
			s A 5001 1011
			+900 c S 500000
			s SA 800000 500001
			c A 500001 800001
			s A 5001 1011`, `
			1 handshake=completed close=open resp_pkts=3 orig_payload=10
			2 handshake=completed reuses=1 resp_pkts=1`},
		{"reuse after 70 s of a refused attempt", `
			c S 1000
			s RA 0 1001
			+70000 c S 1000
			s RA 0 1001`, `
			1 handshake=refused syn_retries=0
			2 handshake=refused reuses=1`},
		{"no answer, and again after 131 s", `
			c S 1000
			+131000 c S 1000`, `
			1 handshake=no_answer syn_retries=0
			2 handshake=no_answer reuses=1`},
		{"no answer, and again after 129 s", `
			c S 1000
			+129000 c S 1000`, `
			1 handshake=no_answer syn_retries=1`},
		{"clock back, then an attempt again", `
			c S 1000
			+-20000 c S 1000
			s SA 5000 1001
			c A 1001 5001`, `
			1 handshake=completed syn_retries=1 quality=[clock_backwards]`},
		{"a late FIN of the old incarnation", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c FA 1001 5001
			s A 5001 1002
			+100 c S 900000
			s SA 700000 900001
			c A 900001 700001
			s FA 5001 1002
			c PA 900001 700001 10`, `
			1 handshake=completed close=closed closed_by=orig resp_pkts=3
			2 handshake=completed close=open orig_payload=10 reuses=1`},
		{"keep-alives for two hours", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			+3600000 c A 1000 5001
			s A 5001 1001
			+3600000 c A 1000 5001
			s A 5001 1001
			c FA 1001 5001
			s FA 5001 1002`, `
			1 handshake=completed close=closed orig_payload=0 orig_retrans=0`},
		{"a RST two octets ahead in the window", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s R 5003`, `
			1 handshake=completed close=reset closed_by=resp suspected_rsts=0`},
		{"the SYN-ACK is lost on its way and sent again, SYN too", `
			c S 1000
			s SA 5000 1001
			+1000 c S 1000
			s SA 5000 1001
			c A 1001 5001
			s PA 5001 1001 5`, `
			1 handshake=completed syn_retries=1 synack_retries=1 synack_frame=2 ack_frame=5 server_rtt_us=10000 client_rtt_us= confirmed_frame=6`},
		{"XMAS probe and then a connection", `
			c FP 1000
			s RA 0 1001
			+100 c S 5000
			s SA 7000 5001
			c A 5001 7001`, `
			1 handshake=probe close=none
			2 handshake=completed reuses=1`},
		{"SYN+FIN", `
			c SF 1000`, `
			1 handshake=probe probe_kind=syn_fin close=none`},
		{"ACK scan unanswered", `
			c A 1000 5000`, `
			1 handshake=midstream`},
		{"only server side, whole life", `
			s SA 5000 1001
			s A 5001 1101
			s PA 5001 1101 300
			s FA 5301 1101
			s A 5302 1102`, `
			1 handshake=implied close=half_closed closed_by=resp resp_payload=300 orig_lost=100`},
		{"only client side, RST end", `
			c S 1000
			c A 1001 5001
			c PA 1001 5001 100
			c RA 1101 5301`, `
			1 handshake=implied missing=[synack] close=reset closed_by=orig orig_payload=100`},
		{"challenge ACK, RST, reconnect", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 10
			s A 5001 1011
			+60000 c S 777000
			s A 5001 1011
			c R 1011
			+1000 c S 777000
			s SA 8000 777001
			c A 777001 8001`, `
			1 handshake=completed close=reset closed_by=orig orig_pkts=4 history=ShADaR
			2 handshake=completed reuses=1 syn_frame=6 syn_retries=1 synack_frame=10`},
		{"challenge ACK, RST, reconnect with another number", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			+60000 c S 777000
			s A 5001 1001
			c R 1001
			+1000 c S 888000
			s SA 8000 888001
			c A 888001 8001`, `
			1 handshake=completed close=reset closed_by=orig orig_pkts=4 oddities=[stray_syn]
			3 handshake=completed reuses=1 syn_frame=7 syn_retries=0`},
		{"two VLANs with the same tuple, one refused", `
			c S 1000 0 0 v10
			s RA 0 1001 0 v10
			c S 2000 0 0 v20
			s SA 5000 2001 0 v20
			c A 2001 5001 0 v20`, `
			1 handshake=refused vlan=[10]
			2 handshake=completed vlan=[20] reuses=`},
		{"only one VLAN tagged and the SYN-ACK first", `
			s SA 5000 1001
			c S 1000 0 0 v10
			c A 1001 5001 0 v10`, `
			1 handshake=completed orig_port=40000 syn_frame=2`},
		{"zero window opened by data later", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s PA 5001 1001 100
			c A 1001 5101 0 shut
			+500 c A 1001 5101
			s PA 5101 1001 100
			c A 1001 5201`, `
			1 handshake=completed resp_payload=200 zero_windows=1 window_stall_us=500000`},
		{"third packet is a FIN", `
			c S 1000
			s SA 5000 1001
			c FA 1001 5001
			s FA 5001 1002
			c A 1002 5002`, `
			1 handshake=completed ack_frame=3 close=closed closed_by=orig`},
		{"third packet wrong, then RA", `
			c S 1000
			s SA 5000 1001
			c A 1001 6001
			s R 6001
			c RA 1001 5001`, `
			1 handshake=aborted close=none`},
		{"unanswered SYN-ACK forged number then real", `
			c S 1000
			s SA 77777 4000
			s SA 5000 1001
			c A 1001 5001`, `
			1 handshake=completed synack_frame=3 close=open orig_retrans=0`},
		{"refused, and a stray SYN-ACK later fits", `
			c S 1000
			s RA 0 1001
			+100 s SA 5000 1001`, `
			1 handshake=refused synack_frame=3 rst_frame=2`},
		{"data in both directions across the wrap and a hole", `
			c S 4294967200
			s SA 4294967000 4294967201
			c A 4294967201 4294967001
			c PA 4294967201 4294967001 100
			c PA 105 4294967001 100
			s PA 4294967001 205 400
			c A 205 105`, `
			1 handshake=completed orig_payload=200 orig_lost=100 resp_payload=400 resp_lost=0`},
		{"RST without ACK to a SYN", `
			c S 1000
			s R 0`, `
			1 handshake=invalid close=none suspected_rsts=1`},
		{"RST with ack of nothing", `
			c S 1000
			s RA 0 1000`, `
			1 handshake=invalid close=none suspected_rsts=1`},
		{"SYN with data accepted then retransmission of that data", `
			c S 1000 0 50
			s SA 5000 1001
			c PA 1001 5001 50
			s A 5001 1051`, `
			1 handshake=completed handshake_kind=fast_open_ignored orig_payload=50 orig_retrans=1`},
		{"both FIN cross, then RST", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c FA 1001 5001
			s FA 5001 1001
			c RA 1002 5002`, `
			1 handshake=completed close=closed closed_by=both`},
		{"FIN of the responder only seen, capture of one side", `
			s PA 5001 1001 10
			s FA 5011 1001`, `
			1 handshake=midstream close=half_closed resp_payload=10 orig_port=40000`},
		{"long silence before the third packet", `
			c S 1000
			s SA 5000 1001
			+120000 c A 1001 5001`, `
			1 handshake=completed client_rtt_us=120000000`},
		{"silence of 140 s after half open, then data", `
			c S 1000
			s SA 5000 1001
			+140000 c PA 1001 5001 10
			s A 5001 1011`, `
			1 handshake=half_open
			2 handshake=midstream orig_payload=10 reuses=1`},
		{"closed, and a FIN again within 60 s", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c FA 1001 5001
			s FA 5001 1002
			c A 1002 5002
			+50000 s FA 5001 1002
			c A 1002 5002`, `
			1 handshake=completed close=closed resp_pkts=3 orig_pkts=5`},
		{"closed, and a FIN again after 61 s", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c FA 1001 5001
			s FA 5001 1002
			c A 1002 5002
			+61000 s FA 5001 1002`, `
			1 handshake=completed close=closed resp_pkts=2
			2 handshake=midstream close=half_closed reuses=1`},
		{"reset, late data", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s PA 5001 1001 100
			c R 1001
			s PA 5101 1001 100
			c R 1001`, `
			1 handshake=completed close=reset closed_by=orig suspected_rsts=0 resp_payload=200`},
		{"simultaneous close and a retransmitted FIN", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c FA 1001 5001
			s FA 5001 1001
			c FA 1001 5002
			s A 5002 1002`, `
			1 handshake=completed close=closed closed_by=both`},
		{"split handshake with loss of the ACK", `
			c S 1000
			s S 5000
			c SA 1000 5001
			s A 5001 1001`, `
			1 handshake=completed close=open`},
	} {
		x.hold(t)
	}
}
