package identify

import (
	"strings"
	"testing"
)

// helloTo and helloBack are what opens TLS with door.org.
func helloTo() string {
	return tlsRecord(recordHandshake, tlsMessage(clientHello, "\x03\x03"+strings.Repeat("r", 32)+"\x00\x00\x02\xc0\x2f\x01\x00\x00\x11\x00\x00\x00\x0d\x00\x0b\x00\x00\x08door.org"))
}

func helloBack() string {
	return tlsRecord(recordHandshake, tlsMessage(serverHello, "\x03\x03"+strings.Repeat("r", 32)+"\x00\xc0\x2f\x00"))
}

// TestHTTPBehindSOCKS: so is HTTP; what SOCKS says of itself stays, and of what was refused nothing is told.
func TestHTTPBehindSOCKS(t *testing.T) {
	const (
		request4 = "\x04\x01\x00\x50\xc0\x00\x02\x01anna\x00"
		granted4 = "\x00\x5a\x00\x50\xc0\x00\x02\x01"
		request5 = "\x05\x01\x00\x03\x08door.org\x00\x50"
		granted5 = "\x05\x00\x00\x01\xc0\x00\x02\x01\x00\x50"
		get      = "GET / HTTP/1.1\r\nHost: gate.org\r\nAuthorization: Basic YW5uYTpzZWNyZXQ=\r\n\r\n"
		page     = "HTTP/1.1 404 Not Found\r\nServer: gate\r\n\r\n"
	)
	for _, c := range []struct {
		what    string
		turns   []string // the client begins
		version string
		name    string
		web     bool
	}{
		{"5", []string{"\x05\x01\x00", "\x05\x00", request5, granted5, get, page}, "5", "door.org", true},
		{"5, in pieces", []string{"\x05\x01\x00", "\x05\x00", request5 + get[:9], granted5, get[9:60], "", get[60:], page[:20], "", page[20:]}, "5", "door.org", true},
		{"5, refused", []string{"\x05\x01\x00", "\x05\x00", request5 + get, "\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00", "", page}, "5", "door.org", false},
		{"4", []string{request4, granted4, get, page}, "4", "gate.org", true},
		{"4, a method that is none", []string{request4, granted4, "GOT / HTTP/1.1\r\n\r\n", page}, "4", "", false},
		{"4, only the answer", []string{request4, granted4 + page}, "4", "", false},
	} {
		d := tcpTalk(elsewhere)
		for i, s := range c.turns {
			d.say(i%2, s)
		}
		f := d.end()
		if f == nil || f.Protocol != SOCKS || f.Version != c.version || f.Name != c.name || c.web != (f.HTTP != nil) {
			t.Errorf("%s: %+v", c.what, f)
			continue
		}
		if c.web && (f.HTTP.Status != 404 || f.HTTP.Method != "GET" || f.HTTP.Host != "gate.org" || f.Software[theirs] != "gate" || c.version == "5" && loginOf(f) != "anna, http basic, readable") {
			t.Errorf("%s: %+v, %s", c.what, f.HTTP, loginOf(f))
		}
	}
}

// TestTLSBehindSOCKS: what is called by a proxy is read on, whether or not the client waits for the answer, and not where the
// answer was no.
func TestTLSBehindSOCKS(t *testing.T) {
	const (
		request5 = "\x05\x01\x00\x03\x08door.org\x01\xbb"
		granted5 = "\x05\x00\x00\x01\xc0\x00\x02\x01\x01\xbb"
		request4 = "\x04\x01\x01\xbb\xc0\x00\x02\x01anna\x00"
		request  = "\x04\x01\x01\xbb\x00\x00\x00\x07\x00door.org\x00"
		granted4 = "\x00\x5a\x01\xbb\xc0\x00\x02\x01"
	)
	hello, answer := helloTo(), helloBack()
	for _, c := range []struct {
		what    string
		turns   []string // the client begins
		version string
		name    string
		tls     bool
	}{
		{"5, in turns", []string{"\x05\x01\x00", "\x05\x00", request5, granted5, hello, answer}, "5", "socks", true},
		{"5, with a login", []string{"\x05\x02\x00\x02", "\x05\x02", "\x01\x04anna\x06secret", "\x01\x00", request5, granted5, hello, answer}, "5", "socks", true},
		{"5, in pieces", []string{"\x05\x01\x00", "\x05\x00", request5[:7], "", request5[7:], granted5[:5], "", granted5[5:], hello[:9], "", hello[9:], answer[:20], "", answer[20:]}, "5", "socks", true},
		{"5, at once", []string{"\x05\x01\x00", "\x05\x00", request5 + hello, granted5 + answer}, "5", "socks", true},
		{"5, an answer with a name", []string{"\x05\x01\x00", "\x05\x00", request5, "\x05\x00\x00\x03\x08door.org\x01\xbb", hello, answer}, "5", "socks", true},
		{"5, an answer of IPv6", []string{"\x05\x01\x00", "\x05\x00", request5, "\x05\x00\x00\x04" + strings.Repeat("6", 16) + "\x01\xbb", hello, answer}, "5", "socks", true},
		{"5, refused", []string{"\x05\x01\x00", "\x05\x00", request5 + hello, "\x05\x02\x00\x01\x00\x00\x00\x00\x00\x00"}, "5", "socks", false},
		{"5, the login refused", []string{"\x05\x01\x02", "\x05\x02", "\x01\x04anna\x06secret", "\x01\x01" + answer}, "5", "", false},
		{"5, to listen", []string{"\x05\x01\x00", "\x05\x00", "\x05\x02\x00\x03\x08door.org\x01\xbb", granted5, hello, answer}, "5", "socks", false},
		{"5, something else", []string{"\x05\x01\x00", "\x05\x00", request5, granted5, "EHLO door\r\n", "250 ok\r\n"}, "5", "socks", false},
		{"4", []string{request4, granted4, hello, answer}, "4", "tls", true},
		{"4A", []string{request, granted4, hello, answer}, "4", "socks", true},
		{"4, refused", []string{request4, "\x00\x5b\x01\xbb\xc0\x00\x02\x01", hello, answer}, "4", "", false},
	} {
		d := tcpTalk(elsewhere)
		for i, s := range c.turns {
			d.say(i%2, s)
		}
		f := d.end()
		if f == nil || f.Protocol != SOCKS || f.Version != c.version || f.NameBy != c.name || c.name != "" && f.Name != "door.org" || f.StartTLS {
			t.Errorf("%s: %+v", c.what, f)
			continue
		}
		if c.tls != (f.TLS != nil && f.TLS.Version == 0x0303 && f.TLS.Name == "door.org" && f.TLS.Cipher == 0xc02f) || !c.tls && f.TLS != nil {
			t.Errorf("%s: %+v", c.what, f.TLS)
		}
	}
}

// TestHalfOfSOCKS: one side alone shows it where its messages follow one another.
func TestHalfOfSOCKS(t *testing.T) {
	for _, c := range []struct {
		side  int
		parts []string
		want  Protocol
	}{
		{ours, []string{"\x05\x02\x00\x02", "\x05\x01\x00\x01\xc0\x00\x02\x01\x01\xbb"}, SOCKS},
		{ours, []string{"\x05\x01\x02", "\x01\x04anna\x06secret", "\x05\x01\x00\x03\x08door.org\x01\xbb"}, SOCKS},
		{ours, []string{"\x05\x01\x00"}, None},
		{ours, []string{"\x05\x01\x00", "\x05\x01\x07\x01\xc0\x00\x02\x01\x01\xbb"}, None},
		{theirs, []string{"\x05\x00", "\x05\x00\x00\x01\xc0\x00\x02\x01\x01\xbb"}, SOCKS},
		{theirs, []string{"\x05\x02", "\x01\x00", "\x05\x00\x00\x01\xc0\x00\x02\x01\x01\xbb"}, SOCKS},
		{theirs, []string{"\x05\x00"}, None},
		{theirs, []string{"\x05\x00", "\x05\x77\x00\x01\xc0\x00\x02\x01\x01\xbb"}, None},
	} {
		d := tcpTalk(elsewhere)
		for _, s := range c.parts {
			d.say(c.side, s)
		}
		if f := d.end(); protocolOf(f) != c.want.String() {
			t.Errorf("side %d, %q: %+v", c.side, c.parts, f)
		}
	}
}

// TestEarlyBehindConnect: a hello that does not wait for the proxy's answer.
func TestEarlyBehindConnect(t *testing.T) {
	const request = "CONNECT door.org:443 HTTP/1.1\r\nHost: door.org:443\r\n\r\n"
	hello, answer := helloTo(), helloBack()
	for _, c := range []struct {
		what string
		sent []string // by the client, then by the server
		tls  bool
	}{
		{"in one segment", []string{request + hello, "HTTP/1.1 200 OK\r\n\r\n" + answer}, true},
		{"refused", []string{request + hello, "HTTP/1.1 403 No\r\n\r\n"}, false},
		{"never answered", []string{request + hello, ""}, true},
	} {
		f := tcpTalk(8080).say(ours, c.sent[0]).say(theirs, c.sent[1]).end()
		if f == nil || f.Protocol != HTTPProxy || c.tls != (f.TLS != nil && f.TLS.Name == "door.org") {
			t.Errorf("%s: %+v", c.what, f)
		}
	}
	f := tcpTalk(8080).say(ours, request).say(ours, hello).say(theirs, "HTTP/1.1 200 OK\r\n\r\n").say(theirs, answer).end()
	if f == nil || f.TLS == nil || f.TLS.Name != "door.org" || f.TLS.Cipher != 0xc02f || f.HTTP.Status != 200 {
		t.Errorf("in segments of its own: %+v", f)
	}
}

// TestRunsAreCountedOnce: three datagrams of a source are three, though each is asked about as of either end.
func TestRunsAreCountedOnce(t *testing.T) {
	rtp := func(n int) string {
		return "\x80\x00\x00" + string(rune(n)) + "\x00\x00\x00\x01sync" + strings.Repeat("v", 160)
	}
	utp := func(n int) string {
		return "\x01\x00\x12\x34" + "\x00\x10\x00" + string(rune(n)) + "\x00\x00\x00\x00" + "\x00\x7f\x00\x00" + "\x00" + string(rune(n)) + "\x00\x07" + strings.Repeat("d", 60)
	}
	for _, c := range []struct {
		make  func(int) string
		proto Protocol
		least int
	}{{rtp, RTP, 3}, {utp, UTP, 4}} {
		for n := 1; n <= c.least; n++ {
			d := udpTalk(elsewhere)
			for i := range n {
				d.say(ours, c.make(1+i))
			}
			if f := d.end(); (n == c.least) != (f != nil && f.Protocol == c.proto) {
				t.Errorf("%d datagrams of %v: %+v", n, c.proto, f)
			}
		}
	}
}
