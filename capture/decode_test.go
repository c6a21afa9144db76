package capture

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// ether builds an Ethernet frame; checksums and lengths are filled in.
func ether(t testing.TB, ls ...gopacket.SerializableLayer) []byte {
	t.Helper()
	var n gopacket.NetworkLayer
	for _, l := range ls {
		switch x := l.(type) {
		case *layers.IPv4:
			n = x
		case *layers.IPv6:
			n = x
		case *layers.TCP:
			x.SetNetworkLayerForChecksum(n)
		case *layers.UDP:
			x.SetNetworkLayerForChecksum(n)
		}
	}
	b := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, ls...); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var (
	macA, macB = []byte{2, 0, 0, 0, 0, 1}, []byte{2, 0, 0, 0, 0, 2}
	ipA, ipB   = []byte{192, 0, 2, 1}, []byte{198, 51, 100, 2}
)

func eth(t layers.EthernetType) *layers.Ethernet {
	return &layers.Ethernet{SrcMAC: macA, DstMAC: macB, EthernetType: t}
}

func ip4(p layers.IPProtocol) *layers.IPv4 {
	return &layers.IPv4{Version: 4, TTL: 64, Id: 77, Protocol: p, SrcIP: ipA, DstIP: ipB}
}

func syn() *layers.TCP {
	return &layers.TCP{SrcPort: 40000, DstPort: 443, Seq: 0xffffffff, SYN: true, Window: 64240, Options: []layers.TCPOption{
		{OptionType: layers.TCPOptionKindMSS, OptionLength: 4, OptionData: []byte{5, 0xb4}},
		{OptionType: layers.TCPOptionKindSACKPermitted, OptionLength: 2},
		{OptionType: layers.TCPOptionKindWindowScale, OptionLength: 3, OptionData: []byte{7}}}}
}

func decode1(t testing.TB, l LinkType, b []byte) (*Packet, Outcome, *Decoder, *Paths) {
	t.Helper()
	paths := NewPaths()
	d := NewDecoder(paths, 1)
	var p Packet
	f := Frame{Data: b, WireLen: uint32(len(b)), Link: l, Index: 1}
	o := d.Decode(&f, &p)
	return &p, o, d, paths
}

func TestDecodeSYN(t *testing.T) {
	p, o, _, _ := decode1(t, LinkEthernet, ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), syn()))
	if o != OK || p.SrcPort != 40000 || p.DstPort != 443 || p.Flags != SYN || p.Seq != 0xffffffff || p.MSS != 1460 || p.WScale != 7 ||
		p.Opts != OptMSS|OptSACKOK|OptWScale || p.PayloadLen != 0 || p.Bits != 0 || p.IPID != 77 || p.SrcAddr().String() != "192.0.2.1" {
		t.Fatalf("%v %+v", o, p)
	}
}

// Every tunnel shows the inner packet and names itself.
func TestTunnels(t *testing.T) {
	inner := func() []gopacket.SerializableLayer {
		return []gopacket.SerializableLayer{&layers.IPv4{Version: 4, TTL: 64, Protocol: 6, SrcIP: []byte{10, 0, 0, 1}, DstIP: []byte{10, 0, 0, 2}}, syn()}
	}
	innerEth := func() []gopacket.SerializableLayer {
		return append([]gopacket.SerializableLayer{eth(layers.EthernetTypeIPv4)}, inner()...)
	}
	raw := func(ls ...gopacket.SerializableLayer) gopacket.Payload { return gopacket.Payload(ether(t, ls...)) }
	u := func(port layers.UDPPort) *layers.UDP { return &layers.UDP{SrcPort: 5555, DstPort: port} }
	for _, x := range []struct {
		kind  string
		frame []byte
	}{
		{"gre", ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolGRE), gopacket.Payload([]byte{0, 0, 8, 0}), raw(inner()...))},
		{"gre", ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolGRE), gopacket.Payload([]byte{0x20, 0, 0x89, 9, 0, 0, 0, 7, 8, 0, 1, 1, 0, 1, 0, 9}), raw(inner()...))}, // behind a group tag
		{"nvgre", ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolGRE), gopacket.Payload([]byte{0x20, 0, 0x65, 0x58, 0, 1, 2, 0}), raw(innerEth()...))},
		{"erspan", ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolGRE), gopacket.Payload([]byte{0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 0, 0, 1, 0, 0, 0, 0}), raw(innerEth()...))},
		{"ipip", ether(t, eth(layers.EthernetTypeIPv4), ip4(4), raw(inner()...))},
		{"vxlan", ether(t, eth(layers.EthernetTypeIPv4), ip4(17), u(4789), gopacket.Payload([]byte{8, 0, 0, 0, 0, 0, 9, 0}), raw(innerEth()...))},
		{"geneve", ether(t, eth(layers.EthernetTypeIPv4), ip4(17), u(6081), gopacket.Payload([]byte{0, 0, 0x65, 0x58, 0, 0, 9, 0}), raw(innerEth()...))},
		{"mpls", ether(t, eth(layers.EthernetTypeMPLSUnicast), gopacket.Payload([]byte{0, 1, 1, 64}), raw(inner()...))},
		{"gue", ether(t, eth(layers.EthernetTypeIPv4), ip4(17), u(6080), gopacket.Payload([]byte{0, 4, 0, 0}), raw(inner()...))},
		{"gue", ether(t, eth(layers.EthernetTypeIPv4), ip4(17), u(6080), gopacket.Payload([]byte{1, 4, 0, 0, 0, 0, 0, 9}), raw(inner()...))},
		{"gue", ether(t, eth(layers.EthernetTypeIPv4), ip4(17), u(6080), raw(inner()...))},
		{"gre", ether(t, eth(layers.EthernetTypeIPv4), ip4(17), u(6080), gopacket.Payload([]byte{0, 47, 0, 0, 0, 0, 8, 0}), raw(inner()...))},
		{"l2tp", ether(t, eth(layers.EthernetTypeIPv4), ip4(17), u(1701), gopacket.Payload([]byte{0, 3, 0, 0, 0, 0, 0, 9}), raw(innerEth()...))},
		{"l2tp", ether(t, eth(layers.EthernetTypeIPv4), ip4(17), u(1701), gopacket.Payload([]byte{0, 2, 0, 1, 0, 2, 0xff, 3, 0, 0x21}), raw(inner()...))},
	} {
		p, o, _, paths := decode1(t, LinkEthernet, x.frame)
		if o != OK || p.DstPort != 443 || p.SrcAddr().String() != "10.0.0.1" {
			t.Errorf("%s: %v %v > %v:%d", x.kind, o, p.SrcAddr(), p.DstAddr(), p.DstPort)
			continue
		}
		if k := paths.Info(p.Path).Tunnel; len(k) != 1 || k[0] != x.kind {
			t.Errorf("%s is called %v", x.kind, k)
		}
		if p.Bits&(BadSum|PartialSum) != 0 {
			t.Errorf("%s: the inner checksum is called wrong", x.kind)
		}
	}
}

// A port alone makes no tunnel.
func TestTunnelPortWithoutTunnel(t *testing.T) {
	for _, port := range []layers.UDPPort{4789, 8472, 6081, 2152, 1701, 3544, 5072, 6635, 4790, 6080} {
		f := ether(t, eth(layers.EthernetTypeIPv4), ip4(17), &layers.UDP{SrcPort: 40000, DstPort: port}, gopacket.Payload("this is no tunnel at all, only words"))
		if p, o, _, _ := decode1(t, LinkEthernet, f); o != OK || p.Proto != 17 || p.DstPort != uint16(port) {
			t.Errorf("port %d: %v %+v", port, o, p)
		}
	}
}

// A segment that fits no packet of 1500 octets and has a sum that is not its own was put together by a network card.
func TestMergedSum(t *testing.T) {
	for _, c := range []struct {
		n     int
		wrong bool
		want  Bits
	}{{1460, false, 0}, {1460, true, BadSum}, {1461, true, PartialSum | Unchecked}, {9000, true, PartialSum | Unchecked}, {9000, false, 0}} {
		b := ether(t, eth(layers.EthernetTypeIPv4), ip4(6), &layers.TCP{SrcPort: 443, DstPort: 40000, ACK: true}, gopacket.Payload(make([]byte, c.n)))
		if c.wrong {
			b[50] ^= 0x55
		}
		if p, o, _, _ := decode1(t, LinkEthernet, b); o != OK || p.Bits != c.want {
			t.Errorf("%d octets, wrong %v: %v, bits %b, not %b", c.n, c.wrong, o, p.Bits, c.want)
		}
	}
}

// Fourteen octets of TCP are enough for the flags.
func TestSnaplen(t *testing.T) {
	whole := ether(t, eth(layers.EthernetTypeIPv4), ip4(6), syn())
	for n := 0; n <= len(whole); n++ {
		d := NewDecoder(NewPaths(), 1)
		var p Packet
		f := Frame{Data: whole[:n], WireLen: uint32(len(whole)), Link: LinkEthernet}
		o := d.Decode(&f, &p)
		if n >= 34+14 && (o != OK || p.Flags != SYN || p.Bits&NoFlags != 0 || p.PayloadLen != 0) {
			t.Fatalf("%d octets: %v %+v", n, o, p)
		}
		if n >= 34+4 && n < 34+14 && (o != OK || p.Bits&NoFlags == 0 || p.DstPort != 443) {
			t.Fatalf("%d octets: %v %+v", n, o, p)
		}
	}
}

// A copy whose TTL is one lower has the same digest; every other change gives
// another.
func TestDigest(t *testing.T) {
	b := ether(t, eth(layers.EthernetTypeIPv4), ip4(6), syn(), gopacket.Payload("payload of some length"))
	a, _, _, _ := decode1(t, LinkEthernet, b)
	routed := append([]byte(nil), b...)
	routed[22]--
	binary.BigEndian.PutUint16(routed[24:], binary.BigEndian.Uint16(routed[24:])+0x100)
	if p, _, _, _ := decode1(t, LinkEthernet, routed); p.Digest != a.Digest {
		t.Error("the routed copy differs")
	}
	for _, at := range []int{18, 19, 15, 38, 42, 47, 48, 55, 70} {
		c := append([]byte(nil), b...)
		c[at] ^= 0x11
		if p, _, _, _ := decode1(t, LinkEthernet, c); p.Digest == a.Digest {
			t.Errorf("octet %d changed and the digest did not", at)
		}
	}
}

func TestHashIsSymmetricAndSpreads(t *testing.T) {
	for _, seed := range []uint64{0, 1, 0xdeadbeef, 1 << 63} {
		low, high := make([]int, 1024), make([]int, 16)
		seen := map[uint64]bool{}
		n := 0
		for a := range 64 {
			for b := range 16 {
				for port := range 32 {
					src, dst := [16]byte{10: 255, 11: 255, 12: 10, 15: byte(a)}, [16]byte{10: 255, 11: 255, 12: 10, 14: 1, 15: byte(b)}
					h := TupleHash(seed, src, dst, uint16(40000+port), 80, 6, 4)
					if h != TupleHash(seed, dst, src, 80, uint16(40000+port), 6, 4) {
						t.Fatal("not symmetric")
					}
					seen[h] = true
					low[h%1024]++
					high[h>>60]++
					n++
				}
			}
		}
		if len(seen) != n {
			t.Errorf("seed %d: %d of %d hashes are distinct", seed, len(seen), n)
		}
		for _, c := range low {
			if c > 4*n/1024 {
				t.Errorf("seed %d: a bucket of %d where %d are expected", seed, c, n/1024)
			}
		}
		for _, c := range high {
			if c < n/32 || c > n/8 {
				t.Errorf("seed %d: the high bits pile up: %d of %d", seed, c, n)
			}
		}
	}
}

func TestDecodeDoesNotAllocate(t *testing.T) {
	b := ether(t, eth(layers.EthernetTypeIPv4), ip4(6), syn())
	d := NewDecoder(NewPaths(), 1)
	f := Frame{Data: b, WireLen: uint32(len(b)), Link: LinkEthernet}
	var p Packet
	if n := testing.AllocsPerRun(1000, func() { d.Decode(&f, &p) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

// Fragments in any order give the datagram.
func TestReassembly(t *testing.T) {
	whole := ether(t, ip4(17), &layers.UDP{SrcPort: 53, DstPort: 40000}, gopacket.Payload(make([]byte, 3000)))
	var frames [][]byte
	for off := 0; off < len(whole)-20; off += 1480 {
		end := min(off+1480, len(whole)-20)
		h := ip4(17)
		h.FragOffset = uint16(off / 8)
		if end < len(whole)-20 {
			h.Flags = layers.IPv4MoreFragments
		}
		frames = append(frames, ether(t, eth(layers.EthernetTypeIPv4), h, gopacket.Payload(whole[20+off:20+end])))
	}
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 2, 0}, {0, 0, 1, 2}} {
		r := NewReassembler()
		d := NewDecoder(NewPaths(), 1)
		var p Packet
		done := 0
		for _, i := range order {
			f := Frame{Data: frames[i], WireLen: uint32(len(frames[i])), Link: LinkEthernet}
			if o := d.Decode(&f, &p); o != FragmentPart {
				t.Fatal(o)
			}
			for _, g := range r.Add(&d.Frag) {
				if o := d.Datagram(&g, &p); o != OK || p.SrcPort != 53 || p.PayloadLen != 3000 || p.Bits&(BadSum|PartialSum) != 0 || !g.Whole {
					t.Errorf("order %v: %v %+v", order, o, p)
				}
				done++
			}
		}
		if done != 1 {
			t.Errorf("order %v: %d datagrams", order, done)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(uint16(1), ether(f, eth(layers.EthernetTypeIPv4), ip4(6), syn()))
	f.Add(uint16(1), ether(f, eth(layers.EthernetTypeIPv4), ip4(17), &layers.UDP{SrcPort: 1, DstPort: 4789}, gopacket.Payload([]byte{8, 0, 0, 0, 0, 0, 9, 0, 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6, 8, 0, 0x45})))
	for _, ip := range []gopacket.SerializableLayer{ip4(17), &layers.IPv6{Version: 6, NextHeader: 17, SrcIP: hostA[:], DstIP: hostB[:]}} {
		kind := layers.EthernetTypeIPv4
		if ip.LayerType() == layers.LayerTypeIPv6 {
			kind = layers.EthernetTypeIPv6
		}
		f.Add(uint16(1), ether(f, eth(kind), ip, &layers.UDP{SrcPort: 5353, DstPort: 53}, gopacket.Payload("a datagram")))
	}
	for _, link := range []uint16{linkSunATM, 8, 219, linkERF, linkIPNET, 240, 241, linkMPacket, 281, 282, 284, 285, 178, 179, 180, 181, linkEPON, linkDOCSIS} {
		f.Add(link, append([]byte{1, 2, 0, 1, 64, 0, 0, 0, 2, 0}, ether(f, eth(layers.EthernetTypeIPv4), ip4(6), syn())...))
	}
	f.Add(uint16(1), ether(f, eth(0x4305), gopacket.Payload([]byte{0x40, 15, 9, 0, 2, 2, 2, 2, 2, 2}), eth(layers.EthernetTypeIPv4), ip4(6), syn()))
	f.Add(uint16(1), ether(f, eth(layers.EthernetTypeIPv4), ip4(17), &layers.UDP{SrcPort: 1, DstPort: 6080}, gopacket.Payload([]byte{1, 4, 0, 0, 0, 0, 0, 0, 0x45, 0, 0, 20})))
	for _, proto := range []layers.IPProtocol{ProtoDCCP, ProtoUDPLite} {
		f.Add(uint16(1), ether(f, eth(layers.EthernetTypeIPv4), ip4(proto), gopacket.Payload([]byte{4, 0, 8, 0, 5, 0, 1, 2, 1, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1})))
	}
	frame := ether(f, eth(layers.EthernetTypeIPv4), ip4(6), syn())
	for _, b := range [][]byte{rndis(frame, frame), ncm(false, "NCM1", 1, frame, frame), ncm(true, "ncm0", 2, frame, frame, frame), ncm(false, "IPS\x00", 9, frame[14:]), frame, frame[14:]} {
		f.Add(uint16(linkUSBMapped), join(usbmon(64, 3, 0), b))
	}
	for link, head := range map[uint16][]byte{linkAX25: append(make([]byte, 13), 1, 3, 0xcc), linkExported: []byte("\x00\x0c\x00\x02ip\x00\x00\x00\x00"), linkTZSP: {1, 0, 0, 1, 1}, 7: {1, 2, 240}, 106: nil,
		9: {0xff, 3, 0, 0x3d, 0xc0, 0, 0, 1, 0x21}, linkHCI: {2, 11, 0x20, 50, 0, 46, 0, 64, 0, 2, 8, 0}} {
		f.Add(link, join(head, frame[14:]))
	}
	f.Add(uint16(1), ether(f, eth(layers.EthernetTypeIPv4), ip4(17), &layers.UDP{SrcPort: 1, DstPort: 5555}, gopacket.Payload(join([]byte{0x20, 0, 8, 0, 0, 0, 0, 1}, frame[14:]))))
	f.Add(uint16(1), ether(f, eth(layers.EthernetTypeIPv4), ip4(145), gopacket.Payload(join([]byte{0x0f, 0xc2, 2, 1, 0, 0, 1, 255}, frame[14:]))))
	f.Add(uint16(1), ether(f, eth(layers.EthernetTypeIPv4), ip4(143), gopacket.Payload(frame)))
	for _, b := range []string{"\x7a\x33\x06\x9c\x40", "\x7e\x33\xf0\x16\x33\x16\x33\xaa\xfc", "\xc0\xf8\x00\x07\x7e\x33\xe1\x06\x63\x04\x00\x00\x00\x00\xf3\x12\x70\x2c", "\xbf\x10\x07\x08\x11\x12\x50\x01\x7e\x77\xf7\x12"} {
		f.Add(uint16(linkLowPAN), append([]byte("\x41\xdc\x01\xcd\xab\x12\x11\x10\x0f\x0e\x0d\x0c\x0b\x08\x07\x06\x05\x04\x03\x02\x01"), b+"payload, and more"...))
	}
	f.Add(uint16(113), make([]byte, 40))
	f.Add(uint16(127), make([]byte, 60))
	f.Fuzz(func(t *testing.T, link uint16, b []byte) {
		paths := NewPaths()
		fresh, used := NewDecoder(paths, 1), NewDecoder(paths, 1)
		noise := make([]byte, len(b))
		for i := range noise {
			noise[i] = byte(rand.Uint32())
		}
		var p, q Packet
		used.Decode(&Frame{Data: noise, WireLen: uint32(len(noise)), Link: LinkType(link)}, &q)
		fr := Frame{Data: b, WireLen: uint32(len(b)), Link: LinkType(link), Index: 7}
		o := fresh.Decode(&fr, &p)
		if o2 := used.Decode(&fr, &q); o2 != o || p != q {
			t.Fatalf("a used decoder gives another result: %v %v", o, o2)
		}
		if LinkType(link) == LinkEthernet {
			if o2 := longWay(used, &fr, &q); o2 != o || p != q {
				t.Fatalf("the shortcut gives another result: %v %v", o, o2)
			}
		}
		for n := 0; ; n++ {
			if (o == OK || o == More) && int(p.PayloadOff)+int(p.PayloadCap) > len(b) {
				t.Fatalf("payload %d+%d outside %d octets", p.PayloadOff, p.PayloadCap, len(b))
			}
			if o != More && !fresh.Pending() {
				break
			}
			if n > len(b) {
				t.Fatalf("%d packets in %d octets", n, len(b))
			}
			o = fresh.Again(&fr, &p)
		}
		if o == FragmentPart {
			r := NewReassembler()
			fr := fresh.Frag
			for _, g := range append(r.Add(&fr), r.Flush()...) {
				fresh.Datagram(&g, &p)
			}
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	for _, n := range []int{0, 1400} {
		frame := ether(b, eth(layers.EthernetTypeIPv4), ip4(6), &layers.TCP{SrcPort: 40000, DstPort: 443, ACK: true, Window: 100}, gopacket.Payload(make([]byte, n)))
		b.Run(map[int]string{0: "small", 1400: "large"}[n], func(b *testing.B) {
			d := NewDecoder(NewPaths(), 1)
			f := Frame{Data: frame, WireLen: uint32(len(frame)), Link: LinkEthernet}
			var p Packet
			b.SetBytes(int64(len(frame)))
			for b.Loop() {
				d.Decode(&f, &p)
			}
		})
	}
}
