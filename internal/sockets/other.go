//go:build !linux

package sockets

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/shirou/gopsutil/v4/net"
	"github.com/shirou/gopsutil/v4/process"

	"portero/capture"
)

// Lookup takes a picture of the sockets of this machine.
func Lookup(ctx context.Context) (*Snapshot, error) {
	n := &Snapshot{Time: time.Now(), How: "gopsutil", Local: localAddrs()}
	cs, err := net.ConnectionsWithContext(ctx, "inet")
	if err != nil {
		return nil, fmt.Errorf("the sockets of this machine: %w", err)
	}
	at := map[int32]int32{}
	for _, c := range cs {
		s := Socket{Proto: capture.ProtoTCP, Local: endpoint(c.Laddr), Remote: endpoint(c.Raddr), State: stateOf(c.Status)}
		if c.Type == 2 { // SOCK_DGRAM, the same number on all of these systems
			s.Proto, s.State = capture.ProtoUDP, Bound
			if s.Remote.Port() != 0 {
				s.State = Connected
			}
		}
		s.Dual = s.Local.Addr().Is6() && s.Local.Addr().IsUnspecified() && s.State.Waiting()
		if c.Pid > 0 {
			s.Inode = 1 // some program holds it
			i, ok := at[c.Pid]
			if !ok {
				if g, found := program(ctx, c.Pid); found {
					i = int32(len(n.Programs))
					n.Programs = append(n.Programs, g)
				} else {
					i = -1
				}
				at[c.Pid] = i
			}
			if i >= 0 {
				s.Owners = append(s.Owners, i)
			}
		}
		n.Sockets = append(n.Sockets, s)
	}
	n.settle(false)
	n.Took = time.Since(n.Time)
	return n, nil
}

func program(ctx context.Context, pid int32) (Program, bool) {
	p, err := process.NewProcessWithContext(ctx, pid)
	if err != nil {
		return Program{}, false
	}
	g := Program{PID: pid}
	if g.Name, err = p.NameWithContext(ctx); err != nil {
		return g, false
	}
	g.Path, _ = p.ExeWithContext(ctx)
	g.User, _ = p.UsernameWithContext(ctx)
	if ids, err := p.UidsWithContext(ctx); err == nil && len(ids) > 0 {
		g.UID = uint32(ids[0])
		if g.User == "" {
			g.User = strconv.Itoa(int(ids[0]))
		}
	}
	return g, true
}

func endpoint(a net.Addr) netip.AddrPort {
	ip, err := netip.ParseAddr(a.IP)
	if err != nil {
		ip = netip.IPv4Unspecified()
		if a.IP == "*" && a.Port == 0 {
			return netip.AddrPortFrom(ip, 0)
		}
	}
	return netip.AddrPortFrom(ip.Unmap(), uint16(a.Port))
}

// stateOf turns the words of netstat into RFC 9293's.
func stateOf(s string) State {
	i := slices.Index([]string{"", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN", "CLOSING"}, s)
	switch {
	case i > 0:
		return State(i)
	case s == "FIN_WAIT_1":
		return FinWait1
	case s == "FIN_WAIT_2":
		return FinWait2
	case s == "SYN_RECEIVED" || s == "SYN_RCVD":
		return SynReceived
	case s == "CLOSED":
		return Closed
	}
	return StateUnknown
}

// Finder names the programs behind single connections by a picture of all
// sockets, not older than freshness.
type Finder struct {
	mu   sync.Mutex
	last *Snapshot
}

const freshness = 250 * time.Millisecond

// NewFinder is ready at once.
func NewFinder() (*Finder, error) { return &Finder{}, nil }

// Close does nothing here.
func (f *Finder) Close() error { return nil }

// Local implements Asker.
func (f *Finder) Local() ([]netip.Addr, error) { return localAddrs(), nil }

// Lookup implements Asker.
func (f *Finder) Lookup(ctx context.Context) (*Snapshot, error) { return Lookup(ctx) }

// Denied implements Asker.
func (f *Finder) Denied() (bool, error) {
	n, err := Lookup(context.Background())
	return err == nil && n.Denied > 0, err
}

// Find implements Asker.
func (f *Finder) Find(qs []Query) ([]Owner, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.last == nil || time.Since(f.last.Time) > freshness {
		n, err := Lookup(context.Background())
		if err != nil {
			return nil, err
		}
		f.last = n
	}
	out := make([]Owner, len(qs))
	for i, q := range qs {
		out[i] = f.last.find(q)
	}
	return out, nil
}

// find answers a query from the picture.
func (n *Snapshot) find(q Query) Owner {
	var port *Socket
	for i := range n.Sockets {
		s := &n.Sockets[i]
		switch {
		case s.Proto == q.Proto && s.Local == q.Local && s.Remote == q.Remote:
			return n.owner(s, s.Match)
		case s.Serves(q.Proto, q.Local):
			port = s
		}
	}
	if port != nil {
		return n.owner(port, ByPort)
	}
	return Owner{Match: Ended}
}

func (n *Snapshot) owner(s *Socket, m Match) Owner {
	g := n.Owner(s)
	if g == nil {
		return Owner{Match: s.Match}
	}
	return Owner{Match: m, Program: *g}
}
