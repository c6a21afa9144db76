package anonymize

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"

	"portero/capture"
)

// Link types of what is written.
const (
	linkEthernet capture.LinkType = 1
	linkRaw      capture.LinkType = 101
)

var be = binary.BigEndian

// Packet builds the frame that shows p without what is private. payload is the
// captured part of its payload, vlan its tags, quote what an ICMP error quotes
// (nil otherwise). The frame is valid until the next call. ok is false for what
// has no place in an anonymous capture: packets whose addresses were not read.
func (m *Map) Packet(p *capture.Packet, payload []byte, vlan []uint32, quote *capture.Quote, buf []byte) (f capture.Frame, ok bool) {
	if p.Ver != 4 && p.Ver != 6 {
		return f, false
	}
	src, dst := m.bytes(p.Src, p.Ver), m.bytes(p.Dst, p.Ver)
	seg, wire := m.transport(p, payload, quote, src, dst)
	buf = buf[:0]
	ip := 20
	if p.Ver == 6 {
		ip = 40
	}
	link := linkRaw
	if int(p.WireLen) >= 14+4*len(vlan)+ip+wire || len(vlan) > 0 {
		link = linkEthernet
		buf = append(buf, 2, 0)
		buf = append(buf, dst[12:]...)
		buf = append(buf, 2, 0)
		buf = append(buf, src[12:]...)
		for _, id := range vlan {
			buf = append(buf, 0x81, 0)
			buf = be.AppendUint16(buf, uint16(id)&0xfff)
		}
		typ := uint16(0x0800)
		if p.Ver == 6 {
			typ = 0x86dd
		}
		buf = be.AppendUint16(buf, typ)
	}
	head := len(buf)
	if p.Ver == 4 {
		buf = append(buf, 0x45, 0)
		buf = be.AppendUint16(buf, uint16(min(20+wire, 65535)))
		buf = be.AppendUint16(buf, p.IPID)
		buf = append(buf, 0, 0, p.TTL, p.Proto, 0, 0)
		buf = append(buf, src[12:]...)
		buf = append(buf, dst[12:]...)
		sum := ^fold(add(0, buf[head:]))
		if p.Bits&capture.BadIPSum != 0 {
			sum ^= 0x5555
		}
		be.PutUint16(buf[head+10:], sum)
	} else {
		buf = append(buf, 0x60, 0, 0, 0)
		buf = be.AppendUint16(buf, uint16(min(wire, 65535)))
		buf = append(buf, p.Proto, p.TTL)
		buf = append(buf, src[:]...)
		buf = append(buf, dst[:]...)
	}
	end := len(buf) + wire
	buf = append(buf, seg...)
	f = capture.Frame{Data: buf, Time: p.Time, WireLen: max(p.WireLen, uint32(end)), Link: link}
	if p.Bits&capture.Outgoing != 0 {
		f.Dir = capture.DirOutbound
	}
	return f, true
}

func (m *Map) bytes(a [16]byte, ver uint8) [16]byte { return m.Addr(capture.Addr(a, ver)).As16() }

// transport builds the segment as far as it was captured, and says how long the
// whole of it was.
func (m *Map) transport(p *capture.Packet, payload []byte, quote *capture.Quote, src, dst [16]byte) (seg []byte, wire int) {
	var b []byte
	field := -1
	switch {
	case p.Bits&capture.NoPorts != 0 && p.Proto != capture.ProtoICMP && p.Proto != capture.ProtoICMP6:
		return m.content(payload), int(p.PayloadLen)
	case p.Proto == capture.ProtoTCP:
		b, field = tcpHeader(p), 16
	case p.Proto == capture.ProtoUDP:
		b = be.AppendUint16(nil, p.SrcPort)
		b = be.AppendUint16(b, p.DstPort)
		b = be.AppendUint16(b, uint16(min(p.PayloadLen+8, 65535)))
		b = append(b, 0, 0)
		field = 6
	case p.Proto == capture.ProtoICMP || p.Proto == capture.ProtoICMP6:
		b = append(b, p.ICMPType(), p.ICMPCode(), 0, 0, 0, 0, 0, 0)
		field = 2
		if quote != nil {
			payload = m.quote(quote)
			b = append(b, payload...)
			return m.sum(b, len(b), field, p, src, dst), max(len(b), 8+int(p.PayloadLen))
		}
	case p.Proto == capture.ProtoUDPLite: // covered whole
		b = be.AppendUint16(nil, p.SrcPort)
		b = be.AppendUint16(b, p.DstPort)
		b, field = append(b, 0, 0, 0, 0), 6
	case p.Proto == capture.ProtoDCCP:
		b, field = dccpHeader(p), 6
		if _, known := p.DCCP(); !known {
			return b, 12 + int(p.PayloadLen)
		}
	case p.Proto == capture.ProtoSCTP:
		b = be.AppendUint16(nil, p.SrcPort)
		b = be.AppendUint16(b, p.DstPort)
		b = append(b, make([]byte, 8)...)
	default:
		return m.content(payload), int(p.PayloadLen)
	}
	wire = len(b) + int(p.PayloadLen)
	if p.Proto == capture.ProtoTCP && p.Bits&capture.NoFlags != 0 {
		return b[:12], max(wire, 20)
	}
	if p.Proto == capture.ProtoTCP && p.OptionsCut() {
		if p.WindowCut() {
			return b[:14], wire
		}
		return b[:min(20+len(options(p, int(p.TCPHdr)-20)), len(b)-1)], wire
	}
	b = append(b, m.content(payload)...)
	return m.sum(b, wire, field, p, src, dst), wire
}

// sum finishes the checksum: right where it was right, wrong where it was
// wrong, half done where offload left it so, since verdicts rest on that.
func (m *Map) sum(b []byte, wire, field int, p *capture.Packet, src, dst [16]byte) []byte {
	if field < 0 || len(b) < field+2 {
		return b
	}
	var s uint32
	if p.Proto != capture.ProtoICMP {
		s = pseudo(p.Ver, p.Proto, wire, src, dst)
	}
	switch {
	case p.Bits&capture.PartialSum != 0:
		be.PutUint16(b[field:], fold(s))
	case p.Proto == capture.ProtoUDP && p.Bits&capture.Unchecked != 0 && p.Bits&capture.Cut == 0:
		// it had none
	default:
		v := ^fold(add(s, b))
		if p.Bits&capture.BadSum != 0 {
			v ^= 0x5555
		}
		if v == 0 && p.Proto == capture.ProtoUDP {
			v = 0xffff
		}
		be.PutUint16(b[field:], v)
	}
	return b
}

// dccpHeader keeps what tells who called: its numbers, options and service are gone.
func dccpHeader(p *capture.Packet) []byte {
	const long = 1
	b := be.AppendUint16(nil, p.SrcPort)
	b = be.AppendUint16(b, p.DstPort)
	b = append(b, 0, 0, 0, 0, long, 0, 0, 0, 0, 0, 0, 0)
	t, known := p.DCCP()
	if !known {
		return b[:8]
	}
	b[8] |= uint8(t) << 1
	if b = append(b, make([]byte, 12)...); t == capture.DCCPRequest || t == capture.DCCPListen {
		b = b[:20]
	}
	b[4] = uint8(len(b) / 4)
	return b
}

// tcpHeader writes the options a verdict may rest on. A Fast Open cookie becomes
// zeros (it names a client to a server, RFC 7413), Multipath TCP keys are gone.
func tcpHeader(p *capture.Packet) []byte {
	b := be.AppendUint16(nil, p.SrcPort)
	b = be.AppendUint16(b, p.DstPort)
	b = be.AppendUint32(b, uint32(p.Seq))
	b = be.AppendUint32(b, uint32(p.Ack))
	b = append(b, 0x50|byte(p.Flags>>8)&15, byte(p.Flags))
	b = be.AppendUint16(b, p.Window)
	b = append(b, 0, 0, 0, 0)
	if p.TCPHdr > 20 && p.TCPHdr <= 60 {
		b = append(b, options(p, int(p.TCPHdr)-20)...)
		for len(b) < int(p.TCPHdr) {
			b = append(b, 1)
		}
		b[12] = p.TCPHdr/4<<4 | b[12]&15
	}
	if p.Bits&capture.BadHeader != 0 {
		b[12] = b[12] & 15
	}
	return b
}

func options(p *capture.Packet, room int) []byte {
	o := make([]byte, 0, 40)
	put := func(bit capture.Opts, v ...byte) {
		if p.Opts&bit != 0 && len(o)+len(v) <= room {
			o = append(o, v...)
		}
	}
	put(capture.OptMSS, 2, 4, byte(p.MSS>>8), byte(p.MSS))
	put(capture.OptTimestamps, be.AppendUint32(be.AppendUint32([]byte{8, 10}, p.TSVal), p.TSEcr)...)
	put(capture.OptWScale, 3, 3, p.WScale)
	put(capture.OptSACKOK, 4, 2)
	put(capture.OptFastOpen, 34, 6, 0, 0, 0, 0)
	put(capture.OptFastOpenAsk, 34, 2)
	put(capture.OptMPTCP, 30, 3, 0xf0)
	if n := p.Sacked(); n > 1 { // what the blocks were is not known; that the other's octets came is
		put(capture.OptSACKBlocks, be.AppendUint32(be.AppendUint32([]byte{5, 10}, uint32(p.Ack)+1), uint32(p.Ack)+n)...)
	} else {
		put(capture.OptSACKBlocks, 5, 2)
	}
	return o
}

// quote writes the head of the packet an ICMP error quotes, twenty or forty
// octets and eight of its transport.
func (m *Map) quote(q *capture.Quote) []byte {
	src, dst := m.bytes(q.Src, q.Ver), m.bytes(q.Dst, q.Ver)
	var b []byte
	if q.Ver == 4 {
		b = append(b, 0x45, 0, 0, 28, 0, 0, 0, 0, 64, q.Proto, 0, 0)
		b = append(b, src[12:]...)
		b = append(b, dst[12:]...)
		be.PutUint16(b[10:], ^fold(add(0, b)))
	} else {
		b = append(b, 0x60, 0, 0, 0, 0, 8, q.Proto, 64)
		b = append(b, src[:]...)
		b = append(b, dst[:]...)
	}
	if q.Proto == capture.ProtoICMP || q.Proto == capture.ProtoICMP6 {
		return append(b, byte(q.SrcPort), 0, 0, 0, 0, 0, 0, 0)
	}
	if !q.HasPorts {
		return append(b, make([]byte, 8)...)
	}
	b = be.AppendUint16(b, q.SrcPort)
	b = be.AppendUint16(b, q.DstPort)
	if q.Proto == capture.ProtoTCP {
		return be.AppendUint32(b, uint32(q.Seq))
	}
	return append(b, 0, 8, 0, 0)
}

// content stands for a payload: a keyed digest, so that what differed still
// differs and a repeat is still the same, and zeros to its length.
func (m *Map) content(payload []byte) []byte {
	out := make([]byte, len(payload))
	if len(payload) > 0 {
		h := hmac.New(sha256.New, m.mac)
		h.Write(payload)
		copy(out[:min(8, len(out))], h.Sum(nil))
	}
	return out
}

func add(s uint32, b []byte) uint32 {
	for ; len(b) >= 2; b = b[2:] {
		s += uint32(b[0])<<8 | uint32(b[1])
		s = s>>16 + s&0xffff
	}
	if len(b) == 1 {
		s += uint32(b[0]) << 8
	}
	return s
}

func fold(s uint32) uint16 {
	s = s>>16 + s&0xffff
	s = s>>16 + s&0xffff
	return uint16(s)
}

func pseudo(ver, proto uint8, n int, src, dst [16]byte) uint32 {
	from := 0
	if ver == 4 {
		from = 12
	}
	s := add(add(0, src[from:]), dst[from:])
	return s>>16 + s&0xffff + uint32(proto) + uint32(n>>16) + uint32(n&0xffff)
}
