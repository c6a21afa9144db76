package findings

import "net/netip"

// event is one record as a detector remembers it.
type event struct {
	at     int64 // ns
	what   uint32
	size   uint64
	record uint64
	frame  uint64
}

const (
	maxEvents = 2048    // remembered per subject; the count goes on
	maxKeys   = 1 << 15 // subjects per detector
)

// subject is who did what to whom; fields a detector does not use are zero.
type subject struct {
	actor, target netip.Addr
	proto         uint8
	port          uint16
}

type track struct {
	events []event
	hosts  map[netip.Addr]struct{} // other ends, at most maxHosts
	total  uint64
	first  int64
	last   int64
	a, b   uint64 // sums of the detector's own
	again  bool   // second chance at eviction
}

const maxHosts = 4096

func (t *track) host(a netip.Addr) {
	if t.hosts == nil {
		t.hosts = map[netip.Addr]struct{}{}
	}
	if len(t.hosts) < maxHosts {
		t.hosts[a] = struct{}{}
	}
}

func (t *track) add(e event) {
	t.total++
	if t.first == 0 || e.at < t.first {
		t.first = e.at
	}
	t.last = max(t.last, e.at)
	if len(t.events) < maxEvents {
		t.events = append(t.events, e)
	}
}

// store keeps the tracks of one detector. Full, it forgets the oldest subject that
// was seen once or twice: a flood of strangers does not push out who keeps on.
type store struct {
	m       map[subject]*track
	order   []subject
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
	if len(s.m) >= maxKeys {
		s.evict()
	}
	t := &track{}
	s.m[k] = t
	s.order = append(s.order, k)
	return t
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
		s.dropped++
		return
	}
}
