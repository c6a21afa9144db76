package main

import (
	"regexp"
	"slices"
	"testing"

	"portero/internal/findings"
)

// A blank stands between how grave a finding is and what it is, however long the word.
func TestFindingHeads(t *testing.T) {
	for _, lang := range []string{"en", "es"} {
		_, out, _ := portero(t, "findings", "--lang", lang, "../../testdata/backscatter-many/in.pcap", "../../testdata/cleartext-logins/in.pcap")
		heads := regexp.MustCompile(`(?m)^(info|low|medium|high|informativa|baja|media|alta) +[a-z-]+: `).FindAllString(out, -1)
		if all := regexp.MustCompile(`(?m)^[a-z].*: `).FindAllString(out, -1); len(heads) < 2 || len(heads) != len(all) {
			t.Errorf("%s: %q of %q", lang, heads, all)
		}
	}
}

// --fail-on counts what is as grave as it says or graver, and nothing that is muted; what a policy does
// not expect counts without it.
func TestFailOn(t *testing.T) {
	for _, floor := range append([]string{""}, findings.Severities()...) {
		for i, severity := range findings.Severities() {
			w := watchFlags{failOn: floor}
			want := floor != "" && i >= slices.Index(findings.Severities(), floor)
			if got := w.verdict([]findings.Finding{{Kind: "beacon", Severity: severity}}, false) != nil; got != want {
				t.Errorf("--fail-on %q, a finding of %s: %v", floor, severity, got)
			}
			if w.verdict([]findings.Finding{{Kind: "beacon", Severity: severity, Muted: "ours"}, {Kind: "not-in-policy", Severity: severity, Muted: "ours"}}, false) != nil {
				t.Errorf("--fail-on %q: what is muted counts", floor)
			}
			if w.verdict([]findings.Finding{{Kind: "beacon", Muted: "ours"}, {Kind: "not-in-policy", Severity: severity}}, false) == nil {
				t.Errorf("--fail-on %q: what the policy does not expect does not count", floor)
			}
		}
	}
}
