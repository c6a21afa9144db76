package trace

import "portero/capture"

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
