package main

import (
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"portero/internal/record"
)

// TestPromise: what CHANGELOG.md promises to keep (verbs, flags, exit statuses,
// record keys and their kinds) is as testdata/promise.txt says. A line that goes
// breaks the promise and needs a new major version; -update writes new lines.
func TestPromise(t *testing.T) {
	const file = "testdata/promise.txt"
	var lines []string
	a := &app{out: io.Discard, err: io.Discard, in: strings.NewReader("")}
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		if c.Hidden {
			return
		}
		lines = append(lines, "verb "+c.CommandPath())
		flag := func(f *pflag.Flag) {
			if !f.Hidden && f.Name != "help" {
				lines = append(lines, strings.TrimSpace(fmt.Sprintf("flag %s --%s %s %s", c.CommandPath(), f.Name, f.Value.Type(), f.Shorthand)))
			}
		}
		c.LocalFlags().VisitAll(flag)
		for _, s := range c.Commands() {
			walk(s)
		}
	}
	walk(a.root())
	for _, f := range record.Schema() {
		lines = append(lines, fmt.Sprintf("key %s %d", f.Name, f.Kind))
	}
	for name, status := range map[string]int{"ok": exitOK, "found": exitFound, "usage": exitUsage, "damaged": exitDamaged, "denied": exitDenied} {
		lines = append(lines, fmt.Sprintf("exit %d %s", status, name))
	}
	sort.Strings(lines)
	got := strings.Join(lines, "\n") + "\n"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	now := map[string]bool{}
	for _, l := range lines {
		now[l] = true
	}
	for _, l := range strings.Split(strings.TrimSpace(string(b)), "\n") {
		if !now[l] {
			t.Errorf("promised and gone: %s", l)
		}
		delete(now, l)
	}
	for l := range now {
		t.Errorf("new and not written down: %s (go test ./cmd/portero -run TestPromise -update)", l)
	}
}
