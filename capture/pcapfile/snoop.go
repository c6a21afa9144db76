package pcapfile

import (
	"encoding/binary"
	"fmt"

	"portero/capture"
)

const snoopMagic = "snoop\x00\x00\x00"

// snoop is a Solaris capture (RFC 1761): records in big-endian order, padded,
// with microseconds.
type snoop struct{ link capture.LinkType }

// snoopLinks turns RFC 1761's datalink types (section 4) into those of pcap.
var snoopLinks = map[uint32]capture.LinkType{0: capture.LinkEthernet, 2: capture.LinkTokenRing, 4: capture.LinkEthernet, 8: capture.LinkFDDI, 26: 242}

func (f *File) startSnoop() error {
	h := f.carry
	if len(h) < 16 {
		return &FormatError{f.name, fmt.Sprintf("ends after %d bytes, inside the 16 bytes of the snoop header", len(h))}
	}
	if v := binary.BigEndian.Uint32(h[8:]); v != 2 {
		return &FormatError{f.name, fmt.Sprintf("is a snoop file of version %d; portero reads version 2", v)}
	}
	link, ok := snoopLinks[binary.BigEndian.Uint32(h[12:])]
	if !ok {
		return &FormatError{f.name, fmt.Sprintf("is a snoop file of datalink type %d, which portero does not know", binary.BigEndian.Uint32(h[12:]))}
	}
	f.ifaces = []Interface{{Link: link}}
	f.sec = &snoop{link}
	f.carry = append([]byte(nil), h[16:]...)
	f.off = 16
	return nil
}

func (s *snoop) frames(f *File, b *capture.Block, buf []byte) int {
	const hdr = 24
	i := 0
	f.want = 0
	for len(b.Frames) < mostFrames && len(buf)-i >= hdr {
		h := buf[i : i+hdr : i+hdr]
		wire, capLen, size := binary.BigEndian.Uint32(h), binary.BigEndian.Uint32(h[4:]), binary.BigEndian.Uint32(h[8:])
		if isZero(h) {
			f.zeroed(f.off + int64(i))
			return i
		}
		if size < hdr || size > maxFrame || capLen > size-hdr {
			f.stop(f.off+int64(i), fmt.Sprintf("a record of %d bytes claims %d captured bytes", size, capLen))
			return i
		}
		end := i + int(size)
		if end > len(buf) {
			f.want = end - i
			break
		}
		f.frames++
		sec, frac := binary.BigEndian.Uint32(h[16:]), binary.BigEndian.Uint32(h[20:])
		if frac >= 1e6 {
			off := mistimed{}
			off.add(0, f.frames)
			f.mistime(off, i, b)
			frac = 0
		}
		data := i + hdr + int(capLen)
		b.Frames = append(b.Frames, capture.Frame{Data: buf[i+hdr : data : data], Time: int64(sec)*1e9 + int64(frac)*1e3,
			Index: f.frames, Num: f.frames, WireLen: max(wire, capLen), File: f.id, Link: s.link})
		i = end
	}
	return f.tail(b, buf, i)
}
