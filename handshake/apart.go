package handshake

import "portero/capture"

// Octets that are kept apart, far ahead of what their sender sent as far as was seen, until what follows tells whether they
// are its own.

// unheard is how many octets in a row, far beyond what the receiver offered, tell that the capture
// lost the receiver too, which says nothing of them.
const unheard = 1 << 16

// runsOn judges p, which lies beyond anything its receiver offered. The capture may have lost a
// stretch of both sides; or somebody who sees nothing of the connection forges segments. What the
// receiver acknowledges tells the two apart, see weigh: until then the run is kept apart. A second
// segment right behind the first is enough where nothing of the receiver was ever seen.
func (c *Conn) runsOn(p *capture.Packet, side Side, off uint32, x *Rest) bool {
	me := &c.half[side]
	if x.Data == nil {
		return false
	}
	d := x.more()
	run := x.flags&(dataPend0<<side) != 0 && d.pendEnd[side] == p.Seq
	if peer := &c.half[1-side]; run && x.named(side) && p.Flags.Any(capture.ACK) && p.Ack == peer.next {
		peer.bits = peer.bits&^sentWrongAck | hasAck
		peer.ack, peer.edge = p.Seq, p.Seq.Add(1<<16)
		c.leap(side, true, x)
		return true
	}
	if p.Flags.Any(capture.ACK) && (me.bits|c.half[1-side].bits)&(sentFIN|sentReset) == 0 {
		switch first, end, ok := c.run(1-side, x); {
		case !ok || p.Ack != end && (first == end || !p.Ack.In(first+1, end)):
		case run:
			// Both ends go on with each other, and neither from where it stood. What lies between nobody
			// knows: it may not even be the same connection.
			c.leap(side, false, x)
			c.leap(1-side, false, x)
			return true
		case p.PayloadLen == 0:
			c.setApart(p, side, x) // who only listens says so again
			return false
		}
	}
	if run && (c.half[1-side].bits&hasAck == 0 || d.pendBytes[side] >= unheard) {
		c.leap(side, true, x)
		return true
	}
	fin := p.Flags.Any(capture.FIN)
	if p.PayloadLen == 0 && !(run && fin) {
		return false
	}
	c.setApart(p, side, x)
	if fin && me.bits&sentFIN == 0 {
		me.fin, x.finOff[side] = segEnd(p), off // counts with the run
	}
	return false
}

// names notes that p, a segment of side, acknowledges what lies far ahead of all that was seen of its peer, though p itself is just where
// side stands: where the next segment of its peer begins there, and has all of side, both agree on it, and a stretch was missed. Who forges
// blindly would have to hit the one number exactly. It is an empty run of the peer, see named.
func (c *Conn) names(p *capture.Packet, side Side, x *Rest) {
	if x.Data == nil || segEnd(p) != c.half[side].next || x.lacks(side, p.Seq-1) || x.flags&(dataPend0<<(1-side)) != 0 ||
		(c.half[0].bits|c.half[1].bits)&(sentFIN|sentReset) != 0 {
		return
	}
	d := x.need()
	d.pendEnd[1-side], d.pendBytes[1-side] = p.Ack, 0
	d.zeekOnce |= unsaid0 << (1 - side)
	x.flags |= dataPend0 << (1 - side)
}

// named reports whether what is kept apart of side is nothing but a place that its peer named, see names.
func (x *Rest) named(side Side) bool {
	d := x.more()
	return x.flags&(dataPend0<<side) != 0 && d.pendBytes[side] == 0 && d.zeekOnce&(unsaid0<<side) != 0
}

// run is what of side is kept apart far ahead of what it sent; ok is false where there is nothing.
func (c *Conn) run(side Side, x *Rest) (first, end capture.Seq, ok bool) {
	d := x.more()
	end = d.pendEnd[side]
	first = end.Add(-d.pendBytes[side])
	return first, end, x.flags&(dataPend0<<side) != 0 && !x.named(side) && first.Sub(c.half[side].next) > slack
}

// setApart keeps p, which lies ahead of what side sent, apart: as the next of the run that is, or as the
// first of another.
func (c *Conn) setApart(p *capture.Packet, side Side, x *Rest) {
	d := x.need()
	if x.flags&(dataPend0<<side) == 0 || d.pendEnd[side] != p.Seq || x.named(side) {
		x.flags |= dataPend0 << side
		d.pendBytes[side] = 0
		d.zeekOnce &^= unsaid0 << side
	}
	d.pendEnd[side] = segEnd(p)
	d.pendBytes[side] += p.PayloadLen
}

// apart is the run of side that is kept apart, or what of it is in doubt: [first, end), which is empty where there is nothing.
func (x *Rest) apart(side Side) (first, end capture.Seq) {
	if x.flags&(dataPend0<<side) == 0 {
		return 0, 0
	}
	d := x.more()
	return d.pendEnd[side].Add(-d.pendBytes[side]), d.pendEnd[side]
}

// goesOn lets p, a segment of side, tell what octets of side that are in doubt are worth: those that it
// goes on behind have the right number, and those that it carries itself were sent again.
func (c *Conn) goesOn(p *capture.Packet, side Side, x *Rest) {
	me, d, end := &c.half[side], x.more(), segEnd(p)
	first := d.pendEnd[side].Add(-d.pendBytes[side])
	switch {
	case x.named(side):
		if p.Seq != first {
			x.flags &^= dataPend0 << side // it is elsewhere than its peer named
		}
	case !d.pendEnd[side].After(me.next):
		c.unsay(p, side, x)
	case first.Sub(me.next) > slack:
	case p.Seq == d.pendEnd[side]:
		c.leap(side, true, x)
	case p.PayloadLen > 0 && !p.Seq.After(first) && !end.Before(d.pendEnd[side]):
		x.flags &^= dataPend0 << side
		if d.zeekOnce&(unsaid0<<side) == 0 { // otherwise its sender knew nothing of them
			x.need().Retrans[side]++
		}
	case !p.Seq.Before(first) && !end.Before(d.pendEnd[side]) && end.After(me.next):
		x.flags &^= dataPend0 << side // what of them lies before p is missing until it comes well
	}
}

// Apart is where the run of side ends that is kept apart, see runsOn; ok is false where there is none.
func (c *Conn) Apart(side Side, x *Rest) (end capture.Seq, ok bool) {
	end = x.more().pendEnd[side]
	return end, x.Data != nil && x.flags&(dataPend0<<side) != 0 && !x.named(side) && end.After(c.half[side].next)
}

// Reached reports whether side sent all octets up to end.
func (c *Conn) Reached(end capture.Seq, side Side) bool { return !c.half[side].next.Before(end) }

// leap takes the run of side that was kept apart for its own. What lies between is missing where known says
// that the stream is the same.
func (c *Conn) leap(side Side, known bool, x *Rest) {
	me, d := &c.half[side], x.need()
	x.flags &^= dataPend0 << side
	if first := d.pendEnd[side].Add(-d.pendBytes[side]); first.Sub(me.next) <= slack && (x.finOff[side] == 0 || me.fin != d.pendEnd[side]) {
		c.count(later(first, me.next), d.pendEnd[side], side, x)
		me.bits |= sentSegment | sentPayload
		return
	}
	x.Payload[side] += uint64(d.pendBytes[side])
	x.Untime() // what was acknowledged meanwhile was missed
	c.giveUp(side, x)
	if known {
		x.addHole(side, me.next, d.pendEnd[side].Add(-d.pendBytes[side]))
	}
	me.next = d.pendEnd[side]
	me.bits |= sentSegment
	if d.pendBytes[side] > 0 {
		me.bits |= sentPayload
	}
	if x.finOff[side] != 0 && me.fin == me.next {
		me.bits |= sentFIN
		if d.finAhead&(2>>side) != 0 && !d.finAck[1-side].Before(me.fin) {
			c.half[1-side].bits |= finAcked
		}
	}
}

// weigh lets ack, of the receiver, tell whether the run of side that is kept apart is its own, or
// whether octets that are in doubt were taken.
func (c *Conn) weigh(ack capture.Seq, side Side, x *Rest) {
	me, d := &c.half[side], x.more()
	first := d.pendEnd[side].Add(-d.pendBytes[side])
	switch {
	case x.named(side) && ack.After(me.next):
	case !d.pendEnd[side].After(me.next): // no run: octets with a wrong checksum, see doubt
		if !ack.Before(d.pendEnd[side]) {
			x.flags &^= dataPend0 << side // it took them
		}
	case ack == first && first == me.next && d.zeekOnce&(unsaid0<<side) != 0: // it has not got them yet either
	case ack == first && first.Sub(me.next) <= slack && !me.next.After(first):
		c.leap(side, true, x) // right behind what it has, and so in order
		x.doubt(side, first, me.next)
	case !ack.After(me.next):
		if first.Sub(me.next) > slack {
			x.flags &^= dataPend0 << side
		}
	case ack.After(first) && (!ack.After(d.pendEnd[side]) || first.Sub(me.next) <= slack):
		c.leap(side, true, x)
	}
}
