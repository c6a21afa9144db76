package capture

import (
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/google/gopacket/layers"
)

// DCCP and UDP-Lite name ports, say where their payload begins and how much of it their checksum covers: octets beyond may be
// damaged or cut, and it is right all the same. What no receiver takes is a bad header.
func TestDatagramsCoveredInPart(t *testing.T) {
	carrier := ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), syn())[14:34]
	request := []byte{0xd6, 0xd8, 0x13, 0x89, 5, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 42} // a service code, and no payload
	data := func(cover byte) []byte {
		return append([]byte{0xd6, 0xd8, 0x13, 0x89, 4, cover, 0, 0, 2<<1 | 1, 0, 0, 0, 0, 0, 0, 8}, "twelve bytes"...)
	}
	lite := func(cover uint16) []byte {
		return append([]byte{0xd6, 0xd8, 0x13, 0x89, byte(cover >> 8), byte(cover), 0, 0}, "twelve bytes"...)
	}
	for _, c := range []struct {
		name    string
		proto   uint8
		b       []byte
		covered int // by the sum written, 0: none
		change  int // the octet that is damaged after that, 0: none
		cut     int // octets that the capture lacks
		want    string
	}{
		{"DCCP, a request", ProtoDCCP, request, 20, 0, 0, "55000 5001 0 type 0"},
		{"DCCP, data", ProtoDCCP, data(0), 28, 0, 0, "55000 5001 12 type 2"},
		{"DCCP, damaged", ProtoDCCP, data(0), 28, 27, 0, "55000 5001 12 type 2 bad sum"},
		{"DCCP, the header covered", ProtoDCCP, data(1), 16, 20, 0, "55000 5001 12 type 2"},
		{"DCCP, a word covered", ProtoDCCP, data(2), 20, 20, 0, "55000 5001 12 type 2"},
		{"DCCP, damaged in that word", ProtoDCCP, data(2), 20, 19, 0, "55000 5001 12 type 2 bad sum"},
		{"DCCP, cut behind what is covered", ProtoDCCP, data(2), 20, 0, 8, "55000 5001 12 type 2 cut"},
		{"DCCP, cut in what is covered", ProtoDCCP, data(2), 20, 0, 9, "55000 5001 12 type 2 cut unchecked"},
		{"DCCP, more covered than there is", ProtoDCCP, data(5), 28, 0, 0, "55000 5001 12 type 2 unchecked bad header"},
		{"DCCP, an octet more covered than there is", ProtoDCCP, data(2)[:19], 19, 0, 0, "55000 5001 3 type 2 unchecked bad header"},
		{"DCCP, a header longer than the packet", ProtoDCCP, append([]byte{0xd6, 0xd8, 0x13, 0x89, 9}, data(0)[5:]...), 28, 0, 0, "55000 5001 0 type 2 unchecked bad header"},
		{"DCCP, an acknowledgement without room for its number", ProtoDCCP, []byte{0xd6, 0xd8, 0x13, 0x89, 4, 0, 0, 0, 3<<1 | 1, 0, 0, 0, 0, 0, 0, 8}, 16, 0, 0, "55000 5001 0 type 3 unchecked bad header"},
		{"DCCP, cut behind the ports", ProtoDCCP, data(0), 28, 0, 22, "55000 5001 16 cut unchecked"},
		{"DCCP, only ports", ProtoDCCP, data(0)[:4], 0, 0, 0, "55000 5001 0 unchecked bad header"},
		{"DCCP, not even ports", ProtoDCCP, data(0)[:3], 0, 0, 0, "0 0 3 unchecked no ports"},
		{"UDP-Lite", ProtoUDPLite, lite(0), 20, 0, 0, "55000 5001 12"},
		{"UDP-Lite, damaged", ProtoUDPLite, lite(0), 20, 19, 0, "55000 5001 12 bad sum"},
		{"UDP-Lite, the header covered", ProtoUDPLite, lite(8), 8, 8, 0, "55000 5001 12"},
		{"UDP-Lite, damaged in what is covered", ProtoUDPLite, lite(9), 9, 8, 0, "55000 5001 12 bad sum"},
		{"UDP-Lite, cut behind what is covered", ProtoUDPLite, lite(8), 8, 0, 12, "55000 5001 12 cut"},
		{"UDP-Lite, without a checksum, which it has to have", ProtoUDPLite, lite(8), 0, 0, 0, "55000 5001 12 bad sum"},
		{"UDP-Lite, less covered than the header", ProtoUDPLite, lite(7), 8, 0, 0, "55000 5001 12 unchecked bad header"},
		{"UDP-Lite, more covered than there is", ProtoUDPLite, lite(21), 20, 0, 0, "55000 5001 12 unchecked bad header"},
		{"UDP-Lite, only ports", ProtoUDPLite, lite(0)[:4], 0, 0, 0, "55000 5001 0 unchecked bad header"},
		{"UDP-Lite, not even ports", ProtoUDPLite, lite(0)[:3], 0, 0, 0, "0 0 3 unchecked no ports"},
	} {
		b := append([]byte(nil), c.b...)
		if c.covered > 0 {
			var pseudo []byte
			pseudo = append(pseudo, carrier[12:20]...)
			pseudo = binary.BigEndian.AppendUint16(append(pseudo, 0, c.proto), uint16(len(b)))
			var sum uint32
			all := append(pseudo, b[:c.covered]...)
			if len(all)%2 == 1 {
				all = append(all, 0)
			}
			for i := 0; i < len(all); i += 2 {
				sum += uint32(binary.BigEndian.Uint16(all[i:]))
			}
			for sum > 0xffff {
				sum = sum>>16 + sum&0xffff
			}
			binary.BigEndian.PutUint16(b[6:], ^uint16(sum))
		}
		if c.change > 0 {
			b[c.change] ^= 1
		}
		h := append([]byte(nil), carrier...)
		h[9] = c.proto
		binary.BigEndian.PutUint16(h[2:], uint16(20+len(b)))
		frame := Frame{Data: append(h, b[:len(b)-c.cut]...), WireLen: uint32(20 + len(b)), Link: LinkRaw, Index: 1}
		var p Packet
		out := NewDecoder(NewPaths(), 1).Decode(&frame, &p)
		got := fmt.Sprint(p.SrcPort, p.DstPort, p.PayloadLen)
		if typ, ok := p.DCCP(); ok && c.proto == ProtoDCCP {
			got += fmt.Sprint(" type ", uint8(typ))
		}
		for _, x := range []struct {
			bit  Bits
			word string
		}{{Cut, " cut"}, {Unchecked, " unchecked"}, {BadSum, " bad sum"}, {BadHeader, " bad header"}, {NoPorts, " no ports"}} {
			if p.Bits&x.bit != 0 {
				got += x.word
			}
		}
		if out != OK || got != c.want {
			t.Errorf("%s: %v, %q, want %q", c.name, out, got, c.want)
		}
	}
}

// What has no ports and looks the same both ways, with the same IP id, was sent by both: neither is a copy of the other.
func TestSameBothWays(t *testing.T) {
	h := ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), syn())[14:34]
	h[9] = 89
	binary.BigEndian.PutUint16(h[2:], 44)
	back := append([]byte(nil), h...)
	copy(back[12:], h[16:20])
	copy(back[16:], h[12:16])
	var digests [3]uint64
	for i, b := range [...][]byte{h, back, h} {
		p, o, _, _ := decode1(t, LinkRaw, append(append([]byte(nil), b...), make([]byte, 24)...))
		if digests[i] = p.Digest; o != OK || p.Bits&NoPorts == 0 {
			t.Fatal(o, p)
		}
	}
	if digests[0] == digests[1] || digests[0] != digests[2] {
		t.Errorf("%x", digests)
	}
}
