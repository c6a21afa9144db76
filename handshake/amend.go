package handshake

import "portero/capture"

// What a later packet changes of what was taken for seen: damaged numbers, answers that were captured
// before what they answer, and the choice between two SYNs.

// refusedBefore reports whether all that was captured before p is the RST that answers it.
func (c *Conn) refusedBefore(p *capture.Packet, side Side) bool {
	me, peer := &c.half[side], &c.half[1-side]
	return me.bits&^(goodSum|badSum) == 0 && peer.bits&sentRSTACKofSYN != 0 && peer.synAck == segEnd(p)
}

// answeredBefore reports whether all that was captured before p, whose SYN comes with other flags, is the SYN-ACK that answers it,
// and the RST with which side takes it back.
func (c *Conn) answeredBefore(p *capture.Packet, side Side) bool {
	me, peer := &c.half[side], &c.half[1-side]
	return p.Flags&(capture.SYN|capture.ACK) == capture.SYN && me.bits&(sentSYN|sentSYNACK|sentSegment|sentPayload) == 0 &&
		peer.bits&(sentSYN|sentSYNACK|sentSegment) == sentSYNACK && peer.synAck.In(p.Seq+1, segEnd(p))
}

// madeUpBefore reports whether side, of which all that counts was captured before p, the SYN-ACK of its peer, acknowledged then
// with its third packet what its peer, of which no octet was seen, did not send as far as is known. That is in doubt as if it had
// come behind p, see preOpen. Where it said more, only so far as may come at once: octets that prove it right are looked for no further.
func (c *Conn) madeUpBefore(p *capture.Packet, side Side) bool {
	me, start := &c.half[side], p.Ack
	if me.bits&sentSYN != 0 {
		start = me.isn + 1
	}
	if c.flags&flagCandidate == 0 || c.candSide() != side || me.bits&(sentFIN|hasAck) != hasAck || c.candSeq != start ||
		!c.candAck.After(segEnd(p)) {
		return false
	}
	if near := me.ack.In(segEnd(p), segEnd(p).Add(span)); !near && (me.bits&(sentSYN|sentPayload) != sentSYN || me.next != c.candSeq) {
		return false
	}
	me.bits = me.bits&^hasAck | sentWrongAck
	return true
}

// takenBackBefore reports whether all that was captured of side before p, its SYN, is the RST that takes p back,
// or ends what p opens: before side sends an octet, or with the numbers of both ends.
func (c *Conn) takenBackBefore(p *capture.Packet, side Side) bool {
	me, end := &c.half[side], segEnd(p)
	if me.bits&sentRSTACKofSYN != 0 {
		end = later(end, p.Seq.Add(span))
	}
	return me.bits&(sentReset|sentSYN|sentSYNACK|sentSegment|sentPayload) == sentReset && me.next.In(p.Seq, end)
}

// redeem takes back what side sent with wrong checksums before p, the first of its segments
// that verifies: it sends no offloaded sums, so its peer threw them away.
func (c *Conn) redeem(p *capture.Packet, side Side, x *Rest) {
	me, peer := &c.half[side], &c.half[1-side]
	if me.bits&sentReset != 0 {
		c.takeBack(side, x)
	}
	if c.misread(p, side, x) {
		c.unread(side, x)
		return
	}
	if x.Sent == 2 && x.Data != nil && p.Flags.Any(capture.ACK) && me.bits&(sentSYN|sentSYNACK|hasAck) == hasAck && p.Ack.Before(me.ack) && peer.next == me.ack {
		// Nobody takes back what it acknowledged: that number was damaged, and what it said of its peer is not so.
		if lo, ok := x.lastHole(1-side, me.ack); ok {
			x.fill(1-side, lo, me.ack)
			peer.next = lo
			me.ack, me.edge = p.Ack, p.Ack
		}
	}
	// The opening segment that arrived is p. What it answers was not sent again for it, so
	// that nobody knows how long the answer took.
	switch f := p.Flags; {
	case f&(capture.SYN|capture.ACK|capture.RST|capture.FIN) == capture.SYN && me.bits&(sentSYN|sentSegment) == sentSYN && me.isn != p.Seq && peer.bits == 0:
		// Its number came broken, and what it carried comes again.
		me.bits &^= sentSYN
		x.synOff, x.syns = 0, 0
		if x.Data != nil {
			x.Payload[side] = 0
		}
	case !f.Any(capture.SYN) || f.Any(capture.RST|capture.FIN) || me.isn != p.Seq || me.copies != 1:
	case f.Any(capture.ACK) && me.bits&sentSYNACK != 0 && peer.bits&sentSYNACK == 0:
		me.bits &^= sentSYNACK
		x.synackOff, x.synacks = 0, 0
		peer.copies = max(peer.copies, 2)
	case !f.Any(capture.ACK) && me.bits&sentSYN != 0 && peer.bits == 0:
		me.bits &^= sentSYN
		x.synOff, x.syns = 0, 0
	}
	// Of one segment that was damaged every number may be wrong, and what it carried is sent again. Where the
	// peer acknowledged it, or more of them came, its sums are just not finished.
	if x.Sent != 2 || me.bits&(sentSYN|sentSYNACK) != 0 || me.bits&hasNext == 0 || peer.bits&hasAck != 0 && peer.ack == me.next {
		return
	}
	if !p.Flags.Any(capture.SYN|capture.RST) && p.Seq == me.isn && segEnd(p) == me.next && p.Ack == me.ack {
		return // nothing was wrong with its numbers, and it was sent again
	}
	c.disown(side, x)
	me.bits &^= hasAck | sentWrongAck
	if peer.bits&^(hasNext|goodSum|badSum) == 0 {
		peer.bits &^= hasNext // told by its acknowledgement alone
	}
}

// Misread is misread for who is about to let the connection see p.
func (c *Conn) Misread(p *capture.Packet, side Side, x *Rest) bool {
	return p.Bits&(capture.BadSum|capture.PartialSum|capture.Unchecked) == 0 && c.half[side].bits&(badSum|goodSum) == badSum && c.misread(p, side, x)
}

// misread reports whether p shows that the flags were damaged of all that was seen of side before, which came with wrong checksums, and
// to which its peer did not react: p, which verifies, opens otherwise, or its octets begin at the number that a SYN would take.
func (c *Conn) misread(p *capture.Packet, side Side, x *Rest) bool {
	me, peer := &c.half[side], &c.half[1-side]
	if x.Sent == 2 && !p.Flags.Any(capture.SYN) && me.bits&(sentSYN|sentSYNACK|sentSegment) == 0 {
		return true // what it carried is sent again
	}
	if x.Sent == 2 && c.misnumbered(p, side, x) {
		return true
	}
	if peer.bits&^(hasNext|goodSum|badSum|sentSYN) != 0 {
		return false
	}
	if c.flags&flagOddFirst != 0 && side == c.synSide() && me.bits&(sentSYN|sentSYNACK|sentSegment) == 0 {
		return true
	}
	if x.Sent != 2 {
		return false
	}
	switch p.Flags & (capture.SYN | capture.ACK | capture.RST | capture.FIN) {
	case capture.SYN:
		return me.bits&(sentSYN|sentSYNACK) == sentSYNACK
	case capture.SYN | capture.ACK:
		return me.bits&(sentSYN|sentSYNACK) == sentSYN && me.isn == p.Seq
	}
	return !p.Flags.Any(capture.SYN) && me.bits&(sentSYN|sentSYNACK) != 0 && me.isn == p.Seq && p.PayloadLen > 1 // a keep-alive has no more
}

// misnumbered reports whether p, a segment of side, shows that the number was damaged of the SYN, or SYN-ACK, which is all that was seen of
// side before: its peer acknowledged another, and there p begins.
func (c *Conn) misnumbered(p *capture.Packet, side Side, x *Rest) bool {
	me, peer := &c.half[side], &c.half[1-side]
	if p.Flags&(capture.SYN|capture.RST|capture.ACK) != capture.ACK || p.Seq == me.next {
		return false
	}
	switch me.bits & (sentSYN | sentSYNACK) {
	case sentSYN:
		return peer.bits&(sentSYN|sentSYNACK) == sentSYNACK && p.Seq == peer.synAck && !c.acceptable(peer.synAck, side, x)
	case sentSYNACK:
		return c.flags&flagCandidate != 0 && c.candSide() != side && c.candAck == p.Seq
	}
	return false
}

// answersMissed reports whether p, a segment of side right behind its SYN, acknowledges another SYN-ACK than the one that was seen, whose
// checksum is wrong as that of all that was seen of its sender: its number was damaged, and it is forgotten. What arrived was missed.
func (c *Conn) answersMissed(p *capture.Packet, side Side, x *Rest) bool {
	me, peer := &c.half[side], &c.half[1-side]
	if p.Bits&(capture.BadSum|capture.PartialSum|capture.Unchecked) != 0 || me.bits&(sentSYN|sentSYNACK|sentSegment|goodSum) != sentSYN|goodSum ||
		p.Seq != me.isn+1 || peer.bits&(belongs|badSum|goodSum) != sentSYNACK|badSum || peer.synAck != p.Seq || side != c.synSide() {
		return false
	}
	c.unread(1-side, x)
	return true
}

// unread forgets all that was seen of side, see misread.
func (c *Conn) unread(side Side, x *Rest) {
	me, peer := &c.half[side], &c.half[1-side]
	if me.bits&sentSYNACK != 0 {
		x.synackTime, x.synackOff, x.synackTS, x.synacks = 0, 0, 0, 0
	}
	if peer.bits&sentSYN == 0 {
		x.synTime, x.synOff, x.synTS, x.syns = 0, 0, 0, 0
		c.flags &^= flagSYNBy1 | flagSYNData | flagOddFirst
		c.zeekFlags &= 1<<probeShift - 1
	}
	if c.flags&flagCandidate != 0 && c.candSide() == side {
		c.flags &^= flagCandidate | flagCandSide
		x.candOff = 0
	}
	c.disown(side, x)
	me.bits &= goodSum | badSum
	if peer.bits&(hasAck|sentWrongAck) == sentWrongAck {
		peer.bits &^= sentWrongAck // it was the number that was wrong
	}
	if peer.bits&^(hasNext|goodSum|badSum) == 0 {
		peer.bits &^= hasNext // told by its acknowledgement alone
	}
	peer.copies = max(peer.copies, 2) // nobody knows how long the answer took
}

// disown forgets what was seen of side's stream.
func (c *Conn) disown(side Side, x *Rest) {
	c.half[side].bits &^= sentSegment | sentPayload | sentFIN | finAcked | hasNext
	x.finOff[side] = 0
	if x.Data == nil {
		return
	}
	x.Payload[side] = 0
	c.giveUp(side, x)
	if x.details != 0 {
		d := x.need()
		d.Lost[side], d.Retrans[side], d.OOO[side] = 0, 0, 0
	}
}

// forsake clears away a SYN-ACK that acknowledges no SYN of its receiver, a stranger's or a damaged one, where p, a segment
// of its sender, acknowledges the SYN or what followed it: another SYN-ACK was missed. Who sent this one knew no number of
// the caller's.
func (c *Conn) forsake(p *capture.Packet, side Side, x *Rest) {
	r := 1 - c.synSide()
	from, to := &c.half[r], &c.half[1-r]
	if side != r || from.bits&(sentSYNACK|sentSYN|sentSegment) != sentSYNACK || to.bits&(sentSYN|sentSYNACK) != sentSYN ||
		c.acceptable(from.synAck, 1-r, x) || c.unseenSYN(1-r, x) || !p.Ack.In(to.isn+1, c.top(1-r)) {
		return
	}
	c.disown(r, x)
	from.bits &^= sentSYNACK | hasAck | sentWrongAck
	from.mss, from.opts, from.wscale, from.copies = 0, 0, 0, 0
	to.bits &^= sentWrongAck
	x.synackTime, x.synackOff, x.synackTS, x.synacks = 0, 0, 0, 0
	if x.Data != nil {
		x.flags &^= dataPrevISN0 << r
		if d := x.more(); d.latestSYN != (synCopy{}) {
			x.synackTime, x.synackTS = d.latestSYN.time, d.latestSYN.ts
		}
	}
	if c.flags&flagCandidate != 0 && c.candSide() == r {
		c.flags &^= flagCandidate
		x.candOff, x.candTime = 0, 0
	}
}

// behind looks at what was captured before p, the first SYN of side, though it came after: how far
// its peer acknowledged, which it returns, and segments of its own, before which then octets are missing.
func (c *Conn) behind(p *capture.Packet, side Side, x *Rest) (acked capture.Seq) {
	me, peer := &c.half[side], &c.half[1-side]
	switch end := segEnd(p); {
	case me.bits&peer.bits&hasNext != 0 && me.bits&sentSegment != 0 && peer.bits&sentSYNACK != 0 && me.isn == peer.synAck && me.isn.In(end+1, p.Seq.Add(span)):
		if x.Data != nil {
			x.addHole(side, end, me.isn) // came on another copy, see unseenSYN
		}
	case me.bits&hasNext == 0 || peer.bits&sentSYNACK != 0 && !peer.synAck.In(p.Seq+1, segEnd(p)):
	case me.bits&sentSegment == 0:
		if me.next.Sub(p.Seq) < 1<<20 {
			if end := segEnd(p); x.Data != nil && me.isn.After(end) {
				x.addHole(side, end, me.isn)
			}
			return me.next
		}
	case x.Data != nil && me.isn.Sub(p.Seq) < 1<<20:
		from := segEnd(p)
		if peer.bits&sentSYNACK != 0 {
			from = peer.synAck // behind what it took of p
		}
		if me.isn.After(from) {
			x.addHole(side, from, me.isn)
		}
	}
	return p.Seq
}

// reachesBack lets the stream of side, of which neither SYN nor SYN-ACK was seen, begin where the third packet of its peer says with ack:
// what lies between that and what was seen of it was missed, or comes late.
func (c *Conn) reachesBack(side Side, ack capture.Seq, x *Rest) {
	if h := &c.half[side]; x.Data != nil && h.bits&(hasNext|sentSYN|sentSYNACK) == hasNext && h.isn.In(ack+1, ack.Add(span)) && !c.far(side) {
		x.addHole(side, ack, h.isn)
		h.isn = ack
	}
}

// begins clears away what was seen of side before its SYN-ACK p, which fits, and is not of
// the stream that p begins: a refusal of an earlier try, and forged numbers. What was only
// captured before it lies behind its number.
func (c *Conn) begins(p *capture.Packet, side Side, x *Rest) {
	me := &c.half[side]
	// No more than fits the window of a SYN can be on its way by then.
	of := func(seq capture.Seq) bool { return seq.In(p.Seq+1, p.Seq.Add(1<<16)) }
	if me.bits&sentReset != 0 {
		seq := me.next
		if x.Data != nil && x.flags&dataReset != 0 {
			seq = x.more().rstSeq[side]
		}
		// A closed port refuses with number 0 (RFC 9293, 3.10.7.1), whatever begins near it.
		if !of(seq) || seq == 0 && me.bits&sentRSTACKofSYN != 0 {
			refused := me.bits & sentRSTACKofSYN
			off := c.resetBy(side, x)
			c.takeBack(side, x)
			if x.Data != nil && refused != 0 && off != 0 {
				d := x.need()
				last := x.syns == 1 || d.synackEcho == uint32(x.syns) && !c.namesOther(p, 1-side, x)
				if d.synackEcho = 0; last && c.flags&flagCandidate == 0 {
					d.synackEcho = off // see refusedFirst
					me.bits |= refused
				}
			}
		}
	}
	if me.bits&sentSegment != 0 && (!of(me.next) || me.bits&(sentSYN|sentSYNACK) == 0 && !c.far(side) && !of(me.isn)) {
		c.disown(side, x)
	}
	c.answers(p, side, x)
}

// refusedFirst is where the RST was that refused the SYN of the peer of side, and all its copies, before the SYN-ACK of side, which
// answers it too; 0 where there was none. One of them is of somebody between. Whoever called is gone by then, unless it goes on; one that
// called again had not heeded it. It lies where the echo of a timestamp does, which is not needed then.
func (c *Conn) refusedFirst(side Side, x *Rest) uint32 {
	if c.half[side].bits&(sentSYNACK|sentRSTACKofSYN) != sentSYNACK|sentRSTACKofSYN || !c.acceptable(c.half[side].synAck, 1-side, x) {
		return 0
	}
	return x.more().synackEcho
}

// refusedLast keeps how many SYNs the RST of side answered that refused them, as long as side sent no SYN-ACK.
func (c *Conn) refusedLast(side Side, x *Rest) {
	if c.half[side].bits&(sentSYNACK|sentRSTACKofSYN) == sentRSTACKofSYN {
		x.need().synackEcho = uint32(x.syns)
	}
}

// answers reports whether p, a SYN-ACK of side, answers the other of two SYNs, and makes that
// the one that counts.
func (c *Conn) answers(p *capture.Packet, side Side, x *Rest) bool {
	peer := &c.half[1-side]
	if 1-side != c.synSide() || peer.bits&(sentSYN|sentSegment) != sentSYN || !c.namesOther(p, 1-side, x) {
		return false
	}
	c.swapSYN(1-side, x)
	return true
}

// namesOther reports whether p acknowledges, of two SYNs or two SYN-ACKs of side, the one that does
// not count.
func (c *Conn) namesOther(p *capture.Packet, side Side, x *Rest) bool {
	return c.reachesOther(p.Ack, side, x) && !c.half[side].opensTo(p.Ack)
}

// reachesOther reports whether seq lies right behind, of two SYNs or two SYN-ACKs of side, the one that does not
// count, or behind octets that this one carried.
func (c *Conn) reachesOther(seq capture.Seq, side Side, x *Rest) bool {
	if x.Data == nil || x.flags&(dataPrevISN0<<side) == 0 {
		return false
	}
	d := x.more()
	first := d.prevISN[side] + 1
	return seq.In(first, first.Add(uint32(d.prevLen[side])))
}

// opensTo reports whether seq lies right behind the SYN or SYN-ACK of h, or behind octets that it carried.
func (h *half) opensTo(seq capture.Seq) bool {
	return seq.In(h.isn+1, (h.isn + 1).Add(uint32(h.carried())))
}

// followsOther makes, of two SYNs of side of which none was answered as far as was seen, or of two SYN-ACKs in
// the only direction that was captured, that one count which p, the first segment of side, goes on from.
func (c *Conn) followsOther(p *capture.Packet, side Side, x *Rest) {
	me, peer := &c.half[side], &c.half[1-side]
	if peer.bits&sentSYNACK != 0 && side == c.synSide() {
		c.followsForgotten(p, side, x)
		return
	}
	if me.bits&sentSegment != 0 || peer.bits&sentSYNACK != 0 || !c.reachesOther(p.Seq, side, x) || me.opensTo(p.Seq) {
		return
	}
	switch {
	case side == c.synSide() && me.bits&sentSYN != 0:
		c.swapSYN(side, x)
	case me.bits&(sentSYN|sentSYNACK) == sentSYNACK && peer.bits&belongs == 0 && p.Flags.Any(capture.ACK):
		o := c.swap(side, opening{x.synackTime, x.synackOff, x.synackTS}, x)
		x.synackTime, x.synackOff, x.synackTS = o.time, o.off, o.ts
		me.synAck, me.ack = p.Ack, p.Ack // what it answered is not known any more
		me.edge = p.Ack.Add(c.window(p, me, peer))
		peer.bits &^= hasNext
		c.learn(1-side, p.Ack, x)
		peer.base(p.Ack)
	}
}

// followsForgotten lets the SYN count that the peer of side answered, though it is none of the two that are known, where p, the first
// segment of side, goes on from it: side called with more numbers than are kept, or that call was missed. Who did not call so refuses
// the answer with a RST (RFC 9293, 3.10.7.3).
func (c *Conn) followsForgotten(p *capture.Packet, side Side, x *Rest) {
	me, peer := &c.half[side], &c.half[1-side]
	if me.bits&(sentSYN|sentSYNACK|sentSegment) != sentSYN || peer.bits&(sentSYN|sentSYNACK) != sentSYNACK || c.flags&(flagCandidate|flagSYNData) != 0 ||
		!p.Flags.Any(capture.ACK) || p.Seq != peer.synAck || !p.Ack.In(peer.isn+1, c.top(1-side)) || c.acceptable(peer.synAck, side, x) {
		return
	}
	d := x.need()
	d.prevISN[side], d.prevLen[side], d.prevOpen[side] = me.isn, 0, opening{x.synTime, x.synOff, x.synTS}
	me.isn, me.next, me.copies = p.Seq-1, p.Seq, 2 // how long the answer took nobody knows
	x.synOff, x.synTS = 0, 0
}

// keepOldest keeps of three SYNs of side, the opener, with three numbers the first, which the third displaces. It lies
// where what is told of the answer and of what follows it is kept once they come. What it carried is not kept.
func (c *Conn) keepOldest(side Side, x *Rest) {
	if x.synackOff != 0 || x.flags&(dataPrevISN0<<side) == 0 {
		return
	}
	d := x.need()
	d.candEcho, d.latestSYN = uint32(d.prevISN[side]), synCopy{d.prevOpen[side].time, d.prevOpen[side].off}
}

// recallOldest lets the SYN that keepOldest kept displace the other of the two that are known besides, where p, the
// first answer to side, acknowledges it.
func (c *Conn) recallOldest(p *capture.Packet, side Side, x *Rest) {
	if x.Data == nil || x.synackOff != 0 || x.flags&(dataPrevISN0<<side) == 0 || side != c.synSide() {
		return
	}
	d := x.more()
	if d.latestSYN == (synCopy{}) {
		return
	}
	d = x.need()
	if p.Ack == capture.Seq(d.candEcho)+1 && !c.acceptable(p.Ack, side, x) {
		d.prevISN[side], d.prevLen[side] = capture.Seq(d.candEcho), 0
		d.prevOpen[side] = opening{time: d.latestSYN.time, off: d.latestSYN.ts}
	}
	d.candEcho, d.latestSYN = 0, synCopy{}
}

// keepOldestAnswer keeps of three SYN-ACKs of side with three numbers the first, which the third displaces, as keepOldest does of
// SYNs: who answers with cookies (RFC 4987, 3.6) gives each copy of the SYN another number, and takes an acknowledgement of any.
func (c *Conn) keepOldestAnswer(side Side, x *Rest) {
	if c.flags&flagCandidate != 0 || x.flags&(dataPrevISN0<<side) == 0 || x.more().candEcho != 0 {
		return
	}
	d := x.need()
	d.candEcho, d.latestSA = uint32(d.prevISN[side]), synCopy{d.prevOpen[side].time, d.prevOpen[side].off}
}

// recallOldestAnswer lets the SYN-ACK that keepOldestAnswer kept displace the other of the two of side that are known besides,
// where p, the first segment of its peer, acknowledges it.
func (c *Conn) recallOldestAnswer(p *capture.Packet, side Side, x *Rest) {
	if c.flags&flagCandidate != 0 || x.Data == nil || x.flags&(dataPrevISN0<<side) == 0 || x.more().candEcho == 0 {
		return
	}
	d := x.need()
	if p.Ack == capture.Seq(d.candEcho)+1 && !c.reachesOther(p.Ack, side, x) && !c.half[side].opensTo(p.Ack) {
		d.prevISN[side], d.prevLen[side] = capture.Seq(d.candEcho), 0
		d.prevOpen[side] = opening{time: d.latestSA.time, off: d.latestSA.ts}
	}
	d.candEcho, d.latestSA = 0, synCopy{}
}

// recalls reports whether p acknowledges, of the SYN-ACKs of side, one that does not count.
func (c *Conn) recalls(p *capture.Packet, side Side, x *Rest) bool {
	c.recallOldestAnswer(p, side, x)
	return c.namesOther(p, side, x)
}

func (c *Conn) swapSYN(side Side, x *Rest) {
	o := c.swap(side, opening{x.synTime, x.synOff, x.synTS}, x)
	x.synTime, x.synOff, x.synTS = o.time, o.off, o.ts
}

// swap makes that one count in the place of now, and returns when and where it was seen.
func (c *Conn) swap(side Side, now opening, x *Rest) (other opening) {
	h, d := &c.half[side], x.need()
	other, d.prevOpen[side] = d.prevOpen[side], now
	n := d.prevLen[side]
	d.prevLen[side] = h.carried()
	h.isn, d.prevISN[side] = d.prevISN[side], h.isn
	h.next, h.copies = (h.isn + 1).Add(uint32(n)), 1
	return other
}
