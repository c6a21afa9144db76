package capture

import "encoding/binary"

var be = binary.BigEndian

// ip decodes an IP packet of either version.
func (d *Decoder) ip(off, n int) Outcome {
	if !d.have(off, 1) {
		return d.short()
	}
	switch d.data[off] >> 4 {
	case 4:
		return d.ip4(off, n)
	case 6:
		return d.ip6(off, n)
	}
	return d.bad()
}

// ip4 decodes an IPv4 packet (RFC 791) at off; n is what the link has room for.
func (d *Decoder) ip4(off, n int) Outcome {
	if !d.have(off, 20) {
		return d.short()
	}
	h := d.data[off : off+20 : off+20]
	hl := int(h[0]&15) * 4
	total := int(be.Uint16(h[2:]))
	if h[0]>>4 != 4 || hl < 20 {
		return d.bad()
	}
	p := d.p
	if total == 0 {
		// The network card was to cut this into packets (offload).
		total = n
		p.Bits |= NoLen
	}
	if total < hl {
		return d.bad()
	}
	p.Ver = 4
	p.TTL = h[8]
	p.Proto = h[9]
	p.IPID = be.Uint16(h[4:])
	p.Src[10], p.Src[11], p.Dst[10], p.Dst[11] = 0xff, 0xff, 0xff, 0xff
	copy(p.Src[12:], h[12:16])
	copy(p.Dst[12:], h[16:20])
	if hl == 20 && fold(sum20(h)) != 0xffff || hl > 20 && d.have(off, hl) && fold(sum64(d.data[off:off+hl], 0)) != 0xffff {
		p.Bits |= BadIPSum
	}
	p.Digest = uint64(h[1])<<56 | uint64(total)<<16 | uint64(p.IPID)
	if hl > 20 && d.have(off, hl) {
		o := d.data[off+20 : off+hl]
		p.Digest = mum(p.Digest^mix1, sum64(o, 0)^mix3)
		finalEnd4(o, &p.Dst)
	}
	frag := be.Uint16(h[6:])
	if frag&0x3fff != 0 {
		return d.fragment(off+hl, total-hl, uint32(p.IPID), int(frag&0x1fff)*8, frag&0x2000 != 0)
	}
	return d.carried4(off+hl, total-hl)
}

// carried4 decodes the n octets at off that an IPv4 packet or a datagram put
// together from fragments carries: Authentication Headers, then the transport.
func (d *Decoder) carried4(off, n int) Outcome {
	p := d.p
	for range maxDepth {
		if p.Proto != protoAH {
			break
		}
		next, l, ok := d.authHeader(off, n)
		if !ok {
			break
		}
		p.Proto = next
		off, n = off+l, n-l
	}
	return d.transport(p.Proto, off, n)
}

// protoAH is the Authentication Header: it vouches for what follows and leaves it
// in clear.
const protoAH = 51

// authHeader returns what follows an Authentication Header at off and how long the
// header is (RFC 4302, section 2.2); ok is false when it is cut or contradicts
// itself, which BadHeader then says.
func (d *Decoder) authHeader(off, n int) (next uint8, length int, ok bool) {
	if n < 12 || !d.have(off, 12) {
		return 0, 0, false
	}
	length = int(d.data[off+1])*4 + 8
	if length < 12 || length > n {
		d.p.Bits |= BadHeader
		return 0, 0, false
	}
	return d.data[off], length, true
}

// extension reports whether next is an IPv6 extension header whose second octet is its
// length in units of eight octets (RFC 6564, 4): hop-by-hop options, routing,
// destination options, mobility, HIP, Shim6.
func extension(next uint8) bool {
	switch next {
	case 0, 43, 60, 135, 139, 140:
		return true
	}
	return false
}

// ip6 decodes an IPv6 packet (RFC 8200) at off.
func (d *Decoder) ip6(off, n int) Outcome {
	if !d.have(off, 40) {
		return d.short()
	}
	h := d.data[off : off+40 : off+40]
	if h[0]>>4 != 6 {
		return d.bad()
	}
	p := d.p
	size := int(be.Uint16(h[4:]))
	if size == 0 && h[6] != 59 {
		// A jumbogram (RFC 2675) or offload: the frame knows.
		if size = n - 40; size < 0 {
			return d.bad()
		}
		if h[6] != 0 {
			p.Bits |= NoLen
		}
	}
	p.Ver = 6
	p.TTL = h[7]
	p.Src, p.Dst = [16]byte(h[8:24]), [16]byte(h[24:40])
	p.Digest = uint64(be.Uint32(h[0:]))<<32 | uint64(size)
	return d.carried6(h[6], off+40, size)
}

// carried6 walks the extension headers, the first of which is next, in the n octets
// at off that an IPv6 packet or a datagram put together from fragments carries.
func (d *Decoder) carried6(next uint8, off, n int) Outcome {
	p := d.p
	base, end := off, off+n
	left := uint64(0) // segments left, as sum64 has them
	for range 16 {
		switch {
		case extension(next):
			if end-off < 8 || !d.have(off, 8) {
				p.Proto = next
				return d.portless(off, end-off)
			}
			l := int(d.data[off+1])*8 + 8
			if off+l > end {
				p.Proto = next
				p.Bits |= BadHeader
				return d.portless(off, end-off)
			}
			finalEnds(next, d.data[off:min(off+l, len(d.data))], &p.Src, &p.Dst)
			if next == 43 {
				left += uint64(d.data[off+3]) << (8 * ((off - base + 3) & 7))
			}
			if d.data[off] == 59 && next >= 135 {
				// The header is the message (RFC 6275, 6.1; RFC 7401, 5.1; RFC 5533, 5.1): it says what the packet is.
				if off > base {
					p.Digest = mum(p.Digest^mix1, (sum64(d.data[base:off], 0)-left)^mix3)
				}
				p.Proto = next
				return d.portless(off, end-off)
			}
			next = d.data[off]
			off += l
		case next == protoAH:
			inside, l, ok := d.authHeader(off, end-off)
			if !ok {
				p.Proto = next
				return d.portless(off, max(end-off, 0))
			}
			next = inside
			off += l
		case next == 44:
			if !d.have(off, 8) || end-off < 8 {
				p.Proto = next
				p.Bits |= Cut
				return d.portless(off, max(end-off, 0))
			}
			fh := d.data[off : off+8]
			fo := be.Uint16(fh[2:])
			next = fh[0]
			p.Proto = next
			if fo&0xfff9 == 0 {
				off += 8 // an atomic fragment (RFC 6946)
				continue
			}
			return d.fragment(off+8, end-off-8, be.Uint32(fh[4:]), int(fo&0xfff8), fo&1 != 0)
		default:
			if off > base {
				// Extension headers, without what a router on the way changes.
				p.Digest = mum(p.Digest^mix1, (sum64(d.data[base:min(off, len(d.data))], 0)-left)^mix3)
			}
			p.Proto = next
			return d.transport(next, off, end-off)
		}
	}
	p.Proto = next
	return d.portless(off, max(end-off, 0))
}

// finalEnd4 puts into dst where a packet with IPv4 options o goes in the end, where these route it through other
// hosts first (RFC 791, 3.1): the last address of the route. The transport's checksum is over that one, and that one answers.
func finalEnd4(o []byte, dst *[16]byte) {
	for len(o) > 2 && o[0] != 0 {
		if o[0] == 1 { // the one option that goes on without a length
			o = o[1:]
			continue
		}
		l := int(o[1])
		if l < 2 || l > len(o) {
			return
		}
		if (o[0] == 131 || o[0] == 137) && l >= 7 && int(o[2])+3 <= l {
			copy(dst[12:], o[l-4:l])
			return
		}
		o = o[l:]
	}
}

// finalEnds puts into src and dst the ends of the connection where the extension header
// h of type next names others than the IPv6 header does: of a packet that is still to
// be routed through other nodes the last of them (RFC 8200, 8.1), of one from a mobile
// node that is away its home address (RFC 6275, 6.3). The transport's checksum is over
// these. Where h was cut before them nothing changes.
func finalEnds(next uint8, h []byte, src, dst *[16]byte) {
	switch next {
	case 43:
		last := 0
		switch h[2] {
		case 0, 2:
			last = len(h) - 16
			if len(h) != int(h[1])*8+8 {
				return
			}
		case 4: // segments in reverse order (RFC 8754, 2)
			last = 8
		default:
			return
		}
		if h[3] > 0 && last >= 8 && last+16 <= len(h) {
			*dst = [16]byte(h[last:])
		}
	case 60:
		for o := h[2:]; len(o) > 0; {
			if o[0] == 0 { // the one option without a length
				o = o[1:]
				continue
			}
			if len(o) < 2 || len(o) < 2+int(o[1]) {
				return
			}
			if o[0] == 0xc9 && o[1] == 16 {
				*src = [16]byte(o[2:])
				return
			}
			o = o[2+int(o[1]):]
		}
	}
}

// payload notes where the transport payload lies.
func (d *Decoder) payload(off, n int) {
	p := d.p
	p.PayloadLen = uint32(max(n, 0))
	if off < len(d.data) && n > 0 {
		p.PayloadOff = uint32(off)
		p.PayloadCap = uint32(min(n, len(d.data)-off))
	}
	if off+n > len(d.data) && n > 0 {
		p.Bits |= Cut
		p.overlong(off)
	}
}

// portless books a packet by its hosts alone.
func (d *Decoder) portless(off, n int) Outcome {
	p := d.p
	p.Bits |= NoPorts | Unchecked
	d.payload(off, n)
	p.Digest ^= endOf(d.seed, &p.Src, p.Ver) // as in udp: without ports nothing else tells the two ways apart
	if c := min(off+max(n, 0), len(d.data)); c > off {
		p.Digest = mum(p.Digest^mix1, sum64(d.data[off:c], 0)^mix2)
	}
	return d.finish()
}

// transport decodes what IP carries: n octets at off according to IP.
func (d *Decoder) transport(proto uint8, off, n int) Outcome {
	switch proto {
	case ProtoTCP:
		return d.tcp(off, n)
	case ProtoUDP:
		return d.udp(off, n)
	case ProtoICMP:
		if d.p.Ver == 4 {
			return d.icmp(off, n)
		}
	case ProtoICMP6:
		if d.p.Ver == 6 {
			return d.icmp(off, n)
		}
	case ProtoSCTP:
		return d.sctp(off, n)
	case ProtoDCCP:
		return d.dccp(off, n)
	case ProtoUDPLite:
		return d.udpLite(off, n)
	default:
		if out, ok := d.ipTunnel(proto, off, n); ok {
			return out
		}
	}
	return d.portless(off, n)
}

// digest folds the captured octets of the transport into the packet's digest.
func (d *Decoder) digest(off, n int, head uint64) {
	c := min(off+max(n, 0), len(d.data))
	var s uint64
	if c > off {
		s = sum64(d.data[off:c], 0)
	}
	d.p.Digest = mum(d.p.Digest^mix1, s^mix2) ^ mum(head^mix3, mix1)
}
