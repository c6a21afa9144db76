package teach

import (
	"portero/catalog/identify"
	"portero/handshake"
	"portero/internal/trace"
)

// quicTalk are the sentences for what a datagram of QUIC shows first of its sender: by kind, of the client and of the server.
var quicTalk = []struct {
	kind           identify.QUICPackets
	client, server [2]string
}{
	{identify.QUICNegotiation, [2]string{}, [2]string{
		"It does not speak the version of QUIC that it was called in, and names those that it does (Version Negotiation). The client may call again.",
		"No habla la versión de QUIC en que lo llamaron y nombra las suyas (Version Negotiation). El cliente puede volver a llamar."}},
	{identify.QUICRetry, [2]string{}, [2]string{
		"It wants to be sure that the client is where it says (Retry): whoever gave a false address never sees the token in this. The client begins again with it.",
		"Quiere asegurarse de que el cliente está donde dice (Retry): quien dio una dirección falsa nunca ve la contraseña de un solo uso que va dentro. El cliente empieza otra vez con ella."}},
	{identify.QUICInitial, [2]string{
		"It asks for a connection: an Initial carries its hello, with keys that everybody can work out. It is filled up to 1,200 bytes, so that nobody can make the server send much more than it was sent.",
		"Pide una conexión: un Initial lleva su saludo, con claves que cualquiera puede calcular. Va relleno hasta 1200 bytes, para que nadie haga que el servidor envíe mucho más de lo que recibe."}, [2]string{
		"It answers, still in an Initial that everybody can read.",
		"Contesta, todavía en un Initial que cualquiera puede leer."}},
	{identify.QUICEarly, [2]string{
		"It was here before, and sends data at once under the old keys (0-RTT).",
		"Ya estuvo aquí, y envía datos enseguida con las claves de entonces (0-RTT)."}, [2]string{}},
	{identify.QUICHandshake, [2]string{
		"Its part of the rest of the handshake is secret.",
		"Su parte del resto del acuerdo es secreta."}, [2]string{
		"The rest of the handshake is secret: who it is, and the proof of it.",
		"El resto del acuerdo es secreto: quién es y su prueba."}},
	{identify.QUICShort, [2]string{
		"A packet under the last keys (1-RTT): it has the server's whole part of the handshake, and is done with its own. From here on all is secret.",
		"Un paquete con las últimas claves (1-RTT): tiene la parte entera del servidor y acabó la suya. Desde aquí todo es secreto."}, [2]string{
		"A packet under the last keys (1-RTT): a server may send some before it has the client's part, so this proves nothing yet.",
		"Un paquete con las últimas claves (1-RTT): un servidor puede enviar alguno antes de tener la parte del cliente, así que aún no prueba nada."}},
}

// quic tells a datagram of a connection of QUIC, of n (octets, in words): what is new in it.
func (t *teller) quic(s *trace.Step, n string) Telling {
	l := t.l
	who, side := "client", l.t("The client", "El cliente")
	if s.From == trace.Resp {
		who, side = "server", l.t("The server", "El servidor")
	}
	x := Telling{Plain: l.f("%s sends %s.", "%s envía %s.", side, n)}
	f := t.rec.App
	last := len(f.QUIC.Frames) > 0 && s.Frame == f.QUIC.Frames[len(f.QUIC.Frames)-1] // which decides
	done := last && s.From == trace.Resp && f.QUIC.Verdict == identify.QUICCompleted
	for _, k := range quicTalk {
		text := k.client
		if s.From == trace.Resp {
			text = k.server
		}
		if done && k.kind == identify.QUICShort {
			continue
		}
		if s.QUIC&k.kind != 0 && text[0] != "" && t.once("quic "+who+" "+k.kind.String()) {
			x.Plain += " " + l.t(text[0], text[1])
		}
	}
	if h := f.TLS; h != nil && s.From == trace.Resp && s.Frame == h.ReplyFrame {
		x.Plain += l.t(" Its own hello is in it.", " Dentro va su propio saludo.")
	}
	if last && f.QUIC.Verdict == identify.QUICClosed {
		x.Plain += l.t(" In it the handshake is broken off (CONNECTION_CLOSE).", " Con él se interrumpe el acuerdo (CONNECTION_CLOSE).")
	}
	if done {
		x.Plain += l.t(" It comes after the client's part of the handshake, under the last keys (1-RTT): both ends are done, and connected.",
			" Llega tras la parte del cliente, con las últimas claves (1-RTT): los dos acabaron el acuerdo y están conectados.")
	}
	return x
}

// quicAnswered reports whether the tale is one of QUIC in which both ends speak.
func (t *teller) quicAnswered() bool {
	return t.rec.App != nil && t.rec.App.QUIC != nil && t.rec.App.QUIC.Verdict > identify.QUICInitialOnly
}

// quicEnd says what became of a connection of QUIC; false: this is none.
func (o *closing) quicEnd() bool {
	if o.rec.App == nil || o.rec.App.QUIC == nil {
		return false
	}
	switch o.rec.App.QUIC.Verdict {
	case identify.QUICCompleted:
		o.add("So: letters that make a connection. QUIC's handshake completed; how the talk ended is secret.", "En resumen: cartas que forman una conexión. El acuerdo de QUIC se completó; cómo acabó la charla es secreto.")
	case identify.QUICUnfinished:
		o.add("So: QUIC's handshake began, and nothing here shows that it completed.", "En resumen: el acuerdo de QUIC empezó, y nada muestra aquí que se completara.")
	case identify.QUICRetried:
		o.add("So: the server asked for proof of address, and it went no further here.", "En resumen: el servidor pidió una prueba de la dirección, y aquí no pasó de ahí.")
	case identify.QUICNegotiated:
		o.add("So: the server speaks other versions of QUIC, and it went no further here.", "En resumen: el servidor habla otras versiones de QUIC, y aquí no pasó de ahí.")
	case identify.QUICClosed:
		o.add("So: the handshake of QUIC was broken off. Nobody connected.", "En resumen: el acuerdo de QUIC se interrumpió. Nadie se conectó.")
	case identify.QUICInitialOnly:
		if o.rec.Exchange != handshake.Unanswered {
			return false
		}
		o.add("So: a connection was asked for, and no answer was seen. Why, no packet tells.", "En resumen: se pidió una conexión y no se vio respuesta. Ningún paquete dice por qué.")
	default:
		return false
	}
	return true
}
