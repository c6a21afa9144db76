package sockets

import (
	"context"
	"net"
	"net/netip"
)

// Query asks for the program behind one end of a connection or exchange.
type Query struct {
	Proto uint8
	// Local is the end on this machine.
	Local, Remote netip.AddrPort
}

// Owner is the answer to a Query. Program is empty unless Match.Named.
type Owner struct {
	Match   Match
	Program Program
}

// Asker is whoever may be asked: a Finder in this process, or a Client of one in
// another.
type Asker interface {
	// Find answers every query, in order.
	Find(qs []Query) ([]Owner, error)
	// Local lists the addresses of this machine.
	Local() ([]netip.Addr, error)
	// Denied reports whether there are programs that this user may not look into.
	Denied() (bool, error)
	// Lookup takes a picture of all sockets, which takes a while where there are many: nothing is found meanwhile.
	Lookup(ctx context.Context) (*Snapshot, error)
}

// localAddrs are the addresses of this machine, in this network namespace.
func localAddrs() []netip.Addr {
	as, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	var out []netip.Addr
	for _, a := range as {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			out = append(out, p.Addr().Unmap().WithZone(""))
		}
	}
	return out
}
