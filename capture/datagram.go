package capture

import (
	"encoding/binary"
	"hash/adler32"
	"hash/crc32"
)

// Datagrams with ports that are not UDP's.

// HasPorts reports whether packets of an IP protocol name ports where they were captured far enough.
func HasPorts(proto uint8) bool {
	switch proto {
	case ProtoTCP, ProtoUDP, ProtoSCTP, ProtoDCCP, ProtoUDPLite:
		return true
	}
	return false
}

// sctp decodes a packet of SCTP (RFC 9260, section 3): ports, and the type of the first chunk.
func (d *Decoder) sctp(off, n int) Outcome {
	p := d.p
	b, ports, ok := d.ports(off, n)
	if !ok {
		return d.portless(off, n)
	}
	if n > 12 && len(b) > 12 {
		p.Seq = Seq(b[12])
	}
	switch {
	case n < 12 || len(b) < n || p.Bits&NoLen != 0:
		p.Bits |= Unchecked
	default:
		d.crc(b[:n])
	}
	d.payload(off+12, n-12)
	d.digest(off, n, uint64(ports))
	return d.finish()
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// crc judges the checksum of b, a packet of SCTP (RFC 9260, section 6.8). One of 0 was left to the network card, or both ends
// agreed on none (RFC 9653); old systems have another (RFC 2960, appendix B).
func (d *Decoder) crc(b []byte) {
	field := binary.LittleEndian.Uint32(b[8:])
	if field == 0 {
		d.p.Bits |= Unchecked
		return
	}
	var none [4]byte
	sum := crc32.Update(crc32.Update(crc32.Checksum(b[:8], castagnoli), castagnoli, none[:]), castagnoli, b[12:])
	if sum != field && !oldSum(b) {
		d.p.Bits |= BadSum
	}
}

// oldSum reports whether the checksum of b, a packet of SCTP, is of the kind that was replaced in 2002 (RFC 3309).
func oldSum(b []byte) bool {
	const mod = 65521
	first := adler32.Checksum(b[:8])
	lo, hi := first&0xffff, (first>>16+4*(first&0xffff))%mod // four octets of 0
	for _, c := range b[12:] {
		lo = (lo + uint32(c)) % mod
		hi = (hi + lo) % mod
	}
	return be.Uint32(b[8:]) == hi<<16|lo
}

// DCCPType is the type of a DCCP packet (RFC 4340, section 5.1; RFC 5596).
type DCCPType uint8

// The types that tell who calls; see Packet.DCCP.
const (
	DCCPRequest  DCCPType = 0
	DCCPResponse DCCPType = 1
	DCCPListen   DCCPType = 10
)

// DCCP returns the type of a DCCP packet; ok is false where it was not captured.
func (p *Packet) DCCP() (t DCCPType, ok bool) { return DCCPType(p.Seq - 1), p.Seq != 0 }

// dccp decodes a packet of DCCP (RFC 4340, section 5): ports, the length of the header in words, how much of the payload
// the checksum covers, the type, and a number of 24 or 48 bits.
func (d *Decoder) dccp(off, n int) Outcome {
	p := d.p
	b, ports, ok := d.ports(off, n)
	if !ok {
		return d.portless(off, n)
	}
	if n < 12 || len(b) < 9 {
		p.Bits |= Unchecked
		if n < 12 {
			p.Bits |= BadHeader
		}
		d.payload(off+12, n-12)
		d.digest(off, n, uint64(ports))
		return d.finish()
	}
	p.Seq = Seq(b[8]>>1&15) + 1
	hl, least := int(b[4])*4, dccpHeader(b[8])
	covered := n
	if c := int(b[5] & 15); c > 0 {
		covered = hl + (c-1)*4
	}
	if hl < least || hl > n || covered > n { // which no receiver takes (sections 8.5 and 9.2)
		p.Bits |= BadHeader
		hl, covered = min(max(hl, least), n), 0
	}
	d.payload(off+hl, n-hl)
	d.covered(off, n, covered, 6)
	d.digest(off, n, uint64(ports))
	return d.finish()
}

// ports reads the ports with which a header of n octets at off begins; b is what was captured from there. ok is false where they are not there.
func (d *Decoder) ports(off, n int) (b []byte, ports uint32, ok bool) {
	if n < 4 || !d.have(off, 4) {
		return nil, 0, false
	}
	b = d.data[off:]
	ports = be.Uint32(b)
	d.p.SrcPort, d.p.DstPort = uint16(ports>>16), uint16(ports)
	return b, ports, true
}

// dccpHeader is how long the header of a DCCP packet is at least, whose ninth octet is b: sixteen octets or twelve, and what its
// type has behind them (section 5). Of types that are not given out nothing more is known.
func dccpHeader(b byte) int {
	long := int(b & 1)
	switch t := b >> 1 & 15; t {
	case 0, 10: // Request, Listen: the service
		return 12 + 4*long + 4
	case 1, 7: // Response, Reset: what is acknowledged, and service or cause
		return 12 + 4*long + 4 + 4*long + 4
	case 3, 4, 5, 6, 8, 9: // with an acknowledgement
		return 12 + 4*long + 4 + 4*long
	}
	return 12 + 4*long
}

// udpLite decodes a datagram of UDP-Lite (RFC 3828): UDP's header with, in the place of the length, how much the checksum
// covers.
func (d *Decoder) udpLite(off, n int) Outcome {
	p := d.p
	b, ports, ok := d.ports(off, n)
	if !ok {
		return d.portless(off, n)
	}
	p.Digest ^= endOf(d.seed, &p.Src, p.Ver) // as in udp
	d.payload(off+8, n-8)
	if len(b) < 8 || n < 8 {
		p.Bits |= Unchecked
		if n < 8 {
			p.Bits |= BadHeader
		}
	} else {
		covered := int(be.Uint16(b[4:]))
		switch {
		case covered == 0:
			covered = n
		case covered < 8 || covered > n: // which no receiver takes (section 3.1)
			p.Bits |= BadHeader
			covered = 0
		}
		d.covered(off, n, covered, 6)
	}
	d.digest(off, n, uint64(ports))
	return d.finish()
}

// covered judges the checksum at field of a datagram of n octets at off, which covers the first size of them, none where 0. Those
// being captured is enough.
func (d *Decoder) covered(off, n, size, field int) {
	p := d.p
	if size == 0 || len(d.data)-off < size {
		p.Bits |= Unchecked
		return
	}
	b := d.data[off : off+size]
	d.verify(sum64(b, 0), be.Uint16(b[field:]), p.Proto, uint32(n))
}
