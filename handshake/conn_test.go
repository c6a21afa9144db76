package handshake

import (
	"math/rand/v2"
	"reflect"
	"strconv"
	"testing"
	"unsafe"

	"portero/capture"
)

func TestSizes(t *testing.T) {
	for _, x := range []struct {
		name      string
		got, want uintptr
	}{
		{"Conn", unsafe.Sizeof(Conn{}), ConnSize}, {"half of it", unsafe.Sizeof(half{}), 32},
		{"Opening", unsafe.Sizeof(Opening{}), OpeningSize}, {"Details", unsafe.Sizeof(Details{}), DetailsSize},
		{"Data", unsafe.Sizeof(Data{}), DataSize}, {"its first line", unsafe.Offsetof(Data{}.rtt), 64},
	} {
		// Where a word has 32 bits less is left free between them.
		if x.got != x.want && (strconv.IntSize > 32 || x.got > x.want) {
			t.Errorf("%s: %d octets, want %d", x.name, x.got, x.want)
		}
	}
}

// pair is one connection, followed with the shortcut and without it.
type pair struct {
	c [2]Conn
	x [2]*Rest
	// whether a Data is there already
	data  [2]bool
	plain int
}

func (p *pair) observe(t *testing.T, k *capture.Packet, side Side, off uint32) {
	t.Helper()
	var odd [2]Oddity
	for i := range p.c {
		c, x := &p.c[i], *p.x[i]
		if !p.data[i] {
			x.Data = nil
		}
		if i == 0 && c.Plain(k, side, x.Data, x.Shelf) {
			p.plain++
			continue
		}
		if !p.data[i] && c.NeedsData(k, side) {
			p.data[i] = true
			x.Data = p.x[i].Data
		}
		odd[i] = c.Observe(k, side, off, &x, Options{})
	}
	short := p.c[0]
	short.historyLen &= steady0 - 1 // what only the shortcut remembers
	if short != p.c[1] || odd[0] != odd[1] || p.data[0] != p.data[1] || *p.x[0].Opening != *p.x[1].Opening ||
		*p.x[0].Data != *p.x[1].Data || !reflect.DeepEqual(p.x[0].more(), p.x[1].more()) {
		t.Fatalf("after packet %d (%v seq %d ack %d len %d):\nwith    %+v %+v %+v\nwithout %+v %+v %+v", off, k.Flags, k.Seq, k.Ack, k.PayloadLen,
			p.c[0], *p.x[0].Opening, *p.x[0].Data, p.c[1], *p.x[1].Opening, *p.x[1].Data)
	}
}

// The shortcut for plain segments leaves what the whole way leaves, whatever the
// packets are.
func TestPlainIsObserve(t *testing.T) {
	taken, all := 0, 0
	for seed := range uint64(12000) {
		r := rand.New(rand.NewPCG(seed, 1))
		p := &pair{x: [2]*Rest{NewRest(), NewRest()}}
		next := [2]capture.Seq{capture.Seq(r.Uint32()), capture.Seq(r.Uint32())}
		if r.IntN(8) == 0 {
			next[0] = 0xfffffff0
		}
		wild := r.IntN(4) * r.IntN(12)
		now := int64(1e18)
		start := r.IntN(4) / 3 * 3 // some begin in the middle
		var last [8]capture.Packet
		for n := start; n < 60; n++ {
			now += r.Int64N(1e7)
			side := Side(r.IntN(2))
			k := capture.Packet{Proto: capture.ProtoTCP, Ver: 4, Time: now, Flags: capture.ACK, Window: uint16(1 + r.IntN(65535)), Frames: 1}
			switch n {
			case 0:
				side, k.Flags = 0, capture.SYN
			case 1:
				side, k.Flags = 1, capture.SYN|capture.ACK
			case 2:
				side = 0
			default:
				if r.IntN(2) == 0 {
					k.PayloadLen = uint32(1 + r.IntN(1460))
				}
			}
			k.Seq, k.Ack = next[side], next[1-side]
			if k.Flags == capture.SYN {
				k.Ack = 0
			}
			if k.Flags.Any(capture.SYN) {
				k.Opts, k.WScale, k.MSS = capture.OptWScale|capture.OptMSS, uint8(r.IntN(15)), 1460
			}
			if wild > 0 && r.IntN(100) < wild {
				switch r.IntN(10) {
				case 0:
					k.Seq += capture.Seq(r.IntN(3000)) - 1500
				case 1:
					k.Ack += capture.Seq(r.IntN(3000)) - 1500
				case 2:
					k.Flags = capture.Flags(r.IntN(64))
				case 3:
					k.Window = 0
				case 4:
					k.Bits = capture.Bits(1 << r.IntN(13))
				case 5:
					k.Flags |= capture.FIN
				case 6:
					k.Flags |= capture.RST
				case 7:
					k = last[r.IntN(len(last))]
					k.Time = now
				case 8:
					k.Seq, k.Ack = capture.Seq(r.Uint32()), capture.Seq(r.Uint32())
				case 9:
					k.Seq -= 1
					k.PayloadLen = 1
				}
			} else if n > 50 && r.IntN(5) == 0 {
				k.Flags |= capture.FIN
			}
			last[n%len(last)] = k
			if end := segEnd(&k); end.After(next[side]) && end.Sub(next[side]) < 5000 {
				next[side] = end
			}
			all++
			p.observe(t, &k, side, uint32(n-start+1))
		}
		taken += p.plain
	}
	if taken*3 < all {
		t.Errorf("the shortcut took only %d of %d packets", taken, all)
	}
	t.Logf("the shortcut took %d of %d packets", taken, all)
}

// Samples are thinned evenly: the median of many is near the true one, extremes
// are exact.
func TestRTTSamples(t *testing.T) {
	for _, n := range []int{1, 7, 8, 9, 16, 17, 1000, 100_000} {
		var s rttSamples
		for i := range n {
			s.add(int64(i+1) * 1000)
		}
		lo, hi := s.extremes()
		mid, ok := s.median()
		if !ok || lo != 1000 || hi != int64(n)*1000 || mid < int64(n)*300 || mid > int64(n)*750+1000 {
			t.Errorf("%d samples: %d %d %d %v", n, lo, mid, hi, ok)
		}
	}
	var s rttSamples
	if _, ok := s.median(); ok {
		t.Error("a median of nothing")
	}
	s.add(1 << 60)
	if _, hi := s.extremes(); hi != maxSpan {
		t.Errorf("the longest: %d", hi)
	}
}
