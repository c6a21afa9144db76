package main

import (
	"regexp"
	"testing"
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
