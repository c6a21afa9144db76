package main

import (
	"net"
	"os"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// wire writes a capture packet by packet.
type wire struct {
	t    *testing.T
	file *os.File
	out  *pcapgo.Writer
	at   time.Time
	buf  gopacket.SerializeBuffer
}

func newWire(t *testing.T, name string) *wire {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{t: t, file: f, out: pcapgo.NewWriterNanos(f), at: time.Unix(1_764_000_000, 0), buf: gopacket.NewSerializeBuffer()}
	if err := w.out.WriteFileHeader(65535, layers.LinkTypeEthernet); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *wire) close() {
	if err := w.file.Close(); err != nil {
		w.t.Fatal(err)
	}
}

var serialize = gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}

// end is one end of a conversation.
type end struct {
	ip   net.IP
	port uint16
}

func (w *wire) send(src, dst end, proto layers.IPProtocol, l4 gopacket.SerializableLayer, data []byte) {
	w.at = w.at.Add(200 * time.Microsecond)
	ip := &layers.IPv4{Version: 4, TTL: 64, Protocol: proto, SrcIP: src.ip, DstIP: dst.ip, Id: uint16(w.at.UnixNano() / 1000)}
	switch l := l4.(type) {
	case *layers.TCP:
		l.SetNetworkLayerForChecksum(ip)
	case *layers.UDP:
		l.SetNetworkLayerForChecksum(ip)
	}
	eth := &layers.Ethernet{SrcMAC: net.HardwareAddr{2, 0, 0, 0, 0, 1}, DstMAC: net.HardwareAddr{2, 0, 0, 0, 0, 2}, EthernetType: layers.EthernetTypeIPv4}
	if err := gopacket.SerializeLayers(w.buf, serialize, eth, ip, l4, gopacket.Payload(data)); err != nil {
		w.t.Fatal(err)
	}
	b := w.buf.Bytes()
	if err := w.out.WritePacket(gopacket.CaptureInfo{Timestamp: w.at, CaptureLength: len(b), Length: len(b)}, b); err != nil {
		w.t.Fatal(err)
	}
}

func (w *wire) tcp(src, dst end, flags string, seq, ack uint32, data []byte) {
	l := &layers.TCP{SrcPort: layers.TCPPort(src.port), DstPort: layers.TCPPort(dst.port), Seq: seq, Ack: ack, Window: 64000}
	for _, f := range flags {
		switch f {
		case 'S':
			l.SYN = true
		case 'A':
			l.ACK = true
		case 'F':
			l.FIN = true
		case 'R':
			l.RST = true
		case 'P':
			l.PSH = true
		}
	}
	w.send(src, dst, layers.IPProtocolTCP, l, data)
}

func (w *wire) udp(src, dst end, data []byte) {
	w.send(src, dst, layers.IPProtocolUDP, &layers.UDP{SrcPort: layers.UDPPort(src.port), DstPort: layers.UDPPort(dst.port)}, data)
}

// talk is a whole connection: a question and an answer each way, and both close.
func (w *wire) talk(c, s end, question, answer []byte) {
	q, a := uint32(len(question)), uint32(len(answer))
	w.tcp(c, s, "S", 100, 0, nil)
	w.tcp(s, c, "SA", 300, 101, nil)
	w.tcp(c, s, "A", 101, 301, nil)
	w.tcp(c, s, "PA", 101, 301, question)
	w.tcp(s, c, "PA", 301, 101+q, answer)
	w.tcp(c, s, "FA", 101+q, 301+a, nil)
	w.tcp(s, c, "FA", 301+a, 102+q, nil)
	w.tcp(c, s, "A", 102+q, 302+a, nil)
}
