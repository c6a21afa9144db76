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
		p.Bits&(capture.NoFlags|capture.Orphan|capture.BadSum|capture.PartialSum) != 0 ||
		(me.bits|peer.bits)&(sentFIN|sentReset) != 0 || me.bits&hasAck == 0 || me.bits&peer.bits&hasNext == 0 ||
		(me.zeek^zEstablished|peer.zeek^zEstablished)&zState != 0 || p.Ack.After(peer.next) || !c.settled(p, side) {
		return false
	}
	if c.confirmOff == 0 && c.candSide() != side {
		return false // this one may confirm
	}
	letter, seen := zSeenA, bitACK
	if n > 0 {
		letter, seen = zSeenD, bitData
	}
	if me.zeek&letter == 0 || x == nil && n > 0 {
		return false
	}
	end := p.Seq.Add(n)
	if x != nil {
		known := dataHigh0<<side | dataAcked0<<(1-side)
		if x.flags&(known|dataReset|dataClosed0<<side) != known || x.holeCount[1-side] != 0 {
			return false
		}
		ahead := end.After(x.zeekHigh[side])
		if n > 0 && (!ahead || x.Payload[0]|x.Payload[1] == 0) {
			return false // the first octets of all may be a greeting
		}
		if p.Ack.After(x.zeekAcked[1-side]) {
			high := peer.next
			if x.flags&(dataHigh0<<(1-side)) != 0 {
				high = x.zeekHigh[1-side]
			}
			if p.Ack.After(high) {
				return false
			}
			x.zeekAcked[1-side] = p.Ack
		}
		if ahead {
			x.zeekHigh[side] = end
		}
		if n > 0 {
			x.Payload[side] += uint64(n)
			c.sent(side, end, p.Time, x)
			x.talk(c.opens(side), p)
		}
		x.acked(1-side, p.Ack, p.Time, s)
	}
	c.completeness |= uint8(seen)
	me.bits |= sentSegment
	if n > 0 {
		me.bits |= sentPayload
	}
	if p.Bits&capture.Unchecked == 0 {
		me.bits |= goodSum
	}
	me.next = end
	c.reach(side)
	win := c.window(p, me, peer)
	if !p.Ack.Before(me.ack) {
		me.ack = p.Ack
	}
	if e := p.Ack.Add(win); e.After(me.edge) {
		me.edge = e
	}
	return true
}

// window is the window that p offers, in octets.
func (c *Conn) window(p *capture.Packet, me, peer *half) uint32 {
	win := uint32(p.Window)
	if me.wscale > 0 && peer.wscale >= 0 {
		win <<= uint(me.wscale)
	} else if me.bits&(sentSYN|sentSYNACK) == 0 {
		win <<= 8 // the shift was announced before the capture began: be generous
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
		return peer.bits&sentSYN != 0 || !opener
	case peer.bits&sentSYNACK == 0:
		return c.candSeq == p.Seq || !(me.bits&sentSYN != 0 && p.Seq == me.isn+1)
	}
	return c.thirdValid(side, peer.isn) && (c.thirdExact(side) || p.Seq != peer.synAck)
}
