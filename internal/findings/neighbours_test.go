package findings

import (
	"fmt"
	"net/netip"
	"testing"

	"portero/catalog"
	"portero/internal/who"
)

func TestSplit(t *testing.T) {
	for name, want := range map[string][2]string{"rbk.t.example.": {"rbk", "t.example"}, "a.b.example.com": {"a.b", "example.com"}, "www.foo.co.uk.": {"www", "foo.co.uk"},
		"example.com.": {"", "example.com"}, "com.": {"", "com"}, "co.uk": {"", "co.uk"}, "": {"", ""}, ".": {"", ""}, "a.b.c.d.haus.de": {"a.b.c.d", "haus.de"}} {
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
		"base32 in long names":  {func(i int) string { return fmt.Sprintf("k%dm2n4bq7rt9xw3c5vyzpahgjdlsfe8u6o1%d.t.example.", i, i*7919) }, 1, 30, "dns-tunnel medium 30"},
		"text records":          {func(i int) string { return fmt.Sprintf("q%dzx7r%dk.t.example.", i, i*7919) }, 16, 40, "dns-tunnel medium 40"},
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
			if len(f.Frames) == 0 || f.Detail != "t.example" {
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
	if len(fs) != 1 || fs[0].Kind != "dns-tunnel" || fs[0].Count != 2000 {
		t.Errorf("%+v", fs)
	}
}
