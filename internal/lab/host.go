package lab

import (
	"context"
	"net"
	"net/netip"
	"time"
)

// The addresses of the lab: all of them are for documentation (RFC 5737), so
// that a capture of it can be shown to anybody.
var (
	ClientAddr = netip.AddrFrom4([4]byte{192, 0, 2, 10})
	ServerAddr = netip.AddrFrom4([4]byte{198, 51, 100, 20})
	// Nobody is an address from which packets claim to come, and where no host is.
	Nobody = netip.AddrFrom4([4]byte{192, 0, 2, 77})
	// Router is in the middle of the wire.
	Router = netip.AddrFrom4([4]byte{203, 0, 113, 1})
)

// host is one of the two ends: a stack with its sockets.
type host interface {
	listen(port uint16, o listenOptions) (net.Listener, error)
	// dial connects from a given port.
	dial(ctx context.Context, from uint16, to netip.AddrPort, o dialOptions) (net.Conn, error)
	listenUDP(port uint16) (net.PacketConn, error)
	dialUDP(from uint16, to netip.AddrPort) (net.Conn, error)
	// abort closes a connection of dial or listen with a RST.
	abort(net.Conn) error
	// can says by name why the host has not what a scenario needs; nil: it has.
	can(need) error
}

type listenOptions struct {
	deferAccept time.Duration // hand over no connection without data for so long
	fastOpen    bool
}

type dialOptions struct {
	fastOpen bool
}

// need is something that a scenario cannot do without.
type need int

const (
	needFastOpen need = iota
	needDeferAccept
)

// closeWrite says that no more comes, and goes on listening.
func closeWrite(c net.Conn) error {
	return c.(interface{ CloseWrite() error }).CloseWrite()
}
