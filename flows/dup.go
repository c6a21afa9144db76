package flows

import (
	"math/bits"

	"portero/capture"
)

// dupRecent is how many frames are judged for doubling.
const dupRecent = 20

// duplicate judges whether p, from side, is an exact copy of a frame that was
// booked already. Otherwise it is a retransmission or a repeated
// acknowledgement.
func (t *Table) duplicate(f *Flow, side int, p *capture.Packet) bool {
	if t.recent.seen(p) {
		return t.copied(f, side, p)
	}
	// Whether there is an id, and whether there is payload, nobody can foresee: no jump
	// depends on it.
	id, last := p.IPID, f.ipid[side]
	if differs := uint32(id^last) | (uint32(id)-1)>>31; differs == 0 && f.pkts[side] > 0 {
		f.bits |= repeatsID0 << side
	}
	if id == 0 {
		id = last
	}
	f.ipid[side] = id
	w := weight(p)
	n, twice := f.dupSeen>>dupRecent, f.dupSeen<<(w&1)&(1<<dupRecent-1)
	more := (n - dupRecent) >> 31 // 1 while n is less
	f.dupSeen = (n+w&more)<<dupRecent | twice
	return false
}

// Copied counts n frames that were exact copies of parts of p, which came in fragments and was
// booked. It reports whether the flow of p is known.
func (t *Table) Copied(p *capture.Packet, n int) bool {
	v, _, ok := t.find(p)
	if ok = ok && p.Bits&capture.ICMPError == 0; ok {
		t.origin(v).dups += uint32(n)
		t.stats.Duplicates += uint64(n)
	}
	return ok
}

// WatchCopy shows Watch p, whose flow is known, as a copy.
func (t *Table) WatchCopy(p *capture.Packet) {
	if v, side, ok := t.find(p); ok && t.watched(p) {
		t.cfg.Watch(t.origin(v).id, p, side, true)
	}
}

// weight is 1 where p is more than an acknowledgement, of which there may be several that
// are the same, and 0 otherwise.
func weight(p *capture.Packet) uint32 {
	other := uint32(p.Proto ^ capture.ProtoTCP)
	n := p.PayloadLen | uint32(p.Flags&(capture.SYN|capture.FIN)) | other
	return (n | -n) >> 31
}

// sighting is what is known of the packet at hand from what was captured around it.
func (t *Table) sighting() capture.Sighting {
	if t.noted == nil {
		return capture.Unsaid
	}
	return t.noted.Noted(int(t.pos))
}

// copied judges p, from side, whose octets were all seen a moment ago.
func (t *Table) copied(f *Flow, side int, p *capture.Packet) bool {
	// Where interfaces tell, what they do not call a copy came twice, and the flow is not taken for a doubled one.
	known := t.sighting()
	if known == capture.Copy {
		return true
	}
	f.dupSeen |= weight(p)
	if p.IPID != 0 && f.bits&(repeatsID0<<side) == 0 || side == 1 && f.bits&healed != 0 && t.routed(f, p) {
		return true
	}
	if known == capture.Anew {
		return false
	}
	n := int(f.dupSeen >> dupRecent)
	twice := bits.OnesCount32(f.dupSeen & (1<<dupRecent - 1))
	if p.Proto != capture.ProtoTCP && n < 3 {
		return false
	}
	return n > 0 && twice*10 >= n*9
}
