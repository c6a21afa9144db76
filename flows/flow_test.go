package flows

import (
	"math/rand/v2"
	"testing"
	"unsafe"

	"portero/capture"
)

func TestFlowSize(t *testing.T) {
	if n := unsafe.Sizeof(Flow{}); n != hotSize {
		t.Errorf("Flow is %d octets, want %d", n, hotSize)
	}
	if n := unsafe.Sizeof(origin{}); n != originSize {
		t.Errorf("origin is %d octets, want %d", n, originSize)
	}
	if n := unsafe.Offsetof(Flow{}.conn); n%line != 0 {
		t.Errorf("the connection lies at %d, inside a cache line", n)
	}
}

// An embryo gives back exactly what it was made of, and only to the answer of its
// own SYN.
func TestEmbryo(t *testing.T) {
	if n := unsafe.Sizeof(embryo{}); n != embryoSize {
		t.Errorf("embryo is %d octets, want %d", n, embryoSize)
	}
	var b embryos
	b.init(100_000, &Pool{})
	for i := range uint64(50) {
		hash, at, index := i*0x9e3779b97f4a7c15, int64(1_700_000_000_123_456_789+i*77), uint64(1<<32-25+i)
		b.add(hash, embryo{index: uint32(index), isn: capture.Seq(i) - 5, timeLo: uint32(at), timeHi: uint8(at >> 32), mss: 1460, scale: 7})
		p := capture.Packet{Hash: hash, Ack: capture.Seq(i) - 4, Time: at + AttemptLife - 1, Index: index + 1_000_000}
		for _, wrong := range []capture.Packet{{Hash: hash + 1, Ack: p.Ack, Time: p.Time, Index: p.Index}, {Hash: hash, Ack: p.Ack + 1, Time: p.Time, Index: p.Index},
			{Hash: hash, Ack: p.Ack, Time: at + AttemptLife, Index: p.Index}} {
			if _, _, _, ok := b.take(&wrong); ok {
				t.Fatalf("%d: taken by %+v", i, wrong)
			}
		}
		e, time, n, ok := b.take(&p)
		if uint32(index) == 0 {
			continue // one frame in four milliards has no embryo
		}
		if !ok || time != at || n != index || e.mss != 1460 || e.scale != 7 {
			t.Fatalf("%d: %v, at %d not %d, frame %d not %d", i, ok, time, at, n, index)
		}
		if _, _, _, ok := b.take(&p); ok {
			t.Fatalf("%d: taken twice", i)
		}
	}
}

// What is lost first is what came first, whatever the hashes: an embryo outlives seven
// tenths of what all of them have room for.
func TestEmbryosLast(t *testing.T) {
	var b embryos
	b.init(200_000, &Pool{})
	room := len(b.sets) * embryoWays
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 1000 {
		p := capture.Packet{Hash: r.Uint64(), Ack: 8, Time: 1e18, Index: 1e6}
		b.add(p.Hash, embryo{index: 7, isn: 7, timeLo: uint32(p.Time % (1 << 32)), timeHi: uint8(p.Time >> 32)})
		for range room * 7 / 10 {
			b.add(r.Uint64(), embryo{index: 1, isn: 1})
		}
		if _, _, _, ok := b.take(&p); !ok {
			t.Fatalf("attempt %d: gone after %d others, with room for %d", i, room*7/10, room)
		}
	}
}
