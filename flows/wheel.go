package flows

import (
	"cmp"
	"slices"

	"portero/handshake"
)

// Lifetimes, in packet time (HANDSHAKE.md, section 3).
const (
	Second       = int64(1e9)
	ClosedLinger = 60 * Second
	AttemptLife  = 130 * Second
	DatagramLife = 60 * Second
	LiveIdle     = 24 * 3600 * Second
)

const buckets = 256

// wheel holds every flow that has a deadline in the bucket of a second at which
// it is worth looking at; a flow whose deadline moved meanwhile goes on to
// another bucket.
type wheel struct {
	head [buckets]uint32 // flow number plus one
	now  int64           // second
	set  bool
}

// schedule puts f, number v, where it is looked at no later than at deadline (ns).
func (t *Table) schedule(f *Flow, v uint32, deadline int64) {
	if f.bits&inWheel != 0 {
		return
	}
	sec := deadline/Second + 1
	sec = min(max(sec, t.wheel.now+1), t.wheel.now+buckets-1)
	b := uint64(sec) % buckets
	f.next = t.wheel.head[b]
	f.bits |= inWheel
	t.wheel.head[b] = v + 1
}

// deadline is when f ends for lack of packets; ok is false when only the end of
// the capture ends it.
func (t *Table) deadline(f *Flow) (ns int64, ok bool) {
	switch {
	case f.proto != tcp:
		return f.last + DatagramLife, true
	case f.bits&superseded != 0 || f.conn.Over():
		return f.last + ClosedLinger, true
	case f.conn.Attempt():
		return f.last + AttemptLife, true
	case t.cfg.Live:
		return f.last + LiveIdle, true
	}
	return 0, false
}

// Advance tells the table that the capture's clock reached now (ns). Flows whose
// deadline passed end there; index is the ordinal of the packet that moved the
// clock.
func (t *Table) Advance(now int64, index uint64) {
	sec := now / Second
	w := &t.wheel
	if !w.set || sec < w.now {
		// The first packet, or a clock that was set back: deadlines are looked at
		// again as their buckets come round.
		w.set, w.now = true, sec
		return
	}
	steps := min(sec-w.now, buckets)
	from := w.now
	w.now = sec
	for i := int64(1); i <= steps; i++ {
		b := uint64(from+i) % buckets
		v := w.head[b]
		w.head[b] = 0
		for v != 0 {
			n := v - 1
			f := t.flow(n)
			v = f.next
			f.bits &^= inWheel
			if f.bits&inUse == 0 {
				if f.bits&spare == 0 {
					t.free = append(t.free, n)
				}
				continue
			}
			d, ok := t.deadline(f)
			switch {
			case !ok:
			case d < sec*Second:
				t.due = append(t.due, n)
			default:
				t.schedule(f, n, d)
			}
		}
	}
	if len(t.due) > 0 {
		t.endAll(index, handshake.EndNone)
	}
}

// endAll ends the flows that are due, in order of id. EndNone takes each flow's
// own reason.
func (t *Table) endAll(index uint64, r handshake.EndReason) {
	slices.SortFunc(t.due, func(a, b uint32) int { return cmp.Compare(t.origin(a).id, t.origin(b).id) })
	for _, v := range t.due {
		f := t.flow(v)
		if f.bits&inUse == 0 {
			continue // ended with its successor
		}
		why := r
		if why == handshake.EndNone {
			why = reasonOf(f)
		}
		t.end(v, index, why)
	}
	t.due = t.due[:0]
}
