package capture

import (
	"encoding/binary"
	"math/bits"
)

// plain decodes the frame of which most captures consist: Ethernet, IPv4 without
// options and in one piece, a TCP header that was captured whole. It reports whether
// f is one; otherwise p is left for the long way, which would come to the same
// (a test holds the two together).
func (d *Decoder) plain(f *Frame, p *Packet) bool {
	const ip, seg = 14, 34
	b := f.Data
	if len(b) < seg+20 {
		return false
	}
	le := binary.LittleEndian
	h := b[: seg+20 : seg+20]
	total := int(be.Uint16(h[ip+2:]))
	hdr := int(h[seg+12]>>4) * 4
	// EtherType 0x0800, version 4 with five words, no fragment, TCP, and lengths that fit.
	if le.Uint16(h[12:]) != 0x0008 || h[ip] != 0x45 || le.Uint16(h[ip+6:])&0xff3f != 0 || h[ip+9] != ProtoTCP || hdr < 20 || total < 20+hdr {
		return false
	}
	if fold(sum20(h[ip:])) != 0xffff {
		return false
	}
	src, dst := le.Uint32(h[ip+12:]), le.Uint32(h[ip+16:])
	sport, dport := be.Uint16(h[seg:]), be.Uint16(h[seg+2:])
	seq, ack := be.Uint32(h[seg+4:]), be.Uint32(h[seg+8:])
	id := be.Uint16(h[ip+4:])
	n := total - 20
	flags := Flags(h[seg+12]&15)<<8 | Flags(h[seg+13])

	*p = Packet{}
	const mapped = 0xffff0000 // ::ffff:0:0/96
	le.PutUint64(p.Src[8:], uint64(src)<<32|mapped)
	le.PutUint64(p.Dst[8:], uint64(dst)<<32|mapped)
	p.SrcPort, p.DstPort = sport, dport
	p.Proto, p.Ver, p.TTL = ProtoTCP, 4, h[ip+8]
	p.Time, p.Index, p.WireLen, p.Frames = f.Time, f.Index, f.WireLen, 1
	p.Seq, p.Ack, p.Flags, p.Window = Seq(seq), Seq(ack), flags, be.Uint16(h[seg+14:])
	p.TCPHdr, p.IPID = uint8(hdr), id
	p.PayloadLen = uint32(n - hdr)
	if f.Dir == DirOutbound {
		p.Bits = Outgoing
	}
	b = b[seg:]
	whole := len(b) >= n
	if whole {
		b = b[:n:n]
	}
	if hdr > 20 && len(b) > 20 {
		// Mostly the padded timestamp option alone.
		if hdr == 32 && len(b) >= 32 && le.Uint32(b[20:]) == 0x0a080101 {
			p.TSVal, p.TSEcr, p.Opts = be.Uint32(b[24:]), be.Uint32(b[28:]), OptTimestamps
		} else {
			d.p = p
			d.tcpOptions(b[20:min(hdr, len(b))])
		}
	}
	if len(b) > hdr {
		p.PayloadOff, p.PayloadCap = uint32(seg+hdr), uint32(len(b)-hdr)
	}
	digest := uint64(h[ip+1])<<56 | uint64(total)<<16 | uint64(id)
	head := uint64(seq)<<32 | uint64(ack)
	s := sum64(b, 0)
	if whole {
		t, c := bits.Add64(s, uint64(src)+uint64(dst), 0)
		t, c = bits.Add64(t, uint64(bits.ReverseBytes32(uint32(n)))+ProtoTCP<<8, c)
		if fold(t+c) != 0xffff {
			d.p = p
			d.verify(s, be.Uint16(h[seg+16:]), ProtoTCP, uint32(n))
		}
		s -= uint64(h[seg+16]) | uint64(h[seg+17])<<8
		p.Digest = mum(digest^mix1, s^mix2) ^ mum(head^mix3, mix1)
	} else {
		p.Bits |= Cut | Unchecked
		p.Digest = mum((mum(digest^mix1, s^mix2)^mum(head^mix3, mix1))^uint64(flags), mix3)
	}
	p.Hash = endsHash(d.seed, uint64(bits.ReverseBytes32(src))<<16|uint64(sport), uint64(bits.ReverseBytes32(dst))<<16|uint64(dport), ProtoTCP)
	return true
}
