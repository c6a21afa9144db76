package handshake

import (
	"math/rand/v2"
	"testing"
	"unsafe"

	"portero/capture"
)

func TestHoleBlockFitsDetails(t *testing.T) {
	if n := unsafe.Sizeof(holeBlock{}); n > DetailsSize {
		t.Errorf("a block of holes has %d octets, a place %d", n, DetailsSize)
	}
}

// TestHoles takes a stream apart and puts it together in any order: what is missing is what was left
// out, however few places the shelf has, and all places are free in the end.
func TestHoles(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, places := range []uint32{1, 2, 3, 20} {
		for range 50 {
			x := Rest{Opening: &Opening{}, Data: &Data{}, Shelf: &Shelf{Max: places}}
			const pieces = 400
			var left []int
			for i := 1; i < pieces; i += 2 {
				x.addHole(1, capture.Seq(10*i), capture.Seq(10*i+10))
				left = append(left, i)
			}
			full := int(places) > 5
			if got := x.more().Lost[1]; full != (got == 0) {
				t.Fatalf("%d places: %d octets given up", places, got)
			}
			rnd.Shuffle(len(left), func(i, j int) { left[i], left[j] = left[j], left[i] })
			var filled uint64
			for _, i := range left {
				// Its neighbours were there; its middle, and then all of it.
				filled += uint64(x.fill(1, capture.Seq(10*i+3), capture.Seq(10*i+6)))
				filled += uint64(x.fill(1, capture.Seq(10*i-5), capture.Seq(10*i+15)))
			}
			if want := uint64(len(left) * 10); filled+x.more().Lost[1] != want {
				t.Fatalf("%d places: %d octets filled and %d given up, want %d", places, filled, x.more().Lost[1], want)
			}
			if x.holeCount[1] != 0 || x.more().further[1] != 0 {
				t.Fatalf("%d places: %d holes left", places, x.holeCount[1])
			}
			x.addHole(0, 10, 20)
			x.addHole(1, 10, 20)
			x.addHole(1, 30, 40)
			x.addHole(1, 50, 60)
			x.addHole(1, 70, 80)
			x.Shelf.Release(x.Data)
			if int(x.Shelf.used) != len(x.Shelf.free) {
				t.Fatalf("%d places: %d of %d are free", places, len(x.Shelf.free), x.Shelf.used)
			}
		}
	}
}

// What a capture lacked long ago is waited for no longer: acknowledgements need not look at it.
func TestHolesSettle(t *testing.T) {
	l := newLong(true)
	for i := range 3_000 {
		l.segment(i < 100 && i%2 == 1)
	}
	var f Facts
	l.c.Facts(&f, 1, l.x)
	if l.x.holeCount[1] != 0 || f.Lost != 50*60_000 {
		t.Errorf("%d holes, %d octets lost", l.x.holeCount[1], f.Lost)
	}
}
