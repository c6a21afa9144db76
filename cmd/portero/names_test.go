package main

import (
	"fmt"
	"net"
	"path/filepath"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// TestForgedAnswers: an answer of a name service counts where it has id and name of a question that was
// asked (RFC 5452); by others no address gets a name.
func TestForgedAnswers(t *testing.T) {
	const right, forged = "192.0.2.10", "192.0.2.66"
	message := func(id uint16, name, addr string) []byte {
		d := &layers.DNS{ID: id, RD: true, QDCount: 1, Questions: []layers.DNSQuestion{{Name: []byte(name), Type: layers.DNSTypeA, Class: layers.DNSClassIN}}}
		if addr != "" {
			d.QR, d.ANCount = true, 1
			d.Answers = []layers.DNSResourceRecord{{Name: []byte(name), Type: layers.DNSTypeA, Class: layers.DNSClassIN, TTL: 60, IP: net.ParseIP(addr).To4()}}
		}
		buf := gopacket.NewSerializeBuffer()
		if err := gopacket.SerializeLayers(buf, serialize, d); err != nil {
			t.Fatal(err)
		}
		return append([]byte(nil), buf.Bytes()...)
	}
	for _, x := range []struct {
		name    string
		asked   bool
		answers [][]byte
		answer  string // of the record
		named   string // of the address that the client connects to
	}{
		{"the answer", true, [][]byte{message(1, "www.example.com", right)}, right, "www.example.com"},
		{"in another case", true, [][]byte{message(1, "wWw.eXample.com", right)}, right, "wWw.eXample.com"},
		{"a forged id first", true, [][]byte{message(2, "www.example.com", forged), message(1, "www.example.com", right)}, right, "www.example.com"},
		{"a forged id", true, [][]byte{message(2, "www.example.com", right)}, "", ""},
		{"to another question", true, [][]byte{message(1, "www.evil.example", right)}, "", ""},
		{"nobody asked", false, [][]byte{message(1, "www.example.com", right)}, right, ""},
	} {
		in := filepath.Join(t.TempDir(), "x.pcap")
		w := newWire(t, in)
		c, ns := end{net.IPv4(192, 0, 2, 1).To4(), 40000}, end{net.IPv4(192, 0, 2, 53).To4(), 53}
		if x.asked {
			w.udp(c, ns, message(1, "www.example.com", ""))
		}
		for _, a := range x.answers {
			w.udp(ns, c, a)
		}
		w.talk(end{c.ip, 40001}, end{net.ParseIP(right).To4(), 9999}, []byte("hello"), []byte("there"))
		w.close()
		all := records(t, in)
		answer := ""
		if l, ok := all[1]["dns_answers"].([]any); ok {
			answer = fmt.Sprint(l[0])
		}
		named, _ := all[2]["server_name"].(string)
		if answer != x.answer || named != x.named {
			t.Errorf("%s: answer %q, want %q; name %q, want %q", x.name, answer, x.answer, named, x.named)
		}
	}
}
