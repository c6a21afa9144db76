package main

import (
	"bytes"
	"encoding/csv"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the want files of testdata")

// portero runs the command as a shell would.
func portero(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(args, strings.NewReader(""), &o, &e)
	return code, o.String(), e.String()
}

// answered is what portero said to questions that several tests ask of the same captures, which are
// long in reading.
var answered sync.Map

// asked is what portero says to args, which write no file.
func asked(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	type answer struct {
		code      int
		out, errs string
	}
	ask, _ := answered.LoadOrStore(strings.Join(args, "\x00"), sync.OnceValue(func() answer {
		code, out, errs := portero(t, args...)
		return answer{code, out, errs}
	}))
	a := ask.(func() answer)()
	return a.code, a.out, a.errs
}

// views are what every scenario is shown as.
var views = []struct{ file, format string }{
	{"want.table", "table"}, {"want.wide", "wide"}, {"want.ndjson", "ndjson"}, {"want.csv", "csv"}, {"want.zeek", "zeek"},
}

// TestScenarios walks the folders of testdata through the whole program: every
// view of in.pcap is as its want file says.
func TestScenarios(t *testing.T) {
	dirs, err := filepath.Glob("../../testdata/*/in.pcap")
	if err != nil || len(dirs) < 20 {
		t.Fatalf("testdata has %d scenarios: %v", len(dirs), err)
	}
	for _, in := range dirs {
		dir := filepath.Dir(in)
		t.Run(filepath.Base(dir), func(t *testing.T) {
			if _, err := os.Stat(filepath.Join(dir, "about.md")); err != nil {
				t.Error("a scenario says what it is about: ", err)
			}
			t.Chdir(dir)
			for _, v := range views {
				code, got, errs := portero(t, "read", "--utc", "--format", v.format, "in.pcap")
				want := 0
				if filepath.Base(dir) == "cut-file" {
					want = exitDamaged
				}
				if code != want {
					t.Errorf("%s: exit status %d, want %d: %s", v.format, code, want, errs)
				}
				if v.format == "zeek" {
					got = unstamped(got)
				}
				compare(t, v.file, got)
				if v.format == "ndjson" {
					_, proof, errs := portero(t, "why", "--utc", "in.pcap", "1")
					if proof == "" {
						t.Error("no certificate: ", errs)
					}
					compare(t, "want.why", proof)
				}
				if v.format == "table" {
					for _, l := range strings.Split(got, "\n") {
						if n := len([]rune(l)); n > 80 {
							t.Errorf("a line of %d columns: %s", n, l)
						}
					}
				}
			}
		})
	}
}

func compare(t *testing.T, name, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err, " (go test ./cmd/portero -update writes it)")
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got):\n%s", name, d)
	}
}

// unstamped takes the wall clock's lines out of a Zeek log.
func unstamped(s string) string {
	var keep []string
	for _, l := range strings.Split(s, "\n") {
		if !strings.HasPrefix(l, "#open") && !strings.HasPrefix(l, "#close") {
			keep = append(keep, l)
		}
	}
	return strings.Join(keep, "\n")
}

// TestScenariosRaise: what is worth a look in a scenario is found, with its numbers,
// and nothing else above info.
func TestScenariosRaise(t *testing.T) {
	want := map[string]string{
		"port-scan": "scan-ports medium 40", "host-sweep": "scan-hosts high 30", "stealth-scan": "scan-stealth medium 5", "udp-scan": "scan-udp low 20", "arp-sweep": "scan-arp low 62",
		"halfopen-flood": "flood-halfopen high 120", "reset-storm": "flood-reset low 60", "amplification": "flood-amplify high 125910", "guessing": "auth-guessing high 34",
		"beacon": "beacon low 22", "dns-tunnel": "dns-tunnel medium 38", "backscatter-many": "backscatter info 40", "ssh-on-443": "port-mismatch medium 1",
		"old-trojan-port": "port-backdoor low 1",
		// HTTP Basic and FTP in clear; the servers of TLS and SMTP sign their own certificates.
		"spoken":      "cleartext-credentials high 1, cleartext-credentials high 1, tls-certificate low 1, tls-certificate low 1",
		"tls-refused": "tls-certificate low 1, tls-certificate low 1",
		// FTP and POP3 are told as soon as they are recognised by payload.
		"cleartext-logins": "cleartext-credentials high 1, cleartext-credentials high 1, cleartext-credentials high 1",
	}
	dirs, _ := filepath.Glob("../../testdata/*/in.pcap")
	for _, in := range dirs {
		name := filepath.Base(filepath.Dir(in))
		_, out, errs := portero(t, "findings", "--format", "csv", "-q", in)
		rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
		if err != nil || len(rows) == 0 {
			t.Fatalf("%s: %v %s", name, err, errs)
		}
		var got []string
		for _, r := range rows[1:] {
			s := r[1] + " " + r[0] + " " + r[7]
			if r[0] != "info" || want[name] == s {
				got = append(got, s)
			}
			if r[5] == "0" {
				t.Errorf("%s: %q claims IP protocol 0", name, r)
			}
		}
		if g := strings.Join(got, ", "); g != want[name] {
			t.Errorf("%s: %q, want %q", name, g, want[name])
		}
	}
}

// TestNoSecret: passwords that a capture holds are in no output.
func TestNoSecret(t *testing.T) {
	in := "../../testdata/cleartext-logins/in.pcap"
	for _, args := range [][]string{{"findings", in}, {"why", in, "1"}, {"teach", in, "1"}, {"hosts", in}, {"ports", in}} {
		_, out, errs := portero(t, args...)
		if strings.Contains(out+errs, "not-kept") {
			t.Errorf("%v shows a password", args)
		}
	}
	for _, f := range []string{"table", "wide", "ndjson", "json", "csv", "tsv", "zeek", "ecs", "eve"} {
		if _, out, errs := portero(t, "read", "--format", f, in); strings.Contains(out+errs, "not-kept") {
			t.Errorf("--format %s shows a password", f)
		}
	}
}
