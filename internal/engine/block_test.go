package engine

import (
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"portero/capture"
)

// datagram is an IPv4 datagram of one host to another, number i of them, with n octets.
func datagram(i, n int) []byte {
	b := make([]byte, 28+n)
	b[0], b[8], b[9] = 0x45, 64, capture.ProtoUDP
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	binary.BigEndian.PutUint32(b[12:], 0x0a000001+uint32(i))
	binary.BigEndian.PutUint32(b[16:], 0x0a010001)
	binary.BigEndian.PutUint16(b[20:], uint16(1024+i%60000))
	binary.BigEndian.PutUint16(b[22:], 9999)
	binary.BigEndian.PutUint16(b[24:], uint16(8+n))
	binary.BigEndian.PutUint16(b[10:], folded(ones(b[:20], 0)))
	return b
}

func onEthernet(b []byte) []byte {
	return append([]byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0}, b...)
}

// inOne puts datagrams into one 802.11 frame (an A-MSDU).
func inOne(ds ...[]byte) []byte {
	b := make([]byte, 26)
	b[0], b[1], b[24] = 0x88, 1, 0x80
	for i, d := range ds {
		h := make([]byte, 14)
		binary.BigEndian.PutUint16(h[12:], uint16(8+len(d)))
		b = append(append(append(b, h...), 0xaa, 0xaa, 3, 0, 0, 0, 8, 0), d...)
		for i < len(ds)-1 && (len(b)-26)%4 != 0 {
			b = append(b, 0)
		}
	}
	return b
}

// TestDecodeBlock looks at what decode says of a block: its packets in order, each in one
// lane, with those that are cut counted.
func TestDecodeBlock(t *testing.T) {
	const link80211 = 105
	dec := capture.NewDecoder(capture.NewPaths(), 1)
	var d decoded // used again and again
	for _, c := range []struct {
		frames, inFrame int // how many, and how many datagrams are in each
		cutFrom         int // these and those after are cut
	}{{1, 1, 1}, {100, 1, 30}, {3, 5, 3}, {500, 9, 500}, {1, 1, 0}, {40, 1, 0}, {700, 1, 699}} {
		fs := d.block.Frames[:0]
		for i := range c.frames {
			f := capture.Frame{Time: int64(i), Index: uint64(i) + 10, Num: uint64(i) + 1, Link: capture.LinkEthernet}
			if c.inFrame == 1 {
				f.Data = onEthernet(datagram(i, 50))
			} else {
				f.Link = link80211
				var ds [][]byte
				for j := range c.inFrame {
					ds = append(ds, datagram(i*c.inFrame+j, j))
				}
				f.Data = inOne(ds...)
			}
			f.WireLen = uint32(len(f.Data))
			if i >= c.cutFrom {
				f.Data = f.Data[:len(f.Data)-7]
			}
			fs = append(fs, f)
		}
		d.block.Frames = fs
		decode(dec, &d)
		n := c.frames * c.inFrame
		if len(d.batch.Packets) != n || len(d.other) != 0 || len(d.odd) != 0 {
			t.Fatalf("%+v: %d packets, %d that are none, %d odd", c, len(d.batch.Packets), len(d.other), len(d.odd))
		}
		for i := range d.batch.Packets {
			if p := &d.batch.Packets[i]; int(p.FrameIdx) != i/c.inFrame || p.SrcAddr().As4() != [4]byte{10, 0, byte((i + 1) >> 8), byte(i + 1)} {
				t.Fatalf("%+v: packet %d is of frame %d, from %v", c, i, p.FrameIdx, p.SrcAddr())
			}
		}
		dealt, all := map[uint32]bool{}, 0
		for k, which := range d.which {
			for i, pos := range which {
				if laneOf(&d.batch.Packets[pos]) != k || i > 0 && pos <= which[i-1] {
					t.Fatalf("%+v: lane %d has %v", c, k, which)
				}
				dealt[pos] = true
				all++
			}
		}
		if len(dealt) != n || all != n {
			t.Fatalf("%+v: %d packets dealt, %d of them once", c, all, len(dealt))
		}
		cuts, first := max(0, c.frames-c.cutFrom), uint64(0)
		if cuts > 0 {
			first = uint64(c.cutFrom) + 10
		}
		if int(d.cuts) != cuts || d.firstCut != first {
			t.Errorf("%+v: %d are cut, the first in frame %d, want %d and %d", c, d.cuts, d.firstCut, cuts, first)
		}
	}
}

// TestSumOf looks at what frames are together.
func TestSumOf(t *testing.T) {
	frames := func() []capture.Frame {
		fs := make([]capture.Frame, 5)
		for i := range fs {
			fs[i] = capture.Frame{Time: int64(100 + i/2), WireLen: uint32(10 + i), Index: uint64(i + 7), Num: uint64(i + 1), File: 2, Link: 1}
		}
		return fs
	}
	want := frameSum{octets: 60, first: 100, last: 102, even: true}
	for name, c := range map[string]struct {
		change func(fs []capture.Frame)
		want   func(s *frameSum)
	}{
		"plain":     {func([]capture.Frame) {}, func(*frameSum) {}},
		"backwards": {func(fs []capture.Frame) { fs[3].Time, fs[4].Time = 99, 103 }, func(s *frameSum) { s.even, s.first, s.last = false, 99, 103 }},
		"at last":   {func(fs []capture.Frame) { fs[4].Time = 1 }, func(s *frameSum) { s.even, s.first, s.last = false, 1, 101 }},
		"file":      {func(fs []capture.Frame) { fs[4].File = 3 }, func(s *frameSum) { s.files = true }},
		"number":    {func(fs []capture.Frame) { fs[2].Num = 9 }, func(s *frameSum) { s.files = true }},
		"link":      {func(fs []capture.Frame) { fs[1].Link = 113 }, func(s *frameSum) { s.links = true }},
	} {
		fs, w := frames(), want
		c.change(fs)
		c.want(&w)
		if got := sumOf(fs); got != w {
			t.Errorf("%s: %+v, want %+v", name, got, w)
		}
	}
	if got := sumOf(nil); got != (frameSum{}) {
		t.Errorf("of nothing: %+v", got)
	}
}

// TestPayloadInside: payload is the same octets whether it is found by its frame or in the memory of the
// block, and what came in an earlier block has none.
func TestPayloadInside(t *testing.T) {
	dec := capture.NewDecoder(capture.NewPaths(), 1)
	for _, inside := range []bool{false, true} {
		var d decoded
		d.block.Inside = inside
		d.block.Buf = make([]byte, 0, 1<<16)
		var ends []int
		for i := range 50 {
			f := datagram(i, i)
			for j := range f[28:] {
				f[28+j] = byte(i + j)
			}
			d.block.Buf = append(append(d.block.Buf, 0xee, 0xee), onEthernet(f)...)
			ends = append(ends, len(d.block.Buf))
		}
		for i, end := range ends {
			f := capture.Frame{Index: uint64(i) + 10, Num: uint64(i) + 1, Link: capture.LinkEthernet, Data: d.block.Buf[end-42-i : end : end], WireLen: uint32(42 + i)}
			d.block.Frames = append(d.block.Frames, f)
		}
		decode(dec, &d)
		e := &Engine{block: &d.block, batch: &d.batch, last: 9}
		for i := range d.batch.Packets {
			p := &d.batch.Packets[i]
			b := e.payload(p)
			if len(b) != i {
				t.Fatalf("inside %v: %d octets of payload %d", inside, len(b), i)
			}
			for j, v := range b {
				if v != byte(i+j) {
					t.Fatalf("inside %v: octet %d of payload %d is %d", inside, j, i, v)
				}
			}
		}
		e.last = 20
		for i := range d.batch.Packets {
			if b := e.payload(&d.batch.Packets[i]); (b == nil) != (i <= 10) {
				t.Errorf("inside %v: packet %d after frame 20 has %d octets", inside, d.batch.Packets[i].Index, len(b))
			}
		}
	}
}

// sized is an input of so many octets.
type sized struct {
	capture.Source
	n int64
}

func (s sized) Size() int64 { return s.n }

// TestBlocks: the blocks of a large file have memory of their own, beside one another in huge pages.
func TestBlocks(t *testing.T) {
	e, poor := &Engine{opt: Options{Memory: hugeBudget}}, &Engine{opt: Options{Memory: hugeBudget - 1}}
	for _, d := range slices.Concat(e.blocks(sized{n: hugeFrom - 1}, 2), e.blocks(capture.Source(nil), 2), poor.blocks(sized{n: hugeFrom}, 2)) {
		if d.block.Buf != nil || d.batch.Packets != nil {
			t.Errorf("%d octets and %d packets for a small file or budget", len(d.block.Buf), cap(d.batch.Packets))
		}
	}
	all := e.blocks(sized{n: hugeFrom}, 3)
	for i, d := range all {
		if len(d.block.Buf) != bufRoom || cap(d.batch.Packets) < 4096 || len(d.batch.Packets) != 0 || d.ready == nil {
			t.Errorf("block %d: %d octets, room for %d packets", i, len(d.block.Buf), cap(d.batch.Packets))
		}
		for j := range d.block.Buf {
			d.block.Buf[j] = byte(i + 1)
		}
		for j := range d.batch.Packets[:cap(d.batch.Packets)] {
			d.batch.Packets[:cap(d.batch.Packets)][j].Seq = capture.Seq(i + 1)
		}
	}
	for i, d := range all {
		for j, v := range d.block.Buf {
			if v != byte(i+1) {
				t.Fatalf("octet %d of block %d is %d", j, i, v)
			}
		}
		for j, p := range d.batch.Packets[:cap(d.batch.Packets)] {
			if p.Seq != capture.Seq(i+1) || p.Src != [16]byte{} {
				t.Fatalf("packet %d of block %d is %+v", j, i, p)
			}
		}
	}
}

// TestPartsBesidePackets: fragments of datagrams and ARP do not hide what lies behind them in a frame that holds several, and are
// not hidden by it.
func TestPartsBesidePackets(t *testing.T) {
	whole, part := datagram(1, 50), datagram(2, 50)
	part[6] = 0x20 // more fragments
	binary.BigEndian.PutUint16(part[10:], 0)
	binary.BigEndian.PutUint16(part[10:], folded(ones(part[:20], 0)))
	dec := capture.NewDecoder(capture.NewPaths(), 1)
	for name, c := range map[string]struct {
		ds   [][]byte
		want string
	}{
		"a part, a packet":         {[][]byte{part, whole}, "1 packets; fragment before 0"},
		"a packet, a part":         {[][]byte{whole, part}, "1 packets; fragment before 1"},
		"two parts, a packet":      {[][]byte{part, part, whole}, "1 packets; fragment before 0; fragment before 0"},
		"a part between, no IP":    {[][]byte{whole, {0, 0, 0, 0}, part, whole}, "2 packets; fragment before 1"},
		"two parts and nothing IP": {[][]byte{part, part, {0, 0, 0, 0}}, "0 packets; fragment before 0; fragment before 0"},
	} {
		var d decoded
		b := inOne(c.ds...)
		d.block.Frames = []capture.Frame{{Data: b, WireLen: uint32(len(b)), Link: 105, Index: 1, Num: 1}}
		decode(dec, &d)
		got := fmt.Sprint(len(d.batch.Packets), " packets")
		for _, o := range d.other {
			if o.outcome == capture.FragmentPart && o.frag.Len == len(part)-20 {
				got += fmt.Sprint("; fragment before ", o.before)
			}
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
