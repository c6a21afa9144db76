package trace

import (
	"cmp"
	"slices"
	"time"

	"portero/capture"
	"portero/handshake"
)

// What of a capture counts, and what its receiver must not accept.

// nearby is how many packets around one are searched for what excuses it: there may be many to excuse.
const nearby = 64

// forgive lets count what the judge counts though something of it is wrong.
func (b *builder) forgive(v handshake.Verdict, suspected bool) {
	for i := range b.pkts {
		p := &b.pkts[i]
		switch {
		case !p.isBad:
		case p.bad == RSTIgnored && !suspected:
			p.bad = RSTStray // its sender was gone, as a later one of it tells
		case p.bad == BadChecksum:
			p.isBad = !p.took || !b.alone(i)
		case p.bad == SYNACKWrong:
			p.isBad = i != b.synack || !b.j.UnseenSYN()
		case p.bad == AckOfUnsent:
			p.isBad = i != b.third && !b.sentLate(i) && !(v.Opened() && (p.PayloadLen > 0 || p.Flags.Any(capture.FIN)))
		}
	}
}

// sentLate reports whether what packet i acknowledges was captured after it.
func (b *builder) sentLate(i int) bool {
	p := &b.pkts[i]
	for k := i + 1; k < len(b.pkts) && k-i <= nearby; k++ {
		q := &b.pkts[k]
		if q.Time-p.Time > int64(time.Second) {
			return false
		}
		if q.from != p.from && q.plain() && q.Seq.Before(p.Ack) && !q.end().Before(p.Ack) {
			return true
		}
	}
	return false
}

// alone reports whether some octets of packet i came in no other, and its sender did not go on before them.
func (b *builder) alone(i int) bool {
	p := &b.pkts[i]
	var others []span // what of it came in others, from its first octet
	for k := max(i-nearby, 0); k < len(b.pkts) && k-i <= nearby; k++ {
		q := &b.pkts[k]
		if k == i || q.from != p.from || !q.plain() || q.Flags.Any(capture.RST) || !q.Seq.Before(p.end()) {
			continue
		}
		if k > i && q.PayloadLen == 0 && !q.Seq.After(p.Seq) {
			return false
		}
		others = append(others, span{int64(q.Seq.Sub(p.Seq)), int64(q.end().Sub(p.Seq))})
	}
	slices.SortFunc(others, func(a, b span) int { return cmp.Compare(a.lo, b.lo) })
	to := int64(0)
	for _, o := range others {
		if o.lo > to {
			break
		}
		to = max(to, o.hi)
	}
	return to < int64(p.PayloadLen)
}

// blame turns the judge's oddities into the reason why p is not accepted.
func (b *builder) blame(p *pkt, odd handshake.Oddity) {
	for _, x := range [...]struct {
		odd handshake.Oddity
		why Remark
	}{
		{handshake.OddBadSum, BadChecksum}, {handshake.OddFlags, OddFlags}, {handshake.OddRSTWindow, RSTIgnored},
		{handshake.OddSYNACKNumber, SYNACKWrong}, {handshake.OddAckUnsent, AckOfUnsent}, {handshake.OddSeqWindow, OutOfWindow},
	} {
		if odd&x.odd != 0 {
			p.bad, p.isBad = x.why, true
			return
		}
	}
}

// doubts takes back the RSTs inside the window after which their supposed
// sender went on: a stranger sent them. What refused an earlier SYN was meant.
func (b *builder) doubts() {
	b.beforeTheAnswer()
	b.strangeAnswers()
	if b.j.Close == handshake.Reset || b.j.Close == handshake.CloseNone {
		return
	}
	last := [2]int{-1, -1} // the last packet of each end with payload or FIN
	for i := range b.pkts {
		if p := &b.pkts[i]; p.plain() && !p.Flags.Any(capture.RST) && (p.PayloadLen > 0 || p.Flags.Any(capture.FIN)) {
			last[p.from] = i
		}
	}
	for i := range b.pkts {
		if p := &b.pkts[i]; p.plain() && p.Flags.Any(capture.RST) && last[p.from] > i && !b.refusedBefore(i) && !b.answersWrong(i) {
			p.bad, p.isBad = RSTDoubted, true
		}
	}
}

// beforeTheAnswer takes back what came in the responder's name between the SYN and the
// answer that opened the connection, and that the answer disowns: a refusal after which
// nobody asked again, and segments whose numbers are not the answer's.
func (b *builder) beforeTheAnswer() {
	if !b.j.Verdict.Opened() || b.j.Kind == handshake.Simultaneous || b.j.Kind == handshake.Split || b.syn < 0 || b.synack < b.syn || b.pkts[b.synack].from != Resp {
		return
	}
	isn := b.pkts[b.synack].Seq
	for i := b.synack - 1; i > b.syn; i-- {
		p := &b.pkts[i]
		if !p.plain() {
			continue
		}
		if p.from == Orig {
			if p.Flags.Any(capture.SYN) {
				return // what came before it may have been meant
			}
			continue
		}
		switch f := p.Flags; {
		case p.Ack != b.pkts[b.syn].Seq+1 || !f.Any(capture.ACK) || f.Any(capture.SYN):
		case f.Any(capture.RST):
			p.bad, p.isBad = RSTDoubted, true
		case !p.Seq.After(isn) || p.end().Sub(isn) > 1<<16: // a segment of it may be captured before it, as the judge has it
			p.bad, p.isBad = OutOfWindow, true
		}
	}
}

// strangeAnswers takes back SYN-ACKs in the originator's name that do not acknowledge the
// responder's, which has answered and did not call.
func (b *builder) strangeAnswers() {
	if b.j.Kind == handshake.Simultaneous || b.j.Kind == handshake.Split || b.synack < 0 || b.pkts[b.synack].from != Resp || !b.pkts[b.synack].plain() {
		return
	}
	for i := b.synack + 1; i < len(b.pkts); i++ {
		p := &b.pkts[i]
		if p.from == Resp && p.plain() && p.Flags&(capture.SYN|capture.ACK) == capture.SYN {
			return // it calls as well
		}
		if p.from == Orig && p.plain() && p.Flags.Has(capture.SYN|capture.ACK) && p.Ack != b.pkts[b.synack].Seq+1 {
			p.bad, p.isBad = SYNACKWrong, true
		}
	}
}

// ending takes back what the judge does not count for the end of e, its side s: a FIN from before octets
// that it sent, and octets from behind the FIN that counts.
func (b *builder) ending(e End, s handshake.Side, c *handshake.Conn, x *handshake.Rest) {
	fin, ended := c.BehindFIN(s)
	ended = ended && c.PayloadOf(s, x) != x.Payload[s]
	for i := range b.pkts {
		p := &b.pkts[i]
		switch {
		case p.from != e || !p.plain() || p.Flags.Any(capture.SYN|capture.RST):
		case p.Flags.Any(capture.FIN) && !c.SentFIN(s):
			p.bad, p.isBad = FINPassed, true
			if p.Bits&capture.BadSum != 0 {
				p.bad = BadChecksum
			}
		case ended && p.PayloadLen > 0 && !p.Seq.Before(fin):
			p.bad, p.isBad = BehindFIN, true
		}
	}
}

// comeLate lets the judge see the SYNs of side that were captured after what followed them, as p, the answer, shows, and reports
// whether it does.
func (b *builder) comeLate(strays []int, p *pkt, c *handshake.Conn, x *handshake.Rest, side handshake.Side, soon bool) bool {
	for _, k := range strays {
		q := &b.pkts[k]
		if q.from == p.from || !handshake.Answers(p.Packet, q.Seq, q.PayloadLen) || !(c.Began(q.Packet, p.Packet, side, soon) || c.EndsBehind(p.Packet, 1-side)) {
			continue
		}
		for _, k := range strays {
			if q := &b.pkts[k]; q.from != p.from {
				q.stray = false
				b.blame(q, c.Observe(q.Packet, side, uint32(k+1), x, handshake.Options{}))
			}
		}
		return true
	}
	return false
}

// unanswered lets the judge see the SYNs that nobody answered and that are the very SYNs of this connection, captured late.
func (g *hearing) unanswered() {
	for _, k := range g.strays {
		q, c := &g.pkts[k], &g.c
		side := handshake.Side(0)
		if q.from != g.zero {
			side = 1
		}
		ended := c.EndedBefore(q.Packet, side)
		if !c.Own(q.Packet, side) {
			continue
		}
		q.stray = false
		g.blame(q, c.Observe(q.Packet, side, uint32(k+1), g.x, handshake.Options{}))
		if ended {
			g.ends(1-side, k, true)
		}
	}
}

// ends notes of the RSTs of side before packet i that they change nothing, or that they do after all.
func (g *hearing) ends(side handshake.Side, i int, bad bool) {
	for k := range i {
		if q := &g.pkts[k]; q.Flags.Any(capture.RST) && (q.from == g.zero) == (side == 0) && !q.copy && (bad || q.bad == RSTIgnored) {
			q.bad, q.isBad = RSTIgnored, bad
		}
	}
}
