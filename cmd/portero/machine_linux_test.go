package main

import (
	"encoding/json"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"testing"
)

// renamed gives this process a name that an attacker would choose.
func renamed(t *testing.T, name string) {
	t.Helper()
	old, err := os.ReadFile("/proc/self/comm")
	if err != nil {
		t.Skipf("no /proc: %v", err)
	}
	set := func(s string) {
		if err := os.WriteFile("/proc/self/comm", []byte(s), 0); err != nil {
			t.Skipf("this process cannot be renamed: %v", err)
		}
	}
	set(name)
	t.Cleanup(func() { set(strings.TrimSpace(string(old))) })
}

func TestPortsOfThisMachine(t *testing.T) {
	const evil = "\x1b[31mroot\n,\"=1"
	renamed(t, evil)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	at := netip.MustParseAddrPort(l.Addr().String())
	code, out, errs := portero(t, "ports", "--format", "ndjson")
	if code != exitOK {
		t.Fatalf("exit status %d: %s", code, errs)
	}
	found := false
	for _, line := range strings.Split(strings.TrimSpace(out), "\n") {
		var r struct {
			Proto, State, Process, Path, User string
			LocalAddr                         string `json:"local_addr"`
			LocalPort                         uint16 `json:"local_port"`
			PID                               int
			By                                string `json:"process_by"`
		}
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if r.LocalPort != at.Port() || r.LocalAddr != "127.0.0.1" || r.State != "LISTEN" {
			continue
		}
		found = true
		me, _ := os.Executable()
		if r.PID != os.Getpid() || r.By != "exact" || r.Path != me || !strings.HasPrefix(r.Process, "\x1b[31mroot") || r.User == "" {
			t.Errorf("the listening socket of this process is %+v", r)
		}
	}
	if !found {
		t.Errorf("port %d is not listed:\n%s", at.Port(), out)
	}
	for _, format := range []string{"table", "csv", "tsv", "json", "ndjson"} {
		_, out, _ := portero(t, "ports", "--format", format, "--state", "listen")
		if strings.ContainsRune(out, 0x1b) {
			t.Errorf("%s lets the name of a program steer the terminal: %q", format, out)
		}
		if !strings.Contains(out, strconv.Itoa(int(at.Port()))) {
			t.Errorf("%s does not list port %d:\n%s", format, at.Port(), out)
		}
	}
}

func TestPortsOfThisMachineUsage(t *testing.T) {
	for _, x := range []struct {
		args []string
		says string
	}{
		{[]string{"ports", "--at", "2026-11-23T10:31:09Z"}, "--at needs a capture"},
		{[]string{"ports", "--state", "ajar"}, "is no state of a socket"},
		{[]string{"ports", "--listening", look}, "leave the capture out"},
		{[]string{"ports", "--format", "xml"}, "none of table"},
		{[]string{"ports", "--seen", "/nonexistent"}, "no such file"},
	} {
		if code, _, errs := portero(t, x.args...); code != exitUsage || !strings.Contains(errs, x.says) {
			t.Errorf("%v: exit status %d, says %q", x.args, code, errs)
		}
	}
}
