package handshake

import "portero/capture"

// Plain takes the next packet where it is one of the many that only move numbers
// on: a segment with ACK and neither SYN, FIN nor RST, in order, inside an
// established connection that had nothing odd. It reports whether it took it;
// otherwise nothing changed, and Observe must take it. What it does is what
// Observe would do: a test holds the two together. x may be nil, s is where
// its Details are.
func (c *Conn) Plain(p *capture.Packet, side Side, x *Data, s *Shelf) bool {
	me, peer := &c.half[side], &c.half[1-side]
	n := p.PayloadLen
	if p.Flags&(capture.SYN|capture.FIN|capture.RST|capture.ACK) != capture.ACK || p.Seq != me.next || p.Window == 0 ||
		p.Bits&(capture.NoFlags|capture.Orphan|capture.BadHeader|capture.BadSum|capture.PartialSum|capture.Overlong|capture.Fragment) != 0 || p.Ack.After(peer.next) {
		return false
	}
	fresh := c.historyLen&(steady0<<side) == 0
	if fresh && !c.steady(p, side) {
		return false
	}
	end := p.Seq.Add(n)
	sent, seen := sentSegment, bitACK
	if n == 0 {
		if me.zeek&zSeenA == 0 {
			return false
		}
	} else {
		if me.zeek&zSeenD == 0 || x == nil {
			return false
		}
		sent, seen = sent|sentPayload, bitData
	}
	if x != nil {
		if x.flags&plainMask[side] != plainKnown[side] || x.holeCount[1-side] != 0 {
			return false
		}
		ahead := end.After(x.zeekHigh[side])
		if n > 0 && (!ahead || x.Payload[0]|x.Payload[1] == 0) {
			return false // the first octets of all may be a greeting
		}
		high := peer.next
		if x.flags&(dataHigh0<<(1-side)) != 0 {
			high = x.zeekHigh[1-side]
		}
		if p.Ack.After(high) {
			return false
		}
		x.zeekAcked[1-side] = later(x.zeekAcked[1-side], p.Ack)
		if ahead {
			x.zeekHigh[side] = end
		}
		if n > 0 {
			x.Payload[side] += uint64(n)
			c.sent(side, end, p.Time, x)
			x.talk(c.opens(side), p)
		}
		if x.flags&(dataTimed0<<(1-side)) != 0 {
			x.acked(1-side, p.Ack, p.Time, s)
		}
	}
	c.completeness |= uint8(seen)
	if p.Bits&capture.Unchecked == 0 {
		sent |= goodSum
	}
	me.bits |= sent
	me.next = end
	c.reach(side)
	if fresh {
		c.reach(1 - side) // a SYN of its may have come since
	}
	win := c.window(p, me, peer)
	me.ack = later(me.ack, p.Ack)
	me.edge = later(me.edge, p.Ack.Add(win))
	return true
}

// later is whichever of the two comes after the other. Which it is nobody can foresee: no
// jump depends on it.
func later(a, b capture.Seq) capture.Seq {
	if b.After(a) {
		a = b
	}
	return a
}

// plainMask are the bits of Data that decide whether a segment of either side may be
// plain, plainKnown how they must be.
var (
	plainKnown = [2]dataBits{dataHigh0 | dataAcked1, dataHigh1 | dataAcked0}
	plainMask  = [2]dataBits{plainKnown[0] | dataReset | dataClosed0 | dataPend0 | dataPend1, plainKnown[1] | dataReset | dataClosed1 | dataPend0 | dataPend1}
)

// steady0 says that a segment of side 0 was plain and only such came since, so that
// what steady looks at is as it was; the bit above it says the same of side 1. They lie
// above the number in historyLen.
const steady0 uint8 = 1 << 6

// steady reports whether p, a segment with ACK from side, may be plain as far as
// the connection before it tells, and remembers it where that does not depend on p.
func (c *Conn) steady(p *capture.Packet, side Side) bool {
	me, peer := &c.half[side], &c.half[1-side]
	if (me.bits|peer.bits)&(sentFIN|sentReset|sentWrongAck) != 0 || me.bits&hasAck == 0 || me.bits&peer.bits&hasNext == 0 ||
		(me.zeek^zEstablished|peer.zeek^zEstablished)&zState != 0 || !c.settled(p, side) {
		return false
	}
	if c.confirmOff == 0 && c.candSide() != side {
		return false // this one may confirm
	}
	// What settled says of the answer's sender, and of the sender of the very third packet
	// that the handshake asks for, it says of all their segments.
	if c.candSide() != side && peer.bits&sentSYN != 0 ||
		c.candSide() == side && peer.bits&sentSYNACK != 0 && (c.candSeq == peer.synAck || me.bits&sentSYN != 0 && c.candSeq == me.isn+1) {
		c.historyLen |= steady0 << side
	}
	return true
}

const (
	maxScale     = 14 // RFC 7323, 2.3
	guessedScale = 8
	unseenScale  = -2 // the capture cut the options of the SYN
)

// window is the window that p offers, in octets.
func (c *Conn) window(p *capture.Packet, me, peer *half) uint32 {
	win := uint32(p.Window)
	if me.wscale > 0 && peer.wscale != -1 {
		win <<= uint(me.wscale)
	} else if me.bits&(sentSYN|sentSYNACK) == 0 || me.wscale == unseenScale && peer.wscale != -1 {
		win <<= guessedScale // it was announced and not captured: be generous
	}
	return win
}

// settled reports whether p, a segment with ACK from side, is no better third
// packet than the one there is: propose would leave it.
func (c *Conn) settled(p *capture.Packet, side Side) bool {
	me, peer := &c.half[side], &c.half[1-side]
	if c.flags&flagCandidate == 0 {
		return false
	}
	opener := me.bits&sentSYN != 0 || peer.bits&sentSYNACK != 0
	switch {
	case !opener && (peer.bits&sentSYN != 0 || me.bits&sentSYNACK != 0):
		return true
	case c.candSide() != side:
		return peer.bits&sentSYN != 0 && !c.answersCall(p, side) || !opener
	case !opener: // the earliest of the stream, for the SYN may be captured after it
		d := c.candSeq.Sub(p.Seq)
		return d <= 0 || d > 1<<20 || c.far(side)
	case peer.bits&sentSYNACK == 0:
		return c.candSeq == p.Seq || !(me.bits&sentSYN != 0 && p.Seq == me.isn+1)
	}
	return c.thirdValid(side, peer.isn) && (c.thirdExact(side) || p.Seq != peer.synAck)
}
