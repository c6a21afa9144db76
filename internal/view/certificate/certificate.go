package certificate

import (
	"net/netip"
	"strconv"
	"strings"

	"portero/capture"
	"portero/handshake"
	"portero/internal/record"
	"portero/internal/trace"
	"portero/internal/view/safe"
	"portero/internal/view/told"
)

// Text is a sentence in both languages. Numbers, flags and states are the same
// in both.
type Text struct{ EN, ES string }

// In returns the sentence in a language: "es", anything else is English.
func (t Text) In(lang string) string {
	if lang == "es" {
		return t.ES
	}
	return t.EN
}

// Context is what the rest of the capture says about the two hosts. The zero
// value says nothing.
type Context struct {
	// PortAnswers: the responder's port answered another connection (its id), or
	// Unknown 0.
	PortAnswers uint64
	// PortAnswersFrame is a frame that shows it, PortAnswersFile the input that has it where
	// that is another than File.
	PortAnswersFrame record.FrameRef
	PortAnswersFile  string
	// HostAnswers: another port of the responder answered another connection.
	HostAnswers uint64
	// Neighbour is "ARP" or "NDP" when the responder's link address was asked for
	// and never told; NeighbourFrames are the questions.
	Neighbour       string
	NeighbourFrames []record.FrameRef
	// RSTTTL is the TTL of the RST that answered; HostTTLs those of the
	// responder's other packets. HasTTL says whether they are known.
	HasTTL   bool
	RSTTTL   uint8
	HostTTLs []uint8
	// ICMPType and ICMPCode describe the error in the record's ICMPFrame.
	HasICMP            bool
	ICMPType, ICMPCode uint8
	// File is the one of several inputs in which all its frames lie, and are counted.
	File string
	// Place says in which input a frame lies and its number there, where frames are
	// counted through all inputs and the connection has some in several; else nil.
	Place func(record.FrameRef) (string, uint64)
}

// Row is one packet of the opening.
type Row struct {
	Frame  record.FrameRef // 0: not in the capture
	Rel    int64           // nanoseconds after the first packet
	From   trace.End
	Says   Text
	Seq    capture.Seq
	Ack    capture.Seq
	HasSeq bool
	HasAck bool
	Octets uint32
}

// Item is one labelled paragraph.
type Item struct {
	Label Text
	Text  Text
}

// Certificate is the proof of one verdict.
type Certificate struct {
	rec *record.Record
	tr  *trace.Trace

	Opening   []Row
	Equations []trace.Equation
	Left      int // rows of the opening that are not shown
	// Items are the paragraphs in the order in which they are printed.
	Items []Item
	// Display and Frames are Wireshark display filters: the tuple within the
	// frames of this connection, and the frames that prove the verdict.
	Display, Frames string
	// File and Places are as in Context, Places for each frame of the proof.
	File   string
	Places []Place
}

// Place is where a frame is found that is counted through all inputs.
type Place struct {
	Frame  record.FrameRef `json:"frame"`
	File   string          `json:"file"`
	Number uint64          `json:"number"`
}

// Build gathers the proof. rec and tr are read, not kept beyond the
// certificate's life; tr must be built from rec.
func Build(rec *record.Record, tr *trace.Trace, ctx Context) *Certificate {
	c := &Certificate{rec: rec, tr: tr, Equations: tr.Equations}
	c.opening()
	add := func(label, text Text) {
		if text.EN != "" {
			c.Items = append(c.Items, Item{label, text})
		}
	}
	add(Text{"means", "significa"}, Meaning(rec))
	add(Text{"ends", "extremos"}, c.ends())
	add(Text{"missing?", "¿falta?"}, c.missing().and(c.unseen()))
	add(Text{"confirmed", "confirmada"}, c.confirmed())
	add(Text{"closed", "cierre"}, c.closed())
	add(Text{"ignored", "ignorado"}, c.ignored())
	add(Text{"roles", "papeles"}, c.roles())
	add(Text{"service", "servicio"}, Text(told.Spoken(rec)))
	var said Text
	for i, t := range told.Said(rec) {
		if i > 0 {
			said.EN, said.ES = said.EN+"; ", said.ES+"; "
		}
		said.EN, said.ES = said.EN+safe.Terminal(t.EN), said.ES+safe.Terminal(t.ES)
	}
	add(Text{"said", "dicho"}, said)
	add(Text{"slow?", "¿lenta?"}, Text(told.Slow(rec)))
	add(Text{"also seen", "además"}, c.context(ctx))
	add(Text{"capture", "captura"}, c.quality())
	add(Text{"overturn", "cambiaría"}, c.overturn())
	add(Text{"forger", "falsificar"}, c.forger())
	add(Text{"others", "otros"}, c.others())
	c.Display, c.Frames = c.display(), c.evidenceFilter()
	c.File = ctx.File
	if ctx.File != "" {
		add(Text{"file", "fichero"}, Text{safe.Terminal(ctx.File), safe.Terminal(ctx.File)})
	}
	if ctx.Place != nil {
		for _, f := range c.evidence() {
			file, n := ctx.Place(f)
			c.Places = append(c.Places, Place{f, file, n})
		}
		add(Text{"frames", "tramas"}, c.places())
	}
	return c
}

// maxOpening is how many packets of the opening are listed.
const maxOpening = 9

// opening lists the packets of the opening, and those of the three that the
// capture lacks.
func (c *Certificate) opening() {
	if !c.tr.TCP {
		c.datagrams()
		return
	}
	switch c.rec.Handshake {
	case handshake.Midstream, handshake.Unknown, handshake.Probe:
		for i := range c.tr.Steps {
			if len(c.Opening) == 3 {
				break
			}
			c.row(&c.tr.Steps[i])
		}
		return
	}
	last := c.lastOfOpening()
	for i := range c.tr.Steps {
		s := &c.tr.Steps[i]
		if i > last {
			break
		}
		if s.Has(trace.Copy) || !c.opens(s) {
			continue
		}
		if len(c.Opening) >= maxOpening-1 && i < last && (s.Frame == 0 || s.Frame != c.rec.SYNFrame && s.Frame != c.rec.SYNACKFrame) {
			c.Left++
			continue
		}
		c.row(s)
	}
	absent := func(who trace.End, says string) {
		c.Opening = append(c.Opening, Row{From: who, Says: Text{says, says}})
	}
	has := func(m handshake.Missing) bool { return c.rec.Missing&m != 0 }
	if has(handshake.MissingSYN) {
		absent(trace.Orig, "SYN")
	}
	if has(handshake.MissingSYNACK) {
		absent(trace.Resp, "SYN,ACK")
	}
	if has(handshake.MissingACK) || c.rec.Handshake == handshake.HalfOpen {
		absent(trace.Orig, "ACK")
	}
	if c.rec.Handshake == handshake.NoAnswer {
		absent(trace.Resp, "SYN,ACK")
	}
}

// lastOfOpening is the position of the packet that ends the opening.
func (c *Certificate) lastOfOpening() int {
	last := 0
	for i := range c.tr.Steps {
		s := &c.tr.Steps[i]
		if s.Frame == c.rec.ACKFrame && s.Frame != 0 || s.Frame == c.rec.SYNACKFrame && s.Frame != 0 || s.Frame == c.rec.SYNFrame && s.Frame != 0 {
			last = max(last, i)
		}
	}
	if c.rec.Handshake.Opened() {
		if c.rec.ACKFrame == 0 { // the packet that proves it instead
			for i := last + 1; i < len(c.tr.Steps); i++ {
				if c.tr.Steps[i].Has(trace.Confirms) || c.established(i) {
					return i
				}
			}
		}
		return last
	}
	return len(c.tr.Steps) - 1
}

// established reports whether both ends are past the opening after step i.
func (c *Certificate) established(i int) bool {
	a := c.tr.Steps[i].After
	return a[0].State.Synchronized() && a[1].State.Synchronized()
}

// opens reports whether s is part of the opening.
func (c *Certificate) opens(s *trace.Step) bool {
	if s.Flags.Any(capture.SYN|capture.RST) || s.Proto != capture.ProtoTCP {
		return true
	}
	if !c.rec.Handshake.Opened() {
		return true
	}
	// In a split handshake a part of the answer comes before it.
	return s.Frame == c.rec.ACKFrame || c.rec.ACKFrame == 0 || c.rec.Kind == handshake.Split && s.Frame < c.rec.SYNACKFrame
}

func (c *Certificate) row(s *trace.Step) {
	r := Row{Frame: s.Frame, Rel: s.Rel, From: s.From, Seq: s.Seq, Ack: s.Ack, HasSeq: s.HasSeq, HasAck: s.HasAck, Octets: s.Len}
	says := s.FlagWords()
	r.Says = Text{says, says}
	if says == "none" {
		r.Says.ES = "ninguno"
	}
	switch {
	case s.Has(trace.ICMPError):
		// Its sender has no place in the trace; here it has a name where it is one of the ends.
		switch s.Via {
		case netip.Addr{}:
		case c.rec.Resp.Addr.Unmap():
			r.From = trace.Resp
		case c.rec.Orig.Addr.Unmap():
			r.From = trace.Orig
		}
		w := icmpWord(s.ICMPType, s.ICMPCode, s.Via.Is6())
		r.Says = Text{"ICMP " + w.EN, "ICMP " + w.ES}
	case s.Has(trace.NoFlags):
		r.Says = Text{"(cut)", "(truncado)"}
	case s.Proto != capture.ProtoTCP:
		n := strconv.Itoa(int(s.Len))
		r.Says = Text{n + " octets", n + " octetos"}
		if s.QUIC != 0 {
			r.Says = Text{s.QUIC.String() + " +" + n, s.QUIC.String() + " +" + n}
		}
	case s.Has(trace.SYNAgain) || s.Has(trace.SYNACKAgain):
		r.Says = Text{says + " again", says + " otra vez"}
	case s.Has(trace.SYNNewISN) || s.Has(trace.SYNACKNewISN):
		r.Says = Text{says + " new ISN", says + " otro ISN"}
	case s.Len > 0:
		n := strconv.Itoa(int(s.Len))
		r.Says = Text{says + " +" + n, says + " +" + n}
	}
	c.Opening = append(c.Opening, r)
}

func (c *Certificate) datagrams() {
	for i := range c.tr.Steps {
		s := &c.tr.Steps[i]
		if s.Has(trace.Copy) {
			continue
		}
		if len(c.Opening) >= maxOpening {
			c.Left++
			continue
		}
		c.row(s)
	}
}

// frames lists frame numbers in words: "frame 3", "frames 3, 5 and 9".
func frames(fs ...record.FrameRef) Text {
	var n []string
	for _, f := range fs {
		if f != 0 {
			n = append(n, strconv.FormatUint(f, 10))
		}
	}
	switch len(n) {
	case 0:
		return Text{}
	case 1:
		return Text{"frame " + n[0], "la trama " + n[0]}
	}
	head, tail := strings.Join(n[:len(n)-1], ", "), n[len(n)-1]
	return Text{"frames " + head + " and " + tail, "las tramas " + head + " y " + tail}
}

// inBrackets is the same after another word: " (frame 3)", nothing for none.
func inBrackets(fs ...record.FrameRef) Text {
	t := frames(fs...)
	if t.EN == "" {
		return t
	}
	return Text{" (" + t.EN + ")", " (" + strings.TrimPrefix(strings.TrimPrefix(t.ES, "la "), "las ") + ")"}
}

func endpoint(e trace.Endpoint, ports bool) string {
	if !ports {
		return e.Addr.String()
	}
	return netip.AddrPortFrom(e.Addr, e.Port).String()
}
