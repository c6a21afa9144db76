package teach

import (
	"slices"

	"portero/capture"
	"portero/handshake"
	"portero/internal/trace"
	"portero/internal/words"
)

// deviations says where the connection leaves the textbook.
func (t *teller) deviations() []string {
	l := t.l
	var out []string
	add := func(en, es string) { out = append(out, l.t(en, es)) }
	if !t.tr.TCP {
		return nil
	}
	switch t.rec.Kind {
	case handshake.Simultaneous:
		if o, r := &t.rec.Orig, &t.rec.Resp; o.Addr == r.Addr && o.Port == r.Port {
			add("It called itself: both ends are one socket. Each packet arrives where it left, and the server that is drawn is the client.", "Se llamó a sí mismo: los dos extremos son un solo socket. Cada paquete llega a donde salió, y el servidor que se dibuja es el cliente.")
			break
		}
		add("Both called at once. The textbook shows one caller; the rules allow two.", "Los dos llamaron a la vez. El libro muestra uno solo que llama; las reglas admiten dos.")
	case handshake.Split:
		add("Four packets opened it instead of three: the SYN-ACK came in two parts.", "La abrieron cuatro paquetes y no tres: el SYN-ACK llegó en dos partes.")
	case handshake.FastOpen:
		add("Data travelled before the handshake was complete (Fast Open, RFC 7413).", "Viajaron datos antes de completarse el acuerdo (apertura rápida, RFC 7413).")
	case handshake.FastOpenIgnored:
		add("The client tried to send data with its SYN; the server did not take it.", "El cliente intentó enviar datos con el SYN; el servidor no los aceptó.")
	}
	if t.rec.Reuses != 0 {
		out = append(out, l.f("The same two ports had just been used by connection %d. Its packets and these cannot be mixed up: the numbers of this one begin elsewhere.",
			"Los mismos dos puertos los acababa de usar la conexión %d. Sus paquetes y estos no se confunden: los números de esta empiezan en otro sitio.", t.rec.Reuses))
	}
	if t.rec.SYNRetries > 0 {
		out = append(out, l.repeated(int(t.rec.SYNRetries)))
	}
	if t.rec.Handshake.Opened() && t.seen(trace.RSTRefuses) {
		add("The call was refused before it was taken.", "La llamada fue rechazada antes de ser atendida.")
	}
	seen := map[trace.Remark]bool{}
	crossed := false
	for i := range t.tr.Steps {
		for _, r := range t.tr.Steps[i].Remarks {
			seen[r] = true
		}
		for _, m := range t.tr.Steps[i].Moves {
			crossed = crossed || m.Reason == trace.FINsCross
		}
	}
	for _, d := range []struct {
		r      trace.Remark
		en, es string
	}{
		{trace.NotAcceptedYet, "The server answered again after the third packet: it had not accepted it yet.", "El servidor contestó otra vez tras el tercer paquete: aún no lo había aceptado."},
		{trace.ThirdACKData, "The third packet carries data at once; the book draws it empty.", "El tercer paquete ya lleva datos; el libro lo dibuja vacío."},
		{trace.CapturedLate, "The capture wrote packets down in another order than they were sent.", "La captura anotó paquetes en otro orden que el de envío."},
		{trace.Retransmission, "Some bytes were sent twice: a packet or its confirmation was lost or late.", "Algunos bytes se enviaron dos veces: un paquete o su confirmación se perdió o se retrasó."},
		{trace.FINAgain, "A goodbye was repeated: it or its confirmation was lost or late.", "Un adiós se repitió: él o su confirmación se perdió o se retrasó."},
		{trace.HalfCloseData, "One side said goodbye and still listened (half-close).", "Un lado se despidió y siguió escuchando (semicierre)."},
		{trace.StraySYN, "A SYN appeared inside the living connection and opened nothing.", "Apareció un SYN dentro de la conexión viva y no abrió nada."},
		{trace.RSTIgnored, "A RST with impossible numbers was ignored: suspected injection.", "Se ignoró un RST con números imposibles: posible inyección."},
		{trace.RSTDoubted, "A RST was ignored by its receiver: suspected injection.", "Quien recibió un RST lo ignoró: posible inyección."},
		{trace.Copy, "The capture holds exact copies of packets; each counts once.", "La captura contiene copias exactas de paquetes; cada uno cuenta una vez."},
		{trace.KeepAlive, "Keep-alives asked whether the other end was still there.", "Hubo keep-alives: preguntas de si el otro extremo seguía ahí."},
		{trace.WindowProbe, "One end had no room left, and the other asked whether there was some again.", "A un extremo no le quedaba sitio, y el otro preguntó si ya lo había."},
	} {
		if seen[d.r] {
			add(d.en, d.es)
		}
	}
	if crossed {
		add("Both said goodbye at once (CLOSING instead of FIN-WAIT-2).", "Los dos se despidieron a la vez (CLOSING en lugar de FIN-WAIT-2).")
	} else if t.rec.Close == handshake.Closed && t.threeStepClose() {
		if t.seen(trace.FINUnanswered) {
			add("The confirmation of the first goodbye travelled with the second; the book draws two packets. That of the second is not in the capture.", "La confirmación del primer adiós viajó con el segundo; el libro dibuja dos paquetes. La del segundo no está en la captura.")
		} else {
			add("Three packets closed it; the book draws four: the confirmation of the first goodbye travelled with the second.", "La cerraron tres paquetes; el libro dibuja cuatro: la confirmación del primer adiós viajó con el segundo.")
		}
	}
	return out
}

// seen reports whether some packet carries the remark.
func (t *teller) seen(r trace.Remark) bool {
	return slices.ContainsFunc(t.tr.Steps, func(s trace.Step) bool { return s.Has(r) })
}

// threeStepClose reports whether the second FIN also acknowledged the first.
func (t *teller) threeStepClose() bool {
	for i := range t.tr.Steps {
		s := &t.tr.Steps[i]
		if !s.Has(trace.SecondFIN) {
			continue
		}
		for _, m := range s.Moves {
			if m.Reason == trace.FINAcknowledged {
				return true
			}
		}
	}
	return false
}

// outro says what it all comes to.
func (t *teller) outro() []string {
	o := &closing{teller: t}
	if !t.tr.TCP {
		o.letters()
		return o.said
	}
	o.opened()
	o.refusedTLS()
	o.closed()
	o.states()
	return o.said
}

// closing are the last sentences of a tale.
type closing struct {
	*teller
	said []string
}

func (o *closing) add(en, es string) { o.said = append(o.said, o.l.t(en, es)) }

// letters is for datagrams.
func (o *closing) letters() {
	r := o.rec
	if o.quicEnd() {
		return
	}
	switch r.Exchange {
	case handshake.Answered:
		o.add("So: a letter and its answer. Nobody opened or closed anything.", "En resumen: una carta y su respuesta. Nadie abrió ni cerró nada.")
	case handshake.Unanswered:
		o.add("So: no answer was seen. With letters that proves nothing: none may be due, or it was lost.", "En resumen: no se vio respuesta. Con cartas eso no prueba nada: quizá no hacía falta, o se perdió.")
	case handshake.ReplyOnly:
		o.add("So: an answer whose question is not in the capture.", "En resumen: una respuesta cuya pregunta no está en la captura.")
	case handshake.Stream:
		o.add("So: many letters one way, like a broadcast.", "En resumen: muchas cartas hacia un lado, como una emisión.")
	case handshake.ExchangeRefused:
		o.add("So: the letter came back. The computer, or a firewall in its name, says that no program takes letters on that port.", "En resumen: la carta volvió. El equipo, o un cortafuegos (firewall) en su nombre, dice que ningún programa recibe en ese puerto.")
	case handshake.ExchangeFiltered:
		o.add("So: the letter came back: it could not or may not pass.", "En resumen: la carta volvió: no puede o no se permite pasar.")
	default:
		if r.Proto == capture.ProtoDCCP {
			o.add("So: packets of DCCP. How its connection was opened and closed is not judged here.", "En resumen: paquetes de DCCP. Cómo se abrió y se cerró su conexión no se juzga aquí.")
			break
		}
		if r.Proto == capture.ProtoSCTP {
			o.add("So: packets of SCTP. How its association was opened and closed is not judged here.", "En resumen: paquetes de SCTP. Cómo se abrió y se cerró su asociación no se juzga aquí.")
			break
		}
		o.add("So: packets without connection; nothing was opened or closed.", "En resumen: paquetes sin conexión; nada se abrió ni se cerró.")
	}
}

func (o *closing) opened() {
	r := o.rec
	switch r.Handshake {
	case handshake.Completed:
		o.completed()
	case handshake.CompletedUnseen:
		o.add("So: they connected. Not every opening packet is in the capture, but the other numbers prove it.", "En resumen: se conectaron. No están todos los paquetes de la apertura, pero los demás números lo prueban.")
	case handshake.Implied:
		if r.Orig.Pkts > 0 && r.Resp.Pkts > 0 {
			o.add("So: they connected, as far as one direction can show; what came from the other is damaged, or fits nothing.", "En resumen: se conectaron, hasta donde un solo sentido lo muestra; lo que vino del otro está dañado o no cuadra con nada.")
			break
		}
		o.add("So: they connected, as far as one direction can show; the other was not captured.", "En resumen: se conectaron, hasta donde un solo sentido lo muestra; el otro no se capturó.")
	case handshake.HalfOpen:
		o.add("So: half open. The server answered, and nothing seen acknowledges it: a lost packet, a scan or a flood; no packet can tell.", "En resumen: semiabierta. El servidor contestó y nada de lo visto lo confirma: un paquete perdido, un escaneo o una inundación; ningún paquete lo dice.")
	case handshake.Refused:
		if r.SYNACKFrame != 0 {
			o.add("So: refused, though a yes came behind the no. One of the two is of somebody on the way: a firewall, mostly, says no in the server's name.",
				"En resumen: rechazada, aunque tras el no llegó un sí. Uno de los dos es de alguien en el camino: suele ser un cortafuegos (firewall), que dice que no en nombre del servidor.")
			break
		}
		o.add("So: refused. The computer, or a firewall in its name, says no.", "En resumen: rechazada. El equipo, o un cortafuegos (firewall) en su nombre, dice que no.")
	case handshake.Filtered:
		if r.FilteredBy.IsValid() {
			by := r.FilteredBy.String()
			o.add("So: filtered. "+by+" says that the call may not or cannot pass.", "En resumen: filtrada. "+by+" dice que la llamada no puede pasar.")
			break
		}
		o.add("So: filtered. An ICMP message says that the call may not or cannot pass.", "En resumen: filtrada. Un mensaje ICMP dice que la llamada no puede pasar.")
	case handshake.NoAnswer:
		o.add("So: no answer in this capture. Whether the server is off, a firewall swallowed the call or the answer took another way, no packet tells.", "En resumen: sin respuesta en esta captura. Ningún paquete dice si el servidor está apagado, un cortafuegos (firewall) se tragó la llamada o la respuesta fue por otro camino.")
	case handshake.Aborted:
		if r.SYNACKFrame == 0 {
			o.add("So: aborted. The client took its call back; no answer to it is in this capture.", "En resumen: abandonada. El cliente retiró su llamada; en esta captura nadie le contestó.")
			break
		}
		o.add("So: aborted. The client hung up before anybody connected.", "En resumen: abandonada. El cliente colgó antes de que nadie se conectara.")
	case handshake.Invalid:
		if e := o.tr.End(); e[trace.Orig].State.Synchronized() && e[trace.Resp].State.Synchronized() {
			o.add("So: invalid. There was an answer, but its numbers do not fit. Later packets go on as if they had connected; no opening that would prove it is in this capture.",
				"En resumen: no válida. Hubo respuesta, pero sus números no corresponden. Los paquetes posteriores siguen como si se hubieran conectado; en esta captura no hay una apertura que lo pruebe.")
			break
		}
		o.add("So: invalid. There was an answer, but its numbers do not fit, and nobody connected.", "En resumen: no válida. Hubo respuesta, pero sus números no corresponden, y nadie se conectó.")
	case handshake.Midstream:
		if r.Reuses != 0 {
			o.add("So: its opening was not captured. Not knowing how is not the same as failing.", "En resumen: no se capturó su apertura. No saber cómo no es lo mismo que fallar.")
			break
		}
		o.add("So: it was open before the capture began. Not knowing how is not the same as failing.", "En resumen: ya estaba abierta antes de la captura. No saber cómo no es lo mismo que fallar.")
	case handshake.Unsolicited:
		o.add("So: an answer without a question. It blames nobody.", "En resumen: una respuesta sin pregunta. No culpa a nadie.")
	case handshake.Probe:
		o.add("So: a probe. It belongs to no connection.", "En resumen: un sondeo. No pertenece a ninguna conexión.")
	case handshake.Unknown:
		o.add("So: the capture kept too little of each packet to say what happened.", "En resumen: la captura guardó demasiado poco de cada paquete para decir qué pasó.")
	}
}

func (o *closing) completed() {
	switch o.rec.Kind {
	case handshake.Simultaneous:
		o.add("So: they connected. Each called, and each acknowledged the other's number.", "En resumen: se conectaron. Cada uno llamó y cada uno confirmó el número del otro.")
	case handshake.Split:
		o.add("So: they connected. The answer came in two parts, and the numbers fit all the same.", "En resumen: se conectaron. La respuesta llegó en dos partes, y los números cuadran igual.")
	default:
		o.add("So: they connected. All three packets are here and their numbers fit.", "En resumen: se conectaron. Están los tres paquetes y los números cuadran.")
	}
}

// refusedTLS says that who connected did not come to terms after all.
func (o *closing) refusedTLS() {
	r := o.rec
	if r.Handshake.Opened() && r.App != nil && r.App.TLS != nil && r.App.TLS.Refused() {
		h := r.App.TLS
		en, es := words.TLSAlert(h.Alert, h.AlertName(), h.AlertBy == 1, h.AlertFatal, h.AlertFrame)
		o.add("But "+en+".", "Pero "+es+".")
	}
}

func (o *closing) closed() {
	r := o.rec
	switch r.Close {
	case handshake.StillOpen:
		if !r.Final {
			o.add("It is still open.", "Sigue abierta.") // live capture goes on
			break
		}
		if r.EndReason != handshake.EndForced && r.EndReason != handshake.EndNone {
			o.add("It was still open when the capture last saw it.", "Seguía abierta cuando la captura la vio por última vez.") // and the capture went on
			break
		}
		o.add("It was still open when the capture ended.", "Seguía abierta cuando acabó la captura.")
	case handshake.Closed:
		o.add("Both said goodbye: an orderly end.", "Los dos se despidieron: un final ordenado.")
	case handshake.HalfClosed:
		if r.Orig.Pkts == 0 || r.Resp.Pkts == 0 {
			o.add("The side that was captured said goodbye; what the other did is not in the capture.", "El lado que se capturó se despidió; lo que hizo el otro no está en la captura.")
			break
		}
		if o.missedFIN() {
			o.add("Only one side said goodbye in this capture; the other's goodbye may have been missed.", "En esta captura solo un lado se despidió; la despedida del otro pudo escapar a la captura.")
			break
		}
		o.add("Only one side said goodbye; the other may go on.", "Solo un lado se despidió; el otro puede seguir.")
	case handshake.Reset:
		if o.seen(trace.FirstFIN) {
			o.add("One side said goodbye; then a RST cut it off.", "Un lado se despidió; después, un RST la cortó.")
			break
		}
		o.add("It was cut off with a RST, without farewell.", "Un RST la cortó, sin despedida.")
	}
}

// missedFIN reports whether an end whose FIN was not seen may have sent one that was missed.
func (o *closing) missedFIN() bool {
	return slices.ContainsFunc(o.tr.Steps, func(s trace.Step) bool { return s.UnseenFIN })
}

// states says what no packet shows of the states in the end.
func (o *closing) states() {
	r, end := o.rec, o.tr.End()
	if end[trace.Orig].State == trace.TimeWait || end[trace.Resp].State == trace.TimeWait {
		o.add("TIME-WAIT ends by itself; no packet shows it.", "TIME-WAIT termina por sí solo; ningún paquete lo muestra.")
	}
	if r.Handshake.Opened() && r.ConfirmedFrame == 0 && end[trace.Resp].Inferred && end[trace.Resp].State != trace.Closed {
		o.add("No packet of the server shows that the third packet was accepted, so its state stays inferred.", "Ningún paquete del servidor muestra que aceptara el tercero, así que su estado queda inferido.")
	}
}
