package flows

import (
	"unsafe"

	"portero/capture"
	"portero/handshake"
)

const tcp = capture.ProtoTCP

// Table is the set of live flows. Make one with New; one goroutine owns it.
type Table struct {
	cfg   Config
	sink  func(*Ended)
	slots slots
	wheel wheel

	chunks  []chunk
	lots    [2]lot
	made    uint32   // places that flows took
	due     []uint32 // to be ended now, in order of id
	dueDone int      // how many of them were
	head    uint64   // the one being ended
	spare   []uint32 // evicted, still in a bucket of the wheel

	data     []*[dataChunk]handshake.Data // of flows that have none beside them
	dataUsed uint32
	dataFree []uint32
	shelf    handshake.Shelf

	maxFlows, maxData uint32
	spareBytes        int64 // of the budget, for who needs it first: Data, Details, or embryos, which take what is left
	asked, answered   queue // half-open flows
	hand              uint32

	pool *Pool
	own  bool // nobody else's

	recent   recentFrames
	tombs    tombs
	embryos  embryos
	pending  map[uint32]*pendingSYN
	held     int // segments that wait with them
	early    early
	mistimed mistimed
	ids      *uint64 // the last one given
	unnamed  unnamed
	pos      uint32         // position of the packet being booked
	noted    *capture.Batch // whose packets are booked
	ends     uint32         // flows that ended or lost their ports to another, or are found in another way now
	stats    Stats
	ended    Ended
	began    began
	alike    int  // flows that lie under the hash of the packet at hand, which is of none of them
	apart    bool // some lie under apartFrom's hash
	closing  bool // no packet will follow: nothing need be remembered
}

// halfOpenRef is a flow, and its first frame to tell it from a later one in its place.
type halfOpenRef struct{ flow, first uint32 }

// New returns an empty table that hands every flow that ends to sink. What sink
// is given is valid until it returns.
func New(cfg Config, sink func(*Ended)) *Table {
	if cfg.Memory == 0 {
		cfg.Memory = DefaultMemory
	}
	cfg.Memory = max(cfg.Memory, MinMemory)
	t := &Table{cfg: cfg, sink: sink, pending: map[uint32]*pendingSYN{}, ids: cfg.Count}
	if t.ids == nil {
		t.ids = new(uint64)
	}
	if t.pool = cfg.Pool; t.pool == nil {
		t.pool, t.own = &Pool{}, true
	}
	t.shelf.Room = t.pool.take
	t.recent.make(dupSets)
	t.slots.init()
	m := cfg.Memory - cfg.Memory/16
	t.maxFlows = uint32(min(m*41/100/(FlowSize+slotsCost), 1<<30))
	t.maxData = uint32(min(m*11/100/handshake.DataSize, 1<<30))
	t.shelf.Max = uint32(min(m*4/100/handshake.DetailsSize, 1<<30))
	t.tombs.init(m * 3 / 100)
	t.spareBytes = m * 41 / 100
	t.shelf.More = func() bool { return t.borrow(&t.shelf.Max, shelfStep, handshake.DetailsSize) }
	return t
}

// Observe books one packet. q is what it quotes when it is an ICMP error.
func (t *Table) Observe(p *capture.Packet, q *capture.Quote) {
	if p.Bits&capture.ICMPError != 0 && q != nil {
		if !t.attach(p, q) {
			t.observe(p)
			t.await(p, q)
		}
		return
	}
	t.observe(p)
}

// observe books a packet that is about no other.
func (t *Table) observe(p *capture.Packet) {
	if v, side, ok := t.find(p); ok {
		t.follow(v, t.flow(v), side, p)
		return
	}
	t.recent.seen(p)
	t.begin(p)
}

// began is where a packet that came in parts began.
type began struct {
	index uint64 // 0: the packet is whole
	time  int64
}

// ObserveParts is Observe for a packet that came in several frames, the first of which was
// index, at that time (ns).
func (t *Table) ObserveParts(p *capture.Packet, q *capture.Quote, index uint64, at int64) {
	if index < p.Index {
		t.began = began{index, at}
	}
	t.Observe(p, q)
	t.began = began{}
}

// begin books a packet whose tuple is not in the table.
func (t *Table) begin(p *capture.Packet) {
	if p.Proto == tcp && p.Flags&(capture.SYN|capture.ACK|capture.RST|capture.FIN) == capture.SYN|capture.ACK && t.revive(p) {
		return
	}
	alike := t.alike
	v := t.open(p, t.key(p), 0, 0, 0)
	t.book(v, 0, p)
	if alike > 0 && t.early.n > 0 {
		t.adopt(v, p)
	}
}

// follow books a packet on the tuple of f, which is flow v: on f itself, or on
// another that has or had the same ports.
func (t *Table) follow(v uint32, f *Flow, side int, p *capture.Packet) {
	if uint64(p.Time-f.last) > uint64(leastLife) { // or the clock ran backwards
		if p.Time < f.last {
			t.turnedBack(f, p)
		} else if t.wild() {
			t.astray(v, f, p)
		} else if t.expired(v, f, p) {
			if u, ok := t.outlive(v, f, side, p); ok {
				f = t.flow(u)
				t.follow(u, f, f.sideOf(p), p)
				return
			}
			t.end(v, p.Index, reasonOf(f))
			t.alike = 0
			t.recent.seen(p)
			t.begin(p)
			return
		}
	}
	if t.duplicate(f, side, p) {
		o := t.origin(v)
		o.dups += uint32(p.Frames)
		t.stats.Duplicates += uint64(p.Frames)
		if t.watched(p) {
			t.cfg.Watch(o.id, p, side, true)
		}
		return
	}
	if p.Proto != tcp || p.Bits&capture.NoFlags != 0 {
		t.bookOn(v, f, side, p)
		return
	}
	if t.plain(v, f, side, p) {
		return
	}
	const handshakeFlags = capture.SYN | capture.ACK | capture.RST | capture.FIN
	switch p.Flags & handshakeFlags {
	case capture.SYN:
		if t.spoilt(f, side, p) {
			break
		}
		switch f.conn.PlaceSYN(p, side) {
		case handshake.Pending:
			t.pend(f, v, side, p)
			return
		case handshake.NewConnection:
			t.renew(v, side, p)
			return
		}
	case capture.RST | capture.ACK:
		if f.bits&hasPending != 0 && (t.accept(v, side, p) || t.resume(v, side, p)) {
			return
		}
		if t.late(v, f, side, p) {
			return
		}
		if f.conn.Elsewhere(p, side) && !t.spoilt(f, side, p) && !t.recalls(v, f, side, p) {
			t.supersede(v, p, 0)
			return
		}
		if t.refusesAhead(v, f, side, p) {
			return
		}
	case capture.SYN | capture.ACK:
		if f.bits&hasPending != 0 && t.accept(v, side, p) {
			return
		}
		if (f.conn.Over() || f.conn.Alone(side)) && !f.conn.Fits(p, side) && !f.conn.SameSYNACK(p, side) && !f.conn.Expects(p, side) && !t.spoilt(f, side, p) {
			if u, s, ok := t.earlier(f, p); ok {
				t.book(u, s, p)
				return
			}
			if !f.conn.Over() && !f.conn.SentFIN(side) {
				t.pend(f, v, side, p) // a stranger's, if nothing goes on from it
				return
			}
			t.supersede(v, p, 0)
			return
		}
		if f.prev != 0 {
			if u, s, ok := t.earlier(f, p); ok && (f.conn.Displaces(p, side) && t.flow(u).conn.SameSYNACK(p, s) || !f.conn.Expects(p, side) && !t.recalls(v, f, side, p)) {
				t.flow(u).odd |= handshake.OddLateSegment
				t.book(u, s, p)
				return
			}
		}
		if (f.conn.Foreign(p, side) || p.Time-f.last >= quiet && f.conn.AnswersAnew(p, side)) && !t.spoilt(f, side, p) && !t.recalls(v, f, side, p) {
			t.pend(f, v, side, p) // a stranger's or a copy, if nothing goes on from it
			return
		}
	default:
		if f.bits&hasPending != 0 && t.resume(v, side, p) {
			return
		}
		if t.late(v, f, side, p) {
			return
		}
		if f.conn.Unrelated(p, side) && !t.spoilt(f, side, p) && !t.recalls(v, f, side, p) {
			t.supersede(v, p, 0)
			return
		}
		if !f.conn.InOrder(p, side) && t.part(v, f, side, p) {
			return
		}
	}
	t.bookOn(v, f, side, p)
}

// spoilt reports whether p, a SYN or SYN-ACK, has a wrong checksum though its sender's are right
// elsewhere: no receiver takes it, and so it opens nothing.
func (t *Table) spoilt(f *Flow, side int, p *capture.Packet) bool {
	if p.Bits&capture.BadSum == 0 {
		return false
	}
	_, good := f.conn.BadSums(side)
	return good
}

// recalls reports whether p answers the SYN or SYN-ACK of f, flow v, that a later one displaced.
func (t *Table) recalls(v uint32, f *Flow, side int, p *capture.Packet) bool {
	x := t.rest(v, f)
	return f.conn.Recalls(p, side, &x)
}

// late books p on the lingering connection on the ports of f, flow v, to which its numbers belong,
// where they do not fit f, and reports whether it did.
func (t *Table) late(v uint32, f *Flow, side int, p *capture.Packet) bool {
	if f.prev == 0 {
		return false
	}
	fits, undone := f.conn.Fits(p, side) || t.recalls(v, f, side, p), f.conn.Undone(p, side)
	odd := undone || f.conn.Asks(p, side)
	if fits && !odd && f.conn.InOrder(p, side) {
		return false
	}
	u, s, ok := t.earlier(f, p)
	if !ok {
		return false
	}
	old := &t.flow(u).conn
	if ok = !fits || odd && old.Awaits(p, s) || undone && old.Said(p, s) || old.Outran(p, s, &f.conn, side); ok {
		t.flow(u).odd |= handshake.OddLateSegment
		t.book(u, s, p)
	}
	return ok
}

// plain books p on f, which is flow v, where the connection can take it the short way,
// and reports whether it did. What it does is what bookOn would do.
func (t *Table) plain(v uint32, f *Flow, side int, p *capture.Packet) bool {
	x := t.dataOf(f)
	if f.prev != 0 || !f.conn.Plain(p, side, x, &t.shelf) {
		return false
	}
	f.count(side, p)
	if t.telling(f, p) {
		t.note(v, f, side, p)
	}
	if p.PayloadCap > 0 && x.Note&NoteDone == 0 {
		t.show(f, &x.Note, p, side)
	}
	return true
}

// open makes a flow for p, whose sender is side 0, under a hash. An id of 0 takes the next.
func (t *Table) open(p *capture.Packet, key uint32, id uint64, reuses uint64, reuseAfter int64) uint32 {
	if id == 0 {
		id = t.name()
	}
	v := t.take(lotOf(p.Proto), p.Index)
	if id&Provisional != 0 {
		t.unnamed.flows = append(t.unnamed.flows, unnamedFlow{id, v})
	}
	f := t.flow(v)
	// Set one by one: a literal is made elsewhere first and copied.
	bits, next := f.bits, f.next
	*f = Flow{}
	f.a, f.b, f.portA, f.portB, f.proto, f.ver, f.seg = p.Src, p.Dst, p.SrcPort, p.DstPort, p.Proto, p.Ver, p.Seg
	first, at := p.Index, p.Time
	if t.began.index != 0 {
		first, at = t.began.index, min(t.began.time, at)
	}
	f.last, f.firstIdx, f.bits, f.next = p.Time, first, inUse|bits&inWheel, next
	f.ipid[0], f.dupSeen = p.IPID, weight(p)<<dupRecent
	o := t.origin(v)
	*o = origin{}
	o.id, o.first, o.path, o.begun, o.hash = id, at, uint16(p.Path), p.Frames, p.Hash&^0xffffffff|uint64(key)
	if p.Bits&(capture.NoPorts|capture.Orphan) == 0 && capture.HasPorts(p.Proto) {
		f.bits |= hasPorts
	}
	if p.Src == p.Dst && p.SrcPort == p.DstPort && f.bits&hasPorts != 0 {
		f.odd |= handshake.OddLAND
	}
	if f.bits&hasPorts != 0 && (p.SrcPort == 0 || p.DstPort == 0) {
		f.odd |= handshake.OddZeroPort
	}
	t.stats.Flows++
	t.stats.Live++
	t.stats.Peak = max(t.stats.Peak, t.stats.Live)
	t.slots.insert(key, v)
	if p.Proto == tcp {
		if reuses == 0 {
			if tomb, ok := t.tombs.find(p); ok {
				reuses, reuseAfter = tomb.id, p.Time-tomb.last
			}
		}
		if reuses != 0 {
			if d, ok := t.keep(v, f); ok {
				d.Reuses, d.ReuseAfter = reuses, reuseAfter
				if reuses&Provisional != 0 {
					t.unnamed.reuses = append(t.unnamed.reuses, v)
				}
			}
		}
		t.noteHalfOpen(v, uint32(p.Index), p.Index)
	}
	if t.cfg.Opened != nil {
		t.cfg.Opened(id, p)
	}
	// Looked at early: most flows have shown by then whether they need a deadline.
	t.schedule(f, v, p.Time+DatagramLife)
	return v
}

// book counts p and lets the connection see it, whatever it is.
func (t *Table) book(v uint32, side int, p *capture.Packet) { t.bookOn(v, t.flow(v), side, p) }

func (t *Table) bookOn(v uint32, f *Flow, side int, p *capture.Packet) {
	quiet := p.Time - f.last
	if p.Bits&capture.Fragment != 0 && p.Proto == capture.ProtoUDP {
		t.reachBack(v, f, side, p)
	}
	if f.pkts[side] == 0 && f.pkts[1-side] != 0 && p.Proto != tcp && f.conn.ReplyOff() == 0 {
		f.conn.NoteReply(quiet, f.offset(p.Index))
	}
	f.count(side, p)
	if t.telling(f, p) {
		t.note(v, f, side, p)
	}
	o := handshake.Options{IgnoreSums: t.cfg.IgnoreSums}
	if f.lastOff == 1 && t.cfg.Likely != nil && f.bits&hasPorts != 0 {
		o.LikelySrc, o.LikelyDst = t.cfg.Likely(p.Proto, p.SrcPort), t.cfg.Likely(p.Proto, p.DstPort)
	}
	if p.Proto != tcp {
		x := t.rest(v, f)
		f.conn.ObserveDatagram(p, side, &x, o)
		if p.PayloadCap > 0 && p.Proto == capture.ProtoUDP {
			t.show(f, f.conn.DatagramNote(), p, side)
		} else if p.Proto == capture.ProtoSCTP || p.Proto == capture.ProtoDCCP {
			f.associate(p, side)
		}
		return
	}
	if f.data == 0 && f.conn.NeedsData(p, side) {
		t.needData(v, f)
	}
	x := t.rest(v, f)
	x.Quiet, x.Sent = quiet, f.pkts[side]
	odd := f.conn.Observe(p, side, f.lastOff, &x, o)
	f.odd |= odd
	if x.Data != nil && p.PayloadCap > 0 && x.Note&NoteDone == 0 && odd&(handshake.OddSeqWindow|handshake.OddBadSum|handshake.OddFlags) == 0 {
		t.show(f, &x.Note, p, side)
	}
	if f.bits&inWheel == 0 && f.conn.Over() {
		t.schedule(f, v, f.last+ClosedLinger)
	}
}

// reachBack lets f, flow v, begin with p, a datagram in fragments, where that began before all
// that was booked: it was waited for in vain.
func (t *Table) reachBack(v uint32, f *Flow, side int, p *capture.Packet) {
	first, at := p.Index, p.Time
	if t.began.index != 0 {
		first, at = t.began.index, t.began.time
	}
	if first >= f.firstIdx || f.firstIdx-first >= 1<<31 {
		return
	}
	x := t.rest(v, f)
	if d := x.Details(); d.ICMPVer != 0 {
		at := f.frame(d.ICMPOff)
		if d.ICMPHow&handshake.ICMPEarly != 0 {
			at = f.firstIdx - uint64(d.ICMPOff)
		}
		if d, ok := x.Keep(); ok {
			d.ICMPOff, d.ICMPHow = uint32(at-first)+1, d.ICMPHow&^handshake.ICMPEarly
			if at < first {
				d.ICMPOff, d.ICMPHow = uint32(first-at), d.ICMPHow|handshake.ICMPEarly
			}
		}
	}
	back := uint32(f.firstIdx - first)
	if side != f.conn.Beginner() {
		f.conn.NoteReply(-1, back+1) // who seemed to begin answered
	} else if off := f.conn.ReplyOff(); off != 0 {
		f.conn.NoteReply(-1, off+back)
	}
	f.lastOff += back
	if note := f.conn.DatagramNote(); (f.proto == capture.ProtoSCTP || f.proto == capture.ProtoDCCP) && *note != 0 {
		*note += back << noteOff
	}
	f.firstIdx = first
	o := t.origin(v)
	o.first = min(o.first, at)
	f.conn.SpokeFirst(side)
}

// telling reports whether note has anything to do for p.
func (t *Table) telling(f *Flow, p *capture.Packet) bool {
	known := capture.Unchecked | capture.Outgoing
	if f.bits&truncated != 0 {
		known |= capture.Cut
	}
	return p.Bits&^known != 0 || t.cfg.Watch != nil
}

// watched reports whether Watch is shown p.
func (t *Table) watched(p *capture.Packet) bool {
	return t.cfg.Watch != nil && (t.cfg.Picks == nil || t.cfg.Picks(p))
}

// note keeps what the bits of p, which was counted, say of f, which is flow v.
func (t *Table) note(v uint32, f *Flow, side int, p *capture.Packet) {
	t.remark(f, side, p)
	if t.watched(p) {
		t.cfg.Watch(t.origin(v).id, p, side, false)
	}
}

// show lets who looks at payload see p.
func (t *Table) show(f *Flow, note *uint32, p *capture.Packet, side int) {
	if *note&NoteDone == 0 && t.cfg.Payload != nil && f.bits&hasPorts != 0 {
		*note = t.cfg.Payload(*note, p, side, &f.conn)
	}
}

func (t *Table) remark(f *Flow, side int, p *capture.Packet) {
	lacks := capture.Cut | capture.NoFlags | capture.NoPorts
	if p.Partial() {
		lacks = capture.Cut // the rest was not cut, it is missing
	}
	if p.Bits&lacks != 0 && p.Bits&capture.Orphan == 0 && (f.bits&hasPorts != 0 || p.Bits&capture.Cut != 0) {
		f.bits |= truncated
	}
	if p.Bits&capture.PartialSum != 0 {
		f.bits |= offload0 << side
	}
	if p.Bits&capture.BadSum != 0 {
		f.bits |= badSums
	}
	if p.Bits&capture.Selected != 0 {
		f.bits |= selected
	}
	if p.Bits&capture.Fragment != 0 {
		f.bits |= fragmented
	}
	if p.Bits&capture.Orphan != 0 {
		f.odd |= handshake.OddOrphanFragment
	}
}

// Flush ends every flow that is left, in order of id. No packet may follow.
func (t *Table) Flush(index uint64, r handshake.EndReason) {
	t.Close()
	t.EndDue(^uint64(0), index, r)
}

// Close makes every flow that is left due, in order of id. No packet may follow.
func (t *Table) Close() {
	t.closing = true
	for _, q := range [...]*queue{&t.asked, &t.answered} {
		q.release()
		*q = queue{}
	}
	if n := int(t.stats.Live); n > cap(t.due) {
		t.due = unsafe.Slice((*uint32)(t.pool.take(4*n)), n)[:0]
	}
	var sorted bool
	t.due, sorted = t.all(t.due)
	if !sorted { // some place was used again by a later flow
		t.sortDue()
	}
}

// Snapshot shows what is known of the flows that had a packet at since (ns) or
// later, without ending them, from the place from on, 0 being the first. What each is given is valid
// until it returns; it returns false to end early. The next place is where to go on then, 0 where none is left.
func (t *Table) Snapshot(from uint32, since int64, index uint64, each func(*Ended) bool) (next uint32) {
	if t.made == 0 {
		return 0
	}
	for v := from; ; v = next {
		next = t.after(v)
		if f := t.flow(v); f.bits&inUse != 0 && f.last >= since {
			t.view(v, &t.ended, index, handshake.EndActive)
			if !each(&t.ended) {
				return next
			}
		}
		if next == 0 {
			return 0
		}
	}
}

// Release gives back the memory that lies in no Pool, or in that of the table's own. The table must
// not be used any more.
func (t *Table) Release() {
	for _, s := range [...]*slots{&t.slots, &t.tombs.index} {
		s.release()
	}
	for _, q := range [...]*queue{&t.asked, &t.answered} {
		q.release()
	}
	if t.own {
		t.pool.Release()
	}
}
