package capture

import (
	"encoding/binary"
	"math/bits"
)

// plain decodes the frames of which most captures consist: Ethernet, IPv4 without
// options and in one piece or IPv6 without extension headers, a TCP header that was captured
// whole. It reports whether f is one; otherwise what is in p does not count, and the long
// way would come to the same (a test holds the two together).
func (d *Decoder) plain(f *Frame, p *Packet) bool {
	const ip = 14
	b := f.Data
	if len(b) < ip+40 {
		return false
	}
	le := binary.LittleEndian
	switch le.Uint16(b[12:]) {
	case 0x0008: // EtherType 0x0800
		h := b[ip : ip+40 : ip+40]
		w0, w1, dst := le.Uint64(h), le.Uint64(h[8:]), le.Uint32(h[16:])
		total, hdr := int(bits.ReverseBytes16(uint16(w0>>16))), int(h[32]>>4)*4
		sum, c := bits.Add64(w0, w1, 0)
		sum, c = bits.Add64(sum, uint64(dst), c)
		// Version 4 with five words, no fragment, TCP, and lengths that fit, the frame's too.
		if w0&(0xff3f<<48|0xff) != 0x45 || w1>>8&0xff != ProtoTCP || hdr < 20 || total < 20+hdr || total > int(f.WireLen)-ip || fold(sum+c) != 0xffff {
			return false
		}
		src, id := uint32(w1>>32), bits.ReverseBytes16(uint16(w0>>32))
		*p = Packet{}
		const mapped = 0xffff0000 // ::ffff:0:0/96
		le.PutUint64(p.Src[8:], uint64(src)<<32|mapped)
		le.PutUint64(p.Dst[8:], uint64(dst)<<32|mapped)
		p.Ver, p.TTL, p.IPID = 4, uint8(w1), id
		d.plainTCP(f, p, ip+20, total-20, w0>>8<<56|uint64(total)<<16|uint64(id), uint64(src)+uint64(dst),
			uint64(bits.ReverseBytes32(src))<<16, uint64(bits.ReverseBytes32(dst))<<16)
		return true
	case 0xdd86: // EtherType 0x86dd
		if len(b) < ip+60 {
			return false
		}
		h := b[ip : ip+60 : ip+60]
		size, hdr := int(be.Uint16(h[4:])), int(h[52]>>4)*4
		if h[0]>>4 != 6 || h[6] != ProtoTCP || hdr < 20 || size < hdr || size > int(f.WireLen)-ip-40 {
			return false
		}
		s0, s1, d0, d1 := le.Uint64(h[8:]), le.Uint64(h[16:]), le.Uint64(h[24:]), le.Uint64(h[32:])
		*p = Packet{}
		le.PutUint64(p.Src[:], s0)
		le.PutUint64(p.Src[8:], s1)
		le.PutUint64(p.Dst[:], d0)
		le.PutUint64(p.Dst[8:], d1)
		p.Ver, p.TTL = 6, h[7]
		sum, c := bits.Add64(s0, s1, 0)
		sum, c = bits.Add64(sum, d0, c)
		sum, c = bits.Add64(sum, d1, c)
		sum, c = bits.Add64(sum, 0, c)
		d.plainTCP(f, p, ip+40, size, uint64(be.Uint32(h))<<32|uint64(size), sum+c, end6(d.seed, s0, s1), end6(d.seed, d0, d1))
		return true
	}
	return false
}

// plainTCP decodes the segment of n octets at seg for plain, whose header is whole. digest
// is that of the IP header, addrs the sum of the addresses, and src and dst are the
// ends as endsHash takes them, without ports.
func (d *Decoder) plainTCP(f *Frame, p *Packet, seg, n int, digest, addrs, src, dst uint64) {
	b := f.Data[seg:]
	h := b[:20:20]
	sport, dport := be.Uint16(h), be.Uint16(h[2:])
	p.SrcPort, p.DstPort = sport, dport
	p.Hash = endsHash(d.seed, src+uint64(sport), dst+uint64(dport), ProtoTCP)
	p.Proto = ProtoTCP
	p.Time, p.Index, p.WireLen, p.Frames = f.Time, f.Index, f.WireLen, 1
	if f.Dir == DirOutbound {
		p.Bits = Outgoing
	}
	hdr := int(h[12]>>4) * 4
	seq, ack := be.Uint32(h[4:]), be.Uint32(h[8:])
	head := uint64(seq)<<32 | uint64(ack)
	p.Seq, p.Ack, p.Window = Seq(seq), Seq(ack), be.Uint16(h[14:])
	p.Flags = Flags(h[12]&15)<<8 | Flags(h[13])
	p.TCPHdr = uint8(hdr)
	p.PayloadLen = uint32(n - hdr)
	whole := len(b) >= n
	if whole {
		b = b[:n:n]
	}
	if len(b) > hdr {
		p.PayloadOff, p.PayloadCap = uint32(seg+hdr), uint32(len(b)-hdr)
	}
	s := sum64(b, 0)
	if whole {
		field := binary.LittleEndian.Uint16(h[16:])
		t, c := bits.Add64(s, addrs, 0)
		t, c = bits.Add64(t, uint64(bits.ReverseBytes32(uint32(n)))+ProtoTCP<<8, c)
		if fold(t+c) != 0xffff {
			d.p = p
			d.verify(s, bits.ReverseBytes16(field), ProtoTCP, uint32(n))
		}
		p.Digest = mum(digest^mix1, (s-uint64(field))^mix2) ^ mum(head^mix3, mix1)
	} else {
		p.Bits |= Cut | Unchecked
		p.Digest = mum((mum(digest^mix1, s^mix2)^mum(head^mix3, mix1))^uint64(p.Flags), mix3)
	}
	if hdr > 20 && len(b) > 20 {
		// Mostly the padded timestamp option alone.
		if hdr == 32 && len(b) >= 32 && binary.LittleEndian.Uint32(b[20:]) == 0x0a080101 {
			p.TSVal, p.TSEcr, p.Opts = be.Uint32(b[24:]), be.Uint32(b[28:]), OptTimestamps
			return
		}
		d.p = p
		d.tcpOptions(b[20:min(hdr, len(b))])
	}
}
