package doors

import (
	"cmp"
	"maps"
	"net/netip"
	"slices"
)

// Merge lays two tallies over each other without changing them: what lasts over
// what ended. A door or host that only one knows is shared with it, so neither
// may be added to while the result is used.
func Merge(a, b *Tally) *Tally {
	t := &Tally{doors: make(map[Key]*Door, len(a.doors)+len(b.doors)), hosts: make(map[netip.Addr]*Host, len(a.hosts)+len(b.hosts)), Dropped: a.Dropped + b.Dropped}
	maps.Copy(t.doors, a.doors)
	maps.Copy(t.hosts, a.hosts)
	for k, y := range b.doors {
		x := t.doors[k]
		if x == nil {
			t.doors[k] = y
			continue
		}
		d := *x
		d.Attempts += y.Attempts
		d.Accepted += y.Accepted
		d.Refused += y.Refused
		d.Filtered += y.Filtered
		d.Silent += y.Silent
		d.Faulty += y.Faulty
		d.BytesIn += y.BytesIn
		d.BytesOut += y.BytesOut
		d.First, d.Last = min(x.First, y.First), max(x.Last, y.Last)
		if y.State > d.State {
			d.State, d.ProofRecord, d.ProofFrame, d.ProofFile = y.State, y.ProofRecord, y.ProofFrame, y.ProofFile
		}
		d.serve(y.Service, y.serviceBy)
		d.GuessedRole = x.GuessedRole && y.GuessedRole
		d.ClientsMore = x.ClientsMore || y.ClientsMore
		d.clients = union(x.clients, y.clients)
		t.doors[k] = &d
	}
	for k, y := range b.hosts {
		x := t.hosts[k]
		if x == nil {
			t.hosts[k] = y
			continue
		}
		h := *x
		h.Opened += y.Opened
		h.Received += y.Received
		h.Failed += y.Failed
		h.BytesOut += y.BytesOut
		h.BytesIn += y.BytesIn
		h.Pkts += y.Pkts
		h.First, h.Last = min(x.First, y.First), max(x.Last, y.Last)
		if y.Name != "" {
			h.Name = y.Name
		}
		h.peers = union(x.peers, y.peers)
		t.hosts[k] = &h
	}
	return t
}

// union is a set of its own: a's and b's stay as they are.
func union(a, b addrs) (out addrs) {
	for c := range a.all() {
		out.add(c)
	}
	for c := range b.all() {
		out.add(c)
	}
	return out
}

// Prune forgets doors and hosts until at most so many of each are left: doors
// that never were open first, then those not seen for longest. A tally that lives
// for weeks needs it.
func (t *Tally) Prune(most int) {
	if len(t.doors) > most {
		ds := slices.Collect(maps.Values(t.doors))
		slices.SortFunc(ds, func(a, b *Door) int {
			if x, y := a.State == Open, b.State == Open; x != y {
				if x {
					return 1
				}
				return -1
			}
			return cmp.Compare(a.Last, b.Last)
		})
		for _, d := range ds[:len(ds)-most*3/4] {
			delete(t.doors, d.Key)
			t.Dropped++
		}
	}
	if len(t.hosts) > most {
		hs := slices.Collect(maps.Values(t.hosts))
		slices.SortFunc(hs, func(a, b *Host) int { return cmp.Compare(a.Last, b.Last) })
		for _, h := range hs[:len(hs)-most*3/4] {
			delete(t.hosts, h.Addr)
		}
	}
}
