package capture

import "net/netip"

// Transport protocol numbers (IANA "Protocol Numbers") portero looks into.
const (
	ProtoICMP    = 1
	ProtoIGMP    = 2
	ProtoTCP     = 6
	ProtoUDP     = 17
	ProtoDCCP    = 33
	ProtoICMP6   = 58
	ProtoSCTP    = 132
	ProtoUDPLite = 136
)

// Bits are facts about a packet that are neither header fields nor options.
type Bits uint16

const (
	// BadSum: the whole transport segment was captured and its checksum is
	// wrong, and it is not the partial sum that offload leaves (see PartialSum).
	BadSum Bits = 1 << iota
	// PartialSum: the checksum field holds exactly the pseudo-header's sum, as a
	// host leaves it when the network card is to finish it (offload). With Unchecked: a network
	// card put the segment together from several, and the field is that of one of them.
	PartialSum
	// BadIPSum: the IPv4 header checksum is wrong.
	BadIPSum
	// Cut: the snaplen cut bytes of the transport segment.
	Cut
	// NoFlags: TCP, cut before the flags (fewer than 14 octets of header).
	NoFlags
	// NoPorts: cut before the ports, or a protocol without them.
	NoPorts
	// Fragment: a datagram put together from fragments (Frames counts them).
	Fragment
	// Orphan: a fragment whose first part never came; booked without ports.
	Orphan
	// NoLen: IP length 0 (offload); the length is that of the frame. Together with Fragment:
	// the datagram never got whole, see Partial.
	NoLen
	// ICMPError: an ICMP error message; Quoted is its index in Batch.Quotes.
	ICMPError
	// BadHeader: a transport header that contradicts itself (data offset under
	// 5 or past the segment, UDP length under 8 or past the datagram).
	BadHeader
	// Unchecked: the checksum could not be or need not be verified (cut,
	// UDP checksum 0 over IPv4, no transport checksum).
	Unchecked
	// Outgoing: the capturing host sent it, as far as the capture knows.
	Outgoing
	// BadOpts: TCP options that contradict their length.
	BadOpts
	// Selected: a filter selects it.
	Selected
	// Overlong: the IP header claims more than the frame held on the wire. No receiver takes such
	// a packet; or a tool cut it and forgot how long it was. See Held.
	Overlong
)

// Opts are the TCP options seen on a segment.
type Opts uint8

const (
	OptMSS Opts = 1 << iota
	OptWScale
	OptSACKOK
	OptTimestamps
	OptFastOpen    // with a cookie (RFC 7413)
	OptFastOpenAsk // cookie request
	OptMPTCP       // RFC 8684
	OptSACKBlocks  // selective acknowledgement blocks (RFC 2018)
)

// PacketSize is what one Packet costs, two cache lines. A test holds it.
const PacketSize = 128

// Packet is what a frame says at the transport layer of its innermost decoded
// packet. It holds no pointers; the payload is PayloadOff and PayloadCap inside
// the frame's Data, or inside Batch.Buf.
type Packet struct {
	// Src and Dst are IPv6 or IPv4-mapped addresses; Ver (4 or 6) says which.
	Src, Dst [16]byte
	// SrcPort and DstPort are the ports of TCP, UDP and SCTP. For ICMP they are
	// the type and the type of its counterpart (8 and 0 for an echo request, 0
	// and 8 for its reply), or type and code where there is no counterpart, so
	// that query and reply share a key.
	SrcPort, DstPort uint16
	Proto            uint8
	Ver              uint8
	TTL              uint8
	Opts             Opts
	// Seg identifies the network segment: an interned list of VLAN ids and
	// virtual network ids (VNI, VSID), 0 for none. It is part of a connection's
	// identity, but not of Hash.
	Seg uint32
	// Path is the interned way through VLANs and tunnels (see Paths), 0 for none.
	Path  uint32
	Time  int64  // nanoseconds since 1970
	Index uint64 // ordinal over all input
	Hash  uint64 // seeded, the same for both directions; ICMP errors carry the quoted packet's
	// WireLen is the frame's length on the wire; for a reassembled datagram the
	// sum of its frames.
	WireLen uint32
	// PayloadLen is the transport payload in octets according to the headers
	// (before any snaplen cut, without padding). For ICMP what follows its eight
	// octets; for other protocols the IP payload.
	PayloadLen uint32
	PayloadOff uint32
	PayloadCap uint32
	Seq, Ack   Seq
	// Flags are TCP's control bits; for ICMP type<<8 | code.
	Flags  Flags
	Window uint16 // see WindowCut
	MSS    uint16 // valid with OptMSS; else see Sacked
	WScale uint8
	TCPHdr uint8 // TCP header length in octets, 0 if unknown
	// TSVal and TSEcr are TCP timestamps. For ICMP errors TSVal is the index
	// of the quote in Batch.Quotes and TSEcr says what Tunneled does; for TCP that is Overlong see Held.
	TSVal, TSEcr uint32
	// Digest sums what an exact copy of this packet would share: everything from the IP
	// header on except TTL and checksums.
	Digest uint64
	IPID   uint16 // IPv4 identification, 0 for IPv6
	// Frames is how many captured frames carry this packet: 1, or the number of
	// fragments it was put together from.
	Frames   uint16
	Bits     Bits
	FrameIdx uint16 // index of the frame in its Block
}

// overlong notes that payload at off of the frame is claimed beyond its end.
func (p *Packet) overlong(off int) {
	room := max(int(p.WireLen)-off, 0)
	if p.Bits&(Fragment|NoLen) != 0 || int(p.PayloadLen) <= room {
		return
	}
	p.Bits = p.Bits&^Cut | Overlong
	if p.Proto != ProtoTCP {
		p.PayloadLen = uint32(room)
		return
	}
	p.Opts &^= OptTimestamps
	p.TSVal, p.TSEcr = uint32(room), 0
}

// Partial reports whether p is what came of a datagram in fragments of which others were missing.
// As far as the capture tells, no receiver read it.
func (p *Packet) Partial() bool { return p.Bits&(Fragment|NoLen) == Fragment|NoLen }

// WindowCut reports whether TCP's window may have been cut: it is 65535 then.
func (p *Packet) WindowCut() bool { return p.Bits&Cut != 0 && p.PayloadCap == 0 && p.Window == 0xffff }

// OptionsCut reports whether options of TCP were cut.
func (p *Packet) OptionsCut() bool { return p.Bits&Cut != 0 && p.PayloadCap == 0 && p.TCPHdr > 20 }

// Held is how many octets of payload passed: all that the headers tell of, or where they tell of more
// than the frame had, what it had.
func (p *Packet) Held() uint32 {
	if p.Bits&Overlong != 0 && p.Proto == ProtoTCP {
		return min(p.TSVal, p.PayloadLen)
	}
	return p.PayloadLen
}

// Sacked is how many octets behind its acknowledgement the furthest of the blocks ends that lie behind it, 65535 at most: of what
// TCP's sender has out of order (RFC 2018). 0 is none; blocks before the acknowledgement name what came twice (RFC 2883).
func (p *Packet) Sacked() uint32 {
	if p.Proto != ProtoTCP || p.Opts&(OptMSS|OptSACKBlocks) != OptSACKBlocks {
		return 0
	}
	return uint32(p.MSS)
}

// SrcAddr returns the source as a netip.Addr.
func (p *Packet) SrcAddr() netip.Addr { return Addr(p.Src, p.Ver) }

// DstAddr returns the destination as a netip.Addr.
func (p *Packet) DstAddr() netip.Addr { return Addr(p.Dst, p.Ver) }

// Addr turns portero's inner address form into a netip.Addr.
func Addr(a [16]byte, ver uint8) netip.Addr {
	if ver == 4 {
		return netip.AddrFrom4([4]byte(a[12:16]))
	}
	return netip.AddrFrom16(a)
}

// Chunk returns the type of an SCTP packet's first chunk (RFC 9260, section 3.2): 0 also where none was captured, as of
// data.
func (p *Packet) Chunk() uint8 { return uint8(p.Seq) }

// ICMPType returns the ICMP type of an ICMP packet.
func (p *Packet) ICMPType() uint8 { return uint8(p.Flags >> 8) }

// ICMPCode returns the ICMP code of an ICMP packet.
func (p *Packet) ICMPCode() uint8 { return uint8(p.Flags) }

// Types of ICMPv6 by which neighbours find each other (RFC 4861, section 4).
const (
	NeighbourSolicitation  = 135
	NeighbourAdvertisement = 136
)

// NeighbourDiscovery reports whether ICMPv6 packet p asks for a neighbour's link address, or tells one.
func (p *Packet) NeighbourDiscovery() bool {
	t := p.ICMPType()
	return t == NeighbourSolicitation || t == NeighbourAdvertisement
}

// Tunneled reports whether ICMP error p quotes a datagram that carries the packet meant (VXLAN and the like): a
// port that it calls closed is the tunnel's.
func (p *Packet) Tunneled() bool { return p.Bits&ICMPError != 0 && p.TSEcr != 0 }

// Quote is the packet an ICMP error quotes (RFC 792, RFC 4443): the tuple of
// the packet that caused it, in the direction in which it was sent.
type Quote struct {
	Src, Dst         [16]byte
	SrcPort, DstPort uint16
	Proto            uint8
	Ver              uint8
	HasPorts         bool
	HasSeq           bool
	// Apart says that the quoted packet is in a virtual network that the error did not come from: Seg is its segment. Of
	// others it is the error's own.
	Apart bool
	Seg   uint32
	Seq   Seq    // TCP sequence number, valid with HasSeq
	Hash  uint64 // as Packet.Hash of the quoted packet
}

// Outcome is what became of a frame.
type Outcome uint8

const (
	// OK: the packet is filled in.
	OK Outcome = iota
	// More: as OK, and the frame holds a further packet (an A-MSDU of 802.11, a transfer of USB); call
	// Decoder.Again for it.
	More
	// FragmentPart: one fragment of an IP datagram; Decoder.Frag describes it.
	FragmentPart
	// ARP: an ARP packet; Decoder.ARP describes it.
	ARP
	// NotIP: a frame that carries no IP; Decoder.Reason names what it is.
	NotIP
	// Short: the capture cut it before its addresses (or it is empty).
	Short
	// Malformed: its headers contradict themselves before the addresses.
	Malformed
	// UnknownLink: a link type portero does not decode.
	UnknownLink
)

// told reports whether a packet, or a part of one, is told of.
func (o Outcome) told() bool { return o <= ARP }

// Batch is a run of decoded packets, in capture order, with the quotes its
// ICMP errors point to. One goroutine owns it at a time.
type Batch struct {
	Packets []Packet
	Quotes  []Quote
	// Buf, where it is not nil, is what the payload of all packets lies in: it is found
	// without its frame.
	Buf []byte
	// sightings has two bits for each packet, by its position; it is empty where nothing is known of any.
	sightings []uint64
	// Wild are the positions of packets whose time lies far ahead of those before and behind them, in order.
	Wild []uint32
}

// Sighting is what is known of a packet whose octets all came a moment before, from what was captured around it.
type Sighting uint8

const (
	// Unsaid: nothing is known.
	Unsaid Sighting = iota
	// Copy: it was captured once more, by another interface or since the capture has everything twice.
	Copy
	// Anew: it was sent again.
	Anew
)

// Reset empties b and keeps its memory.
func (b *Batch) Reset() {
	b.Packets, b.Quotes, b.Buf, b.sightings, b.Wild = b.Packets[:0], b.Quotes[:0], nil, b.sightings[:0], b.Wild[:0]
}

// Note notes what is known of packet i, of which nothing was.
func (b *Batch) Note(i int, s Sighting) {
	if len(b.sightings) == 0 {
		words := (len(b.Packets) + 31) / 32
		if cap(b.sightings) < words {
			b.sightings = make([]uint64, words)
		}
		b.sightings = b.sightings[:words]
		clear(b.sightings)
	}
	b.sightings[i/32] |= uint64(s) << (i % 32 * 2)
}

// Noted is what is known of packet i.
func (b *Batch) Noted(i int) Sighting {
	if len(b.sightings) == 0 {
		return Unsaid
	}
	return Sighting(b.sightings[i/32] >> (i % 32 * 2) & 3)
}

// Quoted returns what ICMP error p quotes.
func (b *Batch) Quoted(p *Packet) *Quote { return &b.Quotes[p.TSVal] }
