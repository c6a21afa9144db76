package html

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"html/template"
	"io"
	"math"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/klauspost/compress/gzip"

	"portero/internal/findings"
	"portero/internal/record"
	"portero/internal/view"
	"portero/internal/view/safe"
	"portero/internal/view/told"
	"portero/internal/words"
)

//go:embed page.css
var style string

//go:embed page.tmpl
var markup string

//go:embed js
var parts embed.FS

// script is all scripts as one, in a scope of their own.
func script() string {
	var b strings.Builder
	b.WriteString("\"use strict\";\n(() => {\n")
	for _, name := range []string{"data", "filter", "table", "machine", "ladder", "detail", "main"} {
		part, err := parts.ReadFile("js/" + name + ".js")
		if err != nil {
			panic(err) // embedded
		}
		b.Write(part)
	}
	b.WriteString("})();\n")
	return b.String()
}

// Options say how the page is written.
type Options struct {
	Lang    words.Lang // shown first
	Version string     // of the program
	// Unlooked: how many subjects of findings had no room in memory.
	Unlooked uint64
}

// most things that a list of the page shows; the commands list all
const (
	mostDoors    = 60
	mostHosts    = 40
	mostFindings = 60
	mostAtOnce   = 12 // doors, hosts; the others unfold
	mostPlain    = 40 // rows without scripts
	mostBins     = 96
)

// Write makes the page. s is what the run said of itself, fs what is worth a look,
// worst first.
func (c *Collector) Write(w io.Writer, s *view.Summary, fs []findings.Finding, o Options) error {
	t, err := template.New("page").Funcs(template.FuncMap{
		"t":      bilingual,
		"pair":   func(p [2]string) template.HTML { return bilingual(p[0], p[1]) },
		"number": number,
	}).Parse(markup)
	if err != nil {
		return err
	}
	rows := c.store.rows()
	kept := make(map[uint64]bool, len(rows))
	for _, r := range rows {
		kept[r.id] = true
	}
	m := model{Lang: o.Lang.String(), Spanish: o.Lang == words.Spanish, Version: safe.Terminal(o.Version), Style: template.CSS(style), Script: template.JS(script()),
		Rows: len(rows), Told: len(c.stories), Left: c.store.left(), Hidden: s.Hidden, Interrupted: s.Interrupted, Unlooked: o.Unlooked}
	m.Policy = "default-src 'none'; script-src 'sha256-" + hash(string(m.Script)) + "'; style-src 'sha256-" + hash(string(m.Style)) +
		"'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
	m.head(s)
	m.Counts, m.Strip = c.pictured()
	m.Empty = len(c.counts) == 0
	m.Time = c.drawTime(s.First)
	c.fillDoors(&m, kept)
	for i := range fs {
		if i == mostFindings {
			m.MoreFindings = len(fs) - i
			break
		}
		row, seen := findingOf(&fs[i]), seenOf(&fs[i], kept)
		// What a kind means is said once, as findings does, not on each of sixty cards.
		if n := len(m.Findings); n > 0 && m.Findings[n-1].like(&row) {
			m.Findings[n-1].Seen = append(m.Findings[n-1].Seen, seen)
			continue
		}
		row.Seen = []seenRow{seen}
		m.Findings = append(m.Findings, row)
	}
	m.Plain = c.plainRows(rows)
	data, err := c.data(rows, s.First, safe.Terminal(strings.Join(quoted(s.Inputs), " ")), Evidence(fs))
	if err != nil {
		return err
	}
	m.Data = template.HTML(data)
	return t.Execute(w, &m)
}

// Evidence lists the connections that findings rest on, those of the worst first.
func Evidence(fs []findings.Finding) []uint64 {
	var ids []uint64
	for i := range fs {
		if fs[i].Muted == "" {
			ids = append(ids, fs[i].Records...)
		}
	}
	return ids
}

func hash(s string) string {
	h := sha256.Sum256([]byte(s))
	return base64.StdEncoding.EncodeToString(h[:])
}

// quoted are file names as one would type them.
func quoted(names []string) []string {
	var out []string
	for _, n := range names {
		out = append(out, safe.Shell(n))
	}
	return out
}

// head says what was read.
func (m *model) head(s *view.Summary) {
	m.Title = "portero"
	if len(s.Inputs) > 0 {
		m.Title = safe.Terminal(filepath.Base(s.Inputs[0]))
	}
	if n := len(s.Inputs); n > 1 {
		m.Title += " +" + strconv.Itoa(n-1)
		m.Files = safe.Terminal(strings.Join(s.Inputs[:min(n, 20)], ", "))
		if n > 20 {
			m.Files += ", ..."
		}
	}
	m.Frames = strconv.FormatUint(s.Frames, 10)
	m.Bytes = told.Octets(s.Bytes)
	if s.First != 0 {
		m.Span = seconds(s.Last - s.First)
		m.From = time.Unix(0, s.First).UTC().Format("2006-01-02 15:04:05") + " UTC"
	}
	for i := range s.Remarks {
		r := &s.Remarks[i]
		en, effect := r.In(words.English)
		es, efecto := r.In(words.Spanish)
		m.Remarks = append(m.Remarks, remark{r.Severity == "warning", sentence(safe.Terminal(en), safe.Terminal(es)), [2]string{safe.Terminal(effect), safe.Terminal(efecto)}, r.Frame, safe.Terminal(r.File)})
	}
}

// pictured are the counts of outcomes, most first within TCP, UDP and the rest,
// and the strip that shows their shares.
func (c *Collector) pictured() (counts []count, strip []slice) {
	most, total := uint64(1), uint64(0)
	for o, n := range c.counts {
		g := 2
		if o.verdict != 0 {
			g = 0
		} else if o.exchange != 0 {
			g = 1
		}
		means := o.means()
		if g == 2 {
			means.EN, means.ES = "Neither TCP nor UDP: packets between two hosts.", "Ni TCP ni UDP: paquetes entre dos equipos."
		}
		counts = append(counts, count{Group: g, N: n, Word: [2]string{o.word(words.English), o.word(words.Spanish)}, Means: [2]string{means.EN, means.ES},
			Filter: o.filter(), Tone: o.tone().String()})
		most, total = max(most, n), total+n
	}
	sort.Slice(counts, func(i, j int) bool {
		a, b := &counts[i], &counts[j]
		if a.Group != b.Group {
			return a.Group < b.Group
		}
		if a.N != b.N {
			return a.N > b.N
		}
		return a.Filter < b.Filter
	})
	x := 0.0
	for _, tone := range []view.Tone{view.Opened, view.Failed, view.Wrong, view.Beside} {
		n := uint64(0)
		for i := range counts {
			if counts[i].Tone == tone.String() {
				n += counts[i].N
			}
		}
		if n == 0 {
			continue
		}
		w := float64(n) / float64(total) * 1000
		strip = append(strip, slice{fixed(x), fixed(max(w-3, 1)), tone.String()})
		x += w
	}
	for i := range counts {
		counts[i].Share = fixed(max(float64(counts[i].N)/float64(most)*100, 0.5))
	}
	return counts, strip
}

func fixed(x float64) string { return strconv.FormatFloat(x, 'f', 2, 64) }

// drawTime is the timeline, nil where there is nothing to draw. origin is where
// the page's filter counts seconds from.
func (c *Collector) drawTime(origin int64) *chart {
	t := c.time.drawn(mostBins)
	if len(t.bins) < 2 || t.most == 0 {
		return nil
	}
	ch := &chart{Most: t.most, Outside: t.outside, Width: [2]string{seconds(t.width), seconds(t.width)}}
	span := t.width * int64(len(t.bins))
	layout := "15:04:05"
	switch {
	case t.width >= int64(24*time.Hour):
		layout = "2006-01-02"
	case span > int64(24*time.Hour): // else an hour would be there twice
		layout = "2006-01-02 15:04"
	case t.width < int64(time.Second):
		layout = "15:04:05.000"
	}
	at := func(ns int64) string { return time.Unix(0, ns).UTC().Format(layout) }
	step := 1000 / float64(len(t.bins))
	for i := range t.bins {
		b := &t.bins[i]
		n := sum(b)
		from := t.start + int64(i)*t.width
		x := bar{X: fixed(float64(i) * step), W: fixed(step * 0.82), From: at(from), N: *b, Total: n}
		x.Filter = "t>=" + trim(float64(from-origin)/1e9) + " t<" + trim(float64(from+t.width-origin)/1e9)
		y := 100.0
		for _, tone := range []view.Tone{view.Opened, view.Failed, view.Wrong, view.Beside} {
			if b[tone] == 0 {
				continue
			}
			h := float64(b[tone]) / float64(t.most) * 96
			y -= h
			x.Parts = append(x.Parts, slicePart{fixed(y), fixed(max(h, 0.6)), tone.String()})
		}
		ch.Bars = append(ch.Bars, x)
	}
	for i := range 5 {
		ch.Ticks = append(ch.Ticks, at(t.start+span/4*int64(i)))
	}
	return ch
}

func trim(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func (c *Collector) fillDoors(m *model, kept map[uint64]bool) {
	ds, left := c.shownDoors(mostDoors)
	m.MoreDoors = left
	for _, d := range ds {
		r := doorRow{Host: addr(d.Host), Port: d.Port, Proto: record.ProtoName(d.Proto), Service: safe.Terminal(d.Called()), State: d.State.String(), D: d, File: safe.Terminal(d.ProofFile), Kept: kept[d.ProofRecord],
			Word: [2]string{words.Door(words.English, d.State.String()), words.Door(words.Spanish, d.State.String())}}
		if d.ClientsMore {
			r.More = "+"
		}
		m.Older = m.Older || d.Accepted > d.Attempts
		m.Doors = append(m.Doors, r)
	}
	m.Doors, m.DoorsFolded = folded(m.Doors)
	hs, left := c.shownHosts(mostHosts)
	m.MoreHosts = left
	for _, h := range hs {
		m.Hosts = append(m.Hosts, hostRow{Addr: addr(h.Addr), Name: safe.Terminal(h.Name), In: told.Octets(h.BytesIn), Out: told.Octets(h.BytesOut), H: h})
	}
	m.Hosts, m.HostsFolded = folded(m.Hosts)
}

// folded parts a list into what is shown and what unfolds, unless that is little.
func folded[T any](list []T) (shown, more []T) {
	if len(list) <= mostAtOnce+4 {
		return list, nil
	}
	return list[:mostAtOnce], list[mostAtOnce:]
}

// capital begins a sentence.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// sentence is a text in both languages that begins a sentence.
func sentence(en, es string) [2]string { return [2]string{capital(en), capital(es)} }

// like reports whether the same is to be said of both.
func (r *findingRow) like(o *findingRow) bool {
	return r.Kind == o.Kind && r.Severity == o.Severity && r.Basis == o.Basis && r.Muted == o.Muted
}

func findingOf(f *findings.Finding) findingRow {
	k, _ := findings.KindOf(f.Kind)
	en, es := words.English, words.Spanish
	clean := func(a, b string) [2]string { return [2]string{safe.Terminal(a), safe.Terminal(b)} }
	return findingRow{Severity: f.Severity, Kind: f.Kind, Basis: f.Basis, Attack: k.Attack, SeverityWord: clean(words.Severity(en, f.Severity), words.Severity(es, f.Severity)),
		BasisWord: clean(words.Basis(en, f.Basis), words.Basis(es, f.Basis)), Title: sentence(k.Title[0], k.Title[1]),
		Muted: safe.Terminal(f.Muted), Means: k.Means, Innocent: sentence(k.Innocent[0], k.Innocent[1]), Next: k.Next}
}

// seenOf is what f saw, with the connections and frames it rests on.
func seenOf(f *findings.Finding, kept map[uint64]bool) seenRow {
	r := seenRow{Text: sentence(safe.Terminal(f.Text(words.English)), safe.Terminal(f.Text(words.Spanish)))}
	for _, id := range f.Records {
		r.Records = append(r.Records, evidenceRow{id, kept[id]})
	}
	var all []string
	for name, ns := range f.ByFile() {
		var fr []string
		for _, n := range ns {
			fr = append(fr, strconv.FormatUint(n, 10))
		}
		part := strings.Join(fr, ", ")
		if name != "" {
			part += " (" + safe.Terminal(name) + ")"
		}
		all = append(all, part)
	}
	r.Frames, r.OneFrame = strings.Join(all, "; "), len(f.Frames) == 1
	return r
}

// plainRows are some connections for a browser without scripts, those first that
// deserve a look.
func (c *Collector) plainRows(rows []row) []plainRow {
	byID := make(map[uint64]*row, len(rows))
	for i := range rows {
		byID[rows[i].id] = &rows[i]
	}
	at := map[string]int{}
	for i := range c.fields {
		at[c.fields[i].Name] = i
	}
	var out []plainRow
	for _, id := range c.store.pick(mostPlain, math.MaxUint64, math.MaxUint64, nil) {
		r := byID[id]
		v := values(r.data)
		get := func(key string) string { return v[at[key]] }
		o := opening{r.out.verdict, r.out.exchange, r.out.proto}
		p := plainRow{ID: id, Tone: r.out.tone.String(), Word: [2]string{o.word(words.English), o.word(words.Spanish)}, Service: record.Called(get("service"), get("service_by")),
			From: endpoint(get("orig_addr"), get("orig_port")), To: endpoint(get("resp_addr"), get("resp_port")) + "/" + get("proto")}
		out = append(out, p)
	}
	return out
}

func endpoint(addr, port string) string {
	switch {
	case port == "":
		return addr
	case strings.Contains(addr, ":"):
		return "[" + addr + "]:" + port
	}
	return addr + ":" + port
}

// values takes a row apart again.
func values(b []byte) []string {
	var out []string
	for len(b) > 0 {
		n, used := binary.Uvarint(b)
		out = append(out, string(b[used:used+int(n)]))
		b = b[used+int(n):]
	}
	return out
}

// squeeze is how hard a page's data is compressed. The last level (9) takes nine times as
// long for 5 % less: 11.5 instead of 1.3 s for 50,000 connections of a busy network.
const squeeze = 8

// data is what scripts need, compressed, as base64: no byte of it can end the
// element it stands in.
func (c *Collector) data(rows []row, origin int64, inputs string, evidence []uint64) (string, error) {
	cs := columns(c.fields, rows, origin)
	tones := make([]byte, len(rows))
	for i := range rows {
		tones[i] = '0' + byte(rows[i].out.tone)
	}
	stories := map[string]*story{}
	for id, s := range c.stories {
		stories[strconv.FormatUint(id, 10)] = s
	}
	d := map[string]any{"n": len(rows), "t0": strconv.FormatInt(origin, 10), "cols": cs, "tones": string(tones), "words": glossary(cs), "said": said,
		"texts": c.texts.list, "stories": stories, "states": stateNames(), "edges": machine(), "means": stateSays(), "inputs": inputs,
		"start": c.start(evidence)}
	var b bytes.Buffer
	enc := base64.NewEncoder(base64.StdEncoding, &b)
	z, err := gzip.NewWriterLevel(enc, squeeze)
	if err != nil {
		return "", err
	}
	j := json.NewEncoder(z)
	j.SetEscapeHTML(false)
	if err := j.Encode(d); err != nil {
		return "", err
	}
	if err := z.Close(); err != nil {
		return "", err
	}
	if err := enc.Close(); err != nil {
		return "", err
	}
	return b.String(), nil
}

// start is the connection that the page opens with: one that a finding rests on,
// else one that deserves a look; rather one with a story. 0 is none.
func (c *Collector) start(evidence []uint64) uint64 {
	ids := c.store.pick(c.limits.Rows, math.MaxUint64, math.MaxUint64, evidence)
	for _, id := range ids {
		if c.stories[id] != nil {
			return id
		}
	}
	if len(ids) > 0 {
		return ids[0]
	}
	return 0
}

func seconds(ns int64) string {
	s := float64(ns) / 1e9
	switch {
	case s < 0.001:
		return trim(float64(ns)/1e3) + " µs"
	case s < 1:
		return trim(float64(ns/1e3)/1e3) + " ms"
	case s < 120:
		return strconv.FormatFloat(float64(int64(s*10+0.5))/10, 'f', -1, 64) + " s"
	case s < 7200:
		return strconv.FormatFloat(float64(int64(s/6+0.5))/10, 'f', -1, 64) + " min"
	case s < 48*3600:
		return strconv.FormatFloat(float64(int64(s/360+0.5))/10, 'f', -1, 64) + " h"
	}
	return strconv.FormatFloat(float64(int64(s/8640+0.5))/10, 'f', -1, 64) + " d"
}
