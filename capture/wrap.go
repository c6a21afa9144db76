package capture

// pktap decodes Apple's PKTAP: a header that names the link behind it.
func (d *Decoder) pktap(off, n int) Outcome {
	if !d.have(off, 12) || d.depth >= maxDepth {
		return d.short()
	}
	l := int(le.Uint32(d.data[off:]))
	if l < 12 || l > n {
		return d.bad()
	}
	d.depth++
	return d.link(LinkType(le.Uint32(d.data[off+8:])), off+l, n-l)
}

const etherMACsec = 0x88e5

// macsec decodes what MACsec (IEEE 802.1AE, clause 9) only vouches for: with
// neither E nor C set the data lie in clear between the tag and a check value.
func (d *Decoder) macsec(off, n int) Outcome {
	const icv = 16
	if !d.have(off, 6) {
		return d.short()
	}
	tci, size, l := d.data[off], int(d.data[off+1]&0x3f), 6
	if tci&0x20 != 0 {
		l += 8 // the sender's identifier
	}
	if tci&0x8c != 0 || n < l+2+icv || !d.have(off, l+2) {
		return d.notIP(reasonEtherType, etherMACsec)
	}
	n -= l + icv
	if size >= 2 && size < n {
		n = size
	}
	return d.etherType(be.Uint16(d.data[off+l:]), off+l+2, n-2)
}
