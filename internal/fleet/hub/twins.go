package hub

import (
	"slices"
	"strings"
	"sync"
	"time"

	"portero/internal/fleet/bus"
)

// twins notices sensors that share a name. Each has a spool of its own, whose name is in
// those of its batches: where two spools of one name take turns, two sensors are at work.
// A sensor with a new spool changes it once.
type twins struct {
	mu   sync.Mutex
	seen map[string]*pair
}

// pair is what is known of one name.
type pair struct {
	spools [2]spoolSeen // the one heard of last is the first
	turns  int
	last   time.Time // when they took turns last
}

type spoolSeen struct {
	name   string
	number uint64 // the highest
}

const (
	namesMost = 1 << 16
	turnsMost = 4         // turns that tell that two are at work
	twinsFor  = time.Hour // how long that is told
)

// hear takes the name of a batch. Batches that come again have numbers that were heard of,
// and archives have a source for each unit.
func (t *twins) hear(source string, number uint64, now time.Time) {
	i := strings.LastIndexByte(source, '/')
	if i < 0 || len(source)-i-1 != bus.SpoolName {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.seen == nil {
		t.seen = map[string]*pair{}
	}
	p := t.seen[source[:i]]
	switch {
	case p == nil && len(t.seen) >= namesMost:
		return
	case p == nil:
		p = &pair{}
		t.seen[strings.Clone(source[:i])] = p
	}
	switch s := &p.spools; source[i+1:] {
	case s[0].name:
		s[0].number = max(s[0].number, number)
	case s[1].name:
		if number > s[1].number {
			s[1].number = number
			s[0], s[1] = s[1], s[0]
			p.turns++
			p.last = now
		}
	default:
		s[1], s[0] = s[0], spoolSeen{strings.Clone(source[i+1:]), number}
	}
}

// names are those that two sensors have.
func (t *twins) names(now time.Time) (ns []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for n, p := range t.seen {
		if p.turns >= turnsMost && now.Sub(p.last) < twinsFor {
			ns = append(ns, n)
		}
	}
	slices.Sort(ns)
	return ns[:min(len(ns), 16)]
}
