package capture

import "math/bits"

// tcp decodes a segment (RFC 9293, 3.1).
func (d *Decoder) tcp(off, n int) Outcome {
	p := d.p
	if n < 4 || !d.have(off, 4) {
		p.Bits |= NoFlags
		return d.portless(off, n)
	}
	b := d.data[off:]
	p.SrcPort, p.DstPort = be.Uint16(b), be.Uint16(b[2:])
	if len(b) < 14 || n < 14 {
		if d.quoting && len(b) >= 8 {
			p.Seq, p.Opts = Seq(be.Uint32(b[4:])), quotedSeq
		}
		p.Bits |= NoFlags | Cut | Unchecked
		if n < 14 {
			p.Bits |= BadHeader
		}
		d.digest(off, n, uint64(p.SrcPort)<<16|uint64(p.DstPort))
		return d.finish()
	}
	p.Seq, p.Ack = Seq(be.Uint32(b[4:])), Seq(be.Uint32(b[8:]))
	hl := int(b[12]>>4) * 4
	p.Flags = Flags(b[12]&15)<<8 | Flags(b[13])
	if hl < 20 || hl > n {
		p.Bits |= BadHeader
		hl = min(max(hl, 20), max(n, 0))
	}
	p.TCPHdr = uint8(hl)
	if len(b) >= 16 {
		p.Window = be.Uint16(b[14:])
	} else {
		p.Window = 0xffff // not captured: nothing says that it was closed, or how far it reached
	}
	if hl > 20 && len(b) > 20 {
		d.tcpOptions(b[20:min(hl, len(b))])
	}
	p.PayloadLen = uint32(n - hl)
	head := uint64(p.Seq)<<32 | uint64(p.Ack)
	if len(b) < n {
		p.Bits |= Cut | Unchecked
		if len(b) > hl {
			p.PayloadOff, p.PayloadCap = uint32(off+hl), uint32(len(b)-hl)
		}
		p.overlong(off + hl)
		d.digest(off, n, head)
		if p.Bits&Overlong != 0 {
			d.damagedLength(b, off, hl)
		}
		if len(b) >= 18 {
			p.Digest = mum(p.Digest^uint64(p.Flags), mix3)
		}
		return d.finish()
	}
	if n < 20 {
		p.Bits |= BadHeader | Unchecked
		d.digest(off, n, head)
		return d.finish()
	}
	b = b[:n:n]
	if n > hl {
		p.PayloadOff, p.PayloadCap = uint32(off+hl), uint32(n-hl)
	}
	s := sum64(b, 0)
	d.verify(s, be.Uint16(b[16:]), ProtoTCP, uint32(n))
	// A copy may carry its checksum finished or not: leave it out.
	s -= uint64(b[16]) | uint64(b[17])<<8
	p.Digest = mum(p.Digest^mix1, s^mix2) ^ mum(head^mix3, mix1)
	return d.finish()
}

// damagedLength looks whether the checksum of a segment that is Overlong proves which length
// it was sent with: that of the frame, or where the frame is padded that of its header. Then
// the length was damaged on its way, and no receiver takes such a packet, as none takes one
// with a wrong checksum. Else a tool cut it, or nothing tells.
func (d *Decoder) damagedLength(b []byte, off, hl int) {
	p := d.p
	if len(b) < max(hl, 20) || off+len(b) != int(p.WireLen) {
		return
	}
	for _, n := range [...]int{hl, len(b)} {
		s, c := bits.Add64(sum64(b[:n], 0), pseudo(p, ProtoTCP, uint32(n)), 0)
		if fold(s+c) == 0xffff {
			p.Bits = p.Bits&^Unchecked | BadSum
			p.PayloadLen = uint32(n - hl)
			p.PayloadCap = p.PayloadLen
			return
		}
	}
}

// verify judges the transport checksum field, whose segment of n octets sums up
// to s.
func (d *Decoder) verify(s uint64, field uint16, proto uint8, n uint32) {
	p := d.p
	ps := pseudo(p, proto, n)
	t := s + ps
	if t < s {
		t++
	}
	if fold(t) == 0xffff {
		return
	}
	// Offload leaves the pseudo-header's sum, with or without the length.
	le := field>>8 | field<<8
	if fold(ps) == le || fold(pseudo(p, proto, 0)) == le {
		p.Bits |= PartialSum
		return
	}
	if p.Bits&NoLen != 0 {
		p.Bits |= PartialSum
		return
	}
	if proto == ProtoTCP && n > mostOnWire && p.Bits&Fragment == 0 {
		p.Bits |= PartialSum | Unchecked
		return
	}
	p.Bits |= BadSum
}

// mostOnWire is the largest segment in a packet of 1500 octets. A larger one with a sum that is not its own was
// put together by a network card from several that the card had checked (LRO, RSC), and has that of one of them.
// Where larger packets are in use, a damaged one is taken for such: links have checksums of their own.
const mostOnWire = 1500 - 20

// tcpOptions reads the options (RFC 9293, 3.2; RFC 7323; RFC 2018; RFC 7413;
// RFC 8684), stopping where they contradict their length.
func (d *Decoder) tcpOptions(b []byte) {
	p := d.p
	// The padded timestamp option that nearly every segment carries.
	if len(b) >= 12 && b[0] == 1 && b[1] == 1 && b[2] == 8 && b[3] == 10 {
		p.TSVal, p.TSEcr = be.Uint32(b[4:]), be.Uint32(b[8:])
		p.Opts |= OptTimestamps
		if len(b) == 12 {
			return
		}
		b = b[12:]
	}
	for len(b) > 0 {
		switch b[0] {
		case 0:
			return
		case 1:
			b = b[1:]
			continue
		}
		if len(b) < 2 || b[1] < 2 {
			p.Bits |= BadOpts
			return
		}
		l := int(b[1])
		if l > len(b) {
			p.Bits |= BadOpts
			return
		}
		v := b[2:l]
		switch b[0] {
		case 2:
			if len(v) == 2 {
				p.MSS = be.Uint16(v)
				p.Opts |= OptMSS
			}
		case 3:
			if len(v) == 1 {
				p.WScale = v[0]
				p.Opts |= OptWScale
			}
		case 4:
			p.Opts |= OptSACKOK
		case 5:
			p.Opts |= OptSACKBlocks
			p.sack(v)
		case 8:
			if len(v) == 8 {
				p.TSVal, p.TSEcr = be.Uint32(v), be.Uint32(v[4:])
				p.Opts |= OptTimestamps
			}
		case 30:
			p.Opts |= OptMPTCP
		case 34:
			d.fastOpen(v)
		case 253, 254:
			if len(v) >= 2 && v[0] == 0xf9 && v[1] == 0x89 { // the experiment's magic (RFC 7413, 4.1.1)
				d.fastOpen(v[2:])
			}
		}
		b = b[l:]
	}
}

// sack notes how far the blocks of v reach, see Sacked.
func (p *Packet) sack(v []byte) {
	if p.Opts&OptMSS != 0 {
		return
	}
	p.MSS = 0
	for ; len(v) >= 8; v = v[8:] {
		from, to := Seq(be.Uint32(v)), Seq(be.Uint32(v[4:]))
		if n := to.Sub(p.Ack); from.After(p.Ack) && to.After(from) && n > 0 {
			p.MSS = max(p.MSS, uint16(min(n, 1<<16-1)))
		}
	}
}

func (d *Decoder) fastOpen(cookie []byte) {
	if len(cookie) == 0 {
		d.p.Opts |= OptFastOpenAsk
	} else {
		d.p.Opts |= OptFastOpen
	}
}

// udp decodes a datagram (RFC 768).
func (d *Decoder) udp(off, n int) Outcome {
	p := d.p
	if n < 4 || !d.have(off, 4) {
		return d.portless(off, n)
	}
	b := d.data[off:]
	p.SrcPort, p.DstPort = be.Uint16(b), be.Uint16(b[2:])
	// Between ports of the same number, without an IP id, an echo would be the very sum of what it answers.
	p.Digest ^= endOf(d.seed, &p.Src, p.Ver)
	size := n
	if len(b) >= 6 && n >= 8 {
		if l := int(be.Uint16(b[4:])); l >= 8 && l <= n {
			size = l
		} else if l != 0 || n < 65536 && p.Bits&NoLen == 0 {
			p.Bits |= BadHeader
		}
	} else {
		p.Bits |= BadHeader
		if n >= 8 {
			p.Bits = p.Bits&^BadHeader | Cut
		}
	}
	d.payload(off+8, size-8)
	if len(b) < size || size < 8 {
		p.Bits |= Unchecked
		d.digest(off, size, uint64(p.SrcPort)<<16|uint64(p.DstPort))
	} else {
		b = b[:size:size]
		s := sum64(b, 0)
		switch field := be.Uint16(b[6:]); {
		case field == 0 && p.Ver == 4:
			p.Bits |= Unchecked
		default:
			d.verify(s, field, ProtoUDP, uint32(size))
		}
		s -= (uint64(b[6]) | uint64(b[7])<<8) << 48
		p.Digest = mum(p.Digest^mix1, s^mix2)
	}
	if tunnelPort(p.DstPort) || tunnelPort(p.SrcPort) {
		if out, ok := d.udpTunnel(off+8, size-8); ok {
			return out
		}
	} else if size >= 48 && d.teredoInside(off+8, size-8) {
		if out, ok := d.attempt(tunTeredo, true, func() Outcome { return d.ip6(off+8, size-8) }); ok {
			return out
		}
	}
	return d.finish()
}

// icmp decodes ICMP (RFC 792) and ICMPv6 (RFC 4443) with what errors quote.
func (d *Decoder) icmp(off, n int) Outcome {
	p := d.p
	if n < 2 || !d.have(off, 2) {
		return d.portless(off, n)
	}
	b := d.data[off:]
	typ, code := b[0], b[1]
	p.Flags = Flags(typ)<<8 | Flags(code)
	p.SrcPort, p.DstPort = uint16(typ), uint16(code)
	if c, part := ICMPPair(p.Ver, typ); part != ICMPAlone {
		p.DstPort = uint16(c)
	}
	if len(b) >= 8 {
		p.Seq = Seq(be.Uint32(b[4:]))
	}
	d.payload(off+8, n-8)
	if len(b) < n {
		p.Bits |= Cut | Unchecked
		d.digest(off, n, 0)
	} else if n >= 4 {
		s := sum64(b[:n], 0)
		if p.Ver == 6 {
			d.verify(s, be.Uint16(b[2:]), ProtoICMP6, uint32(n))
		} else if fold(s) != 0xffff {
			p.Bits |= BadSum
		}
		p.Digest = mum(p.Digest^mix1, (s-(uint64(b[2])|uint64(b[3])<<8)<<16)^mix2)
	}
	if icmpError(p.Ver, typ) && n > 8 {
		d.quote(off+8, n-8)
	}
	return d.finish()
}

// ICMPPart is the part of an ICMP type in the pair that a question and its answer make.
type ICMPPart uint8

// The parts. What an ICMPAnswer tells it tells only who asked. An ICMPNotice is told to all unasked, and to one because it
// asked (RFC 4861, 6.2.6 and 7.2.4; RFC 1256, 5). An ICMPNews looks the same asked and unasked, whoever it goes to
// (RFC 2710, 4; RFC 6275, 6.8).
const (
	ICMPAlone ICMPPart = iota // of no pair
	ICMPQuestion
	ICMPAnswer
	ICMPNotice
	ICMPNews
)

// ICMPPair is the ICMP type that answers typ, or that typ answers, and which of them typ is. Of what is ICMPAlone the other is 0.
func ICMPPair(ver, typ uint8) (other uint8, part ICMPPart) {
	if ver == 6 {
		switch typ {
		case 128, 130, 133, 135, 139, 141, 144, 146, 148, 157, 160:
			return typ + 1, ICMPQuestion
		case 129, 140, 142, 145, 149, 158, 161:
			return typ - 1, ICMPAnswer
		case 134, 136:
			return typ - 1, ICMPNotice
		case 131, 147:
			return typ - 1, ICMPNews
		}
		return 0, ICMPAlone
	}
	switch typ {
	case 8:
		return 0, ICMPQuestion
	case 0:
		return 8, ICMPAnswer
	case 13, 15, 17, 35, 37, 42:
		return typ + 1, ICMPQuestion
	case 14, 16, 18, 36, 38, 43:
		return typ - 1, ICMPAnswer
	case 10:
		return 9, ICMPQuestion
	case 9:
		return 10, ICMPNotice
	}
	return 0, ICMPAlone
}

func icmpError(ver, typ uint8) bool {
	if ver == 6 {
		return typ >= 1 && typ <= 4 || typ == 137
	}
	return typ == 3 || typ == 4 || typ == 5 || typ == 11 || typ == 12
}

// quote reads the head of the packet that an ICMP error quotes. Eight octets of
// transport are enough for its ports (RFC 792).
func (d *Decoder) quote(off, n int) {
	p := d.p
	if d.quoting || p.Ver == 6 && p.ICMPType() == 137 { // redirect: addresses come first (RFC 4861, 4.5)
		return
	}
	b := d.data[min(off, len(d.data)):]
	if len(b) > n {
		b = b[:n]
	}
	var q Quote
	proto, b, ok := q.head(p.Ver, b)
	if !ok {
		return
	}
	for range maxDepth {
		proto, b = q.skipHeaders(proto, b)
		ver, inner := carried(proto, b)
		next, rest, ok := q.head(ver, inner)
		if !ok {
			break
		}
		proto, b = next, rest
	}
	if d.quoteInside(&q, proto, b) {
		d.Quote = q
		p.Hash = q.Hash
		if proto == ProtoUDP {
			p.TSEcr = 1
		}
		p.Bits |= ICMPError
		return
	}
	q.Proto = proto
	switch proto {
	case ProtoTCP, ProtoUDP, ProtoSCTP, ProtoDCCP, ProtoUDPLite:
		if len(b) < 4 {
			return
		}
		q.SrcPort, q.DstPort = be.Uint16(b), be.Uint16(b[2:])
		q.HasPorts = true
		if proto == ProtoTCP && len(b) >= 8 {
			q.Seq, q.HasSeq = Seq(be.Uint32(b[4:])), true
		}
	case ProtoICMP, ProtoICMP6:
		if len(b) < 2 {
			return
		}
		q.SrcPort, q.DstPort = uint16(b[0]), uint16(b[1])
		if c, part := ICMPPair(q.Ver, b[0]); part != ICMPAlone {
			q.DstPort = uint16(c)
		}
	}
	q.Hash = tupleHash(d.seed, &q.Src, &q.Dst, q.SrcPort, q.DstPort, q.Proto, q.Ver)
	d.Quote = q
	p.Hash = q.Hash
	p.Bits |= ICMPError
}

// head reads the IP header at b, of version ver, and returns what follows it. Where there is no whole one q stays as it is.
func (q *Quote) head(ver uint8, b []byte) (proto uint8, rest []byte, ok bool) {
	switch {
	case ver == 4 && len(b) >= 20 && b[0]>>4 == 4:
		hl := int(b[0]&15) * 4
		if hl < 20 || len(b) < hl {
			return 0, nil, false
		}
		*q = Quote{Ver: 4}
		q.Src[10], q.Src[11], q.Dst[10], q.Dst[11] = 0xff, 0xff, 0xff, 0xff
		copy(q.Src[12:], b[12:16])
		copy(q.Dst[12:], b[16:20])
		finalEnd4(b[20:hl], &q.Dst)
		if be.Uint16(b[6:])&0x1fff != 0 {
			return b[9], nil, true
		}
		return b[9], b[hl:], true
	case ver == 6 && len(b) >= 40 && b[0]>>4 == 6:
		*q = Quote{Ver: 6, Src: [16]byte(b[8:24]), Dst: [16]byte(b[24:40])}
		return b[6], b[40:], true
	}
	return 0, nil, false
}

// carried returns the IP packet in what b, of protocol proto, carries as a tunnel, and its version, 0 for none: who sent that
// packet is told that it did not arrive. Of other tunnels see quoteInside.
func carried(proto uint8, b []byte) (ver uint8, inner []byte) {
	switch proto {
	case 4:
		return 4, b
	case 41:
		return 6, b
	case 47:
	default:
		return 0, nil
	}
	if len(b) < 4 || be.Uint16(b)&0x4007 != 0 { // with routes, or PPTP's
		return 0, nil
	}
	o := 4
	for _, bit := range [...]byte{0x80, 0x20, 0x10} {
		if b[0]&bit != 0 {
			o += 4
		}
	}
	if len(b) < o {
		return 0, nil
	}
	switch be.Uint16(b[2:]) {
	case 0x0800:
		return 4, b[o:]
	case 0x86dd:
		return 6, b[o:]
	}
	return 0, nil
}

// quoteInside looks for the packet that b, which has protocol proto in a quoted packet between q's ends, carries through a
// tunnel that carried does not know, and puts it into q. Old routers quote eight octets behind the header (RFC 792), in
// which it is not; others as much as 576 octets hold (RFC 1812, section 4.3.2.3). What is mirrored to a
// sniffer is no such packet: that the copy did not arrive says nothing of it.
func (d *Decoder) quoteInside(q *Quote, proto uint8, b []byte) bool {
	if len(b) < 8 {
		return false
	}
	from, to := be.Uint16(b), be.Uint16(b[2:])
	switch proto {
	case ProtoUDP:
		if !tunnelPort(from) && !tunnelPort(to) || to == portTZSP || len(b) < 16 {
			return false
		}
	case 47:
		if to == greERSPAN || to == greERSPAN3 {
			return false
		}
	case 97, 115, 137:
	default:
		return false
	}
	data, p, key, net, depth, links, back := d.data, d.p, len(d.key), len(d.net), d.depth, d.links, d.again
	d.data, d.p, d.quoting, d.again = b, &d.quoted, true, again{}
	d.quoted = Packet{Src: q.Src, Dst: q.Dst, Ver: q.Ver, Proto: proto, Frames: 1, WireLen: 1 << 17} // what the quote is cut to is no length
	var out Outcome
	var ok bool
	if proto == ProtoUDP {
		d.quoted.SrcPort, d.quoted.DstPort = from, to
		out, ok = d.udpTunnel(8, int(be.Uint16(b[4:]))-8)
	} else {
		out, ok = d.ipTunnel(proto, 0, 1<<16)
	}
	apart := len(d.net) > net
	d.data, d.p, d.quoting, d.again, d.depth, d.links = data, p, false, back, depth, links
	d.key, d.net = d.key[:key], d.net[:net]
	in := &d.quoted
	if !ok || out != OK && out != More || in.Bits&(NoPorts|Orphan) != 0 {
		return false
	}
	*q = Quote{Src: in.Src, Dst: in.Dst, SrcPort: in.SrcPort, DstPort: in.DstPort, Proto: in.Proto, Ver: in.Ver, Hash: in.Hash, Seg: in.Seg, Apart: apart}
	switch in.Proto {
	case ProtoTCP:
		q.HasPorts = true
		if in.Bits&NoFlags == 0 || in.Opts == quotedSeq {
			q.Seq, q.HasSeq = in.Seq, true
		}
	case ProtoUDP, ProtoSCTP, ProtoDCCP, ProtoUDPLite:
		q.HasPorts = true
	}
	return true
}

// quotedSeq in a quoted packet's Opts says that it was cut behind its sequence number.
const quotedSeq = OptMSS

// skipHeaders goes past the headers, the first of which is proto, that the quoted packet
// has before its transport at b, as far as b goes.
func (q *Quote) skipHeaders(proto uint8, b []byte) (uint8, []byte) {
	for range maxDepth {
		l := 0
		switch {
		case len(b) < 8:
		case proto == protoAH:
			l = int(b[1])*4 + 8
		case q.Ver == 4:
		case extension(proto):
			l = int(b[1])*8 + 8
			finalEnds(proto, b[:min(l, len(b))], &q.Src, &q.Dst)
		case proto == 44:
			l = 8
			if be.Uint16(b[2:])&0xfff8 != 0 {
				l = len(b) // not the first fragment: what follows is no header
			}
		}
		if l == 0 {
			break
		}
		proto, b = b[0], b[min(l, len(b)):]
	}
	return proto, b
}
