package doctor

import (
	"net/netip"

	"portero/capture"
)

// maxARP bounds how many addresses asked for are remembered.
const maxARP = 4096

// ARP takes an ARP packet: an address that was asked for and never answered
// explains a silence.
func (d *Doctor) ARP(a *capture.ARPInfo, _ uint64) {
	d.ARPs++
	if d.arpAsked == nil {
		d.arpAsked = map[[4]byte]bool{}
	}
	switch a.Op {
	case 1:
		if _, ok := d.arpAsked[a.TargetIP]; !ok && len(d.arpAsked) < maxARP {
			d.arpAsked[a.TargetIP] = false
		}
	case 2:
		if _, ok := d.arpAsked[a.SenderIP]; ok {
			d.arpAsked[a.SenderIP] = true
		}
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
