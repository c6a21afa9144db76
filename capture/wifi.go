package capture

import "encoding/binary"

var le = binary.LittleEndian

// radiotap skips the capture header of 802.11 frames and cuts the frame check
// sequence that its flags announce.
func (d *Decoder) radiotap(off, n int) Outcome {
	if !d.have(off, 8) {
		return d.short()
	}
	l := int(le.Uint16(d.data[off+2:]))
	if l < 8 {
		return d.bad()
	}
	present := le.Uint32(d.data[off+4:])
	o := off + 8
	for p := present; p&(1<<31) != 0 && d.have(o, 4) && o < off+l; o += 4 {
		p = le.Uint32(d.data[o:])
	}
	if present&1 != 0 { // TSFT comes before the flags, aligned to eight octets
		o = off + (o-off+7)&^7 + 8
	}
	if present&2 != 0 && d.have(o, 1) && o < off+l && d.data[o]&0x10 != 0 {
		n -= 4
	}
	return d.wifi(off+l, n-l)
}

func (d *Decoder) avs(off, n int) Outcome {
	if !d.have(off, 8) {
		return d.short()
	}
	l := int(be.Uint32(d.data[off+4:]))
	if l < 8 || l > len(d.data) {
		return d.bad()
	}
	return d.wifi(off+l, n-l)
}

// ppi skips the per-packet information header to the link it announces.
func (d *Decoder) ppi(off, n int) Outcome {
	if !d.have(off, 8) || d.depth >= maxDepth {
		return d.short()
	}
	l, link := int(le.Uint16(d.data[off+2:])), le.Uint32(d.data[off+4:])
	if l < 8 {
		return d.bad()
	}
	d.depth++
	// The common 802.11 field says whether a check sequence follows.
	for o := off + 8; d.have(o, 4) && o < off+l; {
		t, fl := le.Uint16(d.data[o:]), int(le.Uint16(d.data[o+2:]))
		if t == 2 && fl >= 20 && d.have(o+4, 10) && le.Uint16(d.data[o+12:])&1 != 0 {
			n -= 4
		}
		o += 4 + fl
	}
	return d.link(LinkType(link), off+l, n-l)
}

// wifi decodes an 802.11 frame: unencrypted data, also aggregated.
func (d *Decoder) wifi(off, n int) Outcome {
	if !d.have(off, 2) {
		return d.short()
	}
	return d.wifiFrame(off, n, le)
}

// wifiFrame decodes the 802.11 frame of n octets at off, whose numbers have that order, and whose first two
// are there.
func (d *Decoder) wifiFrame(off, n int, order binary.ByteOrder) Outcome {
	fc := order.Uint16(d.data[off:])
	fc0, fc1 := byte(fc), byte(fc>>8)
	switch fc0 >> 2 & 3 {
	case 0:
		return d.notIP(reasonWiFiManagement, 0)
	case 1:
		return d.notIP(reasonWiFiControl, 0)
	case 3:
		return d.notIP(reasonWiFiNoData, 0)
	}
	l := 24
	if fc1&3 == 3 {
		l += 6
	}
	sub := fc0 >> 4
	qos := sub&8 != 0
	amsdu, mesh := false, false
	if qos {
		if !d.have(off, l+2) {
			return d.short()
		}
		amsdu, mesh = d.data[off+l]&0x80 != 0, d.data[off+l+1]&1 != 0 && fc1&2 != 0
		l += 2
		if fc1&0x80 != 0 {
			l += 4 // HT control
		}
	}
	if sub&4 != 0 {
		return d.notIP(reasonWiFiNoData, 0)
	}
	if fc1&0x40 != 0 {
		return d.notIP(reasonWiFiEncrypted, 0)
	}
	if d.have(off, 24) && order.Uint16(d.data[off+22:])&15 != 0 {
		// Only the first fragment of an 802.11 frame carries headers.
		return d.notIP(reasonWiFiFragment, 0)
	}
	if mesh && !amsdu {
		l += d.meshControl(off + l)
	}
	if fc1&0x04 == 0 {
		return d.air(off, n, l, qos, amsdu)
	}
	// The first fragment. Its receivers put it together with the others: what it lacks was in
	// those, and is cut here rather than claimed without being there.
	p := d.p
	p.WireLen += 1 << 16
	out := d.air(off, n, l, qos, amsdu)
	p.WireLen -= 1 << 16
	if out == FragmentPart {
		d.Frag.WireLen -= 1 << 16
	}
	return out
}

// meshControl is how long the mesh control at off is (IEEE 802.11-2020, section 9.2.4.7.3): flags, a lifetime, a number, and as many
// more addresses as the flags say. The bit that announces it means something else where there is no mesh, so that what follows must
// begin as SNAP does.
func (d *Decoder) meshControl(off int) int {
	if !d.have(off, 1) || d.data[off] > 2 {
		return 0
	}
	l := 6 + 6*int(d.data[off])
	if !d.have(off, l+2) || d.data[off+l] != 0xaa || d.data[off+l+1] != 0xaa {
		return 0
	}
	return l
}

// air decodes what follows the header of l octets of the 802.11 frame at off.
func (d *Decoder) air(off, n, l int, qos, amsdu bool) Outcome {
	// Some cards pad the header to four octets.
	if !d.have(off, l+8) {
		return d.short()
	}
	if amsdu {
		return d.aggregate(off+l, n-l)
	}
	if qos && d.data[off+l] != 0xaa && d.have(off, l+2+8) && d.data[off+l+2] == 0xaa && d.data[off+l+3] == 0xaa && l%4 == 2 {
		l += 2
	}
	return d.llc(off+l, n-l)
}

// aggregate decodes the first frame of an A-MSDU and notes where the next lies.
func (d *Decoder) aggregate(off, n int) Outcome {
	if !d.have(off, 14+8) || n < 22 {
		return d.short()
	}
	end, links, key, net := off+n, d.links, len(d.key), len(d.net)
	for {
		l := int(be.Uint16(d.data[off+12:]))
		next := off + (14+l+3)&^3
		d.again = again{}
		if l >= 8 && d.have(next, 22) && next < end {
			d.again = again{at: next, end: end, key: key, net: net}
		}
		more := d.again
		out := d.llc(off+14, min(l, end-off-14))
		// A subframe that is no packet must not hide those behind it.
		if out.told() || more.at == 0 || end-more.at < 22 {
			return out
		}
		off = more.at
		d.links, d.key, d.net = links, d.key[:key], d.net[:net]
	}
}

// again is where the next packet of a frame that holds several lies and what it lies in
// ends, and how much of the way there both have in common; at 0 says that there is none.
type again struct {
	at, end, key, net int
	transfer          inTransfer // of USB, else zero
}
