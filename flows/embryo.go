package flows

import (
	"math/bits"
	"unsafe"

	"portero/capture"
)

// embryo is what is kept of a lone SYN whose flow had to make room: enough to go
// on from when its answer comes. A flood costs 20 octets a SYN here instead of a
// whole flow, so that honest attempts survive a longer round trip.
type embryo struct {
	index  uint32 // the frame, the low bits; 0 is no embryo
	isn    capture.Seq
	timeLo uint32 // ns, 40 bits: an attempt lives for 130 s
	timeHi uint8
	opts   capture.Opts
	mss    uint16
	scale  uint8
	check  uint8
	tag    uint16 // with check, bits of the hash
}

const (
	embryoSize = 20
	embryoWays = 256 // as many as next counts
)

// embryoSet is a ring: the newest displaces the oldest. It is large, so that what
// is lost first is what came first, whatever the hashes: of three quarters of what all
// sets hold, some set of 64 gets more than it holds once in a hundred times, one of
// 256 once in some hundred thousand.
type embryoSet [embryoWays]embryo

// embryos is a bounded memory of sets chosen by hash. It takes its memory at the
// first eviction.
type embryos struct {
	sets []embryoSet
	next []uint8 // where each set goes on
}

// init takes the memory: the first eviction does, with what the budget has left then.
func (b *embryos) init(budget int64, pool *Pool) {
	n := int(max(budget/(embryoWays*embryoSize+1), 1))
	b.sets = unsafe.Slice((*embryoSet)(pool.take(n*embryoWays*embryoSize)), n)
	b.next = make([]uint8, n)
}

func (b *embryos) bytes() int64 { return int64(len(b.sets)) * (embryoWays*embryoSize + 1) }

func (b *embryos) set(hash uint64) uint64 {
	hi, _ := bits.Mul64(hash*0x9e3779b97f4a7c15, uint64(len(b.sets)))
	return hi
}

func marks(hash uint64) (tag uint16, check uint8) { return uint16(hash), uint8(hash >> 16) }

func (b *embryos) add(hash uint64, e embryo) {
	e.tag, e.check = marks(hash)
	s := b.set(hash)
	b.sets[s][b.next[s]] = e
	b.next[s]++
}

// take finds the SYN that p, a SYN-ACK, accepts, and forgets it.
func (b *embryos) take(p *capture.Packet) (e embryo, time int64, index uint64, ok bool) {
	if b.sets == nil {
		return embryo{}, 0, 0, false
	}
	set := &b.sets[b.set(p.Hash)]
	tag, check := marks(p.Hash)
	for i := range set {
		e := set[i]
		if p.Ack != e.isn+1 || e.tag != tag || e.check != check || e.index == 0 {
			continue
		}
		// What was left out of time and index is that of p, or a little before.
		const span = 1 << 40
		time = p.Time - (p.Time-int64(e.timeHi)<<32-int64(e.timeLo))&(span-1)
		index = p.Index - uint64(uint32(p.Index)-e.index)
		if p.Time-time >= AttemptLife {
			continue
		}
		set[i] = embryo{}
		return e, time, index, true
	}
	return embryo{}, 0, 0, false
}

// remember keeps the SYN of a flow that is about to be dropped.
func (t *Table) remember(v uint32) {
	f, o := t.flow(v), t.origin(v)
	if f.pkts[0] != 1 || f.pkts[1] != 0 {
		return
	}
	if isn, mss, scale, opts, ok := f.conn.LoneSYN(); ok {
		if t.embryos.sets == nil {
			t.embryos.init(t.spareBytes, t.pool)
			t.spareBytes = 0
		}
		t.embryos.add(o.hash, embryo{index: uint32(f.firstIdx), isn: isn, timeLo: uint32(o.first), timeHi: uint8(o.first >> 32), opts: opts, mss: mss, scale: scale})
	}
}

// revive makes the flow of a SYN-ACK whose SYN was dropped for lack of memory.
func (t *Table) revive(p *capture.Packet) bool {
	e, time, index, ok := t.embryos.take(p)
	if !ok {
		return false
	}
	s := capture.Packet{Src: p.Dst, Dst: p.Src, SrcPort: p.DstPort, DstPort: p.SrcPort, Proto: p.Proto, Ver: p.Ver, Seg: p.Seg, Path: p.Path,
		Time: time, Index: index, Hash: p.Hash, WireLen: p.WireLen, Seq: e.isn, Flags: capture.SYN, Window: 1, MSS: e.mss, WScale: e.scale, Opts: e.opts,
		Frames: 1, Bits: capture.Unchecked}
	v := t.open(&s, t.key(&s), 0, 0, 0)
	t.book(v, 0, &s)
	t.book(v, t.flow(v).sideOf(p), p)
	t.stats.Revived++
	return true
}
