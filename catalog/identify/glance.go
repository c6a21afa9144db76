package identify

import "portero/capture"

// glance is See for a flow of which nothing is kept, where no signature can say
// anything but no of what was sent: what it does then fits in the note, which it
// returns. Otherwise it changes nothing, and says so.
func (x *Identifier) glance(note uint32, p *capture.Packet, side int, data []byte, at Place) (uint32, bool) {
	failed := failedBit << side
	middle, most := false, uint32(maxDatagrams)
	n := note
	switch {
	case p.Proto != capture.ProtoTCP:
		if len(data) == 0 {
			return spoke(n, side), true
		}
		b := data[:min(len(data), MaxKept)]
		if !x.table.udp.mayAlone(b, int(p.PayloadLen), p.SrcPort, p.DstPort).empty() {
			return 0, false
		}
	default:
		most = maxSegments
		off := at.Offset
		far := off > maxHello || off < -MaxKept
		if middle = !at.Known || far && n&(beyondBit<<side) == 0; middle {
			off = 0
		}
		if len(data) <= 6 && p.Flags&capture.PSH == 0 && zeros(data) {
			return spoke(n, side), true // as segment has it
		}
		switch {
		case n&failed != 0:
			// Nothing that its side sends can be told any more, wherever it lies.
			if off != 0 {
				n |= beyondBit << side
			}
		case off != 0:
			return 0, false // to be put in order
		case len(data) > 0:
			v := x.table.tcp
			which := v.mayAlone(data[:min(len(data), MaxKept)], min(len(data), MaxKept), p.SrcPort, p.DstPort)
			if !which.and(v.from[roles(side, int(at.Opener))]).empty() {
				return 0, false
			}
			n |= failed
		}
		n = noteRandom(n, side, data)
	}
	n = spoke(n+1, side)
	looked := n & lookedBits
	if looked >= most || n&(3*failedBit) == 3*failedBit || middle && n&failed != 0 && looked >= 4 {
		if unreadable(n) {
			return Done | opaque, true
		}
		return Done, true
	}
	return n, true
}

// spoke notes who spoke first.
func spoke(n uint32, side int) uint32 {
	if n&spokeBit == 0 {
		n |= spokeBit | uint32(side)<<firstBits
	}
	return n
}

// noteRandom notes whether data looks random.
func noteRandom(n uint32, side int, data []byte) uint32 {
	if n&readable != 0 || len(data) < randomLeast {
		return n
	}
	if random(data) {
		return n | 1<<(randomBits+side)
	}
	return n | readable
}

// unreadable reports whether both sides sent what looks random, and nothing else.
func unreadable(n uint32) bool { return n>>randomBits&3 == 3 && n&readable == 0 }
