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
	size, wide := 14, 760
	if o.Large {
		size, wide = 26, 1280
	}
	lh := size * 3 / 2
	left, right := wide/5, wide*4/5
	perLine := (right - left - 2*size) * 10 / (size * 6)
	var b strings.Builder
	y := size * 4
	text := func(x, y int, anchor, weight, s string) {
		fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="%s"%s>%s</text>`+"\n", x, y, anchor, weight, html.EscapeString(s))
	}
	const bold = ` font-weight="bold"`
	boxes := map[int][]int{} // tops of the states on each bar
	state := func(x int, s string) {
		fw := width(s)*size*62/100 + size
		fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d" rx="4" fill="none" stroke="currentColor"/>`+"\n", x-fw/2, y-size, fw, size*3/2)
		boxes[x] = append(boxes[x], y-size) // the bar stops here and goes on below
		text(x, y+size/10, "middle", bold, s)
	}
	right2 := l.Right
	if l.Service != "" {
		right2 += " (" + l.Service + ")"
	}
	text(left, size*2, "middle", bold, l.Left)
	text(right, size*2, "middle", bold, right2)
	p := &sheet{Ladder: l}
	if l.States {
		state(left, p.standing(l.Start[0]))
		state(right, p.standing(l.Start[1]))
		y += lh
	}
	top := y
	heads := b.String()
	b.Reset()
	for i := range l.Rungs {
		r := &l.Rungs[i]
		y += lh * 3 / 2
		if r.Folded == 0 {
			x1, x2 := left, right
			switch r.From {
			case trace.Resp:
				x1, x2 = right, left
			case trace.Neither:
				x1 = (left + right) / 2
				x2 = left
			}
			dash := ""
			if r.Missed {
				dash = ` stroke-dasharray="3 5"`
			}
			fmt.Fprintf(&b, `<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="currentColor" stroke-width="2"%s/>`+"\n", x1, y, x2, y+size/2, dash)
			tip(&b, x2, y+size/2, x2 > x1, size, r.Ignored)
			lab := r.Label
			if r.Missed {
				lab += l.lang.t(" (not in this capture)", " (no está en esta captura)")
			}
			text((left+right)/2, y-size/3, "middle", bold, lab)
			if !r.Missed {
				text(size/2, y+size/2, "start", "", strconv.FormatUint(r.Frame, 10))
				text(wide-size/2, y+size/2, "end", "", p.time(r.Rel))
			}
		}
		y += lh
		a, c := p.moved(r, trace.Orig), p.moved(r, trace.Resp)
		if l.States && (a != "" || c != "") {
			y += size / 2
			if a != "" {
				state(left, a)
			}
			if c != "" {
				state(right, c)
			}
			y += lh
		}
		said := r.Plain
		if r.Quote != "" {
			said = "“" + r.Quote + "”"
			if !o.Large {
				said += " " + r.Plain
			}
		}
		lines := wrapWords(said, perLine)
		if r.Check != "" {
			lines = append(lines, wrapWords(r.Check+mark(r.Holds), perLine)...)
		}
		for _, s := range lines {
			text((left+right)/2, y, "middle", "", s)
			y += lh
		}
	}
	end := y
	var bars strings.Builder
	for _, x := range []int{left, right} {
		from := top - lh + size
		for _, to := range append(boxes[x], end) {
			if to > from {
				fmt.Fprintf(&bars, `<line x1="%d" y1="%d" x2="%d" y2="%d" stroke="currentColor" opacity="0.35"/>`+"\n", x, from, x, to)
			}
			from = max(from, to+size*3/2)
		}
	}
	y = end + lh
	for _, s := range l.Outro {
		for _, line := range wrapWords(s, (wide-2*size)*10/(size*6)) {
			text(wide/2, y, "middle", bold, line)
			y += lh
		}
	}
	head := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" lang="%s" font-family="system-ui, sans-serif" font-size="%d" fill="currentColor">`+"\n",
		wide, y+lh, l.Lang, size)
	head += "<title>" + html.EscapeString(l.Left+" > "+right2) + "</title>\n<desc>" + html.EscapeString(strings.Join(append(append([]string{}, l.Intro...), l.Outro...), " ")) + "</desc>\n"
	_, err := io.WriteString(w, head+bars.String()+heads+b.String()+"</svg>\n")
	return err
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
