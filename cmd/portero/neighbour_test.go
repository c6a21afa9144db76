package main

import (
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// frame6 writes an IPv6 packet.
func (w *wire) frame6(src, dst string, hops uint8, proto layers.IPProtocol, ls ...gopacket.SerializableLayer) {
	w.at = w.at.Add(200 * time.Millisecond)
	ip := &layers.IPv6{Version: 6, HopLimit: hops, NextHeader: proto, SrcIP: net.ParseIP(src), DstIP: net.ParseIP(dst)}
	switch l := ls[0].(type) {
	case *layers.TCP:
		l.SetNetworkLayerForChecksum(ip)
	case *layers.ICMPv6:
		l.SetNetworkLayerForChecksum(ip)
	}
	eth := &layers.Ethernet{SrcMAC: net.HardwareAddr{2, 0, 0, 0, 0, 1}, DstMAC: net.HardwareAddr{2, 0, 0, 0, 0, 2}, EthernetType: layers.EthernetTypeIPv6}
	if err := gopacket.SerializeLayers(w.buf, serialize, append([]gopacket.SerializableLayer{eth, ip}, ls...)...); err != nil {
		w.t.Fatal(err)
	}
	b := w.buf.Bytes()
	if err := w.out.WritePacket(gopacket.CaptureInfo{Timestamp: w.at, CaptureLength: len(b), Length: len(b)}, b); err != nil {
		w.t.Fatal(err)
	}
}

// TestNeighbourAskedInVain: a silence has a reason where the responder did not answer on its link either, and the frames
// that ask are named. Whoever answers anything is there, whatever was not seen of it.
func TestNeighbourAskedInVain(t *testing.T) {
	ask := func(w *wire) {
		w.frame6("fd00::1", "ff02::1:ff00:9", 255, layers.IPProtocolICMPv6, &layers.ICMPv6{TypeCode: layers.CreateICMPv6TypeCode(135, 0)},
			&layers.ICMPv6NeighborSolicitation{TargetAddress: net.ParseIP("fd00::9")})
	}
	syn := func(w *wire) {
		w.frame6("fd00:1::5", "fd00::9", 63, layers.IPProtocolTCP, &layers.TCP{SrcPort: 40000, DstPort: 80, Seq: 1000, SYN: true, Window: 64000})
	}
	made := func(fill func(w *wire)) string {
		name := filepath.Join(t.TempDir(), "in.pcap")
		w := newWire(t, name)
		fill(w)
		w.close()
		return name
	}
	said := func(args ...string) string {
		_, out, _ := portero(t, args...)
		return strings.Join(strings.Fields(out), " ")
	}
	silent := made(func(w *wire) { syn(w); ask(w); ask(w); syn(w) })
	if out := said("why", silent, "1"); !strings.Contains(out, "the responder did not answer NDP either (frames 2 and 3): it is off") {
		t.Error(out)
	}
	if out := said("why", "--lang", "es", silent, "1"); !strings.Contains(out, "el respondedor tampoco contestó a NDP (tramas 2 y 3): está apagado") {
		t.Error(out)
	}
	const row = "NDP either"
	if out := said(silent); !strings.Contains(out, "and nothing came back; fd00::9 did not answer NDP either") {
		t.Error(out)
	}
	if out := said("--lang", "es", silent); !strings.Contains(out, "y no volvió nada; fd00::9 tampoco contestó a NDP") {
		t.Error(out)
	}
	// What a filter hides may be an answer, and other addresses are not those that were asked for.
	if out := said("--where", "proto == tcp", silent); strings.Contains(out, row) {
		t.Error(out)
	}
	if out := said("--anonymize", silent); strings.Contains(out, row) {
		t.Error(out)
	}
	// The questions of another input have numbers that would say nothing here.
	if out := said("why", silent, made(ask), "1"); !strings.Contains(out, "answer NDP either (frame 2): it is off") {
		t.Error(out)
	}
	if out := said("why", made(syn), made(ask), "1"); !strings.Contains(out, "answer NDP either: it is off") {
		t.Error(out)
	}
	t.Run("page", func(t *testing.T) {
		chromium(t)
		p := browse(t, report(t, silent), "", 1280, 900, false)
		p.ready()
		if !eval[bool](p, `document.body.textContent.includes("did not answer NDP either (frames 2 and 3)")`) {
			t.Error("the page does not say it")
		}
	})
	for name, more := range map[string]func(w *wire){
		"another port answers": func(w *wire) {
			w.frame6("fd00:1::6", "fd00::9", 63, layers.IPProtocolTCP, &layers.TCP{SrcPort: 40001, DstPort: 443, Seq: 1, SYN: true, Window: 64000})
			w.frame6("fd00::9", "fd00:1::6", 64, layers.IPProtocolTCP, &layers.TCP{SrcPort: 443, DstPort: 40001, Seq: 1, Ack: 2, SYN: true, ACK: true, Window: 64000})
		},
		"the same port answers another": func(w *wire) {
			w.frame6("fd00:1::6", "fd00::9", 63, layers.IPProtocolTCP, &layers.TCP{SrcPort: 40001, DstPort: 80, Seq: 1, SYN: true, Window: 64000})
			w.frame6("fd00::9", "fd00:1::6", 64, layers.IPProtocolTCP, &layers.TCP{SrcPort: 80, DstPort: 40001, Seq: 1, Ack: 2, SYN: true, ACK: true, Window: 64000})
		},
		"it answers": func(w *wire) {
			w.frame6("fd00::9", "fd00:1::5", 64, layers.IPProtocolTCP, &layers.TCP{SrcPort: 80, DstPort: 40000, Seq: 1, Ack: 1001, SYN: true, ACK: true, Window: 64000})
		},
		"it is refused": func(w *wire) {
			w.frame6("fd00::9", "fd00:1::5", 64, layers.IPProtocolTCP, &layers.TCP{SrcPort: 80, DstPort: 40000, Ack: 1001, RST: true, ACK: true})
		},
	} {
		in := made(func(w *wire) { syn(w); ask(w); more(w) })
		if out := said("why", in, "1"); strings.Contains(out, "NDP") {
			t.Errorf("%s: %s", name, out)
		}
		if out := said(in); strings.Contains(out, row) {
			t.Errorf("%s: %s", name, out)
		}
	}
	// Who is spoken to in one captured direction answers out of sight.
	data := func(w *wire) {
		w.frame6("fd00:1::5", "fd00::9", 63, layers.IPProtocolTCP, &layers.TCP{SrcPort: 40000, DstPort: 80, Seq: 1000, Ack: 5000, ACK: true, PSH: true, Window: 64000}, gopacket.Payload("GET / HTTP/1.1"))
	}
	in := made(func(w *wire) { data(w); ask(w) })
	if out := said("why", in, "1"); strings.Contains(out, "NDP") || !strings.Contains(out, "[fd00::9]:80") {
		t.Error(out)
	}
	if out := said(in); strings.Contains(out, row) {
		t.Error(out)
	}
}
