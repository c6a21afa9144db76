package findings

import (
	"math/rand/v2"
	"net/netip"
	"testing"
)

// find is the track of k, nil where it has none.
func (x *index) find(k *topic) *track {
	if num := x.lookup(k); num != 0 && num&onceBit == 0 {
		return x.tracks[num-1]
	}
	return nil
}

// TestIndex: tracks are found, renewed and forgotten as a map and a plain queue would
// have it, also where hashes collide.
func TestIndex(t *testing.T) {
	for _, bits := range []uint32{0, 7, 0xffffffff} {
		rnd := rand.New(rand.NewPCG(1, uint64(bits)))
		var x index
		have := map[key]*track{}
		var queue []key
		most := 0
		for step := range 20_000 {
			k := keyOf(&subject{actor: netip.AddrFrom4([4]byte{10, 0, 0, byte(rnd.IntN(256))}), port: uint16(rnd.IntN(4))}, 0)
			k.tag &= bits
			if got := x.find(&k); got != have[k.key] || got != nil && got.key != k.key {
				t.Fatalf("step %d: found %p, want %p", step, got, have[k.key])
			}
			// The number grows, then shrinks again.
			switch grow := step%4000 < 2500; {
			case have[k.key] == nil && (grow || rnd.IntN(4) == 0):
				have[k.key], queue = x.insert(&k), append(queue, k.key)
			case len(queue) > 0 && rnd.IntN(4) == 0:
				x.renew()
				queue = append(queue[1:], queue[0])
			case len(queue) > 0 && (!grow || rnd.IntN(8) == 0):
				x.remove()
				delete(have, queue[0])
				queue = queue[1:]
			}
			most = max(most, len(queue))
			if x.len() != len(queue) || len(queue) > 0 && x.tracks[x.oldest()].key != queue[0] {
				t.Fatalf("step %d: %d tracks, want %d, or another is the oldest", step, x.len(), len(queue))
			}
		}
		i := 0
		for got := range x.all {
			if got.key != queue[i] {
				t.Fatalf("track %d is another", i)
			}
			if x.find(&topic{got.key, x.marks[got.num].tag}) != got {
				t.Fatalf("track %d is not found", i)
			}
			i++
		}
		if i != len(queue) || most < 300 {
			t.Errorf("%d tracks, want %d; at most %d were there", i, len(queue), most)
		}
		if len(x.tracks) > most {
			t.Errorf("%d places for at most %d tracks", len(x.tracks), most)
		}
	}
}

// TestKey: a key holds all of a subject.
func TestKey(t *testing.T) {
	seen := map[key]bool{}
	for _, a := range []string{"", "0.0.0.0", "10.0.0.1", "::", "2001:db8::1", "::a00:1"} {
		for _, b := range []string{"", "0.0.0.0", "10.0.0.1", "::", "2001:db8::1"} {
			for _, port := range []uint16{0, 1, 256, 65535} {
				for _, proto := range []uint8{0, 1, 255} {
					s := subject{proto: proto, port: port}
					if a != "" {
						s.actor = netip.MustParseAddr(a)
					}
					if b != "" {
						s.target = netip.MustParseAddr(b)
					}
					for _, words := range []uint32{0, 1, 1 << 31} {
						k := keyOf(&s, words)
						if k.subject() != s {
							t.Fatalf("%+v became %+v", s, k.subject())
						}
						if seen[k.key] {
							t.Fatalf("%+v with words %d has the key of another", s, words)
						}
						seen[k.key] = true
					}
				}
			}
		}
	}
}
