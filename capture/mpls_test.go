package capture

import (
	"slices"
	"testing"

	"github.com/google/gopacket/layers"
)

// Under a label stack Ethernet is told from IP and from a control word by what lies in it.
func TestPseudowires(t *testing.T) {
	// So short that its frame is padded, and its length passes for one of 802.3.
	ip := ether(t, ip4(layers.IPProtocolTCP), &layers.TCP{SrcPort: 40000, DstPort: 443, SYN: true})
	six := ip6Packet(hostA, hostB, 6, syn6(t, hostA, hostB))
	padded := func(head []byte, packet []byte) []byte {
		b := join(head, packet)
		return append(b, make([]byte, max(0, 60-len(b)))...)
	}
	unsummed := slices.Clone(ip)
	unsummed[10] ^= 1
	v4, v6, tag, word := []byte{8, 0}, []byte{0x86, 0xdd}, []byte{0x81, 0, 0, 33}, []byte{0, 0, 0, 0}
	overlong := slices.Clone(ip)
	overlong[2]++
	overlong[10]--
	bare := func(p *Packet, paths *Paths) bool { return len(paths.Info(p.Path).VLAN) == 0 }
	tagged := func(p *Packet, paths *Paths) bool { return slices.Equal(paths.Info(p.Path).VLAN, []uint32{33}) }
	for _, macs := range [][]byte{
		{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1},
		{0x48, 0xd7, 5, 0, 0, 1, 0x64, 0, 0, 0, 0, 2},
		{0x64, 0, 0, 0, 0, 2, 0x48, 0xd7, 5, 0, 0, 1},
		{0x48, 0, 0, 40, 0, 1, 0x64, 0, 0, 0, 0, 2}, // as a header of IPv4 with a length that fits
	} {
		for _, c := range []struct {
			name string
			data []byte
			as   func(*Packet, *Paths) bool
		}{
			{"no control word", padded(join(macs, v4), ip), bare},
			{"no control word, IPv6", padded(join(macs, v6), six), bare},
			{"no control word, VLAN", padded(join(macs, tag, v4), ip), tagged},
			{"control word", join(word, padded(join(macs, v4), ip)), bare},
			{"control word, IPv6", join(word, padded(join(macs, v6), six)), bare},
			{"control word, VLAN", join(word, padded(join(macs, tag, v4), ip)), tagged},
			{"IP", ip, bare},
			{"IP that claims more than there is", overlong, bare},
			{"IPv6", six, bare},
		} {
			p, o, _, paths := decode1(t, LinkEthernet, join(macB, macA, []byte{0x88, 0x47, 0, 1, 1, 64}, c.data))
			if o != OK || p.DstPort != 443 || !c.as(p, paths) {
				t.Errorf("%x, %s: %v %+v", macs, c.name, o, p)
			}
		}
	}
	// Where nothing is certain the EtherType counts more than a length.
	data := padded([]byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0}, unsummed)
	if p, o, _, _ := decode1(t, LinkEthernet, join(macB, macA, []byte{0x88, 0x47, 0, 1, 1, 64}, data)); o != OK || p.DstPort != 443 {
		t.Errorf("a wrong IP checksum: %v %+v", o, p)
	}
}
