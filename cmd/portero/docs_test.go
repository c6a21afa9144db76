package main

import (
	"os"
	"path/filepath"
	"regexp"
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

// TestFlagsAreFound: the README says where flags are explained, and each of a verb is in both places.
func TestFlagsAreFound(t *testing.T) {
	b, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, where := range []string{"`--help`", "`portero man why | man -l -`", "`portero completion bash`"} {
		if !strings.Contains(string(b), where) {
			t.Errorf("the README does not name %s", where)
		}
	}
	flag := regexp.MustCompile(`(?m)^ +(?:-\w, )?(--[a-z-]+)`)
	for _, verb := range strings.Fields("read live why teach ports hosts findings policy diff extract report exercise lab catalog interfaces explain") {
		_, help, _ := portero(t, verb, "--help")
		_, page, _ := portero(t, "man", verb)
		all := flag.FindAllStringSubmatch(help, -1)
		for _, f := range all {
			if page = strings.ReplaceAll(page, `\-`, "-"); !strings.Contains(page, f[1]) {
				t.Errorf("portero man %s does not explain %s", verb, f[1])
			}
		}
		if len(all) < 3 {
			t.Errorf("portero %s --help lists %d flags", verb, len(all))
		}
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
