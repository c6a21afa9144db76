package main

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// at is a machine's door: "10.0.0.1:80".
func at(format string, args ...any) end {
	host, port, _ := strings.Cut(fmt.Sprintf(format, args...), ":")
	var n uint16
	fmt.Sscan(port, &n)
	return end{net.ParseIP(host).To4(), n}
}

// pass lets time go by.
func (w *wire) pass(d time.Duration) { w.at = w.at.Add(d) }

// knock is an attempt to open: flags of what comes back, "" for nothing.
func (w *wire) knock(c, s end, back string) {
	w.tcp(c, s, "S", 100, 0, nil)
	if back != "" {
		w.tcp(s, c, back, 300, 101, nil)
	}
}

// chat is a whole connection in which the sides say lines in turn, the server first; an empty one is left out.
func (w *wire) chat(c, s end, lines ...string) {
	seq := [2]uint32{101, 301}
	who := [2]end{c, s}
	say := func(side int, flags string, b []byte) {
		w.tcp(who[side], who[1-side], flags, seq[side], seq[1-side], b)
		seq[side] += uint32(len(b))
	}
	w.knock(c, s, "SA")
	say(0, "A", nil)
	for i, l := range lines {
		if l != "" {
			say((i+1)%2, "PA", []byte(l))
		}
	}
	for side := range 2 {
		say(side, "FA", nil)
		seq[side]++
	}
	say(0, "A", nil)
}

// long sends n octets of which the capture keeps the headers alone. It returns the next sequence number.
func (w *wire) long(src, dst end, seq, ack uint32, n int) uint32 {
	l := &layers.TCP{SrcPort: layers.TCPPort(src.port), DstPort: layers.TCPPort(dst.port), Seq: seq, Ack: ack, ACK: true, PSH: true, Window: 64000}
	w.header(src, dst, layers.IPProtocolTCP, l, n)
	return seq + uint32(n)
}

// longUDP is the same of a datagram.
func (w *wire) longUDP(src, dst end, n int) {
	w.header(src, dst, layers.IPProtocolUDP, &layers.UDP{SrcPort: layers.UDPPort(src.port), DstPort: layers.UDPPort(dst.port), Length: uint16(8 + n)}, n)
}

func (w *wire) header(src, dst end, proto layers.IPProtocol, l4 gopacket.SerializableLayer, n int) {
	w.pass(200 * time.Microsecond)
	hdr := 28
	if proto == layers.IPProtocolTCP {
		hdr = 40
		l4.(*layers.TCP).DataOffset = 5
	}
	ip := &layers.IPv4{Version: 4, IHL: 5, TTL: 64, Protocol: proto, SrcIP: src.ip, DstIP: dst.ip, Id: uint16(w.at.UnixNano() / 1000), Length: uint16(hdr + n)}
	eth := &layers.Ethernet{SrcMAC: net.HardwareAddr{2, 0, 0, 0, 0, 1}, DstMAC: net.HardwareAddr{2, 0, 0, 0, 0, 2}, EthernetType: layers.EthernetTypeIPv4}
	if err := gopacket.SerializeLayers(w.buf, gopacket.SerializeOptions{}, eth, ip, l4); err != nil {
		w.t.Fatal(err)
	}
	b := w.buf.Bytes()
	sum := uint32(0)
	for i := 14; i < 34; i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	binary.BigEndian.PutUint16(b[24:], ^uint16(sum+sum>>16))
	if err := w.out.WritePacket(gopacket.CaptureInfo{Timestamp: w.at, CaptureLength: len(b), Length: len(b) + n}, b); err != nil {
		w.t.Fatal(err)
	}
}

// arp is who asks for or answers with an address: operation 1 or 2, the sender's last octet of its MAC, its address and whose it asks for.
func (w *wire) arp(op, mac byte, from, to string) {
	w.pass(200 * time.Microsecond)
	b := []byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, mac, 8, 6, 0, 1, 8, 0, 6, 4, 0, op, 2, 0, 0, 0, 0, mac}
	b = append(b, net.ParseIP(from).To4()...)
	b = append(b, 0, 0, 0, 0, 0, 0)
	w.frame(append(b, net.ParseIP(to).To4()...))
}

// question is one of DNS, and reply an empty answer to it.
func (w *wire) question(c, s end, id uint16, name string, qtype byte) {
	b := []byte{byte(id >> 8), byte(id), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0}
	for _, l := range strings.Split(name, ".") {
		b = append(append(b, byte(len(l))), l...)
	}
	b = append(b, 0, 0, qtype, 0, 1)
	w.udp(c, s, b)
	b[2], b[3] = 0x81, 0x83
	w.udp(s, c, b)
}

// noise is n octets that look random, the same each time.
func noise(seed uint64, n int) string {
	r := rand.New(rand.NewPCG(seed, 1))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return string(b)
}

// record is one of TLS with a handshake message in it.
func tlsMessage(version uint16, typ byte, body string) string {
	n := len(body)
	m := string([]byte{typ, byte(n >> 16), byte(n >> 8), byte(n)}) + body
	return string([]byte{22, byte(version >> 8), byte(version), byte(len(m) >> 8), byte(len(m))}) + m
}

func vector(size int, s string) string {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], uint32(len(s)))
	return string(b[4-size:]) + s
}

// tlsHello is a client's that asks for a name and offers one suite.
func tlsHello(version, suite uint16, name string) string {
	sni := "\x00\x00" + vector(2, vector(2, "\x00"+vector(2, name)))
	body := string([]byte{byte(version >> 8), byte(version)}) + strings.Repeat("r", 32) + "\x00" + vector(2, string([]byte{byte(suite >> 8), byte(suite)})) + "\x01\x00" + vector(2, sni)
	return tlsMessage(0x0301, 1, body)
}

// tlsReply is a server's choice, with a certificate.
func tlsReply(version, suite uint16, cert string) string {
	body := string([]byte{byte(version >> 8), byte(version)}) + strings.Repeat("s", 32) + "\x00" + string([]byte{byte(suite >> 8), byte(suite)}) + "\x00"
	return tlsMessage(version, 2, body) + tlsMessage(version, 11, vector(3, vector(3, cert))) + tlsMessage(version, 14, "")
}

// der is a value of ASN.1 with its tag and length.
func der(tag byte, parts ...string) string {
	s := strings.Join(parts, "")
	if len(s) < 128 {
		return string([]byte{tag, byte(len(s))}) + s
	}
	return string([]byte{tag, 0x82, byte(len(s) >> 8), byte(len(s))}) + s
}

// certificateOf has a name that an issuer vouches for, from one day to another (YYMMDD), and signs nothing.
func certificateOf(name, issuer, from, to string) string {
	called := func(s string) string {
		return der(0x30, der(0x31, der(0x30, der(6, "\x55\x04\x03"), der(12, s))))
	}
	algorithm := der(0x30, der(6, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"), der(5))
	key := der(0x30, der(0x30, der(6, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"), der(5)), der(3, "\x00"+der(0x30, der(2, "\x00"+strings.Repeat("\xa5", 128)), der(2, "\x01\x00\x01"))))
	names := der(0xa3, der(0x30, der(0x30, der(6, "\x55\x1d\x11"), der(4, der(0x30, der(0x82, name))))))
	body := der(0x30, der(0xa0, der(2, "\x02")), der(2, "\x05"), algorithm, called(issuer), der(0x30, der(23, from+"000000Z"), der(23, to+"000000Z")), called(name), key, names)
	return der(0x30, body, algorithm, der(3, "\x00"+strings.Repeat("\x5a", 128)))
}
