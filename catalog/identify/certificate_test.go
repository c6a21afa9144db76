package identify

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"time"
)

// However short a certificate was kept, half a name is never taken for a name, and
// what was not seen whole is not judged.
func TestACutCertificateSaysNothingFalse(t *testing.T) {
	cert := selfSigned(t, "door.example", time.Unix(1e9, 0), time.Unix(2e9, 0)).Certificate[0]
	all := []string{"door.example", "www.door.example"}
	judged := 0
	for n := range len(cert) {
		c := parseCertificate(cert[:n])
		if c == nil {
			continue
		}
		for i, name := range c.Names {
			if i >= len(all) || name != all[i] {
				t.Errorf("%d octets: a name %q", n, name)
			}
		}
		if c.AllNames && !slices.Equal(c.Names, all) {
			t.Errorf("%d octets: all names are %q", n, c.Names)
		}
		if c.Subject != "" && c.Subject != "door.example" || c.Issuer != "" && c.Issuer != "door.example" {
			t.Errorf("%d octets: of %q by %q", n, c.Subject, c.Issuer)
		}
		if c.SubjectSeen {
			judged++
			if !c.SelfSigned {
				t.Errorf("%d octets: not signed by itself", n)
			}
		}
	}
	if c := parseCertificate(cert); judged == 0 || !c.AllNames || !slices.Equal(c.Names, all) {
		t.Errorf("whole: %+v; judged %d times", c, judged)
	}
}

// dtlsPart is a record of DTLS 1.2 with one part of a handshake message.
func dtlsPart(kind byte, seq, total, off int, part []byte) []byte {
	b := []byte{recordHandshake, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, byte(seq)}
	b = binary.BigEndian.AppendUint16(b, uint16(12+len(part)))
	b = append(b, kind, byte(total>>16), byte(total>>8), byte(total), 0, byte(seq), byte(off>>16), byte(off>>8), byte(off))
	return append(append(b, 0, byte(len(part)>>8), byte(len(part))), part...)
}

// OpenSSL cuts a server's certificate every two hundred octets. In any order they are
// put together, and with the last one missing what is known is still right.
func TestDTLSCertificateInParts(t *testing.T) {
	cert := selfSigned(t, "door.example", time.Unix(1e9, 0), time.Unix(2e9, 0)).Certificate[0]
	msg := []byte{0, byte((len(cert) + 3) >> 8), byte(len(cert) + 3), 0, byte(len(cert) >> 8), byte(len(cert))}
	msg = append(msg, cert...)
	hello := append([]byte{0xfe, 0xfd}, make([]byte, 32)...)
	clientPart := append(slices.Clone(hello), 0, 0, 0, 2, 0xc0, 0x30, 1, 0)
	serverPart := append(slices.Clone(hello), 0, 0xc0, 0x30, 0)
	var parts [][]byte
	for off := 0; off < len(msg); off += 100 {
		parts = append(parts, dtlsPart(certificateMsg, 1, len(msg), off, msg[off:min(off+100, len(msg))]))
	}
	if len(parts) < 4 {
		t.Fatal("too short a certificate to be cut")
	}
	talk := func(parts [][]byte) *Certificate {
		d := udpTalk(4433)
		d.say(ours, string(dtlsPart(clientHello, 0, len(clientPart), 0, clientPart)))
		d.say(theirs, string(dtlsPart(serverHello, 0, len(serverPart), 0, serverPart)))
		for _, p := range parts {
			d.say(theirs, string(p))
		}
		f := d.end()
		if f == nil || f.Protocol != DTLS || f.TLS == nil || f.TLS.Cert == nil || f.TLS.CertFrame == 0 {
			t.Fatalf("%+v", f)
		}
		return f.TLS.Cert
	}
	backwards := slices.Clone(parts)
	slices.Reverse(backwards)
	for name, p := range map[string][][]byte{"in order": parts, "backwards": backwards} {
		if c := talk(p); !c.SelfSigned || c.Subject != "door.example" || len(c.Names) != 2 || !c.AllNames {
			t.Errorf("%s: %+v", name, c)
		}
	}
	if c := talk(parts[:1]); c.SubjectSeen || c.Subject != "" || c.AllNames {
		t.Errorf("of the first part alone: %+v", c)
	}
}

// A ClientHello cut anywhere, in either order, shows what a whole one does; one that comes again with the server's cookie is put
// together anew; and of one whose rest never comes what is there stays right.
func TestDTLSHelloInParts(t *testing.T) {
	for _, filling := range []int{0, 1700} { // with a key share that is larger than what is kept of others
		hello := func(cookie string) []byte {
			b := append([]byte{0xfe, 0xfd}, make([]byte, 32)...)
			b = append(append(b, 0, byte(len(cookie))), cookie...)
			exts := "\x00\x00\x00\x0d\x00\x0b\x00\x00\x08door.org" + "\x00\x10\x00\x09\x00\x07\x06webrtc"
			if filling > 0 {
				exts = "\x00\x33" + string([]byte{byte(filling >> 8), byte(filling)}) + strings.Repeat("k", filling) + exts
			}
			return append(append(b, 0, 2, 0xc0, 0x30, 1, 0, byte(len(exts)>>8), byte(len(exts))), exts...)
		}
		first, again := hello(""), hello("cookie")
		tell := func(parts ...[]byte) *Facts {
			d := udpTalk(elsewhere)
			for _, p := range parts {
				d.say(ours, string(p))
			}
			return d.end()
		}
		cut := func(number, at int, b []byte) (a, z []byte) {
			return dtlsPart(clientHello, number, len(b), 0, b[:at]), dtlsPart(clientHello, number, len(b), at, b[at:])
		}
		at := len(first) / 2
		a, z := cut(0, at, first)
		a2, z2 := cut(1, at, again)
		want := tell(a, z)
		if want.TLS.Name != "door.org" || want.Name != "door.org" || want.TLS.JA4 == "" || len(want.TLS.Offered) != 1 {
			t.Fatalf("%+v", want.TLS)
		}
		if filling == 0 {
			if whole := tell(dtlsPart(clientHello, 0, len(first), 0, first)); whole.TLS.JA4 != want.TLS.JA4 {
				t.Errorf("whole %s, in parts %s", whole.TLS.JA4, want.TLS.JA4)
			}
		}
		for name, parts := range map[string][][]byte{
			"backwards": {z, a}, "repeated": {a, a, z, z}, "again": {a, a2, z2}, "both": {a, z, a2, z2}, "a late part of the first": {a2, a, z2}, "what does not fit its length": {dtlsPart(clientHello, 0, 3, 2, first[:60]), a, z},
		} {
			if f := tell(parts...); f.TLS.JA4 != want.TLS.JA4 || f.TLS.Name != "door.org" || len(f.TLS.Offered) != 1 {
				t.Errorf("%s: %+v", name, f.TLS)
			}
		}
		if f := tell(a, z2); f.TLS.JA4 != "" || f.TLS.MaxVersion != 0xfefd {
			t.Errorf("parts of two: %+v", f.TLS)
		}
	}
}
