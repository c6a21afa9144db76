package trace

import (
	"portero/capture"
	"portero/handshake"
	"portero/internal/record"
)

// EquationID names one of the equations of the opening.
type EquationID uint8

// The equations (RFC 9293, sections 3.5 and 3.10.7; RFC 7413 for data on the SYN).
const (
	AnswerAcksSYN EquationID = iota // SYN-ACK.ack in (ISN_c, ISN_c + 1 + SYN payload]
	ThirdAcks                       // third.ack in [ISN_s + 1, highest responder seq + 1]
	ThirdFollows                    // third.seq in [ISN_c + 1, highest originator seq]
	RSTAcksSYN                      // RST.ack in (ISN_c, ISN_c + 1 + SYN payload]
	RSTFollows                      // the originator's RST is where its receiver expects it
)

// String returns the equation's id in json.
func (e EquationID) String() string {
	return [...]string{"answer_acknowledges_syn", "third_acknowledges_answer", "third_follows_syn", "rst_acknowledges_syn", "rst_follows_syn"}[e]
}

// MarshalText makes it readable in json.
func (e EquationID) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// Equation is one check of the opening with its numbers: Number lies between
// Base + Lo and Base + Hi, modulo 2^32.
type Equation struct {
	ID EquationID
	// Frame holds Number, BaseFrame holds Base; 0 where the packet is absent.
	Frame, BaseFrame record.FrameRef
	Number, Base     capture.Seq
	Lo, Hi           uint32
	// HasNumber and HasBase say which side of it the capture shows.
	HasNumber, HasBase bool
	Holds              bool
}

// Known reports whether both sides of the equation are in the capture.
func (e *Equation) Known() bool { return e.HasNumber && e.HasBase }

func (e *Equation) check() {
	e.Holds = e.Known() && e.Number.In(e.Base.Add(e.Lo), e.Base.Add(e.Hi))
}

// equations fills in those of the opening.
func (b *builder) equations() {
	switch b.j.Verdict {
	case handshake.Midstream, handshake.Probe, handshake.Unknown, handshake.None:
		return
	}
	syn, synack := b.syn, b.synack
	if synack < 0 && b.j.Missing&handshake.MissingSYNACK == 0 { // where it is missing, what there is is a stranger's
		synack = b.first(Resp, capture.SYN|capture.ACK)
	}
	if b.j.Kind == handshake.Simultaneous || b.j.Kind == handshake.Split {
		b.crossed()
		return
	}
	var isn capture.Seq
	var extra uint32
	if syn >= 0 {
		isn, extra = b.pkts[syn].Seq, b.pkts[syn].PayloadLen
	}
	add := func(e Equation) {
		e.check()
		b.tr.Equations = append(b.tr.Equations, e)
	}
	withSYN := func(id EquationID, at int) Equation {
		e := Equation{ID: id, Lo: 1, Hi: 1 + extra, Frame: b.ref(at), BaseFrame: b.ref(syn), Base: isn, HasBase: syn >= 0}
		if at >= 0 {
			e.Number, e.HasNumber = b.pkts[at].Ack, true
		}
		return e
	}
	if rst := b.first(Resp, capture.RST); synack < 0 && rst >= 0 && syn >= 0 && !b.j.Verdict.Opened() {
		e := withSYN(RSTAcksSYN, rst)
		e.HasNumber = b.pkts[rst].Flags.Any(capture.ACK)
		if b.j.Verdict == handshake.Refused && e.Number.In(isn.Add(e.Hi+1), isn.Add(1500)) {
			e.HasBase = false // it answers a copy with octets that was missed
		}
		add(e)
		return
	}
	add(withSYN(AnswerAcksSYN, synack))
	third := b.third
	if third < 0 && !b.j.Verdict.Opened() {
		third = b.candidate(synack)
	}
	ack := Equation{ID: ThirdAcks, Lo: 1, Hi: 1, BaseFrame: b.ref(synack), Frame: b.ref(third)}
	seq := Equation{ID: ThirdFollows, Lo: 1, Hi: 1 + extra, BaseFrame: b.ref(syn), Frame: b.ref(third), Base: isn, HasBase: syn >= 0}
	if synack >= 0 {
		ack.Base, ack.HasBase = b.pkts[synack].Seq, true
		if !b.pkts[synack].isBad && seq.BaseFrame == 0 {
			seq.Base, seq.HasBase, seq.BaseFrame = b.pkts[synack].Ack-1, true, b.pkts[synack].ref
		}
	}
	if third >= 0 {
		p := &b.pkts[third]
		ack.Number, ack.HasNumber = p.Ack, true
		seq.Number, seq.HasNumber = p.Seq, true
		if b.third >= 0 {
			// The responder's data and the originator's own may lie before a third
			// packet that carries more (it may be captured late).
			ack.Hi = max(ack.Hi, b.sent(Resp, third, ack.Base))
			if far := uint32(ack.Number.Sub(ack.Base)); far > ack.Hi && far <= b.sent(Resp, len(b.pkts), ack.Base) {
				ack.Hi = far // what it acknowledges was captured after it
			}
			seq.Hi = max(seq.Hi, b.sent(Orig, third, seq.Base))
		}
	}
	add(ack)
	add(seq)
}

// candidate is the originator's first segment after the SYN-ACK, -1 for none.
func (b *builder) candidate(synack int) int {
	for i := synack + 1; synack >= 0 && i < len(b.pkts); i++ {
		p := &b.pkts[i]
		if p.from == Orig && !p.copy && !p.icmp && !p.stray && p.Flags&(capture.ACK|capture.SYN|capture.RST) == capture.ACK {
			return i
		}
	}
	return -1
}

// sent is how far past base end e had sent when packet at was captured.
func (b *builder) sent(e End, at int, base capture.Seq) uint32 {
	var far uint32
	for i := 0; i < at && i < ahead; i++ {
		p := &b.pkts[i]
		if p.from != e || !p.plain() || p.Flags.Any(capture.RST) {
			continue
		}
		if d := p.end().Sub(base); d > 0 && uint32(d) > far {
			far = uint32(d)
		}
	}
	return far
}

// crossed fills in the equations of an opening in which both sent a SYN: each
// end acknowledges the SYN of the other.
func (b *builder) crossed() {
	var isn [2]int
	isn[Orig], isn[Resp] = b.firstSYN(Orig), b.firstSYN(Resp)
	for _, e := range [...]End{Resp, Orig} {
		eq := Equation{ID: AnswerAcksSYN, Lo: 1, Hi: 1}
		if e == Orig {
			eq.ID = ThirdAcks
		}
		if at := isn[e.Peer()]; at >= 0 {
			eq.Base, eq.HasBase, eq.BaseFrame = b.pkts[at].Seq, true, b.pkts[at].ref
			eq.Hi += b.pkts[at].PayloadLen
		}
		for i := range b.pkts {
			if p := &b.pkts[i]; p.from == e && p.plain() && p.Flags&(capture.ACK|capture.RST) == capture.ACK {
				eq.Number, eq.HasNumber, eq.Frame = p.Ack, true, p.ref
				break
			}
		}
		eq.check()
		b.tr.Equations = append(b.tr.Equations, eq)
	}
}

func (b *builder) firstSYN(e End) int {
	for i := range b.pkts {
		if p := &b.pkts[i]; p.from == e && p.plain() && p.Flags&(capture.SYN|capture.RST) == capture.SYN {
			return i
		}
	}
	return -1
}
