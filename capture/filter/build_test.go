package filter

import "encoding/binary"

// The frames of the unit tests, built octet by octet so that an error in the
// compiler cannot hide in a decoder.

// eth puts an Ethernet header before payload.
func eth(typ uint16, payload []byte) []byte {
	b := []byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1}
	return append(binary.BigEndian.AppendUint16(b, typ), payload...)
}

// ip4 is an IPv4 header with payload, from 10.0.0.1 to 10.0.0.2.
func ip4(proto byte, frag uint16, payload []byte) []byte {
	b := []byte{0x45, 0, 0, 0, 0, 1, byte(frag >> 8), byte(frag), 64, proto, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2}
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)+len(payload)))
	return append(b, payload...)
}

// ip6 is an IPv6 header with payload, from 2001:db8::1 to 2001:db8::2.
func ip6(next byte, payload []byte) []byte {
	b := make([]byte, 40)
	b[0], b[6], b[7] = 0x60, next, 64
	binary.BigEndian.PutUint16(b[4:], uint16(len(payload)))
	copy(b[8:], []byte{0x20, 0x01, 0x0d, 0xb8})
	copy(b[24:], []byte{0x20, 0x01, 0x0d, 0xb8})
	b[23], b[39] = 1, 2
	return append(b, payload...)
}

// l4 begins a transport header; flags count for TCP.
func l4(src, dst uint16, flags byte) []byte {
	b := make([]byte, 20)
	binary.BigEndian.PutUint16(b, src)
	binary.BigEndian.PutUint16(b[2:], dst)
	b[12], b[13] = 0x50, flags
	return b
}

// tcp4 is an Ethernet frame of n octets with a SYN.
func tcp4(src, dst uint16, n int) []byte {
	return pad(eth(etherIP, ip4(6, 0, l4(src, dst, 2))), n)
}

func pad(b []byte, n int) []byte {
	for len(b) < n {
		b = append(b, 0)
	}
	return b
}

// tag puts a VLAN tag before an EtherType and payload.
func tag(id, typ uint16, payload []byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, id)
	return append(binary.BigEndian.AppendUint16(b, typ), payload...)
}

// arp is a request from 10.0.0.1 for 10.0.0.2.
func arp() []byte {
	return []byte{0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 10, 0, 0, 2}
}

// wlanData is an 802.11 data frame to the distribution system with LLC and SNAP.
func wlanData(qos bool, typ uint16, payload []byte) []byte {
	b := make([]byte, 24)
	b[0], b[1] = 0x08, 0x01
	copy(b[4:], []byte{2, 0, 0, 0, 0, 9})  // BSSID
	copy(b[10:], []byte{2, 0, 0, 0, 0, 1}) // source
	copy(b[16:], []byte{2, 0, 0, 0, 0, 2}) // destination
	if qos {
		b[0] = 0x88
		b = append(b, 0, 0)
	}
	b = append(b, 0xaa, 0xaa, 3, 0, 0, 0)
	return append(binary.BigEndian.AppendUint16(b, typ), payload...)
}

// radiotap puts a header with nothing in it before b.
func radiotap(b []byte) []byte { return append([]byte{0, 0, 8, 0, 0, 0, 0, 0}, b...) }

// geneve is an Ethernet frame with Geneve of network vni and one option word
// around inner.
func geneve(vni uint32, typ uint16, inner []byte) []byte {
	g := []byte{1, 0, byte(typ >> 8), byte(typ), byte(vni >> 16), byte(vni >> 8), byte(vni), 0, 0, 0, 0, 0}
	udp := append(l4(9, genevePort, 0)[:8], append(g, inner...)...)
	return eth(etherIP, ip4(17, 0, udp))
}
