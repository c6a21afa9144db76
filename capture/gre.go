package capture

// What GRE carries of mirrored frames: ERSPAN of types I and II, and of type III.
const (
	greERSPAN  = 0x88be
	greERSPAN3 = 0x22eb
)

// gre decodes GRE with its options (RFC 2784, 2890, 1701), NVGRE (RFC 7637),
// PPTP's version 1 (RFC 2637), ERSPAN and MikroTik's EoIP.
func (d *Decoder) gre(off, n int) (Outcome, bool) {
	if n < 4 || !d.have(off, 4) {
		return 0, false
	}
	flags, typ := be.Uint16(d.data[off:]), be.Uint16(d.data[off+2:])
	if typ == 0x6400 && flags == 0x2001 { // EoIP: key is length and tunnel id
		if !d.have(off, 8) {
			return 0, false
		}
		l := int(be.Uint16(d.data[off+4:]))
		id := uint32(d.data[off+6]) | uint32(d.data[off+7])<<8
		return d.attempt(tunEoIP, true, func() Outcome {
			d.pushNet('E', id)
			return d.ethernet(off+8, min(l, n-8))
		})
	}
	o := off + 4
	if flags&0xc000 != 0 {
		o += 4
	}
	if flags&0x2000 != 0 {
		// Not part of a connection's identity: each direction may have its own.
		o += 4
	}
	seq := flags&0x1000 != 0
	if seq {
		o += 4
	}
	if flags&7 == 1 {
		if flags&0x80 != 0 {
			o += 4
		}
		if typ != 0x880b || !seq {
			return 0, false // an acknowledgement only, or unknown
		}
		rest := n - (o - off)
		return d.attempt(tunPPTP, true, func() Outcome { return d.ppp(o, rest) })
	}
	if flags&7 != 0 {
		return 0, false
	}
	if flags&0x4000 != 0 { // source routes (RFC 1701)
		for range 16 {
			if !d.have(o, 4) {
				return 0, false
			}
			l := int(d.data[o+3])
			end := be.Uint16(d.data[o:]) == 0 && l == 0
			o += 4 + l
			if end {
				break
			}
		}
	}
	rest := n - (o - off)
	if rest < 0 {
		return 0, false
	}
	switch typ {
	case greERSPAN:
		if !seq { // type I: the frame follows at once
			if d.plausibleEthernet(o, rest) {
				return d.attempt(tunERSPAN, true, func() Outcome { return d.ethernet(o, rest) })
			}
			return 0, false
		}
		return d.attempt(tunERSPAN, true, func() Outcome { return d.ethernet(o+8, rest-8) })
	case greERSPAN3:
		if !d.have(o, 12) {
			return 0, false
		}
		h := 12
		if d.data[o+11]&1 != 0 {
			h += 8 // platform specific subheader
		}
		if d.data[o+10]>>2&0x1f == 2 { // the frame type: a packet without its link's header
			return d.attempt(tunERSPAN, true, func() Outcome { return d.ip(o+h, rest-h) })
		}
		return d.attempt(tunERSPAN, true, func() Outcome { return d.ethernet(o+h, rest-h) })
	case 0x6558:
		kind := byte(tunGRE)
		if flags == 0x2000 {
			kind = tunNVGRE
		}
		return d.attempt(kind, true, func() Outcome {
			return d.ethernet(o, rest)
		})
	case 0x883e: // WCCP: a redirect header may precede the packet
		if d.have(o, 1) && d.data[o]>>4 != 4 {
			o, rest = o+4, rest-4
		}
		return d.attempt(tunGRE, true, func() Outcome { return d.ip(o, rest) })
	case 0x8909: // Cisco's group tag, which names what follows first: type, version, length in words
		if !d.have(o, 8) || d.data[o+2] != 1 {
			return 0, false
		}
		typ = be.Uint16(d.data[o:])
		l := 4 + 4*int(d.data[o+3])
		if o, rest = o+l, rest-l; rest < 0 {
			return 0, false
		}
	case 0:
		return 0, false // a keep-alive
	}
	if typ&0xff00 == 0x8200 || typ&0xff00 == 0x8300 || typ&0xff00 == 0x9000 { // Aruba's 802.11 frames
		return d.attempt(tunGRE, true, func() Outcome { return d.wifi(o, rest) })
	}
	return d.attempt(tunGRE, true, func() Outcome { return d.etherType(typ, o, rest) })
}
