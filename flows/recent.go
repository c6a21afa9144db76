package flows

import (
	"unsafe"

	"portero/capture"
	"portero/internal/prefetch"
)

// Exact duplicates: a mirror port that copies both directions, `any`, a routed
// copy with the TTL one lower. The frames of the last moment are kept in small sets, and what has no room there beside them, so that
// whether a copy is found depends on no hash.

const (
	dupSets   = 512 // at first, in each of eight lanes
	dupMost   = 4 * dupSets
	dupWays   = 4
	dupWindow = 10e6 // ns
)

type recentFrame struct {
	digest uint64
	time   int64
}

// near reports whether a copy of f may come at that time. (There is none of what is zero.)
func (f *recentFrame) near(at int64) bool {
	dt := at - f.time
	return dt <= dupWindow && dt >= -dupWindow && f.digest != 0
}

// recentSet is one cache line, the latest first.
type recentSet [dupWays]recentFrame

// recentFrames are the sets, a power of two of them, and the frames of the last moment that were pushed out by others of it.
type recentFrames struct {
	base unsafe.Pointer // of the sets
	mask uint64
	by   map[uint64]int64 // the times of those beside
	line []recentFrame    // the same as they came, and some that are no longer beside
	gone int              // of line
}

// make makes n empty sets, each with a cache line of its own, and nobody beside.
func (r *recentFrames) make(n int) {
	b := make([]byte, n*int(unsafe.Sizeof(recentSet{}))+line)
	prefetch.Pages(b[:0])
	r.by, r.line, r.gone = map[uint64]int64{}, nil, 0
	r.base, r.mask = unsafe.Pointer(unsafe.SliceData(align(b, line))), uint64(n-1)
}

// sets is how many there are.
func (r *recentFrames) sets() int { return int(r.mask) + 1 }

// bytes is the room for them.
func (r *recentFrames) bytes() int64 { return int64(r.sets()) * int64(unsafe.Sizeof(recentSet{})) }

// markOf is what copies of p have in common. What came by another VLAN is of another flow,
// and no copy.
func markOf(p *capture.Packet) uint64 { return p.Digest ^ p.Hash ^ uint64(p.Seg)<<20 }

func (r *recentFrames) set(mark uint64) *recentSet {
	return (*recentSet)(unsafe.Add(r.base, uintptr(mark>>20&r.mask)*unsafe.Sizeof(recentSet{})))
}

// seen reports whether the same frame came within the window, and remembers p.
func (r *recentFrames) seen(p *capture.Packet) bool {
	d := markOf(p)
	set := r.set(d)
	if set[0].digest == d || set[1].digest == d || set[2].digest == d || set[3].digest == d {
		return set.again(d, p.Time)
	}
	// (Whoever is beside came before all that are in the set.)
	if uint64(p.Time-set[3].time+dupWindow) <= 2*dupWindow {
		return r.crowded(set, d, p.Time)
	}
	set[3], set[2], set[1] = set[2], set[1], set[0]
	set[0].digest, set[0].time = d, p.Time
	return false
}

// has reports whether a frame with mark d came within the window.
func (r *recentFrames) has(d uint64, at int64) bool {
	set := r.set(d)
	for _, f := range set {
		if f.digest == d && f.near(at) {
			return true
		}
	}
	return set[3].near(at) && r.beside(d, at)
}

// beside reports whether d, which is not in its set, came within the window.
func (r *recentFrames) beside(d uint64, at int64) bool {
	t, ok := r.by[d]
	return ok && (&recentFrame{d, t}).near(at)
}

// again reports whether d, which is in the set, came within the window, and
// makes it the latest otherwise.
func (set *recentSet) again(d uint64, at int64) bool {
	i := 0
	for set[i].digest != d {
		i++
	}
	if set[i].near(at) {
		return true
	}
	copy(set[1:], set[:i])
	set[0] = recentFrame{d, at}
	return false
}

// crowded is seen for d, in whose set all are of the last moment: some may be beside, and one has to go there.
func (r *recentFrames) crowded(set *recentSet, d uint64, at int64) bool {
	if len(r.by) > 0 && r.beside(d, at) {
		return true
	}
	r.leave(at)
	if len(r.by) >= r.sets()/2 && r.grow() {
		set = r.set(d)
	}
	if set[3].near(at) {
		r.put(set[3])
	}
	set[3], set[2], set[1] = set[2], set[1], set[0]
	set[0] = recentFrame{d, at}
	return false
}

// put keeps f beside its set, where there is room.
func (r *recentFrames) put(f recentFrame) {
	if len(r.line)-r.gone >= r.sets()/2 {
		return
	}
	r.by[f.digest] = f.time
	r.line = append(r.line, f)
}

// leave forgets those beside of whom no copy can come any more.
func (r *recentFrames) leave(at int64) {
	for r.gone < len(r.line) && !r.line[r.gone].near(at) {
		delete(r.by, r.line[r.gone].digest)
		r.gone++
	}
	if r.gone > len(r.line)/2 {
		r.line = r.line[:copy(r.line, r.line[r.gone:])]
		r.gone = 0
	}
}

// grow doubles the sets and takes those in who are beside; false: there are as many as there may be.
func (r *recentFrames) grow() bool {
	if r.sets() >= dupMost {
		return false
	}
	old, beside := unsafe.Slice((*recentSet)(r.base), r.sets()), r.line[r.gone:]
	r.make(2 * len(old))
	add := func(f recentFrame) {
		if f.digest == 0 {
			return
		}
		set := r.set(f.digest)
		if last := set[3]; last.digest != 0 {
			r.put(last)
		}
		copy(set[1:], set[:3])
		set[0] = f
	}
	// (Those beside went before what is in the sets came.)
	for i := range beside {
		add(beside[i])
	}
	for i := range old {
		for k := dupWays - 1; k >= 0; k-- {
			add(old[i][k])
		}
	}
	return true
}
