package handshake

import "portero/capture"

// A connectionless flow has no handshake: its Conn keeps the payload octets of
// both sides in the place of sequence numbers, how many wrong checksums each sent in the place of its FIN's, and
// Zeek's letters.

// ObserveDatagram books a packet of a connectionless flow. x.Data is not used.
func (c *Conn) ObserveDatagram(p *capture.Packet, side Side, x *Rest, o Options) {
	me := &c.half[side]
	n := c.DatagramPayload(side) + uint64(p.Held())
	me.next, me.ack = capture.Seq(n), capture.Seq(n>>32)
	if p.Partial() {
		return // Zeek waits for the rest
	}
	first := c.flags&flagFlagsSeen == 0
	c.flags |= flagFlagsSeen
	if first {
		flips := ZeekFlips(p.Proto, 0, p.SrcPort, p.DstPort, o.LikelySrc, o.LikelyDst)
		if flips {
			c.flags |= flagZeekCaret
		}
		if flips != (side == 1) {
			c.flags |= flagZeekFlip
		}
	}
	if p.Bits&capture.BadSum != 0 {
		me.bits |= badSum
	} else if p.Bits&(capture.Unchecked|capture.PartialSum) == 0 {
		me.bits |= goodSum
	}
	switch {
	case p.Bits&capture.Overlong != 0: // Zeek drops it
	case p.Bits&(capture.BadSum|capture.PartialSum) != 0 && !o.IgnoreSums:
		if me.fin++; decade(uint64(me.fin)) {
			c.letter(letC, side, x)
		}
	case me.zeek&zSeenD == 0:
		me.zeek |= zSeenD
		c.letter(letD, side, x)
	}
}

// SpokeFirst notes that of a connectionless flow side spoke first: what it sent was booked late.
func (c *Conn) SpokeFirst(side Side) {
	c.flags &^= flagSYNBy1
	if side == 1 {
		c.flags |= flagSYNBy1
	}
}

// Beginner is who spoke first in a connectionless flow.
func (c *Conn) Beginner() Side { return c.synSide() }

// DatagramPayload is how many payload octets side sent in a connectionless flow.
func (c *Conn) DatagramPayload(side Side) uint64 {
	h := &c.half[side]
	return uint64(h.ack)<<32 | uint64(h.next)
}

// DatagramState is Zeek's conn_state of a UDP flow.
func (c *Conn) DatagramState() string {
	o := c.zeekOrig()
	switch a, b := c.half[o].zeek&zSeenD != 0, c.half[1-o].zeek&zSeenD != 0; {
	case a && b:
		return "SF"
	case a:
		return "S0"
	case b:
		return "SHR"
	}
	return "OTH"
}

// DatagramNote is where who looks at the payload of a connectionless flow keeps
// its note.
func (c *Conn) DatagramNote() *uint32 { return (*uint32)(&c.half[0].isn) }
