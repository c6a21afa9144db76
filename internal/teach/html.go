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
	f := &fragment{Ladder: l, as: &sheet{Ladder: l}}
	f.begin(o)
	f.ends()
	f.b.WriteString("<ol class=\"rungs\">\n")
	for i := range l.Rungs {
		f.rung(&l.Rungs[i])
	}
	f.b.WriteString("</ol>\n")
	f.outro()
	f.b.WriteString("</section>\n")
	_, err := io.WriteString(w, f.b.String())
	return err
}

// fragment is one as far as it is written.
type fragment struct {
	*Ladder
	as *sheet // states and times in its words
	b  strings.Builder
}

// put writes a text between two marks.
func (f *fragment) put(before, text, after string) {
	f.b.WriteString(before + html.EscapeString(text) + after)
}

func (f *fragment) begin(o DrawOptions) {
	class := "ladder"
	if o.Large {
		class += " large"
	}
	fmt.Fprintf(&f.b, `<section class="%s" lang="%s"`, class, f.Lang)
	if id := cleanID(o.ID); id != "" {
		fmt.Fprintf(&f.b, ` id="%s"`, id)
	}
	f.b.WriteString(">\n")
	for _, s := range f.Intro {
		f.put("<p>", s, "</p>\n")
	}
}

// ends writes who speaks, and in which states they begin.
func (f *fragment) ends() {
	f.put(`<p class="ends"><span class="end orig">`, f.Left, "</span> ")
	f.put(`<span class="end resp">`, f.responder(), "</span></p>\n")
	if f.States {
		f.put(`<p class="states"><span class="state orig">`, f.as.standing(f.Start[0]), "</span> ")
		f.put(`<span class="state resp">`, f.as.standing(f.Start[1]), "</span></p>\n")
	}
}

func (f *fragment) rung(r *Rung) {
	kind := [...]string{"from-orig", "from-resp", "from-way"}[r.From]
	for _, x := range []struct {
		on   bool
		name string
	}{{r.Missed, " missed"}, {r.Ignored, " ignored"}, {r.Folded > 0, " folded"}} {
		if x.on {
			kind += x.name
		}
	}
	fmt.Fprintf(&f.b, `<li class="rung %s" data-frame="%d" data-rel-ns="%d">`, kind, r.Frame, r.Rel)
	if r.Folded == 0 {
		f.packet(r)
	}
	if f.States {
		for e, c := range [...]string{"orig", "resp"} {
			if s := f.as.moved(r, trace.End(e)); s != "" {
				f.put(` <span class="state `+c+`">`, s, "</span>")
			}
		}
	}
	if r.Quote != "" {
		f.put("<blockquote>", r.Quote, "</blockquote>")
	}
	if r.Plain != "" {
		f.put("<p>", r.Plain, "</p>")
	}
	if r.Check != "" {
		f.put(`<p class="check">`, r.Check, mark(r.Holds)+"</p>")
	}
	f.b.WriteString("</li>\n")
}

// packet writes who sent what, and when.
func (f *fragment) packet(r *Rung) {
	f.put(`<span class="sender">`, f.lang.who(r.From), "</span> ")
	f.put(`<code class="label">`, r.Label, "</code>")
	if r.Missed {
		f.put(" <em>", f.lang.t("not in this capture", "no está en esta captura"), "</em>")
	} else {
		f.put(` <span class="frame">`, f.lang.t("frame ", "trama ")+strconv.FormatUint(r.Frame, 10), "</span> ")
		f.put(`<span class="time">`, f.as.time(r.Rel), "</span>")
	}
	if r.Wire != "" {
		f.put(` <small class="wire">`, r.Wire, "</small>")
	}
}

func (f *fragment) outro() {
	for _, s := range f.Outro {
		f.put(`<p class="outro">`, s, "</p>\n")
	}
	if len(f.Deviations) == 0 {
		return
	}
	f.put(`<p class="deviations">`, f.lang.t("Where it differs from the textbook:", "En qué se aparta del libro:"), "</p>\n<ul>\n")
	for _, s := range f.Deviations {
		f.put("<li>", s, "</li>\n")
	}
	f.b.WriteString("</ul>\n")
}

func cleanID(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return -1
	}, s)
}
