package teach

import (
	"io"
	"strconv"
	"strings"

	"portero/internal/trace"
)

// WriteMermaid draws the ladder as a Mermaid sequence diagram.
func (l *Ladder) WriteMermaid(w io.Writer, _ DrawOptions) error {
	var b strings.Builder
	b.WriteString("sequenceDiagram\n")
	b.WriteString("  participant A as " + mermaid(l.Left) + "\n  participant B as " + mermaid(l.responder()) + "\n")
	p := &sheet{Ladder: l}
	if l.States {
		b.WriteString("  Note over A: " + mermaid(p.standing(l.Start[0])) + "\n  Note over B: " + mermaid(p.standing(l.Start[1])) + "\n")
	}
	for i := range l.Rungs {
		r := &l.Rungs[i]
		head := "->>"
		switch {
		case r.Missed:
			head = "-->>"
		case r.Ignored:
			head = "-x"
		}
		lab := r.Label
		if !r.Missed {
			lab = strconv.FormatUint(r.Frame, 10) + ": " + lab
		} else {
			lab += l.lang.t(" (not in this capture)", " (no está en esta captura)")
		}
		switch {
		case r.Folded > 0:
			b.WriteString("  Note over A,B: " + mermaid(r.Plain) + "\n")
			continue
		case r.From == trace.Neither:
			b.WriteString("  Note over A,B: " + mermaid(lab+" - "+r.Plain) + "\n")
			continue
		case r.From == trace.Orig:
			b.WriteString("  A" + head + "B: " + mermaid(lab) + "\n")
		default:
			b.WriteString("  B" + head + "A: " + mermaid(lab) + "\n")
		}
		if s := p.moved(r, trace.Orig); l.States && s != "" {
			b.WriteString("  Note left of A: " + mermaid(s) + "\n")
		}
		if s := p.moved(r, trace.Resp); l.States && s != "" {
			b.WriteString("  Note right of B: " + mermaid(s) + "\n")
		}
		if r.Plain != "" {
			b.WriteString("  Note over A,B: " + mermaid(strings.Join(wrapWords(r.Plain, 50), "<br/>")) + "\n")
		}
	}
	for _, s := range l.Outro {
		b.WriteString("  Note over A,B: " + mermaid(s) + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// mermaid makes s safe inside a diagram: a semicolon ends a statement there and
// a hash starts an entity.
func mermaid(s string) string {
	return strings.NewReplacer("#", "", ";", ",", "\n", " ", "\r", " ", "%%", "%").Replace(s)
}
