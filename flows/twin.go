package flows

import "portero/capture"

// A SYN and its answer that come soon after the end of a connection, and have the numbers of its own, are copies that were long under
// way, or what a copy of the SYN got from a listener with SYN cookies: who calls anew has another number. A capture that is played
// again is the same up to there. What their sender says next tells: whoever calls goes on, and who did not call takes it back.

// twin lets p, of side, wait with ps beside f, which is over, and reports whether it did: it answers SYN i of ps, and both have the
// numbers of f.
func (t *Table) twin(f *Flow, ps *pendingSYN, i, side int, p *capture.Packet) bool {
	if !f.conn.Over() || len(ps.pkts) >= waitFew || !p.Flags.Has(capture.SYN|capture.ACK) || ps.afterSilence(f) ||
		!f.conn.SameSYN(&ps.pkts[i], 1-side) || !f.conn.SameSYNACK(p, side) {
		return false
	}
	return t.wait(ps, p, 0)
}

// isTwin reports whether a SYN and its answer wait.
func (ps *pendingSYN) isTwin() bool {
	return !ps.met && len(ps.pkts) > 1 && ps.pkts[len(ps.pkts)-1].Flags.Any(capture.ACK) && !ps.pkts[0].Flags.Any(capture.ACK)
}

// recant books what waits on flow v there: it opens no other connection.
func (t *Table) recant(v uint32, ps *pendingSYN) {
	t.forgetLetters(v, ps)
	t.unpend(v, ps)
	for i := range ps.pkts {
		t.again(v, t.flow(v).sideOf(&ps.pkts[i]), &ps.pkts[i])
	}
	t.unhold(v, ps)
	t.tellQuoted(v, ps)
}

// resolve looks at p, of side, which follows a SYN and its answer that wait on flow v. It reports whether it is booked.
func (t *Table) resolve(v uint32, ps *pendingSYN, side int, p *capture.Packet) bool {
	switch {
	case side != ps.side || p.Flags.Any(capture.SYN) || !p.Flags.Any(capture.RST|capture.ACK):
		return false
	case p.Flags.Any(capture.RST):
		t.recant(v, ps)
		return false
	case p.Seq == ps.isn+1:
		t.join(v, ps, p)
		return true
	}
	return false
}
