package flows

import (
	"slices"

	"portero/capture"
)

// turnedBack stops what is timed on f where the clock was set back: what was sent before
// is not comparable with what comes.
func (t *Table) turnedBack(f *Flow, p *capture.Packet) {
	if x := t.dataOf(f); x != nil && f.proto == tcp && f.last-p.Time > Second && p.Bits&capture.Fragment == 0 {
		x.Untime()
	}
}

// wild reports whether the packet at hand alone is stamped far later than all around it: no time passed until then, and no
// silence ended anything.
func (t *Table) wild() bool {
	if t.noted == nil || len(t.noted.Wild) == 0 {
		return false
	}
	_, ok := slices.BinarySearch(t.noted.Wild, t.pos)
	return ok
}

// astray notes that p, of flow v, has a wild time, from which nothing is measured.
func (t *Table) astray(v uint32, f *Flow, p *capture.Packet) {
	if x := t.dataOf(f); x != nil && f.proto == tcp {
		x.Untime()
	}
	t.mistimed.add(v, p.Index)
}
