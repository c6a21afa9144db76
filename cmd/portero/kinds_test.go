package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portero/internal/findings"
)

// kindCase is a capture in which a kind of finding is raised, or one that looks like it and raises none.
type kindCase struct {
	kind, what string
	raises     bool
	make       func(w *wire)
	policy     string // the lines of a policy that is given with it
	large      bool   // it is made for the test and not kept in testdata
}

// name is where the capture is kept.
func (c *kindCase) name() string {
	if c.raises {
		return c.kind + ".pcap"
	}
	return c.kind + "-innocent.pcap"
}

// TestKindsOfFindings: for every kind of finding there is a capture that raises it, and nothing else above info, and one of a
// neighbour that must not, read by the command as any file is. testdata/findings keeps them; -update makes them, and want.txt,
// which says what each is and what is found in it.
func TestKindsOfFindings(t *testing.T) {
	t.Parallel()
	const dir = "../../testdata/findings"
	var told strings.Builder
	told.WriteString("Captures for each kind of finding: one that raises it, and an innocent neighbour. Made, with what `portero findings` says of\nthem, by `go test ./cmd/portero -run TestKindsOfFindings -update`; do not edit. Those marked with * are too large to be kept.\n")
	seen := map[string]int{}
	for i := range kindCases {
		c := &kindCases[i]
		file := filepath.Join(t.TempDir(), "in.pcap")
		w := newWire(t, file)
		c.make(w)
		w.close()
		mark := ""
		if c.large {
			mark = " *"
		} else {
			file = kept(t, filepath.Join(dir, c.name()), file)
		}
		args := []string{"findings", "--lang", "en", "--threads", "1", "-q", "--format", "csv", file}
		if c.policy != "" {
			rules := filepath.Join(t.TempDir(), "policy")
			if err := os.WriteFile(rules, []byte(c.policy), 0o644); err != nil {
				t.Fatal(err)
			}
			args = append(args, "--policy", rules)
		}
		_, out, errs := portero(t, args...)
		fmt.Fprintf(&told, "\n%s%s: %s\n", c.name(), mark, c.what)
		found := false
		rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
		if err != nil || len(rows) == 0 {
			t.Fatalf("%s: %v %s", c.name(), err, errs)
		}
		for _, row := range rows[1:] {
			severity, kind, text := row[0], row[1], row[15]
			fmt.Fprintf(&told, "\t%s %s: %s\n", severity, kind, text)
			switch {
			case kind == c.kind:
				found = true
			case severity != "info":
				t.Errorf("%s: %s is found, too", c.name(), text)
			}
		}
		if found != c.raises {
			t.Errorf("%s (%s): found %v: %s%s", c.name(), c.what, found, out, errs)
		}
		if c.raises {
			seen[c.kind]++
		} else {
			seen[c.kind] += 10
		}
	}
	for _, k := range findings.Kinds() {
		if seen[k.ID] != 11 {
			t.Errorf("%s: a capture that raises it and one that does not", k.ID)
		}
	}
	compare(t, filepath.Join(dir, "want.txt"), told.String())
}

// kept holds a capture in testdata to the one that was made, and returns where it is.
func kept(t *testing.T, name, made string) string {
	t.Helper()
	b, err := os.ReadFile(made)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(name, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	old, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err, " (-update writes it)")
	}
	if !bytes.Equal(old, b) {
		t.Errorf("%s is not the capture that is made here: -update writes it", name)
	}
	return name
}
