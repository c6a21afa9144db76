package flows

import (
	"portero/capture"
	"portero/handshake"
)

// Quality are remarks about the capture that touch a flow.
type Quality uint16

// The remarks.
const (
	QTruncated Quality = 1 << iota // packets cut by the snaplen
	QOneDirection
	QDuplicates
	QReordered
	QClockBackwards
	QOffloadOrig // the originator leaves checksums to its network card
	QOffloadResp
	QBadSums
	QVLANOneSided
	QFragments
	QNoTimes // the capture does not tell when its packets came
)

var qualityNames = []string{"truncated_packets", "one_direction", "duplicates", "reordered", "clock_backwards",
	"offload_checksums_orig", "offload_checksums_resp", "bad_checksums", "vlan_one_sided", "fragments", "no_times"}

// List names the remarks.
func (q Quality) List() []string {
	var l []string
	for i, n := range qualityNames {
		if q&(1<<i) != 0 {
			l = append(l, n)
		}
	}
	return l
}

// QualityNames lists every name.
func QualityNames() []string { return append([]string(nil), qualityNames...) }

// SideView is what one end showed.
type SideView struct {
	Addr                [16]byte
	Port                uint16
	Pkts, Wire, Payload uint64
	Retrans, OOO, Lost  uint64
	handshake.Facts
}

// Ended is a flow with everything derived from it. Frames are ordinals over all
// input, 0 for none.
type Ended struct {
	ID         uint64
	Index      uint64 // the packet at which the record ends
	Proto, Ver uint8
	HasPorts   bool
	Path       uint32
	Orig, Resp SideView
	// OrigFirst: the originator sent the first packet.
	OrigFirst bool
	// Began: where there is no handshake, the originator is who was seen to speak first.
	Began bool
	// LetIn: where there is neither handshake nor exchange, the responder is seen to have let the originator in.
	LetIn       bool
	First, Last int64
	J           handshake.Judgement
	Exchange    handshake.Exchange
	Reason      handshake.EndReason

	FirstFrame, LastFrame, SYNFrame, SYNACKFrame, ACKFrame uint64
	ConfirmedFrame, RolesFrame, ICMPFrame, RSTFrame        uint64
	ReplyFrame                                             uint64 // the responder's first, where there is no handshake and both sent
	CloseFrames                                            [2]uint64

	FilteredBy         [16]byte
	FilteredVer        uint8 // 0: nobody
	ICMPType, ICMPCode uint8 // of that error

	Reuses     uint64
	ReuseAfter int64

	SYNRetries, SYNACKRetries, SuspectedRSTs, Duplicates, ZeroWindows uint64
	RTTMin, RTTMid, RTTMax                                            int64 // -1 unknown

	ConnState    string
	ZeekFlipped  bool  // Zeek's originator is the responder
	Completeness int16 // -1: not TCP

	Oddities handshake.Oddity
	Quality  Quality
	ECN      bool // negotiated (RFC 3168)
	Selected bool // a filter selected one of its packets
	Note     uint32
	Pace     handshake.Pace

	// Mistimed are the first and the last frame whose time cannot be, see Table.Mistimed; 0 for none.
	Mistimed [2]uint64

	// Pos is the position (see ObserveEach) of the packet that ended it, and Head the
	// id of the due flow with which it ended: together they order what several
	// tables ended.
	Pos  uint32
	Head uint64

	history    [64]byte
	historyLen uint8
}

// History is Zeek's history, valid as long as e.
func (e *Ended) History() []byte { return e.history[:e.historyLen] }

func reasonOf(f *Flow) handshake.EndReason {
	if f.proto == tcp && (f.conn.Over() || f.bits&superseded != 0) {
		return handshake.EndEnd
	}
	return handshake.EndIdle
}

// end hands a flow to the sink and forgets it.
func (t *Table) end(v uint32, index uint64, r handshake.EndReason) {
	f := t.flow(v)
	if f.prev != 0 {
		prev := f.prev - 1
		f.prev = 0
		pr := r
		if r != handshake.EndForced {
			pr = reasonOf(t.flow(prev))
		}
		t.end(prev, index, pr)
	}
	if f.bits&hasPending != 0 && f.proto != tcp {
		t.early.forget(v)
	} else if f.bits&hasPending != 0 {
		// Nobody accepted the attempt: it was a stray SYN of this connection.
		if ps := t.pending[v]; ps != nil {
			for i := range ps.pkts {
				p := &ps.pkts[i]
				switch s := f.sideOf(p); {
				case !ps.calls():
					t.again(v, s, p) // a stranger's segment
				case f.conn.Own(p, s):
					t.againInPlace(v, s, p, ps.told[i]) // it is the very SYN of this connection, captured late
				case f.conn.SameSYN(p, s), p.Flags.Any(capture.ACK) && f.conn.SameSYNACK(p, s):
					t.again(v, s, p)
				default:
					t.stray(v, s, p)
				}
			}
			t.unhold(v, ps)
			t.tellQuoted(v, ps)
			t.unpend(v, ps)
		}
	}
	if r == handshake.EndForced && f.proto == tcp && (f.conn.Over() || f.bits&superseded != 0) {
		r = handshake.EndEnd
	}
	o := t.origin(v)
	e := &t.ended
	if t.cfg.Into != nil {
		e = t.cfg.Into()
	}
	t.view(v, e, index, r)
	e.Pos, e.Head = t.pos, t.head
	t.sink(e)
	if f.proto == tcp && !t.closing {
		h := tombHash(o.hash, f.seg)
		t.tombs.add(h, o.id, f.last)
		if o.id&Provisional != 0 {
			t.unnamed.tombs = append(t.unnamed.tombs, unnamedTomb{h, o.id})
		}
	}
	t.vacate(v, f, o)
}

// vacate gives the place of flow v, of which all was told, back.
func (t *Table) vacate(v uint32, f *Flow, o *origin) {
	if f.bits&superseded == 0 {
		if !t.closing {
			t.slots.remove(uint32(o.hash), v)
		}
	} else {
		t.unlink(v)
	}
	if f.data != 0 {
		t.shelf.Release(t.dataOf(f))
		if !t.closing && f.data != beside {
			t.dataFree = append(t.dataFree, f.data-1)
		}
		f.data = 0
	}
	f.bits &^= inUse
	if t.mistimed.by != nil {
		delete(t.mistimed.by, v)
	}
	t.ends++
	t.stats.Live--
	if f.bits&inWheel == 0 && !t.closing {
		t.release(v)
	}
}

// unlink takes a superseded flow out of its successor's chain.
func (t *Table) unlink(v uint32) {
	for u := range t.slots.of(uint32(t.origin(v).hash)) {
		if g := t.flow(u); g.prev == v+1 {
			g.prev = 0
		}
	}
}

// lent is where the ports begin that Linux lends to callers.
const lent = 32768

// clue tells the originator where no SYN does, and the frame that shows it, 0 for none. What was
// spoken overrules the ports: a client may well call from the lower one (NFS does).
func (t *Table) clue(f *Flow, note uint32) (orig handshake.Side, by handshake.RolesBy, frame uint64) {
	if f.bits&hasPorts == 0 || t.cfg.Score == nil {
		return 0, handshake.RolesFirst, 0
	}
	if begun := *f.conn.DatagramNote(); (f.proto == capture.ProtoSCTP || f.proto == capture.ProtoDCCP) && begun != 0 {
		return handshake.Side(begun & 1), handshake.RolesPayload, f.frame(begun >> noteOff)
	}
	a, b := t.cfg.Score(f.proto, f.portA), t.cfg.Score(f.proto, f.portB)
	by = handshake.RolesPort
	if f.portA == 0 || f.portB == 0 {
		b = a // no service has it, and who asks for no answer sends from it (RFC 768)
	}
	if f.proto == capture.ProtoUDP && min(f.portA, f.portB) >= lent && max(a, b) <= 1 {
		b = a // nobody registered either, and systems lend callers both: their class tells nothing
	}
	switch {
	case a > b:
		orig = 1
	case a == b:
		by = handshake.RolesFirst
		if f.proto == capture.ProtoUDP {
			orig = f.conn.Beginner()
		}
	}
	if f.pkts[orig] == 0 && f.proto == capture.ProtoUDP && by == handshake.RolesPort && toAll(f.ver, f.addr(orig)) {
		orig, by = 1-orig, handshake.RolesFirst // nobody asks from such an address, unless what was sent says that it answers
	}
	if t.cfg.Asked != nil {
		if side, frame, ok := t.cfg.Asked(note); ok && (by == handshake.RolesFirst || handshake.Side(side) != orig) {
			return handshake.Side(side), handshake.RolesPayload, frame
		}
	}
	return orig, by, 0
}

// port is the port of side s.
func (f *Flow) port(s handshake.Side) uint16 {
	if s == 1 {
		return f.portB
	}
	return f.portA
}

// toAll reports whether a is a multicast address or that of all on the wire.
func toAll(ver uint8, a *[16]byte) bool {
	if ver == 6 {
		return a[0] == 0xff
	}
	return a[12]&0xf0 == 0xe0 || [4]byte(a[12:]) == [4]byte{255, 255, 255, 255}
}

// addr is the address of side s.
func (f *Flow) addr(s handshake.Side) *[16]byte {
	if s == 1 {
		return &f.b
	}
	return &f.a
}

// common is how much the port of side s of f looks like one of a service; from 4 on it is in common use, or a system's.
func (t *Table) common(f *Flow, s handshake.Side) int {
	return t.cfg.Score(f.proto, f.port(s))
}

// traced reports whether traceroute walks through port, from 32768 plus 666 on: one for each probe.
func traced(port uint16) bool { return port >= 33434 && port <= 33690 }

// StreamPackets is how many packets one way, unanswered, make a stream.
const StreamPackets = 10

// view derives everything there is to say of f.
func (t *Table) view(v uint32, e *Ended, index uint64, r handshake.EndReason) {
	f, og := t.flow(v), t.origin(v)
	rest := t.rest(v, f)
	x, d := &rest, rest.Details()
	*e = Ended{}
	e.ID, e.Index, e.Proto, e.Ver, e.HasPorts, e.Path = og.id, index, f.proto, f.ver, f.bits&hasPorts != 0, uint32(og.path)
	e.First, e.Last, e.Reason, e.FirstFrame, e.LastFrame = og.first, f.last, r, f.firstIdx, f.frame(f.lastOff)
	e.RTTMin, e.RTTMid, e.RTTMax, e.Completeness, e.Oddities, e.Duplicates = -1, -1, -1, -1, f.odd, uint64(og.dups)
	clues := handshake.Clues{Pkts: [2]uint64{uint64(f.pkts[0]), uint64(f.pkts[1])}}
	shown := uint64(0)
	if f.proto != tcp || !f.conn.RolesSeen() {
		clues.Orig, clues.By, shown = t.clue(f, noteOf(f, x))
	}
	if d.ICMPVer != 0 {
		e.ICMPFrame = f.frame(d.ICMPOff)
		if d.ICMPHow&handshake.ICMPEarly != 0 {
			e.ICMPFrame = f.firstIdx - uint64(d.ICMPOff)
		}
		e.ICMPType, e.ICMPCode = d.ICMPType, d.ICMPCode
		if !refusesNothing(d.ICMPVer, d.ICMPType, d.ICMPCode) {
			clues.Filtered, clues.FilteredSide = true, handshake.Side(d.ICMPSide)
			e.FilteredBy, e.FilteredVer = d.ICMPFrom, d.ICMPVer
		}
	}
	if s := 1 - clues.Orig; f.proto == capture.ProtoUDP && clues.By == handshake.RolesPort && f.pkts[1-s] == 0 && t.common(f, s) < 4 &&
		(clues.Filtered && handshake.Side(d.ICMPSide) == s || traced(f.port(1-s)) || t.common(f, s) <= 1) {
		// Whose datagrams came back refused, and no other, asked, as traceroute does, and so did who sent to the ports
		// that it walks: many systems take the ports of callers from among those that are registered. And from a port that
		// nobody registered nobody answers somebody of whom nothing was seen: who floods takes any.
		clues.Orig, clues.By = s, handshake.RolesFirst
	}
	if f.proto == tcp {
		f.conn.JudgeTo(&e.J, x, &clues)
		e.ConnState = f.conn.ConnState(x)
		e.Completeness = int16(f.conn.Completeness(f.pkts[0]+f.pkts[1] == uint32(og.begun) && og.dups == 0))
		e.SYNRetries, e.SYNACKRetries = x.SYNRetries(), x.SYNACKRetries()
		if e.SuspectedRSTs = x.SuspectedRSTs(); e.J.Verdict == handshake.Probe {
			e.SuspectedRSTs = 0 // no connection into which one could be injected: they answer
		}
		if e.SuspectedRSTs == 0 {
			e.Oddities &^= handshake.OddRSTWindow // what was suspected turned out to be meant
		}
		if !f.conn.Misled() {
			e.Oddities &^= handshake.OddAckUnsent // it was sent, and missed
		}
		if e.J.UnseenSYN() {
			e.Oddities &^= handshake.OddSYNACKNumber // it acknowledges the SYN that was missed
		}
		e.SYNFrame, e.SYNACKFrame, e.ACKFrame = f.frame(e.J.SYN), f.frame(e.J.SYNACK), f.frame(e.J.ACK)
		e.ConfirmedFrame, e.RSTFrame = f.frame(e.J.Confirmed), f.frame(e.J.RST)
		e.CloseFrames = [2]uint64{f.frame(e.J.CloseOff[0]), f.frame(e.J.CloseOff[1])}
		e.Oddities |= e.J.Oddities
	} else {
		e.J = handshake.Judgement{Orig: clues.Orig, RolesBy: clues.By, Roles: 1, ServerRTT: -1, ClientRTT: -1, Setup: -1}
		e.ConnState = "OTH"
		if f.proto == capture.ProtoUDP {
			e.ConnState = f.conn.DatagramState()
		}
		if f.bits&hasPorts == 0 {
			e.J.Orig, e.J.RolesBy = 0, handshake.RolesFirst
			if f.replies() {
				e.J.Orig = 1
			}
		}
	}
	e.RolesFrame = f.frame(e.J.Roles)
	if e.J.RolesBy == handshake.RolesPayload {
		e.RolesFrame = shown
	}
	o := e.J.Orig
	e.Began = f.proto != tcp && o == f.conn.Beginner()
	if off := f.conn.ReplyOff(); f.proto != tcp && off != 0 {
		if e.ReplyFrame = f.frame(off); 1-o == f.conn.Beginner() {
			e.ReplyFrame = f.firstIdx
		}
	}
	switch f.proto {
	case capture.ProtoSCTP, capture.ProtoDCCP:
		begun := *f.conn.DatagramNote()
		e.LetIn = begun&letIn != 0 && handshake.Side(begun&1) == o
	case capture.ProtoUDPLite: // as with UDP an answer says it
		e.LetIn = e.ReplyFrame != 0 && e.Began
	}
	e.OrigFirst = o == 0
	if f.proto == tcp || f.proto == capture.ProtoUDP {
		e.historyLen = uint8(len(f.conn.AppendHistory(e.history[:0], x)))
	}
	e.ZeekFlipped = f.conn.ZeekOrig() != o
	for s, v := range [2]*SideView{&e.Orig, &e.Resp} {
		side := o
		if s == 1 {
			side = 1 - o
		}
		v.Addr, v.Port = f.a, f.portA
		if side == 1 {
			v.Addr, v.Port = f.b, f.portB
		}
		v.Pkts, v.Wire = uint64(f.pkts[side]), f.wire[side]
		v.WScale = -1
		if f.proto != tcp {
			v.Payload = f.conn.DatagramPayload(side)
			continue
		}
		f.conn.Facts(&v.Facts, side, x)
		if x.Data != nil {
			v.Payload, v.Retrans, v.OOO = f.conn.PayloadOf(side, x), uint64(d.Retrans[side]), uint64(d.OOO[side])
			if e.J.Verdict != handshake.Probe {
				v.Lost = v.Facts.Lost
			}
		}
	}
	e.Note = noteOf(f, x)
	e.Pace = handshake.Pace{FirstByte: -1, Waited: -1, Longest: -1}
	if f.proto == tcp {
		e.Pace = x.Data.Pace()
	} else if f.proto == capture.ProtoUDP {
		e.Pace.FirstByte = f.conn.Reply()
	}
	if x.Data != nil {
		e.Reuses, e.ReuseAfter = d.Reuses, d.ReuseAfter
		e.ZeroWindows = uint64(d.ZeroWindows)
		if lo, mid, hi, ok := x.RTT(o); ok && f.proto == tcp {
			e.RTTMin, e.RTTMid, e.RTTMax = lo, mid, hi
		}
	}
	e.Exchange = exchange(f, e, handshake.Side(d.ICMPSide) == o, d.ICMPHow&handshake.ICMPTunneled != 0)
	if e.ICMPFrame != 0 && tooBig(d.ICMPVer, d.ICMPType, d.ICMPCode) && e.J.Verdict != handshake.NoAnswer &&
		e.Exchange != handshake.Unanswered && e.Exchange != handshake.Stream {
		e.ICMPFrame, e.ICMPType, e.ICMPCode = 0, 0, 0 // what was sent smaller then was answered
	}
	e.ECN = f.proto == tcp && f.conn.ECN(o)
	e.Selected = f.bits&selected != 0
	e.Quality = quality(f, e)
	e.Mistimed = t.mistimed.of(v)
}

// noteOf is the note of who looks at the payload of f.
func noteOf(f *Flow, x *handshake.Rest) uint32 {
	switch {
	case f.proto == tcp && x.Data != nil:
		return x.Note
	case f.proto == capture.ProtoUDP:
		return *f.conn.DatagramNote()
	}
	return 0
}

// replies reports whether the message of ICMP that opened f answers another. Of what is told to all unasked one
// address alone is told because it asked. Where no type was captured, as of a fragment that is not the first, nothing is
// known: both places of ports are 0 there, which they are of no type.
func (f *Flow) replies() bool {
	if f.proto != capture.ProtoICMP && f.proto != capture.ProtoICMP6 || f.portA|f.portB == 0 {
		return false
	}
	ver := uint8(4)
	if f.proto == capture.ProtoICMP6 {
		ver = 6
	}
	_, part := capture.ICMPPair(ver, uint8(f.portA))
	return part == capture.ICMPAnswer || part == capture.ICMPNotice && !toAll(ver, &f.b)
}

// exchange names what became of datagrams; asked says that the ICMP error, if there was one, quotes the
// originator, tunneled that the port that it names is the tunnel's.
func exchange(f *Flow, e *Ended, asked, tunneled bool) handshake.Exchange {
	if f.proto != capture.ProtoUDP {
		return handshake.ExchangeNone
	}
	asked = asked && !toAll(f.ver, f.addr(1-e.J.Orig)) // one of many has no say for the others, and none may answer so (RFC 1122, 3.2.2)
	switch {
	case e.Orig.Pkts > 0 && e.Resp.Pkts > 0:
		return handshake.Answered
	case e.FilteredVer != 0 && asked && !tunneled && portUnreachable(e.FilteredVer, e.ICMPType, e.ICMPCode):
		return handshake.ExchangeRefused
	case e.FilteredVer != 0 && asked:
		return handshake.ExchangeFiltered
	case e.Orig.Pkts+e.Resp.Pkts >= StreamPackets:
		return handshake.Stream
	case e.Orig.Pkts == 0:
		return handshake.ReplyOnly
	}
	return handshake.Unanswered
}

func quality(f *Flow, e *Ended) (q Quality) {
	for _, m := range [...]struct {
		bit flowBits
		q   Quality
	}{{truncated, QTruncated}, {backwards, QClockBackwards}, {badSums, QBadSums}, {healed, QVLANOneSided}, {fragmented, QFragments}} {
		if f.bits&m.bit != 0 {
			q |= m.q
		}
	}
	if e.First == 0 && e.Last == 0 {
		q |= QNoTimes
	}
	if e.Duplicates > 0 {
		q |= QDuplicates
	}
	o, r := offload0, offload1
	if !e.OrigFirst {
		o, r = r, o
	}
	if f.bits&o != 0 {
		q |= QOffloadOrig
	}
	if f.bits&r != 0 {
		q |= QOffloadResp
	}
	if e.Oddities&(handshake.OddReordered|handshake.OddAckBeforeSYN) != 0 {
		q |= QReordered
	}
	if e.J.Verdict == handshake.Implied && (e.Orig.Pkts == 0 || e.Resp.Pkts == 0) { // else the other's are damaged, or a stranger's
		q |= QOneDirection
	}
	return q
}
