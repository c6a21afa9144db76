package handshake

import (
	"time"

	"portero/capture"
)

// observeSegment takes a packet without SYN and RST.
func (c *Conn) observeSegment(p *capture.Packet, side Side, off uint32, x *Rest) (odd Oddity) {
	me, peer := &c.half[side], &c.half[1-side]
	end := segEnd(p)

	if x.Data != nil && x.flags&(dataPrevISN0<<side) != 0 {
		c.followsOther(p, side, x)
	}
	if me.bits&sentSYNACK != 0 && p.Flags.Any(capture.ACK) {
		c.forsake(p, side, x)
	}
	switch {
	case p.Flags.Any(capture.ACK) && (p.Seq != me.next || me.bits&hasAck == 0) && c.precedes(p.Ack, 1-side, x):
		if !c.answersMissed(p, side, x) {
			if me.bits&hasAck == 0 {
				c.misled(p, side)
			}
			return 0
		}
	case p.Flags.Any(capture.ACK) && me.bits&hasAck == 0 && c.madeUp(p, side, x):
		if !c.answersMissed(p, side, x) {
			c.misled(p, side)
			return OddAckUnsent
		}
	case c.precedes(p.Seq+1, side, x):
		return 0
	case me.bits&sentFIN != 0 && peer.bits&hasAck != 0 && peer.ack == me.fin && p.Seq.After(me.fin+1):
		return OddSeqWindow // nothing follows a FIN; some stacks send another right behind theirs
	}

	if x.Data != nil && x.details != 0 && x.more().finAhead&(3*doubtedFIN0) != 0 {
		c.proveFIN(p, side, x)
	}
	if peer.bits&(belongs|hasAck) == sentWrongAck && me.bits&(sentSYN|sentSegment) == sentSYN && p.Flags.Any(capture.ACK) &&
		p.Seq == peer.ack && p.Seq.Sub(me.isn) < slack {
		c.provesRight(1-side, p, x)
	}

	if d := p.Seq.Sub(me.next); peer.bits&(hasAck|sentWrongAck) == sentWrongAck && me.bits&sentSYNACK != 0 &&
		p.Flags.Any(capture.ACK) && d >= 0 && d <= span && end.After(me.next) && peer.ack.In(me.next+1, end+1) && (me.bits&sentSegment == 0 || end.Sub(me.isn) <= span) {
		peer.bits = peer.bits&^sentWrongAck | hasAck // what it acknowledged was sent, and missed or captured late
		peer.edge = peer.ack.Add(1 << 16)
	}

	// The candidate for the third packet: the first segment with ACK of a side
	// that opens, or a better one.
	if p.Flags.Any(capture.ACK) {
		c.propose(p, side, off, x)
	}

	if x.Data != nil && x.flags&(dataPend0<<side) != 0 {
		c.goesOn(p, side, x)
	}

	// Is the segment where its receiver expects it?
	if me.bits&hasNext == 0 {
		first := p.Seq
		if peer.bits&hasAck != 0 && peer.ack.Before(p.Seq) && p.Seq.Sub(peer.ack) < 1<<30 {
			// The peer expects octets before this segment: they were missed.
			first = peer.ack
		}
		c.learn(side, first, x)
		me.base(first)
	} else if d := p.Seq.Sub(me.next); d > 0 {
		limit, most := me.next, me.next
		if peer.bits&hasAck != 0 {
			most = later(most, peer.offered())
			limit = later(limit, later(peer.edge, peer.ack.Add(min(uint32(most.Sub(peer.ack)), 1<<settledBits))))
		}
		if int64(d) > int64(limit.Sub(me.next))+slack {
			// Beyond anything the receiver offered, as far as is known.
			if !c.runsOn(p, side, off, x) {
				if int64(d) <= int64(most.Sub(me.next))+slack {
					return 0 // the scale of its windows, which was missed, may be that large
				}
				return OddSeqWindow
			}
		}
	} else if int64(d) < -(1<<30) || me.bits&(sentSYN|sentSYNACK) == 0 && me.isn.Sub(p.Seq) > 1<<settledBits && !c.far(side) {
		return OddSeqWindow // what was captured that late was not
	}
	me.bits |= sentSegment

	if p.PayloadLen > 0 {
		if !(p.PayloadLen == 1 && p.Seq+1 == me.next && c.keepsAlive(p, side, x)) {
			me.bits |= sentPayload
			if x.Data != nil {
				c.greet(p, side, x)
				before := me.next
				repair := c.count(p.Seq, p.Seq.Add(p.PayloadLen), side, x) && !x.probes(side, p)
				if repair {
					x.pace.loss = grown(x.pace.loss, x.Quiet)
					if x.flags&dataAsked != 0 && c.opens(side) && !(peer.bits&hasAck != 0 && !p.Seq.Add(p.PayloadLen).After(peer.ack)) {
						x.pace.askedAt += min(max(x.Quiet, 0), max(p.Time-x.pace.askedAt, 0)) // it was lost, and nobody was waited for
					}
				}
				if !repair || me.next.After(before) {
					x.talk(c.opens(side), p)
				}
				if me.next.After(before) {
					c.sent(side, me.next, p.Time, x.Data)
				}
				if p.Flags.Any(capture.ACK) && peer.bits&hasNext != 0 && p.Ack.After(peer.next) && c.unsent(p.Ack, side) {
					x.doubt(side, later(before, p.Seq), me.next) // what lies before it was just missed
				}
			} else if p.Seq.Add(p.PayloadLen).After(me.next) {
				me.next = p.Seq.Add(p.PayloadLen)
			}
		}
	} else if p.Seq.After(me.next) && !(p.Flags.Any(capture.ACK) && peer.bits&hasNext != 0 && p.Ack.After(peer.next) && c.unsent(p.Ack, side)) {
		// A bare ACK from ahead, and believable: what lies between was missed.
		if x.Data != nil {
			x.addHole(side, me.next, p.Seq)
			if p.Flags.Any(capture.ACK) {
				x.passes(side, p.Ack)
			}
		}
		me.next = p.Seq
	}
	if p.Flags.Any(capture.FIN) && !c.doubtFIN(p, side, off, x) {
		if me.bits&sentFIN != 0 && x.Data != nil {
			x.spoil(side) // it is sent again, and the octets before it may have been
		}
		if me.bits&sentFIN == 0 && (!end.Before(me.next) || x.Data == nil || x.fill(side, end-1, end) > 0 || me.bits&(sentSYN|sentSYNACK) == 0 && me.isn == end) {
			// Behind what was sent there is none but one that is missing.
			if peer.bits&sentFIN != 0 && me.fin == end && x.finOff[side] == 0 {
				peer.bits |= finAcked // noted below: this is a copy of one that was missed
			}
			me.bits |= sentFIN
			me.fin = end
			x.finOff[side] = off
			if p.Flags.Any(capture.ACK) && peer.bits&sentFIN != 0 && !p.Ack.Before(peer.fin) && !x.passedFIN(side, end == me.next, peer.fin) {
				me.bits |= finAcked
			}
			if p.Flags.Any(capture.ACK) && peer.bits&sentFIN == 0 && x.finOff[1-side] == 0 {
				peer.fin = p.Ack // it may be behind a FIN that was not captured yet
			}
			if d := x.more(); d.finAhead&(2>>side) != 0 && !d.finAck[1-side].Before(me.fin) {
				peer.bits |= finAcked // it answers this one, which was captured late
				me.bits &^= finAcked  // or is a copy of one that was missed, and names what came between
			}
			if x.Data != nil && p.Flags.Any(capture.ACK) && peer.bits&(hasNext|sentFIN) == hasNext &&
				(p.Ack.After(peer.next) || x.holeCount[1-side] > 0 && p.Ack == peer.next) {
				d := x.need()
				d.finAhead |= 1 << side
				d.finAck[side] = p.Ack
			}
		} else if end == me.fin && p.Flags.Any(capture.ACK) && peer.bits&sentFIN != 0 && p.Ack.Before(peer.fin) {
			me.bits &^= finAcked // the first, captured behind its copy: who acknowledges less spoke before
		}
		if me.bits&sentFIN != 0 && end != me.fin && peer.bits&hasAck != 0 && peer.ack.Before(me.fin) && !p.Seq.After(peer.ack) && end.After(peer.ack) {
			// There is one end only, and this is the one that the peer waits for.
			if me.next == me.fin {
				me.next--
			}
			me.fin = end
			x.finOff[side] = off
			if p.Flags.Any(capture.ACK) && peer.bits&sentFIN != 0 && !p.Ack.Before(peer.fin) {
				me.bits |= finAcked
			}
		}
		if end.After(me.next) {
			me.next = end
			if x.Data != nil {
				x.fill(side, end-1, end) // acknowledged before it was captured
			}
		} else if x.Data != nil {
			x.fill(side, end-1, end) // captured late: its place was noted as missing
			if me.isn == end {
				me.base(end - 1)
			}
		}
	}
	if p.Flags.Any(capture.ACK) {
		odd |= c.observeACK(p, side, x)
	}
	if x.Data != nil {
		if p.Window == 0 {
			x.need().ZeroWindows++
		}
		x.window(side, p)
	}
	c.reach(0)
	c.reach(1)
	if odd == 0 {
		c.confirm(p, side, off, x)
	}
	c.doubtReset(p, side, x)
	return odd
}

// keepsAlive reports whether the octet of p, the last before what side sends next, only keeps the connection alive: its
// peer has it, or nothing of side was captured but acknowledgements. After a pause it does so too where it was not
// seen: what is captured late comes sooner.
func (c *Conn) keepsAlive(p *capture.Packet, side Side, x *Rest) bool {
	me, peer := &c.half[side], &c.half[1-side]
	paused := x.Quiet >= int64(time.Second)
	if peer.bits&hasAck != 0 && peer.ack == me.next {
		return paused || !x.lacks(side, p.Seq)
	}
	return paused && me.isn == me.next && me.bits&(sentSYN|sentSYNACK|sentPayload|sentFIN) == 0
}

// PayloadOf is how many unique octets of side's stream were seen. What lies beyond a FIN that is
// all its peer acknowledged was never part of it.
func (c *Conn) PayloadOf(side Side, x *Rest) uint64 {
	h, peer, n, d := &c.half[side], &c.half[1-side], x.Payload[side], x.more()
	_, fin := c.BehindFIN(side)
	if last := d.pendEnd[side]; !fin && x.Data != nil && x.flags&(dataPend0<<side) != 0 && !last.After(h.next) && peer.bits&hasAck != 0 &&
		peer.ack.Before(last) && peer.ack.After(last.Add(-d.pendBytes[side])) {
		// Octets with a wrong checksum, see doubt: what was taken ends within them.
		return n - min(uint64(d.pendBytes[side]), n)
	}
	if !fin {
		return n
	}
	if d.Lost[side] != 0 {
		return n // of some holes it is not known any more where they were
	}
	beyond := uint64(uint32(h.next.Sub(h.fin)))
	for hs, next := x.holesOf(side); hs != nil; hs, next = x.nextHoles(next) {
		for _, o := range hs {
			if o.lo != o.hi && !o.lo.Before(h.fin) {
				beyond -= uint64(uint32(o.hi.Sub(o.lo)))
			}
		}
	}
	if beyond == 1 {
		return n // some stacks send another FIN behind their FIN
	}
	return n - min(beyond, n)
}

// BehindFIN is where the FIN of side ends that is all its peer acknowledged, where something lies behind it;
// ok is false where nothing does.
func (c *Conn) BehindFIN(side Side) (fin capture.Seq, ok bool) {
	h, peer := &c.half[side], &c.half[1-side]
	return h.fin, h.bits&sentFIN != 0 && peer.bits&hasAck != 0 && peer.ack == h.fin && h.next.After(h.fin)
}

// offered is the end of what h allowed its peer to send. Where no SYN told the scale of its windows it may
// be the largest (RFC 7323, 2.3).
func (h *half) offered() capture.Seq {
	if h.bits&(sentSYN|sentSYNACK) != 0 && h.wscale != unseenScale || !h.edge.After(h.ack) {
		return h.edge
	}
	return h.ack.Add(min(uint32(h.edge.Sub(h.ack)), 1<<24) << (maxScale - guessedScale))
}

// slack is how far past the offered window a segment may lie and still be
// believed: window updates may have been missed.
const slack = 1 << 18

// propose offers p as the third packet of the handshake.
func (c *Conn) propose(p *capture.Packet, side Side, off uint32, x *Rest) {
	me, peer := &c.half[side], &c.half[1-side]
	opener := me.bits&sentSYN != 0 || peer.bits&sentSYNACK != 0
	if !opener && (peer.bits&sentSYN != 0 || me.bits&sentSYNACK != 0) {
		// An answer's sender completes only a split handshake.
		if n := p.Sacked(); n != 0 {
			c.selects(p, side, n, x)
		}
		return
	}
	// The SYN-ACK that it acknowledges counts, though another came after it.
	if peer.bits&(sentSYNACK|sentSegment) == sentSYNACK && x.synackOff != 0 && c.recalls(p, 1-side, x) {
		o := c.swap(1-side, opening{x.synackTime, x.synackOff, x.synackTS}, x)
		x.synackTime, x.synackOff, x.synackTS = o.time, o.off, o.ts
	}
	have := c.flags&flagCandidate != 0
	if have && c.candSide() == side && me.bits&sentSYN != 0 && peer.bits&(sentSYN|sentSYNACK|sentSegment) == 0 && p.Seq == c.candSeq && p.Ack.Before(c.candAck) {
		c.nominate(side, p.Seq, p.Ack, p.Time, off, x) // captured behind what followed it, and both before the answer
		return
	}
	// In a crossing open the first opener's counts.
	if c.settled(p, side) {
		c.keepOther(p, side, off, x)
		return
	}
	if have && c.candSide() == side {
		old := [2]capture.Seq{c.candSeq, c.candAck}
		c.candSeq, c.candAck = p.Seq, p.Ack
		if peer.bits&sentSYNACK != 0 && !c.thirdValid(side, peer.isn) {
			c.candSeq, c.candAck = old[0], old[1]
			return
		}
		if peer.bits&sentReset != 0 && p.Ack != old[1] && x.Data != nil && x.flags&dataReset != 0 && x.more().rstSeq[1-side] == old[1] {
			// The RST answered a third packet that somebody else sent.
			c.takeBack(1-side, x)
			peer.bits |= sentBadRST
			x.suspect()
		}
	}
	// Asked for only where the SYN-ACK was repeated.
	if x.Data != nil && p.Opts&capture.OptTimestamps != 0 && peer.copies > 1 {
		d := x.need()
		d.candEcho, d.latestSA = p.TSEcr, c.namedCopy(p, d.latestSA, peer, x)
	}
	if p.TSEcr != 0 && p.TSEcr != x.synackTS && x.synackTS != 0 && peer.copies == 1 && peer.bits&sentSYNACK != 0 && p.Ack == peer.isn+1 {
		peer.copies = 2 // it answers a copy that was missed, or the one that did was
	}
	c.nominate(side, p.Seq, p.Ack, p.Time, off, x)
}

// selects lets the peer of side have sent n octets where p, a segment of side, which answered its SYN, has some of them, though not
// the first: they were missed, and so was the third packet, without which no octet is taken (RFC 9293, 3.10.7.4).
func (c *Conn) selects(p *capture.Packet, side Side, n uint32, x *Rest) {
	me, peer := &c.half[side], &c.half[1-side]
	if x.Data != nil && c.flags&flagCandidate == 0 && me.bits&sentSYNACK != 0 && p.Ack == me.synAck && p.Seq == me.next && peer.bits&hasNext != 0 && peer.next == p.Ack {
		c.reaches(1-side, p.Ack.Add(n), x)
	}
}

// answersCall reports whether p, where calls crossed and both ends answered, is the third packet of the one who called first: it
// counts, though the other's was captured before it.
func (c *Conn) answersCall(p *capture.Packet, side Side) bool {
	me, peer := &c.half[side], &c.half[1-side]
	return me.bits&peer.bits&(sentSYN|sentSYNACK) == sentSYN|sentSYNACK && side == c.synSide() && c.answersCross() &&
		p.Seq == me.isn+1 && p.Ack.In(peer.isn+1, c.top(1-side))
}

// nominate makes a segment of side the candidate for the third packet.
func (c *Conn) nominate(side Side, seq, ack capture.Seq, at int64, off uint32, x *Rest) {
	if c.flags&flagCandidate != 0 && c.candSide() != side {
		c.confirmOff = 0 // what answers the other confirms nothing
	}
	c.candSeq, c.candAck, x.candTime, x.candOff = seq, ack, at, off
	c.flags |= flagCandidate
	c.flags &^= flagCandSide
	if side == 1 {
		c.flags |= flagCandSide
	}
}

// keepOther keeps in mind p, of the side that has no candidate, while neither SYN nor SYN-ACK tells who
// opens: both may be captured after it. It is the earliest of its stream, and lies where Opening keeps
// the SYN, of which there is none yet.
func (c *Conn) keepOther(p *capture.Packet, side Side, off uint32, x *Rest) {
	if c.RolesSeen() || c.candSide() == side {
		return
	}
	if d := capture.Seq(x.synTS).Sub(p.Seq); x.synOff != 0 && (d <= 0 || d > 1<<20 || c.far(side)) {
		return
	}
	x.synTime, x.synOff, x.synTS, x.synackTS = p.Time, off, uint32(p.Seq), uint32(p.Ack)
}

// choose makes what keepOther kept the candidate where opener is its side, once the first SYN or SYN-ACK tells it.
func (c *Conn) choose(opener Side, x *Rest) {
	if c.RolesSeen() || x.synOff == 0 {
		return
	}
	if c.candSide() != opener {
		c.nominate(opener, capture.Seq(x.synTS), capture.Seq(x.synackTS), x.synTime, x.synOff, x)
	}
	x.synTime, x.synOff, x.synTS, x.synackTS = 0, 0, 0, 0
}

// observeACK takes the acknowledgement of a segment from side.
func (c *Conn) observeACK(p *capture.Packet, side Side, x *Rest) (odd Oddity) {
	me, peer := &c.half[side], &c.half[1-side]
	ack := p.Ack
	win := c.window(p, me, peer)
	if peer.bits&hasNext != 0 && ack.After(peer.next) && c.preOpen(p, side) {
		c.misled(p, side)
		return OddAckUnsent
	}
	if me.bits&hasAck == 0 {
		if me.ack == ack {
			me.bits &^= sentWrongAck // what was in doubt is not any more
		}
		me.bits |= hasAck
		me.ack, me.edge = ack, ack.Add(win)
	}
	if peer.bits&hasNext == 0 {
		c.learn(1-side, ack, x)
		peer.base(ack)
	}
	if ack == peer.next+1 && peer.bits&(sentSYN|sentSYNACK|sentPayload|sentFIN) == 0 && peer.isn == peer.next && me.bits&(sentSYN|sentSYNACK) == 0 {
		// All that was seen of it may be a keep-alive, which is one behind.
		peer.next, peer.isn = ack, ack
	}
	if me.bits&(sentSYN|sentSYNACK) == sentSYN && p.Seq == me.isn+1 {
		c.reachesBack(1-side, ack, x)
	}
	if x.Data != nil && x.flags&(dataPend0<<(1-side)) != 0 {
		c.weigh(ack, 1-side, x)
	}
	if ack.After(peer.next) {
		if c.unsent(ack, side) {
			me.bits |= sentWrongAck
			c.names(p, side, x)
			return OddAckUnsent
		}
		// The receiver has octets that the capture has not.
		if x.Data != nil {
			x.addHole(1-side, peer.next, ack)
			x.unpass(1 - side)
		}
		peer.next = ack
	}
	if x.Data != nil {
		x.acked(1-side, ack, p.Time, x.Shelf)
		if x.holeCount[1-side] != 0 && (ack^me.ack)>>settledBits != 0 && ack.After(me.ack) {
			x.settle(1-side, ack)
		}
	}
	if !ack.Before(me.ack) {
		me.ack = ack
	}
	if e := ack.Add(win); e.After(me.edge) {
		me.edge = e
	}
	return odd
}

// confirm notes the responder's first segment after the third packet.
func (c *Conn) confirm(p *capture.Packet, side Side, off uint32, x *Rest) {
	if c.confirmOff != 0 || c.flags&flagCandidate == 0 || c.candSide() == side || !p.Flags.Any(capture.ACK) {
		return
	}
	if off <= x.candOff || p.Ack.Before(c.candSeq) {
		return
	}
	c.confirmOff = off
}

// count books the octets [lo, hi) of side; repair says that they were sent, or
// missed, before.
func (c *Conn) count(lo, hi capture.Seq, side Side, x *Rest) (repair bool) {
	me := &c.half[side]
	if !lo.Before(me.next) {
		if lo != me.next {
			x.addHole(side, me.next, lo)
		}
		x.fill(side, lo, hi) // acknowledged before it was captured
		x.Payload[side] += uint64(hi.Sub(lo))
		me.next = hi
		return false
	}
	early := c.before(lo, hi, side, x)
	fresh := x.fill(side, lo, hi)
	repair = fresh > 0
	if fresh > 0 {
		x.need().OOO[side]++
		x.spoil(side) // what lies behind it waited for it, and not for the path (RFC 7323, 4.3)
	}
	if hi.After(me.next) {
		from := me.next
		if lo.After(from) {
			from = lo
		}
		if fresh+early == 0 && lo.Before(from) {
			x.spoil(side)
			if from.Sub(lo) > 1 && !x.doubtful(lo, from, side) { // with more; one octet may be of a window probe
				x.need().Retrans[side]++
				repair = true
			}
		}
		fresh += uint32(hi.Sub(from))
		me.next = hi
	}
	if fresh+early == 0 {
		x.need().Retrans[side]++
		x.spoil(side)
		repair = true
	}
	x.Payload[side] += uint64(fresh + early)
	return repair
}

// doubtful reports whether [lo, hi) of side, behind which nothing was seen, came with a wrong checksum, and so
// perhaps never.
func (x *Rest) doubtful(lo, hi capture.Seq, side Side) bool {
	d := x.more()
	return d.pendEnd[side] == hi && !lo.Before(hi.Add(-d.pendBytes[side]))
}

// doubt notes that the last octets of side, up to its next number, came with a wrong checksum.
func (x *Rest) doubt(side Side, from, next capture.Seq) {
	if !next.After(from) {
		return
	}
	d, n := x.need(), uint32(next.Sub(from))
	if x.flags&(dataPend0<<side) != 0 && d.pendEnd[side] == from {
		n += d.pendBytes[side]
	}
	x.flags |= dataPend0 << side
	d.pendEnd[side], d.pendBytes[side] = next, n
	d.zeekOnce &^= unsaid0 << side
}

// unsay takes octets with a wrong checksum back where p goes on before them: their receiver
// threw them away, and their sender, if it was theirs, knows nothing of them. What of them comes
// again, and well, is in doubt no more. Where p is nothing but an acknowledgement it may just be older than they are, and captured
// behind them: they are kept apart until their receiver, or what follows, tells.
func (c *Conn) unsay(p *capture.Packet, side Side, x *Rest) {
	me, peer, end := &c.half[side], &c.half[1-side], segEnd(p)
	d := x.need()
	n, last := d.pendBytes[side], d.pendEnd[side]
	first := last.Add(-n)
	switch {
	case p.PayloadLen > 0 && p.Seq.After(first) && p.Seq.Before(last): // from p on
		d.pendEnd[side], d.pendBytes[side] = p.Seq, uint32(p.Seq.Sub(first))
	case p.PayloadLen > 0 && !p.Seq.After(first) && !end.Before(last): // all of them
		x.flags &^= dataPend0 << side
	case p.PayloadLen > 0 && p.Seq.Before(first) && end.After(first): // the first of them, behind what was missed
		d.pendBytes[side] = uint32(last.Sub(end))
	case p.Seq != first || peer.bits&hasAck != 0 && peer.ack.After(first):
	case me.next == last && x.Payload[side] >= uint64(n):
		x.Payload[side] -= uint64(n)
		me.next = p.Seq
		if p.PayloadLen > 0 || p.Flags.Any(capture.FIN) {
			x.flags &^= dataPend0 << side
		} else {
			d.zeekOnce |= unsaid0 << side
		}
	default: // up to the end of p
		d.pendBytes[side] = uint32(last.Sub(end))
	}
}

// base notes where the stream of h begins as far as it was seen, where no SYN tells it.
func (h *half) base(seq capture.Seq) {
	if h.bits&(sentSYN|sentSYNACK) == 0 {
		h.isn = seq
	}
}

// before returns how many octets of [lo, hi) lie before all that was seen of side, whose SYN was
// not: they were captured late, and not sent again.
func (c *Conn) before(lo, hi capture.Seq, side Side, x *Rest) uint32 {
	me := &c.half[side]
	if me.bits&(sentSYN|sentSYNACK) != 0 || !lo.Before(me.isn) || me.isn.Sub(lo) > 1<<30 || c.far(side) {
		return 0
	}
	x.need().OOO[side]++
	to := me.isn
	me.isn = lo
	if hi.Before(to) {
		x.addHole(side, hi, to)
		to = hi
	}
	return uint32(to.Sub(lo))
}
