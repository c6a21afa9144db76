package findings

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"portero/catalog"
)

// TestTunnelWindow: what makes a tunnel is asked within a day; a site whose names are long is asked for many of them in
// weeks. A tunnel stays one, however slow it becomes, and what is remembered of the days that showed none is given back.
func TestTunnelWindow(t *testing.T) {
	const day = 24 * time.Hour
	name := func(i, octets int) string {
		sum := sha256.Sum256(fmt.Append(nil, i))
		return strings.ToLower(base32.HexEncoding.EncodeToString(sum[:]))[:octets] + ".t.example."
	}
	type asks struct { // n names of so many octets, from one time to another
		n, octets int
		from, to  time.Duration
	}
	for _, c := range []struct {
		what  string
		asks  []asks
		count uint64 // of the finding, 0 for none
	}{
		{"twenty in a day", []asks{{20, 30, 0, day - 1}}, 20},
		{"the twentieth a day later", []asks{{19, 30, 0, time.Hour}, {1, 30, day, day}}, 0},
		{"two a day for a month", []asks{{60, 30, 0, 30 * day}}, 0},
		{"nineteen a day for a month", []asks{{19 * 30, 30, 0, 30 * day}}, 0},
		{"twenty-two a day", []asks{{44, 30, 0, 2 * day}}, 44},
		{"a quiet week and a busy hour", []asks{{14, 30, 0, 7 * day}, {25, 30, 8 * day, 8*day + time.Hour}}, 25},
		{"a busy hour and a quiet week", []asks{{25, 30, 0, time.Hour}, {7, 30, day, 8 * day}}, 32},
		{"a hundred in half an hour, then one", []asks{{100, 15, 0, 30 * time.Minute}, {1, 15, 20 * time.Hour, 20 * time.Hour}}, 101},
		{"an older capture second", []asks{{10, 30, 60 * day, 60*day + time.Hour}, {10, 30, 0, time.Hour}}, 0},
		{"short ones yesterday, long ones today", []asks{{19, 4, 0, time.Hour}, {20, 30, day, day + time.Hour}}, 20},
	} {
		d := New(catalog.Default(), nil, 0)
		i := 0
		for _, a := range c.asks {
			for j := range a.n {
				at := a.from + (a.to-a.from)*time.Duration(j)/time.Duration(max(a.n-1, 1))
				d.Question(netip.MustParseAddr("10.0.0.9"), name(i, a.octets), 1, 0, int64(at)+1, uint64(i+1))
				i++
			}
		}
		fs := d.Findings()
		if got := len(fs) > 0; got != (c.count > 0) || got && fs[0].Count != c.count {
			t.Errorf("%s: %+v, want %d names", c.what, fs, c.count)
		}
		kept := int64(0)
		for _, q := range d.heard.domains {
			kept += domainBytes + int64(len(q.names))*nameBytes
			if q.letters != nil {
				kept += letterBytes
			}
		}
		if kept != d.heard.bytes {
			t.Errorf("%s: %d octets are booked, %d are kept", c.what, d.heard.bytes, kept)
		}
	}
}

// TestTunnelCopies: a question that was captured twice was asked once; one that is asked again, or of another type, counts.
func TestTunnelCopies(t *testing.T) {
	for what, c := range map[string]struct {
		apart time.Duration
		qtype uint16
		of    uint64
	}{
		"once":               {-1, 1, 20},
		"a copy of each":     {20 * time.Microsecond, 1, 20},
		"asked again":        {10 * time.Millisecond, 1, 40},
		"of another type":    {20 * time.Microsecond, 28, 40},
		"the clock set back": {-time.Hour, 1, 40},
	} {
		d := New(catalog.Default(), nil, 0)
		for i := range 20 {
			sum := sha256.Sum256(fmt.Append(nil, i))
			name := strings.ToLower(base32.HexEncoding.EncodeToString(sum[:]))[:30] + ".t.example."
			at := int64(time.Minute) * int64(i+1)
			d.Question(netip.MustParseAddr("10.0.0.9"), name, 1, 0, at, uint64(2*i+1))
			if c.apart != -1 {
				d.Question(netip.MustParseAddr("10.0.0.9"), name, c.qtype, 0, at+int64(c.apart), uint64(2*i+2))
			}
		}
		if fs := d.Findings(); len(fs) != 1 || fs[0].Count != 20 || fs[0].Of != c.of {
			t.Errorf("%s: %+v, want 20 names in %d questions", what, fs, c.of)
		}
	}
}

// TestLongNamesThatCarryNothing: services of a domain of Windows, and what a cluster or a cloud calls its own, are asked for by
// long names; as many octets in front of another name are a tunnel.
func TestLongNamesThatCarryNothing(t *testing.T) {
	windows := []string{"_ldap._tcp.%s._sites.dc._msdcs", "_ldap._tcp.dc._msdcs", "_Kerberos._tcp.%s._sites.dc._msdcs", "_kerberos._tcp.dc._msdcs", "_ldap._tcp.pdc._msdcs", "_gc._tcp.%s._sites", "_gc._tcp",
		"_ldap._tcp.%s._sites.gc._msdcs", "_ldap._tcp.gc._msdcs", "_kerberos._tcp", "_kerberos._udp", "_kpasswd._tcp", "_ldap._tcp", "_ldap._tcp.%s._sites", "_kerberos._tcp.%s._sites",
		"_ldap._tcp.6f2a1c3e-88aa-4c1d-9b7e-0c4f5b6a7d8e.domains._msdcs", "_vlmcs._tcp", "_sipinternaltls._tcp", "_autodiscover._tcp", "_ldap._tcp.DomainDnsZones", "_ldap._tcp.ForestDnsZones"}
	coded := func(i, octets int) string {
		sum := sha256.Sum256(fmt.Append(nil, i))
		return strings.ToLower(base32.HexEncoding.EncodeToString(sum[:]))[:octets]
	}
	for _, c := range []struct {
		what  string
		qtype uint16
		name  func(i int) string
		count uint64
	}{
		{"a domain of Windows", 33, func(i int) string {
			return strings.ReplaceAll(windows[i%len(windows)], "%s", "Default-First-Site-Name") + ".corp.example."
		}, 0},
		{"services of a cluster", 1, func(i int) string { return fmt.Sprintf("orders-database-replica-%d.production.svc.cluster.local.", i) }, 0},
		{"machines of a cloud", 1, func(i int) string { return fmt.Sprintf("vm-web-%02d.europe-west1-b.c.my-own-project.internal.", i) }, 0},
		{"keys of senders", 16, func(i int) string { return coded(0, 10) + "._domainkey.s" + fmt.Sprint(i) + ".example.org." }, 0},
		{"data behind an underscore", 16, func(i int) string { return "_" + coded(i, 30) + ".t.example." }, 40},
		{"data before a transport", 16, func(i int) string { return "_" + coded(i, 30) + "._tcp.t.example." }, 40},
		{"data that looks like a service's place", 33, func(i int) string { return "_x._tcp." + coded(i, 30) + ".t.example." }, 40},
		{"data with short names and odd types", 16, func(i int) string { return coded(i, 12) + ".t.example." }, 40},
	} {
		d := New(catalog.Default(), nil, 0)
		for i := range 40 {
			d.Question(netip.MustParseAddr("10.0.0.9"), c.name(i), c.qtype, 0, int64(time.Minute)*int64(i+1), uint64(i+1))
		}
		fs := d.Findings()
		if got := len(fs) > 0; got != (c.count > 0) || got && fs[0].Count != c.count {
			t.Errorf("%s: %+v, want %d names", c.what, fs, c.count)
		}
	}
}
