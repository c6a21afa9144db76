package main

import (
	"testing"
)

// TestHonest holds records to what a stack at either end would have made of the packets.
// A line of want is the id of a record and what it says; key= says that it has no such key.
func TestHonest(t *testing.T) {
	for _, x := range []saying{
		{"a packet on two VLANs is two packets", `
			c S 1000 0 0 v10
			+0 c S 1000 0 0 v20
			s SA 5000 1001 0 v20
			+0 s SA 5000 1001 0 v10
			c A 1001 5001 0 v10
			+0 c A 1001 5001 0 v20`, `
			1 handshake=completed orig_pkts=2 resp_pkts=1
			2 handshake=completed orig_pkts=2 resp_pkts=1`},
		{"requests on one VLAN, and the answers on another before they come on that one: a router between", `
			c S 1000 0 0 v10
			s SA 5000 1001 0 v20 id0
			+0.1 s SA 5000 1001 0 v10 id0
			c A 1001 5001 0 v10
			c PA 1001 5001 50 v10
			s PA 5001 1051 100 v20 id0
			+0.1 s PA 5001 1051 100 v10 id0
			s PA 5101 1051 100 v10 id0
			+0.1 s PA 5101 1051 100 v20 id0
			c FA 1051 5201 0 v10
			s FA 5201 1052 0 v20 id0
			+0.1 s FA 5201 1052 0 v10 id0`, `
			1 handshake=completed close=closed vlan=[10] orig_pkts=4 resp_pkts=4 resp_payload=200 resp_retrans=0 synack_retries=0 duplicates=4 oddities=[vlan_one_sided]`},
		{"and sent again half a second later", `
			c S 1000 0 0 v10
			s SA 5000 1001 0 v20 id0
			+500 s SA 5000 1001 0 v10 id0
			c A 1001 5001 0 v10`, `
			1 handshake=completed resp_pkts=2 synack_retries=1 duplicates=0 oddities=[vlan_one_sided]`},
		{"refused, and open at the second try", `
			c S 1000
			s RA 0 1001
			+500 c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101`, `
			1 handshake=completed close=open closed_by= close_frames= syn_frame=1 synack_frame=4 suspected_rsts=0 resp_lost=0 orig_payload=100`},
		{"refused, open at the second try, and cut off", `
			c S 1000
			s RA 0 1001
			+500 c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s RA 5001 1101`, `
			1 handshake=completed close=reset closed_by=resp close_frames=[7]`},
		{"refused, and open at the second try with a number far from 0", `
			c S 1000
			s RA 0 1001
			+500 c S 1000
			s SA 2415919104 1001
			c A 1001 2415919105
			c PA 1001 2415919105 100
			s PA 2415919105 1101 200`, `
			1 handshake=completed close=open syn_retries=1 orig_payload=100 resp_payload=200 resp_lost=0`},
		{"refused, open at the second try, and the answer is missing", `
			c S 1000
			s RA 0 1001
			+500 c S 1000
			+20 c A 1001 2415919105
			c PA 1001 2415919105 100
			s PA 2415919105 1101 200
			c A 1101 2415919305`, `
			1 handshake=completed_unseen close=open missing=[synack] resp_payload=200 resp_lost=0`},
		{"an open connection is opened again with the same number", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101
			+1000 c S 1000
			s SA 9000000 1001
			c A 1001 9000001`, `
			1 handshake=completed close=open orig_payload=100 syn_retries=0
			2 handshake=completed close=open reuses=1 syn_frame=6`},
		{"a SYN is captured after what it opened, and its answer sent again", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			c S 1000
			s SA 5000 1001
			s A 5001 1101`, `
			1 handshake=completed syn_retries=1 synack_retries=1 orig_payload=100 oddities=`},
		{"a FIN far behind the stream", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s PA 5001 1101 200
			c A 1101 5201
			s FA 4201 1101`, `
			1 handshake=completed close=open`},
		{"forged numbers of the responder before its answer", `
			c S 1000
			s PA 1000000 1001 300
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s PA 5001 1101 200
			c A 1101 5201`, `
			1 handshake=completed resp_payload=200 resp_lost=0 server_rtt_us=20000`},
		{"a SYN-ACK in the name of who called", `
			c S 1000
			c SA 1000000000 77
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100`, `
			1 handshake=completed synack_frame=3 server_rtt_us=20000 client_rtt_us=10000 orig_payload=100`},
		{"the capture begins with the answer, numbers are high", `
			s SA 5000 3489660929
			c A 3489660929 5001
			c PA 3489660929 5001 100
			+300 c PA 3489660929 5001 100
			s A 5001 3489661029`, `
			1 handshake=completed_unseen missing=[syn] orig_payload=100 orig_retrans=1 orig_ooo=0`},
		{"a data offset that is none ends nothing", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s R 5001 0 0 offset4
			s FA 5001 1101 0 offset4`, `
			1 handshake=completed close=open suspected_rsts=0`},
		{"nor does it complete anything", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001 0 offset4`, `
			1 handshake=half_open`},
		{"a forged third packet, refused, and then the right one", `
			c S 1000
			s SA 5000 1001
			+1 c A 1001 99999
			+0.1 s R 99999
			c A 1001 5001`, `
			1 handshake=completed close=open suspected_rsts=1 ack_frame=5`},
		{"everything twice, without an IP id", `
			c S 1000 0 0 id0
			+0.02 c S 1000 0 0 id0
			s SA 5000 1001 0 id0
			+0.02 s SA 5000 1001 0 id0
			c A 1001 5001 0 id0
			+0.02 c A 1001 5001 0 id0`, `
			1 handshake=completed orig_pkts=2 resp_pkts=1 syn_retries=0 synack_retries=0 duplicates=3`},
		{"forged before the answer", `
			c S 1000
			s RA 0 1001
			s FA 0 1001
			s R 1
			s SA 26175 1001
			c A 1001 26176
			c PA 1001 26176 100
			s PA 26176 1101 50
			c A 1101 26226`, `
			1 handshake=completed close=open close_frames= resp_lost=0 resp_payload=50 orig_payload=100 synack_frame=5 server_rtt_us=40000 ack_frame=6`},
		{"a RST with a wrong checksum refuses nothing", `
			c S 1000
			s RA 0 1001 0 bad
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101`, `
			1 handshake=completed close=open close_frames= synack_frame=3`},
		{"two SYN-ACKs, and the first is taken", `
			c S 1000
			s SA 5000 1001
			+5 s SA 75000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101
			s PA 5001 1101 30`, `
			1 handshake=completed synack_frame=2 ack_frame=4 server_rtt_us=10000 client_rtt_us=15000 orig_payload=100 resp_payload=30 resp_lost=0 resp_retrans=0`},
		{"two SYN-ACKs, and the second is taken", `
			c S 1000
			s SA 5000 1001
			+5 s SA 75000 1001
			c A 1001 75001
			s PA 75001 1001 30`, `
			1 handshake=completed synack_frame=3 ack_frame=4 resp_payload=30`},
		{"payload from before the answer's number completes nothing", `
			c S 1000
			s SA 5000 1001
			s PA 1000 1001 30`, `
			1 handshake=half_open`},
		{"payload after the answer's number does", `
			c S 1000
			s SA 5000 1001
			s PA 5001 1001 30`, `
			1 handshake=completed_unseen`},
		{"and so does a FIN", `
			c S 1000
			s SA 5000 1001
			s FA 5001 1001`, `
			1 handshake=completed_unseen`},
		{"another SYN after the answer, and the first is the one that is acknowledged", `
			c S 1000
			s SA 5000 1001
			+100 c S 7777
			s A 5001 1001
			s SA 5000 1001`, `
			1 handshake=half_open syn_frame=1 synack_frame=2 roles_frame=1`},
		{"another SYN after the answer, and the opening completes with the first", `
			c S 1000
			s SA 5000 1001
			+100 c S 7777
			c A 1001 5001
			s PA 5001 1001 30`, `
			1 handshake=completed syn_frame=1 synack_frame=2 ack_frame=4 server_rtt_us=10000 setup_us=120000 resp_payload=30`},
		{"the SYN is repeated after the first of two SYN-ACKs, and the second is taken", `
			c S 1000
			s SA 5000 1001
			+1000 c S 1000
			s SA 75000 1001
			c A 1001 75001
			s PA 75001 1001 30`, `
			1 handshake=completed synack_frame=4 ack_frame=5 client_rtt_us=10000 server_rtt_us= resp_payload=30`},
		{"two SYNs, and the first is answered", `
			c S 1000
			+1000 c S 8777
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101`, `
			1 handshake=completed syn_frame=1 synack_frame=3 ack_frame=4 server_rtt_us=1010000 client_rtt_us=10000 orig_payload=100 orig_retrans=0 resp_pkts=2`},
		{"two SYNs, and the second is answered", `
			c S 1000
			+1000 c S 8777
			s SA 5000 8778
			c A 8778 5001
			c PA 8778 5001 100
			s A 5001 8878`, `
			1 handshake=completed syn_frame=2 synack_frame=3 server_rtt_us=10000 orig_payload=100 orig_retrans=0`},
		{"the first SYN-ACK is damaged", `
			c S 1000
			s SA 5000 1001 0 bad
			+1000 s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101`, `
			1 handshake=completed synack_frame=3 ack_frame=4 client_rtt_us=10000 server_rtt_us=`},
		{"the last ACK was lost: the ports are taken again", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s FA 5001 1101
			c FA 1101 5002
			s A 5002 1102
			+2000 c S 1050
			s A 5002 1102
			c R 1102
			+1000 c S 1050
			s SA 905000 1051
			c A 1051 905001`, `
			1 handshake=completed close=closed closed_by=resp
			2 handshake=completed close=open syn_frame=8 syn_retries=1 reuses=1 suspected_rsts=0`},
		{"a wrong acknowledgement, refused by number, ends nothing", `
			c S 1000
			s SA 5000 777
			c R 777
			+1000 c S 1000
			s SA 6000 1001
			c A 1001 6001`, `
			1 handshake=completed close=open synack_frame=5 suspected_rsts=0`},
		{"a new attempt inside an open connection is refused", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101
			+70000 c S 901000
			s RA 0 901001`, `
			1 handshake=completed close=open suspected_rsts=0 last_frame=5
			2 handshake=refused syn_frame=6 reuses=1`},
		{"a RST that nobody heeds, its sender neither", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101
			s R 5001
			c PA 1101 5001 100
			s A 5001 1201
			s PA 5001 1201 100
			c A 1201 5101`, `
			1 handshake=completed close=open suspected_rsts=1 resp_payload=100`},
		{"RSTs answer what was under way", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101
			c FA 1101 5001
			+1 s PA 5001 1101 100
			+0.1 s PA 5101 1101 100
			+0.1 c R 1101
			+0.1 s A 5201 1102
			+0.1 c R 1101
			+0.1 c R 1102`, `
			1 handshake=completed close=reset closed_by=orig suspected_rsts=0`},
		{"payload captured after what follows it, in the middle", `
			c A 1101 5001
			s A 5001 1101
			c PA 1001 5001 100
			s PA 5001 1101 30
			c A 1101 5031`, `
			1 handshake=midstream orig_payload=100 orig_retrans=0 orig_ooo=1 resp_payload=30 orig_lost=0`},
		{"a stretch is missing in the middle, larger than the window without its scale", `
			c PA 1000 5000 100
			s PA 2005000 1100 200
			c A 1100 2005200`, `
			1 handshake=midstream orig_payload=100 resp_payload=200 resp_lost=2000000 oddities=`},
		{"a window that stays shut is asked after, and nothing is lost", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101 0 shut
			+1000 c A 1101 5001 1
			s A 5001 1101 0 shut
			+2000 c A 1101 5001 1
			s A 5001 1101 0 shut
			s A 5001 1101
			c PA 1101 5001 50
			s A 5001 1151`, `
			1 handshake=completed orig_payload=150 loss_stall_us= window_stall_us=3030000 rtt_max_us=10000`},
		{"one direction after the other, as of two captures put together", `
			c S 1000
			c A 1001 5001
			c PA 1001 5001 100
			c A 1101 5301
			c FA 1101 5301
			c A 1102 5302
			s SA 5000 1001
			s A 5001 1101
			s PA 5001 1101 300
			s FA 5301 1102`, `
			1 handshake=completed orig_payload=100 resp_payload=300 orig_lost=0 resp_lost=0 closed_by=orig`},
		{"the answer to a FIN is captured before it", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s FA 5001 1002
			c FA 1001 5001
			c A 1002 5002`, `
			1 handshake=completed close=closed closed_by=orig`},
		{"both close at once", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c FA 1001 5001
			s FA 5001 1001
			c A 1002 5002
			s A 5002 1002`, `
			1 handshake=completed close=closed closed_by=both`},
		{"both open at once", `
			c S 1000
			s S 5000
			c SA 1000 5001
			s SA 5000 1001`, `
			1 handshake=completed handshake_kind=simultaneous synack_retries=0`},
		{"refused with number 0, and open with one right below", `
			c S 1000
			s RA 0 1001
			+500 c S 1000
			s SA 4294967290 1001
			c A 1001 4294967291
			c A 1001 4294967291`, `
			1 handshake=completed close=open syn_retries=1 suspected_rsts=0`},
		{"a RST at the edge of the window is outside", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s R 69001`, `
			1 handshake=completed close=open suspected_rsts=1`},
		{"a RST with the last number of the window is inside", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s R 69000`, `
			1 handshake=completed close=reset closed_by=resp suspected_rsts=0`},
		{"a RST behind what fills the window is exact", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s PA 5001 1001 64000
			s R 69001`, `
			1 handshake=completed close=reset closed_by=resp suspected_rsts=0`},
		{"a shut window takes a RST at its number", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001 shut
			s R 5001`, `
			1 handshake=completed close=reset closed_by=resp suspected_rsts=0`},
		{"an ACK that a RST answers with its number is a probe", `
			c A 1000 5000
			s R 5000`, `
			1 handshake=probe close=none`},
		{"an ACK that a RST answers with another number is none", `
			c A 1000 5000
			s R 5001`, `
			1 handshake=midstream close=reset closed_by=resp`},
		{"a RST after which both go on counts for nothing, whatever their numbers are", `
			c S 4294967294
			c R 4294967295
			c A 4294967295 4294967295
			s A 4294967295 4294967295`, `
			1 handshake=completed_unseen close=open suspected_rsts=1`},
		{"the same with low numbers", `
			c S 1000
			c R 1001
			c A 1001 5001
			s A 5001 1001`, `
			1 handshake=completed_unseen close=open suspected_rsts=1`},
		{"a RST first, its peer's number unknown", `
			s RA 4294967295 4294967295
			c A 4294967295 4294967295
			s PA 4294967295 4294967295 10
			c A 4294967295 9`, `
			1 handshake=midstream close=open suspected_rsts=1`},
		{"Wireshark shows 0 for a SYN-ACK alone", `
			s SA 5000 1001`, `
			1 handshake=unsolicited completeness=0`},
		{"Wireshark shows a SYN alone, and its data, without the RST in it", `
			c SR 1000 0 10`, `
			1 handshake=probe completeness=9`},
		{"Wireshark counts the first packet with the second", `
			s SA 5000 1001
			c R 1001`, `
			1 handshake=unsolicited completeness=34`},
		{"Wireshark does not count what a SYN-ACK carries", `
			c S 1000
			s SA 5000 1001 20
			c A 1001 5021`, `
			1 handshake=completed completeness=7 resp_payload=20`},
		{"a copy is a packet for Wireshark", `
			c A 1001 5001
			+0.1 c A 1001 5001 v0`, `
			1 handshake=midstream completeness=4`},
		{"Zeek writes a closed window that is the first there is of a side", `
			c A 1001 5001 0 shut
			c FA 1001 5001`, `
			1 history=AWF zero_windows=1`},
		{"Zeek writes a wrong checksum that is the first there is of a side", `
			c A 1001 5001 0 bad
			c FA 1001 5001`, `
			1 history=CF`},
		{"Zeek writes a SYN inside a live connection where it came", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 10
			c S 777777
			s A 5001 1011
			s PA 5001 1011 10
			c S 777777
			c FA 1011 5011`, `
			1 history=ShADSadSF conn_state=S2 orig_pkts=6`},
		{"and not where it opened another", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 10
			s A 5001 1011
			c S 777777
			+1000 c S 777777
			s PA 5001 1011 10
			s SA 90000 777778
			c A 777778 90001`, `
			1 history=ShADad
			2 history=ShA`},
		{"Zeek takes no first segment for one sent again", `
			c PA 1001 5001 10
			s PA 5000 1011 1
			s PA 5001 1011 1
			s PA 5000 1011 2`, `
			1 history=Ddt`},
	} {
		x.hold(t)
	}
}
