package capture

import (
	"encoding/binary"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// What a network of Bluetooth devices carries is seen through, whole or in its first piece, and nothing that only looks like it.
func TestBluetooth(t *testing.T) {
	frame := ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), syn())
	ip, six := frame[14:], ip6Packet(hostA, hostB, 6, syn6(t, hostA, hostB))
	a, b := []byte{2, 0, 0, 0, 0, 1}, []byte{2, 0, 0, 0, 0, 2}
	// A packet of the controller in pieces of at most size octets, the first of which is returned.
	acl := func(channel, size int, parts ...[]byte) []byte {
		data := join(parts...)
		all := binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint16(nil, uint16(len(data))), uint16(channel))
		all = append(all, data...)
		all = all[:min(len(all), size)]
		return join([]byte{0x0b, 0x20, byte(len(all)), byte(len(all) >> 8)}, all)
	}
	later := func(b []byte) []byte { return join([]byte{b[0], 0x10}, b[2:]) }
	h4 := func(b []byte) []byte { return join([]byte{2}, b) }
	way := func(b []byte) []byte { return join([]byte{0, 0, 0, 1, 2}, b) }
	four := []byte{2, 8, 0}
	for _, c := range []struct {
		name string
		link LinkType
		data []byte
		sees bool
	}{
		{"neither address", linkHCI, h4(acl(0x41, 999, four, ip)), true},
		{"with where it goes", linkHCIWay, way(acl(0x41, 999, four, ip)), true},
		{"of the monitor, sent", linkHCIMonitor, join([]byte{0, 0, 0, 4}, acl(0x41, 999, four, ip)), true},
		{"of the monitor, received", linkHCIMonitor, join([]byte{0, 0, 0, 5}, acl(0x41, 999, four, ip)), true},
		{"of the monitor, an event", linkHCIMonitor, join([]byte{0, 0, 0, 3}, acl(0x41, 999, four, ip)), false},
		{"both addresses", linkHCI, h4(acl(0x41, 999, []byte{0}, a, b, []byte{8, 0}, ip)), true},
		{"one", linkHCI, h4(acl(0x41, 999, []byte{3}, a, []byte{8, 0}, ip)), true},
		{"the other, with extensions", linkHCI, h4(acl(0x41, 999, []byte{0x84}, a, []byte{8, 0, 0x80, 2, 1, 1, 0, 1, 9}, ip)), true},
		{"extensions without end", linkHCI, h4(acl(0x41, 999, []byte{0x82, 8, 0, 0x80, 255}, ip)), false},
		{"IPv6", linkHCI, h4(acl(0x7f, 999, []byte{2, 0x86, 0xdd}, six)), true},
		{"IPv6 that says it is IPv4", linkHCI, h4(acl(0x7f, 999, four, six)), false},
		{"control", linkHCI, h4(acl(0x41, 999, []byte{1, 8, 0}, ip)), false},
		{"a channel of its own", linkHCI, h4(acl(1, 999, four, ip)), false},
		{"an event", linkHCI, join([]byte{4}, acl(0x41, 999, four, ip)), false},
		{"a later piece", linkHCI, h4(later(acl(0x41, 999, four, ip))), false},
		{"something behind it", linkHCI, h4(acl(0x41, 999, four, ip, []byte{0})), false},
		{"a checksum that is wrong", linkHCI, h4(acl(0x41, 999, four, ip[:10], []byte{ip[10] ^ 1}, ip[11:])), false},
	} {
		p, o, d, _ := decode1(t, c.link, c.data)
		if got := o == OK && p.DstPort == 443 && p.Bits&(Cut|Overlong|BadSum) == 0; got != c.sees {
			t.Errorf("%s: %v, %v, %+v", c.name, o, d.Reason, p)
		}
		if !c.sees && (o != NotIP || d.Reason.String() != c.link.String()) {
			t.Errorf("%s: %v, %v", c.name, o, d.Reason)
		}
		for n := range c.data {
			decode1(t, c.link, c.data[:n])
		}
	}
	long := ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), syn(), gopacket.Payload(make([]byte, 600)))[14:]
	for _, c := range []struct {
		name string
		link LinkType
		data []byte
	}{
		{"Bluetooth", linkHCI, h4(acl(0x41, 300, four, long))},
		{"multilink PPP", LinkPPP, join([]byte{0xff, 3, 0, 0x3d, 0x80, 0, 0, 1, 0x21}, long[:300])},
	} {
		p, o, _, _ := decode1(t, c.link, c.data)
		if o != OK || p.DstPort != 443 || p.PayloadLen != 600 || p.Bits&(Cut|Overlong) != Cut || p.WireLen != uint32(len(c.data)) {
			t.Errorf("%s, a first piece: %v, %+v", c.name, o, p)
		}
	}
}
