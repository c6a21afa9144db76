package engine

import (
	"encoding/binary"
	"math/bits"

	"portero/capture"
)

// A capture of several interfaces has a packet as often as they saw it: on both ends of a veth pair, on a bridge and its
// ports, on the way in and out of a router. An IPv4 id tells such copies; where there is none, only that they came by
// other interfaces does, and a datagram is not asked twice. It is found here, where the blocks come in order, and only
// where there are several interfaces. Files that were captured at the same time are of several, too, and what is read from
// pieces of one capture is not.

const (
	tapSets   = 2048
	tapWays   = 4
	tapSights = 6    // interfaces by which a packet is counted
	tapWindow = 10e6 // ns that a copy may be late
	tapTail   = 64   // packets before the first one of a second interface among which its copy is looked for
	tapMix1   = 0x9e3779b97f4a7c15
	tapMix2   = 0xd6e8feb86659fd93
)

// taps marks the copies.
type taps struct {
	many  bool   // there are several
	apart bool   // each file is of others
	first uint32 // the only one so far
	sets  []tapSet
	skew  skew
	// While apart: packets that were looked at, and copies among them.
	seen, copies uint64
	tail         [tapTail]passing // the last packets while there is one
	n            int              // of them all
}

// passing is a packet that came by an interface.
type passing struct {
	mark uint64
	time int64
	tap  uint32 // 0 where nothing tells it
	file int32
}

// sighted is one that was met, how often by which interface. It is a cache line, as TestSighted holds.
type sighted struct {
	mark uint64
	time int64 // when it was met last
	by   [tapSights]struct{ tap, n uint32 }
}

// tapSet has the latest first.
type tapSet [tapWays]sighted

// mark marks the packets of d that are copies.
func (t *taps) mark(d *decoded) {
	fs, pkts := d.block.Frames, d.batch.Packets
	if d.block.Taps == capture.FileTaps && !t.apart {
		t.apart, t.seen, t.copies = true, 0, 0
		t.begin()
	}
	from := 0
	if !t.many && d.block.Taps == capture.OneTap && !d.sum.links && fs[0].Link != capture.LinkSLL2 {
		from = max(len(pkts)-tapTail, 0) // there is nothing to be marked yet
	}
	for i := from; i < len(pkts); i++ {
		p := &pkts[i]
		t.seen++
		x, ok := passes(p, &fs[p.FrameIdx])
		if !ok || !t.several(&x) || x.tap == 0 && !t.apart || !t.again(&x) {
			continue
		}
		t.copies++
		d.batch.Note(i, capture.Copy)
	}
}

// strangers reports whether files lie side by side that have next to nothing in common: each may double what it has.
func (t *taps) strangers() bool { return t.apart && t.copies*10 < t.seen }

// several reports whether there is more than one interface by now, and keeps x where there is not.
func (t *taps) several(x *passing) bool {
	switch {
	case t.many:
	case x.tap == 0 || t.first == 0 || x.tap == t.first:
		t.first = max(t.first, x.tap)
		t.tail[t.n%tapTail] = *x
		t.n++
	default:
		t.begin()
	}
	return t.many
}

// begin looks at the last packets of the time when there was one interface.
func (t *taps) begin() {
	if t.many {
		return
	}
	t.many, t.sets = true, make([]tapSet, tapSets)
	for i := max(t.n-tapTail, 0); i < t.n; i++ {
		if x := &t.tail[i%tapTail]; x.tap != 0 || t.apart {
			t.again(x)
		}
	}
}

// tapOf is a number of the interface by which f came, 0 where nothing tells it.
func tapOf(f *capture.Frame) uint32 {
	tap := f.Tap
	if tap == 0 {
		tap = uint32(f.Iface)
	}
	if f.Link == capture.LinkSLL2 && len(f.Data) >= 20 {
		tap = tap*31 + binary.BigEndian.Uint32(f.Data[4:])*0x9e3779b1
	}
	return tap
}

// Tap is a number that tells the interface by which p came from others, while Options.Seen shows p: for who writes p
// in another form, in which copies are still to be told by it.
func (e *Engine) Tap(p *capture.Packet) uint32 {
	if e.block == nil || int(p.FrameIdx) >= len(e.block.Frames) {
		return 0
	}
	f := &e.block.Frames[p.FrameIdx]
	if e.block.Taps == capture.FileTaps {
		return tapInFile(tapOf(f), f.File)
	}
	return tapOf(f)
}

// tapInFile is the number of interface tap where each file has others.
func tapInFile(tap uint32, file int32) uint32 { return tap*31 + uint32(file+1)*0x9e3779b1 }

// passes is what tells p and its copies by other interfaces, false where nothing does.
func passes(p *capture.Packet, f *capture.Frame) (x passing, ok bool) {
	m, ok := alike(p, f)
	return passing{m, p.Time, tapOf(f), f.File}, ok
}

// alike is what p, of f, and its copies have in common and nothing else has, false where nothing tells. What was sent to many is
// told by its sender's hardware address too: several hosts may say the same to their neighbours, as they do who have no address yet.
func alike(p *capture.Packet, f *capture.Frame) (m uint64, ok bool) {
	if p.Bits&capture.ICMPError != 0 {
		return 0, false
	}
	le := binary.LittleEndian
	// A request and its answer may be the same octets.
	m = mix(p.Digest^le.Uint64(p.Src[8:])^tapMix1, p.Hash^uint64(p.Seg)<<20^le.Uint64(p.Src[:])^tapMix2)
	m ^= uint64(p.SrcPort) * tapMix1
	if toMany(p) {
		var sender []byte
		switch {
		case f.Link == capture.LinkSLL2 && len(f.Data) >= 20:
			if n := f.Data[11]; n > 0 {
				sender = f.Data[12 : 12+min(n, 8)]
			}
		case f.Link == capture.LinkEthernet && len(f.Data) >= 12:
			sender = f.Data[6:12]
		}
		if sender == nil {
			return 0, false
		}
		var hw [8]byte
		copy(hw[:], sender)
		m = mix(m^tapMix2, le.Uint64(hw[:])^tapMix1)
	}
	return m, true
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// toMany reports whether p is addressed to more than one host, as far as its address alone says so.
func toMany(p *capture.Packet) bool {
	if p.Ver == 6 {
		return p.Dst[0] == 0xff
	}
	return p.Dst[12]>>4 == 14 || [4]byte(p.Dst[12:]) == [4]byte{255, 255, 255, 255}
}

// again reports whether x is a copy of a packet that came by another interface, and counts it: what came by one for
// the third time is the third packet, wherever the first two were seen.
func (t *taps) again(x *passing) bool {
	tap := x.tap
	if t.apart {
		tap = tapInFile(tap, x.file)
	}
	set := &t.sets[x.mark>>32%tapSets]
	i := 0
	for i < tapWays-1 && set[i].mark != x.mark {
		i++
	}
	s := set[i]
	copy(set[1:], set[:i])
	if dt := x.time - s.time; s.mark != x.mark || dt > tapWindow || dt < -tapWindow {
		if t.apart && s.mark == x.mark && !s.met(tap) {
			t.skew.note(max(dt, -dt))
		}
		s = sighted{mark: x.mark}
	}
	s.time = x.time
	mine, most := uint32(0), uint32(0)
	for k := range s.by {
		switch by := &s.by[k]; {
		case mine == 0 && (by.n == 0 || by.tap == tap):
			by.tap = tap
			by.n++
			mine = by.n
		default:
			most = max(most, by.n)
		}
	}
	set[0] = s
	return mine <= most // 0: there are more interfaces than are counted
}

// met reports whether s was met by tap.
func (s *sighted) met(tap uint32) bool {
	for i := range s.by {
		if s.by[i].n > 0 && s.by[i].tap == tap {
			return true
		}
	}
	return false
}

// skew is by how much the clocks of files differ that have the same packets.
type skew struct {
	by            int64 // ns
	agree, differ int   // packets that tell so, and otherwise
}

const (
	skewMost  = 60e9 // ns; what comes later may be another packet
	skewLeast = 16   // packets that have to tell so
)

// note takes how much later than by one file a packet came by another.
func (k *skew) note(dt int64) {
	switch d := dt - k.by; {
	case dt > skewMost:
	case d <= tapWindow && d >= -tapWindow:
		k.agree++
	case k.agree <= k.differ:
		*k = skew{by: dt, agree: 1}
	default:
		k.differ++
	}
}

// ClocksApart is by how much the clocks of files differ that have the same packets, as far as these tell; 0 where they do not.
func (e *Engine) ClocksApart() int64 {
	if k := &e.taps.skew; k.agree >= skewLeast && k.agree >= 3*k.differ {
		return k.by
	}
	return 0
}
