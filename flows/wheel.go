package flows

import (
	"cmp"
	"slices"
	"unsafe"

	"portero/capture"
	"portero/handshake"
	"portero/internal/prefetch"
)

// Lifetimes, in packet time (HANDSHAKE.md, section 3).
const (
	Second       = int64(1e9)
	ClosedLinger = 60 * Second
	AttemptLife  = 130 * Second
	DatagramLife = 60 * Second
	LiveIdle     = 24 * 3600 * Second
	leastLife    = DatagramLife // no flow ends sooner after its last packet
)

const buckets = 256

// wheel holds every flow that has a deadline in the bucket of a second at which
// it is worth looking at; a flow whose deadline moved meanwhile goes on to
// another bucket.
type wheel struct {
	head [buckets]uint32 // flow number plus one
	now  int64           // second
	set  bool
	back bool // the capture's clock was set back once
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

// deadline is when f, flow v, ends for lack of packets; ok is false when only the end of
// the capture ends it.
func (t *Table) deadline(v uint32, f *Flow) (ns int64, ok bool) {
	last := f.last
	if f.bits&backwards != 0 && !t.wheel.back {
		// One wild time stamp is no time that passed: the capture's clock did not follow it.
		last = max(last, t.origin(v).first)
	}
	switch {
	case f.proto != tcp:
		return last + DatagramLife, true
	case f.bits&superseded != 0 || f.conn.Over():
		return last + ClosedLinger, true
	case f.conn.Attempt():
		return last + AttemptLife, true
	case t.cfg.Live:
		return last + LiveIdle, true
	}
	return 0, false
}

// expired is the exact form of the lifetimes, for the tuple of f, flow v, that is used again
// before the clock's tick found the old flow.
func (t *Table) expired(v uint32, f *Flow, p *capture.Packet) bool {
	if f.bits&inWheel == 0 && f.proto == tcp && !f.conn.Over() {
		return false
	}
	d, ok := t.deadline(v, f)
	return ok && p.Time > d
}

// Advance tells the table that the capture's clock reached now (ns). Flows whose
// deadline passed end there; index is the ordinal of the packet that moved the
// clock.
func (t *Table) Advance(now int64, index uint64) {
	if t.Tick(now) > 0 {
		t.EndDue(^uint64(0), index, handshake.EndNone)
	}
}

// Tick tells the table that the capture's clock reached now (ns). Flows whose
// deadline passed are due then, in order of id, until EndDue ends them; it returns
// how many.
func (t *Table) Tick(now int64) int {
	sec := now / Second
	w := &t.wheel
	if !w.set || sec < w.now {
		// The first packet, or a clock that was set back: deadlines are looked at
		// again as their buckets come round.
		w.back = w.set
		w.set, w.now = true, sec
		return 0
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
					t.release(n)
				}
				continue
			}
			d, ok := t.deadline(n, f)
			if ps := t.waits(n, f); ps != nil {
				d = max(d, ps.until()) // whose the SYN is its answer tells
			}
			switch {
			case !ok:
			case d < sec*Second:
				t.due = append(t.due, n)
			default:
				t.schedule(f, n, d)
			}
		}
	}
	if len(t.due) > 1 {
		t.sortDue()
	}
	return len(t.due)
}

func (t *Table) sortDue() {
	slices.SortFunc(t.due, func(a, b uint32) int { return cmp.Compare(t.origin(a).id, t.origin(b).id) })
}

// Due is the id of the nth flow that is due, the last one's where there are fewer.
// ok is false when none is due.
func (t *Table) Due(n int) (id uint64, ok bool) {
	left := t.due[t.dueDone:]
	if len(left) == 0 {
		return 0, false
	}
	return t.origin(left[min(n, len(left)-1)]).id, true
}

// seekDue asks for what ending flows that follow will touch: for what lies beside
// one, and for another a few further on.
func (t *Table) seekDue() {
	left := t.due[t.dueDone:]
	if len(left) > 2*stride {
		v := left[2*stride]
		prefetch.Read(uintptr(unsafe.Pointer(t.flow(v))), t.chunks[v>>chunkBits].step)
		prefetch.Read(uintptr(unsafe.Pointer(t.origin(v))), originSize)
	}
	if len(left) > stride {
		if x := t.elsewhere(t.flow(left[stride])); x != nil {
			prefetch.Read(uintptr(unsafe.Pointer(x)), handshake.DataSize)
		}
	}
}

// EndDue ends the flows that are due with ids up to limit, in order of id. EndNone
// takes each flow's own reason.
func (t *Table) EndDue(limit, index uint64, r handshake.EndReason) {
	for ; t.dueDone < len(t.due); t.dueDone++ {
		t.seekDue()
		v := t.due[t.dueDone]
		f := t.flow(v)
		t.head = t.origin(v).id
		if t.head > limit {
			return
		}
		if f.bits&inUse == 0 {
			continue // ended with its successor
		}
		why := r
		if why == handshake.EndNone {
			why = reasonOf(f)
		}
		t.end(v, index, why)
	}
	t.due, t.dueDone = t.due[:0], 0
}
