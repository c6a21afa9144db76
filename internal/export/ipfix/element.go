package ipfix

import (
	"portero/capture"
	"portero/handshake"
	"portero/internal/record"
)

// The enterprise numbers. DefaultPEN is the one that RFC 5612 sets aside for
// documentation: portero has none of its own, and a site may set its own.
const (
	DefaultPEN = 32473
	reversePEN = 29305 // RFC 5103, section 6.1
)

// Unknown is what unsigned32 microseconds hold when the time is not known.
const Unknown = 1<<32 - 1

// dataType is an abstract data type by its number in RFC 5610, section 3.1.
type dataType uint8

const (
	unsigned8  dataType = 1
	unsigned16 dataType = 2
	unsigned32 dataType = 3
	unsigned64 dataType = 4
	text       dataType = 13
)

// variable is the length that says that each value brings its own.
const variable = 0xffff

// Element is one information element of a template.
type Element struct {
	Name string
	ID   uint16
	// Enterprise is 0 for IANA's, reversePEN for the responder's half, ownPEN for
	// portero's.
	Enterprise uint32
	Length     uint16
	kind       dataType
	about      string
	value      func(x *flow) uint64
	text       func(b []byte, r *record.Record) []byte
}

// ownPEN stands for the enterprise number that the user may choose.
const ownPEN = 1<<32 - 1

// flow is a record on its way out, with what interim records already told of it.
type flow struct {
	r            *record.Record
	orig, resp   counts
	start        int64
	reason       handshake.EndReason
	iface        uint32
	origC, respC uint8
}

type counts struct{ pkts, wire, payload uint64 }

func iana(name string, id, length uint16, value func(x *flow) uint64) Element {
	return Element{Name: name, ID: id, Length: length, value: value}
}

func reverse(name string, id, length uint16, value func(x *flow) uint64) Element {
	return Element{Name: name, ID: id, Enterprise: reversePEN, Length: length, value: value}
}

func own(name string, id uint16, kind dataType, about string, value func(x *flow) uint64) Element {
	length := [...]uint16{unsigned8: 1, unsigned16: 2, unsigned32: 4, unsigned64: 8}[kind]
	return Element{Name: name, ID: id, Enterprise: ownPEN, Length: length, kind: kind, about: about, value: value}
}

func ownText(name string, id uint16, about string, get func(b []byte, r *record.Record) []byte) Element {
	return Element{Name: name, ID: id, Enterprise: ownPEN, Length: variable, kind: text, about: about, text: get}
}

// micros turns nanoseconds into unsigned32 microseconds.
func micros(ns int64) uint64 {
	if ns < 0 {
		return Unknown
	}
	return uint64(min(ns/1000, Unknown-1))
}

// millis turns nanoseconds since 1970 into milliseconds. The element has no sign (RFC 7011, section 6.1.8): collectors read
// a time before 1970 as one in the year 584556006. It is 0 then; the element in nanoseconds, which counts from 1900, keeps the time.
func millis(ns int64) uint64 { return uint64(max(ns, 0) / 1e6) }

// ntp turns nanoseconds since 1970 into a 64-bit NTP time stamp (RFC 7011,
// section 6.1.10). Parts of 2^32 are finer than nanoseconds: rounded up, they give the nanosecond back to readers that cut as
// to those that round.
func ntp(ns int64) uint64 {
	sec := ns / 1e9
	frac := ns % 1e9
	if frac < 0 {
		frac += 1e9
		sec--
	}
	return uint64(sec+2208988800)<<32 | (uint64(frac)<<32+1e9-1)/1e9
}

// outer and inner are the VLAN tags at both ends of a stack, 0 none: inner has none where
// there is one tag only.
func outer(x *flow) uint64 {
	if len(x.r.VLAN) == 0 {
		return 0
	}
	return uint64(x.r.VLAN[0])
}

func inner(x *flow) uint64 {
	if len(x.r.VLAN) < 2 {
		return 0
	}
	return uint64(x.r.VLAN[len(x.r.VLAN)-1])
}

// common are the elements of every template after addresses and ports. The
// numbers of IANA's are those of its IPFIX registry.
var common = []Element{
	iana("protocolIdentifier", 4, 1, func(x *flow) uint64 { return uint64(x.r.Proto) }),
	iana("flowEndReason", 136, 1, func(x *flow) uint64 { return uint64(x.reason) }),
	iana("biflowDirection", 239, 1, func(x *flow) uint64 { return 1 }), // initiator
	// Before the forward half: nfdump 1.7.1 keeps whichever comes last.
	reverse("reverseTcpControlBits", 6, 1, func(x *flow) uint64 { return uint64(x.respC) }),
	iana("tcpControlBits", 6, 1, func(x *flow) uint64 { return uint64(x.origC) }),
	iana("vlanId", 58, 2, outer),
	iana("dot1qCustomerVlanId", 245, 2, inner),
	iana("ingressInterface", 10, 4, func(x *flow) uint64 { return uint64(x.iface) }),
	iana("egressInterface", 14, 4, func(x *flow) uint64 { return 0 }),
	iana("flowStartMilliseconds", 152, 8, func(x *flow) uint64 { return millis(x.start) }),
	iana("flowEndMilliseconds", 153, 8, func(x *flow) uint64 { return millis(max(x.r.Last, x.start)) }),
	iana("flowStartNanoseconds", 156, 8, func(x *flow) uint64 { return ntp(x.start) }),
	iana("flowEndNanoseconds", 157, 8, func(x *flow) uint64 { return ntp(max(x.r.Last, x.start)) }),
	iana("packetDeltaCount", 2, 8, func(x *flow) uint64 { return x.orig.pkts }),
	iana("octetDeltaCount", 1, 8, func(x *flow) uint64 { return x.orig.wire }),
	reverse("reversePacketDeltaCount", 2, 8, func(x *flow) uint64 { return x.resp.pkts }),
	reverse("reverseOctetDeltaCount", 1, 8, func(x *flow) uint64 { return x.resp.wire }),
	iana("initiatorOctets", 231, 8, func(x *flow) uint64 { return x.orig.payload }),
	iana("responderOctets", 232, 8, func(x *flow) uint64 { return x.resp.payload }),
	iana("flowId", 148, 8, func(x *flow) uint64 { return x.r.ID }),
	own("handshakeVerdict", 1, unsigned8, "verdict on opening, see docs/IPFIX.md", func(x *flow) uint64 { return uint64(x.r.Handshake) }),
	own("handshakeKind", 2, unsigned8, "normal 1, simultaneous 2, split 3, fast_open 4, fast_open_ignored 5", func(x *flow) uint64 { return uint64(x.r.Kind) }),
	own("exchange", 3, unsigned8, "UDP: answered 1, unanswered 2, reply_only 3, stream 4, refused 5, filtered 6", func(x *flow) uint64 { return uint64(x.r.Exchange) }),
	own("closeState", 4, unsigned8, "none 0, open 1, closed 2, half_closed 3, reset 4", func(x *flow) uint64 { return uint64(x.r.Close) }),
	own("closedBy", 5, unsigned8, "orig 1, resp 2, both 3", func(x *flow) uint64 { return uint64(x.r.ClosedBy) }),
	own("rolesBy", 6, unsigned8, "syn 1, synack 2, port 3, payload 4, first 5", func(x *flow) uint64 { return uint64(x.r.RolesBy) }),
	own("serverRttMicroseconds", 7, unsigned32, "SYN to SYN-ACK; 4294967295 unknown", func(x *flow) uint64 { return micros(x.r.ServerRTT) }),
	own("clientRttMicroseconds", 8, unsigned32, "SYN-ACK to third packet; 4294967295 unknown", func(x *flow) uint64 { return micros(x.r.ClientRTT) }),
	own("synRetries", 9, unsigned16, "retransmissions of the SYN", func(x *flow) uint64 { return min(x.r.SYNRetries, 65535) }),
	own("synAckRetries", 10, unsigned16, "retransmissions of the SYN-ACK", func(x *flow) uint64 { return min(x.r.SYNACKRetries, 65535) }),
	own("originatorRetransmissions", 11, unsigned32, "segments of the originator that repeat octets", func(x *flow) uint64 { return min(x.r.Orig.Retrans, Unknown) }),
	own("responderRetransmissions", 12, unsigned32, "segments of the responder that repeat octets", func(x *flow) uint64 { return min(x.r.Resp.Retrans, Unknown) }),
	ownText("zeekHistory", 13, "Zeek's history of the connection", func(b []byte, r *record.Record) []byte { return append(b, r.History...) }),
	ownText("serviceName", 14, "what runs on the responder's port", func(b []byte, r *record.Record) []byte { return append(b, r.Service...) }),
	ownText("serverName", 15, "TLS SNI, HTTP host or a name the capture's DNS gave", func(b []byte, r *record.Record) []byte { return append(b, r.ServerName...) }),
	ownText("communityId", 16, "Community ID version 1, seed 0", record.AppendCommunityID),
}

var ports = []Element{
	iana("sourceTransportPort", 7, 2, func(x *flow) uint64 { return uint64(x.r.Orig.Port) }),
	iana("destinationTransportPort", 11, 2, func(x *flow) uint64 { return uint64(x.r.Resp.Port) }),
}

// icmpCode is type times 256 plus code of the originator's messages. Of kinds that
// have an answer the record keeps the type alone; their code is 0 but for rare ones.
func icmpCode(x *flow) uint64 {
	typ, code, _, _ := x.r.ICMP()
	return uint64(typ)<<8 | uint64(code)
}

// address elements have their value written apart.
func addresses(src, dst string, srcID, dstID, length uint16) []Element {
	return []Element{{Name: src, ID: srcID, Length: length}, {Name: dst, ID: dstID, Length: length}}
}

// template is a layout of data records.
type template struct {
	id       uint16
	elements []Element
}

// The templates, by the kind of flow. Their numbers begin at 256 (RFC 7011,
// section 3.4.1).
const (
	tcp4 = iota
	tcp6
	icmp4
	icmp6
	plain4
	plain6
	templateCount
	optionsID = 256 + templateCount
)

var templates = makeTemplates()

func makeTemplates() (ts [templateCount]template) {
	v4 := addresses("sourceIPv4Address", "destinationIPv4Address", 8, 12, 4)
	v6 := addresses("sourceIPv6Address", "destinationIPv6Address", 27, 28, 16)
	mid := [templateCount][]Element{tcp4: ports, tcp6: ports,
		icmp4: {iana("icmpTypeCodeIPv4", 32, 2, icmpCode)}, icmp6: {iana("icmpTypeCodeIPv6", 139, 2, icmpCode)}}
	for i := range ts {
		addr := v4
		if i%2 == 1 {
			addr = v6
		}
		ts[i].id = uint16(256 + i)
		ts[i].elements = append(append(append([]Element(nil), addr...), mid[i]...), common...)
	}
	return ts
}

func templateOf(r *record.Record) *template {
	i := plain4
	switch {
	case r.HasPorts:
		i = tcp4
	case r.Proto == capture.ProtoICMP || r.Proto == capture.ProtoICMP6:
		i = icmp4
	}
	if !r.Orig.Addr.Is4() {
		i++
	}
	return &templates[i]
}

// Registry lists portero's own elements, for docs/IPFIX.md and the options that
// tell collectors their names (RFC 5610).
func Registry() []Element {
	var es []Element
	for _, e := range common {
		if e.Enterprise == ownPEN {
			es = append(es, e)
		}
	}
	return es
}

// Describe is the data type's name and the meaning of an element of portero's own.
func (e *Element) Describe() (kind, about string) {
	return map[dataType]string{unsigned8: "unsigned8", unsigned16: "unsigned16", unsigned32: "unsigned32", unsigned64: "unsigned64", text: "string"}[e.kind], e.about
}
