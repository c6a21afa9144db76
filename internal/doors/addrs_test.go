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
