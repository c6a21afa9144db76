package findings

import (
	"math/bits"
	"net/netip"
	"slices"
	"strings"
	"time"
	"unsafe"

	"portero/catalog/identify"
	"portero/internal/record"
)

// event is one record as a detector remembers it.
type event struct {
	at     int64 // ns
	what   uint32
	file   uint32 // of its frame, see inputs
	size   uint64
	record uint64
	frame  uint64
}

func (e *event) set(o *event) {
	e.at, e.what, e.file, e.size, e.record, e.frame = o.at, o.what, o.file, o.size, o.record, o.frame
}

const (
	maxEvents = 2048 // remembered per subject; the count goes on
	maxHosts  = 4096 // other ends told apart per subject
	maxTexts  = 4096 // kinds with names told apart; more are told together
	// What a subject is booked with beside its events and hosts, with its places in the index
	// and the queue, at most (TestBudget holds it against what it costs).
	trackBytes = 560
	hostBytes  = 64
	eventBytes = int64(unsafe.Sizeof(event{}))
)

// subject is who did what to whom; fields a detector does not use are zero.
type subject struct {
	actor, target netip.Addr
	proto         uint8
	port          uint16
}

type track struct {
	key
	events []event
	total  uint64
	next   uint64 // at how many events it is judged again
	first  int64
	last   int64
	a, b   uint64   // sums of the detector's own
	one    [1]event // where events begins: most subjects have a single one
	hosts  ends     // other ends
	alone  *alone   // of what single records raise
	many   *many    // once there are many events
	found  *Finding // the worst of then, nil when none was
	num    uint32   // in the index
}

// alone is what a track of what single records raise has besides.
type alone struct {
	kind, name   string
	text         string // of the first record, whose id from is
	from         uint64
	others       bool   // other records have another text
	sizes        bool   // or another number
	worst, basis string // the worst severity, and its basis
	named        uint64 // the record that says what a door is called (see call), 0 before there is one
	spoken       bool   // and it was spoken there
}

// call tells what a door is called: by the first record that shows what is spoken there, else by the first.
func (x *alone) call(name string, spoken bool, by uint64) {
	if x.named == 0 || spoken && !x.spoken || spoken == x.spoken && by < x.named {
		x.name, x.spoken, x.named = strings.Clone(name), spoken, by
	}
}

// ends are the different other ends of a subject, at most maxHosts.
type ends struct {
	first netip.Addr
	more  map[netip.Addr]struct{} // all of them, once there are two
}

func (h *ends) len() int {
	switch {
	case !h.first.IsValid():
		return 0
	case h.more == nil:
		return 1
	}
	return len(h.more)
}

// add notes a and returns whether it was new.
func (h *ends) add(a netip.Addr) bool {
	switch {
	case !h.first.IsValid():
		h.first = a
		return true
	case h.first == a || len(h.more) >= maxHosts:
		return false
	case h.more == nil:
		h.more = map[netip.Addr]struct{}{h.first: {}}
	}
	n := len(h.more)
	h.more[a] = struct{}{}
	return len(h.more) > n
}

// many is what is counted exactly where not every event can be remembered.
type many struct {
	whats   map[uint32]struct{}            // different values of what, at most maxWhats
	seconds map[int64]*[kindsOfWhat]uint32 // events of a second by what, for those whose what is under kindsOfWhat; at most maxSeconds
}

const (
	manyFrom   = maxEvents / 2
	maxWhats   = 1 << 16
	maxSeconds = 1 << 13
	whatBytes  = 24
	secBytes   = 88

	kindsOfWhat = 5
)

// count notes an event in m and returns the octets that it took.
func (m *many) count(e *event) (cost int64) {
	if n := len(m.whats); n < maxWhats {
		m.whats[e.what] = struct{}{}
		cost += int64(len(m.whats)-n) * whatBytes
	}
	if e.what >= kindsOfWhat {
		return cost
	}
	s := m.seconds[e.at/1e9]
	if s == nil {
		if len(m.seconds) >= maxSeconds {
			return cost
		}
		s = new([kindsOfWhat]uint32)
		m.seconds[e.at/1e9] = s
		cost += secBytes
	}
	s[e.what]++
	return cost
}

// busiest is the window of whole seconds within w with the most events whose what is
// one of want, and how many events it has in all.
func (m *many) busiest(w time.Duration, want ...int) (hits, all uint64) {
	for from := range m.seconds {
		n, total := uint64(0), uint64(0)
		for i := range int64(w / time.Second) {
			s := m.seconds[from+i]
			if s == nil {
				continue
			}
			for what, c := range s {
				total += uint64(c)
				if slices.Contains(want, what) {
					n += uint64(c)
				}
			}
		}
		if n > hits || n == hits && total < all {
			hits, all = n, total
		}
	}
	return hits, all
}

// opened notes when a door answered (a: the first time, ns) and whether somebody of
// the Internet was served (b).
func (t *track) opened(at int64, public bool) {
	if t.a == 0 || uint64(at) < t.a {
		t.a = uint64(at)
	}
	if public {
		t.b = 1
	}
}

// spoke notes what payload showed (b), which says more of a door than its number.
func (t *track) spoke(r *record.Record) {
	if r.App != nil && r.App.Protocol != identify.None {
		t.b = uint64(r.App.Protocol)
	}
}

// speech is what was spoken at the door of k, else what it is for.
func (d *Detector) speech(k subject, t *track, proto uint8) string {
	if t.b != 0 {
		return identify.Protocol(t.b).String()
	}
	return d.cat.Service(proto, k.port)
}

// store keeps the subjects of one detector within its share of the budget. Full, it
// forgets the oldest that was seen once, and where those have little of it the oldest that was seen
// twice: a flood of strangers does not push out who keeps on.
type store struct {
	index
	texts   map[names]uint32
	spare   uint32 // number plus one of the last that went and left room, 0 none
	bytes   int64
	limit   int64 // its share
	dropped uint64
	lending *lending // nil: it has its share and no more
	extra   int64    // what it borrowed, or lent where it is negative
	pause   int      // see borrow
	drawers drawers
}

// names are the words of what single records raise.
type names struct{ kind, name string }

// number numbers the words, 0 when too many are told apart already.
func (s *store) number(n names) uint32 {
	id, ok := s.texts[n]
	if !ok && len(s.texts) < maxTexts {
		if s.texts == nil {
			s.texts = map[names]uint32{}
		}
		id = uint32(len(s.texts)) + 1
		s.texts[names{n.kind, strings.Clone(n.name)}] = id
		s.bytes += int64(len(n.kind)+1+len(n.name)) + 48
	}
	return id
}

// told is the track of what single records raise of k.
func (s *store) told(k subject, n names) *track {
	h := keyOf(&k, s.number(n))
	t := s.at(&h)
	if t.alone == nil {
		t.alone = &alone{kind: n.kind, name: n.name}
	}
	return t
}

// of is at for what actor did to target; either may be nil.
func (s *store) of(actor, target *end, proto uint8, port uint16) *track {
	var k topic
	k.set(actor, target, 0, proto, port)
	return s.at(&k)
}

// at is the track of k, a new one when there was none.
func (s *store) at(k *topic) *track {
	if num := s.lookup(k); num != 0 {
		return s.known(k, num)
	}
	return s.begin(k)
}

// begin is a new track for k, of which there is none.
func (s *store) begin(k *topic) *track {
	s.makeRoom(trackBytes)
	t := s.insert(k)
	s.spare = 0
	s.bytes += trackBytes
	s.charge(t, int64(cap(t.events))*eventBytes)
	return t
}

// charge books octets that t takes.
func (s *store) charge(t *track, n int64) {
	s.bytes += n
	s.marks[t.num].cost += uint32(n)
}

// host notes another end of t.
func (s *store) host(t *track, a netip.Addr) {
	if t.hosts.add(a) {
		s.charge(t, hostBytes)
	}
}

// add notes an event of t. Its last ones are kept, and its count goes on. e is read
// by field: to copy what was written a moment ago in other pieces takes longer.
func (s *store) add(t *track, e *event) {
	t.total++
	if t.total == 3 {
		s.marks[t.num].keeps = true
	}
	if t.first == 0 || e.at < t.first {
		t.first = e.at
	}
	t.last = max(t.last, e.at)
	if t.many != nil {
		s.charge(t, t.many.count(e))
	} else if t.total == manyFrom {
		t.many = &many{whats: map[uint32]struct{}{}, seconds: map[int64]*[kindsOfWhat]uint32{}}
		for i := range t.events {
			s.charge(t, t.many.count(&t.events[i]))
		}
		s.charge(t, t.many.count(e))
	}
	n := len(t.events)
	if n >= maxEvents {
		t.events[t.total%maxEvents].set(e)
		return
	}
	switch before := cap(t.events); {
	case before == 0:
		t.events = t.one[:0]
		s.charge(t, eventBytes)
	case n == before:
		more := append(s.drawers.take(2*before), t.events...)
		s.drawers.put(t.events)
		t.events = more
		s.charge(t, int64(cap(t.events)-before)*eventBytes)
	}
	t.events = t.events[:n+1]
	t.events[n].set(e)
}

func (s *store) evict() {
	for i := 0; ; i++ {
		num := s.oldest()
		m := &s.marks[num]
		if m.keeps && !m.again && i < 4096 {
			m.again = true
			s.renew()
			continue
		}
		s.remove()
		s.bytes -= trackBytes + int64(m.cost)
		s.dropped++
		// The next subject takes its place in memory too. Most have a single event and
		// at most one other end, which what they cost tells without a look at them.
		switch int64(m.cost) {
		case eventBytes:
			m.room = oneRoom
		case eventBytes + hostBytes:
			m.room = noRoom
		default:
			m.room = s.empty(s.tracks[num])
		}
		s.succeed(num)
		return
	}
}

// succeed chooses who of those that went leaves its room for events: the last that
// has some. Others free theirs.
func (s *store) succeed(num uint32) {
	n := len(s.free)
	switch before := s.spare; {
	case before == 0:
	case s.marks[num].room == noRoom:
		s.free[n-2], s.free[n-1] = s.free[n-1], s.free[n-2]
		return
	default:
		last := s.tracks[before-1]
		if s.marks[before-1].room == moreRoom {
			s.drawers.put(last.events)
		}
		*last = track{}
		s.marks[before-1].room = noRoom
	}
	s.spare = num + 1
}

// empty forgets what t held, and keeps a little room for events where it had no other
// ends.
func (s *store) empty(t *track) room {
	if t.hosts.len() == 0 && cap(t.events) <= 4 {
		*t = track{events: t.events[:0]}
		return moreRoom
	}
	s.drawers.put(t.events)
	*t = track{}
	return noRoom
}

// drawers keep rooms for events that subjects left, by their size, each a power of two: where
// strangers come and go by the thousand, nothing is left to the garbage collector.
type drawers struct {
	of   [12][][]event // rooms for 1<<i events
	held int64         // octets
}

// What drawers hold is in no detector's budget.
const maxDrawers = 128 << 10

// take is room for n events, a power of two up to maxEvents.
func (d *drawers) take(n int) []event {
	list := &d.of[bits.TrailingZeros(uint(n))]
	if k := len(*list); k > 0 {
		b := (*list)[k-1]
		*list = (*list)[:k-1]
		d.held -= int64(n) * eventBytes
		return b
	}
	return make([]event, 0, n)
}

// put keeps b, whose events nobody needs any more. A single event's room is part of its track.
func (d *drawers) put(b []event) {
	if n := cap(b); n > 1 && d.held+int64(n)*eventBytes <= maxDrawers {
		list := &d.of[bits.TrailingZeros(uint(n))]
		*list = append(*list, b[:0])
		d.held += int64(n) * eventBytes
	}
}

// A room for maxEvents has a drawer. A negative length does not compile.
var _ [len(drawers{}.of) - 1 - 11]struct{}
var _ [maxEvents - 1<<11]struct{}
