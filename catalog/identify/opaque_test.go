package identify

import (
	"math/rand/v2"
	"testing"

	"portero/capture"
)

// TestOpaque: a conversation of random octets is told as such, whether it ends
// early or is given up; one readable segment makes it ordinary.
func TestOpaque(t *testing.T) {
	r := rand.NewChaCha8([32]byte{3})
	for _, c := range []struct {
		name     string
		segments int
		readable bool
		one      bool
		want     bool
	}{{"few", 4, false, false, true}, {"many", 40, false, false, true}, {"readable", 4, true, false, false}, {"one side", 4, false, true, false}} {
		x := New(0)
		note := uint32(0)
		var at [2]int64
		for i := range c.segments {
			side := i % 2
			if c.one {
				side = 0
			}
			b := make([]byte, 400)
			if _, err := r.Read(b); err != nil {
				t.Fatal(err)
			}
			b[0] = 0x99 // like nothing known
			if c.readable && i == 1 {
				copy(b, make([]byte, 400))
			}
			p := capture.Packet{Proto: capture.ProtoTCP, SrcPort: 40000, DstPort: 22222, PayloadLen: uint32(len(b)), PayloadCap: uint32(len(b)), Index: uint64(i + 1)}
			if side == 1 {
				p.SrcPort, p.DstPort = p.DstPort, p.SrcPort
			}
			if note&Done == 0 {
				note = x.See(note, &p, side, b, Place{Offset: at[side], Known: true, Opener: 0})
			}
			at[side] += int64(len(b))
		}
		f := x.Take(note)
		if got := f != nil && f.Opaque; got != c.want {
			t.Errorf("%s: %+v", c.name, f)
		}
	}
}

// TestOpaqueAfterMuch: what one side sends far behind its start is still of its
// stream, and the other's answer is waited for.
func TestOpaqueAfterMuch(t *testing.T) {
	r := rand.NewChaCha8([32]byte{4})
	x := New(0)
	note, at := uint32(0), int64(0)
	for i := range 9 {
		b := make([]byte, 1000)
		if _, err := r.Read(b); err != nil {
			t.Fatal(err)
		}
		b[0] = 0x99 // like nothing known
		p := capture.Packet{Proto: capture.ProtoTCP, SrcPort: 22222, DstPort: 40000, PayloadLen: 1000, PayloadCap: 1000, Index: uint64(i + 1)}
		place := Place{Offset: at, Known: true, Opener: 0}
		side := 1
		if i == 8 {
			side, place.Offset, p.SrcPort, p.DstPort = 0, 0, p.DstPort, p.SrcPort
		}
		if note&Done != 0 {
			t.Fatalf("done before packet %d", i)
		}
		note = x.See(note, &p, side, b, place)
		at += int64(len(b))
	}
	if f := x.Take(note); note&Done == 0 || f == nil || !f.Opaque {
		t.Errorf("%#x: %+v", note, f)
	}
	if s := x.Stats(); s.Peak != 0 {
		t.Errorf("%d octets kept of what nothing fits", s.Peak)
	}
}
