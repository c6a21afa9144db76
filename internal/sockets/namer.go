package sockets

import (
	"net/netip"
	"slices"
	"sync"
	"time"
)

// Namer looks the programs behind connections up while they live. Opened costs
// whoever calls it a few map look-ups and never waits; a goroutine of its own
// asks. Its methods may be called from several goroutines.
type Namer struct {
	ask     Asker
	opened  chan ticket
	done    chan struct{}
	stopped chan struct{}

	mu     sync.Mutex
	local  map[netip.Addr]bool
	known  map[uint64]*Pair
	missed uint64
	err    error
}

// Pair is what is known of both ends of a connection; ends that are not on this
// machine have no Match.
type Pair struct {
	A, B   netip.AddrPort // A sent the first packet
	Owners [2]Owner       // of A and of B
	Here   [2]bool        // A and B are on this machine
}

// Gone is the answer for a connection that has ended: what of it was not looked up by now never will be.
func (p Pair) Gone() Pair {
	if p.Owners[0].Match == NoMatch && p.Owners[1].Match == NoMatch {
		for end, here := range p.Here {
			if here {
				p.Owners[end].Match = Ended
			}
		}
	}
	return p
}

// Of returns the owner of the end at p.
func (p *Pair) Of(end netip.AddrPort) Owner {
	switch end {
	case p.A:
		return p.Owners[0]
	case p.B:
		return p.Owners[1]
	}
	return Owner{}
}

type ticket struct {
	id    uint64
	proto uint8
	pair  *Pair
	ends  [2]bool // still to be asked for
	tries int
	due   time.Time
}

const (
	maxTickets = 8192    // waiting to be asked for
	maxKnown   = 1 << 16 // connections that are remembered
	addrsEvery = 10 * time.Second
)

// again says when to ask once more for what was not exact: a server's end has no
// program until it is accepted.
var again = [...]time.Duration{4 * time.Millisecond, 12 * time.Millisecond, 30 * time.Millisecond, 100 * time.Millisecond, 500 * time.Millisecond}

// NewNamer begins to look programs up through ask.
func NewNamer(ask Asker) (*Namer, error) {
	n := &Namer{ask: ask, opened: make(chan ticket, maxTickets), done: make(chan struct{}), stopped: make(chan struct{}), known: map[uint64]*Pair{}}
	if err := n.addresses(); err != nil {
		return nil, err
	}
	go n.run()
	return n, nil
}

func (n *Namer) addresses() error {
	as, err := n.ask.Local()
	if err != nil {
		return err
	}
	m := make(map[netip.Addr]bool, len(as))
	for _, a := range as {
		m[a] = true
	}
	n.mu.Lock()
	n.local = m
	n.mu.Unlock()
	return nil
}

func (n *Namer) here(a netip.Addr) bool {
	return a.Is4() && a.As4()[0] == 127 || n.local[a]
}

// Opened notes a connection or exchange whose first packet went from a to b.
func (n *Namer) Opened(id uint64, proto uint8, a, b netip.AddrPort) {
	n.mu.Lock()
	ends := [2]bool{n.here(a.Addr()), n.here(b.Addr())}
	n.mu.Unlock()
	if !ends[0] && !ends[1] {
		return
	}
	t := ticket{id: id, proto: proto, pair: &Pair{A: a, B: b, Here: ends}, ends: ends}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.known) >= maxKnown {
		n.missed++
		return
	}
	select {
	case n.opened <- t:
		n.known[id] = t.pair
	default:
		n.missed++
	}
}

// Pair returns what is known of a connection; ok is false when it is none of
// this machine's, or was not looked up yet.
func (n *Namer) Pair(id uint64) (p Pair, ok bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if x := n.known[id]; x != nil {
		return *x, true
	}
	return p, false
}

// Forget drops a connection that ended.
func (n *Namer) Forget(id uint64) {
	n.mu.Lock()
	delete(n.known, id)
	n.mu.Unlock()
}

// Missed counts connections that were not looked up, for they came too fast, and
// gives the last error of asking.
func (n *Namer) Missed() (uint64, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.missed, n.err
}

// Close ends the looking up.
func (n *Namer) Close() {
	close(n.done)
	<-n.stopped
}

func (n *Namer) run() {
	defer close(n.stopped)
	var waiting []ticket
	addrs := time.NewTicker(addrsEvery)
	defer addrs.Stop()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		now := time.Now()
		var batch []ticket
		rest := waiting[:0]
		next := now.Add(time.Hour)
		for _, t := range waiting {
			if !t.due.After(now) {
				batch = append(batch, t)
				continue
			}
			rest = append(rest, t)
			if t.due.Before(next) {
				next = t.due
			}
		}
		waiting = rest
		if len(batch) == 0 {
			timer.Reset(time.Until(next))
			select {
			case <-n.done:
				return
			case <-addrs.C:
				// What fails now is asked for again in a while; addresses seldom change.
				n.note(n.addresses())
				continue
			case <-timer.C:
				continue
			case t := <-n.opened:
				batch = append(batch, t)
			}
		}
	more:
		for len(batch) < maxQueries/2 {
			select {
			case t := <-n.opened:
				batch = append(batch, t)
			default:
				break more
			}
		}
		for _, t := range n.round(batch) {
			if n.mayWait(len(waiting)) {
				waiting = append(waiting, t)
			}
		}
	}
}

// mayWait reports whether one more may be asked for again, beside so many. While more open than can be looked up, as in a
// flood of calls that nobody ever accepts, those that were not asked for at all come first.
func (n *Namer) mayWait(waiting int) bool {
	return waiting < maxTickets && len(n.opened) < maxTickets/2
}

func (n *Namer) note(err error) {
	if err != nil {
		n.mu.Lock()
		n.err = err
		n.mu.Unlock()
	}
}

// round asks for a batch and returns what is to be asked for once more.
func (n *Namer) round(batch []ticket) []ticket {
	var qs []Query
	n.mu.Lock()
	batch = slices.DeleteFunc(batch, func(t ticket) bool { return n.known[t.id] != t.pair })
	n.mu.Unlock()
	for _, t := range batch {
		for end, ask := range t.ends {
			if ask {
				q := Query{t.proto, t.pair.A, t.pair.B}
				if end == 1 {
					q.Local, q.Remote = q.Remote, q.Local
				}
				qs = append(qs, q)
			}
		}
	}
	owners, err := n.ask.Find(qs)
	if err != nil || len(owners) != len(qs) {
		n.note(err)
		return nil
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	var out []ticket
	for _, t := range batch {
		for end, ask := range t.ends {
			if !ask {
				continue
			}
			o := owners[0]
			owners = owners[1:]
			had := t.pair.Owners[end].Match
			if o.Match.Named() || had == NoMatch {
				t.pair.Owners[end] = o
			}
			// What ended will not come back; what is not accepted yet may be soon.
			t.ends[end] = o.Match == ByPort && tcp(t.proto) || o.Match == Ended && had == NoMatch && t.tries == 0
		}
		if (t.ends[0] || t.ends[1]) && t.tries < len(again) {
			t.due = time.Now().Add(again[t.tries])
			t.tries++
			out = append(out, t)
		}
	}
	return out
}
