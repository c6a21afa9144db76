package handshake

import "portero/capture"

// What was not seen of a stream, though later octets of it were, or acknowledgements of it.

// holesOf returns the first piece of the list of what was not seen of side, and the number of the block
// with the next one, 0 where there is none. Places that are not used are empty.
func (x *Rest) holesOf(side Side) (hs []hole, next uint32) {
	d := x.more()
	return d.holes[side][:], d.further[side]
}

func (x *Rest) nextHoles(n uint32) (hs []hole, next uint32) {
	if n == 0 {
		return nil, 0
	}
	b := x.Shelf.block(n)
	return b.holes[:], b.next
}

// addHole notes that the octets [lo, hi) of side were not seen. The oldest
// hole is given up when there is no room.
func (x *Rest) addHole(side Side, lo, hi capture.Seq) {
	d := x.need()
	place := &d.further[side]
	for hs := d.holes[side][:]; ; {
		for i := range hs {
			if hs[i].lo == hs[i].hi {
				hs[i] = hole{lo, hi}
				if x.holeCount[side] < holesMost {
					x.holeCount[side]++
				}
				return
			}
		}
		if *place == 0 {
			if x.details == 0 || int(x.holeCount[side])+len(holeBlock{}.holes) > holesMost {
				break
			}
			n, ok := x.Shelf.take()
			if !ok {
				break
			}
			*place = n + 1
		}
		b := x.Shelf.block(*place)
		hs, place = b.holes[:], &b.next
	}
	hs := &d.holes[side]
	d.Lost[side] += uint64(uint32(hs[0].hi - hs[0].lo))
	copy(hs[:], hs[1:])
	hs[len(hs)-1] = hole{lo, hi}
}

// fill takes [lo, hi) out of the holes of side and returns how many octets of
// it were missing.
func (x *Rest) fill(side Side, lo, hi capture.Seq) (fresh uint32) {
	if x.holeCount[side] == 0 {
		return 0
	}
	var split hole
	for hs, next := x.holesOf(side); hs != nil; hs, next = x.nextHoles(next) {
		for i := range hs {
			h := hs[i]
			if h.lo == h.hi || !lo.Before(h.hi) || !h.lo.Before(hi) {
				continue
			}
			a, b := lo, hi
			if a.Before(h.lo) {
				a = h.lo
			}
			if b.After(h.hi) {
				b = h.hi
			}
			fresh += uint32(b - a)
			switch {
			case a == h.lo && b == h.hi:
				hs[i] = hole{}
				x.holeCount[side]--
			case a == h.lo:
				hs[i].lo = b
			case b == h.hi:
				hs[i].hi = a
			default: // there is but one of which both ends remain
				hs[i].hi = a
				split = hole{b, h.hi}
			}
		}
	}
	switch {
	case split.lo != split.hi:
		x.addHole(side, split.lo, split.hi)
	case x.holeCount[side] == 0 && x.more().further[side] != 0:
		x.Shelf.releaseHoles(&x.need().further[side])
	}
	return fresh
}

// missing reports whether octets of side before end were not seen.
func (x *Rest) missing(side Side, end capture.Seq) bool {
	return x.anyHole(side, func(h hole) bool { return h.lo.Before(end) })
}

// lacks reports whether the octet seq of side was not seen.
func (x *Rest) lacks(side Side, seq capture.Seq) bool {
	return x.anyHole(side, func(h hole) bool { return seq.In(h.lo, h.hi-1) })
}

// lastHole is where what was not seen of side begins that ends at end; ok is false where nothing does.
func (x *Rest) lastHole(side Side, end capture.Seq) (lo capture.Seq, ok bool) {
	ok = x.anyHole(side, func(h hole) bool { lo = h.lo; return h.hi == end })
	return lo, ok
}

func (x *Rest) anyHole(side Side, is func(hole) bool) bool {
	if x.Data == nil || x.holeCount[side] == 0 {
		return false
	}
	for hs, next := x.holesOf(side); hs != nil; hs, next = x.nextHoles(next) {
		for _, h := range hs {
			if h.lo != h.hi && is(h) {
				return true
			}
		}
	}
	return false
}

// unhole forgets what was missing of side: it was none of its stream.
func (c *Conn) unhole(side Side, x *Rest) {
	if x.Data != nil && x.holeCount[side] != 0 {
		d := x.need()
		lost := d.Lost[side]
		c.giveUp(side, x)
		d.Lost[side] = lost
	}
}

// giveUp counts what was missing of side for lost: it is waited for no longer.
func (c *Conn) giveUp(side Side, x *Rest) {
	x.drop(side, func(hole) bool { return true })
	x.holeCount[side] = 0 // also those for which there was no room
}

// settledBits is how far behind an acknowledgement what is missing comes no more, as a power of two.
const settledBits = 24

// settle gives up what was missing of side long before ack: its numbers come round, and every
// acknowledgement looks at what is still waited for.
func (x *Rest) settle(side Side, ack capture.Seq) {
	x.drop(side, func(h hole) bool { return ack.Sub(h.hi) > 1<<settledBits })
}

// drop gives up those holes of side that are over.
func (x *Rest) drop(side Side, over func(hole) bool) {
	if x.holeCount[side] == 0 || x.details == 0 {
		return
	}
	d := x.need()
	for hs, next := x.holesOf(side); hs != nil; hs, next = x.nextHoles(next) {
		for i, h := range hs {
			if h.lo != h.hi && over(h) {
				d.Lost[side] += uint64(uint32(h.hi - h.lo))
				hs[i] = hole{}
				x.holeCount[side]--
			}
		}
	}
	if x.holeCount[side] == 0 {
		x.Shelf.releaseHoles(&d.further[side])
	}
}

// lost is how many octets of side its peer acknowledged and the capture lacks.
func (c *Conn) lost(side Side, x *Rest) uint64 {
	d := x.more()
	n := d.Lost[side]
	me, peer := &c.half[side], &c.half[1-side]
	if peer.bits&hasAck == 0 {
		return n
	}
	if c.callsItself(1 - side) {
		return 0 // what it acknowledges is its own
	}
	for hs, next := x.holesOf(side); hs != nil; hs, next = x.nextHoles(next) {
		for _, h := range hs {
			if h.lo == h.hi || !h.lo.Before(peer.ack) {
				continue
			}
			hi := h.hi
			if hi.After(peer.ack) {
				hi = peer.ack
			}
			n += uint64(uint32(hi - h.lo))
			if bySYN := peer.bits&sentSYNACK != 0 && hi == peer.synAck; !bySYN && hi == me.next && !peer.ack.After(hi) && me.bits&sentFIN == 0 && (peer.bits&sentFIN|(me.bits|peer.bits)&sentReset != 0 || hi == h.lo+1) {
				n-- // the last may be its FIN, which is missed then, and no octet
			}
		}
	}
	return n
}
