package who

import (
	"encoding/binary"
	"net/netip"
	"slices"

	"portero/capture"
)

// MaxName bounds a name, in octets.
const MaxName = 255

const maxHosts = 1 << 16

// MAC is a hardware address, zero where it is not known.
type MAC [6]byte

// Host is what is known of an address.
type Host struct {
	MAC    MAC
	Name   string
	NameBy string // dhcp, mdns, llmnr or netbios
}

// Listener is told what is seen. Strings are valid until the call returns.
type Listener interface {
	// Question: client asked a name server for name, and got size octets back (0 for
	// the question itself).
	Question(client netip.Addr, name string, qtype uint16, size int, at int64, frame uint64)
	// Claim: a machine says that it has an address.
	Claim(addr netip.Addr, mac MAC, at int64, frame uint64)
	// Ask: the machine at sender asks its net by ARP who has target, another address.
	Ask(sender, target netip.Addr, at int64, frame uint64)
	// Answer: by answered a neighbours' question for name (llmnr, netbios), offered an
	// address (dhcp, with an empty name), or is what such an offer names as gateway
	// (router, the same).
	Answer(how string, by netip.Addr, name string, at int64, frame uint64)
}

// Watch learns from packets. The zero value is ready.
type Watch struct {
	Tell  Listener // may be nil
	hosts map[netip.Addr]*Host
	named map[MAC]string // by DHCP, before an address is known
}

// Empty reports whether nothing is known of any address.
func (w *Watch) Empty() bool { return len(w.hosts) == 0 }

// Of returns what is known of an address.
func (w *Watch) Of(a netip.Addr) Host {
	if h := w.hosts[a.Unmap().WithZone("")]; h != nil {
		return *h
	}
	return Host{}
}

// Neighbours returns, in order, the addresses that a machine of the local network said are its own (ARP, NDP, DHCP).
func (w *Watch) Neighbours() (all []netip.Addr) {
	for a, h := range w.hosts {
		if h.MAC != (MAC{}) {
			all = append(all, a)
		}
	}
	slices.SortFunc(all, netip.Addr.Compare)
	return all
}

func (w *Watch) host(a netip.Addr) *Host {
	a = a.Unmap()
	if !a.IsValid() || a.IsUnspecified() || a.IsMulticast() {
		return &Host{}
	}
	h := w.hosts[a]
	if h == nil {
		if w.hosts == nil {
			w.hosts = map[netip.Addr]*Host{}
		}
		h = &Host{}
		if len(w.hosts) < maxHosts {
			w.hosts[a] = h
		}
	}
	return h
}

// ranks of the ways in which a name is told, the surest first.
var ranks = map[string]int{"dhcp": 4, "mdns": 3, "llmnr": 2, "netbios": 1}

func (w *Watch) name(a netip.Addr, name, by string) {
	if name == "" {
		return
	}
	if len(name) > MaxName {
		name = name[:MaxName]
	}
	if h := w.host(a); ranks[by] >= ranks[h.NameBy] {
		h.Name, h.NameBy = name, by
	}
}

func (w *Watch) claim(a netip.Addr, m MAC, at int64, frame uint64) {
	if m == (MAC{}) || m[0]&1 != 0 || a.IsUnspecified() || a.IsMulticast() {
		return // nobody's address: a machine asks whether one is free (RFC 4862)
	}
	h := w.host(a)
	h.MAC = m
	if n := w.named[m]; n != "" && h.Name == "" {
		h.Name, h.NameBy = n, "dhcp"
	}
	if w.Tell != nil {
		w.Tell.Claim(a, m, at, frame)
	}
}

// ARP takes an ARP packet of a frame.
func (w *Watch) ARP(p *capture.ARPInfo, at int64, frame uint64) {
	a := netip.AddrFrom4(p.SenderIP)
	if a.IsUnspecified() {
		return // a probe: the address is not taken yet (RFC 5227)
	}
	w.claim(a, MAC(p.SenderMAC), at, frame)
	// A question for one's own address is none: it tells others where one is.
	if b := netip.AddrFrom4(p.TargetIP); w.Tell != nil && p.Op == 1 && b != a && a.IsGlobalUnicast() && b.IsGlobalUnicast() {
		w.Tell.Ask(a, b, at, frame)
	}
}

// Wants reports whether Packet can learn from p, by its headers alone.
func Wants(p *capture.Packet) bool { return reader(p) != nil }

// Packet takes a packet with the captured part of its payload.
func (w *Watch) Packet(p *capture.Packet, payload []byte) {
	if read := reader(p); read != nil {
		read(w, p, payload)
	}
}

// reader is what reads p, nil where there is nothing to learn.
func reader(p *capture.Packet) func(w *Watch, p *capture.Packet, payload []byte) {
	switch p.Proto {
	case capture.ProtoUDP:
		switch {
		case p.DstPort == 53 || p.SrcPort == 53:
			return (*Watch).dns
		case p.SrcPort == 5353 || p.SrcPort == 5355:
			return (*Watch).neighbours
		case p.SrcPort == 137 || p.DstPort == 137:
			return (*Watch).netbios
		case p.SrcPort == 67 || p.DstPort == 67:
			return (*Watch).dhcp
		}
	case capture.ProtoICMP6:
		if t := p.ICMPType(); t >= 133 && t <= 136 {
			return (*Watch).ndp
		}
	}
	return nil
}

// ndp reads link-layer addresses of neighbour discovery (RFC 4861, section 4).
func (w *Watch) ndp(p *capture.Packet, b []byte) {
	about, want := p.SrcAddr(), byte(1) // source link-layer address
	switch p.ICMPType() {
	case 133: // router solicitation: options follow
	case 134: // router advertisement: two timers come first
		if len(b) < 8 {
			return
		}
		b = b[8:]
	case capture.NeighbourSolicitation, capture.NeighbourAdvertisement:
		if len(b) < 16 {
			return
		}
		if p.ICMPType() == capture.NeighbourAdvertisement {
			about, want = netip.AddrFrom16([16]byte(b[:16])), 2
		}
		b = b[16:]
	}
	for len(b) >= 8 {
		n := int(b[1]) * 8
		if n == 0 || n > len(b) {
			return
		}
		if b[0] == want && n == 8 {
			w.claim(about, MAC(b[2:8]), p.Time, p.Index)
			return
		}
		b = b[n:]
	}
}

const (
	dhcpFixed  = 240 // octets before the options, with the magic (RFC 2131, section 2)
	dhcpMagic  = 0x63825363
	optRouter  = 3
	optName    = 12
	optType    = 53
	optServer  = 54
	dhcpOffer  = 2
	dhcpAck    = 5
	maxPending = 4096
)

func (w *Watch) dhcp(p *capture.Packet, b []byte) {
	if len(b) < dhcpFixed || b[1] != 1 || b[2] != 6 || binary.BigEndian.Uint32(b[236:]) != dhcpMagic {
		return
	}
	var name string
	var kind byte
	var server, router netip.Addr
	for o := b[dhcpFixed:]; len(o) >= 2 && o[0] != 255; {
		if o[0] == 0 {
			o = o[1:]
			continue
		}
		n := int(o[1])
		if 2+n > len(o) {
			break
		}
		v := o[2 : 2+n]
		switch {
		case o[0] == optName:
			name = string(v)
		case o[0] == optType && n == 1:
			kind = v[0]
		case o[0] == optRouter && n >= 4: // the one to prefer comes first (RFC 2132, section 3.5)
			router = netip.AddrFrom4([4]byte(v[:4]))
		case o[0] == optServer && n == 4:
			server = netip.AddrFrom4([4]byte(v))
		}
		o = o[2+n:]
	}
	m := MAC(b[28:34])
	switch b[0] {
	case 1:
		if name != "" {
			// Who asks under ever new addresses must not keep out those who come later.
			if _, known := w.named[m]; w.named == nil || !known && len(w.named) >= maxPending {
				w.named = map[MAC]string{}
			}
			w.named[m] = name
		}
		if a := netip.AddrFrom4([4]byte(b[12:16])); !a.IsUnspecified() {
			w.name(a, name, "dhcp")
		}
	case 2:
		yours := netip.AddrFrom4([4]byte(b[16:20]))
		if kind == dhcpAck && !yours.IsUnspecified() {
			w.claim(yours, m, p.Time, p.Index)
			if n := w.named[m]; n != "" {
				name = n
			}
			w.name(yours, name, "dhcp")
		}
		if (kind == dhcpOffer || kind == dhcpAck) && server.IsValid() && w.Tell != nil {
			w.Tell.Answer("dhcp", server, "", p.Time, p.Index)
			if router.IsValid() {
				w.Tell.Answer("router", router, "", p.Time, p.Index)
			}
		}
	}
}
