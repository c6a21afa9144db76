package teach

import (
	"strings"

	"portero/capture"
	"portero/handshake"
	"portero/internal/record"
	"portero/internal/trace"
)

// Telling is what is said about one arrow.
type Telling struct {
	// Quote is what the packet would be in a telephone call (or a letter), empty
	// where no image helps.
	Quote string `json:"quote,omitempty"`
	// Plain is why it was sent and what it changed, in plain sentences.
	Plain string `json:"plain"`
	// Check is the equation that the packet satisfies or breaks: "ack 1 = 0 + 1".
	Check string `json:"check,omitempty"`
	// Holds says which; meaningful with Check.
	Holds bool `json:"holds,omitempty"`
}

// teller tells the steps of one trace.
type teller struct {
	l        Lang
	tr       *trace.Trace
	rec      *record.Record
	guessing bool // what comes next is asked: nothing of it is told before
	// said remembers what was explained once and need not be again.
	said map[string]bool
	// bridged is up to where what the capture lacks of each end was drawn, see unseen.
	bridged [2]int64
	ledger
}

func newTeller(rec *record.Record, tr *trace.Trace, l Lang) *teller {
	return &teller{l: l, tr: tr, rec: rec, said: map[string]bool{}}
}

// once reports whether this is the first time that key is asked for.
func (t *teller) once(key string) bool {
	if t.said[key] {
		return false
	}
	t.said[key] = true
	return true
}

// tell says step i. Steps must be told in order.
func (t *teller) tell(i int) Telling {
	s := &t.tr.Steps[i]
	x := t.step(i)
	if accepted(s) && t.tr.TCP {
		if x.Check == "" {
			x.Check = t.equation(s)
			x.Holds = x.Check != ""
		}
		t.book(s)
	}
	return x
}

// accepted reports whether the receiver of a packet must take it, so that its
// numbers count.
func accepted(s *trace.Step) bool {
	for _, r := range s.Remarks {
		switch r {
		case trace.RSTIgnored, trace.RSTDoubted, trace.StraySYN, trace.ThirdWrong, trace.SYNACKWrong, trace.OutOfWindow, trace.BehindFIN, trace.FINPassed, trace.AckOfUnsent,
			trace.BadChecksum, trace.OddFlags, trace.Copy, trace.NoFlags, trace.BadHeader, trace.ICMPError, trace.RSTStray, trace.SYNNewISN:
			return false
		}
	}
	return true
}

func (t *teller) step(i int) Telling {
	s := &t.tr.Steps[i]
	switch {
	case s.Has(trace.ICMPError):
		return t.icmp(s)
	case s.Has(trace.Copy):
		return Telling{Plain: t.l.t("An exact copy of a packet already seen: the capture met it twice. It counts once.",
			"Copia exacta de un paquete ya visto: la captura lo encontró dos veces. Cuenta una sola.")}
	case s.Has(trace.NoFlags):
		return Telling{Plain: t.l.t("The capture cut this packet before its flags; what it said is not known.",
			"La captura truncó este paquete antes de sus indicadores (flags); no se sabe qué decía.")}
	case s.Has(trace.BadHeader):
		return Telling{Plain: t.l.t("Its header gives a length that no header has: whoever gets it throws it away.",
			"Su cabecera indica una longitud que ninguna cabecera tiene: quien lo recibe lo descarta.")}
	case !t.tr.TCP:
		return t.datagram(i)
	}
	if x, ok := t.wrong(s); ok {
		return x
	}
	switch f := s.Flags; {
	case f.Any(capture.RST):
		return t.reset(s)
	case f.Has(capture.SYN | capture.ACK):
		return t.synAck(s)
	case f.Any(capture.SYN):
		return t.syn(s)
	}
	return t.segment(i)
}

// wrong tells the packets that their receiver must not accept.
func (t *teller) wrong(s *trace.Step) (Telling, bool) {
	l := t.l
	who, peer := l.Who(s.From), l.who(s.From.Peer())
	switch {
	case s.Has(trace.RSTDoubted):
		return Telling{Plain: l.f("A RST (hang up at once) in %s's name. Its number might do, but both went on as if it had not come: somebody else may have forged it, or it never arrived. It ends nothing.",
			"Un RST (colgar de golpe) en nombre de %s. Su número podría valer, pero los dos siguieron como si no hubiera llegado: pudo falsificarlo otro, o no llegó nunca. No acaba nada.", l.who(s.From))}, true
	case s.Has(trace.RSTIgnored):
		return Telling{Plain: l.f("A RST (hang up at once) in %s's name, and its number does not fit what %s expects: somebody else may have forged it. It must be ignored, and nothing changes.",
			"Un RST (colgar de golpe) en nombre de %s, y su número no es el que espera %s: pudo falsificarlo otro. Hay que ignorarlo y nada cambia.", l.who(s.From), peer)}, true
	case s.Has(trace.StraySYN):
		return Telling{Plain: l.t("A SYN in the middle of a living conversation. It opens nothing; whoever receives it only repeats where it stands.",
			"Un SYN en mitad de una conversación viva. No abre nada; quien lo recibe solo repite por dónde va.")}, true
	case s.Has(trace.ThirdWrong):
		x := Telling{Plain: l.f("This should be the third packet, but it acknowledges a number that %s did not use. It opens nothing.",
			"Debería ser el tercer paquete, pero confirma un número que %s no usó. No abre nada.", peer)}
		if s.Len > 0 {
			x.Plain += l.f(" It carries %s.", " Lleva %s.", l.octets(int64(s.Len)))
		}
		for _, e := range t.tr.Equations {
			if e.ID == trace.ThirdAcks && e.Known() {
				x.Check, x.Holds = l.f("ack %d, expected %d", "ack %d, se esperaba %d", e.Number, e.Base.Add(e.Lo)), false
			}
		}
		return x, true
	case s.Has(trace.SYNACKWrong):
		return Telling{Plain: l.t("This answer acknowledges a number that nobody asked with; the client must not accept it.",
			"Esta respuesta confirma un número con el que nadie preguntó; el cliente no debe aceptarla."),
			Check: l.f("ack %d is not the SYN's number + 1", "ack %d no es el número del SYN + 1", s.Ack)}, true
	case s.Has(trace.OutOfWindow):
		return Telling{Plain: l.f("Its numbers lie beyond anything that %s had room for. It changes nothing.",
			"Sus números caen fuera de todo lo que %s podía recibir. No cambia nada.", peer)}, true
	case s.Has(trace.BehindFIN):
		return Telling{Plain: l.f("Its numbers lie behind the end that %s announced with its FIN: somebody else may have forged it. It changes nothing.",
			"Sus números caen detrás del final que %s anunció con su FIN: pudo falsificarlo otro. No cambia nada.", l.who(s.From))}, true
	case s.Has(trace.FINPassed):
		return Telling{Plain: l.f("A FIN (goodbye) in %s's name, with a number that lies behind bytes already sent: it ends nothing.",
			"Un FIN (despedida) en nombre de %s, con un número anterior a bytes ya enviados: no acaba nada.", l.who(s.From))}, true
	case s.Has(trace.AckOfUnsent):
		x := Telling{Plain: l.f("It acknowledges bytes that %s had not sent. It changes nothing.",
			"Confirma bytes que %s no había enviado. No cambia nada.", peer)}
		if s.Len > 0 {
			x.Plain = l.f("It carries %s, and acknowledges bytes that %s had not sent. It changes nothing.",
				"Lleva %s y confirma bytes que %s no había enviado. No cambia nada.", l.octets(int64(s.Len)), peer)
		}
		return x, true
	case s.Has(trace.BadChecksum):
		return Telling{Plain: l.t("Its checksum is wrong: it was damaged or forged, and its receiver throws it away.",
			"Su suma de comprobación es errónea: se dañó o se falsificó, y quien lo recibe lo descarta.")}, true
	case s.Has(trace.OddFlags):
		return Telling{Plain: l.f("%s sends a combination of flags that no ordinary program sends: a probe. Port scanners send such packets to see how the other computer reacts, and broken devices by mistake.",
			"%s envía una combinación de indicadores (flags) que ningún programa normal envía: un sondeo. Los escáneres de puertos envían paquetes así para ver cómo reacciona el otro equipo, y los aparatos averiados, por error.", who)}, true
	}
	return Telling{}, false
}

func (t *teller) syn(s *trace.Step) Telling {
	l := t.l
	x := Telling{}
	who := l.Who(s.From)
	switch {
	case s.Has(trace.CapturedLate):
		return Telling{Quote: l.t("May I talk to you?", "¿Podemos hablar?"),
			Plain: l.t("The SYN that the answer above belongs to. It was sent before it; the capture wrote the two down in the wrong order.",
				"El SYN al que responde el paquete anterior. Se envió antes; la captura los anotó en orden inverso.")}
	case s.Has(trace.SYNAgain) && s.Before[s.From].State == trace.Closed:
		x.Quote = l.t("Hello? May I talk to you?", "¿Hola? ¿Podemos hablar?")
		x.Plain = l.f("The refusal is not the last word: %s asks again, with the same number.", "El rechazo no es la última palabra: %s pregunta otra vez, con el mismo número.", l.who(s.From))
	case s.Has(trace.SYNAgain):
		x.Quote = l.t("Hello? May I talk to you?", "¿Hola? ¿Podemos hablar?")
		x.Plain = l.f("After %s nothing has come back, so %s asks again, with the same number.",
			"Tras %s no ha vuelto nada, así que %s pregunta otra vez, con el mismo número.", l.span(s.Delta), l.who(s.From))
		if t.tr.End()[trace.Orig].State == trace.Closed {
			x.Plain = l.f("%s asks once more, with the same number.", "%s pregunta una vez más, con el mismo número.", who)
		}
		if t.once("backoff") && t.rec.SYNRetries > 1 {
			x.Plain += l.t(" The pauses usually grow: 1, 2, 4, 8 seconds (recent Linux begins with several of one second).",
				" Las pausas suelen crecer: 1, 2, 4, 8 segundos (Linux reciente empieza con varias de un segundo).")
		}
	case s.Has(trace.SYNNewISN):
		x.Quote = l.t("Let me start again: may I talk to you?", "Empiezo de nuevo: ¿podemos hablar?")
		x.Plain = l.f("%s asks anew and counts from another number.", "%s pregunta de nuevo y cuenta desde otro número.", who)
	case s.From == trace.Resp && t.rec.Kind == handshake.Split:
		x.Quote = l.t("And may I talk to you? I count mine from y.", "¿Y puedo hablar yo también? Cuento los míos desde y.")
		x.Plain = l.t("The second half of the answer: usually ACK and SYN come in one packet, here they come in two.",
			"La segunda mitad de la respuesta: lo normal es un solo paquete con SYN y ACK; aquí llegan en dos.")
	case s.From == trace.Resp:
		x.Quote = l.t("May I talk to you? I count my bytes from y.", "¿Podemos hablar? Cuento mis bytes desde y.")
		x.Plain = l.t("The server calls too, at the same time: neither has heard the other yet (simultaneous open).",
			"El servidor también llama, al mismo tiempo: ninguno ha oído aún al otro (apertura simultánea).")
	default:
		x.Quote = l.t("May I talk to you? I count my bytes from x.", "¿Podemos hablar? Cuento mis bytes desde x.")
		x.Plain = l.f("%s asks to open a connection and names the number from which it counts its bytes. Now it waits.",
			"%s pide abrir una conexión y dice desde qué número cuenta sus bytes. Ahora espera.", who)
	}
	if s.Has(trace.SYNData) {
		x.Plain += l.f(" The SYN already carries %s (Fast Open: it has called here before).", " El SYN ya lleva %s (apertura rápida: ya había llamado antes).", l.octets(int64(s.Len)))
	}
	if !t.guessing && s.Has(trace.SYNSilent) && !s.Has(trace.SYNAgain) && t.rec.Handshake != handshake.Filtered &&
		(t.rec.Handshake != handshake.Refused || t.rec.SYNRetries > 0) { // the one answer may be captured before it
		x.Plain += l.t(" No answer to it is in this capture.", " En esta captura nadie le contesta.")
	}
	return x
}

func (t *teller) synAck(s *trace.Step) Telling {
	l := t.l
	x := Telling{}
	who, peer := l.Who(s.From), l.who(s.From.Peer())
	switch {
	case s.From == trace.Orig:
		x.Quote = l.t("I heard your call as well. I count from x.", "También oí la otra llamada. Cuento desde x.")
		x.Plain = l.f("%s answers the other call: it repeats its own number and acknowledges the other's.", "%s contesta a la otra llamada: repite su número y confirma el del otro.", who)
	case s.Has(trace.SYNACKAgain):
		x.Quote = l.t("You may! Did you hear me?", "¡Podemos! ¿Se me oyó?")
		x.Plain = l.f("%s has not heard an acknowledgement, so it answers again.", "%s no ha oído ninguna confirmación, así que contesta otra vez.", who)
		if s.Has(trace.NotAcceptedYet) {
			x.Plain = l.f("Although the acknowledgement above was seen, %s answers again: it was lost on the way, crossed this one, or is held back until data comes.",
				"Aunque la confirmación de arriba se vio, %s contesta otra vez: se perdió en el camino, se cruzó con esta o se retiene hasta que lleguen datos.", l.who(s.From))
		}
		return x
	case s.Has(trace.SYNACKNewISN):
		x.Quote = l.t("You may. I count from another number now.", "Podemos. Ahora cuento desde otro número.")
		x.Plain = l.f("%s answers again, counting from another number.", "%s contesta otra vez y cuenta desde otro número.", who)
	case t.rec.Handshake == handshake.Unsolicited:
		x.Quote = l.t("You may.", "Podemos.")
		x.Plain = l.f("An answer, but no question is in this capture. Perhaps a third party asked in %s's name.",
			"Una respuesta, pero en esta captura no hay pregunta. Quizá un tercero preguntó en nombre de %s.", peer)
		return x
	default:
		x.Quote = l.t("You may. I heard x, so I expect x+1; I count mine from y.", "Podemos. Oí x, así que espero x+1; cuento los míos desde y.")
		x.Plain = l.f("%s agrees: it acknowledges the number it heard and names its own.", "%s acepta: confirma el número que oyó y dice el suyo.", who)
	}
	if n := s.RelAck; s.HasAck && n > 0 && n < 1<<16 {
		x.Check, x.Holds = l.f("ack %d = %d + 1", "ack %d = %d + 1", n, n-1), true
	}
	if s.Has(trace.SYNDataTaken) {
		x.Plain += l.f(" It also takes the %s that came with the SYN.", " También acepta los %s que traía el SYN.", l.octets(s.RelAck-1))
		x.Check = l.f("ack %d = 0 + 1 + %d", "ack %d = 0 + 1 + %d", s.RelAck, s.RelAck-1)
	}
	if s.Has(trace.SYNDataLeft) {
		x.Plain += l.t(" It does not take the bytes that came with the SYN: they must be sent again.", " No acepta los bytes que traía el SYN: habrá que enviarlos otra vez.")
	}
	if !t.guessing && s.Has(trace.SYNACKSilent) {
		x.Plain += l.t(" Nothing in this capture acknowledges it.", " En esta captura nada la confirma.")
	}
	return x
}

func (t *teller) reset(s *trace.Step) Telling {
	l := t.l
	who, peer := l.Who(s.From), l.who(s.From.Peer())
	before := s.Before
	switch {
	case s.Has(trace.RSTRefuses):
		return Telling{Quote: l.t("Nobody answers at this number.", "En este número no atiende nadie."),
			Plain: l.t("The server's side refuses (RST): usually no program listens on that port. A firewall on the way can say the same.",
				"El lado del servidor rechaza (RST): normalmente ningún programa escucha en ese puerto. Un cortafuegos (firewall) en el camino puede decir lo mismo."),
			Check: l.f("ack %d = %d + 1", "ack %d = %d + 1", s.RelAck, s.RelAck-1), Holds: true}
	case s.Has(trace.RSTStray) && t.rec.Handshake == handshake.Unsolicited:
		return Telling{Quote: l.t("I did not call you.", "Yo no llamé."),
			Plain: l.f("%s knows of no such call and says so with a RST. That blames nobody.", "%s no sabe de esa llamada y lo dice con un RST. Eso no culpa a nadie.", who)}
	case s.Has(trace.RSTStray):
		return Telling{Quote: l.t("What are you talking about?", "¿A qué viene eso?"),
			Plain: l.f("%s knows of no connection that this belongs to, and says so with a RST.", "%s no conoce ninguna conexión a la que esto pertenezca, y lo dice con un RST.", who)}
	case s.From == trace.Orig && before[trace.Orig].State == trace.SynSent && t.rec.Handshake.Opened():
		return Telling{Quote: l.t("(hangs up)", "(cuelga)"),
			Plain: l.t("The client cuts the connection at once, without a farewell (RST). Its number is ahead by bytes that are not in this capture, and only who is connected sends bytes.",
				"El cliente corta la conexión de golpe, sin despedirse (RST). Su número va por delante en bytes que no están en esta captura, y solo quien está conectado envía bytes.")}
	case s.From == trace.Orig && before[trace.Orig].State == trace.SynSent && s.Flags.Any(capture.ACK) && t.rec.SYNACKFrame != 0:
		// To answer a SYN-ACK that it did not want a stack sends a RST without ACK (RFC 9293, 3.10.7.1).
		return Telling{Quote: l.t("(hangs up as soon as somebody answers)", "(cuelga en cuanto le contestan)"),
			Plain: l.t("The client takes its call back before it is complete: the server has nobody on the line. The RST acknowledges the answer, so the client may hold that it was connected: a health check hangs up like this, or its confirmation is missing here.",
				"El cliente retira su llamada antes de completarla: el servidor no tiene a nadie al otro lado. El RST confirma la respuesta, así que el cliente puede creer que conectó: así cuelga una comprobación de salud, o su confirmación falta aquí.")}
	case s.From == trace.Orig && before[trace.Orig].State == trace.SynSent && t.rec.SYNACKFrame == 0:
		return Telling{Quote: l.t("(hangs up before the talk begins)", "(cuelga antes de empezar)"),
			Plain: l.t("The client takes its call back before it is complete; no answer to it is in this capture.",
				"El cliente retira su llamada antes de completarla; en esta captura nadie le contestó.")}
	case s.From == trace.Orig && before[trace.Orig].State == trace.SynSent:
		return Telling{Quote: l.t("(hangs up before the talk begins)", "(cuelga antes de empezar)"),
			Plain: l.t("The client takes its call back before it is complete: nobody connected. A port scanner does this once it knows that the port is open.",
				"El cliente retira su llamada antes de completarla: nadie se conectó. Así actúa un escáner de puertos cuando ya sabe que el puerto está abierto.")}
	case s.From == trace.Resp && before[trace.Resp].State == trace.SynReceived:
		return Telling{Quote: l.t("(gives up waiting)", "(deja de esperar)"),
			Plain: l.t("The server gives the attempt up with a RST: no acknowledgement came.", "El servidor abandona el intento con un RST: no llegó ninguna confirmación.")}
	}
	return Telling{Quote: l.t("(hangs up)", "(cuelga)"),
		Plain: l.f("%s cuts the connection at once, without a farewell (RST). Its number is where %s expects it, so %s must accept.",
			"%s corta la conexión de golpe, sin despedida (RST). Su número está donde %s lo espera, así que %s debe aceptarlo.", who, peer, peer)}
}

func (t *teller) icmp(s *trace.Step) Telling {
	l := t.l
	x := Telling{Quote: l.t("Your message could not be delivered.", "Este mensaje no se pudo entregar.")}
	why := l.t("it cannot or may not pass", "no puede o no se permite pasar")
	if s.ICMPType == 3 && s.ICMPCode == 3 || s.Via.Is6() && s.ICMPType == 1 && s.ICMPCode == 4 {
		why = l.t("no program takes anything on that port", "ningún programa recibe en ese puerto")
		if s.Tunneled {
			why = l.t("no program takes anything on the port of the tunnel that carried it", "ningún programa recibe en el puerto del túnel que lo llevaba")
		}
	}
	if s.ICMPCode == 1 && (s.ICMPType == 11 && s.Via.Is4() || s.ICMPType == 3 && s.Via.Is6()) {
		x.Quote = l.t("Pieces of your message are missing.", "Faltan trozos de este mensaje.")
		why = l.t("it came in fragments, and not all of them arrived in time", "llegó en fragmentos y no todos a tiempo")
	}
	if s.ICMPType == 3 && s.ICMPCode == 4 && s.Via.Is4() || s.ICMPType == 2 && s.Via.Is6() {
		x.Quote = l.t("Your message is too large for the next stretch.", "Este mensaje es demasiado grande para el tramo siguiente.")
		why = l.t("the packet was dropped for its size, and a smaller one passes", "el paquete se descartó por su tamaño, y uno menor pasa")
	}
	via := "?"
	if s.Via.IsValid() {
		via = s.Via.String()
	}
	x.Plain = l.f("%s reports by ICMP, the network's own post: %s.", "%s avisa por ICMP, el correo de la propia red: %s.", via, why)
	return x
}

// sentences joins what is not empty.
func sentences(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, " ")
}
