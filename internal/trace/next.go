package trace

// Reason says why an arm of the machine is as it is.
type Reason uint8

// The reasons, each with its section of RFC 9293 in [Reason.RFC].
const (
	ReasonNone       Reason = iota
	ActiveOpen              // CLOSED: it asks to open
	PassiveOpen             // CLOSED: its program begins to listen
	OpenFromListen          // LISTEN: it listened, and now calls itself
	AskedToOpen             // LISTEN: a SYN came
	Answering               // SYN-RECEIVED: its SYN-ACK goes out
	Asking                  // SYN-SENT: it repeats its SYN
	Crossed                 // SYN-SENT: the peer asks at the same time
	Accepted                // SYN-SENT: its SYN is acknowledged and the peer's is here
	Acknowledged            // SYN-RECEIVED: its SYN is acknowledged
	ClosesEarly             // SYN-RECEIVED: it has no more to say before it is complete
	ClosesFirst             // ESTABLISHED: it has no more to say
	ClosesSecond            // CLOSE-WAIT: it has no more to say either
	PeerCloses              // the peer has no more to say
	FINAcknowledged         // FIN-WAIT-1: its FIN is acknowledged
	FINsCross               // FIN-WAIT-1: the peer's FIN came before the acknowledgement of its own
	PeerClosesToo           // FIN-WAIT-2: the peer's FIN came
	CrossedFINAcked         // CLOSING: its FIN is acknowledged
	LastAcknowledged        // LAST-ACK: its FIN is acknowledged
	Waited                  // TIME-WAIT: no old segment can be left
	Aborts                  // it ends the connection with a RST
	ResetByPeer             // a RST that it must accept
	RefusedByPeer           // SYN-SENT: a RST that acknowledges its SYN
	BackToListen            // SYN-RECEIVED: a RST for an open it did not start
	NoListener              // CLOSED: nothing listens, a RST is the answer
	AnswersStray            // its RST answers a segment, nothing of its own ends
	Repeats                 // it sends again what it sent before
	Sends                   // data or an acknowledgement
	Receives                // data or an acknowledgement
	SeenBefore              // a copy of what it had already
	AnswersChallenge        // a SYN inside a live connection: answered by an ACK, nothing changes
	Drops                   // a segment that it must not accept changes nothing
	NoAnswerSeen            // no packet tells whether it arrived or was taken
	NothingHere             // no connection: the segment means nothing to this end
	NotPossible             // no stack does this in this state
	NotKnown                // its state is not known and stays so
	reasonCount
)

var reasonFacts = [reasonCount]struct{ id, text, rfc string }{
	ReasonNone:       {"", "", ""},
	ActiveOpen:       {"active_open", "it asks to open a connection", "3.10.1"},
	PassiveOpen:      {"passive_open", "its program begins to listen", "3.10.1"},
	OpenFromListen:   {"open_from_listen", "it listened, and now calls itself", "3.10.2"},
	AskedToOpen:      {"asked_to_open", "a SYN came: it will answer with SYN-ACK", "3.10.7.2"},
	Answering:        {"answering", "its SYN-ACK goes out; it waits for the acknowledgement", "3.10.7.2"},
	Asking:           {"asking", "it asks again", "3.8.1"},
	Crossed:          {"crossed", "the peer asks at the same time", "3.10.7.3"},
	Accepted:         {"accepted", "its SYN is acknowledged and the peer's SYN is here", "3.10.7.3"},
	Acknowledged:     {"acknowledged", "its SYN is acknowledged", "3.10.7.4"},
	ClosesEarly:      {"closes_early", "it has no more to say before the opening was complete", "3.10.4"},
	ClosesFirst:      {"closes_first", "it has no more to say", "3.10.4"},
	ClosesSecond:     {"closes_second", "it has no more to say either", "3.10.4"},
	PeerCloses:       {"peer_closes", "the peer has no more to say", "3.10.7.4"},
	FINAcknowledged:  {"fin_acknowledged", "its FIN is acknowledged", "3.10.7.4"},
	FINsCross:        {"fins_cross", "the peer's FIN came before the acknowledgement of its own", "3.10.7.4"},
	PeerClosesToo:    {"peer_closes_too", "the peer has no more to say either", "3.10.7.4"},
	CrossedFINAcked:  {"crossed_fin_acknowledged", "its FIN is acknowledged, and the peer's came before", "3.10.7.4"},
	LastAcknowledged: {"last_acknowledged", "its FIN is acknowledged: nothing is left", "3.10.7.4"},
	Waited:           {"waited", "no old segment can be on its way any more", "3.10.8"},
	Aborts:           {"aborts", "it ends the connection with a RST", "3.10.5"},
	ResetByPeer:      {"reset_by_peer", "a RST that it must accept", "3.10.7.4"},
	RefusedByPeer:    {"refused_by_peer", "a RST that acknowledges its SYN", "3.10.7.3"},
	BackToListen:     {"back_to_listen", "the originator took its SYN back", "3.10.7.4"},
	NoListener:       {"no_listener", "nothing listens here: a RST is the answer", "3.10.7.1"},
	AnswersStray:     {"answers_stray", "its RST only answers a segment; nothing of its own ends", "3.5.2"},
	Repeats:          {"repeats", "it sends again what it sent before", "3.8.1"},
	Sends:            {"sends", "it sends data or an acknowledgement", "3.8"},
	Receives:         {"receives", "data or an acknowledgement reached it", "3.10.7.4"},
	SeenBefore:       {"seen_before", "it had this already", "3.10.7.4"},
	AnswersChallenge: {"challenge", "a SYN inside a live connection is answered by an ACK and changes nothing", "3.10.7.4"},
	Drops:            {"drops", "it must not accept this segment", "3.10.7.4"},
	NoAnswerSeen:     {"no_answer_seen", "no packet tells whether it arrived", "-"},
	NothingHere:      {"nothing_here", "there is no connection for this segment", "3.10.7.1"},
	NotPossible:      {"not_possible", "no stack does this in this state", "-"},
	NotKnown:         {"not_known", "no packet told its state before, and none does now", "-"},
}

// String returns the reason's id.
func (r Reason) String() string { return reasonFacts[r].id }

// Text says the reason in a few English words about "it", the end concerned.
func (r Reason) Text() string { return reasonFacts[r].text }

// RFC is the section of RFC 9293 that the reason rests on, "-" where it is a
// statement about the capture.
func (r Reason) RFC() string { return reasonFacts[r].rfc }

// MarshalText makes reasons readable in json.
func (r Reason) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// Reasons lists every reason.
func Reasons() []Reason {
	var all []Reason
	for r := ActiveOpen; r < reasonCount; r++ {
		all = append(all, r)
	}
	return all
}

// Next is the TCP state machine of one end (RFC 9293, section 3.10): the state
// after event e in state s, and why. It is pure; docs/STATES.md lists it whole.
func Next(s State, e Event) (State, Reason) {
	switch {
	case s == Unknown:
		return Unknown, NotKnown
	case e == RcvBad:
		return s, Drops
	case e == RcvUnanswered:
		return s, NoAnswerSeen
	case e == SndRSTReply:
		return s, AnswersStray
	case e == TimerOver:
		if s == TimeWait {
			return Closed, Waited
		}
		return s, NotPossible
	}
	if e == Listening && s != Closed {
		return s, NotPossible
	}
	switch s {
	case Closed:
		return fromClosed(e)
	case Listen:
		return fromListen(e)
	case SynSent:
		return fromSynSent(e)
	case SynReceived:
		return fromSynReceived(e)
	}
	return fromSynchronized(s, e)
}

func fromClosed(e Event) (State, Reason) {
	switch e {
	case SndSYN:
		return SynSent, ActiveOpen
	case Listening:
		return Listen, PassiveOpen
	case RcvSYN:
		return Closed, NoListener
	case SndRST:
		return Closed, AnswersStray
	case SndSYNACK, SndSegment, SndFIN:
		// What it sent before it closed may be seen after.
		return Closed, NotPossible
	}
	return Closed, NothingHere
}

func fromListen(e Event) (State, Reason) {
	switch e {
	case SndSYN:
		return SynSent, OpenFromListen
	case RcvSYN:
		return SynReceived, AskedToOpen
	case SndRST:
		return Listen, AnswersStray
	case SndSYNACK, SndSegment, SndFIN:
		return Listen, NotPossible
	}
	return Listen, NothingHere
}

func fromSynSent(e Event) (State, Reason) {
	switch e {
	case SndSYN:
		return SynSent, Asking
	case RcvSYN:
		return SynReceived, Crossed
	case RcvSYNACK:
		return Established, Accepted
	case SndRST:
		return Closed, Aborts
	case RcvRST, RcvRSTPassive:
		return Closed, RefusedByPeer
	case RcvACKofSYN, RcvSegment, RcvACKofFIN, RcvFIN:
		// Without a SYN nothing is agreed yet (3.10.7.3, fifth).
		return SynSent, Drops
	}
	return SynSent, NotPossible
}

func fromSynReceived(e Event) (State, Reason) {
	switch e {
	case SndSYN, SndSYNACK:
		return SynReceived, Answering
	case SndSegment:
		return SynReceived, Sends // one half of a split SYN-ACK, or Fast Open data (RFC 7413)
	case SndFIN:
		return FinWait1, ClosesEarly
	case SndRST:
		return Closed, Aborts
	case RcvSYN:
		return SynReceived, SeenBefore
	case RcvSYNACK, RcvACKofSYN:
		return Established, Acknowledged
	case RcvFIN:
		return CloseWait, PeerCloses
	case RcvRST:
		return Closed, ResetByPeer
	case RcvRSTPassive:
		return Listen, BackToListen
	}
	return SynReceived, Receives
}

// fromSynchronized has ESTABLISHED and what follows it.
func fromSynchronized(s State, e Event) (State, Reason) {
	switch e {
	case SndRST:
		return Closed, Aborts
	case RcvRST, RcvRSTPassive:
		return Closed, ResetByPeer
	case SndSegment:
		return s, Sends
	case SndSYN:
		return s, NotPossible
	case SndSYNACK:
		return s, Repeats
	case RcvSYN:
		return s, AnswersChallenge
	case RcvSYNACK, RcvACKofSYN:
		return s, SeenBefore
	case RcvSegment:
		return s, Receives
	case SndFIN:
		switch s {
		case Established:
			return FinWait1, ClosesFirst
		case CloseWait:
			return LastAck, ClosesSecond
		}
		return s, Repeats
	case RcvACKofFIN:
		switch s {
		case FinWait1:
			return FinWait2, FINAcknowledged
		case Closing:
			return TimeWait, CrossedFINAcked
		case LastAck:
			return Closed, LastAcknowledged
		}
		return s, SeenBefore
	}
	// RcvFIN
	switch s {
	case Established:
		return CloseWait, PeerCloses
	case FinWait1:
		return Closing, FINsCross
	case FinWait2:
		return TimeWait, PeerClosesToo
	}
	return s, SeenBefore
}

// Arm is one row of the transition table.
type Arm struct {
	From   State
	Event  Event
	To     State
	Reason Reason
}

// Arms lists the whole machine: every state (Unknown first) with every event.
func Arms() []Arm {
	var all []Arm
	for s := Unknown; s < stateCount; s++ {
		for e := SndSYN; e < eventCount; e++ {
			to, why := Next(s, e)
			all = append(all, Arm{s, e, to, why})
		}
	}
	return all
}

// Legal reports whether the machine has an arm from one state to another that
// changes it, or none is needed.
func Legal(from, to State) bool {
	if from == to {
		return true
	}
	for e := SndSYN; e < eventCount; e++ {
		if s, _ := Next(from, e); s == to {
			return true
		}
	}
	return false
}
