package identify

import (
	"slices"
	"testing"
	"unicode/utf8"
)

// checkTexts holds what every string from the wire promises.
func checkTexts(t *testing.T, f *Facts) {
	if f == nil {
		return
	}
	check := func(ss ...string) {
		for _, s := range ss {
			if len(s) > MaxText+16 {
				t.Fatalf("%d octets of text", len(s))
			}
		}
	}
	check(f.Name, f.Version, f.Banner[0], f.Banner[1], f.Software[0], f.Software[1])
	if h := f.TLS; h != nil {
		check(h.Name, h.ALPN, h.JA4)
		check(h.Offered...)
		if c := h.Cert; c != nil {
			check(c.Subject, c.Issuer)
			check(c.Names...)
			if len(c.Names) > MaxNames {
				t.Fatal("too many names")
			}
		}
	}
	if w := f.HTTP; w != nil {
		check(w.Method, w.Host, w.ContentType, w.Upgrade)
	}
	if d := f.DNS; d != nil {
		check(d.Query)
		check(d.Answers...)
		if len(d.Answers) > 8 {
			t.Fatal("too many answers")
		}
	}
	if l := f.Login; l != nil {
		check(l.User, l.Method)
		if !utf8.ValidString(l.Method) && len(l.Method) > MaxText {
			t.Fatal("method")
		}
	}
	if q := f.QUIC; q != nil && len(q.Frames) > 8 {
		t.Fatal("too many frames")
	}
}

// No reader may break off: here that ends the test.
func init() { Strict = true }

// FuzzSee plays hostile dialogues: the first octet of each stretch chooses side,
// disorder and length.
func FuzzSee(f *testing.F) {
	for _, s := range []string{"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "220 a ESMTP\r\n", "\x16\x03\x01\x00\x40\x01\x00\x00\x3c\x03\x03", "SSH-2.0-a\r\n",
		"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x00\x00\x01\x00\x01", "\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00", "\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00\x01\x00\x08\x00\x0b\x00\x00\x00",
		"\xc0\x00\x00\x00\x01\x08abcdefgh\x00\x00\x44\xd0", "\xff\xfd\x18", "*1\r\n$4\r\nPING\r\n", "\x05\x01\x02", "\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04door", "\x00\x00\x00\x40\xfeSMB\x40\x00"} {
		f.Add(uint16(443), true, false, append([]byte{byte(len(s)) << 2}, s...))
		f.Add(uint16(53), false, false, append([]byte{byte(len(s)) << 2}, s...))
	}
	for _, o := range slices.Concat(furtherOpenings(), aloneOpenings(), machineOpenings(), elderOpenings(), meetingOpenings(), later()) {
		f.Add(o.port, !o.udp, false, append([]byte{byte(len(o.a)/24+1)<<2 | byte(o.first)}, o.a+"\x30"+o.b...))
	}
	for _, s := range []string{kexInit("curve25519-sha256"), "\x30\x0d\x00\x06door/1hello", "\x82\x0b\x00\x01\x00\x06door/#\x00", ":a!a@b JOIN :#c\r\n", "PING :a\r\n", "MAIL FROM:<a@b>\r\n", "\x05\x01\x00\x05\x01\x00\x03\x01a\x01\xbb",
		"\x04\x01\x01\xbb\x00\x00\x00\x01\x00a\x00", "ruok", "47 <34>1 a", "\x16\x03\x01\x00\x01\x01\x16\x03\x01\x00\x01\x00", helloTo()} {
		f.Add(uint16(1883), true, true, append([]byte{byte(len(s)/24+1) << 2}, s...))
		f.Add(uint16(1080), true, false, append([]byte{byte(len(s)/24+1) << 2}, s...))
	}
	for _, part := range [][]byte{dtlsPart(clientHello, 0, 60, 0, make([]byte, 30)), dtlsPart(clientHello, 1, 60, 30, make([]byte, 30))} {
		f.Add(uint16(443), false, false, append([]byte{byte(len(part)/24+1) << 2}, part...))
	}
	f.Fuzz(func(t *testing.T, port uint16, tcp, blind bool, b []byte) {
		x := New(1 << 20)
		d := &dialogue{x: x, tcp: tcp, blind: blind, ports: [2]uint16{port ^ 0x5555, port}}
		for len(b) > 1 && d.frame < 64 {
			n, side, odd := int(b[0]>>2)*24+1, int(b[0]&1), b[0]&2 != 0
			b = b[1:]
			n = min(n, len(b))
			at := d.next[side]
			if odd {
				at = max(at+int(int8(b[0])), 0)
			}
			d.at(side, at, b[:n])
			if at+n > d.next[side] {
				d.next[side] = at + n
			}
			b = b[n:]
			checkTexts(t, x.peek(d.note))
		}
		checkTexts(t, d.end())
		if s := x.Stats(); s.Bytes != int64(len(x.small))*MaxKept+int64(len(x.large))*maxHello || s.Peak > 1<<20 {
			t.Fatalf("%d octets stay booked, %d small and %d large buffers", s.Bytes, len(x.small), len(x.large))
		}
	})
}

// FuzzParsers reads hostile octets as each of the formats that a signature leads to.
func FuzzParsers(f *testing.F) {
	f.Add([]byte("\x30\x82\x01\x00\x30\x82\x00\xf0\xa0\x03\x02\x01\x02\x02\x01\x07\x30\x0a"))
	f.Add([]byte("\x03\x03" + "01234567890123456789012345678901" + "\x00\x00\x02\x13\x01\x01\x00\x00\x10\x00\x00\x00\x0c\x00\x0a\x00\x00\x07door.ex"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if c := parseCertificate(b); c != nil {
			checkTexts(t, &Facts{TLS: &Hello{Cert: c}})
		}
		_ = parseCertificates(b)
		h := &Hello{}
		h.client(b, 't', true)
		h.client(b, 'd', false)
		h.server(b)
		checkTexts(t, &Facts{TLS: h})
		for i := range min(len(b), 64) {
			if end, name := dnsName(b, i, make([]byte, 0, 256)); end > len(b) || len(name) > MaxText {
				t.Fatalf("a name of %d octets ends at %d of %d", len(name), end, len(b))
			}
		}
		if p, ok := parseQUIC(b); ok && (p.end > len(b) || p.end <= 0) {
			t.Fatalf("a packet ends at %d of %d", p.end, len(b))
		}
		// Frames that only whoever has the keys could write: everybody has them.
		k := newInitialKeys(1, []byte("12345678"))
		d := &dialogue{x: New(1 << 20), ports: [2]uint16{4000, 443}}
		d.say(ours, string(sealInitial(k, 1, 0, []byte("12345678"), nil, b[:min(len(b), 1000)], 0, 1200)))
		d.say(theirs, string(sealInitial(k, 1, 1, nil, []byte("x"), b[:min(len(b), 1000)], 0, 1200)))
		checkTexts(t, d.end())
	})
}
