package engine

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"portero/capture"
)

// mirrored has every one of pkts twice, the second after late.
func mirrored(pkts []sight, late float64) (twice []sight) {
	for _, p := range pkts {
		twice = append(twice, p)
		p.ms += late
		twice = append(twice, p)
	}
	return twice
}

// spoken is a question of each end, ms apart, n times.
func spoken(n int, ms float64) (pkts []sight) {
	for i := range n {
		pkts = append(pkts, sight{ms: float64(i) * ms, from: i % 2, says: fmt.Sprint("word ", i)})
	}
	return pkts
}

// What came a moment before is a copy where all else comes twice, too, and is sent again otherwise.
func TestCopiesByOneInterface(t *testing.T) {
	ends := strings.Repeat("01", 20)
	for _, c := range []struct {
		name string
		pkts []sight
		want string // copies are 1
	}{
		{"a question and its answer", mirrored(spoken(2, 5), 0.1), "0101"},
		{"the same octets in question and answer", mirrored([]sight{{from: 0}, {from: 1}}, 0.1), "0101"},
		{"one question alone, which may have been sent twice", mirrored(spoken(1, 5), 0.1), "00"},
		{"one who says everything twice", mirrored([]sight{{says: "a"}, {says: "b"}, {says: "c"}}, 0.1), "000000"},
		{"two programs of one host", mirrored([]sight{{to: "self"}, {to: "self", from: 1}}, 0.1), "0101"},
		{"sent again at once, and each of both twice", mirrored([]sight{{says: "a"}, {says: "a", ms: 1}, {says: "b", from: 1, ms: 2}, {says: "a", ms: 9}, {says: "a", ms: 18}}, 0.1), "0101010101"},
		{"sent again as late as a copy may be", mirrored([]sight{{says: "a"}, {says: "b", from: 1, ms: 1}, {says: "a", ms: 9.95}}, 0.1), "010101"},
		{"copies five packets behind", func() (pkts []sight) {
			for i := 0; i < 80; i += 5 {
				five := spoken(80, 1)[i : i+5]
				pkts = append(pkts, five...)
				for _, p := range five {
					p.ms += 5
					pkts = append(pkts, p)
				}
			}
			return pkts
		}(), strings.Repeat("0000011111", 16)},
		{"everything three times, and the question sent again", func() (pkts []sight) {
			for _, p := range []sight{{says: "a"}, {says: "b", from: 1, ms: 1}, {says: "a", ms: 2}, {says: "c", from: 1, ms: 3}} {
				pkts = append(pkts, p, p, p)
			}
			return pkts
		}(), "011011011011"},
		{"only the question came twice", []sight{{says: "a"}, {says: "a", ms: 1}, {says: "b", from: 1, ms: 2}}, "000"},
		{"the answer was lost once", append(mirrored(spoken(1, 5), 0.1), sight{from: 1, says: "b", ms: 6}), "000"},
		{"too late", mirrored(spoken(4, 5), 11), "00000000"},
		{"for long", mirrored(spoken(20, 5), 0.1), ends},
		{"for long, and the copies come behind others", func() (pkts []sight) {
			for i := 0; i < 20; i += 2 {
				two := spoken(20, 5)[i : i+2]
				pkts = append(pkts, two[0], two[1])
				two[0].ms, two[1].ms = two[0].ms+6, two[1].ms+6
				pkts = append(pkts, two[0], two[1])
			}
			return pkts
		}(), strings.Repeat("0011", 10)},
		{"once, and twice from then on", append(spoken(30, 5), mirrored(func() []sight {
			pkts := spoken(60, 5)[30:]
			return pkts
		}(), 0.1)...), strings.Repeat("0", 30) + strings.Repeat("00", 17) + strings.Repeat("01", 13)},
	} {
		var x mirror
		d := decoded{}
		dec := capture.NewDecoder(capture.NewPaths(), 1)
		for i := range c.pkts {
			d.block.Frames = append(d.block.Frames, c.pkts[i].frame())
		}
		decode(dec, &d)
		x.mark(&d)
		got := ""
		for i := range d.batch.Packets {
			got += fmt.Sprint(bit(&d, i))
		}
		if got != c.want {
			t.Errorf("%s:\n%s, want\n%s", c.name, got, c.want)
		}
	}
}

// A capture that did not double for long is looked at again now and then, wherever its blocks end.
func TestCopiesLater(t *testing.T) {
	once, twice := spoken(3000, 5), mirrored(spoken(100, 5), 0.1)
	for i := range twice {
		twice[i].says += " again"
	}
	dec := capture.NewDecoder(capture.NewPaths(), 1)
	blocks := func(x *mirror, pkts []sight, size int) (copies int) {
		for from := 0; from < len(pkts); from += size {
			d := decoded{}
			for i := from; i < min(from+size, len(pkts)); i++ {
				d.block.Frames = append(d.block.Frames, pkts[i].frame())
			}
			decode(dec, &d)
			x.mark(&d)
			for i := range d.batch.Packets {
				copies += bit(&d, i)
			}
		}
		return copies
	}
	for _, size := range []int{64, 1000, 4096} {
		var x mirror
		if n := blocks(&x, once, size); n != 0 || x.rest != mirrorRest-(3000-mirrorTries) {
			t.Fatalf("blocks of %d: %d copies, %d packets until it is tried again", size, n, x.rest)
		}
		if n := blocks(&x, twice, size); n != 0 {
			t.Errorf("blocks of %d: %d copies while it rests", size, n)
		}
		x.rest = 7
		if n := blocks(&x, append(once[:7:7], twice...), size); n != 100-(mirrorLast-1) {
			t.Errorf("blocks of %d: %d copies", size, n)
		}
	}
}

// How often everything comes is told by what is seldom sent again: acknowledgements are.
func TestFoldByWhatTells(t *testing.T) {
	var d decoded
	d.block.Frames = make([]capture.Frame, 1)
	at := int64(1e18)
	come := func(p capture.Packet, times int) {
		for range times {
			at += 1000
			p.Time = at
			d.batch.Packets = append(d.batch.Packets, p)
		}
	}
	hosts := [2][16]byte{{1}, {2}}
	for i := range uint64(100) {
		src, dst := hosts[i%2], hosts[1-i%2]
		if i%10 == 0 {
			come(capture.Packet{Src: src, Dst: dst, Proto: capture.ProtoUDP, Digest: i << 32}, 2)
		}
		come(capture.Packet{Src: dst, Dst: src, Proto: capture.ProtoTCP, Flags: capture.ACK, Digest: i<<32 + 1}, 4)
	}
	var x mirror
	x.mark(&d)
	for i, p := range d.batch.Packets[100:] {
		want := capture.Unsaid
		if i += 100; i > 0 && d.batch.Packets[i-1].Digest == p.Digest {
			if want = capture.Copy; d.batch.Noted(i-1) == capture.Copy {
				want = capture.Anew
			}
		}
		if got := d.batch.Noted(i); got != want {
			t.Fatalf("packet %d: %v, want %v", i, got, want)
		}
	}
}

// More packets at once than can wait for their copies have none.
func TestMirrorQueue(t *testing.T) {
	d := decoded{}
	dec := capture.NewDecoder(capture.NewPaths(), 1)
	for _, p := range spoken(mirrorLong+mirrorLast, 0.001) {
		d.block.Frames = append(d.block.Frames, p.frame())
	}
	decode(dec, &d)
	var x mirror
	x.mark(&d)
	if x.n != mirrorLast || x.came != 0 || x.next-x.first != mirrorLong {
		t.Errorf("%d were judged, %b; %d wait", x.n, x.came, x.next-x.first)
	}
}

// A call and its refusal are enough, where both came twice and there is nothing else.
func TestMirrorOfARefusal(t *testing.T) {
	a, b := [16]byte{1}, [16]byte{2}
	call := capture.Packet{Src: a, Dst: b, Proto: capture.ProtoTCP, Flags: capture.SYN, Digest: 1 << 32}
	refusal := capture.Packet{Src: b, Dst: a, Proto: capture.ProtoTCP, Flags: capture.RST | capture.ACK, Digest: 2 << 32}
	d := decoded{batch: capture.Batch{Packets: []capture.Packet{call, call, refusal, refusal}}}
	d.block.Frames = make([]capture.Frame, 1)
	var x mirror
	x.mark(&d)
	for i, want := range []capture.Sighting{capture.Unsaid, capture.Copy, capture.Unsaid, capture.Copy} {
		if got := d.batch.Noted(i); got != want {
			t.Errorf("packet %d: %v, want %v", i, got, want)
		}
	}
}

// TestCopiesOfAFastMirror: what each frame of a capture is that doubles depends on no hash, however fast it is: acknowledgements
// that come again six milliseconds later are sent again, and each has its copy.
func TestCopiesOfAFastMirror(t *testing.T) {
	const (
		perMs = 400
		late  = 80 // frames until the copy
		again = 6 * perMs
		n     = 40_000
	)
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 5))
		m := mirror{begun: true, least: mirrorLast}
		d := &decoded{block: capture.Block{Frames: make([]capture.Frame, 1)}}
		var sent []capture.Packet
		for i := range n {
			see := func(p capture.Packet) capture.Sighting {
				p.Time = int64(1e18) + int64(i)*1e6/perMs
				return m.again(&p, d)
			}
			p := capture.Packet{Ver: 6, Proto: capture.ProtoTCP, Digest: r.Uint64(), Hash: r.Uint64(), SrcPort: uint16(i % 2), PayloadLen: 100}
			p.Src[0] = byte(i % 2)
			if i%3 == 0 {
				p.PayloadLen, p.Flags = 0, capture.ACK
			}
			want := capture.Unsaid
			if i >= again && i%12 == 0 {
				p, want = sent[i-again], capture.Anew
			}
			sent = append(sent, p)
			settled := i > 2*again
			if got := see(p); settled && got != want {
				t.Fatalf("seed %d, frame %d: %v, want %v", seed, i, got, want)
			}
			if i >= late {
				if got := see(sent[i-late]); settled && got != capture.Copy {
					t.Fatalf("seed %d, copy of frame %d: %v", seed, i-late, got)
				}
			}
		}
		if !m.doubles() || len(m.sets) > mirrorMost {
			t.Errorf("seed %d: doubles: %v, %d sets", seed, m.doubles(), len(m.sets))
		}
	}
}

// TestMirrorOfAFastCapture: a capture of 400,000 frames a second doubles also where its copies come eight milliseconds late, when thousands of
// others came between.
func TestMirrorOfAFastCapture(t *testing.T) {
	pkts := mirrored(spoken(8000, 0.0025), 8)
	slices.SortStableFunc(pkts, func(a, b sight) int { return cmp.Compare(a.ms, b.ms) })
	var x mirror
	dec := capture.NewDecoder(capture.NewPaths(), 1)
	for len(pkts) > 0 {
		n := min(len(pkts), 1000)
		d := decoded{}
		for _, p := range pkts[:n] {
			d.block.Frames = append(d.block.Frames, p.frame())
		}
		decode(dec, &d)
		x.mark(&d)
		if pkts = pkts[n:]; len(pkts) == 2000 && !x.doubles() {
			t.Errorf("%d judged, %b", x.n, x.came)
		}
	}
}
