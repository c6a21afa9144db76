package engine

import (
	"math/rand/v2"
	"slices"
	"testing"

	"portero/flows"
)

// What is remembered is what is asked for, however much there is of it.
func TestShared(t *testing.T) {
	var q lists[flows.Quality]
	var h histories
	for range 3 * most {
		set := flows.Quality(rand.Uint32N(1<<10) >> rand.Uint32N(10))
		if got := q.of(set); !slices.Equal(got, set.List()) {
			t.Fatalf("%b: %v", set, got)
		}
		b := make([]byte, 40)
		for i := range b {
			b[i] = "ShADadFf"[rand.IntN(8)]
		}
		// Often with something behind it, as a flow's history has.
		n := rand.IntN(20)
		b = b[:n:max(n, rand.IntN(40))]
		lo, hi := words(b)
		if l, k := words(b[:n:n]); l != lo || k != hi {
			t.Fatalf("%q: %x %x, alone %x %x", b, lo, hi, l, k)
		}
		if got := h.text(b); got != string(b) {
			t.Fatalf("%s: %s", b, got)
		}
	}
	if len(q.known) > most || len(h.known) > most {
		t.Error(len(q.known), len(h.known))
	}
	b := []byte("ShADadfF")
	if n := testing.AllocsPerRun(100, func() { h.text(b); q.of(flows.QTruncated) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
