package main

import (
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Every verb and flag explains itself in Spanish too.
func TestHelpInSpanish(t *testing.T) {
	a := &app{out: io.Discard, err: io.Discard, in: strings.NewReader("")}
	used := map[string]bool{}
	check := func(where, s string) {
		if s == "" {
			return
		}
		used[s] = true
		if spanishHelp[s] == "" {
			t.Errorf("%s has no Spanish: %q", where, s)
		}
	}
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		if c.Hidden {
			return
		}
		check(c.CommandPath(), c.Short)
		check(c.CommandPath(), c.Long)
		if strings.Contains(c.Example, "    ") { // it holds words beside the commands
			check(c.CommandPath()+" example", c.Example)
		}
		flag := func(f *pflag.Flag) {
			if !f.Hidden {
				check(c.CommandPath()+" --"+f.Name, f.Usage)
			}
		}
		c.Flags().VisitAll(flag)
		c.PersistentFlags().VisitAll(flag)
		for _, s := range c.Commands() {
			walk(s)
		}
	}
	walk(a.root())
	for s := range spanishHelp {
		if !used[s] {
			t.Errorf("nothing says %q any more", s)
		}
	}
}

// What there is no help for, and no completion, is a mistake in the command line.
func TestUnknownTopics(t *testing.T) {
	for _, args := range [][]string{{"help", "nosuch"}, {"help", "read", "nosuch"}, {"completion", "nosuch"}} {
		code, out, errs := portero(t, args...)
		if code != exitUsage || !strings.Contains(errs, "unknown command") || out != "" {
			t.Errorf("%v: exit status %d, %q, says %q", args, code, out, errs)
		}
	}
	for _, args := range [][]string{{"help"}, {"help", "read"}, {"help", "completion", "bash"}, {"completion"}, {"completion", "bash"}} {
		if code, out, errs := portero(t, args...); code != exitOK || out == "" || errs != "" {
			t.Errorf("%v: exit status %d, says %q", args, code, errs)
		}
	}
}

func TestHelpSpeaksTheLocale(t *testing.T) {
	t.Setenv("LC_ALL", "es_ES.UTF-8")
	if _, out, _ := portero(t, "--help"); !strings.Contains(out, "Nunca envía un paquete") || !strings.Contains(out, "Opciones:") || strings.Contains(out, "Usage:") {
		t.Error(out)
	}
	t.Setenv("LC_ALL", "C.UTF-8")
	if _, out, _ := portero(t, "--help"); !strings.Contains(out, "never sends a packet") {
		t.Error(out)
	}
	if _, out, _ := portero(t, "man", "--lang", "es"); !strings.Contains(out, "Nunca envía un paquete") || !strings.Contains(out, ".SH OPCIONES") || strings.Contains(out, "Auto generated") || strings.Contains(out, "[=false]") {
		t.Error(out)
	}
	if _, out, _ := portero(t, "man", "live", "--lang", "es"); !strings.Contains(out, "pantalla") {
		t.Error(out)
	}
}
