package flows

import (
	"math/bits"
	"unsafe"

	"portero/capture"
	"portero/internal/prefetch"
)

// Exact duplicates: a mirror port that copies both directions, `any`, a routed
// copy with the TTL one lower. The recent frames are kept in small sets.

const (
	dupSets   = 512 // in each of eight lanes
	dupWays   = 4
	dupWindow = 10e6 // ns
	dupRecent = 20   // frames judged for doubling
)

type recentFrame struct {
	digest uint64
	time   int64
}

// recentSet is one cache line, the latest first.
type recentSet [dupWays]recentFrame

type recentFrames [dupSets]recentSet

// newRecentFrames gives every set a cache line of its own.
func newRecentFrames() *recentFrames {
	const size = int(unsafe.Sizeof(recentFrames{}))
	b := make([]byte, size+line)
	prefetch.Pages(b[:0])
	return (*recentFrames)(unsafe.Pointer(unsafe.SliceData(align(b, line))))
}

// markOf is what copies of p have in common. What came by another VLAN is of another flow,
// and no copy.
func markOf(p *capture.Packet) uint64 { return p.Digest ^ p.Hash ^ uint64(p.Seg)<<20 }

func (r *recentFrames) set(mark uint64) *recentSet { return &r[mark>>20%dupSets] }

// seen reports whether the same frame came within the window, and remembers p.
func (r *recentFrames) seen(p *capture.Packet) bool {
	d := markOf(p)
	set := r.set(d)
	if set[0].digest == d || set[1].digest == d || set[2].digest == d || set[3].digest == d {
		return set.again(d, p.Time)
	}
	set[3], set[2], set[1] = set[2], set[1], set[0]
	set[0].digest, set[0].time = d, p.Time
	return false
}

// has reports whether a frame with mark d came within the window.
func (r *recentFrames) has(d uint64, at int64) bool {
	for _, f := range r.set(d) {
		if dt := at - f.time; f.digest == d && dt <= dupWindow && dt >= -dupWindow {
			return true
		}
	}
	return false
}

// again reports whether d, which is in the set, came within the window, and
// makes it the latest otherwise.
func (set *recentSet) again(d uint64, at int64) bool {
	i := 0
	for set[i].digest != d {
		i++
	}
	if dt := at - set[i].time; dt <= dupWindow && dt >= -dupWindow {
		return true
	}
	copy(set[1:], set[:i])
	set[0] = recentFrame{d, at}
	return false
}

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
