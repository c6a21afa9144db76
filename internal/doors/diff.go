package doors

import (
	"net/netip"
	"sort"
)

// Change is one difference between two captures.
type Change struct {
	What        string // door, client or service
	How         string // new, gone or changed
	Key         Key
	Client      netip.Addr // valid for clients
	Before, Now string
}

// Diff lists what is new, gone or changed from a to b: doors, the clients of
// doors that are in both, and the services behind them.
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
	rank := map[string]int{"door": 0, "service": 1, "client": 2}
	sort.Slice(cs, func(i, j int) bool {
		x, y := &cs[i], &cs[j]
		if rank[x.What] != rank[y.What] {
			return rank[x.What] < rank[y.What]
		}
		if x.Key != y.Key {
			return x.Key.Less(y.Key)
		}
		return x.Client.Less(y.Client)
	})
	return cs
}
