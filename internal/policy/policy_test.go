package policy

import (
	"errors"
	"io"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"testing/iotest"
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

// Machines and doors may be written in each of their ways.
func TestWays(t *testing.T) {
	for _, c := range []struct {
		policy, host string
		proto        uint8
		port         uint16
		caller       string
		want         Why
	}{
		{"any 80/tcp", "9.9.9.9", 6, 80, "8.8.8.8", Expected}, {"any 80/tcp", "9.9.9.9", 6, 81, "8.8.8.8", NoHost},
		{"::ffff:10.0.0.1 80/tcp", "10.0.0.1", 6, 80, "8.8.8.8", Expected}, {"::ffff:10.0.0.1 80/tcp", "10.0.0.2", 6, 80, "8.8.8.8", NoHost},
		{"::ffff:0:0/96 80/tcp", "10.0.0.1", 6, 80, "8.8.8.8", Expected}, {"::ffff:0:0/96 80/tcp", "fe80::1", 6, 80, "8.8.8.8", NoHost},
		{"10.0.0.9/24 80/tcp", "10.0.0.1", 6, 80, "8.8.8.8", Expected}, {"::/0 80/tcp", "fe80::1", 6, 80, "8.8.8.8", Expected}, {"::/0 80/tcp", "10.0.0.1", 6, 80, "8.8.8.8", NoHost},
		{"fe80::1%eth0 80/tcp", "fe80::1%eth7", 6, 80, "8.8.8.8", Expected}, {"fe80::1 80/tcp from fe80::2", "fe80::1", 6, 80, "fe80::2%eth0", Expected},
		{"10.0.0.1 9/sctp", "10.0.0.1", 132, 9, "8.8.8.8", Expected}, {"10.0.0.1 9/sctp", "10.0.0.1", 6, 9, "8.8.8.8", NoDoor},
		{"10.0.0.1 9/dccp", "10.0.0.1", 33, 9, "8.8.8.8", Expected}, {"10.0.0.1 9/33", "10.0.0.1", 33, 9, "8.8.8.8", Expected}, {"10.0.0.1 9/dccp", "10.0.0.1", 17, 9, "8.8.8.8", NoDoor},
		{"10.0.0.1 9/udp-lite 8/udplite", "10.0.0.1", 136, 8, "8.8.8.8", Expected}, {"10.0.0.1 9/136", "10.0.0.1", 136, 9, "8.8.8.8", Expected}, {"10.0.0.1 9/132", "", 0, 0, "", 0},
		{"10.0.0.1 80/tcp,,443/tcp,", "", 0, 0, "", 0}, {"10.0.0.1 80/tcp, 443/tcp", "10.0.0.1", 6, 443, "8.8.8.8", Expected},
		{"10.0.0.1 */tcp", "10.0.0.1", 6, 0, "8.8.8.8", Expected}, {"10.0.0.1 */tcp", "10.0.0.1", 6, 65535, "8.8.8.8", Expected},
		{"10.0.0.1 80-82/tcp", "10.0.0.1", 6, 79, "8.8.8.8", NoDoor}, {"10.0.0.1 80-82/tcp", "10.0.0.1", 6, 80, "8.8.8.8", Expected},
		{"10.0.0.1 80-82/tcp", "10.0.0.1", 6, 82, "8.8.8.8", Expected}, {"10.0.0.1 80-82/tcp", "10.0.0.1", 6, 83, "8.8.8.8", NoDoor},
		{"10.0.0.1 80-80/tcp from any", "10.0.0.1", 6, 80, "8.8.8.8", Expected},
	} {
		p, err := Read(strings.NewReader(c.policy), "x")
		if c.host == "" {
			if err == nil {
				t.Errorf("%s is understood", c.policy)
			}
			continue
		}
		if err != nil {
			t.Error(err)
			continue
		}
		host := netip.MustParseAddr(c.host)
		if why, _ := p.Judge(host, c.proto, c.port, netip.MustParseAddr(c.caller)); why != c.want {
			t.Errorf("%+v: %v", c, why)
		}
		if got := p.Names(host); got != (c.want != NoHost && !strings.HasPrefix(c.policy, "any")) {
			t.Errorf("%+v: named %v", c, got)
		}
		if host.Is4() && p.Names(netip.AddrFrom16(host.As16())) != p.Names(host) {
			t.Errorf("%+v: named in one form alone", c)
		}
	}
	lines := strings.Repeat("#\n", 9_999)
	if _, err := Read(strings.NewReader(lines+"any 80/tcp\n"), "x"); err != nil {
		t.Error(err)
	}
	if _, err := Read(strings.NewReader(lines+"any 80/tcp\n\n"), "x"); err == nil || err.Error() != "x: more than 10000 lines" {
		t.Error(err)
	}
}

func TestMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"":                       "x: no rule",
		"# only words\n":         "x: no rule",
		"10.0.0.1\n":             "x:1: 10.0.0.1 has no port",
		"fe80::1%\x00\x1b[2J\n":  `x:1: "fe80::1%\x00\x1b[2J" has no port`,
		"\nhost 80/tcp\n":        "x:2: \"host\" is neither",
		"10.0.0.1 80\n":          "x:1: \"80\" is no door",
		"10.0.0.1 9-3/tcp\n":     "x:1: \"9-3/tcp\" is no door",
		"10.0.0.1 80/icmp\n":     "x:1: \"80/icmp\" is no door",
		"10.0.0.1 x-9/tcp\n":     "x:1: \"x-9/tcp\" is no door",
		"10.0.0.1 9-x/tcp\n":     "x:1: \"9-x/tcp\" is no door",
		"10.0.0.1 0-x/tcp\n":     "x:1: \"0-x/tcp\" is no door",
		"10.0.0.1 65536/tcp\n":   "x:1: \"65536/tcp\" is no door",
		"10.0.0.1 80/tcp from\n": "x:1: after from",
		"\n10.0.0.1 " + strings.Repeat("80/tcp ", 1000): "x:2: a line of more than 4096 octets",
		"10.0.0.1 80/tcp from x":                        "x:1: \"x\" is neither",
	} {
		if _, err := Read(strings.NewReader(text), "x"); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// A policy whose reading breaks off is none: the rules behind would be missing.
func TestAPolicyThatBreaksOff(t *testing.T) {
	broken := errors.New("input/output error")
	if _, err := Read(io.MultiReader(strings.NewReader("10.0.0.1 80/tcp\n"), iotest.ErrReader(broken)), "x"); !errors.Is(err, broken) || !strings.HasPrefix(err.Error(), "x:2: ") {
		t.Error(err)
	}
}

// Whatever a policy holds, it is read, or refused in one line that names the place; a remark at its end, and blanks before it,
// change nothing.
func FuzzRead(f *testing.F) {
	for _, s := range []string{text, "\ufeff* */udp from any\r\n", "::ffff:10.0.0.0/104 0-65535/sctp", "fe80::1%eth0 1/tcp", "10.0.0.1/33 80/tcp", "10.0.0.1,,10.0.0.2 ,80/tcp,", "from from from", "a\x1b[2J 1/tcp", "10.0.0.1 80/tcp\x00", "::%\x00"} {
		f.Add(s)
	}
	place := regexp.MustCompile(`^x:(?: |[1-9][0-9]*: ).`)
	host, caller := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := Read(strings.NewReader(s), "x")
		if err != nil {
			if !place.MatchString(err.Error()) || strings.ContainsAny(err.Error(), "\n\r\x1b\x00") {
				t.Errorf("%q: %q", s, err)
			}
			return
		}
		again, err := Read(strings.NewReader(s+"\n# that was all\n\n"), "x")
		if err != nil {
			return // longer than a policy may be
		}
		for _, port := range []uint16{0, 80, 65535} {
			for _, proto := range []uint8{6, 17, 132} {
				why, line := p.Judge(host, proto, port, caller)
				if w, l := again.Judge(host, proto, port, caller); w != why || l != line || line > 1+strings.Count(s, "\n") {
					t.Errorf("%q: %d in line %d, then %d in line %d", s, why, line, w, l)
				}
			}
		}
	})
}
