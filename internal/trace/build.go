package trace

import (
	"cmp"
	"slices"
	"time"

	"portero/capture"
	"portero/catalog/identify"
	"portero/handshake"
	"portero/internal/record"
)

// Input is one connection to be told.
type Input struct {
	// Packets of this one connection, both directions, with the ICMP errors that quote it.
	// They are told in the order of their indices: a SYN that waited to be accepted is
	// handed on after its answers.
	Packets []capture.Packet
	// Refs are the frame numbers to show, one for each packet; nil shows
	// Packet.Index.
	Refs []record.FrameRef
	// QUIC tells the kinds of packet in each datagram, should the connection be one of QUIC: one for each packet, or nil.
	QUIC []identify.QUICPackets
	// Copies marks the exact duplicates; nil lets Build find them by their digests.
	Copies []bool
	// Record is the verdict. Its frames must be of the kind of Refs. Nil lets
	// Build judge by the packets alone: the originator is then who opened, or
	// who was seen first.
	Record *record.Record
}

// Build tells one connection from its packets and its record. The frames shown
// are Packet.Index; see [Input] where they are others.
func Build(pkts []capture.Packet, rec *record.Record) *Trace {
	return Input{Packets: pkts, Record: rec}.Build()
}

// pkt is a packet with what is known of it before the machine runs.
type pkt struct {
	*capture.Packet
	ref   record.FrameRef
	from  End
	bad   Remark // why its receiver must not accept it; valid with isBad
	isBad bool
	copy  bool
	took  bool // its checksum is wrong, and the judge counts its octets all the same
	again bool // the judge counts it for a retransmission
	fills bool // and for one that fills a gap
	mute  bool // its octet says nothing
	stray bool // a SYN inside a live connection
	icmp  bool
	quic  identify.QUICPackets
}

// ofQUIC reports whether r is a connection of QUIC whose packets have the headers of RFC 8999: Google's had others for long.
func ofQUIC(r *record.Record) bool {
	return r != nil && r.App != nil && r.App.QUIC != nil && r.App.QUIC.Verdict != identify.QUICNone && r.App.QUIC.Version>>24 != 'Q'
}

// plain reports whether p is TCP whose numbers count.
func (p *pkt) plain() bool { return !p.isBad && !p.copy && !p.stray && !p.icmp }

// acks reports whether p proves what its sender had received: a good segment
// with ACK and without RST.
func (p *pkt) acks() bool {
	return p.plain() && p.Flags&(capture.ACK|capture.RST) == capture.ACK
}

// end is one past the last sequence number p occupies.
func (p *pkt) end() capture.Seq {
	n := p.Seq.Add(p.PayloadLen)
	if p.Flags.Any(capture.SYN) {
		n++
	}
	if p.Flags.Any(capture.FIN) {
		n++
	}
	return n
}

// builder owns one trace while it is built.
type builder struct {
	tr   *Trace
	pkts []pkt
	j    handshake.Judgement
	st   [2]Standing
	side [2]side
	step *Step
	pend [2][]pending
	// the frames of the opening as positions in pkts, -1 none
	syn, synack, third, confirm int
}

// side is what the machine needs to know of one end.
type side struct {
	isn       capture.Seq // of the SYN or SYN-ACK it sent last
	hasISN    bool
	synEnd    capture.Seq // one past its SYN's payload
	synBare   bool        // it sent a SYN without ACK
	synSeen   bool        // that SYN is in the capture, in time or late
	synAcked  bool        // the peer's acknowledgement of its SYN reached it
	passive   bool        // it came from LISTEN
	fin       capture.Seq // one past its FIN
	hasFIN    bool
	finAcked  bool // the acknowledgement of its FIN reached it
	finPeer   bool // the peer's FIN reached it
	synackAck capture.Seq
	synackAt  int // position of its last SYN-ACK plus one
	wrongAck  capture.Seq
	hasWrong  bool // it sent a third packet with wrong numbers, whose ack was wrongAck
	numbers   numbers
}

// pending is an event that reaches its end right after that end's packet at.
type pending struct {
	at    int
	ev    Event
	frame record.FrameRef
	seen  bool // proven by a later packet
}

// Build tells the connection.
func (in Input) Build() *Trace {
	if CallsItself(in.Record) {
		return in.sorted().mirrored()
	}
	return in.tell(false)
}

// tell is Build; twice says that every second packet is the one before it, of the other end.
func (in Input) tell(twice bool) *Trace {
	b := &builder{tr: &Trace{}, syn: -1, synack: -1, third: -1, confirm: -1}
	if len(in.Packets) == 0 {
		return b.tr
	}
	b.orient(in.sorted())
	for i := 1; twice && i < len(b.pkts); i += 2 {
		b.pkts[i].from = b.pkts[i].from.Peer()
	}
	b.tr.Steps = make([]Step, 0, len(in.Packets))
	if !b.tr.TCP {
		b.datagrams()
		return b.tr
	}
	b.judge(in.Record)
	b.origins()
	b.start()
	b.tr.Start = b.st
	for i := range b.pkts {
		b.one(i)
	}
	b.equations()
	return b.tr
}

// sorted is in with its packets in the order of their indices.
func (in Input) sorted() Input {
	before := func(a, b capture.Packet) int { return cmp.Compare(a.Index, b.Index) }
	if slices.IsSortedFunc(in.Packets, before) {
		return in
	}
	order := make([]int, len(in.Packets))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, k int) int { return before(in.Packets[i], in.Packets[k]) })
	out := Input{Record: in.Record}
	for _, i := range order {
		out.Packets = append(out.Packets, in.Packets[i])
		if in.Refs != nil && i < len(in.Refs) {
			out.Refs = append(out.Refs, in.Refs[i])
		}
		if i < len(in.QUIC) {
			out.QUIC = append(out.QUIC, in.QUIC[i])
		}
		if in.Copies != nil {
			out.Copies = append(out.Copies, i < len(in.Copies) && in.Copies[i])
		}
	}
	return out
}

// orient finds the ends and gives every packet its sender.
func (b *builder) orient(in Input) {
	first := &in.Packets[0]
	for i := range in.Packets {
		if in.Packets[i].Bits&capture.ICMPError == 0 {
			first = &in.Packets[i]
			break
		}
	}
	t := b.tr
	t.TCP = first.Proto == capture.ProtoTCP
	t.Ports = first.Bits&(capture.NoPorts|capture.Orphan) == 0 && capture.HasPorts(first.Proto)
	if r := in.Record; r != nil {
		t.TCP, t.Ports = r.TCP(), r.HasPorts && r.Proto != capture.ProtoICMP && r.Proto != capture.ProtoICMP6
		t.Ends = [2]Endpoint{{r.Orig.Addr, r.Orig.Port}, {r.Resp.Addr, r.Resp.Port}}
	} else {
		t.Ends = [2]Endpoint{{first.SrcAddr(), first.SrcPort}, {first.DstAddr(), first.DstPort}}
		for i := range in.Packets {
			p := &in.Packets[i]
			if !t.TCP || p.Proto != capture.ProtoTCP {
				continue
			}
			if f := p.Flags & (capture.SYN | capture.ACK | capture.RST | capture.FIN); f == capture.SYN {
				t.Ends = [2]Endpoint{{p.SrcAddr(), p.SrcPort}, {p.DstAddr(), p.DstPort}}
				break
			} else if f == capture.SYN|capture.ACK {
				t.Ends = [2]Endpoint{{p.DstAddr(), p.DstPort}, {p.SrcAddr(), p.SrcPort}}
			}
		}
	}
	b.pkts = make([]pkt, len(in.Packets))
	for i := range in.Packets {
		p := &in.Packets[i]
		q := &b.pkts[i]
		q.Packet, q.ref = p, p.Index
		if i < len(in.Refs) {
			q.ref = in.Refs[i]
		}
		if i < len(in.QUIC) && ofQUIC(in.Record) {
			q.quic = in.QUIC[i]
		}
		q.icmp = p.Bits&capture.ICMPError != 0
		switch src := (Endpoint{p.SrcAddr(), p.SrcPort}); {
		case q.icmp:
			q.from = Neither
		case src == t.Ends[Orig]:
			q.from = Orig
		case src.Addr == t.Ends[Orig].Addr && src.Addr != t.Ends[Resp].Addr:
			q.from = Orig // a port that only one direction shows (ICMP types)
		default:
			q.from = Resp
		}
		if in.Copies != nil {
			q.copy = i < len(in.Copies) && in.Copies[i]
		} else {
			q.copy = b.isCopy(i)
		}
	}
}

// copyWithin is how late an exact duplicate may come (nanoseconds).
const copyWithin = 10e6

// isCopy finds exact duplicates where the caller knows of none: the same bytes
// from the IP header on, with an IPv4 id, within copyWithin.
func (b *builder) isCopy(i int) bool {
	p := &b.pkts[i]
	if p.Digest == 0 || p.IPID == 0 || p.Ver != 4 {
		return false
	}
	for k := i - 1; k >= 0 && i-k <= 16; k-- {
		q := &b.pkts[k]
		if d := p.Time - q.Time; d > copyWithin || d < -copyWithin {
			return false
		}
		if q.Digest == p.Digest && q.IPID == p.IPID {
			return true
		}
	}
	return false
}

// judge runs the project's own judge over the packets, so that what a trace
// says of a packet is what the verdict rests on.
func (b *builder) judge(rec *record.Record) {
	g := hearing{builder: b, x: handshake.NewRest(), zero: Neither}
	for i := range b.pkts {
		if p := &b.pkts[i]; !p.icmp && !p.copy {
			g.hear(i)
		}
	}
	g.unanswered()
	if g.zero == Neither {
		g.zero = Orig
	}
	cl := handshake.Clues{Pkts: g.pk}
	if g.zero == Resp {
		cl.Orig = 1
	}
	for i := range b.pkts {
		if b.pkts[i].icmp {
			cl.Filtered, cl.FilteredSide = true, cl.Orig
		}
	}
	b.j = g.c.Judge(g.x, cl)
	b.opening(rec)
	if rec != nil {
		b.j.Verdict, b.j.Kind, b.j.Close = rec.Handshake, rec.Kind, rec.Close
		b.j.Probe, b.j.Missing = rec.ProbeKind, rec.Missing
	}
	b.forgive(b.j.Verdict, g.x.SuspectedRSTs() > 0 && b.j.Verdict != handshake.Probe)
	b.doubts()
	for s := range 2 {
		b.ending([2]End{g.zero, g.zero.Peer()}[s], s, &g.c, g.x)
	}
}

// hearing is the judge while the packets pass before it.
type hearing struct {
	*builder
	c      handshake.Conn
	x      *handshake.Rest
	pk     [2]uint64
	strays []int    // SYNs that wait for an answer
	run    [2][]int // packets of each side beyond the window, until it is known whose they are
	one    [2]*pkt  // the first of each side
	at     int64    // when the packet before came
	zero   End      // who sent the first: side 0 of c
}

// hear lets the judge see packet i, and notes what it says of it.
func (g *hearing) hear(i int) {
	p, c, x := &g.pkts[i], &g.c, g.x
	if g.zero == Neither {
		g.zero = p.from
	}
	s := handshake.Side(0)
	if p.from != g.zero {
		s = 1
	}
	g.pk[s]++
	if p.Bits&(capture.NoFlags|capture.Orphan|capture.BadHeader) != 0 {
		p.bad, p.isBad = NoFlags, true
		if p.Bits&capture.NoFlags == 0 && p.Bits&capture.BadHeader != 0 {
			p.bad = BadHeader
		}
		return
	}
	if p.Flags&(capture.SYN|capture.ACK|capture.RST|capture.FIN) == capture.SYN && c.PlaceSYN(p.Packet, s) == handshake.Pending {
		p.stray = true
		g.strays = append(g.strays, i)
		return
	}
	if p.Flags.Has(capture.SYN|capture.ACK) && len(g.strays) > 0 && g.comeLate(g.strays, p, c, x, 1-s, g.pkts[g.strays[0]].Time-g.at < int64(time.Second)) {
		g.strays = nil
	}
	var end [2]capture.Seq
	var apart [2]bool
	for t := range apart {
		end[t], apart[t] = c.Apart(t, x)
	}
	x.Sent, x.Quiet = uint32(g.pk[s]), p.Time-g.at
	g.at = p.Time
	held, again, fills := x.Payload[s], x.Details().Retrans[s], x.Details().OOO[s]
	over := c.SentReset(s)
	if c.Misread(p.Packet, s, x) {
		for k := range i {
			if q := &g.pkts[k]; q.from == p.from && q.Bits&capture.BadSum != 0 {
				q.bad, q.isBad = BadChecksum, true
			}
		}
	}
	odd := c.Observe(p.Packet, s, uint32(i+1), x, handshake.Options{})
	p.again, p.fills = x.Details().Retrans[s] > again, x.Details().OOO[s] > fills
	p.mute = p.PayloadLen == 1 && x.Payload[s] == held && !p.again
	g.blame(p, odd)
	if p.Flags.Any(capture.SYN) && !over && c.SentReset(s) {
		g.ends(s, i, false) // captured before it
	}
	p.took = odd&handshake.OddBadSum != 0 && x.Payload[s] > held
	g.takeBack(p, s)
	for t := range apart {
		if _, still := c.Apart(t, x); apart[t] && !still {
			g.rejoin(t, end[t])
		}
	}
	if now, ok := c.Apart(s, x); ok && odd&(handshake.OddSeqWindow|handshake.OddBadSum) != 0 && now == p.end() {
		if p.Seq != end[s] {
			g.run[s] = g.run[s][:0]
		}
		g.run[s] = append(g.run[s], i)
	}
	if p.Flags.Any(capture.RST) && !p.isBad && !c.SentReset(0) && !c.SentReset(1) && c.SentFIN(s) {
		p.bad, p.isBad = RSTStray, true // it ends nothing, and nobody is suspected
	}
}

// takeBack blames the first packet of a side where the second, p, shows that its numbers were damaged: the judge
// took them back.
func (g *hearing) takeBack(p *pkt, s handshake.Side) {
	q := g.one[s]
	switch {
	case q == nil:
		g.one[s] = p
	case g.pk[s] == 2 && q.Bits&capture.BadSum != 0 && q.plain() && q.PayloadLen > 0 && q.Seq != p.Seq && p.Bits&capture.BadSum == 0 && g.x.Payload[s] <= uint64(p.PayloadLen):
		q.bad, q.isBad = BadChecksum, true
	}
}

// rejoin ends what side t sent beyond the window, up to end: where the receiver took it, or it goes on, the capture lacks
// what came before, and nothing was wrong with it.
func (g *hearing) rejoin(t handshake.Side, end capture.Seq) {
	if g.c.Reached(end, t) {
		for _, k := range g.run[t] {
			if q := &g.pkts[k]; q.bad == BadChecksum {
				q.took = true // see forgive
			} else {
				q.isBad = false
			}
		}
	}
	g.run[t] = g.run[t][:0]
}

// opening finds the frames of the handshake: those of the record, or those of
// the judge.
func (b *builder) opening(rec *record.Record) {
	at := func(off uint32) int { return int(off) - 1 }
	b.syn, b.synack, b.third, b.confirm = at(b.j.SYN), at(b.j.SYNACK), at(b.j.ACK), at(b.j.Confirmed)
	if rec == nil {
		return
	}
	find := func(f record.FrameRef) int {
		for i := range b.pkts {
			if f != 0 && b.pkts[i].ref == f {
				return i
			}
		}
		return -1
	}
	b.syn, b.synack, b.third, b.confirm = find(rec.SYNFrame), find(rec.SYNACKFrame), find(rec.ACKFrame), find(rec.ConfirmedFrame)
}

// refusedBefore reports whether packet i refuses a SYN before another was answered.
func (b *builder) refusedBefore(i int) bool {
	p := &b.pkts[i]
	if p.from != Resp || b.syn < 0 || b.syn > i || i > b.synack || !p.Flags.Any(capture.ACK) {
		return false
	}
	for k := range i {
		if q := &b.pkts[k]; q.from == Resp && q.plain() && !q.Flags.Any(capture.RST) {
			return false
		}
	}
	return p.Ack == b.pkts[b.syn].Seq+1
}

// listensSince reports whether SYN i is the first after a refusal to which somebody listens.
func (b *builder) listensSince(i int) bool {
	refused := false
	for k := range b.pkts[:max(b.synack, 0)] {
		if b.pkts[k].Flags.Any(capture.RST) && b.refusedBefore(k) {
			if k > i {
				return false
			}
			refused = true
		}
	}
	return refused && i < b.synack
}

// alsoAnswered reports whether, behind the RST that refuses, a SYN-ACK answers the same SYN: the RST is of somebody on the way, or the
// SYN-ACK is. That there is a listener only this one tells.
func (b *builder) alsoAnswered() bool {
	return b.j.Verdict == handshake.Refused && b.syn >= 0 && b.synack > 0 && b.pkts[b.synack].from == Resp && b.pkts[b.synack].Ack == b.pkts[b.syn].Seq+1
}

// answersWrong reports whether packet i, a RST, has its number from an acknowledgement of
// what its sender did not send before the connection opened.
func (b *builder) answersWrong(i int) bool {
	p := &b.pkts[i]
	if p.from != Orig || b.third >= 0 && b.third < i {
		return false
	}
	for k := range i {
		if q := &b.pkts[k]; q.from == Resp && q.Proto == capture.ProtoTCP && q.isBad && (q.bad == SYNACKWrong || q.bad == AckOfUnsent) && q.Ack == p.Seq {
			return true
		}
	}
	return false
}

// start decides where both ends stand before the first packet.
func (b *builder) start() {
	closed := Standing{State: Closed}
	b.st = [2]Standing{closed, {}}
	switch b.j.Verdict {
	case handshake.Unknown, handshake.None:
		b.st[Orig] = Standing{}
	case handshake.Midstream:
		b.st = [2]Standing{{Established, true}, {Established, true}}
		b.tr.Missed = append(b.tr.Missed, MissedOpening)
	case handshake.Probe:
		b.st[Orig].Inferred = true
		// Only a closed port answers a segment without ACK with a RST (RFC 9293,
		// 3.10.7.1 and 3.10.7.2); to one with ACK a listening port does too.
		if k := b.j.Probe; k != handshake.ProbeACK && k != handshake.ProbeFINACK && b.first(Resp, capture.RST) >= 0 {
			b.st[Resp] = closed
		}
	case handshake.NoAnswer, handshake.Filtered:
	case handshake.Refused:
		b.st[Resp] = closed
		if b.alsoAnswered() {
			b.st[Resp] = Standing{State: Listen}
		}
	default:
		b.st[Resp] = b.respStart()
	}
}

// respStart reads the responder's first state off its first packets.
func (b *builder) respStart() Standing {
	for i := range b.pkts {
		p := &b.pkts[i]
		if p.from != Resp || !(p.plain() || p.isBad && p.bad == SYNACKWrong) {
			continue
		}
		switch f := p.Flags & (capture.SYN | capture.ACK | capture.RST); {
		case f.Any(capture.RST):
			if b.refusedBefore(i) {
				return Standing{State: Closed}
			}
			if b.j.Verdict.Opened() && b.synack < 0 {
				return Standing{State: Listen, Inferred: true} // it tells that it had answered
			}
			return Standing{}
		case f == capture.SYN:
			return Standing{State: Closed} // it called as well
		case f.Any(capture.SYN):
			return Standing{State: Listen}
		case b.syn >= 0 && p.Ack.Sub(b.pkts[b.syn].Seq) < 1:
			return Standing{Established, true} // an older connection on these ports
		}
		return Standing{State: Listen}
	}
	if b.j.Verdict.Opened() {
		return Standing{State: Listen, Inferred: true}
	}
	return Standing{}
}

// first is the position of the first packet of end with all of f, -1 for none.
func (b *builder) first(e End, f capture.Flags) int {
	for i := range b.pkts {
		if p := &b.pkts[i]; p.from == e && !p.copy && p.Flags.Has(f) {
			return i
		}
	}
	return -1
}
