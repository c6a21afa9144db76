package trace

// State is a TCP state of one end (RFC 9293, section 3.3.2).
type State uint8

// The states. Unknown is none of them: no packet tells.
const (
	Unknown State = iota
	Closed
	Listen
	SynSent
	SynReceived
	Established
	FinWait1
	FinWait2
	CloseWait
	Closing
	LastAck
	TimeWait
	stateCount
)

var stateNames = [stateCount]string{"unknown", "CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED",
	"FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT"}

// String returns RFC 9293's name, "unknown" where no packet tells.
func (s State) String() string { return stateNames[s] }

// MarshalText makes states readable in json.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// States lists every state of RFC 9293 in the order of a connection's life.
func States() []State {
	var all []State
	for s := Closed; s < stateCount; s++ {
		all = append(all, s)
	}
	return all
}

// Synchronized reports whether both sequence numbers are agreed in s (RFC 9293,
// section 3.5.2).
func (s State) Synchronized() bool { return s >= Established }

// Event is what one end did or met, with the condition that decides what it
// means. Conditions rest on numbers and are settled before [Next] is asked.
type Event uint8

// The events. Snd: this end sent it. Rcv: it reached this end.
const (
	SndSYN        Event = iota // a SYN without ACK
	SndSYNACK                  // a SYN with ACK
	SndSegment                 // neither SYN, FIN nor RST
	SndFIN                     // a FIN
	SndRST                     // a RST that ends its own connection
	SndRSTReply                // a RST that only answers a segment that belongs to no connection
	RcvSYN                     // a SYN without ACK
	RcvSYNACK                  // a SYN-ACK that acknowledges its SYN
	RcvACKofSYN                // an acceptable segment that acknowledges its SYN
	RcvSegment                 // an acceptable segment that acknowledges neither SYN nor FIN anew
	RcvACKofFIN                // an acceptable segment that acknowledges its FIN
	RcvFIN                     // the peer's FIN, everything before it received
	RcvRST                     // a RST that it must accept, own open active or complete
	RcvRSTPassive              // the same, where the end came from LISTEN
	RcvBad                     // a segment that it must not accept
	RcvUnanswered              // a segment that demands an answer, and no packet shows one
	TimerOver                  // twice the maximum segment lifetime has passed
	Listening                  // its program begins to listen: no packet says so, the answers do
	eventCount
)

var eventNames = [eventCount]string{"snd SYN", "snd SYN,ACK", "snd segment", "snd FIN", "snd RST", "snd RST as an answer",
	"rcv SYN", "rcv SYN,ACK of own SYN", "rcv ACK of own SYN", "rcv segment", "rcv ACK of own FIN", "rcv FIN",
	"rcv RST", "rcv RST, passive open", "rcv unacceptable", "rcv, no answer seen", "2 MSL over", "passive OPEN"}

// String names the event as in docs/STATES.md.
func (e Event) String() string { return eventNames[e] }
