package teach

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/fatih/color"

	"portero/internal/trace"
	"portero/internal/words"
)

// TextOptions say how a ladder is printed.
type TextOptions struct {
	Width int  // columns; 0 is 80, at least 40
	Color bool // never the only sign
	ASCII bool // words for marks, plain quotation marks, letters without accents
	// Large leaves out what a room cannot read from afar: fewer columns, more air,
	// no wire numbers. Enlarge the terminal's type with it.
	Large bool
	// Wire adds the numbers of the wire and the options to every arrow; without it
	// only those that open or reset have them.
	Wire bool
}

// sheet prints one ladder.
type sheet struct {
	*Ladder
	TextOptions
	b           strings.Builder
	left, right int // columns of the two bars
	narrow      bool
	unit        string
}

// WriteText prints the ladder.
func (l *Ladder) WriteText(w io.Writer, o TextOptions) error {
	p := l.sheet(o)
	p.head()
	for i := range l.Rungs {
		p.rung(&l.Rungs[i])
	}
	p.tail()
	_, err := io.WriteString(w, p.b.String())
	return err
}

// sheet lays the ladder out.
func (l *Ladder) sheet(o TextOptions) *sheet {
	if o.Width <= 0 {
		o.Width = 80
		if o.Large {
			o.Width = 64
		}
	}
	o.Width = max(o.Width, 40)
	p := &sheet{Ladder: l, TextOptions: o, unit: "ms", narrow: o.Width < 70 && !o.Large || o.Width < 60}
	digits := 1
	var longest int64
	for i := range l.Rungs {
		digits = max(digits, len(strconv.FormatUint(l.Rungs[i].Frame, 10)))
		longest = max(longest, l.Rungs[i].Rel, -l.Rungs[i].Rel)
	}
	if longest >= 100e9 {
		p.unit = "s"
	}
	p.left = max(7, digits+4)
	p.right = o.Width - 22
	if o.Large {
		p.right = o.Width - 15
	}
	if p.narrow { // times stand below their arrows, labels that are long above
		p.left, p.right = max(4, digits+3), o.Width-3
	}
	return p
}

// head prints what stands before the first rung.
func (p *sheet) head() {
	for _, s := range p.Intro {
		p.para("", s)
	}
	p.line("")
	p.heads()
	if p.States {
		p.states(p.standing(p.Start[0]), p.standing(p.Start[1]))
	}
}

// tail prints what stands after the last.
func (p *sheet) tail() {
	p.line(p.bars("", ""))
	p.line("")
	for _, s := range p.Outro {
		p.para("", s)
	}
	for i, s := range p.Deviations {
		if i == 0 {
			p.line("")
			p.para("", p.lang.t("Where it differs from the textbook:", "En qué se aparta del libro:"))
		}
		p.para("- ", s)
	}
}

func (p *sheet) line(s string) {
	if p.ASCII {
		s = words.ASCII(s)
	}
	p.b.WriteString(strings.TrimRight(s, " ") + "\n")
}

func (p *sheet) paint(s string, a ...color.Attribute) string {
	if !p.Color {
		return s
	}
	c := color.New(a...)
	c.EnableColor()
	return c.Sprint(s)
}

func (p *sheet) para(mark, s string) {
	for i, l := range wrapWords(s, p.Width-len(mark)) {
		if i > 0 {
			mark = strings.Repeat(" ", len(mark))
		}
		p.line(mark + p.plain(l))
	}
}

// plain turns the few marks that are no ASCII into ones that are.
func (p *sheet) plain(s string) string {
	if !p.ASCII {
		return s
	}
	return words.ASCII(strings.NewReplacer("✓", p.lang.t("yes", "sí"), "✗", "no").Replace(s))
}

func width(s string) int { return len([]rune(s)) }

func padTo(s string, n int) string {
	if k := n - width(s); k > 0 {
		return s + strings.Repeat(" ", k)
	}
	return s
}

// heads prints the names of both ends over their bars.
func (p *sheet) heads() {
	right := p.responder()
	at := p.left - 2
	// The right name stands over its bar, further left where it would not fit.
	to := min(p.right-3, p.Width-width(right))
	if p.narrow && max(at+width(p.Left), width(right)) > p.Width {
		for _, l := range wrapWords(p.Left, p.Width-at) {
			p.line(strings.Repeat(" ", at) + p.paint(l, color.Bold))
		}
		for _, l := range wrapWords(right, p.Width-at) {
			p.line(strings.Repeat(" ", p.Width-width(l)) + p.paint(l, color.Bold))
		}
		return
	}
	if at+width(p.Left)+2 > to {
		p.line(strings.Repeat(" ", at) + p.paint(p.Left, color.Bold))
		p.line(strings.Repeat(" ", max(p.Width-width(right), 0)) + p.paint(right, color.Bold))
		return
	}
	p.line(strings.Repeat(" ", at) + p.paint(p.Left, color.Bold) + strings.Repeat(" ", to-at-width(p.Left)) + p.paint(right, color.Bold))
}

// bars is a line with both bars and text between and beside them.
func (p *sheet) bars(frame, text string) string {
	return p.barsTime(frame, text, "")
}

func (p *sheet) barsTime(frame, text, time string) string {
	s := "  " + padTo(frame, p.left-2) + "|" + padTo(text, p.right-p.left-1) + "|"
	if time != "" {
		s += "  " + time
	}
	return s
}

func (p *sheet) standing(s trace.Standing) string { return p.lang.standing(s) }

// standing is a state in words: what the packets imply and do not show says so.
func (l Lang) standing(s trace.Standing) string {
	w := s.State.String()
	if s.State == trace.Unknown {
		return l.t("(unknown)", "(no se sabe)")
	}
	if s.Inferred {
		w += l.t(" (inferred)", " (inferido)")
	}
	return w
}

// moved is what a rung shows at end e: the states it entered, empty when it stayed.
func (p *sheet) moved(r *Rung, e trace.End) string {
	if !r.Changed(e) && len(r.Path[e]) == 0 {
		return ""
	}
	out := ""
	for i, s := range r.Path[e] {
		if i < len(r.Path[e])-1 && !p.narrow {
			out += s.String() + " > "
		}
	}
	return out + p.standing(r.After[e])
}

// states prints what is shown at both ends; a bar where nothing is.
func (p *sheet) states(left, right string) {
	if left == "" && right == "" {
		return
	}
	at := p.left - 2
	l, lw := strings.Repeat(" ", p.left)+"|", p.left+1
	if left != "" {
		l, lw = strings.Repeat(" ", at)+p.paint(left, color.FgCyan), at+width(left)
	}
	w, start := "|", p.right
	if right != "" {
		start = min(p.right-3, p.Width-width(right))
		w = p.paint(right, color.FgCyan)
	}
	if start <= lw {
		// Both are long: one line each.
		p.line(l + strings.Repeat(" ", max(p.right-lw, 1)) + "|")
		l, lw = strings.Repeat(" ", p.left)+"|", p.left+1
	}
	p.line(l + strings.Repeat(" ", max(start-lw, 1)) + w)
}

// above takes the label of r where the arrow has no room for it.
func (p *sheet) above(r *Rung) string {
	label := r.Label
	if r.Missed {
		label += p.lang.t(" (not in this capture)", " (no está en esta captura)")
	}
	if r.Folded > 0 || width(label)+8 <= p.right-p.left-1 { // 8: what an arrow is without its label
		return ""
	}
	return label
}

// arrow draws the arrow of a rung with its label.
func (p *sheet) arrow(r *Rung) string {
	inner := p.right - p.left - 1
	dash := "-"
	if r.Missed {
		dash = "."
	}
	switch {
	case r.Folded > 0:
		return padTo("   ...", inner)
	case r.From == trace.Neither:
		s := " <-- " + r.Label + " "
		if p.above(r) != "" {
			s = " <-- "
		}
		return s + strings.Repeat(dash, max(inner-width(s)-2, 0)) + " *"
	}
	s := " " + r.Label + " "
	if p.above(r) != "" {
		s = dash
	} else if r.Missed {
		s += p.lang.t("(not in this capture) ", "(no está en esta captura) ")
	}
	body := strings.Repeat(dash, 4) + s
	tip := dash + ">"
	if r.Ignored {
		tip = dash + "x"
	}
	if r.From == trace.Orig {
		return body + strings.Repeat(dash, max(inner-width(body)-2, 0)) + tip
	}
	tip = "<" + dash
	if r.Ignored {
		tip = "x" + dash
	}
	return tip + strings.Repeat(dash, 2) + s + strings.Repeat(dash, max(inner-width(s)-4, 0))
}

func (p *sheet) rung(r *Rung) {
	if p.Large {
		p.line(p.bars("", ""))
	}
	frame := "-"
	if !r.Missed {
		frame = strconv.FormatUint(r.Frame, 10)
	}
	if r.Folded > 0 {
		frame = ""
	}
	tm := ""
	if !r.Missed && r.Folded == 0 {
		tm = p.time(r.Rel)
	}
	if s := p.above(r); s != "" {
		p.between(s)
	}
	if p.narrow {
		p.line(p.bars(frame, p.arrow(r)))
		if tm != "" {
			p.between(tm, color.Faint)
		}
	} else {
		p.line(p.barsTime(frame, p.arrow(r), tm))
	}
	if p.States {
		p.states(p.moved(r, trace.Orig), p.moved(r, trace.Resp))
	}
	p.words(r)
}

func (p *sheet) time(ns int64) string {
	sign := "+"
	if ns < 0 {
		sign, ns = "-", -ns
	}
	if p.unit == "s" {
		return fmt.Sprintf("%s%d.%01d s", sign, ns/1e9, ns%1e9/1e8)
	}
	if p.Large {
		return fmt.Sprintf("%s%d ms", sign, ns/1e6)
	}
	return fmt.Sprintf("%s%d.%03d ms", sign, ns/1e6, ns%1e6/1e3)
}

// between prints s between the bars.
func (p *sheet) between(s string, a ...color.Attribute) {
	margin := 3
	if p.narrow {
		margin = 1
	}
	inner := p.right - p.left - 1 - margin - 1
	for _, l := range wrapWords(p.plain(s), inner) { // what stands for a sign is longer
		p.line(strings.Repeat(" ", p.left) + "|" + strings.Repeat(" ", margin) + p.paint(l, a...) + strings.Repeat(" ", max(inner-width(l), 0)+1) + "|")
	}
}

// words prints what is said about a rung between the bars.
func (p *sheet) words(r *Rung) {
	put := p.between
	if r.Quote != "" {
		q := r.Quote
		if !strings.HasPrefix(q, "(") {
			q = "“" + q + "”"
		}
		put(q, color.Bold)
	}
	if r.Plain != "" && !(p.Large && r.Quote != "") {
		put(r.Plain)
	}
	if r.Check != "" {
		if r.Holds {
			put(r.Check+"  ✓", color.FgGreen)
		} else {
			put(r.Check+"  ✗", color.FgRed)
		}
	}
	if r.Wire != "" && !p.Large && (p.Wire || r.Opens) {
		put("["+r.Wire+"]", color.Faint)
	}
}

// wrapWords breaks s between words.
func wrapWords(s string, n int) []string {
	var out []string
	line := ""
	for _, w := range strings.Fields(s) {
		for width(w) > n && n > 0 { // a word longer than a line: an address
			r := []rune(w)
			if line != "" {
				out, line = append(out, line), ""
			}
			out, w = append(out, string(r[:n])), string(r[n:])
		}
		switch {
		case line == "":
			line = w
		case width(line)+1+width(w) <= n:
			line += " " + w
		default:
			out = append(out, line)
			line = w
		}
	}
	if line != "" {
		out = append(out, line)
	}
	return out
}
