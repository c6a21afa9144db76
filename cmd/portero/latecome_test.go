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

// TestWrongInAnyOrder: a third packet that acknowledges octets of which none was seen is wrong in whatever order it, with octets of its
// own or without, the SYN and the SYN-ACK were captured, and right where octets that prove it come.
func TestWrongInAnyOrder(t *testing.T) {
	const syn, answer, bare, octets = "c S 1000\n", "s SA 5000 1001\n", "c A 1001 5031\n", "c PA 1001 5031 9\n"
	for _, third := range []string{bare, octets} {
		for _, order := range [][3]string{{syn, answer, third}, {syn, third, answer}, {third, syn, answer}, {third, answer, syn}, {answer, third, syn}, {answer, syn, third}} {
			script := order[0] + order[1] + order[2]
			saying{script, script, "1 handshake=invalid resp_lost=0"}.hold(t)
			saying{script + "refused", script + "s R 5031", "1 handshake=invalid suspected_rsts=0 close=none"}.hold(t)
			saying{script + "proved", script + "s PA 5001 1001 30", "1 handshake=completed close=open resp_payload=30 resp_lost=0"}.hold(t)
		}
		for _, order := range [][2]string{{answer, third}, {third, answer}} {
			saying{order[0] + order[1], order[0] + order[1], "1 handshake=invalid resp_lost=0"}.hold(t)
			saying{order[0] + order[1] + "proved", order[0] + order[1] + "s PA 5001 1001 30", "1 handshake=completed_unseen missing=[syn] close=open"}.hold(t)
		}
	}
}

// TestAnswerAheadOfWrongAnswer: the RST that refuses a SYN-ACK with a wrong number has its number from that, and is suspected in neither order.
func TestAnswerAheadOfWrongAnswer(t *testing.T) {
	for _, x := range []saying{
		{"behind it", "c S 1000\ns SA 5000 1077\nc R 1077", "1 handshake=invalid suspected_rsts=0"},
		{"ahead of it", "c S 1000\nc R 1077\ns SA 5000 1077", "1 handshake=invalid suspected_rsts=0 oddities=[synack_wrong_ack]"},
		{"ahead of it, and then comes the right one", "c S 1000\nc R 1077\ns SA 5000 1077\ns SA 7000 1001\nc A 1001 7001", "1 handshake=completed suspected_rsts=0"},
		{"another number", "c S 1000\nc R 1078\ns SA 5000 1077", "1 handshake=invalid suspected_rsts=1 oddities=[synack_wrong_ack,rst_out_of_window]"},
	} {
		x.hold(t)
	}
}
