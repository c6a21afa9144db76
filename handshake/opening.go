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

// asksECN reports whether p is an ECN-setup SYN or SYN-ACK.
func asksECN(p *capture.Packet) bool {
	f := p.Flags & (capture.SYN | capture.ACK | capture.ECE | capture.CWR)
	return f == capture.SYN|capture.ECE|capture.CWR || f == capture.SYN|capture.ACK|capture.ECE
}

// sameAgain takes p, a copy of the SYN or SYN-ACK of h. One that asks for no ECN gives it up, whatever its peer
// answers the other (RFC 3168, 6.1.1): a path that drops the one that asks is why it is sent.
func (h *half) sameAgain(p *capture.Packet) {
	if h.opts&optECN != 0 && !asksECN(p) {
		h.opts &^= optECN
	}
}

func (c *Conn) options(p *capture.Packet, h *half, fresh bool) {
	if fresh {
		h.wscale, h.opts, h.mss = -1, 0, 0
	}
	h.opts |= p.Opts &^ capture.OptSACKBlocks
	if asksECN(p) {
		h.opts |= optECN
	}
	if p.Opts&capture.OptMSS != 0 {
		h.mss = p.MSS
	}
	if p.Opts&capture.OptWScale != 0 {
		h.wscale = int8(min(p.WScale, maxScale))
	} else if p.OptionsCut() {
		h.wscale = unseenScale
	}
}
