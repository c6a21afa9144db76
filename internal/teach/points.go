package teach

import (
	"fmt"
	"io"
	"strings"

	"github.com/fatih/color"

	"portero/internal/trace"
)

// Passage is one packet on its way past the places where somebody listens, from
// the client's end to the server's.
type Passage struct {
	From trace.End `json:"from"` // who sent it; Neither: something on the way
	// Label is what it carries, as on a rung.
	Label string `json:"label"`
	// At are the times at which it passed, in nanoseconds since the first packet;
	// valid with Seen.
	At   [3]int64 `json:"at_ns"`
	Seen [3]bool  `json:"seen"`
	// Lost: it vanished after the last place that saw it.
	Lost bool `json:"lost,omitempty"`
}

// Points is one connection as three places saw it.
type Points struct {
	Lang     Lang
	Passages []Passage
	// Verdicts are what portero says at each place, in words.
	Verdicts [3]string
}

// Label is what the arrow of a step carries.
func Label(s *trace.Step, l Lang) string { return label(s, l) }

// WriteText prints the three places side by side.
func (v *Points) WriteText(w io.Writer, o TextOptions) error {
	l := v.Lang
	p := &sheet{Ladder: &Ladder{lang: l}, TextOptions: o}
	if p.Width <= 0 {
		p.Width = 80
	}
	p.para("", l.t("The same packets at three places: at the client, in the middle, at the server. Times in ms.",
		"Los mismos paquetes en tres lugares: junto al cliente, en el medio y junto al servidor. Tiempos en ms."))
	p.line("")
	gap := 9 // columns of an arrow between two places
	const least = 9
	first := 18
	for i := range v.Passages {
		first = max(first, min(width(v.Passages[i].Label), 31))
	}
	if p.Width < first+1+3*least+2*gap { // what a packet carries stands above its way
		p.narrow, first = true, 1
		gap = max(min(gap, (p.Width-first-1-3*least)/2), 5)
	}
	place := max((p.Width-2-first-1-2*gap)/3, least)
	head := strings.Repeat(" ", first+1)
	for i, s := range []string{l.t("client", "cliente"), l.t("middle", "medio"), l.t("server", "servidor")} {
		head += center(s, place)
		if i < 2 {
			head += strings.Repeat(" ", gap)
		}
	}
	p.line(p.paint(head, color.Bold))
	for i := range v.Passages {
		p.passage(&v.Passages[i], first, place, gap)
	}
	p.line("")
	for i, s := range []string{l.t("at the client", "junto al cliente"), l.t("in the middle", "en el medio"), l.t("at the server", "junto al servidor")} {
		p.line(fmt.Sprintf("%s  %s", padTo(s, 17), v.Verdicts[i]))
	}
	_, err := io.WriteString(w, p.b.String())
	return err
}

func center(s string, n int) string {
	k := max(n-width(s), 0)
	return strings.Repeat(" ", k/2) + s + strings.Repeat(" ", k-k/2)
}

// passage prints one packet: the times at which the places saw it, and arrows
// between those.
func (p *sheet) passage(v *Passage, first, place, gap int) {
	name := v.Label
	switch {
	case p.narrow:
		for _, l := range wrapWords(name, p.Width) {
			p.line(l)
		}
		name = ""
	case width(name) > first:
		name = string([]rune(name)[:first])
	}
	b := padTo(name, first) + " "
	for i := range v.At {
		if i > 0 {
			b += arrowBetween(v, i, gap)
		}
		t := ""
		if v.Seen[i] {
			t = fmt.Sprintf("%+.1f", float64(v.At[i])/1e6)
		}
		b += center(t, place)
	}
	p.line(b)
}

// arrowBetween is the way from place i-1 to place i: the arrow of a packet that
// passed both, of one that was lost, or nothing.
func arrowBetween(v *Passage, i, gap int) string {
	right := v.From == trace.Orig
	if v.From == trace.Neither {
		right = v.Seen[2] // an error report travels to one end
	}
	near, far := i-1, i
	if !right {
		near, far = i, i-1
	}
	shaft := strings.Repeat("-", gap-4)
	switch {
	case v.Seen[near] && v.Seen[far] && right:
		return " " + shaft + "-> "
	case v.Seen[near] && v.Seen[far]:
		return " <-" + shaft + " "
	case v.Seen[near] && v.Lost && right:
		return " " + shaft + "-x "
	case v.Seen[near] && v.Lost:
		return " x-" + shaft + " "
	}
	return strings.Repeat(" ", gap)
}
