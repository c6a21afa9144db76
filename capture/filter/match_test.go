package filter

import (
	"errors"
	"strings"
	"testing"

	"portero/capture"
)

// cat joins octets.
func cat(parts ...[]byte) []byte {
	var b []byte
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

// TestMatch says what expressions select, by frames built here: yes lists those
// that match, no those that do not, separated by "; ".
func TestMatch(t *testing.T) {
	syn := ip4(6, 0, l4(40000, 80, 2))
	rows := []struct {
		name    string
		link    capture.LinkType
		frame   []byte
		yes, no string
	}{
		{"TCP over IPv4", 1, tcp4(40000, 80, 100),
			"; ip; tcp; port 80; dst port 80; src port 40000; tcp port 80 or 443; port (80 or 443); portrange 79-81; host 10.0.0.1; src 10.0.0.1;" +
				" src and dst net 10; net 10.0.0.0/8; net 10.0.0.0 mask 255.255.255.0; ip proto 6; ip proto \\tcp; proto 6; ether host 02:00:00:00:00:01; ether dst 0200.0000.0002;" +
				" ether src 02-0-0-0-0-1; len = 100; less 100; greater 100; tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn; ip[ip[0] & 0xf] = 80 or tcp[2:2] = 80; not udp; !(udp or icmp);" +
				" tcp[2:2] - 40 = 40; -1 > 5; len % 5 + 1 = 4; 2 + len % 8 = 6; ether[12:2] = 0x800; ip[-2:2] = 2048; byte 12 = 8; ip or ip[5000] = 0; ip[5000] = 0 or ip",
			"arp; udp; ip6; port 81; src port 80; host 10.0.0.3; dst 10.0.0.1; net 11; net 10.0.0.2/32 and src 10.0.0.2; vlan; less 99; greater 101; ether broadcast; ether multicast; ip multicast;" +
				" tcp[tcpflags] & tcp-ack != 0; ip[5000] = 0 or tcp; not ip[5000] = 0; ip[20] / (ip[1] + ip[1]) = 0 or tcp; len + 1 = 100; llc; pppoes; mpls; geneve"},
		{"second fragment", 1, eth(etherIP, ip4(17, 5, l4(53, 53, 0))), "ip; udp; ip[6:2] & 0x1fff != 0", "port 53; udp port 53; udp[0:2] = 53; portrange 1-100"},
		{"first fragment", 1, eth(etherIP, ip4(17, 0x2000, l4(53, 53, 0))), "udp port 53; udp[0:2] = 53", "tcp port 53"},
		{"SCTP", 1, eth(etherIP, ip4(132, 0, l4(7, 8, 0))), "sctp; port 7; sctp[0:2] = 7", "tcp; udp port 7"},
		{"IPv6", 1, eth(etherIP6, ip6(6, l4(5, 80, 2))), "ip6; tcp; port 80; host 2001:db8::1; net 2001:db8::/32; dst host 2001:db8::2; ip6 proto 6; proto \\tcp; ip6[6] = 6; net ::/0",
			"ip; host 10.0.0.1; tcp[13] = 2; net 2001:db9::/32; src host 2001:db8::2; udp; icmp6; net 0.0.0.0/0"},
		{"IPv6 fragment", 1, eth(etherIP6, ip6(44, cat([]byte{6, 0, 0, 0, 0, 0, 0, 1}, l4(5, 80, 2)))), "tcp; ip6 proto 6; ip6 proto 44", "port 80; udp"},
		{"IPv6 hop-by-hop", 1, eth(etherIP6, ip6(0, cat([]byte{6, 0, 0, 0, 0, 0, 0, 0}, l4(5, 80, 2)))), "ip6; ip6 proto 0", "tcp; port 80"},
		{"ICMPv6", 1, eth(etherIP6, ip6(58, []byte{135, 0, 0, 0})), "icmp6; icmp6[icmp6type] = icmp6-neighborsolicit; icmp6[0] = 135", "icmp; icmp6[0] = 136"},
		{"ICMP", 1, eth(etherIP, ip4(1, 0, []byte{8, 0, 0, 0})), "icmp; icmp[icmptype] = icmp-echo", "icmp6; icmp[icmptype] = icmp-echoreply"},
		{"ARP", 1, eth(etherARP, arp()), "arp; host 10.0.0.1; arp host 10.0.0.2; net 10; arp[6:2] = 1; ether proto \\arp", "ip; ip host 10.0.0.1; ip net 10; rarp; rarp host 10.0.0.1"},
		{"broadcast", 1, cat([]byte{255, 255, 255, 255, 255, 255}, tcp4(1, 2, 60)[6:]), "ether broadcast; broadcast; multicast", "not broadcast"},
		{"one tag", 1, eth(etherVLAN, tag(0x2064, etherIP, syn)), "vlan; vlan 100; vlan and ip; vlan and tcp port 80; vlan 100 and host 10.0.0.1; vlan or ip; not ip and vlan and ip; ip or vlan and ip",
			"ip; tcp port 80; vlan 101; vlan and vlan; (vlan or tcp) and not ip; ip or (tcp and vlan)"},
		{"two tags", 1, eth(etherQinQ, tag(1, etherVLAN, tag(2, etherIP, syn))), "vlan 1 and vlan 2; vlan and vlan and tcp port 80", "vlan 2; vlan and ip; vlan 2 and vlan 1"},
		{"two labels", 1, eth(etherMPLS, cat([]byte{0, 1, 0, 64, 0, 2, 1, 64}, syn)), "mpls; mpls 16; mpls 16 and mpls 32; mpls and mpls and ip; mpls and mpls and tcp port 80; mpls and mpls and host 10.0.0.1",
			"mpls 32; mpls and ip; ip; mpls and mpls and ip6"},
		{"PPPoE session", 1, eth(etherPPPoES, cat([]byte{0x11, 0, 0, 7, 0, 42, 0, 0x21}, syn)), "pppoes; pppoes 7; pppoes and ip; pppoes and tcp port 80; pppoes 7 and host 10.0.0.1", "ip; pppoed; pppoes 8; pppoes and ip6"},
		{"Geneve with Ethernet", 1, geneve(9, etherTEB, tcp4(1, 80, 60)), "geneve; geneve 9; geneve and tcp port 80; geneve and ether host 2:0:0:0:0:1; udp port 6081", "geneve 8; geneve and udp; tcp"},
		{"Geneve with IP", 1, geneve(9, etherIP, syn), "geneve and ip; geneve and tcp port 80", "geneve and ether host 2:0:0:0:0:1; geneve and ip6"},
		{"802.2", 1, eth(40, []byte{0x42, 0x42, 3, 0, 0, 0, 0, 0}), "llc; llc u; llc ui; stp; ether proto 0x42; ether proto \\stp", "iso; ip; ipx; llc s; llc i; netbeui"},
		{"IS-IS", 1, eth(40, cat([]byte{0xfe, 0xfe, 3}, []byte{0x83, 0, 1, 0, 18, 0})), "iso; isis; l1; lsp; isis proto 18; iso proto \\isis", "l2; iih; clnp; esis"},
		{"cut in the ports", 1, tcp4(1, 80, 60)[:35], "ip; tcp", "tcp port 80; not tcp port 80; tcp port 80 or len = 7"},
		{"cut before the type", 1, tcp4(1, 80, 60)[:13], "ether[0] = 2; ip or not ip", "ip; not ip"},
		{"cut behind the type", 1, tcp4(1, 80, 60)[:14], "net 0.0.0.0/0; ip[0] * 0 = 0", "net 10; tcp"},
		{"nothing", 1, nil, "less 0; len = 0; ", "ip; not ip; greater 1"},
		{"raw", 101, syn, "ip; tcp port 80; host 10.0.0.1; ip[9] = 6; link[0] = 0x45", "ip6; net ::/0"},
		{"raw IPv4", 228, syn, "ip; tcp port 80", "udp"},
		{"raw IPv6", 229, ip6(17, l4(1, 2, 0)), "ip6; udp port 2", "tcp"},
		{"loopback, little-endian", 0, cat([]byte{2, 0, 0, 0}, syn), "ip; tcp port 80", "ip6"},
		{"loopback, big-endian", 0, cat([]byte{0, 0, 0, 30}, ip6(6, l4(1, 80, 0))), "ip6; tcp port 80", "ip"},
		{"OpenBSD loopback", 108, cat([]byte{0, 0, 0, 2}, syn), "ip; tcp port 80", "ip6"},
		{"PPP", 9, cat([]byte{0xff, 3, 0, 0x21}, syn), "ip; tcp port 80; link[0] = 255", "ip6"},
		{"PPP with MPLS", 9, cat([]byte{0xff, 3, 2, 0x81, 0, 1, 1, 64}, syn), "mpls 16 and ip; mpls and tcp port 80", "ip"},
		{"Cisco HDLC", 104, cat([]byte{0x0f, 0, 8, 0}, syn), "ip; tcp port 80", "ip6"},
		{"Frame Relay", 107, cat([]byte{4, 1, 3, 0xcc}, syn), "ip", "ip6"},
		{"cooked", 113, cat([]byte{0, 4, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 8, 0}, syn), "ip; tcp port 80; outbound", "inbound; ip6"},
		{"cooked v2", 276, cat([]byte{8, 0, 0, 0, 0, 0, 0, 3, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0}, syn), "ip; tcp port 80; inbound; ifindex 3", "outbound; ifindex 2"},
		{"802.11", 105, wlanData(false, etherIP, syn), "ip; tcp port 80; type data; wlan host 2:0:0:0:0:1; wlan src 2:0:0:0:0:1; wlan dst 2:0:0:0:0:2; wlan addr1 2:0:0:0:0:9; wlan ra 2:0:0:0:0:9; dir tods; llc; type data subtype data",
			"type mgt; wlan dst 2:0:0:0:0:9; broadcast; dir fromds; subtype beacon; wlan addr4 2:0:0:0:0:1"},
		{"802.11 QoS behind radiotap", 127, radiotap(wlanData(true, etherIP, syn)), "ip; tcp port 80; subtype qos-data; wlan src 2:0:0:0:0:1; radio[2] = 8; tcp[2:2] = 80; ip[9] = 6", "udp; type ctl; tcp[3] = 81"},
		{"beacon", 105, cat([]byte{0x80, 0, 0, 0}, []byte{255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 1, 0, 0}), "type mgt; type mgt subtype beacon; subtype beacon; broadcast; multicast; wlan src 2:0:0:0:0:1", "type data; ip; not type mgt"},
		{"PPI", 192, cat([]byte{0, 0, 8, 0, 105, 0, 0, 0}, wlanData(false, etherIP, syn)), "ip; tcp port 80", "udp"},
		{"PPI with Ethernet", 192, cat([]byte{0, 0, 8, 0, 1, 0, 0, 0}, tcp4(1, 80, 60)), "", "tcp port 80; not tcp"},
		{"token ring", 6, cat(make([]byte, 14), []byte{0xaa, 0xaa, 3, 0, 0, 0, 8, 0}, syn), "ip; tcp port 80; llc", "ip6"},
		{"unknown link", 147, []byte{1, 2}, "link[1] = 2; len = 2; greater 1", "link[1] = 3"},
	}
	for _, r := range rows {
		for want, list := range map[bool]string{true: r.yes, false: r.no} {
			for _, expr := range strings.Split(list, ";") {
				e, err := Parse(expr)
				if err != nil {
					t.Errorf("%v", err)
					continue
				}
				p, err := e.Compile(r.link, Options{})
				if err != nil {
					t.Errorf("%s: %v", r.name, err)
					continue
				}
				if got := p.Match(r.frame, len(r.frame)); got != want {
					t.Errorf("%s: %q gives %v", r.name, expr, got)
				}
			}
		}
	}
}

// TestTagBesideTheFrame: what the kernel took out counts as the outermost tag.
func TestTagBesideTheFrame(t *testing.T) {
	plain := tcp4(1, 80, 60)
	inner := eth(etherVLAN, tag(7, etherIP, ip4(6, 0, l4(1, 80, 2))))
	rows := []struct {
		expr string
		data []byte
		has  bool
		want bool
		tci  uint16
	}{
		{"vlan", plain, true, true, 5}, {"vlan 5", plain, true, true, 0x6005}, {"vlan 6", plain, true, false, 5},
		{"vlan and tcp port 80", plain, true, true, 5}, {"tcp port 80", plain, true, true, 5}, {"vlan", plain, false, false, 5},
		{"vlan 5 and vlan 7 and tcp", inner, true, true, 5}, {"vlan 7", inner, true, false, 5}, {"vlan 7 and tcp", inner, false, true, 0},
		{"not vlan", plain, true, false, 5}, {"not vlan", plain, false, true, 0},
	}
	for _, r := range rows {
		f := capture.Frame{Data: r.data, WireLen: uint32(len(r.data)), Link: ltEthernet, VLAN: r.tci, HasVLAN: r.has}
		m, err := New(r.expr, Options{})
		if err != nil {
			t.Fatal(err)
		}
		live, err := mustParse(r.expr).Compile(ltEthernet, Options{Live: true})
		if err != nil {
			t.Fatal(err)
		}
		if got, l := m.Match(&f), live.MatchFrame(&f); got != r.want || l != r.want {
			t.Errorf("%q, tag %v %d: file %v, live %v", r.expr, r.has, r.tci, got, l)
		}
	}
}

func TestLiveDirection(t *testing.T) {
	for expr, want := range map[string]bool{"outbound": true, "inbound": false, "ifindex 3": true, "not outbound": false} {
		p, err := mustParse(expr).Compile(ltEthernet, Options{Live: true})
		if err != nil {
			t.Fatal(err)
		}
		if got := p.MatchFrame(&capture.Frame{Dir: capture.DirOutbound, Iface: 3}); got != want {
			t.Errorf("%q: %v", expr, got)
		}
	}
}

func TestMatcherMixesLinks(t *testing.T) {
	m, err := New("tcp port 80 and ether host 02:00:00:00:00:01", Options{})
	if err != nil {
		t.Fatal(err)
	}
	ether := capture.Frame{Data: tcp4(1, 80, 60), WireLen: 60, Link: 1}
	raw := capture.Frame{Data: tcp4(1, 80, 60)[14:], WireLen: 46, Link: 101}
	if !m.Match(&ether) || m.Err() != nil {
		t.Errorf("Ethernet: no match, or %v", m.Err())
	}
	again := m.Match(&raw)
	if m.Match(&raw) || again || !m.Match(&ether) {
		t.Error("raw IP has no MAC addresses, Ethernet has")
	}
	var fe *Error
	if !errors.As(m.Err(), &fe) || !fe.OnLink || fe.Link != 101 || fe.Col != 28 || len(m.Refused()) != 1 {
		t.Errorf("the error of raw IP is %v", m.Err())
	}
	if m.Check(1) != nil || m.Check(101) == nil || m.Clone().Err() != nil {
		t.Error("Check and Clone")
	}
	if _, err := New("type mgt", Options{}); err != nil {
		t.Errorf("802.11 only: %v", err)
	}
	if _, err := New("port 99999", Options{}); err == nil {
		t.Error("port 99999 is accepted")
	}
}

func TestPortNames(t *testing.T) {
	opt := Options{Port: func(name string) (uint16, uint8, bool) {
		switch name {
		case "http":
			return 80, 6, true
		case "domain":
			return 53, 0, true
		}
		return 0, 0, false
	}}
	rows := []struct {
		expr, same string // same is "" where expr is refused
	}{
		{"port http", "tcp port 80"}, {"port domain", "port 53"}, {"udp port domain", "udp port 53"}, {"udp port http", ""},
		{"port ftp", ""}, {"portrange domain-http", "portrange 53-80"}, {"src port http or 443", "tcp src port 80 or src port 443"},
		{"ip port http", ""},
	}
	for _, r := range rows {
		p, err := mustParse(r.expr).Compile(1, opt)
		if (err == nil) != (r.same != "") {
			t.Errorf("%q: %v", r.expr, err)
		}
		if err != nil {
			continue
		}
		q, err := mustParse(r.same).Compile(1, opt)
		if err != nil || len(p.code) != len(q.code) {
			t.Errorf("%q is not %q", r.expr, r.same)
			continue
		}
		for i := range p.code {
			if p.code[i] != q.code[i] {
				t.Errorf("%q is not %q", r.expr, r.same)
				break
			}
		}
	}
}

// TestErrorsPoint: an error names the word it is about, and says what to do.
func TestErrorsPoint(t *testing.T) {
	rows := []struct {
		expr string
		link capture.LinkType
		col  int
		says string
	}{
		{"tcp and vxlan", 1, 9, "vxlan"}, {"port 80 or gateway a", 1, 12, "names"}, {"host www.example.org", 1, 6, "resolves"},
		{"10.0.0.1", 1, 1, "host 10.0.0.1"}, {"tcp port 70000", 1, 10, "65535"}, {"ip and (tcp", 1, 8, "never closed"}, {"net 10.1.2.3/8", 1, 5, "outside"},
		{"tcp and reason match", 1, 9, "PF"}, {"tcp[13:3] = 1", 1, 1, "1, 2 or 4"}, {"ip proto \\foo", 1, 10, "number"}, {"tcp or vlan", 9, 8, "PPP"},
		{"byte 0 & 1", 1, 8, "ether[N]"}, {"ip protochain 6", 1, 4, "proto"}, {"tcp and\x1b udp", 1, 8, "\\x1b"}, {"port 80 and inbound", 1, 13, "saved capture"},
		{"ip and udp and tcp", 1, 1, "no frame at all"}, {"host $10", 1, 6, "ARCnet"}, {"len = 08", 1, 7, "octal"}, {"vpi 3", 1, 1, "ATM"},
	}
	for _, r := range rows {
		e, err := Parse(r.expr)
		if err == nil {
			_, err = e.Compile(r.link, Options{})
		}
		var fe *Error
		if !errors.As(err, &fe) || fe.Col != r.col || !strings.Contains(fe.Error(), r.says) {
			t.Errorf("%q: column %d with %q expected: %v", r.expr, r.col, r.says, err)
		}
	}
}

// TestBounds: what is too long or too deep is refused, in time.
func TestBounds(t *testing.T) {
	for name, expr := range map[string]string{
		"parentheses": strings.Repeat("(", 10000) + "tcp" + strings.Repeat(")", 10000),
		"not":         strings.Repeat("not ", 10000) + "tcp",
		"minus":       strings.Repeat("-", 10000) + "1 = len",
		"brackets":    strings.Repeat("ip[", 5000) + "0" + strings.Repeat("]", 5000) + " = 1",
		"long":        strings.Repeat("a", maxExpr+1),
		"arithmetic":  strings.Repeat("len*", 16000) + "len = 1",
		"remainders":  strings.Repeat("len%", 16000) + "len = 1",
		"words":       strings.Repeat("port 1 or ", 6000) + "port 2",
		"id list":     "port " + strings.Repeat("(1 or ", 5000) + "1" + strings.Repeat(")", 5000),
	} {
		e, err := Parse(expr)
		if err == nil {
			_, err = e.Compile(1, Options{Live: true})
		}
		if err == nil && name != "words" {
			t.Errorf("%s: accepted", name)
		}
	}
	many := make([]string, 1000)
	for i := range many {
		many[i] = "port " + string(rune('1'+i%9)) + string(rune('0'+i/9%10)) + string(rune('0'+i/90%10)) + string(rune('0'+i/900))
	}
	p, err := mustParse(strings.Join(many, " or ")).Compile(1, Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkCode(t, "many ports", p.code)
	if !p.Match(tcp4(1, 9000, 60), 60) || p.Match(tcp4(1, 2, 60), 60) {
		t.Error("many ports do not match as they should")
	}
	if _, err := mustParse(strings.Join(many, " or ")).Compile(1, Options{Live: true}); err == nil {
		t.Error("too long for the kernel, and accepted")
	}
}
