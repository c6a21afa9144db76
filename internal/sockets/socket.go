package sockets

import (
	"net/netip"
	"slices"
	"time"

	"portero/capture"
)

// Match says how sure it is that a program has a socket.
type Match uint8

// The matches.
const (
	NoMatch Match = iota // not this machine's, or not looked up
	Exact                // the very socket, and the program that holds it
	ByPort               // not that socket, but the one bound to its port
	Guessed              // the socket is held by several different programs; one is named
	Ended                // gone before it could be looked up
	Hidden               // a program holds it that this user may not look into
	Kernel               // no program here holds it: the kernel's own, or another PID namespace's
)

// String returns the word used in records and machine formats.
func (m Match) String() string {
	return [...]string{"", "exact", "port", "guessed", "ended", "hidden", "kernel"}[m]
}

// Named reports whether there is a program to be named.
func (m Match) Named() bool { return m == Exact || m == ByPort || m == Guessed }

// State is that of a socket: RFC 9293's for TCP, bound or connected for UDP.
type State uint8

// The states. The first twelve have Linux's numbers (net/tcp_states.h).
const (
	StateUnknown State = iota
	Established
	SynSent
	SynReceived
	FinWait1
	FinWait2
	TimeWait
	Closed
	CloseWait
	LastAck
	Listen
	Closing
	Bound     // UDP: takes datagrams from anybody
	Connected // UDP: takes datagrams from one peer
)

// String returns RFC 9293's name of a TCP state, and a word for UDP.
func (s State) String() string {
	if int(s) >= len(stateNames) {
		return ""
	}
	return stateNames[s]
}

var stateNames = [...]string{"", "ESTABLISHED", "SYN-SENT", "SYN-RECEIVED", "FIN-WAIT-1", "FIN-WAIT-2", "TIME-WAIT", "CLOSED", "CLOSE-WAIT", "LAST-ACK",
	"LISTEN", "CLOSING", "BOUND", "CONNECTED"}

// ParseState finds a state by its name; StateUnknown when there is none.
func ParseState(name string) State {
	return State(max(slices.Index(stateNames[:], name), 0))
}

// States lists the names.
func States() []string { return stateNames[1:] }

// Waiting reports whether the socket waits for whoever comes.
func (s State) Waiting() bool { return s == Listen || s == Bound }

// Socket is one TCP or UDP socket.
type Socket struct {
	Proto         uint8 // capture.ProtoTCP or capture.ProtoUDP
	Local, Remote netip.AddrPort
	// Dual: bound to [::] and open to IPv4 as well.
	Dual  bool
	State State
	UID   uint32
	Inode uint64 // 0: no program holds it, any longer or yet
	NetNS uint64 // inode of its network namespace, 0 for the one of this process
	Match Match
	// Owners index Snapshot.Programs, in order of process id.
	Owners []int32
}

// Program is one process.
type Program struct {
	PID  int32
	UID  uint32
	User string
	// Name is what the system calls it (on Linux comm, cut at 15 octets), Path the
	// file it was started from, "" when that cannot be seen.
	Name, Path string
	// Deleted: the file is gone from Path, or another lies there now.
	Deleted bool `json:",omitempty"`
	// Container is "kind:id" of the container it runs in, Unit the systemd unit.
	Container, Unit string
	NetNS           uint64
}

// Snapshot is a picture of all sockets at one moment.
type Snapshot struct {
	Time     time.Time
	Took     time.Duration
	Sockets  []Socket
	Programs []Program
	Local    []netip.Addr // addresses of this machine
	// Hidden counts sockets whose program this user may not look into.
	Hidden int
	// Denied counts the programs that this user may not look into.
	Denied int
	// How names where it comes from: sock_diag, /proc/net or gopsutil.
	How string
}

// Owner returns the program that is named for s, nil when there is none.
func (n *Snapshot) Owner(s *Socket) *Program {
	if !s.Match.Named() || len(s.Owners) == 0 {
		return nil
	}
	return &n.Programs[s.Owners[0]]
}

// Serves reports whether s would take what comes to addr:port.
func (s *Socket) Serves(proto uint8, to netip.AddrPort) bool {
	if s.Proto != proto || s.Local.Port() != to.Port() || !s.State.Waiting() {
		return false
	}
	a, t := s.Local.Addr(), to.Addr().Unmap().WithZone("")
	switch {
	case a == t || a.WithZone("") == t:
		return true
	case !a.IsUnspecified():
		return false
	}
	return a.Is4() == t.Is4() || a.Is6() && t.Is4() && s.Dual
}

// settle decides the matches once owners are joined. all says that every
// process could be looked into.
func (n *Snapshot) settle(all bool) {
	var waiting []int
	for i := range n.Sockets {
		s := &n.Sockets[i]
		switch {
		case len(s.Owners) > 0:
			s.Match = Exact
			for _, o := range s.Owners[1:] {
				if n.Programs[o].Path != n.Programs[s.Owners[0]].Path || n.Programs[o].Name != n.Programs[s.Owners[0]].Name {
					s.Match = Guessed
				}
			}
		case s.pending():
			waiting = append(waiting, i)
		case s.Inode == 0 && s.State != Listen && s.State != Bound:
			s.Match = Ended
		case all:
			s.Match = Kernel
		default:
			s.Match = Hidden
			n.Hidden++
		}
	}
	if len(waiting) > 0 {
		n.settleWaiting(waiting)
	}
}

// pending reports whether s is a connection that the system answered and no program has accepted yet.
func (s *Socket) pending() bool {
	return s.Inode == 0 && tcp(s.Proto) && (s.State == SynReceived || s.State == Established || s.State == CloseWait)
}

// settleWaiting gives each of those sockets that no program has accepted yet to the program that listens for it.
func (n *Snapshot) settleWaiting(waiting []int) {
	type door struct {
		ns   uint64
		port uint16
	}
	listen := map[door][]*Socket{}
	for i := range n.Sockets {
		if s := &n.Sockets[i]; tcp(s.Proto) && s.State == Listen {
			d := door{s.NetNS, s.Local.Port()}
			listen[d] = append(listen[d], s)
		}
	}
	for _, i := range waiting {
		s := &n.Sockets[i]
		s.Match = Ended
		var by *Socket
		for _, l := range listen[door{s.NetNS, s.Local.Port()}] {
			// Of one at this very address and one at all, the system gives it to the first.
			if l.Serves(s.Proto, s.Local) && (by == nil || by.Local.Addr().IsUnspecified() && !l.Local.Addr().IsUnspecified()) {
				by = l
			}
		}
		switch {
		case by == nil:
		case by.Match == Exact:
			s.Match, s.Owners = ByPort, by.Owners
		default:
			s.Match, s.Owners = by.Match, by.Owners
			if s.Match == Hidden {
				n.Hidden++
			}
		}
	}
}

func tcp(proto uint8) bool { return proto == capture.ProtoTCP }
