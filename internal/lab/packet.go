package lab

import (
	"net/netip"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/checksum"
	"gvisor.dev/gvisor/pkg/tcpip/header"
)

// addr turns a netip address into gVisor's.
func addr(a netip.Addr) tcpip.Address { return tcpip.AddrFromSlice(a.AsSlice()) }

// rawSYN is a SYN that no stack sends: what a port scanner or a flood makes. Its
// options are those that nmap's SYN scan sends: the segment size alone.
func rawSYN(from, to netip.AddrPort, seq uint32) []byte {
	const tcpLen = header.TCPMinimumSize + header.TCPOptionMSSLength
	b := make([]byte, header.IPv4MinimumSize+tcpLen)
	ip := header.IPv4(b)
	ip.Encode(&header.IPv4Fields{TotalLength: uint16(len(b)), ID: uint16(seq>>8 | 1), TTL: 52, Protocol: uint8(header.TCPProtocolNumber),
		SrcAddr: addr(from.Addr()), DstAddr: addr(to.Addr())})
	ip.SetChecksum(^ip.CalculateChecksum())
	t := header.TCP(b[header.IPv4MinimumSize:])
	t.Encode(&header.TCPFields{SrcPort: from.Port(), DstPort: to.Port(), SeqNum: seq, DataOffset: tcpLen, Flags: header.TCPFlagSyn, WindowSize: 1024})
	header.EncodeMSSOption(1460, t[header.TCPMinimumSize:])
	sum := header.PseudoHeaderChecksum(header.TCPProtocolNumber, addr(from.Addr()), addr(to.Addr()), tcpLen)
	t.SetChecksum(^checksum.Checksum(t, sum))
	return b
}

// icmpError is what a router at [Router] answers to an IPv4 packet that it may
// not pass on (RFC 792): its header and the first eight octets behind it come
// back.
func icmpError(about []byte, t ICMP) []byte {
	quote := about[:min(len(about), int(header.IPv4(about).HeaderLength())+8)]
	b := make([]byte, header.IPv4MinimumSize+header.ICMPv4MinimumSize+len(quote))
	ip := header.IPv4(b)
	ip.Encode(&header.IPv4Fields{TotalLength: uint16(len(b)), ID: 1, TTL: 63, Protocol: uint8(header.ICMPv4ProtocolNumber),
		SrcAddr: addr(Router), DstAddr: header.IPv4(about).SourceAddress()})
	ip.SetChecksum(^ip.CalculateChecksum())
	m := header.ICMPv4(b[header.IPv4MinimumSize:])
	m.SetType(header.ICMPv4Type(t.Type))
	m.SetCode(header.ICMPv4Code(t.Code))
	copy(m[header.ICMPv4MinimumSize:], quote)
	m.SetChecksum(^checksum.Checksum(m, 0))
	return b
}
