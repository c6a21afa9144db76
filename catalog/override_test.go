package catalog

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"
)

const overridesText = `action,kind,proto,port,name,severity,when,reference,en,es,host,reason,until
# our own
add,exposure,tcp,12345,Billing,high,internet,our wiki,The billing service.,El servicio de cobros.,,,
replace,malware-default,tcp,31337,Game server,low,listener,,A game of the students.,,,,
add,practice,tcp,7777,our-sync,,,,,Sincronización.,,,
mute,port-backdoor,tcp,4000-4999,,,,,,,10.1.0.0/16,the old lab,2026-12-31
mute,beacon,,,,,,,,,,monitoring,2027-01-31
`

func TestOverrides(t *testing.T) {
	os, ps := ReadOverrides(strings.NewReader(overridesText), "ours.csv", []string{"port-backdoor", "beacon"})
	if len(ps) > 0 || len(os) != 5 {
		t.Fatalf("%d lines, %v", len(os), ps)
	}
	base := Default()
	c := base.With(os)
	if fs := c.Facts(6, 12345); len(fs) != len(base.Facts(6, 12345))+1 || c.Note(fs[len(fs)-1]).ES != "El servicio de cobros." {
		t.Errorf("12345: %+v", fs)
	}
	if f, ok := c.PortHint(6, 31337); !ok || f.Name != "Game server" {
		t.Errorf("31337: %+v %v", f, ok)
	}
	for _, f := range c.Facts(6, 31337) {
		if f.Kind == "malware-default" && f.Name != "Game server" {
			t.Errorf("31337 still has %q", f.Name)
		}
	}
	if c.Practice(6, 7777) != "our-sync" || base.Practice(6, 7777) == "our-sync" {
		t.Error("the practice name is not the override's, or the built-in catalogue was changed")
	}
	in, out := netip.MustParseAddr("10.1.2.3"), netip.MustParseAddr("10.2.2.3")
	day := func(s string) time.Time { x, _ := time.Parse(time.RFC3339, s); return x }
	for _, x := range []struct {
		kind string
		port uint16
		host netip.Addr
		at   string
		want bool
	}{
		{"port-backdoor", 4444, in, "2026-12-31T23:59:59Z", true}, {"port-backdoor", 4444, in, "2027-01-01T00:00:00Z", false},
		{"port-backdoor", 4444, out, "2026-12-31T00:00:00Z", false}, {"port-backdoor", 5000, in, "2026-12-31T00:00:00Z", false},
		{"beacon", 443, out, "2026-12-31T00:00:00Z", true}, {"scan-ports", 4444, in, "2026-12-31T00:00:00Z", false},
	} {
		if _, ok := c.Muted(x.kind, 6, x.port, x.host, netip.Addr{}, day(x.at)); ok != x.want {
			t.Errorf("%+v: %v", x, ok)
		}
		if _, ok := base.Muted(x.kind, 6, x.port, x.host, netip.Addr{}, day(x.at)); ok {
			t.Error("the built-in catalogue mutes")
		}
	}
}

// Overrides on top of overrides: what the first say stays where the second say nothing, and each catalogue stays as it is when
// another is made of it.
func TestOverridesOfOverrides(t *testing.T) {
	with := func(c *Catalog, lines string) *Catalog {
		os, ps := ReadOverrides(strings.NewReader("action,kind,proto,port,name,severity,when,es,host,reason,until\n"+lines), "x.csv", []string{"beacon"})
		if len(ps) > 0 {
			t.Fatal(ps)
		}
		return c.With(os)
	}
	one := with(Default(), "add,practice,tcp,7777,ours,,,lo nuestro,,,\nadd,exposure,tcp,12345,Billing,high,internet,,,,\nmute,beacon,,,,,,,,monitoring,2027-01-31\n")
	two := with(one, "add,practice,tcp,7778,theirs,,,lo suyo,,,\nadd,exposure,tcp,12345,Another,high,internet,,,,\n")
	three := with(one, "add,exposure,tcp,12345,Third,high,internet,,,,\n")
	last := func(c *Catalog) string {
		fs := c.Facts(6, 12345)
		return fs[len(fs)-1].Name
	}
	at := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	for i, c := range []*Catalog{one, two, three} {
		if c.Practice(6, 7777) != "ours" || (c.Practice(6, 7778) == "theirs") != (c == two) || last(c) != []string{"Billing", "Another", "Third"}[i] {
			t.Errorf("catalogue %d: %q, %q, %q", i+1, c.Practice(6, 7777), c.Practice(6, 7778), last(c))
		}
		if n := len(Default().Facts(6, 12345)); len(c.Facts(6, 12345)) != n+min(i, 1)+1 {
			t.Errorf("catalogue %d: %d facts, %d built in", i+1, len(c.Facts(6, 12345)), n)
		}
		if _, ok := c.Muted("beacon", 6, 443, netip.Addr{}, netip.Addr{}, at); !ok {
			t.Errorf("catalogue %d does not mute what the first does", i+1)
		}
		if _, es := c.PracticeNote(6, 7777); es != "lo nuestro" {
			t.Errorf("catalogue %d: %q", i+1, es)
		}
	}
}

// Lines about all ports cost little, however many there are, and each port has what is said of it: its own, and that of the ranges.
func TestOverridesOfRanges(t *testing.T) {
	const lines = 40
	text := "action,kind,proto,port,name,severity,when\nadd,exposure,tcp,7,one,high,internet\n"
	for i := range lines {
		text += fmt.Sprintf("add,exposure,tcp,1-65535,wide %d,high,internet\n", i)
	}
	text += "replace,exposure,tcp,9-10,ours,high,internet\n"
	os, ps := ReadOverrides(strings.NewReader(text), "x.csv", nil)
	if len(ps) > 0 {
		t.Fatal(ps)
	}
	base := Default()
	c := base.With(os)
	distinct := map[*Fact]bool{}
	for port := 1; port < 1<<16; port++ {
		fs, n := c.Facts(6, uint16(port)), len(base.Facts(6, uint16(port)))
		distinct[&fs[0]] = true
		switch port {
		case 9, 10:
			n = len(slices.DeleteFunc(slices.Clone(base.Facts(6, uint16(port))), func(f Fact) bool { return f.Kind == "exposure" })) + 1
		case 7:
			n += lines + 1
		default:
			n += lines
		}
		if len(fs) != n || (fs[len(fs)-1].Name == "ours") != (port == 9 || port == 10) || (port == 7) != slices.ContainsFunc(fs, func(f Fact) bool { return f.Name == "one" }) {
			t.Fatalf("port %d: %d facts, want %d", port, len(fs), n)
		}
	}
	if known := len(allFacts()); len(distinct) > 2*known+10 {
		t.Errorf("%d lists for the facts of %d ports", len(distinct), known)
	}
}

// Every mistake is named with its line.
func TestOverrideProblems(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "x.csv:1: no header",
		"kind,port\n":                "x.csv:1: no column \"action\"",
		"action,colour\n":            "x.csv:1: unknown column \"colour\"",
		"action,port\nadd,1\n":       "x.csv:2: a fact needs a port and a proto",
		"action,kind\n\ndrop,x\n":    "x.csv:3: action \"drop\"",
		"action,kind\nmute,nosuch":   "x.csv:2: kind \"nosuch\" is no kind of finding",
		"action,kind\nmute,beacon":   "x.csv:2: a mute needs a reason",
		"action,port\nadd,70000":     "x.csv:2: port \"70000\"",
		"action,port\nadd,9-3":       "x.csv:2: port \"9-3\"",
		"action,proto\nadd,icmp":     "x.csv:2: proto \"icmp\"",
		"action\nadd,1,2":            "x.csv:2: 3 fields",
		"action,kind\nadd,\"a\nb\"c": "x.csv:",
		"action,kind,reason,until\nmute,beacon,r,soon":                           "x.csv:2: until \"soon\"",
		"action,kind,reason,until,host\nmute,beacon,r,2027-01-01,nowhere":        "x.csv:2: host \"nowhere\"",
		"action,kind,proto,port,name\nadd,nosuch,tcp,1,n":                        "x.csv:2: kind \"nosuch\" is no kind of fact",
		"action,kind,proto,port,name,severity\nadd,malware-default,tcp,1,n,high": "x.csv:2: severity high, but",
		"action,kind,proto,port,name\nadd,practice,tcp,1,\"a\"\"b\"":             "x.csv:2: name \"a\\\"b\": the name of a service",
		"action,kind,proto,port,name,when\nadd,exposure,tcp,1,n,always":          "x.csv:2: when \"always\"",
	} {
		_, ps := ReadOverrides(strings.NewReader(text), "x.csv", []string{"beacon"})
		if len(ps) == 0 || !strings.HasPrefix(ps[0].Error(), want) {
			t.Errorf("%q: %v, want %q", text, ps, want)
		}
	}
}

// A file of overrides is read up to a size, and of very many faults the first are told.
func TestOverridesAreBounded(t *testing.T) {
	text := overridesText + strings.Repeat("#", 1<<20-len(overridesText)-1) + "\n"
	if os, ps := ReadOverrides(strings.NewReader(text), "x.csv", []string{"port-backdoor", "beacon"}); len(ps) != 0 || os == nil {
		t.Errorf("a file of a megabyte: %v", ps)
	}
	if os, ps := ReadOverrides(strings.NewReader(text+"\n"), "x.csv", []string{"port-backdoor", "beacon"}); len(ps) != 1 || os != nil || !strings.Contains(ps[0].Error(), "too large") {
		t.Errorf("one of an octet more: %v", ps)
	}
	for _, n := range []int{maxProblems - 1, maxProblems, maxProblems + 1} {
		_, ps := ReadOverrides(strings.NewReader("action,proto\n"+strings.Repeat("add,icmp\n", n)), "x.csv", nil)
		if len(ps) != min(n, 50) {
			t.Errorf("%d faults are told of %d", len(ps), n)
		}
	}
}

// A few octets of ranges, or lines that are all about one port, cost no more than the catalogue itself: files of the
// size that is read took minutes.
func TestOverridesOfVeryManyPorts(t *testing.T) {
	const head = "action,proto,port,kind,name,until,reason\n"
	every, single := "add,tcp,0-65535,exposure,x,,\n", "add,udp,80,exposure,x,,\n"
	mutes := strings.Repeat("mute,tcp,0-65535,beacon,,2027-01-01,x\n", 100)
	for _, x := range []struct {
		text, want string
		line       int
	}{
		{head + mutes + strings.Repeat(every, 64), "", 0},
		{head + mutes + strings.Repeat(every, 64) + single, "4194305 ports in this line and those before it: more than 4194304", 166},
		{head + mutes + strings.Repeat(single, 64) + strings.ReplaceAll(single, "80", "81"), "", 0},
		{head + strings.Repeat(single, 64) + strings.ReplaceAll(single, "80", "79-81"), "more than 64 lines are about port 80", 66},
		{head + strings.Repeat(strings.Replace(every, "exposure", "practice", 1), 65), "4259840 ports in this line", 66},
	} {
		os, ps := ReadOverrides(strings.NewReader(x.text), "x.csv", []string{"beacon"})
		switch {
		case x.want == "" && len(ps) > 0, x.want != "" && (len(ps) != 1 || ps[0].Line != x.line || !strings.HasPrefix(ps[0].Text, x.want)):
			t.Errorf("%v, want %q in line %d", ps, x.want, x.line)
		case x.want == "" && len(os) != strings.Count(x.text, "\n")-1:
			t.Errorf("%d of %d lines", len(os), strings.Count(x.text, "\n")-1)
		}
	}
}

// A mute names hosts as any program may write them: an IPv4 address in the form of IPv6 is that address.
func TestAMuteNamesItsHost(t *testing.T) {
	for host, want := range map[string]bool{
		"10.1.2.3": true, "::ffff:10.1.2.3": true, "::ffff:10.1.0.0/112": true, "10.1.9.9/16": true, "0.0.0.0/0": true,
		"10.1.2.4": false, "::ffff:10.2.0.0/112": false, "::ffff:0:0/95": false, "::/0": false,
	} {
		os, ps := ReadOverrides(strings.NewReader("action,kind,host,reason,until\nmute,beacon,"+host+",x,2027-01-01\n"), "x.csv", []string{"beacon"})
		if len(ps) > 0 {
			t.Fatal(ps)
		}
		for _, a := range []string{"10.1.2.3", "::ffff:10.1.2.3"} {
			if _, ok := Default().With(os).Muted("beacon", 6, 443, netip.Addr{}, netip.MustParseAddr(a), time.Unix(0, 0)); ok != want {
				t.Errorf("%s of a mute of %s: %v", a, host, ok)
			}
		}
	}
}

// A service's name is written as it is into every format, so it has nothing in it that means something there. The
// built-in names keep to that too.
func TestServiceNames(t *testing.T) {
	for name, want := range map[string]bool{
		"our-sync": true, "Caja 2 (ñandú) v1.0+b/c:d_e": true, "3com": true, "名前": true, strings.Repeat("x", 64): true,
		"": false, strings.Repeat("x", 65): false, "a\"b": false, "a\\b": false, "a,b": false, "a;b": false, "a\tb": false, "a\nb": false, "a<b": false, "a&b": false, "a=b": false,
		"=1": false, "+1": false, "-": false, "@a": false, " a": false, "(empty)": false, "a\x1b[31m": false, "a\u202eb": false, "a\u200bb": false, "a\xffb": false, "a\ufffdb": false,
	} {
		if got := validService(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
	c := Default()
	for _, proto := range []uint8{6, 17, 33, 132} {
		for port := range 1 << 16 {
			for _, name := range []string{c.Practice(proto, uint16(port)), c.Registered(proto, uint16(port))} {
				if name != "" && !validService(name) {
					t.Errorf("%d/%d: %q", port, proto, name)
				}
			}
		}
	}
}

func FuzzOverrides(f *testing.F) {
	f.Add(overridesText)
	f.Fuzz(func(t *testing.T, s string) {
		os, ps := ReadOverrides(strings.NewReader(s), "x", []string{"beacon"})
		if len(ps) > maxProblems {
			t.Error("problems without bound")
		}
		for _, p := range ps {
			if p.Line < 0 || p.Line > 1+strings.Count(s, "\n")+strings.Count(s, "\r") || p.Text == "" || strings.ContainsAny(p.Text, "\n\r\x1b\x00") {
				t.Errorf("%q: line %d: %q", s, p.Line, p.Text)
			}
		}
		if len(os) > 50 {
			return
		}
		c := Default().With(os)
		for _, o := range os {
			if o.Action == "replace" && o.Fact.Kind != "practice" && !slices.ContainsFunc(c.Facts(o.Fact.Proto, o.Fact.Port), func(f Fact) bool { return f.Kind == o.Fact.Kind }) {
				t.Errorf("%q: nothing took the place of %s at %d", s, o.Fact.Kind, o.Fact.Port)
			}
		}
	})
}

// TestRegistryForms: IANA's csv and our table are read alike, the first name
// counts and the others are kept, ranges are spread, a row without a transport is about
// TCP and UDP, rows without a port or a name are passed over.
func TestRegistryForms(t *testing.T) {
	iana := "Service Name,Port Number,Transport Protocol,Description\nhttp,80,tcp,World Wide Web HTTP\nwww,80,tcp,World\n,81,tcp,Unassigned\nx11,6000-6002,tcp,X\nsvc,,tcp,none\nflex-lm,27000-27001,,FLEX\nodd,7,other,none\n"
	a, err := ReadRegistry(strings.NewReader(iana))
	if err != nil || len(a) != 8 || a["80/tcp"].Name != "http" || !a["80/tcp"].Has("www") || a["80/tcp"].Has("x11") || a["6002/tcp"].Name != "x11" ||
		a["27001/udp"].Name != "flex-lm" || a["27000/tcp"].Name != "flex-lm" {
		t.Errorf("%v %v", a, err)
	}
	b, err := ReadRegistry(strings.NewReader("80\ttcp+udp\thttp\tWeb\n22\ttcp\tssh\tShell\n"))
	if err != nil || len(b) != 3 || b["80/udp"].Name != "http" {
		t.Errorf("%v %v", b, err)
	}
	if _, err := ReadRegistry(strings.NewReader("what is this, a registry?\n")); err == nil {
		t.Error("anything is taken for a registry")
	}
}
