package identify

import (
	"reflect"
	"strings"
	"testing"
)

// What follows a PROXY header is told as if it were not there, however both are cut.
func TestBehindAProxyHeader(t *testing.T) {
	hello, _ := quicHellos(t)
	tls := "\x16\x03\x01" + string([]byte{byte(len(hello) >> 8), byte(len(hello))}) + string(hello)
	plain := tcpTalk(40123).say(ours, tls).end()
	if plain == nil || plain.Name == "" {
		t.Fatalf("%+v", plain)
	}
	web := "GET /x HTTP/1.1\r\nHost: door.example\r\n\r\n"
	v2 := func(cmd, family byte, rest string) string {
		return proxyMagic + string([]byte{cmd, family, byte(len(rest) >> 8), byte(len(rest))}) + rest
	}
	for _, head := range []string{
		"PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n",
		"PROXY TCP6 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff 2001:db8:ffff:ffff:ffff:ffff:ffff:fffe 65535 65535\r\n",
		"PROXY UNKNOWN\r\n",
		v2(0x21, 0x11, "\xc0\x00\x02\x01\xc0\x00\x02\x02\xdc\x04\x01\xbb"),
		v2(0x21, 0x21, strings.Repeat("a", 36)+"\x04\x00\x78"+strings.Repeat("\x00", 120)),
		v2(0x20, 0, ""),
	} {
		for _, c := range []struct{ what, name string }{{web, "door.example"}, {tls, plain.Name}} {
			all := head + c.what
			for _, cuts := range [][]int{{}, {len(head)}, {5}, {len(head) - 1}, {len(head) + 1}, {13, len(head) + 3}, {1, 2, 9, len(head) + 20}} {
				for _, late := range []bool{false, true} {
					d := tcpTalk(40123)
					type part struct{ lo, hi int }
					var parts []part
					lo := 0
					for _, hi := range append(cuts, len(all)) {
						parts = append(parts, part{lo, hi})
						lo = hi
					}
					if late && len(parts) > 1 { // the last two were captured in the wrong order
						n := len(parts)
						parts[n-1], parts[n-2] = parts[n-2], parts[n-1]
					}
					for _, p := range append(parts, parts[0]) {
						d.at(ours, p.lo, []byte(all[p.lo:p.hi]))
					}
					f := d.end()
					if f == nil || f.Name != c.name || f.Confidence != Exact || f.Client != ours {
						t.Errorf("%.20q, %.5q, cut at %d, late %v: %+v", head, c.what, cuts, late, f)
					}
				}
			}
		}
		// Who speaks first is no matter, and the server sends no header.
		if f := tcpTalk(40123).say(ours, head).say(theirs, "220 door.example ESMTP\r\n").say(ours, "EHLO x\r\n").end(); f == nil || f.Protocol != SMTP {
			t.Errorf("%.20q: %+v", head, f)
		}
		if f := tcpTalk(40123).say(theirs, head+web).end(); f != nil {
			t.Errorf("%.20q from the responder: %+v", head, f)
		}
		if f := tcpTalk(40123).say(ours, head).say(ours, "hello, who is there\r\n").end(); f != nil {
			t.Errorf("%.20q before nothing known: %+v", head, f)
		}
	}
	for _, head := range []string{"PROXY TCP5 1 2 3 4\r\n", "PROXY TCP4 " + strings.Repeat("1", 100) + "\r\n", "PROXY TCP4 1 2 3 4\n", v2(0x31, 0x11, ""), v2(0x21, 0x41, ""), v2(0x21, 0x11, strings.Repeat("x", 1490)), proxyMagic} {
		if f := tcpTalk(40123).say(ours, head+web).end(); f != nil {
			t.Errorf("%.20q is no header: %+v", head, f)
		}
	}
}

// HTTP/0.9 has no version: its number or the page that is its answer tell it.
func TestHTTP09(t *testing.T) {
	for _, c := range []struct {
		port uint16
		a, b string
		want Confidence
	}{
		{80, "GET /x\r\n", "", Port},
		{80, "GET /\n", "hello", Port},
		{40123, "GET /x\r\n", "<html><body>x</body></html>", Shape},
		{40123, "GET /x\r\n", "\r\n<!DOCTYPE html>", Shape},
		{40123, "GET /x\r\n", "", Unsure},
		{40123, "GET /x\r\n", "$1\r\nx\r\n", Unsure},
		{80, "GET /x y\r\n", "", Unsure},
		{80, "GET x\r\n", "", Unsure},
		{80, "get /x\r\n", "", Unsure},
		{80, "GET /x\r\nmore\r\n", "", Unsure},
	} {
		d := tcpTalk(c.port).say(ours, c.a)
		if c.b != "" {
			d.say(theirs, c.b)
		}
		f := d.end()
		switch {
		case c.want == Unsure:
			if f != nil && f.Protocol == HTTP {
				t.Errorf("%q on %d: %+v", c.a, c.port, f)
			}
		case f == nil || f.Protocol != HTTP || f.Confidence != c.want || f.Version != "0.9" || f.HTTP.Method != "GET":
			t.Errorf("%q on %d: %+v", c.a, c.port, f)
		}
	}
	if f := tcpTalk(80).say(ours, "GET /secret?x=1 HTTP/1.0\r\n").say(ours, "Host: door.example\r\n\r\n").end(); f == nil || f.Version != "1.0" || f.Name != "door.example" {
		t.Errorf("%+v", f)
	}
}

// Q046 has a long header, and its hello is as open as before.
func TestGoogleLongHeader(t *testing.T) {
	chlo := "\xa0\x01\x00\x04\x00CHLO\x02\x00\x00\x00SNI\x00\x0c\x00\x00\x00UAID\x12\x00\x00\x00door.exampleChrome"
	d := udpTalk(443).say(ours, "\xc3Q046\x50abcdefgh\x00\x00\x00\x01hash-of-12-o"+chlo+strings.Repeat("\x00", 1200))
	d.say(theirs, "\xc3Q046\x05abcdefgh\x00\x00\x00\x01hash-of-12-oREJ\x00")
	f := d.end()
	if f == nil || f.Protocol != QUIC || f.Name != "door.example" || f.NameBy != "quic" || f.QUIC == nil || QUICVersionName(f.QUIC.Version) != "Q046" || f.QUIC.Verdict != QUICUnfinished || f.Software[0] != "Chrome" {
		t.Fatalf("%+v %+v", f, f.QUIC)
	}
}

// Google's own handshake is complete where its server answers the hello, also where it says nothing after the client's first
// packet under the last keys.
func TestGoogleCompletes(t *testing.T) {
	chlo := "\xa0\x01\x00\x04\x00CHLO\x01\x00\x00\x00SNI\x00\x0c\x00\x00\x00door.example"
	d := udpTalk(443).say(ours, "\xc3Q050\x08abcdefgh\x00\x00\x44\xd0"+chlo+strings.Repeat("\x00", 1200))
	d.say(theirs, "\xc3Q050\x00\x08abcdefgh\x00\x44\xd0"+strings.Repeat("\x00", 1232))
	d.say(theirs, "\x45"+strings.Repeat("\x00", 40))
	d.say(ours, "\x45"+strings.Repeat("\x00", 40))
	if f := d.end(); f == nil || f.QUIC == nil || f.QUIC.Verdict != QUICCompleted || !reflect.DeepEqual(f.QUIC.Frames, []uint64{1, 2, 3, 4}) {
		t.Fatalf("%+v", f)
	}
}

// The older headers say nothing of the keys: whether a server refused the hello or took it looks the same.
func TestGoogleSaysNothingOfItsKeys(t *testing.T) {
	d := udpTalk(443).say(ours, "\x0dabcdefghQ043\x01hash-of-12-o\xa0\x01\x00\x04\x00CHLO\x01\x00\x00\x00SNI\x00\x0c\x00\x00\x00door.example"+strings.Repeat("\x00", 1200))
	for range 3 {
		d.say(theirs, "\x08abcdefgh\x01"+strings.Repeat("x", 40))
		d.say(ours, "\x0cabcdefgh\x02"+strings.Repeat("x", 40))
	}
	if f := d.end(); f == nil || f.Name != "door.example" || f.QUIC == nil || f.QUIC.Verdict == QUICCompleted {
		t.Fatalf("%+v", f)
	}
}

// TestProxyCaller: a PROXY header says for whom its sender calls, in both versions; what it says otherwise, or of nobody, is not told.
func TestProxyCaller(t *testing.T) {
	v2 := func(cmd, family byte, rest string) string {
		return proxyMagic + string([]byte{cmd, family, byte(len(rest) >> 8), byte(len(rest))}) + rest
	}
	six := "\x20\x01\x0d\xb8" + strings.Repeat("\x00", 11) + "\x07" + strings.Repeat("b", 16) + "\xdc\x04\x01\xbb"
	for head, want := range map[string]string{
		"PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n":                                 "192.0.2.1:56324",
		"PROXY TCP6 2001:db8::7 2001:db8::8 65535 1\r\n":                               "[2001:db8::7]:65535",
		"PROXY TCP4 2001:db8::7 2001:db8::8 65535 1\r\n":                               "",
		"PROXY TCP6 fe80::1%eth0 2001:db8::8 65535 1\r\n":                              "",
		"PROXY TCP4 192.0.2.1 192.0.2.2 66666 443\r\n":                                 "",
		"PROXY TCP4 192.0.2.1\r\n":                                                     "",
		"PROXY UNKNOWN 192.0.2.1 192.0.2.2 1 2\r\n":                                    "",
		v2(0x21, 0x11, "\xc0\x00\x02\x01\xc0\x00\x02\x02\xdc\x04\x01\xbb"):             "192.0.2.1:56324",
		v2(0x21, 0x11, "\xc0\x00\x02\x01\xc0\x00\x02\x02\xdc\x04\x01\xbb\x04\x00\x00"): "192.0.2.1:56324",
		v2(0x21, 0x21, six):      "[2001:db8::7]:56324",
		v2(0x21, 0x21, six[:35]): "",
		v2(0x20, 0x11, "\xc0\x00\x02\x01\xc0\x00\x02\x02\xdc\x04\x01\xbb"): "",
		v2(0x21, 0x31, strings.Repeat("/", 216)):                           "",
	} {
		f := tcpTalk(40123).say(ours, head+"GET /x HTTP/1.1\r\nHost: door.example\r\n\r\n").end()
		if f == nil || f.Protocol != HTTP {
			t.Errorf("%.30q: %+v", head, f)
			continue
		}
		got := ""
		if f.Caller.IsValid() {
			got = f.Caller.String()
		}
		if got != want {
			t.Errorf("%.30q: %q, want %q", head, got, want)
		}
	}
	if f := tcpTalk(40123).say(ours, "GET /x HTTP/1.1\r\nHost: door.example\r\n\r\n").end(); f.Caller.IsValid() {
		t.Error(f.Caller)
	}
}
