package handshake

import "portero/capture"

// What is no part of the connection, or of which it is not known yet: numbers that nobody can have sent.

// farAhead reports whether ack, the first of side that its peer's numbers do not rule out, lies far beyond all that
// its peer was seen to send. It is a stranger's then, unless another goes on from it: a stretch was lost.
func (c *Conn) farAhead(ack capture.Seq, side Side, x *Rest) bool {
	me := &c.half[side]
	goesOn := me.bits&sentWrongAck != 0 && !c.contradicts(side) && ack.After(me.ack) && ack.Sub(me.ack) <= slack
	return ack.Sub(c.half[1-side].next) > slack && !goesOn && c.anchored(1-side, x)
}

// contradicts reports whether the peer of side acknowledged octets that side sent after it had acknowledged, with its third packet,
// what lies far ahead of where its peer stands even so: nothing was lost, but something between them gives numbers of its own in
// one direction.
func (c *Conn) contradicts(side Side) bool {
	peer := &c.half[1-side]
	return c.flags&flagCandidate != 0 && c.candSide() == side && peer.bits&hasAck != 0 && peer.ack.After(c.candSeq) && c.candAck.Sub(peer.next) > slack
}

// madeUp reports whether p, a segment of side, which acknowledged nothing that counts so far, acknowledges what
// its peer, whose SYN alone was seen, or all of whose segments, cannot have sent.
func (c *Conn) madeUp(p *capture.Packet, side Side, x *Rest) bool {
	peer := &c.half[1-side]
	if peer.bits&hasNext == 0 || !p.Ack.After(peer.next) {
		return false
	}
	if x.Data != nil && x.flags&(dataPend0<<(1-side)) != 0 {
		c.weigh(p.Ack, 1-side, x)
	}
	return (peer.bits&sentSYNACK|c.half[side].bits&sentSYN) == 0 && c.preOpen(p, side) || peer.bits&sentSegment != 0 && c.farAhead(p.Ack, side, x)
}

// doubtFIN reports whether p, a FIN of side, acknowledges what was not sent, so that its receiver throws it away
// (RFC 9293, 3.10.7.4). It is kept in mind: what both do next may prove that the capture lost a stretch, see proveFIN.
func (c *Conn) doubtFIN(p *capture.Packet, side Side, off uint32, x *Rest) bool {
	me, peer := &c.half[side], &c.half[1-side]
	if me.bits&sentFIN != 0 || !p.Flags.Any(capture.ACK) || peer.bits&hasNext == 0 || p.Ack.Sub(peer.next) <= slack {
		return false // what it acknowledges may just have been missed
	}
	if peer.bits&(sentSYN|sentSYNACK) != 0 && !c.far(1-side) && !c.anchored(1-side, x) {
		return false // it may be the peer's numbers that are a stranger's
	}
	if x.Data != nil && x.flags&(dataPend0<<(1-side)) != 0 {
		if c.weigh(p.Ack, 1-side, x); !p.Ack.After(peer.next) {
			return false
		}
	}
	if !c.preOpen(p, side) && (me.bits&hasAck == 0 || !c.unsent(p.Ack, side)) {
		return false
	}
	if x.Data != nil {
		me.fin, x.finOff[side] = segEnd(p), off
		d := x.need()
		d.finAck[side] = p.Ack
		d.finAhead |= doubtedFIN0 << side
	}
	return true
}

// proveFIN lets a FIN that is in doubt count where p, from side, is from behind it, or acknowledges just it:
// no stranger knows that number.
func (c *Conn) proveFIN(p *capture.Packet, side Side, x *Rest) {
	me, d := &c.half[side], x.need()
	for s := range 2 {
		h := &c.half[s]
		if d.finAhead&(doubtedFIN0<<s) == 0 || h.bits&sentFIN != 0 || h.next+1 != h.fin ||
			s == side && p.Seq != h.fin || s != side && (!p.Flags.Any(capture.ACK) || p.Ack != h.fin) {
			continue
		}
		h.bits |= sentFIN
		h.next = h.fin
		d.finAhead = d.finAhead&^(doubtedFIN0<<s) | 1<<s
		if s != side && p.Seq == d.finAck[s] && p.Seq.After(me.next) && me.bits&hasNext != 0 {
			x.addHole(side, me.next, p.Seq) // the stretch that was lost
			me.next = p.Seq
		}
	}
}

// misled notes that side acknowledged with p what its peer cannot have sent.
func (c *Conn) misled(p *capture.Packet, side Side) {
	me := &c.half[side]
	me.bits |= sentWrongAck
	if me.bits&hasAck == 0 {
		me.ack = p.Ack // a RST that answers it has this number
	}
}

// Misled reports whether a side acknowledged what its peer cannot have sent, as far as is known: what was missed may have
// been proved since.
func (c *Conn) Misled() bool { return (c.half[0].bits|c.half[1].bits)&sentWrongAck != 0 }

// provesRight lets count what side acknowledged of its peer, of which the SYN alone was seen, where p, the first segment of
// that, begins there: the octets before it were missed, and so was the answer to the SYN.
func (c *Conn) provesRight(side Side, p *capture.Packet, x *Rest) {
	h := &c.half[side]
	h.bits = h.bits&^sentWrongAck | hasAck | sentSegment
	h.edge = h.ack.Add(1 << 16)
	if h.bits&hasNext == 0 {
		c.learn(side, p.Ack, x)
		h.base(p.Ack)
	}
}

// anchored reports whether it is known where the stream of side begins: its SYN or SYN-ACK was captured, and
// is no stranger's.
func (c *Conn) anchored(side Side, x *Rest) bool {
	h, peer := &c.half[side], &c.half[1-side]
	if c.far(side) || x.Data != nil && x.flags&(dataPrevISN0<<side) != 0 {
		return false
	}
	if h.bits&sentSYNACK != 0 {
		return peer.bits&(sentSYN|sentSYNACK) == 0 || peer.bits&sentSYN != 0 && c.acceptable(h.synAck, 1-side, x) || c.crosses(side)
	}
	return h.bits&sentSYN != 0 && side == c.synSide()
}

// precedes reports whether seq, one past a number that side is said to have sent, lies at or before the SYN
// or SYN-ACK with which its stream begins: it belongs to no connection that these open.
func (c *Conn) precedes(seq capture.Seq, side Side, x *Rest) bool {
	return c.half[side].bits&(sentSYN|sentSYNACK) != 0 && !seq.After(c.half[side].isn) && c.anchored(side, x)
}

// unsent reports whether ack, of side, lies far beyond all that its peer was allowed to send. A receiver
// throws a segment away that acknowledges what it did not send, with all that it carries (RFC 9293,
// 3.10.7.4). But the capture may have lost a long stretch of both sides: then the number is right. What
// both do next tells the two apart, so that octets that come with such a number are in doubt, see doubt.
func (c *Conn) unsent(ack capture.Seq, side Side) bool {
	me, peer := &c.half[side], &c.half[1-side]
	room := int64(0)
	if me.bits&hasAck != 0 {
		room = max(room, int64(me.offered().Sub(peer.next)))
	}
	return int64(ack.Sub(peer.next)) > room+slack
}

// preOpen reports whether the peer of side showed its SYN or SYN-ACK and nothing
// more, so that an acknowledgement of further octets has nothing to rest on. A
// responder whose SYN-ACK fits is believed: the initiator's segments were missed.
//
// So is who sends octets or a FIN, or acknowledged the SYN before, and acknowledges what lies right behind a SYN, though
// the answer was missed: of a challenge ACK neither is true.
func (c *Conn) preOpen(p *capture.Packet, side Side) bool {
	me, peer := &c.half[side], &c.half[1-side]
	if peer.bits&(sentSYN|sentSYNACK) == 0 || peer.bits&sentSegment != 0 {
		return false
	}
	if me.bits&(sentSegment|hasAck) == sentSegment|hasAck && peer.bits&sentSYNACK != 0 && !p.Ack.After(me.offered()) {
		return false // it completed, and what it offered was sent, and missed or not captured yet
	}
	if peer.bits&(sentSYN|sentSYNACK) == sentSYN && me.bits&(sentSYN|sentSYNACK) == 0 &&
		(p.PayloadLen > 0 || p.Flags.Any(capture.FIN) || me.bits&hasAck != 0) && p.Ack.Sub(peer.isn) < slack {
		return false
	}
	return peer.bits&sentSYNACK != 0 || me.bits&sentSYNACK == 0
}

// passes notes what side acknowledges from ahead of what was seen of it. Until its FIN is, finAck is free for that; 0 is nothing.
func (x *Rest) passes(side Side, ack capture.Seq) {
	if d := x.need(); d.finAhead&((1|doubtedFIN0)<<side) == 0 {
		d.finAck[side] = ack
	}
}

// unpass forgets what passes noted of side, which sent more since as its peer acknowledges: it was not from behind a FIN.
func (x *Rest) unpass(side Side) {
	if d := x.more(); d.finAhead&((1|doubtedFIN0)<<side) == 0 && d.finAck[side] != 0 {
		x.need().finAck[side] = 0
	}
}

// passedFIN reports whether side had not heard the FIN of its peer, which ends at fin, when it sent its own: what it acknowledged from
// right behind that (last) tells so, and the FIN at hand is a copy of one that was missed.
func (x *Rest) passedFIN(side Side, last bool, fin capture.Seq) bool {
	d := x.more()
	return last && d.finAhead&((1|doubtedFIN0)<<side) == 0 && d.finAck[side] != 0 && d.finAck[side].Before(fin)
}
