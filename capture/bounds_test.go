package capture

import (
	"bytes"
	"slices"
	"testing"
)

// A packet is found behind so many headers of each kind and no more: each is a call or a step, and a frame of 16 MB has
// room for a million.
func TestDepthIsBounded(t *testing.T) {
	udp := []byte{0x9c, 0x40, 0x30, 0x39, 0, 8, 0, 0}
	ip := func(proto byte, b []byte) []byte {
		n := 20 + len(b)
		return append([]byte{0x45, 0, byte(n >> 8), byte(n), 0, 1, 0, 0, 64, proto, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2}, b...)
	}
	ip6 := func(proto byte, b []byte) []byte {
		h := make([]byte, 40)
		h[0], h[4], h[5], h[6], h[7], h[23], h[39] = 0x60, byte(len(b)>>8), byte(len(b)), proto, 64, 1, 2
		return append(h, b...)
	}
	frame := func(typ uint16, b []byte) []byte {
		return append([]byte{2, 2, 2, 2, 2, 2, 4, 4, 4, 4, 4, 4, byte(typ >> 8), byte(typ)}, b...)
	}
	packet := ip(17, udp)
	for name, x := range map[string]struct {
		inner func() []byte                // what the first header of the kind holds
		wrap  func(b []byte, i int) []byte // i headers of the kind are around b
		outer func(b []byte) []byte
		most  int
	}{
		"IP in IP":     {nil, func(b []byte, _ int) []byte { return ip(4, b) }, func(b []byte) []byte { return frame(0x0800, b) }, 16},
		"IPv6 in IPv6": {func() []byte { return ip6(17, udp) }, func(b []byte, _ int) []byte { return ip6(41, b) }, func(b []byte) []byte { return frame(0x86dd, b) }, 16},
		"GRE":          {nil, func(b []byte, _ int) []byte { return ip(47, append([]byte{0, 0, 8, 0}, b...)) }, func(b []byte) []byte { return frame(0x0800, b) }, 16},
		"NSH over IP":  {nil, func(b []byte, _ int) []byte { return ip(145, append([]byte{0x0f, 0xc2, 2, 1, 0, 0, 1, 255}, b...)) }, func(b []byte) []byte { return frame(0x0800, b) }, 16},
		"SRv6":         {func() []byte { return ip6(17, udp) }, func(b []byte, _ int) []byte { return ip6(143, frame(0x86dd, b)) }, func(b []byte) []byte { return frame(0x86dd, b) }, 16},
		"VLAN": {func() []byte { return append([]byte{8, 0}, packet...) }, func(b []byte, i int) []byte { return append([]byte{0x81, 0, 0, byte(i)}, b...) },
			func(b []byte) []byte { return append([]byte{2, 2, 2, 2, 2, 2, 4, 4, 4, 4, 4, 4}, b...) }, 15},
		"MPLS": {nil, func(b []byte, i int) []byte {
			bottom := byte(0)
			if i == 0 {
				bottom = 1
			}
			return append([]byte{0, 1, bottom, 64}, b...)
		}, func(b []byte) []byte { return frame(0x8847, b) }, 16},
		"MAC in MAC": {func() []byte { return frame(0x0800, packet) }, func(b []byte, _ int) []byte { return frame(0x88e7, append([]byte{0, 0, 0, 1}, b...)) }, slices.Clone[[]byte], 16},
		"FabricPath": {func() []byte { return frame(0x0800, packet) }, func(b []byte, _ int) []byte { return frame(0x8903, append([]byte{0, 0}, b...)) }, slices.Clone[[]byte], 16},
		"TRILL":      {func() []byte { return frame(0x0800, packet) }, func(b []byte, _ int) []byte { return frame(0x22f3, append([]byte{0, 0, 0, 1, 0, 2}, b...)) }, slices.Clone[[]byte], 16},
		"Authentication Headers": {nil, func(b []byte, i int) []byte {
			next := byte(17)
			if i > 0 {
				next = 51
			} else {
				b = udp
			}
			return append(append([]byte{next, 4, 0, 0}, make([]byte, 20)...), b...)
		}, func(b []byte) []byte {
			if bytes.Equal(b, packet) {
				return frame(0x0800, b)
			}
			return frame(0x0800, ip(51, b))
		}, 16},
	} {
		b := packet
		if x.inner != nil {
			b = x.inner()
		}
		for i := range 20 {
			p, out, _, _ := decode1(t, LinkEthernet, x.outer(b))
			if i == 0 {
				b = x.wrap(b, i) // without any it may be another kind of frame
				continue
			}
			if found := out == OK && p.Proto == ProtoUDP && p.DstPort == 12345; found != (i <= x.most) {
				t.Errorf("%s: the packet behind %d headers is found: %v (%v, protocol %d)", name, i, found, out, p.Proto)
			}
			b = x.wrap(b, i)
		}
	}
}

// Each bound of what strangers may leave open is reached and not passed.
func TestBoundsOfReassembly(t *testing.T) {
	part := func(id uint32, off, n int, more bool) *IPFragment {
		return &IPFragment{ID: id, Ver: 4, Proto: ProtoUDP, Off: off, Len: n, More: more, Data: make([]byte, n)}
	}
	r, open, octets := NewReassembler(), 0, 0
	for i := range uint32(maxDatagrams + 5) {
		r.Add(part(i, 0, 8, true))
		open = max(open, len(r.order))
	}
	if open != maxDatagrams {
		t.Errorf("%d datagrams were open at once, and there is room for %d", open, maxDatagrams)
	}
	r = NewReassembler()
	for i := range uint32(600) {
		r.Add(part(i, 0, 60_000, true))
		octets = max(octets, r.bytes)
	}
	// What is over the bound gives way when the next comes.
	if octets <= maxFragmentBytes || octets > maxFragmentBytes+60_000+partCost+8 {
		t.Errorf("%d octets were held, and there is room for %d", octets, maxFragmentBytes)
	}
	r = NewReassembler()
	for i := range maxFragments + 5 {
		r.Add(part(1, 8*i, 8, true))
	}
	for range maxParts {
		r.Add(part(1, 0, 8, true))
	}
	if g := r.order[0]; len(g.parts) != maxFragments || len(g.refs) != maxParts {
		t.Errorf("%d parts and %d frames of one datagram are kept, and there is room for %d and %d", len(g.parts), len(g.refs), maxFragments, maxParts)
	}
	r = NewReassembler()
	for i := range uint32(maxComplete + 1) {
		r.Add(part(i, 8, 8, false))
		if got := r.Add(part(i, 0, 8, true)); len(got) != 1 || !got[0].Whole {
			t.Fatalf("datagram %d: %+v", i, got)
		}
	}
	for i := range uint32(maxComplete + 1) {
		got := r.Add(part(i, 0, 8, true))
		if known := len(got) == 1; known != (i > 0) {
			t.Errorf("a copy of a part of datagram %d of %d is known: %v", i, maxComplete, known)
		}
	}
}
