package teach

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"portero/capture"
	"portero/handshake"
	"portero/internal/record"
	"portero/internal/trace"
	"portero/internal/words"
)

// Rung is one arrow of a ladder, or a stretch of them told together.
type Rung struct {
	Frame record.FrameRef `json:"frame,omitempty"`
	// From is who sent it; Neither for an ICMP error by somebody on the way.
	From trace.End `json:"from"`
	// Label is what the arrow carries: "SYN,ACK  seq=0 ack=1".
	Label string `json:"label"`
	// Wire is the same in the numbers of the wire, with options.
	Wire string `json:"wire,omitempty"`
	Rel  int64  `json:"rel_ns"`
	// Missed: the packet is not in the capture; other packets prove it.
	Missed bool `json:"missed,omitempty"`
	// Ignored: its receiver must not accept it.
	Ignored bool `json:"ignored,omitempty"`
	// Opens: it is part of the opening; its numbers on the wire are worth a look.
	Opens bool `json:"opens,omitempty"`
	// Folded is how many packets this rung stands for, when it is a stretch.
	Folded int `json:"folded,omitempty"`
	// Before and After are the states of both ends; meaningless for datagrams.
	Before [2]trace.Standing `json:"before"`
	After  [2]trace.Standing `json:"after"`
	// Path lists the states entered with this rung, by end and in order.
	Path [2][]trace.State `json:"path"`
	Telling
}

// Changed reports whether the rung moved end e.
func (r *Rung) Changed(e trace.End) bool { return r.Before[e] != r.After[e] }

// Ladder is one connection drawn as arrows between two ends.
type Ladder struct {
	Lang   string `json:"lang"`
	States bool   `json:"states"` // false for datagrams
	Left   string `json:"left"`
	Right  string `json:"right"`
	// Service is the name of the responder's service in brackets, or empty. It is
	// portero's own word, never the wire's.
	Service   string            `json:"service,omitempty"`
	ServiceBy string            `json:"service_by,omitempty"` // what tells it, as in the record
	Start     [2]trace.Standing `json:"start"`
	Intro     []string          `json:"intro"`
	Rungs     []Rung            `json:"rungs"`
	// Deviations from the textbook, and what it all comes to.
	Deviations []string `json:"deviations,omitempty"`
	Outro      []string `json:"outro"`
	lang       Lang
}

// responder names the right end as it is drawn: with its service, marked where only the port speaks for it.
func (l *Ladder) responder() string {
	if l.Service == "" {
		return l.Right
	}
	return l.Right + " (" + record.Called(l.Service, l.ServiceBy) + ")"
}

// Options say what a ladder tells.
type Options struct {
	Lang Lang
	// All tells every packet; otherwise long stretches without a change are folded.
	All bool
	// MaxRungs bounds the ladder when not All; 0 is 60.
	MaxRungs int
	// Guessing leaves out of every rung what tells of later packets: somebody is to foretell them.
	Guessing bool
}

// New draws the ladder of one connection or exchange.
func New(rec *record.Record, tr *trace.Trace, o Options) *Ladder {
	if o.MaxRungs == 0 {
		o.MaxRungs = 60
	}
	l := &Ladder{Lang: o.Lang.String(), lang: o.Lang, States: tr.TCP, Start: tr.Start}
	l.Left, l.Right = name(tr, trace.Orig), name(tr, trace.Resp)
	l.Service, l.ServiceBy = rec.Service, rec.ServiceBy
	t := newTeller(rec, tr, o.Lang)
	t.guessing = o.Guessing
	l.Intro = t.intro()
	var fold []Rung
	flush := func() {
		switch {
		case len(fold) < 5:
			l.Rungs = append(l.Rungs, fold...)
		default:
			l.Rungs = append(l.Rungs, fold[0], t.folded(fold[1:len(fold)-1], tr), fold[len(fold)-1])
		}
		fold = fold[:0]
	}
	shown := map[trace.Remark]bool{}
	for i := range tr.Steps {
		s := &tr.Steps[i]
		rungs := t.missed(s)
		r := t.rung(i)
		if s.Unseen > 0 {
			rungs = append(rungs, t.unseen(s, r.Before))
		}
		if t.gapMissed(s) {
			rungs = append(rungs, t.gap(s, r.Before))
		}
		if !o.All && len(tr.Steps) > foldFrom && len(rungs) == 0 && quiet(s, tr.TCP) && !novel(s, shown) {
			fold = append(fold, r)
			continue
		}
		flush()
		l.Rungs = append(append(l.Rungs, rungs...), r)
	}
	flush()
	if !o.All && len(l.Rungs) > o.MaxRungs {
		l.cut(o.MaxRungs, o.Lang)
	}
	l.Deviations = t.deviations()
	l.Outro = t.outro()
	return l
}

// foldFrom is how many packets a connection has at least before stretches of it
// are folded.
const foldFrom = 24

// novel reports whether something is met for the first time in a connection: that
// is told, also in a stretch that is otherwise folded.
func novel(s *trace.Step, shown map[trace.Remark]bool) bool {
	first := false
	for _, r := range s.Remarks {
		switch r {
		case trace.Retransmission, trace.OutOfOrder, trace.DupACK, trace.WindowUpdate, trace.KeepAlive, trace.KeepAliveAnswer, trace.WindowProbe:
			first = first || !shown[r]
			shown[r] = true
		}
	}
	return first
}

// quiet reports whether a step changes nothing and needs no word of its own.
func quiet(s *trace.Step, tcp bool) bool {
	if !tcp {
		return true
	}
	if s.Before != s.After || len(s.Moves) > 0 || s.Flags&0x7 != 0 {
		return false
	}
	for _, r := range s.Remarks {
		switch r {
		case trace.Retransmission, trace.OutOfOrder, trace.DupACK, trace.WindowUpdate, trace.Copy, trace.Reassembled, trace.NoFlags,
			trace.KeepAlive, trace.KeepAliveAnswer, trace.WindowProbe:
		default:
			return false
		}
	}
	return true
}

// cut keeps the first and the last rungs of a ladder that is too long.
func (l *Ladder) cut(limit int, lang Lang) {
	head := limit * 2 / 3
	tail := limit - head - 1
	cut := l.Rungs[head : len(l.Rungs)-tail]
	n := 0
	for i := range cut {
		n += max(cut[i].Folded, 1)
	}
	mid := Rung{Folded: n, From: trace.Neither, Before: cut[0].Before, After: cut[len(cut)-1].After, Frame: cut[0].Frame, Rel: cut[0].Rel,
		Telling: Telling{Plain: lang.f("%d more packets, left out here.", "%d paquetes más, omitidos aquí.", n)}}
	l.Rungs = append(append(append([]Rung{}, l.Rungs[:head]...), mid), l.Rungs[len(l.Rungs)-tail:]...)
}

func name(tr *trace.Trace, e trace.End) string {
	x := tr.Ends[e]
	if !tr.Ports {
		return x.Addr.String()
	}
	return netip.AddrPortFrom(x.Addr, x.Port).String()
}

// rung draws step i.
func (t *teller) rung(i int) Rung {
	s := &t.tr.Steps[i]
	r := Rung{Frame: s.Frame, From: s.From, Rel: s.Rel, Before: s.Before, After: s.After, Telling: t.tell(i)}
	r.Ignored = s.Has(trace.BadHeader)
	told := bridged(s) // by the rungs before it
	for _, m := range s.Moves {
		if told && m.Early {
			r.Before[m.End] = trace.Standing{State: m.To, Inferred: true}
		} else if m.Changes() {
			r.Path[m.End] = append(r.Path[m.End], m.To)
		}
		if m.Reason == trace.Drops {
			r.Ignored = true
		}
	}
	r.Opens = s.Flags.Any(capture.SYN|capture.RST) || s.Has(trace.ThirdACK) || s.Has(trace.ThirdACKData) || s.Has(trace.ThirdWrong)
	r.Label = label(s, t.l)
	r.Wire = wire(s, t.l)
	return r
}

// label is what an arrow carries.
func label(s *trace.Step, l Lang) string {
	switch {
	case s.Has(trace.ICMPError):
		return fmt.Sprintf("ICMP %d/%d", s.ICMPType, s.ICMPCode)
	case s.Has(trace.NoFlags):
		return l.t("(cut)", "(truncado)")
	case s.ICMP:
		if m := message(s); m != nil {
			name := l.t(m.name[0], m.name[1])
			if m.ping {
				name += " " + strconv.Itoa(int(s.Echo))
			}
			return name + ", " + l.octets(int64(s.Len))
		}
		return l.octets(int64(s.Len))
	case s.QUIC != 0:
		return s.QUIC.String() + ": " + l.octets(int64(s.Len))
	case !s.HasSeq:
		return l.octets(int64(s.Len))
	}
	b := flagsOf(s, l) + "  seq=" + strconv.FormatInt(s.RelSeq, 10)
	if s.HasAck {
		b += " ack=" + strconv.FormatInt(s.RelAck, 10)
	}
	if s.Len > 0 {
		b += " len=" + strconv.Itoa(int(s.Len))
	}
	return b
}

// flagsOf names the flags of a packet.
func flagsOf(s *trace.Step, l Lang) string {
	if w := s.FlagWords(); w != "none" {
		return w
	}
	return l.t("none", "ninguno")
}

// wire is the same in the numbers of the wire.
func wire(s *trace.Step, l Lang) string {
	if !s.HasSeq {
		return ""
	}
	parts := []string{"seq " + strconv.FormatUint(uint64(s.Seq), 10)}
	if s.HasAck {
		parts = append(parts, "ack "+strconv.FormatUint(uint64(s.Ack), 10))
	}
	if w := l.t("window ", "ventana ") + strconv.FormatUint(uint64(s.Window), 10); !s.NoWindow {
		if !s.Scaled {
			w += l.t(" (unscaled)", " (sin escala)")
		}
		parts = append(parts, w)
	}
	if o := s.Options(l.t); o != "" {
		parts = append(parts, o)
	}
	return strings.Join(parts, ", ")
}

// bridged reports whether rungs for missed packets stand before step s.
func bridged(s *trace.Step) bool {
	for _, m := range s.Moves {
		if m.Missed != trace.MissedNothing && m.Early {
			return true
		}
	}
	return false
}

// missed draws the packets that the capture lacks and this step presupposes.
func (t *teller) missed(s *trace.Step) []Rung {
	if !bridged(s) {
		return nil
	}
	var out []Rung
	at := s.Before
	var waiting []trace.Move // moves by packets that were seen, told with the next missed one
	put := func(r *Rung, m trace.Move) {
		at[m.End] = trace.Standing{State: m.To, Inferred: true}
		r.After = at
		if m.Changes() {
			r.Path[m.End] = append(r.Path[m.End], m.To)
		}
	}
	for _, m := range s.Moves {
		if !m.Early {
			continue
		}
		if m.Missed == trace.MissedNothing {
			if n := len(out); n > 0 {
				put(&out[n-1], m)
			} else {
				waiting = append(waiting, m)
			}
			continue
		}
		from, label := trace.Orig, "SYN"
		switch m.Missed {
		case trace.MissedSYNACK:
			from, label = trace.Resp, "SYN,ACK"
		case trace.MissedACK:
			label = "ACK"
		}
		if n := len(out); n == 0 || out[n-1].Label != label {
			out = append(out, Rung{From: from, Label: label, Missed: true, Rel: s.Rel, Before: at, After: at, Telling: Telling{Plain: t.l.f(
				"This %s is not in the capture. The numbers of the next packet presuppose it.", "Este %s no está en la captura. Los números del paquete siguiente lo suponen.", label)}})
		}
		r := &out[len(out)-1]
		for _, w := range waiting {
			put(r, w)
		}
		waiting = nil
		put(r, m)
	}
	return out
}

// folded tells a stretch of the conversation in one rung.
func (t *teller) folded(rs []Rung, tr *trace.Trace) Rung {
	l := t.l
	first, last := rs[0].Frame, rs[len(rs)-1].Frame
	var octets [2]int64
	var again, alive int
	for i := range tr.Steps {
		s := &tr.Steps[i]
		if s.Frame < first || s.Frame > last || s.From > trace.Resp {
			continue
		}
		if s.Has(trace.Retransmission) {
			again++
			continue
		}
		if s.Has(trace.KeepAlive) {
			alive++
		}
		octets[s.From] += int64(s.Len)
	}
	r := Rung{Frame: first, From: trace.Neither, Folded: len(rs), Rel: rs[0].Rel, Before: rs[0].Before, After: rs[len(rs)-1].After}
	r.Plain = l.f("%d more packets of the conversation: %s from the client, %s from the server.", "%d paquetes más de la conversación: %s del cliente, %s del servidor.",
		len(rs), l.octets(octets[0]), l.octets(octets[1]))
	switch {
	case again == 1:
		r.Plain += l.t(" One of them repeats what was sent before.", " Uno de ellos repite lo ya enviado.")
	case again > 1:
		r.Plain += l.f(" %d of them repeat what was sent before.", " %d de ellos repiten lo ya enviado.", again)
	}
	switch {
	case alive == 1:
		r.Plain += l.t(" One only asks whether the other is still there.", " Uno solo pregunta si el otro sigue ahí.")
	case alive > 1:
		r.Plain += l.f(" %d only ask whether the other is still there.", " %d solo preguntan si el otro sigue ahí.", alive)
	}
	return r
}

// protocol is the name of one that is neither TCP nor UDP.
func (t *teller) protocol() string {
	name := words.Protocol(words.Langs()[int(t.l)], record.ProtoName(t.rec.Proto))
	if strings.ContainsRune(name, ' ') || name != strings.ToLower(name) {
		return name
	}
	return strings.ToUpper(name)
}

func (t *teller) intro() []string {
	l := t.l
	c, s := t.tr.Ends[trace.Orig].Addr.String(), t.tr.Ends[trace.Resp].Addr.String()
	if !t.tr.TCP && t.rec.Proto != capture.ProtoUDP {
		s := l.f("These are packets of %s, which is neither TCP nor UDP. %s is taken for the client, %s for the server. Each arrow is one packet; time runs downwards.",
			"Son paquetes que no son TCP ni UDP (%s). Se toma a %s por cliente y a %s por servidor. Cada flecha es un paquete; el tiempo corre hacia abajo.", t.protocol(), c, s)
		switch t.rec.Proto {
		case capture.ProtoICMP, capture.ProtoICMP6:
			s += l.t(" ICMP is how the network speaks about itself.", " Con ICMP la red habla de sí misma.")
		case capture.ProtoDCCP:
			s += l.t(" DCCP opens and closes connections of its own; that is not told here, only who sent how much and when.", " DCCP abre y cierra conexiones propias; aquí no se cuentan, solo quién envió cuánto y cuándo.")
		case capture.ProtoSCTP:
			s += l.t(" SCTP opens and closes associations of its own; that is not told here, only who sent how much and when.", " SCTP abre y cierra asociaciones propias; aquí no se cuentan, solo quién envió cuánto y cuándo.")
		}
		return []string{s}
	}
	switch {
	case t.tr.TCP:
	case t.rec.Orig.Pkts == 0: // only what looks like an answer
		return []string{l.f("To %s came what looks like an answer of %s, and no question is in this capture. It is like the post: each datagram is a letter with an address on it; nobody calls first, and nothing promises that it arrives. The first is taken for the client, the second for the server. Time runs downwards.",
			"A %s le llegó de %s lo que parece una respuesta, y en esta captura no hay ninguna pregunta. Es como el correo: cada datagrama es una carta con su dirección; nadie llama antes y nada promete que llegue. Se toma al primero por cliente y al segundo por servidor. El tiempo corre hacia abajo.", c, s)}
	case t.rec.Resp.Pkts == 0:
		return []string{l.f("Datagrams go one way. It is like the post: each datagram is a letter with an address on it; nobody calls first, and nothing promises that it arrives. %s writes (the client), and the letter is for %s (the server). Time runs downwards.",
			"Van datagramas en un solo sentido. Es como el correo: cada datagrama es una carta con su dirección; nadie llama antes y nada promete que llegue. Escribe %s (el cliente), y la carta es para %s (el servidor). El tiempo corre hacia abajo.", c, s)}
	case t.quicAnswered():
		return []string{l.f("Two computers exchange datagrams. It is like the post: each datagram is a letter with an address on it, and nothing promises that it arrives. In these letters a connection is asked for all the same: that is QUIC. %s calls (the client), %s is called (the server). Time runs downwards.",
			"Dos equipos intercambian datagramas. Es como el correo: cada datagrama es una carta con su dirección, y nada promete que llegue. En estas cartas se pide una conexión de todos modos: eso es QUIC. Llama %s (el cliente) a %s (el servidor). El tiempo corre hacia abajo.", c, s)}
	default:
		return []string{
			l.f("Two computers exchange datagrams. It is like the post: each datagram is a letter with an address on it; nobody calls first, and nothing promises that it arrives. %s writes (the client), %s is written to (the server). Time runs downwards.",
				"Dos equipos intercambian datagramas. Es como el correo: cada datagrama es una carta con su dirección; nadie llama antes y nada promete que llegue. Escribe %s (el cliente) y la recibe %s (el servidor). El tiempo corre hacia abajo.", c, s),
		}
	}
	if t.rec.Handshake == handshake.Midstream && t.rec.Reuses != 0 {
		return []string{l.f("This is a talk between two computers whose opening was not captured: how it was opened is not known. %s is taken for the client, %s for the server. Each arrow is one packet; time runs downwards.",
			"Es una charla entre dos equipos cuya apertura no se capturó: no se sabe cómo se abrió. Se toma a %s por cliente y a %s por servidor. Cada flecha es un paquete; el tiempo corre hacia abajo.", c, s)}
	}
	if t.rec.Handshake == handshake.Midstream {
		return []string{l.f("This is a talk between two computers that was under way before the capture began: how it was opened is not known. %s is taken for the client, %s for the server. Each arrow is one packet; time runs downwards.",
			"Es una charla entre dos equipos que ya estaba en curso al empezar la captura: no se sabe cómo se abrió. Se toma a %s por cliente y a %s por servidor. Cada flecha es un paquete; el tiempo corre hacia abajo.", c, s)}
	}
	switch t.rec.Handshake { // nobody calls
	case handshake.Unsolicited:
		return []string{l.f("To %s came an answer of %s, and no question is in this capture. The first is taken for the client, the second for the server. Each arrow is one packet; time runs downwards.",
			"A %s le llegó una respuesta de %s, y en esta captura no hay ninguna pregunta. Se toma al primero por cliente y al segundo por servidor. Cada flecha es un paquete; el tiempo corre hacia abajo.", c, s)}
	case handshake.Probe:
		return []string{l.f("%s knocks at %s with a packet that begins no connection. The first is called the client here, the second the server. Each arrow is one packet; time runs downwards.",
			"%s llama a la puerta de %s con un paquete que no empieza ninguna conexión. Al primero se le llama aquí cliente y al segundo servidor. Cada flecha es un paquete; el tiempo corre hacia abajo.", c, s)}
	case handshake.Unknown:
		return []string{l.f("Of these packets too little was captured to say what they are. %s is taken for the client, %s for the server. Each arrow is one packet; time runs downwards.",
			"De estos paquetes se capturó demasiado poco para decir qué son. Se toma a %s por cliente y a %s por servidor. Cada flecha es un paquete; el tiempo corre hacia abajo.", c, s)}
	}
	return []string{l.f("Two computers want to talk as on the telephone: first a call and an answer, then the talk, then a farewell. %s calls (the client), %s is called (the server). Each arrow is one packet; the words in capitals are what each side is doing. Time runs downwards.",
		"Dos equipos quieren hablar como por teléfono: primero llamada y respuesta, después la charla y al final la despedida. Llama %s (el cliente) y atiende %s (el servidor). Cada flecha es un paquete; las palabras en mayúsculas dicen en qué está cada lado. El tiempo corre hacia abajo.", c, s)}
}
