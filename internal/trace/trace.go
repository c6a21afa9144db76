package trace

import (
	"net/netip"

	"portero/capture"
	"portero/catalog/identify"
	"portero/internal/record"
)

// End is one of the two ends.
type End uint8

// The ends. Neither is the sender of an ICMP error by somebody on the way.
const (
	Orig End = iota
	Resp
	Neither
)

// Peer is the other end.
func (e End) Peer() End { return 1 - e }

// String returns the word used in records.
func (e End) String() string { return [...]string{"orig", "resp", "neither"}[e] }

// MarshalText makes ends readable in json.
func (e End) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// Standing is the state of an end and what it rests on.
type Standing struct {
	State State `json:"state"`
	// Inferred: no packet of that end proves the state yet.
	Inferred bool `json:"inferred,omitempty"`
}

// Missed is a packet that the capture lacks and other packets prove.
type Missed uint8

// The packets that are bridged.
const (
	MissedNothing Missed = iota
	MissedSYN
	MissedSYNACK
	MissedACK
	MissedOpening // all of it: the connection is older than the capture
)

// String names the packet as in the record key "missing".
func (m Missed) String() string {
	return [...]string{"", "syn", "synack", "ack", "opening"}[m]
}

// MarshalText makes it readable in json.
func (m Missed) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// Move is one arm of the machine that a step went through.
type Move struct {
	End    End    `json:"end"`
	Event  Event  `json:"-"`
	From   State  `json:"from"`
	To     State  `json:"to"`
	Reason Reason `json:"reason"`
	// Frame is the packet that caused it; 0 when the capture lacks it.
	Frame record.FrameRef `json:"frame,omitempty"`
	// Missed names the packet that the capture lacks.
	Missed Missed `json:"missed,omitempty"`
	// Inferred as in Standing.
	Inferred bool `json:"inferred,omitempty"`
	// Early: the move lies before this step's packet was sent; otherwise it
	// follows from it.
	Early bool `json:"early,omitempty"`
}

// Changes reports whether the move changed the state.
func (m *Move) Changes() bool { return m.From != m.To }

// Remark is something worth saying about a packet.
type Remark uint8

// The remarks, in the order in which they are said.
const (
	FirstSYN        Remark = iota // opens
	SYNAgain                      // the same SYN again
	SYNNewISN                     // a SYN with another initial number
	SYNData                       // the SYN carries data
	SYNACKFirst                   // answers the SYN
	SYNACKAgain                   // the same SYN-ACK again
	SYNACKNewISN                  // a SYN-ACK with another initial number
	SYNACKWrong                   // does not acknowledge the SYN
	SYNDataTaken                  // acknowledges the data on the SYN
	SYNDataLeft                   // acknowledges the SYN without its data
	ThirdACK                      // completes the handshake
	ThirdACKData                  // and carries data
	ThirdWrong                    // should complete it, and its numbers do not fit
	NotAcceptedYet                // the responder asked again after it
	Confirms                      // first responder segment that proves the handshake was accepted
	Retransmission                // every octet was seen before
	OutOfOrder                    // fills an earlier gap
	Gap                           // octets before it were not seen
	KeepAlive                     // asks whether the peer is still there
	KeepAliveAnswer               // it is
	WindowProbe                   // asks whether a peer without room has some again
	DupACK                        // the same acknowledgement again: something is missing
	WindowUpdate                  // only the window changed
	ZeroWindow                    // no room
	ChallengeACK                  // answers a segment that was not acceptable
	StraySYN                      // a SYN inside a live connection
	FirstFIN                      // closes its direction
	SecondFIN                     // closes the other direction
	FINAgain                      // the same FIN again
	FINCrosses                    // sent before the peer's FIN arrived
	FINUnanswered                 // nothing acknowledges it in this capture
	HalfCloseData                 // data after the peer's FIN: half-close
	RSTRefuses                    // answers a SYN: no
	RSTAborts                     // ends the connection at once
	RSTIgnored                    // no receiver accepts it: nothing changes
	RSTDoubted                    // inside the window, and its receiver went on
	RSTStray                      // answers a segment of no connection
	OutOfWindow                   // beyond anything the receiver offered
	BehindFIN                     // beyond the end that its sender announced
	FINPassed                     // a FIN with a number that its sender had passed
	AckOfUnsent                   // acknowledges what was never sent
	BadChecksum                   // the receiver throws it away
	OddFlags                      // a combination no stack sends
	NoFlags                       // cut before its flags
	BadHeader                     // its header has a length that it cannot have
	SumDoubted                    // its checksum is wrong, and its octets count all the same
	Copy                          // an exact copy of a frame, counted once
	CapturedLate                  // sent before, captured after what it caused
	ICMPError                     // an error message about this connection
	AfterTheEnd                   // the connection was over at its sender
	SYNSilent                     // nothing answers it in this capture
	SYNACKSilent                  // nothing acknowledges it in this capture
	Reassembled                   // put together from fragments
	Request                       // UDP: originator to responder
	Reply                         // UDP: an answer
	RequestAgain                  // UDP: another question before any answer
	remarkCount
)

var remarkNames = [remarkCount]string{"syn", "syn_again", "syn_new_isn", "syn_data", "synack", "synack_again",
	"synack_new_isn", "synack_wrong_ack", "syn_data_accepted", "syn_data_not_accepted", "third_ack", "third_ack_data",
	"third_ack_wrong", "not_accepted_yet", "confirms", "retransmission", "out_of_order", "gap", "keep_alive",
	"keep_alive_answer", "window_probe", "dup_ack", "window_update", "zero_window", "challenge_ack", "stray_syn", "fin_first",
	"fin_second", "fin_again", "fin_crosses", "fin_unanswered", "half_close_data", "rst_refuses", "rst_aborts",
	"rst_ignored", "rst_doubted", "rst_stray", "out_of_window", "behind_fin", "fin_passed", "ack_of_unsent", "bad_checksum", "odd_flags", "no_flags",
	"bad_header", "checksum_doubted", "copy", "captured_late", "icmp_error", "after_the_end", "syn_silent", "synack_silent", "reassembled",
	"request", "reply", "request_again"}

// String returns the remark's id.
func (r Remark) String() string { return remarkNames[r] }

// MarshalText makes remarks readable in json.
func (r Remark) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// Step is one packet of the connection and what it changed.
type Step struct {
	Frame record.FrameRef // as shown to the user
	Index uint64          // ordinal over all input
	// Time is nanoseconds since 1970 UTC; Rel is Time less that of the first
	// step, Delta less that of the step before. Both are negative when the clock
	// ran backwards.
	Time, Rel, Delta int64

	From  End
	Proto uint8
	Flags capture.Flags
	// Seq and Ack as on the wire. RelSeq counts from the sender's initial
	// sequence number, RelAck from the receiver's, both in 64 bits; where that
	// number is not known the first one seen counts as 1. Valid with HasSeq, HasAck.
	Seq, Ack       capture.Seq
	RelSeq, RelAck int64
	HasSeq, HasAck bool
	Len            uint32               // payload octets by the headers
	Repeats        uint32               // how many at their beginning were sent before, where others follow
	QUIC           identify.QUICPackets // the kinds of packet in it, of a connection of QUIC
	// Window in octets. Scaled is false where the shift is not known because the
	// handshake was not captured; then it is the field as it came.
	Window uint32
	Scaled bool
	// NoWindow: the capture cut it.
	NoWindow bool

	Opts         capture.Opts
	MSS          uint16
	WScale       uint8
	TSVal, TSEcr uint32

	Before, After [2]Standing // by End
	Moves         []Move
	Remarks       []Remark
	// GapLen is how many octets before this segment were not seen, with Gap.
	GapLen int64
	// GapAcked is the first frame that acknowledges all of the gap, where nothing fills it later: it was missed, and not lost. It is 0 where
	// Unseen of an earlier step told of it.
	GapAcked record.FrameRef
	// Unseen is how many numbers of its receiver this acknowledges that the capture lacks; with UnseenFIN the last of
	// them may be its FIN, for nothing of its sender follows.
	Unseen    int64
	UnseenFIN bool
	// Answers is the frame whose answer this is, where the numbers say so.
	Answers record.FrameRef
	// ICMPType and ICMPCode are valid with the remark ICMPError, and Via with them; and with ICMP, which
	// is of no connection but speaks for itself. Echo is the number of a ping's question or answer.
	ICMPType, ICMPCode uint8
	ICMP               bool
	Echo               uint16
	Via                netip.Addr
	Tunneled           bool // the error is about the tunnel's datagram
}

// Has reports whether the step carries remark r.
func (s *Step) Has(r Remark) bool {
	for _, x := range s.Remarks {
		if x == r {
			return true
		}
	}
	return false
}

// Path lists the states that end e entered in this step, in order; empty when it
// stayed where it was. Several moves can share a step: an acknowledgement and a
// FIN in one segment, or a packet that was on its way.
func (s *Step) Path(e End) []State {
	var p []State
	for _, m := range s.Moves {
		if m.End == e && m.Changes() {
			p = append(p, m.To)
		}
	}
	return p
}

// Endpoint is an address and a port.
type Endpoint struct {
	Addr netip.Addr
	Port uint16
}

// Trace is one connection, packet by packet.
type Trace struct {
	TCP   bool
	Ports bool // false for protocols without ports
	Ends  [2]Endpoint
	// Start is where both ends stood before the first packet.
	Start [2]Standing
	Steps []Step
	// ISN are the initial sequence numbers, as far as HasISN says.
	ISN    [2]capture.Seq
	HasISN [2]bool
	// Equations are those of the opening, in the order in which they are checked.
	Equations []Equation
	// Missed lists what was bridged, in order.
	Missed []Missed
}

// End returns where both ends stood after the last packet.
func (t *Trace) End() [2]Standing {
	if n := len(t.Steps); n > 0 {
		return t.Steps[n-1].After
	}
	return t.Start
}

// Step returns the step of a frame, nil when it is not part of the trace.
func (t *Trace) Step(f record.FrameRef) *Step {
	if f == 0 {
		return nil
	}
	for i := range t.Steps {
		if t.Steps[i].Frame == f {
			return &t.Steps[i]
		}
	}
	return nil
}
