package handshake

import "portero/capture"

// What a connection costs; a test holds it. Conn and Opening are part of every
// flow's budget (320 octets together with the flow's own facts), and each of them
// is a whole number of cache lines together with what lies beside it there.
const (
	ConnSize    = 80
	OpeningSize = 64
	DataSize    = 192
)

// Side tells the two ends apart: 0 is the sender of the first packet seen, 1
// its peer. Which of them is the originator is a verdict, not an index.
type Side = int

// bits of what one side was seen to send.
type sideBits uint16

const (
	sentSYN          sideBits = 1 << iota // bare SYN
	sentSYNACK                            // SYN with ACK
	sentSegment                           // anything without SYN and RST, acceptable
	sentPayload                           // acceptable payload
	sentFIN                               // acceptable FIN
	sentReset                             // a RST its receiver would accept
	sentBadRST                            // a RST no receiver would accept
	finAcked                              // its FIN acknowledges the peer's
	hasNext                               // next is known
	hasAck                                // ack and edge are known
	goodSum                               // some segment verified
	badSum                                // some segment with a wrong sum
	sentAckBeforeSYN                      // acknowledged the peer's SYN before sending its own (split handshake)
	sentWrongAck                          // a segment whose ack its peer's numbers do not allow
	resetInexact                          // the RST was in the window, not at its edge
	sentRSTACKofSYN                       // RST that acknowledges the peer's SYN
)

// half is what one side showed. Numbers are valid when the bits say so.
type half struct {
	isn    capture.Seq // of its last SYN or SYN-ACK
	synAck capture.Seq // the ack of its SYN-ACK, or where there is none of a RST that came first
	next   capture.Seq // one past the highest acceptable octet (SYN and FIN count)
	ack    capture.Seq // highest acceptable acknowledgement
	edge   capture.Seq // right edge of the window it offered
	fin    capture.Seq // one past its FIN
	mss    uint16
	bits   sideBits
	wscale int8 // shift, -1 not announced, unseenScale
	opts   capture.Opts
	zeek   zeekSide
	copies uint8 // bare SYN or SYN-ACK copies with the same isn, saturating, until the peer answered
}

// probeShift is where the kind of an odd first packet lies in zeekFlags.
const probeShift = 4

// connection flags
const (
	flagZeekFlip  uint8 = 1 << iota // Zeek's originator is side 1
	flagZeekCaret                   // history starts with ^
	flagCandidate                   // cand* are set
	flagCandSide                    // by side 1
	flagSYNData                     // a SYN carried payload
	flagOddFirst                    // the first packet was no sane opening
	flagSYNBy1                      // the first bare SYN, or else the odd opening, came from side 1
	flagFlagsSeen                   // some packet was whole enough to show flags
)

// Conn is what every packet of a TCP connection touches. The zero value is
// ready. It holds no pointers; one goroutine owns it.
type Conn struct {
	half [2]half

	candSeq, candAck capture.Seq // the best third packet so far
	confirmOff       uint32      // frame as an offset from the flow's first frame, plus one; 0 is none

	completeness uint8 // Wireshark's six bits, and which sides went far
	zeekFlags    uint8
	historyLen   uint8 // six bits, and steady0 and its neighbour
	flags        uint8
}

// A side that sent more than a gigabyte went far: numbers of the handshake, or where no
// SYN was seen of its first segment, which stay, cannot be compared with its next any
// more. They seem to lie behind it after two, and come round after four.
const (
	far0    uint8 = 1 << 6 // in completeness
	farSpan       = 1 << 30
)

func (c *Conn) far(side Side) bool { return c.completeness&(far0<<side) != 0 }

// reach notes when side goes far.
func (c *Conn) reach(side Side) {
	if h := &c.half[side]; h.next.Sub(h.isn) > farSpan && h.bits&hasNext != 0 {
		c.completeness |= far0 << side
	}
}

// top is the highest number of side that numbers of the handshake may have.
func (c *Conn) top(side Side) capture.Seq {
	if c.far(side) {
		return c.half[side].isn.Add(farSpan)
	}
	return c.half[side].next
}

// NeedsData reports whether p brings something that Observe can only keep in a
// Data: payload, disorder, retries, resets, wrong checksums.
func (c *Conn) NeedsData(p *capture.Packet, side Side) bool {
	me, peer := &c.half[side], &c.half[1-side]
	if (me.bits|peer.bits)&sentReset != 0 {
		return true // after a refusal, which was kept without
	}
	if p.Flags.Any(capture.ACK) && peer.copies > 1 && (c.flags&flagCandidate == 0 || p.Flags.Any(capture.SYN)) {
		return true // the reply to a repeated SYN: its timestamp echo names the copy
	}
	if p.Flags&(capture.SYN|capture.FIN|capture.RST|capture.ACK) == capture.ACK && p.PayloadLen == 0 {
		// Not for the plain acknowledgement of what was seen.
		return me.bits&hasNext != 0 && me.next != p.Seq || p.Window == 0 || p.Bits&(capture.BadSum|capture.PartialSum)|capture.Bits(p.Opts&capture.OptSACKBlocks) != 0 ||
			peer.bits&hasNext != 0 && p.Ack.After(peer.next) || peer.bits&(hasNext|sentSYN|sentSYNACK) == hasNext && me.bits&sentSYN != 0 && p.Ack.Before(peer.isn)
	}
	if p.PayloadLen > 0 || p.Bits&(capture.BadSum|capture.PartialSum) != 0 {
		return true
	}
	if p.Flags.Any(capture.RST) {
		return !c.refuses(p, side)
	}
	if p.Flags.Any(capture.SYN) {
		return p.Flags.Any(capture.FIN) || p.Window == 0 || me.bits&(sentSYN|sentSYNACK) != 0 && !c.retries(p, side) ||
			me.bits&hasNext != 0 && me.next.After(segEnd(p)) ||
			peer.bits&(hasNext|sentSYN|sentSYNACK) == hasNext && p.Flags.Any(capture.ACK) && peer.isn.In(p.Ack+1, p.Ack.Add(span))
	}
	return p.Window == 0 || me.bits&hasNext != 0 && p.Seq != me.next || peer.bits&hasNext != 0 && p.Ack.After(peer.next)
}

// refuses reports whether p, a RST without payload, is the plain refusal of a SYN after
// which nothing came: what there is to keep of it has room in Opening.
func (c *Conn) refuses(p *capture.Packet, side Side) bool {
	me, peer := &c.half[side], &c.half[1-side]
	return p.Flags&(capture.SYN|capture.FIN|capture.ACK) == capture.ACK && p.Ack == peer.isn+1 &&
		me.bits == 0 && peer.bits&^(hasNext|goodSum) == sentSYN && c.flags&flagCandidate == 0
}

// retries reports whether p, a SYN, is one more copy of a SYN after which nothing came.
func (c *Conn) retries(p *capture.Packet, side Side) bool {
	me, peer := &c.half[side], &c.half[1-side]
	return p.Flags&(capture.FIN|capture.ACK) == 0 && p.Seq == me.isn && p.Window != 0 &&
		peer.bits == 0 && me.bits&^(hasNext|goodSum) == sentSYN && c.flags&flagCandidate == 0
}

// segEnd is one past the last sequence number that p occupies.
func segEnd(p *capture.Packet) capture.Seq {
	end := p.Seq.Add(p.PayloadLen)
	if p.Flags.Any(capture.SYN) {
		end++
	}
	if p.Flags.Any(capture.FIN) {
		end++
	}
	return end
}

// Observe takes the next packet of the connection, sent by side. off is the
// packet's frame as an offset from the flow's first frame, plus one. x.Data may
// be nil where NeedsData said no, or where its budget is used up. It returns the
// oddities the packet brought.
func (c *Conn) Observe(p *capture.Packet, side Side, off uint32, x *Rest, o Options) Oddity {
	c.historyLen &= steady0 - 1
	if p.Bits&(capture.NoFlags|capture.Orphan|capture.BadHeader) != 0 {
		return 0 // cut, or no receiver reads it
	}
	if p.Partial() {
		// Where its receiver went on, the capture alone lacks the rest, and its octets are what was missing.
		if x.Data != nil && c.half[side].bits&hasNext != 0 {
			x.Payload[side] += uint64(x.fill(side, p.Seq, p.Seq.Add(p.PayloadLen)))
		}
		return 0
	}
	first := c.flags&flagFlagsSeen == 0
	c.flags |= flagFlagsSeen
	me := &c.half[side]
	if x.Data != nil && x.flags&dataReset == 0 {
		c.moveRefusal(x)
	}
	if p.Bits&(capture.BadSum|capture.PartialSum|capture.Overlong) == 0 {
		c.completeness |= completenessOf(p, first)
		c.observeZeek(p, side, x, first, false, o)
	} else {
		seen, bad := damaged(p, completenessOf(p, first), o)
		c.completeness |= seen
		c.observeZeek(p, side, x, first, bad, o)
	}
	if p.Bits&capture.BadSum != 0 {
		me.bits |= badSum
		// A side whose other segments verify does not send offloaded sums: its
		// peer's stack throws this one away, whatever it says.
		// Octets that its peer acknowledges all the same are counted by their numbers.
		if me.bits&goodSum != 0 {
			if p.Flags.Any(capture.RST) {
				x.suspect()
			}
			if !p.Flags.Any(capture.RST|capture.SYN|capture.FIN) && p.PayloadLen > 0 && me.bits&hasNext != 0 && x.Data != nil &&
				(me.bits&sentFIN == 0 || p.Seq.Before(me.fin-1)) && p.Seq.Sub(me.next) < slack && p.Seq.Sub(me.next) > -slack {
				switch third := c.flags&flagCandidate != 0; {
				case third && p.Seq.After(me.next), !third && (me.bits|c.half[1-side].bits)&sentSYNACK != 0 && !p.Seq.Before(me.next):
					c.setApart(p, side, x) // its number may be what is damaged, or nobody takes it before the third packet
				case third:
					from := me.next
					c.count(p.Seq, p.Seq.Add(p.PayloadLen), side, x)
					if first, end := x.apart(side); first != end && first == me.next {
						c.leap(side, true, x) // captured before p
					}
					x.doubt(side, from, me.next)
				}
			}
			return OddBadSum
		}
	} else if p.Bits&(capture.Unchecked|capture.PartialSum) == 0 {
		if me.bits&(badSum|goodSum) == badSum {
			c.redeem(p, side, x)
		}
		me.bits |= goodSum
	}
	if k := probeKind(p.Flags); k != ProbeNone && (first || c.refusedBefore(p, side) || c.answeredBefore(p, side)) {
		c.flags |= flagOddFirst
		c.zeekFlags |= uint8(k) << probeShift
		if side == 1 {
			c.flags |= flagSYNBy1
		}
		first = true
	}
	f := p.Flags
	switch {
	case f.Any(capture.RST) && !f.Any(capture.SYN):
		return c.observeRST(p, side, off, x)
	case f.Any(capture.SYN) && f.Any(capture.RST|capture.FIN):
		c.loose(p, side, x)
		return OddFlags
	case f.Any(capture.SYN):
		return c.observeOpening(p, side, off, x)
	}
	// Without ACK: outside a connection a probe, inside one no stack takes it. A
	// FIN is still told.
	if !f.Any(capture.ACK) && (first || !f.Any(capture.FIN)) {
		c.loose(p, side, x)
		return OddFlags
	}
	if p.Bits&capture.Overlong != 0 && x.Data != nil {
		// What is claimed has its numbers; octets that did not pass are not counted.
		most := x.Payload[side] + uint64(p.Held())
		odd := c.observeSegment(p, side, off, x)
		x.Payload[side] = min(x.Payload[side], most)
		return odd
	}
	return c.observeSegment(p, side, off, x)
}

func (x *Rest) suspect() {
	if x.suspectedRSTs != 0xff {
		x.suspectedRSTs++
	}
}

// loose counts the payload of a packet outside any stream: a probe's, a RST's.
func (c *Conn) loose(p *capture.Packet, side Side, x *Rest) {
	if x.Data != nil {
		x.Payload[side] += uint64(p.Held())
	}
}

func (c *Conn) observeSYN(p *capture.Packet, side Side, off uint32, x *Rest) (odd Oddity) {
	c.choose(side, x)
	me := &c.half[side]
	firstSYN := c.half[0].bits&sentSYN == 0 && c.half[1].bits&sentSYN == 0
	if firstSYN && side == 1 {
		c.flags |= flagSYNBy1
	}
	opener := side == c.synSide()
	if opener && c.refusedFirst(1-side, x) != 0 {
		c.half[1-side].bits &^= sentRSTACKofSYN // it calls again
	}
	if opener && x.syns != 0xffff {
		x.syns++
	}
	if p.PayloadLen > 0 {
		c.flags |= flagSYNData
	}
	if me.bits&sentSYN != 0 && me.isn == p.Seq {
		me.sameAgain(p)
		if end := segEnd(p); p.PayloadLen > 0 && x.Data != nil && (end.After(me.next) || x.missing(side, end)) {
			c.count(p.Seq+1, end, side, x) // the others carried less, or were missed
		}
		c.carries(p, side, x)
		// Copies sent after the reply do not make it ambiguous.
		if opener && x.synackOff == 0 {
			if me.copies < 255 {
				me.copies++
			}
			c.keepMiddle(synCopy{x.synackTime, x.synackTS}, me, x)
			x.synackTime, x.synackTS = p.Time, p.TSVal
		}
		return 0
	}
	peer := &c.half[1-side]
	if !opener && me.bits&(sentSYN|sentSYNACK) == sentSYNACK && me.isn != p.Seq && c.acceptable(me.synAck, 1-side, x) {
		return OddStraySYN // who answered a call makes none with another number
	}
	if c.refusedBefore(p, side) || c.takenBackBefore(p, side) {
		odd = OddReordered
	}
	if x.Data != nil && c.EndedBefore(p, side) {
		c.doubtEnd(1-side, x)
	}
	late := me.bits&sentSegment != 0
	if late && (peer.bits&sentSYN != 0 && peer.bits&sentSegment == 0 && (peer.bits&sentSYNACK == 0 || peer.synAck == p.Seq+1) && me.bits&(sentSYNACK|sentPayload|sentFIN) == 0 ||
		c.callsBack(p, side)) {
		late = false
		me.bits |= sentAckBeforeSYN
		c.unhole(side, x) // from the number of that acknowledgement, which is none of the stream, to this
	}
	if opener && !late && x.Data != nil && me.bits&sentSYN != 0 && peer.bits&sentSYNACK != 0 && peer.synAck.In(me.isn+1, me.next) {
		// What was answered counts until this is answered too.
		d := x.need()
		d.prevISN[side], d.prevLen[side] = p.Seq, uint16(min(p.PayloadLen, 1<<16-1))
		d.prevOpen[side] = opening{p.Time, off, p.TSVal}
		x.flags |= dataPrevISN0 << side
		return OddSYNISN
	}
	if me.bits&(sentSYN|sentSYNACK) != 0 && me.isn != p.Seq {
		if x.Data != nil {
			if opener {
				c.keepOldest(side, x)
			}
			d := x.need()
			d.prevISN[side], d.prevLen[side] = me.isn, me.carried()
			d.prevOpen[side] = opening{x.synTime, x.synOff, x.synTS}
			x.flags |= dataPrevISN0 << side
		}
		odd = OddSYNISN
	}
	if opener && me.bits&sentSYN != 0 && x.Data != nil && x.more().synStart == 0 {
		x.need().synStart = x.synTime
	}
	acked := p.Seq // how far its peer acknowledged, where that was captured before it
	// The number with which a split handshake acknowledges is none of the stream.
	if peer.bits != 0 && me.bits&(sentSYN|sentSYNACK|sentAckBeforeSYN) == 0 {
		acked = c.behind(p, side, x)
	}
	end := segEnd(p)
	if late && me.bits&(sentSYN|sentSYNACK|hasNext) == hasNext && !end.After(me.isn) && x.Data != nil {
		x.Payload[side] += uint64(p.PayloadLen) // before all that was seen
	}
	me.bits |= sentSYN
	me.isn = p.Seq
	c.carries(p, side, x)
	c.completeness &^= far0 << side
	me.copies = 1
	c.options(p, me, true)
	if opener {
		x.synTime, x.synOff, x.synTS = p.Time, off, p.TSVal
	}
	if !late || me.bits&hasNext == 0 {
		if me.bits&hasNext == 0 {
			c.learn(side, p.Seq+1, x)
		}
		me.next = p.Seq + 1
		if p.PayloadLen > 0 && x.Data != nil {
			c.count(p.Seq+1, end, side, x)
		}
		me.next = later(end, acked)
		if c.flags&flagCandidate != 0 && c.candSide() == side && me.bits&sentAckBeforeSYN == 0 && c.candSeq.After(me.next) && c.candSeq.Sub(me.next) < 1<<20 {
			me.next = c.candSeq
		}
	} else if peer.bits&sentSYNACK == 0 {
		odd |= OddReordered
	}
	if peer.bits&sentSYNACK != 0 && !c.acceptable(peer.synAck, side, x) && opener {
		odd |= OddSYNACKNumber
	}
	if late && c.flags&flagCandidate != 0 && c.candSide() == side && c.candSeq == p.Seq+1 {
		c.reachesBack(1-side, c.candAck, x)
	}
	return odd
}

// synSide is the side whose bare SYN came first (side 0 when none did).
func (c *Conn) synSide() Side {
	if c.flags&flagSYNBy1 != 0 {
		return 1
	}
	return 0
}

func (c *Conn) candSide() Side {
	if c.flags&flagCandSide != 0 {
		return 1
	}
	return 0
}

func (c *Conn) observeSYNACK(p *capture.Packet, side Side, off uint32, x *Rest) (odd Oddity) {
	me, peer := &c.half[side], &c.half[1-side]
	c.recallOldest(p, 1-side, x)
	repeat := me.bits&sentSYNACK != 0
	if !repeat && me.bits&sentSYN != 0 && me.isn != p.Seq {
		// Who called answers a call with the number that it called with. A call that nobody answered was none: an
		// old one, or forged. And who refused the other's call had given up its own, and this answers a later try.
		refused := me.bits&sentRSTACKofSYN != 0
		if side == c.synSide() || !c.acceptable(p.Ack, 1-side, x) ||
			!refused && (me.bits&sentSegment != 0 || peer.bits&(sentSYNACK|sentSegment|sentWrongAck) != 0) {
			return OddSYNACKISN
		}
		me.bits &^= sentSYN | hasNext
		if !refused {
			odd = OddStraySYN
		}
	}
	if c.beyond(p, side) {
		return OddSYNACKISN
	}
	if (me.bits|peer.bits)&sentSYN == 0 && me.bits&sentSYNACK == 0 && peer.bits&(sentSYNACK|sentSegment) == sentSYNACK|sentSegment &&
		(p.Ack != peer.isn+1 || peer.synAck != p.Seq+1) {
		return OddSYNACKNumber // where calls cross, one answers the other
	}
	c.choose(1-side, x)
	if repeat && me.isn != p.Seq && peer.bits&sentSYN != 0 {
		// An answer nobody asked for is no copy of another, and does not displace the one that was accepted.
		switch had, fits := c.acceptable(me.synAck, 1-side, x), c.acceptable(p.Ack, 1-side, x); {
		case had && !fits:
			return OddSYNACKISN
		case fits && !had && !c.namesOther(p, 1-side, x):
			x.synacks = 0
		}
	}
	if x.synacks != 0xff && (repeat || x.synacks == 0) {
		x.synacks++
	}
	if repeat && me.isn == p.Seq {
		me.sameAgain(p)
		if c.flags&flagCandidate == 0 && me.copies < 255 {
			me.copies++
			if x.Data != nil && x.more().candEcho == 0 {
				d := x.need()
				c.keepMiddle(d.latestSA, me, x)
				d.latestSA = synCopy{time: p.Time, ts: p.TSVal}
			}
		}
		// A later copy may acknowledge what the first did not (data on the SYN).
		if p.Ack != me.synAck && c.acceptable(p.Ack, 1-side, x) && !c.acceptable(me.synAck, 1-side, x) {
			me.synAck = p.Ack
		} else if p.Ack != me.synAck && c.answers(p, side, x) {
			me.synAck = p.Ack
			x.synackTime, x.synackOff, x.synackTS = p.Time, off, p.TSVal
		}
		return 0
	}
	if repeat {
		odd |= OddSYNACKISN
		// Once the peer completed with the first, another is a stranger's.
		if c.flags&flagCandidate != 0 && c.candSide() != side && c.thirdValid(1-side, me.isn) {
			return odd
		}
	}
	if repeat && x.Data != nil {
		c.keepOldestAnswer(side, x)
		d := x.need()
		d.prevISN[side], d.prevLen[side] = me.isn, me.carried()
		d.prevOpen[side] = opening{x.synackTime, x.synackOff, x.synackTS}
		x.flags |= dataPrevISN0 << side
		if x.syns > 1 {
			peer.copies = max(peer.copies, 2) // those after the first answer may be what this one answers
		}
	}
	if c.acceptable(p.Ack, 1-side, x) {
		c.begins(p, side, x)
	}
	bareFirst := me.bits&sentSYN != 0
	late := me.bits&sentSegment != 0
	acked := p.Seq // how far its peer acknowledged, where that was captured before it
	if bareFirst && !repeat && me.bits&hasNext != 0 {
		acked = me.next // where calls cross its SYN told already
	}
	if !repeat && !bareFirst && me.bits&hasNext != 0 && x.Data != nil && (late || me.next.Sub(p.Seq) < 1<<20) {
		// What followed, or acknowledgements of it, were captured before it.
		if !late && c.madeUpBefore(p, 1-side) {
			odd |= OddAckUnsent
		} else {
			acked = me.next
			if me.isn.After(p.Seq + 1) {
				x.addHole(side, p.Seq+1, me.isn) // the stream begins before what was captured of it
			}
		}
	}
	silent := me.bits&hasAck == 0 // what came of it before acknowledged nothing that counts
	me.bits |= sentSYNACK | hasAck
	me.isn, me.synAck = p.Seq, p.Ack
	c.completeness &^= far0 << side
	me.copies = 1
	c.options(p, me, !bareFirst)
	if !bareFirst || x.synackOff == 0 {
		if x.synackOff == 0 && x.Data != nil && c.half[c.synSide()].copies > 1 {
			x.need().latestSYN = c.namedCopy(p, synCopy{x.synackTime, x.synackTS}, &c.half[c.synSide()], x)
		}
		if !(c.half[1-side].bits&sentSYNACK != 0) {
			x.synackTime, x.synackOff, x.synackTS = p.Time, off, p.TSVal
		}
	}
	// Asked for only where the SYN was repeated before its answer.
	if x.Data != nil && p.Opts&capture.OptTimestamps != 0 && peer.copies > 1 && me.bits&sentRSTACKofSYN == 0 {
		x.need().synackEcho = p.TSEcr
	}
	if p.TSEcr != 0 && p.TSEcr != x.synTS && x.synTS != 0 && peer.copies == 1 && peer.opensTo(p.Ack) && 1-side == c.synSide() {
		peer.copies = 2 // it answers a copy that was missed
	}
	if peer.bits&sentSYN == 0 && peer.bits&hasNext == 0 {
		c.learn(1-side, p.Ack, x)
		peer.base(p.Ack)
	} else if x.Data != nil && peer.bits&(sentSYN|sentSYNACK) == 0 && peer.isn.In(p.Ack+1, p.Ack.Add(span)) && !c.far(1-side) {
		x.addHole(1-side, p.Ack, peer.isn) // the stream begins before what was captured of it, or acknowledged
		peer.isn = p.Ack
	}
	if !late {
		if me.bits&hasNext == 0 {
			c.learn(side, p.Seq+1, x)
		}
		silent = true
		me.next = p.Seq + 1
		if bareFirst && !repeat {
			me.next = later(me.next, acked) // where calls cross it brings the octets of its SYN again
		}
		if p.PayloadLen > 0 && x.Data != nil {
			c.count(p.Seq+1, segEnd(p), side, x)
		}
		me.next = later(later(me.next, segEnd(p)), acked)
	} else {
		odd |= OddReordered
	}
	if silent {
		me.ack = p.Ack
		me.edge = p.Ack.Add(uint32(p.Window)) // the window of a SYN is never scaled (RFC 7323, 2.2)
	}
	if peer.bits&sentSYN != 0 && !c.acceptable(p.Ack, 1-side, x) {
		odd |= OddSYNACKNumber
		c.answeredAhead(p, 1-side, x)
	}
	if c.flags&flagCandidate == 0 && peer.bits&(sentReset|sentRSTACKofSYN) == sentReset|sentRSTACKofSYN {
		seq := peer.next
		if peer.bits&sentSYN != 0 && x.Data != nil {
			seq = x.more().rstSeq[1-side] // it came before the SYN, too
		}
		if c.aheadOf(seq, peer.synAck, 1-side) {
			c.nominate(1-side, seq, peer.synAck, p.Time, x.more().rstOff, x) // captured before it
			c.reaches(side, peer.synAck, x)
		}
	}
	if d := x.more(); d.rstOff != 0 && d.cutBy() == side && me.bits&(sentReset|sentRSTACKofSYN) == sentReset|sentRSTACKofSYN {
		c.hangsUp(side, d.rstSeq[side], d.resetAck, segEnd(p), x) // captured before it
	}
	c.recallEnd(p, side, x)
	return odd
}
