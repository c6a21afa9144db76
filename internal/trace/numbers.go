package trace

import (
	"portero/capture"
	"portero/handshake"
)

// numbers is what relative numbers and remarks of one direction rest on.
type numbers struct {
	base    capture.Seq // counts as 0
	known   bool        // base is known
	last    int64       // the last relative number, to extend the next to 64 bits
	next    int64       // one past the highest relative octet sent
	hasNext bool
	told    int64       // up to here what the capture lacks was told, see unseen
	ack     capture.Seq // of the last segment without SYN and RST
	window  uint32
	hasAck  bool
	holes   []span // not seen, relative; bounded
	shift   int8   // window shift announced, -1 none
	sawSYN  bool   // with its window shift, if any
	fins    int
	alive   bool // the last packet was a keep-alive
	blamed  bool // its last segment was not acceptable: an ACK of the peer answers it
	asked   bool // UDP: a request without an answer yet
}

type span struct{ lo, hi int64 }

// holesKept bounds the gaps remembered per direction.
const holesKept = 255

// rel extends s to 64 bits, near the last number.
func (n *numbers) rel(s capture.Seq) int64 {
	if !n.known {
		n.base, n.known = s-1, true
	}
	at := n.base + capture.Seq(uint32(n.last))
	return n.last + int64(s.Sub(at))
}

// origins finds the initial sequence numbers, so that relative numbers count
// from the same octet from the first packet on.
func (b *builder) origins() {
	set := func(e End, s capture.Seq, exact bool) {
		n := &b.side[e].numbers
		if n.known {
			return
		}
		n.base, n.known = s, true
		b.tr.ISN[e], b.tr.HasISN[e] = s, exact
	}
	if b.syn >= 0 {
		set(b.pkts[b.syn].from, b.pkts[b.syn].Seq, true)
	}
	if b.synack >= 0 {
		p := &b.pkts[b.synack]
		set(p.from, p.Seq, true)
		if !p.isBad {
			set(p.from.Peer(), p.Ack-1, true)
		}
	}
	for i := range b.pkts {
		if p := &b.pkts[i]; p.plain() && p.Flags&(capture.SYN|capture.RST) == capture.SYN {
			set(p.from, p.Seq, true)
		}
	}
	// What the third packet acknowledges tells the number of a SYN-ACK that was missed.
	for i := range b.pkts {
		p := &b.pkts[i]
		if !p.acks() || p.Flags.Any(capture.SYN) {
			continue
		}
		set(p.from.Peer(), p.Ack-1, b.j.Verdict.Opened() && b.synack < 0 && p.from == Orig)
		set(p.from, p.Seq-1, false)
	}
	for e := range b.side {
		b.side[e].numbers.shift = -1
	}
}

// describe fills what the packet itself says.
func (b *builder) describe(i int) {
	p, st := &b.pkts[i], b.step
	*st = Step{Frame: p.ref, Index: p.Index, Time: p.Time, From: p.from, Proto: p.Proto, Len: p.PayloadLen}
	st.Rel, st.QUIC = p.Time-b.pkts[0].Time, p.quic
	if i > 0 {
		st.Delta = p.Time - b.pkts[i-1].Time
	}
	if p.icmp {
		st.Via, st.ICMPType, st.ICMPCode = p.SrcAddr(), p.ICMPType(), p.ICMPCode()
		st.Tunneled = p.Tunneled()
		return
	}
	if p.Proto == capture.ProtoICMP || p.Proto == capture.ProtoICMP6 {
		// What was cut before its type has ports of 0, which is an answer to a ping, too.
		st.ICMP = p.SrcPort == uint16(p.ICMPType()) && p.Bits&capture.Orphan == 0 && (p.SrcPort != 0 || p.PayloadLen > 0)
		st.ICMPType, st.ICMPCode, st.Echo = p.ICMPType(), p.ICMPCode(), uint16(p.Seq)
	}
	if p.Proto != capture.ProtoTCP || p.Bits&(capture.NoFlags|capture.Orphan) != 0 {
		return
	}
	st.Flags, st.Seq, st.Ack = p.Flags, p.Seq, p.Ack
	st.Opts, st.MSS, st.WScale, st.TSVal, st.TSEcr = p.Opts, p.MSS, p.WScale, p.TSVal, p.TSEcr
	st.HasSeq, st.HasAck = true, p.Flags.Any(capture.ACK)
	n, o := &b.side[p.from].numbers, &b.side[p.from.Peer()].numbers
	if p.Flags.Any(capture.SYN) && !p.isBad && !p.stray {
		n.sawSYN = !p.OptionsCut() || p.Opts&capture.OptWScale != 0
		n.shift = -1
		if p.Opts&capture.OptWScale != 0 {
			n.shift = int8(min(p.WScale, 14))
		}
	} else {
		if p.Flags.Any(capture.RST) && p.Seq == 0 && !n.known {
			n.known = true // a RST that answers a SYN has number 0 (RFC 9293, 3.10.7.1), and follows nothing
		}
		st.RelSeq = n.rel(p.Seq)
	}
	if st.HasAck {
		st.RelAck = o.rel(p.Ack)
		h := &b.side[p.from.Peer()]
		onlySYN := h.hasISN && p.Ack.After(h.isn) && !p.Ack.After(h.isn+1)
		if onlySYN && p.Flags.Any(capture.SYN|capture.RST) {
			st.RelAck = 1
		}
		// The 0 of a refusal is no octet of its sender's: it has no place in the count of
		// a SYN-ACK that came later, or from whom the refusal did not come.
		if p.Flags.Any(capture.RST) && p.Seq == 0 && h.hasISN && (onlySYN || !n.sawSYN) && !(n.sawSYN && st.RelSeq >= 0 && st.RelSeq <= n.next) {
			st.RelSeq = 0
		}
	}
	st.Window, st.Scaled, st.NoWindow = uint32(p.Window), true, p.WindowCut()
	if !p.Flags.Any(capture.SYN) {
		switch {
		case n.shift >= 0 && o.shift >= 0:
			st.Window <<= uint(n.shift)
		case !n.sawSYN && !o.sawSYN, n.shift >= 0 && !o.sawSYN, o.shift >= 0 && !n.sawSYN:
			st.Scaled = false
		}
	}
}

// tell adds the remarks, once the machine has moved.
func (b *builder) tell(i int) {
	p, st := &b.pkts[i], b.step
	say := func(r Remark) { st.Remarks = append(st.Remarks, r) }
	switch {
	case p.icmp:
		say(ICMPError)
		return
	case p.copy:
		say(Copy)
		return
	case p.stray:
		say(StraySYN)
		b.side[p.from].numbers.blamed = true
		return
	}
	if p.Bits&capture.Fragment != 0 {
		say(Reassembled)
	}
	if p.isBad {
		b.tellBad(i, say)
		return
	}
	if p.took {
		say(SumDoubted)
	}
	switch f := p.Flags; {
	case f.Any(capture.RST):
		b.tellRST(i, say)
	case f.Any(capture.SYN):
		b.tellSYN(i, say)
	default:
		b.tellSegment(i, say)
	}
}

func (b *builder) tellBad(i int, say func(Remark)) {
	p := &b.pkts[i]
	n := &b.side[p.from].numbers
	n.blamed = p.bad != RSTStray
	if p.bad == AckOfUnsent && !p.Flags.Any(capture.SYN) && p.from == Orig && b.step.Before[Orig].State == SynSent {
		say(ThirdWrong)
		return
	}
	say(p.bad)
}

func (b *builder) tellRST(i int, say func(Remark)) {
	p := &b.pkts[i]
	peer := b.side[p.from.Peer()]
	switch before := b.step.Before; {
	case before[p.from].State == Closed && before[p.from.Peer()].State == SynSent && peer.hasISN && p.Ack.After(peer.isn),
		p.from == Resp && i < b.synack && b.alsoAnswered():
		say(RSTRefuses)
	case before[p.from].State <= Listen || peer.hasWrong && p.Seq == peer.wrongAck, b.answersWrong(i):
		say(RSTStray)
	default:
		say(RSTAborts)
	}
}

func (b *builder) tellSYN(i int, say func(Remark)) {
	p := &b.pkts[i]
	n := &b.side[p.from].numbers
	answered := b.answered(i)
	if !n.hasNext {
		n.next, n.hasNext = int64(p.PayloadLen)+1, true
	}
	if p.Flags.Any(capture.ACK) {
		prev := b.earlier(i, capture.SYN|capture.ACK, 0)
		switch {
		case prev < 0:
			say(SYNACKFirst)
		case b.pkts[prev].Seq == p.Seq:
			say(SYNACKAgain)
			if b.third >= 0 && b.third < i && p.from == Resp {
				say(NotAcceptedYet)
			}
		default:
			say(SYNACKNewISN)
		}
		if s := b.earlierSYN(i); s != nil && s.PayloadLen > 0 {
			if p.Ack.After(s.Seq + 1) {
				say(SYNDataTaken)
			} else {
				say(SYNDataLeft)
			}
		}
		if s := b.earlierSYN(i); s != nil {
			b.step.Answers = s.ref
		}
		if !answered {
			say(SYNACKSilent)
		}
		return
	}
	prev := b.earlier(i, capture.SYN, capture.ACK)
	switch {
	case prev < 0:
		say(FirstSYN)
	case b.pkts[prev].Seq == p.Seq:
		say(SYNAgain)
	default:
		say(SYNNewISN)
	}
	if p.PayloadLen > 0 {
		say(SYNData)
	}
	if b.late(i) {
		say(CapturedLate)
	} else if !answered {
		say(SYNSilent)
	}
}

// late reports whether SYN i was captured after what answers it.
func (b *builder) late(i int) bool {
	p := &b.pkts[i]
	for k := i - 1; k >= 0 && i-k <= ahead; k-- {
		if q := &b.pkts[k]; q.from != p.from && q.plain() && q.Flags.Has(capture.SYN|capture.ACK) && q.Ack == p.Seq+1 {
			return b.step.Before[p.from].State >= SynSent && b.earlier(i, capture.SYN, capture.ACK) < 0
		}
	}
	return false
}

// answered reports whether the step's SYN or SYN-ACK has an answer, now or later.
func (b *builder) answered(i int) bool {
	for _, m := range b.step.Moves {
		if m.Frame == b.pkts[i].ref && m.Reason == NoAnswerSeen {
			return false
		}
	}
	return b.step.Before[b.pkts[i].from.Peer()].State != Unknown
}

// earlier finds the last packet before i of the same sender with the flags with
// and without the flags without, -1 for none.
func (b *builder) earlier(i int, with, without capture.Flags) int {
	for k := i - 1; k >= 0 && i-k <= ahead; k-- {
		if q := &b.pkts[k]; q.from == b.pkts[i].from && q.plain() && q.Flags.Has(with) && !q.Flags.Any(without|capture.RST) {
			return k
		}
	}
	return -1
}

// earlierSYN is the peer's last SYN before i that i acknowledges.
func (b *builder) earlierSYN(i int) *pkt {
	p := &b.pkts[i]
	for k := i - 1; k >= 0 && i-k <= ahead; k-- {
		if q := &b.pkts[k]; q.from != p.from && q.plain() && q.Flags&(capture.SYN|capture.ACK) == capture.SYN && p.Ack.After(q.Seq) && !p.Ack.After(q.end()) {
			return q
		}
	}
	return nil
}

func (b *builder) tellSegment(i int, say func(Remark)) {
	p, st := &b.pkts[i], b.step
	n, o := &b.side[p.from].numbers, &b.side[p.from.Peer()].numbers
	fin := p.Flags.Any(capture.FIN)
	if i == b.third {
		if p.PayloadLen > 0 {
			say(ThirdACKData)
		} else {
			say(ThirdACK)
		}
		st.Answers = b.ref(b.synack)
	}
	if i == b.confirm {
		say(Confirms)
	}
	seq, end := st.RelSeq, st.RelSeq+int64(p.PayloadLen)
	alive := n.hasNext && p.PayloadLen <= 1 && !fin && seq == n.next-1 && i != b.third && b.step.Before[p.from].State >= Established && (p.PayloadLen == 0 || p.mute)
	probe := alive && o.hasAck && o.window == 0
	switch {
	case probe:
		say(WindowProbe)
	case alive:
		say(KeepAlive)
	case o.alive && p.PayloadLen == 0 && !fin:
		say(KeepAliveAnswer)
	case p.PayloadLen > 0 && seq < 0 && b.tr.HasISN[p.from]: // nothing of its sender's was sent there before
	case p.PayloadLen > 0 && (n.fill(seq, end) || p.fills):
		say(OutOfOrder)
	case p.again && end <= n.next:
		say(Retransmission)
	case p.again && seq < n.next:
		st.Repeats = uint32(n.next - seq)
	case n.hasNext && seq > n.next:
		say(Gap)
		st.GapLen = seq - n.next
		if seq > n.told && n.next > 0 { // a split handshake acknowledges before its SYN, which is no octet
			st.GapAcked = b.gapAcked(i, st.GapLen)
		}
		n.hole(n.next, seq)
	case p.PayloadLen == 0 && !fin && i != b.third && n.hasAck && p.Ack == n.ack:
		switch {
		case o.blamed:
			say(ChallengeACK)
		case p.Window == 0:
		case st.Window != n.window:
			say(WindowUpdate)
		case o.hasNext && st.RelAck < o.next:
			say(DupACK)
		}
	}
	if p.PayloadLen == 0 && !fin && o.blamed && st.RelAck <= 1 && !st.Has(ChallengeACK) && !n.hasAck && i != b.third {
		say(ChallengeACK)
	}
	b.unseen(i)
	if p.PayloadLen > 0 && b.side[p.from].finPeer && end > n.next && !b.side[p.from].hasFIN {
		say(HalfCloseData)
	}
	if p.Window == 0 {
		say(ZeroWindow)
	}
	if fin {
		b.tellFIN(i, say)
		end++
	}
	if st.Before[p.from].State == Closed && st.After[p.from].State == Closed && b.j.Verdict != handshake.Probe {
		say(AfterTheEnd)
	}
	if !alive && (!n.hasNext || end > n.next) {
		n.next, n.hasNext = end, true
	}
	if end > n.last {
		n.last = end
	}
	n.alive, o.alive = alive && !probe, o.alive && alive
	n.ack, n.window, n.hasAck = p.Ack, st.Window, st.HasAck
	o.blamed = false
	if st.HasAck && st.RelAck > o.last {
		o.last = st.RelAck
	}
}

func (b *builder) tellFIN(i int, say func(Remark)) {
	p := &b.pkts[i]
	s, o := &b.side[p.from], &b.side[p.from.Peer()]
	if s.numbers.fins++; s.numbers.fins > 1 {
		say(FINAgain)
	} else if o.hasFIN {
		say(SecondFIN)
		if p.Flags.Any(capture.ACK) && p.Ack.Before(o.fin) {
			say(FINCrosses)
		}
	} else {
		say(FirstFIN)
	}
	if !b.answered(i) && b.step.After[p.from.Peer()].State != Closed {
		say(FINUnanswered)
	}
}

// hole notes that [lo, hi) was not seen; the oldest is forgotten when there are
// too many.
func (n *numbers) hole(lo, hi int64) {
	if len(n.holes) == holesKept {
		copy(n.holes, n.holes[1:])
		n.holes = n.holes[:holesKept-1]
	}
	n.holes = append(n.holes, span{lo, hi})
}

// fill takes [lo, hi) out of the holes and reports whether any of it was in one.
func (n *numbers) fill(lo, hi int64) bool {
	for i, h := range n.holes {
		if hi <= h.lo || lo >= h.hi {
			continue
		}
		switch {
		case lo <= h.lo && hi >= h.hi:
			n.holes = append(n.holes[:i], n.holes[i+1:]...)
		case lo <= h.lo:
			n.holes[i].lo = hi
		case hi >= h.hi:
			n.holes[i].hi = lo
		default:
			n.holes[i].hi = lo
			n.hole(hi, h.hi)
		}
		return true
	}
	return false
}
