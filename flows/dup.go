package flows

import (
	"math/bits"

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

type recentFrames [dupSets][dupWays]recentFrame

func (r *recentFrames) set(digest uint64) *[dupWays]recentFrame { return &r[digest>>20%dupSets] }

// seen reports whether the same frame came within the window, and remembers p.
func (r *recentFrames) seen(p *capture.Packet) bool {
	d := p.Digest ^ p.Hash | 1
	set := r.set(d)
	oldest := 0
	for i := range set {
		e := &set[i]
		if e.digest == d {
			if dt := p.Time - e.time; dt <= dupWindow && dt >= -dupWindow {
				return true
			}
			e.time = p.Time
			return false
		}
		if e.time < set[oldest].time || e.digest == 0 {
			oldest = i
		}
	}
	set[oldest] = recentFrame{d, p.Time}
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
