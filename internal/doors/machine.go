package doors

import (
	"net/netip"
	"slices"

	"portero/internal/record"
	"portero/internal/sockets"
)

// Seen is what a capture shows of a socket of this machine, or of a door here
// without one.
type Seen string

// The words; "" where a capture cannot tell, as for a connection's own socket.
const (
	Contacted      Seen = "contacted"       // somebody listens, and somebody came
	NeverContacted Seen = "never_contacted" // somebody listens, and nobody came
	NobodyListens  Seen = "nobody_listens"  // somebody came, and there is no socket
	NoSocket       Seen = "no_socket"       // something answered, and there is no socket
	OutOfSight     Seen = "out_of_sight"    // somebody listens where the capture shows nothing at all
)

// Place is one socket of this machine with what was seen of it, or a door of this
// machine that was seen and has no socket.
type Place struct {
	Socket *sockets.Socket  // nil when there is none
	Owner  *sockets.Program // nil when none is named
	Proto  uint8
	Local  netip.AddrPort
	Seen   Seen
	// What was seen: meaningless where Seen is empty.
	Attempts, Accepted, Refused uint64
	Bytes                       uint64 // payload both ways
	Clients                     int
	Doors                       []Key  // the doors that were seen of a socket, or the one without
	Last                        int64  // ns, 0 when never
	Service                     string // as Door.Called has it
	spoken                      bool   // and what was spoken
	// Instead has somebody who listens on this port at other addresses alone, where nobody listens at this one: a
	// server that was bound to 127.0.0.1, mostly.
	Instead *sockets.Socket
}

// Join lays the doors that were seen beside the sockets that there are. A nil
// tally knows nothing: only the sockets are listed. Waiting sockets come first,
// by port; then doors without a socket; then connections.
func Join(n *sockets.Snapshot, t *Tally) []Place {
	here := map[netip.Addr]bool{}
	for _, a := range n.Local {
		here[a] = true
	}
	local := func(a netip.Addr) bool { return here[a] || a.Is4() && a.As4()[0] == 127 }
	var ds []*Door
	if t != nil {
		for _, d := range t.Doors() {
			if local(d.Host) {
				ds = append(ds, d)
			}
		}
	}
	byPort := map[Key][]*Door{}
	for _, d := range ds {
		k := Key{Port: d.Port, Proto: d.Proto}
		byPort[k] = append(byPort[k], d)
	}
	served, waiting := map[Key]bool{}, map[Key]*sockets.Socket{}
	out := make([]Place, 0, len(n.Sockets))
	for i := range n.Sockets {
		s := &n.Sockets[i]
		p := Place{Socket: s, Owner: n.Owner(s), Proto: s.Proto, Local: s.Local}
		if t != nil && s.State.Waiting() && s.NetNS == 0 {
			if k := (Key{Port: s.Local.Port(), Proto: s.Proto}); waiting[k] == nil {
				waiting[k] = s
			}
			p.Seen = NeverContacted
			clients := map[netip.Addr]struct{}{}
			for _, d := range byPort[Key{Port: s.Local.Port(), Proto: s.Proto}] {
				if !s.Serves(s.Proto, netip.AddrPortFrom(d.Host, d.Port)) {
					continue
				}
				served[d.Key] = true
				p.Doors = append(p.Doors, d.Key)
				p.add(d)
				for c := range d.clients.all() {
					clients[c] = struct{}{}
				}
			}
			p.Clients = len(clients)
			if p.Last != 0 {
				p.Seen = Contacted
			}
		}
		out = append(out, p)
	}
	for _, d := range ds {
		if served[d.Key] || d.GuessedRole && d.State != Open {
			continue
		}
		p := Place{Proto: d.Proto, Local: netip.AddrPortFrom(d.Host, d.Port), Seen: NobodyListens, Clients: d.Clients(), Doors: []Key{d.Key}, Instead: waiting[Key{Port: d.Port, Proto: d.Proto}]}
		if d.State == Open {
			p.Seen, p.Instead = NoSocket, nil
			if connected(n, d) {
				continue // a connection that outlived its listener
			}
		}
		p.add(d)
		out = append(out, p)
	}
	rank := func(p *Place) int {
		switch {
		case p.Socket == nil:
			return 1
		case p.Socket.State.Waiting():
			return 0
		}
		return 2
	}
	slices.SortStableFunc(out, func(a, b Place) int {
		if c := rank(&a) - rank(&b); c != 0 {
			return c
		}
		if c := int(a.Local.Port()) - int(b.Local.Port()); c != 0 {
			return c
		}
		if c := int(a.Proto) - int(b.Proto); c != 0 {
			return c
		}
		return a.Local.Addr().Compare(b.Local.Addr())
	})
	return out
}

// InSight is for captures of which nobody says where they were taken: of the places where
// nobody came, those at an address that the capture shows nothing of become OutOfSight,
// for whoever came there would not be in it either. Where records found no room in the
// tally nothing can be told.
func InSight(ps []Place, n *sockets.Snapshot, t *Tally) {
	var shown []netip.Addr
	loopback := false
	for _, a := range n.Local {
		if t.hosts[a] != nil {
			shown = append(shown, a)
		}
	}
	for a := range t.hosts {
		if a.IsLoopback() {
			// All of 127.0.0.0/8 and ::1 are on one interface.
			shown, loopback = append(shown, a), true
		}
	}
	for i := range ps {
		p := &ps[i]
		switch {
		case p.Seen != NeverContacted:
		case t.Dropped > 0:
			p.Seen = ""
		case loopback && p.Local.Addr().IsLoopback():
		case !slices.ContainsFunc(shown, func(a netip.Addr) bool {
			return p.Socket.Serves(p.Proto, netip.AddrPortFrom(a, p.Local.Port()))
		}):
			p.Seen = OutOfSight
		}
	}
}

func (p *Place) add(d *Door) {
	p.Attempts += d.Attempts
	p.Accepted += d.Accepted
	p.Refused += d.Refused
	p.Bytes += d.BytesIn + d.BytesOut
	p.Last = max(p.Last, d.Last)
	if p.Service == "" || d.spoken() && !p.spoken {
		p.Service, p.spoken = d.Called(), d.spoken()
	}
}

func connected(n *sockets.Snapshot, d *Door) bool {
	return slices.ContainsFunc(n.Sockets, func(s sockets.Socket) bool {
		return s.Proto == d.Proto && s.Local == netip.AddrPortFrom(d.Host, d.Port) && s.NetNS == 0
	})
}

// State is that of the socket, or what was seen of the door.
func (p *Place) State() string {
	if p.Socket != nil {
		return p.Socket.State.String()
	}
	return ""
}

// ProtoName is the word for the protocol.
func (p *Place) ProtoName() string { return record.ProtoName(p.Proto) }
