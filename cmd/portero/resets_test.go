package main

import (
	"strings"
	"testing"
)

// TestHonestResets holds what a RST tells by its numbers, in whatever order it was captured.
func TestHonestResets(t *testing.T) {
	for _, x := range []saying{
		{"a refusal of a SYN with octets that was missed, and its retry without", `
			s RA 0 1301
			c S 1000
			s RA 0 1001
			c S 1000
			s RA 0 1001`, `
			1 handshake=refused close=none orig_pkts=2 resp_pkts=3 suspected_rsts=0`},
		{"such a refusal, and the retry is not answered", `
			s RA 0 1301
			c S 1000`, `
			1 handshake=refused close=none syn_frame=2 rst_frame=1`},
		{"such a refusal from somebody between, and the retry opens", `
			s RA 0 1301
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 10`, `
			1 handshake=completed close=open synack_frame=3 ack_frame=4 orig_payload=10`},
		{"who calls refuses a call of the other that was missed", `
			c S 1000
			c RA 0 5001`, `
			1 handshake=no_answer close=none suspected_rsts=0 oddities=`},
		{"a RST with the first number of a stream of which more was acknowledged", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s PA 5001 1101 200
			c RA 1001 5201`, `
			1 handshake=completed close=open suspected_rsts=1`},
		{"the answer is missed, and the RST acknowledges the SYN with the number that the originator acknowledged", `
			c S 1000
			c A 1001 5001
			s RA 5001 1001`, `
			1 handshake=completed_unseen missing=[synack] close=reset closed_by=resp close_frames=[3] ack_frame=2`},
		{"the answer is missed, and the RST acknowledges octets", `
			c S 1000
			c A 1001 5001
			c PA 1001 5001 100
			s RA 5001 1101`, `
			1 handshake=completed_unseen missing=[synack] close=reset closed_by=resp orig_payload=100 orig_lost=0`},
		{"answer and third packet are missed", `
			c S 1000
			c PA 1011 5001 100
			s RA 5001 1111`, `
			1 handshake=completed_unseen missing=[synack,ack] close=reset closed_by=resp orig_payload=100 orig_lost=10`},
		{"the RST is ahead by octets that are missed", `
			c S 1000
			c A 1001 5001
			s RA 5101 1001`, `
			1 handshake=completed_unseen missing=[synack] close=reset closed_by=resp`},
		{"the RST is captured before the third packet", `
			c S 1000
			s RA 5001 1001
			c A 1001 5001`, `
			1 handshake=completed_unseen missing=[synack] close=reset closed_by=resp close_frames=[2] ack_frame=3`},
		{"what the responder said is missed but for its RST, which goes on where the third packet acknowledges", `
			c S 1000
			s SA 5000 1001
			c A 1001 5031
			s RA 5031 1001`, `
			1 handshake=completed close=reset closed_by=resp ack_frame=3 close_frames=[4] resp_lost=29 suspected_rsts=0`},
		{"a RST that answers a third packet with a wrong number acknowledges nothing", `
			c S 1000
			s SA 5000 1001
			c A 1001 5031
			s R 5031`, `
			1 handshake=invalid close=none suspected_rsts=0`},
		{"the same where the third packet was captured before the answer", `
			c S 1000
			c A 1001 5031
			s SA 5000 1001
			s R 5031`, `
			1 handshake=invalid close=none suspected_rsts=0 resp_lost=0 oddities=[ack_of_unsent_data]`},
		{"octets that come show that it was right", `
			c S 1000
			c A 1001 5031
			s SA 5000 1001
			s PA 5001 1001 10
			s PA 5011 1001 20`, `
			1 handshake=completed ack_frame=2 close=open resp_payload=30 resp_lost=0`},
		{"so does who goes on behind them", `
			c S 1000
			c A 1001 5031
			s SA 5000 1001
			s RA 5031 1001`, `
			1 handshake=completed ack_frame=2 close=reset closed_by=resp`},
		{"what followed the third packet was captured before it, and both before the answer", `
			c S 1000
			c A 1001 5031
			c A 1001 5001
			s SA 5000 1001`, `
			1 handshake=completed ack_frame=3 resp_lost=30`},
		{"a RST that acknowledges nothing is of one who has no connection, as where cookies of a SYN-ACK that was missed do not hold: the originator had its answer", `
			c S 1000
			c A 1001 5001
			s R 5001`, `
			1 handshake=completed_unseen missing=[synack] syn_frame=1 ack_frame=2 confirmed_frame= close=reset closed_by=resp close_frames=[3] suspected_rsts=0`},
		{"the same with the SYN-ACK", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s R 5001`, `
			1 handshake=completed confirmed_frame= close=reset closed_by=resp close_frames=[4] suspected_rsts=0`},
		{"the third packet carries octets", `
			c S 1000
			c PA 1001 5001 10
			s R 5001`, `
			1 handshake=completed_unseen missing=[synack] ack_frame=2 close=reset closed_by=resp orig_payload=10`},
		{"the answer to the SYN was missed, and the RST acknowledges what was not sent", `
			c S 1000
			c A 1001 5001
			s RA 5001 2001`, `
			1 handshake=completed_unseen missing=[synack] ack_frame=2 close=reset closed_by=resp`},
		{"a segment that does not go on from the SYN proves no answer", `
			c S 1000
			c A 1501 5001
			s R 5001`, `
			1 handshake=invalid close=none`},
		{"the third packet and octets are missed, and the responder's RST that acknowledges them is captured before the SYN-ACK", `
			c S 1000
			s RA 5001 1101
			s SA 5000 1001`, `
			1 handshake=completed_unseen missing=[ack] close=reset closed_by=resp close_frames=[2] suspected_rsts=0`},
		{"and before the SYN too", `
			s RA 5001 1101
			c S 1000
			s SA 5000 1001`, `
			1 handshake=completed_unseen missing=[ack] close=reset closed_by=resp close_frames=[1] syn_frame=2 synack_frame=3 suspected_rsts=0`},
		{"its number tells the octets", `
			s RA 5051 1001
			c S 1000
			s SA 5000 1001`, `
			1 handshake=completed_unseen missing=[ack] close=reset closed_by=resp suspected_rsts=0`},
		{"and what followed is captured behind it", `
			c S 1000
			s RA 5001 1101
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100`, `
			1 handshake=completed close=reset closed_by=resp close_frames=[2] ack_frame=4 suspected_rsts=0`},
		{"who sent it goes on", `
			c S 1000
			s RA 5001 1101
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101
			c PA 1101 5001 10
			s A 5001 1111`, `
			1 handshake=completed close=open suspected_rsts=1`},
		{"the responder gives up, and that is captured before its answer", `
			c S 1000
			s R 5001
			s SA 5000 1001`, `
			1 handshake=half_open rst_frame=2 close=none suspected_rsts=0`},
		{"what acknowledges nothing gives up no other answer", `
			c S 1000
			s R 5002
			s SA 5000 1001`, `
			1 handshake=half_open rst_frame= suspected_rsts=1`},
		{"without a SYN-ACK it answers nothing, in either order", `
			s RA 5001 1101
			c S 1000`, `
			1 handshake=invalid close=none suspected_rsts=1`},
		{"the SYN behind it is answered with another number", `
			s RA 5001 1101
			c S 1000
			s SA 900000 1001
			c A 1001 900001`, `
			1 handshake=unsolicited
			2 handshake=completed suspected_rsts=0`},
		{"the SYN behind it is refused", `
			s RA 5001 1101
			c S 1000
			s RA 0 1001`, `
			1 handshake=unsolicited
			2 handshake=refused suspected_rsts=0`},
		{"a RST is captured before the octets that it acknowledges, and before their acknowledgement", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s RA 5001 1101
			c PA 1001 5001 100
			s A 5001 1101`, `
			1 handshake=completed close=reset closed_by=resp close_frames=[4] suspected_rsts=0`},
		{"and before what its sender said last", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s RA 5051 1101
			c PA 1001 5001 100
			s PA 5001 1101 50
			c A 1101 5051
			c PA 1101 5051 10`, `
			1 handshake=completed close=reset closed_by=resp close_frames=[4] suspected_rsts=0 resp_payload=50`},
		{"and its receiver's octets were under way", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c RA 1201 5101
			s PA 5001 1001 100
			c PA 1001 5101 100
			c PA 1101 5101 100
			s A 5101 1101
			s A 5101 1201`, `
			1 handshake=completed close=reset closed_by=orig close_frames=[4] suspected_rsts=0 orig_payload=200`},
		{"the same where the opening is missed", `
			c PA 1001 5001 100
			s A 5001 1101
			c RA 1101 5201
			s PA 5001 1101 100
			s PA 5101 1101 100
			c A 1101 5101
			c A 1101 5201`, `
			1 handshake=midstream close=reset closed_by=orig close_frames=[3] suspected_rsts=0`},
		{"a forged RST that acknowledges octets which nobody sent yet, and its sender goes on", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s RA 5001 2001
			c PA 1001 5001 100
			s A 5001 1101
			s PA 5001 1101 10
			c A 1101 5011`, `
			1 handshake=completed close=open suspected_rsts=1`},
		{"a forged RST that acknowledges the octets which come next, and others follow them", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s RA 5001 1101
			c PA 1001 5001 100
			s A 5001 1101
			c PA 1101 5001 100
			s A 5001 1201`, `
			1 handshake=completed close=open suspected_rsts=1`},
		{"refused, and said farewell to, in another's name, and the third packet is captured before the answer", `
			c S 1000
			s RA 0 1001
			s FA 0 1001
			c R 1001
			c A 1001 26176
			+0.01 s SA 26175 1001
			c PA 1001 26176 338
			s PA 26176 1339 79`, `
			1 handshake=completed close=open synack_frame=6 ack_frame=5 orig_payload=338 resp_payload=79 resp_lost=0`},
	} {
		x.hold(t)
	}
}

// Whose RST has its number from what it answers said nothing of its own: one direction is all that a forger sends.
func TestRSTAloneIsNoWordOfItsSender(t *testing.T) {
	for packets, want := range map[string]string{
		"c S 1000\nc A 1001 5001\ns R 5001":       "only to send one direction",
		"c S 1000\nc A 1001 5001\ns RA 5001 1001": "off the path, to guess the responder's 32-bit number",
	} {
		_, out, _ := portero(t, "why", acted(t, packets), "1", "--lang", "en")
		if out = strings.Join(strings.Fields(out), " "); !strings.Contains(out, want) {
			t.Errorf("no %q in %s", want, out)
		}
	}
}

// TestRefusedAndAnswered: a RST and then a SYN-ACK, both of which answer the only SYN, are a refusal as long as its originator does
// not go on. A firewall's RST is quicker than the server; whoever called is gone then, and refuses the SYN-ACK.
func TestRefusedAndAnswered(t *testing.T) {
	for _, x := range []saying{
		{"nothing more", `
			c S 1000
			s RA 0 1001
			s SA 5000 1001`, `
			1 handshake=refused rst_frame=2 synack_frame=3 close=none suspected_rsts=0`},
		{"the originator refuses the answer, twice", `
			c S 1000
			s RA 900000 1001
			s SA 5000 1001
			c R 1001
			+1000 s SA 5000 1001
			c R 1001`, `
			1 handshake=refused rst_frame=2 synack_frame=3 synack_retries=1 suspected_rsts=0`},
		{"the RST is captured before the SYN", `
			s RA 0 1001
			c S 1000
			s SA 5000 1001
			c R 1001`, `
			1 handshake=refused rst_frame=1 synack_frame=3`},
		{"the responder gives up, or whoever refused does so again", `
			c S 1000
			s RA 0 1001
			s SA 5000 1001
			s RA 5001 1001`, `
			1 handshake=refused rst_frame=2 synack_frame=3`},
		{"a third packet with a wrong number", `
			c S 1000
			s RA 0 1001
			s SA 5000 1001
			c A 1001 6700`, `
			1 handshake=refused rst_frame=2`},
		{"the originator called again before the answer: the refusal was of the try before", `
			c S 1000
			s RA 0 1001
			+1000 c S 1000
			s SA 5000 1001
			c R 1001`, `
			1 handshake=aborted rst_frame=5 synack_frame=4 syn_retries=1`},
		{"both answer a SYN that was repeated, and which of its copies is not said by where the RST stood", `
			c S 1000 0 0 ts=2/0
			+1000 c S 1000 0 0 ts=3/0
			s RA 0 1001
			s SA 5000 1001 0 ts=9/8`, `
			1 handshake=refused rst_frame=3 synack_frame=4 server_rtt_us= syn_retries=1`},
		{"it calls again behind the answer: it did not heed the refusal", `
			c S 1000
			s RA 0 1001
			s SA 5000 1001
			+1000 c S 1000`, `
			1 handshake=half_open synack_frame=3 syn_retries=1`},
		{"it goes on", `
			c S 1000
			s RA 0 1001
			s SA 5000 1001
			c A 1001 5001`, `
			1 handshake=completed close=open suspected_rsts=0`},
		{"the SYN was sent several times, all of them before the RST", `
			c S 1000
			+1000 c S 1000
			+2000 c S 1000
			s RA 0 1001
			s SA 5000 1001
			c R 1001`, `
			1 handshake=refused syn_frame=1 rst_frame=4 synack_frame=5 close=none syn_retries=2 suspected_rsts=0`},
		{"each of them was refused", `
			c S 1000
			s RA 0 1001
			+500 c S 1000
			s RA 0 1001
			s SA 5000 1001`, `
			1 handshake=refused rst_frame=2 synack_frame=5 syn_retries=1`},
		{"the SYNs have timestamps", `
			c S 1000 0 0 ts=10/0
			+1000 c S 1000 0 0 ts=1010/0
			s RA 0 1001
			s SA 5000 1001 0 ts=7/10`, `
			1 handshake=refused rst_frame=3 synack_frame=4 server_rtt_us=`},
		{"the SYNs have other numbers, and both are of the last", `
			c S 1000
			c S 2000
			s RA 0 2001
			s SA 5000 2001`, `
			1 handshake=refused syn_frame=2 rst_frame=3 synack_frame=4`},
		{"both are of the first, which then counts", `
			c S 1000
			c S 2000
			s RA 0 1001
			s SA 5000 1001`, `
			1 handshake=refused syn_frame=1 rst_frame=3 synack_frame=4`},
		{"they are of two SYNs: one is refused, the other is answered", `
			c S 1000
			c S 2000
			s RA 0 1001
			s SA 5000 2001`, `
			1 handshake=half_open syn_frame=2 synack_frame=4`},
		{"several SYNs, and it goes on", `
			c S 1000
			+1000 c S 1000
			s RA 0 1001
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 10`, `
			1 handshake=completed close=open suspected_rsts=0 orig_payload=10`},
		{"it goes on, which its octets tell", `
			c S 1000
			s RA 0 1001
			s SA 5000 1001
			s PA 5001 1051 20`, `
			1 handshake=completed_unseen missing=[ack] close=open`},
		{"it goes on, and a RST that both do not heed comes later: suspected as without the refusal", `
			c S 1000
			s RA 0 1001
			s SA 5000 1001
			c A 1001 5001
			s RA 5001 1001
			c PA 1001 5001 10
			s A 5001 1011
			c PA 1011 5001 10
			s PA 5001 1021 10`, `
			1 handshake=completed close=open suspected_rsts=1`},
	} {
		x.hold(t)
	}
}
