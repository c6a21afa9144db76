package main

import (
	"bytes"
	"strings"
	"testing"
)

// What is one of a few words the shell completes: questions, what they want to know, formats, languages, interfaces;
// not with names of files.
func TestCompletedWords(t *testing.T) {
	for _, c := range []struct{ line, want, directive string }{
		{"query |", "doors\ta host's doors", ":4"},
		{"query doors |", "host=\tan address", ":6"},
		{"query doors host=192.0.2.1 |", "from=\t", ":6"},
		{"query --format |", "\ncsv\njson\nndjson\ntable\ntsv\n", ":4"},
		{"status --format |", "\ntable\njson\nprometheus\n", ":4"},
		{"hub --lang |", "\nen\nes\n", ":4"},
		{"query --lang |", "\nen\nes\n", ":4"},
		{"hub |", "", ":4"},
		{"ingest |", "", ":16"}, // folders
		{"sensor lo|", "\nlo\n", ":0"},
		{"sensor nosuch/|", "", ":0"},
	} {
		var out, errw bytes.Buffer
		run(append([]string{"__complete"}, strings.Split(strings.TrimSuffix(c.line, "|"), " ")...), &out, &errw)
		if got := "\n" + out.String(); !strings.Contains(got, c.want) || !strings.HasSuffix(got, "\n"+c.directive+"\n") {
			t.Errorf("%s is completed by %q, not %q and %s", c.line, got, c.want, c.directive)
		}
		if strings.Contains(c.line, "host=") && strings.Contains(out.String(), "host=") {
			t.Errorf("%s: what is said is offered again: %q", c.line, &out)
		}
	}
}
