package capture

import (
	"encoding/binary"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

func join(parts ...[]byte) (b []byte) {
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

// What is only vouched for, or announced by a number that is each system's own,
// is seen through; what is hidden is named.
func TestWrappedInClear(t *testing.T) {
	frame := ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), syn())
	ip, tcp := frame[14:], frame[34:]
	icv := make([]byte, 16)
	ah := func(next byte) []byte { return join([]byte{next, 4, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1}, icv[:12]) }
	inIP := func(proto byte, body []byte) []byte {
		h := append([]byte(nil), ip[:20]...)
		h[9] = proto
		binary.BigEndian.PutUint16(h[2:], uint16(20+len(body)))
		return join(frame[:14], h, body)
	}
	pktap := make([]byte, 108)
	binary.LittleEndian.PutUint32(pktap, 108)
	binary.LittleEndian.PutUint32(pktap[4:], 1)
	binary.LittleEndian.PutUint32(pktap[8:], 1)
	for _, c := range []struct {
		name string
		link LinkType
		data []byte
		sees bool
	}{
		{"AH, transport", LinkEthernet, inIP(51, join(ah(6), tcp)), true},
		{"AH twice", LinkEthernet, inIP(51, join(ah(51), ah(6), tcp)), true},
		{"AH, tunnel", LinkEthernet, inIP(51, join(ah(4), ip)), true},
		{"AH longer than its packet", LinkEthernet, inIP(51, join([]byte{6, 200}, icv)), false},
		{"MACsec, integrity only", LinkEthernet, join(frame[:12], []byte{0x88, 0xe5, 0x00, 0, 0, 0, 0, 1}, frame[12:], icv), true},
		{"MACsec with SCI", LinkEthernet, join(frame[:12], []byte{0x88, 0xe5, 0x20, 0, 0, 0, 0, 1}, icv[:8], frame[12:], icv), true},
		{"MACsec, encrypted", LinkEthernet, join(frame[:12], []byte{0x88, 0xe5, 0x0c, 0, 0, 0, 0, 1}, frame[12:], icv), false},
		{"PKTAP under user 2", 149, join(pktap, frame), true},
		{"anything under user 2", 149, frame, false},
		{"null with a family of its own", LinkNull, join([]byte{0x0f, 0, 8, 0}, ip), true},
		{"null with an unknown family", LinkNull, join([]byte{0x0f, 0, 8, 0}, []byte("GET / HTTP/1.1, and more of this")), false},
	} {
		p, o, _, _ := decode1(t, c.link, c.data)
		if got := o == OK && p.SrcPort == 40000 && p.DstPort == 443 && p.Flags == SYN; got != c.sees {
			t.Errorf("%s: outcome %v, %+v", c.name, o, p)
		}
	}
}

// VXLAN's reserved bits are ignored on receipt; the P bit names what is inside.
func TestVXLANFlags(t *testing.T) {
	frame := ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), syn())
	for _, c := range []struct {
		port        uint16
		flags, next byte
		inside      []byte
		sees        string
	}{
		{4789, 0x08, 0, frame, "vxlan"}, {4789, 0x0c, 3, frame, "vxlan"}, {4789, 0x0c, 1, frame[14:], "vxlan"}, {4789, 0xff, 0, frame, "vxlan"},
		{4789, 0x0c, 0, frame, "vxlan"}, {4789, 0x04, 3, frame, ""}, {4789, 0x08, 0, frame[14:], ""},
		{4790, 0x0c, 3, frame, "vxlan-gpe"}, {4790, 0x08, 0, frame, "vxlan"}, {4790, 0x08, 0, frame[14:], ""},
	} {
		vx := join([]byte{c.flags, 0, 0, c.next, 0, 0, 7, 0}, c.inside)
		udp := make([]byte, 8)
		binary.BigEndian.PutUint16(udp, 50000)
		binary.BigEndian.PutUint16(udp[2:], c.port)
		binary.BigEndian.PutUint16(udp[4:], uint16(8+len(vx)))
		h := append([]byte(nil), frame[14:34]...)
		h[9] = 17
		binary.BigEndian.PutUint16(h[2:], uint16(20+8+len(vx)))
		p, o, _, paths := decode1(t, LinkEthernet, join(frame[:14], h, udp, vx))
		if got := o == OK && p.Proto == ProtoTCP && p.DstPort == 443; got != (c.sees != "") || got && paths.Info(p.Path).Tunnel[0] != c.sees {
			t.Errorf("port %d flags %#x next %d: outcome %v, %+v, %v", c.port, c.flags, c.next, o, p, paths.Info(p.Path).Tunnel)
		}
	}
}

// What lies in Ethernet lies in a tunnel's Ethernet, too: whatever a frame wears, it is no datagram of the tunnel's port.
func TestFramesInTunnels(t *testing.T) {
	packet := ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), syn())
	macs, ip := packet[:12], packet[14:]
	for _, c := range []struct {
		name  string
		frame []byte
		sees  bool
	}{
		{"VN-Tag", join(macs, []byte{0x89, 0x26, 0, 1, 0, 2, 8, 0}, ip), true},
		{"E-Tag", join(macs, []byte{0x89, 0x3f, 0, 1, 0, 2, 0, 0, 8, 0}, ip), true},
		{"802.1ah", join(macs, []byte{0x88, 0xe7, 0, 0, 0, 9}, packet), true},
		{"HSR", join(macs, []byte{0x89, 0x2f, 0, 60, 0, 1, 8, 0}, ip), true},
		{"a group tag", join(macs, []byte{0x89, 0x09, 1, 1, 0, 1, 0, 9, 8, 0}, ip), true},
		{"NSH", join(macs, []byte{0x89, 0x4f, 0x0f, 0xc2, 2, 1, 0, 0, 7, 255}, ip), true},
		{"FabricPath", join(macs, []byte{0x89, 0x03, 0, 32}, packet), true},
		{"PPP", join(macs, []byte{0x88, 0x0b, 0, 0x21}, ip), true},
		{"PTP", join(macs, []byte{0x88, 0xf7, 0, 2}, make([]byte, 44)), false},
		{"a loop's test", join(macs, []byte{0x90, 0, 0, 0, 1, 0}, make([]byte, 40)), false},
		{"a type that nobody knows", join(macs, []byte{0xe1, 0xe2}, make([]byte, 46)), false},
	} {
		vx := join([]byte{8, 0, 0, 0, 0, 0, 9, 0}, c.frame)
		udp := join([]byte{0xc3, 0x50, 4789 >> 8, 4789 & 255, 0, byte(8 + len(vx)), 0, 0}, vx)
		p, o, why, _ := decode1(t, LinkEthernet, ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolUDP), gopacket.Payload(udp)))
		switch stranger := c.name == "a type that nobody knows"; {
		case c.sees && (o != OK || p.DstPort != 443),
			!c.sees && !stranger && o != NotIP,
			stranger && (o != OK || p.DstPort != 4789):
			t.Errorf("%s: %v (%v), %+v", c.name, o, why, p)
		}
	}
}

// The second fragment of an 802.11 frame is no header, whatever its octets look like; what the first
// lacks is cut, as the others carry it.
func TestFragmentsOnAir(t *testing.T) {
	body := make([]byte, 600)
	frame := ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), syn(), gopacket.Payload(body))
	dgram := ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolUDP), &layers.UDP{SrcPort: 40000, DstPort: 443}, gopacket.Payload(body))
	air := func(fc1, piece byte, qos bool, data []byte) []byte {
		h := []byte{0x08, fc1, 0, 0, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 3, 0x50 | piece, 1}
		if qos {
			h[0] |= 0x80
			h = append(h, 0, 0)
		}
		return join(h, data)
	}
	llc := func(b []byte) []byte { return join([]byte{0xaa, 0xaa, 3, 0, 0, 0, 8, 0}, b[14:]) }
	for _, qos := range []bool{false, true} {
		for _, whole := range [][]byte{llc(frame), llc(dgram)} {
			p, o, _, _ := decode1(t, LinkWiFi, air(0x05, 0, qos, whole[:256]))
			if o != OK || p.SrcPort != 40000 || p.DstPort != 443 || p.PayloadLen != 600 || p.Bits&(Cut|Overlong) != Cut || p.Opts&OptTimestamps != 0 {
				t.Errorf("first piece, %v: %v %+v", qos, o, p)
			}
			if n := len(air(0, 0, qos, whole[:256])); p.WireLen != uint32(n) {
				t.Errorf("%d octets, and there are %d", p.WireLen, n)
			}
			part := append([]byte(nil), whole[:256]...)
			part[14] |= 0x20 // of a datagram in fragments
			if _, o, d, _ := decode1(t, LinkWiFi, air(0x05, 0, qos, part)); o != FragmentPart || d.Frag.WireLen != p.WireLen {
				t.Errorf("a fragment in the first piece: %v, %d octets", o, d.Frag.WireLen)
			}
			for _, b := range [][]byte{whole[256:], whole} {
				if _, o, d, _ := decode1(t, LinkWiFi, air(0x01, 1, qos, b)); o != NotIP || d.Reason.String() != "802.11 fragment" {
					t.Errorf("second piece: %v, %v", o, d.Reason)
				}
			}
			if p, o, _, _ := decode1(t, LinkWiFi, air(0x01, 0, qos, whole[:256])); o != OK || p.Bits&Overlong == 0 {
				t.Errorf("claimed and not there: %v %+v", o, p)
			}
		}
	}
}

// ERSPAN III says whether its frame has its link's header.
func TestERSPANFrameType(t *testing.T) {
	frame := ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), syn())
	for _, c := range []struct {
		kind, sub byte
		inside    []byte
		sees      bool
	}{
		{0, 0, frame, true}, {0, 1, frame, true}, {2, 0, frame[14:], true}, {2, 1, frame[14:], true}, {0, 0, frame[14:], false}, {2, 0, frame, false},
	} {
		h := []byte{0x20, 0, 0, 1, 0, 0, 0, 1, 0, 0, c.kind << 2, c.sub}
		if c.sub != 0 {
			h = append(h, make([]byte, 8)...)
		}
		p, o, _, paths := decode1(t, LinkEthernet, ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolGRE), gopacket.Payload([]byte{0x10, 0, 0x22, 0xeb, 0, 0, 0, 1}), gopacket.Payload(join(h, c.inside))))
		tun := paths.Info(p.Path).Tunnel
		if got := o == OK && p.DstPort == 443 && p.SrcPort == 40000 && len(tun) == 1 && tun[0] == "erspan"; got != c.sees {
			t.Errorf("frame type %d, O bit %d: %v, %v, %+v", c.kind, c.sub, o, tun, p)
		}
	}
}
