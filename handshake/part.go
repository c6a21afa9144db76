package handshake

import "portero/capture"

// Parts reports whether p, a segment of side, is of another conversation than this connection, which is not over as far
// as was seen: its numbers are far from those of both ends, and it cannot just be that a long stretch was missed. One of the
// ends said that it has no more to send, and would have to have sent more; or timestamps are not those that both agreed on.
func (c *Conn) Parts(p *capture.Packet, side Side, x *Rest) bool {
	me, peer := &c.half[side], &c.half[1-side]
	return (me.bits|peer.bits)&sentFIN != 0 || me.bits&(sentSYN|sentSYNACK) != 0 && peer.bits&(sentSYN|sentSYNACK) != 0 && c.mistimed(p, side, x)
}

// AnsweredBy reports whether p, captured where nothing else was of its sender, is of the peer of side 0, of which alone the
// connection was seen: it names the number that side 0 called with, or goes on from the numbers of both ends. By chance no
// packet of another connection on the same ports does.
func (c *Conn) AnsweredBy(p *capture.Packet) bool {
	h := &c.half[0]
	if p.Bits&(capture.NoFlags|capture.Orphan|capture.BadHeader) != 0 || h.bits&hasNext == 0 || c.half[1].bits&belongs != 0 {
		return false
	}
	first, ack := h.begins(), p.Flags.Any(capture.ACK)
	switch p.Flags & (capture.SYN | capture.RST) {
	case capture.SYN:
		if !ack {
			return h.bits&sentSYNACK != 0 && p.Seq+1 == h.synAck
		}
		return h.bits&sentSYN != 0 && p.Ack.In(first, h.next)
	case capture.RST:
		return h.bits&hasAck != 0 && p.Seq == h.ack && (!ack || p.Ack.In(first, h.next)) ||
			ack && h.bits&(sentSYN|sentSegment) == sentSYN && p.Ack == h.next
	case 0:
		return ack && h.bits&hasAck != 0 && p.Ack.In(first, h.next.Add(span)) && p.Seq.In(h.ack.Add(^uint32(0)), h.ack.Add(span)) // a keep-alive is one behind
	}
	return false
}

// InOrder reports whether p, a segment of side, is the next one of it: most are.
func (c *Conn) InOrder(p *capture.Packet, side Side) bool { return c.half[side].next == p.Seq }

// Afar reports whether p, of side, is a segment with numbers far from those of both ends of this connection, which is not over.
func (c *Conn) Afar(p *capture.Packet, side Side) bool {
	return p.Flags&(capture.SYN|capture.RST|capture.ACK) == capture.ACK && c.foreign(side, p.Seq) && c.foreign(1-side, p.Ack) && !c.Over()
}

// RefusesOther reports whether p, a RST of side, refuses a call that is none of this connection, which is open: a port that is closed has no
// number, and the one that it acknowledges is far from those of the connection (RFC 9293, 3.10.7.1).
func (c *Conn) RefusesOther(p *capture.Packet, side Side) bool {
	me, peer := &c.half[side], &c.half[1-side]
	return p.Seq == 0 && me.bits&peer.bits&hasNext != 0 && (me.bits|peer.bits)&sentSegment != 0 && !c.Over() && c.foreign(side, 0) && c.foreign(1-side, p.Ack)
}

// foreign reports whether n is none of the numbers that side used.
func (c *Conn) foreign(side Side, n capture.Seq) bool {
	h := &c.half[side]
	return h.bits&hasNext != 0 && h.away(n) && !(h.next.Sub(n) > 0 && (c.far(side) || n.In(h.isn, h.next)))
}

// The fastest clock of timestamps that there is counts microseconds; the standard has none faster than one of
// milliseconds (RFC 7323, 5.4). After that long it may have come half round.
const (
	tickMost  = 2       // a microsecond, with some to spare
	tickSlack = 1 << 20 // an answer without memory of the call hides options in its timestamp
	tickRound = 1000 * 1e9
)

// mistimed reports whether the timestamp of p, a segment of side, or that it has none, contradicts the SYNs of both ends:
// agreed on, it is in every segment (RFC 7323, 3.2), and it counts time.
func (c *Conn) mistimed(p *capture.Packet, side Side, x *Rest) bool {
	me, peer := &c.half[side], &c.half[1-side]
	if me.wscale == unseenScale || peer.wscale == unseenScale || p.Bits&capture.Overlong != 0 || p.Bits&capture.Cut != 0 && p.PayloadCap == 0 {
		return false // options were cut
	}
	agreed, has := me.opts&peer.opts&capture.OptTimestamps != 0, p.Opts&capture.OptTimestamps != 0
	if !agreed || !has {
		return agreed != has
	}
	if me.bits&peer.bits&(sentSYN|sentSYNACK) != 0 || me.bits&(sentSYN|sentSYNACK) == sentSYN|sentSYNACK || peer.bits&(sentSYN|sentSYNACK) == sentSYN|sentSYNACK {
		return false // calls that crossed: of which the timestamps are is not kept
	}
	ts, at := x.synTS, x.synTime
	if side != c.synSide() {
		ts, at = x.synackTS, x.synackTime
	}
	since := p.Time - at
	if ts == 0 || p.TSVal == 0 || since < 0 || since > tickRound {
		return false
	}
	d := int64(int32(p.TSVal - ts))
	return d < -tickSlack || d > since/1000*tickMost+tickSlack
}
