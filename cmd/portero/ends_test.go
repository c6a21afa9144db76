package main

import (
	"net"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// six writes a SYN between two IPv6 addresses.
func (w *wire) six(src, dst string) {
	ip := &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: layers.IPProtocolTCP, SrcIP: net.ParseIP(src), DstIP: net.ParseIP(dst)}
	tcp := &layers.TCP{SrcPort: 51022, DstPort: 22, Seq: 100, SYN: true, Window: 64000}
	tcp.SetNetworkLayerForChecksum(ip)
	eth := &layers.Ethernet{SrcMAC: net.HardwareAddr{2, 0, 0, 0, 0, 1}, DstMAC: net.HardwareAddr{2, 0, 0, 0, 0, 2}, EthernetType: layers.EthernetTypeIPv6}
	if err := gopacket.SerializeLayers(w.buf, serialize, eth, ip, tcp); err != nil {
		w.t.Fatal(err)
	}
	b := w.buf.Bytes()
	if err := w.out.WritePacket(gopacket.CaptureInfo{Timestamp: w.at, CaptureLength: len(b), Length: len(b)}, b); err != nil {
		w.t.Fatal(err)
	}
}

// The ends in the table are what why takes, mapped addresses on the wire too; and no line of why is wider than
// the terminal, however long they are.
func TestEndsOfTheTableAreTakenByWhy(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.pcap")
	w := newWire(t, name)
	w.six("::ffff:192.0.2.1", "::ffff:192.0.2.2")
	w.six("2001:db8:1111:2222:3333:4444:5555:6666", "2001:db8:7777:8888:9999:aaaa:bbbb:cccc")
	w.close()
	_, out, _ := portero(t, "read", name)
	ends := regexp.MustCompile(`(?s)(\[\S+\]:51022)\s+> (\[\S+\]:22)\b`).FindAllStringSubmatch(out, -1)
	if len(ends) != 2 {
		t.Fatalf("%q\n%s", ends, out)
	}
	for _, e := range ends {
		for _, lang := range []string{"en", "es"} {
			code, out, errs := portero(t, "why", "--lang", lang, name, e[1]+">"+e[2])
			if code != exitOK || !strings.HasPrefix(out, "#") {
				t.Errorf("%q: exit status %d, %s", e, code, errs)
			}
			for line := range strings.Lines(out) {
				if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 80 {
					t.Errorf("%d columns: %q", n, line)
				}
			}
		}
	}
}

// One packet is missing, or several are.
func TestMissingInSpanish(t *testing.T) {
	for packets, want := range map[string]string{
		"c S 1000\ns SA 5000 1001\ns PA 5001 1101 100\nc A 1101 5101":         "falta ACK en la captura",
		"s SA 5000 1001\ns PA 5001 1101 100\ns A 5101 1201\ns FA 5101 1201\n": "faltan SYN y ACK en la captura",
	} {
		_, out, _ := portero(t, "read", "--lang", "es", acted(t, packets))
		if !strings.Contains(strings.Join(strings.Fields(out), " "), want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

// Sentences agree in number and gender with what they are of, in both languages, and none says of one byte that
// it was too large for a packet.
func TestSentencesAgree(t *testing.T) {
	dir := t.TempDir()
	one, parts := filepath.Join(dir, "one.pcap"), filepath.Join(dir, "parts.pcap")
	a, b := end{net.IPv4(192, 0, 2, 1).To4(), 40000}, end{net.IPv4(192, 0, 2, 2).To4(), 7001}
	w := newWire(t, one)
	for range 3 {
		w.udp(a, b, []byte("x"))
	}
	w.close()
	w = newWire(t, parts)
	w.pieces(a, b, 7, 32, 24)
	w.parts(a, b, 8, 2000)
	w.close()
	unseen := acted(t, "s SA 5000 1001\ns PA 5001 1101 100\ns A 5101 1201\ns FA 5101 1201")
	probed := acted(t, "c - 1000")
	wrong := acted(t, "c S 1000\ns SA 5000 1001\nc A 1001 5001\nc PA 1001 5001 10 offset4\nc PA 1001 5001 10 offset4\nc A 1001 5001")
	for _, x := range []struct{ verb, file, en, es string }{
		{"why", unseen, "SYN, ACK missed by the capture: the numbers of later packets presuppose them.", "SYN, ACK: la captura no los vio; los números de paquetes posteriores los suponen."},
		{"why", probed, "no ordinary one sends (null).", "ninguna normal envía (NULL (ningún indicador))."},
		{"why", probed, "that make it part of a connection.", "que lo hagan parte de una conexión."},
		{"why", wrong, "frame 5 (impossible header length): they change nothing.", "la trama 5 (longitud de cabecera imposible): no cambian nada."},
		{"teach", one, "Another byte from the client.", "Otro byte del cliente."},
		{"teach", parts, "It travelled in several fragments, though so few bytes fit one packet.", "Viajó en varios fragmentos, aunque tan pocos bytes caben en un solo paquete."},
		{"teach", parts, "It was too large for one packet and travelled in several fragments.", "No cabía en un paquete y viajó en varios fragmentos."},
	} {
		for lang, want := range map[string]string{"en": x.en, "es": x.es} {
			code, out, errs := portero(t, x.verb, "--lang", lang, x.file, "1")
			if plain := strings.Join(strings.Fields(strings.ReplaceAll(out, "|", " ")), " "); code != exitOK || !strings.Contains(plain, want) {
				t.Errorf("%s, %d: %q is not in\n%s%s", x.verb, code, want, out, errs)
			}
		}
	}
}
