package view_test

import (
	"bytes"
	stdcsv "encoding/csv"
	"encoding/json"
	"net/netip"
	"strings"
	"testing"
	"time"

	"portero/handshake"
	"portero/internal/record"
	"portero/internal/view"
	"portero/internal/view/csv"
	"portero/internal/view/ecs"
	"portero/internal/view/eve"
	"portero/internal/view/ndjson"
	"portero/internal/view/table"
	"portero/internal/view/zeek"
)

func rec(name string) *record.Record {
	return &record.Record{ID: 1, Proto: 6, HasPorts: true, Final: true, Handshake: handshake.Completed, Kind: handshake.Normal, File: name, ServerName: name, Process: name, User: name,
		Orig: record.Side{Addr: netip.MustParseAddr("2001:db8::1"), Port: 40000, Pkts: 6, WScale: -1}, Resp: record.Side{Addr: netip.MustParseAddr("2001:db8::2"), Port: 443, WScale: 7},
		First: 1e18, Last: 2e18, ServerRTT: 1, ClientRTT: -1, Setup: -1, RTTMin: -1, RTTP50: -1, RTTMax: -1, ReuseAfterNS: -1,
		Risks: []record.Finding{{ID: "x", Severity: "low", Basis: "hint", Text: name, Frames: []uint64{1, 2}}}, Quality: []string{"duplicates"}, CloseFrames: []uint64{3}}
}

// FuzzViews: whatever a name holds, every view stays well-formed and sends no
// control characters.
func FuzzViews(f *testing.F) {
	for _, s := range []string{"example.test", "\x1b]8;;http://x\x07", "=cmd()", "a\"b,c\r\nd", "\xff\xfe", "\u202egnp.exe", "<script>", strings.Repeat("é", 300), "a\tb", "\u07ad", "-", "(empty)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		r := rec(name)
		fields := record.Schema()
		for kind, make := range map[string]func(b *bytes.Buffer) view.Writer{
			"ndjson": func(b *bytes.Buffer) view.Writer { return ndjson.New(b, fields, false) },
			"json":   func(b *bytes.Buffer) view.Writer { return ndjson.New(b, fields, true) },
			"csv":    func(b *bytes.Buffer) view.Writer { return csv.New(b, fields, false) },
			"tsv":    func(b *bytes.Buffer) view.Writer { return csv.New(b, fields, true) },
			"ecs":    func(b *bytes.Buffer) view.Writer { return ecs.New(b) },
			"eve":    func(b *bytes.Buffer) view.Writer { return eve.New(b) },
			"zeek":   func(b *bytes.Buffer) view.Writer { return zeek.New(b, time.Unix(0, 0)) },
			"table":  func(b *bytes.Buffer) view.Writer { return table.New(b, table.Options{UTC: true}) },
			"wide":   func(b *bytes.Buffer) view.Writer { return table.New(b, table.Options{UTC: true, Wide: true}) },
		} {
			var b bytes.Buffer
			w := make(&b)
			if w.Begin() != nil || w.Write(r) != nil || w.End(&view.Summary{Inputs: []string{name}, Frames: 1, First: 1e18, Last: 2e18}) != nil {
				t.Fatal(kind, "failed")
			}
			out := b.Bytes()
			switch kind {
			case "ndjson", "json", "ecs", "eve":
				if !json.Valid(bytes.TrimSpace(out)) {
					t.Fatalf("%s is not valid: %q", kind, out)
				}
			case "csv":
				rows, err := stdcsv.NewReader(bytes.NewReader(out)).ReadAll()
				if err != nil || len(rows) != 2 || len(rows[1]) != len(fields) {
					t.Fatalf("csv: %v %q", err, out)
				}
				for _, c := range rows[1] {
					if c != "" && strings.ContainsRune("=+@", rune(c[0])) {
						t.Fatalf("a formula: %q", c)
					}
				}
			case "zeek":
				for line := range strings.Lines(string(out)) {
					if line[0] != '#' && (strings.Count(line, "\t") != 21 || strings.Contains(line, "\t\t")) {
						t.Fatalf("not a line of Zeek's: %q", line)
					}
				}
			case "tsv":
				if n := bytes.Count(out, []byte("\n")); n != 2 {
					t.Fatalf("tsv has %d lines: %q", n, out)
				}
			}
			for _, c := range string(out) {
				if c < 32 && c != '\n' && c != '\r' && c != '\t' || c >= 127 && c < 160 || c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069 {
					t.Fatalf("%s sends %U", kind, c)
				}
			}
		}
	})
}

// Writers allocate nothing for a record, with its lists and names.
func TestWritersDoNotAllocate(t *testing.T) {
	r := rec("")
	r.Risks, r.ServerName = nil, "db-1.example.org"
	r.Quality, r.Oddities, r.CloseFrames = []string{"truncated_packets", "duplicates"}, []string{"stray_syn"}, []uint64{14_265_640, 14_325_918}
	var sink discard
	for kind, w := range map[string]view.Writer{"ndjson": ndjson.New(sink, record.Schema(), false), "csv": csv.New(sink, record.Schema(), false), "zeek": zeek.New(sink, time.Unix(0, 0))} {
		if n := testing.AllocsPerRun(500, func() { _ = w.Write(r) }); n != 0 {
			t.Errorf("%s: %v allocations a record", kind, n)
		}
	}
}

type discard struct{}

func (discard) Write(b []byte) (int, error) { return len(b), nil }

func BenchmarkWriters(b *testing.B) {
	r := rec("example.test")
	for kind, w := range map[string]view.Writer{"ndjson": ndjson.New(discard{}, record.Schema(), false), "csv": csv.New(discard{}, record.Schema(), false), "zeek": zeek.New(discard{}, time.Unix(0, 0))} {
		b.Run(kind, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = w.Write(r)
			}
		})
	}
}
