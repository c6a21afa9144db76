package policy

import (
	"net/netip"
	"strings"
	"testing"
)

const text = `
# web
10.0.0.1,10.0.0.2   80/tcp,443/tcp
10.0.0.0/24         22/tcp 53/udp    from 10.0.9.0/24,2001:db8::/32  # those of the house
*                   8000-8099/tcp
2001:db8::1         */udp
`

func TestJudge(t *testing.T) {
	p, err := Read(strings.NewReader(text), "x")
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		host   string
		proto  uint8
		port   uint16
		caller string
		why    Why
		line   int
	}{
		{"10.0.0.1", 6, 80, "9.9.9.9", Expected, 3}, {"::ffff:10.0.0.2", 6, 443, "9.9.9.9", Expected, 3}, {"10.0.0.1", 17, 443, "9.9.9.9", NoDoor, 3},
		{"10.0.0.7", 6, 22, "10.0.9.4", Expected, 4}, {"10.0.0.7", 6, 22, "10.0.8.4", NotCaller, 4}, {"10.0.0.7", 6, 23, "10.0.9.4", NoDoor, 4},
		{"9.9.9.9", 6, 8050, "10.0.0.1", Expected, 5}, {"9.9.9.9", 6, 8100, "10.0.0.1", NoHost, 0}, {"2001:db8::1", 17, 65535, "::1", Expected, 6},
	} {
		if why, line := p.Judge(netip.MustParseAddr(x.host), x.proto, x.port, netip.MustParseAddr(x.caller)); why != x.why || line != x.line {
			t.Errorf("%+v: %v, line %d", x, why, line)
		}
	}
	if !p.Names(netip.MustParseAddr("10.0.0.200")) || p.Names(netip.MustParseAddr("10.0.1.1")) {
		t.Error("which machines are named is wrong")
	}
}

// What editors and address books write is understood.
func TestMarksAndMappedNetworks(t *testing.T) {
	p, err := Read(strings.NewReader("\ufeff::ffff:10.0.0.0/104 80/tcp\r\n"), "x")
	if err != nil {
		t.Fatal(err)
	}
	if why, _ := p.Judge(netip.MustParseAddr("10.1.2.3"), 6, 80, netip.MustParseAddr("9.9.9.9")); why != Expected {
		t.Error(why)
	}
	if why, _ := p.Judge(netip.MustParseAddr("11.1.2.3"), 6, 80, netip.MustParseAddr("9.9.9.9")); why != NoHost {
		t.Error(why)
	}
}

func TestMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "x: no rule",
		"# only words\n":         "x: no rule",
		"10.0.0.1\n":             "x:1: 10.0.0.1 has no port",
		"\nhost 80/tcp\n":        "x:2: \"host\" is neither",
		"10.0.0.1 80\n":          "x:1: \"80\" is no door",
		"10.0.0.1 9-3/tcp\n":     "x:1: \"9-3/tcp\" is no door",
		"10.0.0.1 80/icmp\n":     "x:1: \"80/icmp\" is no door",
		"10.0.0.1 80/tcp from\n": "x:1: after from",
		"\n10.0.0.1 " + strings.Repeat("80/tcp ", 1000): "x:2: a line of more than 4096 octets",
		"10.0.0.1 80/tcp from x":                        "x:1: \"x\" is neither",
	} {
		if _, err := Read(strings.NewReader(text), "x"); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(text)
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := Read(strings.NewReader(s), "x"); err == nil {
			p.Judge(netip.MustParseAddr("10.0.0.1"), 6, 80, netip.MustParseAddr("10.0.0.2"))
		}
	})
}
