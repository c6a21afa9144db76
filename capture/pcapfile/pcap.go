package pcapfile

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
	"sync/atomic"

	"portero/capture"
)

// pcap is a classic capture (draft-ietf-opsawg-pcap).
type pcap struct {
	order binary.ByteOrder
	big   bool
	nano  bool
	parts uint32 // of a second
	hdr   int    // length of a record header
	snap  uint32 // octets that a record has at most, as far as is known
	since uint32 // a second before all records, as far as is known
	link  capture.LinkType

	missed atomic.Int32 // guesses in a row that were wrong
}

func (f *File) startPcap() error {
	h := f.carry
	p := &pcap{order: binary.LittleEndian, hdr: 16, parts: 1e6}
	magic := p.order.Uint32(h)
	if magic&0xff == 0xa1 {
		p.order, p.big = binary.BigEndian, true
		magic = p.order.Uint32(h)
	}
	switch magic {
	case 0xa1b23c4d:
		p.nano, p.parts = true, 1e9
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
	p.snap = f.ifaces[0].SnapLen
	if p.snap == 0 || p.snap > usualSnap {
		p.snap = usualSnap
	}
	if len(h) >= 28 {
		p.since = p.order.Uint32(h[24:]) - 24*3600
	}
	f.carry = append([]byte(nil), h[24:]...)
	f.off = 24
	return nil
}

func (p *pcap) frames(f *File, b *capture.Block, buf []byte) int {
	f.want = 0
	i := 0
	for len(b.Frames) < mostFrames {
		if n := len(b.Frames); n == cap(b.Frames) {
			// Twice as many, and many at first, but no more than there can be.
			b.Frames = slices.Grow(b.Frames, min(max(n, firstFrames), (len(buf)-i)/p.hdr+1, mostFrames-n))
		}
		room := b.Frames[len(b.Frames):min(cap(b.Frames), mostFrames)]
		n, used, off := p.fill(room, buf[i:], f.frames+1, f.id, f.eof != nil)
		f.mistime(off, i, b)
		b.Frames = b.Frames[:len(b.Frames)+n]
		f.frames += uint64(n)
		i += used
		if n == len(room) {
			continue
		}
		if h := buf[i:]; len(h) >= p.hdr {
			capLen := p.order.Uint32(h[8:])
			if p.zeros(h) == mostZeros {
				f.zeroed(f.off + int64(i))
				return i
			}
			if capLen > maxFrame && p.joined(b) {
				// What was taken for a frame without octets is the header of a capture.
				b.Frames = b.Frames[:len(b.Frames)-1]
				f.frames--
				f.fail = &DamageError{File: f.name, Offset: f.off + int64(i-p.hdr), Unpacked: f.packed(), Frames: f.frames,
					Reason: "another capture begins here, as when captures are joined by cat", Hint: "everything before it is in the result; name the captures one by one, or join them with mergecap"}
				return i
			}
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

// joined reports whether the last frame of b is the beginning of a capture's header
// (magic, version, and eight octets of zero) that was taken for that of a frame.
func (p *pcap) joined(b *capture.Block) bool {
	if len(b.Frames) == 0 {
		return false
	}
	fr := &b.Frames[len(b.Frames)-1]
	magic, version, unit := int64(0xa1b2c3d4), int64(4<<16|2), int64(1000)
	if p.nano {
		magic, unit = 0xa1b23c4d, 1
	}
	if p.big {
		version = 2<<16 | 4
	}
	return len(fr.Data) == 0 && fr.WireLen == 0 && fr.Time == magic*1e9+version*unit
}

// firstFrames is for how many there is room at first, where a piece is large enough for so many.
const firstFrames = 512

// mostZeros headers of nothing but zeros, one behind the other, are no frames: nobody captures a thousand
// octets' worth of frames without time and octets, while file systems set aside and lose 4 KiB at least,
// of which the last frame that was written takes a part.
const mostZeros = 64

// zeros is how many headers of nothing but zeros buf begins with, mostZeros of them at most.
func (p *pcap) zeros(buf []byte) int {
	n := 0
	for at := 0; n < mostZeros && at+p.hdr <= len(buf) && isZero(buf[at:at+p.hdr]); at += p.hdr {
		n++
	}
	return n
}

// fill makes frames of what lies in buf until one of the two is used up or the next
// record is not whole or claims too much, or is the first of so many zeros that they are none. Where buf is not the
// last there is, it leaves zeros at its end, of which that is not known yet. The first has the ordinal first. It
// returns how many, what they took, and which of them have no time that can be.
//
// A fraction of a second is less than one. What a writer meant that left another nobody knows, but its second is
// mostly right, and tcpdump and tshark show that: so it stands alone, and the clock does not go on by what is no time.
func (p *pcap) fill(fs []capture.Frame, buf []byte, first uint64, id int32, last bool) (n, used int, off mistimed) {
	le := binary.LittleEndian
	hdr, big, link := p.hdr, p.big, p.link
	unit := int64(1000)
	if p.nano {
		unit = 1
	}
	parts := p.parts // from here on fractions are looked at
	if big {
		parts = 0
	}
	few := 0 // up to here lie zeros that are frames
	for n < len(fs) && len(buf)-used >= hdr {
		h := buf[used : used+16]
		sec, frac, capLen, wire := le.Uint32(h), le.Uint32(h[4:]), le.Uint32(h[8:]), le.Uint32(h[12:])
		if frac >= parts {
			if big {
				sec, frac, capLen, wire = bits.ReverseBytes32(sec), bits.ReverseBytes32(frac), bits.ReverseBytes32(capLen), bits.ReverseBytes32(wire)
			}
			if frac >= p.parts {
				off.add(used, first+uint64(n))
				frac = 0
			}
		}
		at := used + hdr
		end := at + int(capLen)
		if capLen-1 >= maxFrame || end > len(buf) { // 0 - 1 is large as well
			if capLen != 0 {
				break
			}
			if used >= few {
				zeros := p.zeros(buf[used:])
				few = used + zeros*hdr
				if zeros == mostZeros || zeros > 0 && !last && len(buf)-few < hdr {
					break
				}
			}
		}
		// Set one by one: a literal is made elsewhere first and copied.
		fr := &fs[n]
		fr.Data, fr.Time = buf[at:end:end], int64(sec)*1e9+int64(frac)*unit
		fr.Index, fr.Num, fr.WireLen, fr.File, fr.Iface = first+uint64(n), first+uint64(n), max(wire, capLen), id, 0
		fr.Link, fr.VLAN, fr.HasVLAN, fr.Dir = link, 0, false, capture.DirUnknown
		n++
		used = end
	}
	off.leave(used)
	return n, used, off
}

// A piece is walked from record to record while it comes, since half of it has left the cache when it is
// there: the reading itself goes through the cache, too. Where the first record begins is
// not known yet; it is guessed, and what was found counts only when the piece before ends there.

const (
	usualSnap  = 256 << 10
	usualSpan  = 64 * 24 * 3600 // seconds that a capture lasts at most
	guessChain = 4              // headers in a row that look like some
	guessMost  = 8              // guesses in a row that are wrong: it is no use with this capture
)

// ahead finds the frames of the piece of which buf is there so far. The first place of b.Frames is
// left for the frame that began in the piece before.
func (p *pcap) ahead(id int32, b *capture.Block, piece *capture.Piece, buf []byte) {
	room := b.Frames[:min(cap(b.Frames), mostFrames)]
	if len(room) <= 1+piece.Found {
		return
	}
	if piece.Found == 0 {
		if piece.From < 0 || p.missed.Load() >= guessMost {
			return
		}
		if piece.From = p.guess(buf); piece.From < 0 {
			p.missed.Add(1)
			return
		}
		piece.To = piece.From
	}
	n, used, off := p.fill(room[1+piece.Found:], buf[piece.To:], uint64(piece.Found), id, false)
	if len(off.nums) > 0 {
		piece.Found, piece.From = 0, -1 // seldom: Take reads it, which knows where it lies
		return
	}
	piece.Found += n
	piece.To += used
}

// guess is where a record seems to begin in buf, -1 where none does.
func (p *pcap) guess(buf []byte) int {
	for from := 0; from+16 <= len(buf); from++ {
		at, n := from, 0
		for n < guessChain {
			capLen, ok := p.seems(buf, at)
			if !ok {
				break
			}
			at += p.hdr + int(capLen)
			n++
		}
		if n == guessChain {
			return from
		}
	}
	return -1
}

// seems reports whether what lies at looks like the header of a record, and how many octets follow it then.
func (p *pcap) seems(buf []byte, at int) (capLen uint32, ok bool) {
	if at+p.hdr > len(buf) {
		return 0, false
	}
	h := buf[at : at+16]
	if p.uint32(h)-p.since >= usualSpan {
		return 0, false
	}
	capLen = p.uint32(h[8:])
	return capLen, p.uint32(h[4:]) < p.parts && capLen > 0 && capLen <= p.snap && p.uint32(h[12:]) >= capLen
}

func (p *pcap) uint32(b []byte) uint32 {
	v := binary.LittleEndian.Uint32(b)
	if p.big {
		v = bits.ReverseBytes32(v)
	}
	return v
}

// accept takes the frames that Load found, where the one that began in the piece before ends where they
// begin, and returns what of buf is done with. Otherwise it takes nothing.
func (p *pcap) accept(f *File, b *capture.Block, piece *capture.Piece, buf []byte) int {
	c := len(f.carry)
	if c > headroom {
		return 0
	}
	all := b.Frames[:1+piece.Found]
	before := buf[:c+piece.From]
	n, used, off := p.fill(all[:1], before, f.frames+1, f.id, false)
	if n != 1 || used != len(before) {
		p.missed.Add(1)
		return 0
	}
	f.mistime(off, 0, b)
	p.missed.Store(0)
	for i := range all[1:] {
		fr := &all[1+i]
		fr.Index += f.frames + 2
		fr.Num = fr.Index
	}
	f.frames += uint64(len(all))
	b.Frames = all
	return c + piece.To
}

// tail ends a run of frames, i octets into buf. When the input is over and no
// frame was whole, what is left of it is the damage.
func (f *File) tail(b *capture.Block, buf []byte, i int) int {
	if len(b.Frames) == 0 && f.eof != nil {
		f.ends(f.off+int64(len(buf)), len(buf)-i, "frame")
		return len(buf)
	}
	return i
}
