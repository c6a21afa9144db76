package handshake

import "portero/capture"

// Clues are what a verdict needs from outside the connection.
type Clues struct {
	Pkts [2]uint64 // packets seen from each side
	// Orig is the side that ports and other clues make the originator, and By
	// which clue; used only when neither SYN nor SYN-ACK tells.
	Orig Side
	By   RolesBy
	// Filtered: an ICMP error answered this side's packet (valid when set).
	Filtered     bool
	FilteredSide Side
}

// Judgement is what Judge derives. Offsets are frames relative to the flow's
// first frame, plus one; 0 is none. Durations are nanoseconds, -1 unknown.
type Judgement struct {
	Orig     Side
	RolesBy  RolesBy
	Verdict  Verdict
	Kind     Kind
	Missing  Missing
	Probe    ProbeKind
	Close    Close
	ClosedBy Who
	FINAcked [2]bool // of the originator and of the responder: the peer acknowledged its FIN

	SYN, SYNACK, ACK, Confirmed, Roles uint32
	RST                                uint32 // that ended an attempt
	CloseOff                           [2]uint32

	ServerRTT, ClientRTT, Setup int64
	Oddities                    Oddity
}

// UnseenSYN reports whether the SYN that was answered was missed, and what there is of one is its retry without the octets
// that the answer acknowledges, or has another number.
func (j *Judgement) UnseenSYN() bool {
	return j.Verdict == CompletedUnseen && j.RolesBy == RolesSYN && j.Missing&MissingSYN != 0
}

// RolesSeen reports whether a SYN or SYN-ACK tells the roles: Judge needs no clues then.
func (c *Conn) RolesSeen() bool {
	return (c.half[0].bits|c.half[1].bits)&(sentSYN|sentSYNACK) != 0
}

// roles tells originator from responder.
func (c *Conn) roles(k *Clues) (Side, RolesBy) {
	a, b := c.half[0].bits, c.half[1].bits
	switch {
	case c.flags&flagOddFirst != 0 && (a|b)&sentSYN == 0 && !c.conversed():
		return c.synSide(), RolesFirst
	case (a|b)&sentSYN != 0:
		return c.synSide(), RolesSYN
	case a&sentSYNACK != 0 && (b&sentSYNACK == 0 || a&sentSegment != 0 && b&sentSegment == 0 && !c.answersCross()):
		return 1, RolesSYNACK
	case b&sentSYNACK != 0:
		return 0, RolesSYNACK
	}
	if c.ackProbe(0, k) {
		return 0, RolesFirst
	}
	return k.Orig, k.By
}

// conversed reports whether both ends sent segments of a connection that was open before the capture: an odd packet
// that came first is no probe then.
func (c *Conn) conversed() bool {
	a, b := c.half[0].bits, c.half[1].bits
	return a&b&sentSegment != 0 && (a|b)&(sentSYN|sentSYNACK) == 0
}

// answersCross reports whether both ends sent SYN-ACKs, each of which acknowledges the other.
func (c *Conn) answersCross() bool {
	return c.half[0].bits&c.half[1].bits&sentSYNACK != 0 && c.crosses(0) && c.crosses(1)
}

// ackProbe reports whether side o sent lone ACKs and got nothing but the RST
// that a closed or firewalled port gives them: with the number they acknowledge.
// A RST that acknowledges too is of one who has the connection (RFC 9293, 3.10.7.1), wherever it was captured. Some
// firewalls' are not; but that somebody scans is not said where it may just as well be a program that hung up.
func (c *Conn) ackProbe(o Side, k *Clues) bool {
	me, peer := &c.half[o], &c.half[1-o]
	return k.Pkts[1-o] > 0 && me.bits&(sentSYN|sentSYNACK|sentPayload|sentReset|sentBadRST) == 0 &&
		me.bits&sentSegment != 0 &&
		peer.bits&(sentSYN|sentSYNACK|sentSegment|sentPayload|sentRSTACKofSYN|hasAck) == 0 && peer.bits&sentReset != 0 &&
		peer.bits&resetInexact == 0 && peer.next == me.ack && (me.bits&sentFIN == 0 || k.Pkts[o] == 1) && k.Pkts[o] <= k.Pkts[1-o]
}

// Judge derives the verdict of the connection as far as it was seen. x.Data may be nil.
func (c *Conn) Judge(x *Rest, k Clues) (j Judgement) {
	c.JudgeTo(&j, x, &k)
	return j
}

// JudgeTo is Judge without copies: j is empty. To copy in large pieces what was just
// written in small ones waits until all that was written before is done.
func (c *Conn) JudgeTo(j *Judgement, x *Rest, k *Clues) {
	j.ServerRTT, j.ClientRTT, j.Setup = -1, -1, -1
	if c.flags&flagFlagsSeen == 0 {
		j.Verdict, j.Orig, j.RolesBy = Unknown, k.Orig, k.By
		return
	}
	j.Orig, j.RolesBy = c.roles(k)
	j.Kind = Normal
	o, r := j.Orig, 1-j.Orig
	me, peer := &c.half[o], &c.half[r]
	syn := me.bits&sentSYN != 0
	accepted := syn && peer.bits&sentSYNACK != 0 && c.acceptable(peer.synAck, o, x)
	synOff := x.synOff
	if peer.bits&sentSYNACK != 0 && c.synIsPrevious(o, x) {
		synOff = x.more().prevOpen[o].off // the one that is acknowledged counts
	}
	if syn {
		j.SYN = synOff
	}
	j.SYNACK = x.synackOff
	switch j.RolesBy {
	case RolesSYN:
		if j.Roles = synOff; synOff == 0 {
			j.Roles = x.more().prevOpen[c.synSide()].off // with another number, see followsForgotten
		}
	case RolesSYNACK:
		j.Roles = x.synackOff
	default:
		j.Roles = 1
	}
	cand := c.flags&flagCandidate != 0 && c.candSide() == o
	third := cand && c.thirdFits(o, x)
	exact := third && (c.thirdExact(o) || c.behindSYNData(o, x))

	c.judgeOpening(j, x, k, accepted, cand, third, exact)
	if syn && !accepted && (j.Verdict == Refused || j.Verdict == Filtered || j.Verdict == Aborted) && me.bits&sentSYNACK == 0 {
		j.SYNACK = 0 // it does not fit, so it answered nothing, and no door is open: another frame proves the verdict
	}
	if third && j.Verdict.Opened() {
		j.ACK = x.candOff
		if !exact {
			j.ACK = 0
		}
	}
	if j.Verdict == Completed && me.bits&sentSYNACK != 0 && peer.bits&sentSYNACK == 0 && c.flags&flagCandidate != 0 && !cand && c.thirdFits(r, x) && c.thirdExact(r) {
		j.ACK = x.candOff // the originator alone answered the other's SYN, and this acknowledges the answer
	}
	switch j.Verdict {
	case Completed, CompletedUnseen, Implied:
		if j.Verdict != Implied || j.Missing&MissingSYN == 0 {
			j.Confirmed = c.confirmOff // where nothing of the initiator was captured, what seems confirmed is a stranger's
		}
	case Refused, HalfOpen:
		j.RST = c.resetBy(r, x)
		if off := c.refusedFirst(r, x); off != 0 && j.Verdict == Refused {
			j.RST = off
		}
	case Aborted:
		j.RST = c.resetBy(o, x)
	}
	c.judgeClose(j, x)
	c.judgeTimes(j, x, accepted, exact)
	if j.Kind == Simultaneous {
		j.Oddities |= OddSimultaneous
	}
	if j.Kind == Split {
		j.Oddities |= OddSplit
	}
	if c.flags&flagSYNData != 0 {
		j.Oddities |= OddSYNPayload
	}
	if j.Kind == KindNone {
		j.Kind = Normal
	}
	if x.synOff != 0 && x.synackOff != 0 && x.synackOff < x.synOff && j.Verdict != Unsolicited && !j.UnseenSYN() {
		j.Oddities |= OddAckBeforeSYN
	}
}

// acked reports whether the peer of side, whose acknowledgements are known,
// acknowledged its SYN or more, and nothing that it did not send.
func (c *Conn) acked(side Side) bool {
	return c.far(side) || c.half[1-side].ack.In(c.half[side].isn+1, c.half[side].next)
}

// thirdFits reports whether the candidate is a third packet whose numbers hold.
func (c *Conn) thirdFits(o Side, x *Rest) bool {
	me, peer := &c.half[o], &c.half[1-o]
	switch {
	case peer.bits&sentSYNACK != 0:
		if me.bits&sentSYN != 0 && !c.acceptable(peer.synAck, o, x) {
			return c.unseenSYN(o, x)
		}
		if c.thirdValid(o, peer.isn) {
			return true
		}
		// It may complete with a SYN-ACK that was sent with another ISN.
		return x.Data != nil && x.flags&(dataPrevISN0<<(1-o)) != 0 && c.candAck == x.more().prevISN[1-o]+1 && c.thirdValid(o, x.more().prevISN[1-o])
	case peer.bits&sentSYN != 0:
		return c.candAck.In(peer.isn+1, c.top(1-o))
	case me.bits&sentSYN != 0:
		return c.candSeq.In(me.isn+1, me.isn.Add(1<<20))
	}
	return true
}

// unseenSYN reports whether the SYN of o that was answered is not the one that was captured, but the same with octets on it
// (Fast Open, RFC 7413), or with more, of which this is the retry without: the SYN-ACK acknowledges them, and the candidate goes on
// right behind them. Who sent no octets refuses such an answer with a RST (RFC 9293, 3.10.7.3).
func (c *Conn) unseenSYN(o Side, x *Rest) bool {
	me, peer := &c.half[o], &c.half[1-o]
	return c.flags&flagCandidate != 0 && c.candSide() == o && c.candSeq == peer.synAck && c.goesBehind(peer.synAck, o, x) &&
		me.bits&(sentSYN|sentSYNACK) == sentSYN && peer.bits&(sentSYN|sentSYNACK) == sentSYNACK && c.candAck.In(peer.isn+1, c.top(1-o))
}

// goesBehind reports whether ack, of a SYN-ACK, acknowledges the SYN of o and octets that may have come on it, though on no
// copy of it that was captured. Who calls with several numbers retries nothing: what it called with then nobody knows.
func (c *Conn) goesBehind(ack capture.Seq, o Side, x *Rest) bool {
	isn, n := c.half[o].isn, c.brought(o, x)
	return (c.flags&flagSYNData == 0 || n != 0) && (x.Data == nil || x.flags&(dataPrevISN0<<o) == 0) && ack.In((isn+2).Add(n), isn.Add(span))
}

// behindSYNData reports whether the candidate is the third packet by what was seen of o alone: it follows
// the octets that came on the SYN, none of which is missing.
func (c *Conn) behindSYNData(o Side, x *Rest) bool {
	me, d := &c.half[o], x.more()
	return c.flags&flagSYNData != 0 && me.bits&sentSYN != 0 && c.half[1-o].bits&sentSYNACK == 0 && x.Data != nil &&
		c.candSeq.After(me.isn+1) && d.Lost[o] == 0 && !x.missing(o, c.candSeq)
}

// callsItself reports whether side is a socket that got the port which it calls, on its own host: it meets its own SYN, as where calls
// cross (RFC 9293, 3.5), and answers it with the number that it called with. Each packet is of both ends.
func (c *Conn) callsItself(side Side) bool {
	me := &c.half[side]
	return me.bits&(sentSYN|sentSYNACK) == sentSYN|sentSYNACK && me.synAck == me.isn+1 && c.half[1-side].bits&belongs == 0
}

// belongs are the signs that a side itself sent something.
const belongs = sentSYN | sentSYNACK | sentSegment | sentPayload | sentFIN | sentReset | sentWrongAck

// stranger reports whether all segments that came in the name of side acknowledge what its peer cannot have sent.
func (c *Conn) stranger(side Side) bool {
	return c.half[side].bits&(sentWrongAck|hasAck|sentSYN|sentSYNACK|sentFIN|sentReset) == sentWrongAck
}

// strayAnswer reports whether all that came in the name of side is a SYN-ACK that does not answer its peer's, as it
// does where calls cross: it is a stranger's.
func (c *Conn) strayAnswer(side Side) bool {
	me, peer := &c.half[side], &c.half[1-side]
	return me.bits&belongs == sentSYNACK && peer.bits&(sentSYN|sentSYNACK) == sentSYNACK && !c.crosses(side)
}

// crosses reports whether the SYN-ACK of side acknowledges the number of its peer's.
func (c *Conn) crosses(side Side) bool { return c.half[side].synAck == c.half[1-side].isn+1 }

func (c *Conn) judgeOpening(j *Judgement, x *Rest, k *Clues, accepted, cand, third, exact bool) {
	o, r := j.Orig, 1-j.Orig
	me, peer := &c.half[o], &c.half[r]
	syn, synack := me.bits&sentSYN != 0, peer.bits&sentSYNACK != 0
	crossed := syn && peer.bits&sentSYN != 0
	if syn && c.flags&flagSYNData != 0 && accepted {
		j.Kind = FastOpenIgnored
		if peer.synAck != me.isn+1 && !c.synIsPrevious(o, x) {
			j.Kind = FastOpen
		}
	}
	if crossed {
		j.Kind = Simultaneous
		switch {
		case me.bits&sentSYNACK != 0 && !synack:
			j.Kind = Split
		case peer.bits&sentAckBeforeSYN != 0:
			j.Kind = Split
		}
	}
	if syn && !crossed && synack && me.bits&sentAckBeforeSYN != 0 {
		j.Kind = Split // the call that it called back was missed
	}
	if syn && !crossed && c.answersCross() {
		j.Kind = Simultaneous // the other's call was missed: who calls answers none but that
	}
	if syn && synack && third && !accepted {
		j.Verdict, j.Kind, j.Missing, j.SYN = CompletedUnseen, FastOpen, MissingSYN, 0
		return
	}
	// Whoever answers the other's answer with a RST, and nothing else, had given up.
	open := (me.bits|peer.bits)&sentSegment != 0
	// Completed with all three in the capture.
	switch {
	case accepted && exact && j.SYN == 0: // see followsForgotten
		if j.Verdict = Invalid; c.confirmOff != 0 {
			j.Verdict, j.Missing = CompletedUnseen, MissingSYN
		}
		return
	case accepted && exact:
		j.Verdict = Completed
		return
	case crossed && me.bits&sentSYNACK != 0 && me.synAck == peer.isn+1 &&
		(accepted && (open || (me.bits|peer.bits)&sentReset == 0) || peer.bits&sentSegment != 0 && peer.bits&hasAck != 0 && c.acked(o)):
		j.Verdict = Completed
		if j.SYNACK == 0 {
			j.SYNACK = x.synackOff
		}
		return
	case crossed && accepted && peer.bits&sentSegment != 0 && me.bits&sentSegment != 0 && c.acked(r):
		j.Verdict = Completed
		return
	case !crossed && c.answersCross() && (open || (me.bits|peer.bits)&sentReset == 0):
		// Both called, and each SYN-ACK is the acknowledgement of the other.
		j.Kind, j.Verdict = Simultaneous, Completed
		if !syn {
			j.Verdict, j.Missing = CompletedUnseen, MissingSYN
		}
		return
	}
	if c.callsItself(o) {
		j.Kind, j.Verdict = Simultaneous, Completed
		return
	}
	// One side of the wire only. What a stranger sent in the other's name makes no difference.
	noneO := k.Pkts[o] == 0 || (me.bits&(belongs&^sentSYN) == 0 || c.stranger(o) && !third || c.strayAnswer(o)) && !accepted
	noneR := k.Pkts[r] == 0 || peer.bits&belongs == 0 || c.stranger(r) ||
		crossed && peer.bits&belongs == sentSYN && cand && c.candAck != peer.isn+1 || // a call that the other never heard of
		synack && !accepted && peer.bits&(belongs&^sentSYNACK) == 0 && c.candAck != peer.isn+1 // an answer that fits neither what came before it nor what came after
	if noneO || noneR {
		switch {
		case noneR && syn && cand && me.bits&sentSegment != 0 && c.candSeq.In(me.isn+1, me.isn.Add(1<<30)):
			j.Verdict, j.Kind, j.Missing, j.SYNACK = Implied, Normal, MissingSYNACK, 0
			if exact || c.candSeq == me.isn+1 {
				j.ACK = x.candOff
			} else {
				j.Missing |= MissingACK
			}
			return
		case noneR && syn && !cand && me.bits&(sentReset|sentRSTACKofSYN|sentSegment) == sentReset|sentRSTACKofSYN && x.more().rstSeq[o].In(me.isn+2, me.isn.Add(span)):
			j.Verdict, j.Missing = Implied, MissingSYNACK|MissingACK
			return
		case noneO && synack && peer.bits&sentSegment != 0 && c.serverProof(r, x):
			j.Verdict, j.Missing, j.SYN = Implied, MissingSYN|MissingACK, 0
			return
		}
	}
	if k.Pkts[o] != 0 && k.Pkts[r] != 0 {
		switch {
		case accepted && third:
			j.Verdict, j.Missing = CompletedUnseen, MissingACK
		case accepted && cand && !third && peer.bits&sentSegment != 0 && c.heldAlive(o, x):
			j.Verdict, j.Missing = CompletedUnseen, MissingACK
		case (accepted || synack && !syn && me.bits&(belongs|sentBadRST) == sentReset) && !third && peer.bits&sentSegment != 0 && c.serverProof(r, x):
			j.Verdict, j.Missing = CompletedUnseen, MissingACK
			if !syn {
				j.Missing |= MissingSYN
			}
		case synack && !syn && third:
			j.Verdict, j.Missing = CompletedUnseen, MissingSYN
			if !exact {
				j.Missing |= MissingACK
			}
		case syn && !synack && !crossed && peer.bits&sentSegment != 0 && peer.bits&hasAck != 0 && c.acked(o) &&
			(third || peer.bits&(sentPayload|sentFIN) != 0 || peer.ack.After(me.isn+1)):
			j.Verdict, j.Missing = CompletedUnseen, MissingSYNACK
			if !(third && exact) {
				j.Missing |= MissingACK
			}
		case syn && !synack && !crossed && third && exact && peer.bits&(sentSegment|hasAck|sentWrongAck) == sentSegment:
			j.Verdict, j.Missing = CompletedUnseen, MissingSYNACK // that its peer acknowledges nothing with what it sends proves nothing else
		case crossed && !synack && me.bits&peer.bits&(sentSegment|hasAck) == sentSegment|hasAck && c.acked(o) && c.acked(r):
			j.Verdict, j.Missing = CompletedUnseen, MissingSYNACK
		case syn && !synack && !crossed && third && peer.bits&belongs == sentReset &&
			(exact && peer.bits&sentRSTACKofSYN == 0 || c.resetFromWithin(o, x)):
			// Nothing but a SYN-ACK that acknowledges the SYN lets its sender go on right behind it (RFC 9293,
			// 3.10.7.3), whoever answers that with a RST.
			j.Verdict, j.Missing = CompletedUnseen, MissingSYNACK
			if !exact {
				j.Missing |= MissingACK
			}
		}
		if j.Verdict != None {
			return
		}
	}
	if c.flags&flagOddFirst != 0 && !c.conversed() {
		j.Verdict, j.Kind = Probe, KindNone
		j.Probe = ProbeKind(c.zeekFlags >> probeShift)
		return
	}
	switch {
	case syn && !accepted && peer.bits&sentRSTACKofSYN != 0, syn && c.refusedFirst(r, x) != 0, (crossed || syn && me.bits&sentSYNACK != 0) && peer.bits&(sentReset|sentSYNACK) == sentReset && !open:
		j.Verdict = Refused
	case syn && k.Filtered && k.FilteredSide == o && !accepted:
		j.Verdict = Filtered
	case syn && me.bits&sentReset != 0 && (!cand || me.bits&(sentSegment|sentWrongAck) == 0): // its receiver takes none of its segments
		j.Verdict = Aborted
	case syn && me.bits&sentReset != 0 && accepted:
		j.Verdict = Aborted
	case accepted && !cand && me.bits&(sentSegment|sentWrongAck) == 0,
		crossed && me.bits&sentSYNACK != 0 && me.synAck == peer.isn+1 && peer.bits&(belongs|sentBadRST) == sentSYN:
		j.Verdict = HalfOpen
	case syn && k.Pkts[r] == 0 && me.bits&sentBadRST == 0, crossed && (me.bits|peer.bits)&(belongs|sentBadRST) == sentSYN:
		j.Verdict = NoAnswer // that the other called too is no answer
	case syn:
		j.Verdict = Invalid
		if peer.bits == 0 && k.Pkts[r] == 0 {
			j.Verdict = NoAnswer
		}
	case synack && me.bits&(sentSegment|sentWrongAck|sentFIN) == 0:
		j.Verdict = Unsolicited
	case synack:
		j.Verdict = Invalid
	case (me.bits|peer.bits)&(sentSegment|sentPayload|sentFIN) == 0 && (me.bits|peer.bits)&(sentReset|sentBadRST) != 0:
		j.Verdict = Unsolicited
	case c.ackProbe(o, k):
		j.Verdict, j.Probe = Probe, ProbeACK
		if me.bits&sentFIN != 0 {
			j.Probe = ProbeFINACK
		}
	default:
		j.Verdict = Midstream
	}
}

// heldAlive reports whether the first that was seen of o behind the SYN-ACK keeps an open connection alive: it acknowledges the SYN-ACK, has the
// number before the next (RFC 9293, 3.8.4), and came so late that the SYN-ACK would have been repeated, had nothing answered it.
func (c *Conn) heldAlive(o Side, x *Rest) bool {
	me, peer := &c.half[o], &c.half[1-o]
	return c.candSeq == me.isn && c.candAck == peer.isn+1 && peer.copies == 1 && x.candTime-x.synackTime > int64(longSample)
}

// resetFromWithin reports whether the RST which is all that was seen of the peer of o is of one that has the
// connection: it acknowledges the SYN or more with the number that o acknowledged; or it has this number after o got
// more. Who has no connection acknowledges nothing, and has the number from what it answers (RFC 9293, 3.10.7.1).
func (c *Conn) resetFromWithin(o Side, x *Rest) bool {
	me, peer := &c.half[o], &c.half[1-o]
	if peer.bits&sentRSTACKofSYN != 0 { // captured before what it follows: a refusal has no number
		return x.Data != nil && c.candAck != 0 && x.more().rstSeq[1-o] == c.candAck
	}
	return peer.bits&hasAck != 0 && c.acked(o) || peer.bits&resetInexact == 0 && me.ack.After(c.candAck)
}

// serverProof reports whether what the responder sent after its SYN-ACK proves
// that it received the third packet: only then does it send data, a FIN or a
// further acknowledgement (RFC 9293, 3.10.7.4). With data on the SYN it may
// answer before.
func (c *Conn) serverProof(r Side, x *Rest) bool {
	h := &c.half[r]
	if h.bits&hasAck != 0 && h.ack.After(h.synAck) {
		return true
	}
	if c.flags&flagSYNData != 0 {
		return false
	}
	if o := &c.half[1-r]; h.bits&sentSYNACK != 0 && o.bits&(belongs&^sentSYN) == 0 && o.bits&hasNext != 0 && o.next.After(h.synAck) {
		return true // it has octets behind those that it acknowledges, see selects
	}
	// Payload from before its number is of an older connection, or forged.
	return h.bits&hasNext != 0 && h.next.After(h.isn+1)
}

func (c *Conn) judgeClose(j *Judgement, x *Rest) {
	switch j.Verdict {
	case Completed, CompletedUnseen, Implied, Midstream:
	default:
		return
	}
	o := j.Orig
	who := func(s Side) Who {
		if s == o {
			return ByOrig
		}
		return ByResp
	}
	f0, f1 := c.half[0].bits&sentFIN != 0, c.half[1].bits&sentFIN != 0
	if f0 || f1 {
		j.FINAcked = [2]bool{c.finReached(o), c.finReached(1 - o)}
	}
	reset := (c.half[0].bits|c.half[1].bits)&sentReset != 0
	switch {
	case f0 && f1 && !c.cutOff(x):
		j.Close = Closed
		a0, a1 := c.half[0].bits&finAcked != 0, c.half[1].bits&finAcked != 0
		switch {
		case a1 && !a0:
			j.ClosedBy = who(0)
		case a0 && !a1:
			j.ClosedBy = who(1)
		default:
			j.ClosedBy = ByBoth
		}
		j.CloseOff = x.finOff
		if j.CloseOff[0] > j.CloseOff[1] {
			j.CloseOff[0], j.CloseOff[1] = j.CloseOff[1], j.CloseOff[0]
		}
	case reset:
		j.Close = Reset
		rs := Side(1)
		if c.half[0].bits&sentReset != 0 && c.half[1].bits&sentReset == 0 {
			rs = 0
		}
		if off, s := c.refusal(x); off != 0 {
			rs, j.CloseOff[0] = s, off
		}
		if d := x.more(); d.rstOff != 0 {
			rs, j.CloseOff[0] = d.cutBy(), d.rstOff
		}
		j.ClosedBy = who(rs)
	case (f0 || f1) && c.callsItself(o):
		j.Close, j.ClosedBy = Closed, ByBoth
		reached := !c.half[o].ack.Before(c.half[o].fin)
		j.FINAcked = [2]bool{reached, reached}
		j.CloseOff[0] = x.finOff[o]
	case f0 || f1:
		j.Close = HalfClosed
		s := 0
		if f1 {
			s = 1
		}
		j.ClosedBy = who(s)
		j.CloseOff[0] = x.finOff[s]
	default:
		j.Close = StillOpen
	}
}

// cutOff reports whether a RST ended the connection before the FIN of its own sender, whose receiver was
// gone by then and never acknowledged it. A listener sends such a RST that answers with SYN cookies, and so
// knows of no connection yet, when a FIN overtakes the third packet.
func (c *Conn) cutOff(x *Rest) bool {
	d := x.more()
	if d.rstOff == 0 {
		return false
	}
	rs := d.cutBy()
	from, victim := &c.half[rs], &c.half[1-rs]
	return x.finOff[rs] > d.rstOff && from.fin.After(d.resetOwn) && victim.bits&hasAck != 0 && victim.ack.Before(from.fin)
}

// judgeTimes gives the halves of the handshake's round trip. A sample is empty
// when the reply came after a second identical copy and nothing names the copy
// it answers (Karn), or when the capture has them in the wrong order.
func (c *Conn) judgeTimes(j *Judgement, x *Rest, accepted, exact bool) {
	o, r := j.Orig, 1-j.Orig
	me, peer := &c.half[o], &c.half[r]
	if j.Kind == Simultaneous || j.Kind == Split {
		return
	}
	if late := exact && x.candOff < x.synackOff && x.candTime < x.synackTime; accepted && x.synackOff > x.synOff && !late {
		t, known := x.synTime, !c.synIsPrevious(o, x)
		if known && me.copies > 1 {
			known = false
			if c.refusedFirst(r, x) == 0 {
				t, known = c.whichCopy(x, true)
			}
		}
		if known && x.synackTime >= t {
			j.ServerRTT = x.synackTime - t
		}
	}
	if exact && j.Verdict.Opened() && peer.bits&sentSYNACK != 0 && x.candOff > x.synackOff {
		t, known := x.synackTime, true
		if peer.copies > 1 {
			t, known = c.whichCopy(x, false)
		}
		if known && x.candTime >= t {
			j.ClientRTT = x.candTime - t
		}
	}
	if exact && j.Verdict == Completed && x.candTime >= x.synTime && x.synOff != 0 && x.candOff > x.synOff {
		j.Setup = x.candTime - x.synTime
		if d := x.more(); d.synStart != 0 && d.synStart < x.synTime {
			j.Setup = x.candTime - d.synStart
		}
	}
}

// synIsPrevious reports whether the SYN-ACK acknowledges not the last SYN of o but the one before.
func (c *Conn) synIsPrevious(o Side, x *Rest) bool {
	ack := c.half[1-o].synAck
	return ack != c.half[o].isn+1 && c.reachesOther(ack, o, x) && !c.half[o].opensTo(ack)
}
