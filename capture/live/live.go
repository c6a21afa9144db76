package live

import (
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/net/bpf"

	"portero/capture"
)

// Options says what to capture. The zero value takes whole frames of interfaces
// that must be named.
type Options struct {
	// Interfaces are names; "any" is all there are and will be.
	Interfaces []string
	// SnapLen is how many octets of a frame are kept; 0 is 262144.
	SnapLen int
	// NoPromisc leaves the interface as it is: frames for others are not asked for.
	NoPromisc bool
	// Filter makes the kernel's filter for a link type; nil takes all. It is
	// attached before the socket is bound, so that no frame slips past.
	Filter func(link capture.LinkType) ([]bpf.RawInstruction, error)
	// RingBytes is the size of the rings of one interface together; 0 is 64 MB, or a part of 1 GB where that would be
	// more than 1 GB for all.
	RingBytes int
	// Lanes is how many rings share the frames of one interface, by connection; 0
	// is one for every two processors, at most four.
	Lanes int

	late time.Duration // of the timer that retires blocks, in tests
}

// Tap is an interface that is being listened to, not yet read. Its fields other
// than Files may travel as JSON; what Files holds is of use to any process.
type Tap struct {
	Name      string
	Index     int // of the interface; 0 for any
	Link      capture.LinkType
	BlockSize int // of a ring, in octets
	Blocks    int
	Files     []*os.File `json:"-"` // one packet socket for each lane

	device any // on other systems: what gopacket opened
}

// Stats counts what was delivered and lost since Listen. Every frame that came to
// the filter's yes is in Received or in Dropped.
type Stats struct {
	Received uint64 // frames that the kernel put into a ring
	Dropped  uint64 // frames that found the ring full
	Freezes  uint64 // times a ring was full
	Read     uint64 // frames handed out by Next
	Lanes    []LaneStats
	// Link counts frames that the interfaces themselves dropped, Softnet those that
	// the kernel's input queue dropped, of all interfaces. Both come before any
	// filter. Known tells whether the system says so.
	Link, Softnet uint64
	Known         bool
}

// LaneStats is Stats of one ring.
type LaneStats struct {
	Interface               string
	Lane                    int
	Received, Dropped, Read uint64
	Freezes                 uint64
}

// Change is what happened to an interface.
type Change uint8

// What can happen to an interface.
const (
	WentDown Change = iota // it is there and brings nothing
	CameUp
	WentAway // it is no more
	CameBack // one of the same name is there again, and listened to
	CannotReopen
	IsDown  // it was down when listening began
	Renamed // it has another name and is listened to as before
)

// String is the change as internal/words knows it.
func (c Change) String() string {
	return [...]string{"went_down", "came_up", "went_away", "came_back", "cannot_reopen", "is_down", "renamed"}[c]
}

// Event tells of an interface.
type Event struct {
	Interface string
	Change    Change
	Name      string // the new one, with Renamed; the one that is waited for, with WentAway
	Err       error  // with CannotReopen
}

// retire is how long a frame may wait in a block of a ring that is not full, and
// wait is after how long without frames Next returns none.
const (
	retire = 10 * time.Millisecond
	wait   = 100 * time.Millisecond
	// Where copies are among the first frames, those that come within opening are handed out together, or enough: whether
	// everything comes twice shows in what lies beside one another, and the first connections are not to be counted before it does.
	opening    = 100 * time.Millisecond
	enough     = 128
	defaultLen = 262144
)

// PermissionError says that the system does not let this process listen.
type PermissionError struct{ Interface string }

func (e *PermissionError) Error() string {
	return e.Interface + ": not permitted to listen here (CAP_NET_RAW)"
}

// NoInterfaceError says that there is no interface of that name.
type NoInterfaceError struct {
	Name  string
	Known []string
}

func (e *NoInterfaceError) Error() string {
	return fmt.Sprintf("there is no interface %q here; there are %s, and any", e.Name, strings.Join(e.Known, ", "))
}

// snap is the snaplen in use.
func (o *Options) snap() int {
	if o.SnapLen <= 0 {
		return defaultLen
	}
	return o.SnapLen
}

// Close ends listening where no Handle was opened.
func (t *Tap) Close() {
	for _, f := range t.Files {
		f.Close()
	}
	if c, ok := t.device.(interface{ Close() }); ok {
		c.Close()
	}
}
