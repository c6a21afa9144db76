package findings

import (
	"net/netip"
	"slices"
	"strings"
	"time"
	"unsafe"
)

// event is one record as a detector remembers it.
type event struct {
	at     int64 // ns
	what   uint32
	size   uint64
	record uint64
	frame  uint64
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
	key    key
	events []event
	total  uint64
	next   uint64 // at how many events it is judged again
	first  int64
	last   int64
	a, b   uint64   // sums of the detector's own
	one    [1]event // where events begins: most subjects have a single one
	hosts  *ends    // other ends
	alone  *alone   // of what single records raise
	many   *many    // once there are many events
	found  *Finding // the worst of then, nil when none was
	tag    uint32   // hash of key
	again  bool     // second chance at eviction
}

// alone is what a track of what single records raise has besides.
type alone struct {
	kind, name   string
	text         string // of the first record, whose id from is
	from         uint64
	worst, basis string // the worst severity, and its basis
}

// ends are the different other ends of a subject, at most maxHosts.
type ends struct {
	first netip.Addr
	more  map[netip.Addr]struct{} // all of them, once there are two
}

func (h *ends) len() int {
	switch {
	case h == nil || !h.first.IsValid():
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
	whats   map[uint32]struct{}  // different values of what, at most maxWhats
	seconds map[int64]*[4]uint32 // events of a second by what, for those whose what is under 4; at most maxSeconds
}

const (
	manyFrom   = maxEvents / 2
	maxWhats   = 1 << 16
	maxSeconds = 1 << 13
	whatBytes  = 24
	secBytes   = 80
)

// count notes an event in m and returns the octets that it took.
func (m *many) count(e event) (cost int64) {
	if n := len(m.whats); n < maxWhats {
		m.whats[e.what] = struct{}{}
		cost += int64(len(m.whats)-n) * whatBytes
	}
	if e.what >= 4 {
		return cost
	}
	s := m.seconds[e.at/1e9]
	if s == nil {
		if len(m.seconds) >= maxSeconds {
			return cost
		}
		s = new([4]uint32)
		m.seconds[e.at/1e9] = s
		cost += secBytes
	}
	s[e.what]++
	return cost
}

func (m *many) bytes() int64 {
	if m == nil {
		return 0
	}
	return int64(len(m.whats))*whatBytes + int64(len(m.seconds))*secBytes
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

// store keeps the tracks of one detector within its share of the budget. Full, it
// forgets the oldest subject that was seen once or twice: a flood of strangers does
// not push out who keeps on.
type store struct {
	index
	texts   map[names]uint32
	spare   *track // of an evicted subject, empty
	bytes   int64
	limit   int64
	dropped uint64
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

// at is the track of k, a new one when there was none.
func (s *store) at(k subject) *track { return s.of(keyOf(&k, 0)) }

// told is the track of what single records raise of k.
func (s *store) told(k subject, n names) *track {
	t := s.of(keyOf(&k, s.number(n)))
	if t.alone == nil {
		t.alone = &alone{kind: n.kind, name: n.name}
	}
	return t
}

func (s *store) of(k key) *track {
	tag := k.hash()
	if t := s.find(&k, tag); t != nil {
		t.again = false
		return t
	}
	for s.bytes+trackBytes > s.limit && s.len() > 0 {
		s.evict()
	}
	t := s.spare
	if s.spare = nil; t == nil {
		t = &track{}
	}
	t.key, t.tag = k, tag
	s.bytes += int64(cap(t.events))*eventBytes + trackBytes
	s.insert(t)
	return t
}

// host notes another end of t.
func (s *store) host(t *track, a netip.Addr) {
	if t.hosts == nil {
		t.hosts = &ends{}
	}
	if t.hosts.add(a) {
		s.bytes += hostBytes
	}
}

// add notes an event of t. Its last ones are kept, and its count goes on.
func (s *store) add(t *track, e event) {
	t.total++
	if t.first == 0 || e.at < t.first {
		t.first = e.at
	}
	t.last = max(t.last, e.at)
	if t.many != nil {
		s.bytes += t.many.count(e)
	} else if t.total == manyFrom {
		t.many = &many{whats: map[uint32]struct{}{}, seconds: map[int64]*[4]uint32{}}
		for _, old := range t.events {
			s.bytes += t.many.count(old)
		}
		s.bytes += t.many.count(e)
	}
	if len(t.events) >= maxEvents {
		t.events[t.total%maxEvents] = e
		return
	}
	before := cap(t.events)
	if before == 0 {
		t.events = t.one[:0]
	}
	t.events = append(t.events, e)
	s.bytes += int64(cap(t.events)-before) * eventBytes
}

func (s *store) evict() {
	for i := 0; ; i++ {
		t := s.oldest()
		if t.total > 2 && !t.again && i < 4096 {
			t.again = true
			s.renew()
			continue
		}
		s.remove()
		s.bytes -= trackBytes + int64(cap(t.events))*eventBytes + int64(t.hosts.len())*hostBytes + t.many.bytes()
		// The next subject takes its place in memory too.
		switch {
		case t.hosts.len() == 0 && cap(t.events) <= 4:
			t.empty(t.events[:0])
			s.spare = t
		case s.spare == nil:
			t.empty(nil)
			s.spare = t
		}
		s.dropped++
		return
	}
}

// empty makes t a new track with room for events.
func (t *track) empty(room []event) {
	h := t.hosts
	if h != nil {
		*h = ends{}
	}
	t.events, t.hosts = room, h
	t.total, t.next, t.first, t.last, t.a, t.b = 0, 0, 0, 0, 0, 0
	t.alone, t.many, t.found, t.again = nil, nil, nil, false
}
