package capture

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/google/gopacket/layers"
)

// What service networks, relays and the rarer tunnels put around a packet is seen through
// whoever sends it, and named as what it is.
func TestRarerTunnels(t *testing.T) {
	frame := ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), syn())
	four, six := frame[14:], ip6Packet(hostA, hostB, 6, syn6(t, hostA, hostB))
	datagram := func(src, dst uint16, parts ...[]byte) []byte {
		body := join(parts...)
		b := make([]byte, 28, 28+len(body))
		copy(b, four[:20])
		binary.BigEndian.PutUint16(b[2:], uint16(28+len(body)))
		b[9] = 17
		binary.BigEndian.PutUint16(b[20:], src)
		binary.BigEndian.PutUint16(b[22:], dst)
		binary.BigEndian.PutUint16(b[24:], uint16(8+len(body)))
		return join(frame[:14], b, body)
	}
	// A header of RFC 8300: of 8 octets (what is of variable length is missing), and of 24.
	nsh := func(next byte, words int) []byte {
		return join([]byte{0x0f, 0xc0 | byte(words), byte(2 - words/6), next, 0, 0, 1, 255}, make([]byte, words*4-8))
	}
	inNSH := func(parts ...[]byte) []byte { return join(frame[:12], []byte{0x89, 0x4f}, join(parts...)) }
	origin, proof := []byte{0, 0, 0xe0, 0x1f, 1, 2, 3, 4}, join([]byte{0, 1, 4, 2}, []byte("name"), []byte("ab"), make([]byte, 9))
	ayiya := func(next byte) []byte { return join([]byte{0x40, 0x52, 0x11, next}, make([]byte, 4+16+20)) }
	gtp0 := func(flags, kind byte, n int) []byte {
		return join([]byte{flags, kind, 0, byte(n), 0, 1, 0, 2, 0xff, 0xff, 0xff, 0xff}, make([]byte, 8))
	}
	wrong := func(b []byte) []byte { return join(b[:10], []byte{b[10] ^ 1}, b[11:]) }
	outer := func(proto byte, parts ...[]byte) []byte {
		body := join(parts...)
		b := append([]byte(nil), four[:20]...)
		binary.BigEndian.PutUint16(b[2:], uint16(20+len(body)))
		b[9] = proto
		return join(frame[:14], b, body)
	}
	outer6 := func(parts ...[]byte) []byte {
		return join(frame[:12], []byte{0x86, 0xdd}, ip6Packet(hostA, hostB, 43, parts...))
	}
	segments := func(next byte) []byte { return join([]byte{next, 2, 4, 0, 0, 0, 0, 0}, hostB[:]) } // a segment routing header, done
	whole, first, last := byte(0xc0), byte(0x80), byte(0x40)
	mp := func(bits byte, long bool, parts ...[]byte) []byte {
		h := []byte{0, 0x3d, bits, 1}
		if long {
			h = append(h, 2, 3)
		}
		body := join(h, join(parts...))
		return join(frame[:12], []byte{0x88, 0x64, 0x11, 0, 0, 1, 0, byte(len(body))}, body)
	}
	gpe := func(next byte) []byte { return []byte{0x0c, 0, 0, next, 0, 0, 7, 0} }
	for _, c := range []struct {
		name   string
		frame  []byte
		tunnel string // "" for none; "-" where nothing is seen through
	}{
		{"NSH, IPv4", inNSH(nsh(1, 2), four), ""},
		{"NSH, IPv4 behind contexts", inNSH(nsh(1, 6), four), ""},
		{"NSH, IPv6", inNSH(nsh(2, 2), six), ""},
		{"NSH, a frame", inNSH(nsh(3, 2), frame), ""},
		{"NSH, shorter than it may be", inNSH([]byte{0x0f, 0xc1, 2, 1, 0, 0, 1, 255}, four), "-"},
		{"NSH, labels", inNSH(nsh(5, 2), []byte{0, 1, 1, 64}, four), "mpls"},
		{"NSH, of what is none of them", inNSH(nsh(7, 2), four), "-"},
		{"VXLAN-GPE, NSH", datagram(50000, 4790, gpe(4), nsh(1, 2), four), "vxlan-gpe"},
		{"VXLAN-GPE, labels", datagram(50000, 4790, gpe(5), []byte{0, 1, 1, 64}, four), "vxlan-gpe,mpls"},
		{"VXLAN-GPE, IPv6", datagram(50000, 4790, gpe(2), six), "vxlan-gpe"},
		{"Geneve, a packet without a link", datagram(50000, 6081, []byte{0, 0, 8, 0, 0, 0, 9, 0}, four), "geneve"},
		{"Geneve, of a later version", datagram(50000, 6081, []byte{0x40, 0, 8, 0, 0, 0, 9, 0}, four), "-"},
		{"Geneve, options longer than it", datagram(50000, 6081, []byte{0x3f, 0, 8, 0, 0, 0, 9, 0}, four), "-"},
		{"GTP, version 0", datagram(3386, 3386, gtp0(0x1e, 0xff, len(four)), four), "gtp"},
		{"GTP, version 0, with a number of its own, IPv6", datagram(50000, 3386, gtp0(0x1f, 0xff, len(six)), six), "gtp"},
		{"GTP, version 0, which signals", datagram(3386, 3386, gtp0(0x1e, 16, len(four)), four), "-"},
		{"GTP', version 0", datagram(3386, 3386, gtp0(0x0f, 0xff, len(four)), four), "-"},
		{"GTP, version 0, longer than it is", datagram(3386, 3386, gtp0(0x1e, 0xff, len(four)+1), four), "-"},
		{"Teredo, to the server", datagram(50000, 3544, six), "teredo"},
		{"Teredo, from the server", datagram(3544, 50000, six), "teredo"},
		{"Teredo, with where it came from", datagram(3544, 50000, origin, six), "teredo"},
		{"Teredo, with a proof", datagram(50000, 3544, proof, six), "teredo"},
		{"Teredo, with both", datagram(3544, 50000, proof, origin, six), "teredo"},
		{"Teredo, of IPv4", datagram(50000, 3544, four), "-"},
		{"AYIYA", datagram(50000, 5072, ayiya(41), six), "ayiya"},
		{"AYIYA, back", datagram(5072, 50000, ayiya(41), six), "ayiya"},
		{"AYIYA, of something else", datagram(50000, 5072, ayiya(59), six), "-"},
		{"GRE in UDP", datagram(50000, 4754, []byte{0, 0, 8, 0}, four), "gre"},
		{"GRE in UDP, back", datagram(4754, 50000, []byte{0, 0, 8, 0}, four), "gre"},
		{"PPPoE", join(frame[:12], []byte{0x88, 0x64, 0x11, 0, 0, 1, 0, byte(2 + len(four)), 0, 0x21}, four), "pppoe"},
		{"PPPoE, which is asked for", join(frame[:12], []byte{0x88, 0x64, 0x11, 9, 0, 0, 0, byte(2 + len(four)), 0, 0x21}, four), "-"},
		{"Foo over UDP", datagram(50000, 5555, four), "fou"},
		{"Foo over UDP, back, IPv6", datagram(7777, 50000, six), "fou"},
		{"Foo over UDP, a wrong checksum", datagram(50000, 5555, wrong(four)), "-"},
		{"Foo over UDP, something behind it", datagram(50000, 5555, four, []byte{0}), "-"},
		{"Foo over UDP, GRE", datagram(50000, 5555, []byte{0, 0, 8, 0}, four), "gre"},
		{"Foo over UDP, GRE with all it may have, of a frame", datagram(50000, 7777, []byte{0xb0, 0, 0x65, 0x58}, make([]byte, 12), frame), "gre"},
		{"Foo over UDP, GRE of another version", datagram(50000, 5555, []byte{0, 1, 8, 0}, four), "-"},
		{"Foo over UDP, GRE of nothing sound", datagram(50000, 5555, []byte{0, 0, 8, 0}, wrong(four)), "-"},
		{"Flannel", datagram(50000, 8285, four), "fou"},
		{"Weave", datagram(50000, 6784, []byte{8, 0, 0, 0, 0, 0, 7, 0}, frame), "vxlan"},
		{"Weave, what is no VXLAN", datagram(50000, 6784, make([]byte, 60)), "-"},
		{"SRv6, a frame", outer6(segments(143), frame), "srv6"},
		{"SRv6, no frame", outer6(segments(143), make([]byte, 60)), "-"},
		{"SRv6, NSH", outer6(segments(145), nsh(1, 2), four), "nsh"},
		{"NSH at once, of a frame", outer(145, nsh(3, 6), frame), "nsh"},
		{"NSH at once, shorter than it may be", outer(145, []byte{0x0f, 0xc1, 2, 1, 0, 0, 1, 255}, four), "-"},
		{"multilink PPP", mp(whole, true, []byte{0, 0x21}, four), "pppoe"},
		{"multilink PPP, the protocol compressed", mp(whole, true, []byte{0x21}, four), "pppoe"},
		{"multilink PPP, short numbers", mp(whole, false, []byte{0, 0x21}, four), "pppoe"},
		{"multilink PPP, short numbers, IPv6 compressed", mp(whole, false, []byte{0x57}, six), "pppoe"},
		{"multilink PPP, of a first piece", mp(first, true, []byte{0, 0x21}, four), "pppoe"},
		{"multilink PPP, of a last piece", mp(last, true, []byte{0, 0x21}, four), "-"},
		{"multilink PPP, control", mp(whole, true, []byte{0xc0, 0x21}, four), "-"},
		{"multilink PPP, IPv6 that says it is IPv4", mp(whole, true, []byte{0, 0x21}, six), "-"},
		{"MPLS in UDP", datagram(50000, 6635, []byte{0, 1, 1, 64}, four), "mpls-in-udp,mpls"},
	} {
		p, o, _, paths := decode1(t, LinkEthernet, c.frame)
		seen := o == OK && p.Proto == ProtoTCP && p.SrcPort == 40000 && p.DstPort == 443 && p.Flags == SYN && p.Bits&(BadSum|PartialSum) == 0
		if seen != (c.tunnel != "-") {
			t.Errorf("%s: outcome %v, %+v", c.name, o, p)
			continue
		}
		if got := joined(paths.Info(p.Path).Tunnel); seen && got != c.tunnel {
			t.Errorf("%s is called %q, not %q", c.name, got, c.tunnel)
		}
		for n := range c.frame { // cut anywhere, it is read as far as it goes
			NewDecoder(NewPaths(), 1).Decode(&Frame{Data: c.frame[:n:n], WireLen: uint32(len(c.frame)), Link: LinkEthernet}, p)
		}
	}
}

func joined(names []string) (s string) {
	for i, n := range names {
		if i > 0 {
			s += ","
		}
		s += n
	}
	return s
}

// Frames of 802.11 have a field for QoS, and with it one for high throughput where the last bit of the control says so.
func TestFieldsOfAir(t *testing.T) {
	packet := ether(t, ip4(layers.IPProtocolTCP), syn())
	for _, c := range []struct {
		name       string
		fc0, fc1   byte
		more       int
		unreadable bool
	}{{"data", 0x08, 0, 0, false}, {"QoS", 0x88, 0, 2, false}, {"high throughput", 0x88, 0x80, 6, false}, {"the bit of who has no QoS says order", 0x08, 0x80, 0, false}, {"a field that is missing", 0x88, 0x80, 2, true}} {
		h := join([]byte{c.fc0, c.fc1, 0, 0}, make([]byte, 20+c.more), []byte{0xaa, 0xaa, 3, 0, 0, 0, 8, 0})
		if p, o, _, _ := decode1(t, LinkWiFi, join(h, packet)); (o == OK && p.DstPort == 443) == c.unreadable {
			t.Errorf("%s: %v %+v", c.name, o, p)
		}
	}
}

// A mesh puts its own field behind that of QoS, with up to two addresses in it (IEEE 802.11-2020, section 9.2.4.7.3). The bit that says so has
// another meaning where an access point sends to its stations, and then LLC follows at once.
func TestMeshControl(t *testing.T) {
	packet := ether(t, ip4(layers.IPProtocolTCP), syn())
	llc := []byte{0xaa, 0xaa, 3, 0, 0, 0, 8, 0}
	field := func(flags byte, more int) []byte { return join([]byte{flags, 31, 1, 0, 0, 0}, make([]byte, more)) }
	for _, c := range []struct {
		name       string
		fc1, qos   byte // its second octet
		field      []byte
		unreadable bool
	}{
		{"from one of the mesh to the next", 3, 1, field(0, 0), false},
		{"for somebody behind it", 3, 1, field(1, 6), false},
		{"from and for somebody behind it", 3, 1, field(2, 12), false},
		{"for many", 2, 1, field(0, 0), false},
		{"an access point with the bit that here means frames that wait", 2, 1, nil, false},
		{"no bit", 3, 0, field(0, 0), true},
		{"to an access point", 1, 1, field(0, 0), true},
		{"a number of addresses that is kept", 3, 1, field(3, 18), true},
		{"an address less than it says", 3, 1, field(2, 6), true},
	} {
		h := join([]byte{0x88, c.fc1, 0, 0}, make([]byte, 20))
		if c.fc1 == 3 {
			h = append(h, make([]byte, 6)...)
		}
		frame := join(h, []byte{0, c.qos}, c.field, llc, packet)
		p, o, _, _ := decode1(t, LinkWiFi, frame)
		if (o == OK && p.DstPort == 443) == c.unreadable {
			t.Errorf("%s: %v %+v", c.name, o, p)
		}
		for n := range frame {
			decode1(t, LinkWiFi, frame[:n])
		}
	}
}

// Headers of IPv6 that are messages themselves, with nothing behind them, say what the packet is; what has something behind it is that.
func TestMessagesThatAreHeaders(t *testing.T) {
	message := func(next byte) []byte { return []byte{next, 1, 5, 0, 0, 0, 0, 9, 0x80, 0, 0, 60, 1, 2, 0, 0} }
	for _, c := range []struct {
		name    string
		packet  []byte
		proto   uint8
		payload uint32
	}{
		{"mobility", ip6Packet(hostA, hostB, 135, message(59)), 135, 16},
		{"mobility behind options", ip6Packet(hostA, hostB, 60, destOpts(135), message(59)), 135, 16},
		{"HIP", ip6Packet(hostA, hostB, 139, message(59)), 139, 16},
		{"Shim6", ip6Packet(hostA, hostB, 140, message(59)), 140, 16},
		{"mobility and then OSPF", ip6Packet(hostA, hostB, 135, message(89), make([]byte, 24)), 89, 24},
		{"options and nothing", ip6Packet(hostA, hostB, 60, destOpts(59)), 59, 0},
	} {
		p, o, _, _ := decode1(t, LinkRaw, c.packet)
		if o != OK || p.Proto != c.proto || p.PayloadLen != c.payload || p.Bits&NoPorts == 0 {
			t.Errorf("%s: %v, protocol %d, %d octets", c.name, o, p.Proto, p.PayloadLen)
		}
		other := append([]byte(nil), c.packet...)
		other[len(other)-9]++ // of the last header but its first octets, or of what is behind
		if q, _, _, _ := decode1(t, LinkRaw, other); q.Digest == p.Digest && c.payload > 0 {
			t.Errorf("%s: another message counts as a copy", c.name)
		}
	}
}

// A capture that keeps too little for an extension header says what it was, and that it was cut.
func TestCutExtensionHeader(t *testing.T) {
	whole := ip6Packet(hostA, hostB, 60, destOpts(6), syn6(t, hostA, hostB))
	for n := 40; n < 48; n++ {
		d := NewDecoder(NewPaths(), 1)
		var p Packet
		if o := d.Decode(&Frame{Data: whole[:n:n], WireLen: uint32(len(whole)), Link: LinkRaw}, &p); o != OK || p.Proto != 60 || p.Bits&Cut == 0 {
			t.Errorf("%d octets: %v %+v", n, o, p)
		}
	}
}

// No frame of any link is too short, wherever it ends: what is behind it in the block is
// another's, and behind the last there is nothing.
func TestShortFramesOfEveryLink(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	d := NewDecoder(NewPaths(), 1)
	var p Packet
	octets := make([]byte, 96)
	for range 4 {
		for i := range octets {
			octets[i] = byte(r.Uint32())
			if r.IntN(3) == 0 { // and what lengths and versions like to be
				octets[i] = []byte{0, 0, 1, 2, 3, 4, 6, 8, 0x45, 0x60, 0x7f, 0x80, 0x88, 0xff}[r.IntN(14)]
			}
		}
		for link := range LinkType(400) {
			for n := range octets {
				o := d.Decode(&Frame{Data: octets[:n:n], WireLen: uint32(n), Link: link}, &p)
				if o == OK && (int(p.PayloadOff)+int(p.PayloadCap) > n || p.PayloadCap > p.PayloadLen) {
					t.Fatalf("link %d, %d octets: payload at %d, %d of %d", link, n, p.PayloadOff, p.PayloadCap, p.PayloadLen)
				}
			}
		}
	}
}

// What is no session data of PPPoE is told apart from its discovery, which has a number of its own.
func TestPPPoEReason(t *testing.T) {
	for _, x := range []struct {
		head []byte
		want string
	}{
		{[]byte{0x88, 0x63, 0x11, 9, 0, 0, 0, 0}, "pppoe discovery"},
		{[]byte{0x88, 0x64, 0x11, 1, 0, 1, 0, 0}, "pppoe, no session data"},
		{[]byte{0x88, 0x64, 0x21, 0, 0, 1, 0, 0}, "pppoe, no session data"},
		{[]byte{0x88, 0x64, 0x12, 0, 0, 1, 0, 0}, "pppoe, no session data"},
	} {
		b := append(make([]byte, 12), x.head...)
		if _, o, d, _ := decode1(t, LinkEthernet, append(b, make([]byte, 40)...)); o != NotIP || d.Reason.String() != x.want {
			t.Errorf("%x: %v, %v", x.head, o, d.Reason)
		}
	}
}
