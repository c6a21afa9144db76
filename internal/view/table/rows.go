package table

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/mattn/go-runewidth"

	"portero/internal/view/told"
	"portero/internal/words"
)

func (t *Writer) table(b *bytes.Buffer, filtered uint64) {
	t.limit()
	rows := t.rows
	switch {
	case len(rows) > 0:
	case filtered > 0: // there are some, and the line below counts them
		b.WriteString(t.opt.Lang.Pick("none passes the filter\n", "ninguna pasa el filtro\n"))
		return
	default:
		b.WriteString(t.opt.Lang.Pick("no connection in it\n", "ninguna conexión en ella\n"))
		return
	}
	if t.opt.Wide {
		t.wide(b, rows)
	} else {
		t.narrow(b, rows)
	}
	switch hidden := t.cut; {
	case hidden == 1:
		b.WriteString(t.opt.Lang.Pick("1 more row\n", "1 fila más\n"))
	case hidden > 1:
		fmt.Fprintf(b, t.opt.Lang.Pick("%d more rows\n", "%d filas más\n"), hidden)
	}
}

// narrow lays the rows out in the terminal's width: ends that do not fit take a
// line of their own rather than being cut.
func (t *Writer) narrow(b *bytes.Buffer, rows []Row) {
	l := t.opt.Lang
	x := layOut(rows, t.opt.Width, l)
	x.head(b, l)
	for i := range rows {
		if b.Len() > flushAt && !t.flush(b) {
			return
		}
		r := &rows[i]
		verdict, rest := r.Verdict, ""
		if x.folds {
			verdict, rest = fold(r.Verdict)
		}
		paint := func(s string) string { return t.color(r.paint, pad(s, x.verdict)) }
		x.row(b, r, paint(verdict))
		t.notes(b, r, x, rest, paint)
	}
}

// notes writes what stands below a row: its note, beside the rest of a verdict that takes two lines.
func (t *Writer) notes(b *bytes.Buffer, r *Row, x *columns, rest string, paint func(string) string) {
	var notes []string
	switch {
	case r.Note != "":
		notes = wrap(r.Note, t.opt.Width-x.indent())
	case rest != "":
		notes = []string{""}
	}
	before := strings.Repeat(" ", x.indent())
	for i, l := range notes {
		margin := before
		if i == 0 && rest != "" {
			margin = strings.Repeat(" ", x.id+2) + paint(rest) + "  "
		}
		b.WriteString(strings.TrimRight(margin+t.color(grey, l), " ") + "\n")
	}
}

func (t *Writer) wide(b *bytes.Buffer, rows []Row) {
	head := []string{"#", "opening", "from", "to", "service", "rtt", "start", "duration", "pkts>", "<pkts", "bytes>", "<bytes", "close", "state", "history", "tunnel"}
	for i := range head {
		head[i] = words.Column(t.opt.Lang, head[i])
	}
	lines := [][]string{head}
	for i := range rows {
		r := &rows[i]
		rtt := "-"
		if r.RTT >= 0 {
			rtt = millis(r.RTT)
		}
		l := append([]string{fmt.Sprint(r.ID), r.Verdict, r.From, r.To, r.Service, rtt}, r.Wide...)
		for j := range l {
			if l[j] == "" {
				l[j] = "-"
			}
		}
		lines = append(lines, l)
	}
	w := make([]int, len(head))
	for _, l := range lines {
		for j, c := range l {
			w[j] = max(w[j], runewidth.StringWidth(c))
		}
	}
	right := map[int]bool{0: true, 5: true, 7: true, 8: true, 9: true, 10: true, 11: true}
	for i, l := range lines {
		if b.Len() > flushAt && !t.flush(b) {
			return
		}
		var s strings.Builder
		for j, c := range l {
			if j > 0 {
				s.WriteString("  ")
			}
			cell := pad(c, w[j])
			if right[j] {
				cell = strings.Repeat(" ", w[j]-runewidth.StringWidth(c)) + c
			}
			if j == 1 && i > 0 {
				cell = t.color(rows[i-1].paint, cell)
			}
			s.WriteString(cell)
		}
		b.WriteString(strings.TrimRight(s.String(), " ") + "\n")
	}
}
func pad(s string, w int) string {
	if n := runewidth.StringWidth(s); n < w {
		return s + strings.Repeat(" ", w-n)
	}
	return s
}

// wrap breaks s at spaces into lines of at most w columns.
func wrap(s string, w int) []string {
	w = max(w, 20)
	return told.Lines(s, w, w)
}

// Millis says a round trip in a few characters.
func Millis(ns int64) string { return millis(ns) }

// Seconds says a duration in a few characters.
func Seconds(ns int64) string { return seconds(ns) }

func seconds(ns int64) string { return told.Seconds(ns) }

func millis(ns int64) string {
	ms := float64(ns) / 1e6
	switch {
	case ns > 0 && ns < 500: // more than nothing, whatever is rounded
		return "<0.001 ms"
	case ns > 0 && ms < 0.01:
		return fmt.Sprintf("%.3f ms", ms)
	case ms < 10:
		return fmt.Sprintf("%.2f ms", ms)
	case ms < 100000:
		return fmt.Sprintf("%.0f ms", ms)
	}
	return fmt.Sprintf("%.0f s", ms/1e3)
}

func count(n uint64) string { return fmt.Sprint(n) }

// Amount says octets in four or five characters.
func Amount(n uint64) string {
	f := float64(n)
	for _, u := range []string{"B", "kB", "MB", "GB", "TB"} {
		if f < 999.5 || u == "TB" {
			if u == "B" || f >= 99.95 {
				return fmt.Sprintf("%.0f %s", f, u)
			}
			return fmt.Sprintf("%.1f %s", f, u)
		}
		f /= 1000
	}
	return ""
}
