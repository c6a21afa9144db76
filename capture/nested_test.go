package capture

import (
	"runtime/debug"
	"testing"
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
