package handshake

// Verdict is the one answer to "did it really connect?".
type Verdict uint8

// The verdicts on opening, in the order in which they take precedence where
// several fit.
const (
	None Verdict = iota // not TCP
	Unknown
	Probe
	Completed
	CompletedUnseen
	Implied
	Refused
	Filtered
	Aborted
	HalfOpen
	Invalid
	NoAnswer
	Unsolicited
	Midstream
	verdictCount
)

var verdictNames = [verdictCount]string{"none", "unknown", "probe", "completed", "completed_unseen", "implied",
	"refused", "filtered", "aborted", "half_open", "invalid", "no_answer", "unsolicited", "midstream"}

// String returns the word used in records.
func (v Verdict) String() string { return verdictNames[v] }

// Verdicts lists every verdict in order of precedence, None last.
func Verdicts() []Verdict {
	vs := make([]Verdict, 0, verdictCount)
	for v := Unknown; v < verdictCount; v++ {
		vs = append(vs, v)
	}
	return append(vs, None)
}

// Opened reports whether the verdict says that the connection came to be.
func (v Verdict) Opened() bool { return v == Completed || v == CompletedUnseen || v == Implied }

// Kind is the way a handshake went.
type Kind uint8

// The kinds of handshake.
const (
	KindNone Kind = iota
	Normal
	Simultaneous
	Split
	FastOpen
	FastOpenIgnored
)

// String returns the word used in records, "" for KindNone.
func (k Kind) String() string {
	return [...]string{"", "normal", "simultaneous", "split", "fast_open", "fast_open_ignored"}[k]
}

// Missing is the set of handshake packets that the capture lacks.
type Missing uint8

// The three packets.
const (
	MissingSYN Missing = 1 << iota
	MissingSYNACK
	MissingACK
)

var missingLists = [8][]string{nil, {"syn"}, {"synack"}, {"syn", "synack"}, {"ack"}, {"syn", "ack"}, {"synack", "ack"}, {"syn", "synack", "ack"}}

// List returns the words used in records. The slice is shared: do not change it.
func (m Missing) List() []string { return missingLists[m&7] }

// ProbeKind names a packet that belongs to no connection.
type ProbeKind uint8

// The kinds of probe.
const (
	ProbeNone ProbeKind = iota
	ProbeNull
	ProbeFIN
	ProbeXmas
	ProbeSYNFIN
	ProbeSYNRST
	ProbeACK
	ProbeFINACK // Maimon
	ProbeOther
)

// String returns the word used in records, "" for ProbeNone.
func (k ProbeKind) String() string {
	return [...]string{"", "null", "fin", "xmas", "syn_fin", "syn_rst", "ack", "maimon", "other"}[k]
}

// Close is how a connection ended.
type Close uint8

// The closes.
const (
	CloseNone Close = iota
	StillOpen
	Closed
	HalfClosed
	Reset
)

// String returns the word used in records.
func (c Close) String() string {
	return [...]string{"none", "open", "closed", "half_closed", "reset"}[c]
}

// Who is a side, or both, or neither.
type Who uint8

// The sides as named in records.
const (
	Nobody Who = iota
	ByOrig
	ByResp
	ByBoth
)

// String returns the word used in records, "" for Nobody.
func (w Who) String() string { return [...]string{"", "orig", "resp", "both"}[w] }

// Exchange is what happened in connectionless traffic.
type Exchange uint8

// The exchanges of UDP.
const (
	ExchangeNone Exchange = iota
	Answered
	Unanswered
	ReplyOnly
	Stream
	ExchangeRefused
	ExchangeFiltered
)

// String returns the word used in records, "" for ExchangeNone.
func (e Exchange) String() string {
	return [...]string{"", "answered", "unanswered", "reply_only", "stream", "refused", "filtered"}[e]
}

// EndReason is why a record was written (RFC 5102, flowEndReason).
type EndReason uint8

// The reasons, with their RFC 5102 values.
const (
	EndNone      EndReason = 0
	EndIdle      EndReason = 1
	EndActive    EndReason = 2
	EndEnd       EndReason = 3
	EndForced    EndReason = 4
	EndResources EndReason = 5
)

// String returns the word used in records, "" for EndNone.
func (e EndReason) String() string {
	return [...]string{"", "idle", "active", "end", "forced", "resources"}[e]
}

// RolesBy is the clue that told originator from responder.
type RolesBy uint8

// The clues, best first.
const (
	RolesNone RolesBy = iota
	RolesSYN
	RolesSYNACK
	RolesPort
	RolesPayload
	RolesFirst
)

// String returns the word used in records, "" for RolesNone.
func (r RolesBy) String() string {
	return [...]string{"", "syn", "synack", "port", "payload", "first"}[r]
}
