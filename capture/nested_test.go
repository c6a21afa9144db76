package capture

import (
	"math/bits"
	"runtime/debug"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// Headers that hold one another are followed to some depth, not as far as the stack goes.
func TestNestedLinks(t *testing.T) {
	defer debug.SetMaxStack(debug.SetMaxStack(1 << 20))
	snap := []byte{0xaa, 0xaa, 3, 0, 0, 0, 0x88, 0x70}
	bridged := []byte{0xaa, 0xaa, 3, 0, 0x80, 0xc2, 0, 7, 2, 2, 2, 2, 2, 2, 4, 4, 4, 4, 4, 4, 0, 0}
	// An A-MSDU of subframes that are no packets.
	sub := append([]byte{2, 2, 2, 2, 2, 2, 4, 4, 4, 4, 4, 4, 0, 8}, 0xaa, 0xaa, 3, 0, 0, 0, 0x99, 0x99, 0, 0)
	for name, x := range map[string]struct {
		link LinkType
		head []byte
		part []byte
	}{
		"SNAP in SNAP":           {100, nil, snap},
		"Ethernet in bridged":    {100, nil, bridged},
		"subframes of an A-MSDU": {105, []byte{0x88, 1, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 0, 0, 0x80, 0}, sub},
	} {
		b := append([]byte(nil), x.head...)
		for len(b) < 4<<20 {
			b = append(b, x.part...)
		}
		var p Packet
		d := NewDecoder(NewPaths(), 1)
		if out := d.Decode(&Frame{Data: b, WireLen: uint32(len(b)), Link: x.link}, &p); out == OK {
			t.Errorf("%s: taken for a packet", name)
		}
	}
}

// What an IP header claims beyond the end of its frame is no payload.
func TestOverlong(t *testing.T) {
	ip := []byte{0x45, 0, 0xea, 0x60, 0, 1, 0, 0, 64, 6, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2}
	tcp := []byte{0x9c, 0x40, 0, 80, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x10, 1, 0, 0, 0, 0, 0, 'a', 'b', 'c'}
	b := append(append([]byte{2, 2, 2, 2, 2, 2, 4, 4, 4, 4, 4, 4, 8, 0}, ip...), tcp...)
	d := NewDecoder(NewPaths(), 1)
	for _, x := range []struct {
		wire, cap int
		held      uint32
		bits      Bits
	}{{len(b), len(b), 3, Overlong}, {len(b) + 10, len(b), 13, Overlong}, {14 + 60000, len(b), 59960, Cut}} {
		var p Packet
		if out := d.Decode(&Frame{Data: b[:x.cap], WireLen: uint32(x.wire), Link: LinkEthernet}, &p); out != OK {
			t.Fatal(out)
		}
		if p.Held() != x.held || p.Bits&(Overlong|Cut) != x.bits || p.PayloadLen != 59960 {
			t.Errorf("%d octets on the wire: %d held, %#x, %d", x.wire, p.Held(), p.Bits, p.PayloadLen)
		}
	}
}

// Nor is it where the packet is a fragment, whole or alone.
func TestOverlongFragment(t *testing.T) {
	ip := []byte{0x45, 0, 0xea, 0x60, 0, 1, 0x20, 0, 64, 17, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2}
	udp := []byte{0x9c, 0x40, 0, 80, 0xff, 0xff, 0, 0, 'a', 'b', 'c'}
	b := append(append([]byte{2, 2, 2, 2, 2, 2, 4, 4, 4, 4, 4, 4, 8, 0}, ip...), udp...)
	d := NewDecoder(NewPaths(), 1)
	for _, x := range []struct{ wire, cap, len int }{{len(b), len(b), 11}, {len(b) + 10, len(b), 21}, {14 + 60000, len(b), 59980}, {20, len(b), 11}} {
		var p Packet
		if out := d.Decode(&Frame{Data: b[:x.cap], WireLen: uint32(x.wire), Link: LinkEthernet}, &p); out != FragmentPart || d.Frag.Len != x.len {
			t.Errorf("%d octets on the wire: %v, %d octets", x.wire, out, d.Frag.Len)
		}
	}
	r := NewReassembler()
	var p Packet
	d.Decode(&Frame{Data: b, WireLen: uint32(len(b)), Link: LinkEthernet}, &p)
	r.Add(&d.Frag)
	for _, g := range r.Flush() {
		if out := d.Datagram(&g, &p); out != OK || p.PayloadLen != 3 {
			t.Errorf("%v, %d octets of payload", out, p.PayloadLen)
		}
	}
}

// The checksum of a segment whose frame is shorter than its lengths say may prove which length it was sent
// with. A header that is longer than the frame proves nothing: there would be less than no payload.
func TestDamagedLength(t *testing.T) {
	for _, x := range []struct{ header, sum, payload int }{{20, 30, 10}, {28, 28, 0}, {60, 30, 20}} {
		b := ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), &layers.TCP{SrcPort: 1, DstPort: 2, ACK: true}, gopacket.Payload("ten octets"))
		ip, tcp := b[14:34], b[34:]
		be.PutUint16(ip[2:], 100)
		tcp[12] = byte(x.header/4) << 4
		be.PutUint16(tcp[16:], 0)
		p := Packet{Ver: 4}
		copy(p.Src[12:], ip[12:16])
		copy(p.Dst[12:], ip[16:20])
		s, c := bits.Add64(sum64(tcp[:x.sum], 0), pseudo(&p, ProtoTCP, uint32(x.sum)), 0)
		le.PutUint16(tcp[16:], ^fold(s+c))
		got, o, _, _ := decode1(t, LinkEthernet, b)
		if bad := x.header <= len(tcp); o != OK || int(got.PayloadLen) != x.payload || (got.Bits&BadSum != 0) != bad || got.Bits&Overlong == 0 {
			t.Errorf("a header of %d octets: %v, %d octets, %b", x.header, o, got.PayloadLen, got.Bits)
		}
	}
}
