package flows

import "portero/capture"

// Ports that are used again where the capture missed how the connection before ended and how the next began: nothing
// but numbers tells the two apart.

// part keeps p, a segment of side that cannot be of the connection of f, flow v, apart, and reports whether it did. It
// begins another where the other end goes on from it; one that nobody goes on from is a stranger's, and was sent into
// this one.
func (t *Table) part(v uint32, f *Flow, side int, p *capture.Packet) bool {
	if !f.conn.Afar(p, side) || p.Time < f.last { // captured late, it may be of the stretch before
		return false
	}
	x := t.rest(v, f)
	if !f.conn.Parts(p, side, &x) || t.spoilt(f, side, p) || t.recalls(v, f, side, p) {
		return false
	}
	if ps := t.waits(v, f); ps != nil {
		if ps.calls() || ps.side == side && f.conn.Departs(p, &ps.pkts[0], side, side) {
			return false // it goes on from what waits, with which no more is kept
		}
		t.letGo(v, ps)
	}
	return t.setAside(v, f, side, p)
}

// setAside lets p wait beside f, flow v, and reports whether there was room.
func (t *Table) setAside(v uint32, f *Flow, side int, p *capture.Packet) bool {
	if len(t.pending) >= maxPending {
		return false
	}
	ps := &pendingSYN{id: t.name(), side: side, isn: p.Seq}
	t.wait(ps, p, 0)
	ps.pkts[0].PayloadCap = 0 // its octets are not kept
	t.pending[v] = ps
	if ps.id&Provisional != 0 {
		t.unnamed.pending = append(t.unnamed.pending, v)
	}
	f.bits |= hasPending
	return true
}

// refusesAhead keeps p, a RST of side, apart, and reports whether it did: it refuses nothing that this connection asked, which is open, and may
// answer a stray SYN that is captured right after it. Where none comes it is a stranger's.
func (t *Table) refusesAhead(v uint32, f *Flow, side int, p *capture.Packet) bool {
	return f.bits&hasPending == 0 && f.conn.RefusesOther(p, side) && !t.spoilt(f, side, p) && t.setAside(v, f, side, p)
}

// refuses reports whether a RST waits that refuses a SYN.
func (ps *pendingSYN) refuses() bool { return ps.pkts[0].Flags.Any(capture.RST) }

// calls reports whether it is a SYN or SYN-ACK that waits.
func (ps *pendingSYN) calls() bool { return ps.pkts[0].Flags.Any(capture.SYN) }

// letGo books the segments that wait on flow v there, where they strayed.
func (t *Table) letGo(v uint32, ps *pendingSYN) {
	t.unpend(v, ps)
	for i := range ps.pkts {
		t.again(v, ps.side, &ps.pkts[i])
	}
	t.unhold(v, ps)
}
