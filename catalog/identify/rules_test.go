package identify

import (
	"encoding/binary"
	"strings"
	"testing"
	"time"
)

// login is what was told of one, in short.
func loginOf(f *Facts) string {
	if f == nil || f.Login == nil {
		return "none"
	}
	s := f.Login.User + ", " + f.Login.Method
	if f.Login.Clear {
		s += ", readable"
	}
	return s
}

// A password of PostgreSQL is readable where the server asked for it so, and only there
// (PostgreSQL manual, 55.2.1), also after TLS or GSSAPI was asked for and refused.
func TestPostgresPasswords(t *testing.T) {
	const (
		start  = "\x00\x00\x00\x13\x00\x03\x00\x00user\x00anna\x00\x00"
		tls    = "\x00\x00\x00\x08\x04\xd2\x16\x2f"
		gss    = "\x00\x00\x00\x08\x04\xd2\x16\x30"
		clear  = "R\x00\x00\x00\x08\x00\x00\x00\x03"
		md5    = "R\x00\x00\x00\x0c\x00\x00\x00\x05salt"
		answer = "p\x00\x00\x00\x0bsecret\x00"
	)
	for _, c := range []struct {
		name string
		talk []string // the client begins
		want string
	}{
		{"in clear", []string{start, clear, answer}, "anna, postgresql password, readable"},
		{"as MD5", []string{start, md5, "p\x00\x00\x00\x28md5" + "0123456789abcdef0123456789abcdef\x00"}, "anna, postgresql"},
		{"by GSSAPI", []string{start, "R\x00\x00\x00\x08\x00\x00\x00\x07", answer}, "anna, postgresql"},
		{"unasked", []string{start, "", answer}, "anna, postgresql"},
		{"no TLS", []string{tls, "N", start, clear, answer}, "anna, postgresql password, readable"},
		{"no GSSAPI", []string{gss, "N", start, clear, answer}, "anna, postgresql password, readable"},
		{"neither", []string{gss, "N", tls, "N", start, clear, answer}, "anna, postgresql password, readable"},
		{"no TLS, MD5", []string{tls, "N", start, md5, answer}, "anna, postgresql"},
		{"TLS", []string{tls, "S", "\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03"}, "none"},
		{"TLS, its answer not seen", []string{tls + "\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03"}, "none"},
		{"no GSSAPI but TLS", []string{gss, "N", tls, "S", "\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03"}, "none"},
		{"GSSAPI", []string{gss, "G", "\x00\x00\x00\x20" + start, clear, answer}, "none"},
	} {
		d := tcpTalk(5432)
		for i, s := range c.talk {
			d.say(i%2, s)
		}
		f := d.end()
		if got := loginOf(f); got != c.want {
			t.Errorf("%s: %s; want %s", c.name, got, c.want)
		}
		if f != nil && f.Login != nil && f.Login.Clear && f.Login.Secret != 6 {
			t.Errorf("%s: a secret of %d octets", c.name, f.Login.Secret)
		}
		if f == nil || f.StartTLS != (strings.HasPrefix(c.name, "TLS") || strings.HasSuffix(c.name, "but TLS")) {
			t.Errorf("%s: %+v", c.name, f)
		}
	}
}

// In MQTT 5 properties stand before the client's name and before the will (MQTT 5.0,
// section 3.1); in older versions there are none.
func TestMQTTProperties(t *testing.T) {
	lp := func(s string) string { return string([]byte{byte(len(s) >> 8), byte(len(s))}) + s }
	const (
		receive = "\x21\x00\x0a"         // receive maximum
		delay   = "\x18\x00\x00\x00\x05" // will delay
	)
	long := "\x26" + lp("key") + lp(string(make([]byte, 192))) // 200 octets: a length of two
	for _, c := range []struct {
		name, level string
		flags       byte
		rest        string
		want        string
		version     string
	}{
		{"3.1.1", "\x04", 0xc2, lp("door") + lp("anna") + lp("secret"), "anna, mqtt connect, readable", "3.1.1"},
		{"5", "\x05", 0xc2, "\x00" + lp("door") + lp("anna") + lp("secret"), "anna, mqtt connect, readable", "5"},
		{"5 with properties", "\x05", 0xc2, string(rune(len(receive))) + receive + lp("door") + lp("anna") + lp("secret"), "anna, mqtt connect, readable", "5"},
		{"5 with long properties", "\x05", 0xc2, "\xc8\x01" + long + lp("door") + lp("anna") + lp("secret"), "anna, mqtt connect, readable", "5"},
		{"5 with a will", "\x05", 0xc6, "\x00" + lp("door") + string(rune(len(delay))) + delay + lp("topic") + lp("gone") + lp("anna") + lp("secret"), "anna, mqtt connect, readable", "5"},
		{"3.1.1 with a will", "\x04", 0xc6, lp("door") + lp("topic") + lp("gone") + lp("anna") + lp("secret"), "anna, mqtt connect, readable", "3.1.1"},
		{"no password", "\x05", 0x82, "\x00" + lp("door") + lp("anna"), "anna, mqtt connect", "5"},
		{"no name", "\x05", 0x42, "\x00" + lp("door") + lp("secret"), ", mqtt connect, readable", "5"},
		{"nobody", "\x05", 0x02, "\x00" + lp("door"), "none", "5"},
	} {
		body := "\x00\x04MQTT" + c.level + string([]byte{c.flags}) + "\x00\x3c" + c.rest
		f := tcpTalk(1883).say(ours, "\x10"+string(binary.AppendUvarint(nil, uint64(len(body))))+body).end()
		if got := loginOf(f); got != c.want || f.Version != c.version || f.Login != nil && f.Login.Clear && f.Login.Secret != 6 {
			t.Errorf("%s: version %s, %s; want %s, %s", c.name, f.Version, got, c.version, c.want)
		}
	}
}

// The name that a NetBIOS session calls is the server's, unless it is the one that every
// server answers to (RFC 1002, section 4.3.2; MS-CIFS), and SMB may follow.
func TestNetBIOSCalledName(t *testing.T) {
	name := func(s string) string {
		b := []byte{0x20}
		for i := range 16 {
			c := byte(' ')
			if i < len(s) {
				c = s[i]
			}
			b = append(b, 'A'+c>>4, 'A'+c&15)
		}
		return string(b) + "\x00"
	}
	for _, c := range []struct{ called, want string }{{"DOOR", "DOOR"}, {"DOOR           \x20", "DOOR"}, {"*SMBSERVER", ""}} {
		request := "\x81\x00\x00\x44" + name(c.called) + name("ANNA")
		f := tcpTalk(139).say(ours, request).say(theirs, "\x82\x00\x00\x00").end()
		by := "netbios"
		if c.want == "" {
			by = ""
		}
		if f == nil || f.Protocol != NetBIOSSession || f.Name != c.want || f.NameBy != by {
			t.Errorf("%s: %+v", c.called, f)
		}
		for version, header := range map[string]string{"1": "\xffSMBr", "2": "\xfeSMB\x40"} {
			f := tcpTalk(139).say(ours, request).say(theirs, "\x82\x00\x00\x00").say(ours, "\x00\x00\x00\x40"+header+string(make([]byte, 59))).end()
			if f == nil || f.Protocol != SMB || f.Version != version || f.Name != c.want {
				t.Errorf("%s, then SMB %s: %+v", c.called, version, f)
			}
		}
	}
}

func tlsRecord(kind byte, body string) string {
	return string([]byte{kind, 3, 3, byte(len(body) >> 8), byte(len(body))}) + body
}

func tlsMessage(kind byte, body string) string {
	return string([]byte{kind, byte(len(body) >> 16), byte(len(body) >> 8), byte(len(body))}) + body
}

// A session is taken up again where the server gives back the id that the client offers,
// up to TLS 1.2: TLS 1.3 gives it back always (RFC 5246, section 7.4.1.3; RFC 8446,
// section 4.1.3). What is in clear of an alert is told, with its sender.
func TestTLSSessionsAndAlerts(t *testing.T) {
	random := string(make([]byte, 32))
	id := "\x20" + "0123456789abcdef0123456789abcdef"
	client := func(session string) string {
		return tlsRecord(recordHandshake, tlsMessage(clientHello, "\x03\x03"+random+session+"\x00\x02\xc0\x30\x01\x00\x00\x00"))
	}
	server := func(random, session, extensions string) string {
		return tlsRecord(recordHandshake, tlsMessage(serverHello, "\x03\x03"+random+session+"\xc0\x30\x00"+string([]byte{0, byte(len(extensions))})+extensions))
	}
	const tls13 = "\x00\x2b\x00\x02\x03\x04"
	status := tlsRecord(recordHandshake, tlsMessage(22, "\x01\x00\x00\x01x"))
	ccs := tlsRecord(recordCCS, "\x01")
	done := tlsRecord(recordHandshake, tlsMessage(serverHelloDone, ""))
	alert := func(what string) string { return tlsRecord(recordAlert, "\x02"+what) }
	for _, c := range []struct {
		name    string
		talk    []string // the client begins
		resumed bool
		alert   int // -1: none
		by      int8
		version uint16
	}{
		{"resumed", []string{client(id), server(random, id, "") + ccs}, true, -1, 0, 0x0303},
		{"another id", []string{client(id), server(random, "\x20"+"x123456789abcdef0123456789abcdef", "") + done}, false, -1, 0, 0x0303},
		{"no id", []string{client("\x00"), server(random, "\x00", "") + done}, false, -1, 0, 0x0303},
		{"an id of the server's", []string{client("\x00"), server(random, id, "") + done}, false, -1, 0, 0x0303},
		{"TLS 1.3", []string{client(id), server(random, id, tls13) + ccs}, false, -1, 0, 0x0304},
		{"TLS 1.3, again", []string{client(id), server(retry, id, tls13) + ccs, "", server(random, id, tls13)}, false, -1, 0, 0x0304},
		{"draft", []string{client(id), server(random, id, "\x00\x2b\x00\x02\x7f\x1c")}, false, -1, 0, 0x0304},
		{"status, then an alert", []string{client(id), server(random, "\x00", "") + status + alert("\x50")}, false, 0x50, 1, 0x0303},
		{"refused", []string{client(id), alert("\x28")}, false, 0x28, 1, 0},
		{"refused by the client", []string{client(id), server(random, "\x00", ""), alert("\x30")}, false, 0x30, 0, 0x0303},
		{"first of two", []string{client(id), alert("\x28") + alert("\x00")}, false, 0x28, 1, 0},
		{"enciphered", []string{client(id), server(random, id, "") + ccs + alert("\x28")}, true, -1, 0, 0x0303},
	} {
		d := tcpTalk(elsewhere)
		for i, s := range c.talk {
			d.say(i%2, s)
		}
		f := d.end()
		if f == nil || f.Protocol != TLS || f.TLS == nil {
			t.Errorf("%s: %+v", c.name, f)
			continue
		}
		h := f.TLS
		if h.Resumed != c.resumed || h.Version != c.version || h.HasAlert != (c.alert >= 0) || h.HasAlert && (int(h.Alert) != c.alert || h.AlertBy != c.by) {
			t.Errorf("%s: %+v", c.name, h)
		}
	}
}

// Where the greeting says SMTP, a command that FTP has too is not FTP's; and a refusal
// says which it is of by its words.
func TestGreetingThatSaysSMTP(t *testing.T) {
	for _, c := range []struct {
		port uint16
		a, b string
		want Protocol
	}{
		{elsewhere, "220 door.example ESMTP\r\n", "AUTH LOGIN\r\n", SMTP},
		{elsewhere, "220 door.example Smtp ready\r\n", "HELP\r\nSITE\r\n", SMTP},
		{elsewhere, "220 door.example\r\n", "AUTH TLS\r\n", FTP},
		{elsewhere, "220 smtp.door.example FTP ready\r\n", "USER anna\r\n", FTP},
		{elsewhere, "421 SMTP service not available\r\n", "", SMTP},
		{elsewhere, "554 no SMTP service here\r\n", "", SMTP},
		{elsewhere, "421 FTP service not available\r\n", "", FTP},
		{elsewhere, "530 no more users of ftp\r\n", "", FTP},
		{elsewhere, "421 come again\r\n", "", None},
		{25, "421 come again\r\n", "", SMTP},
		{587, "554 come again\r\n", "", SMTP},
		{21, "421 come again\r\n", "", FTP},
		{21, "421 SMTP service not available\r\n", "", SMTP},
	} {
		f := tcpTalk(c.port).say(theirs, c.a).say(ours, c.b).end()
		if got := protocolOf(f); got != c.want.String() {
			t.Errorf("%q, %q on %d: told as %q, want %q", c.a, c.b, c.port, got, c.want)
		}
	}
}

func protocolOf(f *Facts) string {
	if f == nil {
		return ""
	}
	return f.Protocol.String()
}

// Two digits of a year are of 1950 to 2049 (RFC 5280, section 4.1.2.5.1), four are what
// they say.
func TestYearsOfCertificates(t *testing.T) {
	for _, c := range []struct {
		tag  byte
		s    string
		want string // "" for none
	}{
		{0x17, "491231235959Z", "2049-12-31T23:59:59Z"},
		{0x17, "500101000000Z", "1950-01-01T00:00:00Z"},
		{0x17, "680229000000Z", "1968-02-29T00:00:00Z"},
		{0x17, "690101000000Z", "1969-01-01T00:00:00Z"},
		{0x17, "991231235959Z", "1999-12-31T23:59:59Z"},
		{0x17, "000101000000Z", "2000-01-01T00:00:00Z"},
		{0x18, "20500101000000Z", "2050-01-01T00:00:00Z"},
		{0x18, "19500101000000Z", "1950-01-01T00:00:00Z"},
		{0x18, "99991231235959Z", "9999-12-31T23:59:59Z"},
		{0x17, "20500101000000Z", ""},
		{0x18, "500101000000Z", ""},
		{0x04, "500101000000Z", ""},
	} {
		want := int64(0)
		if c.want != "" {
			at, err := time.Parse(time.RFC3339, c.want)
			if err != nil {
				t.Fatal(err)
			}
			want = at.Unix()
		}
		if got := timeOf(c.tag, []byte(c.s)); got != want {
			t.Errorf("%#x %s: %s, want %s", c.tag, c.s, time.Unix(got, 0).UTC().Format(time.RFC3339), c.want)
		}
	}
}

// What keeps a mapping of NAT alive does not use up the datagrams that are looked at: a
// phone registers once an hour, and says something every half minute.
func TestKeepAlivesDoNotCount(t *testing.T) {
	const register = "REGISTER sip:door.example SIP/2.0\r\nCSeq: 1 REGISTER\r\n\r\n"
	for _, c := range []struct {
		alive string
		times int
		want  Protocol
	}{{"hello", 120, SIP}, {"\r\n\r\n", 120, SIP}, {"\x00", 250, SIP}, {"\x00", 600, None}, {"what is this", 20, None}} {
		d := udpTalk(5060)
		for i := range c.times {
			d.say(i%2, c.alive)
		}
		if c.want == None && d.note&Done == 0 {
			t.Errorf("%q %d times: note %#x, and it is looked at still", c.alive, c.times, d.note)
		}
		if f := d.say(ours, register).end(); protocolOf(f) != c.want.String() {
			t.Errorf("%q %d times, then a request: told as %q, want %q", c.alive, c.times, protocolOf(f), c.want)
		}
	}
}

// TestUnderISOTransport: the addresses in a request of ISO transport are a hint only; what comes
// behind it tells S7 from MMS and from what neither is.
func TestUnderISOTransport(t *testing.T) {
	const (
		request = "\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x06\x00\xc1\x02\x00\x02\xc2\x02\x02\x00"
		confirm = "\x03\x00\x00\x13\x0e\xd0\x00\x06\x00\x01\x00\xc1\x02\x00\x02\xc2\x02\x02\x00"
		short   = "\x03\x00\x00\x05\x00\xd0\x80"
		s7      = "\x03\x00\x00\x19\x02\xf0\x80\x32\x01\x00\x00\x00\x00\x00\x08\x00\x00\xf0\x00\x00\x01\x00\x01\x01\xe0"
		bare    = "\x03\x00\x00\x2f\x02\xf0\x80\xa8\x26\x80\x02\x00\x1f\x81\x01\x03\x82\x01\x03\x83\x02\x08\x08\xa4\x16\x80\x01\x01\x81\x03\x05\xe8\x00\x82\x0c\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
		session = "\x03\x00\x00\x1e\x02\xf0\x80\x0d\x15\x05\x06\x13\x01\x00\x16\x01\x02\xc1\x0b\x60\x09\xa1\x07\x06\x05\x28\xca\x22\x02\x03"
		another = "\x03\x00\x00\x10\x02\xf0\x80\x0d\x07\x05\x06\x13\x01\x00\x16\x01"
	)
	for _, c := range []struct {
		what       string
		reply      string
		data       string
		want       Protocol
		confidence Confidence
	}{
		{"only a request", confirm, "", S7comm, Shape},
		{"S7", confirm, s7, S7comm, Exact},
		{"MMS at once", confirm, bare, MMS, Shape},
		{"MMS behind an answer that is none", short, bare, MMS, Shape},
		{"MMS over session", confirm, session, MMS, Exact},
		{"neither", confirm, another, TPKT, Shape},
	} {
		d := tcpTalk(102).say(0, request).say(1, c.reply)
		if c.data != "" {
			d.say(0, c.data)
		}
		f := d.end()
		if f == nil || f.Protocol != c.want || f.Confidence != c.confidence {
			t.Errorf("%s: %+v, want %v, %v", c.what, f, c.want, c.confidence)
		}
	}
}

// TestLookalikes: what stood in captures and was taken for something else.
func TestLookalikes(t *testing.T) {
	zeros := func(n int) string { return strings.Repeat("\x00", n) }
	dns := "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03com\x00\x00\x01\x00\x01"
	reply := "\x29\x00\x00\x00\x02\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00" + "\x08\x00\x00\x00" + zeros(8) + zeros(4) + "\x01\x00\x00\x00" + "\x05\x00\x00\x00\x00"
	hart := func(d *dialogue) *dialogue { // HART-IP begins with version 1, and its command stands where uTP counts
		for i := range 12 {
			n := string(rune('\x03' + i))
			d.say(0, "\x01\x00\x03\x00\x00"+n+"\x00\x11\x82\x26\x4e\x00\x00\xd2\x00\x00\x38")
			d.say(1, "\x01\x01\x03\x00\x00"+n+"\x00\x29\x86\x26\x4e\x00\x00\xd2\x00\x18\x00\xd0\xfe\x26\x4e\x05\x07\x04\x01\x0e\x0c"+zeros(16))
		}
		return d
	}
	for _, c := range []struct {
		what string
		d    *dialogue
		want Protocol
	}{
		{"HART-IP", hart(udpTalk(5095)), HARTIP},
		{"HART-IP on another port", hart(udpTalk(5096)), None},
		{"a reply of MongoDB", tcpTalk(27017).say(1, reply), MongoDB},
		{"a one where a reply of MongoDB has its kind", tcpTalk(1076).say(1, "\x03\x02\x0f\x01\x00\x00\x1c\x42\x10\x0b\x00\x00\x01\x00\x00\x00\x00\x06\x00\x00\x00\x00\x00\x00"+zeros(40)), None},
		{"a greeting of POP3, and what its user is told, alone", tcpTalk(2110).say(1, "+OK ready\r\n").say(1, "+OK\r\n"), POP3},
		{"answers of Redis, alone", tcpTalk(6379).say(1, "+OK\r\n").say(1, "+OK\r\n"), None},
		{"a command of EtherNet/IP", tcpTalk(44818).say(0, "\x63"+zeros(23)), EtherNetIP},
		{"that octet and zeros", tcpTalk(1076).say(0, "\x63"+zeros(18)+"\x2c"+zeros(4)), None},
		{"a question to 53 from 5353", &dialogue{x: New(0), ports: [2]uint16{5353, 53}}, DNS},
		{"a question to 53 from 5355", &dialogue{x: New(0), ports: [2]uint16{5355, 53}}, DNS},
		{"a question to 5353", &dialogue{x: New(0), ports: [2]uint16{40000, 5353}}, MDNS},
	} {
		if c.d.ports[1] == 53 || c.d.ports[1] == 5353 {
			c.d.say(0, dns)
		}
		got := None
		if f := c.d.end(); f != nil {
			got = f.Protocol
		}
		if got != c.want {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
}

// TestTalkFromItsMiddle: where the opening was not captured, lines that no other protocol has still
// tell mail, news and files; those that others have too do not.
func TestTalkFromItsMiddle(t *testing.T) {
	vpn := func(n byte) string {
		return "\x00\x28\x48\x00\x00\x03\x00\x00\x01" + string([]byte{n}) + strings.Repeat("x", 32)
	}
	sound := "\x04\x00\x01\x00\x00\x00\x08\x08\x01\x00\x00\x00\xaf\x01abcdef"
	for _, c := range []struct {
		what string
		port uint16
		talk []string // "c " and "s " say who
		want Protocol
	}{
		{"a greeting of POP3 and a name", 110, []string{"s +OK ready\r\n", "c USER ann\r\n", "s +OK\r\n"}, POP3},
		{"a greeting of news and a group", 119, []string{"s 200 news.example ready\r\n", "c GROUP misc.test\r\n"}, NNTP},
		{"data asked for at an address", 21, []string{"c PORT 192,0,2,1,3,4\r\n", "s 200 PORT command successful.\r\n"}, FTP},
		{"the same on another number", 2121, []string{"c PORT 192,0,2,1,3,4\r\n"}, FTP},
		{"data offered at an address", 21, []string{"s 227 Entering Passive Mode (192,0,2,1,3,4)\r\n"}, FTP},
		{"data offered at a port", 21, []string{"s 229 Entering Extended Passive Mode (|||6446|)\r\n"}, FTP},
		{"an answer of Redis", 6379, []string{"s +OK\r\n", "c *1\r\n$4\r\nPING\r\n"}, Redis},
		{"packets of OpenVPN that count on", 1194, []string{"c " + vpn(7), "c " + vpn(8), "c " + vpn(9)}, OpenVPN},
		{"two of them, and one that does not", 1194, []string{"c " + vpn(7), "c " + vpn(8), "c " + vpn(8)}, None},
		{"two of them", 1194, []string{"c " + vpn(7), "c " + vpn(8)}, None},
		{"sound in RTMP", 1935, []string{"c " + sound}, RTMP},
		{"part of such a message", 1935, []string{"c " + sound[:len(sound)-1]}, None},
		{"more than it says", 1935, []string{"c " + sound + "a"}, None},
		{"a port of something else", 4000, []string{"c PORT 1,2\r\n"}, None},
		{"a count", 4000, []string{"s 227 things (of 6)\r\n"}, None},
	} {
		d := tcpTalk(c.port)
		d.blind = true
		for _, l := range c.talk {
			d.say(map[byte]int{'c': ours, 's': theirs}[l[0]], l[2:])
		}
		got := None
		if f := d.end(); f != nil {
			got = f.Protocol
		}
		if got != c.want {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
}

// TestWhereAnAnswerSends: what is told of a redirection is where it leads, and nothing where it stays
// with the same server.
func TestWhereAnAnswerSends(t *testing.T) {
	for location, want := range map[string]string{
		"http://door.example:8080/x": "http://door.example:8080", "https://door.example": "https://door.example", "http://[2001:db8::1]:8080/": "http://[2001:db8::1]:8080",
		"//door.example:8081/x": "http://door.example:8081", "http://ann:secret@door.example/": "http://door.example",
		"/x": "", "/go?u=http://other.example/": "", "x://": "", "//": "", "?u=http://other.example": "",
	} {
		f := tcpTalk(80).say(0, "GET / HTTP/1.1\r\nHost: door.example\r\n\r\n").say(1, "HTTP/1.1 302 Found\r\nLocation: "+location+"\r\n\r\n").end()
		if f == nil || f.HTTP == nil || f.HTTP.Location != want {
			t.Errorf("%s: %+v, want %q", location, f, want)
		}
	}
}
