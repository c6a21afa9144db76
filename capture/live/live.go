package live

import (
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/net/bpf"

	"portero/capture"
)

// Options says what to capture. The zero value takes whole frames of an interface
// that must be named.
type Options struct {
	// Interface is a name, or "any" for all.
	Interface string
	// SnapLen is how many octets of a frame are kept; 0 is 262144.
	SnapLen int
	// NoPromisc leaves the interface as it is: frames for others are not asked for.
	NoPromisc bool
	// Filter makes the kernel's filter for the link type of the interface; nil takes
	// all. It is attached before the socket is bound, so that no frame slips past.
	Filter func(link capture.LinkType) ([]bpf.RawInstruction, error)
	// RingBytes is the size of the ring shared with the kernel; 0 is 32 MB.
	RingBytes int
}

// Stats counts what the kernel delivered and lost since Open.
type Stats struct {
	Received uint64 // frames that passed the filter
	Dropped  uint64 // of those, lost because the ring was full
	Freezes  uint64 // times the ring was full
}

// Interface is one that frames could be read from.
type Interface struct {
	Name     string
	Index    int
	Addrs    []netip.Prefix
	Hardware string // MAC, "" without one
	Up       bool
	Loopback bool
	Link     string // link type, or why it cannot be read
	CanOpen  bool
	Why      string // when it cannot be opened
}

// PermissionError says that the system does not let this process listen.
type PermissionError struct{ Interface string }

func (e *PermissionError) Error() string {
	return e.Interface + ": not permitted to listen here. Listening needs CAP_NET_RAW: run with sudo, or grant it once to the program with\n" +
		"  setcap cap_net_raw=ep PORTERO\n" +
		"Whoever may run it then may read the traffic of this machine: let only a group run it (chgrp GROUP PORTERO; chmod 750 PORTERO)"
}

// NoInterfaceError says that there is no interface of that name.
type NoInterfaceError struct {
	Name  string
	Known []string
}

func (e *NoInterfaceError) Error() string {
	return fmt.Sprintf("there is no interface %q here; there are %s, and any", e.Name, strings.Join(e.Known, ", "))
}
