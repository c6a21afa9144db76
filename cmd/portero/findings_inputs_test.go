package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"portero/internal/findings"
	"portero/internal/words"
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

// What ports, policy and report name as proof says of which input it is, and a single input is not named.
func TestProofOfSeveralInputs(t *testing.T) {
	const lead, in, rules, page = "a.pcap", "b.pcap", "doors.txt", "page.html"
	dir := t.TempDir()
	for name, from := range map[string]string{lead: "../../testdata/completed/in.pcap", in: "../../testdata/cleartext-logins/in.pcap"} {
		b, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(dir)
	if err := os.WriteFile(rules, []byte("10.20.0.250 80/tcp\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"ports"}, {"policy", rules}} {
		_, alone, _ := portero(t, append(args, in)...)
		_, both, errs := portero(t, append(args, lead, in)...)
		_, machine, _ := portero(t, append(args, "--format", "ndjson", lead, in)...)
		wide := args[0] == "policy" // the table of ports has room for it beyond 80 columns only
		if wide && !strings.Contains(both, in) || strings.Contains(alone, in) || !strings.Contains(machine, `"proof_file":"`+in+`"`) {
			t.Errorf("%s: alone\n%s\nbehind another\n%s\n%s%s", args[0], alone, both, machine, errs)
		}
	}
	if code, _, errs := portero(t, "report", "-o", page, lead, in); code != exitOK {
		t.Fatal(errs)
	}
	if b, err := os.ReadFile(page); err != nil || !strings.Contains(string(b), "9 ("+in+")") {
		t.Errorf("the report names no input beside the frame: %v", err)
	}
}

// Times for programs have nine digits, as in records: text that is sorted is in their order, also
// where a finding began on a whole second.
func TestFindingsTimesAreSorted(t *testing.T) {
	f := findings.Finding{Kind: "listener-new", First: 1_700_000_000_000_000_000, Last: 1_700_000_000_500_000_000}
	row := findingList([]findings.Finding{f}, words.English, true).rows[0]
	if a, b := row[10], row[11]; a != "2023-11-14T22:13:20.000000000Z" || b != "2023-11-14T22:13:20.500000000Z" {
		t.Error(a, b)
	}
}
