package flows

import (
	"portero/capture"
	"portero/handshake"
)

// ICMP errors quote the packet that caused them: they are about its flow, and none of their own.

// attach books an ICMP error on the flow whose packet it quotes. Messages that
// only advise (redirect, source quench) are booked without a verdict.
func (t *Table) attach(p *capture.Packet, q *capture.Quote) bool {
	probe := capture.Packet{Src: q.Src, Dst: q.Dst, SrcPort: q.SrcPort, DstPort: q.DstPort, Proto: q.Proto, Ver: q.Ver,
		Hash: q.Hash, Seg: p.Seg, Path: p.Path, Time: p.Time, Index: p.Index}
	if q.Apart {
		probe.Seg = q.Seg
	}
	v, side, ok := t.findQuoted(&probe, q.Apart)
	if !ok {
		t.stats.Stray++
		return false
	}
	if p.Bits&capture.BadSum != 0 { // whoever asked threw it away
		t.stats.Stray++
		return false
	}
	f := t.flow(v)
	if p.Time > f.last && uint64(p.Time-f.last) > uint64(leastLife) && !t.wild() && t.expired(v, f, p) {
		t.stats.Stray++ // it had ended by then, though no other packet told that time had passed
		return false
	}
	if f.bits&hasPending != 0 && q.Proto == tcp && t.quotes(v, f, side, p, q) {
		return true
	}
	if q.Proto == tcp && q.HasSeq {
		probe.Seq = q.Seq
		if f.prev != 0 && !f.conn.Fits(&probe, side) {
			if u, s, ok := t.earlier(f, &probe); ok {
				v, side, f = u, s, t.flow(u)
			}
		}
		// Who does not know the number may know the ports all the same (RFC 5927, 4).
		x := t.rest(v, f)
		if !f.conn.Sent(q.Seq, side, &x) {
			t.stats.Stray++
			return false
		}
	}
	t.quoted(v, f, side, p, q)
	return true
}

// quoted books ICMP error p, which quotes what side of f, flow v, sent.
func (t *Table) quoted(v uint32, f *Flow, side int, p *capture.Packet, q *capture.Quote) {
	if t.cfg.Watch != nil {
		t.cfg.Watch(t.origin(v).id, p, side, false)
	}
	if p.Bits&capture.Selected != 0 {
		f.bits |= selected
	}
	typ, code := p.ICMPType(), p.ICMPCode()
	if advisory(p.Ver, typ) || tooBig(p.Ver, typ, code) && f.pkts[1-side] != 0 {
		return // of an open connection it is how the size that passes is found
	}
	// Of several the first counts, unless the target itself refuses: then something on the way
	// that dropped an earlier packet does not matter. So does what refuses nothing beside what does.
	if d, ok := t.keep(v, f); ok && (d.ICMPVer == 0 || refusesNothing(d.ICMPVer, d.ICMPType, d.ICMPCode) && !refusesNothing(p.Ver, typ, code) ||
		f.proto != tcp && p.Src == q.Dst && d.ICMPFrom != p.Src && portUnreachable(p.Ver, typ, code)) {
		d.ICMPOff, d.ICMPHow = f.offset(p.Index), 0
		if p.Index < f.firstIdx {
			d.ICMPOff, d.ICMPHow = uint32(min(f.firstIdx-p.Index, 1<<32-1)), handshake.ICMPEarly
		}
		if p.Tunneled() {
			d.ICMPHow |= handshake.ICMPTunneled
		}
		d.ICMPFrom, d.ICMPVer = p.Src, p.Ver
		d.ICMPType, d.ICMPCode = typ, code
		d.ICMPSide = uint8(side)
	}
}

// findQuoted looks a quoted tuple up; the error may have come without the tag of
// the packet it quotes. One that names a virtual network means no other: the same addresses may be in each.
func (t *Table) findQuoted(p *capture.Packet, apart bool) (uint32, int, bool) {
	best, bestSide, found := uint32(0), 0, false
	for v := range t.slots.of(uint32(p.Hash)) {
		f := t.flow(v)
		if s := f.sideOf(p); s >= 0 && (!found || f.seg == p.Seg) && (!apart || t.isIn(v, f, s, p.Seg)) {
			best, bestSide, found = v, s, true
		}
	}
	return best, bestSide, found
}

// isIn reports whether side s of f, flow v, sends in segment seg.
func (t *Table) isIn(v uint32, f *Flow, s int, seg uint32) bool {
	if f.bits&healed != 0 && s == 1 {
		x := t.rest(v, f)
		return x.Details().Seg1 == seg
	}
	return f.seg == seg
}

// advisory reports ICMP messages about packets that were, or may have been, passed on: source quench,
// redirect (RFC 792, RFC 4861).
func advisory(ver, t uint8) bool { return ver == 6 && t == 137 || ver == 4 && (t == 4 || t == 5) }

// refusesNothing reports ICMP errors that say why a packet did not arrive, though nobody refused it.
func refusesNothing(ver, t, c uint8) bool { return incomplete(ver, t, c) || tooBig(ver, t, c) }

// tooBig reports the ICMP error of a router that dropped a packet for its size: a smaller one passes
// (RFC 1191, RFC 8201).
func tooBig(ver, t, c uint8) bool { return ver == 6 && t == 2 || ver == 4 && t == 3 && c == 4 }

// incomplete reports the ICMP error of a host that waited in vain for the rest of a datagram in
// fragments (RFC 792, RFC 4443): nobody refused it.
func incomplete(ver, t, c uint8) bool { return c == 1 && (ver == 6 && t == 3 || ver == 4 && t == 11) }

func portUnreachable(ver, t, c uint8) bool {
	if ver == 6 {
		return t == 1 && c == 4
	}
	return t == 3 && c == 3
}
