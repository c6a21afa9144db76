// Package table is the face: records as a table for people, with what the
// capture is worth above it and a count per verdict under it.
package table

import (
	"bytes"
	"fmt"
	"io"
	"net/netip"
	"sort"
	"strings"
	"time"

	"github.com/fatih/color"
	"github.com/mattn/go-runewidth"

	"portero/handshake"
	"portero/internal/record"
	"portero/internal/view"
	"portero/internal/view/safe"
	"portero/internal/view/told"
	"portero/internal/words"
)

// Options says how the table looks.
type Options struct {
	Width int // columns of the terminal; 0 is 80
	// Columns are those of a terminal that breaks lines inside words, 0 where there is none.
	Columns int
	Color   bool // colour is never the only sign
	UTC     bool
	Zone    *time.Location // local time when not UTC; nil is time.Local
	Wide    bool           // more columns, one line each
	Next    string         // file to name in the hint at the end
	Limit   int            // rows shown, 0 for all that are kept
	Quiet   bool           // rows only
	Sort    func(a, b *Row) bool
	Lang    words.Lang
}

// maxRows bounds what a table keeps; machine formats have no such bound.
const maxRows = 500_000

// Row is one line of the table with what it is sorted by.
type Row struct {
	ID          uint64
	First       int64
	Bytes, Pkts uint64
	RTT         int64
	Opening     string // in English, so that the order is that of every language
	Verdict     string // as it is shown
	From, To    string
	Service     string
	Path        string
	Note        string
	Wide        []string
	ordinary    bool // nothing to prove
	paint       *color.Color
	silent      netip.Addr // the responder, where nothing of it came back
}

// Writer collects rows and prints the table at the end.
type Writer struct {
	w        io.Writer
	opt      Options
	rows     []Row
	cut      int // rows beyond Limit that are not kept
	more     uint64
	err      error
	tcp, udp map[string]uint64
	quic     map[string]uint64
	rest     map[string]uint64       // of the other protocols of IP, by their names
	there    map[netip.Addr]struct{} // who sent anything; nil where they are too many
}

// maxThere bounds who is remembered to have sent anything.
const maxThere = 1 << 16

// New returns a table that prints to w.
func New(w io.Writer, o Options) *Writer {
	if o.Width <= 0 {
		o.Width = 80
	}
	if o.Zone == nil {
		o.Zone = time.Local
	}
	if o.UTC {
		o.Zone = time.UTC
	}
	return &Writer{w: w, opt: o, tcp: map[string]uint64{}, udp: map[string]uint64{}, quic: map[string]uint64{}, rest: map[string]uint64{}, there: map[netip.Addr]struct{}{}}
}

// Begin implements view.Writer.
func (t *Writer) Begin() error { return nil }

// Opening is the word for how a record opened.
func Opening(r *record.Record) string {
	switch {
	case r.Handshake != handshake.None:
		return Spaced(r.Handshake.String())
	case r.Exchange != handshake.ExchangeNone:
		return Spaced(r.Exchange.String())
	}
	return words.Protocol(words.English, record.ProtoName(r.Proto))
}

// OpeningIn is that word in a language.
func OpeningIn(l words.Lang, r *record.Record) string {
	switch {
	case r.Handshake != handshake.None:
		return words.Verdict(l, r.Handshake.String())
	case r.Exchange != handshake.ExchangeNone:
		return words.Exchange(l, r.Exchange.String())
	}
	return words.Protocol(l, record.ProtoName(r.Proto))
}

// Spaced shows a word of the vocabulary to people.
func Spaced(s string) string { return strings.ReplaceAll(s, "_", " ") }

// Write implements view.Writer.
func (t *Writer) Write(r *record.Record) error {
	switch {
	case r.Handshake != handshake.None:
		t.tcp[r.Handshake.String()]++
	case r.Exchange != handshake.ExchangeNone:
		t.udp[r.Exchange.String()]++
	default:
		t.rest[record.ProtoName(r.Proto)]++
	}
	if r.App != nil && r.App.QUIC != nil && r.App.QUIC.Verdict != 0 {
		t.quic[r.App.QUIC.Verdict.String()]++
	}
	t.sent(&r.Orig)
	t.sent(&r.Resp)
	if len(t.rows) >= maxRows {
		t.more++
		return nil
	}
	t.rows = append(t.rows, t.row(r))
	if n := t.opt.Limit; n > 0 && len(t.rows) >= 2*n+spareRows {
		t.limit()
	}
	return nil
}

// sent notes who is there.
func (t *Writer) sent(s *record.Side) {
	if s.Pkts == 0 || t.there == nil {
		return
	}
	if t.there[s.Addr] = struct{}{}; len(t.there) > maxThere {
		t.there = nil
	}
}

// unreachable adds to silences that the responder was asked for on its link in vain too. Whoever sends anything is there,
// and what a filter hides may be of him.
func (t *Writer) unreachable(s *view.Summary) {
	if s.Unreachable == nil || s.Hidden > 0 || t.there == nil {
		return
	}
	for i := range t.rows {
		r := &t.rows[i]
		if !r.silent.IsValid() {
			continue
		}
		how, _ := s.Unreachable(r.silent)
		if _, sends := t.there[r.silent]; how == "" || sends {
			continue
		}
		if r.Note != "" {
			r.Note += "; "
		}
		r.Note += fmt.Sprintf(t.opt.Lang.Pick("%s did not answer %s either", "%s tampoco contestó a %s"), r.silent, how)
	}
}

// spareRows are kept beyond twice the limit before those beyond it are dropped.
const spareRows = 1000

// limit sorts the rows and drops those beyond the limit.
func (t *Writer) limit() {
	less := t.opt.Sort
	if less == nil {
		less = func(a, b *Row) bool { return a.ID < b.ID }
	}
	sort.SliceStable(t.rows, func(i, j int) bool { return less(&t.rows[i], &t.rows[j]) })
	if n := t.opt.Limit; n > 0 && len(t.rows) > n {
		t.cut += len(t.rows) - n
		clear(t.rows[n:])
		t.rows = t.rows[:n]
	}
}

var (
	cyan   = color.New(color.FgCyan)
	yellow = color.New(color.FgYellow)
	red    = color.New(color.FgRed)
	grey   = color.New(color.FgHiBlack)
	plain  = color.New()
)

func paint(r *record.Record) *color.Color {
	return [...]*color.Color{view.Beside: grey, view.Opened: cyan, view.Failed: yellow, view.Wrong: red}[view.ToneOf(r)]
}

func end(s *record.Side, r *record.Record) string {
	if !r.HasPorts {
		return s.Addr.String()
	}
	if s.Addr.Is6() { // a mapped address on the wire, too: this is how why takes it
		return fmt.Sprintf("[%s]:%d", s.Addr, s.Port)
	}
	return fmt.Sprintf("%s:%d", s.Addr, s.Port)
}

// Key is what a record's row is sorted by, and nothing else.
func Key(r *record.Record) Row {
	row := Row{ID: r.ID, First: r.First, Bytes: r.Orig.Payload + r.Resp.Payload, Pkts: r.Orig.Pkts + r.Resp.Pkts, RTT: r.ServerRTT, Opening: Opening(r)}
	if !r.TCP() && r.FirstByte >= 0 {
		row.RTT = r.FirstByte // question to answer
	}
	return row
}

// Service is what was spoken; a question mark stands behind what is only what the port is for.
func Service(r *record.Record) string { return record.Called(safe.Terminal(r.Service), r.ServiceBy) }

func (t *Writer) row(r *record.Record) Row {
	row := Key(r)
	row.Verdict = OpeningIn(t.opt.Lang, r)
	row.ordinary = r.Handshake == handshake.Completed || r.Exchange == handshake.Answered || r.Handshake == handshake.None && r.Exchange == handshake.ExchangeNone // which has no verdict to prove
	row.From, row.To, row.Service, row.paint = end(&r.Orig, r), end(&r.Resp, r), Service(r), paint(r)
	if !r.TCP() && r.HasPorts {
		row.To += "/" + words.Transport(record.ProtoName(r.Proto))
	}
	row.Note = safe.Terminal(strings.Join(NotesIn(t.opt.Lang, r), "; "))
	if r.Resp.Pkts == 0 && (r.Handshake == handshake.NoAnswer || r.Handshake == handshake.Filtered || r.Exchange == handshake.Unanswered) {
		row.silent = r.Resp.Addr
	}
	if t.opt.Wide {
		start, took := time.Unix(0, r.First).In(t.opt.Zone).Format("15:04:05.000000"), seconds(r.DurationNS)
		if r.Untimed() {
			start, took = "-", "-"
		}
		row.Wide = []string{start, took,
			fmt.Sprint(r.Orig.Pkts), fmt.Sprint(r.Resp.Pkts), fmt.Sprint(r.Orig.Payload), fmt.Sprint(r.Resp.Payload),
			words.Close(t.opt.Lang, r.Close.String()), r.ConnState, r.History, safe.Terminal(strings.Join(r.Tunnel, ","))}
	}
	return row
}

// End implements view.Writer.
func (t *Writer) End(s *view.Summary) error {
	var b bytes.Buffer
	if !t.opt.Quiet {
		t.head(&b, s)
	}
	t.unreachable(s)
	t.table(&b, s.Hidden)
	if !t.opt.Quiet {
		t.foot(&b, s)
	}
	t.flush(&b)
	return t.err
}

// flushAt is how much text is put together before it is written.
const flushAt = 64 << 10

// flush writes what is in b, and reports whether there is any use in going on.
func (t *Writer) flush(b *bytes.Buffer) bool {
	if t.err == nil {
		_, t.err = t.w.Write(b.Bytes())
	}
	b.Reset()
	return t.err == nil
}

func (t *Writer) color(c *color.Color, s string) string {
	if !t.opt.Color || c == plain || c == nil {
		return s
	}
	c.EnableColor()
	return c.Sprint(s)
}

func (t *Writer) head(b *bytes.Buffer, s *view.Summary) {
	l := t.opt.Lang
	name := l.Pick("capture", "captura")
	switch n := len(s.Inputs); {
	case n == 1:
		name = s.Inputs[0]
	case n > 1:
		name = fmt.Sprintf(l.Pick("%s and %d more", "%s y %d más"), s.Inputs[0], n-1)
	}
	if len(s.Inputs) > 0 && s.Inputs[0] == "standard input" {
		name = strings.Replace(name, s.Inputs[0], l.Pick("standard input", "entrada estándar"), 1)
	}
	name = safe.Terminal(name)
	line := fmt.Sprintf(l.Pick("%s frames", "%s tramas"), count(s.Frames))
	if s.Frames == 1 {
		line = l.Pick("1 frame", "1 trama")
	}
	if s.Frames > 0 && s.First != 0 {
		if s.Last > s.First {
			line += l.Pick(" in ", " en ") + seconds(s.Last-s.First)
		}
		line += l.Pick(", from ", ", desde ") + time.Unix(0, s.First).In(t.opt.Zone).Format("2006-01-02 15:04:05 -07:00")
		if t.opt.Zone == time.UTC {
			line = strings.TrimSuffix(line, " +00:00") + " UTC"
		}
	}
	if runewidth.StringWidth(name)+3+len(line) <= t.opt.Width {
		fmt.Fprintf(b, "%s   %s\n", name, line)
	} else {
		fmt.Fprintf(b, "%s\n  %s\n", told.Cut(name, t.opt.Width, "…"), line)
	}
	if len(s.Remarks) == 0 {
		b.WriteString(l.Pick("capture   nothing cut, nothing doubled, no gap in it\n", "captura   nada truncado, nada repetido, sin huecos\n"))
	}
	for i, r := range s.Remarks {
		label := l.Pick("capture   ", "captura   ")
		if i > 0 {
			label = "          "
		}
		txt, effect := r.In(l)
		switch {
		case r.Frame != 0 && r.File != "":
			txt += fmt.Sprintf(l.Pick(" (first: frame %d of %s)", " (la primera: trama %d de %s)"), r.Frame, r.File)
		case r.Frame != 0:
			txt += fmt.Sprintf(l.Pick(" (first: frame %d)", " (la primera: trama %d)"), r.Frame)
		}
		if effect != "" {
			txt += ": " + effect
		}
		c := grey
		if r.Severity == "warning" {
			c = yellow
		}
		for j, line := range wrap(safe.Terminal(txt), t.opt.Width-len(label)) {
			if j > 0 {
				label = "          "
			}
			b.WriteString(label + t.color(c, line) + "\n")
		}
	}
	b.WriteByte('\n')
}

func (t *Writer) foot(b *bytes.Buffer, s *view.Summary) {
	b.WriteByte('\n')
	defer func(n int) {
		if b.Len() == n {
			b.Truncate(n - 1) // nothing stands below the line
		}
	}(b.Len())
	l := t.opt.Lang
	t.counts(b, t.tcp, words.Verdict, l.Pick("TCP connection", "conexión TCP"), l.Pick("TCP connections", "conexiones TCP"))
	t.counts(b, t.udp, words.Exchange, l.Pick("UDP exchange", "intercambio UDP"), l.Pick("UDP exchanges", "intercambios UDP"))
	t.counts(b, t.quic, words.QUIC, l.Pick("QUIC connection among them", "conexión QUIC entre ellos"), l.Pick("QUIC connections among them", "conexiones QUIC entre ellos"))
	t.counts(b, t.rest, nil, l.Pick("of another protocol", "de otro protocolo"), l.Pick("of other protocols", "de otros protocolos"))
	if s.Hidden > 0 {
		hidden := l.Pick("%d more that the filter hides\n", "%d más que el filtro oculta\n")
		if len(t.rows) == 0 {
			hidden = l.Pick("%d that the filter hides\n", "%d que el filtro oculta\n")
		}
		fmt.Fprintf(b, hidden, s.Hidden)
	}
	if t.more > 0 {
		fmt.Fprintf(b, l.Pick("%d more than a table keeps: use --format ndjson\n", "%d más de las que guarda una tabla: úsese --format ndjson\n"), t.more)
	}
	t.findings(b, s.Findings)
	if s.Interrupted {
		b.WriteString(l.Pick("interrupted: this is what was seen until then\n", "interrumpido: esto es lo visto hasta entonces\n"))
	}
	if t.opt.Next != "" && len(t.rows) > 0 {
		shown := t.rows
		if t.opt.Limit > 0 {
			shown = shown[:min(t.opt.Limit, len(shown))] // what is told of next can be seen above
		}
		id := shown[0].ID
		for _, r := range shown {
			if !r.ordinary {
				id = r.ID
				break
			}
		}
		propose := func(words ...string) {
			for line := range strings.SplitSeq(safe.Command(t.opt.Columns, l.Pick("next:", "después:"), words...), "\n") {
				fmt.Fprintf(b, "%s\n", t.color(grey, line))
			}
		}
		if len(s.Findings) > 0 { // with what they mean, and what is innocent
			if rs := s.Findings[0].Records; len(rs) > 0 {
				id = rs[0] // of the gravest
			}
			propose("portero", "findings", safe.Shell(t.opt.Next))
		}
		propose("portero", "why", safe.Shell(t.opt.Next), fmt.Sprint(id))
	}
}

func (t *Writer) findings(b *bytes.Buffer, fs []view.Finding) {
	if len(fs) == 0 {
		return
	}
	l := t.opt.Lang
	b.WriteString(l.Pick("findings\n", "hallazgos\n"))
	shown, more := map[string]int{}, 0
	for i, k := range fs {
		// A kind that is found again and again does not push the others out.
		if shown[k.Severity+k.Kind]++; shown[k.Severity+k.Kind] > 3 || i-more >= 12 {
			more++
			continue
		}
		c := grey
		if k.Severity == "high" || k.Severity == "medium" {
			c = red
		}
		label := "  " + pad(words.Severity(l, k.Severity), map[words.Lang]int{words.English: 7, words.Spanish: 12}[l])
		text := k.Kind + ": " + k.Text
		if len(k.Records) > 0 {
			text += fmt.Sprintf(" (#%d", k.Records[0])
			if len(k.Records) > 1 {
				text += " ..."
			}
			text += ")"
		}
		for j, line := range wrap(safe.Terminal(text), t.opt.Width-len(label)) {
			if j > 0 {
				label = strings.Repeat(" ", len(label))
			}
			b.WriteString(t.color(c, label+line) + "\n")
		}
	}
	if more > 0 {
		fmt.Fprintf(b, l.Pick("  and %d more: portero findings lists them\n", "  y %d más: portero findings los enumera\n"), more)
	}
}

// counts prints how many there are of each value, most first. Of equal numbers the order is
// that of the values, which is the same in every language.
func (t *Writer) counts(b *bytes.Buffer, m map[string]uint64, word func(words.Lang, string) string, one, many string) {
	if len(m) == 0 {
		return
	}
	total := uint64(0)
	var ws []string
	for w := range m {
		ws = append(ws, w)
	}
	sort.Slice(ws, func(i, j int) bool {
		if m[ws[i]] != m[ws[j]] {
			return m[ws[i]] > m[ws[j]]
		}
		return ws[i] < ws[j]
	})
	var parts []string
	for _, w := range ws {
		total += m[w]
		if word == nil { // names of protocols, which have no plural
			parts = append(parts, fmt.Sprint(m[w], " ", words.Protocol(t.opt.Lang, w)))
			continue
		}
		parts = append(parts, words.Count(t.opt.Lang, m[w], word(t.opt.Lang, w)))
	}
	name := many
	if total == 1 {
		name = one
	}
	for i, l := range wrap(fmt.Sprintf("%d %s: %s", total, name, strings.Join(parts, ", ")), t.opt.Width-2) {
		if i > 0 {
			b.WriteString("  ")
		}
		b.WriteString(l + "\n")
	}
}
