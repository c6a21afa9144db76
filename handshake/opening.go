package handshake

import "portero/capture"

// observeOpening takes a SYN or a SYN-ACK. Of data on it, what did not pass is not counted either.
func (c *Conn) observeOpening(p *capture.Packet, side Side, off uint32, x *Rest) (odd Oddity) {
	most := ^uint64(0)
	if p.Bits&capture.Overlong != 0 && x.Data != nil {
		most = x.Payload[side] + uint64(p.Held())
	}
	if p.Flags.Has(capture.ACK) {
		odd = c.observeSYNACK(p, side, off, x)
	} else {
		odd = c.observeSYN(p, side, off, x)
	}
	if most != ^uint64(0) {
		x.Payload[side] = min(x.Payload[side], most)
	}
	return odd
}

// optECN marks the ECN handshake (RFC 3168, 6.1.1) in the place of an option that
// SYNs never carry.
const optECN = capture.OptSACKBlocks

// optAccECN marks that of more accurate ECN (RFC 9768, 3.1.1), in the place of an option that half.wscale tells as well. Who
// asks for it asks for the other too.
const optAccECN = capture.OptWScale

// ecn tells what p, a SYN or SYN-ACK, asks for or grants.
func ecn(p *capture.Packet) capture.Opts {
	const classic, accurate = capture.ECE | capture.CWR, capture.ECE | capture.CWR | capture.AE
	switch f := p.Flags & accurate; {
	case !p.Flags.Any(capture.ACK) && f == accurate:
		return optECN | optAccECN
	case !p.Flags.Any(capture.ACK):
		if f == classic {
			return optECN
		}
	case f&classic == capture.ECE:
		return optECN
	case f != 0 && f != accurate: // it repeats how the SYN came; who sends back whatever came means nothing by it
		return optAccECN
	}
	return 0
}

// sameAgain takes p, a copy of the SYN or SYN-ACK of h. One that asks for no ECN gives it up, whatever its peer
// answers the other (RFC 3168, 6.1.1): a path that drops the one that asks is why it is sent.
func (h *half) sameAgain(p *capture.Packet) { h.opts &= ecn(p) | ^(optECN | optAccECN) }

func (c *Conn) options(p *capture.Packet, h *half, fresh bool) {
	if fresh {
		h.wscale, h.opts, h.mss = -1, 0, 0
	}
	h.opts |= p.Opts&^(optECN|optAccECN) | ecn(p)
	if p.Opts&capture.OptMSS != 0 {
		h.mss = p.MSS
	}
	if p.Opts&capture.OptWScale != 0 {
		h.wscale = int8(min(p.WScale, maxScale))
	} else if p.OptionsCut() {
		h.wscale = unseenScale
	}
}

// acceptable reports whether ack acknowledges a bare SYN of side (RFC 9293,
// 3.10.7.3): it lies in (ISN, ISN + 1 + SYN payload].
func (c *Conn) acceptable(ack capture.Seq, side Side, x *Rest) bool {
	h := &c.half[side]
	if h.bits&sentSYN == 0 {
		return false
	}
	if ack == h.isn+1 {
		return true
	}
	if c.reachesOther(ack, side, x) {
		return true
	}
	end := c.top(side)
	if n := c.brought(side, x); n != 0 {
		end = (h.isn + 1).Add(n) // what followed the SYN is not part of it
	}
	return c.flags&flagSYNData != 0 && ack.After(h.isn) && !ack.After(end) && ack.Sub(h.isn) < 1<<16
}

// carries keeps how many octets p, a SYN of side, brings: of its copies the longest counts.
func (c *Conn) carries(p *capture.Packet, side Side, x *Rest) {
	if p.PayloadLen == 0 || x.Data == nil || x.flags&(dataPrevISN0<<side) != 0 {
		return
	}
	d := x.need()
	d.prevLen[side] = max(d.prevLen[side], uint16(min(p.PayloadLen, 1<<16-1)))
}

// brought is how many octets came with the SYN of side, 0 where none did, or where that is not known any more.
func (c *Conn) brought(side Side, x *Rest) uint32 {
	if x.Data == nil || x.flags&(dataPrevISN0<<side) != 0 {
		return 0
	}
	return uint32(x.more().prevLen[side])
}

// carried is how many octets came with the SYN or SYN-ACK of h, as long as nothing followed it.
func (h *half) carried() uint16 {
	if n := h.next.Sub(h.isn + 1); h.bits&(hasNext|sentSegment) == hasNext && n > 0 && n < 1<<16 {
		return uint16(n)
	}
	return 0
}

// thirdValid reports whether the candidate completes a handshake in which the
// peer of side used isn.
func (c *Conn) thirdValid(side Side, isn capture.Seq) bool {
	peer := &c.half[1-side]
	lo := isn + 1
	if c.candAck.Before(lo) || c.candAck.After(c.top(1-side)) {
		return false
	}
	me := &c.half[side]
	switch {
	case peer.bits&sentSYNACK != 0:
		start := peer.synAck
		if me.bits&sentSYN != 0 && me.isn+1 != start {
			start = me.isn + 1
		}
		if c.candSeq == start || c.candSeq == peer.synAck {
			return true
		}
		edge := peer.edge
		if edge.Before(peer.synAck.Add(65535)) {
			edge = peer.synAck.Add(65535)
		}
		if c.far(side) {
			edge = start.Add(farSpan)
		}
		return c.candSeq.In(start, edge)
	case me.bits&sentSYN != 0:
		return c.candSeq.In(me.isn+1, me.isn.Add(1<<20))
	}
	return true
}

func (c *Conn) thirdExact(side Side) bool {
	me, peer := &c.half[side], &c.half[1-side]
	if peer.bits&sentSYNACK != 0 && c.candSeq == peer.synAck {
		return true
	}
	if me.bits&(sentSYN|sentSYNACK) != 0 {
		return c.candSeq == me.isn+1
	}
	return false
}
