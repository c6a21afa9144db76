package record

import (
	"math"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"testing"
	"time"
)

// numbers are those of every length with their neighbours, and random ones of all
// sizes.
func numbers() []uint64 {
	vs := []uint64{0, math.MaxUint64, math.MaxInt64, math.MaxInt64 + 1}
	for v := uint64(1); v <= 1e19; v *= 10 {
		vs = append(vs, v-1, v, v+1)
		if v == 1e19 {
			break
		}
	}
	for i := range 20_000 {
		vs = append(vs, rand.Uint64()>>(i%64))
	}
	return vs
}

func TestPutUint(t *testing.T) {
	var b [64]byte
	for _, v := range numbers() {
		if got, want := string(b[:PutUint(b[:], 0, v)]), strconv.FormatUint(v, 10); got != want {
			t.Fatalf("%s, want %s", got, want)
		}
	}
	for v := range uint64(1e4) { // each piece of four digits, in front and behind
		for _, x := range [2]uint64{v, v*1e4 + v} {
			if got, want := string(AppendUint(nil, x)), strconv.FormatUint(x, 10); got != want {
				t.Fatalf("%s, want %s", got, want)
			}
		}
	}
}

func TestPutMicros(t *testing.T) {
	var b [64]byte
	for _, v := range numbers() {
		ns := int64(v)
		abs, sign := v, ""
		if ns < 0 {
			abs, sign = -v, "-"
		}
		want := sign + strconv.FormatUint(abs/1000, 10)
		if f := abs % 1000; f != 0 {
			want += strconv.FormatFloat(float64(f)/1000, 'f', -1, 64)[1:]
		}
		if got := string(b[:PutMicros(b[:], 0, ns)]); got != want {
			t.Fatalf("%d: %s, want %s", ns, got, want)
		}
	}
}

func TestPutAddr(t *testing.T) {
	var b [2 * Room]byte
	check := func(a netip.Addr) {
		if got := string(b[:PutAddr(b[:], 0, a)]); got != string(a.AppendTo(nil)) {
			t.Fatalf("%s, want %s", got, a)
		}
	}
	check(netip.Addr{})
	check(netip.MustParseAddr("::ffff:192.0.2.1"))
	for i := range 256 {
		check(netip.AddrFrom4([4]byte{byte(i), byte(i), byte(255 - i), byte(i)}))
	}
	for i := range 100_000 {
		var a [16]byte
		// Words of zeros in all places: they are what may be left out.
		for j := range 8 {
			if rand.IntN(3) > 0 {
				continue
			}
			a[2*j], a[2*j+1] = byte(rand.Uint32()>>(i%8)), byte(rand.Uint32()>>(i%8))
			if i%5 == 0 {
				a[2*j] = 0
			}
		}
		check(netip.AddrFrom16(a))
	}
}

// A Clock says the same as a new one, and as package time, whatever it said before.
func TestClock(t *testing.T) {
	var c Clock
	var b [TimeLen + Room]byte
	at := int64(-70e9)
	for range 200_000 {
		at += int64(rand.Uint64() >> (10 + rand.IntN(50)))
		if at > 2e17*20 || at < 0 && rand.IntN(3) == 0 {
			at = -at / 1000
		}
		got := string(b[:c.Put(b[:], 0, at)])
		if want := time.Unix(0, at).UTC().Format("2006-01-02T15:04:05.000000000Z"); got != want || string(AppendTime(nil, at)) != want {
			t.Fatalf("%d: %s, want %s", at, got, want)
		}
	}
}
