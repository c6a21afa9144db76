//go:build !386 && !arm && !mips && !mipsle

// What writes databases for the tests does not compile where an int has 32 bits.

package who

import (
	"bytes"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
)

// TestPlaces: two databases, one for countries and one for systems.
func TestPlaces(t *testing.T) {
	write := func(kind string, row mmdbtype.Map) string {
		w, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: kind, RecordSize: 24, IncludeReservedNetworks: true})
		if err != nil {
			t.Fatal(err)
		}
		_, n, _ := net.ParseCIDR("203.0.113.0/24")
		if err := w.Insert(n, row); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if _, err := w.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(t.TempDir(), kind+".mmdb")
		if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	country := write("Country", mmdbtype.Map{"country": mmdbtype.Map{"iso_code": mmdbtype.String("AR")}})
	asn := write("ASN", mmdbtype.Map{"autonomous_system_number": mmdbtype.Uint32(64500), "autonomous_system_organization": mmdbtype.String("Example")})
	p, err := OpenPlaces([]string{country, asn})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	for range 2 { // the second time out of memory
		if got := p.Of(netip.MustParseAddr("::ffff:203.0.113.9")); got != (Place{"AR", 64500, "Example"}) {
			t.Errorf("%+v", got)
		}
	}
	if got := p.Of(netip.MustParseAddr("198.51.100.1")); got != (Place{}) {
		t.Errorf("%+v", got)
	}
	large := write("Both", mmdbtype.Map{"country": mmdbtype.Map{"iso_code": mmdbtype.String(strings.Repeat("A", 1000))}, "registered_country": mmdbtype.Map{"iso_code": mmdbtype.String("UY")},
		"autonomous_system_number": mmdbtype.Uint32(64501), "autonomous_system_organization": mmdbtype.String(strings.Repeat("é", 20000))})
	l, err := OpenPlaces([]string{large})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if got, want := l.Of(netip.MustParseAddr("203.0.113.9")), (Place{"UY", 64501, strings.Repeat("é", 128)}); got != want {
		t.Errorf("%.20s, %d octets of a name", got.Country, len(got.ASOrg))
	}
	// What is remembered of addresses begins anew when it is full.
	clear(l.cache)
	for i := range maxPlaces {
		l.Of(nth(i))
	}
	if len(l.cache) != maxPlaces {
		t.Errorf("%d places are remembered, and there is room for %d", len(l.cache), maxPlaces)
	}
	if l.Of(nth(0)); len(l.cache) != maxPlaces { // one that is known is no further one
		t.Errorf("%d places are remembered after a known one", len(l.cache))
	}
	if l.Of(nth(maxPlaces)); len(l.cache) != 1 {
		t.Errorf("%d places are remembered after one more", len(l.cache))
	}
	if _, err := OpenPlaces([]string{"who_test.go"}); err == nil {
		t.Error("a source file is taken for a database")
	}
}
