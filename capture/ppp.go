package capture

func (d *Decoder) pppoe(off, n int) Outcome {
	if !d.have(off, 6) {
		return d.short()
	}
	if d.data[off] != 0x11 || d.data[off+1] != 0 {
		return d.notIP(reasonPPPoEOther, 0)
	}
	d.pushPlain(tunPPPoE)
	l := int(be.Uint16(d.data[off+4:]))
	return d.ppp(off+6, min(l, n-6))
}

// pppFrame decodes PPP with or without HDLC address and control (RFC 1662).
func (d *Decoder) pppFrame(off, n int) Outcome {
	if !d.have(off, 2) {
		return d.short()
	}
	if d.data[off] == 0xff && d.data[off+1] == 3 {
		return d.ppp(off+2, n-2)
	}
	if d.data[off] == 0x0f || d.data[off] == 0x8f {
		return d.chdlc(off, n)
	}
	return d.ppp(off, n)
}

// ppp decodes a PPP protocol field and what follows (RFC 1661).
func (d *Decoder) ppp(off, n int) Outcome {
	if !d.have(off, 1) || n < 1 {
		return d.short()
	}
	if d.data[off] == 0xff && d.have(off, 2) && d.data[off+1] == 3 {
		off, n = off+2, n-2
		if !d.have(off, 1) {
			return d.short()
		}
	}
	proto := uint16(d.data[off])
	w := 1
	if proto&1 == 0 {
		if !d.have(off, 2) {
			return d.short()
		}
		proto, w = be.Uint16(d.data[off:]), 2
	}
	switch proto {
	case 0x0021:
		return d.ip4(off+w, n-w)
	case 0x0057:
		return d.ip6(off+w, n-w)
	case 0x0281, 0x0283:
		return d.mpls(off+w, n-w)
	case pppMultilink:
		return d.multilink(off+w, n-w)
	}
	return d.notIP(reasonPPP, proto)
}

const pppMultilink = 0x003d

// multilink decodes what was shared out among several links (RFC 1990, section 3): a packet behind a header of four octets,
// or of two where both ends agreed on short numbers. Of one in pieces the first has the headers; what it lacks is in the others,
// and cut here.
func (d *Decoder) multilink(off, n int) Outcome {
	const begins, ends = 0x80, 0x40
	for _, l := range [...]int{4, 2} {
		if !d.have(off, l+3) || d.data[off]&begins == 0 {
			break
		}
		at, proto := off+l, d.data[off+l]
		if proto == 0 {
			at, proto = at+1, d.data[at+1]
		}
		if version := d.data[at+1] >> 4; proto != 0x21 || version != 4 {
			if proto != 0x57 || version != 6 {
				continue
			}
		}
		room := uint32(0)
		if d.data[off]&ends == 0 {
			room = 1 << 16
		}
		p := d.p
		p.WireLen += room
		out := d.ip(at+1, n-(at+1-off))
		p.WireLen -= room
		if out == FragmentPart {
			d.Frag.WireLen -= room
		}
		return out
	}
	return d.notIP(reasonPPP, pppMultilink)
}

func (d *Decoder) chdlc(off, n int) Outcome {
	if !d.have(off, 4) {
		return d.short()
	}
	return d.etherType(be.Uint16(d.data[off+2:]), off+4, n-4)
}

// frameRelay decodes Q.922 addresses and what RFC 2427 puts behind them.
func (d *Decoder) frameRelay(off, n int) Outcome {
	start := off
	for d.have(off, 1) && d.data[off]&1 == 0 && off-start < 4 {
		off++
	}
	off++
	n -= off - start
	if !d.have(off, 2) {
		return d.short()
	}
	if d.data[off] != 3 {
		// Cisco's form: an EtherType right behind the address.
		if t := be.Uint16(d.data[off:]); t == 0x0800 || t == 0x86dd || t == 0x8847 {
			return d.etherType(t, off+2, n-2)
		}
		return d.notIP(reasonFrameRelay, 0)
	}
	off, n = off+1, n-1
	if d.data[off] == 0 { // padding
		off, n = off+1, n-1
		if !d.have(off, 1) {
			return d.short()
		}
	}
	switch d.data[off] {
	case 0xcc:
		return d.ip4(off+1, n-1)
	case 0x8e:
		return d.ip6(off+1, n-1)
	case 0x80:
		if !d.have(off, 6) {
			return d.short()
		}
		if d.data[off+1] == 0 && d.data[off+2] == 0 && d.data[off+3] == 0 {
			return d.etherType(be.Uint16(d.data[off+4:]), off+6, n-6)
		}
		if d.data[off+1] == 0 && d.data[off+2] == 0x80 && d.data[off+3] == 0xc2 && (d.data[off+5] == 1 || d.data[off+5] == 7) {
			return d.ethernet(off+6, n-6)
		}
	case 0xcf:
		return d.ppp(off+1, n-1)
	}
	return d.notIP(reasonFrameRelay, 0)
}
