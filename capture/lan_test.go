package capture

import (
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// Links of other local networks, and what vendors wrap around Ethernet, are seen through; what is
// of the network itself is named.
func TestLans(t *testing.T) {
	frame := ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), syn())
	ip := frame[14:]
	snap := join([]byte{0xaa, 0xaa, 3, 0, 0, 0, 8, 0}, ip)
	a, b := []byte{2, 0, 0, 0, 0, 1}, []byte{2, 0, 0, 0, 0, 2}
	bridged := []byte{0x82, 0, 0, 0, 0, 2}
	isl := func(kind byte) []byte {
		return join([]byte{1, 0, 0x0c, 0, 0, kind}, a, []byte{0, 84, 0xaa, 0xaa, 3, 2, 0, 0, 0, 14, 0, 1, 0, 0}, frame, make([]byte, 4))
	}
	radio := func(stations int) (b []byte) {
		for range stations {
			b = append(b, 0x9c, 0x60, 0x86, 0x82, 0x98, 0x98, 0x60)
		}
		b[len(b)-1] |= 1
		return b
	}
	air := join([]byte{8, 1, 0, 0}, a, b, a, []byte{0x10, 0}, snap)
	juniper := func(flags byte, ext ...byte) []byte { return join([]byte{0x4d, 0x47, 0x43, flags}, ext, frame) }
	for _, c := range []struct {
		name string
		link LinkType
		data []byte
		sees bool
		vlan int
	}{
		{"token ring", LinkTokenRing, join([]byte{0x10, 0x40}, a, b, snap), true, 0},
		{"token ring through bridges", LinkTokenRing, join([]byte{0x10, 0x40}, a, bridged, []byte{6, 0, 0, 1, 0, 2}, snap), true, 0},
		{"token ring, of the ring", LinkTokenRing, join([]byte{0x10, 0x00}, a, b, snap), false, 0},
		{"FDDI", LinkFDDI, join([]byte{0x50}, a, b, snap), true, 0},
		{"FDDI, synchronous", LinkFDDI, join([]byte{0xd4}, a, b, snap), true, 0},
		{"FDDI, of the ring", LinkFDDI, join([]byte{0x41}, a, b, snap), false, 0},
		{"ISL", LinkEthernet, isl(0), true, 7},
		{"ISL, token ring inside", LinkEthernet, isl(0x10), false, 0},
		{"FabricPath", LinkEthernet, join(a, b, []byte{0x89, 3, 0, 0x60}, frame), true, 0},
		{"TRILL", LinkEthernet, join(a, b, []byte{0x22, 0xf3, 0, 0x3f, 0, 1, 0, 2}, frame), true, 0},
		{"TRILL with options", LinkEthernet, join(a, b, []byte{0x22, 0xf3, 0, 0x7f, 0, 1, 0, 2, 0, 0, 0, 0}, frame), true, 0},
		{"Juniper", linkJuniper, juniper(0), true, 0},
		{"Juniper with extensions", linkJuniper, juniper(0x80, 0, 3, 1, 1, 1), true, 0},
		{"Juniper without a link", linkJuniper, join([]byte{0x4d, 0x47, 0x43, 2, 0, 0, 8, 0}, ip), false, 0},
		{"Juniper without a link, IP", linkJuniper, join([]byte{0x4d, 0x47, 0x43, 2, 2, 0, 0, 0}, ip), true, 0},
		{"Juniper without a link, with extensions, MPLS", linkJuniper, join([]byte{0x4d, 0x47, 0x43, 0x82, 0, 3, 1, 1, 1, 5, 0, 0, 0, 0, 1, 1, 64}, ip), true, 0},
		{"Juniper without a link, cut", linkJuniper, []byte{0x4d, 0x47, 0x43, 2, 2, 0, 0, 0}, false, 0},
		{"Juniper, PPP", 179, join([]byte{0x4d, 0x47, 0x43, 0, 0xff, 3, 0, 0x21}, ip), true, 0},
		{"Juniper, frame relay", 180, join([]byte{0x4d, 0x47, 0x43, 0, 0x18, 0x41, 3, 0xcc}, ip), true, 0},
		{"Juniper, Cisco HDLC", 181, join([]byte{0x4d, 0x47, 0x43, 0x81, 0, 2, 1, 1, 0x0f, 0, 8, 0}, ip), true, 0},
		{"EPON", linkEPON, join([]byte{0x55, 0x55, 0xd5, 0x55, 0x55, 0, 1, 0x9c}, frame), true, 0},
		{"DOCSIS", linkDOCSIS, join([]byte{0, 0, 0, 54, 0, 0}, frame), true, 0},
		{"DOCSIS with an extension", linkDOCSIS, join([]byte{1, 5, 0, 59, 0x34, 1, 0, 0, 0, 0, 0}, frame), true, 0},
		{"DOCSIS, enciphered", linkDOCSIS, join([]byte{1, 5, 0, 59, 0x34, 1, 0x80, 0, 0, 0, 0}, frame), false, 0},
		{"DOCSIS, of the modem", linkDOCSIS, join([]byte{0xc2, 0, 0, 54, 0, 0}, frame), false, 0},
		{"DOCSIS, cut in the extension", linkDOCSIS, []byte{1, 5, 0, 59, 0x30, 0x30}, false, 0},
		{"Juniper without its number", linkJuniper, join([]byte{0, 0, 0, 0}, frame), false, 0},
		{"enc, big endian", linkENC, join([]byte{0, 0, 0, 2}, make([]byte, 8), ip), true, 0},
		{"enc, little endian", linkENC, join([]byte{2, 0, 0, 0}, make([]byte, 8), ip), true, 0},
		{"SunATM, LLC", linkSunATM, join([]byte{0x82, 0, 0, 33}, snap), true, 0},
		{"SunATM, LAN emulation", linkSunATM, join([]byte{1, 0, 0, 33, 0, 9}, frame), true, 0},
		{"SunATM, signalling", linkSunATM, join([]byte{6, 0, 0, 5}, snap), false, 0},
		{"sniffed elsewhere", linkTZSP, join([]byte{1, 0, 0, 1, 0, 10, 1, 7, 1}, frame), true, 0},
		{"sniffed elsewhere, tags without end", linkTZSP, join([]byte{1, 0, 0, 1, 10, 250}, frame), false, 0},
		{"AX.25", linkAX25, join(radio(2), []byte{3, 0xcc}, ip), true, 0},
		{"AX.25 through all the stations there may be, in a connection", linkAX25, join(radio(10), []byte{0x22, 0xcc}, ip), true, 0},
		{"AX.25 with KISS, to be answered", 202, join([]byte{0}, radio(3), []byte{0x13, 0xcc}, ip), true, 0},
		{"AX.25 through more stations than there may be", linkAX25, join(radio(11), []byte{3, 0xcc}, ip), false, 0},
		{"AX.25 without a sender", linkAX25, join(radio(1), []byte{3, 0xcc}, ip), false, 0},
		{"AX.25, text", linkAX25, join(radio(2), []byte{3, 0xf0}, ip), false, 0},
		{"AX.25, supervision", linkAX25, join(radio(2), []byte{1, 0xcc}, ip), false, 0},
		{"ARCNET", 7, join([]byte{1, 2, 212, 0, 0, 9}, ip), true, 0},
		{"ARCNET, of RFC 1051", 7, join([]byte{1, 2, 240}, ip), true, 0},
		{"ARCNET, a piece", 7, join([]byte{1, 2, 212, 1, 0, 9}, ip), false, 0},
		{"ARCNET of Linux", 129, join([]byte{1, 2, 0, 0, 212, 0, 0, 9}, ip), true, 0},
		{"IP over ATM", 106, ip, true, 0},
		{"IP over ATM with LLC", 106, snap, true, 0},
		{"what Wireshark exported", linkExported, join([]byte{0, 20, 0, 4, 1, 2, 3, 4, 0, 12, 0, 4}, []byte("ip\x00\x00"), []byte{0, 0, 0, 0}, ip), true, 0},
		{"what Wireshark exported, a frame", linkExported, join([]byte{0, 12, 0, 3}, []byte("eth"), []byte{0, 0, 0, 0}, frame), true, 0},
		{"what Wireshark exported, of another reader", linkExported, join([]byte{0, 12, 0, 4}, []byte("ipx\x00"), []byte{0, 0, 0, 0}, ip), false, 0},
		{"what Wireshark exported, tags without end", linkExported, join([]byte{0, 12, 0, 4}, []byte("ip\x00\x00"), []byte{0, 9, 0xff, 0xff}, ip), false, 0},
		{"cooked, a monitor of 802.11", LinkSLL, join([]byte{0, 0, 3, 0x23, 0, 6}, make([]byte, 10), []byte{0, 0, 8, 0, 0, 0, 0, 0}, air), true, 0},
		{"cooked again, a monitor of 802.11", LinkSLL2, join([]byte{0, 0, 0, 0, 0, 0, 0, 2, 3, 0x23}, make([]byte, 10), []byte{0, 0, 8, 0, 0, 0, 0, 0}, air), true, 0},
		{"cooked, frame relay", LinkSLL, join([]byte{0, 0, 3, 2, 0, 6}, make([]byte, 10), []byte{0x18, 0x41, 3, 0xcc}, ip), true, 0},
		{"a number that is anybody's, frames", 147, frame, true, 0},
		{"a number that is anybody's, packets", 162, ip, true, 0},
		{"a number that nobody has", 40000, frame, true, 0},
		{"a number that is anybody's, a wrong checksum", 147, join(ip[:10], []byte{ip[10] ^ 1}, ip[11:]), false, 0},
		{"a number of what carries no IP", 227, ip, false, 0},
		{"SLIP", 8, join([]byte{0, 0x45}, make([]byte, 14), ip), true, 0},
		{"PPP of pppd, in", 166, join([]byte{0, 3, 0, 0x21}, ip), true, 0},
		{"PPP of pppd, out", 166, join([]byte{1, 3, 0, 0x21}, ip), true, 0},
		{"PPP of pppd, with its address", 166, join([]byte{0xff, 3, 0, 0x21}, ip), true, 0},
		{"IP over Fibre Channel", 122, join(make([]byte, 16), snap), true, 0},
		{"MPLS", 219, join([]byte{0, 1, 1, 64}, ip), true, 0},
		{"ERF, Ethernet", linkERF, join(make([]byte, 8), []byte{2, 4, 0, 92, 0, 0, 0, 74, 0, 0}, frame), true, 0},
		{"ERF with an extension", linkERF, join(make([]byte, 8), []byte{0x82, 4, 0, 100, 0, 0, 0, 74, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0}, frame), true, 0},
		{"ERF, IP", linkERF, join(make([]byte, 8), []byte{22, 4, 0, 76, 0, 0, 0, 60}, ip), true, 0},
		{"ERF, HDLC", linkERF, join(make([]byte, 8), []byte{1, 4, 0, 80, 0, 0, 0, 64, 0x0f, 0, 8, 0}, ip), true, 0},
		{"ERF, its own data", linkERF, join(make([]byte, 8), []byte{27, 4, 0, 76, 0, 0, 0, 60}, ip), false, 0},
		{"ipnet", linkIPNET, join([]byte{1, 2, 0, 0}, make([]byte, 20), ip), true, 0},
		{"ipnet of another version", linkIPNET, join([]byte{2, 2, 0, 0}, make([]byte, 20), ip), false, 0},
		{"netANALYZER", 240, join([]byte{1, 2, 3, 4}, frame), true, 0},
		{"netANALYZER with preamble", 241, join([]byte{1, 2, 3, 4, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0xd5}, frame), true, 0},
		{"mPacket", linkMPacket, join([]byte{0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0xd5}, frame, make([]byte, 4)), true, 0},
		{"mPacket, a part", linkMPacket, join([]byte{0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0xe6}, frame, make([]byte, 4)), false, 0},
		{"Broadcom's tag", 281, join(frame[:12], []byte{0x20, 0, 0, 1}, frame[12:]), true, 0},
		{"Broadcom's tag in front", 282, join([]byte{0x20, 0, 0, 1}, frame), true, 0},
		{"Marvell's tag", 284, join(frame[:12], []byte{0xc0, 0x08, 0, 7}, frame[12:]), true, 0},
		{"Marvell's tag of a VLAN", 284, join(frame[:12], []byte{0xe0, 0x08, 0, 7}, frame[12:]), true, 7},
		{"Marvell's tag with a type", 285, join(frame[:12], []byte{0xda, 0xda, 0, 0, 0xe0, 0x08, 0, 7}, frame[12:]), true, 7},
		{"Marvell's tag, LLC", 284, join(frame[:12], []byte{0xc0, 0x08, 0, 7, 0, byte(len(snap))}, snap), true, 0},
		{"HSR", LinkEthernet, join(a, b, []byte{0x89, 0x2f, 0, 60, 0, 9}, frame[12:]), true, 0},
		{"Cisco's group tag", LinkEthernet, join(a, b, []byte{0x89, 0x09, 1, 1, 0, 1, 0, 5}, frame[12:]), true, 0},
		{"batman, to one", LinkEthernet, join(a, b, []byte{0x43, 5, 0x40, 15, 50, 1}, a, frame), true, 0},
		{"batman, from one", LinkEthernet, join(a, b, []byte{0x43, 5, 0x42, 15, 50, 1}, a, b, []byte{1, 0}, frame), true, 0},
		{"batman, to all", LinkEthernet, join(a, b, []byte{0x43, 5, 0x01, 15, 50, 0, 0, 0, 0, 1}, a, frame), true, 0},
		{"batman, of the mesh", LinkEthernet, join(a, b, []byte{0x43, 5, 0x00, 15, 50, 0}, frame), false, 0},
	} {
		p, o, d, paths := decode1(t, c.link, c.data)
		if got := o == OK && p.SrcPort == 40000 && p.DstPort == 443 && p.Flags == SYN && p.Bits&(BadSum|Overlong) == 0; got != c.sees {
			t.Errorf("%s: outcome %v, %v, %+v", c.name, o, d.Reason, p)
		}
		if v := paths.Info(p.Path).VLAN; c.vlan != 0 && (len(v) != 1 || v[0] != 7) {
			t.Errorf("%s: VLAN %v", c.name, v)
		}
		for n := range c.data {
			decode1(t, c.link, c.data[:n])
		}
	}
	// Frames that hold one another end.
	deep := frame
	for range 100 {
		deep = join(a, b, []byte{0x89, 3, 0, 0x60}, deep)
	}
	if _, o, d, _ := decode1(t, LinkEthernet, deep); o != NotIP || d.Reason.String() != "too many headers" {
		t.Errorf("%v, %v", o, d.Reason)
	}
}

// A sniffer's copies and LISP's packets are seen through, where there is something sound inside.
func TestTZSPAndLISP(t *testing.T) {
	frame := ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), syn())
	air := join([]byte{8, 1, 0, 0, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 3, 0x50, 1, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0}, frame[14:])
	for _, c := range []struct {
		port layers.UDPPort
		data []byte
		sees string
	}{
		{37008, join([]byte{1, 0, 0, 1, 1}, frame), "tzsp"},
		{37008, join([]byte{1, 1, 0, 1, 0, 10, 2, 7, 7, 0, 1}, frame), "tzsp"},
		{37008, join([]byte{1, 0, 0, 18, 1}, air), "tzsp"},
		{37008, join([]byte{1, 4, 0, 1, 1}, frame), ""},
		{37008, join([]byte{1, 0, 0, 1, 10, 250}, frame), ""},
		{37008, join([]byte{1, 0, 0, 1, 1}, frame[14:]), ""},
		{4341, join([]byte{0x80, 0, 0, 1, 0, 0, 0, 1}, frame[14:]), "lisp"},
		{4341, join([]byte{0x88, 0, 0, 1, 0, 0, 7, 1}, frame[14:]), "lisp"},
		{4341, join([]byte{0x80, 0, 0, 1, 0, 0, 0, 1}, frame), ""},
	} {
		p, o, _, paths := decode1(t, LinkEthernet, ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolUDP), &layers.UDP{SrcPort: 5555, DstPort: c.port}, gopacket.Payload(c.data)))
		inside := o == OK && p.DstPort == 443 && p.Proto == ProtoTCP
		kinds := paths.Info(p.Path).Tunnel
		if inside != (c.sees != "") || inside && (len(kinds) != 1 || kinds[0] != c.sees) || !inside && p.DstPort != uint16(c.port) {
			t.Errorf("%d, %x: %v, %v, %+v", c.port, c.data[:8], o, kinds, p)
		}
	}
}

// What an access point and its controller carry for stations is seen through, also where its numbers are
// swapped; what has no packet in it stays theirs.
func TestCAPWAP(t *testing.T) {
	frame := ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), syn())
	wifi := func(fc0, fc1, seq0, seq1 byte) []byte {
		return join([]byte{fc0, fc1, 0, 0, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 3, seq0, seq1, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0}, frame[14:])
	}
	air, ethernet := []byte{0, 0x10, 0x43, 0, 0, 0, 0, 0}, []byte{0, 0x10, 0x42, 0, 0, 0, 0, 0}
	for _, c := range []struct {
		what string
		data []byte
		sees bool
	}{
		{"802.11", join(air, wifi(8, 1, 0x10, 1)), true},
		{"802.11 of another controller, with its numbers swapped", join(air, wifi(1, 8, 1, 0x10)), true},
		{"a longer header", join([]byte{0, 0x20, 0x43, 0x20}, make([]byte, 12), wifi(8, 1, 0x10, 1)), true},
		{"Ethernet", join(ethernet, frame), true},
		{"a beacon", join(air, wifi(0x80, 0, 0x10, 1)), false},
		{"a swapped beacon", join(air, wifi(0, 0x80, 1, 0x10)), false},
		{"the second part of a frame of 802.11", join(air, wifi(8, 1, 0x11, 1)), false},
		{"no version of 802.11", join(air, wifi(9, 1, 0x10, 1)), false},
		{"an unknown kind of radio", join([]byte{0, 0x10, 0x45, 0, 0, 0, 0, 0}, wifi(8, 1, 0x10, 1)), false},
		{"part of a frame", join([]byte{0, 0x10, 0x43, 0x80, 0, 1, 0, 0}, wifi(8, 1, 0x10, 1)), false},
		{"a keep-alive", join([]byte{0, 0x10, 0x43, 8, 0, 0, 0, 0}, wifi(8, 1, 0x10, 1)), false},
		{"DTLS", join([]byte{1, 0, 0, 0, 0x17, 0xfe, 0xfd, 0}, wifi(8, 1, 0x10, 1)), false},
		{"a header that is longer than all", []byte{0, 0xf8, 0x43, 0, 0, 0, 0, 0, 8, 1}, false},
		{"a header that is too short to be one", join([]byte{0, 0x08, 0x43, 0}, wifi(8, 1, 0x10, 1)), false},
		{"no Ethernet", join(ethernet, make([]byte, 60)), false},
	} {
		for _, out := range []bool{true, false} {
			udp := &layers.UDP{SrcPort: 5555, DstPort: 5247}
			if out {
				udp.SrcPort, udp.DstPort = udp.DstPort, udp.SrcPort
			}
			p, o, _, paths := decode1(t, LinkEthernet, ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolUDP), udp, gopacket.Payload(c.data)))
			inside := o == OK && p.DstPort == 443 && p.Proto == ProtoTCP
			kinds := paths.Info(p.Path).Tunnel
			if inside != c.sees || inside && (len(kinds) != 1 || kinds[0] != "capwap") || !inside && (o != OK || p.Proto != ProtoUDP) {
				t.Errorf("%s: %v, %v, %+v", c.what, o, kinds, p)
			}
		}
	}
}

// What `any` captured says of each packet whether this machine sent it, in both of its headers.
func TestCookedDirection(t *testing.T) {
	ip := ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), syn())[14:]
	for kind := range byte(5) { // to us, to all, to many, to another, from us
		for link, head := range map[LinkType][]byte{
			LinkSLL:  join([]byte{0, kind, 0, 1, 0, 6}, make([]byte, 8), []byte{8, 0}),
			LinkSLL2: join([]byte{8, 0, 0, 0, 0, 0, 0, 2, 0, 1, kind, 6}, make([]byte, 8)),
		} {
			p, out, _, _ := decode1(t, link, join(head, ip))
			if out != OK || p.DstPort == 0 || p.Bits&Outgoing != 0 != (kind == 4) {
				t.Errorf("link %d, kind %d: %v, bits %v", link, kind, out, p.Bits)
			}
		}
	}
}
