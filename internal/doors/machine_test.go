package doors

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"

	"portero/capture"
	"portero/handshake"
	"portero/internal/record"
	"portero/internal/sockets"
)

// seen makes the record of an attempt from a client to here.
func seen(proto uint8, client, to string, v handshake.Verdict) *record.Record {
	c, d := netip.MustParseAddrPort(client), netip.MustParseAddrPort(to)
	r := &record.Record{ID: 1, Proto: proto, HasPorts: true, First: 1, Last: 2, Handshake: v, RolesBy: handshake.RolesSYN, FirstFrame: 1, LastFrame: 2,
		Orig: record.Side{Addr: c.Addr(), Port: c.Port(), Pkts: 1}, Resp: record.Side{Addr: d.Addr(), Port: d.Port(), Pkts: 1}}
	if proto == capture.ProtoUDP {
		r.Exchange, r.Handshake = handshake.Answered, handshake.None
	}
	return r
}

// refusedHere is a datagram whose roles are a guess, sent back with an ICMP error by from.
func refusedHere(client, to, from string) *record.Record {
	r := seen(capture.ProtoUDP, client, to, handshake.None)
	r.Exchange, r.RolesBy, r.FilteredBy = handshake.ExchangeRefused, handshake.RolesPort, netip.MustParseAddr(from)
	return r
}

func TestJoin(t *testing.T) {
	const tcp, udp = capture.ProtoTCP, capture.ProtoUDP
	at := netip.MustParseAddrPort
	n := &sockets.Snapshot{Local: []netip.Addr{netip.MustParseAddr("192.0.2.1")}, Sockets: []sockets.Socket{
		{Proto: tcp, Local: at("192.0.2.1:50000"), Remote: at("198.51.100.1:443"), State: sockets.Established},
		{Proto: tcp, Local: at("192.0.2.1:2222"), Remote: at("198.51.100.9:7"), State: sockets.Established},
		{Proto: tcp, Local: at("[::]:80"), Dual: true, State: sockets.Listen},
		{Proto: tcp, Local: at("127.0.0.1:25"), State: sockets.Listen},
		{Proto: tcp, Local: at("127.0.0.1:4444"), State: sockets.Listen}, // who answered at another address is gone, and was not this one
		{Proto: udp, Local: at("0.0.0.0:53"), State: sockets.Bound},
		{Proto: tcp, Local: at("0.0.0.0:80"), State: sockets.Listen, NetNS: 7},
	}}
	var ta Tally
	for _, r := range []*record.Record{
		seen(tcp, "198.51.100.1:1", "192.0.2.1:80", handshake.Completed),
		seen(tcp, "198.51.100.2:1", "192.0.2.1:80", handshake.Completed),
		seen(tcp, "198.51.100.2:2", "192.0.2.1:25", handshake.Refused), // bound to loopback only
		seen(tcp, "198.51.100.2:3", "192.0.2.1:2222", handshake.Completed),
		seen(tcp, "198.51.100.2:4", "192.0.2.1:4444", handshake.Completed),
		seen(tcp, "192.0.2.1:50000", "198.51.100.1:443", handshake.Completed),
		seen(udp, "198.51.100.2:5", "192.0.2.1:80", handshake.None),
		refusedHere("198.51.100.2:6", "192.0.2.1:7", "192.0.2.1"),
		refusedHere("198.51.100.2:6", "192.0.2.1:8", "203.0.113.1"), // somebody else sent it: the roles are a guess
	} {
		ta.Add(r)
	}
	var got []string
	for _, p := range Join(n, &ta) {
		line := fmt.Sprintf("%s %v %s %s %d of %d", p.ProtoName(), p.Local, p.State(), p.Seen, p.Accepted, p.Clients)
		if p.Instead != nil {
			line += fmt.Sprintf(", at %v", p.Instead.Local)
		}
		got = append(got, line)
	}
	want := []string{
		"tcp 127.0.0.1:25 LISTEN never_contacted 0 of 0",
		"udp 0.0.0.0:53 BOUND never_contacted 0 of 0",
		"tcp 0.0.0.0:80 LISTEN  0 of 0",
		"tcp [::]:80 LISTEN contacted 2 of 2",
		"tcp 127.0.0.1:4444 LISTEN never_contacted 0 of 0",
		"udp 192.0.2.1:7  nobody_listens 0 of 1",
		"tcp 192.0.2.1:25  nobody_listens 0 of 1, at 127.0.0.1:25",
		"udp 192.0.2.1:80  no_socket 1 of 1",
		"tcp 192.0.2.1:4444  no_socket 1 of 1",
		"tcp 192.0.2.1:2222 ESTABLISHED  0 of 0",
		"tcp 192.0.2.1:50000 ESTABLISHED  0 of 0",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	// A capture of 192.0.2.1 alone does not tell who came to the loopback interface, and
	// one with traffic of IPv6 alone, nor who came to a socket of IPv4.
	sight := func(t *Tally) string {
		ps := Join(n, t)
		InSight(ps, n, t)
		return fmt.Sprint(ps[0].Seen, " ", ps[1].Seen)
	}
	if got := sight(&ta); got != "out_of_sight never_contacted" {
		t.Errorf("of the sockets at 127.0.0.1:25 and 0.0.0.0:53 it says %q", got)
	}
	var lo, six Tally
	lo.Add(seen(tcp, "127.0.0.9:1", "127.0.0.9:80", handshake.Completed))
	if got := sight(&lo); got != "never_contacted never_contacted" {
		t.Errorf("a capture of the loopback interface: %q", got)
	}
	six.Add(seen(tcp, "[2001:db8::9]:1", "[2001:db8::8]:80", handshake.Completed))
	if got := sight(&six); got != "out_of_sight out_of_sight" {
		t.Errorf("a capture of others: %q", got)
	}
	ta.Dropped = 1
	if got := sight(&ta); got != " " {
		t.Errorf("with records that found no room: %q", got)
	}
	ta.Dropped = 0
	if all := Join(n, nil); len(all) != len(n.Sockets) || all[0].Seen != "" {
		t.Errorf("without a capture: %+v", all)
	}
}

// What a number is for has its mark beside a socket, too, and gives way to what was spoken at another of its addresses.
func TestServiceOfASocket(t *testing.T) {
	here := netip.MustParseAddr("192.0.2.1")
	n := &sockets.Snapshot{Local: []netip.Addr{here}, Sockets: []sockets.Socket{{Proto: capture.ProtoTCP, Local: netip.MustParseAddrPort("0.0.0.0:8080"), State: sockets.Listen}}}
	said := func(to, service, by string) *record.Record {
		r := seen(capture.ProtoTCP, "198.51.100.1:1", to, handshake.Completed)
		r.Service, r.ServiceBy = service, by
		return r
	}
	for _, c := range []struct {
		records []*record.Record
		want    string
	}{
		{nil, ""},
		{[]*record.Record{said("192.0.2.1:8080", "http-alt", "port")}, "http-alt?"},
		{[]*record.Record{said("192.0.2.1:8080", "http-alt", "user")}, "http-alt"},
		{[]*record.Record{said("127.0.0.1:8080", "http-alt", "port"), said("192.0.2.1:8080", "http", "payload")}, "http"},
		{[]*record.Record{said("127.0.0.1:8080", "http", "payload"), said("192.0.2.1:8080", "http-alt", "port")}, "http"},
	} {
		var ta Tally
		for _, r := range c.records {
			ta.Add(r)
		}
		if got := Join(n, &ta)[0].Service; got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
