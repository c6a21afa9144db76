package who

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"portero/capture"
)

func packet(proto uint8, src, dst string, sport, dport uint16) *capture.Packet {
	p := &capture.Packet{Proto: proto, SrcPort: sport, DstPort: dport, Ver: 4, Index: 7}
	a, b := netip.MustParseAddr(src), netip.MustParseAddr(dst)
	p.Src, p.Dst = a.As16(), b.As16()
	if a.Is6() {
		p.Ver = 6
	}
	return p
}

func dhcp(op byte, mac MAC, yours string, options ...byte) []byte {
	b := make([]byte, dhcpFixed)
	b[0], b[1], b[2] = op, 1, 6
	copy(b[16:], netip.MustParseAddr(yours).AsSlice())
	copy(b[28:], mac[:])
	binary.BigEndian.PutUint32(b[236:], dhcpMagic)
	return append(append(b, options...), 255)
}

func answer(name string, a netip.Addr) []byte {
	m := dnsmessage.Message{Header: dnsmessage.Header{Response: true}}
	h := dnsmessage.ResourceHeader{Name: dnsmessage.MustNewName(name), Class: dnsmessage.ClassINET}
	m.Answers = append(m.Answers, dnsmessage.Resource{Header: h, Body: &dnsmessage.AResource{A: a.As4()}})
	b, err := m.Pack()
	if err != nil {
		panic(err)
	}
	return b
}

// netbios makes a name service packet about one name of a kind.
func netbios(flags uint16, name string, kind byte, rest ...byte) []byte {
	b := make([]byte, 12)
	binary.BigEndian.PutUint16(b[2:], flags)
	if flags&0x8000 == 0 {
		b[5] = 1
	} else {
		b[7] = 1
	}
	b = append(b, 32)
	full := []byte(name + "                ")[:15]
	for _, c := range append(full, kind) {
		b = append(b, 'A'+c>>4, 'A'+c&15)
	}
	return append(append(b, 0), rest...)
}

// registered is what follows the name in a registration: its kind, and the record that says by flags whose it is, with its name in front.
func registered(flags byte, name ...byte) []byte {
	return slices.Concat([]byte{0, 0x20, 0, 1}, name, []byte{0, 0x20, 0, 1, 0, 0, 0, 0, 0, 6, flags, 0, 10, 0, 0, 5})
}

// TestNames: each way in which a machine says who it is.
func TestNames(t *testing.T) {
	mac := MAC{0x00, 0x00, 0x0c, 1, 2, 3}
	a := netip.MustParseAddr("10.0.0.5")
	a6 := netip.MustParseAddr("fe80::5")
	na := append(a6.AsSlice(), append([]byte{2, 1}, mac[:]...)...)
	for what, c := range map[string]struct {
		tell func(w *Watch)
		at   netip.Addr
		want Host
	}{
		"ARP":       {func(w *Watch) { w.ARP(&capture.ARPInfo{SenderMAC: mac, SenderIP: a.As4()}, 0, 1) }, a, Host{MAC: mac}},
		"ARP probe": {func(w *Watch) { w.ARP(&capture.ARPInfo{SenderMAC: mac}, 0, 1) }, netip.MustParseAddr("0.0.0.0"), Host{}},
		"NDP": {func(w *Watch) {
			p := packet(capture.ProtoICMP6, "fe80::5", "fe80::1", 136, 0)
			p.Flags = 136 << 8
			w.Packet(p, na)
		}, a6, Host{MAC: mac}},
		"DHCP": {func(w *Watch) {
			w.Packet(packet(capture.ProtoUDP, "0.0.0.0", "255.255.255.255", 68, 67), dhcp(1, mac, "0.0.0.0", 53, 1, 3, 12, 3, 'a', 'n', 'a'))
			w.Packet(packet(capture.ProtoUDP, "10.0.0.1", "10.0.0.5", 67, 68), dhcp(2, mac, "10.0.0.5", 53, 1, 5, 54, 4, 10, 0, 0, 1))
		}, a, Host{mac, "ana", "dhcp"}},
		"mDNS": {func(w *Watch) {
			w.Packet(packet(capture.ProtoUDP, "10.0.0.5", "224.0.0.251", 5353, 5353), answer("ana.local.", a))
		}, a, Host{Name: "ana.local", NameBy: "mdns"}},
		"mDNS about another": {func(w *Watch) {
			w.Packet(packet(capture.ProtoUDP, "10.0.0.6", "224.0.0.251", 5353, 5353), answer("ana.local.", a))
		}, a, Host{}},
		"NetBIOS registration": {func(w *Watch) {
			w.Packet(packet(capture.ProtoUDP, "10.0.0.5", "10.0.0.255", 137, 137), netbios(5<<11, "ANA", 0, registered(0, 0xc0, 12)...))
		}, a, Host{Name: "ANA", NameBy: "netbios"}},
		"NetBIOS registration that writes its name twice": {func(w *Watch) {
			w.Packet(packet(capture.ProtoUDP, "10.0.0.5", "10.0.0.255", 137, 137), netbios(5<<11, "ANA", 0, registered(0, netbios(0, "ANA", 0)[12:]...)...))
		}, a, Host{Name: "ANA", NameBy: "netbios"}},
		"NetBIOS answer": {func(w *Watch) {
			w.Packet(packet(capture.ProtoUDP, "10.0.0.5", "10.0.0.9", 137, 137), netbios(0x8500, "ANA", 0, 0, 0x20, 0, 1, 0, 0, 0, 0, 0, 6, 0, 0, 10, 0, 0, 5))
		}, a, Host{Name: "ANA", NameBy: "netbios"}},
		"a group is nobody's name": {func(w *Watch) {
			w.Packet(packet(capture.ProtoUDP, "10.0.0.5", "10.0.0.255", 137, 137), netbios(5<<11, "WORKGROUP", 0x1e, registered(0x80, 0xc0, 12)...))
		}, a, Host{}},
		"a group is nobody's name, of workstations either": {func(w *Watch) {
			w.Packet(packet(capture.ProtoUDP, "10.0.0.5", "10.0.0.255", 137, 137), netbios(5<<11, "WORKGROUP", 0, registered(0x80, 0xc0, 12)...))
			w.Packet(packet(capture.ProtoUDP, "10.0.0.5", "10.0.0.255", 137, 137), netbios(5<<11, "WORKGROUP", 0, registered(0xe0, netbios(0, "WORKGROUP", 0)[12:]...)...))
			w.Packet(packet(capture.ProtoUDP, "10.0.0.5", "10.0.0.9", 137, 137), netbios(0x8500, "WORKGROUP", 0, 0, 0x20, 0, 1, 0, 0, 0, 0, 0, 6, 0x80, 0, 10, 0, 0, 5))
		}, a, Host{}},
		"whose name it is was cut off": {func(w *Watch) {
			w.Packet(packet(capture.ProtoUDP, "10.0.0.5", "10.0.0.255", 137, 137), netbios(5<<11, "WORKGROUP", 0, registered(0, 0xc0, 12)[:16]...))
		}, a, Host{}},
	} {
		var w Watch
		c.tell(&w)
		if got := w.Of(c.at); got != c.want {
			t.Errorf("%s: %+v, want %+v", what, got, c.want)
		}
	}
}

type heard struct {
	silent
	said []string
}

func (h *heard) Ask(sender, target netip.Addr, _ int64, frame uint64) {
	h.said = append(h.said, fmt.Sprintf("%s asks for %s %d", sender, target, frame))
}

func (h *heard) Answer(how string, by netip.Addr, name string, _ int64, _ uint64) {
	h.said = append(h.said, fmt.Sprintf("%s %s%s", how, by, name))
}

// TestAsks: a question by ARP is told where somebody asks for another, and who DHCP says
// is the gateway.
func TestAsks(t *testing.T) {
	mac := MAC{0x00, 0x00, 0x0c, 1, 2, 3}
	a, b, none, all := [4]byte{10, 0, 0, 5}, [4]byte{10, 0, 0, 9}, [4]byte{}, [4]byte{255, 255, 255, 255}
	arp := func(op uint16, from, to [4]byte) func(w *Watch) {
		return func(w *Watch) { w.ARP(&capture.ARPInfo{Op: op, SenderMAC: mac, SenderIP: from, TargetIP: to}, 0, 3) }
	}
	offer := func(options ...byte) func(w *Watch) {
		return func(w *Watch) {
			w.Packet(packet(capture.ProtoUDP, "10.0.0.1", "10.0.0.5", 67, 68), dhcp(2, mac, "10.0.0.5", append([]byte{53, 1, 2, 54, 4, 10, 0, 0, 1}, options...)...))
		}
	}
	for what, c := range map[string]struct {
		tell func(w *Watch)
		want string
	}{
		"a question":                 {arp(1, a, b), "10.0.0.5 asks for 10.0.0.9 3"},
		"an answer":                  {arp(2, a, b), ""},
		"where one is (gratuitous)":  {arp(1, a, a), ""},
		"whether one is free":        {arp(1, none, b), ""},
		"for nobody":                 {arp(1, a, none), ""},
		"for everybody":              {arp(1, a, all), ""},
		"by nobody":                  {arp(1, all, b), ""},
		"without a network":          {arp(1, [4]byte{169, 254, 1, 1}, [4]byte{169, 254, 1, 2}), ""},
		"an offer with a gateway":    {offer(3, 4, 10, 0, 0, 254), "dhcp 10.0.0.1,router 10.0.0.254"},
		"an offer with two of them":  {offer(3, 8, 10, 0, 0, 254, 10, 0, 0, 253), "dhcp 10.0.0.1,router 10.0.0.254"},
		"an offer with half of one":  {offer(3, 3, 10, 0, 0), "dhcp 10.0.0.1"},
		"an offer without a gateway": {offer(), "dhcp 10.0.0.1"},
	} {
		h := &heard{}
		c.tell(&Watch{Tell: h})
		if got := strings.Join(h.said, ","); got != c.want {
			t.Errorf("%s: %q, want %q", what, got, c.want)
		}
	}
	arp(1, a, b)(&Watch{}) // nobody is told
}

func TestVendor(t *testing.T) {
	for m, want := range map[MAC]string{{0, 0, 0, 1, 2, 3}: "XEROX", {0, 0, 0x0c}: "Cisco", {2, 0, 0, 1, 1, 1}: "", {}: ""} {
		if got := m.Vendor(); got != want {
			t.Errorf("%s: %q, want %q", m, got, want)
		}
	}
	if s := (MAC{1, 2, 3, 0xab, 5, 6}).String(); s != "01:02:03:ab:05:06" {
		t.Error(s)
	}
	if n := len(makerLines()); n < 35000 {
		t.Errorf("%d makers", n)
	}
}

type silent struct{}

func (silent) Question(netip.Addr, string, uint16, int, int64, uint64) {}
func (silent) Claim(netip.Addr, MAC, int64, uint64)                    {}
func (silent) Ask(netip.Addr, netip.Addr, int64, uint64)               {}
func (silent) Answer(string, netip.Addr, string, int64, uint64)        {}

func FuzzPacket(f *testing.F) {
	f.Add(uint8(17), uint16(5353), answer("ana.local.", netip.MustParseAddr("10.0.0.5")))
	f.Add(uint8(17), uint16(67), dhcp(2, MAC{1}, "10.0.0.5", 53, 1, 5, 12, 255))
	f.Add(uint8(17), uint16(137), netbios(0x8500, "A", 0, 0, 0x20))
	f.Add(uint8(58), uint16(134), []byte{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 3, 4, 5, 6})
	f.Fuzz(func(t *testing.T, proto uint8, port uint16, b []byte) {
		w := Watch{Tell: silent{}}
		p := packet(proto, "10.0.0.5", "10.0.0.6", port, port)
		p.Flags = capture.Flags(port) << 8
		w.Packet(p, b)
		for _, h := range w.hosts {
			if len(h.Name) > MaxName {
				t.Error("a name beyond its bound")
			}
		}
	})
}
