package main

import (
	"strings"
	"testing"

	"portero/internal/words"
)

// Root in a container lacks the capability as anybody does: sudo would give it nothing more.
func TestRootWithoutTheRight(t *testing.T) {
	for _, l := range []words.Lang{words.English, words.Spanish} {
		got := deniedFor(l, "eth0", "/usr/bin/portero", "root", true, false)
		if !strings.HasPrefix(got, "eth0: ") || !strings.Contains(got, "root") || !strings.Contains(got, "--cap-add NET_RAW") || strings.Contains(got, "sudo portero") || strings.Contains(got, "no_new_privs") {
			t.Error(got)
		}
	}
}
