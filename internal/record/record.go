// Package record is the one row that every output is a view of: the Record and
// its schema, a table of fields.
//
// Absent means unknown: a field whose Text appends nothing (or whose list is
// empty) is left out of ndjson and empty in csv. Strings that came from the
// wire (ServerName, finding texts) are raw here; each writer escapes for its
// own medium.
package record

import (
	"net/netip"
	"slices"

	"portero/capture"
	"portero/catalog/identify"
	"portero/handshake"
)

// SchemaVersion is the value of the key "schema". It changes only when a key is
// renamed, removed or given another meaning.
const SchemaVersion = 1

// Unset marks a duration or counter that is not known.
const Unset = -1

// Side holds what is counted per direction.
type Side struct {
	Addr     netip.Addr
	Port     uint16
	Pkts     uint64 // packets seen, exact duplicates excluded
	Wire     uint64 // octets on the wire of those packets
	Payload  uint64 // unique transport payload octets seen
	Retrans  uint64 // TCP: segments that repeat octets already seen
	OOO      uint64 // TCP: segments that fill an earlier gap
	Lost     uint64 // TCP: octets the peer acknowledged and the capture never saw
	MSS      uint16 // TCP: announced maximum segment size, 0 unknown
	WScale   int16  // TCP: announced window shift, Unset when not announced
	FINAcked bool   // TCP: the peer acknowledged its FIN
	// Who it is, as far as machines of the network or the user's databases say.
	MAC     string // aa:bb:cc:dd:ee:ff
	Vendor  string // maker of that
	Name    string // by DHCP, mDNS, LLMNR or NetBIOS
	Country string // ISO 3166-1
	ASN     uint32 // 0 unknown
	ASOrg   string
}

// FrameRef is the ordinal of a frame: over all input while the engine works,
// and as shown to the user (in its own file, or merged) once a record is
// emitted. 0 is absent.
type FrameRef = uint64

// Finding is a risk or another remark worth a look, as in the key "risks".
type Finding struct {
	ID       string
	Severity string // info, low, medium, high
	Basis    string // hint or observed
	Frames   []FrameRef
	Text     string
	Muted    string // why the user silenced it, "" when nobody did
}

// Record is one connection or exchange.
type Record struct {
	ID    uint64
	Proto uint8
	Final bool
	// HasPorts is false for ICMP, for other protocols without ports, and for
	// fragments without a first part.
	HasPorts bool

	Orig, Resp Side

	VLAN       []uint32 // ids, outermost first
	Tunnel     []string // kinds, outermost first
	TunnelEnds []string // outer endpoints, "a>b", outermost first

	First, Last int64 // packet time, nanoseconds since 1970 UTC; First may be after Last when clocks run backwards

	Handshake  handshake.Verdict
	Kind       handshake.Kind
	Missing    handshake.Missing
	ProbeKind  handshake.ProbeKind
	FilteredBy netip.Addr // zero: absent
	FilteredAs [2]uint8   // type and code of its ICMP error, 0 and 0 where they are not known
	Exchange   handshake.Exchange
	Close      handshake.Close
	ClosedBy   handshake.Who
	EndReason  handshake.EndReason
	RolesBy    handshake.RolesBy
	LetIn      bool // neither TCP nor UDP: the responder is seen to have let the originator in
	Began      bool // where there is no handshake: the originator is who was seen to speak first

	SYNFrame, SYNACKFrame, ACKFrame, ConfirmedFrame FrameRef
	FirstFrame, LastFrame, RolesFrame, ICMPFrame    FrameRef
	RSTFrame, ReplyFrame                            FrameRef
	CloseFrames                                     []FrameRef
	File                                            string   // input of FirstFrame, when there are several
	FrameFiles                                      []string // "key=file" for evidence frames that lie in another input

	Reuses       uint64 // id of the connection whose ports this one reuses, 0 none
	ReuseAfterNS int64  // Unset when Reuses is 0, or no clock tells it

	// TCP counters; meaningful only for TCP.
	SYNRetries, SYNACKRetries uint64
	SuspectedRSTs             uint64
	ZeroWindows               uint64
	Duplicates                uint64 // exact copies left out, any protocol

	// Durations in nanoseconds, Unset when unknown.
	ServerRTT, ClientRTT, Setup int64
	RTTMin, RTTP50, RTTMax      int64
	DurationNS                  int64

	// Waits, nanoseconds, Unset when unknown. Thinking is what the responder took
	// over all its turns beyond the way there and back.
	FirstByte, Thinking, LongestWait int64
	LongestFrame                     FrameRef
	Turns                            uint64
	WindowStall, LossStall           int64

	SACK, Timestamps, TFO, MPTCP, ECN bool // negotiated
	SYNSeen                           bool // so false means not negotiated
	OptsKnown                         bool // and its options were not cut

	ConnState    string
	ZeekFlipped  bool // Zeek takes the responder for the originator
	History      string
	Completeness int16 // Unset for other than TCP

	Service, ServiceBy, Confidence string
	PortClass, PortName            string
	PortPractice                   string
	ServerName, ServerNameBy       string
	// Spoken is the protocol that the payload shows, also where no service may be
	// claimed because nothing answered. App is what else the payload told, nil for
	// nothing; it is not changed once the record is final.
	Spoken string
	App    *identify.Facts
	// Opaque: TCP payload in which nothing was recognised and both ends sent what
	// looks random.
	Opaque bool

	// Event is what a record of live capture tells: opened, established, active or
	// ended; empty for saved captures.
	Event string

	// Live, of connections of this machine: the program at ProcessEnd (orig or
	// resp). Names and paths are chosen by whoever runs it.
	Process, User, ProcessBy, ProcessPath, ProcessEnd, Container string
	PID                                                          int32
	// Peer is the program at the other end, where that is this machine's too.
	PeerProcess string
	PeerPID     int32

	Quality  []string
	Oddities []string
	Risks    []Finding
}

// Untimed reports whether the capture does not tell when the packets came: simple packet blocks of
// pcapng have no times, and some tools write only zeros.
func (r *Record) Untimed() bool { return r.First == 0 && r.Last == 0 }

// Clone returns a copy that stays valid and unchanged: what the engine hands out
// is valid only until its callback returns.
func (r *Record) Clone() *Record {
	c := *r
	c.CloseFrames, c.FrameFiles = slices.Clone(r.CloseFrames), slices.Clone(r.FrameFiles)
	c.Quality, c.Oddities = slices.Clone(r.Quality), slices.Clone(r.Oddities)
	c.Risks = slices.Clone(r.Risks)
	for i := range c.Risks {
		c.Risks[i].Frames = slices.Clone(c.Risks[i].Frames)
	}
	return &c
}

// AnswersAll reports an answer to all on the wire, or in a group: the originator's address is no machine's, and who
// asked is not known by it.
func (r *Record) AnswersAll() bool {
	return r.Orig.Pkts == 0 && (r.Orig.Addr.IsMulticast() || r.Orig.Addr == netip.AddrFrom4([4]byte{255, 255, 255, 255}))
}

// ToMany reports whether r was sent to a group or to all: who answers does so from an address of its own.
func (r *Record) ToMany() bool {
	return r.Resp.Addr.IsMulticast() || r.Resp.Addr == netip.AddrFrom4([4]byte{255, 255, 255, 255})
}

// TCP reports whether r is a TCP record.
func (r *Record) TCP() bool { return r.Proto == capture.ProtoTCP }

// PortMark stands, where people read it, behind a service that only the port speaks for.
const PortMark = "?"

// Called is a service as people are shown it, by what tells it ("service_by").
func Called(service, by string) string {
	if by == "port" && service != "" {
		return service + PortMark
	}
	return service
}
