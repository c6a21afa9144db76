package findings

import (
	"math/rand/v2"
	"net/netip"
	"testing"
)

// TestStore: under a flood of strangers the store stays in its limit, what it has
// booked is what its tracks hold, new tracks are empty, and who keeps on stays.
func TestStore(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	s := store{limit: 1000 * trackBytes}
	addr := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}) }
	loyal := keyOf(&subject{actor: addr(1 << 20), port: 1}, 0)
	seen := uint64(0)
	for i := range 20_000 {
		k := keyOf(&subject{actor: addr(r.IntN(1 << 18)), port: 1}, 0)
		if i%20 == 0 {
			k, seen = loyal, seen+1
		}
		before := s.find(&k)
		x := s.at(&k)
		if x.key != k.key || before != nil && x != before {
			t.Fatalf("step %d: the track of another", i)
		}
		if before == nil && (x.total|uint64(x.first)|x.a|x.b|x.next != 0 || len(x.events) > 0 || x.hosts.len() > 0 || x.alone != nil || x.many != nil || x.found != nil) {
			t.Fatalf("step %d: a new track is not empty: %+v", i, x)
		}
		n := 1
		if r.IntN(3) == 0 {
			n = r.IntN(8)
		}
		for j := range n {
			s.add(x, &event{at: int64(i + 1), record: uint64(j)})
		}
		for j := range r.IntN(3) * r.IntN(3) {
			s.host(x, addr(j))
		}
		if r.IntN(4) == 0 {
			x.a, x.b, x.found, x.alone = 1, 2, &Finding{}, &alone{}
		}
		if i%100 > 0 {
			continue
		}
		booked, tracks := int64(0), 0
		for x := range s.all {
			booked += trackBytes + int64(cap(x.events))*eventBytes + int64(x.hosts.len())*hostBytes
			if x.many != nil {
				booked += int64(len(x.many.whats))*whatBytes + int64(len(x.many.seconds))*secBytes
			}
			tracks++
		}
		// Room is made when somebody comes, not when who is there grows.
		if booked != s.bytes || s.bytes > s.limit+maxEvents*eventBytes || tracks != s.len() {
			t.Fatalf("step %d: %d octets booked, the tracks hold %d, the limit is %d", i, s.bytes, booked, s.limit)
		}
	}
	if x := s.find(&loyal); x == nil || x.total < seen/2 {
		t.Errorf("who came %d times is forgotten", seen)
	}
	if s.dropped < 10_000 {
		t.Errorf("only %d forgotten", s.dropped)
	}
}
