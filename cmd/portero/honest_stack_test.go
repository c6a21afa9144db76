package main

import (
	"fmt"
	"strings"
	"testing"
)

// TestHonestStacks holds records to what real sockets experienced: on paths that lose, reorder, copy and break
// packets, and from captures that miss some or have them in another order.
func TestHonestStacks(t *testing.T) {
	for _, x := range []saying{
		{"the socket of who hung up with octets under way is gone: it answers each acknowledgement with its number", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 1000
			c PA 2001 5001 1000
			c PA 3001 5001 1000
			c RA 4001 5001
			s A 5001 2001
			s A 5001 3001
			s A 5001 4001
			c R 2001
			c R 3001
			c R 4001`, `
			1 handshake=completed close=reset closed_by=orig close_frames=[7] orig_payload=3000 suspected_rsts=0 oddities=`},
		{"an acknowledgement that another overtook reaches a socket that is gone", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			c FA 1101 5001
			s PA 5001 1102 100
			s FA 5101 1102
			c A 1102 5102
			c A 1102 5101
			s R 5101`, `
			1 handshake=completed close=closed closed_by=orig suspected_rsts=0 oddities=`},
		{"who was cut off answers what was under way to him", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s PA 5001 1101 100
			c A 1101 5101
			c RA 1101 5101
			c PA 1001 5001 100
			s R 5001`, `
			1 handshake=completed close=reset closed_by=orig suspected_rsts=0 oddities=`},
		{"an old number in the RST of who goes on is suspect as ever", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s PA 5001 1101 100
			c A 1101 5101
			s R 5001
			c PA 1101 5101 100
			s A 5101 1201`, `
			1 handshake=completed close=open suspected_rsts=1 oddities=[rst_out_of_window]`},
		{"a socket is gone, and the first RST answers an acknowledgement that another overtook", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 1000
			c PA 2001 5001 1000
			c PA 3001 5001 1000
			s A 5001 2001
			s A 5001 3001
			c R 2001
			c R 3001
			s A 5001 4001
			c R 4001`, `
			1 handshake=completed close=reset closed_by=orig close_frames=[10] orig_payload=3000 suspected_rsts=0 oddities=`},
		{"a RST with an old number, its sender goes on, and resets later", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s PA 5001 1101 100
			c A 1101 5101
			s R 5001
			c PA 1101 5101 100
			s A 5101 1201
			s R 5101`, `
			1 handshake=completed close=reset closed_by=resp close_frames=[10] suspected_rsts=1 oddities=[rst_out_of_window]`},
		{"a RST with an old number, and its peer resets", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s PA 5001 1001 100
			c A 1001 5101
			s R 5001
			c R 1001`, `
			1 handshake=completed close=reset closed_by=orig close_frames=[7] suspected_rsts=1 oddities=[rst_out_of_window]`},
		{"a RST with an old number after another that is far off", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s PA 5001 1001 100
			c A 1001 5101
			s R 900000000
			s R 5001
			s R 5101`, `
			1 handshake=completed close=reset closed_by=resp close_frames=[8] suspected_rsts=2 oddities=[rst_out_of_window]`},
		{"a FIN overtakes the third packet to a listener with SYN cookies, which answers with a RST", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 10
			c FA 1011 5001
			s R 5001
			s A 5001 1011
			c R 1011
			+20000 s FA 5001 1011
			c R 1011`, `
			1 handshake=completed close=reset closed_by=resp close_frames=[6] suspected_rsts=0`},
		{"the same, and the listener's connection answers the FIN", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 10
			c FA 1011 5001
			s R 5001
			s A 5001 1011
			c R 1011
			s PA 5001 1012 300
			c R 1012
			s FA 5301 1012
			c R 1012`, `
			1 handshake=completed close=reset closed_by=resp close_frames=[6] suspected_rsts=0`},
		{"a RST before a FIN that is acknowledged", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c FA 1001 5001
			s R 5001
			s FA 5001 1002
			c A 1002 5002`, `
			1 handshake=completed close=closed closed_by=orig`},
		{"a RST is captured before the FIN that it followed", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c FA 1001 5001
			s RA 5002 1002
			s FA 5001 1002`, `
			1 handshake=completed close=closed closed_by=orig`},
		{"the third packet and what followed are missed, and the RST is ahead by it", `
			c S 1000
			s SA 5000 1001
			c RA 1051 5001`, `
			1 handshake=completed_unseen missing=[ack] close=reset closed_by=orig close_frames=[3] orig_payload=0 orig_lost=0 suspected_rsts=0`},
		{"only the answer and such a RST", `
			s SA 5000 1001
			c RA 1051 5001`, `
			1 handshake=completed_unseen roles_by=synack close=reset closed_by=orig`},
		{"a RST that is not ahead takes the SYN back", `
			c S 1000
			s SA 5000 1001
			c RA 1001 5001`, `
			1 handshake=aborted close=none`},
		{"a SYN-ACK with a broken number after the end", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c RA 1001 5001
			+1000 s SA 4000 1001 0 bad
			+1000 s SA 5000 1001
			c R 1001`, `
			1 handshake=completed close=reset closed_by=orig resp_pkts=3 orig_pkts=4`},
		{"a SYN with a broken number in a connection that lasts", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c S 900 0 0 bad
			s SA 7000 901`, `
			1 handshake=completed close=open orig_pkts=3 resp_pkts=2`},
		{"a SYN whose copy is answered again after the RST", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c RA 1001 5001
			s SA 90000000 1001
			c R 1001`, `
			1 handshake=completed close=reset closed_by=orig close_frames=[4] synack_frame=2 orig_pkts=4 resp_pkts=2`},
		{"the answer and the request are missed, and the reply acknowledges it", `
			c S 1000
			s PA 5001 1501 800`, `
			1 handshake=completed_unseen close=open resp_payload=800 orig_payload=0 orig_lost=500`},
		{"an acknowledgement behind a SYN without octets is of an older connection", `
			c S 1000
			s A 5001 1501`, `
			1 handshake=invalid close=none`},
		{"a FIN that is missed is no octet", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1102
			s FA 5001 1102
			c A 1102 5002`, `
			1 handshake=completed close=half_closed closed_by=resp orig_payload=100 orig_lost=0`},
		{"octets that are missed are told", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s A 5001 1101
			c PA 1101 5001 10
			s A 5001 1211`, `
			1 handshake=completed close=open orig_payload=10 orig_lost=200`},
		{"octets that are missed are told, but for one that may be the FIN", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s A 5001 1101
			c PA 1101 5001 10
			s FA 5001 1211
			c A 1211 5002`, `
			1 handshake=completed close=half_closed orig_payload=10 orig_lost=199`},
		{"a refusal is captured before the SYN", `
			s RA 0 1001
			c S 1000`, `
			1 handshake=refused close=none roles_by=syn orig_port=40000 syn_frame=2`},
		{"a refusal of another SYN is captured before a SYN", `
			s RA 0 901
			c S 1000`, `
			1 handshake=unsolicited
			2 handshake=no_answer reuses=1`},
		{"the responder's side is captured before the originator's", `
			s SA 5000 1001
			s A 5001 1301
			s PA 5001 1301 10
			c S 1000
			c A 1301 5011
			c PA 1001 5001 300
			c A 1001 5001`, `
			1 handshake=completed orig_payload=300 resp_payload=10 orig_lost=0 orig_retrans=0`},
		{"the originator's side is captured before the responder's", `
			c S 1000
			c A 1001 5001
			c PA 1001 5001 300
			c A 1301 6449
			c A 1301 7897
			s SA 5000 1001
			s A 5001 1301
			s PA 5001 1301 1448
			s PA 6449 1301 1448`, `
			1 handshake=completed orig_payload=300 resp_payload=2896 resp_lost=0 resp_retrans=0`},
		{"the SYN is captured after all that follows it", `
			c PA 1011 5001 20
			c A 1001 5001
			s SA 5000 1001
			c S 1000
			c PA 1001 5001 10`, `
			1 handshake=completed orig_payload=30 orig_lost=0 orig_retrans=0 orig_ooo=1`},
		{"the SYN and its answer are captured after data in disorder", `
			c PA 1101 5001 100
			c PA 1201 5001 100
			c PA 1001 5001 100
			c S 1000
			s SA 5000 1001
			s A 5001 1301`, `
			1 handshake=completed syn_frame=4 synack_frame=5 ack_frame=3 orig_payload=300 orig_ooo=1 orig_lost=0`},
		{"and after both sides spoke", `
			c PA 1101 5001 100
			c A 1001 5001
			s A 5001 1201
			c PA 1001 5001 100
			c S 1000
			s SA 5000 1001`, `
			1 handshake=completed syn_frame=5 synack_frame=6 ack_frame=2 orig_payload=200 orig_lost=0`},
		{"and after data of the responder", `
			s PA 5001 1001 30
			s PA 5031 1001 30
			s PA 5061 1001 30
			c S 1000
			s SA 5000 1001
			c A 1001 5001`, `
			1 handshake=completed orig_port=40000 syn_frame=4 synack_frame=5 ack_frame=6 resp_payload=90`},
		{"the SYN is captured after data in disorder, and its answer is missed", `
			c PA 1101 5001 100
			c PA 1201 5001 100
			c PA 1001 5001 100
			c S 1000
			c A 1301 5001`, `
			1 handshake=implied missing=[synack] syn_frame=4 ack_frame=3 orig_payload=300`},
		{"the SYN and its answer are captured after data of which the first is missed", `
			c PA 1101 5001 100
			c PA 1201 5001 100
			s A 5001 1301
			c S 1000
			s SA 5000 1001
			c A 1301 5001`, `
			1 handshake=completed_unseen missing=[ack] syn_frame=4 synack_frame=5 orig_payload=200 orig_lost=100`},
		{"a SYN with a number that is near opens another connection, for its answer has not", `
			c PA 1101 5001 100
			c PA 1201 5001 100
			s A 5001 1301
			c S 1000
			s SA 9000000 1001
			c A 1001 9000001`, `
			1 handshake=midstream orig_payload=200
			2 handshake=completed reuses=1`},
		{"the SYN is captured after the RST that ends it", `
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 10
			c RA 1011 5001
			c S 1000`, `
			1 handshake=completed close=reset closed_by=orig orig_payload=10`},
		{"a FIN is captured after its answer, and that after an acknowledgement of it", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1102
			s FA 5001 1102
			c FA 1101 5001
			c A 1102 5002`, `
			1 handshake=completed close=closed closed_by=orig orig_lost=0`},
		{"a capture begins with a keep-alive", `
			c A 1000 5001
			s A 5001 1001
			+75000 c A 1000 5001
			s A 5001 1001
			c PA 1001 5001 10
			s A 5001 1011`, `
			1 handshake=midstream orig_payload=10 orig_lost=0`},
		{"a copy of the SYN that comes after the end opens nothing", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c FA 1001 5001
			s FA 5001 1002
			c S 1000
			s A 5002 1002
			c A 1002 5002
			+500 c S 90000
			s SA 70000 90001
			c A 90001 70001`, `
			1 handshake=completed close=closed closed_by=orig syn_retries=1
			3 handshake=completed close=open reuses=1`},
		{"the same again, as of a capture that is played twice", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c FA 1001 5001
			s FA 5001 1002
			c A 1002 5002
			+500 c S 1000
			s SA 5000 1001
			c A 1001 5001`, `
			1 handshake=completed close=closed
			2 handshake=completed close=open reuses=1`},
		{"the same again, of which the answers are not captured", `
			c S 1000
			c A 1001 5001
			c FA 1001 5001
			c RA 1002 5002
			+500 c S 1000
			c A 1001 5001`, `
			1 handshake=implied close=reset
			2 handshake=implied close=open reuses=1`},
		{"octets broken on their way count once", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s PA 5001 1001 10
			s PA 5011 1001 10 bad
			+200 s PA 5011 1001 10
			c A 1001 5021`, `
			1 handshake=completed resp_payload=20 resp_lost=0 resp_retrans=1`},
		{"both called, and one had given up when he was answered", `
			c S 1000
			s S 5000
			c SA 1000 5001
			+7000 s SA 5000 1001
			c R 1001`, `
			1 handshake=aborted close=none`},
		{"both called, and who was called first had given up", `
			s S 5000
			c S 1000
			c SA 1000 5001
			+7000 s SA 5000 1001
			c R 1001`, `
			1 handshake=half_open close=none`},
	} {
		x.hold(t)
	}
}

// TestHonestManyHoles loses or reorders many segments of one window: what comes later fills the gaps,
// and is neither sent again nor missed by the capture.
func TestHonestManyHoles(t *testing.T) {
	for _, x := range []struct {
		holes                   int
		payload, lost, ooo, rtx string
	}{
		{5, "1100", "0", "5", "0"},
		{60, "12100", "0", "60", "0"},
		{200, "40100", "0", "200", "0"},
	} {
		t.Run(fmt.Sprint(x.holes), func(t *testing.T) {
			var b strings.Builder
			b.WriteString("c S 1000\ns SA 5000 1001\nc A 1001 5001\n")
			segment := func(i int) { fmt.Fprintf(&b, "+0.1 c A %d 5001 100\n", 1001+100*i) }
			for i := 0; i <= 2*x.holes; i += 2 {
				segment(i)
			}
			for i := 1; i < 2*x.holes; i += 2 {
				segment(i)
			}
			fmt.Fprintf(&b, "s A 5001 %d\n", 1101+200*x.holes)
			r := records(t, acted(t, b.String()))[1]
			for k, want := range map[string]string{"orig_payload": x.payload, "orig_lost": x.lost, "orig_ooo": x.ooo, "orig_retrans": x.rtx} {
				if got := fmt.Sprint(r[k]); got != want {
					t.Errorf("%s is %s, want %s", k, got, want)
				}
			}
		})
	}
}

// TestHonestTelling holds teach to the record: it says nothing that the record denies.
func TestHonestTelling(t *testing.T) {
	for _, x := range []struct{ name, packets, says, not string }{
		{"a RST that is ahead", `
			c S 1000
			s SA 5000 1001
			c RA 1051 5001`, "only who is connected sends bytes", "nobody connected"},
		{"a RST that acknowledges the answer", `
			c S 1000
			s SA 5000 1001
			c RA 1001 5001`, "a health check", "port scanner"},
		{"a RST as a scanner's stack sends it", `
			c S 1000
			s SA 5000 1001
			c R 1001`, "port scanner", "a health check"},
		{"a RST with an old number from who said FIN", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s FA 5001 1001
			c PA 1001 5001 100
			c A 1101 5002
			s R 5001`, "knows of no connection that this belongs to", "must accept"},
		{"a socket is gone, and the first RST answers an acknowledgement that another overtook", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 1000
			c PA 2001 5001 1000
			s A 5001 2001
			s A 5001 3001
			c R 2001
			c R 3001`, "knows of no connection that this belongs to", "must be ignored"},
		{"a stretch of both sides is missing", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101
			c PA 1000000 5001 500
			c PA 1000500 5001 500
			c FA 1001000 5001
			s FA 5001 1001001
			c A 1001001 5002`, "The client sends bytes 999000 to 999499", "beyond anything"},
		{"segments far ahead, one of them acknowledged by nobody", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 700000 5001 50
			s A 5001 1001
			c PA 1000000 5001 500
			s A 5001 1000500`, "beyond anything", "sends bytes 699000"},
		{"the FIN is captured before what it acknowledges", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			+0.01 c FA 1001 5002
			+0.01 s FA 5001 1001
			s A 5002 1002`, "The client has said all it wanted", "had not sent"},
		{"octets with a wrong checksum that are acknowledged, and never came again", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s PA 5001 1001 200
			s PA 5201 1001 40 bad
			c A 1001 5241`, "The server sends bytes 201 to 240. Its checksum is wrong, and these bytes count all the same", "throws it away"},
		{"a FIN that acknowledges what the capture lacks", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 20
			c FA 1021 5071`, "The client has said all it wanted", "changes nothing"},
		{"a header with an impossible length", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 20 offset4
			c PA 1001 5001 30`, "a length that no header has", "cut this packet"},
		{"octets with a wrong checksum that came again", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s PA 5001 1001 200
			s PA 5201 1001 40 bad
			s PA 5201 1001 40
			c A 1001 5241`, "throws it away", "bytes 201 to 240 again"},
		{"the first segment is damaged, its number too", `
			c PA 900001001 5001 100 bad
			+300 c PA 1001 5001 100
			s A 5001 1101`, "throws it away", "sent twice"},
		{"octets from before the number of the answer", `
			c S 1000
			s SA 5000 1001
			s PA 1000 1001 30`, "nothing of this talk", "presuppose it"},
		{"forged octets before the answer", `
			c S 1000
			s PA 1000000 1001 300
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s PA 5001 1101 200
			c A 1101 5201`, "beyond anything", "sent twice"},
		{"some octets of a segment with a wrong checksum came in no other", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s PA 5001 1001 56 bad
			c A 1001 5037
			s PA 5037 1001 44
			c A 1001 5081`, "these bytes count all the same: not all of them came in another packet", "not seen"},
		{"octets that fill a gap and go on behind it", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s A 5001 1101
			c PA 1001 5001 200
			s A 5001 1201`, "bytes 1 to 200, which fill an earlier gap", "sends bytes 1 to 200."},
		{"the SYN and its answer are captured after data", `
			c PA 1101 5001 100
			c PA 1201 5001 100
			s A 5001 1301
			c S 1000
			s SA 5000 1001
			c A 1301 5001`, "The server agrees", "already over"},
		{"octets in front of the first that was captured", `
			c PA 1101 5001 100
			c PA 1001 5001 100
			s A 5001 1201`, "which fill an earlier gap", "again"},
		{"octets in the window behind a FIN, and nobody acknowledges them", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			c PA 3000 5001 50
			c FA 1101 5001
			s A 5001 1102
			s FA 5001 1102
			c A 1102 5002`, "behind the end that the client announced", "The client sends bytes 2000"},
		{"a FIN far behind the stream", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s PA 5001 1101 200
			c A 1101 5201
			s FA 4201 1101`, "a number that lies behind bytes already sent", "FIN-WAIT"},
		{"octets that acknowledge what nobody sent, after the SYN was taken back", `
			c S 1000
			s SA 5000 1001
			c R 1001
			c A 1001 900000 100`, "It carries 100 bytes, and acknowledges bytes that the server had not sent", "sends bytes"},
	} {
		t.Run(x.name, func(t *testing.T) {
			code, out, errs := portero(t, "teach", acted(t, x.packets))
			if code != 0 {
				t.Fatal(code, errs)
			}
			words := strings.Join(strings.Fields(strings.ReplaceAll(out, "|", " ")), " ")
			if !strings.Contains(words, x.says) || strings.Contains(words, x.not) {
				t.Errorf("want %q and no %q in\n%s", x.says, x.not, words)
			}
		})
	}
}
