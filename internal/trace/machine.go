package trace

import (
	"portero/capture"
	"portero/handshake"
	"portero/internal/record"
)

// apply puts end e through the machine and books the move on the step.
func (b *builder) apply(e End, ev Event, mv Move) {
	from := b.st[e].State
	to, why := Next(from, ev)
	if ev == RcvSYN && from == Listen && to == SynReceived {
		b.side[e].passive = true
	}
	mv.End, mv.Event, mv.From, mv.To, mv.Reason = e, ev, from, to, why
	if to != from {
		b.st[e] = Standing{to, mv.Inferred}
	} else if !worthTelling(why) {
		return
	}
	if mv.Missed != MissedNothing {
		b.missed(mv.Missed)
	}
	b.step.Moves = append(b.step.Moves, mv)
}

// worthTelling reports whether a move that changes nothing is kept.
func worthTelling(r Reason) bool {
	switch r {
	case NoListener, AnswersStray, AnswersChallenge, Drops, NoAnswerSeen:
		return true
	}
	return false
}

func (b *builder) missed(m Missed) {
	for _, x := range b.tr.Missed {
		if x == m {
			return
		}
	}
	b.tr.Missed = append(b.tr.Missed, m)
}

// rcv lets a packet's event reach e now, later or never, as its arrival says.
func (b *builder) rcv(i int, e End, ev Event, a arrival) {
	ref := b.pkts[i].ref
	at := a.at
	if q := b.pend[e]; len(q) > 0 && q[len(q)-1].at > at {
		at = q[len(q)-1].at // what was sent before it comes before it
	}
	switch {
	case !a.ok:
		b.apply(e, RcvUnanswered, Move{Frame: ref})
	case at <= i:
		b.arrive(e, pending{ev: ev, frame: ref, seen: a.seen})
	default:
		b.pend[e] = append(b.pend[e], pending{at, ev, ref, a.seen})
	}
}

// arrive applies an event whose time has come.
func (b *builder) arrive(e End, p pending) {
	s := &b.side[e]
	ev := p.ev
	switch ev {
	case RcvACKofSYN, RcvSYNACK:
		s.synAcked = true
	case RcvACKofFIN:
		s.finAcked = true
	case RcvFIN:
		s.finPeer = true
	case RcvRST:
		if s.passive {
			ev = RcvRSTPassive
		}
	}
	// ESTABLISHED after the third packet is proven by the responder's own
	// segments only, and shown as inferred until they come.
	inferred := !p.seen || ev == RcvACKofSYN
	b.apply(e, ev, Move{Frame: p.frame, Inferred: inferred})
}

// flush lets what was on its way to e while it sent packet i arrive.
func (b *builder) flush(i int, e End) {
	q := b.pend[e]
	for len(q) > 0 && q[0].at <= i {
		b.arrive(e, q[0])
		q = q[1:]
	}
	b.pend[e] = q
}

// one takes packet i.
func (b *builder) one(i int) {
	p := &b.pkts[i]
	b.tr.Steps = append(b.tr.Steps, Step{})
	b.step = &b.tr.Steps[len(b.tr.Steps)-1]
	b.describe(i)
	b.step.Before = b.st
	b.turn(i)
	if p.from != Neither {
		b.flush(i, p.from)
	}
	b.step.After = b.st
	b.tell(i)
}

// turn lets the machine of both ends take packet i.
func (b *builder) turn(i int) {
	p := &b.pkts[i]
	switch {
	case p.copy || p.icmp || p.isBad && (p.bad == NoFlags || p.bad == BadHeader):
		return
	case p.stray:
		b.apply(p.from.Peer(), RcvSYN, Move{Frame: p.ref})
		return
	case p.isBad:
		s := &b.side[p.from]
		if p.bad == AckOfUnsent && b.st[p.from].State < Established {
			s.wrongAck, s.hasWrong = p.Ack, true
		}
		b.apply(p.from.Peer(), RcvBad, Move{Frame: p.ref})
		return
	}
	me, peer := p.from, p.from.Peer()
	switch f := p.Flags; {
	case f.Any(capture.RST):
		b.reset(i, me, peer)
	case f.Has(capture.SYN | capture.ACK):
		b.synAck(i, me, peer)
	case f.Any(capture.SYN):
		b.openSYN(i, me, peer)
	default:
		b.segment(i, me, peer)
	}
}

func (b *builder) openSYN(i int, me, peer End) {
	p := &b.pkts[i]
	s := &b.side[me]
	late := !s.synSeen && b.st[me].State > SynSent && b.st[me].State != Listen
	s.isn, s.hasISN, s.synEnd, s.synBare, s.synSeen = p.Seq, true, p.end(), true, true
	if late {
		// The second half of a split SYN-ACK, or captured after what it caused.
		if b.st[me].State != SynReceived || s.synackAt != 0 {
			return
		}
	}
	b.apply(me, SndSYN, Move{Frame: p.ref})
	if peer == Resp && b.st[peer].State == Closed && b.listensSince(i) {
		b.apply(peer, Listening, Move{Frame: p.ref, Inferred: true})
	}
	b.rcv(i, peer, RcvSYN, b.synArrives(i))
}

func (b *builder) synAck(i int, me, peer End) {
	p := &b.pkts[i]
	s := &b.side[me]
	if st := b.st[me].State; st == Listen || st == SynSent || st == Closed && len(b.step.Moves) == 0 && !s.hasISN {
		b.bridgeSYN(i, me, peer)
	}
	s.isn, s.hasISN, s.synackAck, s.synackAt = p.Seq, true, p.Ack, i+1
	b.apply(me, SndSYNACK, Move{Frame: p.ref})
	if st := b.st[peer].State; st.Synchronized() && !b.expects(i, peer) {
		return
	}
	if b.st[peer].State == Closed {
		b.apply(peer, RcvSYNACK, Move{Frame: p.ref})
		return
	}
	b.rcv(i, peer, RcvSYNACK, b.synackArrives(i))
}

// expects reports whether e may still be waiting for a SYN-ACK.
func (b *builder) expects(i int, e End) bool {
	st := b.st[e].State
	return st == SynSent || st == SynReceived
}

func (b *builder) segment(i int, me, peer End) {
	p := &b.pkts[i]
	s := &b.side[me]
	b.bridgeSegment(i, me, peer)
	// An own segment proves the state it is sent from.
	if st := b.st[me].State; st.Synchronized() && p.Flags.Any(capture.ACK) {
		b.st[me].Inferred = false
	}
	fin := p.Flags.Any(capture.FIN)
	if fin {
		if !s.hasFIN {
			s.fin, s.hasFIN = p.end(), true
		}
		b.apply(me, SndFIN, Move{Frame: p.ref})
	} else {
		b.apply(me, SndSegment, Move{Frame: p.ref})
	}
	o := &b.side[peer]
	if p.Flags.Any(capture.ACK) {
		switch b.st[peer].State {
		case SynReceived, SynSent:
			if !o.synAcked && o.hasISN && p.Ack.After(o.isn) && !b.queued(peer, RcvACKofSYN) && !b.queued(peer, RcvSYNACK) {
				b.rcv(i, peer, RcvACKofSYN, b.ackOfSYNArrives(i))
			}
		}
		if o.hasFIN && !o.finAcked && !p.Ack.Before(o.fin) && !b.queued(peer, RcvACKofFIN) {
			a := b.ackOfFINArrives(i)
			if fin && !o.finPeer {
				// One segment carries both: they arrive together.
				if f := b.finArrives(i); f.ok {
					a = f
				}
			}
			b.rcv(i, peer, RcvACKofFIN, a)
		}
	}
	if fin && !o.finPeer && !b.queued(peer, RcvFIN) {
		b.rcv(i, peer, RcvFIN, b.finArrives(i))
	} else if !fin {
		b.apply(peer, RcvSegment, Move{Frame: p.ref})
	}
}

func (b *builder) queued(e End, ev Event) bool {
	for _, p := range b.pend[e] {
		if p.ev == ev {
			return true
		}
	}
	return false
}

func (b *builder) reset(i int, me, peer End) {
	p := &b.pkts[i]
	o := &b.side[peer]
	if s := &b.side[me]; b.st[me].State == SynReceived && s.synackAt != 0 && b.j.Verdict.Opened() && p.Flags.Any(capture.ACK) && !o.hasWrong &&
		(p.Seq.After(s.isn+1) || p.Ack.After(s.synackAck)) {
		b.bridge(i, me) // it names octets that were missed
	}
	answer := b.st[me].State == SynReceived && o.hasWrong && p.Seq == o.wrongAck || b.st[me].State == SynSent && b.answersWrong(i) ||
		me == Resp && i < b.synack && b.alsoAnswered()
	if answer {
		b.apply(me, SndRSTReply, Move{Frame: p.ref})
	} else {
		b.apply(me, SndRST, Move{Frame: p.ref})
	}
	if answer && b.st[me].State == SynSent {
		b.apply(peer, RcvBad, Move{Frame: p.ref}) // what it answers was of no connection that is here
		return
	}
	if b.st[peer].State == SynSent && !(p.Flags.Any(capture.ACK) && o.hasISN && p.Ack.After(o.isn) && !p.Ack.After(o.synEnd)) {
		b.apply(peer, RcvBad, Move{Frame: p.ref})
		return
	}
	if b.st[peer].State == SynSent {
		// A SYN after it asks again; it does not show that the RST was still on its way.
		b.rcv(i, peer, RcvRST, arrival{at: i, ok: true})
		return
	}
	b.rcv(i, peer, RcvRST, b.rstArrives(i))
}

// bridgeSYN puts in the SYN that a SYN-ACK answers and the capture lacks, or
// shows only later.
func (b *builder) bridgeSYN(i int, me, peer End) {
	mv := Move{Missed: MissedSYN, Inferred: true, Early: true}
	for k := i + 1; k < len(b.pkts) && k-i <= ahead; k++ {
		if q := &b.pkts[k]; q.from == peer && q.plain() && q.Flags&(capture.SYN|capture.ACK) == capture.SYN && q.Seq+1 == b.pkts[i].Ack {
			mv.Missed, mv.Frame = MissedNothing, q.ref
			break
		}
	}
	// A lone SYN-ACK may answer a stranger who forged the peer's address.
	if b.j.Verdict != handshake.Unsolicited && b.st[peer].State == Closed {
		b.apply(peer, SndSYN, mv)
		b.side[peer].isn, b.side[peer].hasISN = b.pkts[i].Ack-1, true
		b.side[peer].synEnd = b.pkts[i].Ack
	}
	b.apply(me, RcvSYN, mv)
	b.st[me].Inferred = false // its SYN-ACK proves it
}

// bridgeSegment brings me to a state in which it can send packet i, by naming
// what must have come before.
func (b *builder) bridgeSegment(i int, me, peer End) {
	p := &b.pkts[i]
	if v := b.j.Verdict; v == handshake.Probe || v == handshake.Unsolicited {
		return // there is no connection to bring anybody to
	}
	switch st := b.st[me].State; {
	case st == SynSent:
		if b.side[peer].synBare && b.side[peer].synackAt == 0 {
			return // both called; its own SYN-ACK is on its way
		}
		b.bridge(i, me)
	case st == Listen || st == Closed && me == Orig && !b.side[me].hasISN:
		if b.j.Kind == handshake.Split {
			return
		}
		b.bridge(i, me)
	case st == SynReceived:
		s := &b.side[me]
		if b.j.Kind == handshake.Split && s.synackAt == 0 && !s.synBare {
			return
		}
		early := b.side[peer].synBare && b.side[peer].synEnd.Sub(b.side[peer].isn) > 1 // Fast Open answers before
		// What lies before its own number is of another connection, or forged.
		own := !s.hasISN || p.end().After(s.isn+1)
		took := s.synackAt != 0 && p.Ack == s.synackAck && p.Sacked() != 0 // octets that were missed
		if own && !early && (p.Flags.Any(capture.FIN) || p.PayloadLen > 0) || took && !early || s.synackAt != 0 && p.Ack.After(s.synackAck) || !s.passive {
			b.bridge(i, me)
		}
	}
}

// bridge brings e to ESTABLISHED.
func (b *builder) bridge(i int, e End) {
	mv := func(m Missed, at int) Move {
		// A later packet stands for the missed one only if it says no more than that.
		if at >= 0 && (at < i || m != MissedACK || b.synack >= 0 && b.pkts[at].Ack == b.pkts[b.synack].Seq+1) {
			return Move{Frame: b.pkts[at].ref, Inferred: true, Early: true}
		}
		return Move{Missed: m, Inferred: true, Early: true}
	}
	syn := mv(MissedSYN, b.syn)
	synack := mv(MissedSYNACK, b.synack)
	ack := mv(MissedACK, b.third)
	if b.st[Orig].State == Closed {
		b.apply(Orig, SndSYN, syn)
	}
	if b.st[Resp].State == Listen {
		b.apply(Resp, RcvSYN, syn)
	}
	if r := &b.side[Resp]; !r.hasISN && b.pkts[i].from == Orig {
		r.isn, r.hasISN = b.pkts[i].Ack-1, true
	}
	switch b.st[Orig].State {
	case SynSent:
		b.apply(Orig, RcvSYNACK, synack)
	case SynReceived:
		b.apply(Orig, RcvACKofSYN, ack)
	}
	if e == Resp && b.st[Resp].State == SynReceived {
		b.apply(Resp, RcvACKofSYN, ack)
		b.side[Resp].synAcked = true
	}
	b.side[Orig].synAcked = true
}

// ref is the frame of packet i, 0 for none.
func (b *builder) ref(i int) record.FrameRef {
	if i < 0 || i >= len(b.pkts) {
		return 0
	}
	return b.pkts[i].ref
}
