package main

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"portero/internal/findings"
)

// A look tells what is new since the last one, and what became graver or doubled: two faults
// of one door are two, and what is seen again as it was is not told again.
func TestEachFindingIsToldOnce(t *testing.T) {
	f := func(name, severity string, count uint64) findings.Finding {
		return findings.Finding{Kind: "port-mismatch", Severity: severity, Target: netip.MustParseAddr("192.0.2.1"), Proto: 6, Port: 8888, Count: count, Name: name}
	}
	var x tellings
	for i, look := range []struct {
		fs   []findings.Finding
		want int
	}{
		{[]findings.Finding{f("ssh", "medium", 1), f("http", "info", 1)}, 2},
		{[]findings.Finding{f("ssh", "medium", 1), f("http", "info", 1)}, 0},
		{[]findings.Finding{f("ssh", "medium", 1), f("http", "info", 2)}, 1}, // doubled
		{[]findings.Finding{f("ssh", "low", 1), f("http", "low", 3)}, 1},     // milder, graver
		{[]findings.Finding{f("ssh", "medium", 1), f("http", "info", 3)}, 0}, // as it was
		{[]findings.Finding{f("http", "low", 5)}, 0},
		{[]findings.Finding{f("http", "low", 6)}, 1},
	} {
		n := 0
		for j := range look.fs {
			if x.news(&look.fs[j]) {
				n++
			}
		}
		if n != look.want {
			t.Errorf("look %d: %d are told, want %d", i+1, n, look.want)
		}
	}
}

// Callers under forged addresses can go on for ever; what is remembered of them cannot.
func TestTellingsAreBounded(t *testing.T) {
	var x tellings
	told := 0
	for i := range tellingsMost + 100 {
		f := findings.Finding{Kind: "scan-hosts", Severity: "medium", Actor: netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), Count: 25}
		if x.news(&f) {
			told++
		}
	}
	if told != tellingsMost || len(x.of) != tellingsMost || !x.full {
		t.Errorf("%d told, %d kept, full %v", told, len(x.of), x.full)
	}
	first := findings.Finding{Kind: "scan-hosts", Severity: "high", Actor: netip.AddrFrom4([4]byte{10}), Count: 25}
	if !x.news(&first) {
		t.Error("what is known is not told when it becomes graver")
	}
}

// What the user muted is in no line of a live run nor in its summary; programs get it, marked.
func TestMutedIsNotToldLive(t *testing.T) {
	quiet := filepath.Join(t.TempDir(), "quiet.csv")
	if err := os.WriteFile(quiet, []byte("action,kind,reason,until\nmute,port-backdoor,our own game,2999-12-31\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		args      []string
		out, errs string
		not       bool
	}{
		{[]string{"live", "--plain"}, "port-backdoor", "port-backdoor", false},
		{[]string{"--catalog", quiet, "live", "--plain"}, "port-backdoor", "port-backdoor", true},
		{[]string{"--catalog", quiet, "live", "--format", "ndjson"}, `"muted":"our own game"`, "", false},
	} {
		code, out, errs := portero(t, append(x.args, "--replay", "../../testdata/old-trojan-port/in.pcap", "--speed", "1e6")...)
		if code != 0 || strings.Contains(out, x.out) == x.not || x.errs != "" && strings.Contains(errs, x.errs) == x.not {
			t.Errorf("%v: exit status %d\n%s\n%s", x.args, code, out, errs)
		}
	}
}
