package capture

import (
	"math"
	"math/bits"
	"testing"
)

// tuples are shaped as captures and attackers shape them: few hosts and many
// ports, many hosts and one port, numbers that count up.
func tuples(kind, i int) (src, dst [16]byte, sp, dp uint16, ver uint8) {
	v4 := func(a *[16]byte, x uint32) {
		a[10], a[11], a[12], a[13], a[14], a[15] = 255, 255, byte(x>>24), byte(x>>16), byte(x>>8), byte(x)
	}
	ver = 4
	switch kind {
	case 0: // one client, ports that count up
		v4(&src, 0x0a000001)
		v4(&dst, 0xc0a80001)
		sp, dp = uint16(i), uint16(80+i>>16)
	case 1: // a scan: one port, addresses that count up
		v4(&src, 0x0a000001)
		v4(&dst, 0xc0a80000+uint32(i))
		sp, dp = 40000, 22
	case 2: // a flood: everything moves by powers of two
		v4(&src, uint32(i)<<12)
		v4(&dst, 0xc0a80001)
		sp, dp = uint16(i<<4), 80
	default: // IPv6 hosts of one network
		ver = 6
		src = [16]byte{0x20, 1, 0xd, 0xb8, 7: byte(i >> 16), 14: byte(i >> 8), 15: byte(i)}
		dst = [16]byte{0x20, 1, 0xd, 0xb8, 15: 1}
		sp, dp = 50000, 443
	}
	return
}

// The hash spreads every shape of tuples evenly over all bits that are used, for
// any seed: the low ones (slots), 32 and up (lanes), 40 and up (tombs).
func TestHashSpreads(t *testing.T) {
	const n, cells = 1 << 16, 1 << 10
	for _, seed := range []uint64{0, 1, 2, 0xffffffffffffffff, 0x9e3779b97f4a7c15, 0x123456789abcdef} {
		for kind := range 4 {
			var low, lane, high [cells]int
			for i := range n {
				a, b, sp, dp, ver := tuples(kind, i)
				h := TupleHash(seed, a, b, sp, dp, ProtoTCP, ver)
				if h != TupleHash(seed, b, a, dp, sp, ProtoTCP, ver) {
					t.Fatalf("seed %d, kind %d: the two directions differ", seed, kind)
				}
				low[h%cells]++
				lane[h>>32%cells]++
				high[h>>40%cells]++
			}
			for name, c := range map[string]*[cells]int{"low": &low, "lane": &lane, "high": &high} {
				chi := 0.0
				for _, x := range c {
					d := float64(x) - n/cells
					chi += d * d / (n / cells)
				}
				// Degrees of freedom cells-1, normal for so many: six deviations.
				if dev := (chi - (cells - 1)) / math.Sqrt(2*(cells-1)); dev > 6 {
					t.Errorf("seed %#x, kind %d, %s bits: %.1f deviations from an even spread", seed, kind, name, dev)
				}
			}
		}
	}
}

// One bit of the tuple turns about half of the bits of the hash, and another seed
// gives another hash.
func TestHashAvalanche(t *testing.T) {
	for _, seed := range []uint64{1, 77, 0xdeadbeef} {
		turned, other, n := 0, 0, 0
		for i := range 2000 {
			a, b, sp, dp, ver := tuples(i%4, i*37)
			h := TupleHash(seed, a, b, sp, dp, ProtoTCP, ver)
			x := TupleHash(seed, a, b, sp^1<<(i%16), dp, ProtoTCP, ver)
			y := TupleHash(seed+1, a, b, sp, dp, ProtoTCP, ver)
			turned += bits.OnesCount64(h ^ x)
			other += bits.OnesCount64(h ^ y)
			n += 64
		}
		for what, k := range map[string]int{"a port's bit": turned, "the seed": other} {
			if share := float64(k) / float64(n); share < 0.47 || share > 0.53 {
				t.Errorf("seed %d: %s turns %.1f %% of the bits", seed, what, share*100)
			}
		}
	}
}
