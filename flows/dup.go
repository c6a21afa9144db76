package flows

import (
	"math/bits"
	"unsafe"

	"portero/capture"
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
	return (*recentFrames)(unsafe.Pointer(unsafe.SliceData(align(make([]byte, size+line), line))))
}

func (r *recentFrames) set(digest uint64) *recentSet { return &r[digest>>20%dupSets] }

// seen reports whether the same frame came within the window, and remembers p.
func (r *recentFrames) seen(p *capture.Packet) bool {
	d := p.Digest ^ p.Hash | 1
	set := r.set(d)
	if set[0].digest == d || set[1].digest == d || set[2].digest == d || set[3].digest == d {
		return set.again(d, p.Time)
	}
	set[3], set[2], set[1] = set[2], set[1], set[0]
	set[0] = recentFrame{d, p.Time}
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
	weighty := p.PayloadLen > 0 || p.Flags.Any(capture.SYN|capture.FIN) || p.Proto != capture.ProtoTCP
	if !t.recent.seen(p) {
		if p.IPID != 0 {
			if f.pkts[side] > 0 && f.ipid[side] == p.IPID {
				f.bits |= repeatsID0 << side
			}
			f.ipid[side] = p.IPID
		}
		if weighty {
			f.dupSeen = f.dupSeen<<1&(1<<dupRecent-1) | f.dupSeen&^(1<<dupRecent-1)
			if n := f.dupSeen >> dupRecent; n < dupRecent {
				f.dupSeen += 1 << dupRecent
			}
		}
		return false
	}
	if weighty {
		f.dupSeen |= 1
	}
	if p.IPID != 0 && f.bits&(repeatsID0<<side) == 0 {
		return true
	}
	n := int(f.dupSeen >> dupRecent)
	twice := bits.OnesCount32(f.dupSeen & (1<<dupRecent - 1))
	if p.Proto != capture.ProtoTCP && n < 3 {
		return false
	}
	return n > 0 && twice*10 >= n*9
}
