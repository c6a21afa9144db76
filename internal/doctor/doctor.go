// Package doctor says what a capture itself is worth: what was cut, doubled,
// offloaded, reordered or never IP, each with its effect on the verdicts.
package doctor

import (
	"net/netip"

	"portero/capture"
)

// Doctor tallies what the frames of a capture show about the capture. The zero
// value is ready; one goroutine owns it.
type Doctor struct {
	Cut, NoFlags, BadSums, PartialSums, BadIPSums, Overlong uint64
	Merged                                                  uint64 // put together by a network card, with the checksum of a part
	Fragments, Orphans                                      uint64
	ARPs                                                    uint64
	Short, Malformed                                        uint64
	notIP                                                   map[string]*count
	unknown                                                 map[capture.LinkType]*count
	asked                                                   map[netip.Addr]asked
	first                                                   struct{ cut, badSum, orphan, malformed, overlong, merged uint64 }
	partialBy                                               map[[16]byte]uint64
}

type count struct {
	n, first uint64
}

// the most distinct things kept of each kind; more are counted together
const maxKinds = 64

// Packet takes a packet with a remark.
func (d *Doctor) Packet(p *capture.Packet) {
	b := p.Bits
	if b&capture.Cut != 0 {
		d.Cut++
		mark(&d.first.cut, p.Index)
	}
	if b&capture.NoFlags != 0 {
		d.NoFlags++
	}
	if b&capture.BadSum != 0 {
		d.BadSums++
		mark(&d.first.badSum, p.Index)
	}
	if b&capture.BadIPSum != 0 {
		d.BadIPSums++
	}
	if b&capture.Overlong != 0 {
		d.Overlong++
		mark(&d.first.overlong, p.Index)
	}
	if b&capture.Orphan != 0 {
		d.Orphans++
		mark(&d.first.orphan, p.Index)
	} else if b&capture.Fragment != 0 {
		d.Fragments++
	}
	if b&(capture.PartialSum|capture.Unchecked) == capture.PartialSum|capture.Unchecked {
		d.Merged++
		mark(&d.first.merged, p.Index)
	} else if b&capture.PartialSum != 0 {
		d.PartialSums++
		if d.partialBy == nil {
			d.partialBy = map[[16]byte]uint64{}
		}
		if _, ok := d.partialBy[p.Src]; ok || len(d.partialBy) < maxKinds {
			d.partialBy[p.Src]++
		}
	}
}

// Cuts takes n packets of which nothing else is to be said than that the snaplen
// cut them; index is that of the first.
func (d *Doctor) Cuts(n, index uint64) {
	if n > 0 {
		d.Cut += n
		mark(&d.first.cut, index)
	}
}

func mark(first *uint64, index uint64) {
	if *first == 0 || index < *first {
		*first = index
	}
}

// NotIP takes a frame that is no packet.
func (d *Doctor) NotIP(o capture.Outcome, r capture.Reason, f *capture.Frame) {
	switch o {
	case capture.Short:
		d.Short++
	case capture.Malformed:
		d.Malformed++
		mark(&d.first.malformed, f.Index)
	case capture.UnknownLink:
		if d.unknown == nil {
			d.unknown = map[capture.LinkType]*count{}
		}
		c := d.unknown[f.Link]
		if c == nil {
			if len(d.unknown) >= maxKinds {
				return
			}
			c = &count{first: f.Index}
			d.unknown[f.Link] = c
		}
		c.n++
	default:
		if d.notIP == nil {
			d.notIP = map[string]*count{}
		}
		s := r.String()
		c := d.notIP[s]
		if c == nil {
			if len(d.notIP) >= maxKinds {
				s = "other"
			}
			if c = d.notIP[s]; c == nil {
				c = &count{first: f.Index}
				d.notIP[s] = c
			}
		}
		c.n++
	}
}
