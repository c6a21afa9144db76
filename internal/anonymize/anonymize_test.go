package anonymize

import (
	"math/rand/v2"
	"net/netip"
	"testing"
)

func common(a, b netip.Addr) int {
	x, y := a.AsSlice(), b.AsSlice()
	for i := range a.BitLen() {
		if (x[i/8]^y[i/8])>>(7-i%8)&1 != 0 {
			return i
		}
	}
	return a.BitLen()
}

func random(r *rand.Rand, near netip.Addr) netip.Addr {
	b := near.AsSlice()
	keep := r.IntN(len(b) + 1)
	for i := keep; i < len(b); i++ {
		b[i] = byte(r.Uint32())
	}
	a, _ := netip.AddrFromSlice(b)
	return a
}

// TestPrefixes holds what the replacement promises: as many leading bits in
// common after as before, kept blocks kept, the same key the same answer.
func TestPrefixes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	m, again, other := New([]byte("one key")), New([]byte("one key")), New([]byte("another"))
	changed, differs := 0, 0
	for _, start := range []string{"203.0.113.9", "10.1.2.3", "192.168.7.7", "8.8.8.8", "2001:db8::1", "fe80::1", "2a00:1450::5"} {
		base := netip.MustParseAddr(start)
		for range 400 {
			a, b := random(r, base), random(r, base)
			x, y := m.Addr(a), m.Addr(b)
			if got, want := common(x, y), common(a, b); got != want && !a.IsMulticast() && !b.IsMulticast() && !a.IsLoopback() && !b.IsLoopback() {
				t.Fatalf("%s and %s share %d bits, %s and %s share %d", a, b, want, x, y, got)
			}
			for _, p := range kept {
				if p.Addr().BitLen() == a.BitLen() && p.Contains(a) != p.Contains(x) {
					t.Fatalf("%s became %s across %s", a, x, p)
				}
			}
			if again.Addr(a) != x {
				t.Fatalf("the same key gives %s and %s for %s", x, again.Addr(a), a)
			}
			if x != a {
				changed++
			}
			if other.Addr(a) != x {
				differs++
			}
		}
	}
	if changed < 2500 || differs < 2500 {
		t.Errorf("of 2800 addresses %d changed, %d depend on the key", changed, differs)
	}
}

func BenchmarkAddr6(b *testing.B) {
	m := New([]byte("k"))
	a := netip.MustParseAddr("2001:db8::1").As16()
	for i := 0; b.Loop(); i++ {
		a[15], a[14], a[13] = byte(i), byte(i>>8), byte(i>>16)
		m.Addr(netip.AddrFrom16(a))
	}
}
