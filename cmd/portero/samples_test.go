package main

import (
	"strings"
	"testing"
)

// TestHonestSamples holds that what waited for something else than the path is no time of the path: a copy that the capture
// missed, a hole that was filled, a window that opened, an acknowledgement that was missed.
func TestHonestSamples(t *testing.T) {
	for _, x := range []saying{
		{"the second of two SYNs was missed, and its timestamp is echoed", `
			c S 1000 0 0 ts=1000/0
			+1020 s SA 5000 1001 0 ts=7000/2000
			c A 1001 5001 0 ts=2010/7000`, `
			1 handshake=completed server_rtt_us= client_rtt_us=10000 setup_us=1030000`},
		{"a SYN-ACK that echoes nothing answers the one SYN that was seen", `
			c S 1000 0 0 ts=1000/0
			s SA 5000 1001 0 ts=7000/0
			c A 1001 5001 0 ts=2010/7000`, `
			1 handshake=completed server_rtt_us=10000 client_rtt_us=10000`},
		{"the second of two SYN-ACKs was missed, and its timestamp is echoed", `
			c S 1000 0 0 ts=1000/0
			s SA 5000 1001 0 ts=7000/1000
			+1020 c A 1001 5001 0 ts=2030/8000`, `
			1 handshake=completed server_rtt_us=10000 client_rtt_us=`},
		{"a hole behind which octets waited is filled", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1101 5001 100
			s A 5001 1001
			+1200 c PA 1001 5001 100
			s A 5001 1201
			+100 c PA 1201 5001 100
			+20 s A 5001 1301`, `
			1 handshake=completed orig_ooo=1 rtt_min_us=20000 rtt_max_us=20000`},
		{"an octet asks whether the window is open, and is sent again with others when it is", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101 0 shut
			+500 c A 1101 5001 1
			s A 5001 1101 0 shut
			+2000 s A 5001 1101
			c A 1101 5001 1000
			s A 5001 2101`, `
			1 handshake=completed orig_retrans=0 rtt_min_us=10000 rtt_max_us=10000`},
		{"octets and a FIN, and the FIN again", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PFA 1001 5001 100
			+1000 c FA 1101 5001
			s A 5001 1102`, `
			1 handshake=completed rtt_max_us=`},
		{"an acknowledgement was missed, and a minute later more is sent", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			+60000 c PA 1101 5001 100
			s A 5001 1201
			c PA 1201 5001 100
			s A 5001 1301`, `
			1 handshake=completed rtt_min_us=10000 rtt_max_us=10000`},
		{"an acknowledgement was missed, and the responder speaks a minute later", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101
			c PA 1101 5001 100
			+60000 s PA 5001 1201 10`, `
			1 handshake=completed rtt_min_us=10000 rtt_max_us=10000`},
		{"the only acknowledgement came an hour later, as where the clock was set", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			+3600000 s A 5001 1101`, `
			1 handshake=completed rtt_max_us=`},
		{"a path that is slow indeed", `
			c S 1000
			+5000 s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 1000
			c PA 2001 5001 1000
			+5000 s A 5001 3001
			c PA 3001 5001 1000
			+20000 s A 5001 4001`, `
			1 handshake=completed server_rtt_us=5000000 rtt_min_us=5010000 rtt_max_us=20000000`},
	} {
		x.hold(t)
	}
}

// TestReusedBackwards holds that nobody tells how long ports rested where the clock ran backwards meanwhile.
func TestReusedBackwards(t *testing.T) {
	x := saying{"", `
		c S 1000
		s SA 5000 1001
		c A 1001 5001
		c FA 1001 5001
		s FA 5001 1002
		c A 1002 5002
		+-3600000 c S 91000
		s SA 75000 91001
		c A 91001 75001`, `
		1 handshake=completed close=closed
		2 handshake=completed reuses=1 reuse_after_us=`}
	x.hold(t)
	if _, out, _ := portero(t, acted(t, x.packets)); !strings.Contains(out, "reuses the ports of #1\n") {
		t.Error(out)
	}
}

// TestHonestHeldAlive holds that who keeps a silent connection alive has it, though its third packet was missed, and that
// a third packet with the number of a keep-alive that comes at once is just wrong.
func TestHonestHeldAlive(t *testing.T) {
	for _, x := range []saying{
		{"kept alive by who called", `
			c S 1000
			s SA 5000 1001
			+75000 c A 1000 5001
			s A 5001 1001
			+75000 c A 1000 5001
			s A 5001 1001`, `
			1 handshake=completed_unseen missing=[ack] ack_frame= confirmed_frame=4 close=open client_rtt_us=`},
		{"with an octet", `
			c S 1000
			s SA 5000 1001
			+75000 c A 1000 5001 1
			s A 5001 1001`, `
			1 handshake=completed_unseen missing=[ack] orig_payload=0`},
		{"nothing came back", `
			c S 1000
			s SA 5000 1001
			+75000 c A 1000 5001`, `
			1 handshake=invalid`},
		{"the SYN-ACK was repeated: nobody answered it", `
			c S 1000
			s SA 5000 1001
			+1000 s SA 5000 1001
			+75000 c A 1000 5001
			s A 5001 1001`, `
			1 handshake=invalid`},
		{"at once", `
			c S 1000
			s SA 5000 1001
			c A 1000 5001
			s A 5001 1001`, `
			1 handshake=invalid`},
		{"of another answer", `
			c S 1000
			s SA 5000 1001
			+75000 c A 1000 6001
			s A 5001 1001`, `
			1 handshake=invalid`},
	} {
		x.hold(t)
	}
}

// TestHonestMisnumbered holds that a SYN-ACK whose number was damaged, the good copy of which was missed, is none, be its number too large or too small.
func TestHonestMisnumbered(t *testing.T) {
	for _, x := range []saying{
		{"too large", `
			c S 1000
			s SA 70000 1001 0 bad
			c A 1001 5001
			c PA 1001 5001 50
			s PA 5001 1051 20
			c A 1051 5021`, `
			1 handshake=completed_unseen missing=[synack] synack_frame= ack_frame=3 confirmed_frame=5 orig_payload=50 resp_payload=20 resp_lost=0 orig_lost=0`},
		{"too small", `
			c S 1000
			s SA 500 1001 0 bad
			c A 1001 5001
			c PA 1001 5001 50
			s PA 5001 1051 20
			c A 1051 5021`, `
			1 handshake=completed_unseen missing=[synack] synack_frame= ack_frame=3 orig_payload=50 resp_payload=20 resp_lost=0`},
		{"too large by one", `
			c S 1000
			s SA 5001 1001 0 bad
			c A 1001 5001
			s FA 5001 1001
			c A 1001 5002`, `
			1 handshake=completed_unseen missing=[synack] ack_frame=3 close=half_closed closed_by=resp resp_payload=0`},
		{"too large by half of all numbers", `
			c S 1000
			s SA 2147488648 1001 0 bad
			c A 1001 5001
			s PA 5001 1001 20`, `
			1 handshake=completed_unseen missing=[synack] resp_payload=20`},
		{"and nothing more of its sender was captured", `
			c S 1000
			s SA 70000 1001 0 bad
			c PA 1001 5001 50`, `
			1 handshake=implied missing=[synack] orig_payload=50`},
		{"one that verifies, and a third packet that does not fit", `
			c S 1000
			s SA 70000 1001
			c A 1001 5001`, `
			1 handshake=invalid`},
	} {
		x.hold(t)
	}
}

// TestHonestWaits holds that who asks again because nothing came back waits for the network, not for the responder.
func TestHonestWaits(t *testing.T) {
	for _, x := range []saying{
		{"the question is lost three times", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 50
			+200 c PA 1001 5001 50
			+400 c PA 1001 5001 50
			+800 c PA 1001 5001 50
			s A 5001 1051
			s PA 5001 1051 99`, `
			1 slow=loss loss_stall_us=1400000 longest_wait_us=20000 ttfb_us=20000`},
		{"its first half was lost", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1101 5001 50
			s A 5001 1001
			+3000 c A 1001 5001 100
			s A 5001 1151
			s PA 5001 1151 99`, `
			1 slow=loss loss_stall_us=3000000 longest_wait_us=30000 ttfb_us=30000`},
		{"it has it, and takes its time; a copy of the question changes nothing", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 50
			s A 5001 1051
			+200 c PA 1001 5001 50
			s A 5001 1051
			+3000 s PA 5001 1051 99`, `
			1 slow=responder longest_wait_us=3220000 ttfb_us=3220000`},
		{"what was repaired was said before", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 50
			+1000 c PA 1001 5001 50
			s A 5001 1051
			c PA 1051 5001 50
			s A 5001 1101
			+2000 s PA 5001 1101 99`, `
			1 slow=responder longest_wait_us=2010000 ttfb_us=2010000 loss_stall_us=1000000`},
		{"the second question is lost", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 50
			s PA 5001 1051 99
			c PA 1051 5100 50
			+1000 c PA 1051 5100 50
			s PA 5100 1101 99`, `
			1 slow=loss longest_wait_us=10000 ttfb_us=10000 loss_stall_us=1000000`},
	} {
		x.hold(t)
	}
}
