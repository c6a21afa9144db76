package main

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"portero/internal/words"
)

// TestProgressFits: the line of progress is never wider than the terminal, and says how
// much is left as long as there is room.
func TestProgressFits(t *testing.T) {
	for _, l := range []words.Lang{words.English, words.Spanish} {
		p := &progress{size: 4e9, lang: l}
		for w := -1; w < 130; w++ {
			s := p.line(1.5e9, 3_400_000, 42*time.Second, w)
			if n := utf8.RuneCountInString(s); n > max(w, 0) {
				t.Fatalf("%d columns: %q", w, s)
			}
			if w >= 20 && (!strings.Contains(s, " 38%") || !strings.Contains(s, l.Pick("1m10s left", "faltan 1m10s"))) {
				t.Errorf("%d columns: %q", w, s)
			}
			if w > 90 && !strings.Contains(s, l.Pick("81 k packets/s", "81 k paquetes/s")) {
				t.Errorf("%d columns: %q", w, s)
			}
		}
	}
}
