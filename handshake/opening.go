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
