package handshake

import "portero/capture"

// Place says what a bare SYN on a known tuple is.
type Place uint8

// The places of a SYN.
const (
	// SameAttempt: a retry, or a part of the handshake of this connection.
	SameAttempt Place = iota
	// Pending: an attempt inside a live connection; it becomes one of its own only if
	// the peer accepts it.
	Pending
	// NewConnection: the old connection is over, and this opens another.
	NewConnection
)

// PlaceSYN judges a bare SYN from side (RFC 9293, 3.10.7; RFC 6191).
func (c *Conn) PlaceSYN(p *capture.Packet, side Side) Place {
	me, peer := &c.half[side], &c.half[1-side]
	any := me.bits | peer.bits
	if c.flags&flagFlagsSeen == 0 {
		return SameAttempt
	}
	if c.flags&flagOddFirst != 0 && any&(sentSYN|sentSegment) == 0 {
		if side == c.synSide() && peer.bits == 0 && me.bits&(badSum|goodSum) == badSum && p.Bits&(capture.BadSum|capture.PartialSum|capture.Unchecked) == 0 {
			return SameAttempt // it was damaged, see misread
		}
		return NewConnection
	}
	// Captured late: the numbers of what came before it name it.
	if me.bits&sentSYN == 0 {
		if peer.synAck.After(p.Seq) && !peer.synAck.After(p.Seq.Add(1+p.PayloadLen)) &&
			(peer.bits&sentSYNACK != 0 || peer.bits&sentRSTACKofSYN != 0 && me.bits&sentReset == 0) {
			if c.Over() && me.bits&sentSegment != 0 && peer.bits&sentSYNACK != 0 {
				return Pending // or its sender took the number again, which an answer of its own tells
			}
			return SameAttempt
		}
		if c.retriesUnseen(p, side) && me.bits&sentReset == 0 && !c.Over() {
			if me.bits&sentSegment != 0 {
				return Pending // or who calls anew has a number a little below, which an answer of its own tells
			}
			return SameAttempt
		}
		if me.bits == 0 && peer.bits&(sentRSTACKofSYN|sentReset|sentSegment) == sentRSTACKofSYN|sentReset && peer.next == 0 && peer.synAck.In(p.Seq+2, p.Seq.Add(packet)) {
			return SameAttempt // so was one refused that carried octets, as many as fit a packet
		}
		if c.acknowledgedBefore(p, side) && !c.Over() {
			return SameAttempt
		}
		if c.StartsBehind(p, side) {
			if !c.Over() {
				return SameAttempt
			}
			if peer.bits&sentSegment != 0 {
				return Pending // its own, if its answer does not tell otherwise
			}
		}
		if c.EndedBefore(p, side) {
			return Pending // so does its end, if the answer agrees
		}
		if c.takenBackBefore(p, side) || me.bits&sentSYNACK != 0 && me.isn == p.Seq && !c.Over() {
			return SameAttempt // so does who called before it answered the other's call
		}
	}
	sameISN := me.bits&sentSYN != 0 && me.isn == p.Seq
	if any&sentReset != 0 {
		// Refused: the same number again is a retry, another a new attempt. Where both called and who called
		// first refused the other, what the other tries again is a call of its own.
		if sameISN && (peer.bits&sentSYN == 0 || side == c.synSide()) && peer.bits&sentRSTACKofSYN != 0 && any&sentSegment == 0 && me.bits&sentReset == 0 {
			return SameAttempt
		}
	}
	if c.Over() {
		if sameISN && (peer.bits&^hasNext != 0 || any&sentSegment == 0) {
			return Pending // a copy that was long under way, if its answer does not tell otherwise
		}
		return NewConnection
	}
	if c.Alone(side) && me.bits&sentFIN != 0 && !sameISN {
		return NewConnection
	}
	opener := c.synSide()
	if sameISN && (side != opener || me.bits&sentSegment == 0) {
		return SameAttempt
	}
	if any&sentSYN != 0 && c.half[opener].bits&(sentSegment|sentWrongAck) == 0 {
		return SameAttempt
	}
	return Pending
}

// StartsBehind reports whether the stream of side, of which no SYN was seen, begins right behind p, a SYN of
// side that was captured late.
func (c *Conn) StartsBehind(p *capture.Packet, side Side) bool {
	me, peer := &c.half[side], &c.half[1-side]
	starts := func(seq capture.Seq) bool { return seq.In(p.Seq+1, p.Seq.Add(1+p.PayloadLen)) }
	return me.bits&sentSYN == 0 && (c.flags&flagCandidate != 0 && c.candSide() == side && starts(c.candSeq) ||
		me.bits&(hasNext|sentSYNACK) == hasNext && peer.bits&(sentSegment|sentSYNACK) == sentSegment && starts(me.isn) && !c.far(side))
}

// retriesUnseen reports whether syn, a SYN of side, of which none was seen, may be the retry of one that carried octets, which the SYN-ACK of
// its peer acknowledged, see unseenSYN.
func (c *Conn) retriesUnseen(syn *capture.Packet, side Side) bool {
	me, peer := &c.half[side], &c.half[1-side]
	return me.bits&(sentSYN|sentSYNACK) == 0 && peer.bits&sentSYNACK != 0 && peer.synAck.In(syn.Seq+2, syn.Seq.Add(span)) &&
		(me.bits&sentSegment == 0 || c.flags&flagCandidate != 0 && c.candSide() == side && c.candSeq == peer.synAck)
}

// Took reports whether syn, a SYN of side, of which none was seen, is the one that the SYN-ACK of its peer acknowledged.
func (c *Conn) Took(syn *capture.Packet, side Side) bool {
	peer := &c.half[1-side]
	return c.half[side].bits&sentSYN == 0 && peer.bits&sentSYNACK != 0 && peer.synAck.In(syn.Seq+1, syn.Seq.Add(2+syn.PayloadLen))
}

// Own reports whether syn, a SYN of side that nobody answered, is the very SYN of this connection, captured late.
func (c *Conn) Own(syn *capture.Packet, side Side) bool {
	return c.StartsBehind(syn, side) || c.EndedBefore(syn, side) || c.Took(syn, side) || c.retriesUnseen(syn, side)
}

// acknowledgedBefore reports whether all that is known of side is that its peer acknowledged octets a little behind syn, a SYN of side:
// its own, captured late, and what lies between was missed or comes yet.
func (c *Conn) acknowledgedBefore(syn *capture.Packet, side Side) bool {
	me, peer := &c.half[side], &c.half[1-side]
	return me.bits&^(goodSum|badSum) == hasNext && peer.bits&(sentSYN|sentSYNACK|sentSegment|hasAck) == sentSegment|hasAck && me.isn.In(syn.Seq+2, syn.Seq.Add(span)) && !c.far(side)
}

// Stood is where the sender side stands: its next number, and what it acknowledged.
func (c *Conn) Stood(side Side) [2]capture.Seq {
	return [2]capture.Seq{c.half[side].next, c.half[side].ack}
}

// StartsNear reports whether the stream of side, of which no SYN was seen, begins a little behind syn, a SYN of side: it may be
// its own, captured late together with what lies between. Who calls anew within moments has a number that is no such.
func (c *Conn) StartsNear(syn *capture.Packet, side Side) bool {
	me := &c.half[side]
	return me.bits&(hasNext|sentSYN|sentSYNACK|sentSegment) == hasNext|sentSegment && me.isn.In(syn.Seq+2, syn.Seq.Add(span)) && !c.far(side)
}

// Precedes reports whether p, of side, goes on from syn, a SYN of side that waits, towards where the stream of side, of which alone
// the connection consists, begins as far as it was seen.
func (c *Conn) Precedes(p, syn *capture.Packet, side Side) bool {
	me := &c.half[side]
	return c.Alone(side) && c.StartsNear(syn, side) && p.Flags&(capture.SYN|capture.RST|capture.ACK) == capture.ACK && p.Seq == syn.Seq+1 && !me.isn.Before(segEnd(p))
}

// Unanswered reports whether an answer to syn, a SYN of side, is what the connection waits for since its beginning:
// syn is a copy of the SYN of side, and its peer showed nothing else. Whoever takes a SYN back does not begin anew
// with the same number.
func (c *Conn) Unanswered(syn *capture.Packet, side Side) bool {
	return c.SameSYN(syn, side) && c.half[1-side].bits&belongs == 0
}

// Began reports whether both streams that were seen begin right behind the numbers of syn, from side, and
// of its answer: the two, or the answer alone, were captured late. Of a connection that is over they are so only soon: later
// they may well be those of one that is played again.
func (c *Conn) Began(syn, answer *capture.Packet, side Side, soon bool) bool {
	behind := func(h *half, seq capture.Seq) bool {
		return h.bits&(hasNext|sentSYN|sentSYNACK) == hasNext && h.isn.In(seq+1, seq.Add(1<<16))
	}
	return (soon || !c.Over()) && !c.far(0) && !c.far(1) && behind(&c.half[1-side], answer.Seq) &&
		(c.SameSYN(syn, side) || behind(&c.half[side], syn.Seq) || c.callsBack(syn, side) && c.half[side].ack == answer.Seq+1)
}

// callsBack reports whether all that was seen of side before syn, its SYN, is that it acknowledged a call, which was missed, with the
// number of syn: it answers a call by calling itself (a split handshake).
func (c *Conn) callsBack(syn *capture.Packet, side Side) bool {
	me := &c.half[side]
	return me.bits&belongs == sentSegment && me.isn == syn.Seq && me.next == syn.Seq && c.half[1-side].bits&belongs == 0
}

// Confirmed reports whether both ends sent segments of a connection whose handshake was captured: neither calls or answers again.
func (c *Conn) Confirmed() bool {
	a, b := c.half[0].bits, c.half[1].bits
	return c.flags&flagCandidate != 0 && a&b&sentSegment != 0 && (a|b)&(sentSYN|sentSYNACK) == sentSYN|sentSYNACK
}

// Over reports whether the connection ended: FIN both ways, or a valid RST.
func (c *Conn) Over() bool {
	a, b := c.half[0].bits, c.half[1].bits
	return (a|b)&sentReset != 0 || a&b&sentFIN != 0
}

// Alone reports whether all of the connection that was captured is one direction, of side, which said more than
// its half of the handshake. Then it is over, whatever its peer said, once side opens or accepts another.
func (c *Conn) Alone(side Side) bool {
	me, peer := &c.half[side], &c.half[1-side]
	return me.bits&sentSegment != 0 && peer.bits&(belongs|sentBadRST) == 0
}

// Resumes reports whether p, of side, goes on from syn, a SYN or SYN-ACK of side that waits, where no answer need be waited
// for: only that direction was captured, or p takes syn back after the connection in which it waits is over.
func (c *Conn) Resumes(p, syn *capture.Packet, side Side) bool {
	me, peer := &c.half[side], &c.half[1-side]
	switch {
	case !p.Seq.In(syn.Seq+1, syn.Seq.Add(1+syn.PayloadLen)):
		return false
	case p.Flags.Any(capture.RST):
		return c.Over() && !c.SameSYN(syn, side) && p.Seq != me.next
	}
	return p.Flags.Any(capture.ACK) && peer.bits&(belongs|sentBadRST) == 0 &&
		(me.bits&sentReset != 0 || !c.SameSYN(syn, side) && p.Seq != me.next)
}

// Restarts reports whether p, a bare acknowledgement of side, follows syn as it did before: syn is the SYN of side again, whose
// direction alone was captured, and which had said more since.
func (c *Conn) Restarts(p, syn *capture.Packet, side Side) bool {
	me := &c.half[side]
	return p.Flags&(capture.SYN|capture.FIN|capture.RST|capture.ACK) == capture.ACK && p.PayloadLen == 0 && c.SameSYN(syn, side) && c.Alone(side) &&
		p.Seq.In(syn.Seq+1, syn.Seq.Add(1+syn.PayloadLen)) && me.next.After(p.Seq)
}

// AnswersAnew reports whether p is the SYN-ACK of side again, whose direction alone was captured, and which had said more since: who did
// has its third packet, and answers no SYN again.
func (c *Conn) AnswersAnew(p *capture.Packet, side Side) bool {
	return c.SameSYNACK(p, side) && c.Alone(side) && c.half[side].next.After(segEnd(p))
}

// Departs reports whether p, of side, goes on from o, a packet of by that waits, and not from where this
// connection stands: it is over then, though the capture missed its end, and the answer to o.
func (c *Conn) Departs(p, o *capture.Packet, side, by Side) bool {
	switch {
	case p.Flags&(capture.SYN|capture.RST|capture.ACK) == capture.RST:
		return o.Flags.Has(capture.SYN|capture.ACK) && (side != by && p.Seq == o.Ack || side == by && p.Seq == o.Seq+1) && c.half[side].away(p.Seq)
	case p.Flags&(capture.SYN|capture.ACK) != capture.ACK || p.Flags.Any(capture.RST) && !o.Flags.Any(capture.ACK):
		return false
	}
	its, others := p.Seq, p.Ack
	if side != by {
		its, others = others, its
	}
	first, room := o.Seq, o.PayloadLen+span
	if o.Flags.Any(capture.SYN) {
		first++
	} else if side != by && p.Seq == o.Ack {
		first, room = first-span, room+span // it still lacks what was sent before o
	}
	return its.In(first, first.Add(room)) && c.half[by].away(its) && c.half[1-by].away(others) &&
		(!o.Flags.Any(capture.ACK) || others.In(o.Ack, o.Ack.Add(span)))
}

// Leaves reports whether p, of side, goes on from syn, a SYN of by that waits, though one of the two numbers that it shows lies near
// this connection's, as by chance: the other does not. Of the caller that is its third packet, or data in its place; to
// the responder's it is no evidence without that.
func (c *Conn) Leaves(p, syn *capture.Packet, side, by Side) bool {
	its, others, room := p.Seq, p.Ack, syn.PayloadLen
	if side != by {
		its, others, room = others, its, syn.PayloadLen+span
	}
	return (p.Flags|syn.Flags)&(capture.SYN|capture.RST|capture.ACK) == capture.SYN|capture.ACK && !syn.Flags.Any(capture.ACK) && !p.Flags.Any(capture.SYN) &&
		its.In(syn.Seq+1, syn.Seq.Add(1+room)) && its != c.half[by].next && c.half[by].away(its) != c.half[1-by].away(others)
}

// Unrelated reports whether p, a segment of side, is of another conversation than this connection, which is over: its
// numbers are none of those that the two ends used.
func (c *Conn) Unrelated(p *capture.Packet, side Side) bool {
	foreign := func(s Side, n capture.Seq) bool {
		h := &c.half[s]
		return c.foreign(s, n) || h.bits&(hasNext|sentRSTACKofSYN) == sentRSTACKofSYN // who refused had none
	}
	return p.Flags.Any(capture.ACK) && c.Over() && foreign(side, p.Seq) && foreign(1-side, p.Ack)
}

// span is how many octets fit the window of a SYN, packet how many its packet, on most links.
const (
	span   = 1 << 16
	packet = 1500
)

// away reports whether n is no number of what h is sending.
func (h *half) away(n capture.Seq) bool {
	d := n.Sub(h.next)
	return h.bits&hasNext == 0 || d > span || d < -span
}

// Elsewhere reports whether p, a RST of side, refuses a SYN that is not of this connection, which is over.
func (c *Conn) Elsewhere(p *capture.Packet, side Side) bool {
	return p.Seq == 0 && p.Flags.Any(capture.ACK) && c.Over() && (c.half[side].bits&hasNext == 0 || c.half[side].next != 0) && c.half[1-side].away(p.Ack)
}

// Foreign reports whether p, a SYN-ACK of side, answers nothing that this connection asked, which is open or has its
// SYN-ACK, and begins not where it began.
func (c *Conn) Foreign(p *capture.Packet, side Side) bool {
	me, peer := &c.half[side], &c.half[1-side]
	switch {
	case c.SameSYNACK(p, side) || c.Expects(p, side):
		return false
	case me.bits&sentSYNACK != 0:
		return p.Ack != me.synAck && (peer.bits&sentSYN == 0 || me.synAck.In(peer.isn+1, c.top(1-side)))
	case c.Attempt():
		return false
	case me.bits&sentSYN != 0:
		return p.Seq != me.isn
	}
	// It may be captured late.
	begins := func(s Side, h *half, seq capture.Seq) bool {
		return h.bits&hasNext == 0 || !c.far(s) && h.isn.In(seq, seq.Add(1<<20))
	}
	return peer.bits&sentSYN != 0 || !begins(side, me, p.Seq+1) || !begins(1-side, peer, p.Ack)
}

// SentReset reports whether a RST of side counted.
func (c *Conn) SentReset(side Side) bool { return c.half[side].bits&sentReset != 0 }

// SentFIN reports whether side said that it has no more to send.
func (c *Conn) SentFIN(side Side) bool { return c.half[side].bits&sentFIN != 0 }

// finReached reports whether side's FIN was acknowledged. The peer's own FIN may have done it.
func (c *Conn) finReached(side Side) bool {
	me, peer := &c.half[side], &c.half[1-side]
	return me.bits&sentFIN != 0 && (peer.bits&finAcked != 0 || peer.bits&hasAck != 0 && !peer.ack.Before(me.fin))
}

// Attempt reports whether nothing more than an attempt was seen: no segment
// proves that anything opened, so silence ends it.
func (c *Conn) Attempt() bool {
	return (c.half[0].bits|c.half[1].bits)&(sentSegment|sentPayload) == 0
}

// HalfOpen reports whether the connection is one of those that a flood leaves
// behind: no third packet came.
func (c *Conn) HalfOpen() bool {
	return c.flags&flagCandidate == 0 && c.Attempt()
}

// Answers reports whether p, from the peer of the sender of a SYN with number isn and payload
// n, accepts or refuses that SYN.
func Answers(p *capture.Packet, isn capture.Seq, n uint32) bool {
	f := p.Flags & (capture.SYN | capture.ACK | capture.RST | capture.FIN)
	return (f == capture.SYN|capture.ACK || f == capture.RST|capture.ACK) && p.Ack.After(isn) && !p.Ack.After(isn.Add(1+n))
}

// Fits reports whether the numbers of a non-SYN segment from side lie near
// those of this connection.
func (c *Conn) Fits(p *capture.Packet, side Side) bool {
	me, peer := &c.half[side], &c.half[1-side]
	const near = 1 << 20
	if p.Flags.Has(capture.SYN|capture.ACK) && (c.beyond(p, side) || c.another(p, side)) {
		return false
	}
	if me.bits&hasNext != 0 {
		d := p.Seq.Sub(me.next)
		if d > near || d < -(1<<30) {
			return false
		}
		if me.bits&(sentSYN|sentSYNACK) != 0 && p.Seq.Before(me.isn) && !c.far(side) {
			return false
		}
		if p.Flags.Any(capture.RST) && peer.bits == 0 && me.bits&(sentSYN|sentSegment) == sentSYN && p.Seq.After(me.next) {
			return false // it answers something else
		}
	}
	if p.Flags.Any(capture.ACK) && peer.bits&hasNext != 0 {
		d := p.Ack.Sub(peer.next)
		if d > near || d < -(1<<30) {
			return false
		}
		if peer.bits&(sentSYN|sentSYNACK) != 0 && !p.Ack.After(peer.isn) && !c.far(1-side) {
			return false
		}
		if peer.bits&(sentSYN|sentSegment) == sentSYN && me.bits == 0 && p.Ack.After(peer.next) {
			return false // its SYN is all that it sent
		}
	}
	if p.Flags&(capture.RST|capture.ACK) == capture.RST && me.bits == 0 && peer.bits&(sentSYN|sentSegment) == sentSYN {
		return false // no answer to a SYN: that acknowledges it
	}
	return me.bits&hasNext != 0 || peer.bits&hasNext != 0
}

// beyond reports whether the streams that p, a SYN-ACK of side, begins or acknowledges cannot be
// those that were seen, of which no SYN tells where they began: it begins or acknowledges what lies
// behind all that was sent. Of a stream that its receiver acknowledges it also is not the start where
// there are octets from before it, or none but far behind it: it was not just captured late.
func (c *Conn) beyond(p *capture.Packet, side Side) bool {
	me, peer := &c.half[side], &c.half[1-side]
	switch {
	case (me.bits|peer.bits)&(sentSYN|sentSYNACK) != 0:
		return false
	case peer.bits&sentSegment != 0 && p.Ack.After(peer.next), me.bits&sentSegment != 0 && p.Seq.After(me.next):
		return true
	case me.bits&sentSegment == 0 || peer.bits&hasAck == 0:
		return false
	}
	return c.far(side) || peer.ack.In(me.isn, me.next) && !me.isn.In(p.Seq, p.Seq.Add(1<<20))
}

// another reports whether p, a SYN-ACK of side, is of another connection, however near its numbers lie: the
// next one on the same ports begins only a little further on (RFC 6528). It differs from the SYN-ACK that was
// seen and answers nothing that was asked; or it begins not where the streams began of which, without
// their SYNs, the end was seen.
func (c *Conn) another(p *capture.Packet, side Side) bool {
	me, peer := &c.half[side], &c.half[1-side]
	if me.bits&sentSYNACK != 0 {
		return p.Seq != me.isn && p.Ack != me.synAck && !c.Expects(p, side)
	}
	return (c.Over() || c.Alone(side) && me.bits&sentFIN != 0) && (me.bits|peer.bits)&(sentSYN|sentSYNACK) == 0 && !c.EndsBehind(p, side) &&
		(me.bits&hasNext != 0 && me.isn != p.Seq+1 || peer.bits&hasNext != 0 && peer.isn != p.Ack)
}

// Recalls reports whether p, from side, acknowledges exactly that of two SYNs, or of two SYN-ACKs, of its peer
// that does not count.
func (c *Conn) Recalls(p *capture.Packet, side Side, x *Rest) bool {
	d := p.Seq.Sub(c.half[side].next)
	return p.Flags.Any(capture.ACK) && c.namesOther(p, 1-side, x) &&
		(c.half[side].bits&hasNext == 0 || p.Flags.Any(capture.SYN|capture.RST) || d >= 0 && d < slack)
}

// Asks reports whether of this connection only SYNs of side were seen, and p, a segment of
// side, is not the one that follows them.
func (c *Conn) Asks(p *capture.Packet, side Side) bool {
	me := &c.half[side]
	return me.bits&(sentSYN|sentSYNACK|sentSegment) == sentSYN && c.half[1-side].bits == 0 && p.Seq != me.next
}

// Undone reports whether this connection is a call that was taken back or refused before anything opened, and p, of side, does not go on
// from where it stands: where the one before it on the same ports began with the same numbers (SYN cookies make them again), p is rather of that.
func (c *Conn) Undone(p *capture.Packet, side Side) bool {
	me, peer := &c.half[side], &c.half[1-side]
	return c.Attempt() && c.Over() && me.bits&(sentSYN|sentSYNACK) != 0 && (p.Seq != me.next || p.Flags.Any(capture.ACK) && p.Ack != peer.next)
}

// Said reports whether p, of side, repeats what it sent, or resets from where it stands.
func (c *Conn) Said(p *capture.Packet, side Side) bool {
	me, peer := &c.half[side], &c.half[1-side]
	return me.bits&hasNext != 0 && !segEnd(p).After(me.next) && (!p.Flags.Any(capture.ACK) || peer.bits&hasNext != 0 && !p.Ack.After(peer.next))
}

// Outran reports whether p, of side, lies within what both ends of this connection said, or ends it, while next, which followed on the
// same ports and in which its sender is nextSide, said nothing that reaches there: it is late. Who calls again may begin just before the
// old numbers (RFC 6528 leaves that to chance), so that what is late seems to be ahead.
func (c *Conn) Outran(p *capture.Packet, side Side, next *Conn, nextSide Side) bool {
	within := func(s, ns Side, from, to capture.Seq) bool {
		h, n := &c.half[s], &next.half[ns]
		return h.bits&hasNext != 0 && !c.far(s) && (n.bits&hasNext == 0 || n.next.Before(h.isn)) && !from.Before(h.isn) && !to.After(h.next+1) // a FIN
	}
	return p.Flags&(capture.SYN|capture.ACK) == capture.ACK && within(side, nextSide, p.Seq, segEnd(p)) && within(1-side, 1-nextSide, p.Ack, p.Ack)
}

// Awaits reports whether p, from side, goes on exactly where both ends stand.
func (c *Conn) Awaits(p *capture.Packet, side Side) bool {
	me, peer := &c.half[side], &c.half[1-side]
	return me.bits&peer.bits&hasNext != 0 && p.Flags.Any(capture.ACK) && p.Seq == me.next && p.Ack == peer.next
}

// Stands reports whether p, a RST from side, has the number at which side stands. Who refuses a call has none, and
// sends 0 (RFC 9293, 3.10.7.1).
func (c *Conn) Stands(p *capture.Packet, side Side) bool {
	me := &c.half[side]
	return me.bits&hasNext != 0 && p.Seq == me.next && (p.Seq != 0 || c.Awaits(p, side))
}

// Sent reports whether side may have sent a segment with number seq, as far as was seen of
// it: an ICMP error that quotes another is forged, or of an older connection.
func (c *Conn) Sent(seq capture.Seq, side Side, x *Rest) bool {
	h := &c.half[side]
	if h.bits&hasNext == 0 {
		return true
	}
	if x.Data != nil && x.flags&(dataPrevISN0<<side) != 0 && seq == x.more().prevISN[side] {
		return true
	}
	if h.bits&(sentSYN|sentSYNACK) != 0 && !c.far(side) {
		if seq.Before(h.isn) {
			return false
		}
		if h.bits&(sentSegment|sentPayload) == 0 && c.half[1-side].bits == 0 {
			return !seq.After(h.next)
		}
	}
	d := seq.Sub(h.next)
	return d <= slack && d >= -(1<<30)
}

// Facts is what one side announced and did.
type Facts struct {
	MSS    uint16
	WScale int16 // -1 not announced
	Opts   capture.Opts
	SYN    bool // a SYN or SYN-ACK of this side was seen, so the options are known
	Cut    bool // but were cut
	Lost   uint64
}

// Facts fills f with those of one side.
func (c *Conn) Facts(f *Facts, side Side, x *Rest) {
	h := &c.half[side]
	f.MSS, f.WScale, f.Opts, f.SYN, f.Lost = h.mss, int16(h.wscale), h.announced(), h.bits&(sentSYN|sentSYNACK) != 0, 0
	f.Cut = f.SYN && h.wscale == unseenScale
	if !f.SYN || f.Cut {
		f.WScale = -1
	}
	if x.Data != nil {
		f.Lost = c.lost(side, x)
	}
}

// SYNRetries and SYNACKRetries count the retransmissions of each.
func (x *Rest) SYNRetries() uint64 { return uint64(max(x.syns, 1) - 1) }

// SYNACKRetries counts the repeated SYN-ACKs.
func (x *Rest) SYNACKRetries() uint64 { return uint64(max(x.synacks, 1) - 1) }

// SuspectedRSTs counts the RSTs that no receiver would accept.
func (x *Rest) SuspectedRSTs() uint64 { return uint64(x.suspectedRSTs) }

// RTT gives the smallest, median and largest time from a segment of side to the
// acknowledgement that covers it; ok is false without a sample.
func (x *Rest) RTT(side Side) (lo, mid, hi int64, ok bool) {
	r := &x.more().rtt
	if x.Data != nil && x.owns(side) {
		r = &x.rtt
	}
	mid, ok = r.median()
	lo, hi = r.extremes()
	return lo, mid, hi, ok
}

// BadSums reports whether side sent segments with wrong checksums, and whether
// any of its segments verified.
func (c *Conn) BadSums(side Side) (bad, good bool) {
	return c.half[side].bits&badSum != 0, c.half[side].bits&goodSum != 0
}

// SameSYN reports whether p repeats the SYN of side.
func (c *Conn) SameSYN(p *capture.Packet, side Side) bool {
	return c.half[side].bits&sentSYN != 0 && c.half[side].isn == p.Seq
}

// SameSYNACK reports whether p repeats the SYN-ACK of side.
func (c *Conn) SameSYNACK(p *capture.Packet, side Side) bool {
	return c.half[side].bits&sentSYNACK != 0 && c.half[side].isn == p.Seq
}

// Displaces reports whether p, a SYN-ACK of side, has another number than the one that is known of it.
func (c *Conn) Displaces(p *capture.Packet, side Side) bool {
	return c.half[side].bits&sentSYNACK != 0 && c.half[side].isn != p.Seq
}

// Expects reports whether the SYN-ACK p from side acknowledges the SYN of its
// peer.
func (c *Conn) Expects(p *capture.Packet, side Side) bool {
	peer := &c.half[1-side]
	return peer.bits&sentSYN != 0 && p.Ack.After(peer.isn) && !p.Ack.After(c.top(1-side))
}

// ECN reports whether explicit congestion notification was negotiated by the
// SYNs of originator o and its peer, be it the more accurate one.
func (c *Conn) ECN(o Side) bool { return c.half[o].opts&c.half[1-o].opts&(optECN|optAccECN) != 0 }

// announced is what options the SYN or SYN-ACK of h carried.
func (h *half) announced() capture.Opts {
	o := h.opts &^ (optECN | optAccECN)
	if h.wscale >= 0 {
		o |= capture.OptWScale
	}
	return o
}

// LoneSYN returns the number and options of a connection's SYN when nothing more
// than one bare SYN was seen.
func (c *Conn) LoneSYN() (isn capture.Seq, mss uint16, scale uint8, opts capture.Opts, ok bool) {
	h := &c.half[0]
	if h.bits&^(sentSYN|hasNext|goodSum) != 0 || h.bits&sentSYN == 0 || c.half[1].bits != 0 || c.flags&flagSYNData != 0 {
		return 0, 0, 0, 0, false
	}
	return h.isn, h.mss, uint8(max(h.wscale, 0)), h.announced(), true
}
