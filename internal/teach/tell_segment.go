package teach

import (
	"strings"

	"portero/capture"
	"portero/handshake"
	"portero/internal/trace"
)

// segment tells a packet with neither SYN nor RST.
func (t *teller) segment(i int) Telling {
	s := &t.tr.Steps[i]
	l := t.l
	x := Telling{}
	who, peer := l.Who(s.From), l.who(s.From.Peer())
	fin := s.Flags.Any(capture.FIN)
	switch {
	case s.Has(trace.ThirdACK), s.Has(trace.ThirdACKData):
		x = t.third(s)
	case t.rec.Handshake == handshake.Probe:
		if s.Len == 0 && s.Flags == capture.ACK && s.From == trace.Orig {
			return Telling{Plain: l.f("%s sends an acknowledgement that belongs to no connection. Port scanners do so to see how the other computer reacts; who lost track of a connection does so too.",
				"%s envía una confirmación que no pertenece a ninguna conexión. Así hacen los escáneres de puertos para ver cómo reacciona el otro equipo, y también quien perdió la cuenta de una conexión.", who)}
		}
		return Telling{Plain: l.f("%s sends a packet that belongs to no connection in this capture.", "%s envía un paquete que no pertenece a ninguna conexión de esta captura.", who)}
	case t.rec.Kind == handshake.Split && s.From == trace.Resp && s.Before[trace.Resp].State == trace.SynReceived && s.Len == 0:
		return Telling{Quote: l.t("I heard x, so I expect x+1.", "Oí x, así que espero x+1."),
			Plain: l.t("The first half of the answer: it acknowledges, and does not call back yet.", "La primera mitad de la respuesta: confirma, y aún no llama a su vez.")}
	case s.Has(trace.KeepAlive):
		x := Telling{Quote: l.t("Still there?", "¿Hay alguien ahí?"), Plain: l.f("After a long silence %s asks whether the line is alive. It sends nothing new.",
			"Tras un largo silencio, %s pregunta si la línea sigue viva. No envía nada nuevo.", l.who(s.From))}
		if s.Delta < longSilence {
			x.Plain = l.f("%s asks whether the line is alive. It sends nothing new.", "%s pregunta si la línea sigue viva. No envía nada nuevo.", who)
		}
		return x
	case s.Has(trace.WindowProbe):
		return Telling{Quote: l.t("Is there room again?", "¿Ya hay sitio?"), Plain: l.f("%s may send nothing, for the other end has no room, and asks whether there is some again. It sends nothing new.",
			"%s no puede enviar, porque el otro extremo no tiene sitio, y pregunta si ya lo hay. No envía nada nuevo.", who)}
	case s.Has(trace.KeepAliveAnswer):
		return Telling{Quote: l.t("Still here.", "Aquí sigo."), Plain: l.f("%s repeats where it stands: the line is alive.", "%s repite por dónde va: la línea sigue viva.", who)}
	case s.Has(trace.ChallengeACK):
		return Telling{Quote: l.t("We are at this point of our talk.", "Vamos por este punto."), Plain: l.f("%s repeats where it stands, as it must when a packet does not fit (challenge ACK). Nothing changes.",
			"%s repite por dónde va, como debe cuando un paquete no encaja (challenge ACK). Nada cambia.", who)}
	case s.Has(trace.DupACK):
		return Telling{Plain: l.f("%s repeats its last confirmation: something before what just came has not arrived.",
			"%s repite su última confirmación: falta algo anterior a lo que acaba de llegar.", who)}
	case s.Has(trace.WindowUpdate):
		return Telling{Plain: l.f("%s says how much room it has now: %s.", "%s dice cuánto espacio tiene ahora: %s.", who, l.octets(int64(s.Window)))}
	case s.Len > 0:
		x.Plain = t.data(s)
	case !fin:
		x.Plain = t.acks(s)
	}
	if s.Has(trace.Gap) && s.GapAcked == 0 && s.RelSeq > t.bridged[s.From] {
		x.Plain = sentences(l.f("Up to here %s of %s are not seen: lost, or missed by the capture.", "Hasta aquí no se ven %s de %s: se perdieron o escaparon a la captura.", l.octets(s.GapLen), l.who(s.From)), x.Plain)
	}
	if s.Has(trace.SumDoubted) {
		x.Plain = sentences(x.Plain, l.t("Its checksum is wrong, and these bytes count all the same: not all of them came in another packet.",
			"Su suma de comprobación es errónea, y aun así estos bytes cuentan: no todos llegaron en otro paquete."))
	}
	if s.Has(trace.Confirms) && t.rec.Handshake.Opened() {
		proof := l.t("This proves that the third packet was accepted: the server is ESTABLISHED for certain.", "Esto prueba que el tercer paquete fue aceptado: el servidor está en ESTABLISHED con certeza.")
		if s.From == trace.Orig && t.rec.Kind == handshake.Split {
			proof = l.t("This proves that the third packet was accepted: the client is ESTABLISHED for certain.", "Esto prueba que el tercer paquete fue aceptado: el cliente está en ESTABLISHED con certeza.")
		} else if s.After[trace.Resp].State > trace.Established {
			proof = l.t("This proves that the third packet had been accepted: the server was ESTABLISHED before.", "Esto prueba que el tercer paquete había sido aceptado: el servidor estuvo antes en ESTABLISHED.")
		}
		x.Plain = sentences(x.Plain, proof)
	}
	if s.Has(trace.ZeroWindow) {
		x.Plain = sentences(x.Plain, l.f("It has no room left: %s must wait.", "No le queda espacio: %s debe esperar.", peer))
	}
	if fin {
		t.farewell(s, &x)
	}
	t.farewellHeard(s, &x)
	if s.Has(trace.AfterTheEnd) {
		x.Plain = sentences(x.Plain, l.t("For its sender the connection was already over.", "Para quien lo envía, la conexión ya había terminado."))
	}
	if x.Plain == "" {
		x.Plain = l.f("%s repeats where it stands.", "%s repite por dónde va.", who)
	}
	return x
}

func (t *teller) third(s *trace.Step) Telling {
	l := t.l
	x := Telling{Quote: l.t("I heard y.", "Oí y.")}
	x.Plain = l.t("The client acknowledges the server's number. Now each knows that the other hears it: the connection stands.",
		"El cliente confirma el número del servidor. Ahora cada uno sabe que el otro lo oye: la conexión está hecha.")
	switch a := s.After[trace.Resp]; {
	case s.From == trace.Resp: // of a split handshake, in which the client answered
		x = Telling{Quote: l.t("I heard your answer.", "Oí la respuesta."), Plain: l.t("The server acknowledges the client's answer to its call. Now each knows that the other hears it: the connection stands.",
			"El servidor confirma la respuesta del cliente a su llamada. Ahora cada uno sabe que el otro lo oye: la conexión está hecha.")}
	case t.guessing && a.State < trace.Established:
	case a.State < trace.Established && a.State != trace.Unknown:
		x.Plain = l.t("The client acknowledges the server's number. For the client the connection stands; the server has not taken note yet, as its next packet shows.",
			"El cliente confirma el número del servidor. Para el cliente la conexión está hecha; el servidor aún no tomó nota, como muestra su paquete siguiente.")
	case a.State == trace.Established && a.Inferred && t.once("inferred"):
		x.Plain += l.t(" That it reached the server is inferred until the server says something.", " Que llegó al servidor se infiere hasta que el servidor diga algo.")
	}
	if s.HasAck {
		x.Check, x.Holds = l.f("ack %d = %d + 1", "ack %d = %d + 1", s.RelAck, s.RelAck-1), true
	}
	if s.Has(trace.ThirdACKData) {
		x.Plain += l.f(" The same packet already carries %s.", " El mismo paquete ya lleva %s.", l.octets(int64(s.Len)))
	}
	return x
}

func (t *teller) data(s *trace.Step) string {
	l := t.l
	who := l.Who(s.From)
	from, to := s.RelSeq, s.RelSeq+int64(s.Len)-1
	span := l.f("bytes %d to %d", "los bytes %d a %d", from, to)
	if from == to {
		span = l.f("byte %d", "el byte %d", from)
	}
	switch {
	case s.RelSeq < 0 && t.tr.HasISN[s.From]:
		return l.f("%s sends %s with numbers from before its own first: nothing of this talk.", "%s envía %s con números anteriores a su primero: nada de esta charla.", who, l.octets(int64(s.Len)))
	case s.Has(trace.Retransmission):
		return l.f("%s sends %s again: no confirmation had come in time.", "%s envía otra vez %s: la confirmación no llegó a tiempo.", who, span)
	case s.Has(trace.OutOfOrder):
		return l.f("%s sends %s, which fill an earlier gap.", "%s envía %s, que llenan un hueco anterior.", who, span)
	case s.Has(trace.HalfCloseData):
		return l.f("%s had said goodbye, and still listens: %s goes on with %s (half-close).", "%s se había despedido y aún escucha: %s sigue con %s (semicierre).", l.Who(s.From.Peer()), l.who(s.From), span)
	}
	first := ""
	if t.once("data") {
		first = l.t(" Every byte has a number, so that a lost one is noticed.", " Cada byte lleva un número, para notar si falta alguno.")
	}
	if s.Repeats > 0 {
		first += l.f(" The first %d were sent before: no confirmation had come in time.", " Los primeros %d ya se habían enviado: la confirmación no llegó a tiempo.", s.Repeats)
	}
	return l.f("%s sends %s.", "%s envía %s.", who, span) + first
}

func (t *teller) acks(s *trace.Step) string {
	l := t.l
	if !s.HasAck {
		return ""
	}
	if s.Opts&capture.OptSACKBlocks != 0 {
		if t.behind(s.From.Peer(), s.RelAck) {
			return l.f("%s still waits for byte %d: what came lies behind a gap. It names what it has, so that only the rest is sent again (SACK).",
				"%s sigue esperando el byte %d: lo que llegó está tras un hueco. Dice lo que ya tiene, para que solo se reenvíe el resto (SACK).", l.Who(s.From), s.RelAck)
		}
		if s.RelAck <= 1 {
			return l.f("%s confirms the call, which reached it twice (SACK).", "%s confirma la llamada, que le llegó dos veces (SACK).", l.Who(s.From))
		}
		return l.f("%s confirms everything up to %d, and that some of it came twice (SACK).", "%s confirma todo hasta el %d, y que parte llegó dos veces (SACK).", l.Who(s.From), s.RelAck-1)
	}
	if f := t.finHeard(s); f {
		return l.f("%s confirms everything up to %d, the farewell included.", "%s confirma todo hasta el %d, incluida la despedida.", l.Who(s.From), s.RelAck-1)
	}
	if s.RelAck < 0 && t.tr.HasISN[s.From.Peer()] {
		return l.f("%s confirms numbers from before the other end's first: nothing of this talk.", "%s confirma números anteriores al primero del otro extremo: nada de esta charla.", l.Who(s.From))
	}
	if s.RelAck <= 1 {
		return l.f("%s confirms the call; no byte has come yet.", "%s confirma la llamada; aún no llegó ningún byte.", l.Who(s.From))
	}
	first := ""
	if t.once("acks") {
		first = l.f(" (ack %d is the byte it expects next)", " (ack %d es el byte que espera ahora)", s.RelAck)
	}
	return l.f("%s confirms everything up to %d%s.", "%s confirma todo hasta el %d%s.", l.Who(s.From), s.RelAck-1, first)
}

// finHeard reports whether s is the first to acknowledge the peer's FIN.
func (t *teller) finHeard(s *trace.Step) bool {
	x, ok := t.spans[s.From.Peer()][s.RelAck]
	return ok && x.flag == 1 && x.seq > 0 && s.RelAck > t.acked[s.From]
}

// farewell tells a FIN.
func (t *teller) farewell(s *trace.Step, x *Telling) {
	l := t.l
	who, peer := l.Who(s.From), l.who(s.From.Peer())
	switch {
	case s.Has(trace.FINAgain):
		x.Quote = l.t("Goodbye! Did you hear me?", "¡Adiós! ¿Se me oyó?")
		x.Plain = sentences(x.Plain, l.f("%s repeats its farewell: no confirmation had come.", "%s repite su despedida: no le llegó la confirmación.", who))
	case s.Has(trace.FINCrosses):
		x.Quote = l.t("I have nothing more to say.", "No tengo más que decir.")
		x.Plain = sentences(x.Plain, l.f("%s says goodbye before it has heard the other's farewell: both hang up at once.", "%s se despide antes de oír la despedida del otro: cuelgan los dos a la vez.", who))
	case s.Has(trace.SecondFIN):
		x.Quote = l.t("Neither have I. Goodbye.", "Yo tampoco. Adiós.")
		x.Plain = sentences(x.Plain, l.f("%s has nothing more to say either and waits for a last confirmation.", "%s tampoco tiene más que decir y espera una última confirmación.", who))
	default:
		x.Quote = l.t("I have nothing more to say.", "No tengo más que decir.")
		x.Plain = sentences(x.Plain, l.f("%s has said all it wanted (FIN). It can still listen: each side says goodbye for itself.", "%s ya dijo todo lo que quería (FIN). Aún puede escuchar: cada lado se despide por su cuenta.", who))
	}
	if !t.guessing && s.Has(trace.FINUnanswered) {
		x.Plain = sentences(x.Plain, l.f("Nothing in this capture shows that %s heard it.", "En esta captura nada muestra que %s lo oyera.", peer))
	}
}

// farewellHeard tells what an acknowledgement of a FIN means for its sender.
func (t *teller) farewellHeard(s *trace.Step, x *Telling) {
	l := t.l
	peer := l.Who(s.From.Peer())
	for _, m := range s.Moves {
		if m.End != s.From.Peer() || m.Frame != s.Frame {
			continue
		}
		switch m.Reason {
		case trace.FINAcknowledged:
			if x.Quote == "" {
				x.Quote = l.t("I heard your goodbye.", "Oí la despedida.")
				if t.once("fin counts") {
					x.Plain = sentences(x.Plain, l.t("The farewell counts as one byte, so it can be confirmed like one.", "La despedida cuenta como un byte, y así se confirma como uno."))
				}
			}
		case trace.LastAcknowledged, trace.CrossedFINAcked:
			if x.Quote == "" {
				x.Quote = l.t("I heard your goodbye too.", "También oí la despedida.")
			}
			if m.To == trace.Closed {
				x.Plain = sentences(x.Plain, l.f("%s is done.", "%s ha terminado.", peer))
			}
		}
	}
	for e, a := range s.After {
		if a.State == trace.TimeWait && s.Before[e].State != trace.TimeWait && t.once("time-wait") {
			x.Plain = sentences(x.Plain, l.f("%s waits a while in TIME-WAIT (twice the longest life of a packet, usually a minute or more): the last confirmation may have to be repeated, and old packets must die out first.",
				"%s espera un rato en TIME-WAIT (el doble de la vida máxima de un paquete, normalmente un minuto o más): quizá deba repetir la última confirmación, y los paquetes viejos han de caducar.", l.Who(trace.End(e))))
		}
	}
}

// longSilence is how long nothing was said before a keep-alive, ns, to be worth a word.
const longSilence = 5e9

// smallest is how much payload one packet takes almost everywhere: RFC 791 has every host
// take 576 octets, of which headers may take 64.
const smallest = 512

// datagram tells a packet of an exchange without connection.
func (t *teller) datagram(i int) Telling {
	s := &t.tr.Steps[i]
	l := t.l
	n := l.octets(int64(s.Len))
	others, more := "Otros", n
	if s.Len == 1 {
		others, more = "Otro", "byte"
	}
	x := Telling{}
	switch {
	case t.rec.Proto != capture.ProtoUDP:
		// What it asks or answers, its own rules say; only its sender and size are told.
		x.Plain = l.f("%s sends %s.", "%s envía %s.", l.Who(s.From), n)
		if m := message(s); m != nil {
			x = t.message(s, m)
		}
	case s.QUIC != 0:
		x = t.quic(s, n)
	case s.Has(trace.Reply):
		if t.once("reply") {
			x.Quote = l.t("Dear client, here is your answer.", "Estimado cliente: aquí está su respuesta.")
			x.Plain = l.f("The server's program answers with %s. That is its own courtesy: UDP itself confirms nothing.", "El programa del servidor contesta con %s. Es cortesía suya: UDP no confirma nada.", n)
		} else {
			x.Plain = l.f("Another %s from the server.", others+" %s del servidor.", more)
		}
	case s.Has(trace.RequestAgain):
		x.Plain = l.f("The client sends %s without having heard anything: perhaps the same question again, perhaps the next part.", "El cliente envía %s sin haber oído nada: quizá la misma pregunta, quizá la parte siguiente.", n)
		if !t.once("again") {
			x.Plain = l.f("Another %s from the client.", others+" %s del cliente.", more)
		}
	default:
		if t.once("request") {
			x.Quote = l.t("Dear server, here is a letter.", "Estimado servidor: aquí va una carta.")
			x.Plain = l.f("The client posts a datagram of %s. No call before it, no promise that it arrives.", "El cliente echa al correo un datagrama de %s. Sin llamada previa ni promesa de que llegue.", n)
		} else {
			x.Plain = l.f("The client sends another %s.", "El cliente envía "+strings.ToLower(others)+" %s.", more)
		}
	}
	switch {
	case s.Has(trace.Reassembled) && s.Len <= smallest:
		x.Plain += l.t(" It travelled in several fragments, though so few bytes fit one packet.", " Viajó en varios fragmentos, aunque tan pocos bytes caben en un solo paquete.")
	case s.Has(trace.Reassembled):
		x.Plain += l.t(" It was too large for one packet and travelled in several fragments.", " No cabía en un paquete y viajó en varios fragmentos.")
	}
	return x
}
