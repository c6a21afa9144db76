package flows

import (
	"math/rand/v2"
	"testing"
)

// While there is room no ended connection is forgotten, however the hashes fall;
// then the one that was entered first goes.
func TestTombs(t *testing.T) {
	var b tombs
	b.init(200_000)
	r := rand.New(rand.NewPCG(1, 2))
	hash := make([]uint64, 3*b.max)
	for i := range hash {
		hash[i] = r.Uint64()
		if i%7 == 0 {
			hash[i] &^= 1<<32 - 1 // the same slot for many
		}
		b.add(hash[i], uint64(i+1), int64(i))
		// Those before make room in order.
		for j := 0; j <= i; j += max(1, i/50) {
			_, ok := b.at(hash[j])
			if known := i-j < b.max; ok != known {
				t.Fatalf("after %d of room for %d: %d is known: %v", i+1, b.max, j+1, ok)
			}
		}
	}
	last := len(hash) - 1
	b.add(hash[last], 9, 9)
	b.rename(hash[last], 9, 10)
	if i, ok := b.at(hash[last]); !ok || b.ring[i].id != 10 || b.ring[i].last != 9 {
		t.Errorf("ended again: %v %+v", ok, b.ring[i])
	}
	if n := b.bytes(); n > 200_000+firstSlots*8 {
		t.Errorf("%d octets", n)
	}
}
