package capture

// Captures of USB hold what phones and modems carry for a computer: packets in bulk transfers, each as the
// class of the device puts it there.

// usb decodes a transfer behind what Linux, Windows or macOS noted of it: how long that is, what kind of transfer it is,
// and whether its data are there.
func (d *Decoder) usb(l LinkType, off, n int) Outcome {
	if !d.have(off, 32) {
		return d.short()
	}
	const bulk = 3
	h, kind := d.data[off:], byte(0)
	size := 64
	switch l {
	case linkUSB:
		size = 48
		fallthrough
	case linkUSBMapped:
		if h[15] == 0 { // the data are there
			kind = h[9]
		}
	case linkUSBPcap:
		size, kind = int(le.Uint16(h)), h[22]
	case linkUSBDarwin:
		if size = int(h[2]); h[31] == 2 { // its numbers are those of descriptors
			kind = bulk
		}
	}
	if size >= 27 && kind == bulk && size < n {
		if out, ok := d.bulk(off+size, n-size); ok {
			return out
		}
	}
	return d.notIP(reasonLink, uint16(l))
}

// bulk decodes the n octets at off that a bulk transfer carried. What is not RNDIS or NCM has no header of its own: only
// a frame or a packet whose lengths and checksum are right is one.
func (d *Decoder) bulk(off, n int) (Outcome, bool) {
	if !d.have(off, 16) {
		return 0, false
	}
	where := inTransfer{at: off, seen: off}
	switch le.Uint32(d.data[off:]) {
	case rndisPacket:
		return d.packed(where, off+n)
	case ncmBlock, ncmWideBlock:
		w := d.ncmWidth(off)
		size := d.number(off+8, w)
		if size > 0 {
			n = min(n, size)
		}
		where.block, where.seen = off, off+8+2*w
		where.table = off + d.number(off+8+w, w)
		where.at = where.table + 4*w
		if where.table < where.seen {
			return 0, false
		}
		return d.packed(where, off+n)
	}
	switch {
	case d.certainEthernet(off, n): // ECM
		return d.ethernet(off, n), true
	case d.certainEthernet(off+2, n-2): // as Apple's phones begin it
		return d.ethernet(off+2, n-2), true
	case d.certainIP(off, n): // of a modem
		return d.ip(off, n), true
	}
	return 0, false
}

// certainIP reports whether n octets at off are one packet of IPv4 with the right checksum, or of IPv6.
func (d *Decoder) certainIP(off, n int) bool {
	if !d.soundIP(off, n) {
		return false
	}
	h := d.data[off:]
	if h[0]>>4 == 6 {
		return int(be.Uint16(h[4:]))+40 == n
	}
	hl := int(h[0]&15) * 4
	return int(be.Uint16(h[2:])) == n && len(h) >= hl && fold(sum64(h[:hl], 0)) == 0xffff
}

// What transfers that may hold several packets begin with.
const (
	rndisPacket  = 1          // a message of RNDIS that is a packet
	ncmBlock     = 0x484d434e // NCMH
	ncmWideBlock = 0x686d636e // ncmh: its numbers have four octets
)

// inTransfer is where a reader is in a transfer that holds several packets.
type inTransfer struct {
	at    int // of what tells of the next packet: a message of RNDIS, an entry in a table of NCM
	block int // of NCM: where it begins, 0 in RNDIS
	table int // that at lies in
	seen  int // where the last packet ended: none begins before, so that nothing is read twice
}

// packed decodes the first packet of a transfer from where on, and notes where the next one lies. ok is false where there
// is none.
func (d *Decoder) packed(where inTransfer, end int) (out Outcome, ok bool) {
	links, key, net := d.links, len(d.key), len(d.net)
	off, n, raw, ok := d.inside(&where, end)
	for ok {
		ahead := where
		nextOff, nextN, nextRaw, more := d.inside(&ahead, end)
		d.again = again{}
		if more {
			d.again = again{at: where.at, end: end, key: key, net: net, transfer: where}
		}
		if raw {
			out = d.ip(off, n)
		} else {
			out = d.ethernet(off, n)
		}
		// What is no packet must not hide those behind it.
		if out.told() || !more {
			return out, true
		}
		off, n, raw, where = nextOff, nextN, nextRaw, ahead
		d.links, d.key, d.net = links, d.key[:key], d.net[:net]
	}
	return d.notIP(reasonLink, linkUSB), false
}

// inside finds the next packet of a transfer and goes behind it; raw says that it has no link's header.
func (d *Decoder) inside(w *inTransfer, end int) (off, n int, raw, ok bool) {
	if w.block == 0 {
		return d.rndis(w, end)
	}
	return d.ncm(w, end)
}

// rndis finds the packet of a message of RNDIS: what it is, how long it is, and where from its third number on the data
// lie, and how many.
func (d *Decoder) rndis(w *inTransfer, end int) (off, n int, raw, ok bool) {
	const head = 44
	if !d.have(w.at, head) || w.at+head > end || le.Uint32(d.data[w.at:]) != rndisPacket {
		return 0, 0, false, false
	}
	h := d.data[w.at:]
	all, from, size := le.Uint32(h[4:]), le.Uint32(h[8:]), le.Uint32(h[12:])
	if all < head || all > uint32(end-w.at) || from < head-8 || from > all-8 || size > all-8-from {
		return 0, 0, false, false
	}
	off, n = w.at+8+int(from), int(size)
	w.at += int(all)
	return off, n, false, true
}

// ncmWidth is how many octets numbers of the block of NCM at off have.
func (d *Decoder) ncmWidth(off int) int {
	if d.data[off] == 'n' {
		return 4
	}
	return 2
}

// number is the number of w octets at off, which were captured; 0 also for one that no frame can reach.
func (d *Decoder) number(off, w int) int {
	if w == 2 {
		return int(le.Uint16(d.data[off:]))
	}
	if v := le.Uint32(d.data[off:]); v < 1<<30 {
		return int(v)
	}
	return 0
}

// ncm finds the next packet of a block of NCM or MBIM (USB CDC NCM 1.0, section 3): tables say where packets lie and how
// long they are, up to an entry of zeros, and where the next table lies. Tables and packets are taken in the order in which
// they lie, which all senders keep.
func (d *Decoder) ncm(w *inTransfer, end int) (off, n int, raw, ok bool) {
	width := d.ncmWidth(w.block)
	head := 4 * width
	for d.have(w.table, head) && w.table+head <= end {
		h := d.data[w.table:]
		kind, size := le.Uint32(h)&0xdfdfdf, int(le.Uint16(h[4:]))
		if kind == 0x4d434e || kind == 0x535049 { // NCM, IPS; others are of the device's own
			if w.at+2*width <= min(w.table+size, end) && d.have(w.at, 2*width) {
				from, long := d.number(w.at, width), d.number(w.at+width, width)
				w.at += 2 * width
				if off = w.block + from; from > 0 && long > 0 && off >= w.seen && off+long <= end {
					w.seen = off + long
					if n = long; h[3]&1 != 0 && kind == 0x4d434e { // a checksum behind it
						n -= 4
					}
					return off, n, kind == 0x535049, true
				}
			}
		}
		next := w.block + d.number(w.table+4+width, width)
		if next <= w.table {
			break
		}
		w.table, w.at = next, next+head
	}
	return 0, 0, false, false
}
