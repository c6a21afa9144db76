package teach

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"portero/capture"
	"portero/internal/record"
	"portero/internal/trace"
)

// Answer is what a student says the next packet carries. Numbers are relative,
// as in the ladder.
type Answer struct {
	Flags  capture.Flags
	Seq    int64
	Ack    int64
	HasSeq bool
	HasAck bool
}

// judged are the flags a student is asked for: the others are a program's or a
// stack's own choice.
const judged = capture.SYN | capture.ACK | capture.FIN | capture.RST

// Question asks for one packet.
type Question struct {
	Step   int // position in the trace
	From   trace.End
	Len    uint32
	Prompt string
	want   Answer
	known  foresight
}

// Part is the outcome for one field of an answer.
type Part struct {
	Field string // "flags", "seq", "ack"
	Right bool
	Want  string
	Said  string // what stood in the answer, "" where the field was left out
	Why   string
}

// Result is the outcome of an answer.
type Result struct {
	Parts       []Part
	Points, Max int
}

// Ask makes the question for step i, which never lies before that of an earlier
// call; ok is false where nobody could foretell the packet: forged and damaged ones,
// copies, retransmissions, midstream starts, and numbers that count what the capture
// lacks.
func (a *Asker) Ask(i int, l Lang) (q Question, ok bool) {
	tr := a.tr
	if !tr.TCP || i < 0 || i >= len(tr.Steps) {
		return q, false
	}
	a.reach(i)
	s := &tr.Steps[i]
	if !s.HasSeq || s.From == trace.Neither || i == 0 && !s.Flags.Any(capture.SYN) || !a.known.tells(s) {
		return q, false
	}
	for _, r := range s.Remarks {
		switch r {
		case trace.Copy, trace.RSTIgnored, trace.RSTDoubted, trace.OutOfWindow, trace.BehindFIN, trace.FINPassed, trace.AckOfUnsent, trace.BadChecksum, trace.OddFlags, trace.NoFlags, trace.BadHeader, trace.SumDoubted,
			trace.StraySYN, trace.ThirdWrong, trace.SYNACKWrong, trace.Retransmission, trace.OutOfOrder, trace.Gap, trace.SYNNewISN,
			trace.SYNACKNewISN, trace.CapturedLate, trace.KeepAlive, trace.WindowProbe, trace.AfterTheEnd, trace.RSTStray:
			return q, false
		}
	}
	q = Question{Step: i, From: s.From, Len: s.Len, known: a.known}
	q.want = Answer{Flags: s.Flags & judged, Seq: s.RelSeq, Ack: s.RelAck, HasSeq: true, HasAck: s.HasAck}
	who := l.who(s.From)
	what := l.f("Next, after %s, %s sends a packet", "A continuación, tras %s, %s envía un paquete", l.span(s.Delta), who)
	if i == 0 {
		what = l.f("First, %s sends a packet", "Primero, %s envía un paquete", who)
	}
	if s.Len > 0 {
		what += l.f(" with %s of data", " con %s de datos", l.octets(int64(s.Len)))
	}
	q.Prompt = what + l.t(". Which flags, seq and ack?", ". ¿Qué indicadores (flags), seq y ack?")
	return q, true
}

// Check compares an answer with the packet that really came. It is pure.
func Check(tr *trace.Trace, q Question, a Answer, l Lang) Result {
	s := &tr.Steps[q.Step]
	var r Result
	add := func(field string, right bool, want, said, why string) {
		if right {
			r.Points++
			why = ""
		}
		r.Max++
		r.Parts = append(r.Parts, Part{field, right, want, said, why})
	}
	add("flags", a.Flags&judged == q.want.Flags, flagWords(q.want.Flags), flagsSaid(a.Flags), flagsWhy(s, l))
	add("seq", a.HasSeq && a.Seq == q.want.Seq, strconv.FormatInt(q.want.Seq, 10), numberSaid(a.HasSeq, a.Seq), seqWhy(s, &q.known, l, relative))
	if q.want.HasAck {
		add("ack", a.HasAck && a.Ack == q.want.Ack, strconv.FormatInt(q.want.Ack, 10), numberSaid(a.HasAck, a.Ack), ackWhy(s, &q.known, l, relative))
	} else if a.HasAck {
		add("ack", false, "-", numberSaid(true, a.Ack), l.t("a first SYN has nothing to acknowledge yet", "un primer SYN todavía no tiene nada que confirmar"))
	}
	return r
}

func numberSaid(said bool, n int64) string {
	if !said {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func flagsSaid(f capture.Flags) string {
	if f == 0 {
		return ""
	}
	return flagWords(f)
}

func flagWords(f capture.Flags) string {
	return strings.ReplaceAll(f.String(), "-", ",")
}

func flagsWhy(s *trace.Step, l Lang) string {
	who := l.who(s.From)
	switch f := s.Flags; {
	case s.Has(trace.RSTRefuses):
		return l.f("%s refuses: RST, with ACK for the SYN", "%s rechaza: RST, con ACK del SYN", who)
	case f.Any(capture.RST):
		return l.f("%s ends it at once: RST", "%s corta de golpe: RST", who)
	case f.Has(capture.SYN | capture.ACK):
		return l.f("%s answers a SYN: its own SYN, with ACK for the other's", "%s contesta a un SYN: su propio SYN, con ACK del otro", who)
	case f.Any(capture.SYN):
		return l.f("%s asks to open: SYN", "%s pide abrir: SYN", who)
	case f.Any(capture.FIN):
		return l.f("%s has nothing more to say: FIN, and ACK as on every packet after the first", "%s no tiene más que decir: FIN, y ACK como en todo paquete después del primero", who)
	}
	return l.t("after the opening every packet carries ACK", "tras la apertura, todo paquete lleva ACK")
}

// counting writes a relative number of an end as the reader has it before them.
type counting func(e trace.End, rel int64) string

func relative(_ trace.End, rel int64) string { return strconv.FormatInt(rel, 10) }

func seqWhy(s *trace.Step, known *foresight, l Lang, n counting) string {
	who, e := l.who(s.From), s.From
	switch {
	case s.Has(trace.RSTRefuses):
		return l.t("a RST that refuses a SYN has number 0: its sender counts nothing yet (RFC 9293, 3.10.7.1)", "el RST que rechaza un SYN lleva el número 0: quien lo envía aún no cuenta nada (RFC 9293, 3.10.7.1)")
	case s.Flags.Any(capture.SYN):
		return l.f("the SYN is where %s starts to count: %s", "el SYN es donde %s empieza a contar: %s", who, n(e, 0))
	case !known.sent[e] || known.next[e] < s.RelSeq:
		return l.f("%s has told with its ack that it expects %s", "%s dijo con su ack que espera el %s", l.who(e.Peer()), n(e, s.RelSeq))
	case s.RelSeq == 1 && known.syn[e]:
		return l.f("the SYN of %s used number %s, so the next is %s", "el SYN de %s usó el número %s, así que sigue el %s", who, n(e, 0), n(e, 1))
	}
	return l.f("%s had sent everything up to %s, so the next is %s (SYN and FIN count as one each)", "%s había enviado todo hasta el %s, así que sigue el %s (SYN y FIN cuentan uno cada uno)",
		who, n(e, s.RelSeq-1), n(e, s.RelSeq))
}

func ackWhy(s *trace.Step, known *foresight, l Lang, n counting) string {
	who, peer, e := l.who(s.From), l.who(s.From.Peer()), s.From.Peer()
	switch {
	case !known.sent[e] || known.next[e] < s.RelAck:
		return l.f("%s has acknowledged up to %s before, and nothing new of %s was seen", "%s ya había confirmado hasta el %s, y de %s no se vio nada nuevo", who, n(e, s.RelAck-1), peer)
	case s.RelAck == 1 && known.syn[e]:
		return l.f("%s has received the SYN of %s (number %s) and expects %s", "%s recibió el SYN de %s (número %s) y espera el %s", who, peer, n(e, 0), n(e, 1))
	}
	return l.f("%s has received everything of %s up to %s and expects %s", "%s recibió todo de %s hasta el %s y espera el %s", who, peer, n(e, s.RelAck-1), n(e, s.RelAck))
}

// unread is a word of an answer that cannot be read.
type unread struct{ word, why string }

func (u *unread) Error() string { return fmt.Sprintf("%q %s", u.word, u.why) }

// ParseAnswer reads what a student types: flags and numbers in any order, as in
// "SYN,ACK seq=0 ack=1", "syn ack s=0 a=1" or "FIN ACK 101 201".
func ParseAnswer(line string) (Answer, error) {
	var a Answer
	words := strings.FieldsFunc(strings.ToLower(line), func(r rune) bool { return strings.ContainsRune(" ,+/;\t", r) })
	if len(words) > 32 {
		return a, fmt.Errorf("too many words")
	}
	number := func(s string) (int64, error) { return strconv.ParseInt(s, 10, 64) }
	for i := 0; i < len(words); i++ {
		w := words[i]
		key, val, has := strings.Cut(w, "=")
		// "ack 0 1" is the flag and two numbers; "seq 0 ack 1" names both.
		if !has && i+1 < len(words) && (key == "seq" || key == "s" || a.HasSeq && (key == "ack" || key == "a")) {
			if n, err := number(words[i+1]); err == nil {
				val, has = strconv.FormatInt(n, 10), true
				i++
			}
		}
		switch {
		case has && (key == "seq" || key == "s"):
			n, err := number(val)
			if err != nil {
				return a, &unread{w, "has no number"}
			}
			a.Seq, a.HasSeq = n, true
		case has && (key == "ack" || key == "a"):
			n, err := number(val)
			if err != nil {
				return a, &unread{w, "has no number"}
			}
			a.Ack, a.HasAck = n, true
		case has:
			return a, &unread{w, "takes no number"}
		case flagBits[w] != 0:
			a.Flags |= flagBits[w]
		default:
			n, err := number(w)
			if err != nil {
				return a, &unread{w, "is neither a flag nor a number"}
			}
			if !a.HasSeq {
				a.Seq, a.HasSeq = n, true
			} else {
				a.Ack, a.HasAck = n, true
			}
		}
	}
	return a, nil
}

var flagBits = map[string]capture.Flags{"syn": capture.SYN, "ack": capture.ACK, "fin": capture.FIN, "rst": capture.RST,
	"psh": capture.PSH, "urg": capture.URG, "ece": capture.ECE, "cwr": capture.CWR, "syn-ack": capture.SYN | capture.ACK,
	"synack": capture.SYN | capture.ACK, "fin-ack": capture.FIN | capture.ACK, "rst-ack": capture.RST | capture.ACK, "psh-ack": capture.PSH | capture.ACK}

// Predict plays the game over in and out, line by line, and returns the score.
// An empty line shows the packet without points; "q" or the end of in ends it. Lines have at most width columns, 80
// when it is 0.
func Predict(in io.Reader, out io.Writer, rec *record.Record, tr *trace.Trace, l Lang, width int) (points, most int, err error) {
	if width <= 0 {
		width = 80
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 256), 4096)
	t := newTeller(rec, tr, l)
	t.guessing = true
	p := func(format string, args ...any) {
		if err == nil {
			_, err = fmt.Fprintf(out, format, args...)
		}
	}
	say := func(s string) {
		if utf8.RuneCountInString(s) > width {
			s = strings.Join(wrapWords(s, width), "\n")
		}
		p("%s\n", s)
	}
	// told writes sentences under their packet.
	told := func(s string) {
		for _, line := range wrapWords(s, width-4) {
			p("   %s\n", line)
		}
	}
	if !tr.TCP {
		say(l.t("Datagrams carry no numbers to predict: try a TCP connection.", "Los datagramas no llevan números que predecir: hace falta una conexión TCP."))
		return 0, 0, err
	}
	asker := NewAsker(tr)
	say(l.t("What comes next? Answer like: SYN,ACK seq=0 ack=1. Empty line: show me. q: stop.", "¿Qué viene ahora? Se responde así: SYN,ACK seq=0 ack=1. Línea vacía: mostrarlo. q: terminar."))
	p("\n")
	for i := range tr.Steps {
		s := &tr.Steps[i]
		q, ok := asker.Ask(i, l)
		said := t.tell(i)
		if !ok {
			say(fmt.Sprintf("%d  %s: %s  %s", s.Frame, l.Who(s.From), label(s, l), l.t("(nobody could foretell this one)", "(nadie podía preverlo)")))
			told(said.Plain)
			p("\n")
			continue
		}
		var a Answer
		for {
			p("%s\n? ", strings.Join(wrapWords(q.Prompt, width-1), "\n"))
			if err != nil || !lines.Scan() {
				p("\n%s\n", score(points, most, l))
				if err == nil {
					err = lines.Err()
				}
				return points, most, err
			}
			text := strings.TrimSpace(lines.Text())
			if text == "q" {
				p("%s\n", score(points, most, l))
				return points, most, err
			}
			if text == "" {
				break
			}
			var bad error
			if a, bad = ParseAnswer(text); bad == nil {
				break
			}
			var slip *unread
			what := ""
			if errors.As(bad, &slip) {
				what = l.f(" %q", " %q", slip.word)
			}
			say(l.f("I do not understand%s; write for example: ACK seq=1 ack=1", "No se entiende%s; se escribe, por ejemplo, así: ACK seq=1 ack=1", what))
		}
		r := Check(tr, q, a, l)
		points, most = points+r.Points, most+r.Max
		for _, part := range r.Parts {
			field := part.Field
			if field == "flags" {
				field = l.t("flags", "indicadores")
			}
			if part.Right {
				p("   %s %s  %s\n", field, part.Want, l.t("right", "bien"))
			} else {
				came := l.t("(this came)", "(esto vino)")
				if part.Said != "" {
					came = l.f("(this came, not %s)", "(esto vino, no %s)", part.Said)
				}
				told(field + " " + part.Want + " " + came + ": " + part.Why)
			}
		}
		say(fmt.Sprintf("%d  %s: %s", s.Frame, l.Who(s.From), label(s, l)))
		told(said.Plain)
		p("   %s | %s\n\n", l.standing(s.After[trace.Orig]), l.standing(s.After[trace.Resp]))
	}
	p("%s\n", score(points, most, l))
	return points, most, err
}

func score(points, most int, l Lang) string {
	return l.f("Score: %d of %d.", "Puntuación: %d de %d.", points, most)
}
