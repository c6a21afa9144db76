package lab

import (
	"context"
	"errors"
	"net"
	"net/netip"

	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/link/channel"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/icmp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/udp"
	"gvisor.dev/gvisor/pkg/waiter"
)

const (
	nic = 1
	mtu = 1500
	ip4 = ipv4.ProtocolNumber
)

// userspace is a host whose stack is gVisor's, in this process.
type userspace struct {
	stack *stack.Stack
	link  *channel.Endpoint
	own   netip.Addr
	ctx   context.Context
	stop  context.CancelFunc
}

func newUserspace(own netip.Addr) (*userspace, error) {
	u := &userspace{own: own, link: channel.New(1024, mtu, "")}
	u.ctx, u.stop = context.WithCancel(context.Background())
	u.stack = stack.New(stack.Options{
		NetworkProtocols:   []stack.NetworkProtocolFactory{ipv4.NewProtocol},
		TransportProtocols: []stack.TransportProtocolFactory{tcp.NewProtocol, udp.NewProtocol, icmp.NewProtocol4},
	})
	if err := u.stack.CreateNIC(nic, u.link); err != nil {
		return nil, errors.New(err.String())
	}
	if err := u.stack.AddProtocolAddress(nic, tcpip.ProtocolAddress{Protocol: ip4, AddressWithPrefix: addr(own).WithPrefix()}, stack.AddressProperties{}); err != nil {
		return nil, errors.New(err.String())
	}
	u.stack.SetRouteTable([]tcpip.Route{{Destination: header.IPv4EmptySubnet, NIC: nic}})
	sack := tcpip.TCPSACKEnabled(true)
	if err := u.stack.SetTransportProtocolOption(tcp.ProtocolNumber, &sack); err != nil {
		return nil, errors.New(err.String())
	}
	return u, nil
}

func (u *userspace) read(b []byte) (int, error) {
	p := u.link.ReadContext(u.ctx)
	if p == nil {
		return 0, net.ErrClosed
	}
	defer p.DecRef()
	v := p.ToView()
	defer v.Release()
	return copy(b, v.AsSlice()), nil
}

func (u *userspace) write(b []byte) error {
	p := stack.NewPacketBuffer(stack.PacketBufferOptions{Payload: buffer.MakeWithData(b)})
	defer p.DecRef()
	u.link.InjectInbound(ip4, p)
	return nil
}

func (u *userspace) close() {
	u.stop()
	u.stack.Close()
}

func full(a netip.Addr, port uint16) tcpip.FullAddress {
	return tcpip.FullAddress{NIC: nic, Addr: addr(a), Port: port}
}

// tcpConn keeps the endpoint of a connection, for what gonet does not offer.
type tcpConn struct {
	*gonet.TCPConn
	ep tcpip.Endpoint
}

// listener accepts connections that keep their endpoints.
type listener struct {
	*gonet.TCPListener
	ep   tcpip.Endpoint
	wq   *waiter.Queue
	done chan struct{}
}

// Close stops listening and wakes Accept.
func (l *listener) Close() error {
	close(l.done)
	return l.TCPListener.Close()
}

func (u *userspace) listen(port uint16, _ listenOptions) (net.Listener, error) {
	var wq waiter.Queue
	ep, err := u.stack.NewEndpoint(tcp.ProtocolNumber, ip4, &wq)
	if err == nil {
		ep.SocketOptions().SetReuseAddress(true)
		err = ep.Bind(full(u.own, port))
	}
	if err == nil {
		err = ep.Listen(10)
	}
	if err != nil {
		return nil, errors.New(err.String())
	}
	return &listener{gonet.NewTCPListener(u.stack, &wq, ep), ep, &wq, make(chan struct{})}, nil
}

// Accept waits for a connection.
func (l *listener) Accept() (net.Conn, error) {
	entry, ready := waiter.NewChannelEntry(waiter.ReadableEvents)
	l.wq.EventRegister(&entry)
	defer l.wq.EventUnregister(&entry)
	for {
		ep, wq, err := l.ep.Accept(nil)
		if err == nil {
			return &tcpConn{gonet.NewTCPConn(wq, ep), ep}, nil
		}
		if _, ok := err.(*tcpip.ErrWouldBlock); !ok {
			return nil, errors.New(err.String())
		}
		select {
		case <-ready:
		case <-l.done:
			return nil, net.ErrClosed
		}
	}
}

func (u *userspace) dial(ctx context.Context, from uint16, to netip.AddrPort, _ dialOptions) (net.Conn, error) {
	var wq waiter.Queue
	ep, err := u.stack.NewEndpoint(tcp.ProtocolNumber, ip4, &wq)
	if err != nil {
		return nil, errors.New(err.String())
	}
	entry, ready := waiter.NewChannelEntry(waiter.WritableEvents | waiter.EventErr | waiter.EventHUp)
	wq.EventRegister(&entry)
	defer wq.EventUnregister(&entry)
	ep.SocketOptions().SetReuseAddress(true)
	ep.SocketOptions().SetDelayOption(false)
	if err = ep.Bind(full(u.own, from)); err == nil {
		err = ep.Connect(full(to.Addr(), to.Port()))
	}
	if _, ok := err.(*tcpip.ErrConnectStarted); ok {
		select {
		case <-ready:
			err = ep.LastError()
		case <-ctx.Done():
			ep.Close()
			return nil, ctx.Err()
		}
	}
	if err != nil {
		ep.Close()
		return nil, errors.New(err.String())
	}
	return &tcpConn{gonet.NewTCPConn(&wq, ep), ep}, nil
}

func (u *userspace) listenUDP(port uint16) (net.PacketConn, error) {
	a := full(u.own, port)
	return gonet.DialUDP(u.stack, &a, nil, ip4)
}

func (u *userspace) dialUDP(from uint16, to netip.AddrPort) (net.Conn, error) {
	a, b := full(u.own, from), full(to.Addr(), to.Port())
	return gonet.DialUDP(u.stack, &a, &b, ip4)
}

func (u *userspace) abort(c net.Conn) error {
	c.(*tcpConn).ep.SocketOptions().SetLinger(tcpip.LingerOption{Enabled: true})
	return c.Close()
}

func (u *userspace) can(n need) error {
	switch n {
	case needFastOpen:
		return &Missing{Name: "TCP Fast Open", Cause: errNotInGVisor}
	case needDeferAccept:
		return &Missing{Name: "TCP_DEFER_ACCEPT", Cause: errNotInGVisor}
	}
	return nil
}

var errNotInGVisor = errors.New("gVisor's stack does not have it")
