package findings

import (
	"testing"

	"portero/catalog"
	"portero/catalog/identify"
	"portero/handshake"
)

// TestCertificate: what is not in order with a certificate, to the second, and for whom it is.
func TestCertificate(t *testing.T) {
	const from, day = 1_700_000_000, 86400
	type cert = identify.Certificate
	names := func(n ...string) cert { return cert{Names: n, AllNames: true} }
	for _, c := range []struct {
		what   string
		cert   cert
		asked  string
		at     int64
		public bool
		want   string
	}{
		{"its last second", cert{NotBefore: from, NotAfter: from + day}, "", from + day, false, ""},
		{"the second after", cert{NotBefore: from, NotAfter: from + day}, "", from + day + 1, false, "expired"},
		{"its first second", cert{NotBefore: from, NotAfter: from + day}, "", from, false, ""},
		{"the second before", cert{NotBefore: from, NotAfter: from + day}, "", from - 1, false, "early"},
		{"dates that were not read", cert{}, "", from, true, ""},
		{"399 days", cert{NotBefore: from, NotAfter: from + 399*day}, "", from, true, ""},
		{"a second more", cert{NotBefore: from, NotAfter: from + 399*day + 1}, "", from, true, "long"},
		{"a second more, inside", cert{NotBefore: from, NotAfter: from + 399*day + 1}, "", from, false, ""},
		{"long since the rule", cert{NotBefore: longestSince, NotAfter: from + 800*day}, "", from, true, "long"},
		{"long before the rule", cert{NotBefore: longestSince - 1, NotAfter: from + 800*day}, "", from, true, ""},
		{"signed by itself", cert{SelfSigned: true}, "", from, false, "self-signed"},
		{"its name", names("www.example.test"), "www.example.test", from, false, ""},
		{"its name, written otherwise", names("WWW.example.test."), "www.Example.test.", from, false, ""},
		{"one of its names", names("a.test", "www.example.test", "b.test"), "www.example.test", from, false, ""},
		{"another name of the domain", names("x.example.test"), "www.example.test", from, false, "name"},
		{"all names of the domain", names("*.example.test"), "www.example.test", from, false, ""},
		{"a wildcard stands for one label", names("*.example.test"), "a.www.example.test", from, false, "name"},
		{"a wildcard stands for no fewer", names("*.example.test"), "example.test", from, false, "name"},
		{"a wildcard of nothing", names("*.."), "localhost", from, false, "name"},
		{"a name of one octet", names("x"), "www.example.test", from, false, "name"},
		{"nobody said what was asked for", names("www.example.test"), "", from, false, ""},
		{"no names", cert{AllNames: true}, "www.example.test", from, false, ""},
	} {
		if got := certificate(&c.cert, c.asked, c.at, c.public); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}

// A capture that is shown again years later shows certificates that were in date.
func TestCertificatesOfAReplay(t *testing.T) {
	const years = 3 * 365 * 86400 * sec
	for _, c := range []struct {
		moved func() int64
		want  int
	}{{nil, 1}, {func() int64 { return years }, 0}} {
		var s story
		s.tcp(years, "10.0.0.9", "9.9.9.9", 0, 443, handshake.Completed, spoke("tls"), certified(identify.Certificate{Subject: "example.test", Names: []string{"www.example.test"}, NotBefore: 1_690_000_000, NotAfter: 1_710_000_000}))
		d := New(catalog.Default(), nil, 1<<20)
		d.Moved = c.moved
		d.Observe(&s.rs[0])
		if got := d.Findings(); len(got) != c.want {
			t.Errorf("moved %v: %+v", c.moved != nil, got)
		}
	}
}
