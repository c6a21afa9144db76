package trace

import (
	"portero/capture"
	"portero/handshake"
	"portero/internal/record"
)

// unseen notes how many numbers of its receiver p, packet i, acknowledges first that the capture lacks, before it and behind it: they were
// sent, and missed. A SYN or a third packet that is missed is bridged instead. Where the opening was not seen no number is known to be
// right: there only what lies between octets of its sender is told, which went on behind them.
func (b *builder) unseen(i int) {
	p, st := &b.pkts[i], b.step
	peer := p.from.Peer()
	o := &b.side[peer].numbers
	midstream := b.j.Verdict == handshake.Midstream
	if !st.HasAck || !o.hasNext || !midstream && !b.j.Verdict.Opened() || b.st[peer].State == Unknown {
		return
	}
	from := max(o.next, o.told)
	if st.RelAck <= from || midstream && !b.ownOctets(i, peer) {
		return
	}
	n := st.RelAck - from
	lo := p.Ack.Add(-uint32(n))
	follows, ends := false, b.first(p.from, capture.FIN) >= 0 || b.first(p.from, capture.RST) >= 0 || b.first(peer, capture.RST) >= 0
	for k := i + 1; k < len(b.pkts) && k-i <= ahead; k++ {
		q := &b.pkts[k]
		if q.from != peer || !q.plain() || q.Flags.Any(capture.RST) || q.end() == q.Seq {
			continue
		}
		if q.Seq.Before(p.Ack) && q.end().After(lo) {
			return // captured late, or sent again
		}
		follows = follows || !q.Seq.Before(p.Ack)
	}
	if midstream && !follows {
		return
	}
	o.told, st.Unseen = st.RelAck, n
	st.UnseenFIN = !follows && o.fins == 0 && (n == 1 || ends)
}

// ownOctets reports whether the highest numbers that side e sent before packet i were octets: a segment without any may be a
// keep-alive, which has a number less than its sender is at.
func (b *builder) ownOctets(i int, e End) bool {
	o := &b.side[e].numbers
	for k := i - 1; k >= 0 && i-k <= ahead; k-- {
		if q := &b.pkts[k]; q.from == e && q.plain() && q.PayloadLen > 1 {
			return int64(q.end().Sub(b.pkts[i].Ack))+b.step.RelAck == o.next
		}
	}
	return false
}

// gapAcked is the first frame that acknowledges the n octets that lie before packet i and were not seen, 0 where none does, or where
// they come later.
func (b *builder) gapAcked(i int, n int64) (by record.FrameRef) {
	p := &b.pkts[i]
	lo := p.Seq.Add(-uint32(n))
	if n > 1<<30 {
		return 0
	}
	for k := i + 1; k < len(b.pkts) && k-i <= ahead; k++ {
		q := &b.pkts[k]
		switch {
		case q.from == p.from && q.plain() && !q.Flags.Any(capture.RST) && q.PayloadLen > 0 && q.Seq.Before(p.Seq) && q.end().After(lo):
			return 0
		case q.from == p.from.Peer() && q.acks() && !q.Ack.Before(p.Seq) && by == 0:
			by = q.ref
		}
	}
	return by
}
