package findings

import (
	"net/netip"
	"slices"
	"time"
)

// When a machine that asks by ARP looks for its neighbours. Most addresses of a net are
// asked for by its gateway and by who hands addresses out, but in their own time, and few
// of them in vain at once; a program that looks for machines asks for all in seconds.
const (
	sweepHosts  = 25 // as in scan-hosts
	sweepWindow = time.Minute
	sweepKept   = 4096 // addresses told apart in one window
	sweepSought = 3    // others that asked for a machine, from which it is one that serves them
	askerBytes  = 320  // roughly, with eight frames
	soughtBytes = 16   // of an address asked for
	sweepShare  = 4    // of what neighbours and name servers may take: a quarter
)

// asker is a machine with the addresses that it asked for since from.
type asker struct {
	from, last int64
	targets    map[[4]byte]struct{}
	frames     []uint64
	sought     bool // others asked for it before it began: whom it found may do so after
	found      *Finding
	vain       [][4]byte // of the window of found: where nobody was seen by its end
}

// Ask implements who.Listener.
func (d *Detector) Ask(sender, target netip.Addr, at int64, frame uint64) {
	h := &d.heard
	from, to := sender.As4(), target.As4()
	h.claims[target].soughtBy(from)
	if from[0] != to[0] || from[1] != to[1] {
		return // who asks for strange nets has a wrong mask
	}
	a := h.askers[sender]
	switch {
	case a == nil:
		if !h.roomToAsk(askerBytes, at) {
			return
		}
		if h.askers == nil {
			h.askers = map[netip.Addr]*asker{}
		}
		a = &asker{}
		h.askers[sender] = a
		h.begin(a, sender, at)
	case at-a.from > int64(sweepWindow) || a.from-at > int64(sweepWindow): // clocks go backwards
		h.close(a, sender)
		h.begin(a, sender, at)
	}
	a.last = max(a.last, at)
	if len(a.targets) >= sweepKept {
		return
	}
	if _, again := a.targets[to]; again || !h.roomToAsk(soughtBytes, at) {
		return
	}
	if a.targets == nil {
		a.targets = map[[4]byte]struct{}{}
	}
	a.targets[to] = struct{}{}
	if len(a.frames) < 8 {
		a.frames = append(a.frames, frame)
	}
}

// soughtBy notes that a machine asks for the address; the first few are told apart.
func (c *claimed) soughtBy(by [4]byte) {
	if c == nil || slices.Contains(c.seekers[:], by) {
		return
	}
	if i := slices.Index(c.seekers[:], [4]byte{}); i >= 0 {
		c.seekers[i] = by
	}
}

// begin starts a window of a.
func (h *heard) begin(a *asker, sender netip.Addr, at int64) {
	a.from, a.last, a.frames, a.targets = at, at, nil, nil
	a.sought = h.sought(sender)
}

// serves reports whether a machine is a gateway or hands addresses out, as DHCP tells.
func (h *heard) serves(m netip.Addr) bool {
	return h.answers[voice{"dhcp", m}] != nil || h.answers[voice{"router", m}] != nil
}

// sought reports whether several others asked for a machine.
func (h *heard) sought(m netip.Addr) bool {
	c := h.claims[m]
	return c != nil && c.seekers[sweepSought-1] != [4]byte{}
}

// close ends a window of a, and keeps what it shows.
func (h *heard) close(a *asker, sender netip.Addr) {
	var vain [][4]byte
	a.found, vain = h.worst(a, sender)
	n := int64(len(vain)-len(a.vain)-len(a.targets)) * soughtBytes
	h.asked, h.bytes = h.asked+n, h.bytes+n
	a.vain, a.targets = vain, nil
}

// worst is the worst that a showed so far, its window with it, and where nobody was seen then; nil for nothing.
func (h *heard) worst(a *asker, sender netip.Addr) (*Finding, [][4]byte) {
	if len(h.claims) >= maxClaims {
		return a.found, a.vain // who has an address is not known any more
	}
	var vain [][4]byte
	for t := range a.targets {
		if h.claims[netip.AddrFrom4(t)] == nil {
			vain = append(vain, t)
		}
	}
	if len(vain) < sweepHosts {
		return a.found, a.vain
	}
	f := Finding{Kind: "scan-arp", Severity: "low", Basis: "observed", Actor: sender, Count: uint64(len(vain)), Of: uint64(len(a.targets)), Window: sweepWindow,
		First: a.from, Last: a.last, Frames: slices.Clone(a.frames)}
	if a.sought || h.serves(sender) {
		f.Severity = "info"
	}
	if old := a.found; old != nil && (rank[old.Severity] < rank[f.Severity] || old.Severity == f.Severity && h.unseen(a.vain) >= f.Count) {
		return old, a.vain
	}
	return &f, vain
}

// swept is the worst that a shows, nil for nothing. Whoever answered it may not have been heard, as a port of
// a switch passes on only what is for all, and speaks of itself later: then it was not asked in vain.
func (h *heard) swept(a *asker, sender netip.Addr) *Finding {
	found, vain := h.worst(a, sender)
	if found == nil {
		return nil
	}
	f := *found
	if f.Count = h.unseen(vain); f.Count < sweepHosts {
		return nil
	}
	return &f
}

// unseen is at how many addresses of vain nobody was seen until now.
func (h *heard) unseen(vain [][4]byte) (n uint64) {
	for _, t := range vain {
		if h.claims[netip.AddrFrom4(t)] == nil {
			n++
		}
	}
	return n
}

// roomToAsk books n octets, and reports whether there was room. Those whose
// time is over are forgotten for it, at most once a second.
func (h *heard) roomToAsk(n int64, at int64) bool {
	full := func() bool { return h.asked+n > h.limit/sweepShare || h.bytes+n > h.limit }
	if full() && (at-h.tidied > int64(time.Second) || at < h.tidied) {
		h.tidied = at
		for s, a := range h.askers {
			if at-a.from <= int64(sweepWindow) || a.found != nil {
				continue
			}
			if h.close(a, s); a.found == nil {
				h.asked, h.bytes = h.asked-askerBytes, h.bytes-askerBytes
				delete(h.askers, s)
			}
		}
	}
	if full() {
		h.dropped++
		return false
	}
	h.asked, h.bytes = h.asked+n, h.bytes+n
	return true
}

// swept are the findings of those who asked by ARP.
func (d *Detector) swept() []Finding {
	var out []Finding
	for s, a := range d.heard.askers {
		if f := d.heard.swept(a, s); f != nil {
			d.show(f, f.Frames)
			out = append(out, *f)
		}
	}
	return out
}
