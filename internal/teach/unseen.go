package teach

import "portero/internal/trace"

// unseen draws what of its receiver the next step acknowledges and the capture lacks; at is where both stand by then.
func (t *teller) unseen(s *trace.Step, at [2]trace.Standing) Rung {
	l, who := t.l, t.l.who(s.From.Peer())
	r := Rung{From: s.From.Peer(), Label: l.octets(s.Unseen), Missed: true, Rel: s.Rel, Before: at, After: at}
	switch {
	case s.Unseen == 1 && s.UnseenFIN:
		r.Label = l.t("FIN or 1 byte", "FIN o 1 byte")
		r.Plain = l.f("Something of %s is not in the capture. The next packet confirms one number more than was seen: a farewell (FIN), which counts as one byte, or one byte.",
			"Algo de %s no está en la captura. El paquete siguiente confirma un número más de los vistos: una despedida (FIN), que cuenta como un byte, o un byte.", who)
	case s.UnseenFIN:
		r.Plain = l.f("These bytes of %s are not in the capture; the last may have been its farewell (FIN), which counts as one. The next packet confirms them: they were sent, and arrived.",
			"Estos bytes de %s no están en la captura; el último pudo ser su despedida (FIN), que cuenta como uno. El paquete siguiente los confirma: se enviaron y llegaron.", who)
	case s.Unseen == 1:
		r.Plain = l.f("This byte of %s is not in the capture. The next packet confirms it: it was sent, and arrived.",
			"Este byte de %s no está en la captura. El paquete siguiente lo confirma: se envió y llegó.", who)
	default:
		r.Plain = l.f("These bytes of %s are not in the capture. The next packet confirms them: they were sent, and arrived.",
			"Estos bytes de %s no están en la captura. El paquete siguiente los confirma: se enviaron y llegaron.", who)
	}
	t.bridged[s.From.Peer()] = s.RelAck
	return r
}

// gapMissed reports whether what step s goes on behind, and the capture lacks, is drawn: it was acknowledged later, and not drawn
// before.
func (t *teller) gapMissed(s *trace.Step) bool {
	return s.Has(trace.Gap) && s.GapAcked != 0 && s.RelSeq > t.bridged[s.From]
}

// gap draws it.
func (t *teller) gap(s *trace.Step, at [2]trace.Standing) Rung {
	l, who := t.l, t.l.who(s.From)
	n := min(s.GapLen, s.RelSeq-t.bridged[s.From]) // that which was not drawn before
	r := Rung{From: s.From, Label: l.octets(n), Missed: true, Rel: s.Rel, Before: at, After: at}
	if n == 1 {
		r.Plain = l.f("This byte of %s is not in the capture. Packet %d confirms it: it was sent, and arrived.",
			"Este byte de %s no está en la captura. El paquete %d lo confirma: se envió y llegó.", who, s.GapAcked)
	} else {
		r.Plain = l.f("These bytes of %s are not in the capture. Packet %d confirms them: they were sent, and arrived.",
			"Estos bytes de %s no están en la captura. El paquete %d los confirma: se enviaron y llegaron.", who, s.GapAcked)
	}
	if t.guessing { // that packet is still to be foretold
		r.Plain = l.f("Here bytes of %s are not in the capture.", "Aquí faltan en la captura bytes de %s.", who)
	}
	return r
}
