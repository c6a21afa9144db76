package findings

import (
	"net/netip"
	"slices"
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

// packed is a subject as plain octets: what maps of them hash and compare fast.
type packed struct {
	actor, target [16]byte
	text          uint32 // of kind and name, numbered by the store
	port          uint16
	proto, has    uint8
}

func (s *store) pack(k *subject) packed {
	p := packed{proto: k.proto, port: k.port}
	if k.actor.IsValid() {
		p.actor, p.has = k.actor.As16(), 1
	}
	if k.target.IsValid() {
		p.target = k.target.As16()
		p.has |= 2
	}
	if k.kind != "" {
		text := k.kind + "\x00" + k.name
		id, ok := s.texts[text]
		if !ok {
			if s.texts == nil {
				s.texts = map[string]uint32{}
			}
			if len(s.texts) < maxTexts {
				id = uint32(len(s.texts)) + 1
				s.texts[text] = id
				s.bytes += int64(len(text)) + 48
			}
		}
		p.text = id
	}
	return p
}

type track struct {
	subject
	events []event
	hosts  map[netip.Addr]struct{} // other ends, at most maxHosts
	total  uint64
	first  int64
	last   int64
	a, b   uint64 // sums of the detector's own
	text   string // of the first record, whose id from is
	from   uint64
	worst  string // severity, and basis, of kinds that a single record raises
	basis  string
	many   *many    // once there are many events
	again  bool     // second chance at eviction
	next   uint64   // at how many events it is judged again
	found  *Finding // the worst of then, nil when none was
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
	m       map[packed]*track
	order   []packed
	texts   map[string]uint32
	spare   *track // of an evicted subject, empty
	bytes   int64
	limit   int64
	dropped uint64
}

func (s *store) at(k subject) *track {
	p := s.pack(&k)
	if t := s.m[p]; t != nil {
		t.again = false
		return t
	}
	if s.m == nil {
		s.m = map[packed]*track{}
	}
	for s.bytes+trackBytes > s.limit && len(s.order) > 0 {
		s.evict()
	}
	t := s.spare
	if s.spare = nil; t == nil {
		t = &track{}
	}
	t.subject = k
	s.bytes += int64(cap(t.events)) * eventBytes
	s.m[p] = t
	s.order = append(s.order, p)
	s.bytes += trackBytes
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
		s.bytes -= trackBytes + int64(cap(t.events))*eventBytes + int64(len(t.hosts))*hostBytes + t.many.bytes()
		// The next subject takes its place in memory too.
		if t.hosts == nil && cap(t.events) <= 4 {
			*t = track{events: t.events[:0]}
			s.spare = t
		}
		s.dropped++
		return
	}
}
