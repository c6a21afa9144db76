package certificate

import (
	"fmt"
	"io"
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

// spanish are the verdicts as said in the tables of textbooks.
var spanish = map[string]string{
	"completed": "completada", "completed_unseen": "completada, no vista entera", "implied": "deducida", "half_open": "semiabierta",
	"refused": "rechazada", "filtered": "filtrada", "no_answer": "sin respuesta", "aborted": "abandonada", "invalid": "no válida",
	"midstream": "ya en curso", "unsolicited": "no solicitada", "probe": "sondeo", "unknown": "indeterminada", "none": "no procede",
}

var spanishExchange = map[string]string{"answered": "contestado", "unanswered": "sin respuesta", "reply_only": "solo la respuesta",
	"stream": "en un solo sentido", "refused": "rechazado", "filtered": "filtrado"}

// verdictWord is the verdict as it is read and typed.
func (c *Certificate) verdictWord(lang string) string {
	v := c.rec.Handshake.String()
	table := spanish
	if !c.rec.TCP() {
		v, table = c.rec.Exchange.String(), spanishExchange
	}
	if v == "" || v == "none" {
		l, _ := words.Parse(lang)
		return words.Protocol(l, record.ProtoName(c.rec.Proto))
	}
	if w := table[v]; lang == "es" && w != "" {
		return w
	}
	return strings.ReplaceAll(v, "_", " ")
}

func (p *printer) head() {
	orig, resp := endpoint(p.tr.Ends[trace.Orig], p.tr.Ports), endpoint(p.tr.Ends[trace.Resp], p.tr.Ports)
	line := fmt.Sprintf("#%d  %s > %s", p.rec.ID, orig, resp)
	if len([]rune(line)) > p.Width { // two long addresses
		line = fmt.Sprintf("#%d  %s\n    > %s", p.rec.ID, orig, resp)
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

func (p *printer) packets() {
	numbers := p.tr.TCP
	// What stands in a column leaves a blank behind it, in either language.
	sender, says := 12, 18
	for _, r := range p.Opening {
		sender = max(sender, len([]rune(p.who(r.From)))+1)
		if r.HasSeq || r.Frame == 0 {
			says = max(says, len([]rune(r.Says.In(p.Lang)))+1)
		}
	}
	head := "  " + pad(p.t("frame", "trama"), 7) + left(p.t("time, ms", "tiempo, ms"), 12) + "   " + pad(p.t("sender", "emisor"), sender) + pad(p.t("says", "dice"), says)
	if numbers {
		head += pad("seq", 12) + "ack"
	}
	p.line(head)
	for i, r := range p.Opening {
		if p.tr.TCP && i == len(p.Opening)-1 {
			p.leftOut() // the last row is the last of the opening
		}
		if r.Frame == 0 {
			p.line("  " + pad("-", 7) + left("-", 12) + "   " + pad(p.who(r.From), sender) + pad(r.Says.In(p.Lang), says) + p.t("not in this capture", "no está en esta captura"))
			continue
		}
		l := "  " + pad(strconv.FormatUint(r.Frame, 10), 7) + left(ms(r.Rel), 12) + "   " + pad(p.who(r.From), sender) + pad(r.Says.In(p.Lang), says)
		if r.HasSeq {
			l += pad(strconv.FormatUint(uint64(r.Seq), 10), 12)
		}
		if r.HasAck {
			l += strconv.FormatUint(uint64(r.Ack), 10)
		}
		p.line(l)
	}
	if !p.tr.TCP {
		p.leftOut()
	}
	p.b.WriteString("\n")
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
	const words = 33
	numbers, marks := 0, 0
	for i := range p.Equations {
		_, n := Equation(&p.Equations[i])
		numbers = max(numbers, len([]rune(n)))
		m, _ := p.mark(&p.Equations[i])
		marks = max(marks, len([]rune(m)))
	}
	numbers = max(numbers, min(35, p.Width-2-words-2-1-marks))
	for i := range p.Equations {
		e := &p.Equations[i]
		w, n := Equation(e)
		if p.ASCII {
			n = strings.ReplaceAll(n, "≠", "<>")
		}
		m, c := p.mark(e)
		p.line("  " + pad(w.In(p.Lang), words) + "  " + pad(n, numbers) + " " + p.paint(m, c...))
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

// states lists both ends' states packet by packet.
func (p *printer) states() {
	if !p.tr.TCP || p.rec.Handshake == handshake.Unknown {
		return
	}
	p.line("  " + pad(p.t("frame", "trama"), 7) + "   " + pad(p.t("says", "dice"), 13) + "  " + pad(p.t("originator", "iniciador"), 24) + p.t("responder", "respondedor"))
	row := func(s *trace.Step) {
		p.line("  " + pad(strconv.FormatUint(s.Frame, 10), 7) + " " + arrow(s.From) + " " + pad(p.says(s), 13) + "  " + pad(p.path(s, trace.Orig), 24) + p.path(s, trace.Resp))
	}
	p.line("  " + pad("-", 9) + " " + pad(p.t("before", "antes"), 13) + "  " + pad(p.standing(p.tr.Start[0]), 24) + p.standing(p.tr.Start[1]))
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
			p.line("  " + fmt.Sprintf(p.t("...     %d packets left out (--all shows them)", "...     %d paquetes omitidos (--all los muestra)"), hidden))
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

// item prints a labelled paragraph, broken only after sep.
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
// that is longer stands alone, whole.
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
	}
	return append(out, line)
}
