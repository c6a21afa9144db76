package flows

import (
	"math/rand/v2"
	"testing"

	"portero/capture"
	"portero/handshake"
)

// copies is duplicate as one would write it down.
type copies struct {
	seen   []uint64 // digests, the latest first
	times  map[uint64]int64
	ipid   [2]uint16
	same   [2]bool // an id came twice
	double []bool  // whether the weighty frames came twice
	sent   [2]int
}

func (c *copies) duplicate(p *capture.Packet, side int) bool {
	weighty := p.PayloadLen > 0 || p.Flags.Any(capture.SYN|capture.FIN) || p.Proto != capture.ProtoTCP
	d := p.Digest ^ p.Hash ^ uint64(p.Seg)<<20
	again := false
	for i, o := range c.seen {
		if o == d {
			dt := p.Time - c.times[d]
			again = -dupWindow <= dt && dt <= dupWindow
			if !again {
				c.seen = append(c.seen[:i], c.seen[i+1:]...)
			}
			break
		}
	}
	if !again {
		c.seen = append([]uint64{d}, c.seen...)
		c.times[d] = p.Time
		if p.IPID != 0 {
			if c.sent[side] > 0 && c.ipid[side] == p.IPID {
				c.same[side] = true
			}
			c.ipid[side] = p.IPID
		}
		if weighty {
			c.double = append(c.double, false)
			c.double = c.double[max(0, len(c.double)-dupRecent):]
		}
		return false
	}
	if n := len(c.double); weighty && n > 0 {
		c.double[n-1] = true
	}
	if p.IPID != 0 && !c.same[side] {
		return true
	}
	n, twice := len(c.double), 0
	for _, two := range c.double {
		if two {
			twice++
		}
	}
	if p.Proto != capture.ProtoTCP && n < 3 {
		return false
	}
	return n > 0 && twice*10 >= n*9
}

// TestDuplicate holds the arithmetic to the plain way.
func TestDuplicate(t *testing.T) {
	var yes, no int
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 3))
		table := New(Config{}, func(*Ended) {})
		var f Flow
		plain := &copies{times: map[uint64]int64{}}
		now := int64(1e18)
		proto := [2]uint8{tcp, capture.ProtoUDP}[r.IntN(2)]
		ids, mirrored := r.IntN(3), r.IntN(2) == 0
		var last capture.Packet
		for range 200 {
			now += r.Int64N(dupWindow / 2)
			side := r.IntN(2)
			p := capture.Packet{Proto: proto, Time: now, Digest: uint64(r.IntN(40)+1) << 40} // one set
			if r.IntN(2) == 0 {
				p.PayloadLen = uint32(r.IntN(1500))
			}
			if r.IntN(10) == 0 {
				p.Flags = capture.SYN
			}
			switch ids {
			case 1:
				p.IPID = uint16(r.IntN(5))
			case 2:
				p.IPID = uint16(r.Uint32())
			}
			if mirrored && last.Proto != 0 && r.IntN(8) > 0 {
				p, last = last, capture.Packet{}
			} else {
				last = p
			}
			got, want := table.duplicate(&f, side, &p), plain.duplicate(&p, side)
			if got != want {
				t.Fatalf("seed %d, %+v: %v, want %v", seed, p, got, want)
			}
			if got {
				yes++
				continue
			}
			no++
			f.pkts[side]++
			plain.sent[side]++
		}
	}
	if yes < 1000 || no < 1000 {
		t.Fatalf("%d copies, %d not", yes, no)
	}
}

// TestCopiesOfAFastCapture: every copy within the window is found, and nothing else is one, however many frames come in between and
// wherever they lie; of more frames than that some are not remembered, and no more memory is taken.
func TestCopiesOfAFastCapture(t *testing.T) {
	for _, c := range []struct {
		perMs, late int // frames a millisecond, and by how many the copies follow
		all         bool
	}{{20, 190, true}, {100, 990, true}, {400, 3990, true}, {400, 4010, false}, {20_000, 190_000, false}} {
		for seed := range uint64(3) {
			r := rand.New(rand.NewPCG(seed, 7))
			var recent recentFrames
			recent.make(dupSets)
			var sent []uint64
			found, n := 0, 8*c.late
			for i := range n {
				at := int64(1e18) + int64(i)*1e6/int64(c.perMs)
				p := capture.Packet{Time: at, Digest: r.Uint64()}
				if recent.seen(&p) {
					t.Fatal("a frame is taken for the copy of another")
				}
				sent = append(sent, p.Digest)
				if i >= c.late {
					p.Digest = sent[i-c.late]
					if c.all && !recent.has(markOf(&p), at) {
						t.Fatalf("%+v: frame %d is not there", c, i-c.late)
					}
					if recent.seen(&p) {
						found++
					}
				}
			}
			if copies := n - c.late; c.all && found != copies || !c.all && c.perMs < 1000 && found > 0 {
				t.Errorf("%+v: %d of %d copies found", c, found, copies)
			}
			if recent.sets() > dupMost || len(recent.by) > dupMost/2 || len(recent.line) > dupMost {
				t.Errorf("%+v: %d sets, %d beside them, in a line of %d", c, recent.sets(), len(recent.by), len(recent.line))
			}
		}
	}
}

// Copies are told by every octet and by the VLAN they came on.
func TestMarkOf(t *testing.T) {
	marks := map[uint64]capture.Packet{}
	for _, p := range []capture.Packet{{Digest: 1000, Hash: 7}, {Digest: 1001, Hash: 7}, {Digest: 1000, Hash: 7, Seg: 1}, {Digest: 1000, Hash: 7, Seg: 2}, {Digest: 1000, Hash: 8}} {
		if q, ok := marks[markOf(&p)]; ok {
			t.Errorf("%+v is taken for a copy of %+v", p, q)
		}
		marks[markOf(&p)] = p
	}
}

// The first packet of a connection on ports that an earlier one has until then, since the clock did not find yet that it is
// over, is remembered too: its copy is none that its sender repeats.
func TestCopiesOnPortsOfWhatIsOver(t *testing.T) {
	s := tell(t, Config{})
	twice := func(p capture.Packet) {
		s.index++
		p.Time, p.Index, p.Frames = s.now, s.index, 1
		p.Digest = s.index * 0x9e3779b97f4a7c15
		p.Hash = capture.TupleHash(1, p.Src, p.Dst, p.SrcPort, p.DstPort, p.Proto, p.Ver)
		s.table.Observe(&p, nil)
		s.index++
		p.Index = s.index
		s.table.Observe(&p, nil)
		s.now += 1e6
	}
	for i := range uint16(3) {
		twice(capture.Packet{Ver: 4, Proto: capture.ProtoUDP, IPID: 7 * i, SrcPort: 1000, DstPort: 53, PayloadLen: 20, PayloadCap: 0})
		twice(capture.Packet{Ver: 4, Proto: capture.ProtoUDP, IPID: 1 + i, SrcPort: 53, DstPort: 1000, PayloadLen: 20, PayloadCap: 0})
		s.now += DatagramLife + 1
	}
	s.table.Flush(s.index, handshake.EndForced)
	if len(s.ended) != 3 {
		t.Fatalf("%d records", len(s.ended))
	}
	for i, e := range s.ended {
		if want := min(i, 1); int(e.Orig.Pkts) != 2-want || e.Resp.Pkts != 1 || int(e.Duplicates) != 1+want {
			t.Errorf("record %d: %d and %d packets, %d copies", i, e.Orig.Pkts, e.Resp.Pkts, e.Duplicates)
		}
	}
}
