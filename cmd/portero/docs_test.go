package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDocsShowWhatHappens runs every command of the README and the tours that
// stands with its output ("$ portero ..." in a fence), errors included, and
// compares; -update writes the output.
func TestDocsShowWhatHappens(t *testing.T) {
	t.Chdir("../..")
	t.Setenv("LC_ALL", "C.UTF-8")
	docs, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, doc := range append(docs, "README.md") {
		b, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		const open = "```\n$ portero "
		text, rest, changed := "", string(b), false
		for {
			i := strings.Index(rest, open)
			if i < 0 {
				break
			}
			end := strings.Index(rest[i+4:], "\n```")
			if end < 0 {
				t.Fatalf("%s: a fence that does not end", doc)
			}
			block := rest[i+4 : i+4+end]
			line, want, _ := strings.Cut(block, "\n")
			_, got, errs := portero(t, shellWords(strings.TrimPrefix(line, "$ portero "))...)
			got = strings.Trim(got+errs, "\n")
			if got == "" {
				t.Errorf("%s: %s says nothing: it shows nobody anything", doc, line)
			}
			ran++
			if got != strings.Trim(want, "\n") {
				changed = true
				if !*update {
					t.Errorf("%s: %s now prints\n%s\n(go test ./cmd/portero -update writes it)", doc, line, got)
				}
			}
			text += rest[:i+4] + line + "\n" + got
			rest = rest[i+4+end:]
		}
		if changed && *update {
			if err := os.WriteFile(doc, []byte(text+rest), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if ran < 8 {
		t.Errorf("%d commands in the documents only", ran)
	}
}

// shellWords splits a command line at spaces, quotes aside.
func shellWords(s string) []string {
	var ws []string
	for i, part := range strings.Split(s, `"`) {
		if i%2 == 1 {
			ws = append(ws, part)
			continue
		}
		ws = append(ws, strings.Fields(part)...)
	}
	return ws
}
