package teach

import (
	"math/rand/v2"
	"net/netip"
	"sort"
	"strconv"
	"strings"

	"portero/capture"
	"portero/handshake"
	"portero/internal/record"
	"portero/internal/trace"
	"portero/internal/words"
)

// Level is the difficulty of a worksheet.
type Level int

// The levels: flags and states; relative numbers as well; numbers as on the wire
// with a reason for the verdict.
const (
	Easy Level = 1 + iota
	Medium
	Hard
)

// Conn is one connection a worksheet may use.
type Conn struct {
	Record *record.Record
	Trace  *trace.Trace
}

// SheetOptions say what worksheet to make. The same options and connections
// give the same sheet, byte for byte; another Seed is another student's variant.
type SheetOptions struct {
	Seed  uint64
	Level Level // 0 is Easy
	Lang  Lang
	Conns int // how many connections; 0 is 3
	Rows  int // packets of each; 0 is 14
	// Names keeps the addresses of the capture. Without it they are replaced,
	// everywhere by the same documentation address (RFC 5737, RFC 3849).
	Names bool
}

// Blank is one thing to fill in.
type Blank struct {
	N      int    // 1-based over the sheet
	Kind   string // "flags", "seq", "ack", "state", of datagrams "end", "way", of both "verdict", "why"
	Answer string
	Also   []string // other spellings of the same answer
	Note   string   // what else is right, for the key
	Why    string   // for the key
	Points int
}

// Cell is a cell of a table: text, or a blank.
type Cell struct {
	Text  string
	Blank *Blank
}

// Table is one connection of a sheet.
type Table struct {
	Title string
	Head  []string
	Rows  [][]Cell
	// Verdict is the multiple-choice question under the table.
	Verdict *Blank
	Choices []string
	// Reason is the open question of the highest level; nil below.
	Reason *Blank
}

// Sheet is a worksheet with its answers.
type Sheet struct {
	Lang   Lang
	Title  string
	Intro  []string
	Bank   []string // words to choose from, on the lowest level
	Tables []Table
	Total  int
	opt    SheetOptions
	udp    bool
}

// Exercise makes a worksheet from the connections of a teacher's capture: from TCP connections with flags, and
// where there is none from exchanges by UDP; it is empty when there is neither.
func Exercise(conns []Conn, o SheetOptions) *Sheet {
	if o.Level < Easy || o.Level > Hard {
		o.Level = Easy
	}
	if o.Conns <= 0 {
		o.Conns = 3
	}
	if o.Rows <= 0 {
		o.Rows = 14
	}
	l := o.Lang
	m := &maker{o: o, l: l, rng: rand.New(rand.NewPCG(o.Seed, 0x706f727465726f)), addr: map[netip.Addr]string{}}
	s := &Sheet{Lang: l, opt: o, Title: l.f("TCP connections, level %d, variant %d", "Conexiones TCP, nivel %d, variante %d", int(o.Level), o.Seed)}
	s.Intro = []string{
		l.t("Each table is one connection from a real capture: C is the client, S the server. Fill in what is marked (1), (2), ...", "Cada tabla es una conexión de una captura real: C es el cliente, S el servidor. Se completa lo marcado con (1), (2), ..."),
	}
	s.Intro = append(s.Intro, s.numbersNote(), l.t("The state is that of the side named at the top of the column, after the packet, also where the packets only imply it. SYN and FIN count as one byte each.", "El estado es el del lado que encabeza la columna, después del paquete, también donde los paquetes solo lo dan a entender. SYN y FIN cuentan un byte cada uno."))
	chosen := m.choose(conns)
	if len(chosen) > 0 && !chosen[0].Trace.TCP {
		m.letters(s, chosen)
		return s
	}
	for _, c := range chosen {
		s.Tables = append(s.Tables, m.table(c))
	}
	s.Total = m.points
	if o.Level == Easy {
		for _, st := range trace.States() {
			s.Bank = append(s.Bank, st.String())
		}
	}
	return s
}

// numbersNote says what the numbers of the sheet are.
func (s *Sheet) numbersNote() string {
	if s.opt.Level == Hard {
		return s.Lang.t("Numbers have 32 bits as on the wire: after 4294967295 comes 0. They are not those of the capture: in this variant the same amount was added to all that count the bytes of one side.",
			"Los números tienen 32 bits, como en el cable: después de 4294967295 viene el 0. No son los de la captura: en esta variante se sumó una misma cantidad a todos los que cuentan los bytes de un lado.")
	}
	return s.Lang.t("Numbers are relative: each side's SYN is number 0.", "Los números son relativos: el SYN de cada lado es el número 0.")
}

type maker struct {
	o      SheetOptions
	l      Lang
	rng    *rand.Rand
	addr   map[netip.Addr]string
	n      int
	points int
}

// choose picks connections: different verdicts first, in an order of the seed's.
func (m *maker) choose(conns []Conn) []Conn {
	var fit []Conn
	for _, c := range conns {
		if c.Trace.TCP && len(c.Trace.Steps) > 0 && c.Record.Handshake != handshake.Unknown {
			fit = append(fit, c)
		}
	}
	if len(fit) == 0 {
		for _, c := range conns {
			if c.datagrams() {
				fit = append(fit, c)
			}
		}
	}
	m.rng.Shuffle(len(fit), func(i, k int) { fit[i], fit[k] = fit[k], fit[i] })
	seen := map[string]int{}
	rank := make([]int, len(fit))
	for i, c := range fit {
		k := c.Record.Handshake.String() + c.Record.Close.String() + c.Record.Exchange.String()
		rank[i] = seen[k]
		seen[k]++
	}
	order := make([]int, len(fit))
	for i := range order {
		order[i] = i
	}
	// A whole life comes first: it asks for the most.
	whole := -1
	for i, c := range fit {
		if c.Record.Handshake == handshake.Completed && c.Record.Close == handshake.Closed {
			whole = i
			break
		}
	}
	sort.SliceStable(order, func(a, b int) bool {
		a, b = order[a], order[b]
		if a == whole || b == whole {
			return a == whole && b != whole
		}
		return rank[a] < rank[b]
	})
	var out []Conn
	for _, i := range order[:min(len(order), m.o.Conns)] {
		out = append(out, fit[i])
	}
	return out
}

// anonymous is the address shown for a.
func (m *maker) anonymous(a netip.Addr) string {
	if m.o.Names {
		return a.String()
	}
	if s, ok := m.addr[a]; ok {
		return s
	}
	n := len(m.addr)
	var s string
	if a.Is4() {
		nets := [...]string{"192.0.2.", "198.51.100.", "203.0.113."}
		s = nets[n/250%3] + strconv.Itoa(n%250+1)
	} else {
		s = "2001:db8::" + strconv.FormatInt(int64(n+1), 16)
	}
	m.addr[a] = s
	return s
}

func (m *maker) blank(kind, answer, why string, points int, also ...string) *Blank {
	m.n++
	m.points += points
	return &Blank{N: m.n, Kind: kind, Answer: answer, Why: why, Points: points, Also: also}
}

// chance is how many of a hundred cells of a kind are blank on the sheet's level.
func (m *maker) chance(kind string) bool {
	p := map[string][4]int{"flags": {0, 45, 30, 40}, "seq": {0, 0, 35, 50}, "ack": {0, 0, 40, 55}, "state": {0, 40, 40, 55}, "way": {0, 75, 50, 50}, "end": {0, 40, 65, 80}}[kind][m.o.Level]
	return m.rng.IntN(100) < p
}

func (m *maker) table(c Conn) Table {
	l := m.l
	tr, rec := c.Trace, c.Record
	port := func(p uint16) string { return strconv.Itoa(int(p)) }
	t := Table{Title: m.anonymous(rec.Orig.Addr) + " : " + port(rec.Orig.Port) + " > " + m.anonymous(rec.Resp.Addr) + " : " + port(rec.Resp.Port)}
	t.Head = []string{l.t("frame", "trama"), l.t("time", "tiempo"), l.t("way", "sentido"), l.t("flags", "indicadores"), "seq", "ack", l.t("data", "datos"), l.t("client", "cliente"), l.t("server", "servidor")}
	n := m.numbers(tr)
	asker := NewAsker(tr)
	var rows []int
	for i := range tr.Steps {
		if s := &tr.Steps[i]; s.Has(trace.ICMPError) || s.HasSeq && !s.Has(trace.Copy) && s.From != trace.Neither {
			rows = append(rows, i)
		}
	}
	gap := -1 // the first row after those that are left out
	if len(rows) > m.o.Rows {
		tail := min(5, m.o.Rows/2)
		gap = m.o.Rows - tail
		rows = append(rows[:gap:gap], rows[len(rows)-tail:]...)
	}
	lost := [2]bool{} // the side's numbers are not known since the gap
	for shown, i := range rows {
		s := &tr.Steps[i]
		if shown == gap {
			lost = [2]bool{true, true}
			t.Rows = append(t.Rows, []Cell{{Text: "..."}, {}, {}, {}, {}, {}, {}, {}, {}})
		}
		if s.Has(trace.ICMPError) {
			t.Rows = append(t.Rows, m.icmp(s))
			continue
		}
		_, sure := asker.Ask(i, l)
		sure = sure && lost == [2]bool{}
		lost[s.From] = false
		way := "C > S"
		if s.From == trace.Resp {
			way = "S > C"
		}
		row := []Cell{{Text: strconv.FormatUint(s.Frame, 10)}, {Text: m.time(s)}, {Text: way}}
		cell := func(kind, text string, fill bool, why string, points int, also ...string) {
			if fill && m.chance(kind) {
				row = append(row, Cell{Blank: m.blank(kind, text, why, points, also...)})
			} else {
				row = append(row, Cell{Text: text})
			}
		}
		if sure && shown > 0 && m.chance("flags") {
			row = append(row, Cell{Blank: m.flags(s)})
		} else {
			row = append(row, Cell{Text: flagsOf(s, l)})
		}
		// The first number of each side is given: nothing foretells it.
		cell("seq", n.seq(s), sure && (m.o.Level < Hard || !s.Flags.Any(capture.SYN)), seqWhy(s, &asker.known, l, n.of), 1)
		if s.HasAck {
			cell("ack", n.ack(s), sure, ackWhy(s, &asker.known, l, n.of), 1)
		} else {
			row = append(row, Cell{Text: "-"})
		}
		row = append(row, Cell{Text: strconv.Itoa(int(s.Len))})
		for _, e := range [...]trace.End{trace.Orig, trace.Resp} {
			st := s.After[e].State
			if st == trace.Unknown {
				row = append(row, Cell{Text: "?"})
				continue
			}
			cell("state", st.String(), shown != gap && len(s.Path(e)) > 0, m.stateWhy(s, e), 1, strings.ReplaceAll(st.String(), "-", "_"), strings.ReplaceAll(st.String(), "-", " "))
		}
		t.Rows = append(t.Rows, row)
	}
	m.verdict(&t, rec, tr, n)
	return t
}

// icmp is the row of an error message about the connection: all of it is given.
func (m *maker) icmp(s *trace.Step) []Cell {
	row := []Cell{{Text: strconv.FormatUint(s.Frame, 10)}, {Text: m.time(s)}, {Text: m.anonymous(s.Via)}, {Text: label(s, m.l)}, {Text: "-"}, {Text: "-"}, {Text: "-"}}
	for _, a := range s.After {
		st := a.State.String()
		if a.State == trace.Unknown {
			st = "?"
		}
		row = append(row, Cell{Text: st})
	}
	return row
}

func (m *maker) time(s *trace.Step) string {
	if s.Rel == 0 {
		return "0"
	}
	return m.l.span(s.Rel)
}

// stateWhy is why end e is where it is after s.
func (m *maker) stateWhy(s *trace.Step, e trace.End) string {
	for i := len(s.Moves) - 1; i >= 0; i-- {
		if mv := &s.Moves[i]; mv.End == e && mv.Changes() {
			return "RFC 9293, " + mv.Reason.RFC() + ": " + mv.From.String() + " > " + mv.To.String()
		}
	}
	return ""
}

// flags asks for the flags of s. Those that a program or a stack is free to set may be
// left out.
func (m *maker) flags(s *trace.Step) *Blank {
	must, free := s.Flags&judged, s.Flags&capture.Flags(0x1ff)&^judged
	b := m.blank("flags", s.FlagWords(), flagsWhy(s, m.l), 1, append(spellings(s.Flags), spellings(must)...)...)
	if free != 0 {
		b.Note = m.l.f("%s is enough: %s is the sender's choice", "basta %s: %s es cosa de quien envía", flagWords(must), flagWords(free))
	}
	return b
}

// spellings are the ways to write a set of flags.
func spellings(f capture.Flags) []string {
	w := flagWords(f)
	return []string{w, strings.ReplaceAll(w, ",", " "), strings.ReplaceAll(w, ",", "-"), strings.ReplaceAll(w, ",", "+")}
}

// verdicts in the words of a class.
func verdictWord(v handshake.Verdict, l Lang) string {
	return words.Verdict(words.Langs()[int(l)], v.String())
}

// choices are what a question offers: what is right, and three of the others, in any order.
func (m *maker) choices(right string, others []string) []string {
	m.rng.Shuffle(len(others), func(i, k int) { others[i], others[k] = others[k], others[i] })
	out := []string{right}
	for _, w := range others {
		if w != right && len(out) < 4 {
			out = append(out, w)
		}
	}
	m.rng.Shuffle(len(out), func(i, k int) { out[i], out[k] = out[k], out[i] })
	return out
}

func (m *maker) verdict(t *Table, rec *record.Record, tr *trace.Trace, n *numbering) {
	l := m.l
	right := verdictWord(rec.Handshake, l)
	var others []string
	for _, v := range []handshake.Verdict{handshake.Completed, handshake.HalfOpen, handshake.Refused, handshake.NoAnswer, handshake.Aborted, handshake.Midstream, handshake.Invalid} {
		others = append(others, verdictWord(v, l))
	}
	t.Choices = m.choices(right, others)
	tell := &teller{l: l, rec: rec, tr: &trace.Trace{TCP: true}}
	why := strings.TrimPrefix(strings.TrimPrefix(strings.Join(tell.outro(), " "), "So: "), "En resumen: ")
	t.Verdict = m.blank("verdict", right, why, 2)
	if m.o.Level == Hard {
		t.Reason = m.blank("why", m.proof(rec, tr, n)+why, l.t("Frames or numbers must be named.", "Hay que nombrar paquetes o números."), 3)
	}
}
