package main

import (
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"portero/catalog"
)

// Where a flag takes one of a few words the shell completes them, in every verb, and the
// verb takes each that is offered.
func TestCompletedWordsAreTaken(t *testing.T) {
	var verbs []*cobra.Command
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		verbs = append(verbs, c)
		for _, s := range c.Commands() {
			walk(s)
		}
	}
	walk(testApp(t).root())
	args := map[string][]string{"diff": {look, look}, "explain": {"443"}, "why": {look, "1"}, "teach": {look, "1"}, "live": {"--replay", look, "--speed", "1e6"}, "lab": nil, "interfaces": nil, "version": nil,
		"exercise": {look, "-o", "-"}}
	seen := 0
	for _, c := range verbs {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if !slices.Contains([]string{"format", "lang", "color", "frames", "fail-on", "level", "fsync", "at", "state"}, f.Name) || c.Hidden || f.Name == "at" && c.Name() == "ports" {
				return
			}
			path := strings.Fields(c.CommandPath())[1:]
			asked := append([]string{"__complete"}, path...)
			if f.Name == "state" {
				asked = append(asked, look)
			}
			_, out, _ := portero(t, append(asked, "--"+f.Name, "")...)
			values, rest, _ := strings.Cut(out, ":")
			if values == "" || !strings.HasPrefix(rest, "4") {
				t.Errorf("%v --%s completes %q", path, f.Name, out)
				return
			}
			for _, v := range strings.Fields(values) {
				seen++
				with, ok := args[c.Name()]
				if !ok {
					with = []string{look}
				}
				if c.Name() == "catalog" || c.Name() == "check" || c.Name() == "report" || c.Name() == "policy" || c.Name() == "extract" || c.Name() == "man" || f.Name == "fsync" {
					continue // they need more than a capture, and take no format
				}
				if code, _, errs := portero(t, slices.Concat(path, []string{"--" + f.Name, v}, with)...); code == exitUsage {
					t.Errorf("%v --%s %s: %s", path, f.Name, v, errs)
				}
			}
		})
	}
	for verb, want := range map[string]string{"man": "teach\tTell one", "live": "lo\n", "lab": "handshake\n", "catalog": "check\t"} {
		if _, out, _ := portero(t, "__complete", verb, ""); !strings.Contains(out, want) || !strings.Contains(out, ":4\n") {
			t.Errorf("%s completes %q", verb, out)
		}
	}
	// What is no verb is a capture: the shell completes it by its files (:0), beside the verbs that begin like it.
	for text, want := range map[string]string{"": "read\t", "wh": "why\t", "testdata/fir": ":0\n"} {
		if _, out, _ := portero(t, "__complete", text); !strings.Contains(out, want) || !strings.Contains(out, ":0\n") {
			t.Errorf("%q completes %q", text, out)
		}
	}
	// So is what a flag listens to, one interface behind another; and a flag of a verb is that of the verbs below it.
	for text, want := range map[string]string{"": "lo\n", "eth7,": "eth7,lo\n"} {
		if _, out, _ := portero(t, "__complete", "live", "-i", text); !strings.Contains("\n"+out, "\n"+want) || !strings.Contains(out, ":4\n") {
			t.Errorf("-i %q completes %q", text, out)
		}
	}
	for _, verb := range [][]string{{"catalog"}, {"catalog", "check"}} {
		if _, out, _ := portero(t, append(append([]string{"__complete"}, verb...), "--lang", "")...); out != "en\nes\n:4\n" {
			t.Errorf("%v --lang completes %q", verb, out)
		}
	}
	// Keys stand behind one another.
	for text, want := range map[string]string{"": "proto\n", "id,pro": "id,proto\n", "id,-pro": "id,-proto\n"} {
		if _, out, _ := portero(t, "__complete", "read", "--fields", text); !strings.Contains(out, want) || !strings.Contains(out, ":6\n") {
			t.Errorf("--fields %q completes %q", text, out)
		}
	}
	// Without a capture the states are this machine's sockets' as well.
	if _, out, _ := portero(t, "__complete", "ports", "--state", ""); !strings.Contains(out, "established\n") || !strings.Contains(out, "filtered\n") || strings.Count(out, "closed\n") != 1 {
		t.Errorf("ports --state completes %q", out)
	}
	if seen < 60 {
		t.Error("only", seen, "words were completed")
	}
}

func testApp(t *testing.T) *app {
	t.Helper()
	a := &app{in: strings.NewReader(""), out: io.Discard, err: io.Discard, ctx: t.Context()}
	a.cat = catalog.Default()
	return a
}
