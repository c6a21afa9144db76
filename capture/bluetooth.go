package capture

// bluetooth finds the packet of asynchronous data in what passes between a computer and its Bluetooth controller, behind what
// the capture notes of it and what kind of packet it is.
func (d *Decoder) bluetooth(l LinkType, off, n int) Outcome {
	h := 1
	switch l {
	case linkHCIWay:
		h = 5
	case linkHCIMonitor:
		h = 4
	}
	const data = 2
	if !d.have(off, h+8) || n < h+8 {
		return d.short()
	}
	kind := d.data[off+h-1]
	if l == linkHCIMonitor {
		if kind = 0; d.data[off+2] == 0 && d.data[off+3]&^1 == 4 { // sent or received
			kind = data
		}
	}
	if kind == data {
		if out, ok := d.bnep(off+h, n-h); ok {
			return out
		}
	}
	return d.notIP(reasonLink, uint16(l))
}

// bnep decodes what a network of Bluetooth devices carries (BNEP 1.0, section 2.4) in the first piece of a packet of L2CAP:
// a frame of Ethernet of whose header what both ends know is left out. Which channel is such a network was agreed on before;
// only IP whose lengths and checksum are right counts. What did not fit into the piece is cut: it is in the next ones.
func (d *Decoder) bnep(off, n int) (Outcome, bool) {
	const l2cap = 8 // and the header of the piece before it
	h := d.data[off:]
	piece, whole, channel := int(le.Uint16(h[2:])), int(le.Uint16(h[4:])), le.Uint16(h[6:])
	if h[1]>>4&3 == 1 || channel < 0x40 || off+l2cap >= len(d.data) || n < l2cap { // a later piece, or a channel of its own
		return 0, false
	}
	at, end := off+l2cap, off+l2cap+whole
	kind := d.data[at]
	switch kind & 0x7f {
	case 0:
		at += 12
	case 2:
	case 3, 4:
		at += 6
	default:
		return 0, false
	}
	if at += 3; !d.have(at, 0) {
		return 0, false
	}
	typ := be.Uint16(d.data[at-2:])
	for more := kind&0x80 != 0; more; {
		if !d.have(at, 2) {
			return 0, false
		}
		more = d.data[at]&0x80 != 0
		at += 2 + int(d.data[at+1])
	}
	size := end - at
	switch {
	case typ == 0x0806 && d.have(at, 28) && whole+4 <= piece:
		return d.arp(at, size), true
	case typ != 0x0800 && typ != 0x86dd || !d.certainIP(at, size) || (d.data[at]>>4 == 4) != (typ == 0x0800):
		return 0, false
	}
	p := d.p
	room := uint32(0)
	if whole+4 > piece {
		room = 1 << 16
	}
	p.WireLen += room
	out := d.ip(at, size)
	p.WireLen -= room
	if out == FragmentPart {
		d.Frag.WireLen -= room
	}
	return out, true
}
