package findings

import (
	"net/netip"
	"testing"
	"time"

	"portero/catalog"
	"portero/handshake"
)

// TestClock: how even the calls of a beacon are, in time and in size.
func TestClock(t *testing.T) {
	even := func(gap time.Duration) func(i int) (time.Duration, uint64) {
		return func(int) (time.Duration, uint64) { return gap, 1000 }
	}
	// Half of the gaps, or of the sizes, lie on either side of the middle.
	uneven := func(gap time.Duration, size uint64) func(i int) (time.Duration, uint64) {
		return func(i int) (time.Duration, uint64) {
			switch {
			case i < 2:
				return time.Minute, 1000
			case i%2 == 0:
				return time.Minute + gap, 1000 + size
			}
			return time.Minute - gap, 1000 - size
		}
	}
	for _, c := range []struct {
		what string
		call func(i int) (after time.Duration, size uint64)
		want bool
	}{
		{"every ten seconds", even(10 * time.Second), true},
		{"more often", even(10*time.Second - 1), false},
		{"once a day", even(24 * time.Hour), true},
		{"less often", even(24*time.Hour + 1), false},
		{"a tenth early or late", uneven(6*time.Second, 0), true},
		{"more than that", uneven(6*time.Second+1, 0), false},
		{"a tenth and a little longer or shorter", uneven(0, 110), true},
		{"more than that in size", uneven(0, 111), false},
	} {
		var s story
		at := int64(0)
		for i := range 20 {
			after, size := c.call(i)
			at += int64(after)
			s.tcp(at, "10.0.0.9", "9.9.9.9", 0, 443, handshake.Completed, payload(size-600, 600))
		}
		if _, ok := raised(&s, "beacon"); ok != c.want {
			t.Errorf("%s: %v", c.what, ok)
		}
	}
}

// TestInside: whose an address is.
func TestInside(t *testing.T) {
	d := New(catalog.Default(), []netip.Prefix{netip.MustParsePrefix("198.18.7.0/24"), netip.MustParsePrefix("2a00:1::/32")}, 0)
	for addr, want := range map[string]string{
		"10.0.0.1": "inside", "172.31.255.255": "inside", "192.168.1.1": "inside", "fd00::1": "inside",
		"127.0.0.1": "inside", "::1": "inside", "169.254.1.1": "inside", "fe80::1": "inside",
		"::ffff:10.0.0.1": "inside", "198.18.7.9": "inside", "::ffff:198.18.7.9": "inside", "2a00:1::9": "inside",
		"9.9.9.9": "public", "::ffff:9.9.9.9": "public", "172.32.0.1": "public", "2a00:2::9": "public",
		"224.0.0.1": "neither", "ff02::1": "neither", "0.0.0.0": "neither", "255.255.255.255": "neither",
		"192.0.2.1": "neither", "::ffff:192.0.2.1": "neither", "198.18.8.1": "neither", "100.64.0.1": "neither", "2001:db8::1": "neither",
	} {
		a, got := netip.MustParseAddr(addr), "neither"
		switch in, out := d.inside(a), d.public(a); {
		case in && out:
			got = "both"
		case in:
			got = "inside"
		case out:
			got = "public"
		}
		if got != want {
			t.Errorf("%s is %s, want %s", addr, got, want)
		}
	}
}
