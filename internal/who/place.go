package who

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"strings"

	"github.com/oschwald/maxminddb-golang/v2"
)

// Place is where an address is registered, by databases that the user supplied.
type Place struct {
	Country string // ISO 3166-1, two letters
	ASN     uint32
	ASOrg   string
}

// Places are databases in MaxMind's format.
type Places struct {
	dbs   []*maxminddb.Reader
	cache map[netip.Addr]Place
}

const (
	maxPlaces = 1 << 16
	maxOrg    = 256 // octets of a name; a database may have many more, for each address
)

// OpenPlaces opens databases; several are asked in turn, for country and for AS.
func OpenPlaces(names []string) (*Places, error) {
	p := &Places{cache: map[netip.Addr]Place{}}
	for _, n := range names {
		db, err := maxminddb.Open(n)
		if err != nil {
			p.Close()
			if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
				return nil, err // it names the file, and is no matter of its format
			}
			return nil, fmt.Errorf("%s: no database in MaxMind's format", n) // err says that again, or where its parts lie
		}
		p.dbs = append(p.dbs, db)
	}
	return p, nil
}

// Close lets go of the databases.
func (p *Places) Close() {
	for _, db := range p.dbs {
		// Nothing was written: there is nothing to lose.
		_ = db.Close()
	}
}

// Empty reports whether there are no databases.
func (p *Places) Empty() bool { return len(p.dbs) == 0 }

// Of returns what the databases say of an address.
func (p *Places) Of(a netip.Addr) Place {
	if len(p.dbs) == 0 {
		return Place{}
	}
	a = a.Unmap().WithZone("")
	if pl, ok := p.cache[a]; ok {
		return pl
	}
	var out Place
	for _, db := range p.dbs {
		var row struct {
			Country struct {
				ISO string `maxminddb:"iso_code"`
			} `maxminddb:"country"`
			Registered struct {
				ISO string `maxminddb:"iso_code"`
			} `maxminddb:"registered_country"`
			ASN uint32 `maxminddb:"autonomous_system_number"`
			Org string `maxminddb:"autonomous_system_organization"`
		}
		// A row that cannot be read is one that says nothing.
		if err := db.Lookup(a).Decode(&row); err != nil {
			continue
		}
		for _, iso := range []string{row.Country.ISO, row.Registered.ISO} {
			if out.Country == "" && code(iso) {
				out.Country = iso
			}
		}
		if out.ASN == 0 {
			out.ASN, out.ASOrg = row.ASN, strings.ToValidUTF8(row.Org[:min(len(row.Org), maxOrg)], "")
		}
	}
	if len(p.cache) >= maxPlaces {
		clear(p.cache)
	}
	p.cache[a] = out
	return out
}

// code reports whether s has the form of a country's code.
func code(s string) bool {
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}
