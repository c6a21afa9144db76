package capture

// Links that few captures have.

// sunATM decodes Solaris' ATM: what is in it, the path and the channel, then a frame of LAN emulation behind its two
// octets, or LLC.
func (d *Decoder) sunATM(off, n int) Outcome {
	if !d.have(off, 4) {
		return d.short()
	}
	switch d.data[off] & 0x0f {
	case 1:
		return d.ethernet(off+6, n-6)
	case 2:
		return d.llc(off+4, n-4)
	}
	return d.notIP(reasonLink, linkSunATM)
}

// ipnet decodes Solaris' IP observability: 24 octets with versions, lengths, interfaces and zones.
func (d *Decoder) ipnet(off, n int) Outcome {
	if !d.have(off, 25) {
		return d.short()
	}
	if d.data[off] != 1 {
		return d.notIP(reasonLink, linkIPNET)
	}
	switch d.data[off+1] {
	case 2:
		return d.ip4(off+24, n-24)
	case 26:
		return d.ip6(off+24, n-24)
	}
	return d.notIP(reasonLink, linkIPNET)
}

// erf decodes Endace's records: 16 octets, extensions of eight while the last says that one follows, and what the
// record's type names.
func (d *Decoder) erf(off, n int) Outcome {
	if !d.have(off, 16) {
		return d.short()
	}
	kind, wire := d.data[off+8]&0x7f, int(be.Uint16(d.data[off+14:]))
	more := d.data[off+8]&0x80 != 0
	for off, n = off+16, n-16; more; off, n = off+8, n-8 {
		if !d.have(off, 8) {
			return d.short()
		}
		more = d.data[off]&0x80 != 0
	}
	switch kind {
	case 1, 10, 15, 19:
		return d.pppFrame(off, min(n, wire))
	case 2, 11, 16, 20: // two octets of padding
		return d.ethernet(off+2, min(n-2, wire))
	case 22, 23:
		if !d.have(off, 1) {
			return d.short()
		}
		return d.ip(off, min(n, wire))
	}
	return d.notIP(reasonLink, linkERF)
}

// mPacket decodes what is on the wire of Ethernet that may be interrupted (IEEE 802.3br, figure 99-4): the preamble, and a
// whole frame where its last octet says that it is one.
func (d *Decoder) mPacket(off, n int) Outcome {
	if !d.have(off, 8) {
		return d.short()
	}
	if d.data[off+7] != 0xd5 {
		return d.notIP(reasonLink, linkMPacket)
	}
	return d.ethernet(off+8, n-8)
}

// switched decodes Ethernet with a switch's own tag of l octets behind the addresses, as on the way to the switch's
// processor. vlan says that Marvell's tag stands in the place of one of 802.1Q where its bit says so.
func (d *Decoder) switched(off, n, l int, vlan bool) Outcome {
	if !d.have(off, 14+l) {
		return d.short()
	}
	if tag := be.Uint32(d.data[off+8+l:]); vlan && tag&(1<<29) != 0 {
		d.pushVLAN(uint16(tag & 0xfff))
	}
	typ := be.Uint16(d.data[off+12+l:])
	off, n = off+14+l, n-14-l
	if typ < 0x0600 {
		size := int(typ)
		if size == 0 || size > n {
			size = n
		}
		return d.llc(off, size)
	}
	return d.etherType(typ, off, n)
}

// batman decodes B.A.T.M.A.N. advanced, version 15: what a mesh carries for somebody is a whole frame behind the
// packet's header; the rest is the mesh's own.
func (d *Decoder) batman(off, n int) Outcome {
	if !d.have(off, 2) {
		return d.short()
	}
	l := 0
	switch kind := d.data[off]; {
	case d.data[off+1] != 15:
	case kind == 0x01: // to all
		l = 14
	case kind == 0x40: // to one
		l = 10
	case kind == 0x42: // and where from
		l = 18
	}
	if l == 0 {
		return d.notIP(reasonEtherType, etherBatman)
	}
	if d.depth++; d.depth > maxDepth {
		return d.notIP(reasonTooDeep, 0)
	}
	return d.ethernet(off+l, n-l)
}

// gue decodes Generic UDP Encapsulation (draft-ietf-intarea-gue, sections 3 and 4): a header that names the protocol
// behind its options, or IP at once.
func (d *Decoder) gue(off, n int) (Outcome, bool) {
	h := d.data[off:]
	if h[0]>>6 == 1 {
		if !d.soundIP(off, n) {
			return 0, false
		}
		return d.attempt(tunGUE, true, func() Outcome { return d.ip(off, n) })
	}
	l := 4 + int(h[0]&0x1f)*4
	if h[0]>>5 != 0 || l > n { // of a later version, or its own control
		return 0, false
	}
	switch h[1] {
	case 4, 41:
		if !d.soundIP(off+l, n-l) {
			return 0, false
		}
		return d.attempt(tunGUE, true, func() Outcome { return d.ip(off+l, n-l) })
	case 47:
		return d.gre(off+l, n-l)
	}
	return 0, false
}

// fou decodes Foo over UDP, as Linux sends it to ports that people agree on (its manual has 5555 and 7777), and Flannel to 8285: IP or
// GRE at once, without a header of its own. Only what fills the datagram, with the right checksum, is one.
func (d *Decoder) fou(off, n int) (Outcome, bool) {
	if d.certainIP(off, n) {
		return d.attempt(tunFOU, true, func() Outcome { return d.ip(off, n) })
	}
	h := d.data[off:]
	if h[0]&^0xb0 != 0 || h[1] != 0 { // but a checksum, a key and a number there is nothing in GRE's first octets
		return 0, false
	}
	l := 4
	for _, option := range [...]byte{0x80, 0x20, 0x10} {
		if h[0]&option != 0 {
			l += 4
		}
	}
	switch typ := be.Uint16(h[2:]); {
	case typ == 0x6558 && d.certainEthernet(off+l, n-l):
	case (typ == 0x0800 || typ == 0x86dd) && d.certainIP(off+l, n-l):
	default:
		return 0, false
	}
	return d.gre(off, n)
}

// nflog walks the netfilter log's attributes to the packet.
func (d *Decoder) nflog(off, n int) Outcome {
	if !d.have(off, 4) {
		return d.short()
	}
	family := d.data[off]
	le := func(o int) int { return int(d.data[o]) | int(d.data[o+1])<<8 }
	end := off + n
	for o := off + 4; d.have(o, 4); {
		l, t := le(o), le(o+2)&0x7fff
		if l < 4 {
			return d.bad()
		}
		if t == 9 {
			l = min(l-4, max(end-o-4, 0))
			switch family {
			case 2, 10:
				return d.ip(o+4, l)
			}
			return d.notIP(reasonLink, uint16(LinkNFLOG))
		}
		o += (l + 3) &^ 3
	}
	return d.notIP(reasonLink, uint16(LinkNFLOG))
}

func (d *Decoder) pflog(off, n int) Outcome {
	if !d.have(off, 4) {
		return d.short()
	}
	l := (int(d.data[off]) + 3) &^ 3
	if l < 4 || !d.have(off, l+1) {
		return d.short()
	}
	switch d.data[off+1] {
	case 2:
		return d.ip4(off+l, n-l)
	case 10, 24, 26, 28, 30:
		return d.ip6(off+l, n-l)
	}
	return d.notIP(reasonLink, uint16(LinkPFLog))
}

// arcnet decodes ARCNET from its protocol on: IP of RFC 1051, or of RFC 1201 with the place in a packet of several frames.
func (d *Decoder) arcnet(l LinkType, off, n int) Outcome {
	if !d.have(off, 4) {
		return d.short()
	}
	switch h := d.data[off:]; {
	case h[0] == 212 && h[1] == 0:
		return d.ip4(off+4, n-4)
	case h[0] == 240:
		return d.ip4(off+1, n-1)
	}
	return d.notIP(reasonLink, uint16(l))
}

// ax25 decodes amateur radio's AX.25: addresses of seven octets, the last of which ends with a set bit, control, and what the
// information is. Only information and unnumbered information have some.
func (d *Decoder) ax25(off, n int) Outcome {
	const address, most = 7, 10
	o := off
	for range most {
		if !d.have(o, address+2) {
			return d.short()
		}
		o += address
		if d.data[o-1]&1 == 0 {
			continue
		}
		if control := d.data[o]; o-off >= 2*address && (control&1 == 0 || control&^0x10 == 3) && d.data[o+1] == 0xcc {
			return d.ip4(o+2, n-(o+2-off))
		}
		break
	}
	return d.notIP(reasonLink, linkAX25)
}

// exported decodes what Wireshark exports of its own layers: tags, of which one names the reader of what follows, up to one
// that ends them.
func (d *Decoder) exported(off, n int) Outcome {
	const reader = 12
	name := ""
	for o := off; d.have(o, 4); {
		tag, size := be.Uint16(d.data[o:]), int(be.Uint16(d.data[o+2:]))
		if o += 4; tag == 0 {
			n -= o + size - off
			switch o += size; name {
			case "ip", "ipv6":
				if n > 0 && d.have(o, 1) {
					return d.ip(o, n)
				}
				return d.short()
			case "eth", "eth_maybefcs", "eth_withoutfcs":
				return d.ethernet(o, n)
			}
			break
		}
		if !d.have(o, size) {
			return d.short()
		}
		if tag == reader && size <= 16 {
			name = ""
			for _, r := range [...]string{"ip", "ipv6", "eth", "eth_maybefcs", "eth_withoutfcs"} {
				if b := d.data[o : o+size]; len(r) <= size && string(b[:len(r)]) == r && (size == len(r) || b[len(r)] == 0) {
					name = r
				}
			}
		}
		o += size
	}
	return d.notIP(reasonLink, linkExported)
}
