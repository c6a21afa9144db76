package doctor

import (
	"net/netip"
	"slices"
	"strings"

	"portero/capture"
)

// maxAsked bounds how many addresses are remembered that were asked for, or were heard, and askedFrames
// how many of the questions are named.
const (
	maxAsked    = 4096
	askedFrames = 2
)

// asked is what is known of an address of the capture's links.
type asked struct {
	heard  bool // it answered, or asked itself
	frames [askedFrames]uint64
}

// ARP takes an ARP packet, the frame of index: an address that was asked for and never answered
// explains a silence.
func (d *Doctor) ARP(a *capture.ARPInfo, index uint64) {
	d.ARPs++
	who, whom := netip.AddrFrom4(a.SenderIP), netip.AddrFrom4(a.TargetIP)
	// Who announces its own address, or looks whether one is free before taking it (RFC 5227), waits for no answer.
	if a.Op == 1 && whom != who && !who.IsUnspecified() {
		d.asks(whom, index)
	}
	// Whoever answers is there, and so is whoever asks.
	d.hears(who)
}

// Neighbour takes a neighbour solicitation or advertisement with what follows its first eight octets: what
// ARP is for IPv4 (RFC 4861, section 4.3 and 4.4). What no receiver takes (section 7.1) counts for nothing.
func (d *Doctor) Neighbour(p *capture.Packet, b []byte) {
	if p.TTL != 255 || p.Bits&capture.BadSum != 0 || len(b) < 16 {
		return
	}
	who, whom := p.SrcAddr(), netip.AddrFrom16([16]byte(b[:16]))
	switch p.ICMPType() {
	case capture.NeighbourSolicitation:
		// Of no address asks who looks whether one is free before taking it (RFC 4862, section 5.4).
		if !who.IsUnspecified() && who != whom && !whom.IsMulticast() {
			d.asks(whom, p.Index)
		}
		d.hears(who)
	case capture.NeighbourAdvertisement:
		d.hears(who)
		d.hears(whom)
	}
}

func (d *Doctor) asks(a netip.Addr, index uint64) {
	k, ok := d.asked[a]
	if !ok && len(d.asked) >= maxAsked {
		return
	}
	for i, f := range k.frames {
		if f == 0 {
			k.frames[i] = index
			break
		}
	}
	if d.asked == nil {
		d.asked = map[netip.Addr]asked{}
	}
	d.asked[a] = k
}

func (d *Doctor) hears(a netip.Addr) {
	k, ok := d.asked[a]
	if k.heard || a.IsUnspecified() || !ok && len(d.asked) >= maxAsked {
		return
	}
	if d.asked == nil {
		d.asked = map[netip.Addr]asked{}
	}
	k.heard = true
	d.asked[a] = k
}

// Unreachable reports by which protocol a was asked for on its link, "ARP" or "NDP", where neither answer nor question
// of its own is in the capture, and the first frames that ask. Else how is "".
func (d *Doctor) Unreachable(a netip.Addr) (how string, frames []uint64) {
	k, ok := d.asked[a.Unmap()]
	if !ok || k.heard {
		return "", nil
	}
	for _, f := range k.frames {
		if f != 0 {
			frames = append(frames, f)
		}
	}
	if a.Unmap().Is4() {
		return "ARP", frames
	}
	return "NDP", frames
}

// silent tells of a capture in which nothing got farther than a question by ARP: there is no
// connection in it that could say that somebody tried. Where there are connections it is left out:
// on a switch answers to others are not seen, and addresses that nobody has are asked for all day.
func (d *Doctor) silent(n *notes, t Totals) {
	if t.Flows > 0 {
		return
	}
	var who []netip.Addr
	for a, k := range d.asked {
		if !k.heard && a.Is4() {
			who = append(who, a)
		}
	}
	if len(who) == 0 {
		return
	}
	slices.SortFunc(who, netip.Addr.Compare)
	names := []string{}
	for _, a := range who[:min(len(who), 3)] {
		names = append(names, a.String())
	}
	list := text{strings.Join(names, ", "), strings.Join(names, ", ")}
	if more := len(who) - len(names); more > 0 {
		rest := both(" and %d more", " y %d más", more)
		list = text{list.en + rest.en, list.es + rest.es}
	}
	if t.Private {
		list = some(uint64(len(who)), "%d address", "%d dirección", "%d addresses", "%d direcciones", len(who))
	}
	n.add(false, "arp_unanswered", uint64(len(who)), 0, text{"asked for by ARP, and no answer is in it: " + list.en, "preguntado por ARP, y sin respuesta en ella: " + list.es},
		text{"nobody can connect without one: off, in another network, or answered out of sight", "sin respuesta nadie puede conectar: apagado, en otra red, o contestó fuera de la vista"})
}
