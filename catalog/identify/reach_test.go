package identify

import (
	"strings"
	"testing"
)

// The end of a dialogue's first line is waited for until there are 512 octets without it.
func TestHowLongALineIsWaitedFor(t *testing.T) {
	for n, want := range map[int]Protocol{40: IRC, 256: IRC, 511: IRC, 512: None, 600: None} {
		if f := tcpTalk(elsewhere).say(theirs, ":"+strings.Repeat("x", n-1)).say(theirs, " NOTICE x\r\n").end(); protocolOf(f) != want.String() {
			t.Errorf("a line whose end comes behind %d octets: %+v", n, f)
		}
	}
}

// Of a hello with very many ciphers and extensions 200 of each count for its fingerprint.
func TestHowManyCiphersAFingerprintHas(t *testing.T) {
	for n, want := range map[int]int{150: 150, 199: 199, 200: 200, 201: 200, 5000: 200} {
		var j ja4
		for v := range n {
			j.cipher(v<<1 | 0x4001) // no value of GREASE
			j.extension(v<<1 | 0x4001)
		}
		if j.nCiphers != want || j.nExts != want {
			t.Errorf("of %d ciphers and extensions %d and %d count", n, j.nCiphers, j.nExts)
		}
	}
}

// A hello is read as far as its 4,096th octet, whatever stands before the name.
func TestHowMuchOfAHelloIsRead(t *testing.T) {
	name := "\x00\x00\x00\x0d\x00\x0b\x00\x00\x08door.org"
	hello := func(n int, in func(string) string) string {
		for pad := n - 100; ; pad++ {
			ext := "\x00\x15" + string([]byte{byte(pad >> 8), byte(pad)}) + strings.Repeat("\x00", pad) + name
			body := "\x03\x03" + strings.Repeat("r", 32) + "\x00\x00\x02\xc0\x2f\x01\x00" + string([]byte{byte(len(ext) >> 8), byte(len(ext))}) + ext
			if s := in(tlsMessage(clientHello, body)); len(s) == n {
				return s
			}
		}
	}
	for n, want := range map[int]string{2000: "door.org", 4095: "door.org", 4096: "door.org", 4097: ""} {
		d := tcpTalk(elsewhere)
		for s := hello(n, func(m string) string { return tlsRecord(recordHandshake, m) }); s != ""; s = s[min(len(s), 1000):] {
			d.say(ours, s[:min(len(s), 1000)])
		}
		if f := d.end(); f == nil || f.Protocol != TLS || f.TLS.Name != want {
			t.Errorf("a hello of %d octets: %+v", n, f)
		}
	}
}

// So many pieces of a direction wait for what comes before them; one more is not kept, and takes no other's place.
func TestHowManyPiecesWait(t *testing.T) {
	s := stream{buf: make([]byte, 200), limit: 200}
	for i := range 20 {
		s.add(2+3*i, []byte{byte('a' + i)})
		if want := min(i+1, 16); s.n != want {
			t.Fatalf("behind %d pieces %d wait", i+1, s.n)
		}
	}
	s.add(0, []byte("--"))
	for i := range 15 {
		s.add(3+3*i, []byte("--"))
	}
	if s.have != 48 || string(s.buf[:s.have]) != "--a--b--c--d--e--f--g--h--i--j--k--l--m--n--o--p" {
		t.Errorf("%q", s.buf[:s.have])
	}
}

// Of what a client offers the first eight protocols are kept.
func TestHowManyProtocolsAreOffered(t *testing.T) {
	for n, want := range map[int]int{1: 1, 7: 7, 8: 8, 9: 8, 40: 8} {
		list := ""
		for i := range n {
			list += "\x02p" + string(rune('0'+i))
		}
		ext := "\x00\x10" + string([]byte{0, byte(len(list) + 2), 0, byte(len(list))}) + list
		body := "\x03\x03" + strings.Repeat("r", 32) + "\x00\x00\x02\xc0\x2f\x01\x00" + string([]byte{0, byte(len(ext))}) + ext
		f := tcpTalk(elsewhere).say(ours, tlsRecord(recordHandshake, tlsMessage(clientHello, body))).end()
		if f == nil || f.TLS == nil || len(f.TLS.Offered) != want || f.TLS.Offered[want-1] != "p"+string(rune('0'+want-1)) {
			t.Errorf("of %d: %+v", n, f)
		}
	}
}

// Seven packets pass in vain before a server that its client alone told of is no longer waited for.
func TestHowLongAServerIsWaitedFor(t *testing.T) {
	var k pending
	for i := 1; i <= 8; i++ {
		if got := k.tired(); got != (i == 8) {
			t.Errorf("behind %d packets: %v", i, got)
		}
	}
}
