package teach_test

import (
	"io"
	"regexp"
	"strings"
	"testing"

	"portero/internal/teach"
)

// familiar are words that address somebody as tú or vos.
var familiar = regexp.MustCompile(`(?i)(^|[^\pL])(tú|te|tu|tus|contigo|vos|oíste|hablas|sigues|tienes|puedes)($|[^\pL])`)

// Ladders, games and sheets in Spanish call nobody tú, and flags indicadores.
func TestSpanishIsImpersonal(t *testing.T) {
	for _, c := range tales() {
		out := write(t, func(w io.Writer) error { return draw(c.s, teach.Spanish).WriteText(w, teach.TextOptions{}) })
		if w := familiar.FindString(out); w != "" {
			t.Errorf("%s: %q in\n%s", c.name, w, out)
		}
	}
	s := teach.Exercise(conns(), teach.SheetOptions{Seed: 7, Level: teach.Hard, Lang: teach.Spanish})
	if out := write(t, s.WriteMarkdown) + write(t, s.WriteKeyMarkdown); strings.Contains(out, "flags") {
		t.Errorf("flags are indicadores:\n%s", out)
	}
}

// A page names its connection, and a sheet lets its cells wrap on a narrow screen.
func TestPagesForReaders(t *testing.T) {
	l := draw(tales()[0].s, teach.English)
	if got := l.Title(); got != "10.0.0.2:51514 > 10.0.0.1:80 - portero" {
		t.Error(got)
	}
	if page := write(t, teach.Exercise(conns(), teach.SheetOptions{}).WriteHTML); strings.Contains(page, "nowrap") {
		t.Error("cells do not wrap")
	}
}
