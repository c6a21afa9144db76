package pcapfile

import (
	"encoding/binary"
	"fmt"
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
	i := 0
	fs := b.Frames
	unit := int64(1000)
	if p.nano {
		unit = 1
	}
	f.want = 0
	for len(fs) < mostFrames {
		if len(buf)-i < p.hdr {
			break
		}
		h := buf[i : i+16 : i+16]
		var sec, frac, capLen, wire uint32
		if p.big {
			sec, frac = binary.BigEndian.Uint32(h), binary.BigEndian.Uint32(h[4:])
			capLen, wire = binary.BigEndian.Uint32(h[8:]), binary.BigEndian.Uint32(h[12:])
		} else {
			sec, frac = binary.LittleEndian.Uint32(h), binary.LittleEndian.Uint32(h[4:])
			capLen, wire = binary.LittleEndian.Uint32(h[8:]), binary.LittleEndian.Uint32(h[12:])
		}
		if capLen > maxFrame {
			b.Frames = fs
			f.stop(f.off+int64(i), fmt.Sprintf("a frame claims %d captured bytes", capLen))
			return i
		}
		end := i + p.hdr + int(capLen)
		if end > len(buf) {
			f.want = end - i
			break
		}
		f.frames++
		// Set one by one: a literal is made elsewhere first and copied.
		fs = slices.Grow(fs, 1)[:len(fs)+1]
		fr := &fs[len(fs)-1]
		*fr = capture.Frame{}
		fr.Data, fr.Time = buf[i+p.hdr:end:end], int64(sec)*1e9+int64(frac)*unit
		fr.Index, fr.Num, fr.WireLen, fr.File, fr.Link = f.frames, f.frames, max(wire, capLen), f.id, p.link
		i = end
	}
	b.Frames = fs
	return f.tail(b, buf, i)
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
