package capture

import (
	"encoding/binary"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

var (
	hostA = [16]byte{0x20, 1, 0xd, 0xb8, 15: 1}
	hostB = [16]byte{0x20, 1, 0xd, 0xb8, 15: 2}
)

// ip6Packet is an IPv6 packet whose first header is next.
func ip6Packet(src, dst [16]byte, next byte, body ...[]byte) []byte {
	b := join(body...)
	h := []byte{0x60, 0, 0, 0, byte(len(b) >> 8), byte(len(b)), next, 64}
	return join(h, src[:], dst[:], b)
}

// syn6 is the segment of a SYN from a to b with its checksum.
func syn6(t *testing.T, a, b [16]byte) []byte {
	t.Helper()
	return ether(t, &layers.IPv6{Version: 6, NextHeader: 6, HopLimit: 64, SrcIP: a[:], DstIP: b[:]}, syn())[40:]
}

// destOpts is a destination options header with padding alone.
func destOpts(next byte) []byte { return []byte{next, 0, 1, 4, 0, 0, 0, 0} }

// authenticated is an Authentication Header of 24 octets.
func authenticated(next byte) []byte {
	return append([]byte{next, 4, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1}, make([]byte, 12)...)
}

// pieces cuts what an IP packet of version ver carries into fragments of n octets.
func pieces(ver, proto byte, body []byte, n int) (out [][]byte) {
	for off := 0; off < len(body); off += n {
		part, more := body[off:min(off+n, len(body))], byte(0)
		if off+n < len(body) {
			more = 1
		}
		if ver == 6 {
			out = append(out, ip6Packet(hostA, hostB, 44, []byte{proto, 0, byte(off >> 8), byte(off) | more, 0, 0, 0, 7}, part))
			continue
		}
		h := []byte{0x45, 0, 0, byte(20 + len(part)), 0, 7, more << 5, byte(off / 8), 64, proto, 0, 0}
		h = join(h, ipA, ipB)
		binary.BigEndian.PutUint16(h[10:], ^uint16(0)-ipSum(h))
		out = append(out, join(h, part))
	}
	return out
}

func ipSum(h []byte) uint16 {
	s := fold(sum64(h, 0))
	return s>>8 | s<<8
}

// What fragments put together may begin with headers of its own (RFC 8200, 4.5).
func TestFragmentsOfExtensionHeaders(t *testing.T) {
	six := syn6(t, hostA, hostB)
	four := ether(t, ip4(layers.IPProtocolTCP), syn())[20:]
	for _, c := range []struct {
		name       string
		ver, proto byte
		body       []byte
	}{
		{"destination options", 6, 60, join(destOpts(6), six)},
		{"destination options, in fragments themselves", 6, 60, join(destOpts(60), destOpts(6), six)},
		{"AH over IPv6", 6, 51, join(authenticated(6), six)},
		{"AH over IPv4", 4, 51, join(authenticated(6), four)},
	} {
		r, d := NewReassembler(), NewDecoder(NewPaths(), 1)
		var p Packet
		done := 0
		for _, b := range pieces(c.ver, c.proto, c.body, 8) {
			if o := d.Decode(&Frame{Data: b, WireLen: uint32(len(b)), Link: LinkRaw}, &p); o != FragmentPart {
				t.Fatalf("%s: %v", c.name, o)
			}
			for _, g := range r.Add(&d.Frag) {
				done++
				if o := d.Datagram(&g, &p); o != OK || p.Proto != ProtoTCP || p.DstPort != 443 || p.Bits != Fragment {
					t.Errorf("%s: %v %+v", c.name, o, p)
				}
			}
		}
		if done != 1 {
			t.Errorf("%s: %d datagrams", c.name, done)
		}
	}
}

// Only the first fragment says what a datagram of IPv6 holds; the others may say anything
// (RFC 8200, 4.5), and who hides a connection from who watches will.
func TestFragmentsSayAnything(t *testing.T) {
	whole := pieces(6, 6, syn6(t, hostA, hostB), 16)
	for i := range whole {
		if i > 0 {
			whole[i][40] = byte(100 + i)
		}
	}
	again := append([]byte(nil), whole[len(whole)-1]...)
	for _, order := range [][]int{{0, 1}, {1, 0}} {
		r, d := NewReassembler(), NewDecoder(NewPaths(), 1)
		var got []Packet
		take := func(b []byte) {
			var p Packet
			if o := d.Decode(&Frame{Data: b, WireLen: uint32(len(b)), Link: LinkRaw}, &p); o != FragmentPart {
				t.Fatal(o)
			}
			for _, g := range r.Add(&d.Frag) {
				if o := d.Datagram(&g, &p); o != OK || !g.Whole {
					t.Fatal(o, g.Whole)
				}
				got = append(got, p)
			}
		}
		for _, i := range order {
			take(whole[i])
		}
		take(again) // a copy
		for _, p := range got {
			if p.Proto != ProtoTCP || p.DstPort != 443 || p.Bits != Fragment {
				t.Errorf("%v: %+v", order, p)
			}
		}
		if len(got) != 2 || len(r.Flush()) != 0 {
			t.Errorf("%v: %d datagrams", order, len(got))
		}
	}
}

// An ICMP error belongs to the connection whatever headers the quoted packet has
// before its transport, those of a tunnel too.
func TestQuotedHeaders(t *testing.T) {
	six := syn6(t, hostA, hostB)
	four := ether(t, ip4(layers.IPProtocolTCP), syn())
	inAH := join(four[:20], authenticated(6), four[20:])
	inAH[3], inAH[9] = byte(len(inAH)), 51
	whole6 := ip6Packet(hostA, hostB, 6, six)
	in4 := func(proto byte, body []byte) []byte {
		b := join(four[:12], ipB, ipA, body) // the other way round: as the tunnel runs
		b[3], b[9], b[10], b[11] = byte(len(b)), proto, 0, 0
		binary.BigEndian.PutUint16(b[10:], ^uint16(0)-ipSum(b[:20]))
		return b
	}
	frame := ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), syn())
	datagram := func(port uint16, parts ...[]byte) []byte {
		b := join([]byte{0xd0, 0, byte(port >> 8), byte(port), 0, 0, 0, 0}, join(parts...))
		binary.BigEndian.PutUint16(b[4:], uint16(len(b)))
		return b
	}
	for _, c := range []struct {
		name   string
		quoted []byte
	}{
		{"AH over IPv4", inAH},
		{"AH over IPv6", ip6Packet(hostA, hostB, 51, authenticated(6), six)},
		{"AH and destination options", ip6Packet(hostA, hostB, 51, authenticated(60), destOpts(6), six)},
		{"mobility", ip6Packet(hostA, hostB, 135, destOpts(6), six)},
		{"HIP", ip6Packet(hostA, hostB, 139, destOpts(6), six)},
		{"Shim6", ip6Packet(hostA, hostB, 140, destOpts(6), six)},
		{"IP in IP", in4(4, four)},
		{"IPv6 over IPv4", in4(41, whole6)},
		{"IPv4 over IPv6, behind options", ip6Packet(hostB, hostA, 60, destOpts(4), four)},
		{"GRE", in4(47, join([]byte{0, 0, 8, 0}, four))},
		{"GRE with sum, key and number, IPv6 over IPv6", ip6Packet(hostB, hostA, 47, join([]byte{0xb0, 0, 0x86, 0xdd}, make([]byte, 12)), whole6)},
		{"GRE in IP in IP", in4(4, in4(47, join([]byte{0, 0, 8, 0}, four)))},
		{"NVGRE", in4(47, join([]byte{0x20, 0, 0x65, 0x58, 0, 1, 2, 0}, frame))},
		{"VXLAN", in4(17, datagram(4789, []byte{8, 0, 0, 0, 0, 0, 9, 0}, frame))},
		{"VXLAN with a tag inside", in4(17, datagram(4789, []byte{8, 0, 0, 0, 0, 0, 9, 0}, frame[:12], []byte{0x81, 0, 0, 7}, frame[12:]))},
		{"VXLAN over IPv6", ip6Packet(hostB, hostA, 17, datagram(4789, []byte{8, 0, 0, 0, 0, 0, 9, 0}, frame))},
		{"Geneve with options", in4(17, datagram(6081, []byte{1, 0, 0x65, 0x58, 0, 0, 9, 0, 1, 2, 3, 0}, frame))},
		{"GTP", in4(17, datagram(2152, []byte{0x30, 0xff, 0, 52, 0, 0, 0, 1}, four))},
		{"GTP, version 0", in4(17, datagram(3386, []byte{0x1e, 0xff, 0, 52}, make([]byte, 16), four))},
		{"GTP, IPv6 behind an extension", in4(17, datagram(2152, []byte{0x34, 0xff, 0, 80, 0, 0, 0, 1, 0, 0, 0, 0x85, 1, 0, 1, 0}, whole6))},
		{"VXLAN in GRE", in4(47, join([]byte{0, 0, 8, 0}, in4(17, datagram(4789, []byte{8, 0, 0, 0, 0, 0, 9, 0}, frame))))},
		{"GUE", in4(17, datagram(6080, []byte{0, 4, 0, 0}, four))},
		{"Teredo", in4(17, datagram(3544, whole6))},
	} {
		of, o, _, _ := decode1(t, LinkRaw, c.quoted)
		if o != OK || of.DstPort != 443 {
			t.Fatalf("%s: %v %+v", c.name, o, of)
		}
		unreachable := ip6Packet(hostB, hostA, 58, []byte{1, 1, 0, 0, 0, 0, 0, 0}, c.quoted)
		if c.quoted[0]>>4 == 4 {
			unreachable = join(four[:20], []byte{3, 1, 0, 0, 0, 0, 0, 0}, c.quoted)
			unreachable[3], unreachable[9] = byte(len(unreachable)), 1
		}
		p, o, d, _ := decode1(t, LinkRaw, unreachable)
		if q := d.Quote; o != OK || p.Bits&ICMPError == 0 || q.DstPort != 443 || !q.HasSeq || q.Hash != of.Hash || q.Apart && q.Seg != of.Seg || q.Apart != (of.Seg != 0) || p.Seg != 0 || p.Path != 0 {
			t.Errorf("%s: %v %+v", c.name, o, q)
		}
		// Eight octets of its transport are enough, and none of it says nothing of what is inside.
		short := len(unreachable) - len(six) + 8
		cut := &Frame{Data: unreachable[:short:short], WireLen: uint32(len(unreachable)), Link: LinkRaw}
		if q := d.Quote; d.Decode(cut, p) != OK || d.Quote != q {
			t.Errorf("%s, cut to eight octets: %+v, not %+v", c.name, d.Quote, q)
		}
		for n := range unreachable { // cut anywhere, it is read as far as it goes
			NewDecoder(NewPaths(), 1).Decode(&Frame{Data: unreachable[:n:n], WireLen: uint32(len(unreachable)), Link: LinkRaw}, p)
		}
	}
}

// What an ICMP error says of a copy for a sniffer it does not say of the packet, and of a tunnel's packet of which the
// header alone is quoted nothing more is known.
func TestQuotedOutside(t *testing.T) {
	frame := ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), syn())
	u := func(port layers.UDPPort) *layers.UDP { return &layers.UDP{SrcPort: 5555, DstPort: port} }
	for _, c := range []struct {
		name   string
		quoted []byte
		port   uint16
	}{
		{"ERSPAN", ether(t, ip4(layers.IPProtocolGRE), gopacket.Payload(join([]byte{0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 0, 0, 1, 0, 0, 0, 0}, frame))), 0},
		{"ERSPAN III", ether(t, ip4(layers.IPProtocolGRE), gopacket.Payload(join([]byte{0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0}, frame))), 0},
		{"TZSP", ether(t, ip4(17), u(37008), gopacket.Payload(join([]byte{1, 0, 0, 1, 1}, frame))), 37008},
		{"VXLAN, the header alone", ether(t, ip4(17), u(4789), gopacket.Payload(join([]byte{8, 0, 0, 0, 0, 0, 9, 0}, frame)))[:28], 4789},
		{"VXLAN, without the ports inside", ether(t, ip4(17), u(4789), gopacket.Payload(join([]byte{8, 0, 0, 0, 0, 0, 9, 0}, frame)))[:72], 4789},
		{"no VXLAN", ether(t, ip4(17), u(4789), gopacket.Payload("this is no tunnel at all, only words that somebody sent")), 4789},
	} {
		unreachable := join(frame[14:34], []byte{3, 1, 0, 0, 0, 0, 0, 0}, c.quoted)
		unreachable[3], unreachable[9] = byte(len(unreachable)), 1
		p, o, d, _ := decode1(t, LinkRaw, unreachable)
		if q := d.Quote; o != OK || p.Bits&ICMPError == 0 || p.Tunneled() || q.Apart || q.DstPort != c.port || Addr(q.Dst, q.Ver) != p.DstAddr() {
			t.Errorf("%s: %v %+v", c.name, o, q)
		}
	}
}

// Of a datagram in fragments that came in fragments themselves every frame counts.
func TestFragmentsInFragments(t *testing.T) {
	udp := join([]byte{0x13, 0x88, 0, 53, 0, 48, 0, 0}, make([]byte, 40))
	outer, inner, d := NewReassembler(), NewReassembler(), NewDecoder(NewPaths(), 1)
	var p Packet
	frames, done := 0, 0
	for _, part := range pieces(4, 17, udp, 24) {
		for _, b := range pieces(4, 47, join([]byte{0, 0, 8, 0}, part), 16) {
			frames++
			if o := d.Decode(&Frame{Data: b, WireLen: uint32(len(b)), Link: LinkRaw, Index: uint64(frames)}, &p); o != FragmentPart {
				t.Fatal(o)
			}
			for _, g := range outer.Add(&d.Frag) {
				if o := d.Datagram(&g, &p); o != FragmentPart {
					t.Fatal(o)
				}
				f := d.Frag
				f.Parts = g.Parts
				for _, g := range inner.Add(&f) {
					done++
					if o := d.Datagram(&g, &p); o != OK || p.DstPort != 53 || int(p.Frames) != frames || len(g.Parts) != frames {
						t.Errorf("%d frames: %v %+v of %v", frames, o, p, g.Parts)
					}
				}
			}
		}
	}
	if done != 1 || frames != 6 {
		t.Errorf("%d datagrams of %d frames", done, frames)
	}
}

// A packet on its way through other nodes, and one from a mobile node, is of the
// connection between the ends that its checksum is over.
func TestFinalEnds(t *testing.T) {
	midway, home := [16]byte{0x20, 1, 0xd, 0xb8, 15: 0x99}, [16]byte{0x20, 1, 0xd, 0xb8, 15: 0x55}
	routing := func(typ, left byte, list ...[16]byte) []byte {
		h := []byte{6, byte(2 * len(list)), typ, left, 0, 0, 0, 0}
		for _, a := range list {
			h = append(h, a[:]...)
		}
		return h
	}
	homeOption := func(padding ...byte) []byte { // in a header of 32 octets
		return join([]byte{6, 3}, padding, []byte{0xc9, 16}, home[:], make([]byte, 12-len(padding)))
	}
	for _, c := range []struct {
		name   string
		src    [16]byte // as the segment's checksum has it
		next   byte
		header []byte
	}{
		{"segment routing", hostA, 43, routing(4, 1, hostB)},
		{"segment routing through two", hostA, 43, routing(4, 2, hostB, home, midway)},
		{"type 0", hostA, 43, routing(0, 1, hostB)},
		{"type 0 through two", hostA, 43, routing(0, 2, home, hostB)},
		{"type 2", hostA, 43, routing(2, 1, hostB)},
		{"home address", home, 60, homeOption()},
		{"home address behind padding", home, 60, homeOption(0, 1, 2, 0, 0, 0)},
	} {
		dst := hostB
		if c.next == 43 {
			dst = midway
		}
		b := ip6Packet(hostA, dst, c.next, c.header, syn6(t, c.src, hostB))
		p, o, _, _ := decode1(t, LinkRaw, b)
		if o != OK || p.Src != c.src || p.Dst != hostB || p.Bits != 0 || p.Hash != TupleHash(1, c.src, hostB, 40000, 443, 6, 6) {
			t.Errorf("%s: %v %+v", c.name, o, p)
		}
		e, _, d, _ := decode1(t, LinkRaw, ip6Packet(midway, hostA, 58, []byte{1, 1, 0, 0, 0, 0, 0, 0}, b))
		if e.Bits&ICMPError == 0 || d.Quote.Hash != p.Hash {
			t.Errorf("%s: an error about it quotes %+v", c.name, d.Quote)
		}
		for n := range b { // cut anywhere, it is read as far as it goes
			NewDecoder(NewPaths(), 1).Decode(&Frame{Data: b[:n:n], WireLen: uint32(len(b)), Link: LinkRaw}, p)
		}
	}
	for name, header := range map[string][]byte{
		"no segments left":      routing(4, 0, home),
		"no address in it":      routing(4, 1),
		"no address in type 0":  routing(0, 1),
		"a type of another's":   routing(200, 1, home),
		"a short home address":  {6, 0, 0xc9, 4, 1, 2, 3, 4},
		"an option beyond this": {6, 0, 0xc9, 16, 1, 2, 3, 4},
	} {
		next := byte(43)
		if header[2] == 0xc9 {
			next = 60
		}
		if p, o, _, _ := decode1(t, LinkRaw, ip6Packet(hostA, hostB, next, header, syn6(t, hostA, hostB))); o != OK || p.Src != hostA || p.Dst != hostB {
			t.Errorf("%s: %v %+v", name, o, p)
		}
	}
}

// A packet before and behind a node that it is routed through is the same packet.
func TestDigestOfRoutedSegments(t *testing.T) {
	midway := [16]byte{0x20, 1, 0xd, 0xb8, 15: 0x99}
	digest := func(dst [16]byte, hops, left, flags byte) uint64 {
		h := join([]byte{6, 4, 4, left, 1, flags, 0, 0}, hostB[:], midway[:])
		b := ip6Packet(hostA, dst, 60, destOpts(43), h, syn6(t, hostA, hostB))
		b[7] = hops
		p, o, _, _ := decode1(t, LinkRaw, b)
		if o != OK || p.Dst != hostB || p.Bits != 0 {
			t.Fatalf("%v %+v", o, p)
		}
		return p.Digest
	}
	before := digest(midway, 64, 1, 0)
	if digest(hostB, 63, 0, 0) != before {
		t.Error("the copy behind the node differs")
	}
	if digest(midway, 64, 1, 1) == before {
		t.Error("other flags in the header and the digest is the same")
	}
}

// A packet that IPv4's options route through other hosts first is of the connection with the last of them: its checksum is
// over that one, and an error about it too.
func TestFinalEndOfSourceRoute(t *testing.T) {
	frame := ether(t, ip4(layers.IPProtocolTCP), syn())
	ip, tcp := frame[:20], frame[20:]
	midway := []byte{192, 0, 2, 99}
	packet := func(dst []byte, options ...byte) []byte {
		for len(options)%4 != 0 {
			options = append(options, 0)
		}
		h := join(ip[:16], dst, options)
		h[0], h[3], h[10], h[11] = 0x40|byte(len(h)/4), byte(len(h)+len(tcp)), 0, 0
		binary.BigEndian.PutUint16(h[10:], ^uint16(0)-ipSum(h))
		return join(h, tcp)
	}
	whole, _, _, _ := decode1(t, LinkRaw, frame)
	for _, c := range []struct {
		name string
		b    []byte
	}{
		{"loose", packet(midway, join([]byte{131, 7, 4}, ip[16:20])...)},
		{"strict, through two, behind padding", packet(midway, join([]byte{1, 1, 137, 11, 4, 192, 0, 2, 98}, ip[16:20])...)},
		{"at its second stop", packet(midway, join([]byte{137, 11, 8, 192, 0, 2, 97}, ip[16:20])...)},
		{"at its end", packet(ip[16:20], join([]byte{131, 7, 8}, midway)...)},
		{"a record of the route", packet(ip[16:20], join([]byte{7, 7, 4}, midway)...)},
		{"behind the end of options", packet(ip[16:20], join([]byte{0, 131, 7, 4}, midway)...)},
		{"longer than the options", packet(ip[16:20], 131, 40, 4, 1)},
		{"no address in it", packet(ip[16:20], 131, 3, 4)},
	} {
		p, o, _, _ := decode1(t, LinkRaw, c.b)
		if o != OK || p.Dst != whole.Dst || p.Bits != 0 || p.Hash != whole.Hash {
			t.Errorf("%s: %v %+v", c.name, o, p)
		}
		e := join(ip, []byte{3, 1, 0, 0, 0, 0, 0, 0}, c.b)
		e[3], e[9] = byte(len(e)), 1
		p, _, d, _ := decode1(t, LinkRaw, e)
		if p.Bits&ICMPError == 0 || d.Quote.Hash != whole.Hash {
			t.Errorf("%s: an error about it quotes %+v", c.name, d.Quote)
		}
	}
}
