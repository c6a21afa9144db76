package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portero/capture/pcapfile"
	"portero/internal/lab"
)

// The captures of testdata/lab are what the kernel did once: their verdicts, and
// their ladders in both languages.
func TestLabCaptures(t *testing.T) {
	t.Chdir("../../testdata/lab")
	files, err := filepath.Glob("*.pcapng")
	if err != nil || len(files) != len(lab.Scenarios()) {
		t.Fatalf("%d captures for %d scenarios: %v", len(files), len(lab.Scenarios()), err)
	}
	var all strings.Builder
	for _, f := range files {
		name := strings.TrimSuffix(f, ".pcapng")
		code, out, errs := portero(t, "read", "--format", "tsv", "--fields", "id,orig_port,resp_port,proto,handshake,handshake_kind,exchange,close,closed_by,confirmed_frame", f)
		if code != 0 {
			t.Errorf("%s: %s", f, errs)
		}
		fmt.Fprintf(&all, "# %s\n%s", name, out)
	}
	compare(t, "want.tsv", all.String())
	for _, x := range []struct{ name, conn string }{
		{"handshake", "1"}, {"refused", "1"}, {"filtered", "1"}, {"silent", "1"}, {"half-open", "1"}, {"lost-third-ack", "1"}, {"retransmission", "1"},
		{"delayed", "1"}, {"fast-open", "2"}, {"simultaneous-open", "1"}, {"half-close", "1"}, {"port-reuse", "2"}, {"deferred-accept", "1"}, {"udp-refused", "1"}, {"dns", "1"},
	} {
		for _, lang := range []string{"en", "es"} {
			code, out, errs := portero(t, "teach", "--lang", lang, x.name+".pcapng", x.conn)
			if code != 0 {
				t.Errorf("%s: %s", x.name, errs)
			}
			for _, l := range strings.Split(out, "\n") {
				if n := len([]rune(l)); n > 80 {
					t.Errorf("%s: %d columns: %s", x.name, n, l)
				}
			}
			compare(t, x.name+"."+lang+".txt", out)
		}
	}
}

// portero lab as somebody types it, without the kernel.
func TestLabCommand(t *testing.T) {
	code, out, errs := portero(t, "lab", "--lang", "es")
	if code != 0 || !strings.Contains(out, "telnet-in-clear") || !strings.Contains(out, "después: portero lab handshake") {
		t.Errorf("the list: %d %q %q", code, out, errs)
	}
	for _, l := range strings.Split(out, "\n") {
		if len([]rune(l)) > 80 {
			t.Errorf("too wide: %s", l)
		}
	}
	file := filepath.Join(t.TempDir(), "x.pcapng")
	code, out, errs = portero(t, "lab", "lost-third-ack", "--userspace", "--lang", "en", "--at", "server", "-w", file)
	if code != 0 {
		t.Fatalf("%d: %s", code, errs)
	}
	lines := strings.Split(out, "\n")
	if !strings.HasPrefix(lines[0], "Real packets between two TCP stacks inside this program") {
		t.Errorf("the first line does not say whose TCP it was: %q", lines[0])
	}
	for _, want := range []string{"SYN-RECEIVED", "------x", "at the server      completed", "S: 220 mail.example ready", "next: portero why"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	_, next, _ := strings.Cut(out, "next: portero ")
	if code, _, errs := portero(t, strings.Fields(next)...); code != 0 {
		t.Errorf("what it proposes next does not work: %s", errs)
	}
	for _, l := range lines {
		if n := len([]rune(l)); n > 80 && !strings.Contains(l, file) {
			t.Errorf("%d columns: %s", n, l)
		}
	}
	// At the server the lost packet was not heard.
	heard := strings.Count(out, "\n  1    |---- SYN") == 1 && strings.Contains(out, "\n  3    |<--- SYN,ACK")
	if !heard {
		t.Errorf("the third frame at the server should be the repeated SYN-ACK:\n%s", out)
	}
	if st, err := os.Stat(file); err != nil || st.Mode().Perm() != 0o600 || !pcapfile.IsCapture(file) {
		t.Errorf("%v %v", st, err)
	}
	if code, _, errs := portero(t, "lab", "dns", "--userspace", "-w", file); code != exitUsage || !strings.Contains(errs, "exists already") {
		t.Errorf("overwrote: %d %s", code, errs)
	}
	for _, x := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"lab", "handshak"}, exitUsage, "no scenario"},
		{[]string{"lab", "dns", "--at", "moon"}, exitUsage, "none of client, middle, server"},
		{[]string{"lab", "fast-open", "--userspace", "--lang", "en"}, exitDenied, "needs TCP Fast Open"},
		{[]string{"lab", "dns", "--step", "--format", "svg"}, exitUsage, "talk in the terminal"},
	} {
		if code, _, errs := portero(t, x.args...); code != x.code || !strings.Contains(errs, x.says) {
			t.Errorf("%v: %d %q", x.args, code, errs)
		}
	}
}

// Every form of a ladder can be had of a scenario; machine forms stay alone on
// standard output.
func TestLabForms(t *testing.T) {
	for form, begins := range map[string]string{"json": "{", "svg": "<svg", "mermaid": "sequenceDiagram", "html": "<!doctype html>"} {
		code, out, errs := portero(t, "lab", "dns", "--userspace", "--format", form)
		if code != 0 || !strings.HasPrefix(out, begins) || !strings.Contains(errs, "gVisor") {
			t.Errorf("%s: %d %.40q %q", form, code, out, errs)
		}
	}
}
