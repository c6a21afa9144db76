package explain

import (
	"strings"
	"testing"

	"portero/catalog"
	lang "portero/internal/words"
)

// Of a word that stands with many ports the first are explained, some more named, and the rest is said to be there.
func TestNamesOfManyPortsAreBounded(t *testing.T) {
	const told, named = 6, 12
	c := catalog.Default()
	for _, w := range []string{"backdoor", "http", "trojan", "windows", "oracle"} {
		n := len(indexOf(c).find(w))
		es := byName(c, lang.English, w)
		more := es[len(es)-1].Text
		switch {
		case n <= told:
			if len(es) != n {
				t.Errorf("%s: %d entries of %d ports", w, len(es), n)
			}
		case len(es) != told+1 || !strings.HasPrefix(more, "also: ") || strings.Count(more, "/") != min(n-told, named) || strings.HasSuffix(more, "...") != (n > told+named):
			t.Errorf("%s: %d entries of %d ports, then %q", w, len(es), n, more)
		}
	}
}
