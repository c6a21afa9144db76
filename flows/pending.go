package flows

import (
	"portero/capture"
	"portero/handshake"
)

// pendingSYN is an attempt inside a live connection, kept apart until the peer
// accepts it. Where one direction alone was captured it may be a SYN-ACK, see resume; where nothing of an attempt was
// captured it is a segment, see part.
type pendingSYN struct {
	id   uint64
	side int
	isn  capture.Seq
	from [2]capture.Seq // where the sender stood when the last of them came, see gone
	met  bool           // a SYN of the other end is among them, which crosses
	pkts []capture.Packet
	told []uint8 // places of their letters in the history of the live connection, see ZeekStray
	err  *pendingError
	held []capture.Packet // segments that go on from it, until its receiver does so too
}

// What may be held: of one attempt, and in all; and how many SYNs of one wait: a few, or as many as the systems send that try longest,
// which are held as well.
const (
	heldOne  = 14
	heldAll  = 4096
	waitFew  = 4
	waitMost = 12
)

// pendingError is the first ICMP error that quotes an attempt which waits.
type pendingError struct {
	pkt   capture.Packet
	quote capture.Quote
}

// quotes keeps p, an ICMP error that quotes what side of flow v sent, where that is a SYN which waits: it is
// about the connection that the SYN opens, or else about the one in which it strayed.
func (t *Table) quotes(v uint32, f *Flow, side int, p *capture.Packet, q *capture.Quote) bool {
	ps := t.waits(v, f)
	if ps == nil || !q.HasSeq {
		return false
	}
	for i := range ps.pkts {
		if ps.pkts[i].Seq != q.Seq || f.sideOf(&ps.pkts[i]) != side {
			continue
		}
		if ps.err == nil {
			ps.err = &pendingError{*p, *q}
		}
		return true
	}
	return false
}

const maxPending = 4096

// until is how long an answer is waited for.
func (ps *pendingSYN) until() int64 {
	at := ps.pkts[len(ps.pkts)-1].Time
	if n := len(ps.held); n > 0 {
		at = ps.held[n-1].Time
	}
	return at + AttemptLife
}

// goesOn reports whether p, from side, is the SYN that waits, sent again, or answers it.
func (ps *pendingSYN) goesOn(p *capture.Packet, side int) bool {
	if side == ps.side && !(ps.met && p.Flags.Any(capture.ACK)) {
		const flags = capture.SYN | capture.ACK | capture.RST | capture.FIN
		return p.Flags&flags == ps.pkts[0].Flags&flags && ps.isn == p.Seq && ps.pkts[0].Seq == p.Seq
	}
	for i := range ps.pkts {
		if !sameSender(&ps.pkts[i], p) && handshake.Answers(p, ps.pkts[i].Seq, ps.pkts[i].PayloadLen) {
			return true
		}
	}
	return false
}

// sameSender reports whether two packets of one flow are from the same end.
func sameSender(a, b *capture.Packet) bool { return a.Src == b.Src && a.SrcPort == b.SrcPort }

// crosses reports whether p, a SYN of the end that has none among those that wait, or the same again, crosses them.
func (ps *pendingSYN) crosses(p *capture.Packet) bool {
	if (p.Flags | ps.pkts[0].Flags).Any(capture.ACK) {
		return false
	}
	for i := range ps.pkts {
		if sameSender(&ps.pkts[i], p) && ps.pkts[i].Seq != p.Seq {
			return false
		}
	}
	return true
}

// pend keeps a SYN inside a live connection apart.
func (t *Table) pend(f *Flow, v uint32, side int, p *capture.Packet) {
	ps := t.pending[v]
	if ps != nil && !ps.calls() && !(ps.refuses() && ps.answers(p, side) && p.Time-ps.pkts[0].Time < Second) {
		t.letGo(v, ps)
		ps = nil
	}
	if ps != nil && ps.answers(p, side) {
		t.join(v, ps, p)
		return
	}
	if ps != nil && ps.gone(f, side, p) {
		t.recant(v, ps)
		f, ps = t.flow(v), nil
	}
	if ps == nil {
		if len(t.pending) >= maxPending {
			t.book(v, side, p)
			return
		}
		ps = &pendingSYN{id: t.name(), side: side}
		t.pending[v] = ps
		if ps.id&Provisional != 0 {
			t.unnamed.pending = append(t.unnamed.pending, v)
		}
		f.bits |= hasPending
	}
	x := t.rest(v, f)
	told := f.conn.ZeekStray(p, side, &x, handshake.Options{IgnoreSums: t.cfg.IgnoreSums})
	if ps.side != side && !ps.crosses(p) || !t.wait(ps, p, told) {
		t.stray(v, side, p)
		return
	}
	if ps.side == side {
		ps.isn, ps.from = p.Seq, f.conn.Stood(side)
	} else {
		ps.met = true
	}
}

// wait lets p wait with ps, and reports whether there was room: beyond a few for copies alone of the SYN.
func (t *Table) wait(ps *pendingSYN, p *capture.Packet, told uint8) bool {
	if n := len(ps.pkts); n >= waitFew {
		last := &ps.pkts[n-1]
		if n == waitMost || t.held == heldAll || ps.met || last.Seq != p.Seq || last.Flags != p.Flags {
			return false
		}
		t.held++
	}
	ps.pkts, ps.told = append(ps.pkts, *p), append(ps.told, told)
	return true
}

// gone reports whether p, of side, is the SYN of f again, and what waits are copies after which its sender went on: they
// were long under way, whatever p is.
func (ps *pendingSYN) gone(f *Flow, side int, p *capture.Packet) bool {
	return ps.side == side && !ps.met && ps.calls() && p.Flags&(capture.SYN|capture.ACK) == capture.SYN && ps.isn == p.Seq &&
		f.conn.SameSYN(p, side) && f.conn.Stood(side) != ps.from
}

// again books a copy of the SYN that opened the live connection. It waited: that others came meanwhile
// does not turn the clock back.
func (t *Table) again(v uint32, side int, p *capture.Packet) {
	f := t.flow(v)
	last, off, turned := f.last, f.lastOff, f.bits&backwards
	t.bookOn(v, f, side, p)
	if off > f.lastOff {
		f.last, f.lastOff = last, off
		f.bits = f.bits&^backwards | turned
	}
}

// againInPlace is again for a SYN whose letter has its place in the history since it was captured, 0 for none.
func (t *Table) againInPlace(v uint32, side int, p *capture.Packet, told uint8) {
	f := t.flow(v)
	before := f.conn.ZeekLetters()
	t.again(v, side, p)
	if x := t.rest(v, f); told != 0 && f.conn.ZeekLetters() > before {
		f.conn.ZeekForget(before+1, &x)
	}
}

// stray books a SYN that belongs to no connection on the live one.
func (t *Table) stray(v uint32, side int, p *capture.Packet) {
	f := t.flow(v)
	f.pkts[side] += uint32(p.Frames)
	f.wire[side] += uint64(p.WireLen)
	x := t.rest(v, f)
	f.conn.ZeekSpoilt(p, side, &x, handshake.Options{IgnoreSums: t.cfg.IgnoreSums})
	if p.Flags.Any(capture.ACK) {
		f.odd |= handshake.OddSYNACKISN
	} else {
		f.odd |= handshake.OddStraySYN
	}
	if off := f.offset(p.Index); off > f.lastOff {
		f.lastOff, f.last = off, p.Time
	}
	if t.watched(p) {
		t.cfg.Watch(t.origin(v).id, p, side, false)
	}
}

// quiet is how long a connection is silent before its handshake comes anew with the same numbers, see replays. A copy that was
// long under way comes sooner, or without the answer's.
const quiet = Second

// replays reports whether what waits on f, which both ends used, comes after a silence: with its answer, though that has the same
// number too, it opens another, as in a capture that is played again.
func (ps *pendingSYN) replays(f *Flow) bool {
	return ps.afterSilence(f) && f.conn.Confirmed()
}

func (ps *pendingSYN) afterSilence(f *Flow) bool { return ps.pkts[0].Time-f.last >= quiet }

// accept turns a pending attempt into a connection when p takes it or refuses it: then its
// sender knows nothing of the one that was open.
func (t *Table) accept(v uint32, side int, p *capture.Packet) bool {
	ps := t.pending[v]
	if f := t.flow(v); ps == nil || ps.side == side && !ps.met || !ps.calls() || f.conn.SameSYNACK(p, side) && !f.conn.Over() && !ps.replays(f) {
		return false // what was sent before is sent again
	}
	for i := range ps.pkts {
		f := t.flow(v)
		if by := f.sideOf(&ps.pkts[i]); by != side && handshake.Answers(p, ps.pkts[i].Seq, ps.pkts[i].PayloadLen) {
			if p.Flags.Any(capture.RST) && f.conn.SameSYN(&ps.pkts[i], by) && f.conn.Stands(p, side) {
				return false // it refuses nothing, but ends the live connection
			}
			if t.twin(f, ps, i, side, p) {
				return true
			}
			soon := !ps.afterSilence(f)
			if soon && f.conn.Took(&ps.pkts[i], by) && f.conn.SameSYNACK(p, side) || f.conn.Began(&ps.pkts[i], p, by, soon) || f.conn.Unanswered(&ps.pkts[i], by) || p.Flags.Any(capture.SYN) && f.conn.EndsBehind(p, side) {
				t.recant(v, ps)
				return false
			}
			t.forgetLetters(v, ps)
			u := t.promote(v, ps)
			t.book(u, t.flow(u).sideOf(p), p)
			return true
		}
	}
	return false
}

// resume turns a pending attempt into a connection when p goes on from it, and reports whether it did.
func (t *Table) resume(v uint32, side int, p *capture.Packet) bool {
	ps := t.pending[v]
	if ps == nil {
		return false
	}
	if ps.refuses() {
		t.letGo(v, ps) // its SYN would have come by now
		return false
	}
	f := t.flow(v)
	if ps.isTwin() {
		return t.resolve(v, ps, side, p)
	}
	c := &f.conn
	for i := range ps.pkts {
		o := &ps.pkts[i]
		by := ps.side
		if ps.met {
			by = f.sideOf(o)
		}
		switch {
		case by == side && !ps.afterSilence(f) && c.Precedes(p, o, side):
			t.recant(v, ps)
			return false
		case by == side && (c.Resumes(p, o, side) || ps.afterSilence(f) && c.Restarts(p, o, side)):
		case !c.Departs(ps.ended(p, side != by), o, side, by) && !((side == by || len(ps.held) > 0) && c.Leaves(p, o, side, by)), side != by && !ps.fits(p):
			continue
		case side == by && !c.Alone(side) && !c.Over():
			return t.hold(ps, p) // a stranger may send as much in its name
		}
		t.join(v, ps, p)
		return true
	}
	return false
}

// ended is p as Departs is to see it: a RST with ACK of the receiver, which came behind what is held and does not just refuse the SYN, has the
// numbers of any other segment.
func (ps *pendingSYN) ended(p *capture.Packet, receiver bool) *capture.Packet {
	if len(ps.held) == 0 || !receiver || !p.Flags.Has(capture.RST|capture.ACK) || p.Seq == 0 {
		return p
	}
	q := *p
	q.Flags &^= capture.RST
	return &q
}

// fits reports whether p, of the receiver of what waits, has a number that its sender acknowledged, or follows it.
func (ps *pendingSYN) fits(p *capture.Packet) bool {
	return len(ps.held) == 0 || p.Seq.In(ps.held[0].Ack, ps.held[0].Ack.Add(1<<16))
}

// hold keeps p, which goes on from what waits, with it, and reports whether there was room.
func (t *Table) hold(ps *pendingSYN, p *capture.Packet) bool {
	if len(ps.held) == heldOne || t.held == heldAll {
		return false
	}
	ps.held = append(ps.held, *p)
	ps.held[len(ps.held)-1].PayloadCap = 0 // its octets are not kept
	t.held++
	return true
}

// unhold books on flow v what was held with ps, which its connection sent after all, or nobody.
func (t *Table) unhold(v uint32, ps *pendingSYN) {
	for i := range ps.held {
		t.again(v, t.flow(v).sideOf(&ps.held[i]), &ps.held[i])
	}
}

// unpend lets ps wait on flow v no longer.
func (t *Table) unpend(v uint32, ps *pendingSYN) {
	delete(t.pending, v)
	t.flow(v).bits &^= hasPending
	t.held -= len(ps.held) + max(len(ps.pkts)-waitFew, 0)
}

// answers reports whether a SYN-ACK, or a refusal, waits that answers p, a SYN of side which is captured after it.
func (ps *pendingSYN) answers(p *capture.Packet, side int) bool {
	if ps.side == side || p.Flags.Any(capture.ACK) {
		return false
	}
	for i := range ps.pkts {
		if handshake.Answers(&ps.pkts[i], p.Seq, p.PayloadLen) {
			return true
		}
	}
	return false
}

// join makes a connection of its own of the attempt that waits on flow v, to which p belongs.
func (t *Table) join(v uint32, ps *pendingSYN, p *capture.Packet) {
	t.forgetLetters(v, ps)
	u := t.promote(v, ps)
	t.book(u, t.flow(u).sideOf(p), p)
}

// renew opens a connection with SYN p where the one on its ports, flow v, is over. The same SYN may have
// waited since before the end, or its answer.
func (t *Table) renew(v uint32, side int, p *capture.Packet) {
	f := t.flow(v)
	if ps := t.waits(v, f); ps != nil && (ps.answers(p, side) ||
		ps.side == side && ps.isn == p.Seq && ps.pkts[0].Seq == p.Seq && !f.conn.SameSYN(p, side)) {
		t.join(v, ps, p)
		return
	}
	if p.Time-f.last < quiet && f.conn.StartsNear(p, side) {
		t.pend(f, v, side, p) // it may be the old one's, if its answer, or what follows it, agrees
		return
	}
	t.supersede(v, p, 0)
}

// promote makes a connection of its own of the attempt that waits on flow v, and returns its flow.
func (t *Table) promote(v uint32, ps *pendingSYN) uint32 {
	t.unpend(v, ps)
	u := t.supersede(v, &ps.pkts[0], ps.id)
	t.bookAll(u, ps, 1)
	return u
}

// bookAll books what waited in ps, from the packet from on, on flow u.
func (t *Table) bookAll(u uint32, ps *pendingSYN, from int) {
	for j := from; j < len(ps.pkts); j++ {
		t.book(u, t.flow(u).sideOf(&ps.pkts[j]), &ps.pkts[j])
	}
	for j := range ps.held {
		t.book(u, t.flow(u).sideOf(&ps.held[j]), &ps.held[j])
	}
	t.tellQuoted(u, ps)
}

// tellQuoted books the ICMP error that was kept with ps on flow v, to which the attempt belongs after all.
func (t *Table) tellQuoted(v uint32, ps *pendingSYN) {
	if ps.err != nil {
		f := t.flow(v)
		t.quoted(v, f, f.sideOf(&ps.pkts[0]), &ps.err.pkt, &ps.err.quote)
	}
}

// waits is the attempt that waits on f, flow v, nil for none.
func (t *Table) waits(v uint32, f *Flow) *pendingSYN {
	if f.bits&hasPending == 0 || f.proto != tcp {
		return nil
	}
	return t.pending[v]
}

// outlive makes a connection of its own of the attempt that waits on f, flow v, whose time is over, where p
// goes on with it: what came in time found f, but its answer finds nothing older than itself.
func (t *Table) outlive(v uint32, f *Flow, side int, p *capture.Packet) (u uint32, ok bool) {
	ps := t.waits(v, f)
	if ps == nil || p.Time > ps.until() || !ps.goesOn(p, side) || ps.gone(f, side, p) {
		return 0, false
	}
	t.forgetLetters(v, ps)
	t.unpend(v, ps)
	o := t.origin(v)
	id, last, key := o.id, f.last, uint32(o.hash)
	t.end(v, p.Index, reasonOf(f))
	u = t.open(&ps.pkts[0], key, ps.id, id, ps.pkts[0].Time-last)
	t.bookAll(u, ps, 0)
	if t.early.n > 0 {
		t.adopt(u, &ps.pkts[0])
	}
	return u, true
}

// forgetLetters takes the SYNs that waited on flow v out of its history, see ZeekStray.
func (t *Table) forgetLetters(v uint32, ps *pendingSYN) {
	f := t.flow(v)
	x := t.rest(v, f)
	for j := len(ps.pkts) - 1; j >= 0; j-- { // the last first: what is before it keeps its place
		f.conn.ZeekForget(ps.told[j], &x)
	}
}

// supersede opens a connection on the ports of flow v with its first packet p.
// The old one lingers, so that its late segments find it.
func (t *Table) supersede(v uint32, p *capture.Packet, id uint64) uint32 {
	f := t.flow(v)
	o := t.origin(v)
	oldID, oldLast, hash := o.id, f.last, o.hash
	f.bits |= superseded
	t.ends++
	// One generation lingers: what came before it ends here.
	if f.prev != 0 {
		prev := f.prev - 1
		f.prev = 0
		t.end(prev, p.Index, reasonOf(t.flow(prev)))
	}
	t.schedule(f, v, f.last+ClosedLinger)
	t.slots.remove(uint32(hash), v)
	u := t.open(p, uint32(hash), id, oldID, p.Time-oldLast)
	// Making room may have ended the old one.
	if t.origin(v).id == oldID && t.flow(v).bits&inUse != 0 {
		t.flow(u).prev = v + 1
	}
	t.book(u, 0, p)
	if t.early.n > 0 {
		t.adopt(u, p)
	}
	return u
}
