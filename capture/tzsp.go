package capture

// tzspInside finds the frame in what a sniffer elsewhere sends (TaZmen Sniffer Protocol): behind four octets and tags, up to the
// one that ends them, lies a frame of Ethernet or 802.11.
func (d *Decoder) tzspInside(off, n int) (at int, air, ok bool) {
	h := d.data[off:]
	kind := be.Uint16(h[2:])
	if h[0] != 1 || h[1] > 1 || kind != 1 && kind != 18 {
		return 0, false, false
	}
	o, end := off+4, off+n
	for {
		if o >= end || !d.have(o, 1) {
			return 0, false, false
		}
		tag := d.data[o]
		if o++; tag == 1 {
			return o, kind == 18, true
		}
		if tag == 0 { // padding, the one other tag without a length
			continue
		}
		if !d.have(o, 1) {
			return 0, false, false
		}
		o += 1 + int(d.data[o])
	}
}

// tzsp decodes what a datagram of a sniffer holds.
func (d *Decoder) tzsp(off, n int) (Outcome, bool) {
	at, air, ok := d.tzspInside(off, n)
	rest := n - (at - off)
	switch {
	case !ok || !air && !d.plausibleEthernet(at, rest):
		return 0, false
	case air:
		return d.attempt(tunTZSP, true, func() Outcome { return d.wifi(at, rest) })
	}
	return d.attempt(tunTZSP, true, func() Outcome { return d.ethernet(at, rest) })
}

// tzspFrame decodes it where it is the link of a capture.
func (d *Decoder) tzspFrame(off, n int) Outcome {
	if !d.have(off, 4) {
		return d.short()
	}
	at, air, ok := d.tzspInside(off, n)
	switch {
	case !ok:
		return d.notIP(reasonLink, linkTZSP)
	case air:
		return d.wifi(at, n-(at-off))
	}
	return d.ethernet(at, n-(at-off))
}
