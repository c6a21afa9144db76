package doors

import (
	"net/netip"
	"slices"
	"testing"
)

func TestAddrs(t *testing.T) {
	a, b := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")
	var s addrs
	for n, step := range [][]netip.Addr{{}, {a}, {a, a}, {a, a, b}, {a, b, a, b}} {
		s = addrs{}
		for _, x := range step {
			s.add(x)
		}
		want := min(n, 1)
		if n > 2 {
			want = 2
		}
		if s.len() != want || s.has(a) != (want > 0) || s.has(b) != (want > 1) || len(slices.Collect(s.all())) != want {
			t.Error(step, s)
		}
		if want < 2 && s.more != nil {
			t.Error("one address costs a map")
		}
	}
	if s.has(netip.Addr{}) {
		t.Error("no address is in it")
	}
}

// The same whether they are one, a few in a list, or many in a map.
func TestAddrsAreASet(t *testing.T) {
	var s addrs
	var want []netip.Addr
	for i := range byte(3 * few) {
		a := netip.AddrFrom4([4]byte{192, 0, 2, i})
		if s.has(a) {
			t.Fatalf("%v was there before", a)
		}
		want = append(want, a)
		for range 2 {
			s.add(a)
		}
		s.add(want[0])
		got := slices.SortedFunc(s.all(), netip.Addr.Compare)
		if s.len() != len(want) || !slices.Equal(got, want) {
			t.Fatalf("%d of %d: %v", s.len(), len(want), got)
		}
		if (s.more != nil) != (len(want) > few) {
			t.Errorf("a map for %d", len(want))
		}
		for range s.all() {
			break // may end early
		}
	}
}
