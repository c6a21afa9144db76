package html

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"portero/handshake"
	"portero/internal/record"
	"portero/internal/view"
	"portero/internal/words"
)

func rec(id uint64, v handshake.Verdict) *record.Record {
	return &record.Record{ID: id, Proto: 6, HasPorts: true, Final: true, Handshake: v, First: int64(id) * 1e6,
		Orig: record.Side{Addr: netip.MustParseAddr("192.0.2.1"), Port: 1, Pkts: 3}, Resp: record.Side{Addr: netip.MustParseAddr("192.0.2.2"), Port: uint16(id)}}
}

// A flood of one outcome leaves the others their rows.
func TestStoreIsFair(t *testing.T) {
	s := store{limit: 100}
	encoded := 0
	add := func(r *record.Record) { s.add(r, func() []byte { encoded++; return []byte{1} }) }
	for id := uint64(1); id <= 5000; id++ {
		switch {
		case id%500 == 0:
			add(rec(id, handshake.Completed))
		case id == 4999:
			add(rec(id, handshake.Invalid))
		default:
			add(rec(id, handshake.HalfOpen))
		}
	}
	rows := s.rows()
	count := map[handshake.Verdict]int{}
	for i, r := range rows {
		count[r.out.verdict]++
		if r.data == nil || i > 0 && rows[i-1].id >= r.id {
			t.Fatal("rows without data or out of order")
		}
	}
	if len(rows) != 100 || count[handshake.Completed] != 10 || count[handshake.Invalid] != 1 || s.left() != 4900 {
		t.Error(len(rows), count, s.left())
	}
	if encoded > 120 {
		t.Error(encoded, "rows were encoded to keep 100")
	}
	if ids := s.pick(4, 1000, 1000, []uint64{70}); len(ids) != 4 || ids[0] != 70 || ids[1] != 4999 {
		t.Error("evidence and the irregular come first: ", ids)
	}
	if ids := s.pick(100, 10, 1000, nil); len(ids) != 3 {
		t.Error("ten packets hold three connections of three: ", ids)
	}
	if ids := s.pick(100, 1000, 2, nil); len(ids) != 0 {
		t.Error("all are too long: ", ids)
	}
}

func TestTimeline(t *testing.T) {
	var h histogram
	start := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC).UnixNano()
	n := uint64(0)
	for i := range int64(200_000) {
		h.add(start+i*50e6, view.Opened) // ten thousand seconds
		n++
	}
	if len(h.bins) > maxBins {
		t.Error(len(h.bins), "bins")
	}
	tl := h.drawn(96)
	got := uint64(0)
	for i := range tl.bins {
		got += sum(&tl.bins[i])
	}
	if got != n || len(tl.bins) > 96 || len(tl.bins) < 30 || tl.start > start || tl.outside != 0 {
		t.Error(got, len(tl.bins), tl.width, tl.outside)
	}
	// One wild time stamp does not flatten the rest.
	h.add(0, view.Failed)
	wild := h.drawn(96)
	if wild.width != tl.width || wild.outside != 1 {
		t.Error(time.Duration(wild.width), wild.outside)
	}
	// Before 1970 and alone.
	var old histogram
	old.add(-5e9, view.Wrong)
	old.add(-4e9, view.Wrong)
	if tl := old.drawn(96); tl.start > -5e9 || sum(&tl.bins[0]) != 1 {
		t.Error(tl)
	}
	if tl := (&histogram{}).drawn(96); len(tl.bins) != 0 {
		t.Error(tl)
	}
}

func TestColumns(t *testing.T) {
	c := New(Limits{})
	for id := uint64(1); id <= 3; id++ {
		r := rec(id, handshake.Refused)
		r.ServerRTT, r.Quality, r.ServerName = 1500*int64(id), []string{"duplicates", "reordered"}, []string{"", "a\u202eb", "a\u202eb"}[id-1]
		c.Observe(r)
	}
	byKey := map[string]*column{}
	for _, col := range columns(c.fields, c.store.rows(), 1e6) {
		if !json.Valid(col.Rows) && col.Rows != nil {
			t.Errorf("%s: %s", col.Key, col.Rows)
		}
		byKey[col.Key] = col
	}
	for key, want := range map[string]string{"id": "[1,2,3]", "server_rtt_us": "[1.5,3,4.5]", "first": "[0,1000000,1000000]", "server_name": "[0,1,1]", "quality": ""} {
		if got := string(byKey[key].Rows); got != want {
			t.Errorf("%s: %s, want %s", key, got, want)
		}
	}
	if w := string(byKey["server_name"].Words[1]); w != "\"a\ufffdb\"" {
		t.Error(w)
	}
	if w := string(byKey["quality"].Words[1]); w != `"duplicates; reordered"` {
		t.Error(w)
	}
	if byKey["process"] != nil {
		t.Error("a key that no record has takes room")
	}
}

var (
	sayCall  = regexp.MustCompile(`say\("([a-z-]+)"`)
	sayAny   = regexp.MustCompile(`"([a-z-]+)"`)
	markText = regexp.MustCompile(`\{\{t "([^"]*)" "([^"]*)"\}\}|\(printf "([^"]*)"[^)]*\) \(printf "([^"]*)"`)
	verbs    = regexp.MustCompile(`%[sd1-9]`)
)

// Every sentence of the page exists in both languages, takes the same arguments,
// and is used.
func TestBothLanguages(t *testing.T) {
	js := script()
	for _, m := range sayCall.FindAllStringSubmatch(js, -1) {
		if _, ok := said[m[1]]; !ok && m[1] != "col-" && m[1] != "tone-" {
			t.Errorf("scripts say %q, which has no words", m[1])
		}
	}
	for _, m := range regexp.MustCompile(`\bsaid\("([^"]*)"`).FindAllStringSubmatch(js, -1) {
		for _, key := range []string{m[1], m[1] + "-one"} {
			if _, ok := said[key]; !ok {
				t.Errorf("scripts say %q of a number, which has no words", key)
			}
		}
	}
	used := map[string]bool{}
	for _, m := range sayAny.FindAllStringSubmatch(js, -1) {
		used[m[1]] = true
	}
	for key, s := range said {
		if !used[strings.TrimSuffix(key, "-one")] && !strings.HasPrefix(key, "col-") && !strings.HasPrefix(key, "tone-") && !strings.Contains(js, " "+key+": [") {
			t.Errorf("nothing says %q", key)
		}
		if s[0] == "" || s[1] == "" || strings.Join(verbs.FindAllString(s[0], -1), "") != strings.Join(verbs.FindAllString(s[1], -1), "") {
			t.Errorf("%s: %q", key, s)
		}
	}
	n := 0
	for _, m := range markText.FindAllStringSubmatch(markup, -1) {
		n++
		en, es := m[1]+m[3], m[2]+m[4]
		if en == "" || es == "" || strings.Join(verbs.FindAllString(en, -1), "") != strings.Join(verbs.FindAllString(es, -1), "") {
			t.Errorf("%q, %q", en, es)
		}
	}
	for _, m := range regexp.MustCompile("{{number [.\\w]+ \"([^\"]*)\" \"([^\"]*)\" \"([^\"]*)\" \"([^\"]*)\"}}").FindAllStringSubmatch(markup, -1) {
		n++
		if m[1] == "" || m[3] == "" || strings.Contains(m[1]+m[3], "%") || strings.Count(m[2], "%d") != 1 || strings.Count(m[4], "%d") != 1 {
			t.Errorf("%q", m[1:])
		}
	}
	if k := strings.Count(markup, "{{number "); k == 0 || n < 60 {
		t.Error("only", n, "texts of the page were looked at")
	}
	// No word stands in the markup outside the switch: what is between tags is a
	// template, a name, or an entity.
	bare := regexp.MustCompile(`\{\{[^}]*\}\}`).ReplaceAllString(markup, "")
	for _, m := range regexp.MustCompile(`>([^<>]*[A-Za-zñá]{3,}[^<>]*)<`).FindAllStringSubmatch(bare, -1) {
		switch w := strings.Trim(m[1], " \n·.,;:#()"); w {
		case "portero", "English", "Español", "Language, idioma", "":
		default:
			if !strings.Contains(w, "ATT&amp;CK") {
				t.Errorf("%q is in one language only", w)
			}
		}
	}
}

// Scripts have no way to make markup of text.
func TestScriptsMakeNoMarkup(t *testing.T) {
	js := script()
	for _, sink := range []string{"innerHTML =", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "setTimeout(\"", "fetch(", "XMLHttpRequest", "import("} {
		if strings.Contains(js, sink) {
			t.Errorf("scripts use %s", sink)
		}
	}
	files, err := filepath.Glob("js/*.js")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(js, string(b)) {
			t.Errorf("%s is not in the page", f)
		}
	}
}

// An empty capture has a page too.
func TestEmpty(t *testing.T) {
	for _, l := range words.Langs() {
		var b bytes.Buffer
		c := New(Limits{})
		if ids := c.Choose(nil); len(ids) != 0 {
			t.Error(ids)
		}
		if err := c.Write(&b, &view.Summary{Inputs: []string{"x.pcap"}}, nil, Options{Lang: l}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), "Ninguna conexión.") && !strings.Contains(b.String(), "No hay ninguna conexión.") {
			t.Error("it does not say that there is none")
		}
	}
}

// One of a thing is not called as many are.
func TestOneIsNoPlural(t *testing.T) {
	for _, x := range []struct {
		rows, told, left int
		en, es           string
	}{
		{0, 0, 0, "no connection in it", "no hay ninguna conexión"},
		{1, 1, 0, "1 connection, told packet by packet", "1 conexión, contada paquete a paquete"},
		{1, 0, 0, "1 connection, not told packet by packet", "1 conexión, no contada paquete a paquete"},
		{2, 1, 0, "2 connections, 1 of them told packet by packet", "2 conexiones, 1 de ellas contada paquete a paquete"},
		{3, 2, 1, "3 connections, 2 of them told packet by packet; 1 more is only counted (--rows holds more)", "3 conexiones, 2 de ellas contadas paquete a paquete; otra solo se cuenta (--rows admite más)"},
		{3, 2, 2, "3 connections, 2 of them told packet by packet; 2 more are only counted (--rows holds more)", "3 conexiones, 2 de ellas contadas paquete a paquete; otras 2 solo se cuentan (--rows admite más)"},
	} {
		c := New(Limits{Rows: x.rows})
		for id := 1; id <= x.rows+x.left; id++ {
			c.Observe(rec(uint64(id), handshake.Completed))
		}
		for id := 1; id <= x.told; id++ {
			c.stories[uint64(id)] = nil
		}
		if en, es := c.Holds(words.English), c.Holds(words.Spanish); en != x.en || es != x.es {
			t.Errorf("it says %q, %q", en, es)
		}
		var b bytes.Buffer
		if err := c.Write(&b, &view.Summary{Inputs: []string{"x.pcap"}, First: 1, Last: 2, Frames: 1, Hidden: 1}, nil, Options{Unlooked: 1}); err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{">1 frames", ">1 tramas", "1 connections", "1 conexiones", "1 more connections", "1 subjects", "1 sujetos", ">1 more are", "otras 1 "} {
			if page := b.String()[:strings.Index(b.String(), "<script")]; strings.Contains(page, bad) {
				t.Errorf("the page of %d says %q", x.rows, bad)
			}
		}
	}
}

// Where a door accepted more than was tried, the page says how that can be; the link of a
// door leads to what came to it, and not to the other protocol's door of the same number.
func TestDoorsSayWhatIsCounted(t *testing.T) {
	const says = "accepted also counts answers whose question is not in the capture, and what was open before it began."
	for _, v := range []handshake.Verdict{handshake.Completed, handshake.Midstream} {
		c := New(Limits{})
		r := rec(1, v)
		r.RolesBy, r.Resp.Pkts = handshake.RolesPort, 2
		c.Observe(r)
		var b bytes.Buffer
		if err := c.Write(&b, &view.Summary{Inputs: []string{"x.pcap"}, First: 1, Last: 2}, nil, Options{}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(b.String(), says); got != (v == handshake.Midstream) {
			t.Errorf("%v: it is said: %v", v, got)
		}
		if !strings.Contains(b.String(), "proto=tcp\"") {
			t.Errorf("%v: the door's link does not name its protocol", v)
		}
	}
}

func BenchmarkPage(b *testing.B) {
	c := New(Limits{})
	for id := uint64(1); id <= 50_000; id++ {
		c.Observe(rec(id, handshake.Verdict(1+id%6)))
	}
	var out bytes.Buffer
	for b.Loop() {
		out.Reset()
		if err := c.Write(&out, &view.Summary{Inputs: []string{"x"}, First: 1, Last: 2}, nil, Options{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(out.Len()), "octets")
}

func TestSpanIsRounded(t *testing.T) {
	for ns, want := range map[int64]string{55_409_600: "55.409 ms", 1_000: "1 µs", 250_000_000: "250 ms", 1_500_000_000: "1.5 s"} {
		if got := seconds(ns); got != want {
			t.Errorf("%d: %s, want %s", ns, got, want)
		}
	}
}
