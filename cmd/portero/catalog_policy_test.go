package main

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestCatalog: overrides add, replace and mute; checks name the line; a muted
// finding stays, marked, and fails nothing.
func TestCatalog(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a [folder]*") // signs that patterns have
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_CONFIG_HOME", dir)
	bad, good := filepath.Join(dir, "bad.csv"), filepath.Join(dir, "good.csv")
	if err := os.WriteFile(bad, []byte("action,kind\nmute,nosuch\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(good, []byte("action,kind,proto,port,reason,until\nmute,port-backdoor,tcp,12345,our own game,2027-01-31\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	iana := filepath.Join(dir, "services.tsv")
	if err := os.WriteFile(iana, []byte("65000\ttcp\tours\tOur own\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	// The registry's own file, in which a port has several names and a range often no transport.
	own := filepath.Join(dir, "service-names-port-numbers.csv")
	rows := "Service Name,Port Number,Transport Protocol,Description\ndocumentum-s,10003,,\ndocumentum_s,10003,,\nshilp,2049,tcp,\nflex-lm,27000-27009,,FLEX LM\n"
	if err := os.WriteFile(own, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	old := "../../testdata/old-trojan-port/in.pcap"
	for _, x := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"catalog"}, 0, "services.tsv"},
		{[]string{"catalog", "check"}, 0, "nothing wrong"},
		{[]string{"catalog", "check", bad}, exitFound, "bad.csv:2: kind \"nosuch\""},
		{[]string{"catalog", "check", good}, 0, "1 line of overrides"},
		{[]string{"catalog", "check", filepath.Join(dir, "none.csv")}, exitUsage, ""},
		{[]string{"catalog", "check", filepath.Join(dir, "none.csv"), bad}, exitUsage, "bad.csv:2: kind \"nosuch\""},
		{[]string{"catalog", "diff", filepath.Join(dir, "none.csv")}, exitUsage, ""},
		{[]string{"catalog", "diff"}, 0, ""},
		{[]string{"catalog", "diff", good}, exitFound, "mute     port-backdoor 12345-12345  until 2027-01-31: our own game"},
		{[]string{"catalog", "diff", "--lang", "es", good}, exitFound, "mute     port-backdoor 12345-12345  hasta 2027-01-31: our own game"},
		{[]string{"catalog", "diff", "--lang", "es", iana}, exitFound, "\nnuevo    65000/tcp ours\n"},
		{[]string{"catalog", "selftest"}, 0, " 0 not as they should be"},
		{[]string{"catalog", "selftest", "--lang", "es"}, 0, "no se señala"},
		{[]string{"catalog", "kinds"}, 0, "malware-default"},
		{[]string{"findings", "--fail-on", "low", old}, exitFound, "port-backdoor"},
		{[]string{"--catalog", good, "findings", "--fail-on", "low", old}, 0, "muted: our own game"},
		{[]string{"--catalog", good, "--format", "ndjson", old}, 0, `"muted":"our own game"`},
		{[]string{"--catalog", good, "--format", "csv", "--fields", "risks", old}, 0, "port-backdoor:muted"},
	} {
		code, out, errs := portero(t, x.args...)
		if code != x.code || !strings.Contains(out, x.want) {
			t.Errorf("%v: exit status %d, want %d; %q is not in %q %q", x.args, code, x.code, x.want, out, errs)
		}
	}
	_, out, _ := portero(t, "catalog", "diff", own)
	if !strings.Contains(out, "\nrenamed  2049/tcp nfs -> shilp\n") || strings.Contains(out, " 10003/") || strings.Contains(out, " 27005/") {
		t.Errorf("against IANA's file: a name that is not there, a port with two names or a range is told wrongly: %.600q", out)
	}
	if code, _, errs := portero(t, "--catalog", bad, old); code != exitUsage || !strings.Contains(errs, "bad.csv:2") {
		t.Errorf("a bad override is taken: %d %q", code, errs)
	}
	if code, out, errs := portero(t, "catalog", "--catalog", filepath.Join(dir, "none.csv")); code != exitUsage || !strings.Contains(out, "services.tsv") || !strings.Contains(errs, "there is no such file") {
		t.Errorf("overrides that are not there are in force: %d %q %q", code, out, errs)
	}
	// The user's own directory is read, and --catalog none leaves it out.
	if err := os.MkdirAll(filepath.Join(dir, "portero", "catalog.d"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(good, filepath.Join(dir, "portero", "catalog.d", "good.csv")); err != nil {
		t.Fatal(err)
	}
	if _, out, _ := portero(t, "findings", old); runtime.GOOS == "linux" && !strings.Contains(out, "our own game") {
		t.Errorf("the user's overrides are not in force: %s", out)
	}
	if _, out, _ := portero(t, "--catalog", "none", "findings", old); strings.Contains(out, "our own game") {
		t.Errorf("the user's overrides are in force: %s", out)
	}
}

// TestPolicy: exit status 1 and the doors when something is not expected, 0 when
// everything is; the same with --policy.
func TestPolicy(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	all := write("all.policy", "192.0.2.1 53/udp 80/tcp 2323/tcp\n")
	some := write("some.policy", "192.0.2.1 53/udp 80/tcp from 198.51.100.0/24\n")
	bad := write("bad.policy", "192.0.2.1 eighty\n")
	for _, x := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"policy", all, look}, 0, ""},
		{[]string{"policy", "--lang", "en", some, look}, exitFound, "door not named"},
		{[]string{"policy", "--lang", "es", some, look}, exitFound, "no para quien llama"},
		{[]string{"policy", all, "--", "tcp"}, exitUsage, ""},
		{[]string{"policy", all, all}, exitUsage, ""},
		{[]string{"policy", "-r", look, all, "--", "tcp"}, 0, ""},
		{[]string{"policy", "--format", "ndjson", some, look}, exitFound, `"port":2323,"proto":"tcp"`},
		{[]string{"policy", "--format", "csv", some, look, "--", "port 2323"}, exitFound, "no_door"},
		{[]string{"policy", all}, exitUsage, ""},
		{[]string{"policy", bad, look}, exitUsage, ""},
		{[]string{"policy", filepath.Join(dir, "none"), look}, exitUsage, ""},
		{[]string{"read", "--policy", all, look}, 0, ""},
		{[]string{"read", "--policy", some, look}, exitFound, "not-in-policy"},
		{[]string{"read", "--policy", some, "--format", "ndjson", look}, exitFound, `"final":true`},
		{[]string{"findings", "--policy", some, "--format", "ndjson", look}, exitFound, "not-in-policy"},
	} {
		code, out, errs := portero(t, x.args...)
		if code != x.code || !strings.Contains(out, x.want) {
			t.Errorf("%v: exit status %d, want %d; %q is not in %q %q", x.args, code, x.code, x.want, out, errs)
		}
	}
	for _, l := range []string{"en", "es"} {
		_, out, _ := portero(t, "policy", "--lang", l, some, look)
		for _, line := range strings.Split(out, "\n") {
			if n := utf8.RuneCountInString(line); n > 80 {
				t.Errorf("%d columns: %s", n, line)
			}
		}
	}
	if _, _, errs := portero(t, "policy", bad, look); !strings.Contains(errs, "bad.policy:1") {
		t.Errorf("the line is not named: %q", errs)
	}
	refused := "../../testdata/refused/in.pcap" // nobody answered in it: it passes no policy, and breaks none
	if code, out, errs := portero(t, "policy", "--lang", "en", all, refused); code != 0 || out != "" || !strings.Contains(errs, "no door was judged") {
		t.Errorf("a capture without an open door: exit status %d, %q, %q", code, out, errs)
	}
	if _, _, errs := portero(t, "policy", "--lang", "en", all, look); !strings.Contains(errs, "was expected") {
		t.Errorf("a capture in order: %q", errs)
	}
	if _, _, errs := portero(t, "policy", all, "--", "tcp"); !strings.Contains(errs, "name a policy and a capture") {
		t.Errorf("without a capture: %q", errs)
	}
}

// TestDoorsOfDatagrams: a question by UDP tells who asked, also where the numbers say the same: a
// door that the policy does not name, that the Internet reaches, or that speaks another's language is
// told. Where the numbers overrule who was seen first, nothing is.
func TestDoorsOfDatagrams(t *testing.T) {
	dir := t.TempDir()
	rules := filepath.Join(dir, "house.policy")
	if err := os.WriteFile(rules, []byte("192.168.1.10 80/tcp\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	asked := []byte("0)\x02\x01\x01\x04\x06public\xa0\x1c\x02\x0437\x00\x01\x02\x01\x00\x02\x01\x000\x0e0\x0c\x06\x08+\x06\x01\x02\x01\x01\x05\x00\x05\x00")
	answer := []byte("0/\x02\x01\x01\x04\x06public\xa2\"\x02\x0437\x00\x01\x02\x01\x00\x02\x01\x000\x140\x12\x06\x08+\x06\x01\x02\x01\x01\x05\x00\x04\x06router")
	for _, x := range []struct {
		what   string
		caller end
		door   uint16
		back   bool // the answer is seen first, and no question before it
		q, a   []byte
		want   string
	}{
		{"SNMP reached by the Internet", end{net.IP{8, 8, 4, 5}, 40000}, 161, false, asked, answer, "cleartext-credentials exposure not-in-policy"},
		{"SNMP on the number of QUIC", end{net.IP{192, 168, 1, 9}, 40000}, 443, false, asked, answer, "cleartext-credentials not-in-policy port-mismatch"},
		{"something on 161 that went on before", end{net.IP{8, 8, 4, 5}, 40000}, 161, true, []byte("what?"), []byte("this"), ""},
	} {
		name := filepath.Join(dir, "in.pcap")
		w := newWire(t, name)
		c, s := x.caller, end{net.IP{192, 168, 1, 10}, x.door}
		if x.back {
			w.udp(s, c, x.a)
		}
		w.udp(c, s, x.q)
		w.udp(s, c, x.a)
		w.close()
		_, out, errs := portero(t, "findings", "--lang", "en", "--policy", rules, "--format", "csv", name)
		var got []string
		for _, l := range strings.Split(strings.TrimSpace(out), "\n")[1:] {
			got = append(got, strings.Split(l, ",")[1])
		}
		slices.Sort(got)
		if strings.Join(got, " ") != x.want {
			t.Errorf("%s: %v, want %s; %s", x.what, got, x.want, errs)
		}
		if x.door == 443 && !strings.Contains(out, "the door of quic") {
			t.Errorf("%s: whose door it is: %s", x.what, out)
		}
		want := exitFound
		if x.want == "" {
			want = 0
		}
		if code, out, _ := portero(t, "policy", "--lang", "en", rules, name); code != want {
			t.Errorf("%s: exit status %d of policy, want %d: %s", x.what, code, want, out)
		}
	}
}
