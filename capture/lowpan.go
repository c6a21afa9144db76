package capture

// Radio of low power (IEEE 802.15.4), and the IPv6 whose headers it carries compressed.

// lowpanFrame decodes a data frame of IEEE 802.15.4 (section 7.2), as every version before that of 2015 has it; crc is how
// many octets of check sequence end it.
func (d *Decoder) lowpanFrame(l LinkType, off, n, crc int) Outcome {
	if !d.have(off, 3) {
		return d.short()
	}
	fc := le.Uint16(d.data[off:])
	const data, sealed, samePAN = 1, 1 << 3, 1 << 6
	if fc&7 != data || fc&sealed != 0 || fc>>12&3 > 1 {
		return d.notIP(reasonLink, uint16(l))
	}
	at := off + 3
	dst, src := fc>>10&3, fc>>14
	if dst != 0 {
		at += 2
	}
	var ends [2][8]byte // from and to, as identifiers of interfaces
	var ok bool
	if ends[1], at, ok = d.radioEnd(dst, at); ok {
		if src != 0 && fc&samePAN == 0 {
			at += 2
		}
		ends[0], at, ok = d.radioEnd(src, at)
	}
	if n -= at - off + crc; !ok || n <= 0 || !d.have(at, 1) {
		return d.short()
	}
	d.data = d.data[:min(len(d.data), at+n)] // what checks the frame is in no packet
	if out, ok := d.lowpan(at, n, ends); ok {
		return out
	}
	return d.notIP(reasonLink, uint16(l))
}

// radioEnd reads an address of a mode at at, and makes of it what ends an address of IPv6 (RFC 4944, section 6; RFC 6282,
// section 3.2.2).
func (d *Decoder) radioEnd(mode uint16, at int) (id [8]byte, next int, ok bool) {
	switch mode {
	case 0:
		return id, at, true
	case 2:
		if !d.have(at, 2) {
			return id, at, false
		}
		return shortID(le.Uint16(d.data[at:])), at + 2, true
	case 3:
		if !d.have(at, 8) {
			return id, at, false
		}
		be.PutUint64(id[:], le.Uint64(d.data[at:])^2<<56)
		return id, at + 8, true
	}
	return id, at, false
}

func shortID(a uint16) [8]byte { return [8]byte{3: 0xff, 4: 0xfe, 6: byte(a >> 8), 7: byte(a)} }

// lowpan decodes what a frame of low power carries by its first octet (RFC 4944, section 5): what is on its way through a
// mesh, the first piece of a packet, which is cut here, or IPv6 as it is or compressed.
func (d *Decoder) lowpan(at, n int, ends [2][8]byte) (Outcome, bool) {
	whole := 0 // octets of the packet of which this is the first piece
	for range 4 {
		if n < 1 || !d.have(at, 1) {
			return 0, false
		}
		l := 0
		switch b := d.data[at]; {
		case b>>6 == 2: // through a mesh: who sent it, and whom it is for
			l = 1
			if b&15 == 15 {
				l++
			}
			for i := range ends {
				if short := b>>(5-i)&1 != 0; short {
					if !d.have(at+l, 2) {
						return 0, false
					}
					ends[i] = shortID(be.Uint16(d.data[at+l:]))
					l += 2
					continue
				}
				if !d.have(at+l, 8) {
					return 0, false
				}
				ends[i] = [8]byte(d.data[at+l:])
				ends[i][0] ^= 2
				l += 8
			}
		case b == 0x50: // to all, with a number
			l = 2
		case b>>3 == 0x18 && whole == 0:
			if !d.have(at, 4) {
				return 0, false
			}
			l, whole = 4, int(be.Uint16(d.data[at:])&0x7ff)
		case b == 0x41:
			if !d.soundIP(at+1, max(n-1, whole)) || d.data[at+1]>>4 != 6 {
				return 0, false
			}
			return d.inPieces(whole, func() Outcome { return d.ip6(at+1, max(n-1, whole)) }), true
		case b>>5 == 3:
			return d.compressed(at, n, whole, ends)
		default:
			return 0, false
		}
		at, n = at+l, n-l
	}
	return 0, false
}

// inPieces decodes a packet of which, where whole is not 0, only the first piece is here: what it lacks is in others, and is
// cut rather than claimed without being there.
func (d *Decoder) inPieces(whole int, decode func() Outcome) Outcome {
	room := uint32(0)
	if whole > 0 {
		room = 1 << 16
	}
	p := d.p
	p.WireLen += room
	out := decode()
	p.WireLen -= room
	if out == FragmentPart {
		d.Frag.WireLen -= room
	}
	return out
}

// fields reads the octets of a compressed header one after the other.
type fields struct {
	b  []byte
	ok bool // all that were asked for were there
}

var zeros [256]byte

func (f *fields) next(n int) []byte {
	if n > len(f.b) {
		f.ok, f.b = false, nil
		return zeros[:n]
	}
	v := f.b[:n]
	f.b = f.b[n:]
	return v
}

// compressed decodes a compressed header of IPv6 (RFC 6282, section 3) in the n octets at at. Prefixes that both ends agreed on
// are not in the packet: they are 0 here, and no checksum over them can be judged.
func (d *Decoder) compressed(at, n, whole int, ends [2][8]byte) (Outcome, bool) {
	if n < 2 || !d.have(at, 2) {
		return 0, false
	}
	b0, b1 := d.data[at], d.data[at+1]
	f := fields{d.data[at+2:], true}
	if b1&0x80 != 0 {
		f.next(1)
	}
	f.next([...]int{4, 3, 1, 0}[b0>>3&3])
	inline, next := b0&4 == 0, uint8(0)
	if inline {
		next = f.next(1)[0]
	}
	p := d.p
	if hops := [...]uint8{0, 1, 64, 255}[b0&3]; hops > 0 {
		p.TTL = hops
	} else {
		p.TTL = f.next(1)[0]
	}
	agreed := b1&0x40 != 0 && b1&0x30 != 0
	p.Src = f.end(b1>>4&3, b1&0x40 != 0, ends[0])
	switch mode := b1 & 3; {
	case b1&8 == 0:
		agreed = agreed || b1&4 != 0
		p.Dst = f.end(mode, b1&4 != 0, ends[1])
	case b1&4 == 0:
		p.Dst = f.group(mode)
	default:
		agreed = true
		g := f.next(6)
		p.Dst = [16]byte{0: 0xff, 1: g[0], 2: g[1]}
		copy(p.Dst[12:], g[2:])
	}
	head := 40 // octets that it stands for
	for i := 0; !inline && i < 8 && f.ok; i++ {
		kind := f.next(1)[0]
		if kind>>3 == 0x1e {
			return d.compressedUDP(kind, &f, at, n, whole, head, agreed)
		}
		switch id := kind >> 1 & 7; {
		case kind>>4 != 0xe, id == 2, id > 4: // a fragment, or IPv6 in IPv6
			return 0, false
		}
		if inline = kind&1 == 0; inline {
			next = f.next(1)[0]
		}
		l := int(f.next(1)[0])
		f.next(l)
		head += (2 + l + 7) &^ 7
	}
	switch next {
	case 0, ProtoTCP, ProtoUDP, 43, 44, ProtoICMP6, 60:
	default:
		return 0, false // a packet of others is less likely than that it is none
	}
	if !f.ok || !inline {
		return 0, false
	}
	p.Ver = 6
	off := len(d.data) - len(f.b)
	rest := at + n - off
	if whole > 0 {
		rest = whole - head
	}
	p.Digest = uint64(n)
	out := d.inPieces(whole, func() Outcome { return d.carried6(next, off, rest) })
	if agreed {
		p.Bits = p.Bits&^(BadSum|PartialSum) | Unchecked
	}
	return out, true
}

// end reads an address of a mode: whole, its last eight octets, its last two, or none, where the link's is it.
func (f *fields) end(mode uint8, agreed bool, link [8]byte) (a [16]byte) {
	if mode == 0 {
		if !agreed { // else it is no address
			copy(a[:], f.next(16))
		}
		return a
	}
	if !agreed {
		a[0], a[1] = 0xfe, 0x80
	}
	switch mode {
	case 1:
		copy(a[8:], f.next(8))
	case 2:
		id := shortID(be.Uint16(f.next(2)))
		copy(a[8:], id[:])
	case 3:
		copy(a[8:], link[:])
	}
	return a
}

// group reads an address of many.
func (f *fields) group(mode uint8) (a [16]byte) {
	switch mode {
	case 0:
		copy(a[:], f.next(16))
	case 3:
		a[0], a[1], a[15] = 0xff, 2, f.next(1)[0]
	default: // flags and scope, and the last five or three octets
		b := f.next(int(8 - 2*mode))
		a[0], a[1] = 0xff, b[0]
		copy(a[16-len(b)+1:], b[1:])
	}
	return a
}

// compressedUDP decodes a compressed header of UDP (RFC 6282, section 4.3) of kind: ports, of which leading octets may be left
// out, and a checksum, which may be, too.
func (d *Decoder) compressedUDP(kind uint8, f *fields, at, n, whole, head int, agreed bool) (Outcome, bool) {
	p := d.p
	var ports [4]byte
	switch kind & 3 {
	case 0:
		copy(ports[:], f.next(4))
	case 1:
		copy(ports[:], f.next(2))
		ports[2], ports[3] = 0xf0, f.next(1)[0]
	case 2:
		ports[0], ports[1] = 0xf0, f.next(1)[0]
		copy(ports[2:], f.next(2))
	case 3:
		b := f.next(1)[0]
		ports = [4]byte{0xf0, 0xb0 | b>>4, 0xf0, 0xb0 | b&15}
	}
	field, elided := uint16(0), kind&4 != 0
	if !elided {
		field = be.Uint16(f.next(2))
	}
	if !f.ok {
		return 0, false
	}
	p.Ver, p.Proto = 6, ProtoUDP
	p.SrcPort, p.DstPort = be.Uint16(ports[:]), be.Uint16(ports[2:])
	off := len(d.data) - len(f.b)
	size := at + n - off
	if whole > 0 {
		size = whole - head - 8
	}
	return d.inPieces(whole, func() Outcome {
		d.payload(off, size)
		p.Digest = uint64(n) ^ endOf(d.seed, &p.Src, p.Ver) // as in udp
		d.digest(off, size, uint64(be.Uint32(ports[:]))<<16|uint64(field))
		if agreed || elided || size < 0 || len(f.b) < size {
			p.Bits |= Unchecked
			return d.finish()
		}
		long := uint16(8 + size)
		h := [8]byte{ports[0], ports[1], ports[2], ports[3], byte(long >> 8), byte(long), byte(field >> 8), byte(field)}
		d.verify(sum64(f.b[:size], sum64(h[:], 0)), field, ProtoUDP, uint32(long))
		return d.finish()
	}), true
}

// lowpanTap decodes what a radio notes before a frame: how long that is, and fields, of which one says how long the check
// sequence is.
func (d *Decoder) lowpanTap(off, n int) Outcome {
	if !d.have(off, 4) {
		return d.short()
	}
	size, crc := int(le.Uint16(d.data[off+2:])), 0
	if size < 4 || size > n {
		return d.bad()
	}
	for o := off + 4; o+5 <= off+size && d.have(o, 5); o += 4 + (int(le.Uint16(d.data[o+2:]))+3)&^3 {
		if le.Uint16(d.data[o:]) == 0 {
			crc = [...]int{0, 2, 4, 0}[d.data[o+4]&3]
		}
	}
	return d.lowpanFrame(linkLowPANTap, off+size, n-size, crc)
}
