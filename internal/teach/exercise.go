package teach

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"sort"
	"strconv"
	"strings"

	"portero/capture"
	"portero/handshake"
	"portero/internal/record"
	"portero/internal/trace"
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
	Kind   string // "flags", "seq", "ack", "state", "verdict", "why"
	Answer string
	Also   []string // other spellings of the same answer
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
}

// Exercise makes a worksheet from the connections of a teacher's capture. Only
// TCP connections with flags are used; it is empty when there is none.
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
		l.t("Each table is one connection from a real capture: C is the client, S the server. Fill in what is marked (1), (2), ...", "Cada tabla es una conexión de una captura real: C es el cliente, S el servidor. Complete lo marcado con (1), (2), ..."),
	}
	if o.Level == Hard {
		s.Intro = append(s.Intro, l.t("Numbers are as on the wire: 32 bits, after 4294967295 comes 0.", "Los números son los del cable: 32 bits; después de 4294967295 viene el 0."))
	} else {
		s.Intro = append(s.Intro, l.t("Numbers are relative: each side's SYN is number 0.", "Los números son relativos: el SYN de cada lado es el número 0."))
	}
	s.Intro = append(s.Intro, l.t("The state is that of the side named at the top of the column, after the packet. SYN and FIN count as one byte each.", "El estado es el del lado que encabeza la columna, después del paquete. SYN y FIN cuentan un byte cada uno."))
	for _, c := range m.choose(conns) {
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
	m.rng.Shuffle(len(fit), func(i, k int) { fit[i], fit[k] = fit[k], fit[i] })
	seen := map[string]int{}
	rank := make([]int, len(fit))
	for i, c := range fit {
		k := c.Record.Handshake.String() + c.Record.Close.String()
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
	p := map[string][4]int{"flags": {0, 45, 30, 40}, "seq": {0, 0, 35, 50}, "ack": {0, 0, 40, 55}, "state": {0, 40, 40, 55}}[kind][m.o.Level]
	return m.rng.IntN(100) < p
}

func (m *maker) table(c Conn) Table {
	l := m.l
	tr, rec := c.Trace, c.Record
	port := func(p uint16) string { return strconv.Itoa(int(p)) }
	t := Table{Title: m.anonymous(rec.Orig.Addr) + " : " + port(rec.Orig.Port) + " > " + m.anonymous(rec.Resp.Addr) + " : " + port(rec.Resp.Port)}
	t.Head = []string{l.t("frame", "trama"), l.t("time", "tiempo"), l.t("way", "sentido"), "flags", "seq", "ack", l.t("data", "datos"), l.t("client", "cliente"), l.t("server", "servidor")}
	// A variant has its own initial numbers, so answers cannot be copied.
	var shift [2]uint32
	for e := range shift {
		shift[e] = m.rng.Uint32()
		if m.rng.IntN(3) == 0 {
			shift[e] = ^uint32(0) - m.rng.Uint32N(300) // so that it wraps soon
		}
	}
	number := func(e trace.End, rel int64) string {
		if m.o.Level == Hard {
			return strconv.FormatUint(uint64(shift[e]+uint32(rel)), 10)
		}
		return strconv.FormatInt(rel, 10)
	}
	var rows []int
	for i := range tr.Steps {
		if s := &tr.Steps[i]; s.Has(trace.ICMPError) || s.HasSeq && !s.Has(trace.Copy) && s.From != trace.Neither {
			rows = append(rows, i)
		}
	}
	gap := -1 // the first row after those that are left out
	if n := len(rows) - m.o.Rows; n > 0 {
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
		_, sure := Ask(tr, i, l)
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
			row = append(row, Cell{Blank: m.blank("flags", flagWords(s.Flags&judged), flagsWhy(s, l), 1, append(spellings(s.Flags&judged), s.FlagWords())...)})
		} else {
			row = append(row, Cell{Text: s.FlagWords()})
		}
		// The first number of each side is given: nothing foretells it.
		cell("seq", number(s.From, s.RelSeq), sure && (m.o.Level < Hard || !s.Flags.Any(capture.SYN)), seqWhy(s, l, number), 1)
		if s.HasAck {
			cell("ack", number(s.From.Peer(), s.RelAck), sure, ackWhy(s, l, number), 1)
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
	m.verdict(&t, rec)
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

func spellings(f capture.Flags) []string {
	w := flagWords(f)
	return []string{strings.ReplaceAll(w, ",", " "), strings.ReplaceAll(w, ",", "-"), strings.ReplaceAll(w, ",", "+")}
}

// verdicts in the words of a class.
func verdictWord(v handshake.Verdict, l Lang) string {
	es := map[handshake.Verdict]string{handshake.Completed: "completada", handshake.CompletedUnseen: "completada, no vista entera", handshake.Implied: "deducida",
		handshake.HalfOpen: "semiabierta", handshake.Refused: "rechazada", handshake.Filtered: "filtrada", handshake.NoAnswer: "sin respuesta",
		handshake.Aborted: "abandonada", handshake.Invalid: "no válida", handshake.Midstream: "ya en curso", handshake.Unsolicited: "no solicitada",
		handshake.Probe: "sondeo", handshake.Unknown: "indeterminada", handshake.None: "no procede"}
	return l.t(strings.ReplaceAll(v.String(), "_", " "), es[v])
}

func (m *maker) verdict(t *Table, rec *record.Record) {
	l := m.l
	right := verdictWord(rec.Handshake, l)
	others := []handshake.Verdict{handshake.Completed, handshake.HalfOpen, handshake.Refused, handshake.NoAnswer, handshake.Aborted, handshake.Midstream, handshake.Invalid}
	m.rng.Shuffle(len(others), func(i, k int) { others[i], others[k] = others[k], others[i] })
	t.Choices = []string{right}
	for _, v := range others {
		if w := verdictWord(v, l); w != right && len(t.Choices) < 4 {
			t.Choices = append(t.Choices, w)
		}
	}
	m.rng.Shuffle(len(t.Choices), func(i, k int) { t.Choices[i], t.Choices[k] = t.Choices[k], t.Choices[i] })
	tell := &teller{l: l, rec: rec, tr: &trace.Trace{TCP: true}}
	why := strings.TrimPrefix(strings.TrimPrefix(strings.Join(tell.outro(), " "), "So: "), "En resumen: ")
	t.Verdict = m.blank("verdict", right, why, 2)
	if m.o.Level == Hard {
		t.Reason = m.blank("why", m.proof(rec)+why, l.t("Frames or numbers must be named.", "Hay que nombrar paquetes o números."), 3)
	}
}

// proof names the frames that a good answer names.
func (m *maker) proof(rec *record.Record) string {
	frames := append([]record.FrameRef{rec.SYNFrame, rec.SYNACKFrame, rec.ACKFrame, rec.ConfirmedFrame}, rec.CloseFrames...)
	slices.Sort(frames)
	var n []string
	for _, f := range slices.Compact(frames) {
		if f != 0 {
			n = append(n, strconv.FormatUint(f, 10))
		}
	}
	if len(n) == 0 {
		n = []string{strconv.FormatUint(rec.FirstFrame, 10)}
	}
	if len(n) == 1 {
		return m.l.f("Frame %s: ", "Trama %s: ", n[0])
	}
	return m.l.f("Frames %s: ", "Tramas %s: ", strings.Join(n, ", "))
}
