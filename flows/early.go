package flows

import "portero/capture"

// early are ICMP errors whose connection was not seen yet: with two interfaces, or files put
// together, an error may stand before the SYN that it quotes. Each is a flow of its own, as one
// that quotes what was never captured stays; this remembers what the youngest of them quote. An
// error has the hash of what it quotes, so only a flow under whose hash something lies already
// looks here.
type early struct {
	kept []waitingError // a ring
	at   map[uint32]int // of a flow, its place in kept
	head int            // the next place
	n    int            // how many wait
}

// waitingError is one such flow with the first of its errors; the others say the same.
type waitingError struct {
	flow  uint32
	waits bool
	pkt   capture.Packet
	quote capture.Quote
}

const (
	maxEarly = 256
	// earlyWithin is how far, in either direction of the clock, what an error quotes may lie from it.
	earlyWithin = 3 * Second
	// quotedPartial is how much later a host may say that a datagram in fragments did not get whole
	// (RFC 1122, 3.3.2). The datagram itself was waited for, too.
	quotedPartial = 120 * Second
)

// await remembers ICMP error p, which was just booked as a flow of its own, for what it quotes.
func (t *Table) await(p *capture.Packet, q *capture.Quote) {
	v, _, _, ok := t.under(uint32(p.Hash), p)
	if !ok {
		return
	}
	f, e := t.flow(v), &t.early
	if f.bits&hasPending != 0 || f.proto == tcp || f.firstIdx != p.Index {
		return
	}
	if e.kept == nil {
		e.kept, e.at = make([]waitingError, maxEarly), map[uint32]int{}
	}
	w := &e.kept[e.head]
	if w.waits {
		t.flow(w.flow).bits &^= hasPending
		e.forget(w.flow)
	}
	*w = waitingError{v, true, *p, *q}
	e.at[v] = e.head
	e.head = (e.head + 1) % maxEarly
	e.n++
	f.bits |= hasPending
}

// forget lets nothing wait for flow v.
func (e *early) forget(v uint32) {
	if i, ok := e.at[v]; ok {
		e.kept[i].waits = false
		delete(e.at, v)
		e.n--
	}
}

// adopt books the ICMP errors that quote flow v, which p just opened, on it: they are no flows of
// their own.
func (t *Table) adopt(v uint32, p *capture.Packet) {
	f := t.flow(v)
	for {
		var first *waitingError
		side := 0
		for u := range t.slots.of(uint32(p.Hash)) {
			i, ok := t.early.at[u]
			if !ok {
				continue
			}
			w := &t.early.kept[i]
			if s := t.meant(v, f, u, w, p); s >= 0 && (first == nil || w.pkt.Index < first.pkt.Index) {
				first, side = w, s
			}
		}
		if first == nil {
			return
		}
		u := first.flow
		if g := t.flow(u); g.bits&selected != 0 {
			f.bits |= selected
		}
		t.early.forget(u)
		t.vacate(u, t.flow(u), t.origin(u))
		t.stats.Stray--
		t.stats.Flows--
		t.quoted(v, f, side, &first.pkt, &first.quote)
	}
}

// meant tells which side of f, flow v that p just opened, sent what the error of flow u quotes, -1
// where it is not about this one.
func (t *Table) meant(v uint32, f *Flow, u uint32, w *waitingError, p *capture.Packet) int {
	q := &w.quote
	probe := capture.Packet{Src: q.Src, Dst: q.Dst, SrcPort: q.SrcPort, DstPort: q.DstPort, Proto: q.Proto, Ver: q.Ver}
	side := f.sideOf(&probe)
	if q.Apart && f.seg != q.Seg {
		return -1
	}
	before := int64(earlyWithin)
	if p.Partial() {
		before += quotedPartial
	}
	for _, at := range [2]int64{t.origin(u).first, t.flow(u).last} {
		if at-p.Time > before || p.Time-at > earlyWithin {
			return -1
		}
	}
	if side < 0 || q.Proto != tcp {
		if side > 0 {
			return -1 // it quotes an answer to what is just being asked
		}
		return side
	}
	if x := t.rest(v, f); q.HasSeq && !f.conn.Sent(q.Seq, side, &x) {
		return -1
	}
	return side
}
