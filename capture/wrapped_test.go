package capture

import (
	"encoding/binary"
	"testing"

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
