package main

import (
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
)

// TestHonestCrossed holds what becomes of two calls that cross to what either end would say.
func TestHonestCrossed(t *testing.T) {
	for _, x := range []saying{
		{"both called, and neither answered: that the other called is no answer", `
			c S 1000
			s S 5000
			+1000 c S 1000`, `
			1 handshake=no_answer syn_retries=1 close=none`},
		{"both called, the first answers, and nothing acknowledges it", `
			c S 1000
			s S 5000
			c SA 1000 5001`, `
			1 handshake=half_open synack_frame=3 close=none`},
		{"both called, the second answers, and nothing acknowledges it", `
			c S 1000
			s S 5000
			s SA 5000 1001`, `
			1 handshake=half_open synack_frame=3 close=none`},
		{"the call that a call answers was missed, and that it was acknowledged with the number of the second was not", `
			s A 5000 1001
			s S 5000
			c SA 1000 5001
			s A 5001 1001
			c PA 1001 5001 10
			s A 5001 1011`, `
			1 handshake=completed handshake_kind=split syn_frame=2 synack_frame=3 ack_frame=4 orig_addr=192.0.2.2 close=open resp_payload=10 resp_lost=0 orig_lost=0`},
		{"with another number it is no part of the call", `
			s A 4990 1001
			s S 5000
			c SA 1000 5001
			s A 5001 1001`, `
			1 handshake=midstream
			2 handshake=completed handshake_kind=normal`},
		{"both called, and the second refuses the first, of whose call it knows nothing", `
			c S 3000000000
			s S 1500000000
			s RA 0 3000000001`, `
			1 handshake=refused close=none suspected_rsts=0`},
		{"both called, and the first has hung up when it is called", `
			c S 3000000000
			s S 1500000000
			c RA 0 1500000001`, `
			1 handshake=aborted close=none suspected_rsts=0`},
		{"both called, the first answers, and the second has given up", `
			c S 1000
			s S 5000
			c SA 1000 5001
			s R 5001`, `
			1 handshake=refused close=none suspected_rsts=0`},
		{"both called, the first answers, and the second gave up before it heard the call", `
			c S 1000
			s S 5000
			c SA 1000 5001
			s R 5001
			s RA 0 1001
			s R 5001`, `
			1 handshake=refused close=none suspected_rsts=0 oddities=[split_handshake]`},
		{"both called, and an answer overtakes the call of its sender", `
			c S 1000
			s SA 5000 1001
			s S 5000
			c A 1001 5001`, `
			1 handshake=completed handshake_kind=simultaneous synack_frame=2 oddities=[simultaneous_open]`},
		{"a call and its sender's answer to a call that was missed, and who made that has given up", `
			s S 5000
			s SA 5000 1001
			+1000 s SA 5000 1001
			c R 1001
			+30000 c S 90001000
			s SA 70005000 90001001
			c A 90001001 70005001`, `
			1 handshake=refused close=none suspected_rsts=0
			2 handshake=completed close=open reuses=1 syn_frame=5`},
		{"both called, and a RST acknowledges neither", `
			c S 3000000000
			s S 1500000000
			s RA 0 77`, `
			1 handshake=invalid close=none suspected_rsts=1`},
		{"both called, and the answer has wrong numbers", `
			c S 1000
			s S 5000
			s SA 5000 777`, `
			1 handshake=invalid close=none`},
		{"both called, and the second's octets are captured before what the first acknowledges with", `
			c S 1000
			s S 5000
			s SA 5000 1001
			c SA 1000 5001
			s PA 5001 1001 10
			c A 1001 5011
			s A 5011 1001`, `
			1 handshake=completed handshake_kind=simultaneous syn_frame=1 synack_frame=3 ack_frame=6 confirmed_frame=7 resp_payload=10`},
		{"both called, and what the first sent next is captured before its third packet: that confirms nothing", `
			c S 1000
			s S 5000
			s SA 5000 1001
			c SA 1000 5001
			s PA 5001 1001 10
			c PA 1011 5011 10
			c PA 1001 5011 10
			s A 5011 1021`, `
			1 handshake=completed handshake_kind=simultaneous syn_frame=1 synack_frame=3 ack_frame=7 confirmed_frame=8 orig_payload=20 resp_payload=10`},
		{"both called, and the first's SYN was missed: who calls answers nothing but a call", `
			s S 5000
			c SA 1000 5001
			s SA 5000 1001
			c PA 1001 5001 10
			s A 5001 1011`, `
			1 handshake=completed handshake_kind=simultaneous orig_port=80 syn_frame=1 synack_frame=2 ack_frame=5 oddities=[simultaneous_open]`},
		{"a split handshake names its third packet, which is the responder's", `
			c S 1000
			s A 0 1001
			s S 5000
			c SA 1000 5001
			s A 5001 1001
			c PA 1001 5001 10`, `
			1 handshake=completed handshake_kind=split syn_frame=1 synack_frame=4 ack_frame=5 confirmed_frame=6`},
		{"octets of a split handshake that are captured after their acknowledgement count once", `
			c S 1000
			s A 7000 1001
			s S 5000
			c SA 1000 5001
			s A 5001 1001
			c PA 1001 5001 10
			c FA 1011 5021
			s PA 5001 1011 20
			s FA 5021 1012
			c A 1012 5022`, `
			1 handshake=completed handshake_kind=split close=closed orig_payload=10 resp_payload=20 resp_ooo=1 resp_lost=0`},
		{"the answer of a split handshake is captured before the call that it answers", `
			c S 1000
			s A 7000 1001
			c SA 1000 500001
			+0.01 s S 500000
			s A 500001 1001
			c PA 1001 500001 10`, `
			1 handshake=completed handshake_kind=split synack_frame=3 ack_frame=5 orig_payload=10 resp_lost=0`},
		{"the acknowledgement of a split handshake is captured before the SYN", `
			s A 7000 1001
			c S 1000
			s S 5000
			c SA 1000 5001
			s A 5001 1001
			c PA 1001 5001 10
			s PA 5001 1011 20
			s FA 5021 1011`, `
			1 handshake=completed handshake_kind=split close=half_closed closed_by=resp resp_payload=20 resp_ooo=0 resp_retrans=0`},
		{"both called, and one's call is captured after its answer and its octets: that is no split handshake", `
			s S 5000
			c SA 1000 5001
			c PA 1001 5001 10
			c S 1000
			s SA 5000 1001
			s PA 5001 1011 20`, `
			1 handshake=completed handshake_kind=simultaneous orig_lost=0 resp_lost=0`},
		{"one end's clock is late where two captures were put together: what it sent counts once, though all of it was acknowledged before", `
			c S 1000
			c SA 1000 5001
			c A 1001 5001
			c A 1001 5178
			c A 1001 5265
			s S 5000
			s SA 5000 1001
			s A 5001 1001 88
			s A 5089 1001 88
			s A 5177 1001 88
			s A 5089 1001 88`, `
			1 handshake=completed handshake_kind=simultaneous resp_payload=264 resp_lost=0 resp_retrans=1`},
	} {
		x.hold(t)
	}
}

// TestHonestCrossedAgain holds calls that cross on the ports of a connection whose end was missed.
func TestHonestCrossedAgain(t *testing.T) {
	const open = `
			c PA 501 801 10
			s A 801 511`
	for _, x := range []saying{
		{"both call and both answer", open + `
			+9000 s S 700000
			c S 900000
			s SA 700000 900001
			c SA 900000 700001
			s PA 700001 900001 10
			c A 900001 700011`, `
			1 handshake=midstream close=open orig_pkts=1 resp_pkts=1 oddities=
			2 handshake=completed handshake_kind=simultaneous orig_port=80 syn_frame=3 synack_frame=5 ack_frame=7 orig_pkts=3 resp_pkts=3 orig_payload=10 reuses=1 oddities=[simultaneous_open]`},
		{"who called first answers first", open + `
			+9000 c S 900000
			s S 700000
			c SA 900000 700001
			s SA 700000 900001
			c A 900001 700001`, `
			1 handshake=midstream close=open orig_pkts=1 resp_pkts=1 oddities=
			2 handshake=completed handshake_kind=simultaneous syn_frame=3 orig_pkts=3 resp_pkts=2 reuses=1`},
		{"who called second is answered alone, and a call is repeated", open + `
			+9000 c S 900000
			s S 700000
			+1000 c S 900000
			s SA 700000 900001
			c A 900001 700001`, `
			1 handshake=midstream close=open orig_pkts=1 resp_pkts=1 oddities=
			2 handshake=completed handshake_kind=simultaneous syn_frame=3 syn_retries=1 orig_pkts=3 resp_pkts=2 reuses=1`},
		{"one of the calls is refused", open + `
			+9000 c S 900000
			s S 700000
			s RA 0 900001`, `
			1 handshake=midstream close=open orig_pkts=1 resp_pkts=1 oddities=
			2 handshake=refused orig_pkts=1 resp_pkts=2 reuses=1`},
		{"nobody answers either, and the connection goes on", open + `
			+9000 c S 900000
			s S 700000
			s A 801 511
			c PA 511 801 20
			s A 801 531`, `
			1 handshake=midstream close=open orig_pkts=3 resp_pkts=4 orig_payload=30 oddities=[stray_syn]`},
		{"a third call, with another number, is a stray one", open + `
			+9000 c S 900000
			s S 700000
			s S 600000
			s SA 700000 900001
			c SA 900000 700001
			s A 700001 900001`, `
			1 handshake=midstream close=open orig_pkts=1 resp_pkts=2 oddities=[stray_syn]
			2 handshake=completed handshake_kind=simultaneous orig_pkts=2 resp_pkts=3 reuses=1`},
	} {
		x.hold(t)
	}
}

// TestHonestThreeCalls holds which of three SYNs with three numbers counts.
func TestHonestThreeCalls(t *testing.T) {
	for _, x := range []saying{
		{"three SYNs with three numbers, and the first is answered", `
			c S 1000
			c S 2000
			c S 3000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 10`, `
			1 handshake=completed syn_frame=1 synack_frame=4 ack_frame=5 server_rtt_us=30000 syn_retries=2 orig_payload=10 orig_retrans=0`},
		{"three SYNs with three numbers, and the second is answered", `
			c S 1000
			c S 2000
			c S 3000
			s SA 5000 2001
			c A 2001 5001`, `
			1 handshake=completed syn_frame=2 synack_frame=4 ack_frame=5 server_rtt_us=20000`},
		{"three SYNs with three numbers, and the first is refused", `
			c S 1000
			c S 2000
			c S 3000
			s RA 0 1001`, `
			1 handshake=refused syn_frame=1 rst_frame=4 suspected_rsts=0`},
		{"three SYNs with three numbers, and none is answered", `
			c S 1000
			c S 2000
			c S 3000
			s SA 5000 4001
			c A 4001 5001`, `
			1 handshake=invalid close=none`},
	} {
		x.hold(t)
	}
}

// In a split handshake the third packet is the server's, and is told as such.
func TestSplitIsTaught(t *testing.T) {
	code, out, errs := portero(t, "teach", "../../testdata/split-handshake/in.pcap", "1")
	if code != 0 {
		t.Fatal(code, errs)
	}
	out = strings.Join(strings.Fields(strings.ReplaceAll(out, "|", " ")), " ")
	for _, want := range []string{"The server acknowledges the client's answer to its call.", "the client is ESTABLISHED for certain"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in %s", want, out)
		}
	}
	if strings.Contains(out, "The client acknowledges the server's number") {
		t.Error(out)
	}
}

// A socket that got the port which it calls connects to itself: each packet is of both ends, and nothing of it is missing.
func TestCallsItself(t *testing.T) {
	name := filepath.Join(t.TempDir(), "in.pcap")
	w := newWire(t, name)
	a, b := end{net.IP{192, 0, 2, 1}, 45678}, end{net.IP{192, 0, 2, 1}, 80}
	w.tcp(a, a, "S", 1000, 0, nil)
	w.tcp(a, a, "SA", 1000, 1001, nil)
	w.tcp(a, a, "A", 1001, 1001, nil)
	w.tcp(a, a, "PA", 1001, 1001, []byte("hello"))
	w.tcp(a, a, "A", 1006, 1006, nil)
	w.tcp(a, a, "FA", 1006, 1006, nil)
	w.tcp(a, a, "A", 1007, 1007, nil)
	w.tcp(b, b, "S", 1000, 0, nil) // an old attack: nobody called
	w.tcp(b, b, "SA", 7000, 1001, nil)
	w.close()
	all := records(t, name)
	for k, want := range map[string]string{"handshake": "completed", "handshake_kind": "simultaneous", "missing": "<nil>", "close": "closed", "closed_by": "both", "syn_frame": "1",
		"synack_frame": "2", "ack_frame": "3", "close_frames": "[6]", "orig_payload": "5", "orig_lost": "0", "resp_lost": "0", "quality": "<nil>", "oddities": "[simultaneous_open land]"} {
		if got := fmt.Sprint(all[1][k]); got != want {
			t.Errorf("%s is %s, want %s", k, got, want)
		}
	}
	if got := fmt.Sprint(all[2]["handshake"]); got == "completed" {
		t.Error(got)
	}
	for lang, want := range map[string]string{"en": "confirmed both ends are one socket: what it sent is what it got.", "es": "confirmada los dos extremos son un solo socket: lo que envió es lo que recibió."} {
		_, out, _ := portero(t, "why", name, "1", "--lang", lang)
		if out = strings.Join(strings.Fields(out), " "); !strings.Contains(out, want) || strings.Contains(out, "infer") || !strings.Contains(out, "FIN-WAIT-1 > CLOSING FIN-WAIT-1 > CLOSING") {
			t.Errorf("no %q, or inferred, in %s", want, out)
		}
	}
	for lang, want := range map[string]string{"en": "It called itself", "es": "Se llamó a sí mismo"} {
		if _, out, _ := portero(t, "teach", name, "1", "--lang", lang); !strings.Contains(out, want) || strings.Contains(out, "infer") {
			t.Errorf("no %q in %s", want, out)
		}
	}
}
