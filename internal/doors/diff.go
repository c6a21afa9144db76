package doors

import (
	"fmt"
	"net/netip"
	"sort"
)

// Change is one difference between two captures.
type Change struct {
	What        string // door, service, failures or client
	How         string // new, gone or changed
	Key         Key
	Client      netip.Addr // valid for clients
	Before, Now string
}

// Diff lists what is new, gone or changed from a to b: doors, the clients of
// doors that are in both, the services behind them, and how many calls fail there. What works otherwise than before stands first,
// doors that nobody opened in either stand last.
func Diff(a, b *Tally) []Change {
	var cs []Change
	for k, d := range a.doors {
		e := b.doors[k]
		if e == nil {
			cs = append(cs, Change{What: "door", How: "gone", Key: k, Before: d.State.String()})
			continue
		}
		if d.State != e.State {
			cs = append(cs, Change{What: "door", How: "changed", Key: k, Before: d.State.String(), Now: e.State.String()})
		}
		// A service is another one only where both captures tell it by the same: what was
		// spoken, or the number. A capture in which nobody spoke there denies nothing.
		if d.Service != e.Service && d.Service != "" && e.Service != "" && d.spoken() == e.spoken() {
			cs = append(cs, Change{What: "service", How: "changed", Key: k, Before: d.Service, Now: e.Service})
		}
		if d.State == Open && e.State == Open && d.worse(e) {
			cs = append(cs, Change{What: "failures", How: "changed", Key: k, Before: d.failures(), Now: e.failures()})
		}
		if d.ClientsMore || e.ClientsMore {
			continue
		}
		for c := range d.clients.all() {
			if !e.clients.has(c) {
				cs = append(cs, Change{What: "client", How: "gone", Key: k, Client: c, Before: c.String()})
			}
		}
		for c := range e.clients.all() {
			if !d.clients.has(c) {
				cs = append(cs, Change{What: "client", How: "new", Key: k, Client: c, Now: c.String()})
			}
		}
	}
	for k, e := range b.doors {
		if a.doors[k] == nil {
			cs = append(cs, Change{What: "door", How: "new", Key: k, Now: e.State.String()})
		}
	}
	sort.Slice(cs, func(i, j int) bool {
		x, y := &cs[i], &cs[j]
		if a, b := x.rank(), y.rank(); a != b {
			return a < b
		}
		if x.Key != y.Key {
			return x.Key.Less(y.Key)
		}
		return x.Client.Less(y.Client)
	})
	return cs
}

// rank is how soon somebody wants to know of it who asks what is broken.
func (c *Change) rank() int {
	open := Open.String()
	switch {
	case c.What == "door" && c.How == "changed" && (c.Before == open || c.Now == open):
		return 0
	case c.What == "failures":
		return 1
	case c.What == "service":
		return 2
	case c.What == "door" && c.Before == open:
		return 3
	case c.What == "door" && c.Now == open:
		return 4
	case c.What == "client":
		return 5
	}
	return 6
}

// failures says how many calls failed, of how many.
func (d *Door) failures() string {
	n, all := d.failed()
	return fmt.Sprintf("%d/%d", n, all)
}

// worse reports whether calls to d fail more often, or less, than to e: by a tenth of them. A few fail everywhere.
func (d *Door) worse(e *Door) bool {
	n, all := d.failed()
	m, of := e.failed()
	if all == 0 || of == 0 {
		return false
	}
	x, y := float64(n)/float64(all), float64(m)/float64(of)
	return max(x-y, y-x) >= 0.1
}
