package main

import (
	"io"
	"strings"
	"testing"

	"portero/internal/manual"
)

// Every verb and flag explains itself in Spanish too.
func TestHelpInSpanish(t *testing.T) {
	a := &app{out: io.Discard, err: io.Discard, in: strings.NewReader("")}
	lacking, idle := manual.Gaps(a.root(), spanishHelp)
	for _, s := range lacking {
		t.Errorf("has no Spanish: %q", s)
	}
	for _, s := range idle {
		t.Errorf("nothing says %q any more", s)
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
