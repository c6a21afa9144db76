package capture

// mpls walks a label stack (RFC 3032) and guesses what lies under it, as every
// router must: Ethernet, without or with a control word, where sound IP or ARP lies in
// it, since an address of Ethernet may begin like IP or a control word; else IP by its
// version, else Ethernet that is only plausible.
func (d *Decoder) mpls(off, n int) Outcome {
	d.pushPlain(tunMPLS)
	for range maxDepth {
		if !d.have(off, 4) {
			return d.short()
		}
		bottom := d.data[off+2]&1 != 0
		off, n = off+4, n-4
		if !bottom {
			continue
		}
		if !d.have(off, 1) {
			return d.short()
		}
		if d.certainEthernet(off, n) {
			return d.ethernet(off, n)
		}
		switch d.data[off] >> 4 {
		case 4:
			return d.ip4(off, n)
		case 6:
			return d.ip6(off, n)
		case 0, 1:
			// A control word, unless an EtherType stands where it does without one.
			typed := d.plausibleEthernet(off, n) && be.Uint16(d.data[off+12:]) >= 0x0600
			if d.certainEthernet(off+4, n-4) || !typed && d.plausibleEthernet(off+4, n-4) {
				return d.ethernet(off+4, n-4)
			}
		}
		if d.plausibleEthernet(off, n) {
			return d.ethernet(off, n)
		}
		return d.notIP(reasonMPLS, 0)
	}
	return d.notIP(reasonTooDeep, 0)
}

// certainEthernet reports whether an Ethernet frame starts at off that holds, behind VLAN
// tags or at once, IPv4 whose checksum is right, IPv6 that fills it, or ARP.
func (d *Decoder) certainEthernet(off, n int) bool {
	off, n = off+12, n-12
	for range maxDepth {
		if !d.have(off, 2) {
			return false
		}
		typ := be.Uint16(d.data[off:])
		off, n = off+2, n-2
		switch typ {
		case 0x8100, 0x88a8, 0x9100:
			off, n = off+2, n-2
			continue
		case 0x0800:
			if !d.soundIP(off, n) || d.data[off]>>4 != 4 {
				return false
			}
			hl := int(d.data[off]&15) * 4
			return d.have(off, hl) && fold(sum64(d.data[off:off+hl], 0)) == 0xffff
		case 0x86dd:
			// A frame check sequence may follow.
			return d.soundIP(off, n) && d.data[off]>>4 == 6 && n-40-int(be.Uint16(d.data[off+4:])) <= 4
		case 0x0806:
			return d.have(off, 6) && be.Uint32(d.data[off:]) == 0x00010800 && be.Uint16(d.data[off+4:]) == 0x0604
		}
		return false
	}
	return false
}

// plausibleEthernet reports whether an Ethernet frame that portero knows starts
// at off: with a type that it sees through, or one that it has a name for.
func (d *Decoder) plausibleEthernet(off, n int) bool {
	if n < 14 || !d.have(off, 14) {
		return false
	}
	switch typ := be.Uint16(d.data[off+12:]); typ {
	case 0x0800:
		return d.have(off, 15) && d.data[off+14]>>4 == 4
	case 0x86dd:
		return d.have(off, 15) && d.data[off+14]>>4 == 6
	case 0x88a8, 0x9100, 0x9200, 0x9300, 0x893f, 0x8926, 0x88e7, 0x8847, 0x8848, 0x8864, 0x880b, 0x892f, 0x8909:
		return true
	default:
		return etherNames[typ] != "" || typ >= 3 && typ < 0x0600 && int(typ) <= n-14
	}
}
