package teach

import (
	"fmt"
	"html"
	"io"
	"strconv"
	"strings"

	"portero/internal/trace"
)

// DrawOptions say how SVG, Mermaid and HTML are drawn.
type DrawOptions struct {
	// Large is type for a projector.
	Large bool
	// ID makes the names inside an HTML fragment unique on its page; letters,
	// digits and dashes only.
	ID string
}

// WriteSVG draws the ladder as one SVG picture. It has no script, no style sheet
// and no outside reference; its strokes follow the text colour of the page.
func (l *Ladder) WriteSVG(w io.Writer, o DrawOptions) error {
	d := newDrawing(l, o)
	d.heads()
	top := d.y
	for i := range l.Rungs {
		d.rung(&l.Rungs[i])
	}
	bars := d.bars(top)
	d.outro()
	_, err := io.WriteString(w, d.open()+bars+d.b.String()+"</svg>\n")
	return err
}

const bold = ` font-weight="bold"`

// drawing is a picture as far as it is drawn, from above.
type drawing struct {
	*Ladder
	as          *sheet // states and times in its words
	large       bool
	size, wide  int // of letters, and of all
	line        int // how far lines are apart
	left, right int // the bars
	perLine     int // letters between them
	responder   string
	boxes       map[int][]int // tops of the states on each bar: it stops there and goes on below

	y int
	b strings.Builder
}

func newDrawing(l *Ladder, o DrawOptions) *drawing {
	d := &drawing{Ladder: l, as: &sheet{Ladder: l}, large: o.Large, size: 14, wide: 760, responder: l.responder(), boxes: map[int][]int{}}
	if o.Large {
		d.size, d.wide = 26, 1280
	}
	d.line = d.size * 3 / 2
	d.left, d.right = d.wide/5, d.wide*4/5
	d.perLine = d.letters(d.right - d.left - 2*d.size)
	d.y = d.size * 4
	return d
}

// letters is how many go into a width.
func (d *drawing) letters(width int) int { return width * 10 / (d.size * 6) }

func (d *drawing) middle() int { return (d.left + d.right) / 2 }

func (d *drawing) text(x, y int, anchor, weight, s string) {
	fmt.Fprintf(&d.b, `<text x="%d" y="%d" text-anchor="%s"%s>%s</text>`+"\n", x, y, anchor, weight, html.EscapeString(s))
}

// state draws a box on the bar at x.
func (d *drawing) state(x int, s string) {
	fw := width(s)*d.size*62/100 + d.size
	fmt.Fprintf(&d.b, `<rect x="%d" y="%d" width="%d" height="%d" rx="4" fill="none" stroke="currentColor"/>`+"\n", x-fw/2, d.y-d.size, fw, d.size*3/2)
	d.boxes[x] = append(d.boxes[x], d.y-d.size)
	d.text(x, d.y+d.size/10, "middle", bold, s)
}

// heads draws who stands there, and in which states they begin.
func (d *drawing) heads() {
	d.text(d.left, d.size*2, "middle", bold, d.Left)
	d.text(d.right, d.size*2, "middle", bold, d.responder)
	if d.States {
		d.state(d.left, d.as.standing(d.Start[0]))
		d.state(d.right, d.as.standing(d.Start[1]))
		d.y += d.line
	}
}

// rung draws an arrow, what it changed, and what is said of it.
func (d *drawing) rung(r *Rung) {
	d.y += d.line * 3 / 2
	if r.Folded == 0 {
		d.arrow(r)
	}
	d.y += d.line
	d.moves(r)
	for _, s := range d.sentences(r) {
		d.text(d.middle(), d.y, "middle", "", s)
		d.y += d.line
	}
}

func (d *drawing) arrow(r *Rung) {
	x1, x2 := d.left, d.right
	switch r.From {
	case trace.Resp:
		x1, x2 = d.right, d.left
	case trace.Neither:
		x1 = d.middle()
		x2 = d.left
	}
	label, dash := r.Label, ""
	if r.Missed {
		dash = ` stroke-dasharray="3 5"`
		label += d.lang.t(" (not in this capture)", " (no está en esta captura)")
	}
	fmt.Fprintf(&d.b, `<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="currentColor" stroke-width="2"%s/>`+"\n", x1, d.y, x2, d.y+d.size/2, dash)
	tip(&d.b, x2, d.y+d.size/2, x2 > x1, d.size, r.Ignored)
	d.text(d.middle(), d.y-d.size/3, "middle", bold, label)
	if !r.Missed {
		d.text(d.size/2, d.y+d.size/2, "start", "", strconv.FormatUint(r.Frame, 10))
		d.text(d.wide-d.size/2, d.y+d.size/2, "end", "", d.as.time(r.Rel))
	}
}

// moves draws the states that changed.
func (d *drawing) moves(r *Rung) {
	a, c := d.as.moved(r, trace.Orig), d.as.moved(r, trace.Resp)
	if !d.States || a == "" && c == "" {
		return
	}
	d.y += d.size / 2
	if a != "" {
		d.state(d.left, a)
	}
	if c != "" {
		d.state(d.right, c)
	}
	d.y += d.line
}

// sentences are the lines under an arrow. Large has room for the shorter ones.
func (d *drawing) sentences(r *Rung) []string {
	said := r.Plain
	if r.Quote != "" {
		said = "“" + r.Quote + "”"
		if !d.large {
			said += " " + r.Plain
		}
	}
	lines := wrapWords(said, d.perLine)
	if r.Check != "" {
		lines = append(lines, wrapWords(r.Check+mark(r.Holds), d.perLine)...)
	}
	return lines
}

// bars are both, from top to where the arrows end, but for the boxes on them.
func (d *drawing) bars(top int) string {
	var b strings.Builder
	for _, x := range []int{d.left, d.right} {
		from := top - d.line + d.size
		for _, to := range append(d.boxes[x], d.y) {
			if to > from {
				fmt.Fprintf(&b, `<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="currentColor" opacity="0.35"/>`+"\n", x, from, x, to)
			}
			from = max(from, to+d.size*3/2)
		}
	}
	return b.String()
}

func (d *drawing) outro() {
	d.y += d.line
	for _, s := range d.Outro {
		for _, line := range wrapWords(s, d.letters(d.wide-2*d.size)) {
			d.text(d.wide/2, d.y, "middle", bold, line)
			d.y += d.line
		}
	}
}

// open begins the picture, whose height is known in the end only, with what it says to who cannot see it.
func (d *drawing) open() string {
	head := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" lang="%s" font-family="system-ui, sans-serif" font-size="%d" fill="currentColor">`+"\n",
		d.wide, d.y+d.line, d.Lang, d.size)
	about := strings.Join(append(append([]string{}, d.Intro...), d.Outro...), " ")
	return head + "<title>" + html.EscapeString(d.Left+" > "+d.responder) + "</title>\n<desc>" + html.EscapeString(about) + "</desc>\n"
}

func mark(ok bool) string {
	if ok {
		return " ✓"
	}
	return " ✗"
}

// tip draws an arrow's head, or a cross where the packet must not be accepted.
func tip(b *strings.Builder, x, y int, rightwards bool, size int, cross bool) {
	h := size / 2
	d := -h
	if !rightwards {
		d = h
	}
	if cross {
		fmt.Fprintf(b, `<path d="M%d %dL%d %dM%d %dL%d %d" stroke="currentColor" stroke-width="2"/>`+"\n", x-h/2+d, y-h/2, x+h/2+d, y+h/2, x-h/2+d, y+h/2, x+h/2+d, y-h/2)
		return
	}
	fmt.Fprintf(b, `<path d="M%d %dL%d %dL%d %dZ"/>`+"\n", x, y, x+d, y-h/2, x+d, y+h/2)
}
