package main

import (
	"strings"
	"testing"
)

// Of several words each that is not known is told, and a blank line stands between those that are.
func TestExplainSeveral(t *testing.T) {
	code, out, errs := portero(t, "explain", "nosuchword", "99999", "RST", "othernoword", "ACK")
	want := "portero: explain: \"nosuchword\" is no word that portero knows\nportero: explain: \"99999\" is no port: they go from 0 to 65535\nportero: explain: \"othernoword\" is no word that portero knows\n"
	if code != exitUsage || errs != want {
		t.Errorf("%d, says\n%s", code, errs)
	}
	if !strings.HasPrefix(out, "RST   flag\n") || strings.Count(out, "\n\n") != 1 || !strings.Contains(out, "\n\nACK   flag\n") {
		t.Errorf("%q", out)
	}
	if _, _, errs := portero(t, "explain", "65536", "--lang", "es"); errs != "portero: explain: \"65536\" no es un puerto: van de 0 a 65535\n" {
		t.Error(errs)
	}
	if _, _, errs := portero(t, "explain", "1-1024"); errs != "portero: explain: \"1-1024\" is no list of ports (22,80,137-139), or of more than are told at once (100)\n" {
		t.Error(errs)
	}
}
