package identify

import (
	"encoding/binary"
	"strings"
	"testing"
)

// kexInit is a KEXINIT of SSH with a first list of names.
func kexInit(list string) string {
	be := func(n int) string { return string(binary.BigEndian.AppendUint32(nil, uint32(n))) }
	body := "\x14" + strings.Repeat("c", 16) + be(len(list)) + list
	for range 7 {
		body += be(len("aes256-ctr")) + "aes256-ctr"
	}
	body += be(0) + be(0) + "\x00" + be(0)
	return be(1+len(body)+6) + "\x06" + body + "padded"
}

// TestLaterThanTheStart: what is said later than at a connection's start tells some protocols as well, and what looks like it does not.
func TestLaterThanTheStart(t *testing.T) {
	zeros := func(n int) string { return strings.Repeat("\x00", n) }
	login := func(caps, rest string) string {
		b := caps + "\x00\x00\x00\x01\xff" + zeros(23) + rest
		return string([]byte{byte(len(b)), byte(len(b) >> 8), 0, 1}) + b
	}
	topic := "\x30\x0d\x00\x06door/1hello"
	for _, c := range []struct {
		what string
		d    *dialogue
		want Protocol
	}{
		{"keys of SSH anew", blindTalk(elsewhere).say(ours, kexInit("curve25519-sha256,ecdh-sha2-nistp256")), SSH},
		{"the same, with a list that is none", blindTalk(elsewhere).say(ours, kexInit("curve25519 sha256\x01ecdh-sha2-nistp256")), None},
		{"the same, at the start", tcpTalk(elsewhere).say(ours, kexInit("curve25519-sha256,ecdh-sha2-nistp256")), None},
		{"a login of MySQL", blindTalk(elsewhere).say(ours, login("\x85\xa6\xff\x01", "anna\x00\x14"+strings.Repeat("s", 20))), MySQL},
		{"a login of MySQL, its greeting lost", tcpTalk(elsewhere).say(ours, login("\x85\xa6\xff\x01", "anna\x00\x00")), MySQL},
		{"a login of MariaDB", tcpTalk(elsewhere).say(ours, strings.Replace(login("\x84\xa6\xbf\x00", "anna\x00\x00"), zeros(23), zeros(19)+"\x1d\x00\x00\x00", 1)), MySQL},
		{"TLS is asked for", tcpTalk(elsewhere).say(ours, login("\x85\xae\xff\x01", "")), MySQL},
		{"nothing is asked for", tcpTalk(elsewhere).say(ours, login("\x85\xa6\xff\x01", "")), None},
		{"flags of an older protocol", tcpTalk(elsewhere).say(ours, login("\x05\x00\xff\x01", "anna\x00\x00")), None},
		{"published", blindTalk(elsewhere).say(theirs, topic), MQTT},
		{"published, twice", blindTalk(elsewhere).say(ours, topic+topic), MQTT},
		{"published, and more than the segment has", blindTalk(elsewhere).say(ours, "\x30\xff\x7f\x00\x06door/1"+strings.Repeat("v", 1000)), MQTT},
		{"published to many, which none is", blindTalk(elsewhere).say(ours, "\x30\x0d\x00\x06door/#hello"), None},
		{"published, at the start", tcpTalk(elsewhere).say(ours, topic), None},
		{"asked for", blindTalk(elsewhere).say(ours, "\x82\x0b\x00\x01\x00\x06door/#\x00"), MQTT},
		{"asked for, MQTT 5", blindTalk(elsewhere).say(ours, "\x82\x0c\x00\x01\x00\x00\x06door/#\x00"), MQTT},
		{"a ping", blindTalk(elsewhere).say(ours, "\xc0\x00"), None},
		{"a ping where MQTT is at home", blindTalk(1883).say(ours, "\xc0\x00"), MQTT},
		{"a ping and its answer", blindTalk(elsewhere).say(ours, "\xc0\x00").say(theirs, "\xd0\x00"), MQTT},
		{"a ping and another", blindTalk(elsewhere).say(ours, "\xc0\x00").say(theirs, "\xc0\x00"), None},
		{"what was accepted", tcpTalk(1883).say(theirs, "\x20\x02\x00\x00"), MQTT},
		{"what was accepted, MQTT 5", tcpTalk(1883).say(theirs, "\x20\x06\x00\x00\x03\x22\x00\x0a"), MQTT},
		{"four octets elsewhere", tcpTalk(elsewhere).say(theirs, "\x20\x02\x00\x00"), None},
		{"who joins", blindTalk(elsewhere).say(theirs, ":anna!anna@192.0.2.7 JOIN :#door\r\n"), IRC},
		{"a number of a server", blindTalk(elsewhere).say(theirs, ":door.example 372 anna :- hello\r\n"), IRC},
		{"a ping of IRC and its answer", blindTalk(elsewhere).say(theirs, "PING :door.example\r\n").say(ours, "PONG door.example\r\n"), IRC},
		{"a ping and another word", blindTalk(elsewhere).say(theirs, "PING :door.example\r\n").say(ours, "PONG window.example\r\n"), None},
		{"a colon and a name", blindTalk(elsewhere).say(theirs, ":door.example is open\r\n"), None},
		{"whom mail is from", blindTalk(elsewhere).say(ours, "mail from:<anna@door.example> SIZE=7\r\n"), SMTP},
		{"whom mail is for", blindTalk(elsewhere).say(ours, "RCPT TO:<anna@door.example>\r\n"), SMTP},
		{"a line about mail", blindTalk(elsewhere).say(ours, "MAIL FROM anna@door.example\r\n"), None},
		{"EHLO, and a bare code", tcpTalk(elsewhere).say(ours, "EHLO door\r\n").say(theirs, "250\r\n"), SMTP},
		{"Modbus elsewhere, by both ends", blindTalk(elsewhere).say(ours, "\x00\x07\x00\x00\x00\x06\x01\x03\x00\x00\x00\x0a").say(theirs, "\x00\x07\x00\x00\x00\x05\x01\x03\x02\x00\x07"), Modbus},
		{"Modbus elsewhere, by one", blindTalk(elsewhere).say(ours, "\x00\x07\x00\x00\x00\x06\x01\x03\x00\x00\x00\x0a"), None},
		{"IEC 104 elsewhere, by both ends", blindTalk(elsewhere).say(ours, "\x68\x0e\x00\x00\x00\x00\x64\x01\x06\x00\x01\x00\x00\x00\x00\x14").say(theirs, "\x68\x0e\x00\x00\x02\x00\x64\x01\x07\x00\x01\x00\x00\x00\x00\x14"), IEC104},
		{"IEC 104 elsewhere, by one", blindTalk(elsewhere).say(ours, "\x68\x0e\x00\x00\x00\x00\x64\x01\x06\x00\x01\x00\x00\x00\x00\x14"), None},
		{"a command of FTP and another's reply", blindTalk(elsewhere).say(ours, "RETR door\r\n").say(theirs, "331 no\r\n"), None},
		{"a command of FTP alone", blindTalk(elsewhere).say(ours, "RETR door\r\n"), None},
		{"a command that news has, too", blindTalk(elsewhere).say(ours, "LIST\r\n").say(theirs, "215 list of groups\r\n"), None},
		{"a login of mail", blindTalk(elsewhere).say(ours, "AUTH LOGIN\r\n").say(theirs, "334 VXNlcm5hbWU6\r\n"), None},
		{"numbers and words", blindTalk(elsewhere).say(theirs, "226 doors are open\r\n").say(ours, "how many?\r\n"), None},
		{"a request of SOCKS alone", blindTalk(elsewhere).say(ours, "\x05\x01\x00\x01\xc0\x00\x02\x01\x01\xbb"), None},
		{"a request of SOCKS, and more", blindTalk(elsewhere).say(ours, "\x05\x01\x00\x01\xc0\x00\x02\x01\x01\xbbmore").say(theirs, "\x05\x00\x00\x01\xc0\x00\x02\x01\x01\xbb"), None},
		{"a frame of AMQP 1.0 at the start", tcpTalk(elsewhere).say(ours, later()[0].a), None},
		{"a frame of AMQP 1.0 that asks for nothing there is", blindTalk(elsewhere).say(ours, strings.Replace(later()[0].a, "\x53\x15", "\x53\x25", 1)), None},
		{"sound in RTSP at the start", tcpTalk(elsewhere).say(theirs, later()[2].a), None},
		{"sound in RTSP of another length", blindTalk(elsewhere).say(theirs, later()[2].a+"e"), None},
		{"a query at the start", tcpTalk(elsewhere).say(ours, "Q\x00\x00\x00\x0dselect 1\x00"), None},
		{"a query of another length", blindTalk(elsewhere).say(ours, "Q\x00\x00\x00\x0eselect 1\x00"), None},
		{"Sync alone", blindTalk(elsewhere).say(ours, "S\x00\x00\x00\x04"), None},
		{"a query that is none of SQL", blindTalk(elsewhere).say(ours, "\x09\x00\x00\x00\x03hello it"), None},
		{"a ping of MySQL alone", blindTalk(elsewhere).say(ours, "\x01\x00\x00\x00\x0e"), None},
		{"what is published, shorter than it says", blindTalk(elsewhere).say(ours, "PUB door 7\r\nhello\r\n"), None},
		{"a letter asked for, and another's answer", blindTalk(elsewhere).say(ours, "RETR 1\r\n").say(theirs, "550 no\r\n"), FTP},
		{"a list, and an answer of Redis", blindTalk(elsewhere).say(ours, "PING\r\n").say(theirs, "+PONG\r\n"), Redis},
		{"a star and words", blindTalk(elsewhere).say(theirs, "* THE END\r\n").say(ours, "a5 what\r\n"), None},
		{"a word of ZooKeeper's and its answer", tcpTalk(elsewhere).say(ours, "ruok").say(theirs, "imok"), ZooKeeper},
		{"another, typed", tcpTalk(elsewhere).say(ours, "mn").say(ours, "tr\r\n").say(theirs, "zk_version\t3.9.1\n"), ZooKeeper},
		{"another, forbidden", tcpTalk(elsewhere).say(ours, "envi").say(theirs, "envi is not executed because it is not in the whitelist.\n"), ZooKeeper},
		{"a word, and another's answer", tcpTalk(elsewhere).say(ours, "stat").say(theirs, "OK 900\r\n"), None},
		{"a word alone", tcpTalk(elsewhere).say(ours, "ruok"), None},
		{"half of two words", tcpTalk(elsewhere).say(ours, "uok ").say(theirs, "imok"), None},
	} {
		if got := protocolOf(c.d.end()); got != c.want.String() {
			t.Errorf("%s: told as %q, want %q", c.what, got, c.want)
		}
	}
	if f := blindTalk(21).say(theirs, "331 Password?\r\n").say(ours, "PASS secret\r\n").end(); f == nil || f.Banner[theirs] != "" || loginOf(f) != ", ftp pass, readable" {
		t.Errorf("a reply is no greeting: %+v, %s", f, loginOf(f))
	}
	if f := blindTalk(21).say(theirs, "220 (vsFTPd 3.0.3)\r\n").say(ours, "USER anna\r\n").end(); f == nil || f.Banner[theirs] != "220 (vsFTPd 3.0.3)" || f.Confidence != Exact {
		t.Errorf("a greeting is one: %+v", f)
	}
	for _, o := range later() {
		port := o.port
		if port == 0 {
			port = elsewhere
		}
		f := blindTalk(port).say(o.first, o.a).say(1-o.first, o.b).end()
		if protocolOf(f) != o.want.String() || o.want == SOCKS && o.b != "" && (f.Client != ours || f.Name != "door.org") {
			t.Errorf("%s, later: %+v", &o, f)
		}
	}
	if f := blindTalk(elsewhere).say(ours, login("\x85\xa6\xff\x01", "anna\x00\x00")).end(); loginOf(f) != "anna, mysql" {
		t.Errorf("who logged in: %s", loginOf(f))
	}
	if f := tcpTalk(elsewhere).say(ours, login("\x85\xae\xff\x01", "")+helloTo()).say(theirs, helloBack()).end(); f == nil || !f.StartTLS || f.TLS == nil || f.TLS.Name != "door.org" {
		t.Errorf("MySQL that turns to TLS, its greeting lost: %+v", f)
	}
}

// TestTheSYNAloneIsMissing: what begins a connection tells it at home, though it is not known that it is the beginning.
func TestTheSYNAloneIsMissing(t *testing.T) {
	told := 0
	for _, o := range openings() {
		home := o.want.Ports(6)
		if o.udp || len(home) == 0 || o.first != ours {
			continue
		}
		d := tcpTalk(home[0]).say(ours, o.a)
		known := d.x.peek(d.note)
		if known == nil || known.Confidence != Shape {
			continue // its answer, or its place, is part of the evidence
		}
		d.end()
		if f := blindTalk(home[0]).say(ours, o.a).end(); f == nil || f.Protocol != o.want {
			t.Errorf("%s at home: %+v", &o, f)
		}
		told++
	}
	if told < 10 {
		t.Errorf("only %d were told", told)
	}
	for s, home := range map[string]uint16{"JRMI\x00\x02K": 1099, "\xc0\x01\x02\x00\x12\x34\x56\x78\x00\x00\x00\x06abcdef": 49} {
		d := blindTalk(home)
		if home == 49 {
			d = tcpTalk(home).say(theirs, s)
		} else {
			d.say(ours, s)
		}
		if f := d.end(); f == nil || f.Confidence == Exact {
			t.Errorf("%q at home: %+v", s, f)
		}
		if f := blindTalk(elsewhere).say(ours, s).end(); f != nil {
			t.Errorf("%q elsewhere: %+v", s, f)
		}
	}
}

// TestAuthOfTwoKinds: AUTH is Redis's with a password, and POP3's with a mechanism; whatever stands behind it that is none is not told.
func TestAuthOfTwoKinds(t *testing.T) {
	for _, c := range []struct {
		d    *dialogue
		want string
	}{
		{tcpTalk(elsewhere).say(ours, "AUTH foobared\r\n").say(theirs, "+OK\r\n"), "redis: , redis auth, readable"},
		{blindTalk(elsewhere).say(ours, "AUTH foobared\r\n").say(theirs, "+OK\r\n"), "redis: , redis auth, readable"},
		{blindTalk(elsewhere).say(theirs, "+OK\r\n").say(ours, "AUTH foobared\r\n").say(theirs, "+OK\r\n"), "redis: , redis auth, readable"},
		{tcpTalk(elsewhere).say(theirs, "+OK ready\r\n").say(ours, "AUTH PLAIN\r\n").say(theirs, "+ \r\n").say(ours, "AGFubmEAc2VjcmV0\r\n"), "pop3: anna, pop3 auth plain, readable"},
		{blindTalk(elsewhere).say(theirs, "+OK ready\r\n").say(ours, "AUTH PLAIN\r\n").say(theirs, "+ \r\n").say(ours, "AGFubmEAc2VjcmV0\r\n"), "pop3: anna, pop3 auth plain, readable"},
		{tcpTalk(110).say(theirs, "+OK ready\r\n").say(ours, "AUTH foobared\r\n"), "pop3: , pop3 auth"},
		{tcpTalk(25).say(theirs, "220 ready\r\n").say(ours, "EHLO door\r\n").say(theirs, "250 AUTH\r\n").say(ours, "AUTH SCRAM-SHA-256 Zm9v\r\n"), "smtp: , smtp auth scram-sha-256"},
		{tcpTalk(25).say(theirs, "220 ready\r\n").say(ours, "EHLO door\r\n").say(theirs, "250 AUTH\r\n").say(ours, "AUTH foobared\r\n"), "smtp: , smtp auth"},
	} {
		f := c.d.end()
		if got := protocolOf(f) + ": " + loginOf(f); got != c.want {
			t.Errorf("told as %q, want %q", got, c.want)
		}
	}
}

// TestHelloInCrumbs: a hello in records of one octet is a hello.
func TestHelloInCrumbs(t *testing.T) {
	hello := helloTo()[5:]
	for _, size := range []int{1, 2, 3, 4, 5, 40} {
		crumbs := ""
		for at := 0; at < len(hello); at += size {
			crumbs += tlsRecord(recordHandshake, hello[at:min(at+size, len(hello))])
		}
		for _, cut := range []int{1, 7, 20, len(crumbs) - 1} {
			f := tcpTalk(elsewhere).say(ours, crumbs[:cut]).say(ours, crumbs[cut:]).end()
			if f == nil || f.Protocol != TLS || f.TLS.Name != "door.org" {
				t.Errorf("records of %d, cut after %d: %+v", size, cut, f)
			}
		}
	}
	for _, s := range []string{"\x16\x03\x01\x00\x01\x01\x16\x03\x01\x00\x01\x00\x17\x03\x01\x00\x01\x00", "\x16\x03\x01\x00\x01\x01 and text"} {
		if f := tcpTalk(elsewhere).say(ours, s).end(); f != nil {
			t.Errorf("%q: %+v", s, f)
		}
	}
}

// TestSyslogThatCounts: over TCP a message's length may come before it.
func TestSyslogThatCounts(t *testing.T) {
	const message = "<34>1 2026-11-24T10:00:00Z door app - - - hello"
	for s, want := range map[string]Protocol{"47 " + message: Syslog, "47 " + message + "47 " + message: Syslog, "47 hello <34>1 door": None, "4711": None, "47114": None, "1 <34>1 hello": None} {
		if f := tcpTalk(elsewhere).say(ours, s).end(); protocolOf(f) != want.String() {
			t.Errorf("%q: %+v", s, f)
		}
	}
	if f := blindTalk(3389).say(ours, "\x03\x00\x00\x1b\x02\xf0\x80\x64\x00\x06\x03\xeb\x70\x0c"+strings.Repeat("p", 13)).end(); protocolOf(f) != "rdp" {
		t.Errorf("a channel of RDP: %+v", f)
	}
}
