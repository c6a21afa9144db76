package findings

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/FINDINGS.md and testdata/told.txt")

// TestDocument holds docs/FINDINGS.md to the kinds.
func TestDocument(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Findings\n\nWritten by `go test ./internal/findings -update`; do not edit. `portero findings FILE` lists them, `portero FILE` under its\ntable, `--fail-on SEVERITY` makes the exit status 1. observed: packets showed it. hint: a number alone, never above low.\n\nMachine formats carry them as `risks` of the record: what a record shows by itself, and the patterns that it is seen to be part of so\nfar (records that ended before there was a pattern do not have it; `portero findings --format ndjson` has all; where\nthere are several inputs, its `files` names that of each of `frames`, with | between them). What an override of\nthe catalogue mutes stays there, marked `muted` (docs/CATALOG.md). What is found in captures where nothing should be:\ndocs/FALSE_POSITIVES.md. Nothing is said of a port unless something answered there, nor of an end whose role is guessed, and the\nnumber of a caller means nothing. Each detector remembers within its share of a sixteenth of `--memory`, and of what others leave of theirs; what had no room is counted.\n")
	for _, k := range kinds {
		fmt.Fprintf(&b, "\n## %s\n\n%s (%s). Basis %s, at most %s, ATT&CK %s.\n\n- It usually means: %s\n- Innocent causes: %s\n- Next: %s\n", k.ID, k.Title[0], k.Title[1], k.Basis, k.Severity, k.Attack, k.Means[0], k.Innocent[0], k.Next[0])
		for _, p := range [][2]string{k.Title, k.Means, k.Innocent, k.Next} {
			if p[0] == "" || p[1] == "" || p[0] == p[1] {
				t.Errorf("%s: %q", k.ID, p)
			}
		}
	}
	fmt.Fprintf(&b, "\n## Thresholds\n\n%d ports of one machine or %d machines failed in %s, or %d let in for at most %d octets in that time; or in %s %d ports below %d of one machine or %d machines by a door that is for machines (low); %d odd segments; %d openings unfinished and four fifths of all in %s, %d where fewer than %d addresses leave them unanswered or take them back;\n%d datagrams that nobody answers, four fifths of all, in %s from %d addresses; %d resets in %s;\n%d octets and %d times the question, and where none was captured %d an answer (low from fewer than %d machines); %d short sessions in %s, %d in %s by FTP; %d calls at intervals whose median deviation is a tenth;\n%d clients in the dynamic range; %d machines administered; %d answers that nobody asked for in %s; %d octets and %d times what came back;\n%d octets of each side that look random; a door that is new after %s; %d names of %d octets on average under one domain in %s, or under none;\n%d addresses of one's own /16 asked for by ARP in %s at which nobody was seen.\n",
		scanPorts, scanHosts, scanWindow, letInHosts, lookOctets, slowWindow, slowLeast, slowPorts, slowLeast, stealth, floodMin, floodWindow, floodAlone, floodFrom, oneWayMin, floodWindow, oneWayFrom, resetMin, floodWindow, ampBytes, ampRatio, ampUnasked, ampFrom, guessMin, guessWindow, guessMinFTP, guessWindowFTP, beaconMin, dynClients, lateralMin, scatterMin, scanWindow, uploadBytes, uploadRatio, unknownLeast, learning, tunnelNames, tunnelLength, tunnelWindow, sweepHosts, sweepWindow)
	const name = "../../docs/FINDINGS.md"
	if *update {
		if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil || string(got) != b.String() {
		t.Errorf("%s is not what the kinds say (%v): run with -update", name, err)
	}
}
