package capture

// l2tp decodes L2TP's data messages, of version 2 (RFC 2661) and of version 3 over UDP.
func (d *Decoder) l2tp(off, n int) (Outcome, bool) {
	h := d.data[off:]
	flags := be.Uint16(h)
	if flags == 3 && be.Uint16(h[2:]) == 0 { // version 3 (RFC 3931, section 4.1.2)
		return d.l2tpv3(off+4, n-4)
	}
	if flags&0x0f != 2 || flags&0x8000 != 0 || flags&0x34f0 != 0 {
		return 0, false
	}
	o := off + 2
	end := off + n
	if flags&0x4000 != 0 {
		if l := int(be.Uint16(h[2:])); l >= 6 && l <= n {
			end = off + l
		} else {
			return 0, false
		}
		o += 2
	}
	o += 4
	if flags&0x0800 != 0 {
		o += 4
	}
	if flags&0x0200 != 0 {
		if !d.have(o, 2) {
			return 0, false
		}
		o += 2 + int(be.Uint16(d.data[o:]))
	}
	if end-o < 2 {
		return 0, false
	}
	return d.attempt(tunL2TP, true, func() Outcome { return d.ppp(o, end-o) })
}

// l2tpv3 decodes L2TP version 3 over IP (RFC 3931): a session id, an optional
// cookie and sublayer, then a frame.
func (d *Decoder) l2tpv3(off, n int) (Outcome, bool) {
	if !d.have(off, 4) || be.Uint32(d.data[off:]) == 0 {
		return 0, false
	}
	for _, skip := range [...]int{4, 8, 12, 16} {
		if d.plausibleEthernet(off+skip, n-skip) {
			return d.attempt(tunL2TP, true, func() Outcome { return d.ethernet(off+skip, n-skip) })
		}
	}
	return 0, false
}
