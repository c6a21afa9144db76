package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is said of a capture names its frame as that input numbers it, and the input where there are several.
func TestRemarksOfSeveralInputs(t *testing.T) {
	lead, in := "../../testdata/completed/in.pcap", "../../testdata/bad-checksum-rst/in.pcap"
	flat := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	for _, c := range []struct {
		args       []string
		want, none string
	}{
		{[]string{in}, "(first: frame 8)", in + ")"},
		{[]string{lead, in}, "(first: frame 8 of " + in + ")", "(first: frame 8)"},
		{[]string{"--lang", "es", lead, in}, "(la primera: trama 8 de " + in + ")", "trama 8)"},
		{[]string{"--anonymize", lead, in}, "(first: frame 8 of capture 2)", in},
	} {
		_, out, _ := portero(t, c.args...)
		if s := flat(out); !strings.Contains(s, c.want) || strings.Contains(s, c.none) {
			t.Errorf("%v:\n%s", c.args, out)
		}
	}
	if _, out, _ := portero(t, "--frames", "merged", lead, in); strings.Contains(flat(out), "(first: frame 8)") || strings.Contains(flat(out), in+")") || !strings.Contains(flat(out), "(first: frame ") {
		t.Errorf("counted through all inputs:\n%s", out)
	}
	page := filepath.Join(t.TempDir(), "x.html")
	if code, _, errs := portero(t, "report", lead, in, "-o", page); code != 0 {
		t.Fatal(errs)
	}
	if b, err := os.ReadFile(page); err != nil || !strings.Contains(string(b), " 8 <span class=\"en\" lang=\"en\">of</span>") || !strings.Contains(string(b), "<bdi>"+in+"</bdi>)</small>") {
		i := strings.Index(string(b), "first: frame")
		t.Errorf("the page: %v %.300s", err, string(b)[max(i, 0):])
	}
}
