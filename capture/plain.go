package capture

import (
	"encoding/binary"
	"math/bits"
)

// plain decodes the frames of which most captures consist: Ethernet, IPv4 without
// options and in one piece or IPv6 without extension headers, a TCP header that was captured
// whole or a UDP datagram of the IP packet's length that is no tunnel. It reports whether f is one;
// otherwise what is in p does not count, and the long way would come to the same (a test holds the two together).
func (d *Decoder) plain(f *Frame, p *Packet) bool {
	const ip = 14
	b := f.Data
	if len(b) < ip+28 {
		return false
	}
	le := binary.LittleEndian
	switch le.Uint16(b[12:]) {
	case 0x0008: // EtherType 0x0800
		h := b[ip : ip+28 : ip+28]
		w0, w1, dst := le.Uint64(h), le.Uint64(h[8:]), le.Uint32(h[16:])
		total := int(bits.ReverseBytes16(uint16(w0 >> 16)))
		sum, c := bits.Add64(w0, w1, 0)
		sum, c = bits.Add64(sum, uint64(dst), c)
		proto := uint8(w1 >> 8)
		// Version 4 with five words, no fragment, and lengths that fit, the frame's too.
		if w0&(0xff3f<<48|0xff) != 0x45 || proto != ProtoTCP && proto != ProtoUDP || total > int(f.WireLen)-ip || fold(sum+c) != 0xffff {
			return false
		}
		src, id := uint32(w1>>32), bits.ReverseBytes16(uint16(w0>>32))
		*p = Packet{}
		const mapped = 0xffff0000 // ::ffff:0:0/96
		le.PutUint64(p.Src[8:], uint64(src)<<32|mapped)
		le.PutUint64(p.Dst[8:], uint64(dst)<<32|mapped)
		p.Ver, p.TTL, p.IPID, p.Proto = 4, uint8(w1), id, proto
		digest, addrs := w0>>8<<56|uint64(total)<<16|uint64(id), uint64(src)+uint64(dst)
		a, z := uint64(bits.ReverseBytes32(src))<<16, uint64(bits.ReverseBytes32(dst))<<16
		if proto == ProtoUDP {
			return d.plainUDP(f, p, ip+20, total-20, digest, addrs, a, z)
		}
		return d.plainTCP(f, p, ip+20, total-20, digest, addrs, a, z)
	case 0xdd86: // EtherType 0x86dd
		if len(b) < ip+48 {
			return false
		}
		h := b[ip : ip+48 : ip+48]
		size, proto := int(be.Uint16(h[4:])), h[6]
		if h[0]>>4 != 6 || proto != ProtoTCP && proto != ProtoUDP || size > int(f.WireLen)-ip-40 {
			return false
		}
		s0, s1, d0, d1 := le.Uint64(h[8:]), le.Uint64(h[16:]), le.Uint64(h[24:]), le.Uint64(h[32:])
		*p = Packet{}
		le.PutUint64(p.Src[:], s0)
		le.PutUint64(p.Src[8:], s1)
		le.PutUint64(p.Dst[:], d0)
		le.PutUint64(p.Dst[8:], d1)
		p.Ver, p.TTL, p.Proto = 6, h[7], proto
		sum, c := bits.Add64(s0, s1, 0)
		sum, c = bits.Add64(sum, d0, c)
		sum, c = bits.Add64(sum, d1, c)
		sum, c = bits.Add64(sum, 0, c)
		digest := uint64(be.Uint32(h))<<32 | uint64(size)
		a, z := end6(d.seed, s0, s1), end6(d.seed, d0, d1)
		if proto == ProtoUDP {
			return d.plainUDP(f, p, ip+40, size, digest, sum+c, a, z)
		}
		return d.plainTCP(f, p, ip+40, size, digest, sum+c, a, z)
	}
	return false
}

// plainTCP decodes the segment of n octets at seg for plain, and reports whether it is plain. digest
// is that of the IP header, addrs the sum of the addresses, and src and dst are the
// ends as endsHash takes them, without ports.
func (d *Decoder) plainTCP(f *Frame, p *Packet, seg, n int, digest, addrs, src, dst uint64) bool {
	all := f.Data[seg:]
	if len(all) < 20 {
		return false
	}
	hdr := int(all[12]>>4) * 4
	if hdr < 20 || n < hdr {
		return false
	}
	// Hash and sum are calls: the one comes before all that is kept in registers, the other when most of it is written.
	h := all[:20:20]
	le := binary.LittleEndian
	ports := le.Uint32(h)
	sport, dport := bits.ReverseBytes16(uint16(ports)), bits.ReverseBytes16(uint16(ports>>16))
	p.SrcPort, p.DstPort = sport, dport
	p.Hash = endsHash(d.seed, src+uint64(sport), dst+uint64(dport), ProtoTCP)
	p.Time, p.Index, p.WireLen, p.Frames = f.Time, f.Index, f.WireLen, 1
	// Whether it was cut is as likely as not where the capture cuts: no jump depends on it. All bits are set or none.
	cut := uint64(int64(len(all)-n) >> 63)
	known := Bits(cut) & (Cut | Unchecked)
	if f.Dir == DirOutbound {
		known |= Outgoing
	}
	p.Bits = known
	seq, ack := be.Uint32(h[4:]), be.Uint32(h[8:])
	p.Seq, p.Ack, p.Window = Seq(seq), Seq(ack), be.Uint16(h[14:])
	flags := bits.ReverseBytes16(le.Uint16(h[12:])) & 0xfff
	p.Flags = Flags(flags)
	p.TCPHdr = uint8(hdr)
	p.PayloadLen = uint32(n - hdr)
	b := all[:min(len(all), n)]
	room := max(len(b)-hdr, 0)
	p.PayloadOff, p.PayloadCap = uint32((seg+hdr)&(-room>>(bits.UintSize-1))), uint32(room)
	if hdr > 20 && len(b) > 20 {
		// Mostly the padded timestamp option alone.
		if hdr == 32 && len(b) >= 32 && le.Uint32(b[20:]) == 0x0a080101 {
			p.TSVal, p.TSEcr, p.Opts = be.Uint32(b[24:]), be.Uint32(b[28:]), OptTimestamps
		} else {
			d.p = p
			d.tcpOptions(b[20:min(hdr, len(b))])
		}
	}

	digest ^= mix1
	rest := mum((uint64(seq)<<32|uint64(ack))^mix3, mix1)
	field := uint64(le.Uint16(h[16:]))
	t, c := bits.Add64(addrs, uint64(bits.ReverseBytes32(uint32(n)))+ProtoTCP<<8, 0)
	s := sum64(b, 0)
	u, c := bits.Add64(s, t+c, 0)
	if ^fold(u+c)&^uint16(cut) != 0 {
		d.p = p
		d.verify(s, bits.ReverseBytes16(uint16(field)), ProtoTCP, uint32(n))
	}
	whole := mum(digest, (s-field&^cut)^mix2) ^ rest
	p.Digest = whole ^ (mum(whole^uint64(flags), mix3)^whole)&cut
	return true
}

// plainUDP does for a datagram what plainTCP does for a segment.
func (d *Decoder) plainUDP(f *Frame, p *Packet, seg, n int, digest, addrs, src, dst uint64) bool {
	all := f.Data[seg:]
	if len(all) < 8 || n < 8 {
		return false
	}
	b := all[:min(len(all), n)]
	head := binary.LittleEndian.Uint64(b)
	sport, dport := bits.ReverseBytes16(uint16(head)), bits.ReverseBytes16(uint16(head>>16))
	if int(bits.ReverseBytes16(uint16(head>>32))) != n || tunnelPort(sport) || tunnelPort(dport) {
		return false
	}
	if len(b) >= 48 && b[8]>>4 == 6 {
		return false // which may be Teredo
	}
	s := sum64(b, 0)
	cut := uint64(int64(len(all)-n) >> 63)
	p.Time, p.Index, p.WireLen, p.Frames = f.Time, f.Index, f.WireLen, 1
	p.Bits = Bits(cut) & (Cut | Unchecked)
	if f.Dir == DirOutbound {
		p.Bits |= Outgoing
	}
	p.SrcPort, p.DstPort = sport, dport
	p.Hash = endsHash(d.seed, src+uint64(sport), dst+uint64(dport), ProtoUDP)
	p.PayloadLen = uint32(n - 8)
	room := len(b) - 8
	p.PayloadOff, p.PayloadCap = uint32((seg+8)&(-room>>(bits.UintSize-1))), uint32(room)
	field := uint16(head >> 48)
	digest ^= src // see udp
	if cut != 0 {
		p.Digest = mum(digest^mix1, s^mix2) ^ mum(uint64(sport)<<16|uint64(dport)^mix3, mix1)
		return true
	}
	p.Digest = mum(digest^mix1, (s-uint64(field)<<48)^mix2)
	if field == 0 && p.Ver == 4 {
		p.Bits |= Unchecked
		return true
	}
	t, c := bits.Add64(s, addrs, 0)
	t, c = bits.Add64(t, uint64(bits.ReverseBytes32(uint32(n)))+ProtoUDP<<8, c)
	if fold(t+c) != 0xffff {
		d.p = p
		d.verify(s, bits.ReverseBytes16(field), ProtoUDP, uint32(n))
	}
	return true
}
