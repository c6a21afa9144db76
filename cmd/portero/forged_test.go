package main

import "testing"

// TestHonestForged holds what strangers send, and what strays, to change no verdict.
func TestHonestForged(t *testing.T) {
	for _, x := range []saying{
		{"a stray SYN between the answer and the third packet", `
			c S 1000
			s SA 5000 1001
			c S 424242
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101
			c FA 1101 5001
			s FA 5001 1102`, `
			1 handshake=completed close=closed closed_by=orig orig_payload=100 syn_frame=1 ack_frame=4 server_rtt_us=10000`},
		{"another SYN after the answer, which is answered too", `
			c S 1000
			s SA 5000 1001
			+3000 c S 2000
			s SA 6000 2001
			c A 2001 6001
			c PA 2001 6001 10`, `
			1 handshake=completed syn_frame=3 synack_frame=4 ack_frame=5 orig_payload=10 server_rtt_us=10000`},
		{"another SYN after the answer, answered with the same number", `
			c S 1000
			s SA 5000 1001
			+3000 c S 2000
			s SA 5000 2001
			c A 2001 5001
			c PA 2001 5001 10`, `
			1 handshake=completed syn_frame=3 synack_frame=4 ack_frame=5 orig_payload=10 server_rtt_us=10000`},
		{"only the client was captured, and a forged RST", `
			c S 1000
			c A 1001 5001
			s R 800005201
			c PA 1001 5001 100
			c FA 1101 5201`, `
			1 handshake=implied missing=[synack] close=half_closed suspected_rsts=1`},
		{"only the server was captured, and a forged RST and a stray SYN", `
			s SA 5000 1001
			s A 5001 1101
			c R 800001101
			c S 424242
			s PA 5001 1101 200
			s FA 5201 1102`, `
			1 handshake=implied close=half_closed closed_by=resp syn_frame= suspected_rsts=1`},
		{"only the client was captured, and the RST that ends it", `
			c S 1000
			c A 1001 5001
			c PA 1001 5001 100
			c A 1101 5201
			s R 5201`, `
			1 handshake=completed_unseen missing=[synack] close=reset closed_by=resp`},
		{"refused after an answer to something else", `
			c S 1000
			s A 5001 900000000
			s RA 0 1001`, `
			1 handshake=refused suspected_rsts=0`},
		{"refused after a forged SYN-ACK", `
			c S 1000
			s SA 77777 999999
			c R 999999
			s RA 0 1001`, `
			1 handshake=refused suspected_rsts=0 synack_frame=`},
		{"refused before a forged SYN-ACK", `
			c S 1000
			s RA 0 1001
			s SA 77777 999999`, `
			1 handshake=refused suspected_rsts=0 synack_frame=`},
		{"a forged SYN-ACK, and the SYN is taken back: no door is open", `
			c S 1000
			s SA 77777 999999
			c R 1001`, `
			1 handshake=aborted synack_frame=`},
		{"a forged RST in a download that goes on, with the number that is expected", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s PA 5001 1101 1000
			c A 1101 6001
			s R 6001
			s PA 6001 1101 1000
			c A 1101 7001`, `
			1 handshake=completed close=open suspected_rsts=1 resp_payload=2000`},
		{"a forged RST in a download that goes on, somewhere in the window", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s PA 5001 1101 1000
			c A 1101 6001
			s R 6700
			s PA 6001 1101 1000
			c A 1101 7001`, `
			1 handshake=completed close=open suspected_rsts=1 resp_payload=2000`},
		{"a forged RST somewhere in the window of an upload, to which the receiver only says where it stands", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c R 1500
			s A 5001 1001
			c PA 1001 5001 10
			s A 5001 1011`, `
			1 handshake=completed close=open suspected_rsts=1 orig_payload=10`},
		{"a forged RST somewhere in the window, its answer missed, and the one whose name it has goes on after a pause", `
			c A 1001 5001
			s PA 5001 1001 200
			c A 1001 5201
			s R 9201
			+1500 s PA 5201 1001 20
			c A 1001 5221`, `
			1 handshake=midstream close=open suspected_rsts=1 resp_payload=220`},
		{"the same at once: what was captured late, and a RST behind more that was missed, look the same", `
			c A 1001 5001
			s PA 5001 1001 200
			c A 1001 5201
			s R 9201
			s PA 5201 1001 20
			c A 1001 5221`, `
			1 handshake=midstream close=reset suspected_rsts=0`},
		{"a RST somewhere in the window, which is sent again where the receiver says that it stands", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c R 1500
			s A 5001 1001
			c R 1001`, `
			1 handshake=completed close=reset closed_by=orig suspected_rsts=0`},
		{"a RST that is captured before the last of what was sent before it", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c RA 1501 5001
			c PA 1001 5001 250
			s A 5001 1251
			c PA 1251 5001 250`, `
			1 handshake=completed close=reset closed_by=orig suspected_rsts=0 orig_payload=500`},
		{"a RST that ends a download, and acknowledgements that were under way", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s PA 5001 1101 1000
			s PA 6001 1101 1000
			s R 7001
			c A 1101 6001
			c A 1101 7001`, `
			1 handshake=completed close=reset closed_by=resp suspected_rsts=0`},
		{"a RST in a download whose receiver heeds it: the sender's octets were under way", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s PA 5001 1101 1000
			c A 1101 6001
			s R 6001
			s PA 6001 1101 1000
			c R 1101`, `
			1 handshake=completed close=reset`},
		{"a SYN-ACK that does not fit is what makes it invalid", `
			c S 1000
			s SA 77777 999999`, `
			1 handshake=invalid synack_frame=2`},
		{"both called, the answer of one does not fit, and he takes his SYN back", `
			c S 1000
			s S 5000
			s SA 5000 777
			c R 1001`, `
			1 handshake=aborted synack_frame=`},
		{"a SYN-ACK that does not fit, and what follows proves that another was missed", `
			c S 1000
			s SA 777777 999999
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101
			s PA 5001 1101 200
			c FA 1101 5201
			s FA 5201 1102`, `
			1 handshake=completed_unseen missing=[synack] close=closed closed_by=orig syn_frame=1 synack_frame= ack_frame=3 confirmed_frame=5 orig_payload=100 resp_payload=200 resp_lost=0 resp_retrans=0 history=ShADadtFf oddities=[synack_wrong_ack]`},
		{"the same with a wrong checksum", `
			c S 1000
			s SA 777777 999999 0 bad
			c A 1001 5001
			c PA 1001 5001 100
			s PA 5001 1101 200`, `
			1 handshake=completed_unseen missing=[synack] close=open synack_frame= ack_frame=3 orig_payload=100 resp_payload=200`},
		{"the same, and its receiver refuses it with the number that it acknowledges", `
			c S 1000
			s SA 777777 999999
			c R 999999
			c A 1001 5001
			s PA 5001 1001 200`, `
			1 handshake=completed_unseen missing=[synack] close=open ack_frame=4 resp_payload=200 suspected_rsts=0`},
		{"the same, and the responder speaks first", `
			c S 1000
			s SA 777777 999999
			s PA 5001 1001 200
			c A 1001 5201`, `
			1 handshake=completed_unseen missing=[synack] close=open resp_payload=200 resp_lost=0 resp_retrans=0`},
		{"a SYN-ACK of which the acknowledgement alone is wrong, and both go on from its number", `
			c S 1000
			s SA 5000 777
			c A 1001 5001
			c PA 1001 5001 100
			s PA 5001 1101 200`, `
			1 handshake=completed_unseen missing=[synack] close=open ack_frame=3 orig_payload=100 resp_payload=200`},
		{"a SYN-ACK that does not fit, an acknowledgement of it with the same numbers, and a RST", `
			c S 1000
			s SA 777777 999999
			c A 999999 777778
			s R 777778`, `
			1 handshake=invalid close=none synack_frame=2`},
		{"a SYN-ACK that does not fit, and the responder says where another connection stands", `
			c S 1000
			s SA 777777 999999
			s A 5001 880000`, `
			1 handshake=invalid close=none synack_frame=2`},
		{"a forged RST does not make a half-open attempt another", `
			c S 1000
			s SA 5000 1001
			c R 900000
			+1000 s SA 5000 1001`, `
			1 handshake=half_open suspected_rsts=1`},
		{"a forged SYN-ACK in a stream whose start was not captured", `
			c PA 1001 5001 100
			s A 5001 1101
			s SA 77777 999999
			s PA 5001 1101 200
			c FA 1101 5201
			s FA 5201 1102`, `
			1 handshake=midstream close=closed closed_by=orig orig_payload=100 resp_payload=200`},
		{"an insertion with a wrong checksum, and the end before it", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s PA 5001 1001 200
			s PA 5201 1001 40 bad
			s PA 5241 1001 20 bad
			c FA 1001 5201
			s FA 5201 1002
			s PA 5202 1002 33 bad
			c A 1002 5202`, `
			1 handshake=completed close=closed closed_by=orig resp_payload=200`},
		{"wrong checksums that the peer acknowledges all the same", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s PA 5001 1001 200
			s PA 5201 1001 40 bad
			c A 1001 5241
			s FA 5241 1001
			c FA 1001 5242`, `
			1 handshake=completed close=closed closed_by=resp resp_payload=240 resp_lost=0`},
		{"a copy of the SYN after both FINs, before the last ACK", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c FA 1001 5001
			s FA 5001 1002
			+300 c S 1000
			c A 1002 5002`, `
			1 handshake=completed close=closed orig_pkts=5 resp_pkts=2 syn_retries=1`},
		{"a SYN-ACK with a number from long before the stream, whose start was not captured", `
			c A 70001 900000001
			s A 900000001 70001 1400
			s A 900001401 70001 1400
			c A 70001 900002801
			s SA 400002801 70001
			s A 900002801 70001 1400
			c A 70001 900004201`, `
			1 handshake=midstream close=open resp_payload=4200 resp_lost=0`},
		{"a SYN-ACK with a number from the middle of the stream", `
			c A 70001 900000001
			s A 900000001 70001 1400
			s A 900001401 70001 1400
			c A 70001 900002801
			s SA 900002000 70001
			s A 900002801 70001 1400
			c A 70001 900004201`, `
			1 handshake=midstream close=open resp_payload=4200 resp_lost=0`},
		{"octets forged ahead are beyond the FIN, however many others the capture lacks", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c A 1101 5001 100
			c A 1301 5001 100
			c A 1501 5001 100
			c A 1701 5001 100
			c A 1901 5001 100
			c A 2101 5001 100
			s A 5001 2201
			c A 3000 5001 50
			c FA 2201 5001
			s A 5001 2202
			s FA 5001 2202
			c A 2202 5002`, `
			1 handshake=completed close=closed orig_payload=600 orig_lost=600`},
		{"a new SYN after both FINs, with a number right below theirs, before the last ACK", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c FA 1001 5001
			s FA 5001 1002
			+300 c S 900
			c A 1002 5002`, `
			1 handshake=completed close=closed orig_pkts=4 resp_pkts=2
			2 handshake=no_answer orig_pkts=1 resp_pkts=0 reuses=1`},
	} {
		x.hold(t)
	}
}

// TestHonestLate holds records to be the same where an answer was captured before what it answers.
func TestHonestLate(t *testing.T) {
	for _, x := range []saying{
		{"a refusal that is captured before its SYN", `
			s RA 0 1001
			+0.01 c S 1000`, `
			1 handshake=refused close=none orig_addr=192.0.2.1 orig_pkts=1 resp_pkts=1 syn_retries=0`},
		{"a refusal of another SYN before this one", `
			s RA 0 1001
			+0.01 c S 2000`, `
			1 handshake=unsolicited orig_pkts=0
			2 handshake=no_answer reuses=1`},
		{"a refusal captured before its SYN, and open at the second try", `
			s RA 0 1001
			+0.01 c S 1000
			+500 c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 10`, `
			1 handshake=completed close=open syn_retries=1 orig_payload=10`},
		{"the answer to a SYN with data is captured before it", `
			s SA 5000 1101
			+0.01 c S 1000 0 100
			c A 1101 5001`, `
			1 handshake=completed handshake_kind=fast_open syn_frame=2 orig_payload=100`},
		{"all that follows a SYN with data is captured before it", `
			s SA 5000 1101
			+0.01 s PA 5001 1101 20
			+0.01 c A 1101 5021
			+0.01 c S 1000 0 100`, `
			1 handshake=completed handshake_kind=fast_open syn_frame=4 orig_payload=100 resp_payload=20 orig_lost=0`},
		{"the FIN and the ACK of another are captured before it", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			+0.01 c A 1001 5002
			+0.01 c FA 1001 5002
			+0.01 s FA 5001 1001
			s A 5002 1002`, `
			1 handshake=completed close=closed closed_by=resp`},
		{"ports used again with numbers a little higher, and the SYN is missing", `
			c PA 1001 5001 100
			s A 5001 1101
			c FA 1101 5001
			s FA 5001 1102
			c A 1102 5002
			+1000 s SA 900000 700001
			c A 700001 900001
			c PA 700001 900001 10`, `
			1 handshake=midstream close=closed orig_payload=100 orig_pkts=3
			2 handshake=completed_unseen close=open orig_payload=10 reuses=1`},
		{"ports used again with a number that the stream had passed, and the SYN is missing", `
			c A 70001 500001
			s A 500001 70001 1400
			s A 501401 70001 1400
			s A 502801 70001 1400
			c FA 70001 504201
			s FA 504201 70002
			c A 70002 504202
			+100 s SA 502000 60001
			c A 60001 502001
			c PA 60001 502001 10
			s A 502001 60011`, `
			1 handshake=midstream close=closed resp_payload=4200
			2 handshake=completed_unseen orig_payload=10 reuses=1`},
		{"ports used again with a number from long before, and the SYN is missing", `
			c A 70001 50000001
			s A 50000001 70001 1400
			c FA 70001 50001401
			s FA 50001401 70002
			c A 70002 50001402
			+100 s SA 2000 60001
			c A 60001 2001
			c PA 60001 2001 10
			s A 2001 60011`, `
			1 handshake=midstream close=closed resp_payload=1400
			2 handshake=completed_unseen orig_payload=10 reuses=1`},
		{"a socket that is gone answers what came late when its peer already calls again", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s PA 5001 1101 100
			c A 1101 5101
			c RA 1101 5101
			c S 90000
			s R 5101
			s SA 70000 90001
			c A 90001 70001`, `
			1 handshake=completed close=reset closed_by=orig resp_pkts=3 suspected_rsts=0
			2 handshake=completed close=open resp_pkts=1 suspected_rsts=0 reuses=1`},
		{"both called, and the answers of both are missed", `
			c S 1000
			s S 5000
			s A 5001 1001
			c PA 1001 5001 100
			s FA 5001 1101
			c FA 1101 5002
			s A 5002 1102`, `
			1 handshake=completed_unseen handshake_kind=simultaneous missing=[synack] close=closed closed_by=resp orig_payload=100`},
		{"both called, and one acknowledges what the other did not send", `
			c S 1000
			s S 5000
			s A 5001 900
			c A 1001 5001`, `
			1 handshake=invalid close=none`},
		{"an acknowledgement of 0 goes on from no call whose other end nobody saw", `
			c RA 4294967280 399999
			c S 4294967280
			+1 c S 4294967281
			c A 4294967281 0`, `
			1 handshake=aborted orig_pkts=2
			2 handshake=no_answer orig_pkts=2`},
		{"a FIN that acknowledges what was never sent is no third packet, behind two SYNs of which the first is answered", `
			c S 1000
			c S 1001
			c A 999 5001 10
			s SA 5000 1001
			s A 4000 0
			c FA 1021 75000`, `
			1 handshake=invalid close=none resp_lost=0`},
		{"octets that acknowledge what was never sent, and the stream goes on before them", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s PA 5001 1001 200
			c PA 1001 900005201 100
			s A 5201 1001
			c PA 1001 5201 40
			s A 5201 1041
			c FA 1041 5201
			s FA 5201 1042`, `
			1 handshake=completed close=closed closed_by=orig orig_payload=40 orig_lost=0`},
		{"octets that acknowledge what was never sent, and their receiver took fewer", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s PA 5001 1001 200
			c PA 1001 900005201 100
			s A 5201 1041`, `
			1 handshake=completed close=open orig_payload=0`},
		{"octets that acknowledge what was missed are accepted", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s PA 5001 1001 200
			c PA 1001 900005201 100
			s PA 900005201 1101 10
			c PA 1101 900005211 10`, `
			1 handshake=completed close=open orig_payload=110`},
		{"a third packet with a wrong number carries octets, and the right one comes", `
			c S 1000
			s SA 5000 1001
			c PA 1001 900005201 100
			c A 1001 5001
			c PA 1001 5001 10
			s A 5001 1011`, `
			1 handshake=completed close=open orig_payload=10 orig_lost=0`},
		{"a forged refusal, a RST in the client's name to what followed it, and both go on", `
			c S 1000
			s RA 0 1001
			s FA 0 1001
			c R 1001
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 338
			s A 5001 1339
			s PA 5001 1339 79
			c A 1339 5080`, `
			1 handshake=completed close=open closed_by= suspected_rsts=1 syn_frame=1 synack_frame=5 ack_frame=6`},
		{"the same, and the client takes it back after all", `
			c S 1000
			s RA 0 1001
			s FA 0 1001
			c R 1001
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 338
			s A 5001 1339
			c R 1339`, `
			1 handshake=completed close=reset closed_by=orig close_frames=[9]`},
		{"somebody between cuts both ends off at once, and both go on", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			c R 1101
			s R 5001
			s PA 5001 1101 100
			c A 1101 5101
			c PA 1101 5101 50
			s A 5101 1151`, `
			1 handshake=completed close=open close_frames= suspected_rsts=2 orig_payload=150 resp_payload=100`},
		{"the same, the responder's RST first", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s R 5001
			c R 1101
			s PA 5001 1101 100
			c A 1101 5101
			c PA 1101 5101 50
			s A 5101 1151`, `
			1 handshake=completed close=open close_frames= suspected_rsts=2 orig_payload=150 resp_payload=100`},
		{"the same, and who was called heeds it: what it had sent is under way", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			c R 1101
			s R 5001
			s PA 5001 1101 100
			c R 1101`, `
			1 handshake=completed close=reset closed_by=orig close_frames=[5] suspected_rsts=0`},
		{"three RSTs to the one end and one to the other, and both go on: all four are suspected", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s RA 5001 1101
			s RA 6461 1101
			s RA 9381 1101
			c RA 1101 5001
			s PA 5001 1101 100
			c A 1101 5101
			c PA 1101 5101 50
			s A 5101 1151`, `
			1 handshake=completed close=open close_frames= suspected_rsts=4 orig_payload=150 resp_payload=100`},
	} {
		x.hold(t)
	}
}
