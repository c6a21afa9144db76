package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What a check found in a capture that ends inside a frame is found all the same: a script that waits for 1 is
// told, and told of the damage. Without anything found nobody knows what the lost part held.
func TestFoundInDamagedCapture(t *testing.T) {
	whole, err := os.ReadFile("../../testdata/port-scan/in.pcap")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := func(name, text string) string {
		to := filepath.Join(dir, name)
		if err := os.WriteFile(to, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return to
	}
	cut := file("cut.pcap", string(whole[:len(whole)-58]))
	narrow, wide := file("narrow", "192.0.2.99 80/tcp\n"), file("wide", "* 1-65535/tcp\n")
	for _, c := range []struct {
		args []string
		code int
	}{
		{[]string{"findings", "--fail-on", "medium"}, exitFound},
		{[]string{"findings", "--fail-on", "high"}, exitDamaged},
		{[]string{"findings"}, exitDamaged},
		{[]string{"read", "--fail-on", "medium"}, exitFound},
		{[]string{"read", "--policy", wide}, exitDamaged},
		{[]string{"read", "--policy", narrow}, exitFound},
		{[]string{"policy", narrow}, exitFound},
		{[]string{"policy", wide}, exitDamaged},
		{[]string{"report", "-o", filepath.Join(dir, "page.html"), "--fail-on", "medium"}, exitFound},
		{[]string{"live", "--format", "ndjson", "--speed", "100000", "--fail-on", "medium", "--replay"}, exitFound},
		{[]string{"live", "--format", "ndjson", "--speed", "100000", "--fail-on", "high", "--replay"}, exitDamaged},
	} {
		code, _, errs := portero(t, append(c.args, cut)...)
		if code != c.code || strings.Count(errs, "damaged at byte") != 1 {
			t.Errorf("%v: %d, want %d; %s", c.args, code, c.code, errs)
		}
	}
}
