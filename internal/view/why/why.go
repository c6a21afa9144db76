// Package why prints the certificate of one connection: the packets, the
// equations with their numbers, both ends' states, and what would overturn the
// verdict.
package why

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"portero/capture"
	"portero/handshake"
	"portero/internal/record"
	"portero/internal/trace"
	"portero/internal/view/ndjson"
	"portero/internal/view/safe"
	"portero/internal/view/table"
)

// Context is what the rest of the capture knows that bears on the verdict.
type Context struct {
	PortAnswered  uint64 // connections on the same responder port that it accepted
	PortRefused   uint64 // and refused
	ARPUnanswered bool   // the responder's address did not answer ARP
	Several       int    // further connections that match what was asked for
}

// Certificate is the proof behind one verdict.
type Certificate struct {
	Rec   *record.Record
	Trace *trace.Trace
	Ctx   Context
}

// maxSteps is how many packets the text shows; the middle of longer connections
// is counted.
const maxSteps = 40

func ends(r *record.Record) (string, string) {
	if !r.HasPorts {
		return r.Orig.Addr.String(), r.Resp.Addr.String()
	}
	f := func(s *record.Side) string {
		if s.Addr.Is6() && !s.Addr.Is4In6() {
			return fmt.Sprintf("[%s]:%d", s.Addr, s.Port)
		}
		return fmt.Sprintf("%s:%d", s.Addr, s.Port)
	}
	return f(&r.Orig), f(&r.Resp)
}

var names = [...]string{"originator", "responder"}

func equationText(e *trace.Equation) (what, sum string) {
	switch e.ID {
	case trace.AnswerAcksSYN:
		what = "the answer acknowledges the SYN"
	case trace.ThirdAcks:
		what = "the third packet acknowledges the answer"
	case trace.ThirdFollows:
		what = "the third packet follows the SYN"
	case trace.RSTAcksSYN:
		what = "the RST acknowledges the SYN"
	case trace.RSTFollows:
		what = "the RST is where its receiver expects it"
	}
	switch {
	case !e.HasBase && !e.HasNumber:
		sum = "neither number is in this capture"
	case !e.HasBase:
		sum = fmt.Sprintf("%d, and what it answers is not in this capture", uint32(e.Number))
	case !e.HasNumber:
		sum = fmt.Sprintf("%d would", uint32(e.Base.Add(e.Lo)))
	case e.Lo == e.Hi:
		sum = fmt.Sprintf("%d %s %d + %d", uint32(e.Number), map[bool]string{true: "=", false: "is not"}[e.Holds], uint32(e.Base), e.Lo)
	default:
		sum = fmt.Sprintf("%d %s %d + %d ... %d", uint32(e.Number), map[bool]string{true: "in", false: "not in"}[e.Holds], uint32(e.Base), e.Lo, e.Hi)
	}
	return what, sum
}

func tick(e *trace.Equation) string {
	switch {
	case e.Holds:
		return "yes"
	case !e.Known():
		return "absent"
	}
	return "NO"
}

// Text writes the certificate for a terminal of the given width.
func (c *Certificate) Text(w io.Writer, width int, all bool) error {
	var b strings.Builder
	r, t := c.Rec, c.Trace
	o, p := ends(r)
	head := fmt.Sprintf("#%d  %s > %s   %s", r.ID, o, p, strings.ToUpper(table.Opening(r)))
	b.WriteString(head + "\n")
	if r.TCP() {
		extra := []string{}
		if r.Kind != handshake.Normal && r.Kind != handshake.KindNone {
			extra = append(extra, table.Spaced(r.Kind.String()))
		}
		if len(r.Missing.List()) > 0 {
			extra = append(extra, "missing from the capture: "+strings.Join(r.Missing.List(), ", "))
		}
		if r.Close != handshake.CloseNone {
			s := "close: " + table.Spaced(r.Close.String())
			if r.ClosedBy != handshake.Nobody {
				s += " by " + map[handshake.Who]string{handshake.ByOrig: "the originator", handshake.ByResp: "the responder", handshake.ByBoth: "both"}[r.ClosedBy]
			}
			if len(r.CloseFrames) > 0 {
				s += " (" + frames(r.CloseFrames...) + ")"
			}
			extra = append(extra, s)
		}
		if len(extra) > 0 {
			b.WriteString("    " + strings.Join(extra, "; ") + "\n")
		}
	}
	b.WriteByte('\n')
	c.steps(&b, all)
	if len(t.Equations) > 0 {
		b.WriteByte('\n')
		for i := range t.Equations {
			e := &t.Equations[i]
			what, sum := equationText(e)
			fmt.Fprintf(&b, "  %-42s %s\n      %s%s\n", what, tick(e), sum, evidence(e))
		}
	}
	b.WriteByte('\n')
	for _, l := range c.lines() {
		para(&b, l[0], l[1], width)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func evidence(e *trace.Equation) string {
	var fs []uint64
	for _, f := range []uint64{e.BaseFrame, e.Frame} {
		if f != 0 {
			fs = append(fs, f)
		}
	}
	if len(fs) == 0 {
		return ""
	}
	return "   (" + frames(fs...) + ")"
}

func frames(fs ...uint64) string {
	var s []string
	for _, f := range fs {
		s = append(s, fmt.Sprint(f))
	}
	if len(s) == 1 {
		return "frame " + s[0]
	}
	return "frames " + strings.Join(s, ", ")
}

func (c *Certificate) steps(b *strings.Builder, all bool) {
	t := c.Trace
	fmt.Fprintf(b, "  %-7s %11s  %-10s  %-11s %-10s  %-10s %s\n", "frame", "time, ms", "sender", "says", "seq", "ack", "octets")
	skipped := 0
	var before [2]trace.Standing
	before = t.Start
	for i := range t.Steps {
		s := &t.Steps[i]
		if !all && len(t.Steps) > maxSteps && i >= maxSteps*3/4 && i < len(t.Steps)-maxSteps/4 {
			skipped++
			before = s.After
			continue
		}
		if skipped > 0 {
			fmt.Fprintf(b, "  ... %d packets more ...\n", skipped)
			skipped = 0
		}
		says := s.FlagWords()
		if !t.TCP {
			says = record.ProtoName(s.Proto)
			if s.Has(trace.ICMPError) {
				says = "ICMP error"
			}
		}
		sender := "neither"
		if s.From <= 1 {
			sender = names[s.From]
		}
		seq, ack := "", ""
		if s.HasSeq {
			seq = fmt.Sprint(uint32(s.Seq))
		}
		if s.HasAck {
			ack = fmt.Sprint(uint32(s.Ack))
		}
		octets := ""
		if s.Len > 0 {
			octets = fmt.Sprint(s.Len)
		}
		fmt.Fprintf(b, "%s\n", strings.TrimRight(fmt.Sprintf("  %-7d %+11.3f  %-10s  %-11s %-10s  %-10s %s", s.Frame, float64(s.Rel)/1e6, sender, says, seq, ack, octets), " "))
		var notes []string
		for _, r := range s.Remarks {
			switch r {
			case trace.FirstSYN, trace.SYNACKFirst, trace.Request, trace.Reply:
			default:
				notes = append(notes, strings.ReplaceAll(r.String(), "_", " "))
			}
		}
		if t.TCP && s.After != before {
			for e := range 2 {
				if s.After[e] != before[e] {
					n := names[e] + " " + s.After[e].State.String()
					if s.After[e].Inferred {
						n += " (inferred)"
					}
					notes = append(notes, n)
				}
			}
			before = s.After
		}
		if len(notes) > 0 {
			fmt.Fprintf(b, "          %s\n", strings.Join(notes, "; "))
		}
	}
}

// lines are the certificate's remarks: label and text.
func (c *Certificate) lines() [][2]string {
	r, t := c.Rec, c.Trace
	var out [][2]string
	add := func(label, f string, a ...any) { out = append(out, [2]string{label, fmt.Sprintf(f, a...)}) }
	if t.TCP && len(t.Steps) > 0 {
		e := t.End()
		s := func(i int) string {
			x := e[i].State.String()
			if e[i].Inferred {
				x += " (inferred)"
			}
			return x
		}
		add("ends", "originator %s, responder %s", s(0), s(1))
	}
	add("roles", "%s", roles(r))
	if m := c.missed(); m != "" {
		add("missing?", "%s", m)
	}
	switch r.Handshake {
	case handshake.NoAnswer, handshake.Refused, handshake.Filtered:
		add("else", "%s", c.known())
	}
	if s := overturn(r); s != "" {
		add("overturn", "%s", s)
	}
	if s := forger(r); s != "" {
		add("forger", "%s", s)
	}
	if r.TCP() {
		add("others", "Zeek says %s, history %s%s; Wireshark says completeness %d%s", r.ConnState, r.History, zeekWhy(r), r.Completeness, sharkWhy(r))
	} else if r.ConnState != "" && r.Exchange != handshake.ExchangeNone {
		add("others", "Zeek says %s", r.ConnState)
	}
	for _, k := range r.Risks {
		add("hint", "%s (%s): %s", k.ID, k.Severity, safe.Terminal(k.Text))
	}
	if c.Ctx.Several > 0 {
		add("note", "%d more connections match; this is the first", c.Ctx.Several)
	}
	add("filter", "%s", DisplayFilter(r))
	return out
}

func roles(r *record.Record) string {
	switch r.RolesBy {
	case handshake.RolesSYN:
		return fmt.Sprintf("%s sent the SYN (frame %d), so it is the originator", r.Orig.Addr, r.RolesFrame)
	case handshake.RolesSYNACK:
		return fmt.Sprintf("%s sent the SYN-ACK (frame %d), so it is the responder", r.Resp.Addr, r.RolesFrame)
	case handshake.RolesPort:
		return fmt.Sprintf("guessed: port %d looks like a service's", r.Resp.Port)
	case handshake.RolesPayload:
		return "told by the payload"
	}
	return fmt.Sprintf("%s sent the first packet (frame %d)", r.Orig.Addr, r.FirstFrame)
}

func (c *Certificate) missed() string {
	r := c.Rec
	switch r.Handshake {
	case handshake.CompletedUnseen, handshake.Implied:
		return strings.Join(r.Missing.List(), " and ") + " missed by the capture: the numbers of the packets that are there leave no other way"
	case handshake.HalfOpen:
		return fmt.Sprintf("no third packet by frame %d: not sent, lost on the way or before the capture, or held back; no packet can tell", r.LastFrame)
	case handshake.Completed:
		if r.ConfirmedFrame == 0 {
			return "the third packet is there; nothing from the responder shows yet that it was accepted, so its ESTABLISHED is inferred"
		}
		return fmt.Sprintf("nothing; frame %d is the first that proves the responder took the third packet", r.ConfirmedFrame)
	case handshake.NoAnswer:
		return "an answer is not in this capture: not given, lost, or taken another way"
	}
	return ""
}

func (c *Certificate) known() string {
	var s []string
	r := c.Rec
	if n := c.Ctx.PortAnswered; n > 0 {
		s = append(s, fmt.Sprintf("the same port answered %d other attempts in this capture", n))
	}
	if n := c.Ctx.PortRefused; n > 1 {
		s = append(s, fmt.Sprintf("the same port refused %d attempts", n))
	}
	if c.Ctx.ARPUnanswered {
		s = append(s, fmt.Sprintf("%s was asked for by ARP and did not answer", r.Resp.Addr))
	}
	if r.ICMPFrame != 0 {
		s = append(s, fmt.Sprintf("an ICMP error from %s came (frame %d)", r.FilteredBy, r.ICMPFrame))
	}
	if len(s) == 0 {
		return "the capture knows nothing more of this port"
	}
	return strings.Join(s, "; ")
}

func overturn(r *record.Record) string {
	switch r.Handshake {
	case handshake.Completed, handshake.CompletedUnseen, handshake.Implied:
		if r.ConfirmedFrame == 0 {
			return "a repeated SYN-ACK later than these packets would show that the third packet was not accepted yet"
		}
		return "nothing that fits these numbers; only packets that were forged"
	case handshake.HalfOpen:
		return "an ACK of the SYN-ACK's number plus one from the originator, seen elsewhere, would complete it"
	case handshake.NoAnswer:
		return "a SYN-ACK, RST or ICMP error for it, seen elsewhere"
	case handshake.Refused:
		return "a SYN-ACK to the same SYN, seen elsewhere: then the RST came from something in between"
	case handshake.Filtered:
		return "a SYN-ACK to the same SYN, seen elsewhere"
	case handshake.Aborted:
		return "an ACK before the RST, seen elsewhere, would complete it"
	case handshake.Invalid:
		return "an answer or third packet with the right numbers"
	case handshake.Midstream:
		return "its SYN or SYN-ACK, from an earlier capture"
	case handshake.Unsolicited:
		return "the SYN it answers, seen elsewhere"
	case handshake.Probe:
		return "packets of a connection it belongs to"
	}
	return ""
}

func forger(r *record.Record) string {
	switch r.Handshake {
	case handshake.Completed, handshake.CompletedUnseen, handshake.Implied:
		return "who is not on the path must guess a number of 32 bits; who writes packets on it, or files, can make all of this"
	case handshake.Refused:
		return "a RST that acknowledges the SYN can be sent by anything that saw the SYN, a firewall as well as the host"
	case handshake.Filtered:
		return "an ICMP error can be sent by anything that saw the packet it quotes"
	}
	if r.Close == handshake.Reset {
		return "a RST inside the window can be sent by anything on the path"
	}
	return ""
}

func zeekWhy(r *record.Record) string {
	switch {
	case r.ConnState == "S1" && !r.Handshake.Opened():
		return " (it calls that established: it needs no third packet)"
	case strings.HasPrefix(r.ConnState, "RST") && r.Close != handshake.Reset && r.Handshake.Opened():
		return " (it takes any RST for the end)"
	case r.ConnState == "OTH":
		return " (it saw no opening it knows, or left out packets with wrong checksums)"
	}
	return ""
}

func sharkWhy(r *record.Record) string {
	if r.Completeness&7 == 7 && !r.Handshake.Opened() {
		return " (a complete handshake by its flags: it compares no number)"
	}
	return ""
}

// DisplayFilter is a Wireshark display filter for the connection.
func DisplayFilter(r *record.Record) string {
	ip := "ip"
	if r.Orig.Addr.Is6() && !r.Orig.Addr.Is4In6() {
		ip = "ipv6"
	}
	f := fmt.Sprintf("%s.addr == %s && %s.addr == %s", ip, r.Orig.Addr, ip, r.Resp.Addr)
	switch {
	case !r.HasPorts:
	case r.Proto == capture.ProtoTCP || r.Proto == capture.ProtoUDP || r.Proto == capture.ProtoSCTP:
		n := record.ProtoName(r.Proto)
		f += fmt.Sprintf(" && %s.port == %d && %s.port == %d", n, r.Orig.Port, n, r.Resp.Port)
	}
	if r.FirstFrame != 0 && r.LastFrame >= r.FirstFrame {
		f += fmt.Sprintf(" && frame.number >= %d && frame.number <= %d", r.FirstFrame, r.LastFrame)
	}
	return f
}

func para(b *strings.Builder, label, text string, width int) {
	const indent = 12
	line := fmt.Sprintf("  %-10s", label)
	col := indent
	for i, w := range strings.Fields(text) {
		n := len([]rune(w))
		if i > 0 && col+1+n > width {
			b.WriteString(line + "\n")
			line, col = strings.Repeat(" ", indent), indent
		} else if i > 0 {
			line += " "
			col++
		}
		line += w
		col += n
	}
	b.WriteString(strings.TrimRight(line, " ") + "\n")
}

// JSON writes the certificate for programs.
func (c *Certificate) JSON(w io.Writer) error {
	type step struct {
		Frame   uint64   `json:"frame"`
		Time    string   `json:"time"`
		From    string   `json:"from"`
		Flags   string   `json:"flags,omitempty"`
		Seq     *uint32  `json:"seq,omitempty"`
		Ack     *uint32  `json:"ack,omitempty"`
		Payload uint32   `json:"payload"`
		Orig    string   `json:"orig_state,omitempty"`
		Resp    string   `json:"resp_state,omitempty"`
		Remarks []string `json:"remarks,omitempty"`
	}
	type equation struct {
		ID     string   `json:"id"`
		Says   string   `json:"says"`
		Sum    string   `json:"sum"`
		Holds  bool     `json:"holds"`
		Known  bool     `json:"known"`
		Frames []uint64 `json:"frames,omitempty"`
	}
	out := struct {
		Record    json.RawMessage   `json:"record"`
		Steps     []step            `json:"packets"`
		Equations []equation        `json:"equations"`
		Says      map[string]string `json:"says"`
		Filter    string            `json:"display_filter"`
	}{Says: map[string]string{}, Filter: DisplayFilter(c.Rec)}
	out.Record = ndjson.New(io.Discard, record.Schema(), false).Append(nil, c.Rec)
	for i := range c.Trace.Steps {
		s := &c.Trace.Steps[i]
		x := step{Frame: s.Frame, Time: string(record.AppendTime(nil, s.Time)), From: s.From.String(), Payload: s.Len}
		if c.Trace.TCP {
			x.Flags, x.Orig, x.Resp = s.FlagWords(), s.After[0].State.String(), s.After[1].State.String()
		}
		if s.HasSeq {
			v := uint32(s.Seq)
			x.Seq = &v
		}
		if s.HasAck {
			v := uint32(s.Ack)
			x.Ack = &v
		}
		for _, r := range s.Remarks {
			x.Remarks = append(x.Remarks, r.String())
		}
		out.Steps = append(out.Steps, x)
	}
	for i := range c.Trace.Equations {
		e := &c.Trace.Equations[i]
		what, sum := equationText(e)
		q := equation{ID: e.ID.String(), Says: what, Sum: sum, Holds: e.Holds, Known: e.Known()}
		for _, f := range []uint64{e.BaseFrame, e.Frame} {
			if f != 0 {
				q.Frames = append(q.Frames, f)
			}
		}
		out.Equations = append(out.Equations, q)
	}
	for _, l := range c.lines() {
		out.Says[strings.TrimSuffix(l[0], "?")] = l[1]
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(out)
}
