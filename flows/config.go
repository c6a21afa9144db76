package flows

import (
	"portero/capture"
	"portero/handshake"
)

// Config says how a Table works. The zero value is for saved captures with the
// default budget.
type Config struct {
	// Memory is the budget in octets for everything the table keeps; 0 is
	// DefaultMemory. The least is MinMemory.
	Memory int64
	// Pool is where the flows lie, shared with other tables; nil is one of its own.
	Pool *Pool
	// Live: open connections end after LiveIdle too.
	Live bool
	// IgnoreSums is Zeek's -C for the compatibility columns.
	IgnoreSums bool
	// Likely reports whether Zeek takes a port for a server's. May be nil.
	Likely func(proto uint8, port uint16) bool
	// Defer leaves ids open until Settle gives them: several tables, each with a share
	// of the flows, count as one. Ids until then are Provisional.
	Defer bool
	// Count, if set, is the last id given, shared with other tables of the same
	// goroutine.
	Count *uint64
	// Into, if set, returns where the next flow that ends is to be put: New's sink is
	// given that then.
	Into func() *Ended
	// Score weighs how much a port looks like a responder's. May be nil.
	Score func(proto uint8, port uint16) int
	// Opened, if set, is shown the first packet of every flow with the flow's id.
	Opened func(id uint64, p *capture.Packet)
	// Watch, if set, is shown every packet that is booked on a flow, and with
	// dup those left out as copies.
	Watch func(id uint64, p *capture.Packet, side int, dup bool)
	// Picks, if set, says which packets Watch is shown; ICMP errors that quote a flow it always is.
	Picks func(p *capture.Packet) bool
	// Payload, if set, is shown the packets with payload of a flow, with the
	// flow's note, and returns the new note. Once the note has NoteDone the flow
	// is not shown any more.
	Payload func(note uint32, p *capture.Packet, side int, c *handshake.Conn) uint32
	// Asked tells by a flow's note which side asks and which answers, and the frame that
	// shows it. It is asked where no SYN tells. May be nil.
	Asked func(note uint32) (side int, frame uint64, ok bool)
}

// NoteDone in a flow's note says that its payload need not be shown any more.
const NoteDone = 1 << 31

// The budgets.
const (
	DefaultMemory = 1 << 30
	MinMemory     = 1 << 20
)

// Stats counts what a table did. Evictions should be zero.
type Stats struct {
	Flows, Live, Peak uint64
	Evicted           uint64 // flows ended for lack of memory
	EvictedHalfOpen   uint64 // of these half-open ones
	DataFull          uint64 // times no Data was left for a flow
	Duplicates        uint64
	Revived           uint64 // evicted attempts whose answer came after all
	Stray             uint64 // ICMP errors that quote no known flow
	Bytes             int64  // memory reserved
}

// Add adds what another table did.
func (s *Stats) Add(o Stats) {
	s.Flows += o.Flows
	s.Live += o.Live
	s.Peak += o.Peak
	s.Evicted += o.Evicted
	s.EvictedHalfOpen += o.EvictedHalfOpen
	s.DataFull += o.DataFull
	s.Duplicates += o.Duplicates
	s.Revived += o.Revived
	s.Stray += o.Stray
	s.Bytes += o.Bytes
}
