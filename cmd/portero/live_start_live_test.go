//go:build linux

package main

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"portero/internal/livetest"
)

// attempt runs portero live on side A until it ends, and says how.
func attempt(t *testing.T, n *livetest.Net, args ...string) (code int, errs string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := n.Command(livetest.A, append([]string{self, "live"}, args...)...)
	cmd.Env = append(os.Environ(), "PORTERO_MAIN=1")
	var errw bytes.Buffer
	cmd.Stderr = &errw
	if err := cmd.Run(); err != nil {
		if _, ok := err.(*exec.ExitError); !ok {
			t.Fatal(err)
		}
	}
	return cmd.ProcessState.ExitCode(), errw.String()
}

// A start that fails makes no file, replaces none, and takes none of earlier runs away.
func TestAStartThatFailsTouchesNothing(t *testing.T) {
	n := livetest.New(t)
	var l net.Listener
	n.Do(livetest.A, func() {
		var err error
		if l, err = net.Listen("tcp", "127.0.0.1:9777"); err != nil {
			t.Fatal(err)
		}
	})
	defer l.Close()
	dir := t.TempDir()
	there := map[string]string{"eth_00001_20260101000000.pcapng": "one", "eth_00002_20260101000001.pcapng": "two", "eth_00003_20260101000002.pcapng": "three", "old.pcapng": "four", "old.ndjson": "five"}
	for name, s := range there {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(s), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	in := func(name string) string { return filepath.Join(dir, name) }
	ring := []string{"va", "-w", in("eth.pcapng"), "-C", "100", "-W", "3"}
	forced := []string{"va", "-w", in("old.pcapng"), "-o", in("old.ndjson"), "--force"}
	fresh := []string{"va", "-w", in("new.pcapng"), "-o", in("new.ndjson")}
	for _, begin := range [][]string{ring, forced, fresh} {
		for _, x := range []struct {
			wrong []string
			said  string
		}{
			{[]string{"--metrics", "127.0.0.1:9777"}, "--metrics 127.0.0.1:9777: this port is taken"},
			{[]string{"--metrics", "192.0.2.1:9777"}, "--metrics 192.0.2.1:9777: cannot assign"},
			{[]string{"--to", "nowhere://x"}, "--to"},
			{[]string{"--mmdb", in("no.mmdb")}, "no.mmdb"},
			{[]string{"-i", "nosuchif"}, "nosuchif"},
		} {
			code, errs := attempt(t, n, append(begin, x.wrong...)...)
			if code != exitUsage || !strings.Contains(errs, x.said) {
				t.Errorf("%v %v: status %d, %s", begin, x.wrong, code, errs)
			}
		}
	}
	for said, args := range map[string][]string{
		"old.ndjson: exists already":                      {"va", "-w", in("eth.pcapng"), "-C", "100", "-W", "3", "-o", in("old.ndjson")},
		"old.pcapng: exists already":                      {"va", "-w", in("old.pcapng"), "-o", in("new.ndjson")},
		"new.pcapng: there is no directory to make it in": {"va", "-w", in("no/new.pcapng"), "-o", in("new.ndjson")},
		"new.ndjson: there is no directory to make it in": {"va", "-w", in("new.pcapng"), "-o", in("no/new.ndjson")},
	} {
		if code, errs := attempt(t, n, args...); code != exitUsage || !strings.Contains(errs, said) {
			t.Errorf("%v: status %d, %s", args, code, errs)
		}
	}
	es, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(es) != len(there) {
		t.Errorf("files are %v", es)
	}
	for name, want := range there {
		if b, err := os.ReadFile(in(name)); err != nil || string(b) != want {
			t.Errorf("%s: %q, %v", name, b, err)
		}
	}
}

// What stands in the way is said in words, and in the user's language.
func TestAStartThatFailsSaysWhy(t *testing.T) {
	n := livetest.New(t)
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		args   []string
		lang   string
		status int
		said   string
	}{
		{[]string{"nosuchif"}, "es", exitUsage, `no hay aquí ninguna interfaz "nosuchif"; las hay: lo`},
		{[]string{"va", "-w", "/proc/x.pcapng"}, "en", exitUsage, "/proc/x.pcapng: "},
	} {
		code, errs := attempt(t, n, append(x.args, "--lang", x.lang)...)
		if code != x.status || !strings.Contains(errs, x.said) || strings.Contains(errs, "read it") {
			t.Errorf("%v: status %d, %s", x.args, code, errs)
		}
	}
	self, _ := os.Executable()
	cmd := n.Command(livetest.A, "sh", "-c", "ulimit -n 100; exec \"$0\" live va", self)
	cmd.Env = append(os.Environ(), "PORTERO_MAIN=1")
	out, _ := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != exitUsage || !strings.Contains(string(out), "ulimit -n 1024") {
		t.Errorf("with few descriptors: status %d, %s", code, out)
	}
	if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	cmd = n.Command(livetest.A, "setpriv", "--bounding-set", "-all,+net_raw", self, "live", "va", "-w", filepath.Join(dir, "x.pcapng"))
	cmd.Env = append(os.Environ(), "PORTERO_MAIN=1")
	if out, err := cmd.CombinedOutput(); err == nil || cmd.ProcessState.ExitCode() != exitDenied || !strings.Contains(string(out), "x.pcapng: no permission to write it there") {
		t.Errorf("in a directory of another: %v %s", err, out)
	}
	w := watch(t, n, "va", "--lang", "es")
	if err := w.end(os.Interrupt); err != nil {
		t.Error(err)
	}
	if e := w.errors(); !strings.Contains(e, "sin capacidades") || strings.Contains(e, "no capabilities") {
		t.Errorf("%s", e)
	}
}
