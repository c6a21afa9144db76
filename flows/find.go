package flows

import (
	"portero/capture"
	"portero/handshake"
)

// find looks p's tuple up. A connection that so far was seen in the other
// direction only may be tagged in one direction only, or otherwise in each: a mirror that sees what comes into
// the ports of a router has each direction from another VLAN, see joins.
func (t *Table) find(p *capture.Packet) (v uint32, side int, ok bool) {
	h := uint32(p.Hash)
	v, side, heal, ok := t.under(h, p)
	if !ok && t.apart {
		alike := t.alike
		v, side, _, ok = t.under(apartFrom(p), p)
		t.alike = alike
	}
	if ok || heal == 0 {
		return v, side, ok
	}
	f := t.flow(heal - 1)
	d, ok := t.keep(heal-1, f)
	if ok {
		d.Seg1 = p.Seg
		f.bits |= healed
		t.ends++
		f.odd |= handshake.OddVLAN
	}
	return heal - 1, 1, ok
}

// under looks for p's flow under hash h, and tells whether one was seen that it may heal (its
// number plus one). How many flows lie there is in t.alike where it finds none.
func (t *Table) under(h uint32, p *capture.Packet) (v uint32, side int, heal uint32, ok bool) {
	t.alike = 0
	for _, arr := range [2][]uint64{t.slots.cur, t.slots.old} {
		if arr == nil {
			break
		}
		mask := uint32(len(arr) - 1)
		for n := uint32(0); n <= mask; n++ {
			e := arr[probe(h, n, mask)]
			if e == 0 {
				break
			}
			if uint32(e>>32) != h || e == gone {
				continue
			}
			t.alike++
			v := uint32(e) - 1
			f := t.flow(v)
			s := f.sideOf(p)
			if s < 0 {
				continue
			}
			if f.seg == p.Seg {
				if s == 1 && f.bits&healed != 0 && t.routed(f, p) {
					t.recent.seen(p)
				}
				return v, s, 0, true
			}
			if s == 1 && f.bits&healed != 0 {
				if x := t.rest(v, f); x.Details().Seg1 == p.Seg {
					if t.routed(f, p) {
						t.recent.seen(p)
					}
					return v, s, 0, true
				}
			}
			if s == 1 && f.pkts[1] == 0 && f.bits&healed == 0 && heal == 0 && ((f.seg == 0) != (p.Seg == 0) || t.joins(v, f, p)) {
				heal = v + 1
			}
		}
	}
	return 0, 0, heal, false
}

// routed reports whether p, of side 1 of f, which is healed, came in the other of the two VLANs a moment ago: a router took
// it from there, and the mirror sees both.
func (t *Table) routed(f *Flow, p *capture.Packet) bool {
	q, x := *p, handshake.Rest{Data: t.dataOf(f), Shelf: &t.shelf}
	if q.Seg = f.seg; p.Seg == f.seg {
		q.Seg = x.Details().Seg1
	}
	return t.recent.has(markOf(&q), p.Time)
}

// joins reports whether p, of the other direction than all of f, flow v, and with another tag, goes with it. Networks may use the same addresses
// in each VLAN. Of TCP the numbers tell; of datagrams a port that systems lend to callers, which no two of them draw by
// chance within the minute. What every network uses between the same two ports, or ports of services, stays apart.
func (t *Table) joins(v uint32, f *Flow, p *capture.Packet) bool {
	switch f.proto {
	case tcp:
		return f.conn.AnsweredBy(p)
	case capture.ProtoUDP:
		return f.bits&hasPorts != 0 && p.Bits&capture.Orphan == 0 && p.SrcPort != p.DstPort && max(p.SrcPort, p.DstPort) >= 1024 && !t.expired(v, f, p)
	}
	return false
}

// mostAlike is how many flows may lie under one hash. All segments (VLANs, virtual networks) of
// the same addresses and ports do, so that a connection that is tagged in one direction only is
// found, and all ICMP errors that quote the same, whoever they say sent them. A stranger may invent
// as many as he likes of either: those beyond are told apart.
const mostAlike = 32

// apartFrom is the hash of p's flow where there are too many others under its own. Who sent an error
// goes into it in a way that a stranger, who does not know p.Hash, cannot foresee.
func apartFrom(p *capture.Packet) uint32 {
	h := uint32(p.Hash)
	if p.Bits&capture.ICMPError != 0 {
		h = uint32(capture.TupleHash(p.Hash, p.Src, p.Dst, 0, 0, p.Proto, p.Ver))
	}
	return h ^ (p.Seg+1)*0x9e3779b1
}

// key is the hash under which a flow is entered that begins with p, which find did not find.
func (t *Table) key(p *capture.Packet) uint32 {
	if t.alike < mostAlike {
		return uint32(p.Hash)
	}
	t.apart = true
	return apartFrom(p)
}

// earlier finds the lingering connection on the same ports to which the numbers
// of p belong.
func (t *Table) earlier(f *Flow, p *capture.Packet) (v uint32, side int, ok bool) {
	for n := f.prev; n != 0; {
		old := t.flow(n - 1)
		if s := old.sideOf(p); s >= 0 && old.conn.Fits(p, s) {
			return n - 1, s, true
		}
		n = old.prev
	}
	return 0, 0, false
}
