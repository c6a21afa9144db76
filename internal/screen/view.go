package screen

import (
	"net/netip"
	"time"

	"portero/internal/findings"
	"portero/internal/record"
)

// Counters are what is always in sight. All count from the beginning.
type Counters struct {
	Packets, Bytes    uint64
	Received, Dropped uint64
	Live, Total       uint64 // connections and exchanges: followed now, and in all
	Evicted           uint64 // ended for lack of memory
	Saving            string // what became of -w in a word or two, "" without it
	SavingFailed      bool
	Still             string // the interface that brings nothing, and why, "" where all do
}

// View is a picture of one moment. It is never changed.
type View struct {
	At       time.Time
	Clock    int64              // time as packets tell it, ns
	Conns    []*record.Record   // the latest packet first
	Ports    []Port             // this machine's sockets first
	Hosts    []Host             // by address
	Findings []findings.Finding // the gravest first
	Counters
	Lost   uint64 // connections that ended too fast to be added up
	Hidden int    // sockets of this machine whose program may not be seen
}

// Port is a door: one that was seen, or a socket of this machine, or both.
type Port struct {
	Host                        netip.Addr
	Port                        uint16
	Proto                       uint8
	State, Service, Seen        string
	Attempts, Accepted, Refused uint64
	Clients                     int
	Bytes                       uint64
	Last                        int64
	Here                        bool // of this machine
	Program, User, Path, By     string
	Container                   string
	PID                         int32
	// Instead is where somebody listens on this port, at another address alone, and by whom, "" where that is hidden.
	Instead   netip.AddrPort
	InsteadBy string
}

// Host is one address.
type Host struct {
	Addr                     netip.Addr
	Opened, Failed, Received uint64
	OpenDoors, Peers         int
	BytesOut, BytesIn        uint64
	Last                     int64
	Name                     string
}
