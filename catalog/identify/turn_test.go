package identify

import (
	"strings"
	"testing"
)

// TestTurns: a datagram that says itself whether it asks or answers, and one that says neither. One
// direction alone tells by it who called.
func TestTurns(t *testing.T) {
	const asks, answers, neither = "asks", "answers", "neither"
	zeros := func(n int) string { return strings.Repeat("\x00", n) }
	session := "abcdefgh"
	ike := func(version, payload, kind, flags byte, cookie string) string {
		return "abcdefgh" + cookie + string([]byte{payload, version, kind, flags}) + zeros(8)
	}
	l2tp := func(kind byte) string {
		return "\xc8\x02\x00\x14" + zeros(8) + "\x80\x08" + zeros(4) + "\x00" + string([]byte{kind})
	}
	for _, c := range []struct {
		p    Protocol
		b    string
		want string
	}{
		{OpenVPN, "\x38" + session, asks}, {OpenVPN, "\x08" + session, asks}, {OpenVPN, "\x50" + session, asks}, {OpenVPN, "\x40" + session, answers},
		{OpenVPN, "\x10" + session, answers}, {OpenVPN, "\x20" + session, neither}, {OpenVPN, "\x48" + session, neither},
		{NTP, "\x23" + zeros(47), asks}, {NTP, "\x21" + zeros(47), asks}, {NTP, "\x24" + zeros(47), answers}, {NTP, "\x22" + zeros(47), answers}, {NTP, "\x25" + zeros(47), neither},
		{NTP, "\x16\x02" + zeros(10), asks}, {NTP, "\x16\x82" + zeros(10), answers}, {NTP, "\x17\x00\x03\x2a", asks}, {NTP, "\x97\x00\x03\x2a", answers},
		{SNMP, "\x30\x0f\x02\x01\x01\x04\x06public\xa0\x02", asks}, {SNMP, "\x30\x0f\x02\x01\x01\x04\x06public\xa2\x02", answers}, {SNMP, "\x30\x0f\x02\x01\x01\x04\x06public\xa7\x02", asks},
		{SNMP, "\x30\x0f\x02\x01\x01\x04\x06public\xa9\x02", neither}, {SNMP, "\x30\x0f\x02\x01\x01\x04\x06public", neither}, {SNMP, "\x30\x0f\x02\x01\x03\x30\x06public\xa0\x02", neither},
		{STUN, "\x00\x01" + zeros(18), asks}, {STUN, "\x01\x01" + zeros(18), answers}, {STUN, "\x01\x11" + zeros(18), answers}, {STUN, "\x00\x11" + zeros(18), neither},
		{CoAP, "\x40\x01\x00\x01", asks}, {CoAP, "\x60\x45\x00\x01", answers}, {CoAP, "\x40\x45\x00\x01", answers}, {CoAP, "\x60\x00\x00\x01", answers}, {CoAP, "\x40\x00\x00\x01", neither},
		{RADIUS, "\x01", asks}, {RADIUS, "\x04", asks}, {RADIUS, "\x0c", asks}, {RADIUS, "\x28", asks}, {RADIUS, "\x02", answers}, {RADIUS, "\x05", answers}, {RADIUS, "\x0b", answers}, {RADIUS, "\x2d", answers}, {RADIUS, "\x06", neither},
		{BitTorrentDHT, "d1:ad2:id20:", asks}, {BitTorrentDHT, "d1:rd2:id20:", answers}, {BitTorrentDHT, "d2:ip6:abcdef1:rd2:id20:e1:t2:aa1:y1:re", answers}, {BitTorrentDHT, "d1:eli201ee1:t2:aa1:y1:ee", answers}, {BitTorrentDHT, "d2:ip6:abcdefe", neither},
		{IKE, ike(0x20, 33, 34, 0x08, zeros(8)), asks}, {IKE, ike(0x20, 33, 34, 0x20, "ABCDEFGH"), answers}, {IKE, "\x00\x00\x00\x00" + ike(0x20, 46, 35, 0x08, "ABCDEFGH"), asks},
		{IKE, ike(0x10, 1, 2, 0, zeros(8)), asks}, {IKE, ike(0x10, 1, 2, 0, "ABCDEFGH"), answers}, {IKE, ike(0x10, 4, 2, 0, "ABCDEFGH"), neither}, {IKE, ike(0x10, 1, 5, 0, "ABCDEFGH"), neither},
		{RIP, "\x01\x02", asks}, {RIP, "\x02\x02", answers}, {DHCP, "\x01", asks}, {DHCP, "\x02", answers}, {SQLBrowser, "\x03", asks}, {SQLBrowser, "\x05", answers},
		{L2TP, l2tp(1), asks}, {L2TP, l2tp(3), asks}, {L2TP, l2tp(12), asks}, {L2TP, l2tp(2), answers}, {L2TP, l2tp(11), answers}, {L2TP, l2tp(6), neither}, {L2TP, "\x40" + l2tp(1)[1:], neither},
		{DHCPv6, "\x01", asks}, {DHCPv6, "\x0b", asks}, {DHCPv6, "\x02", answers}, {DHCPv6, "\x07", answers}, {DHCPv6, "\x0d", answers}, {DHCPv6, "\x10", neither},
		{SLP, "\x02\x01", asks}, {SLP, "\x02\x02", answers}, {SLP, "\x02\x08", answers}, {SLP, "\x02\x0c", neither},
		{BACnet, "\x81\x0b\x00\x0c\x01\x20\xff\xff\x00\xff\x10\x08", asks}, {BACnet, "\x81\x0a\x00\x0c\x01\x00\x10\x00", answers}, {BACnet, "\x81\x0a\x00\x0c\x01\x04\x00\x05", asks}, {BACnet, "\x81\x0a\x00\x0c\x01\x00\x30\x05", answers},
		{BACnet, "\x81\x04\x00\x12\x0a\x00\x00\x01\xba\xc0\x01\x00\x20\x05", answers}, {BACnet, "\x81\x0a\x00\x0c\x01\x80\x00\x05", neither}, {BACnet, "\x81\x00\x00\x06", answers}, {BACnet, "\x81\x05\x00\x06", asks}, {BACnet, "\x81\x0a\x00\x0c\x01\x20\x00\x05", neither},
		{GTPControl, "\x32\x01", asks}, {GTPControl, "\x32\x10", asks}, {GTPControl, "\x32\x11", answers}, {GTPControl, "\x32\x02", answers}, {GTPControl, "\x32\x03", answers}, {GTPControl, "\x32\xff", neither},
		{GTPControl, "\x48\x20", asks}, {GTPControl, "\x48\x21", answers}, {GTPControl, "\x48\x10", neither}, {GTPPrime, "\x4e\xf0", asks}, {GTPPrime, "\x4e\xf1", answers}, {GTPPrime, "\x4e\x3c", answers},
		{PFCP, "\x20\x01", asks}, {PFCP, "\x20\x02", answers}, {PFCP, "\x21\x32", asks}, {PFCP, "\x21\x33", answers}, {PFCP, "\x20\x0b", answers}, {PFCP, "\x20\x40", neither},
		{WSDiscovery, "..discovery/Probe..", asks}, {WSDiscovery, "..discovery/ProbeMatches..", answers}, {WSDiscovery, "..discovery/Hello..", asks}, {WSDiscovery, "..", neither},
		{DNP3, "\x05\x64\x05\xc0", asks}, {DNP3, "\x05\x64\x05\x44", answers}, {DNP3, "\x05\x64\x0a\x44\x01\x00\x00\x04ss\xc0\xf0\x82\x00", asks},
		{IPMI, "\x06\x00\xff\x06\x00\x00\x11\xbe\x80\x00\x00\x00", asks}, {IPMI, "\x06\x00\xff\x06\x00\x00\x11\xbe\x40\x00\x00\x10", answers}, {IPMI, "\x06\x00\xff\x06\x00\x00\x11\xbe\x10\x00\x00\x00", neither},
		{IPMI, "\x06\x00\xff\x07\x06\x10" + zeros(16), asks}, {IPMI, "\x06\x00\xff\x07\x06\x11" + zeros(16), answers}, {IPMI, "\x06\x00\xff\x07\x06\xc0" + zeros(16), neither}, {IPMI, "\x06\x00\xff\x07\x00" + zeros(8) + "\x09\x20\x18\xc8", asks}, {IPMI, "\x06\x00\xff\x07\x00" + zeros(8) + "\x10\x81\x1c\x63", answers},
		{SourceQuery, "\xff\xff\xff\xffTSource", asks}, {SourceQuery, "\xff\xff\xff\xffI\x11", answers}, {SourceQuery, "\xff\xff\xff\xffgetstatus", asks}, {SourceQuery, "\xff\xff\xff\xffstatusResponse\n", answers}, {SourceQuery, "\xff\xff\xff\xff?", neither},
		{Memcached, "\x12\x34\x00\x00\x00\x01\x00\x00get a\r\n", asks}, {Memcached, "\x12\x34\x00\x00\x00\x01\x00\x00VALUE a 0 1\r\n", answers}, {Memcached, "\x12\x34\x00\x00\x00\x01\x00\x00\x80\x00", asks}, {Memcached, "\x12\x34\x00\x00\x00\x01\x00\x00\x81\x00", answers}, {Memcached, "\x12\x34\x00\x00\x00\x01\x00\x00", neither},
		{SunRPC, "xidx\x00\x00\x00\x00", asks}, {SunRPC, "xidx\x00\x00\x00\x01", answers}, {SunRPC, "xidx\x00\x00\x00\x02", neither},
		{Kerberos, "\x6a\x30", asks}, {Kerberos, "\x6e\x30", asks}, {Kerberos, "\x6b\x30", answers}, {Kerberos, "\x7e\x30", answers}, {Kerberos, "\x00\x2a\xff\x80\x00\x14\x6e\x12", asks}, {Kerberos, "\x00\x2a\x00\x01\x00\x14\x6f\x12", answers}, {Kerberos, "\x75\x30", neither},
		{SIP, "OPTIONS sip:a SIP/2.0\r\n", asks}, {SIP, "\r\nSIP/2.0 200 OK\r\n", answers}, {SIP, "\r\n\r\n", neither},
		{MDNS, "\x00\x00\x00\x00", asks}, {LLMNR, "\x00\x00\x80\x00", answers}, {NetBIOSName, "\x00\x00", neither},
	} {
		answer, ok := turns[c.p]([]byte(c.b))
		got := neither
		switch {
		case ok && answer:
			got = answers
		case ok:
			got = asks
		}
		if got != c.want {
			t.Errorf("%v, %.24q: %s, not %s", c.p, c.b, got, c.want)
		}
	}
}
