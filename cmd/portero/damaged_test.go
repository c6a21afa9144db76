package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

// TestCutWindow: a window that was cut is not taught.
func TestCutWindow(t *testing.T) {
	for cut, says := range map[int]bool{48: false, 49: false, 54: true} {
		opening := strings.ReplaceAll("c S 1000 0 0 options cutN\ns SA 5000 1001 0 options cutN\nc A 1001 5001 0 cutN", "cutN", fmt.Sprint("cut", cut))
		code, out, errs := portero(t, "teach", acted(t, opening), "1")
		if code != 0 || strings.Contains(out, "window") != says || !strings.Contains(out, "seq 1000") {
			t.Errorf("cut at %d: %d %s\n%s", cut, code, errs, out)
		}
	}
}

// TestDamaged holds records to what was sent, where segments are forged or damaged, and the capture
// lacks or cuts what there was.
func TestDamaged(t *testing.T) {
	for _, x := range []saying{
		{"a length broken on its way is thrown away with its packet", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s A 5001 1001 0 longer2
			s PA 5001 1001 10
			s FA 5011 1001 0 longer4096
			c A 1001 5011
			+200 s FA 5011 1001
			c FA 1001 5012
			s A 5012 1002`, `
			1 handshake=completed close=closed closed_by=resp resp_payload=10 resp_lost=0 resp_retrans=0`},
		{"a frame that a tool cut and says nothing of keeps its length", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s PA 5001 1001 10 bad longer20
			c A 1001 5031
			s PA 5031 1001 10`, `
			1 handshake=completed close=open resp_payload=20 resp_lost=0`},
		{"Zeek drops a segment for its sum, and misses its octets when they are acknowledged", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100 bad
			s A 5001 1101
			s PA 5001 1101 50
			c A 1101 5051
			c FA 1101 5051
			s FA 5051 1102
			c A 1102 5052`, `
			1 handshake=completed close=closed history=ShACaGdFf`},
		{"two segments in a row far ahead are forged", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101
			c PA 1000000 5001 500
			c PFA 1000500 5001 500
			c PA 1101 5001 100
			s PA 5001 1201 100
			c FA 1201 5101
			s FA 5101 1202
			c A 1202 5102`, `
			1 handshake=completed close=closed closed_by=orig orig_payload=200 resp_payload=100 orig_lost=0 orig_retrans=0`},
		{"forged in the window, and never acknowledged", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101
			c PA 41000 5001 500
			c PA 41500 5001 500
			c PA 1101 5001 100
			s PA 5001 1201 100
			c FA 1201 5101
			s FA 5101 1202
			c A 1202 5102`, `
			1 handshake=completed close=closed closed_by=orig orig_payload=200 resp_payload=100 orig_lost=0`},
		{"a stretch of both sides is missing", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101
			c PA 1000000 5001 500
			c PA 1000500 5001 500
			s A 5001 1001000
			c PA 1001000 5001 100
			s A 5001 1001100`, `
			1 handshake=completed close=open orig_payload=1200`},
		{"a stretch of both sides is missing before the end", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101
			c PA 1000000 5001 500
			c PA 1000500 5001 500
			c FA 1001000 5001
			s FA 5001 1001001
			c A 1001001 5002`, `
			1 handshake=completed close=closed closed_by=orig orig_payload=1100`},
		{"a stretch is missing, and only one side was ever seen", `
			c S 1000
			c A 1001 5001
			c PA 1001 5001 100
			c PA 1000000 5001 500
			c PA 1000500 5001 500
			c FA 1001000 5001`, `
			1 handshake=implied close=half_closed orig_payload=1100`},
		{"a forged FIN ahead, and then the one that the peer waits for", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101
			c FA 41000 5001
			s A 5001 1101
			c PA 1101 5001 100
			s PA 5001 1201 100
			c A 1201 5101
			s FA 5101 1201
			c FA 1201 5102
			s A 5102 1202`, `
			1 handshake=completed close=closed closed_by=resp orig_payload=200`},
		{"another FIN behind the FIN", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101
			c FA 1101 5001
			s FA 5001 1102
			c FA 1102 5002
			s A 5002 1102`, `
			1 handshake=completed close=closed orig_payload=100`},
		{"damaged in the window, its number too, and what it was follows", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101
			c PA 41000 5001 500 bad
			s A 5001 1101
			c PA 1101 5001 500
			s A 5001 1601`, `
			1 handshake=completed close=open orig_payload=600 orig_lost=0 orig_ooo=0 orig_retrans=0`},
		{"damaged in the window, its number too, and all that it claims is overtaken", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			c PA 1150 5001 100 bad
			c PA 1101 5001 100
			s A 5001 1201
			c PA 1201 5001 100
			s A 5001 1301
			c R 1301`, `
			1 handshake=completed close=reset orig_payload=300 orig_lost=0 orig_ooo=0 orig_retrans=0 suspected_rsts=0`},
		{"damaged behind what is missing, and acknowledged with it", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			c PA 1201 5001 100 bad
			s A 5001 1301`, `
			1 handshake=completed orig_payload=200 orig_lost=100`},
		{"damaged behind what is missing, and acknowledged with what is missing behind it", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			c PA 1201 5001 100 bad
			s A 5001 1401`, `
			1 handshake=completed orig_payload=200 orig_lost=200`},
		{"damaged behind what is missing, which is acknowledged without it", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			c PA 1201 5001 100 bad
			s A 5001 1201`, `
			1 handshake=completed orig_payload=200 orig_lost=100`},
		{"damaged behind what is missing, and its sender goes on behind it", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			c PA 1201 5001 100 bad
			c PA 1301 5001 100
			s A 5001 1401`, `
			1 handshake=completed orig_payload=300 orig_lost=100 orig_ooo=0`},
		{"damaged, captured before what lies before it, and acknowledged", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			c PA 1201 5001 100 bad
			s A 5001 1101
			c PA 1101 5001 100
			s A 5001 1301`, `
			1 handshake=completed orig_payload=300 orig_lost=0 orig_retrans=0`},
		{"damaged, captured before what lies before it, and sent again", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			c PA 1201 5001 100 bad
			c PA 1101 5001 100
			s A 5001 1201
			+200 c PA 1201 5001 100
			s A 5001 1301`, `
			1 handshake=completed orig_payload=300 orig_lost=0 orig_retrans=1`},
		{"damaged behind what is missing, and a part of it is acknowledged", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			c PA 1201 5001 100 bad
			s A 5001 1237`, `
			1 handshake=completed orig_payload=200 orig_lost=100`},
		{"a network card put segments together, and left the checksum of one", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 100
			s A 5001 1101 2896 bad`, `
			1 handshake=completed confirmed_frame=5 orig_payload=100 resp_payload=2896 quality=[offload_checksums_resp] oddities=`},
		{"the first segment is damaged, its number too", `
			c PA 900001001 5001 100 bad
			+300 c PA 1001 5001 100
			s A 5001 1101
			s PA 5001 1101 50
			c A 1101 5051`, `
			1 handshake=midstream orig_payload=100 resp_payload=50 orig_ooo=0 oddities= quality=[bad_checksums]`},
		{"the first segment is damaged, its acknowledgement too", `
			c PA 1001 90005001 100 bad
			+300 c PA 1001 5001 100
			s A 5001 1101
			s PA 5001 1101 50
			c A 1101 5051`, `
			1 handshake=midstream orig_payload=100 resp_payload=50 resp_lost=0 resp_ooo=0`},
		{"the first segment is damaged, its numbers are not", `
			c PA 1001 5001 100 bad
			+300 c PA 1001 5001 100
			s A 5001 1101`, `
			1 handshake=midstream orig_payload=100 orig_retrans=1`},
		{"the first segment is damaged, and is no FIN", `
			s FA 5001 1001 0 bad
			c PA 1001 5001 100
			s A 5001 1101
			s PA 5001 1101 100
			c A 1101 5101`, `
			1 handshake=midstream close=open orig_payload=100 resp_payload=100`},
		{"a SYN with data is damaged", `
			c S 1000 0 50 bad
			+300 c S 1000 0 50
			s SA 5000 1051
			c A 1051 5001
			c PA 1051 5001 10
			s A 5001 1061`, `
			1 handshake=completed handshake_kind=fast_open orig_payload=60`},
		{"sums that are never finished are offload, whatever one of them says", `
			c PA 1001 5001 100 bad
			s A 5001 1101
			c A 1101 5001
			c PA 1101 5001 100 bad
			s A 5001 1201`, `
			1 handshake=midstream orig_payload=200 orig_lost=0`},
		{"cut behind the flags: neither window nor options are known", `
			c S 1000 0 0 options cut48
			s SA 5000 1001 0 options cut48
			c A 1001 5001 0 cut48
			c PA 1001 5001 100 cut48
			s PA 5001 1101 1400 cut48
			c A 1101 6401 0 cut48
			c R 1301 0 0 cut48`, `
			1 handshake=completed close=reset suspected_rsts=0 orig_payload=100 resp_payload=1400 zero_windows=0 sack= timestamps= mptcp= orig_wscale= tfo=false ecn=false`},
		{"cut behind the window", `
			c S 1000 0 0 options cut54
			s SA 5000 1001 0 options cut54
			c A 1001 5001 0 cut54
			c PA 1001 5001 100 cut54
			s PA 5001 1101 1400 cut54
			c PA 701001 6401 100 cut54
			s A 6401 701101 0 cut54`, `
			1 handshake=completed orig_payload=200 orig_lost=699900 oddities= sack= timestamps= orig_wscale=`},
		{"cut behind the options", `
			c S 1000 0 0 options cut66
			s SA 5000 1001 0 options cut66
			c A 1001 5001 0 cut54`, `
			1 handshake=completed sack=true timestamps=false orig_wscale=7`},
		{"a refusal is captured before what it refuses", `
			s RA 0 1001
			c S 1000`, `
			1 handshake=refused orig_port=40000 syn_frame=2 suspected_rsts=0`},
		{"and that is sent again", `
			s RA 0 1001
			c S 1000
			+1000 c S 1000
			s RA 0 1001`, `
			1 handshake=refused orig_port=40000 syn_retries=1`},
		{"and another attempt follows", `
			s RA 0 1001
			c S 1000
			+1000 c S 77000
			s SA 5000 77001
			c A 77001 5001`, `
			1 handshake=refused orig_port=40000
			2 handshake=completed reuses=1`},
		{"a RST that answers something else", `
			s RA 0 7001
			c S 1000`, `
			1 handshake=unsolicited
			2 handshake=no_answer reuses=1`},
		{"a probe is captured after its answer", `
			s RA 0 1001
			c F 1000`, `
			1 handshake=probe probe_kind=fin orig_port=40000 close=none`},
		{"a probe without flags too", `
			s RA 0 1000
			c - 1000`, `
			1 handshake=probe probe_kind=null orig_port=40000 close=none`},
		{"all of the answering side is captured first, its RST too", `
			s SA 5000 1001
			s A 5001 1101
			s PA 5001 1101 200
			s RA 5201 1101
			c S 1000
			c A 1001 5001
			c PA 1001 5001 100
			c A 1101 5201`, `
			1 handshake=completed close=reset closed_by=resp orig_payload=100 resp_payload=200`},
		{"data on the SYN is accepted before it was captured", `
			s SA 5000 1101
			c S 1000 0 100
			s PA 5001 1101 200
			c A 1101 5201`, `
			1 handshake=completed handshake_kind=fast_open syn_frame=2 orig_payload=100`},
		{"a large segment with a wrong checksum comes again in two, the second of them first", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s PA 5001 1001 10
			s PA 5011 1001 200 bad
			s PA 5111 1001 100
			c A 1001 5011
			+200 s PA 5011 1001 100
			c A 1001 5211`, `
			1 handshake=completed resp_payload=210 resp_lost=0`},
		{"octets with a wrong checksum and number, beside a FIN that was missed", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s PA 5001 1001 40
			c A 1001 5041
			s PA 5017 1001 40 bad
			c A 1001 5042`, `
			1 handshake=completed close=open resp_payload=40 resp_lost=0`},
		{"octets with a wrong number behind the FIN are left out once", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s PA 7049 1001 20 bad
			s PA 5001 1001 20
			c A 1001 5021
			s FA 5021 1001
			c FA 1001 5022
			s A 5022 1002`, `
			1 handshake=completed close=closed resp_payload=20 resp_lost=0`},
		{"octets whose number was broken too, and that nobody acknowledges, are none", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s A 5001 1001
			s PA 5129 1001 100 bad
			+200 s PA 5001 1001 100
			c A 1001 5101`, `
			1 handshake=completed resp_payload=100 resp_lost=0`},
		{"octets with a wrong checksum that came again, and are not acknowledged yet", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s A 5001 1001
			s PA 5001 1001 100 bad
			s PA 5101 1001 100
			s PA 5001 1001 100
			c PA 1001 5001 50
			c PA 1051 5001 50 bad
			+200 c PA 1051 5001 50`, `
			1 handshake=completed orig_payload=100 resp_payload=200 resp_lost=0`},
		{"a large segment with a wrong checksum behind what is missing comes again in two, the second of them first", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s PA 5001 1001 10
			s PA 5111 1001 200 bad
			s PA 5211 1001 100
			c A 1001 5011
			+200 s PA 5011 1001 100
			c A 1001 5111
			s PA 5111 1001 100
			c A 1001 5311`, `
			1 handshake=completed resp_payload=310 resp_lost=0`},
		{"a SYN with octets came broken, and comes again without them", `
			c S 1512 0 100 bad
			+1000 c S 1000
			s SA 5000 1001
			c PA 1001 5001 100
			s A 5001 1101`, `
			1 handshake=completed orig_payload=100 orig_lost=0 syn_frame=2`},
		{"octets with a wrong checksum are captured before the third packet, and taken all the same", `
			c S 1000
			s SA 5000 1001
			c PA 1001 5001 469 bad
			+0.01 c A 1001 5001
			s A 5001 1470
			s PA 5001 1470 10`, `
			1 handshake=completed ack_frame=4 orig_payload=469 orig_lost=0 orig_retrans=0`},
		{"they come where the third packet was missed", `
			c S 1000
			s SA 5000 1001
			c PA 1001 5001 10 bad
			s A 5001 1011
			s PA 5001 1011 20
			c A 1011 5021`, `
			1 handshake=completed_unseen missing=[ack] orig_payload=10 resp_payload=20 orig_lost=0`},
		{"captured before an older acknowledgement of their sender, and acknowledged", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 10
			s PA 5001 1011 30 bad
			+0.01 s A 5001 1011
			c A 1011 5031`, `
			1 handshake=completed orig_payload=10 resp_payload=30 resp_lost=0 resp_retrans=0`},
		{"the same, and its sender goes on behind them", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 10
			s PA 5001 1011 30 bad
			+0.01 s A 5001 1011
			s PA 5031 1011 20
			c A 1011 5051`, `
			1 handshake=completed resp_payload=50 resp_lost=0 resp_retrans=0`},
		{"the same, but their number was broken too: their sender goes on before them", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			c PA 1001 5001 10
			s PA 5001 1011 30 bad
			+0.01 s A 5001 1011
			c A 1011 5001
			s PA 5001 1011 20
			c A 1011 5021`, `
			1 handshake=completed resp_payload=20 resp_lost=0 resp_retrans=0`},
		{"two in a row, the second captured first, and acknowledged", `
			c S 1000
			s SA 5000 1001
			c A 1001 5001
			s PA 5001 1001 5
			c A 1001 5006
			s PA 5036 1001 3 bad
			s PA 5006 1001 30 bad
			c A 1001 5039`, `
			1 handshake=completed resp_payload=38 resp_lost=0 resp_retrans=0`},
		{"they are all that came, and nobody took them", `
			c S 1000
			s SA 5000 1001
			c PA 1001 5001 10 bad`, `
			1 handshake=half_open orig_payload=0`},
	} {
		x.hold(t)
	}
}

// TestAnonymousCuts: a capture without names claims no more than the one it was made of.
func TestAnonymousCuts(t *testing.T) {
	for _, cut := range []int{48, 54, 58, 60, 66} {
		in := acted(t, strings.ReplaceAll("c S 1000 0 0 options cutN\ns SA 5000 1001 0 options cutN\nc A 1001 5001 0 cutN\nc PA 1001 5001 100 cutN\ns A 5001 1101 0 cutN", "cutN", fmt.Sprint("cut", cut)))
		out := filepath.Join(t.TempDir(), "out.pcapng")
		if code, _, errs := portero(t, "read", "--anonymize", "-w", out, in); code != 0 {
			t.Fatal(code, errs)
		}
		a, b := records(t, in)[1], records(t, out)[1]
		for _, k := range []string{"handshake", "orig_mss", "orig_wscale", "sack", "timestamps", "mptcp", "ecn", "orig_payload", "quality", "orig_wire_bytes"} {
			if x, y := fmt.Sprint(a[k]), fmt.Sprint(b[k]); x != y {
				t.Errorf("cut at %d: %s is %s, and was %s", cut, k, y, x)
			}
		}
	}
}
