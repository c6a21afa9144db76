package certificate

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"portero/capture"
	"portero/handshake"
	"portero/internal/record"
	"portero/internal/trace"
	"portero/internal/view/safe"
	"portero/internal/view/told"
	"portero/internal/words"
)

// Meaning is the verdict, or the exchange, in one sentence.
func Meaning(r *record.Record) Text {
	if !r.TCP() {
		return exchangeMeaning(r)
	}
	switch r.Handshake {
	case handshake.Completed:
		switch r.Kind {
		case handshake.Simultaneous:
			if trace.CallsItself(r) {
				return Text{"A socket called the port that it had itself, met its own SYN and answered it.", "Un socket llamó al puerto que él mismo tenía, se encontró su propio SYN y lo contestó."}
			}
			return Text{"Both called at the same time, and each acknowledged the other's SYN.", "Los dos enviaron SYN a la vez y cada uno confirmó el del otro."}
		case handshake.Split:
			return Text{"The SYN-ACK came in two parts, an ACK and a SYN; the numbers fit all the same.", "El SYN-ACK llegó partido en ACK y SYN; los números cuadran igual."}
		case handshake.FastOpen:
			return Text{"The three segments are here, the numbers fit, and the data on the SYN was accepted (Fast Open).", "Se ven los tres segmentos, los números cuadran y se aceptaron los datos del SYN (apertura rápida)."}
		case handshake.FastOpenIgnored:
			return Text{"The three segments are here and the numbers fit; the data on the SYN was not accepted.", "Se ven los tres segmentos y los números cuadran; los datos del SYN no se aceptaron."}
		}
		return Text{"SYN, SYN-ACK and ACK are in the capture, and their numbers fit.", "Se ven los tres segmentos y los números cuadran."}
	case handshake.CompletedUnseen:
		return Text{"It completed: the numbers of other segments prove it. Not all three packets are in the capture.", "Se completó: lo prueban los números de otros segmentos. En la captura no están los tres."}
	case handshake.Implied:
		if r.Orig.Pkts > 0 && r.Resp.Pkts > 0 {
			return Text{"Only one direction counts, and it is that of a completed handshake: what came from the other end is damaged, or fits nothing.", "Solo cuenta un sentido, y es el de un acuerdo completado: lo que vino del otro extremo está dañado o no cuadra con nada."}
		}
		return Text{"Only one direction is in the capture, and it is that of a completed handshake.", "Solo se ve un sentido, y es el de un acuerdo completado."}
	case handshake.HalfOpen:
		return Text{"The responder answered, and nothing in the capture acknowledges the answer.", "El respondedor contestó y nada en la captura lo confirma."}
	case handshake.Refused:
		if r.SYNACKFrame != 0 {
			return Text{"A RST answered the SYN, and then a SYN-ACK did, both with its number: one of them is of somebody on the way, mostly a firewall's RST. The originator did not go on.", "Al SYN lo contestó un RST y después un SYN-ACK, ambos con su número: uno de los dos es de alguien en el camino, casi siempre el RST de un cortafuegos (firewall). El iniciador no siguió."}
		}
		return Text{"The answer to the SYN was a RST that acknowledges it: usually nothing listens on that port; a firewall can send it too.", "La respuesta al SYN fue un RST que lo confirma: normalmente nadie escucha en ese puerto; también puede enviarlo un cortafuegos (firewall)."}
	case handshake.Filtered:
		if r.FilteredBy.IsValid() {
			by := r.FilteredBy.String()
			return Text{"An ICMP error answered the SYN: " + by + " says that it may not or cannot pass.", "Un mensaje ICMP contestó al SYN: " + by + " dice que no se puede pasar."}
		}
		return Text{"An ICMP error answered the SYN: it says that it may not or cannot pass.", "Un mensaje ICMP contestó al SYN: dice que no se puede pasar."}
	case handshake.NoAnswer:
		n := r.SYNRetries + 1
		if r.ICMPFrame != 0 {
			return Text{fmt.Sprintf("The SYN was seen %s, and all that came back is an ICMP message that refuses nothing.", times(n)), fmt.Sprintf("Se ve el SYN %s y solo volvió un aviso ICMP que no lo rechaza.", veces(n))}
		}
		return Text{fmt.Sprintf("The SYN was seen %s and nothing came back in this capture.", times(n)), fmt.Sprintf("Se ve el SYN %s y nada volvió en esta captura.", veces(n))}
	case handshake.Aborted:
		if r.SYNACKFrame == 0 {
			return Text{"The originator took its SYN back with a RST; no answer to it is in this capture.", "El iniciador retiró su SYN con un RST; en esta captura nadie le contestó."}
		}
		return Text{"The originator took it back with a RST before completing: nobody connected. The SYN-ACK says that the port is open.", "El iniciador la cortó con RST antes de completarla: nadie se conectó. El SYN-ACK dice que el puerto está abierto."}
	case handshake.Invalid:
		return Text{"An answer or a third packet came, its numbers do not fit, and the handshake did not complete.", "Hubo respuesta o tercer segmento, sus números no corresponden y el acuerdo no se completó."}
	case handshake.Midstream:
		if r.Reuses != 0 { // the connection before it on these ports is in the capture
			return Text{"Its opening was not captured, though it came after that of an earlier connection on the same ports. How it was opened is not known, and unknown is not failed.", "No se capturó su apertura, aunque fue posterior a otra conexión de los mismos puertos. No se sabe cómo se abrió, y no saber no es fallar."}
		}
		return Text{"It was open before the capture began. How it was opened is not known, and unknown is not failed.", "Estaba abierta antes de la captura. No se sabe cómo se abrió, y no saber no es fallar."}
	case handshake.Unsolicited:
		return Text{"An answer without a question in this capture (backscatter): it blames nobody.", "Una respuesta sin pregunta en esta captura (retrodispersión): no culpa a nadie."}
	case handshake.Probe:
		k := strings.ReplaceAll(r.ProbeKind.String(), "_", "+")
		return Text{"A segment that belongs to no connection and that no ordinary one sends (" + k + ").", "Un segmento que no pertenece a ninguna conexión y que ninguna normal envía (" + words.Probe(words.Spanish, r.ProbeKind.String()) + ")."}
	case handshake.Unknown:
		if !slices.Contains(r.Quality, "truncated_packets") {
			return Text{"No packet has a header that a receiver reads: only the ports are known.", "Ningún paquete tiene una cabecera que un receptor lea: solo se conocen los puertos."}
		}
		return Text{"Every packet is cut before its flags: only the ports are known.", "Los paquetes están truncados antes de los indicadores (flags): solo se conocen los puertos."}
	}
	return Text{}
}

func times(n uint64) string {
	if n == 1 {
		return "once"
	}
	return strconv.FormatUint(n, 10) + " times"
}

func veces(n uint64) string {
	if n == 1 {
		return "una vez"
	}
	return strconv.FormatUint(n, 10) + " veces"
}

func exchangeMeaning(r *record.Record) Text {
	if t := quicMeaning(r); t.EN != "" {
		return t
	}
	switch r.Exchange {
	case handshake.Answered:
		return Text{"A question and its answer. Datagrams themselves have no handshake: that both sides spoke is all that they prove.", "Una pregunta y su respuesta. Los datagramas por sí mismos no tienen acuerdo previo: solo prueban que los dos hablaron."}
	case handshake.Unanswered:
		if r.ToMany() {
			return Text{"Sent to a group, or to all. Who answers does so from an address of its own, in a record of its own.", "Se envió a un grupo o a todos. Quien conteste lo hará desde su propia dirección, en un registro aparte."}
		}
		return Text{"Asked, and no answer is in this capture. That proves nothing: a datagram needs none.", "Se preguntó y en esta captura nadie contestó. No prueba nada: un datagrama no exige respuesta."}
	case handshake.ReplyOnly:
		if r.AnswersAll() {
			return Text{"An answer to all, so that it reaches who asked: that may have no address yet. The question, if it was captured, is a record of its own.", "Una respuesta dirigida a todos para que llegue a quien preguntó, que quizá aún no tiene dirección. La pregunta, si se capturó, es un registro aparte."}
		}
		return Text{"What looks like an answer is here, its question is not.", "Se ve lo que parece una respuesta y no la pregunta."}
	case handshake.Stream:
		return Text{"Many datagrams one way, like a broadcast station.", "Muchos datagramas hacia un lado, como una emisión."}
	case handshake.ExchangeRefused:
		if r.FilteredBy.IsValid() && r.FilteredBy != r.Resp.Addr {
			return Text{"ICMP port unreachable answered, and not from who was asked: mostly a firewall on the way rejects so.", "Contestó ICMP puerto inalcanzable, y no el preguntado: casi siempre lo rechaza así un cortafuegos (firewall) del camino."}
		}
		return Text{"ICMP port unreachable answered: usually no program takes datagrams on that port; a firewall can send it too.", "Contestó ICMP puerto inalcanzable: normalmente ningún programa recibe en ese puerto; también puede enviarlo un cortafuegos (firewall)."}
	case handshake.ExchangeFiltered:
		return Text{"An ICMP error answered: it may not or cannot pass.", "Contestó un error ICMP: no se puede pasar."}
	}
	if r.Proto == capture.ProtoSCTP {
		return Text{"SCTP has a handshake of its own (INIT, INIT ACK, COOKIE ECHO, COOKIE ACK), which is not judged here.", "SCTP tiene un acuerdo propio (INIT, INIT ACK, COOKIE ECHO, COOKIE ACK), que aquí no se juzga."}
	}
	if r.Proto == capture.ProtoDCCP {
		return Text{"DCCP has a handshake of its own (Request, Response, Ack), which is not judged here.", "DCCP tiene un acuerdo propio (Request, Response, Ack), que aquí no se juzga."}
	}
	t := Text{"Packets without connection; there is no handshake to judge.", "Paquetes sin conexión; no hay acuerdo que juzgar."}
	if name := words.IPProtocol(words.English, r.Proto); name != "" {
		t.EN += " By the number in their header they are of " + name + "."
		t.ES += " Por el número de su cabecera son de " + words.IPProtocol(words.Spanish, r.Proto) + "."
	}
	return t
}

// ends says where both ends stood at the end of the capture.
func (c *Certificate) ends() Text {
	if !c.tr.TCP {
		return Text{}
	}
	end := c.tr.End()
	say := func(e trace.End, es bool) string {
		s := end[e].State.String()
		switch {
		case es && end[e].State == trace.Unknown:
			return "desconocido"
		case es && end[e].Inferred:
			return s + " (inferido)"
		case end[e].Inferred:
			return s + " (inferred)"
		}
		return s
	}
	t := Text{"originator " + say(trace.Orig, false) + ", responder " + say(trace.Resp, false) + " after the last packet.",
		"iniciador " + say(trace.Orig, true) + ", respondedor " + say(trace.Resp, true) + " tras el último paquete."}
	if c.rec.Handshake == handshake.HalfOpen {
		t.EN += " Whether the answer reached the originator, no packet tells."
		t.ES += " Ningún paquete dice si la respuesta llegó al iniciador."
	}
	if c.rec.Handshake == handshake.Invalid && end[trace.Orig].State.Synchronized() && end[trace.Resp].State.Synchronized() {
		t.EN += " Later packets go on as if it were open; no opening that would prove it is in this capture."
		t.ES += " Los paquetes posteriores siguen como si estuviera abierta; en esta captura no hay una apertura que lo pruebe."
	}
	return t
}

// missing tells what the capture lacks from what was not accepted.
func (c *Certificate) missing() Text {
	r := c.rec
	switch r.Handshake {
	case handshake.CompletedUnseen, handshake.Implied:
		list := strings.ReplaceAll(strings.ToUpper(strings.Join(r.Missing.List(), ", ")), "SYNACK", "SYN-ACK")
		if list == "" {
			return Text{}
		}
		if r.Kind == handshake.FastOpen && r.Missing == handshake.MissingSYN && slices.Contains(r.Oddities, handshake.OddSYNPayload.List()[0]) {
			return Text{"the SYN with these octets on it (Fast Open) was missed by the capture: the answer acknowledges more than the SYN that is here carries, and the originator goes on behind that.", "el SYN con esos octetos (apertura rápida): la captura no lo vio; la respuesta confirma más de lo que lleva el SYN que hay, y el iniciador sigue tras ello."}
		}
		if r.Kind == handshake.FastOpen && r.Missing == handshake.MissingSYN {
			return Text{"the SYN with octets on it (Fast Open) was missed by the capture: the answer acknowledges them, and the originator goes on behind them. The SYN that is here is its retry without them.", "el SYN con octetos (apertura rápida): la captura no lo vio; la respuesta los confirma y el iniciador sigue tras ellos. El SYN que hay es su repetición sin ellos."}
		}
		if r.Missing == handshake.MissingSYN && r.RolesBy == handshake.RolesSYN {
			return Text{"the SYN with this number was missed by the capture, or is one of many: the originator called with several numbers, and goes on from the answer to this one.", "el SYN con este número: la captura no lo vio, o es uno de muchos; el iniciador llamó con varios números y sigue desde la respuesta a este."}
		}
		if len(r.Missing.List()) > 1 {
			return Text{list + " missed by the capture: the numbers of later packets presuppose them.", list + ": la captura no los vio; los números de paquetes posteriores los suponen."}
		}
		return Text{list + " missed by the capture: the numbers of later packets presuppose it.", list + ": la captura no lo vio; los números de paquetes posteriores lo suponen."}
	case handshake.HalfOpen:
		if f := c.withRemark(trace.SYNACKAgain); f != 0 {
			fr := frames(f)
			return Text{"not accepted by " + fr.EN + ", where the responder asks again: not sent, lost on the way, or held back (deferred accept); no packet can tell.",
				"no aceptado en " + fr.ES + ", donde el respondedor vuelve a preguntar: no enviado, perdido en el camino o retenido (deferred accept); ningún paquete lo dice."}
		}
		return Text{"an ACK may be lost on the way, missed by the capture, or come after its end; no packet can tell.", "un ACK pudo perderse en el camino, escapar a la captura o llegar después de su final; ningún paquete lo dice."}
	case handshake.NoAnswer:
		return Text{"an answer may be lost on the way, take another way than the one captured, or come after its end; no packet can tell.", "una respuesta pudo perderse, ir por otro camino que el capturado o llegar tras el final; ningún paquete lo dice."}
	case handshake.Midstream:
		if r.Reuses != 0 {
			return Text{"the opening: it lies behind the end of connection " + strconv.FormatUint(r.Reuses, 10) + ", which used the same ports.", "la apertura: es posterior al final de la conexión " + strconv.FormatUint(r.Reuses, 10) + ", que usó los mismos puertos."}
		}
		return Text{"the opening: it lies before the first frame of the capture.", "la apertura: es anterior a la primera trama de la captura."}
	case handshake.Unsolicited:
		return Text{"the question: somebody else may have sent it in this address's name, or it took a way that was not captured.", "la pregunta: otro pudo enviarla en nombre de esta dirección, o fue por un camino no capturado."}
	}
	if f := c.withRemark(trace.NotAcceptedYet); f != 0 {
		fr := frames(f)
		return Text{"nothing; but in " + fr.EN + " the responder asks again after the third packet: it had not accepted it yet.", "nada; pero en " + fr.ES + " el respondedor repite tras el tercer segmento: aún no lo había aceptado."}
	}
	return Text{}
}

func (c *Certificate) withRemark(k trace.Remark) record.FrameRef {
	for i := range c.tr.Steps {
		if c.tr.Steps[i].Has(k) {
			return c.tr.Steps[i].Frame
		}
	}
	return 0
}

func (c *Certificate) confirmed() Text {
	r := c.rec
	if !r.TCP() || !r.Handshake.Opened() {
		return Text{}
	}
	if trace.CallsItself(r) {
		return Text{"both ends are one socket: what it sent is what it got.", "los dos extremos son un solo socket: lo que envió es lo que recibió."}
	}
	if r.ConfirmedFrame == 0 {
		if p := c.proof(); p != 0 && r.ACKFrame == 0 {
			f := frames(p)
			return Text{f.EN + ": the responder goes on as it only does after the third packet.", f.ES + ": el respondedor sigue como solo hace tras el tercer segmento."}
		}
		return Text{"not yet: the originator acknowledged, and no later segment of the responder shows that it accepted. Its ESTABLISHED is inferred.", "todavía no: el iniciador confirmó y ningún segmento posterior del respondedor muestra que lo aceptara. Su ESTABLISHED es inferido."}
	}
	f := frames(r.ConfirmedFrame)
	if s := c.tr.Step(r.ConfirmedFrame); s != nil && s.From == trace.Orig {
		// A split or crossing open: the responder sent the third packet.
		return Text{f.EN + ": the originator's first segment after the third packet shows that it accepted.", f.ES + ": el primer segmento del iniciador tras el tercero muestra que lo aceptó."}
	}
	return Text{f.EN + ": the responder's first segment after the third packet shows that it accepted.", f.ES + ": el primer segmento del respondedor tras el tercero muestra que lo aceptó."}
}

// proof is the responder's first frame that shows it past the opening.
func (c *Certificate) proof() record.FrameRef {
	for i := range c.tr.Steps {
		s := &c.tr.Steps[i]
		if a := s.After[trace.Resp]; s.From == trace.Resp && a.State.Synchronized() && !a.Inferred {
			return s.Frame
		}
		for _, m := range s.Moves {
			if s.From == trace.Resp && m.End == trace.Resp && m.To == trace.Established && m.Missed == trace.MissedACK {
				return s.Frame // its RST names octets that were missed
			}
		}
	}
	return 0
}

func (c *Certificate) closed() Text {
	r := c.rec
	if !r.TCP() {
		return Text{}
	}
	f := inBrackets(r.CloseFrames...)
	who := map[handshake.Who]Text{handshake.ByOrig: {"the originator", "el iniciador"}, handshake.ByResp: {"the responder", "el respondedor"}, handshake.ByBoth: {"both at once", "ambos a la vez"}}[r.ClosedBy]
	switch r.Close {
	case handshake.StillOpen:
		return Text{"no: still open when the capture last saw it.", "no: seguía abierta cuando la captura la vio por última vez."}
	case handshake.Closed:
		if r.ClosedBy == handshake.ByBoth {
			return Text{"FIN both ways" + f.EN + ", by " + who.EN + ".", "FIN en los dos sentidos" + f.ES + ", " + who.ES + "."}
		}
		return Text{"FIN both ways" + f.EN + ", first by " + who.EN + ".", "FIN en los dos sentidos" + f.ES + ", primero " + who.ES + "."}
	case handshake.HalfClosed:
		if r.Orig.Pkts == 0 || r.Resp.Pkts == 0 {
			return Text{"FIN in the direction that was captured" + f.EN + "; the other is not in the capture.", "FIN en el sentido que se capturó" + f.ES + "; el otro no está en la captura."}
		}
		for i := range c.tr.Steps {
			if c.tr.Steps[i].UnseenFIN {
				return Text{"one direction only" + f.EN + ", by " + who.EN + "; the other's FIN may have been missed.", "solo un sentido" + f.ES + ", por " + who.ES + "; el FIN del otro pudo escapar a la captura."}
			}
		}
		return Text{"one direction only" + f.EN + ", by " + who.EN + "; the other may go on.", "solo un sentido" + f.ES + ", por " + who.ES + "; el otro puede seguir."}
	case handshake.Reset:
		return Text{"reset by " + who.EN + f.EN + ": a RST that its receiver must accept.", "cortada por " + who.ES + f.ES + ": un RST que quien lo recibe debe aceptar."}
	}
	return Text{}
}

// ignored names the packets that change nothing.
func (c *Certificate) ignored() Text {
	why := map[trace.Remark]Text{
		trace.RSTIgnored:  {"RST outside the window: suspected injection", "RST fuera de ventana: posible inyección"},
		trace.RSTDoubted:  {"RST that its receiver ignored: suspected injection", "RST que el receptor ignoró: posible inyección"},
		trace.OutOfWindow: {"segment beyond the window", "segmento fuera de la ventana"}, trace.BehindFIN: {"segment behind the FIN", "segmento detrás del FIN"},
		trace.FINPassed: {"FIN behind what was sent", "FIN anterior a lo enviado"}, trace.AckOfUnsent: {"acknowledges what was not sent", "confirma lo que no se envió"},
		trace.ThirdWrong: {"third packet with wrong numbers", "tercer segmento con números erróneos"}, trace.BadChecksum: {"wrong checksum", "suma de comprobación errónea"},
		trace.StraySYN: {"SYN inside a live connection", "SYN dentro de una conexión viva"}, trace.SYNACKWrong: {"SYN-ACK that does not acknowledge the SYN", "SYN-ACK que no confirma el SYN"},
		trace.BadHeader: {"impossible header length", "longitud de cabecera imposible"},
	}
	var en, es []string
	n := 0
	for i := range c.tr.Steps {
		s := &c.tr.Steps[i]
		for _, k := range s.Remarks {
			if w, ok := why[k]; ok {
				if n++; n <= 4 {
					f := frames(s.Frame)
					en, es = append(en, f.EN+" ("+w.EN+")"), append(es, f.ES+" ("+w.ES+")")
				}
				break
			}
		}
	}
	if n == 0 {
		return Text{}
	}
	t := Text{strings.Join(en, "; "), strings.Join(es, "; ")}
	if n > 4 {
		t.EN += fmt.Sprintf("; and %d more", n-4)
		t.ES += fmt.Sprintf("; y %d más", n-4)
	}
	if n > 1 {
		return Text{t.EN + ": they change nothing.", t.ES + ": no cambian nada."}
	}
	return Text{t.EN + ": changes nothing.", t.ES + ": no cambia nada."}
}

func (c *Certificate) roles() Text {
	at := inBrackets(c.rec.RolesFrame)
	t := map[handshake.RolesBy]Text{
		handshake.RolesSYN:     {"the originator is who sent the SYN", "el iniciador es quien envió el SYN"},
		handshake.RolesSYNACK:  {"the originator is who received the SYN-ACK", "el iniciador es quien recibió el SYN-ACK"},
		handshake.RolesPort:    {"no SYN: the responder is the end whose port belongs to a service", "sin SYN: el respondedor es el extremo cuyo puerto es de un servicio"},
		handshake.RolesPayload: {"no SYN: what was said tells who asked", "sin SYN: el contenido dice quién preguntó"},
		handshake.RolesFirst:   {"no SYN: the originator is only who was seen first (doubtful)", "sin SYN: el iniciador es solo el primero que se vio (dudoso)"},
	}[c.rec.RolesBy]
	if t.EN == "" {
		return t
	}
	if told.Asks(c.rec) {
		t = Text{"the originator is who asked: the type of its messages says so", "el iniciador es quien preguntó: lo dice el tipo de sus mensajes"}
	}
	if !c.rec.TCP() {
		t = Text{strings.TrimPrefix(t.EN, "no SYN: "), strings.TrimPrefix(t.ES, "sin SYN: ")}
	}
	return Text{t.EN + at.EN + ".", t.ES + at.ES + "."}
}

// context says what else the capture knows.
func (c *Certificate) context(x Context) Text {
	var en, es []string
	add := func(e, s string) { en, es = append(en, e), append(es, s) }
	r := c.rec
	if r.FilteredBy.IsValid() || r.ICMPFrame != 0 {
		f := inBrackets(r.ICMPFrame)
		w := Text{"error", "error"}
		if s := c.tr.Step(r.ICMPFrame); s != nil && s.Has(trace.ICMPError) {
			w = icmpWord(s.ICMPType, s.ICMPCode, s.Via.Is6())
		} else if x.HasICMP {
			w = icmpWord(x.ICMPType, x.ICMPCode, r.Orig.Addr.Is6())
		}
		by := ""
		if r.FilteredBy.IsValid() {
			by = r.FilteredBy.String()
		}
		if by == "" {
			add("ICMP "+w.EN+f.EN, "ICMP "+w.ES+f.ES)
		} else {
			add("ICMP "+w.EN+" from "+by+f.EN, "ICMP "+w.ES+" de "+by+f.ES)
		}
	}
	attempt := r.Handshake == handshake.NoAnswer || r.Handshake == handshake.Refused || r.Handshake == handshake.Filtered || r.Handshake == handshake.HalfOpen || r.Exchange == handshake.Unanswered
	if attempt {
		if x.PortAnswers != 0 {
			id := strconv.FormatUint(x.PortAnswers, 10)
			at := Text{}
			if x.PortAnswersFrame != 0 {
				f := frames(x.PortAnswersFrame)
				at = Text{" in " + f.EN, " en " + f.ES}
				if file := safe.Terminal(x.PortAnswersFile); file != "" {
					at.EN, at.ES = at.EN+" of "+file, at.ES+" de "+file
				}
			}
			add("the same port answers others (#"+id+at.EN+"), so it is open and this attempt fared otherwise", "el mismo puerto contesta a otros (#"+id+at.ES+"): está abierto y a este intento le fue de otro modo")
		} else if x.HostAnswers != 0 {
			id := strconv.FormatUint(x.HostAnswers, 10)
			add("the host answers on another port (#"+id+")", "el equipo contesta en otro puerto (#"+id+")")
		}
	}
	// Who sends, or answers others, is there: on a switch an answer by ARP is often out of sight.
	if x.Neighbour != "" && attempt && r.Resp.Pkts == 0 && x.PortAnswers == 0 && x.HostAnswers == 0 {
		f := inBrackets(x.NeighbourFrames...)
		add("the responder did not answer "+x.Neighbour+" either"+f.EN+": it is off, elsewhere, or not on this link", "el respondedor tampoco contestó a "+x.Neighbour+f.ES+": está apagado, en otra parte o fuera de este enlace")
	}
	if x.HasTTL && r.Handshake == handshake.Refused {
		ttl := strconv.Itoa(int(x.RSTTTL))
		switch same, known := sameTTL(x); {
		case !known:
			add("the RST came with TTL "+ttl+"; no other packet of the host to compare it with", "el RST llegó con TTL "+ttl+"; no hay otro paquete del equipo con que compararlo")
		case same:
			add("the RST has TTL "+ttl+" like the host's other packets: it came from the same distance", "el RST tiene TTL "+ttl+" como los demás paquetes del equipo: viene de igual distancia")
		default:
			add("the RST has TTL "+ttl+", the host's other packets have not: something on the way may have sent it", "el RST tiene TTL "+ttl+" y los demás paquetes del equipo no: pudo enviarlo algo en el camino")
		}
	}
	return Text{sentence(en), sentence(es)}
}

func sentence(parts []string) string {
	if len(parts) == 0 {
		return ""
	}
	return strings.Join(parts, "; ") + "."
}

// sameTTL reports whether the RST's TTL is one of the host's.
func sameTTL(x Context) (same, known bool) {
	for _, t := range x.HostTTLs {
		if t == x.RSTTTL {
			return true, true
		}
	}
	return false, len(x.HostTTLs) > 0
}

// sides are the ends in the names of what is remarked of one of them.
var sides = strings.NewReplacer(" orig", " (originator)", " resp", " (responder)")

func (c *Certificate) quality() Text {
	var en, es []string
	for _, q := range c.rec.Quality {
		en = append(en, sides.Replace(strings.ReplaceAll(q, "_", " ")))
		es = append(es, words.Quality(words.Spanish, q))
	}
	return Text{sentence(en), sentence(es)}
}

// overturn says which packet would change the verdict.
func (c *Certificate) overturn() Text {
	r := c.rec
	if !r.TCP() {
		switch r.Exchange {
		case handshake.Unanswered, handshake.Stream:
			if r.ToMany() {
				break
			}
			return Text{"one datagram back from " + r.Resp.Addr.String() + ", seen elsewhere, would make it answered.", "un datagrama de vuelta de " + r.Resp.Addr.String() + ", visto en otra parte, lo haría un intercambio contestado."}
		case handshake.ReplyOnly:
			return Text{"the question, captured elsewhere or before.", "la pregunta, capturada antes o en otra parte."}
		}
		return Text{}
	}
	orig, resp := r.Orig.Addr.String(), r.Resp.Addr.String()
	isn := func(e trace.End) string { return strconv.FormatUint(uint64(c.tr.ISN[e]+1), 10) }
	switch r.Handshake {
	case handshake.Completed:
		if trace.CallsItself(r) {
			return Text{"a packet between these ports with numbers of another stream would show that there are two sockets.", "un segmento entre estos puertos con números de otro flujo mostraría que hay dos sockets."}
		}
		return Text{"a SYN-ACK repeated after the third packet would show that it was not accepted yet; a capture on the responder's side would settle it.", "un SYN-ACK repetido tras el tercer segmento mostraría que aún no se aceptó; una captura del lado del respondedor lo decidiría."}
	case handshake.CompletedUnseen, handshake.Implied:
		return Text{"the missing packets, seen elsewhere, with other numbers than the rest presupposes.", "los paquetes que faltan, vistos en otra parte, con otros números que los supuestos."}
	case handshake.HalfOpen:
		return Text{"an ACK of " + isn(trace.Resp) + " from " + orig + ", seen elsewhere, would complete it.", "un ACK de " + isn(trace.Resp) + " desde " + orig + ", visto en otra parte, la completaría."}
	case handshake.NoAnswer:
		return Text{"any answer from " + resp + " that acknowledges " + isn(trace.Orig) + ", seen elsewhere: a SYN-ACK or a RST.", "cualquier respuesta de " + resp + " que confirme " + isn(trace.Orig) + ", vista en otra parte: SYN-ACK o RST."}
	case handshake.Refused:
		if r.SYNACKFrame != 0 {
			return Text{"an ACK of " + isn(trace.Resp) + " from " + orig + ", seen elsewhere: then it did not heed the RST.", "un ACK de " + isn(trace.Resp) + " desde " + orig + ", visto en otra parte: entonces no hizo caso del RST."}
		}
		return Text{"a SYN-ACK from " + resp + " that acknowledges " + isn(trace.Orig) + " would show that the RST came from somebody else.", "un SYN-ACK de " + resp + " que confirme " + isn(trace.Orig) + " mostraría que el RST era de otro."}
	case handshake.Filtered:
		return Text{"a SYN-ACK that acknowledges " + isn(trace.Orig) + ": then the ICMP error did not stop it.", "un SYN-ACK que confirme " + isn(trace.Orig) + ": entonces el error ICMP no lo impidió."}
	case handshake.Aborted:
		return Text{"an ACK of the originator before its RST, missed by this capture.", "un ACK del iniciador anterior a su RST, que esta captura no viera."}
	case handshake.Invalid:
		return Text{"a segment of the originator whose numbers fit the SYN-ACK, or an answer that acknowledges the SYN.", "un segmento del iniciador cuyos números correspondan al SYN-ACK, o una respuesta que confirme el SYN."}
	case handshake.Midstream:
		return Text{"the frames before this capture: only they hold the opening.", "las tramas anteriores a esta captura: solo en ellas está la apertura."}
	case handshake.Unsolicited:
		return Text{"the SYN from " + orig + ", captured elsewhere or before.", "el SYN de " + orig + ", capturado antes o en otra parte."}
	case handshake.Probe:
		return Text{"earlier packets of the same ports that make it part of a connection.", "paquetes anteriores de los mismos puertos que lo hagan parte de una conexión."}
	case handshake.Unknown:
		return Text{"a capture with a larger snaplen: 14 octets of TCP header are enough.", "una captura con un snaplen mayor: bastan 14 octetos de cabecera TCP."}
	}
	return Text{}
}

// forger says what faking this evidence would take. Whoever can write the file
// or sits on the way can write anything.
func (c *Certificate) forger() Text {
	r := c.rec
	always := Text{" Who writes the capture file can write anything.", " Quien escribe el fichero de captura puede escribir cualquier cosa."}
	var t Text
	switch {
	case !r.TCP() && r.Proto != capture.ProtoUDP:
		t = Text{"one packet with a false source address is enough: nothing that would tell is checked here.", "basta un paquete con origen falso: aquí no se comprueba nada que lo delate."}
	case !r.TCP():
		t = Text{"one datagram with a false source address is enough: UDP checks nothing.", "basta un datagrama con origen falso: UDP no comprueba nada."}
	case r.Handshake == handshake.Implied, r.Handshake == handshake.CompletedUnseen && !c.respSpeaks():
		t = Text{"only to send one direction: nothing here shows that the other end agreed in its own words.", "solo enviar un sentido: nada muestra aquí al otro extremo con sus propias palabras."}
	case r.Handshake == handshake.Completed, r.Handshake == handshake.CompletedUnseen:
		t = Text{"off the path, to guess the responder's 32-bit number (1 in 4294967296 a try); on the path, to see one packet.", "fuera del camino, adivinar el número de 32 bits del respondedor (1 entre 4294967296 por intento); en el camino, ver un paquete."}
	case r.Handshake == handshake.Refused:
		t = Text{"to see the SYN or guess its number: a firewall on the way can answer for the host.", "ver el SYN o adivinar su número: un cortafuegos (firewall) en el camino puede contestar por el equipo."}
	case r.Handshake == handshake.Filtered:
		t = Text{"to quote the SYN: who saw it can send the ICMP error.", "citar el SYN: quien lo vio puede enviar el error ICMP."}
	case r.Handshake == handshake.HalfOpen, r.Handshake == handshake.NoAnswer, r.Handshake == handshake.Aborted, r.Handshake == handshake.Probe:
		t = Text{"nothing but a false source address: the packets do not prove that " + r.Orig.Addr.String() + " sent them.", "solo una dirección de origen falsa: los paquetes no prueban que los enviara " + r.Orig.Addr.String() + "."}
	case r.Handshake == handshake.Unsolicited:
		t = Text{"to have sent a SYN in the receiver's name: that is the usual story behind such packets.", "haber enviado un SYN en nombre de quien lo recibe: es la historia habitual de estos paquetes."}
	default:
		t = Text{"to be on the path, or to guess numbers in the window.", "estar en el camino, o adivinar números de la ventana."}
	}
	return Text{t.EN + always.EN, t.ES + always.ES}
}

// Equation is an equation in words and in numbers: "4 = 3 + 1".
func Equation(e *trace.Equation) (words Text, numbers string) {
	switch e.ID {
	case trace.AnswerAcksSYN:
		words = Text{"the answer acknowledges the SYN", "la respuesta confirma el SYN"}
	case trace.ThirdAcks:
		words = Text{"the third packet acknowledges it", "el tercero confirma la respuesta"}
	case trace.ThirdFollows:
		words = Text{"the third packet follows the SYN", "el tercero sigue al SYN"}
	case trace.RSTAcksSYN:
		words = Text{"the RST acknowledges the SYN", "el RST confirma el SYN"}
	case trace.RSTFollows:
		words = Text{"the RST is where it is expected", "el RST está donde se espera"}
	}
	field := "ack"
	if e.ID == trace.ThirdFollows || e.ID == trace.RSTFollows {
		field = "seq"
	}
	u := func(s capture.Seq) string { return strconv.FormatUint(uint64(s), 10) }
	switch {
	case !e.HasNumber && !e.HasBase:
		return words, field + " = ?"
	case !e.HasNumber:
		return words, field + " = " + u(e.Base.Add(e.Lo))
	case !e.HasBase:
		return words, u(e.Number) + " = ? + 1"
	}
	plus := uint32(e.Number - e.Base)
	if e.Holds {
		numbers = u(e.Number) + " = " + u(e.Base) + " + " + strconv.FormatUint(uint64(plus), 10)
		if e.Base.Add(plus) < e.Base {
			numbers += " (mod 2^32)"
		}
		return words, numbers
	}
	return words, u(e.Number) + " ≠ " + u(e.Base) + " + " + strconv.FormatUint(uint64(e.Lo), 10)
}

// respSpeaks reports whether the responder acknowledges something: a RST without ACK has its number from what it answers.
func (c *Certificate) respSpeaks() bool {
	for i := range c.tr.Steps {
		if s := &c.tr.Steps[i]; s.From == trace.Resp && s.Flags.Any(capture.ACK) {
			return true
		}
	}
	return false
}
