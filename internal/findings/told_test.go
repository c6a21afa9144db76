package findings

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"portero/catalog"
	"portero/internal/record"
	"portero/internal/words"
)

// TestTold: what a user reads of every story is in testdata/told.txt, with when it was (seconds
// from the beginning of the story) and with the records and frames that are named for it.
func TestTold(t *testing.T) {
	var b strings.Builder
	for _, c := range slices.Concat(stories, forgeries, borders, office, partial, searches, shells) {
		var s story
		c.tell(&s)
		d := New(catalog.Default(), nil, 0)
		for i := range s.rs {
			d.Observe(&s.rs[i])
		}
		fs := d.Findings()
		if len(fs) == 0 {
			continue
		}
		fmt.Fprintf(&b, "%s\n", c.name)
		for i := range fs {
			f := &fs[i]
			since := func(at int64) float64 { return float64(at-1_700_000_000*sec) / 1e9 }
			fmt.Fprintf(&b, "\t%s: %s\n\t\t%s of %s, %s, %s, from %gs to %gs, records %v, frames %v\n", f.Kind, f.Text(words.English), f.Severity, f.Host(), record.ProtoName(f.Proto), f.Basis, since(f.First), since(f.Last), f.Records, f.Frames)
		}
	}
	const name = "testdata/told.txt"
	if *update {
		if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(string(got), "\n")
	for i, line := range strings.Split(b.String(), "\n") {
		if i >= len(want) || line != want[i] {
			t.Fatalf("%s, line %d: %q is new (run with -update and look at what changed)", name, i+1, line)
		}
	}
}
