package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Of several inputs, findings prove themselves by the frames that each input alone has, and say
// of which it is; counted through all inputs they name none.
func TestFindingsOfSeveralInputs(t *testing.T) {
	lead := "../../testdata/completed/in.pcap"
	for _, name := range []string{"cleartext-logins", "amplification", "dns-tunnel", "arp-sweep", "port-scan", "ssh-on-443", "old-trojan-port"} {
		in := "../../testdata/" + name + "/in.pcap"
		alone := foundIn(t, in)
		both := foundIn(t, lead, in)
		if len(alone) == 0 || len(alone) != len(both) {
			t.Fatalf("%s: %d findings alone, %d behind another", name, len(alone), len(both))
		}
		merged := foundIn(t, "--frames", "merged", lead, in)
		for i, f := range alone {
			if f["files"] != nil {
				t.Errorf("%s: one input is named: %v", name, f["files"])
			}
			g := both[i]
			n := len(strings.Fields(fmt.Sprint(f["frames"])))
			if want := strings.Join(slices.Repeat([]string{in}, n), "|"); g["frames"] != f["frames"] || g["files"] != want {
				t.Errorf("%s, %v: frames %v of %v, alone %v", name, f["kind"], g["frames"], g["files"], f["frames"])
			}
			if m := merged[i]; m["frames"] == f["frames"] || m["files"] != nil {
				t.Errorf("%s: counted through all inputs, frames %v of %v", name, m["frames"], m["files"])
			}
		}
		_, text, _ := portero(t, "findings", lead, in)
		if want := "of " + in; !strings.Contains(strings.Join(strings.Fields(text), " "), want) {
			t.Errorf("%s: the text names no input:\n%s", name, text)
		}
		if _, text, _ := portero(t, "findings", in); strings.Contains(text, in) {
			t.Errorf("%s: the text names the only input:\n%s", name, text)
		}
	}
}

func foundIn(t *testing.T, args ...string) (all []map[string]any) {
	t.Helper()
	_, out, _ := portero(t, append([]string{"findings", "--format", "ndjson"}, args...)...)
	for line := range strings.Lines(out) {
		var f map[string]any
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
	return all
}

// What ports and policy name as proof says of which input it is.
func TestProofOfSeveralInputs(t *testing.T) {
	lead, in := "../../testdata/completed/in.pcap", "../../testdata/cleartext-logins/in.pcap"
	_, out, _ := portero(t, "ports", "--format", "ndjson", lead, in)
	if !strings.Contains(out, `"proof_file":"`+in+`"`) || !strings.Contains(out, `"proof_file":"`+lead+`"`) {
		t.Errorf("ports name no input: %s", out)
	}
	if _, alone, _ := portero(t, "ports", in); strings.Contains(alone, "file") {
		t.Errorf("ports name the only input: %s", alone)
	}
}
