package findings

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestWeakSuites: what is weak about a cipher suite is in its name. testdata/suites.tsv has those of
// IANA's registry, and of drafts and programs that used numbers without asking.
func TestWeakSuites(t *testing.T) {
	list, err := os.ReadFile("testdata/suites.tsv")
	if err != nil {
		t.Fatal(err)
	}
	names := map[uint16]string{}
	for line := range strings.Lines(string(list)) {
		number, name, _ := strings.Cut(strings.TrimSpace(line), "\t")
		n, err := strconv.ParseUint(number, 16, 16)
		if err != nil {
			t.Fatal(err)
		}
		names[uint16(n)] = name
	}
	if len(names) < 300 {
		t.Fatalf("only %d suites", len(names))
	}
	for i := range 1 << 16 {
		c := uint16(i)
		words, want := strings.Split(names[c], "_"), ""
		for _, w := range [][2]string{{"EXPORT", "EXPORT"}, {"EXPORT1024", "EXPORT"}, {"NULL", "NULL"}, {"RC4", "RC4"}, {"3DES", "3DES"}, {"DES", "DES"}, {"anon", "anonymous"}} {
			if want == "" && slices.Contains(words, w[0]) {
				want = w[1]
			}
		}
		if names[c] == "TLS_SHA256_SHA256" || names[c] == "TLS_SHA384_SHA384" {
			want = "NULL" // they prove who sends, and hide nothing
		}
		if got := weakSuite(c); got != want {
			t.Errorf("%#04x %s: %q, want %q", c, names[c], got, want)
		}
	}
}
