package teach

import (
	"fmt"
	"html"
	"io"
	"strconv"
	"strings"

	"portero/internal/trace"
)

// Title names the connection, for a page's title.
func (l *Ladder) Title() string { return l.Left + " > " + l.Right + " - portero" }

// WriteHTML writes the ladder as an HTML fragment: an ordered list that reads
// well to a screen reader and needs no style sheet, script or outside file.
func (l *Ladder) WriteHTML(w io.Writer, o DrawOptions) error {
	var b strings.Builder
	esc := html.EscapeString
	class := "ladder"
	if o.Large {
		class += " large"
	}
	id := cleanID(o.ID)
	fmt.Fprintf(&b, `<section class="%s" lang="%s"`, class, l.Lang)
	if id != "" {
		fmt.Fprintf(&b, ` id="%s"`, id)
	}
	b.WriteString(">\n")
	right := l.Right
	if l.Service != "" {
		right += " (" + l.Service + ")"
	}
	for _, s := range l.Intro {
		b.WriteString("<p>" + esc(s) + "</p>\n")
	}
	p := &sheet{Ladder: l}
	b.WriteString(`<p class="ends"><span class="end orig">` + esc(l.Left) + `</span> <span class="end resp">` + esc(right) + "</span></p>\n")
	if l.States {
		b.WriteString(`<p class="states"><span class="state orig">` + esc(p.standing(l.Start[0])) + `</span> <span class="state resp">` + esc(p.standing(l.Start[1])) + "</span></p>\n")
	}
	b.WriteString("<ol class=\"rungs\">\n")
	for i := range l.Rungs {
		r := &l.Rungs[i]
		kind := [...]string{"from-orig", "from-resp", "from-way"}[r.From]
		for _, x := range []struct {
			on   bool
			name string
		}{{r.Missed, " missed"}, {r.Ignored, " ignored"}, {r.Folded > 0, " folded"}} {
			if x.on {
				kind += x.name
			}
		}
		fmt.Fprintf(&b, `<li class="rung %s" data-frame="%d" data-rel-ns="%d">`, kind, r.Frame, r.Rel)
		if r.Folded == 0 {
			who := l.lang.who(r.From)
			b.WriteString(`<span class="sender">` + esc(who) + `</span> <code class="label">` + esc(r.Label) + "</code>")
			if r.Missed {
				b.WriteString(` <em>` + l.lang.t("not in this capture", "no está en esta captura") + "</em>")
			} else {
				b.WriteString(` <span class="frame">` + l.lang.t("frame ", "trama ") + strconv.FormatUint(r.Frame, 10) + `</span> <span class="time">` + esc(p.time(r.Rel)) + "</span>")
			}
			if r.Wire != "" {
				b.WriteString(` <small class="wire">` + esc(r.Wire) + "</small>")
			}
		}
		if l.States {
			for e, c := range [...]string{"orig", "resp"} {
				if s := p.moved(r, trace.End(e)); s != "" {
					b.WriteString(` <span class="state ` + c + `">` + esc(s) + "</span>")
				}
			}
		}
		if r.Quote != "" {
			b.WriteString("<blockquote>" + esc(r.Quote) + "</blockquote>")
		}
		if r.Plain != "" {
			b.WriteString("<p>" + esc(r.Plain) + "</p>")
		}
		if r.Check != "" {
			b.WriteString(`<p class="check">` + esc(r.Check) + mark(r.Holds) + "</p>")
		}
		b.WriteString("</li>\n")
	}
	b.WriteString("</ol>\n")
	for _, s := range l.Outro {
		b.WriteString(`<p class="outro">` + esc(s) + "</p>\n")
	}
	if len(l.Deviations) > 0 {
		b.WriteString(`<p class="deviations">` + esc(l.lang.t("Where it differs from the textbook:", "En qué se aparta del libro:")) + "</p>\n<ul>\n")
		for _, s := range l.Deviations {
			b.WriteString("<li>" + esc(s) + "</li>\n")
		}
		b.WriteString("</ul>\n")
	}
	b.WriteString("</section>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func cleanID(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return -1
	}, s)
}
