package findings

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"portero/capture"
	"portero/catalog"
	"portero/catalog/identify"
	"portero/handshake"
	"portero/internal/who"
)

func TestSplit(t *testing.T) {
	for name, want := range map[string][2]string{"rbk.t.example.": {"rbk", "t.example"}, "a.b.example.com": {"a.b", "example.com"}, "www.foo.co.uk.": {"www", "foo.co.uk"},
		"example.com.": {"", "example.com"}, "com.": {"", "com"}, "co.uk": {"", "co.uk"}, "": {"", ""}, ".": {"", ""}, "a.b.c.d.haus.de": {"a.b.c.d", "haus.de"},
		"a.b.xn--vermgensberatung-pwb": {"a", "b.xn--vermgensberatung-pwb"}, "a.7c1f00d5c2628b47714fdee58": {"a.7c1f00d5c2628b47714fdee58", noDomain}} {
		if sub, dom := split(name); sub != want[0] || dom != want[1] {
			t.Errorf("%q: %q under %q", name, sub, dom)
		}
	}
}

func TestTunnel(t *testing.T) {
	me := netip.MustParseAddr("10.0.0.9")
	for what, c := range map[string]struct {
		name  func(i int) string
		qtype uint16
		n     int
		want  string
	}{
		"base32 in long names": {func(i int) string { return fmt.Sprintf("k%dm2n4bq7rt9xw3c5vyzpahgjdlsfe8u6o1%d.t.example.", i, i*7919) }, 1, 30, "dns-tunnel medium 30"},
		"text records":         {func(i int) string { return fmt.Sprintf("q%dzx7r%dk.t.example.", i, i*7919) }, 16, 40, "dns-tunnel medium 40"},
		"without a domain": {func(i int) string {
			sum := sha256.Sum256([]byte{byte(i)})
			return fmt.Sprintf("dnscat.%x.%x", sum[:10], sum[10:30])
		}, 1, 30, "dns-tunnel medium 30"},
		"a few of them":         {func(i int) string { return fmt.Sprintf("k%dm2n4bq7rt9xw3c5vyzpahgjdlsfe8u6o1.t.example.", i) }, 1, 12, ""},
		"the same name again":   {func(int) string { return "k7m2n4bq7rt9xw3c5vyzpahgjdlsfe8u6o1.t.example." }, 1, 500, ""},
		"pages of one site":     {func(i int) string { return fmt.Sprintf("www%d.shop.example.", i) }, 1, 60, ""},
		"reverse names":         {func(i int) string { return fmt.Sprintf("%d.2.0.192.in-addr.arpa.", i) }, 12, 250, ""},
		"a list of bad senders": {func(i int) string { return fmt.Sprintf("%d.2.0.192.zen.spamhaus.org.", i) }, 16, 250, ""},
	} {
		d := New(catalog.Default(), nil, 0)
		for i := range c.n {
			d.Question(me, c.name(i), c.qtype, 0, int64(i)*sec, uint64(i+1))
			d.Question(me, c.name(i), c.qtype, 300, int64(i)*sec, uint64(i+1))
		}
		got := ""
		for _, f := range d.Findings() {
			got += fmt.Sprintf("%s %s %d", f.Kind, f.Severity, f.Count)
			if len(f.Frames) == 0 || f.Detail != map[bool]string{false: "t.example", true: noDomain}[what == "without a domain"] {
				t.Errorf("%s: %+v", what, f)
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", what, got, c.want)
		}
	}
}

func TestPoisoning(t *testing.T) {
	a, b := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")
	m1, m2 := who.MAC{2, 0, 0, 0, 0, 1}, who.MAC{2, 0, 0, 0, 0, 2}
	for what, c := range map[string]struct {
		tell func(d *Detector)
		want string
	}{
		"two machines hold one address": {func(d *Detector) {
			for i := range int64(4) {
				d.Claim(a, m1, i*2*sec, uint64(i*2+1))
				d.Claim(a, m2, (i*2+1)*sec, uint64(i*2+2))
			}
		}, "lan-poisoning medium 2"},
		"within a minute":                    {func(d *Detector) { d.Claim(a, m1, 0, 1); d.Claim(a, m2, 60*sec-1, 2) }, "lan-poisoning medium 2"},
		"two captures, the older one second": {func(d *Detector) { d.Claim(a, m1, 7200*sec, 1); d.Claim(a, m2, 0, 2) }, ""},
		"a clock that goes back a little":    {func(d *Detector) { d.Claim(a, m1, 10*sec, 1); d.Claim(a, m2, 0, 2) }, "lan-poisoning medium 2"},
		"a minute later":                     {func(d *Detector) { d.Claim(a, m1, 0, 1); d.Claim(a, m2, 60*sec, 2) }, ""},
		"three hold one address": {func(d *Detector) {
			for i := range 9 {
				d.Claim(a, who.MAC{2, 0, 0, 0, 0, byte(i % 3)}, int64(i)*sec, uint64(i+1))
			}
		}, "lan-poisoning medium 3"},
		"a machine takes over for good": {func(d *Detector) {
			for i := range int64(9) {
				d.Claim(a, m1, i*30*sec, uint64(i+1))
			}
			d.Claim(a, m2, 9*30*sec+60*sec, 10)
			d.Claim(a, m2, 9*30*sec+70*sec, 11)
		}, ""},
		"one answers for two names, and another for three in two ways": {func(d *Detector) {
			for i, n := range []string{"printer", "wpad", "fileserver"} {
				d.Answer([]string{"llmnr", "nbns"}[i%2], b, n, int64(i)*sec, uint64(i+1))
			}
		}, ""},
		"an address is handed on":    {func(d *Detector) { d.Claim(a, m1, 0, 1); d.Claim(a, m2, 7200*sec, 2) }, ""},
		"one machine, two addresses": {func(d *Detector) { d.Claim(a, m1, 0, 1); d.Claim(b, m1, sec, 2) }, ""},
		"two hand out addresses":     {func(d *Detector) { d.Answer("dhcp", a, "", 0, 1); d.Answer("dhcp", b, "", sec, 2) }, "lan-poisoning low 2"},
		"one hands out addresses":    {func(d *Detector) { d.Answer("dhcp", a, "", 0, 1); d.Answer("dhcp", a, "", sec, 2) }, ""},
		"one answers for all": {func(d *Detector) {
			for i, n := range []string{"printer", "wpad", "fileserver"} {
				d.Answer("llmnr", b, n, int64(i)*sec, uint64(i+1))
			}
		}, "lan-poisoning medium 3"},
		"one answers for itself": {func(d *Detector) { d.Answer("llmnr", b, "pc", 0, 1); d.Answer("llmnr", b, "PC", sec, 2) }, ""},
	} {
		d := New(catalog.Default(), nil, 0)
		c.tell(d)
		got := ""
		for _, f := range d.Findings() {
			got += fmt.Sprintf("%s %s %d", f.Kind, f.Severity, f.Count)
			if len(f.Frames) == 0 || f.First > f.Last {
				t.Errorf("%s: %+v", what, f)
			}
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", what, got, c.want)
		}
	}
}

// Who claims one address is named, each once and in order, and the first frames that show it stand with it.
func TestRivalsAreNamed(t *testing.T) {
	a := netip.MustParseAddr("10.0.0.1")
	d := New(catalog.Default(), nil, 0)
	for i := range 30 {
		d.Claim(a, who.MAC{2, 0, 0, 0, 0, byte(9 - i%3)}, int64(i)*sec, uint64(i+1))
	}
	fs := d.Findings()
	if len(fs) != 1 {
		t.Fatalf("%+v", fs)
	}
	f := fs[0]
	if f.Detail != "02:00:00:00:00:07, 02:00:00:00:00:08, 02:00:00:00:00:09" || !slices.Equal(f.Frames, []uint64{1, 2, 3, 4, 5}) || f.First != 0 || f.Last != 29*sec {
		t.Errorf("%q, frames %v, from %d to %d", f.Detail, f.Frames, f.First, f.Last)
	}
}

// TestHeardIsBounded: a flood of names leaves room for a tunnel, within the share.
func TestHeardIsBounded(t *testing.T) {
	d := New(catalog.Default(), nil, 4<<20)
	for i := range 200_000 {
		a := netip.AddrFrom4([4]byte{60, byte(i >> 16), byte(i >> 8), byte(i)})
		d.Question(a, fmt.Sprintf("www.site%d.example.", i), 1, 0, int64(i), uint64(i+1))
		if i%100 == 0 {
			d.Question(netip.MustParseAddr("10.0.0.9"), fmt.Sprintf("k%dm2n4bq7rt9xw3c5vyzpahgjdlsfe8u6o1%d.t.example.", i, i*7919), 16, 0, int64(i), uint64(i+1))
		}
	}
	if h := &d.heard; h.bytes > h.limit+letterBytes || h.dropped == 0 {
		t.Errorf("%d octets of %d, %d dropped", h.bytes, h.limit, h.dropped)
	}
	fs := d.Findings()
	if len(fs) != 1 || fs[0].Kind != "dns-tunnel" || fs[0].Count != 2000 || fs[0].Port != 53 || fs[0].Proto != capture.ProtoUDP {
		t.Errorf("%+v", fs)
	}
}

// TestTunnelBorders: how many names, how long, how random and how fast they are is what makes a tunnel.
func TestTunnelBorders(t *testing.T) {
	const txt, a = 16, 1
	// label is of so many octets that look random, another for every i.
	label := func(i, octets int) string {
		sum := sha256.Sum256(fmt.Append(nil, i))
		return strings.ToLower(base32.HexEncoding.EncodeToString(sum[:]))[:octets]
	}
	for _, c := range []struct {
		what       string
		names      int
		octets     int
		odd        int // of ten questions so many are of a type that carries text
		over       time.Duration
		monotonous bool
		want       bool
	}{
		{"twenty long names", 20, 30, 0, 10 * time.Hour, false, true},
		{"nineteen", 19, 30, 0, 10 * time.Hour, false, false},
		{"an octet shorter", 20, 29, 0, 10 * time.Hour, false, false},
		{"of few letters", 20, 30, 0, 10 * time.Hour, true, false},
		{"a hundred half as long", 100, 15, 0, time.Hour - 1, false, true},
		{"in an hour and more", 100, 15, 0, time.Hour + time.Minute, false, false},
		{"ninety-nine", 99, 15, 0, time.Hour - 1, false, false},
		{"a hundred an hour", 200, 15, 0, 2 * time.Hour, false, true},
		{"not half as long", 100, 14, 0, time.Hour - 1, false, false},
		{"half of them of odd types", 20, 10, 5, 10 * time.Hour, false, true},
		{"fewer of them", 20, 10, 4, 10 * time.Hour, false, false},
		{"shorter ones of odd types", 20, 9, 10, 10 * time.Hour, false, false},
	} {
		d := New(catalog.Default(), nil, 0)
		me := netip.MustParseAddr("10.0.0.9")
		for i := range c.names {
			name, qtype := label(i, c.octets), uint16(a)
			if c.monotonous {
				name = fmt.Sprintf("%0*d", c.octets, i)
			}
			if i%10 < c.odd {
				qtype = txt
			}
			d.Question(me, name+".T.example.", qtype, 0, int64(c.over)*int64(i)/int64(c.names-1)+1, uint64(i+1))
		}
		fs := d.Findings()
		if got := len(fs) > 0; got != c.want {
			t.Errorf("%s: %v", c.what, got)
		}
		// The records of its questions carry it, those of others do not.
		var s story
		for _, by := range []string{"10.0.0.9", "10.0.0.8"} {
			s.udp(0, by, "10.0.0.1", 0, 53, handshake.Answered, spoke("dns"), said(func(a *identify.Facts) { a.DNS = &identify.Lookup{Query: "x.t.Example."} }))
		}
		s.udp(0, "10.0.0.9", "10.0.0.1", 0, 53, handshake.Answered, spoke("dns"), said(func(a *identify.Facts) { a.DNS = &identify.Lookup{Query: "x.u.example."} }))
		for i := range s.rs {
			d.Observe(&s.rs[i])
			if got := len(s.rs[i].Risks) > 0; got != (c.want && i == 0) {
				t.Errorf("%s: record %d: %v", c.what, i, s.rs[i].Risks)
			}
		}
		if fs = d.Findings(); c.want && (fs[0].Count != uint64(c.names) || fs[0].Extra != uint64(c.octets) || fs[0].First != 1 || fs[0].Last != int64(c.over)+1 || len(fs[0].Frames) != 8 || len(fs[0].Records) != 1) {
			t.Errorf("%s: %+v", c.what, fs[0])
		}
	}
}
