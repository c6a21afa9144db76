package findings

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"

	"portero/capture"
	"portero/internal/words"
)

// say says what fmt says.
func TestSay(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	texts := []string{"", "https", "a %d of it", "ñandú", "\"\x1b[31m\n", strings.Repeat("long ", 100)}
	addrs := []netip.Addr{{}, netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("fe80::1%eth0"), netip.MustParseAddr("::ffff:192.0.2.1")}
	for range 5000 {
		format, args := "", []any{}
		for range r.IntN(5) {
			format += texts[r.IntN(2)] + " "
			switch r.IntN(6) {
			case 0:
				format, args = format+"%s", append(args, texts[r.IntN(len(texts))])
			case 1:
				format, args = format+"%q", append(args, texts[r.IntN(len(texts))])
			case 2:
				format, args = format+"%s", append(args, addrs[r.IntN(len(addrs))])
			case 3:
				format, args = format+"%d", append(args, r.Uint64()>>r.IntN(64))
			case 4:
				format, args = format+"%d", append(args, uint16(r.Uint32()))
			default:
				format, args = format+"%d", append(args, r.Int()>>r.IntN(64)-5)
			}
		}
		if got, want := say(format, args...), fmt.Sprintf(format, args...); got != want {
			t.Fatalf("%q of %v: %q, want %q", format, args, got, want)
		}
	}
	for _, c := range []struct {
		n    number
		want string
	}{
		{number{443, capture.ProtoTCP, "https", true, words.English}, "port 443/tcp (https)"},
		{number{443, capture.ProtoTCP, "https", true, words.Spanish}, "el puerto 443/tcp (https)"},
		{number{53, capture.ProtoUDP, "", false, words.Spanish}, "puerto 53/udp"},
	} {
		if got := say("%s", c.n); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	for _, bad := range []string{say("%d", "text"), say("%s", uint64(1)), say("%s"), say("%x", uint64(1)), say("%s", 1.5)} {
		if !strings.Contains(bad, "%!") {
			t.Errorf("%q", bad)
		}
	}
	if n := testing.AllocsPerRun(100, func() {
		say("%s, %s: %d", addrs[1], number{443, capture.ProtoTCP, "https", true, words.English}, uint64(7))
	}); n > 1 {
		t.Errorf("%v allocations", n)
	}
}
