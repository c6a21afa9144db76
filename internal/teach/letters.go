package teach

import (
	"slices"
	"strconv"
	"strings"

	"portero/capture"
	"portero/handshake"
	"portero/internal/record"
	"portero/internal/trace"
	"portero/internal/words"
)

// datagrams reports whether c is an exchange by UDP that a worksheet may use.
func (c *Conn) datagrams() bool {
	return c.Record.Proto == capture.ProtoUDP && c.Record.HasPorts && c.Record.Exchange != handshake.ExchangeNone && len(c.Trace.Steps) > 0
}

// letters is the sheet of exchanges by UDP: there is no handshake to fill in, but who writes to whom, and what came of it.
func (m *maker) letters(s *Sheet, conns []Conn) {
	l := m.l
	s.udp = true
	s.Title = l.f("UDP exchanges, level %d, variant %d", "Intercambios UDP, nivel %d, variante %d", int(m.o.Level), m.o.Seed)
	s.Intro = []string{
		l.t("Each table is one exchange of datagrams from a real capture, like letters: each has a sender and a receiver, an address with its port. Fill in what is marked (1), (2), ...",
			"Cada tabla es un intercambio de datagramas de una captura real, como cartas: cada uno tiene remitente y destinatario, una dirección con su puerto. Se completa lo marcado con (1), (2), ..."),
		l.t("Nobody calls before a letter, and none promises an answer. A letter that cannot be delivered comes back by ICMP.",
			"Nadie llama antes de una carta, y ninguna promete respuesta. La que no se puede entregar vuelve por ICMP."),
	}
	for _, c := range conns {
		s.Tables = append(s.Tables, m.letter(c))
	}
	s.Total = m.points
	if m.o.Level == Easy {
		for _, w := range pieces {
			s.Bank = append(s.Bank, l.t(w[0], w[1]))
		}
	}
}

// pieces are what a datagram of an exchange can be. Which is a question and which an answer only its program knows.
var pieces = [...][2]string{{"there", "ida"}, {"back", "vuelta"}, {"error", "error"}}

func (m *maker) letter(c Conn) Table {
	l, rec := m.l, c.Record
	ends := [2]string{m.place(&rec.Orig), m.place(&rec.Resp)}
	t := Table{Title: ends[0] + " > " + ends[1] + "/udp"}
	t.Head = []string{l.t("frame", "trama"), l.t("time", "tiempo"), l.t("from", "de"), l.t("to", "para"), l.t("way", "sentido"), l.t("data", "datos")}
	var rows []int
	for i := range c.Trace.Steps {
		if s := &c.Trace.Steps[i]; s.Has(trace.ICMPError) || !s.Has(trace.Copy) && s.From != trace.Neither {
			rows = append(rows, i)
		}
	}
	if gap := m.o.Rows / 2; len(rows) > m.o.Rows { // the rest is more of the same
		rows = slices.Concat(rows[:gap:gap], []int{-1}, rows[len(rows)-gap:])
	}
	for shown, i := range rows {
		if i < 0 {
			t.Rows = append(t.Rows, []Cell{{Text: "..."}, {}, {}, {}, {}, {}})
			continue
		}
		t.Rows = append(t.Rows, m.piece(&c.Trace.Steps[i], ends, shown == 0))
	}
	m.outcome(&t, rec)
	return t
}

// place is where an end lives.
func (m *maker) place(s *record.Side) string {
	a := m.anonymous(s.Addr)
	if strings.Contains(a, ":") {
		a = "[" + a + "]"
	}
	return a + ":" + strconv.Itoa(int(s.Port))
}

// piece is the row of one datagram. The first is given: where a question goes nothing foretells.
func (m *maker) piece(s *trace.Step, ends [2]string, first bool) []Cell {
	l := m.l
	row := []Cell{{Text: strconv.FormatUint(s.Frame, 10)}, {Text: m.time(s)}}
	cell := func(kind, text string, fill bool, why string, also ...string) {
		if fill && m.chance(kind) {
			row = append(row, Cell{Blank: m.blank(kind, text, why, 1, also...)})
		} else {
			row = append(row, Cell{Text: text})
		}
	}
	word := func(i int) string { return l.t(pieces[i][0], pieces[i][1]) }
	if s.Has(trace.ICMPError) {
		to := ends[trace.Orig]
		if s.From == trace.Orig { // it is who called that takes no answer
			to = ends[trace.Resp]
		}
		row = append(row, Cell{Text: m.anonymous(s.Via)}, Cell{Text: addrOf(to)})
		cell("way", word(2), !first, l.f("%s says that a datagram could not be delivered", "%s dice que un datagrama no se pudo entregar", label(s, l)), label(s, l), "ICMP")
		return append(row, Cell{Text: label(s, l)})
	}
	from, to := ends[s.From], ends[s.From.Peer()]
	turned := l.t("what comes back has the two ends, and their ports, the other way round", "lo que vuelve lleva los dos extremos, con sus puertos, al revés")
	why := l.t("it goes the way of the first one", "va por donde fue el primero")
	what := word(0)
	if s.From == trace.Resp {
		why, what = turned, word(1)
	}
	asked := -1 // one of the two, so that the other tells it
	if !first {
		asked = m.rng.IntN(2)
	}
	cell("end", from, asked == 0, why, portOf(from))
	cell("end", to, asked == 1, why, portOf(to))
	cell("way", what, !first, l.f("it is from %s, to %s", "es de %s, para %s", from, to))
	return append(row, Cell{Text: label(s, l)})
}

// addrOf is the address of an end without its port: ICMP has none.
func addrOf(place string) string {
	return strings.Trim(place[:strings.LastIndexByte(place, ':')], "[]")
}

func portOf(place string) string { return place[strings.LastIndexByte(place, ':')+1:] }

// outcome asks what came of the exchange.
func (m *maker) outcome(t *Table, rec *record.Record) {
	l := m.l
	word := func(x handshake.Exchange) string { return words.Exchange(words.Langs()[int(l)], x.String()) }
	right := word(rec.Exchange)
	var others []string
	for _, x := range []handshake.Exchange{handshake.Answered, handshake.Unanswered, handshake.ExchangeRefused, handshake.ExchangeFiltered, handshake.ReplyOnly, handshake.Stream} {
		others = append(others, word(x))
	}
	t.Choices = m.choices(right, others)
	tell := &teller{l: l, rec: rec, tr: &trace.Trace{}}
	why := strings.TrimPrefix(strings.TrimPrefix(strings.Join(tell.outro(), " "), "So: "), "En resumen: ")
	t.Verdict = m.blank("verdict", right, why, 2)
	if m.o.Level == Hard {
		frames := []record.FrameRef{rec.FirstFrame}
		for _, f := range []record.FrameRef{rec.ReplyFrame, rec.ICMPFrame} {
			if f != 0 && !slices.Contains(frames, f) {
				frames = append(frames, f)
			}
		}
		named := l.f("frame %d. ", "trama %d. ", frames[0])
		if len(frames) > 1 {
			named = l.f("frames %d and %d. ", "tramas %d y %d. ", frames[0], frames[1])
		}
		t.Reason = m.blank("why", named+why, l.t("Frames must be named.", "Hay que nombrar paquetes."), 3)
	}
}
