package main

import (
	"errors"
	"io/fs"
	"net/netip"

	"github.com/spf13/pflag"

	"portero/internal/engine"
	"portero/internal/findings"
	"portero/internal/record"
	"portero/internal/who"
)

// whoFlags say where addresses are registered.
type whoFlags struct{ mmdb []string }

func (w *whoFlags) register(fs *pflag.FlagSet) {
	fs.StringSliceVar(&w.mmdb, "mmdb", nil, "databases in MaxMind's format that tell the country and the AS of addresses (several, joined by commas)")
}

// identities is what is known of who is behind addresses.
type identities struct {
	watch  who.Watch
	places *who.Places
}

// identify makes an analysis learn who is who, and tell d what it asks. Call it
// before open, and close afterwards.
func (w *whoFlags) identify(opt *engine.Options, d *findings.Detector) (*identities, error) {
	p, err := who.OpenPlaces(w.mmdb)
	if pe := (*fs.PathError)(nil); errors.As(err, &pe) {
		return nil, &exitError{status(err), errors.New("--mmdb: " + explainOpen(err))}
	}
	if err != nil {
		return nil, usage("--mmdb: " + err.Error())
	}
	id := &identities{places: p}
	if d != nil {
		id.watch.Tell = d
	}
	opt.Hear, opt.Wants, opt.ARP = id.watch.Packet, who.Wants, id.watch.ARP
	judge := opt.Judge
	opt.Judge = func(r *record.Record) {
		id.fill(&r.Orig)
		id.fill(&r.Resp)
		if judge != nil {
			judge(r)
		}
	}
	return id, nil
}

// fill adds to one end of a fresh record who is behind its address.
func (id *identities) fill(s *record.Side) {
	if id.watch.Empty() && id.places.Empty() {
		return
	}
	h, p := id.of(s.Addr)
	s.MAC, s.Vendor, s.Name = h.MAC.String(), h.MAC.Vendor(), h.Name
	s.Country, s.ASN, s.ASOrg = p.Country, p.ASN, p.ASOrg
}

func (id *identities) of(a netip.Addr) (h who.Host, p who.Place) {
	return id.watch.Of(a), id.places.Of(a)
}

func (id *identities) close() { id.places.Close() }
