package flows

import (
	"math/bits"

	"portero/capture"
)

// embryo is what is kept of a lone SYN whose flow had to make room: enough to go
// on from when its answer comes. A flood costs 32 octets a SYN here instead of a
// whole flow, so that honest attempts survive a longer round trip.
type embryo struct {
	hash  uint64
	time  int64
	index uint64
	isn   capture.Seq
	mss   uint16
	scale uint8
	opts  capture.Opts
}

const (
	embryoSize = 32
	embryoWays = 8
)

// embryos is a bounded set-associative memory; the newest displaces the oldest
// of its set. It takes its memory at the first eviction.
type embryos struct {
	sets [][embryoWays]embryo
	max  int
}

func (b *embryos) init(budget int64) {
	b.max = int(max(budget/(embryoWays*embryoSize), 1))
}

func (b *embryos) bytes() int64 { return int64(len(b.sets)) * embryoWays * embryoSize }

func (b *embryos) set(hash uint64) *[embryoWays]embryo {
	hi, _ := bits.Mul64(hash*0x9e3779b97f4a7c15, uint64(len(b.sets)))
	return &b.sets[hi]
}

func (b *embryos) add(e embryo) {
	if b.sets == nil {
		b.sets = make([][embryoWays]embryo, b.max)
	}
	set := b.set(e.hash)
	oldest := 0
	for i := range set {
		if set[i].index == 0 {
			oldest = i
			break
		}
		if set[i].index < set[oldest].index {
			oldest = i
		}
	}
	set[oldest] = e
}

// take finds the SYN that p, a SYN-ACK, accepts, and forgets it.
func (b *embryos) take(p *capture.Packet) (embryo, bool) {
	if b.sets == nil {
		return embryo{}, false
	}
	set := b.set(p.Hash)
	for i := range set {
		if e := set[i]; e.index != 0 && e.hash == p.Hash && p.Ack == e.isn+1 && p.Time-e.time < AttemptLife {
			set[i] = embryo{}
			return e, true
		}
	}
	return embryo{}, false
}

// remember keeps the SYN of a flow that is about to be dropped.
func (t *Table) remember(v uint32) {
	f, o := t.flow(v), t.origin(v)
	if f.pkts[0] != 1 || f.pkts[1] != 0 {
		return
	}
	if isn, mss, scale, opts, ok := f.conn.LoneSYN(); ok {
		t.embryos.add(embryo{o.hash, o.first, f.firstIdx, isn, mss, scale, opts})
	}
}

// revive makes the flow of a SYN-ACK whose SYN was dropped for lack of memory.
func (t *Table) revive(p *capture.Packet) bool {
	e, ok := t.embryos.take(p)
	if !ok {
		return false
	}
	s := capture.Packet{Src: p.Dst, Dst: p.Src, SrcPort: p.DstPort, DstPort: p.SrcPort, Proto: p.Proto, Ver: p.Ver, Seg: p.Seg, Path: p.Path,
		Time: e.time, Index: e.index, Hash: p.Hash, WireLen: p.WireLen, Seq: e.isn, Flags: capture.SYN, Window: 1, MSS: e.mss, WScale: e.scale, Opts: e.opts,
		Frames: 1, Bits: capture.Unchecked}
	v := t.open(&s, 0, 0, 0)
	t.book(v, 0, &s)
	t.book(v, t.flow(v).sideOf(p), p)
	t.stats.Revived++
	return true
}
