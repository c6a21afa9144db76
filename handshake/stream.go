package handshake

import "portero/capture"

// StreamOffset is where the payload of p, sent by side, lies in side's stream, in
// octets from its start. known is false where the SYN of that side was not seen.
func (c *Conn) StreamOffset(p *capture.Packet, side Side) (off int64, known bool) {
	h := &c.half[side]
	if h.bits&(sentSYN|sentSYNACK) == 0 {
		return 0, false
	}
	seq := p.Seq
	if p.Flags.Any(capture.SYN) {
		seq++
	}
	return int64(seq.Sub(h.isn + 1)), true
}

// Opener is the side that opened the connection, -1 where neither SYN nor
// SYN-ACK tells.
func (c *Conn) Opener() int8 {
	a, b := c.half[0].bits, c.half[1].bits
	switch {
	case (a|b)&sentSYN != 0:
		return int8(c.synSide())
	case a&sentSYNACK != 0 && b&sentSYNACK == 0:
		return 1
	case b&sentSYNACK != 0:
		return 0
	}
	return -1
}
