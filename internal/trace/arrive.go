package trace

import "portero/capture"

// ahead is how many packets after one are searched for what became of it. It
// bounds the work that a hostile capture can ask for.
const ahead = 4096

// arrival says when a packet reached its receiver.
type arrival struct {
	at    int  // right after the receiver's packet at this position; the packet's own position: at sight
	ok    bool // false: no packet tells that it arrived
	seen  bool // a later packet of the receiver proves it
	again int  // position of the packet that contradicts it, or of its next copy; -1 none
}

// scan looks through the packets after i. For each of the receiver's it asks
// whether it proves that i had arrived (yes) or shows that it had not (no); for
// each of the sender's whether it is a copy, which then takes the place of i.
func (b *builder) scan(i int, judge func(p *pkt) (yes, no bool), isCopy func(p *pkt) bool) arrival {
	a := arrival{at: i, again: -1}
	me := b.pkts[i].from
	for k := i + 1; k < len(b.pkts) && k-i <= ahead; k++ {
		p := &b.pkts[k]
		if !p.plain() {
			continue
		}
		if p.from == me {
			if isCopy != nil && isCopy(p) {
				a.again = k
				return a
			}
			continue
		}
		yes, no := judge(p)
		if yes {
			a.ok, a.seen = true, true
			return a
		}
		if no {
			a.at, a.again = k, k
		}
	}
	return a
}

// synArrives: a SYN demands an answer that acknowledges it.
func (b *builder) synArrives(i int) arrival {
	s := &b.pkts[i]
	return b.scan(i, func(p *pkt) (bool, bool) {
		if p.Flags.Any(capture.ACK) && p.Ack.After(s.Seq) && !p.Ack.After(s.end()) || p.acks() && !p.Flags.Any(capture.SYN) && p.Ack.After(s.Seq) {
			return true, false
		}
		return false, !p.Flags.Any(capture.RST)
	}, func(p *pkt) bool {
		return p.Flags&(capture.SYN|capture.ACK) == capture.SYN
	})
}

// synackArrives: a SYN-ACK demands the third packet.
func (b *builder) synackArrives(i int) arrival {
	s := &b.pkts[i]
	asked := b.side[s.from.Peer()].synSeen // otherwise its SYN was captured late
	return b.scan(i, func(p *pkt) (bool, bool) {
		if p.Flags.Any(capture.SYN) {
			return false, asked
		}
		return p.acks() && p.Ack.After(s.Seq), false
	}, func(p *pkt) bool {
		return p.Flags.Has(capture.SYN|capture.ACK) && !p.Flags.Any(capture.RST)
	})
}

// ackOfSYNArrives: nothing answers an acknowledgement. It is taken at sight,
// unless its receiver asks again after it and nothing later fits better.
func (b *builder) ackOfSYNArrives(i int) arrival {
	a := b.scan(i, func(p *pkt) (bool, bool) {
		if p.Flags.Any(capture.SYN) {
			return false, true
		}
		return p.acks(), false
	}, nil)
	if a.again < 0 {
		a.ok = true // at sight
		return a
	}
	// The first acknowledgement after the last repetition is the one taken.
	for k := a.again + 1; k < len(b.pkts) && k-i <= ahead; k++ {
		if p := &b.pkts[k]; p.from == b.pkts[i].from && p.acks() && !p.Flags.Any(capture.SYN) {
			a.ok = false
			return a
		} else if p.from != b.pkts[i].from && p.acks() {
			break
		}
	}
	return a
}

// finArrives: a FIN demands an acknowledgement.
func (b *builder) finArrives(i int) arrival {
	s := &b.pkts[i]
	end := s.end()
	return b.scan(i, func(p *pkt) (bool, bool) {
		if !p.acks() {
			return false, false
		}
		ok := !p.Ack.Before(end)
		return ok, !ok
	}, func(p *pkt) bool {
		return p.Flags.Any(capture.FIN) && !p.Flags.Any(capture.SYN|capture.RST)
	})
}

// ackOfFINArrives: taken at sight, unless its receiver repeats its FIN after it.
func (b *builder) ackOfFINArrives(i int) arrival {
	a := b.scan(i, func(p *pkt) (bool, bool) {
		again := p.Flags.Any(capture.FIN) && !p.Flags.Any(capture.RST)
		return !again && p.acks(), again
	}, nil)
	a.ok = a.again < 0
	return a
}

// rstArrives: what its receiver had sent before may still come.
func (b *builder) rstArrives(i int) arrival {
	a := b.scan(i, func(p *pkt) (bool, bool) { return false, !p.Flags.Any(capture.RST) }, nil)
	a.ok = true
	return a
}
