package teach

import (
	"slices"
	"strconv"
	"strings"

	"portero/capture"
	"portero/handshake"
	"portero/internal/record"
	"portero/internal/trace"
)

// evidence lists the steps that prove the verdict on the opening, as docs/VERDICTS.md
// names them, in the order of the capture.
func evidence(rec *record.Record, tr *trace.Trace) []int {
	frames := []record.FrameRef{rec.SYNFrame, rec.SYNACKFrame, rec.ACKFrame}
	for i := range tr.Equations {
		frames = append(frames, tr.Equations[i].BaseFrame, tr.Equations[i].Frame)
	}
	first := func(of func(s *trace.Step) bool) {
		for i := range tr.Steps {
			if s := &tr.Steps[i]; !s.Has(trace.Copy) && of(s) {
				frames = append(frames, s.Frame)
				return
			}
		}
	}
	rst := func(from trace.End) {
		first(func(s *trace.Step) bool { return s.From == from && s.Flags.Any(capture.RST) })
	}
	switch rec.Handshake {
	case handshake.Refused:
		rst(trace.Resp)
	case handshake.Invalid:
		first(func(s *trace.Step) bool { return s.HasSeq && !accepted(s) })
		rst(trace.Resp)
	case handshake.Aborted:
		rst(trace.Orig)
	case handshake.Filtered:
		frames = append(frames, rec.ICMPFrame)
	case handshake.NoAnswer:
		for i := range tr.Steps {
			if tr.Steps[i].Flags.Any(capture.SYN) {
				frames = append(frames, tr.Steps[i].Frame)
			}
		}
	case handshake.Midstream:
		frames = append(frames, rec.FirstFrame)
	case handshake.Probe, handshake.Unsolicited:
		frames = append(frames, rec.FirstFrame)
		first(func(s *trace.Step) bool { return s.Frame != rec.FirstFrame && s.Flags.Any(capture.RST) })
	case handshake.CompletedUnseen, handshake.Implied:
		if rec.ACKFrame == 0 {
			first(func(s *trace.Step) bool { return s.From == trace.Resp && s.HasAck && s.RelAck > 1 && accepted(s) })
		}
		if rec.SYNACKFrame == 0 && rec.Handshake == handshake.CompletedUnseen {
			first(func(s *trace.Step) bool { return s.From == trace.Resp && accepted(s) })
		}
	}
	var out []int
	for i := range tr.Steps {
		if f := tr.Steps[i].Frame; f != 0 && slices.Contains(frames, f) && !tr.Steps[i].Has(trace.Copy) {
			out = append(out, i)
		}
	}
	return out[:min(len(out), maxEvidence)]
}

// maxEvidence bounds the packets of a model answer.
const maxEvidence = 6

// proof is a model answer: the packets that prove the verdict, each with the numbers
// that do.
func (m *maker) proof(rec *record.Record, tr *trace.Trace, n *numbering) string {
	var known foresight
	read := 0
	var parts []string
	for _, i := range evidence(rec, tr) {
		for ; read < i; read++ {
			known.read(&tr.Steps[read])
		}
		parts = append(parts, m.exhibit(&tr.Steps[i], rec, tr, n, &known))
	}
	if len(parts) == 0 {
		return m.l.f("Frame %d: ", "Trama %d: ", rec.FirstFrame)
	}
	s := strings.Join(parts, "; ")
	return strings.ToUpper(s[:1]) + s[1:] + ": "
}

// exhibit is one packet of a proof.
func (m *maker) exhibit(s *trace.Step, rec *record.Record, tr *trace.Trace, n *numbering, known *foresight) string {
	l := m.l
	frame := l.f("frame %d", "trama %d", s.Frame)
	if s.Has(trace.ICMPError) {
		return frame + l.f(" (ICMP type %d, code %d, from %s, about the SYN)", " (ICMP de tipo %d, código %d, de %s, sobre el SYN)", s.ICMPType, s.ICMPCode, m.anonymous(s.Via))
	}
	e, peer := s.From, s.From.Peer()
	says := []string{flagsOf(s, l)}
	seq := "seq " + n.seq(s)
	switch asked := asksFor(tr, s); {
	case asked != 0:
		seq += l.f(" = the ack of frame %d", " = el ack de la trama %d", asked)
	case !s.Flags.Any(capture.SYN) && known.syn[e] && !wrongNumber(tr, s, trace.ThirdFollows):
		seq += sumOf(n.of(e, 0), s.RelSeq)
	}
	if s.HasSeq {
		says = append(says, seq)
	}
	if s.HasAck {
		ack := "ack " + n.ack(s)
		switch {
		case s.Has(trace.AckOfUnsent), wrongNumber(tr, s, trace.ThirdAcks), wrongNumber(tr, s, trace.AnswerAcksSYN), wrongNumber(tr, s, trace.RSTAcksSYN):
			if known.syn[peer] {
				ack += l.f(", not %s + 1", ", y no %s + 1", n.of(peer, 0))
			}
		case known.syn[peer]:
			ack += sumOf(n.of(peer, 0), s.RelAck)
		}
		if next, ok := known.expected(peer); ok && known.sent[peer] && s.RelAck > next && accepted(s) {
			ack += l.f(": octets of %s that the capture lacks", ": octetos de %s que faltan en la captura", l.who(peer))
		}
		says = append(says, ack)
	}
	if rec.Handshake == handshake.Midstream || rec.Handshake == handshake.Unsolicited && s.Frame == rec.FirstFrame {
		says = append(says, l.t("no SYN before it", "sin un SYN antes"))
	}
	return frame + " (" + strings.Join(says, ", ") + ")"
}

// asksFor is the frame whose ack a RST without ACK takes for its own number: that is what
// it answers (RFC 9293, 3.10.7.1). 0 for none.
func asksFor(tr *trace.Trace, s *trace.Step) record.FrameRef {
	if !s.Flags.Any(capture.RST) || s.HasAck {
		return 0
	}
	for i := range tr.Steps {
		switch p := &tr.Steps[i]; {
		case p.Frame == s.Frame:
			return 0
		case p.From == s.From.Peer() && p.HasAck && p.Ack == s.Seq && !p.Has(trace.Copy):
			return p.Frame
		}
	}
	return 0
}

// sumOf writes a number as the initial one and what came after it.
func sumOf(base string, rel int64) string {
	if rel <= 0 {
		return ""
	}
	return " = " + base + " + " + strconv.FormatInt(rel, 10)
}

// wrongNumber reports whether the number of s in an equation of the opening does not fit.
func wrongNumber(tr *trace.Trace, s *trace.Step, id trace.EquationID) bool {
	for i := range tr.Equations {
		if e := &tr.Equations[i]; e.ID == id && e.Frame == s.Frame && e.Known() && !e.Holds {
			return true
		}
	}
	return false
}

// numbering writes the numbers of a connection as a sheet shows them.
type numbering struct {
	wire bool // in 32 bits; otherwise relative
	// base is what an end's number 0 is called, shift what is added to its numbers of
	// the wire: a variant has its own, so that answers cannot be copied.
	base, shift [2]uint32
}

// numbers chooses a numbering; every variant has its own initial numbers.
func (m *maker) numbers(tr *trace.Trace) *numbering {
	n := &numbering{wire: m.o.Level == Hard}
	for e := range n.base {
		n.base[e] = m.rng.Uint32()
		if m.rng.IntN(3) == 0 {
			n.base[e] = ^uint32(0) - m.rng.Uint32N(300) // so that it wraps soon
		}
		n.shift[e] = n.base[e] - uint32(tr.ISN[e])
	}
	return n
}

// of is the number of end e that lies rel after its first.
func (n *numbering) of(e trace.End, rel int64) string {
	if n.wire {
		return strconv.FormatUint(uint64(n.base[e]+uint32(rel)), 10)
	}
	return strconv.FormatInt(rel, 10)
}

// seq and ack are the numbers of s. On the wire another initial number of the same end
// stays another one.
func (n *numbering) seq(s *trace.Step) string {
	switch {
	case !n.wire:
		return strconv.FormatInt(s.RelSeq, 10)
	case s.Seq == 0 && s.RelSeq == 0 && s.Flags.Any(capture.RST):
		return "0" // counts nothing, so nothing is added
	}
	return strconv.FormatUint(uint64(uint32(s.Seq)+n.shift[s.From]), 10)
}

func (n *numbering) ack(s *trace.Step) string {
	if !n.wire {
		return strconv.FormatInt(s.RelAck, 10)
	}
	return strconv.FormatUint(uint64(uint32(s.Ack)+n.shift[s.From.Peer()]), 10)
}
