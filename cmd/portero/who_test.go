//go:build !386 && !arm && !mips && !mipsle

// What writes databases for the tests does not compile where an int has 32 bits.

package main

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
)

// TestWho: hosts and records tell country and AS of the user's own database, and
// which networks are inside.
func TestWho(t *testing.T) {
	db, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: "Test", RecordSize: 24, IncludeReservedNetworks: true})
	if err != nil {
		t.Fatal(err)
	}
	_, n, _ := net.ParseCIDR("192.0.2.0/24")
	if err := db.Insert(n, mmdbtype.Map{"country": mmdbtype.Map{"iso_code": mmdbtype.String("UY")}, "autonomous_system_number": mmdbtype.Uint32(64501),
		"autonomous_system_organization": mmdbtype.String("Casa \x1b[31m")}); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "x.mmdb")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.WriteTo(f); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct {
		args []string
		want string
	}{
		{[]string{"hosts", "--format", "ndjson", "--mmdb", name, "--local", "192.0.2.0/24", look}, `"inside":true,"country":"UY","asn":64501`},
		{[]string{"hosts", "--format", "ndjson", look}, `"inside":false`},
		{[]string{"hosts", "--lang", "en", "--mmdb", name, look}, "UY"},
		{[]string{"read", "--format", "ndjson", "--mmdb", name, look}, `"orig_country":"UY","resp_country":"UY","orig_asn":64501`},
	} {
		code, out, errs := portero(t, x.args...)
		if code != 0 || !strings.Contains(out, x.want) || strings.Contains(out, "\x1b") {
			t.Errorf("%v: exit status %d, %q is not in %q %q", x.args, code, x.want, out, errs)
		}
	}
	if code, _, errs := portero(t, "hosts", "--mmdb", look, look); code != exitUsage || !strings.Contains(errs, "MaxMind") {
		t.Errorf("a capture is taken for a database: %d %q", code, errs)
	}
}
