package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// TestRolesByPayload: where no SYN tells who called, what was spoken does, before the class of
// the ports and before who was seen first.
func TestRolesByPayload(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.pcap")
	w := newWire(t, name)
	c, s := end{net.IPv4(192, 0, 2, 1), 51000}, end{net.IPv4(192, 0, 2, 2), 52000}
	// 1: in the middle of a connection, the server seen first.
	w.tcp(s, c, "A", 5000, 100, nil)
	w.tcp(c, s, "PA", 100, 5000, []byte("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"))
	w.tcp(s, c, "PA", 5000, 136, []byte("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
	// 2: a caller with a port that belongs to a service.
	c.port, s.port = 514, 11000
	w.udp(c, s, []byte("<45>1 2026-11-26T12:00:00.000000+00:00 gate.example kernel 1 - - up"))
	// 3: nothing is known: the ports tell, as before.
	c.port, s.port = 52000, 443
	w.tcp(s, c, "A", 5000, 100, nil)
	w.tcp(c, s, "A", 100, 5000, nil)
	// 4: and who was seen first where they do not.
	c.port, s.port = 51001, 52001
	w.tcp(s, c, "A", 5000, 100, nil)
	w.tcp(c, s, "A", 100, 5000, nil)
	w.close()
	code, out, errs := portero(t, "read", "--format", "json", name)
	var recs []struct {
		Orig     int    `json:"orig_port"`
		Resp     int    `json:"resp_port"`
		By       string `json:"roles_by"`
		Frame    int    `json:"roles_frame"`
		OrigPkts int    `json:"orig_pkts"`
	}
	if err := json.Unmarshal([]byte(out), &recs); err != nil || code != 0 || len(recs) != 4 {
		t.Fatal(code, err, errs, out)
	}
	for _, r := range recs {
		want := map[int][4]any{51000: {52000, "payload", 2, 1}, 514: {11000, "payload", 4, 1}, 52000: {443, "port", 5, 1}, 52001: {51001, "first", 7, 1}}[r.Orig]
		if have := [4]any{r.Resp, r.By, r.Frame, r.OrigPkts}; have != want {
			t.Errorf("originator's port %d: %v, want %v", r.Orig, have, want)
		}
	}
}

// TestRolesOfAnswers: an answer that comes from who was not asked by itself, but with many, is no question. What is told
// to many unasked is its sender's. And port 0 tells nothing.
func TestRolesOfAnswers(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.pcap")
	w := newWire(t, name)
	a, b := net.IPv4(192, 0, 2, 1), net.IPv4(192, 0, 2, 2)
	head := func(flags, questions, answers string) string {
		return "\x12\x34" + flags + questions + answers + "\x00\x00\x00\x00"
	}
	name5 := "\x05_http\x04_tcp\x05local\x00\x00\x0c"
	answer := []byte(head("\x84\x00", "\x00\x00", "\x00\x01") + name5 + "\x00\x01\x00\x00\x00\x78\x00\x02\xc0\x0c")
	all := end{net.IPv4(224, 0, 0, 251), 5353}
	w.udp(end{a, 5353}, all, []byte(head("\x00\x00", "\x00\x01", "\x00\x00")+name5+"\x80\x01"))
	w.udp(end{b, 5353}, end{a, 5353}, answer)
	w.udp(end{b, 5353}, all, answer)
	nb := "\x20CK" + strings.Repeat("A", 30) + "\x00\x00\x20\x00\x01"
	w.udp(end{a, 137}, end{net.IPv4(192, 0, 2, 255), 137}, []byte(head("\x01\x10", "\x00\x01", "\x00\x00")+nb))
	w.udp(end{b, 137}, end{a, 137}, []byte(head("\x85\x00", "\x00\x00", "\x00\x01")+nb+"\x00\x00\x00\x00\x00\x06\x00\x00\xc0\x00\x02\x02"))
	w.udp(end{a, 0}, end{b, 5000}, []byte("x"))
	w.udp(end{a, 5000}, end{b, 0}, []byte("x"))
	w.close()
	want := map[int]string{
		1: "192.0.2.1 224.0.0.251 payload unanswered", 2: "192.0.2.1 192.0.2.2 payload reply_only", 3: "192.0.2.2 224.0.0.251 first unanswered",
		4: "192.0.2.1 192.0.2.255 payload unanswered", 5: "192.0.2.1 192.0.2.2 payload reply_only",
		6: "192.0.2.1 192.0.2.2 first unanswered", 7: "192.0.2.1 192.0.2.2 first unanswered",
	}
	got := records(t, name)
	if len(got) != len(want) {
		t.Errorf("%d records", len(got))
	}
	for id, r := range got {
		if s := fmt.Sprint(r["orig_addr"], " ", r["resp_addr"], " ", r["roles_by"], " ", r["exchange"]); s != want[id] {
			t.Errorf("#%d: %s, want %s", id, s, want[id])
		}
	}
}

// TestRolesOfOnePort: of protocols that both ends speak from one port a datagram says itself whether it asks or answers,
// whichever of them was captured first, or alone.
func TestRolesOfOnePort(t *testing.T) {
	t.Parallel()
	z := func(n int) string { return strings.Repeat("\x00", n) }
	cookie := "\x00\x00\x21\x12\xa4\x42" + strings.Repeat("t", 12)
	for _, x := range []struct {
		port          uint16
		asks, answers string
	}{
		{port: 123, asks: "\x23\x00\x06\xec" + z(40) + "\xe0\x01\x02\x03\x04\x05\x06\x07",
			answers: "\x24\x02\x06\xec" + z(8) + "\x0a\x00\x00\x03" + "\xe0\x01\x01\x01\x00\x00\x00\x00" + "\xe0\x01\x02\x03\x04\x05\x06\x07" + z(16)},
		{port: 123, asks: "\x21\x02\x06\xec" + z(44), answers: "\x22\x02\x06\xec" + z(44)},
		{port: 123, asks: "\x16\x02\x00\x01" + z(8), answers: "\x16\x82\x00\x01" + z(8)},
		{port: 123, asks: "\x17\x00\x03\x2a" + z(4), answers: "\x97\x00\x03\x2a" + z(4)},
		{port: 500, asks: strings.Repeat("I", 8) + z(8) + "\x21\x20\x22\x08" + z(4) + "\x00\x00\x00\x20" + "\x00\x00\x00\x04",
			answers: strings.Repeat("I", 8) + strings.Repeat("R", 8) + "\x21\x20\x22\x20" + z(4) + "\x00\x00\x00\x20" + "\x00\x00\x00\x04"},
		{port: 5060, asks: "OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1\r\nCSeq: 1 OPTIONS\r\n\r\n",
			answers: "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 192.0.2.1\r\nCSeq: 1 OPTIONS\r\n\r\n"},
		{port: 161, asks: "\x30\x0e\x02\x01\x01\x04\x06public\xa0\x01\x00", answers: "\x30\x0e\x02\x01\x01\x04\x06public\xa2\x01\x00"},
		{port: 3478, asks: "\x00\x01" + cookie, answers: "\x01\x01" + cookie},
		{port: 5683, asks: "\x40\x01\x12\x34\xbb.well-known\x04core", answers: "\x60\x45\x12\x34\xc1\x28\xff</x>"},
		{port: 1812, asks: "\x01\x05\x00\x1b" + strings.Repeat("a", 16) + "\x01\x07alice", answers: "\x02\x05\x00\x14" + strings.Repeat("b", 16)},
		{port: 500, asks: strings.Repeat("I", 8) + z(8) + "\x01\x10\x02\x00" + z(4) + "\x00\x00\x00\x28" + "\x00\x00\x00\x0c" + z(8),
			answers: strings.Repeat("I", 8) + strings.Repeat("R", 8) + "\x01\x10\x02\x00" + z(4) + "\x00\x00\x00\x28" + "\x00\x00\x00\x0c" + z(8)},
		{port: 520, asks: "\x01\x02\x00\x00" + z(19) + "\x10", answers: "\x02\x02\x00\x00" + "\x00\x02\x00\x00\x0a\x00\x00\x00" + z(11) + "\x01"},
		{port: 521, asks: "\x01\x01\x00\x00" + z(19) + "\x10", answers: "\x02\x01\x00\x00" + "\x20\x01\x0d\xb8" + z(14) + "\x20\x01"},
		{port: 1701, asks: "\xc8\x02\x00\x14" + z(8) + "\x80\x08\x00\x00\x00\x00\x00\x01", answers: "\xc8\x02\x00\x14\x00\x05" + z(5) + "\x01" + "\x80\x08\x00\x00\x00\x00\x00\x02"},
		{port: 67, asks: "\x01\x01\x06\x01" + z(296), answers: "\x02\x01\x06\x01" + z(296)},
		{port: 3702, asks: `<?xml version="1.0"?><soap:Envelope xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><soap:Header><a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action>`,
			answers: `<?xml version="1.0"?><soap:Envelope xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><soap:Header><a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</a:Action>`},
		{port: 20000, asks: "\x05\x64\x0b\xc4\x01\x00\x02\x00\xaa\xbb\xc0\xc0\x01\x3c\x02\x06", answers: "\x05\x64\x0a\x44\x02\x00\x01\x00\xaa\xbb\xc0\xc0\x81\x00\x00"},
		{port: 1194, asks: "\x38abcdefgh\x00\x00\x00\x00\x00", answers: "\x40ABCDEFGH\x01\x00\x00\x00\x00abcdefgh\x00\x00\x00\x00"},
		{port: 623, asks: "\x06\x00\xff\x06\x00\x00\x11\xbe\x80\x00\x00\x00", answers: "\x06\x00\xff\x06\x00\x00\x11\xbe\x40\x00\x00\x10" + z(16)},
		{port: 623, asks: "\x06\x00\xff\x07\x00\x00\x00\x00\x00\x00\x00\x00\x00\x09\x20\x18\xc8\x81\x00\x38\x8e\x04\xb5", answers: "\x06\x00\xff\x07\x00\x00\x00\x00\x00\x00\x00\x00\x00\x10\x81\x1c\x63\x20\x00\x38\x00\x01\x80\x04\x02\x00\x00\x00\x00\x09"},
		{port: 27015, asks: "\xff\xff\xff\xffTSource Engine Query\x00", answers: "\xff\xff\xff\xffI\x11Some server\x00map\x00"},
		{port: 547, asks: "\x0c\x00" + z(32), answers: "\x0d\x00" + z(32)},
		{port: 427, asks: "\x02\x01\x00\x00\x0e" + z(9), answers: "\x02\x02\x00\x00\x0e" + z(9)},
		{port: 47808, asks: "\x81\x0a\x00\x11\x01\x04\x00\x05\x01\x0c\x0c\x00\x00\x00\x01\x19\x55", answers: "\x81\x0a\x00\x0c\x01\x00\x30\x01\x0c\x0c\x19\x55"},
		{port: 47808, asks: "\x81\x04\x00\x12\xc0\x00\x02\x01\xba\xc0\x01\x20\xff\xff\x00\xff\x10\x08", answers: "\x81\x0a\x00\x14\x01\x08\x00\x07\x01\x05\x10\x00\xc4\x02\x00\x00\x01\x22\x01\xe0"},
		{port: 2123, asks: "\x32\x01\x00\x04" + z(4) + "\x00\x01\x00\x00", answers: "\x32\x02\x00\x06" + z(4) + "\x00\x01\x00\x00\x0e\x01"},
		{port: 2123, asks: "\x48\x20\x00\x08" + z(8), answers: "\x48\x21\x00\x08" + z(8)},
		{port: 3386, asks: "\x1e\x10\x00\x04" + z(20), answers: "\x1e\x11\x00\x02" + z(18)},
		{port: 3386, asks: "\x4e\xf0\x00\x02" + z(4), answers: "\x4e\xf1\x00\x02" + z(4)},
		{port: 2152, asks: "\x32\x01\x00\x04" + z(8), answers: "\x32\x02\x00\x06" + z(8) + "\x0e\x00"},
		{port: 8805, asks: "\x20\x05\x00\x0d" + z(13), answers: "\x20\x06\x00\x0d" + z(13)},
		{port: 11211, asks: "\x00\x01\x00\x00\x00\x01\x00\x00stats\r\n", answers: "\x00\x01\x00\x00\x00\x01\x00\x00STAT pid 1\r\nSTAT uptime 2\r\n"},
		{port: 11211, asks: "\x00\x01\x00\x00\x00\x01\x00\x00\x80\x0b" + z(22), answers: "\x00\x01\x00\x00\x00\x01\x00\x00\x81\x0b" + z(22)},
		{port: 111, asks: "\x00\x00\x00\x07" + z(7) + "\x02\x00\x01\x86\xa0\x00\x00\x00\x02\x00\x00\x00\x04" + z(16), answers: "\x00\x00\x00\x07\x00\x00\x00\x01" + z(20)},
		{port: 2049, asks: "\x00\x00\x00\x07" + z(7) + "\x02\x00\x01\x86\xa3\x00\x00\x00\x03" + z(20), answers: "\x00\x00\x00\x07\x00\x00\x00\x01" + z(20)},
		{port: 88, asks: "\x6a\x16\x30\x14\xa1\x03\x02\x01\x05\xa2\x03\x02\x01\x0a" + z(10), answers: "\x7e\x16\x30\x14\xa0\x03\x02\x01\x05\xa1\x03\x02\x01\x1e" + z(10)},
		{port: 1434, asks: "\x02", answers: "\x05\x0f\x00ServerName;SQL;"},
		{port: 443, asks: "\xd0\x00\x00\x00\x01\x08abcdefgh\x04wxyz\x42\x00" + z(1200), answers: "\xca\x00\x00\x00\x00\x04wxyz\x08abcdefgh\x00\x00\x00\x01"},
		{port: 3389, asks: "\xff\xff\xff\xff\x04\x00\x00\x01" + z(1224), answers: "\x00\x00\x00\x01\x04\x00\x00\x05" + z(1224)},
		{port: 6881, asks: "d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe", answers: "d1:rd2:id20:mnopqrstuvwxyz123456e1:t2:aa1:y1:re"},
	} {
		for n, want := range map[string]string{"q": "unanswered", "a": "reply_only", "qa": "answered", "aq": "answered"} {
			name := filepath.Join(t.TempDir(), "x.pcap")
			w := newWire(t, name)
			c, s := end{net.IPv4(192, 0, 2, 1), x.port}, end{net.IPv4(192, 0, 2, 2), x.port}
			for _, m := range n {
				if m == 'q' {
					w.udp(c, s, []byte(x.asks))
				} else {
					w.udp(s, c, []byte(x.answers))
				}
			}
			w.close()
			r := records(t, name)[1]
			if r["orig_addr"] != "192.0.2.1" || r["roles_by"] != "payload" || r["exchange"] != want {
				t.Errorf("port %d, %s: %v %v %v", x.port, n, r["orig_addr"], r["roles_by"], r["exchange"])
			}
		}
		// Who asks in another's name often takes a number of a service for the other's, so that answers pass its walls.
		for _, victim := range []uint16{53, 80, 443} {
			name := filepath.Join(t.TempDir(), "x.pcap")
			w := newWire(t, name)
			w.udp(end{net.IPv4(192, 0, 2, 2), x.port}, end{net.IPv4(192, 0, 2, 1), victim}, []byte(x.answers))
			w.close()
			if r := records(t, name)[1]; r["orig_addr"] != "192.0.2.1" || r["exchange"] != "reply_only" {
				t.Errorf("an answer from port %d to %d: %v %v %v", x.port, victim, r["orig_addr"], r["roles_by"], r["exchange"])
			}
		}
	}
}

// TestRolesOfRefused: whose datagrams came back refused asked, though its port is registered, as those are that traceroute
// calls from. A port in common use is another matter: who asked there may have gone.
func TestRolesOfRefused(t *testing.T) {
	a, b := net.IPv4(192, 0, 2, 1).To4(), net.IPv4(192, 0, 2, 2).To4()
	for _, x := range []struct {
		from, to  uint16
		typ, code uint8
		want      string
	}{
		{40000, 33436, 11, 0, "40000 first filtered"},
		{40000, 34000, 11, 0, "40000 first filtered"},
		{40000, 33436, 3, 3, "40000 first refused"},
		{40000, 34000, 11, 1, "34000 port reply_only"}, // nobody refused it
		{53, 40000, 3, 3, "40000 port reply_only"},
	} {
		name := filepath.Join(t.TempDir(), "x.pcap")
		w := newWire(t, name)
		w.udp(end{a, x.from}, end{b, x.to}, []byte("hello"))
		quote := bytes.Clone(w.buf.Bytes()[14 : 14+28])
		w.send(end{b, 0}, end{a, 0}, layers.IPProtocolICMPv4, &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(x.typ, x.code)}, quote)
		w.close()
		all := records(t, name)
		r := all[1]
		if got := fmt.Sprint(r["orig_port"], " ", r["roles_by"], " ", r["exchange"]); len(all) != 1 || got != x.want {
			t.Errorf("%+v: %d records, %s", x, len(all), got)
		}
	}
}

// TestRolesOfProbes: who sends to the ports that traceroute walks asked, though nothing came back and its own port is
// registered. Not so where that is a service's own, nor where the other end spoke.
func TestRolesOfProbes(t *testing.T) {
	a, b := net.IPv4(192, 0, 2, 1).To4(), net.IPv4(192, 0, 2, 2).To4()
	for _, x := range []struct {
		from, to uint16
		answered bool
		want     string
	}{
		{40000, 33436, false, "40000 first unanswered"},
		{40000, 33691, false, "33691 port reply_only"},
		{40000, 33436, true, "33436 port answered"},
		{53, 33436, false, "33436 port reply_only"},
		// Linux lends callers ports from 32768 on, and their class tells nothing of who answers.
		{42965, 63862, false, "42965 first unanswered"},
		{42965, 63862, true, "42965 first answered"},
		{63862, 42965, true, "63862 first answered"},
		{30001, 63862, true, "63862 port answered"},
		// A flood takes any port: one that nobody registered is no service's because the other end's is higher.
		{29876, 63862, false, "29876 first unanswered"},
		{30001, 63862, false, "63862 port reply_only"},
		{63862, 29876, false, "63862 port unanswered"},
		{5060, 63862, false, "63862 port reply_only"},
	} {
		name := filepath.Join(t.TempDir(), "x.pcap")
		w := newWire(t, name)
		w.udp(end{a, x.from}, end{b, x.to}, []byte("hello"))
		if x.answered {
			w.udp(end{b, x.to}, end{a, x.from}, []byte("hello"))
		}
		w.close()
		r := records(t, name)[1]
		if got := fmt.Sprint(r["orig_port"], " ", r["roles_by"], " ", r["exchange"]); got != x.want {
			t.Errorf("%+v: %s", x, got)
		}
	}
}

// TestRolesOfAnswersToAll: a server of DHCP answers all where its client has no address yet. It is asked nonetheless, and its
// door is open; no finding and no list of machines takes the address of all for a caller. What says nothing of a question
// is its sender's.
func TestRolesOfAnswersToAll(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.pcap")
	w := newWire(t, name)
	dhcp := func(op byte) []byte {
		b := make([]byte, 244)
		b[0], b[1], b[2] = op, 1, 6
		copy(b[236:], "\x63\x82\x53\x63\x35\x01\x02\xff")
		return b
	}
	all := net.IPv4(255, 255, 255, 255)
	w.udp(end{net.IPv4(0, 0, 0, 0), 68}, end{all, 67}, dhcp(1))
	w.udp(end{net.IPv4(10, 0, 0, 1), 67}, end{all, 68}, dhcp(2))
	w.udp(end{net.IPv4(10, 0, 0, 2), 53}, end{net.IPv4(239, 1, 2, 3), 50000}, []byte("hello"))
	w.udp(end{net.IPv4(10, 0, 0, 2), 53}, end{net.IPv4(10, 1, 2, 3), 50000}, []byte("hello"))
	w.close()
	want := map[int]string{
		1: "0.0.0.0 255.255.255.255 port unanswered", 2: "255.255.255.255 10.0.0.1 payload reply_only",
		3: "10.0.0.2 239.1.2.3 first unanswered", 4: "10.1.2.3 10.0.0.2 port reply_only",
	}
	for id, r := range records(t, name) {
		if s := fmt.Sprint(r["orig_addr"], " ", r["resp_addr"], " ", r["roles_by"], " ", r["exchange"]); s != want[id] {
			t.Errorf("#%d: %s, want %s", id, s, want[id])
		}
	}
	if _, out, _ := portero(t, "findings", name); strings.Contains(out, "bogon") {
		t.Error(out)
	}
	if _, out, _ := portero(t, "hosts", "--format", "csv", name); !strings.Contains(out, "\n255.255.255.255,0,0,1,") {
		t.Error(out)
	}
	if _, out, _ := portero(t, "ports", "--format", "csv", name); !strings.Contains(out, "\n10.0.0.1,67,udp,open,") {
		t.Error(out)
	}
	if _, out, _ := portero(t, "why", name, "2"); !strings.Contains(out, "An answer to all") {
		t.Error(out)
	}
}

// TestRolesOfUnknownMessages: of a message of ICMP whose type was not captured nobody is said to have asked but who sent it.
func TestRolesOfUnknownMessages(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.pcap")
	w := newWire(t, name)
	eth := &layers.Ethernet{SrcMAC: net.HardwareAddr{2, 0, 0, 0, 0, 1}, DstMAC: net.HardwareAddr{2, 0, 0, 0, 0, 2}, EthernetType: layers.EthernetTypeIPv4}
	ip := &layers.IPv4{Version: 4, TTL: 64, Id: 7, Protocol: layers.IPProtocolICMPv4, FragOffset: 185, SrcIP: net.IPv4(192, 0, 2, 1).To4(), DstIP: net.IPv4(192, 0, 2, 2).To4()}
	if err := gopacket.SerializeLayers(w.buf, serialize, eth, ip, gopacket.Payload(make([]byte, 64))); err != nil {
		t.Fatal(err)
	}
	w.frame(w.buf.Bytes())
	w.close()
	if all := records(t, name); len(all) != 1 || all[1]["orig_addr"] != "192.0.2.1" {
		t.Errorf("%d records, the originator of a fragment is %v", len(all), all[1]["orig_addr"])
	}
}

// TestRolesOfMessages: of ICMP the type tells who asked, be the question missing or captured late. What routers and neighbours
// tell all is their own; what one of them tells one alone is an answer.
func TestRolesOfMessages(t *testing.T) {
	t.Parallel()
	a4, b4 := net.IPv4(192, 0, 2, 1).To4(), net.IPv4(192, 0, 2, 2).To4()
	a6, b6 := net.ParseIP("fe80::1"), net.ParseIP("fe80::2")
	all4, all6 := net.IPv4(224, 0, 0, 1).To4(), net.ParseIP("ff02::1")
	for _, x := range []struct {
		name     string
		src, dst net.IP
		types    string // as src sends them, and behind \xff dst
		asked    bool   // dst
	}{
		{"echo", a4, b4, "\x08", false}, {"echo reply", a4, b4, "\x00", true}, {"reply before echo", a4, b4, "\x00\xff\x08", true},
		{"timestamp reply", a4, b4, "\x0e", true}, {"extended echo", a4, b4, "\x2a\xff\x2b", false}, {"extended echo reply", a4, b4, "\x2b", true},
		{"router's advertisement to all", a4, all4, "\x09", false}, {"router's advertisement to one", a4, b4, "\x09", true},
		{"echo 6", a6, b6, "\x80", false}, {"echo reply 6", a6, b6, "\x81", true}, {"extended echo reply 6", a6, b6, "\xa1", true},
		{"extended echo 6", a6, b6, "\xa0\xff\xa1", false},
		{"router's advertisement to all 6", a6, all6, "\x86", false}, {"router's advertisement to one 6", a6, b6, "\x86", true},
		{"neighbour's advertisement to all", a6, all6, "\x88", false}, {"neighbour's advertisement to one", a6, b6, "\x88", true},
		{"neighbour's advertisement before the solicitation", a6, b6, "\x88\xff\x87", true}, {"inverse advertisement", a6, b6, "\x8e", true},
	} {
		name := filepath.Join(t.TempDir(), "x.pcap")
		w := newWire(t, name)
		src, dst := x.src, x.dst
		for _, typ := range []byte(x.types) {
			if typ == 0xff {
				src, dst = dst, src
				continue
			}
			eth := &layers.Ethernet{SrcMAC: net.HardwareAddr{2, 0, 0, 0, 0, 1}, DstMAC: net.HardwareAddr{2, 0, 0, 0, 0, 2}}
			var ls []gopacket.SerializableLayer
			if len(src) == 4 {
				eth.EthernetType = layers.EthernetTypeIPv4
				ls = []gopacket.SerializableLayer{eth, &layers.IPv4{Version: 4, TTL: 1, Protocol: layers.IPProtocolICMPv4, SrcIP: src, DstIP: dst},
					&layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(typ, 0)}}
			} else {
				eth.EthernetType = layers.EthernetTypeIPv6
				ip := &layers.IPv6{Version: 6, HopLimit: 255, NextHeader: layers.IPProtocolICMPv6, SrcIP: src, DstIP: dst}
				icmp := &layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(typ, 0)}
				icmp.SetNetworkLayerForChecksum(ip)
				ls = []gopacket.SerializableLayer{eth, ip, icmp, gopacket.Payload(make([]byte, 20))}
			}
			if err := gopacket.SerializeLayers(w.buf, serialize, ls...); err != nil {
				t.Fatal(err)
			}
			w.at = w.at.Add(10 * time.Millisecond)
			w.frame(w.buf.Bytes())
		}
		w.close()
		all := records(t, name)
		want := x.src
		if x.asked {
			want = x.dst
		}
		if len(all) != 1 || all[1]["orig_addr"] != want.String() {
			t.Errorf("%s: %d records, %v, want %v", x.name, len(all), all[1]["orig_addr"], want)
		}
	}
}

// TestRolesOfAssociations: who sends INIT begins an association of SCTP, whatever was captured of its four messages and in
// which order, and whatever the ports are; of data alone only the ports tell, or who came first.
func TestRolesOfAssociations(t *testing.T) {
	a, b := end{net.IPv4(192, 0, 2, 1).To4(), 2905}, end{net.IPv4(192, 0, 2, 2).To4(), 36412}
	for _, x := range []struct{ chunks, want string }{ // of who was asked in capitals
		{"iIcC", "2905 payload 1"}, {"I", "2905 payload 1"}, {"IicC", "2905 payload 1"}, {"c", "2905 payload 1"}, {"DdC", "2905 payload 3"},
		{"d", "2905 first 1"}, {"Dd", "36412 first 1"},
	} {
		name := filepath.Join(t.TempDir(), "x.pcap")
		w := newWire(t, name)
		for _, c := range x.chunks {
			from, to := a, b
			if c < 'a' {
				from, to = b, a
			}
			kind := map[rune]byte{'i': 1, 'I': 2, 'c': 10, 'C': 11}[c]
			w.send(from, to, layers.IPProtocolSCTP, gopacket.Payload([]byte{byte(from.port >> 8), byte(from.port), byte(to.port >> 8), byte(to.port), 0, 0, 0, 0, 0, 0, 0, 0, kind, 0, 0, 4}), nil)
		}
		w.close()
		all := records(t, name)
		r := all[1]
		if got := fmt.Sprint(r["orig_port"], " ", r["roles_by"], " ", r["roles_frame"]); len(all) != 1 || got != x.want {
			t.Errorf("%s: %d records, %s, want %s", x.chunks, len(all), got, x.want)
		}
	}
}

// TestRolesOfTransfers: a server of TFTP goes on from a port of its own, where it speaks first: its client asked all the same.
func TestRolesOfTransfers(t *testing.T) {
	c, s := end{net.IPv4(192, 0, 2, 1).To4(), 50618}, end{net.IPv4(192, 0, 2, 2).To4(), 45677}
	data := func(n, size int) string { return "\x00\x03\x00" + string(rune(n)) + strings.Repeat("x", size) }
	ack := func(n int) string { return "\x00\x04\x00" + string(rune(n)) }
	for what, said := range map[string][]string{ // the server's first
		"read":         {data(1, 512), ack(1), data(2, 5), ack(2)},
		"read a line":  {data(1, 20), ack(1)},
		"written":      {ack(0), data(1, 512), ack(1), data(2, 5), ack(2)},
		"with options": {"\x00\x06blksize\x001428\x00", ack(0), data(1, 1428), ack(1)},
		"refused":      {"\x00\x05\x00\x01File not found\x00"},
	} {
		name := filepath.Join(t.TempDir(), "x.pcap")
		w := newWire(t, name)
		for i, m := range said {
			from, to := s, c
			if i%2 == 1 {
				from, to = c, s
			}
			w.udp(from, to, []byte(m))
		}
		w.close()
		r := records(t, name)[1]
		if got := fmt.Sprint(r["orig_port"], " ", r["roles_by"], " ", r["spoken"]); got != "50618 payload tftp" {
			t.Errorf("%s: %s", what, got)
		}
	}
}
