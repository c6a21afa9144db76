package main

import (
	"fmt"
	"strings"
	"testing"
)

// TestDamagedFlags: where a bit of the flags of the first packet of an end was damaged on the way, so that its receiver threw it away and
// it was sent again, all is said as if the damaged one had not been captured: no probe, no call that crosses, no answer to nothing.
func TestDamagedFlags(t *testing.T) {
	for name, pkts := range map[string]string{
		"closed by the originator":  "c S 1000\ns SA 5000 1001\nc A 1001 5001\nc PA 1001 5001 100\ns PA 5001 1101 30\nc FA 1101 5031\ns FA 5031 1102\nc A 1102 5032",
		"refused":                   "c S 1000\ns RA 0 1001",
		"half open":                 "c S 1000\ns SA 5000 1001",
		"aborted":                   "c S 1000\ns SA 5000 1001\nc R 1001",
		"calls that cross":          "c S 1000\ns S 5000\ns SA 5000 1001\nc SA 1000 5001\nc A 1001 5001\ns A 5001 1001\nc PA 1001 5001 10\ns A 5001 1011",
		"Fast Open":                 "c S 1000 0 100\ns SA 5000 1101\ns PA 5001 1101 40\nc A 1101 5041\nc PA 1101 5041 10\ns A 5041 1111",
		"Fast Open that is ignored": "c S 1000 0 100\ns SA 5000 1001\nc PA 1001 5001 100\ns A 5001 1101",
		"midstream":                 "c PA 1001 5001 100\ns PA 5001 1101 50\nc A 1101 5051\nc FA 1101 5051\ns FA 5051 1102\nc A 1102 5052",
	} {
		lines := strings.Split(pkts, "\n")
		for i := range 2 {
			fs := strings.Fields(lines[i])
			before, behind := strings.Join(lines[:i], "\n"), strings.Join(lines[i:], "\n")
			// In place of the damaged one a packet of another network keeps the frames what they are.
			spare := records(t, acted(t, strings.TrimSpace(before+"\nc S 77 0 0 v9\n+200 "+behind)))
			want := spare[1]
			if want["vlan"] != nil {
				want = spare[2]
			}
			for _, flag := range "FSRPA" {
				f := strings.ReplaceAll(fs[1], string(flag), "")
				if f == fs[1] {
					f += string(flag)
				}
				if f == "" {
					f = "-"
				}
				damaged := strings.Join(append([]string{fs[0], f}, fs[2:]...), " ") + " bad"
				got := records(t, acted(t, strings.TrimSpace(before+"\n"+damaged+"\n+200 "+behind)))
				if len(got) != 1 {
					t.Errorf("%s, packet %d as %q: %d records", name, i+1, damaged, len(got))
					continue
				}
				for _, k := range []string{"orig_port", "roles_by", "handshake", "handshake_kind", "missing", "probe_kind", "close", "closed_by", "orig_payload", "resp_payload", "orig_lost", "resp_lost",
					"syn_frame", "synack_frame", "ack_frame", "confirmed_frame", "rst_frame", "close_frames"} {
					if fmt.Sprint(got[1][k]) != fmt.Sprint(want[k]) {
						t.Errorf("%s, packet %d as %q: %s is %v, want %v", name, i+1, damaged, k, got[1][k], want[k])
					}
				}
			}
		}
	}
}

// TestWhyDamagedFlags: `why` has nothing happen at such a packet.
func TestWhyDamagedFlags(t *testing.T) {
	_, out, _ := portero(t, "why", acted(t, "c SF 1000 0 0 bad\n+200 c S 1000\ns S 5000 1001 0 bad\n+200 s SA 5000 1001\nc A 1001 5001"), "1")
	if !strings.Contains(out, "ignored    frame 1 (wrong checksum); frame 3 (wrong checksum)") || strings.Contains(out, "SYN-SENT > SYN-RECEIVED") {
		t.Error(out)
	}
}

// TestDamagedNumber: where the number of a SYN, or of its answer, was damaged, and the good one was missed, its wrong checksum and what follows
// tell that it was missed, and no more.
func TestDamagedNumber(t *testing.T) {
	const rest = "\nc PA 1001 5001 100\ns A 5001 1101\ns PA 5001 1101 30\nc FA 1101 5031\ns FA 5031 1102\nc A 1102 5032"
	for _, seq := range []string{"1007", "999", "3000000000"} {
		saying{"a SYN " + seq, "c S " + seq + " 0 0 bad\ns SA 5000 1001\nc A 1001 5001" + rest, `
			1 handshake=completed_unseen handshake_kind=normal missing=[syn] close=closed closed_by=orig synack_frame=2 ack_frame=3 orig_payload=100 resp_payload=30 orig_lost=0 resp_lost=0`}.hold(t)
	}
	for _, seq := range []string{"4000", "3000000000"} {
		saying{"a SYN-ACK " + seq, "c S 1000\ns SA " + seq + " 1001 0 bad\nc A 1001 5001" + rest, `
			1 handshake=completed_unseen handshake_kind=normal missing=[synack] close=closed closed_by=orig syn_frame=1 ack_frame=3 orig_payload=100 resp_payload=30 orig_lost=0 resp_lost=0`}.hold(t)
	}
	for _, ack := range []string{"451042504", "6101"} {
		saying{"an acknowledgement " + ack, "c PA 1001 5001 100\ns PA 5001 " + ack + " 50 bad\nc A 1101 5051\nc FA 1101 5051\ns FA 5051 1102\nc A 1102 5052", `
			1 handshake=midstream close=closed closed_by=orig orig_payload=100 resp_payload=50 orig_lost=0 resp_lost=0`}.hold(t)
	}
	saying{"an acknowledgement in the first packet", "c PA 1001 5301 100 bad\ns PA 5001 1101 50\nc A 1101 5051\nc FA 1101 5051\ns FA 5051 1102\nc A 1102 5052", `
		1 handshake=midstream close=closed closed_by=orig orig_payload=100 resp_payload=50 orig_lost=0 resp_lost=0`}.hold(t)
	// Sums that a network card was to fill in are wrong, too, and the numbers right.
	saying{"unfinished sums", "c S 1000 0 0 bad\ns SA 5000 1001 0 bad\nc A 1001 5001" + rest, `
		1 handshake=completed close=closed syn_frame=1 synack_frame=2 ack_frame=3 orig_payload=100 resp_payload=30`}.hold(t)
}
