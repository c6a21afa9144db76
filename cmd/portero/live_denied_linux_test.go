package main

import (
	"errors"
	"strings"
	"testing"

	"portero/capture/live"
	"portero/internal/words"
)

// Root in a container lacks the capability as anybody does: sudo would give it nothing more.
func TestRootWithoutTheRight(t *testing.T) {
	for _, l := range []words.Lang{words.English, words.Spanish} {
		got := deniedFor(l, "eth0", "/usr/bin/portero", "root", true, false)
		if !strings.HasPrefix(got, "eth0: ") || !strings.Contains(got, "root") || !strings.Contains(got, "--cap-add NET_RAW") || strings.Contains(got, "sudo "+forSudo()) || strings.Contains(got, "no_new_privs") {
			t.Error(got)
		}
	}
}

// What to grant are commands to copy, each in a line of its own; a name makes none.
func TestGrantsAreLines(t *testing.T) {
	var out strings.Builder
	for _, l := range []words.Lang{words.English, words.Spanish} {
		say(&out, errors.Join(denied(l, &live.PermissionError{Interface: "e\n  rm -r x"}), errors.New("a\nb")), l)
	}
	got := out.String()
	if n := strings.Count(got, "\n  "); n < 8 || strings.Contains(got, "\n  rm") || strings.Contains(got, "\nb") || strings.Count(got, "\nportero: ") != 3 {
		t.Error(got)
	}
	for _, line := range strings.Split(got, "\n") {
		if strings.Contains(line, "?") && !strings.Contains(line, "e?  rm") && !strings.HasSuffix(line, "a?b") {
			t.Errorf("a line is joined to another: %s", line)
		}
	}
}
