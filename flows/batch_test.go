package flows

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"portero/capture"
)

// few draws from so few addresses and ports that tuples often differ in one place, or
// are the same the other way round.
func few(r *rand.Rand) (p capture.Packet) {
	for _, a := range [2]*[16]byte{&p.Src, &p.Dst} {
		a[3], a[11], a[15] = byte(r.IntN(2)), byte(r.IntN(2)), byte(r.IntN(2))
	}
	p.SrcPort, p.DstPort = uint16(80+r.IntN(2)), uint16(80+r.IntN(2))
	p.Proto = [2]uint8{tcp, capture.ProtoUDP}[r.IntN(2)]
	p.Ver = [2]uint8{4, 6}[r.IntN(2)]
	return p
}

// TestSideOf holds the arithmetic to plain comparisons.
func TestSideOf(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var n [3]int
	for range 200_000 {
		p, q := few(r), few(r)
		f := Flow{a: q.Src, b: q.Dst, portA: q.SrcPort, portB: q.DstPort, proto: q.Proto, ver: q.Ver}
		want := -1
		switch {
		case p.Proto != q.Proto || p.Ver != q.Ver:
		case p.Src == q.Src && p.Dst == q.Dst && p.SrcPort == q.SrcPort && p.DstPort == q.DstPort:
			want = 0
		case p.Src == q.Dst && p.Dst == q.Src && p.SrcPort == q.DstPort && p.DstPort == q.SrcPort:
			want = 1
		}
		n[want+1]++
		if got := f.sideOf(&p); got != want {
			t.Fatalf("%+v of %+v: side %d, want %d", p, q, got, want)
		}
	}
	if n[0] < 1000 || n[1] < 100 || n[2] < 100 {
		t.Fatalf("too few of a kind: %v", n)
	}
}

// TestObserveEach holds the way with cache lines asked for ahead to the plain one.
func TestObserveEach(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var b capture.Batch
	at := int64(1e18)
	seq := map[[2]uint16]capture.Seq{}
	for i := range 50_000 {
		p := few(r)
		at += r.Int64N(int64(Second) / 20)
		if r.IntN(5000) == 0 {
			at += 100 * Second // ends some
		}
		p.Time, p.Index, p.Frames, p.WireLen = at, uint64(i)+1, 1, 60
		p.Hash = capture.TupleHash(7, p.Src, p.Dst, p.SrcPort, p.DstPort, p.Proto, p.Ver)
		p.Digest = r.Uint64N(1000)
		p.Seg = uint32(r.IntN(8) / 7)
		if p.Proto == tcp {
			way := [2]uint16{p.SrcPort, p.DstPort}
			p.Flags = [...]capture.Flags{capture.SYN, capture.SYN | capture.ACK, capture.ACK, capture.ACK, capture.ACK | capture.PSH, capture.FIN | capture.ACK, capture.RST}[r.IntN(7)]
			p.Seq, p.Ack, p.Window = seq[way], seq[[2]uint16{p.DstPort, p.SrcPort}], 1000
			p.PayloadLen = uint32(r.IntN(3) * 10)
			if p.Flags == capture.SYN && r.IntN(3) == 0 {
				seq[way] += capture.Seq(r.Uint32N(100_000))
			}
			seq[way] += capture.Seq(p.PayloadLen)
		}
		b.Packets = append(b.Packets, p)
	}
	run := func(each bool) (list []Ended, stats Stats) {
		table := New(Config{}, func(e *Ended) { list = append(list, *e) })
		for from := 0; from < len(b.Packets); from += 500 {
			var which []uint32
			for i := range 500 {
				which = append(which, uint32(from+i))
			}
			table.Advance(b.Packets[from].Time, b.Packets[from].Index)
			if each {
				table.ObserveEach(&b, which)
				continue
			}
			for _, i := range which {
				table.pos = i
				table.Observe(&b.Packets[i], nil)
			}
		}
		table.Flush(uint64(len(b.Packets)), 0)
		return list, table.Stats()
	}
	plain, plainStats := run(false)
	ahead, aheadStats := run(true)
	if len(plain) < 1000 || !reflect.DeepEqual(plain, ahead) || plainStats != aheadStats {
		t.Fatalf("%d and %d ended, %+v and %+v", len(plain), len(ahead), plainStats, aheadStats)
	}
}
