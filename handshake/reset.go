package handshake

import (
	"time"

	"portero/capture"
)

// observeRST judges a RST from side: it counts only where its receiver would
// accept it (RFC 9293, 3.10.7.3 and 3.5.3; RFC 5961, 3.2).
func (c *Conn) observeRST(p *capture.Packet, side Side, off uint32, x *Rest) Oddity {
	me, peer := &c.half[side], &c.half[1-side]
	seq := p.Seq
	ok, exact := false, true
	if c.flags&flagCandidate != 0 && me.bits&(sentReset|sentSYNACK|sentRSTACKofSYN) == sentSYNACK|sentRSTACKofSYN {
		me.bits &^= sentRSTACKofSYN // its peer went on: the refusal was not heeded, see refusedFirst
	}
	// An answer that does not fit leaves its receiver in SYN-SENT.
	synSent := peer.bits&(sentSYN|sentSYNACK|sentSegment) == sentSYN && me.bits&sentSYN == 0 &&
		(me.bits&(sentSYNACK|sentSegment) == 0 || me.bits&(hasAck|sentWrongAck) != 0 && !c.answered(1-side, x))
	switch {
	case c.flags&flagCandidate == 0 && me.bits&(sentSYN|sentSegment) == sentSYN && peer.bits&(hasAck|sentWrongAck) != 0 && !c.answered(side, x) &&
		(seq == peer.ack || peer.bits&sentSYNACK != 0 && seq == peer.synAck) && !seq.In(me.isn, me.next):
		// It answers an acknowledgement of what was not sent, with the number from that: its
		// sender goes on waiting for an answer to its SYN (RFC 9293, 3.10.7.3).
		c.loose(p, side, x)
		return 0
	case c.flags&flagCandidate != 0 && c.candSide() != side && peer.bits&sentWrongAck != 0 && seq == c.candAck:
		// The answer to a third packet with a wrong number takes its sequence
		// number from that (RFC 9293, 3.10.7.4): its receiver accepts it.
		ok = true
		if d := seq.Sub(me.next); p.Flags.Any(capture.ACK) && me.bits&sentSYNACK != 0 && d > 0 && d < slack && p.Ack.In(peer.isn+1, peer.next) {
			// It acknowledges too, as no such answer does: the number is its own, and what lies before it was missed.
			if x.Data != nil {
				x.addHole(side, me.next, seq)
			}
			me.next = seq
			peer.bits = peer.bits&^sentWrongAck | hasAck
			peer.ack, peer.edge = seq, seq
		}
	case me.bits&sentSYN != 0 && peer.bits&(sentSYN|sentSYNACK|sentSegment) == sentSYN && p.Flags.Any(capture.ACK) && c.acceptable(p.Ack, 1-side, x):
		// Both called, and its receiver showed no sign of having heard the other's call: it waits in SYN-SENT.
		ok = true
		me.bits |= sentRSTACKofSYN
	case synSent:
		// SYN-SENT: only the acknowledgement counts.
		if p.Flags.Any(capture.ACK) {
			c.recallOldest(p, 1-side, x)
		}
		if p.Flags.Any(capture.ACK) && c.acceptable(p.Ack, 1-side, x) {
			ok = true
			me.bits |= sentRSTACKofSYN
			c.answers(p, side, x)
		}
	case me.bits&(sentSYN|sentSegment) == sentSYN && peer.bits&(sentSYNACK|sentSegment|sentSYN) == 0:
		// The opener takes back its SYN.
		ok = seq == me.isn || seq.In(me.isn+1, me.next)
		switch {
		case ok:
		case c.reachesOther(seq, side, x):
			ok = true // the one before it
			c.swapSYN(side, x)
		case p.Flags.Any(capture.ACK) && peer.bits == 0 && seq.In(me.next+1, me.isn.Add(span)):
			ok = true // it names both ends of what opened since
			me.synAck = p.Ack
			me.bits |= sentRSTACKofSYN
		}
	case peer.bits&hasAck != 0:
		hi := peer.edge
		if hi.After(peer.ack) {
			hi-- // the edge is the first number that is not offered (RFC 9293, 3.4)
		}
		if me.bits&hasNext != 0 && me.next.After(hi) {
			hi = me.next
		}
		lo := peer.ack
		if me.bits&hasNext != 0 && me.next.Before(lo) {
			lo = me.next
		}
		ok = seq.In(lo, hi)
		exact = seq == peer.ack || me.bits&hasNext != 0 && seq == me.next
		// A SYN-ACK's sender, which got no more, refused by its receiver: RST at the ack (RFC 9293, 3.5.2).
		if !ok && peer.bits&sentSYNACK != 0 && seq == peer.synAck && !peer.ack.After(seq) {
			ok, exact = true, true
		}
		if !ok && me.bits&sentSYN != 0 && seq == me.isn && peer.bits&sentSegment == 0 {
			ok = true
		}
		if !ok && me.bits&sentSegment == 0 && me.bits&(sentSYN|sentSYNACK) == 0 {
			// Its sender is a stranger to the connection's numbers only because
			// nothing of it was captured: it answers with the number it was sent.
			ok = seq == peer.ack
		}
	case me.bits&hasNext != 0:
		d := seq.Sub(me.next)
		ok = d >= -65535 && d <= 65535
	default:
		// Nothing to judge it by: the first packet, or the peer said nothing.
		ok = peer.bits&sentSYN == 0
		if p.Flags.Any(capture.ACK) && me.bits&^goodSum == 0 && peer.bits == 0 {
			me.synAck = p.Ack // a SYN that is captured late knows its refusal by this
			me.bits |= sentRSTACKofSYN
		}
	}
	if !ok && me.bits&sentReset != 0 && x.Data != nil && (x.flags&dataReset != 0 && seq == x.more().rstSeq[side] ||
		seq == 0 && p.Flags.Any(capture.ACK) && c.acceptable(p.Ack, 1-side, x)) {
		return 0 // another answer to what was under way, or one to a call that came when it had given up
	}
	if !ok && seq == 0 && p.Flags.Any(capture.ACK) && me.bits&(sentSYN|sentSegment) == sentSYN && peer.bits&belongs == 0 {
		return 0 // it refuses a call of its peer that was missed (RFC 9293, 3.10.7.1)
	}
	d := me.next.Sub(seq)
	old := !ok && me.bits&hasNext != 0 && !p.Flags.Any(capture.ACK) &&
		d >= 0 && d < 1<<20 && (me.bits&(sentSYN|sentSYNACK) == 0 || c.far(side) || seq.After(me.isn))
	if old && (me.bits&(sentReset|sentFIN)|peer.bits&sentReset) != 0 {
		// Its sender's socket is gone and answers each acknowledgement that was under way with the
		// number from it (RFC 9293, 3.10.7.1), be it an old one.
		return 0
	}
	if x.Data != nil {
		c.gone(side, old, ok, x)
	}
	if !ok {
		if synSent {
			c.keepEnd(p, side, off, x)
		}
		me.bits |= sentBadRST
		x.suspect()
		return OddRSTWindow
	}
	c.loose(p, side, x) // a diagnosis, in words
	if p.Flags.Any(capture.ACK) {
		c.hangsUp(side, seq, p.Ack, me.next, x)
	}
	if (c.half[0].bits|c.half[1].bits)&sentReset == 0 {
		switch {
		case x.Data != nil:
			d := x.need()
			d.rstOff = off
			d.setCutBy(side)
			d.finAhead &^= challenged | namesBoth
			d.resetNext, d.resetOwn = peer.next, seq
			if me.bits&hasNext != 0 {
				d.resetOwn = later(seq, me.next)
			}
			d.resetAck = d.resetNext
			if p.Flags.Any(capture.ACK) && peer.bits&hasNext == 0 {
				d.resetAck = p.Ack
			} else if p.Flags.Any(capture.ACK) && p.Ack.Sub(peer.next) < slack {
				d.resetAck = later(p.Ack, d.resetNext) // captured before what it followed
				if me.bits&hasAck != 0 && !p.Ack.Before(me.ack) {
					d.finAhead |= namesBoth
				}
			}
			x.flags |= dataReset
		case c.flags&flagCandidate == 0:
			x.candOff = off
		}
	}
	if x.Data != nil {
		x.need().rstSeq[side] = seq
		if synSent {
			c.refusedLast(side, x)
		}
	}
	if c.flags&(flagCandidate|flagSYNData) == 0 && p.Flags.Any(capture.ACK) && peer.bits&(sentSYN|sentSYNACK) == sentSYNACK &&
		c.aheadOf(seq, p.Ack, side) && (me.bits&sentSYN == 0 || peer.synAck == me.isn+1) {
		// It is ahead by octets that only an open connection carries, and names the answer: the third
		// packet was sent, and missed.
		c.reaches(1-side, p.Ack, x)
		c.nominate(side, p.Seq, p.Ack, p.Time, off, x)
	}
	if c.flags&flagCandidate != 0 && c.candSide() != side && me.bits&(belongs|hasAck) == 0 && p.Flags.Any(capture.ACK) &&
		!seq.Before(c.candAck) && p.Ack.In(peer.begins(), peer.next) {
		// It names both ends of a connection. Who has none answers an acknowledgement without one of its own.
		me.bits |= hasAck
		me.ack, me.edge = p.Ack, p.Ack
	}
	switch {
	case me.bits&sentReset == 0 && !exact:
		me.bits |= resetInexact
	case me.bits&sentReset != 0 && x.Data != nil:
		x.need().countRST(side)
	}
	me.bits |= sentReset
	if exact {
		me.bits &^= resetInexact
	}
	if me.bits&hasNext == 0 {
		if synSent { // the number of a refusal is none of a stream (RFC 9293, 3.10.7.1)
			me.next = seq
		} else {
			c.learn(side, seq, x)
			me.base(seq)
		}
	}
	return 0
}

// hangsUp looks at seq and ack of a RST of side with ACK, which answered the SYN and of which no more than up to end was seen: where
// they name octets of either end that were missed, it is of one who got the third packet, and sent or took them since.
func (c *Conn) hangsUp(side Side, seq, ack, end capture.Seq, x *Rest) {
	me := &c.half[side]
	if c.flags&(flagCandidate|flagSYNData) != 0 || me.bits&(sentSYN|sentSYNACK|sentSegment) != sentSYNACK || seq == 0 ||
		!seq.In(end, me.isn.Add(span)) || !ack.In(me.synAck, me.synAck.Add(span)) || seq == end && ack == me.synAck {
		return
	}
	c.reaches(side, seq, x)
	c.reaches(1-side, ack, x)
	me.bits |= sentSegment
	me.ack = later(me.ack, ack)
}

// answeredAhead takes back the suspicion of the one RST that is suspected, which side sent: it answers p, a SYN-ACK that does not acknowledge
// the SYN of side, with the number from that (RFC 9293, 3.10.7.3), and was captured before it.
func (c *Conn) answeredAhead(p *capture.Packet, side Side, x *Rest) {
	me := &c.half[side]
	if x.Data != nil && x.suspectedRSTs == 1 && me.bits&sentBadRST != 0 && x.more().lastRST[side] == p.Ack {
		x.suspectedRSTs = 0
		me.bits &^= sentBadRST
	}
}

// aheadOf reports whether seq and ack, of a RST of side with ACK, name both ends of a connection that the SYN-ACK of its
// peer opened and in which side sent octets.
func (c *Conn) aheadOf(seq, ack capture.Seq, side Side) bool {
	peer := &c.half[1-side]
	first := peer.isn + 1
	return seq.In(peer.synAck+1, peer.synAck.Add(span)) && ack.In(first, later(peer.next, first.Add(span)))
}

// reaches lets side have sent what its peer acknowledges with ack: what of it lies ahead was missed.
func (c *Conn) reaches(side Side, ack capture.Seq, x *Rest) {
	if h := &c.half[side]; ack.After(h.next) {
		if x.Data != nil {
			x.addHole(side, h.next, ack)
		}
		h.next = ack
	}
}

// EndsBehind reports whether all that was captured before p, a SYN-ACK of side, is a RST with ACK of either end that names both
// of the connection which p opens: p is late, and opens no other.
func (c *Conn) EndsBehind(p *capture.Packet, side Side) bool {
	me, peer := &c.half[side], &c.half[1-side]
	return me.bits&endAll == 0 && peer.ends(p.Ack, p.Seq+1) || peer.bits&endAll == 0 && me.ends(p.Seq+1, p.Ack)
}

// EndedBefore reports whether all that was captured before p, a SYN of side, is a RST with ACK of its peer that acknowledges octets
// behind p: it may end what p opens.
func (c *Conn) EndedBefore(p *capture.Packet, side Side) bool {
	peer := &c.half[1-side]
	return c.half[side].bits&endAll == 0 && peer.next != 0 && peer.ends(peer.next, segEnd(p)) && peer.synAck != segEnd(p)
}

// endAll are the signs that there is more of one end than a RST with ACK, or that.
const endAll = belongs | sentRSTACKofSYN | hasNext | hasAck

// ends reports whether all that was seen of h is a RST with ACK that names what it sent from its on, and what its peer sent from
// others on.
func (h *half) ends(its, others capture.Seq) bool {
	const only = sentReset | sentRSTACKofSYN | hasNext
	return h.bits&endAll == only && h.next.In(its, its.Add(span)) && h.synAck.In(others, others.Add(span))
}

// keepEnd keeps p, a RST of side that was captured at off and acknowledges nothing, or more than the SYN which alone was seen of its peer:
// the SYN-ACK may show that it ends what that opened, see recallEnd.
func (c *Conn) keepEnd(p *capture.Packet, side Side, off uint32, x *Rest) {
	me, peer := &c.half[side], &c.half[1-side]
	ack := p.Ack
	if !p.Flags.Any(capture.ACK) {
		ack = peer.isn // nothing
	}
	if x.Data == nil || x.flags&dataReset != 0 || p.Seq == 0 || me.bits&(belongs|hasAck) != 0 || ack != peer.isn && !ack.In(peer.next+1, peer.isn.Add(span)) {
		return
	}
	x.keepEnd(side, p.Seq, ack, off)
}

func (x *Rest) keepEnd(side Side, seq, ack capture.Seq, off uint32) {
	d := x.need()
	d.zeekOnce |= earlyEnd0 << side
	d.resetOwn, d.resetAck, d.resetNext = seq, ack, capture.Seq(off)
}

// doubtEnd lets the RST of side that is all that was captured before the SYN of its peer, and acknowledges more, count no more than if
// it had been captured behind that, see keepEnd.
func (c *Conn) doubtEnd(side Side, x *Rest) {
	h, off := &c.half[side], x.more().rstOff
	c.takeBack(side, x)
	h.bits = h.bits&^hasNext | sentBadRST
	x.suspect()
	x.keepEnd(side, h.next, h.synAck, off)
}

// recallEnd lets the RST of side that keepEnd kept count where it names octets of both ends behind p, the SYN-ACK of side, or gives it up:
// so it would have if it had been captured behind p.
func (c *Conn) recallEnd(p *capture.Packet, side Side, x *Rest) {
	if x.Data == nil || x.more().zeekOnce&(earlyEnd0<<side) == 0 {
		return
	}
	d := x.need()
	d.zeekOnce &^= earlyEnd0 << side
	seq, ack, off := d.resetOwn, d.resetAck, uint32(d.resetNext)
	gaveUp := ack == c.half[1-side].isn && seq == segEnd(p)
	if x.flags&dataReset != 0 || !gaveUp && !(seq.In(segEnd(p), p.Seq.Add(span)) && ack.In(p.Ack, p.Ack.Add(span))) {
		return
	}
	if x.suspectedRSTs > 0 && x.suspectedRSTs < 0xff {
		x.suspectedRSTs--
	}
	if x.suspectedRSTs == 0 {
		c.half[side].bits &^= sentBadRST
	}
	q := *p
	q.Flags, q.Seq, q.Ack, q.PayloadLen, q.PayloadCap, q.Opts = capture.RST|capture.ACK, seq, ack, 0, 0, 0
	if gaveUp {
		q.Flags = capture.RST
	}
	c.observeRST(&q, side, off, x)
}

// begins is the first number of the stream of h, as far as is known.
func (h *half) begins() capture.Seq {
	if h.bits&(sentSYN|sentSYNACK) != 0 {
		return h.isn + 1
	}
	return h.isn
}

// gone keeps in mind that the RSTs of side which are suspected have old numbers, and forgives them when one
// of it counts before it sent anything else: its socket was gone by then.
func (c *Conn) gone(side Side, old, counts bool, x *Rest) {
	me, bit := &c.half[side], oldRST0<<side
	marked := x.more().finAhead&bit != 0
	switch {
	case counts && marked:
		x.suspectedRSTs = 0
		me.bits &^= sentBadRST
		fallthrough
	case !counts && !old:
		c.goesOnAfterRST(side, x)
	case old && (x.suspectedRSTs == 0 || marked):
		x.need().finAhead |= bit
		x.flags |= dataReset // what either side sends next is looked at, see doubtReset
	}
}

// goesOnAfterRST notes that side is there: RSTs in its name with old numbers stay suspected.
func (c *Conn) goesOnAfterRST(side Side, x *Rest) {
	if d := x.more(); d.finAhead&(oldRST0<<side) != 0 {
		x.need().finAhead &^= oldRST0 << side
		if d.rstOff == 0 {
			x.flags &^= dataReset
		}
	}
}

// refusal is where the RST was that Opening keeps, and who sent it; 0 for none.
func (c *Conn) refusal(x *Rest) (off uint32, side Side) {
	r0, r1 := c.half[0].bits&sentReset != 0, c.half[1].bits&sentReset != 0
	if r0 == r1 || c.flags&flagCandidate != 0 {
		return 0, 0
	}
	if r1 {
		side = 1
	}
	return x.candOff, side
}

// resetBy is where the first RST that counted was, if side sent it; 0 else.
func (c *Conn) resetBy(side Side, x *Rest) uint32 {
	off, by := c.refusal(x)
	if d := x.more(); d.rstOff != 0 {
		off, by = d.rstOff, d.cutBy()
	}
	if by != side {
		return 0
	}
	return off
}

// moveRefusal puts what Opening keeps of a RST where others are kept, before more is
// seen of the connection.
func (c *Conn) moveRefusal(x *Rest) {
	off, side := c.refusal(x)
	if off == 0 {
		return
	}
	d := x.need()
	d.rstOff = off
	d.setCutBy(side)
	d.resetNext, d.resetOwn = c.half[1-side].next, c.half[side].next
	d.resetAck = d.resetNext
	d.lastRST[side], d.rstSeq[side] = c.half[side].next, c.half[side].next
	x.flags |= dataReset
	x.candOff = 0
	c.refusedLast(side, x)
}

// answered reports whether the peer of side acknowledged its SYN.
func (c *Conn) answered(side Side, x *Rest) bool {
	peer := &c.half[1-side]
	return c.acceptable(peer.ack, side, x) || peer.bits&sentSYNACK != 0 && c.acceptable(peer.synAck, side, x)
}

// takeBack lets the RSTs of side count no more.
func (c *Conn) takeBack(side Side, x *Rest) {
	if off, s := c.refusal(x); off != 0 && s == side {
		x.candOff = 0
	}
	c.half[side].bits &^= sentReset | resetInexact | sentRSTACKofSYN
	if x.Data != nil && x.flags&dataReset != 0 {
		d := x.need()
		d.rstSide &^= 7 << (1 + 3*side)
		if d.rstOff != 0 && d.cutBy() == side {
			d.rstOff = 0
			if c.half[1-side].bits&sentReset == 0 { // otherwise what its sender does next is looked at
				x.flags &^= dataReset
			}
		}
	}
}

// learn notes the first number that is known of side. A RST of its peer that came before
// had none to compare with: whatever side sends is later.
func (c *Conn) learn(side Side, next capture.Seq, x *Rest) {
	h := &c.half[side]
	h.next = next
	h.bits |= hasNext
	if x.Data != nil && x.flags&dataReset != 0 {
		c.learnLate(side, next, x)
	}
}

func (c *Conn) learnLate(side Side, next capture.Seq, x *Rest) {
	if d := x.need(); d.rstOff != 0 && d.cutBy() != side {
		d.resetNext = next
		if next == d.resetAck {
			return // the RST names it: nothing was sent since
		}
		if from := &c.half[1-side]; from.bits&sentRSTACKofSYN != 0 && next.Before(d.resetAck) && d.resetAck.Sub(next) < slack {
			d.resetNext = d.resetAck // what the RST acknowledges was sent before it
			return
		}
		if from := &c.half[1-side]; from.bits&sentSYN == 0 || x.synOff < d.rstOff || c.synSide() == side {
			d.resetNext-- // otherwise the RST was captured too early: what side sends may have come before it
		}
		d.resetAck = d.resetNext
	}
}

// doubtReset takes a RST back when both sides go on as if it had not come: a real one
// would have silenced its receiver, and its sender knows nothing of the connection any
// more. Where its number is not the one that was expected, the receiver alone tells.
func (c *Conn) doubtReset(p *capture.Packet, side Side, x *Rest) {
	if x.Data == nil || x.flags&dataReset == 0 {
		return
	}
	c.goesOnAfterRST(side, x)
	d := x.need()
	if d.rstOff == 0 {
		// What both sides did not heed was taken back. A RST of the other that came behind it counts no
		// more either where its sender has more to say: from that number on, or from further on.
		if c.half[side].bits&sentReset != 0 && p.PayloadLen > 0 && !p.Seq.Before(d.rstSeq[side]) {
			c.forged(side, x)
		}
		return
	}
	rs := d.cutBy()
	from, victim := &c.half[rs], &c.half[1-rs]
	if d.rstOff == 1 && side == rs && p.Seq.Before(d.resetOwn) && !segEnd(p).After(d.resetOwn) && p.Flags.Any(capture.ACK) {
		d.resetAck = later(d.resetAck, p.Ack) // it was sent before the RST, which was captured before all else, and acknowledged this then
	}
	both := victim.bits&hasNext != 0 && victim.next.After(d.resetNext) && from.bits&sentSegment != 0 &&
		(from.next.After(d.resetOwn) || from.bits&hasAck != 0 && from.ack.After(d.resetAck)) ||
		// Who only listens goes on by acknowledging what was sent since.
		victim.bits&hasAck != 0 && victim.ack.After(d.resetOwn) && from.next.After(d.resetOwn) ||
		// Nothing of its receiver was captured, and its sender has more to say.
		victim.bits&belongs == 0 && side == rs && p.PayloadLen > 0 && from.next.After(d.resetOwn)
	heeded := from.bits&resetInexact == 0 || side == rs || p.PayloadLen == 0 || p.Ack != from.next
	if d.finAhead&namesBoth != 0 || from.next == d.rstSeq[rs] {
		heeded = true // in flight, or captured late; who forges blindly does not hit the end of what its sender says next
	} else if from.bits&resetInexact != 0 {
		switch {
		case side != rs && p.PayloadLen == 0 && p.Ack == from.next:
			d.finAhead |= challenged
		case side == rs && d.finAhead&challenged != 0 && p.PayloadLen > 0 && p.Seq == victim.ack && segEnd(p) == from.next && from.next != d.rstSeq[rs]:
			heeded = false // its sender goes on from there, and not just up to it: the RST was not its own
		case side == rs && p.PayloadLen > 0 && x.Quiet >= int64(time.Second) && p.Seq == victim.ack && segEnd(p) == from.next && from.next != d.rstSeq[rs]:
			heeded = false // nor where it does so after a pause: what is captured late comes sooner
		}
	}
	if heeded && !both {
		return
	}
	if from.bits&sentRSTACKofSYN != 0 && victim.bits&sentSYN != 0 {
		c.takeBack(rs, x) // it refused an earlier try, and not this one
	} else {
		c.disbelieve(rs, x)
	}
	// Nor does one of the other which came with it, where that sent octets from its number on since and the first took them.
	if n := d.rstSeq[1-rs]; victim.bits&(sentReset|sentRSTACKofSYN) == sentReset && victim.next.After(n) && from.bits&hasAck != 0 && from.ack.After(n) {
		c.forged(1-rs, x)
	}
}

// forged takes back the RSTs of side, the last that counted.
func (c *Conn) forged(side Side, x *Rest) {
	c.disbelieve(side, x)
	x.flags &^= dataReset
}

// disbelieve takes back the RSTs of side, which somebody else sent.
func (c *Conn) disbelieve(side Side, x *Rest) {
	n := 1 + x.more().moreRSTs(side)
	c.takeBack(side, x)
	c.half[side].bits |= sentBadRST
	for ; n > 0; n-- {
		x.suspect()
	}
}

// cutBy is who sent the first RST that counted.
func (d *Details) cutBy() Side { return Side(d.rstSide & 1) }

func (d *Details) setCutBy(side Side) { d.rstSide = d.rstSide&^1 | uint8(side) }

// moreRSTs is how many RSTs of side counted behind its first, seven at most: whoever injects one seldom leaves it at that.
func (d *Details) moreRSTs(side Side) uint8 { return d.rstSide >> (1 + 3*side) & 7 }

func (d *Details) countRST(side Side) {
	if d.moreRSTs(side) < 7 {
		d.rstSide += 1 << (1 + 3*side)
	}
}
