package handshake

import "portero/capture"

// Which of the copies of a repeated SYN, or SYN-ACK, was answered: the answer's timestamp echo names it (RFC 7323, 4). Of the copies
// the first, the last and the last but one are known.

// keepMiddle keeps was, the latest copy of the SYN or SYN-ACK of h as yet, where a third or later one comes. It lies where
// the third packet is kept once there is one.
func (c *Conn) keepMiddle(was synCopy, h *half, x *Rest) {
	if h.copies > 2 && c.flags&flagCandidate == 0 {
		x.candTime, c.candSeq = was.time, capture.Seq(was.ts)
	}
}

// namedCopy is the copy of the SYN or SYN-ACK of h, which p answers, that is to be remembered besides the first: the last, unless p
// names the one before it. Where two have the timestamp that p echoes nothing tells them apart, and it is none.
func (c *Conn) namedCopy(p *capture.Packet, last synCopy, h *half, x *Rest) synCopy {
	if h.copies < 3 || c.flags&flagCandidate != 0 {
		return last
	}
	middle := synCopy{x.candTime, uint32(c.candSeq)}
	x.candTime, c.candSeq = 0, 0
	switch {
	case p.Opts&capture.OptTimestamps == 0 || p.TSEcr != middle.ts:
		return last
	case middle.ts == last.ts || middle.ts == x.firstTS(p):
		return synCopy{}
	}
	return middle
}

// firstTS is the timestamp of the first copy of what p answers.
func (x *Rest) firstTS(p *capture.Packet) uint32 {
	if p.Flags.Any(capture.SYN) {
		return x.synTS
	}
	return x.synackTS
}

// whichCopy is the time of the copy of the SYN (or SYN-ACK) that the reply's
// timestamp echo names; known is false when it names none.
func (c *Conn) whichCopy(x *Rest, syn bool) (at int64, known bool) {
	if x.Data == nil {
		return 0, false
	}
	d := x.more()
	first, sent, last, echo := x.synTS, x.synTime, d.latestSYN, d.synackEcho
	if !syn {
		first, sent, last, echo = x.synackTS, x.synackTime, d.latestSA, d.candEcho
	}
	if first == 0 || last.ts == 0 || first == last.ts {
		return 0, false
	}
	switch echo {
	case first:
		return sent, true
	case last.ts:
		return last.time, true
	}
	return 0, false
}
