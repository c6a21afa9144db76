package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestMissedBefore: what the captured end acknowledged of the other before its SYN-ACK, which was captured late, is missing all the same.
func TestMissedBefore(t *testing.T) {
	for _, x := range []saying{
		{"in order", `
			s SA 5000 1001
			s PA 5001 1051 80`, `
			1 handshake=implied missing=[syn,ack] orig_lost=50 resp_payload=80`},
		{"captured late", `
			s PA 5001 1051 80
			s SA 5000 1001`, `
			1 handshake=implied missing=[syn,ack] orig_lost=50 resp_payload=80`},
		{"and what was acknowledged later still", `
			s PA 5001 1051 80
			s SA 5000 1001
			c PA 1001 5001 50`, `
			1 handshake=completed_unseen missing=[syn] orig_lost=0 orig_payload=50`},
		{"acknowledgements of a Fast Open stream are captured before its SYN and go on behind it: nothing counts twice", `
			s SA 5000 1056
			s A 5001 1232
			c S 1000 0 55
			s A 5001 1320
			c A 1056 5001
			c PA 1056 5001 88
			c PA 1144 5001 88
			c PA 1232 5001 88`, `
			1 handshake=completed handshake_kind=fast_open orig_payload=319 orig_lost=0 orig_retrans=0`},
		{"and its octets, too", `
			s SA 5000 1056
			c PA 1144 5001 88
			c S 1000 0 55
			c PA 1056 5001 88
			s A 5001 1232`, `
			1 handshake=completed handshake_kind=fast_open orig_payload=231 orig_lost=0 orig_retrans=0`},
	} {
		x.hold(t)
	}
}

// TestMissedFastOpen: of a Fast Open SYN that was missed only the retry without octets is in the capture. The SYN-ACK acknowledges
// them, and whether that is meant tells the originator: it goes on behind them, or refuses.
func TestMissedFastOpen(t *testing.T) {
	for _, x := range []saying{
		{"one octet", `
			c S 1000
			s SA 5000 1002
			c A 1002 5001`, `
			1 handshake=completed_unseen handshake_kind=fast_open missing=[syn] syn_frame= synack_frame=2 ack_frame=3 roles_by=syn roles_frame=1 close=open orig_lost=1 oddities=`},
		{"a request, and all that follows", `
			c S 1000
			s SA 5000 1101
			s PA 5001 1101 300
			s PA 5301 1101 300
			c A 1101 5301
			c FA 1101 5601
			s FA 5601 1102
			c A 1102 5602`, `
			1 handshake=completed_unseen handshake_kind=fast_open missing=[syn] synack_frame=2 ack_frame=5 close=closed closed_by=orig orig_lost=100 resp_payload=600 oddities=`},
		{"the third packet carries octets, and both SYN and SYN-ACK came twice", `
			c S 1000
			+1000 c S 1000
			s SA 5000 1101
			s SA 5000 1101
			c PA 1101 5001 50
			s A 5001 1151`, `
			1 handshake=completed_unseen handshake_kind=fast_open missing=[syn] synack_frame=3 ack_frame=5 confirmed_frame=6 orig_payload=50 orig_lost=100 syn_retries=1 synack_retries=1`},
		{"captured before the answer that it follows", `
			c S 1000
			c A 1101 5001
			s SA 5000 1101`, `
			1 handshake=completed_unseen handshake_kind=fast_open missing=[syn] synack_frame=3 ack_frame=2`},
		{"the retry carries fewer octets", `
			c S 1000 0 100
			s SA 5000 1301
			c A 1301 5001
			c PA 1301 5001 10
			s PA 5001 1311 20`, `
			1 handshake=completed_unseen handshake_kind=fast_open missing=[syn] syn_frame= synack_frame=2 ack_frame=3 confirmed_frame=5 orig_payload=110 orig_lost=200 oddities=[data_on_syn]`},
		{"fewer octets, and a copy without", `
			c S 1000 0 100
			+1000 c S 1000
			s SA 5000 1301
			c A 1301 5001`, `
			1 handshake=completed_unseen handshake_kind=fast_open missing=[syn] synack_frame=3 ack_frame=4 orig_lost=200 syn_retries=1`},
		{"fewer octets, and the originator goes on behind these", `
			c S 1000 0 100
			s SA 5000 1301
			c A 1101 5001`, `
			1 handshake=invalid missing= syn_frame=1 oddities=[synack_wrong_ack,data_on_syn]`},
		{"what carried the octets is captured behind its retry", `
			c S 1000
			c S 1000 0 100
			s SA 5000 1101
			c A 1101 5001`, `
			1 handshake=completed handshake_kind=fast_open missing= syn_frame=1 synack_frame=3 ack_frame=4 orig_payload=100 orig_lost=0`},
		{"what carried the octets is captured last", `
			c S 1000
			s SA 5000 1101
			c A 1101 5001
			c S 1000 0 100`, `
			1 handshake=completed handshake_kind=fast_open missing= syn_frame=1 orig_payload=100 orig_lost=0`},
		{"what followed a SYN is captured before its answer", `
			c S 1000 0 100
			c PA 1101 5001 10
			s SA 5000 1101
			s A 5001 1111`, `
			1 handshake=completed handshake_kind=fast_open missing= ack_frame=2 confirmed_frame=4 orig_payload=110 orig_lost=0`},
		{"the retry comes after the answer", `
			s SA 5000 1301
			c S 1000 0 100
			c A 1301 5001`, `
			1 handshake=completed_unseen handshake_kind=fast_open missing=[syn] syn_frame= synack_frame=1 ack_frame=3 roles_by=syn orig_payload=100 orig_lost=200 oddities=[data_on_syn] quality=`},
		{"the retry comes last", `
			s SA 5000 1301
			c PA 1301 5001 10
			c S 1000`, `
			1 handshake=completed_unseen handshake_kind=fast_open missing=[syn] syn_frame= synack_frame=1 ack_frame=2 orig_payload=10 orig_lost=300 oddities= quality=`},
		{"the retry comes after the answer, and nothing more", `
			s SA 5000 1301
			c S 1000`, `
			1 handshake=invalid missing= oddities=[synack_wrong_ack,answer_before_syn]`},
		{"a SYN with quite another number comes after an answer", `
			s SA 5000 1301
			c S 99000
			s SA 88000 99001
			c A 99001 88001`, `
			1 handshake=unsolicited resp_pkts=1
			2 handshake=completed syn_frame=2`},
		{"the originator says nothing", `
			c S 1000
			s SA 5000 1002`, `
			1 handshake=invalid missing= syn_frame=1 synack_frame=2 oddities=[synack_wrong_ack]`},
		{"the originator refuses", `
			c S 1000
			s SA 5000 1002
			c R 1002`, `
			1 handshake=invalid missing= oddities=[synack_wrong_ack]`},
		{"the originator goes on behind its SYN", `
			c S 1000
			s SA 5000 1002
			c A 1001 5001`, `
			1 handshake=invalid missing= oddities=[synack_wrong_ack]`},
		{"more than a SYN carries", `
			c S 1000
			s SA 5000 999999
			c A 999999 5001`, `
			1 handshake=invalid missing= oddities=[synack_wrong_ack]`},
	} {
		x.hold(t)
	}
	for lang, want := range map[string]string{"en": "the SYN with octets on it (Fast Open) was missed", "es": "el SYN con octetos (apertura rápida): la captura no lo vio"} {
		says(t, acted(t, "c S 1000\ns SA 5000 1002\nc A 1002 5001"), lang, "1", want, "SYN-ACK that does not acknowledge", "SYN-ACK que no confirma")
	}
	for lang, want := range map[string]string{"en": "the SYN with these octets on it (Fast Open) was missed", "es": "la respuesta confirma más de lo que lleva el SYN que hay"} {
		says(t, acted(t, "c S 1000 0 1\ns SA 5000 1003\nc A 1003 5001"), lang, "1", want, "retry without", "repetición sin")
	}
}

// TestMissedAmongMany: who calls with several numbers may go on from the answer to one that was missed, or is not kept.
func TestMissedAmongMany(t *testing.T) {
	const calls = `
			c S 100000000
			+1000 c S 200000000`
	for _, x := range []saying{
		{"both go on", calls + `
			s SA 5000 300000001
			c A 300000001 5001
			c PA 300000001 5001 10
			s PA 5001 300000011 20`, `
			1 handshake=completed_unseen handshake_kind=normal missing=[syn] syn_frame= synack_frame=3 ack_frame=4 confirmed_frame=6 roles_by=syn roles_frame=2 close=open orig_payload=10 resp_payload=20 oddities=[syn_isn_changed]`},
		{"it was the third of six", `
			c S 100000000
			c S 200000000
			c S 300000000
			c S 400000000
			c S 500000000
			c S 600000000
			s SA 5000 300000001
			c A 300000001 5001
			s PA 5001 300000001 20
			c A 300000001 5021`, `
			1 handshake=completed_unseen missing=[syn] ack_frame=8 confirmed_frame=9 resp_payload=20 resp_lost=0`},
		{"nobody confirms it", calls + `
			s SA 5000 300000001
			c A 300000001 5001`, `
			1 handshake=invalid missing= close=none`},
		{"the caller refuses", calls + `
			s SA 5000 300000001
			c R 300000001`, `
			1 handshake=invalid missing=`},
		{"another answer is the right one", calls + `
			s SA 5000 300000001
			s SA 7000 200000001
			c A 200000001 7001
			s PA 7001 200000001 20`, `
			1 handshake=completed missing= syn_frame=2 synack_frame=4 ack_frame=5`},
	} {
		x.hold(t)
	}
	in := acted(t, calls[1:]+"\ns SA 5000 300000001\nc A 300000001 5001\ns PA 5001 300000001 20")
	for lang, want := range map[string]string{"en": "the originator called with several numbers", "es": "el iniciador llamó con varios números"} {
		says(t, in, lang, "1", want, "SYN-ACK that does not acknowledge", "SYN-ACK que no confirma")
	}
}

// TestMissedSelected: who has octets behind those that it acknowledges (SACK) got segments with ACK, and so the third packet.
func TestMissedSelected(t *testing.T) {
	for _, x := range []saying{
		{"the first octets are lost, and the others missed", `
			c S 1000
			s SA 5000 1001
			s A 5001 1001 0 sack=1101-1201`, `
			1 handshake=completed_unseen missing=[ack] close=open syn_frame=1 synack_frame=2 ack_frame=`},
		{"then they come", `
			c S 1000
			s SA 5000 1001
			s A 5001 1001 0 sack=1101-1201
			s A 5001 1201`, `
			1 handshake=completed_unseen missing=[ack] close=open orig_lost=200`},
		{"they are captured behind what selects them", `
			c S 1000
			s SA 5000 1001
			s A 5001 1001 0 sack=1101-1201
			+0.01 c PA 1101 5001 100
			c PA 1001 5001 100`, `
			1 handshake=completed missing= ack_frame=5 orig_payload=200 orig_lost=0 orig_retrans=0`},
		{"the responder alone was captured", `
			s SA 5000 1001
			s A 5001 1001 0 sack=1101-1201`, `
			1 handshake=implied missing=[syn,ack] close=open`},
		{"that something came twice proves nothing (RFC 2883)", `
			c S 1000
			s SA 5000 1001
			s A 5001 1001 0 sack=1000-1001`, `
			1 handshake=half_open missing= close=none`},
		{"nor does a block that is none", `
			c S 1000
			s SA 5000 1001
			s A 5001 1001 0 sack=1201-1101`, `
			1 handshake=half_open missing= close=none`},
		{"nor octets that came on a SYN", `
			c S 1000 0 100
			s SA 5000 1001
			s A 5001 1001 0 sack=1051-1101`, `
			1 handshake=half_open close=none`},
	} {
		x.hold(t)
	}
	for lang, want := range map[string]string{"en": "frame 3: the responder goes on as it only does after the third packet", "es": "trama 3: el respondedor sigue como solo hace tras el tercer segmento"} {
		says(t, acted(t, "c S 1000\ns SA 5000 1001\ns A 5001 1001 0 sack=1101-1201"), lang, "1", want)
	}
	in := acted(t, "c S 1000\ns SA 5000 1001\ns A 5001 1001 0 sack=1101-1201")
	out := filepath.Join(t.TempDir(), "shared.pcapng")
	if code, _, errs := portero(t, "read", "--anonymize", "-w", out, in); code != 0 {
		t.Fatal(code, errs)
	}
	if r := records(t, out)[1]; r["handshake"] != "completed_unseen" {
		t.Error("anonymized it is", r["handshake"])
	}
}

// TestMissedHangsUp: a RST with ACK that names octets of either end which were missed is of one who was connected, in whatever
// order it was captured.
func TestMissedHangsUp(t *testing.T) {
	const unseen, half = "handshake=completed_unseen missing=[ack] close=reset closed_by=", "handshake=implied close=reset closed_by="
	for _, x := range []saying{
		{"of the responder, which sent octets", `
			c S 1000
			s SA 5000 1001
			s RA 5021 1001`, `
			1 ` + unseen + `resp syn_frame=1 synack_frame=2 suspected_rsts=0`},
		{"of the responder, which got octets", `
			c S 1000
			s SA 5000 1001
			s RA 5001 1031`, `
			1 ` + unseen + `resp suspected_rsts=0`},
		{"of the responder, captured before its answer", `
			c S 1000
			s RA 5021 1001
			s SA 5000 1001`, `
			1 ` + unseen + `resp synack_frame=3`},
		{"of the responder, captured first", `
			s RA 5021 1001
			c S 1000
			s SA 5000 1001`, `
			1 ` + unseen + `resp syn_frame=2 synack_frame=3`},
		{"of the responder alone", `
			s SA 5000 1001
			s RA 5021 1001`, `
			1 ` + half + `resp missing=[syn,ack] synack_frame=1`},
		{"of the responder alone, captured first", `
			s RA 5001 1031
			s SA 5000 1001`, `
			1 ` + half + `resp missing=[syn,ack] synack_frame=2`},
		{"of the originator, captured first", `
			c RA 1031 5001
			c S 1000
			s SA 5000 1001`, `
			1 ` + unseen + `orig syn_frame=2 synack_frame=3`},
		{"of the originator, captured between", `
			c S 1000
			c RA 1031 5001
			s SA 5000 1001`, `
			1 ` + unseen + `orig syn_frame=1 synack_frame=3 suspected_rsts=0`},
		{"of the originator alone", `
			c S 1000
			c RA 1031 5001`, `
			1 ` + half + `orig missing=[synack,ack] syn_frame=1 suspected_rsts=0`},
		{"of the originator alone, captured first", `
			c RA 1031 5001
			c S 1000`, `
			1 ` + half + `orig missing=[synack,ack] syn_frame=2`},
		{"who gives up names no octets", `
			c S 1000
			s SA 5000 1001
			s RA 5001 1001`, `
			1 handshake=half_open close=none rst_frame=3`},
		{"nor does one whose call nobody saw", `
			s RA 5001 1001
			s SA 5000 1001`, `
			1 handshake=unsolicited close=none`},
		{"a refusal has number 0, however near the next answer begins", `
			s RA 0 1001
			s SA 4294967280 1001`, `
			1 handshake=unsolicited close=none`},
		{"a SYN with octets may be answered with octets before the third packet", `
			c S 1000 0 100
			s SA 5000 1101
			s RA 5021 1101`, `
			1 handshake=half_open close=none`},
		{"a RST that both ends do not heed is a stranger's", `
			c S 1000
			c RA 1031 5001
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 10
			s PA 5001 1011 10
			c A 1011 5011`, `
			1 handshake=completed close=open ack_frame=4 suspected_rsts=1`},
	} {
		x.hold(t)
	}
}

// TestLoneACK: who has no connection answers an acknowledgement with a RST that acknowledges nothing (RFC 9293, 3.10.7.1).
func TestLoneACK(t *testing.T) {
	for _, x := range []saying{
		{"of one who has no connection", `
			c A 1000 5000
			s R 5000`, `
			1 handshake=probe probe_kind=ack close=none`},
		{"of one who has", `
			c A 1000 5000
			s RA 5000 1000`, `
			1 handshake=midstream probe_kind= close=reset closed_by=resp close_frames=[2]`},
		{"captured before it", `
			s RA 5000 1000
			c A 1000 5000`, `
			1 handshake=midstream probe_kind= close=reset close_frames=[1]`},
		{"of one who has, after several", `
			c A 1000 5000
			c A 1000 5000
			s RA 5000 1000
			s RA 5000 1000`, `
			1 handshake=midstream probe_kind= close=reset close_frames=[3]`},
		{"with octets", `
			c PA 1000 5000 100
			s RA 5000 1100`, `
			1 handshake=midstream close=reset closed_by=resp`},
		{"with a FIN", `
			c FA 1000 5000
			s RA 5000 1001`, `
			1 handshake=midstream probe_kind= close=reset closed_by=resp`},
		{"with a FIN, of one who has none", `
			c FA 1000 5000
			s R 5000`, `
			1 handshake=probe probe_kind=maimon`},
		{"it acknowledges nothing, though the flag is set", `
			c A 1000 5000
			s RA 5000 0`, `
			1 handshake=probe probe_kind=ack`},
	} {
		x.hold(t)
	}
}

// TestResetCapturedFirst: a RST that was captured before what it followed is of the same connection where it names both ends, and
// ends it. Only what its sender sends behind it tells that it was not its own.
func TestResetCapturedFirst(t *testing.T) {
	for _, x := range []saying{
		{"SYN-ACKs behind the RST that names what followed them", `
			c RA 1101 5101
			s SA 5000 1001
			s SA 5000 1001`, `
			1 handshake=completed_unseen missing=[syn,ack] synack_frame=2 ack_frame= close=reset closed_by=orig close_frames=[1] synack_retries=1 reuses=`},
		{"in their order", `
			s SA 5000 1001
			s SA 5000 1001
			c RA 1101 5101`, `
			1 handshake=completed_unseen missing=[syn,ack] synack_frame=1 ack_frame= close=reset closed_by=orig close_frames=[3]`},
		{"it refuses the SYN-ACK", `
			c RA 1001 5001
			s SA 5000 1001`, `
			1 handshake=unsolicited synack_frame=2 close=none`},
		{"of the responder", `
			s RA 5101 1101
			s SA 5000 1001
			s SA 5000 1001`, `
			1 handshake=implied missing=[syn,ack] synack_frame=2 synack_retries=1 close=reset closed_by=resp close_frames=[1] reuses=`},
		{"it names one end only: the ports are used again", `
			c RA 999999999 5101
			s SA 5000 1001`, `
			1 handshake=unsolicited close=none
			2 handshake=unsolicited reuses=1`},
		{"older segments of its sender", `
			c R 2000
			c PA 1000 5000 500
			s A 5000 1500
			c PA 1500 5000 500`, `
			1 handshake=midstream close=reset closed_by=orig close_frames=[1] suspected_rsts=0 orig_payload=1000`},
		{"one direction only, and not the last", `
			c R 3000
			c PA 1000 5000 500
			c PA 1500 5000 500`, `
			1 handshake=midstream close=reset closed_by=orig suspected_rsts=0`},
		{"older segments of both, in any order", `
			c R 2000
			c PA 1500 5000 500
			s PA 5000 1500 300
			c PA 1500 5300 500
			s A 5300 2000`, `
			1 handshake=midstream close=reset closed_by=orig suspected_rsts=0`},
		{"what it acknowledges was sent before it", `
			c RA 2000 5500
			s PA 5100 2000 400
			c A 2000 5100`, `
			1 handshake=midstream close=reset closed_by=orig suspected_rsts=0`},
		{"its sender goes on behind it", `
			c R 2000
			c PA 1000 5000 500
			c PA 1500 5000 500
			c PA 2000 5000 100
			s A 5000 2100`, `
			1 handshake=midstream close=open suspected_rsts=1`},
		{"its sender acknowledges what it did not", `
			c RA 2000 5500
			s PA 5500 2000 400
			c A 2000 5900`, `
			1 handshake=midstream close=open suspected_rsts=1`},
	} {
		x.hold(t)
	}
}

// TestNeighboursSwapped: two packets that were captured in each other's place leave the verdict as it is.
func TestNeighboursSwapped(t *testing.T) {
	for _, x := range []saying{
		{"a SYN with FIN and its answer", `
			s SA 5000 1001
			c FS 1000
			c R 1001`, `
			1 handshake=probe probe_kind=syn_fin synack_frame=1 orig_port=40000`},
		{"and the RST that takes it back", `
			s SA 5000 1001
			c R 1001
			c FS 1000`, `
			1 handshake=probe probe_kind=syn_fin synack_frame=1 orig_port=40000`},
		{"the answer is another's", `
			s SA 5000 1001
			c FS 2000
			c R 1001`, `
			1 handshake=unsolicited probe_kind=`},
		{"a third packet with a wrong number and the SYN-ACK", `
			c S 1000
			c A 1001 429242
			s SA 5000 1001
			s R 429242`, `
			1 handshake=invalid close=none suspected_rsts=0 oddities=[ack_of_unsent_data]`},
		{"after which the right one comes", `
			c S 1000
			c A 1001 429242
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101`, `
			1 handshake=completed ack_frame=4 close=open`},
		{"it acknowledges what nobody saw, as behind the SYN-ACK it would", `
			c S 1000
			c A 1001 25001
			s SA 5000 1001`, `
			1 handshake=invalid ack_frame= resp_lost=0 oddities=[ack_of_unsent_data]`},
		{"it is right, and what it acknowledges was captured later", `
			c S 1000
			c A 1001 25001
			s SA 5000 1001
			s PA 24001 1001 1000`, `
			1 handshake=completed ack_frame=2 resp_payload=1000 resp_lost=19000`},
		{"the SYN-ACK is missed, and the FINs have no ACK", `
			c S 1000
			c A 1001 5001
			c F 1001
			s F 5001`, `
			1 handshake=completed_unseen missing=[synack] ack_frame=2 close=closed closed_by=both`},
	} {
		x.hold(t)
	}
}

// TestMissedBetween: what is behind another connection on the same ports was not open before the capture began.
func TestMissedBetween(t *testing.T) {
	in := acted(t, `
		c S 1000
		s SA 5000 1001
		c A 1001 5001
		c RA 1001 5001
		+30000 c PA 500001001 900005001 50
		s PA 900005001 500001051 60
		c PA 500001051 900005061 50
		s A 900005061 500001101`)
	for lang, want := range map[string][2]string{
		"en": {"Its opening was not captured, though it came after", "it lies behind the end of connection 1"},
		"es": {"No se capturó su apertura, aunque fue posterior", "es posterior al final de la conexión 1"},
	} {
		for _, w := range want {
			says(t, in, lang, "2", w, "before the capture", "antes de la captura", "before the first frame", "anterior a la primera")
		}
		for _, args := range [][]string{{in}, {"teach", in, "2"}} {
			if _, out, _ := portero(t, append(args, "--lang", lang)...); strings.Contains(flat(out), "before the capture") || strings.Contains(flat(out), "al empezar la captura") || strings.Contains(flat(out), "empezara la captura") {
				t.Error(args, out)
			}
		}
	}
}

func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

// says holds what `portero why` tells of a record, and what it must not.
func says(t *testing.T, in, lang, id, want string, never ...string) {
	t.Helper()
	_, out, _ := portero(t, "why", "--lang", lang, in, id)
	if !strings.Contains(flat(out), want) {
		t.Errorf("%s: no %q in\n%s", lang, want, out)
	}
	for _, n := range never {
		if strings.Contains(flat(out), n) {
			t.Errorf("%s: %q in\n%s", lang, n, out)
		}
	}
}
