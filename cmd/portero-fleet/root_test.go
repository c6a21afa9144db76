package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestWrongWordsAreErrorsOfUsage(t *testing.T) {
	for args, code := range map[string]int{
		"help": 0, "help sensor": 0, "help completion bash": 0, "completion": 0, "completion bash": 0, "completion fish --help": 0, "__complete st": 0,
		"help nosuch": 2, "help sensor nosuch": 2, "completion nosuch": 2, "completion bash nosuch": 2, "nosuch": 2, "sensor --nosuch": 2,
	} {
		var out, errw bytes.Buffer
		if got := run(strings.Fields(args), &out, &errw); got != code {
			t.Errorf("%s: exit status %d, want %d\n%s%s", args, got, code, out.String(), errw.String())
		}
		if code == 2 && (out.Len() > 0 || !strings.Contains(errw.String(), "nosuch")) {
			t.Errorf("%s: %q, %q", args, out.String(), errw.String())
		}
		if code == 0 && out.Len() == 0 {
			t.Errorf("%s: nothing is shown", args)
		}
	}
}
