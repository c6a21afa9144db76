package main

import (
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
		w.at = w.at.Add(10 * time.Millisecond)
		if strings.Contains(fmt.Sprint(drop), fmt.Sprint(n)) {
			continue
		}
		ip.FragOffset, ip.Flags = uint16(n*most/8), 0
		if len(b) > 0 {
			ip.Flags = layers.IPv4MoreFragments
		}
		eth := &layers.Ethernet{SrcMAC: net.HardwareAddr{2, 0, 0, 0, 0, 1}, DstMAC: net.HardwareAddr{2, 0, 0, 0, 0, 2}, EthernetType: layers.EthernetTypeIPv4}
		if err := gopacket.SerializeLayers(w.buf, serialize, eth, ip, gopacket.Payload(part)); err != nil {
			w.t.Fatal(err)
		}
		f := w.buf.Bytes()
		if err := w.out.WritePacket(gopacket.CaptureInfo{Timestamp: w.at, CaptureLength: len(f), Length: len(f)}, f); err != nil {
			w.t.Fatal(err)
		}
	}
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
