package main

import (
	"bytes"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// parts writes a UDP datagram as IP fragments, those of drop left out.
func (w *wire) parts(src, dst end, id uint16, size int, drop ...int) {
	w.t.Helper()
	w.pieces(src, dst, id, size, 1480, drop...)
}

// pieces is parts with at most so many octets in each.
func (w *wire) pieces(src, dst end, id uint16, size, most int, drop ...int) {
	w.t.Helper()
	for n, f := range w.cut(src, dst, id, size, most) {
		w.at = w.at.Add(10 * time.Millisecond)
		if !strings.Contains(fmt.Sprint(drop), fmt.Sprint(n)) {
			w.frame(f)
		}
	}
}

func (w *wire) frame(b []byte) {
	w.t.Helper()
	if err := w.out.WritePacket(gopacket.CaptureInfo{Timestamp: w.at, CaptureLength: len(b), Length: len(b)}, b); err != nil {
		w.t.Fatal(err)
	}
}

// cut returns a UDP datagram as frames with at most so many of its octets in each.
func (w *wire) cut(src, dst end, id uint16, size, most int) (frames [][]byte) {
	w.t.Helper()
	ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolUDP, SrcIP: src.ip, DstIP: dst.ip, Id: id}
	udp := &layers.UDP{SrcPort: layers.UDPPort(src.port), DstPort: layers.UDPPort(dst.port)}
	udp.SetNetworkLayerForChecksum(ip)
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, serialize, udp, gopacket.Payload(make([]byte, size))); err != nil {
		w.t.Fatal(err)
	}
	b := buf.Bytes()
	for n := 0; len(b) > 0; n++ {
		part := b[:min(most, len(b))]
		b = b[len(part):]
		ip.FragOffset, ip.Flags = uint16(n*most/8), 0
		if len(b) > 0 {
			ip.Flags = layers.IPv4MoreFragments
		}
		eth := &layers.Ethernet{SrcMAC: net.HardwareAddr{2, 0, 0, 0, 0, 1}, DstMAC: net.HardwareAddr{2, 0, 0, 0, 0, 2}, EthernetType: layers.EthernetTypeIPv4}
		if err := gopacket.SerializeLayers(w.buf, serialize, eth, ip, gopacket.Payload(part)); err != nil {
			w.t.Fatal(err)
		}
		frames = append(frames, bytes.Clone(w.buf.Bytes()))
	}
	return frames
}

// TestFragments: what came in fragments is one record from the first of them on, and what
// is taken out of a capture has them all.
func TestFragments(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "x.pcap")
	w := newWire(t, name)
	c, s := end{net.IPv4(192, 0, 2, 1).To4(), 40000}, end{net.IPv4(192, 0, 2, 2).To4(), 9999}
	w.parts(c, s, 1, 3000)
	w.udp(s, c, []byte("ok"))
	w.close()
	all := records(t, name)
	got := func(r map[string]any) string {
		return fmt.Sprintln(r["exchange"], r["orig_pkts"], r["resp_pkts"], r["orig_payload"], r["resp_payload"], r["first_frame"], r["last_frame"], r["duration_us"], r["quality"])
	}
	if s := got(all[1]); len(all) != 1 || s != "answered 3 1 3000 2 1 4 20200 [fragments]\n" {
		t.Errorf("%d records: %s", len(all), s)
	}
	for n, args := range [][]string{{"extract", name, "1"}, {"extract", name, "@1"}, {"read", "--where", "id == 1", name}} {
		to := filepath.Join(dir, fmt.Sprint(n, ".pcapng"))
		if code, _, errs := portero(t, append(args, "-w", to)...); code != 0 {
			t.Fatal(args, code, errs)
		}
		if s := got(records(t, to)[1]); s != got(all[1]) {
			t.Errorf("%v: %s", args, s)
		}
	}
}

// TestLostFragment: a datagram that never got whole is no proof of more octets than came, nor
// of a clock that ran backwards or packets that were cut.
func TestLostFragment(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.pcap")
	w := newWire(t, name)
	c, s := end{net.IPv4(192, 0, 2, 1).To4(), 40000}, end{net.IPv4(192, 0, 2, 2).To4(), 9999}
	w.udp(c, s, []byte("one"))
	w.parts(c, s, 1, 4000, 1)
	w.at = w.at.Add(time.Second)
	w.udp(c, s, []byte("two"))
	w.close()
	r := records(t, name)[1]
	if got := fmt.Sprintln(r["orig_pkts"], r["orig_payload"], r["first_frame"], r["last_frame"], r["quality"], r["duration_us"]); got != "4 1478 1 4 [fragments] 1030200\n" {
		t.Error(got)
	}
}

// TestFragmentsTwice: where a capture has every frame twice, or some of them, what came in fragments is counted
// once, and its copies are copies of it.
func TestFragmentsTwice(t *testing.T) {
	c, s := end{net.IPv4(192, 0, 2, 1).To4(), 40000}, end{net.IPv4(192, 0, 2, 2).To4(), 9999}
	for _, x := range []struct {
		order  []int
		after  time.Duration // the second of two that are the same
		copies int
	}{
		{[]int{0, 0, 1, 1, 2, 2}, time.Millisecond, 3},
		{[]int{0, 1, 2, 0, 1, 2}, time.Millisecond, 3},
		{[]int{2, 1, 0, 1}, time.Millisecond, 1},
		{[]int{0, 1, 1, 2}, time.Millisecond, 1},
		{[]int{0, 1, 1, 2}, 40 * time.Millisecond, 0}, // no copy: it was sent again
		{[]int{0, -7, 1, 2, 0, 1, 2}, 0, 3},           // a copy of the whole, and too late for one of its first part
	} {
		name := filepath.Join(t.TempDir(), "x.pcap")
		w := newWire(t, name)
		frames, had := w.cut(c, s, 7, 3000, 1480), map[int]bool{}
		sent := 0
		for _, n := range x.order {
			w.at = w.at.Add(time.Duration(max(-2*n, 1)) * time.Millisecond)
			if n < 0 {
				continue
			}
			sent++
			if had[n] {
				w.at = w.at.Add(x.after)
			}
			had[n] = true
			w.frame(frames[n])
		}
		w.udp(s, c, []byte("ok"))
		w.close()
		all := records(t, name)
		r := all[1]
		want := fmt.Sprintln(sent-x.copies, 1, 3000, 2, x.copies, "answered")
		if got := fmt.Sprintln(r["orig_pkts"], r["resp_pkts"], r["orig_payload"], r["resp_payload"], r["duplicates"], r["exchange"]); len(all) != 1 || got != want {
			t.Errorf("%v: %d records, %s, want %s", x.order, len(all), got, want)
		}
		to := filepath.Join(t.TempDir(), "y.pcap")
		if code, _, errs := portero(t, "extract", name, "1", "-w", to); code != 0 {
			t.Fatal(code, errs)
		}
		if got := records(t, to)[1]["duplicates"]; fmt.Sprint(got) != fmt.Sprint(x.copies) {
			t.Errorf("%v: %v copies in what was taken out, want %d", x.order, got, x.copies)
		}
	}
}

// TestFragmentsWaitedFor: a question that never got whole is older than the answer to it, though it is booked later:
// who asked is the originator, and no clock ran backwards. Zeek does not count it.
func TestFragmentsWaitedFor(t *testing.T) {
	c, s := end{net.IPv4(192, 0, 2, 1).To4(), 40000}, end{net.IPv4(192, 0, 2, 2).To4(), 9999}
	for n := 1; n < 3; n++ {
		name := filepath.Join(t.TempDir(), "x.pcap")
		w := newWire(t, name)
		w.pieces(c, s, 7, 3000, 1480, n)
		w.udp(s, c, []byte("ok"))
		w.close()
		all := records(t, name)
		r := all[1]
		got := fmt.Sprintln(r["orig_port"], r["exchange"], r["orig_pkts"], r["resp_pkts"], r["first_frame"], r["last_frame"], r["roles_frame"], r["reply_frame"], r["quality"], r["conn_state"], r["history"])
		if want := "40000 answered 2 1 1 3 1 3 [fragments] S0 D\n"; len(all) != 1 || got != want {
			t.Errorf("without %d: %d records, %s, want %s", n, len(all), got, want)
		}
	}
}

// TestFragmentsQuoted: the error of a host that waited in vain for the rest is told with the datagram, and no record
// of its own.
func TestFragmentsQuoted(t *testing.T) {
	c, s := end{net.IPv4(192, 0, 2, 1).To4(), 40000}, end{net.IPv4(192, 0, 2, 2).To4(), 9999}
	for _, after := range []time.Duration{0, 30 * time.Second, 60 * time.Second} {
		name := filepath.Join(t.TempDir(), "x.pcap")
		w := newWire(t, name)
		first := w.cut(c, s, 7, 3000, 1480)[0]
		w.frame(first)
		w.at = w.at.Add(after)
		w.send(s, c, layers.IPProtocolICMPv4, &layers.ICMPv4{TypeCode: layers.CreateICMPv4TypeCode(11, 1)}, first[14:14+548])
		w.close()
		all := records(t, name)
		if len(all) != 1 {
			t.Errorf("%v later: %d records", after, len(all))
		}
		for _, r := range all {
			if r["proto"] != "udp" || fmt.Sprint(r["icmp_frame"]) != "2" || r["exchange"] != "unanswered" {
				t.Errorf("%v later: %v %v %v", after, r["proto"], r["icmp_frame"], r["exchange"])
			}
		}
	}
}

// TestFragmentsOfSegments: a segment of which fragments are missing is what was missing where its receiver went on, and
// nothing else: out of order or cut it was not, and no FIN of it counts.
func TestFragmentsOfSegments(t *testing.T) {
	c, s := end{net.IPv4(192, 0, 2, 1).To4(), 40000}, end{net.IPv4(192, 0, 2, 2).To4(), 9999}
	for _, most := range []int{8, 104} {
		name := filepath.Join(t.TempDir(), "x.pcap")
		w := newWire(t, name)
		w.tcp(c, s, "S", 100, 0, nil)
		w.tcp(s, c, "SA", 300, 101, nil)
		w.tcp(c, s, "A", 101, 301, nil)
		w.at = w.at.Add(time.Millisecond)
		ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: c.ip, DstIP: s.ip, Id: 7, Flags: layers.IPv4MoreFragments}
		l := &layers.TCP{SrcPort: layers.TCPPort(c.port), DstPort: layers.TCPPort(s.port), Seq: 101, Ack: 301, ACK: true, FIN: true, Window: 64000}
		l.SetNetworkLayerForChecksum(ip)
		buf := gopacket.NewSerializeBuffer()
		if err := gopacket.SerializeLayers(buf, serialize, l, gopacket.Payload(make([]byte, 300))); err != nil {
			t.Fatal(err)
		}
		eth := &layers.Ethernet{SrcMAC: net.HardwareAddr{2, 0, 0, 0, 0, 1}, DstMAC: net.HardwareAddr{2, 0, 0, 0, 0, 2}, EthernetType: layers.EthernetTypeIPv4}
		if err := gopacket.SerializeLayers(w.buf, serialize, eth, ip, gopacket.Payload(buf.Bytes()[:most])); err != nil {
			t.Fatal(err)
		}
		w.frame(w.buf.Bytes())
		w.tcp(s, c, "A", 301, 402, nil)
		w.close()
		all := records(t, name)
		r := all[1]
		seen := max(most-20, 0) // of 300 and a FIN
		got := fmt.Sprintln(r["handshake"], r["close"], r["orig_pkts"], r["orig_payload"], r["orig_lost"], r["orig_ooo"], r["quality"], r["history"])
		if want := fmt.Sprintln("completed", "open", 3, seen, 301-seen, 0, "[fragments]", "ShAaG"); len(all) != 1 || got != want {
			t.Errorf("%d octets: %d records, %s, want %s", most, len(all), got, want)
		}
	}
}

// TestLateFragment: neither is one that began before anything else of its flow was seen.
func TestLateFragment(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.pcap")
	w := newWire(t, name)
	c, s := end{net.IPv4(192, 0, 2, 1).To4(), 40000}, end{net.IPv4(192, 0, 2, 2).To4(), 9999}
	w.parts(c, s, 1, 4000, 1)
	w.at = w.at.Add(time.Second)
	w.udp(c, s, []byte("one"))
	w.close()
	r := records(t, name)[1]
	if got := fmt.Sprintln(r["orig_pkts"], r["orig_payload"], r["last_frame"], r["quality"]); got != "3 1475 3 [fragments]\n" || r["first"].(string) > r["last"].(string) {
		t.Error(got, r["first"], r["last"])
	}
}

// TestFragmentsOfTunnels: of a tunnel's packet of which fragments are missing what came is told of the connection inside,
// and no octet more. What is no tunnel, and has no ports, counts too.
func TestFragmentsOfTunnels(t *testing.T) {
	c, s := end{net.IPv4(192, 0, 2, 1).To4(), 5555}, end{net.IPv4(192, 0, 2, 2).To4(), 4789}
	inner := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolUDP, SrcIP: net.IPv4(10, 0, 0, 1).To4(), DstIP: net.IPv4(10, 0, 0, 2).To4()}
	udp := &layers.UDP{SrcPort: 5000, DstPort: 9999}
	udp.SetNetworkLayerForChecksum(inner)
	eth := &layers.Ethernet{SrcMAC: net.HardwareAddr{2, 0, 0, 0, 0, 1}, DstMAC: net.HardwareAddr{2, 0, 0, 0, 0, 2}, EthernetType: layers.EthernetTypeIPv4}
	packet := func(ls ...gopacket.SerializableLayer) []byte {
		b := gopacket.NewSerializeBuffer()
		if err := gopacket.SerializeLayers(b, serialize, ls...); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	outer := &layers.UDP{SrcPort: layers.UDPPort(c.port), DstPort: layers.UDPPort(s.port)}
	ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: layers.IPProtocolUDP, SrcIP: c.ip, DstIP: s.ip, Id: 7, Flags: layers.IPv4MoreFragments}
	outer.SetNetworkLayerForChecksum(ip)
	whole := packet(outer, gopacket.Payload("\x08\x00\x00\x00\x00\x00\x05\x00"), gopacket.Payload(packet(eth, inner, udp, gopacket.Payload(make([]byte, 1400)))))
	for _, x := range []struct {
		proto layers.IPProtocol
		want  string
	}{{layers.IPProtocolUDP, "10.0.0.1 5000 vxlan 1 1142"}, {layers.IPProtocolESP, "192.0.2.1 <nil> <nil> 1 1200"}} {
		name := filepath.Join(t.TempDir(), "x.pcap")
		w := newWire(t, name)
		ip.Protocol = x.proto
		w.frame(packet(eth, ip, gopacket.Payload(whole[:1200])))
		w.close()
		all := records(t, name)
		r := all[1]
		if got := fmt.Sprint(r["orig_addr"], " ", r["orig_port"], " ", r["tunnel"], " ", r["orig_pkts"], " ", r["orig_payload"]); len(all) != 1 || got != x.want {
			t.Errorf("%d records, %s, want %s", len(all), got, x.want)
		}
	}
}

// TestFragmentsNumbered: who began while a datagram in fragments was waited for has the lower number, as OUTPUTS.md says.
func TestFragmentsNumbered(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.pcap")
	w := newWire(t, name)
	a, b, s := end{net.IPv4(192, 0, 2, 1).To4(), 40000}, end{net.IPv4(192, 0, 2, 3).To4(), 40001}, end{net.IPv4(192, 0, 2, 2).To4(), 9999}
	w.parts(a, s, 1, 2000, 1)
	w.udp(b, s, []byte("x"))
	w.parts(a, s, 1, 2000, 0)
	w.close()
	all := records(t, name)
	got := fmt.Sprintf("%v %v %v %v", all[1]["orig_port"], all[1]["first_frame"], all[2]["orig_port"], all[2]["first_frame"])
	if got != "40001 2 40000 1" {
		t.Error(got)
	}
}
