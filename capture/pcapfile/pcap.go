package pcapfile

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"

	"portero/capture"
)

// pcap is a classic capture (draft-ietf-opsawg-pcap).
type pcap struct {
	order binary.ByteOrder
	big   bool
	nano  bool
	hdr   int // length of a record header
	link  capture.LinkType
}

func (f *File) startPcap() error {
	h := f.carry
	p := &pcap{order: binary.LittleEndian, hdr: 16}
	magic := p.order.Uint32(h)
	if magic&0xff == 0xa1 {
		p.order, p.big = binary.BigEndian, true
		magic = p.order.Uint32(h)
	}
	switch magic {
	case 0xa1b23c4d:
		p.nano = true
	case 0xa1b2cd34:
		p.hdr = 24 // Kuznetzov's records carry interface, protocol and type as well
	}
	if len(h) < 24 {
		return &FormatError{f.name, fmt.Sprintf("ends after %d bytes, inside the 24 bytes of the pcap header", len(h))}
	}
	// The upper bits say how long a frame check sequence is; the IP length knows.
	p.link = capture.LinkType(p.order.Uint32(h[20:]) & 0xffff)
	f.ifaces = []Interface{{Link: p.link, SnapLen: p.order.Uint32(h[16:])}}
	f.sec = p
	f.carry = append([]byte(nil), h[24:]...)
	f.off = 24
	return nil
}

func (p *pcap) frames(f *File, b *capture.Block, buf []byte) int {
	f.want = 0
	i := 0
	for len(b.Frames) < mostFrames {
		if len(b.Frames) == cap(b.Frames) {
			b.Frames = slices.Grow(b.Frames, 1)
		}
		room := b.Frames[len(b.Frames):min(cap(b.Frames), mostFrames)]
		n, used := p.fill(f, room, buf[i:])
		b.Frames = b.Frames[:len(b.Frames)+n]
		f.frames += uint64(n)
		i += used
		if n == len(room) {
			continue
		}
		if h := buf[i:]; len(h) >= p.hdr {
			capLen := p.order.Uint32(h[8:])
			if capLen > maxFrame {
				f.stop(f.off+int64(i), fmt.Sprintf("a frame claims %d captured bytes", capLen))
				return i
			}
			f.want = p.hdr + int(capLen)
		}
		break
	}
	return f.tail(b, buf, i)
}

// fill makes frames of what lies in buf until one of the two is used up or the next
// record is not whole or claims too much. It returns how many, and what they took.
func (p *pcap) fill(f *File, fs []capture.Frame, buf []byte) (n, used int) {
	le := binary.LittleEndian
	hdr, big, base, id, link := p.hdr, p.big, f.frames+1, f.id, p.link
	unit := int64(1000)
	if p.nano {
		unit = 1
	}
	for n < len(fs) && len(buf)-used >= hdr {
		h := buf[used : used+16]
		sec, frac, capLen, wire := le.Uint32(h), le.Uint32(h[4:]), le.Uint32(h[8:]), le.Uint32(h[12:])
		if big {
			sec, frac, capLen, wire = bits.ReverseBytes32(sec), bits.ReverseBytes32(frac), bits.ReverseBytes32(capLen), bits.ReverseBytes32(wire)
		}
		at := used + hdr
		end := at + int(capLen)
		if capLen > maxFrame || end > len(buf) {
			break
		}
		// Set one by one: a literal is made elsewhere first and copied.
		fr := &fs[n]
		fr.Data, fr.Time = buf[at:end:end], int64(sec)*1e9+int64(frac)*unit
		fr.Index, fr.Num, fr.WireLen, fr.File, fr.Iface = base+uint64(n), base+uint64(n), max(wire, capLen), id, 0
		fr.Link, fr.VLAN, fr.HasVLAN, fr.Dir = link, 0, false, capture.DirUnknown
		n++
		used = end
	}
	return n, used
}

// tail ends a run of frames, i octets into buf. When the input is over and no
// frame was whole, what is left of it is the damage.
func (f *File) tail(b *capture.Block, buf []byte, i int) int {
	if len(b.Frames) == 0 && f.eof != nil {
		reason := ""
		if len(buf) > i {
			reason = fmt.Sprintf("the file ends inside a frame, %d bytes of it are there", len(buf)-i)
		}
		f.stop(f.off+int64(len(buf)), reason)
		return len(buf)
	}
	return i
}
