package capture

// Links of local networks that are no Ethernet any more, and what vendors wrap around one.

// tokenRing decodes IEEE 802.5: two octets of control, addresses, the way through bridges where
// the sender's group bit says that there is one, and 802.2.
func (d *Decoder) tokenRing(off, n int) Outcome {
	if !d.have(off, 14) {
		return d.short()
	}
	if d.data[off+1]>>6 != 1 {
		return d.notIP(reasonLink, uint16(LinkTokenRing)) // of the ring itself
	}
	l := 14
	if d.data[off+8]&0x80 != 0 {
		if !d.have(off, 15) {
			return d.short()
		}
		l += int(d.data[off+14] & 0x1f)
	}
	return d.llc(off+l, n-l)
}

// fddi decodes ANSI X3T9.5: an octet of control, addresses and 802.2.
func (d *Decoder) fddi(off, n int) Outcome {
	if !d.have(off, 13) {
		return d.short()
	}
	if d.data[off]&0x70 != 0x50 {
		return d.notIP(reasonLink, uint16(LinkFDDI)) // of the ring itself
	}
	return d.llc(off+13, n-13)
}

// isl decodes Cisco's Inter-Switch Link: 26 octets, a whole frame, and a checksum over both.
func (d *Decoder) isl(off, n int) Outcome {
	if !d.have(off, 26) {
		return d.short()
	}
	if d.data[off+5]>>4 != 0 {
		return d.notIP(reasonISL, 0) // what it holds is no Ethernet
	}
	if d.depth++; d.depth > maxDepth {
		return d.notIP(reasonTooDeep, 0)
	}
	d.pushVLAN(be.Uint16(d.data[off+20:]) >> 1 & 0xfff)
	return d.ethernet(off+26, n-30)
}

// juniper skips the header of a frame that a Juniper router captured: a magic number, flags, and
// extensions where the highest flag says so. Without the link's header the kind of packet stands in its place.
func (d *Decoder) juniper(link LinkType, off, n int) Outcome {
	if !d.have(off, 6) {
		return d.short()
	}
	h := d.data[off:]
	if h[0] != 0x4d || h[1] != 0x47 || h[2] != 0x43 {
		return d.bad()
	}
	l := 4
	if h[3]&0x80 != 0 {
		l += 2 + int(be.Uint16(h[4:]))
	}
	if h[3]&2 != 0 {
		if !d.have(off+l, 5) {
			return d.short()
		}
		switch kind := le.Uint32(d.data[off+l:]); kind {
		case 2, 6:
			return d.ip(off+l+4, n-l-4)
		case 3, 5, 7:
			return d.mpls(off+l+4, n-l-4)
		}
		return d.notIP(reasonLink, uint16(link))
	}
	switch off, n = off+l, n-l; link {
	case 179:
		return d.pppFrame(off, n)
	case 180:
		return d.frameRelay(off, n)
	case 181:
		return d.chdlc(off, n)
	}
	return d.ethernet(off, n)
}
