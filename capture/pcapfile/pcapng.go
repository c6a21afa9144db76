package pcapfile

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"math/bits"

	"portero/capture"
)

// pcapng block types (draft-ietf-opsawg-pcapng).
const (
	ngSection   = 0x0a0d0d0a
	ngInterface = 1
	ngPacket    = 2 // obsolete
	ngSimple    = 3
	ngEnhanced  = 6
)

// pcapng is a capture of blocks; sections may differ in byte order, and
// interfaces in link type.
type pcapng struct {
	order  binary.ByteOrder
	ifaces []Interface       // of this section
	base   int               // first interface of this section in File.ifaces
	named  map[string]uint32 // how many interfaces of this section have a name
	last   int64             // time of the last packet that had one
	timed  bool              // there was one
	// early are the frames without a time before the first that has one, whose time is theirs, too: they wait for it, as where
	// one read from the file ends must make no difference.
	early       []capture.Frame
	earlyOctets int
	alone       bool // no more wait

	// A large block that is passed over, while tail is not 0: its type, where it begins, how much of
	// it is still to come, and the length that it ends with.
	passed     uint32
	began      int64
	left, tail int
}

const maxInterfaces = 1 << 16

// So many frames, or octets of them, wait for a time. Where more have none, none may come.
const (
	maxEarly       = 64
	maxEarlyOctets = 1 << 20
)

// maxRead is how large a block may be that has to lie in memory as a whole: a frame, and as much as
// nobody says of one. There are as many at once as there are pieces under way.
const maxRead = maxFrame + readSize

// reads reports whether blocks of a type are looked into.
func reads(typ uint32) bool {
	switch typ {
	case ngSection, ngInterface, ngPacket, ngSimple, ngEnhanced:
		return true
	}
	return false
}

func (p *pcapng) frames(f *File, b *capture.Block, buf []byte) int {
	n := p.blocks(f, b, buf)
	if f.fail != nil {
		p.release(b)
	}
	return n
}

func (p *pcapng) blocks(f *File, b *capture.Block, buf []byte) int {
	i := 0
	f.want = 0
	for len(b.Frames) < mostFrames {
		if p.tail != 0 {
			n, ok := p.pass(f, buf[i:])
			i += n
			if f.fail != nil {
				return i
			}
			if !ok {
				break
			}
		}
		rest := buf[i:]
		if len(rest) < 12 {
			break
		}
		at := f.off + int64(i)
		if binary.LittleEndian.Uint32(rest) == ngSection {
			switch {
			case binary.LittleEndian.Uint32(rest[8:]) == 0x1a2b3c4d:
				p.order = binary.LittleEndian
			case binary.BigEndian.Uint32(rest[8:]) == 0x1a2b3c4d:
				p.order = binary.BigEndian
			default:
				f.stop(at, "a section header without byte-order mark")
				return i
			}
			p.base, p.ifaces, p.named = len(f.ifaces), nil, map[string]uint32{}
		}
		if p.order == nil {
			f.stop(at, "no section header")
			return i
		}
		if isZero(rest[:12]) {
			f.zeroed(at)
			return i
		}
		typ, n := p.order.Uint32(rest), p.order.Uint32(rest[4:])
		if n < 12 || n%4 != 0 || n > maxBlock || n > maxRead && reads(typ) {
			f.stop(at, fmt.Sprintf("a block of type %#x claims %d bytes", typ, n))
			return i
		}
		if int(n) > len(rest) && n > readSize && !reads(typ) {
			p.passed, p.began, p.left, p.tail = typ, at, int(n)-4, int(n)
			continue
		}
		if int(n) > len(rest) {
			f.want = int(n)
			break
		}
		if end := p.order.Uint32(rest[n-4:]); end != n {
			f.stop(at, unequal(typ, n, end))
			return i
		}
		if typ == ngInterface && len(f.ifaces) >= maxInterfaces { // no damage, but nothing tells the links of its frames from here on
			f.fail = &DamageError{File: f.name, Offset: at, Unpacked: f.packed(), Frames: f.frames,
				Reason: fmt.Sprintf("more than the %d interfaces that are kept apart", maxInterfaces), Hint: "everything before it is in the result; what lies behind it is not read"}
			return i
		}
		if reason := p.block(f, b, typ, rest[8:n-4]); reason != "" {
			f.stop(at, reason)
			return i
		}
		i += int(n)
	}
	if p.tail != 0 && len(b.Frames) == 0 && f.eof != nil && f.fail == nil {
		f.ends(f.off+int64(len(buf)), int(f.off+int64(len(buf))-p.began), "block")
		return len(buf)
	}
	if len(b.Frames) == 0 && f.eof != nil && (len(buf)-i < 12 || f.want > 0) {
		f.ends(f.off+int64(len(buf)), len(buf)-i, "block")
		return len(buf)
	}
	return i
}

// pass passes over what buf has of a block, and returns how much that is, and whether it was all.
func (p *pcapng) pass(f *File, buf []byte) (n int, over bool) {
	n = min(p.left, len(buf))
	if p.left -= n; p.left > 0 || len(buf)-n < 4 {
		return n, false
	}
	if end := p.order.Uint32(buf[n:]); int(end) != p.tail {
		f.stop(p.began, unequal(p.passed, uint32(p.tail), end))
		return n, false
	}
	p.tail = 0
	return n + 4, true
}

func unequal(typ, begin, end uint32) string {
	return fmt.Sprintf("a block of type %#x has two different lengths, %d and %d", typ, begin, end)
}

// block takes one block's body. It returns what is wrong with it.
func (p *pcapng) block(f *File, b *capture.Block, typ uint32, body []byte) string {
	switch typ {
	case ngInterface:
		if len(body) < 8 {
			return "an interface block of less than 8 bytes"
		}
		it := Interface{Link: capture.LinkType(p.order.Uint16(body)), SnapLen: p.order.Uint32(body[4:]), unit: 1000}
		p.options(body[8:], func(code uint16, v []byte) {
			switch {
			case code == 2:
				it.Name = string(v[:min(len(v), 256)])
			case code == 9 && len(v) >= 1:
				it.resolution(v[0])
			case code == 14 && len(v) >= 8:
				it.offset = int64(p.order.Uint64(v))
			}
		})
		it.tap = tapOf(it.Name, p.named[it.Name])
		p.named[it.Name]++
		switch {
		case f.taps == capture.NoTaps:
			f.taps, f.tap = capture.OneTap, it.tap
		case it.tap != f.tap:
			f.taps = capture.ManyTaps
		}
		f.ifaces = append(f.ifaces, it)
		p.ifaces = f.ifaces[p.base:]
	case ngEnhanced, ngPacket:
		if len(body) < 20 {
			return "a packet block of less than 20 bytes"
		}
		id := p.order.Uint32(body)
		if typ == ngPacket {
			id = uint32(p.order.Uint16(body))
		}
		if int(id) >= len(p.ifaces) {
			return fmt.Sprintf("a packet of interface %d, which was not described", id)
		}
		capLen, wire := p.order.Uint32(body[12:]), p.order.Uint32(body[16:])
		if int64(capLen) > int64(len(body)-20) {
			return fmt.Sprintf("a packet claims %d bytes in a block that has %d", capLen, len(body)-20)
		}
		it := &p.ifaces[id]
		end := 20 + int(capLen)
		f.frames++
		at, timed := it.time(uint64(p.order.Uint32(body[4:]))<<32 | uint64(p.order.Uint32(body[8:])))
		if !timed {
			at = p.last // as one without a time, below
		}
		fr := capture.Frame{Data: body[20:end:end], Time: at,
			Index: f.frames, Num: f.frames, WireLen: max(wire, capLen), File: f.id, Iface: int32(p.base + int(id)), Tap: it.tap, Link: it.Link}
		if opts := (end + 3) &^ 3; opts+4 <= len(body) {
			p.options(body[opts:], func(code uint16, v []byte) {
				if code == 2 && len(v) >= 4 {
					switch p.order.Uint32(v) & 3 {
					case 1:
						fr.Dir = capture.DirInbound
					case 2:
						fr.Dir = capture.DirOutbound
					}
				}
			})
		}
		if !timed {
			p.untimed(b, fr)
			break
		}
		if !p.timed {
			// Those before it came no later.
			for i := range p.early {
				p.early[i].Time = at
			}
			p.release(b)
		}
		p.last, p.timed = at, true
		b.Frames = append(b.Frames, fr)
	case ngSimple:
		if len(body) < 4 {
			return "a simple packet block of less than 4 bytes"
		}
		if len(p.ifaces) == 0 {
			return "a simple packet before any interface was described"
		}
		it := &p.ifaces[0]
		wire := p.order.Uint32(body)
		capLen := min(wire, uint32(len(body)-4))
		if it.SnapLen > 0 {
			capLen = min(capLen, it.SnapLen)
		}
		f.frames++
		// It has no time. Among others it came no sooner than the one before it.
		p.untimed(b, capture.Frame{Data: body[4 : 4+capLen : 4+capLen], Time: p.last, Index: f.frames, Num: f.frames, WireLen: wire,
			File: f.id, Iface: int32(p.base), Tap: it.tap, Link: it.Link})
	}
	return ""
}

// untimed takes a frame that has no time of its own.
func (p *pcapng) untimed(b *capture.Block, fr capture.Frame) {
	if p.alone {
		b.Frames = append(b.Frames, fr)
		return
	}
	fr.Data = bytes.Clone(fr.Data) // what it lies in is read over
	p.early = append(p.early, fr)
	if p.earlyOctets += len(fr.Data); len(p.early) == maxEarly || p.earlyOctets > maxEarlyOctets {
		p.release(b)
	}
}

// release hands on the frames that waited for a time.
func (p *pcapng) release(b *capture.Block) {
	if p.alone = true; len(p.early) > 0 {
		b.Frames, b.Inside = append(b.Frames, p.early...), false
		p.early = nil
	}
}

// tapOf tells an interface from others by its name, and from those of its section with the same name by its place among
// them: parts of a capture describe their interfaces each for itself, and not always in the same order.
func tapOf(name string, nth uint32) uint32 {
	h := fnv.New32a()
	h.Write([]byte(name))
	h.Write(le.AppendUint32(nil, nth))
	return max(h.Sum32(), 1)
}

// options walks a list of options, stopping where it contradicts itself.
func (p *pcapng) options(b []byte, each func(code uint16, v []byte)) {
	for len(b) >= 4 {
		code, n := p.order.Uint16(b), int(p.order.Uint16(b[2:]))
		if code == 0 || n > len(b)-4 {
			return
		}
		each(code, b[4:4+n])
		b = b[4+min((n+3)&^3, len(b)-4):]
	}
}

// resolution takes if_tsresol: a negative power of ten, or of two.
func (it *Interface) resolution(v byte) {
	if v&0x80 != 0 {
		it.pow2, it.unit = min(v&0x7f, 63), 0
		if it.pow2 == 0 {
			it.unit = 1e9
		}
		return
	}
	it.unit = 1e9
	for range v {
		if it.unit > 0 && it.unit < 10 || it.unit < 0 {
			// Finer than a nanosecond: divide instead.
			if it.unit > 0 {
				it.unit = -1
			}
			if it.unit > -1e18 {
				it.unit *= 10
			}
			continue
		}
		it.unit /= 10
	}
}

// Times of frames lie between these: then the time between any two fits into 64 bits, too. What lies
// outside is no time at which a frame came, but a clock or a file that is wrong.
const (
	earliest = -4e9 // s since 1970: 1843
	latest   = math.MaxInt64 / 2
)

// time turns a time stamp into nanoseconds since 1970; ok is false where it names a time that no
// frame can have.
func (it *Interface) time(ts uint64) (ns int64, ok bool) {
	if it.offset < earliest || it.offset > -earliest {
		return 0, false
	}
	switch {
	case it.unit == 0:
		sec := ts >> it.pow2
		frac := ts & (1<<it.pow2 - 1)
		hi, lo := bits.Mul64(frac, 1e9)
		f := hi<<(64-it.pow2) | lo>>it.pow2
		if sec > 4e9 {
			return 0, false
		}
		ns = int64(sec)*1e9 + int64(f)
	case it.unit < 0:
		ns = int64(ts / uint64(-it.unit))
	default:
		hi, lo := bits.Mul64(ts, uint64(it.unit))
		if hi != 0 || lo > latest {
			return 0, false
		}
		ns = int64(lo)
	}
	if ns += it.offset * 1e9; ns > latest {
		return 0, false
	}
	return ns, true
}
