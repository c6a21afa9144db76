package main

import (
	"bytes"
	"strings"
	"testing"

	"portero/internal/words"
)

// TestFaultsAreSaid: what a fault of portero's own has left out is told in both languages, with how much it is.
func TestFaultsAreSaid(t *testing.T) {
	for _, c := range []struct {
		n    uint64
		l    words.Lang
		says string
	}{{1, words.English, "what 1 flow said could not be read"}, {2, words.English, "what 2 flows said"}, {1, words.Spanish, "lo dicho en 1 flujo no se pudo leer"}, {3, words.Spanish, "lo dicho en 3 flujos"}} {
		var b bytes.Buffer
		(&app{err: &b}).sayFaults(c.n, c.l)
		if got := b.String(); !strings.HasPrefix(got, "portero: "+c.says) || strings.Count(got, "\n") != 1 || strings.Contains(got, "%") {
			t.Errorf("%d: %q", c.n, got)
		}
	}
}
