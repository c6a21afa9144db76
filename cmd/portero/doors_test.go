package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mattn/go-runewidth"
)

// A long name is cut where it would not fit, and costs no other column what a shorter one would not.
func TestTheNameGivesWay(t *testing.T) {
	made := func(name string) list {
		return list{heads: []string{"addr", "opened", "open_doors", "name", "name_by"}, label: []string{"host", "opened", "open doors", "name", "told by"},
			right: map[int]bool{1: true, 2: true},
			rows:  [][]any{{"2001:b07:a3d:c112:ce16:b409:3d0a:9177", 3, 0, "", ""}, {"2606:4700::6812:1e4e", 12345, 1, name, "TLS"}}}
	}
	columns := map[string]int{}
	for _, name := range []string{"a.example", strings.Repeat("n", longName), "performance.radar.cloudflare.com", strings.Repeat("long.", 50), strings.Repeat("名", 60), "\x1b[31m" + strings.Repeat("é\x07", 60)} {
		for _, width := range []int{70, 80, 100, 400} {
			l := made(name).narrow(width, "told by", "opened")
			var b bytes.Buffer
			if err := l.write(&output{Writer: &b}, "table"); err != nil {
				t.Fatal(err)
			}
			for _, line := range strings.Split(b.String(), "\n") {
				if w := runewidth.StringWidth(line); w > width {
					t.Errorf("%d columns where %d are: %q", w, width, line)
				}
			}
			if len(name) == longName {
				columns[string(rune(width))] = len(l.label)
			} else if want := columns[string(rune(width))]; len(l.label) < want {
				t.Errorf("%q in %d: %d columns are left of %d", name, width, len(l.label), want)
			}
			if width == 400 && strings.HasPrefix(name, "long") && !strings.Contains(b.String(), name) {
				t.Errorf("cut although there was room: %q", b.String())
			}
		}
	}
}

// A table that is just too wide for the terminal stands closer before its lines break.
func TestATableStandsCloser(t *testing.T) {
	l := list{heads: []string{"a", "b", "c"}, label: []string{"aaaa", "bbbb", "cccc"}, rows: [][]any{{"1", "2", "3"}}}
	for columns, want := range map[int]string{
		0: "aaaa  bbbb  cccc\n1     2     3\n", 16: "aaaa  bbbb  cccc\n1     2     3\n", 15: "aaaa bbbb cccc\n1    2    3\n", 14: "aaaa bbbb cccc\n1    2    3\n",
		13: "aaaa bbbb\n  cccc\n1    2    3\n",
	} {
		var b bytes.Buffer
		if err := l.write(&output{Writer: &b, columns: columns}, "table"); err != nil || b.String() != want {
			t.Errorf("%d columns: %q, want %q", columns, b.String(), want)
		}
	}
}

// Tables say yes and no, formats for programs true and false; of what a host did, that something failed stays longest.
func TestWhatATableOfHostsKeeps(t *testing.T) {
	for _, l := range [][3]string{{"en", "failed", "  inside\n"}, {"es", "fallidas", "  dentro\n"}} {
		_, out, _ := portero(t, "hosts", "--lang", l[0], look)
		if !strings.Contains(out, l[1]) || strings.Contains(out, "false") || strings.Contains(out, l[2]) && !strings.Contains(out, "  no\n") {
			t.Error(out)
		}
	}
	if _, out, _ := portero(t, "hosts", "--format", "ndjson", look); !strings.Contains(out, `"inside":false`) {
		t.Error(out)
	}
}

// What failed stays in a narrow terminal, also beside a name and a hardware address with its maker.
func TestWhatFailedStays(t *testing.T) {
	l := (&readFlags{}).hostList(nil, nil, nil)
	row := make([]any, len(l.heads))
	for i, h := range l.heads {
		row[i] = map[string]any{"addr": "192.168.100.124", "opened": 329, "failed": 103, "received": 0, "open_doors": 0, "peers": 105, "name": "PC", "mac": "00:15:17:a3:d1:10", "vendor": "Intel Corporate"}[h]
	}
	l.rows = [][]any{row}
	for _, width := range []int{60, 80, 100} {
		if got := l.withoutEmpty().narrow(width, hostsDrop...).label; !slices.Contains(got, "failed") || slices.Contains(got, "mac") && !slices.Contains(got, "opened") {
			t.Errorf("%d columns: %q", width, got)
		}
	}
}

// What was open before the capture was begun by nobody in it; its bytes and doors count.
func TestHostsOfMidstream(t *testing.T) {
	_, out, _ := portero(t, "hosts", "--format", "csv", "../../testdata/midstream/in.pcap")
	for line := range strings.Lines(strings.SplitN(out, "\n", 2)[1]) {
		c := strings.Split(line, ",")
		if c[1] != "0" || c[3] != "0" || c[6] == "0" {
			t.Errorf("opened %s, received %s, %s octets: %s", c[1], c[3], c[6], out)
		}
	}
}

// Of a capture with nothing in it a list has its heads, and the table no empty line at its end.
func TestListsOfNothing(t *testing.T) {
	b, err := os.ReadFile(look)
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	const empty = "empty.pcap"
	os.WriteFile(empty, b[:24], 0o600)
	for verb, want := range map[string]string{"hosts": "host  opened  failed", "ports": "host  port  proto", "read": empty + "   0 frames\n"} {
		if code, out, _ := portero(t, verb, empty); code != exitOK || !strings.HasPrefix(out, want) || strings.HasSuffix(out, "\n\n") {
			t.Errorf("%s: %d %q", verb, code, out)
		}
	}
}

// What a list says in csv and tsv stays in its cell, and is no formula, as in records.
func TestListsAreNoFormulas(t *testing.T) {
	l := list{heads: []string{"addr", "name", "n"}, rows: [][]any{{"10.0.0.1", "a,\"b\";=1", 3}, {"=1", "|x\ty\\z", nil}}}
	for format, want := range map[string]string{
		"csv": "addr,name,n\n10.0.0.1,\"a,\"\"b\"\";'=1\",3\n'=1,'|x\ufffdy\\z,\n",
		"tsv": "addr\tname\tn\n10.0.0.1\ta,\"b\";=1\t3\n'=1\t'|x\ufffdy\\\\z\t\n",
	} {
		var b bytes.Buffer
		if err := l.write(&output{Writer: &b}, format); err != nil || b.String() != want {
			t.Errorf("%s: %q, want %q, %v", format, b.String(), want, err)
		}
	}
}

// TestWhatTellsAService: programs are told what people are by a question mark: whether a door's service was spoken, is
// somebody's own word, or only what the number is for.
func TestWhatTellsAService(t *testing.T) {
	own := filepath.Join(t.TempDir(), "own.csv")
	if err := os.WriteFile(own, []byte("action,kind,proto,port,name\nadd,practice,tcp,2323,our-door\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ args, want []string }{
		{[]string{"ports"}, []string{`"service":"http"`, `"service_by":"payload"`, `"service":"3d-nfsd"`, `"service_by":"port"`}},
		{[]string{"ports", "--catalog", own}, []string{`"service":"our-door"`, `"service_by":"user"`}},
	} {
		_, out, errs := portero(t, append(x.args, "--format", "ndjson", look)...)
		for i := 0; i < len(x.want); i += 2 {
			if !slices.ContainsFunc(strings.Split(out, "\n"), func(l string) bool { return strings.Contains(l, x.want[i]) && strings.Contains(l, x.want[i+1]) }) {
				t.Errorf("%v: no door with %v: %s %s", x.args, x.want[i:i+2], out, errs)
			}
		}
	}
	// Tables have the mark instead, those of policies, too.
	none := filepath.Join(t.TempDir(), "p")
	if err := os.WriteFile(none, []byte("192.0.2.1 53/udp\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ args, want []string }{
		{nil, []string{" http ", " 3d-nfsd? "}},
		{[]string{"--catalog", own}, []string{" http ", " our-door "}},
	} {
		_, out, errs := portero(t, append(x.args, "policy", none, look)...)
		for _, w := range x.want {
			if !strings.Contains(out, w) {
				t.Errorf("policy %v: %q is not in %s%s", x.args, w, out, errs)
			}
		}
		if _, out, _ := portero(t, append(x.args, "ports", look)...); strings.Contains(out, "service_by") {
			t.Error("a table has the key of programs")
		}
	}
}
