package capture

// Tunnel kinds, as in the record's `tunnel`.
const (
	tunMPLS = iota
	tunPPPoE
	tunGRE
	tunERSPAN
	tunIPIP
	tun6in4
	tun4in6
	tunIP6IP6
	tunTeredo
	tunAYIYA
	tunVXLAN
	tunVXLANGPE
	tunGENEVE
	tunGTP
	tunL2TP
	tunNVGRE
	tunEoIP
	tunESPNull
	tunMPLSinUDP
	tunPPTP
	tunPIM
	tunGREinUDP
	tunTZSP
	tunLISP
	tunCAPWAP
	tunGUE
	tunFOU
	tunSRv6
	tunNSH
)

var tunnelNames = [...]string{"mpls", "pppoe", "gre", "erspan", "ipip", "6in4", "4in6", "ip6ip6", "teredo", "ayiya", "vxlan", "vxlan-gpe",
	"geneve", "gtp", "l2tp", "nvgre", "eoip", "esp-null", "mpls-in-udp", "pptp", "pim", "gre-in-udp", "tzsp", "lisp", "capwap", "gue", "fou", "srv6", "nsh"}

// tunnelPorts are the ports of UDP where tunnels live, a bit for each: every datagram
// asks for two.
var tunnelPorts = func() (t [65536 / 64]uint64) {
	for _, p := range [...]uint16{3544, 5072, 4789, 8472, 4790, 6081, 2152, 3386, 1701, 6635, 4754, 4755, portTZSP, 4341, 5247, 6080, 5555, 7777, 8285, 6784} {
		t[p/64] |= 1 << (p % 64)
	}
	return t
}()

const portTZSP = 37008

func tunnelPort(p uint16) bool { return tunnelPorts[p/64]>>(p%64)&1 != 0 }

// attempt runs decode on what a tunnel seems to carry. When that is nothing
// sound, everything is put back, and the outer packet is a packet of its own.
func (d *Decoder) attempt(kind byte, ends bool, decode func() Outcome) (Outcome, bool) {
	saved, key, net, depth := *d.p, len(d.key), len(d.net), d.depth
	if ends {
		d.pushTunnel(kind)
	} else {
		d.pushPlain(kind)
	}
	if d.inner() {
		switch out := decode(); out {
		case OK, More, FragmentPart, ARP, NotIP:
			return out, true
		}
	}
	*d.p, d.key, d.net, d.depth = saved, d.key[:key], d.net[:net], depth
	return 0, false
}

// soundIP reports whether an IP header that makes sense starts at off.
func (d *Decoder) soundIP(off, n int) bool {
	if n < 20 || !d.have(off, 20) {
		return false
	}
	h := d.data[off:]
	switch h[0] >> 4 {
	case 4:
		hl := int(h[0]&15) * 4
		t := int(be.Uint16(h[2:]))
		return hl >= 20 && (t >= hl && t <= n || t == 0)
	case 6:
		return n >= 40 && len(h) >= 40 && int(be.Uint16(h[4:]))+40 <= n
	}
	return false
}

// ipTunnel decodes what IP protocol numbers announce as a tunnel.
func (d *Decoder) ipTunnel(proto uint8, off, n int) (Outcome, bool) {
	switch proto {
	case 4, 41:
		kind := byte(tunIPIP)
		switch {
		case proto == 41 && d.p.Ver == 4:
			kind = tun6in4
		case proto == 4 && d.p.Ver == 6:
			kind = tun4in6
		case proto == 41:
			kind = tunIP6IP6
		}
		if n < 20 || !d.have(off, 1) || (d.data[off]>>4 == 4) != (proto == 4) {
			return 0, false
		}
		return d.attempt(kind, true, func() Outcome { return d.ip(off, n) })
	case 47:
		return d.gre(off, n)
	case 97: // EtherIP (RFC 3378)
		if d.have(off, 2) && d.data[off] == 0x30 && d.plausibleEthernet(off+2, n-2) {
			return d.attempt(tunGRE, true, func() Outcome { return d.ethernet(off+2, n-2) })
		}
	case 137:
		return d.attempt(tunMPLS, true, func() Outcome { return d.mpls(off, n) })
	case 143: // Ethernet behind a segment routing header (RFC 8986, section 4.9)
		if d.plausibleEthernet(off, n) {
			return d.attempt(tunSRv6, true, func() Outcome { return d.ethernet(off, n) })
		}
	case 145: // RFC 9491
		return d.attempt(tunNSH, true, func() Outcome { return d.nsh(off, n) })
	case 50:
		return d.espNull(off, n)
	case 115:
		return d.l2tpv3(off, n)
	case 103: // a PIM register carries a packet to the rendezvous point (RFC 7761, 4.9.3)
		if d.have(off, 8) && d.data[off] == 0x21 && d.soundIP(off+8, n-8) {
			return d.attempt(tunPIM, true, func() Outcome { return d.ip(off+8, n-8) })
		}
	}
	return 0, false
}

// udpTunnel decodes tunnels inside a datagram whose payload is n octets at off.
// The port alone proves nothing: the inside must be sound.
func (d *Decoder) udpTunnel(off, n int) (Outcome, bool) {
	p := d.p
	if p.Bits&BadHeader != 0 || n < 8 || !d.have(off, 8) {
		return 0, false
	}
	h := d.data[off:]
	switch dst, src := p.DstPort, p.SrcPort; {
	case dst == 4789 || dst == 8472 || dst == 4790 || dst == 6784: // its own, that of Linux before, that of GPE, and of Weave
		return d.vxlan(dst == 4790, off, n)
	case dst == 6081:
		if h[0]>>6 != 0 {
			return 0, false
		}
		l := 8 + int(h[0]&0x3f)*4
		typ, vni := be.Uint16(h[2:]), be.Uint32(h[4:])>>8
		if l > n {
			return 0, false
		}
		return d.attempt(tunGENEVE, true, func() Outcome {
			d.pushNet('G', vni)
			if typ == 0x6558 {
				if !d.plausibleEthernet(off+l, n-l) {
					return Malformed
				}
				return d.ethernet(off+l, n-l)
			}
			return d.etherType(typ, off+l, n-l)
		})
	case dst == 2152 || src == 2152:
		return d.gtp(off, n)
	case dst == 3386 || src == 3386:
		return d.gtp0(off, n)
	case dst == 1701 || src == 1701:
		return d.l2tp(off, n)
	case dst == 3544 || src == 3544:
		return d.teredo(off, n)
	case dst == 5072 || src == 5072:
		// AYIYA: identity, signature and header lengths, then an IPv6 packet.
		l := 8 + (1 << (h[0] >> 4)) + int(h[1]>>4)*4
		if h[3] != 41 || !d.soundIP(off+l, n-l) {
			return 0, false
		}
		return d.attempt(tunAYIYA, true, func() Outcome { return d.ip6(off+l, n-l) })
	case dst == 4754 || src == 4754: // GRE in UDP (RFC 8086)
		return d.gre(off, n)
	case dst == 6635:
		return d.attempt(tunMPLSinUDP, true, func() Outcome {
			if out := d.mpls(off, n); out != NotIP {
				return out
			}
			return Malformed
		})
	case dst == portTZSP:
		return d.tzsp(off, n)
	case dst == 5247 || src == 5247:
		return d.capwap(off, n)
	case dst == 6080 || src == 6080:
		return d.gue(off, n)
	case dst == 4341: // LISP (RFC 9300): flags and nonce, instance or locators, then a packet
		if !d.soundIP(off+8, n-8) {
			return 0, false
		}
		return d.attempt(tunLISP, true, func() Outcome {
			if d.data[off]&8 != 0 {
				d.pushNet('L', be.Uint32(d.data[off+4:])>>8)
			}
			return d.ip(off+8, n-8)
		})
	case dst == 5555 || src == 5555 || dst == 7777 || src == 7777 || dst == 8285:
		return d.fou(off, n)
	}
	return 0, false
}

// capwap decodes what an access point and its controller send one another of their stations (RFC 5415,
// section 4.3): a whole frame of 802.11 or Ethernet in clear behind a header that says how long it is. What
// has no packet in it (management, keep-alives, parts of frames, DTLS) stays a datagram of theirs.
func (d *Decoder) capwap(off, n int) (Outcome, bool) {
	const native, part, keepAlive = 1 << 8, 1 << 7, 1 << 3
	h := be.Uint32(d.data[off:])
	l := int(h>>19&0x1f) * 4
	if h>>24 != 0 || h&(part|keepAlive) != 0 || l < 8 || n < l+14 || !d.have(off, l+14) {
		return 0, false
	}
	off, n = off+l, n-l
	return d.attempt(tunCAPWAP, true, func() Outcome {
		out := Malformed
		switch {
		case h&native == 0:
			if d.plausibleEthernet(off, n) {
				out = d.ethernet(off, n)
			}
		case h>>9&0x1f != 1: // not 802.11 (RFC 5416)
		case d.data[off]&3 == 0:
			out = d.wifiFrame(off, n, le)
		case d.data[off+1]&3 == 0: // the version is 0: some controllers swap the octets of its numbers
			out = d.wifiFrame(off, n, be)
		}
		if out == NotIP {
			return Malformed
		}
		return out
	})
}

// vxlan decodes VXLAN (RFC 7348) and its Generic Protocol Extension
// (draft-ietf-nvo3-vxlan-gpe), which without its P bit is VXLAN. That bit with a
// protocol that the extension knows counts on VXLAN's own port too; other reserved bits
// are ignored on receipt, as section 5 asks.
func (d *Decoder) vxlan(gpe bool, off, n int) (Outcome, bool) {
	h := d.data[off:]
	if h[0]&0x08 == 0 {
		return 0, false
	}
	vni, next, kind := be.Uint32(h[4:])>>8, byte(3), byte(tunVXLAN)
	switch {
	case gpe && h[0]&0x04 != 0:
		next, kind = h[3], tunVXLANGPE
	case h[0]&0x04 != 0 && h[1]|h[2] == 0 && h[3] >= 1 && h[3] <= 5:
		next = h[3]
	}
	off, n = off+8, n-8
	if next == 3 && !d.plausibleEthernet(off, n) {
		return 0, false
	}
	return d.attempt(kind, true, func() Outcome {
		d.pushNet('V', vni)
		switch next {
		case 1:
			return d.ip4(off, n)
		case 2:
			return d.ip6(off, n)
		case 3:
			return d.ethernet(off, n)
		case 4:
			return d.nsh(off, n)
		case 5:
			return d.mpls(off, n)
		}
		return Malformed
	})
}

// gtp decodes GTP-U's user packets (3GPP TS 29.281).
func (d *Decoder) gtp(off, n int) (Outcome, bool) {
	h := d.data[off:]
	if h[0]>>5 != 1 || h[0]&0x10 == 0 || h[1] != 0xff {
		return 0, false
	}
	l := int(be.Uint16(h[2:]))
	if l > n-8 {
		return 0, false
	}
	o, end := off+8, off+8+l
	if h[0]&7 != 0 {
		if !d.have(o, 4) {
			return 0, false
		}
		next := byte(0)
		if h[0]&4 != 0 {
			next = d.data[o+3]
		}
		o += 4
		for range 8 {
			if next == 0 {
				break
			}
			if !d.have(o, 4) || d.data[o] == 0 {
				return 0, false
			}
			e := int(d.data[o]) * 4
			if !d.have(o, e) {
				return 0, false
			}
			next = d.data[o+e-1]
			o += e
		}
	}
	if !d.soundIP(o, end-o) {
		return 0, false
	}
	return d.attempt(tunGTP, true, func() Outcome { return d.ip(o, end-o) })
}

// gtp0 decodes user packets of GTP's version 0 (3GPP TS 09.60, section 6): twenty octets before each, none of them optional.
func (d *Decoder) gtp0(off, n int) (Outcome, bool) {
	const header = 20
	h := d.data[off:]
	if h[0]>>4 != 1 || h[1] != 0xff { // version 0, GTP and not GTP', a user's packet
		return 0, false
	}
	l := int(be.Uint16(h[2:]))
	if l > n-header || !d.soundIP(off+header, l) {
		return 0, false
	}
	return d.attempt(tunGTP, true, func() Outcome { return d.ip(off+header, l) })
}

// teredo decodes IPv6 behind Teredo's optional headers (RFC 4380).
func (d *Decoder) teredo(off, n int) (Outcome, bool) {
	o, rest := off, n
	for range 2 {
		if !d.have(o, 4) {
			return 0, false
		}
		switch be.Uint16(d.data[o:]) {
		case 0x0001: // authentication
			l := 13 + int(d.data[o+2]) + int(d.data[o+3])
			o, rest = o+l, rest-l
			continue
		case 0x0000: // origin indication
			o, rest = o+8, rest-8
			continue
		}
		break
	}
	if !d.soundIP(o, rest) || d.data[o]>>4 != 6 {
		return 0, false
	}
	return d.attempt(tunTeredo, true, func() Outcome { return d.ip6(o, rest) })
}

// teredoInside reports whether a datagram between any ports carries Teredo, as
// between a client and a relay: a whole IPv6 packet from or to 2001::/32.
func (d *Decoder) teredoInside(off, n int) bool {
	if !d.have(off, 40) {
		return false
	}
	h := d.data[off : off+40]
	return h[0]>>4 == 6 && int(be.Uint16(h[4:]))+40 == n && (be.Uint32(h[8:]) == 0x20010000 || be.Uint32(h[24:]) == 0x20010000)
}

// espNull decodes ESP without encryption (RFC 2410) where that is certain: the
// trailer's padding counts up and the checksum inside verifies.
func (d *Decoder) espNull(off, n int) (Outcome, bool) {
	if n < 8+20+2 || !d.have(off, n) {
		return 0, false
	}
	for _, icv := range [...]int{12, 16, 0, 24, 32} {
		end := off + n - icv
		if end-2 < off+8+8 {
			continue
		}
		pad, next := int(d.data[end-2]), d.data[end-1]
		if next != ProtoTCP && next != ProtoUDP && next != 4 && next != 41 || end-2-pad < off+8+8 {
			continue
		}
		sound := true
		for i := range pad {
			if d.data[end-2-pad+i] != byte(i+1) {
				sound = false
				break
			}
		}
		inner := end - 2 - pad - (off + 8)
		if !sound {
			continue
		}
		if next == 4 || next == 41 {
			if !d.soundIP(off+8, inner) {
				continue
			}
			return d.attempt(tunESPNull, true, func() Outcome { return d.ip(off+8, inner) })
		}
		b := d.data[off+8 : off+8+inner]
		t := sum64(b, pseudo(d.p, next, uint32(inner)))
		if fold(t) != 0xffff {
			continue
		}
		d.pushTunnel(tunESPNull)
		d.p.Proto = next
		return d.transport(next, off+8, inner), true
	}
	return 0, false
}
