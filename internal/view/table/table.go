// Package table is the face: records as a table for people, with what the
// capture is worth above it and a count per verdict under it.
package table

import (
	"bytes"
	"fmt"
	"io"
	"sort"
	"strings"
	"time"

	"github.com/fatih/color"
	"github.com/mattn/go-runewidth"

	"portero/handshake"
	"portero/internal/record"
	"portero/internal/view"
	"portero/internal/view/safe"
)

// Options says how the table looks.
type Options struct {
	Width int  // columns of the terminal; 0 is 80
	Color bool // colour is never the only sign
	UTC   bool
	Zone  *time.Location // local time when not UTC; nil is time.Local
	Wide  bool           // more columns, one line each
	Next  string         // file to name in the hint at the end
	Limit int            // rows shown, 0 for all that are kept
	Quiet bool           // rows only
	Sort  func(a, b *Row) bool
}

// maxRows bounds what a table keeps; machine formats have no such bound.
const maxRows = 500_000

// Row is one line of the table with what it is sorted by.
type Row struct {
	ID          uint64
	First       int64
	Bytes, Pkts uint64
	RTT         int64
	Verdict     string
	From, To    string
	Service     string
	Path        string
	Note        string
	Wide        []string
	paint       *color.Color
}

// Writer collects rows and prints the table at the end.
type Writer struct {
	w        io.Writer
	opt      Options
	rows     []Row
	more     uint64
	tcp, udp map[string]uint64
	rest     uint64
}

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
	return &Writer{w: w, opt: o, tcp: map[string]uint64{}, udp: map[string]uint64{}}
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
	return record.ProtoName(r.Proto)
}

// Spaced shows a word of the vocabulary to people.
func Spaced(s string) string { return strings.ReplaceAll(s, "_", " ") }

// Write implements view.Writer.
func (t *Writer) Write(r *record.Record) error {
	switch {
	case r.Handshake != handshake.None:
		t.tcp[Opening(r)]++
	case r.Exchange != handshake.ExchangeNone:
		t.udp[Opening(r)]++
	default:
		t.rest++
	}
	if len(t.rows) >= maxRows {
		t.more++
		return nil
	}
	t.rows = append(t.rows, t.row(r))
	return nil
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
	if s.Addr.Is6() && !s.Addr.Is4In6() {
		return fmt.Sprintf("[%s]:%d", s.Addr, s.Port)
	}
	return fmt.Sprintf("%s:%d", s.Addr, s.Port)
}

func (t *Writer) row(r *record.Record) Row {
	row := Row{ID: r.ID, First: r.First, Bytes: r.Orig.Payload + r.Resp.Payload, Pkts: r.Orig.Pkts + r.Resp.Pkts,
		RTT: r.ServerRTT, Verdict: Opening(r), From: end(&r.Orig, r), To: end(&r.Resp, r), Service: safe.Terminal(r.Service), paint: paint(r)}
	if !r.TCP() && r.FirstByte >= 0 {
		row.RTT = r.FirstByte // question to answer
	}
	if !r.TCP() && r.HasPorts {
		row.To += "/" + record.ProtoName(r.Proto)
	}
	row.Note = safe.Terminal(strings.Join(Notes(r), "; "))
	if t.opt.Wide {
		row.Wide = []string{time.Unix(0, r.First).In(t.opt.Zone).Format("15:04:05.000000"), seconds(r.DurationNS),
			fmt.Sprint(r.Orig.Pkts), fmt.Sprint(r.Resp.Pkts), fmt.Sprint(r.Orig.Payload), fmt.Sprint(r.Resp.Payload),
			Spaced(r.Close.String()), r.ConnState, r.History, safe.Terminal(strings.Join(r.Tunnel, ","))}
	}
	return row
}

// End implements view.Writer.
func (t *Writer) End(s *view.Summary) error {
	var b bytes.Buffer
	if !t.opt.Quiet {
		t.head(&b, s)
	}
	t.table(&b)
	if !t.opt.Quiet {
		t.foot(&b, s)
	}
	_, err := t.w.Write(b.Bytes())
	return err
}

func (t *Writer) color(c *color.Color, s string) string {
	if !t.opt.Color || c == plain || c == nil {
		return s
	}
	c.EnableColor()
	return c.Sprint(s)
}

func (t *Writer) head(b *bytes.Buffer, s *view.Summary) {
	name := "capture"
	switch n := len(s.Inputs); {
	case n == 1:
		name = s.Inputs[0]
	case n > 1:
		name = fmt.Sprintf("%s and %d more", s.Inputs[0], n-1)
	}
	name = safe.Terminal(name)
	line := fmt.Sprintf("%s frames", count(s.Frames))
	if s.Frames == 1 {
		line = "1 frame"
	}
	if s.Frames > 0 && s.First != 0 {
		line += " in " + seconds(s.Last-s.First) + ", from " + time.Unix(0, s.First).In(t.opt.Zone).Format("2006-01-02 15:04:05 -07:00")
		if t.opt.Zone == time.UTC {
			line = strings.TrimSuffix(line, " +00:00") + " UTC"
		}
	}
	if runewidth.StringWidth(name)+3+len(line) <= t.opt.Width {
		fmt.Fprintf(b, "%s   %s\n", name, line)
	} else {
		fmt.Fprintf(b, "%s\n  %s\n", cut(name, t.opt.Width), line)
	}
	if len(s.Remarks) == 0 {
		fmt.Fprintf(b, "capture   nothing cut, nothing doubled, no gap in it\n")
	}
	for i, r := range s.Remarks {
		label := "capture   "
		if i > 0 {
			label = "          "
		}
		txt := r.Text
		if r.Frame != 0 {
			txt += fmt.Sprintf(" (first: frame %d)", r.Frame)
		}
		if r.Effect != "" {
			txt += ": " + r.Effect
		}
		c := grey
		if r.Severity == "warning" {
			c = yellow
		}
		for j, l := range wrap(safe.Terminal(txt), t.opt.Width-len(label)) {
			if j > 0 {
				label = "          "
			}
			b.WriteString(label + t.color(c, l) + "\n")
		}
	}
	b.WriteByte('\n')
}

func (t *Writer) foot(b *bytes.Buffer, s *view.Summary) {
	b.WriteByte('\n')
	t.counts(b, t.tcp, "TCP connection", "TCP connections")
	t.counts(b, t.udp, "UDP exchange", "UDP exchanges")
	if t.rest > 0 {
		fmt.Fprintf(b, "%d other\n", t.rest)
	}
	if s.Hidden > 0 {
		fmt.Fprintf(b, "%d more that the filter hides\n", s.Hidden)
	}
	if t.more > 0 {
		fmt.Fprintf(b, "%d more than a table keeps: use --format ndjson\n", t.more)
	}
	t.findings(b, s.Findings)
	if s.Interrupted {
		b.WriteString("interrupted: this is what was seen until then\n")
	}
	if t.opt.Next != "" && len(t.rows) > 0 {
		id := t.rows[0].ID
		for _, r := range t.rows {
			if r.Verdict != "completed" && r.Verdict != "answered" {
				id = r.ID
				break
			}
		}
		hint := fmt.Sprintf("next: portero why %s %d", safe.Terminal(t.opt.Next), id)
		fmt.Fprintf(b, "%s\n", t.color(grey, hint))
	}
}

func (t *Writer) findings(b *bytes.Buffer, fs []view.Finding) {
	if len(fs) == 0 {
		return
	}
	b.WriteString("findings\n")
	for i, k := range fs {
		if i == 12 {
			fmt.Fprintf(b, "  and %d more: portero findings lists them\n", len(fs)-i)
			break
		}
		c := grey
		if k.Severity == "high" || k.Severity == "medium" {
			c = red
		}
		label := fmt.Sprintf("  %-7s", k.Severity)
		text := k.Kind + ": " + k.Text
		if len(k.Records) > 0 {
			text += fmt.Sprintf(" (#%d", k.Records[0])
			if len(k.Records) > 1 {
				text += " ..."
			}
			text += ")"
		}
		for j, l := range wrap(safe.Terminal(text), t.opt.Width-len(label)) {
			if j > 0 {
				label = strings.Repeat(" ", len(label))
			}
			b.WriteString(t.color(c, label+l) + "\n")
		}
	}
}

func (t *Writer) counts(b *bytes.Buffer, m map[string]uint64, one, many string) {
	if len(m) == 0 {
		return
	}
	total := uint64(0)
	var words []string
	for w := range m {
		words = append(words, w)
	}
	sort.Slice(words, func(i, j int) bool {
		if m[words[i]] != m[words[j]] {
			return m[words[i]] > m[words[j]]
		}
		return words[i] < words[j]
	})
	var parts []string
	for _, w := range words {
		total += m[w]
		parts = append(parts, fmt.Sprintf("%d %s", m[w], w))
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
