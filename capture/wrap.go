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

// docsis decodes a frame of a cable modem (DOCSIS MAC header, CM-SP-MULPI, section 6.2): what it is, how long what extends the
// header is, how long all of it is, a sum, and a frame of Ethernet, unless it is of the modem's own or enciphered.
func (d *Decoder) docsis(off, n int) Outcome {
	if !d.have(off, 6) {
		return d.short()
	}
	h := d.data[off:]
	if h[0]>>6 != 0 { // of ATM, reserved, or its own
		return d.notIP(reasonLink, linkDOCSIS)
	}
	l := 6
	if h[0]&1 != 0 {
		ext := int(h[1])
		for at := 4; at < 4+ext; at += 1 + int(h[at]&15) {
			if !d.have(off+at, 3) {
				return d.short()
			}
			// Privacy upstream and downstream, and with fragments: its own flag says whether it enciphers.
			if kind := h[at] >> 4; (kind == 3 || kind == 4) && h[at]&15 >= 2 && h[at+2]&0x80 != 0 {
				return d.notIP(reasonLink, linkDOCSIS)
			}
		}
		l += ext
	}
	return d.ethernet(off+l, n-l)
}
