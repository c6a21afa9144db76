// Package doctor says what a capture itself is worth: what was cut, doubled,
// offloaded, reordered or never IP, each with its effect on the verdicts.
package doctor

import (
	"fmt"
	"sort"
	"strings"

	"portero/capture"
)

// Doctor tallies what the frames of a capture show about the capture. The zero
// value is ready; one goroutine owns it.
type Doctor struct {
	Cut, NoFlags, BadSums, PartialSums, BadIPSums, BadHeaders uint64
	Fragments, Orphans                                        uint64
	ARPs                                                      uint64
	Short, Malformed                                          uint64
	notIP                                                     map[string]*count
	unknown                                                   map[capture.LinkType]*count
	arpAsked                                                  map[[4]byte]bool // answered
	first                                                     struct{ cut, badSum, orphan, malformed uint64 }
	partialBy                                                 map[[16]byte]uint64
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
	if b&capture.BadHeader != 0 {
		d.BadHeaders++
	}
	if b&capture.Orphan != 0 {
		d.Orphans++
		mark(&d.first.orphan, p.Index)
	} else if b&capture.Fragment != 0 {
		d.Fragments++
	}
	if b&capture.PartialSum != 0 {
		d.PartialSums++
		if d.partialBy == nil {
			d.partialBy = map[[16]byte]uint64{}
		}
		if _, ok := d.partialBy[p.Src]; ok || len(d.partialBy) < maxKinds {
			d.partialBy[p.Src]++
		}
	}
}

func mark(first *uint64, index uint64) {
	if *first == 0 {
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

// Remark is one line of the doctor's report.
type Remark struct {
	ID       string
	Severity string // info or warning
	Text     string // what was found
	Effect   string // what that does to the verdicts, "" for nothing
	Count    uint64
	Frame    uint64 // the first frame that shows it, 0 none
}

// Totals are what the run knows besides the frames.
type Totals struct {
	Frames, Packets                  uint64
	Backwards, JumpsAhead, JumpsBack uint64
	Duplicates                       uint64
	Flows, OneWay, Midstream, TCP    uint64
	OneSidedVLAN, Reordered          uint64
	Evicted, EvictedHalfOpen         uint64
	Links                            []string
	Problems                         []error
	// Private: name no file and no address.
	Private bool
}

// Remarks are what is worth telling before any statistic, worst first.
func (d *Doctor) Remarks(t Totals) []Remark {
	var rs []Remark
	add := func(warn bool, id string, n, frame uint64, text, effect string) {
		sev := "info"
		if warn {
			sev = "warning"
		}
		rs = append(rs, Remark{ID: id, Severity: sev, Text: text, Effect: effect, Count: n, Frame: frame})
	}
	for _, err := range t.Problems {
		text := err.Error()
		if t.Private {
			text = "a capture is damaged"
		}
		add(true, "damaged", 1, 0, text, "what came before it is all here; connections open at that point may have gone on")
	}
	for _, l := range sortedLinks(d.unknown) {
		c := d.unknown[l]
		add(true, "unknown_link", c.n, c.first, fmt.Sprintf("%s of link type %s, which portero does not decode", frames(c.n), l), "they are in no record")
	}
	if t.Evicted > 0 {
		add(true, "evicted", t.Evicted, 0, fmt.Sprintf("%d connections (%d of them half-open) ended early for lack of memory", t.Evicted, t.EvictedHalfOpen),
			"their records say end_reason resources; give --memory more")
	}
	if t.TCP > 0 && t.OneWay*10 >= t.TCP*9 {
		add(true, "one_direction", t.OneWay, 0, fmt.Sprintf("%d of %d TCP connections show one direction only", t.OneWay, t.TCP), "the capture point sees one side of the wire: such handshakes can be implied, not completed")
	}
	if d.NoFlags > 0 {
		add(true, "flags_cut", d.NoFlags, d.first.cut, fmt.Sprintf("%s cut before the TCP flags", frames(d.NoFlags)), "their handshake is unknown: capture at least 54 bytes a frame (68 with IPv6)")
	} else if d.Cut > 0 {
		add(false, "truncated_packets", d.Cut, d.first.cut, fmt.Sprintf("%s cut by the snapshot length", frames(d.Cut)), "verdicts hold; checksums of these and names in their payload cannot be seen")
	}
	if t.Duplicates > 0 {
		add(false, "duplicates", t.Duplicates, 0, fmt.Sprintf("%s are exact copies", frames(t.Duplicates)), "counted once, and left out of every number below")
	}
	if d.PartialSums > 0 {
		who := make([]string, 0, 4)
		for a := range d.partialBy {
			v := uint8(6)
			if a[10] == 0xff && a[11] == 0xff && a[0] == 0 {
				v = 4
			}
			who = append(who, capture.Addr(a, v).Unmap().String())
		}
		sort.Strings(who)
		more := ""
		if len(who) > 3 {
			more = fmt.Sprintf(" and %d more", len(who)-3)
			who = who[:3]
		}
		by := strings.Join(who, ", ") + more
		if t.Private {
			by = "the capturing host"
		}
		add(false, "offload_checksums", d.PartialSums, 0, fmt.Sprintf("%s carry unfinished checksums: sent by %s, before the network card filled them in", frames(d.PartialSums), by), "none: they count as good")
	}
	if d.BadSums > 0 {
		add(false, "bad_checksums", d.BadSums, d.first.badSum, fmt.Sprintf("%s carry a wrong checksum", frames(d.BadSums)), "left out of a verdict where the same sender's other packets verify")
	}
	if t.JumpsBack > 0 || t.Backwards > t.Frames/100 {
		add(true, "clock_backwards", t.Backwards, 0, fmt.Sprintf("the clock runs backwards %s", times(t.Backwards)), "verdicts go by numbers and order of capture; durations may be wrong")
	}
	if t.JumpsAhead > 0 {
		add(false, "clock_jump", t.JumpsAhead, 0, fmt.Sprintf("the clock jumps ahead by more than 10 s %s", times(t.JumpsAhead)), "silence, or a changed clock: connections may have ended by time")
	}
	if t.Reordered > 0 {
		add(false, "reordered", t.Reordered, 0, fmt.Sprintf("%d connections were captured out of order", t.Reordered), "verdicts hold; round-trip times of these are left empty")
	}
	if t.OneSidedVLAN > 0 {
		add(false, "vlan_one_sided", t.OneSidedVLAN, 0, fmt.Sprintf("%d connections are VLAN-tagged in one direction only", t.OneSidedVLAN), "joined into one each")
	}
	if t.TCP >= 4 && t.Midstream*2 >= t.TCP {
		add(false, "midstream", t.Midstream, 0, fmt.Sprintf("%d of %d TCP connections were open before the capture began", t.Midstream, t.TCP), "their handshake is unknown, not failed")
	}
	if d.Orphans > 0 {
		add(false, "fragments_without_first", d.Orphans, d.first.orphan, fmt.Sprintf("%d fragments came without their first part", d.Orphans), "booked for the pair of hosts, without ports")
	}
	if n := d.Malformed + d.Short; n > 0 {
		add(false, "malformed", n, d.first.malformed, fmt.Sprintf("%s too short or contradicting themselves before the addresses", frames(n)), "they are in no record")
	}
	if len(d.notIP) > 0 {
		names := make([]string, 0, len(d.notIP))
		total, first := uint64(0), uint64(0)
		for s, c := range d.notIP {
			names = append(names, fmt.Sprintf("%s %d", s, c.n))
			total += c.n
			if first == 0 || c.first < first {
				first = c.first
			}
		}
		sort.Strings(names)
		if len(names) > 5 {
			names = append(names[:5], "...")
		}
		add(false, "not_ip", total, first, fmt.Sprintf("%s are not IP: %s", frames(total), strings.Join(names, ", ")), "")
	}
	if len(t.Links) > 1 {
		add(false, "mixed_links", uint64(len(t.Links)), 0, "several link types in one capture: "+strings.Join(t.Links, ", "), "")
	}
	sort.SliceStable(rs, func(i, j int) bool { return rs[i].Severity == "warning" && rs[j].Severity != "warning" })
	return rs
}

func frames(n uint64) string {
	if n == 1 {
		return "1 frame"
	}
	return fmt.Sprintf("%d frames", n)
}

func times(n uint64) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

func sortedLinks(m map[capture.LinkType]*count) []capture.LinkType {
	ls := make([]capture.LinkType, 0, len(m))
	for l := range m {
		ls = append(ls, l)
	}
	sort.Slice(ls, func(i, j int) bool { return ls[i] < ls[j] })
	return ls
}
