package findings

import (
	"net/netip"
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
	// What a subject costs beside its events and hosts, with its places in the map
	// and the queue (measured by TestBudget).
	trackBytes = 560
	hostBytes  = 64
	eventBytes = int64(unsafe.Sizeof(event{}))
)

// subject is who did what to whom; fields a detector does not use are zero.
type subject struct {
	actor, target netip.Addr
	proto         uint8
	port          uint16
	kind, name    string // of what single records raise
}

type track struct {
	events []event
	hosts  map[netip.Addr]struct{} // other ends, at most maxHosts
	total  uint64
	first  int64
	last   int64
	a, b   uint64 // sums of the detector's own
	text   string
	worst  string // severity, and basis, of kinds that a single record raises
	basis  string
	again  bool     // second chance at eviction
	next   uint64   // at how many events it is judged again
	found  *Finding // the worst of then, nil when none was
}

// store keeps the tracks of one detector within its share of the budget. Full, it
// forgets the oldest subject that was seen once or twice: a flood of strangers does
// not push out who keeps on.
type store struct {
	m       map[subject]*track
	order   []subject
	bytes   int64
	limit   int64
	dropped uint64
}

func (s *store) at(k subject) *track {
	if t := s.m[k]; t != nil {
		t.again = false
		return t
	}
	if s.m == nil {
		s.m = map[subject]*track{}
	}
	for s.bytes+trackBytes > s.limit && len(s.order) > 0 {
		s.evict()
	}
	t := &track{}
	s.m[k] = t
	s.order = append(s.order, k)
	s.bytes += trackBytes + int64(len(k.name))
	return t
}

// host notes another end of t.
func (s *store) host(t *track, a netip.Addr) {
	if t.hosts == nil {
		t.hosts = map[netip.Addr]struct{}{}
	}
	if len(t.hosts) >= maxHosts {
		return
	}
	n := len(t.hosts)
	t.hosts[a] = struct{}{}
	s.bytes += int64(len(t.hosts)-n) * hostBytes
}

// add notes an event of t. Its last ones are kept, and its count goes on.
func (s *store) add(t *track, e event) {
	t.total++
	if t.first == 0 || e.at < t.first {
		t.first = e.at
	}
	t.last = max(t.last, e.at)
	if len(t.events) >= maxEvents {
		t.events[t.total%maxEvents] = e
		return
	}
	before := cap(t.events)
	t.events = append(t.events, e)
	s.bytes += int64(cap(t.events)-before) * eventBytes
}

func (s *store) evict() {
	for i := 0; ; i++ {
		k := s.order[0]
		s.order = s.order[1:]
		t := s.m[k]
		if t.total > 2 && !t.again && i < 4096 {
			t.again = true
			s.order = append(s.order, k)
			continue
		}
		delete(s.m, k)
		s.bytes -= trackBytes + int64(len(k.name)) + int64(cap(t.events))*eventBytes + int64(len(t.hosts))*hostBytes
		s.dropped++
		return
	}
}
