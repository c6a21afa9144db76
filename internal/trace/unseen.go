package trace

import (
	"portero/capture"
	"portero/internal/record"
)

// unseen notes how many numbers of its receiver p, packet i, acknowledges first that the capture lacks, before it and behind it: they were
// sent, and missed. A SYN or a third packet that is missed is bridged instead.
func (b *builder) unseen(i int) {
	p, st := &b.pkts[i], b.step
	peer := p.from.Peer()
	o := &b.side[peer].numbers
	if !st.HasAck || !o.hasNext || !b.j.Verdict.Opened() || b.st[peer].State == Unknown {
		return
	}
	from := max(o.next, o.told)
	if st.RelAck <= from {
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
	o.told, st.Unseen = st.RelAck, n
	st.UnseenFIN = !follows && o.fins == 0 && (n == 1 || ends)
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
