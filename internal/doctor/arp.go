package doctor

import (
	"net/netip"
	"slices"
	"strings"

	"portero/capture"
)

// maxARP bounds how many addresses are remembered that were asked for, or were heard.
const maxARP = 4096

// ARP takes an ARP packet: an address that was asked for and never answered
// explains a silence.
func (d *Doctor) ARP(a *capture.ARPInfo, _ uint64) {
	d.ARPs++
	if d.arpAsked == nil {
		d.arpAsked = map[[4]byte]bool{}
	}
	// Who announces its own address, or looks whether one is free before taking it (RFC 5227), waits for no answer.
	if a.Op == 1 && a.TargetIP != a.SenderIP && a.SenderIP != [4]byte{} {
		if _, ok := d.arpAsked[a.TargetIP]; !ok && len(d.arpAsked) < maxARP {
			d.arpAsked[a.TargetIP] = false
		}
	}
	// Whoever answers is there, and so is whoever asks.
	if _, ok := d.arpAsked[a.SenderIP]; ok || len(d.arpAsked) < maxARP {
		d.arpAsked[a.SenderIP] = true
	}
}

// ARPFailed reports whether a was asked for by ARP and did not answer.
func (d *Doctor) ARPFailed(a netip.Addr) bool {
	if !a.Unmap().Is4() {
		return false
	}
	answered, asked := d.arpAsked[a.Unmap().As4()]
	return asked && !answered
}

// silent tells of a capture in which nothing got farther than a question by ARP: there is no
// connection in it that could say that somebody tried. Where there are connections it is left out:
// on a switch answers to others are not seen, and addresses that nobody has are asked for all day.
func (d *Doctor) silent(n *notes, t Totals) {
	if t.Flows > 0 {
		return
	}
	var who []netip.Addr
	for a, answered := range d.arpAsked {
		if !answered {
			who = append(who, netip.AddrFrom4(a))
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
