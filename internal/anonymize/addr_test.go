package anonymize

import (
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
)

// Each bit is turned or not by all the bits before it: were it by less, one address that
// is known would give away others.
func TestEveryBitDependsOnThoseBefore(t *testing.T) {
	m := New([]byte("one key"))
	r := rand.New(rand.NewPCG(3, 4))
	for _, c := range []struct {
		base     string
		from, to int // the bits that vary
		see      int // the first bit whose turning is looked at
	}{
		{"9.0.0.0", 8, 32, 14}, {"2a00::", 16, 128, 22}, {"2a00::", 16, 24, 24}, {"2a00::5", 88, 96, 96},
		{"2a00::", 96, 112, 112}, {"2a00::", 112, 128, 118}, {"2a00::", 112, 118, 118},
	} {
		base := netip.MustParseAddr(c.base)
		var turned, stayed [16]byte
		for range 400 {
			b := base.AsSlice()
			for i := c.from; i < c.to; i++ {
				b[i/8] ^= byte(r.IntN(2)) << (7 - i%8)
			}
			a, _ := netip.AddrFromSlice(b)
			for i, x := range m.Addr(a).AsSlice() {
				turned[i] |= x ^ b[i]
				stayed[i] |= ^(x ^ b[i])
			}
		}
		for i := c.see; i < base.BitLen(); i++ {
			if bit := byte(0x80) >> (i % 8); turned[i/8]&bit == 0 || stayed[i/8]&bit == 0 {
				t.Errorf("%s with other bits from %d to %d: bit %d is always turned, or never", c.base, c.from, c.to, i)
			}
		}
	}
	// Where the bits are all the same, their place tells.
	x := m.Addr(netip.MustParseAddr("2a00::")).As16()
	for _, part := range [][]byte{x[3:14], x[14:]} {
		if s := string(part); s == strings.Repeat("\x00", len(part)) || s == strings.Repeat("\xff", len(part)) {
			t.Errorf("a row of zeros became %x", x)
		}
	}
}

// The same key gives the same addresses in every version, so that what was shared before
// goes with what is shared now.
func TestTheSameKeyInEveryVersion(t *testing.T) {
	m := New([]byte("one key"))
	for from, want := range map[string]string{
		"0.0.0.0":              "0.0.0.0",
		"127.0.0.1":            "127.0.0.1",
		"255.255.255.255":      "255.255.255.255",
		"224.0.0.1":            "224.0.0.1",
		"::":                   "::",
		"::1":                  "::1",
		"ff02::1":              "ff02::1",
		"8.8.8.8":              "8.150.105.219",
		"8.8.8.9":              "8.150.105.218",
		"10.1.2.3":             "10.213.208.182",
		"192.168.1.1":          "192.168.49.141",
		"169.254.3.4":          "169.254.44.255",
		"203.0.113.77":         "204.140.122.24",
		"2001:db8::1":          "2a5d:80ab:55e0:7039:a881:b82c:123a:b494",
		"2001:db8::2":          "2a5d:80ab:55e0:7039:a881:b82c:123a:b497",
		"2001:db8:1:2:3:4:5:6": "2a5d:80ab:55e1:dd87:32c8:3a83:5e83:4f82",
		"fe80::1%eth0":         "fe95:4e41:90a0:c783:8079:beed:c4e6:8dff",
		"fe80::1":              "fe95:4e41:90a0:c783:8079:beed:c4e6:8dff",
		"fd00::1234":           "fca3:1dd6:f30d:191a:f6af:6d5d:ab2a:30ed",
		"::ffff:8.8.8.8":       "::ffff:45.123.154.96",
		"2a00::":               "2225:7d35:acc5:6afc:9d9a:5198:a8e:c0db",
		"240.0.0.1":            "248.193.128.39",
	} {
		if got := m.Addr(netip.MustParseAddr(from)).String(); got != want {
			t.Errorf("%q: %q, // want %s", from, got, want)
		}
	}
	if a := m.Addr(netip.Addr{}); a.IsValid() {
		t.Errorf("no address became %v", a)
	}
}

// However many addresses there are, the memory for them is bounded, and they stay the same.
func TestTheMemoryIsBounded(t *testing.T) {
	m := New([]byte("one key"))
	at := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{9, byte(i >> 16), byte(i >> 8), byte(i)}) }
	first := m.Addr(at(0))
	most := 0
	for i := range maxSeen + 100 {
		m.Addr(at(i))
		most = max(most, len(m.seen))
	}
	if most != maxSeen || len(m.seen) != 100 || m.Addr(at(0)) != first {
		t.Errorf("%d addresses in memory, then %d; the first became %v and %v", most, len(m.seen), first, m.Addr(at(0)))
	}
}
