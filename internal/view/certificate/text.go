package certificate

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/fatih/color"

	"portero/handshake"
	"portero/internal/record"
	"portero/internal/trace"
	"portero/internal/words"
)

// Options says how the text looks. The zero value is 80 columns of plain
// English with marks.
type Options struct {
	Width int    // columns; 0 is 80, less than 60 is 60
	Color bool   // colour is never the only sign
	ASCII bool   // words instead of marks and letters without accents, for terminals without UTF-8
	All   bool   // every packet of a long connection
	Lang  string // "en" or "es"
}

// printer writes one certificate.
type printer struct {
	*Certificate
	Options
	b strings.Builder
}

// WriteText prints the certificate for people.
func (c *Certificate) WriteText(w io.Writer, o Options) error {
	if o.Width <= 0 {
		o.Width = 80
	}
	o.Width = max(o.Width, 60)
	p := &printer{Certificate: c, Options: o}
	p.head()
	p.packets()
	p.equations()
	p.states()
	for _, it := range c.Items {
		p.item(it.Label.In(o.Lang), it.Text.In(o.Lang), " ")
	}
	if c.Display != "" {
		p.item("wireshark", c.Display, " && ")
		if c.Frames != "" {
			p.item("", c.Frames, ", ")
		}
		if c.tr.TCP {
			p.item("", Text{"or: go to frame " + strconv.FormatUint(c.rec.FirstFrame, 10) + ", then Follow TCP Stream (tcp.stream)",
				"o bien: ir a la trama " + strconv.FormatUint(c.rec.FirstFrame, 10) + " y Seguir flujo TCP (tcp.stream)"}.In(o.Lang), " ")
		}
	}
	text := p.b.String()
	if p.ASCII {
		text = words.ASCII(text)
	}
	_, err := io.WriteString(w, text)
	return err
}

// paint colours s by one of the sixteen colours.
func (p *printer) paint(s string, attrs ...color.Attribute) string {
	if !p.Color || len(attrs) == 0 {
		return s
	}
	c := color.New(attrs...)
	c.EnableColor()
	return c.Sprint(s)
}

func verdictColor(v handshake.Verdict, x handshake.Exchange) []color.Attribute {
	switch v {
	case handshake.Completed, handshake.CompletedUnseen, handshake.Implied:
		return []color.Attribute{color.FgCyan, color.Bold}
	case handshake.Invalid:
		return []color.Attribute{color.FgRed, color.Bold}
	case handshake.Refused, handshake.HalfOpen, handshake.NoAnswer, handshake.Filtered, handshake.Aborted:
		return []color.Attribute{color.FgYellow, color.Bold}
	case handshake.None:
		switch x {
		case handshake.Answered:
			return []color.Attribute{color.FgCyan, color.Bold}
		case handshake.ExchangeRefused, handshake.ExchangeFiltered, handshake.Unanswered:
			return []color.Attribute{color.FgYellow, color.Bold}
		}
	}
	return []color.Attribute{color.Bold}
}

// verdictWord is the verdict as it is read and typed.
func (c *Certificate) verdictWord(lang string) string {
	l, _ := words.Parse(lang)
	v, word := c.rec.Handshake.String(), words.Verdict
	if !c.rec.TCP() {
		v, word = c.rec.Exchange.String(), words.Exchange
	}
	if v == "" || v == "none" {
		return words.Protocol(l, record.ProtoName(c.rec.Proto))
	}
	return word(l, v)
}

func (p *printer) head() {
	orig, resp := endpoint(p.tr.Ends[trace.Orig], p.tr.Ports), endpoint(p.tr.Ends[trace.Resp], p.tr.Ports)
	line := fmt.Sprintf("#%d  %s > %s", p.rec.ID, orig, resp)
	if len([]rune(line)) > p.Width { // two long addresses
		id := fmt.Sprintf("#%d  ", p.rec.ID)
		if len(id)+len(orig) > p.Width {
			id = strings.TrimSpace(id) + "\n    "
		}
		line = id + orig + "\n    > " + resp
	}
	word := strings.ToUpper(p.verdictWord(p.Lang))
	painted := p.paint(word, verdictColor(p.rec.Handshake, p.rec.Exchange)...)
	if len([]rune(line))+3+len([]rune(word)) > p.Width {
		p.b.WriteString(line + "\n    " + painted + "\n\n")
		return
	}
	p.b.WriteString(line + "   " + painted + "\n\n")
}

func (p *printer) t(en, es string) string { return Text{en, es}.In(p.Lang) }

func (p *printer) who(e trace.End) string {
	switch e {
	case trace.Orig:
		return p.t("originator", "iniciador")
	case trace.Resp:
		return p.t("responder", "respondedor")
	}
	return p.t("on the way", "en el camino")
}

// line writes a line without trailing blanks.
func (p *printer) line(s string) { p.b.WriteString(strings.TrimRight(s, " ") + "\n") }

// pad fills s to n columns.
func pad(s string, n int) string {
	if k := n - len([]rune(s)); k > 0 {
		return s + strings.Repeat(" ", k)
	}
	return s
}

func left(s string, n int) string {
	if k := n - len([]rune(s)); k > 0 {
		return strings.Repeat(" ", k) + s
	}
	return s
}

// ms is a time in milliseconds after the first packet.
func ms(ns int64) string {
	sign := "+"
	if ns < 0 {
		sign, ns = "-", -ns
	}
	return fmt.Sprintf("%s%d.%03d", sign, ns/1e6, ns%1e6/1e3)
}

// opening is how the packets of the opening are laid out: where their columns begin.
type opening struct {
	time, sender, says, seq, ack int  // where these begin
	gap                          int  // blanks between time and sender
	wide                         int  // of what is said, where numbers follow
	below                        bool // numbers stand on a line of their own
}

// layout is the widest layout of the opening that fits: the usual one, then one without
// spare room, in which what is said may be folded, then one with the numbers on a line of
// their own.
func (p *printer) layout() opening {
	frame, time, sender, says, piece, end := runes(p.t("frame", "trama")), runes(p.t("time, ms", "tiempo, ms")), 11, 17, 0, 0
	for _, r := range p.Opening {
		sender = max(sender, runes(p.who(r.From)))
		if r.HasSeq || r.Frame == 0 {
			says = max(says, runes(r.Says.In(p.Lang)))
			piece = max(piece, longest(r.Says.In(p.Lang)))
		}
		if r.Frame != 0 {
			frame, time = max(frame, runes(strconv.FormatUint(r.Frame, 10))), max(time, runes(ms(r.Rel)))
		}
	}
	at := func(frame, time, gap, says int) opening {
		o := opening{time: 2 + frame, sender: 2 + frame + time + gap, gap: gap, wide: says}
		o.says = o.sender + sender + 1
		o.seq = o.says + says + 1
		o.ack = o.seq + 11
		return o
	}
	usual := at(max(7, frame), max(12, time), 3, says)
	if frame >= 7 && time >= 12 { // a blank between the two
		usual = at(frame+1, time, 3, says)
	}
	usual.ack++
	for _, r := range p.Opening {
		switch {
		case r.HasAck:
			end = max(end, usual.ack+10)
		case r.HasSeq:
			end = max(end, usual.seq+10)
		case r.Frame == 0:
			end = max(end, usual.seq+runes(p.absent()))
		}
	}
	if end <= p.Width {
		return usual
	}
	tight := at(frame+1, time, 2, says)
	if tight.wide -= max(0, tight.ack+10-p.Width); tight.wide < piece {
		tight.wide, tight.below = p.Width-tight.says, true
		return tight
	}
	return at(frame+1, time, 2, tight.wide)
}

func (p *printer) absent() string { return p.t("not in this capture", "no está en esta captura") }

func (p *printer) packets() {
	o := p.layout()
	cols := []column{{2, p.Width}, {o.time, p.Width}, {o.sender, p.Width}, {o.says, o.wide}, {o.seq, p.Width}, {o.ack, p.Width}}
	time := func(s string) string { return left(s, o.sender-o.time-o.gap) }
	head := []string{p.t("frame", "trama"), time(p.t("time, ms", "tiempo, ms")), p.t("sender", "emisor"), p.t("says", "dice")}
	if p.tr.TCP && !o.below && p.numbered() {
		head = append(head, "seq", "ack")
	}
	p.row(cols, head, nil)
	for i, r := range p.Opening {
		if p.tr.TCP && i == len(p.Opening)-1 {
			p.leftOut() // the last row is the last of the opening
		}
		if r.Frame == 0 {
			cells := []string{"-", time("-"), p.who(r.From), r.Says.In(p.Lang), p.absent()}
			if o.below || o.seq+runes(p.absent()) > p.Width {
				p.row(cols, cells[:4], nil)
				p.row([]column{{max(2, min(o.says, p.Width-runes(p.absent()))), p.Width}}, cells[4:], nil)
				continue
			}
			p.row(cols, cells, nil)
			continue
		}
		cells := []string{strconv.FormatUint(r.Frame, 10), time(ms(r.Rel)), p.who(r.From), r.Says.In(p.Lang)}
		numbers := []string{"", ""}
		if r.HasSeq {
			numbers[0] = strconv.FormatUint(uint64(r.Seq), 10)
		}
		if r.HasAck {
			numbers[1] = strconv.FormatUint(uint64(r.Ack), 10)
		}
		switch {
		case !r.HasSeq && !r.HasAck: // nothing follows
			free := slices.Clone(cols)
			free[3].width = p.Width - o.says
			p.row(free, cells, nil)
		case o.below:
			p.row(cols, cells, nil)
			said := ""
			if r.HasSeq {
				said = "seq " + numbers[0] + "  "
			}
			if r.HasAck {
				said += "ack " + numbers[1]
			}
			p.row([]column{{max(2, min(o.sender, p.Width-runes(said))), p.Width}}, []string{said}, nil)
		default:
			p.row(cols, append(cells, numbers...), nil)
		}
	}
	if !p.tr.TCP {
		p.leftOut()
	}
	p.b.WriteString("\n")
}

// numbered reports whether some packet of the opening has a number: those that are cut before them have none.
func (p *printer) numbered() bool {
	return slices.ContainsFunc(p.Opening, func(r Row) bool { return r.HasSeq || r.HasAck })
}

// leftOut says how many packets of the opening are not listed.
func (p *printer) leftOut() {
	switch {
	case p.Left == 1:
		p.line("  " + p.t("... 1 more is left out", "... se omite 1 más"))
	case p.Left > 1:
		p.line("  " + fmt.Sprintf(p.t("... %d more are left out", "... se omiten %d más"), p.Left))
	}
}

// mark is the outcome of an equation, and its colour.
func (p *printer) mark(e *trace.Equation) (string, []color.Attribute) {
	switch {
	case !e.HasNumber:
		return p.t("absent", "ausente"), []color.Attribute{color.FgYellow}
	case !e.HasBase:
		return p.t("unknown", "no se sabe"), nil
	case e.Holds && p.ASCII:
		return p.t("yes", "sí"), []color.Attribute{color.FgGreen}
	case e.Holds:
		return "✓ " + p.t("yes", "sí"), []color.Attribute{color.FgGreen}
	case p.ASCII:
		return "NO", []color.Attribute{color.FgRed, color.Bold}
	}
	return "✗ no", []color.Attribute{color.FgRed, color.Bold}
}

func (p *printer) equations() {
	if len(p.Equations) == 0 {
		return
	}
	// Where it does not fit, the numbers keep their line and the words are folded.
	words, numbers, marks := 33, 0, 0
	for i := range p.Equations {
		_, n := Equation(&p.Equations[i])
		numbers = max(numbers, runes(n))
		m, _ := p.mark(&p.Equations[i])
		marks = max(marks, runes(m))
	}
	room := p.Width - 2 - 2 - 1 - marks
	numbers = max(numbers, min(35, room-words))
	words = min(words, max(14, room-numbers))
	numbers = min(numbers, room-words)
	cols := []column{{2, words}, {2 + words + 2, numbers}, {2 + words + 2 + numbers + 1, p.Width}}
	for i := range p.Equations {
		e := &p.Equations[i]
		w, n := Equation(e)
		if p.ASCII {
			n = strings.ReplaceAll(n, "≠", "<>")
		}
		m, c := p.mark(e)
		p.row(cols, []string{w.In(p.Lang), n, m}, func(s string) string { return p.paint(s, c...) })
	}
	p.b.WriteString("\n")
}

func (p *printer) standing(s trace.Standing) string {
	w := s.State.String()
	if s.State == trace.Unknown {
		return p.t("unknown", "no se sabe")
	}
	if s.Inferred {
		w += p.t(" (inferred)", " (inferido)")
	}
	return w
}

// path is where end e stands after s; two states in one step are both named.
func (p *printer) path(s *trace.Step, e trace.End) string {
	at := p.standing(s.After[e])
	if way := s.Path(e); len(way) > 1 {
		if before := way[len(way)-2].String() + " > "; len(before)+len(at) < 24 {
			return before + at
		}
	}
	return at
}

// statesShown is how many packets are listed when not all are wanted.
const statesShown = 24

// stateColumns are the columns of states: the usual ones where all fits, else such as
// leave each its room.
func (p *printer) stateColumns() []column {
	frame, says, state := runes(p.t("frame", "trama")), runes(p.t("before", "antes")), 0
	for e, s := range p.tr.Start {
		state = max(state, runes(p.standing(s)), runes(p.who(trace.End(e))))
	}
	for i := range p.tr.Steps {
		s := &p.tr.Steps[i]
		frame, says = max(frame, runes(strconv.FormatUint(s.Frame, 10))), max(says, runes(p.says(s)))
		state = max(state, runes(p.path(s, trace.Orig)), runes(p.path(s, trace.Resp)))
	}
	at := func(frame, says, gap, state int) []column {
		c := []column{{at: 2}, {at: 2 + frame + 1}, {at: 2 + frame + 3, width: says}, {at: 2 + frame + 3 + says + gap, width: state}, {}}
		c[4] = column{c[3].at + state + 1, state}
		return c
	}
	usual := at(max(7, frame), 13, 2, 23)
	if usual[2].width = 14; says <= 14 && usual[4].at+state <= p.Width { // 14 leave a blank, too
		return usual
	}
	room := p.Width - at(frame, 0, 1, 0)[3].at - 1
	if says = min(says, max(room-2*state, 10)); room-says < 2*state {
		state = (room - says) / 2
	}
	return at(frame, says, 1, state)
}

// states lists both ends' states packet by packet.
func (p *printer) states() {
	if !p.tr.TCP || p.rec.Handshake == handshake.Unknown {
		return
	}
	cols := p.stateColumns()
	p.row(cols, []string{p.t("frame", "trama"), "", p.t("says", "dice"), p.t("originator", "iniciador"), p.t("responder", "respondedor")}, nil)
	row := func(s *trace.Step) {
		p.row(cols, []string{strconv.FormatUint(s.Frame, 10), arrow(s.From), p.says(s), p.path(s, trace.Orig), p.path(s, trace.Resp)}, nil)
	}
	p.row(cols, []string{"-", "", p.t("before", "antes"), p.standing(p.tr.Start[0]), p.standing(p.tr.Start[1])}, nil)
	quiet := 0
	hush := func(last int) {
		if quiet == 1 {
			row(&p.tr.Steps[last])
		} else if quiet > 0 {
			p.line("  " + fmt.Sprintf(p.t("...     %d packets that change no state", "...     %d paquetes que no cambian ningún estado"), quiet))
		}
		quiet = 0
	}
	shown, hidden := 0, 0
	for i := range p.tr.Steps {
		s := &p.tr.Steps[i]
		if !p.All && !p.tells(i) {
			quiet++
			continue
		}
		if !p.All && shown >= statesShown && i < len(p.tr.Steps)-4 {
			hidden += quiet + 1
			quiet = 0
			continue
		}
		if hidden > 0 {
			p.line("  " + "...     " + words.Number(hidden, p.t("packet left out (--all shows it)", "paquete omitido (--all lo muestra)"), p.t("packets left out (--all shows them)", "paquetes omitidos (--all los muestra)")))
			hidden = 0
		}
		hush(i - 1)
		shown++
		row(s)
	}
	if hidden > 0 {
		quiet += hidden
	}
	hush(len(p.tr.Steps) - 1)
	p.b.WriteString("\n")
}

// tells reports whether step i changes a state or what a state rests on.
func (p *printer) tells(i int) bool {
	s := &p.tr.Steps[i]
	return s.Before != s.After || s.Flags&0x7 != 0 || len(s.Moves) > 0
}

func (p *printer) says(s *trace.Step) string {
	switch {
	case s.Has(trace.ICMPError):
		return "ICMP"
	case s.Has(trace.NoFlags):
		return p.t("(cut)", "(truncado)")
	}
	if w := s.FlagWords(); w != "none" {
		return w
	}
	return p.t("none", "ninguno")
}

func arrow(e trace.End) string {
	switch e {
	case trace.Orig:
		return ">"
	case trace.Resp:
		return "<"
	}
	return "!"
}

// item prints a labelled paragraph, broken after sep.
func (p *printer) item(label, text, sep string) {
	const indent = 13
	if p.ASCII {
		label = words.ASCII(label) // before it is measured: a sign may go
	}
	lines := wrap(text, sep, p.Width-indent)
	for i, l := range lines {
		head := strings.Repeat(" ", indent)
		if i == 0 {
			head = "  " + pad(label, indent-2)
			if len([]rune(label)) > indent-3 {
				head = "  " + label + " "
			}
		}
		p.line(head + l)
	}
}

// wrap breaks s after sep so that no line has more than width columns; a piece
// that is longer stands alone, broken at its blanks if it has any.
func wrap(s, sep string, width int) []string {
	var out []string
	line := ""
	pieces := strings.Split(s, sep)
	for i, piece := range pieces {
		if i < len(pieces)-1 {
			piece += strings.TrimRight(sep, " ")
		}
		switch {
		case line == "":
			line = piece
		case len([]rune(line))+1+len([]rune(piece)) <= width:
			line += " " + piece
		default:
			out = append(out, line)
			line = piece
		}
		if len([]rune(line)) > width {
			lines := fold(line, width)
			out, line = append(out, lines[:len(lines)-1]...), lines[len(lines)-1]
		}
	}
	return append(out, line)
}
