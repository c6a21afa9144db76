package main

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
)

// packed is the data of a page as its scripts see it.
type packed struct {
	N     int    `json:"n"`
	T0    string `json:"t0"`
	Texts []any  `json:"texts"`
	Cols  []struct {
		K  string            `json:"k"`
		As string            `json:"as"`
		W  []json.RawMessage `json:"w"`
		X  []*json.Number    `json:"x"`
	} `json:"cols"`
	Stories map[string]struct {
		G []struct {
			F, L, S int
			T       int64
			A       [2]int
			Ask     *struct{ W []string }
		}
		C struct {
			I [][2]int
			E []struct {
				W    int
				N, M string
			}
		}
	} `json:"stories"`
	States []string `json:"states"`
}

var dataElement = regexp.MustCompile(`(?s)<script type="application/octet-stream" id="data">([A-Za-z0-9+/=]*)</script>`)

func unpackPage(t *testing.T, file string) *packed {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	m := dataElement.FindSubmatch(b)
	if m == nil {
		t.Fatal("the page has no data")
	}
	raw, err := base64.StdEncoding.DecodeString(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	var p packed
	if err := json.NewDecoder(z).Decode(&p); err != nil {
		t.Fatal(err)
	}
	return &p
}

func (p *packed) text(i, lang int) string {
	switch x := p.Texts[i].(type) {
	case string:
		return x
	case []any:
		return x[lang].(string)
	}
	return ""
}

// row is a row as text by key; lists are joined as the page shows them.
func (p *packed) row(i int) map[string]string {
	out := map[string]string{}
	for _, c := range p.Cols {
		switch c.As {
		case "word":
			k := int64(len(c.W) - 1)
			if c.X != nil {
				k, _ = c.X[i].Int64()
			}
			var s string
			if json.Unmarshal(c.W[k], &s) == nil && s != "" {
				out[c.K] = s
			}
		case "number":
			if c.X[i] != nil {
				out[c.K] = c.X[i].String()
			}
		}
	}
	return out
}

// TestReportSaysWhatCommandsSay compares the page with the commands on every
// capture of testdata (every third where
// PORTERO_TIME is not set): every key of every record with ndjson, the proof with why,
// the sentences and states with teach.
func TestReportSaysWhatCommandsSay(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../testdata/*/in.pcap*")
	if err != nil || len(files) < 20 {
		t.Fatal(err, files)
	}
	var told atomic.Int32
	t.Cleanup(func() {
		if told.Load() < 10 {
			t.Error("only", told.Load(), "connections were told")
		}
	})
	for n, name := range files {
		if os.Getenv("PORTERO_TIME") == "" && n%3 != 0 {
			continue
		}
		t.Run(filepath.Base(filepath.Dir(name)), func(t *testing.T) {
			t.Parallel()
			told.Add(reportSaysWhatCommandsSay(t, name, n%2)) // every other capture in Spanish
		})
	}
}

// reportSaysWhatCommandsSay compares the page of a capture with why and teach, and is how many connections they were asked for.
func reportSaysWhatCommandsSay(t *testing.T, name string, lang int) (told int32) {
	code := []string{"en", "es"}[lang]
	p := unpackPage(t, report(t, name))
	ids := map[string]int{}
	for i := range p.N {
		ids[p.row(i)["id"]] = i
	}
	command := func(args ...string) []byte {
		var out, errs bytes.Buffer
		if code := run(args, nil, &out, &errs); code != exitOK && code != exitDamaged {
			t.Fatalf("%q: %d %s", args, code, &errs)
		}
		return out.Bytes()
	}
	_, ndjson, _ := asked(t, "read", "--format", "ndjson", name)
	for _, r := range rows(t, ndjson) {
		id := fmt.Sprint(r["id"])
		i, ok := ids[id]
		if !ok {
			t.Fatalf("%s: #%s is not in the table", name, id)
		}
		got := p.row(i)
		for k, v := range r {
			want := fmt.Sprint(v)
			switch x := v.(type) {
			case float64:
				b, _ := json.Marshal(x)
				want = string(b)
			case []any:
				var parts []string
				for _, e := range x {
					parts = append(parts, fmt.Sprint(e))
				}
				want = strings.Join(parts, "; ")
				if len(x) > 0 {
					if _, number := x[0].(float64); number {
						want = strings.Join(parts, ", ")
					}
				}
			}
			if k == "first" || k == "last" || k == "risks" {
				continue
			}
			if got[k] != want {
				t.Errorf("%s #%s: %s is %q in the page, %q in ndjson", name, id, k, got[k], want)
			}
		}
		story, ok := p.Stories[id]
		if !ok {
			t.Errorf("%s: #%s is not told", name, id)
			continue
		}
		told++
		var why struct {
			Notes     map[string]string
			Equations []struct{ Words string }
		}
		if err := json.Unmarshal(command("why", "--format", "json", "--lang", code, name, id), &why); err != nil {
			t.Fatal(err)
		}
		notes := map[string]bool{}
		for _, n := range why.Notes {
			notes[n] = true
		}
		for _, it := range story.C.I {
			if s := p.text(it[1], lang); !notes[s] {
				t.Errorf("%s #%s: why does not say %q", name, id, s)
			}
		}
		if len(story.C.I) != len(why.Notes) || len(story.C.E) != len(why.Equations) {
			t.Errorf("%s #%s: %d notes and %d equations, why has %d and %d", name, id, len(story.C.I), len(story.C.E), len(why.Notes), len(why.Equations))
		}
		var ladder struct {
			Rungs []struct {
				Frame int
				Label string
				Plain string
				After [2]struct {
					State    string
					Inferred bool
				}
			}
		}
		if err := json.Unmarshal(command("teach", "--format", "json", "--lang", code, name, id), &ladder); err != nil {
			t.Fatal(err)
		}
		if len(ladder.Rungs) != len(story.G) {
			t.Fatalf("%s #%s: %d rungs, teach has %d", name, id, len(story.G), len(ladder.Rungs))
		}
		for k, want := range ladder.Rungs {
			g := story.G[k]
			if g.F != want.Frame || p.text(g.L, lang) != want.Label || p.text(g.S, lang) != want.Plain {
				t.Errorf("%s #%s rung %d: %d %q %q, teach says %+v", name, id, k, g.F, p.text(g.L, lang), p.text(g.S, lang), want)
			}
			for e := range g.A {
				if p.States[g.A[e]>>1] != want.After[e].State || g.A[e]&1 == 1 != want.After[e].Inferred {
					t.Errorf("%s #%s rung %d: state %s, teach says %+v", name, id, k, p.States[g.A[e]>>1], want.After[e])
				}
			}
		}
	}
	return told
}

// A table that is full keeps some of every outcome, and the page counts the rest.
func TestReportLimits(t *testing.T) {
	b, err := os.ReadFile(report(t, "--rows", "4", "--told", "1", firstLook))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(b, []byte("The table holds 4 connections, some of every kind of outcome; 2 more are counted above and left out here")) {
		t.Error("the page does not say what it leaves out")
	}
	p := unpackPage(t, report(t, "--rows", "5", "--told", "1", firstLook))
	if p.N != 5 || len(p.Stories) != 1 {
		t.Errorf("%d rows, %d stories", p.N, len(p.Stories))
	}
	if p := unpackPage(t, report(t, "--told", "0", firstLook)); len(p.Stories) != 0 || p.N != 6 {
		t.Error(len(p.Stories), p.N)
	}
}

// The page's table says of every connection what the table in the terminal says: the word
// whole, the protocol by a name that is more than a number, and the round trip of a
// question as well as that of a SYN.
func TestReportRowsAreTheTables(t *testing.T) {
	file := filepath.Join(t.TempDir(), "in.pcap")
	rows, err := os.ReadFile(filepath.Join("..", "..", "testdata", "synack-missing", "in.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	igmp := "\x01\x00\x5e\x00\x00\x01\x02\x00\x00\x00\x00\x01\x08\x00" + "\x46\x00\x00\x20\x00\x01\x00\x00\x01\x02\x00\x00\xc0\x00\x02\x01\xe0\x00\x00\x01\x94\x04\x00\x00" + "\x11\x64\xee\x9b\x00\x00\x00\x00"
	if binary.LittleEndian.Uint32(rows) != 0xa1b2c3d4 && binary.LittleEndian.Uint32(rows) != 0xa1b23c4d {
		t.Fatalf("%x is not what this test adds to", rows[:4])
	}
	n := binary.LittleEndian.AppendUint32(append([]byte(nil), rows[24:32]...), uint32(len(igmp)))
	n = append(binary.LittleEndian.AppendUint32(n, uint32(len(igmp))), igmp...)
	if err := os.WriteFile(file, append(rows, n...), 0o600); err != nil {
		t.Fatal(err)
	}
	dns := filepath.Join("..", "..", "testdata", "first-look", "in.pcap")
	for _, lang := range []string{"en", "es"} {
		_, table, _ := portero(t, "--lang", lang, "--utc", file, dns)
		b := browse(t, report(t, "--lang", lang, file, dns), "", 1280, 900, false)
		b.ready()
		for _, r := range eval[[][]string](b, `[...document.querySelectorAll("#rows .row")].map(r => [r.querySelector(".c-op").innerText, r.querySelectorAll(".c-num")[1].innerText, String(r.querySelector(".c-op").scrollWidth > r.querySelector(".c-op").clientWidth)])`) {
			if r[2] == "true" {
				t.Errorf("%s: %q does not fit its column", lang, r[0])
			}
			if (r[0] == "answered" || r[0] == "contestado") && r[1] == "" {
				t.Errorf("%s: an answered question has no round trip", lang)
			}
			if !strings.Contains(table, r[0]) || !strings.Contains(table, r[1]) {
				t.Errorf("%s: the page says %q, and the table is\n%s", lang, r, table)
			}
		}
		if got := eval[string](b, `document.getElementById("rows").innerText`); !strings.Contains(got, "IGMP") || !strings.Contains(got, " ms") {
			t.Errorf("%s: %s", lang, got)
		}
	}
}
