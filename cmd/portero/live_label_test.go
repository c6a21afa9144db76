package main

import "testing"

// The name of an interface may hold nearly anything; counters are read all the same.
func TestLabelsOfMetrics(t *testing.T) {
	for in, want := range map[string]string{"eth0": "eth0", "a\"b\\c\nd": `a\"b\\c\nd`, "e\xffñ": "e\ufffdñ"} {
		if got := label(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
