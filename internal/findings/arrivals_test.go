package findings

import (
	"math/rand/v2"
	"net/netip"
	"testing"
)

// TestArrivals: hosts are known by their earliest time, as a map would have it, and
// no more than maxHosts.
func TestArrivals(t *testing.T) {
	for _, bits := range []uint64{3, 0xff, ^uint64(0)} { // collisions
		r := rand.New(rand.NewPCG(7, bits))
		var a arrivals
		want := map[netip.Addr]int64{}
		for range 20_000 {
			addr := netip.AddrFrom4([4]byte{10, 0, byte(r.IntN(24)), byte(r.IntN(256))})
			var e end
			e.set(addr)
			at := r.Int64N(1000)
			e.hash &= bits
			if old, ok := want[addr]; ok {
				want[addr] = min(old, at)
			} else if len(want) < maxHosts {
				want[addr] = at
			}
			a.meet(&e, at)
			i := a.find(&e)
			if at, ok := want[addr]; ok != (i >= 0) || ok && a.hosts[i].at != at {
				t.Fatalf("%v: number %d, want %v %d", addr, i, ok, at)
			}
		}
		if len(a.hosts) != maxHosts {
			t.Errorf("%d hosts", len(a.hosts))
		}
	}
}
