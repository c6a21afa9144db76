package handshake

import "portero/capture"

// observeRST judges a RST from side: it counts only where its receiver would
// accept it (RFC 9293, 3.10.7.3 and 3.5.3; RFC 5961, 3.2).
func (c *Conn) observeRST(p *capture.Packet, side Side, off uint32, x *Rest) Oddity {
	me, peer := &c.half[side], &c.half[1-side]
	seq := p.Seq
	ok, exact := false, true
	synSent := peer.bits&sentSYN != 0 && peer.bits&sentSegment == 0 && me.bits&(sentSYN|sentSYNACK|sentSegment) == 0
	switch {
	case c.flags&flagCandidate != 0 && c.candSide() != side && peer.bits&sentWrongAck != 0 && seq == c.candAck:
		// The answer to a third packet with a wrong number takes its sequence
		// number from that (RFC 9293, 3.10.7.4): its receiver accepts it.
		ok = true
	case synSent:
		// SYN-SENT: only the acknowledgement counts.
		if p.Flags.Any(capture.ACK) && c.acceptable(p.Ack, 1-side, x) {
			ok = true
			me.bits |= sentRSTACKofSYN
		}
	case me.bits&sentSYN != 0 && peer.bits&(sentSYNACK|sentSegment|sentSYN) == 0:
		// The opener takes back its SYN.
		ok = seq == me.isn || seq.In(me.isn+1, me.next)
	case peer.bits&hasAck != 0:
		hi := peer.edge
		if me.bits&hasNext != 0 && me.next.After(hi) {
			hi = me.next
		}
		lo := peer.ack
		if me.bits&hasNext != 0 && me.next.Before(lo) {
			lo = me.next
		}
		ok = seq.In(lo, hi)
		exact = seq == peer.ack || me.bits&hasNext != 0 && seq == me.next
		// A SYN-ACK's sender refused by its receiver: RST at the ack (RFC 9293, 3.5.2).
		if !ok && peer.bits&sentSYNACK != 0 && seq == peer.synAck {
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
	}
	if !ok {
		me.bits |= sentBadRST
		x.suspect()
		return OddRSTWindow
	}
	c.loose(p, side, x) // a diagnosis, in words
	if (c.half[0].bits|c.half[1].bits)&sentReset == 0 {
		switch {
		case x.Data != nil:
			d := x.need()
			d.rstOff, d.rstSide = off, uint8(side)
			d.resetNext = peer.next
			x.flags |= dataReset
		case c.flags&flagCandidate == 0:
			x.candOff = off
		}
	}
	if me.bits&sentReset == 0 && !exact {
		me.bits |= resetInexact
	}
	me.bits |= sentReset
	if exact {
		me.bits &^= resetInexact
	}
	if me.bits&hasNext == 0 {
		me.next = seq
		me.bits |= hasNext
	}
	return 0
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

// moveRefusal puts what Opening keeps of a RST where others are kept, before more is
// seen of the connection.
func (c *Conn) moveRefusal(x *Rest) {
	off, side := c.refusal(x)
	if off == 0 {
		return
	}
	d := x.need()
	d.rstOff, d.rstSide = off, uint8(side)
	d.resetNext = c.half[1-side].next
	d.lastRST[side] = c.half[side].next
	x.flags |= dataReset
	x.candOff = 0
}

// doubtReset takes an inexact RST back when both sides go on as if it had not
// come: a real one would have silenced its receiver.
func (c *Conn) doubtReset(p *capture.Packet, side Side, x *Rest) {
	if x.Data == nil || x.flags&dataReset == 0 {
		return
	}
	d := x.need()
	if d.rstOff == 0 {
		return
	}
	rs := Side(d.rstSide)
	if c.half[rs].bits&resetInexact == 0 || side == rs {
		return
	}
	if p.PayloadLen > 0 && p.Seq.Add(p.PayloadLen).After(d.resetNext) && c.half[rs].next.After(d.resetNext) || p.Ack == c.half[rs].next && c.half[rs].bits&sentReset != 0 && p.PayloadLen > 0 {
		c.half[rs].bits &^= sentReset | resetInexact
		c.half[rs].bits |= sentBadRST
		x.suspect()
		d.rstOff = 0
		x.flags &^= dataReset
	}
}
