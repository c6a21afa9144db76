package certificate

import (
	"fmt"
	"slices"
	"strings"

	"portero/internal/record"
	"portero/internal/trace"
)

// and is t with more behind it.
func (t Text) and(more Text) Text {
	switch {
	case t.EN == "":
		return more
	case more.EN == "":
		return t
	}
	return Text{strings.TrimSuffix(t.EN, ".") + "; " + more.EN, strings.TrimSuffix(t.ES, ".") + "; " + more.ES}
}

// unseen tells what was acknowledged and is not in the capture.
func (c *Certificate) unseen() (t Text) {
	for e, who := range [2]Text{{"the originator", "el iniciador"}, {"the responder", "el respondedor"}} {
		var n, told int64 // told: up to here what was missed was counted
		var by []record.FrameRef
		fin := false
		for i := range c.tr.Steps {
			s := &c.tr.Steps[i]
			switch {
			case s.Unseen != 0 && s.From.Peer() == trace.End(e):
				n += s.Unseen
				by = append(by, s.Frame)
				fin = fin || s.UnseenFIN
				told = s.RelAck
			case s.GapAcked != 0 && s.From == trace.End(e) && s.RelSeq > told:
				n += min(s.GapLen, s.RelSeq-told)
				by = append(by, s.GapAcked)
			}
		}
		slices.Sort(by)
		by = slices.Compact(by)
		if n == 0 {
			continue
		}
		all, last, first := len(by), by[len(by)-1], frames(by[0])
		if all > 1 {
			first = frames(by[0], last)
		}
		if all > 2 {
			first = Text{fmt.Sprintf("frames %d to %d", by[0], last), fmt.Sprintf("las tramas %d a %d", by[0], last)}
		}
		verb := Text{" acknowledges", " confirma"}
		if all > 1 {
			verb = Text{" acknowledge", " confirman"}
		}
		en, es := fmt.Sprintf(" %d octets of %s that are not in the capture", n, who.EN), fmt.Sprintf(" %d octetos d%s que no están en la captura", n, who.ES)
		switch {
		case n == 1 && fin:
			en, es = " a number of "+who.EN+" that is not in the capture: its FIN, or one octet", " un número d"+who.ES+" que no está en la captura: su FIN o un octeto"
		case n == 1:
			en, es = " an octet of "+who.EN+" that is not in the capture", " un octeto d"+who.ES+" que no está en la captura"
		case fin:
			en, es = en+"; the last may be its FIN", es+"; el último puede ser su FIN"
		}
		t = t.and(Text{first.EN + verb.EN + en + ".", first.ES + verb.ES + es + "."})
	}
	return t
}
