package identify

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func newRand(seed int) *rand.Rand { return rand.New(rand.NewPCG(uint64(seed), 1)) }

// plain is everything that was told, without the frames.
func plain(f *Facts) string {
	if f == nil {
		return "nothing"
	}
	g := *f
	g.Frames = [2]uint64{}
	if g.TLS != nil {
		h := *g.TLS
		h.HelloFrame, h.ReplyFrame, h.CertFrame, h.AlertFrame = 0, 0, 0, 0
		g.TLS = &h
	}
	if g.HTTP != nil {
		w := *g.HTTP
		w.StatusFrame = 0
		g.HTTP = &w
	}
	if g.Login != nil {
		l := *g.Login
		l.Frame = 0
		g.Login = &l
	}
	b, _ := json.Marshal(&g)
	return string(b)
}

const secret = "open-Sesame-7"

// amqpStart is Start-Ok of AMQP 0-9-1.
func amqpStart(mech, answer string) string {
	body := "\x00\x0a\x00\x0b\x00\x00\x00\x0e\x07productS\x00\x00\x00\x01x" + string(rune(len(mech))) + mech + "\x00\x00\x00" + string(rune(len(answer))) + answer + "\x05en_US"
	return "\x01\x00\x00\x00\x00\x00" + string(rune(len(body))) + body + "\xce"
}

// Who logged in is told, and that the secret was readable; the secret is not kept,
// in no form.
func TestSecretsAreNotKept(t *testing.T) {
	b64 := base64.StdEncoding.EncodeToString
	lp := func(s string) string { return string([]byte{0, byte(len(s))}) + s }
	bind := "\x02\x01\x03\x04\x07cn=anna\x80" + string(rune(len(secret))) + secret
	bind = "\x02\x01\x01\x60" + string(rune(len(bind))) + bind
	snmp := "\x02\x01\x01\x04" + string(rune(len(secret))) + secret + "\xa0\x0d\x02\x01\x01\x02\x01\x00\x02\x01\x00\x30\x02\x30\x00"
	mqtt := "\x00\x04MQTT\x04\xc2\x00\x3c" + lp("door") + lp("anna") + lp(secret)
	type step struct {
		side int
		s    string
	}
	for _, c := range []struct {
		name  string
		udp   bool
		port  uint16
		steps []step
		user  string
		clear bool
	}{
		{"ftp", false, 21, []step{{theirs, "220 ready\r\n"}, {ours, "USER anna\r\n"}, {theirs, "331 password\r\n"}, {ours, "PASS " + secret + "\r\n"}}, "anna", true},
		{"pop3", false, 110, []step{{theirs, "+OK ready\r\n"}, {ours, "USER anna\r\n"}, {theirs, "+OK\r\n"}, {ours, "PASS " + secret + "\r\n"}}, "anna", true},
		{"pop3 apop", false, 110, []step{{theirs, "+OK <1@x>\r\n"}, {ours, "APOP anna c4c9334bac560ecc979e58001b3e22fb\r\n"}}, "anna", false},
		{"imap", false, 143, []step{{theirs, "* OK ready\r\n"}, {ours, "a LOGIN anna \"" + secret + "\"\r\n"}}, "anna", true},
		{"imap sasl", false, 143, []step{{theirs, "* OK IMAP4\r\n"}, {ours, "a AUTHENTICATE PLAIN\r\n"}, {theirs, "+\r\n"}, {ours, b64([]byte("\x00anna\x00"+secret)) + "\r\n"}}, "anna", true},
		{"smtp plain", false, 25, []step{{theirs, "220 ESMTP\r\n"}, {ours, "EHLO x\r\n"}, {theirs, "250 AUTH\r\n"}, {ours, "AUTH PLAIN " + b64([]byte("\x00anna\x00"+secret)) + "\r\n"}}, "anna", true},
		{"smtp login", false, 25, []step{{theirs, "220 ESMTP\r\n"}, {ours, "EHLO x\r\n"}, {ours, "AUTH LOGIN\r\n"}, {theirs, "334 VXNlcm5hbWU6\r\n"}, {ours, b64([]byte("anna")) + "\r\n"}, {theirs, "334 UGFzc3dvcmQ6\r\n"}, {ours, b64([]byte(secret)) + "\r\n"}}, "anna", true},
		{"nntp", false, 119, []step{{theirs, "200 ready\r\n"}, {ours, "AUTHINFO USER anna\r\n"}, {theirs, "381 more\r\n"}, {ours, "AUTHINFO PASS " + secret + "\r\n"}}, "anna", true},
		{"nntp sasl", false, 119, []step{{theirs, "200 ready\r\n"}, {ours, "AUTHINFO SASL PLAIN\r\n"}, {theirs, "383 =\r\n"}, {ours, b64([]byte("\x00anna\x00"+secret)) + "\r\n"}}, "anna", true},
		{"nntp simple", false, 119, []step{{theirs, "200 ready\r\n"}, {ours, "AUTHINFO SIMPLE\r\n"}, {theirs, "350 go on\r\n"}, {ours, "anna " + secret + "\r\n"}}, "anna", true},
		{"http form", false, 80, []step{{ours, "POST /login HTTP/1.1\r\nHost: d\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nuser=anna&password=" + secret}, {theirs, "HTTP/1.1 200 OK\r\n\r\n"}}, "anna", true},
		{"http json", false, 80, []step{{ours, "POST /login HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n\r\n{\"user\":\"anna\",\"password\":\"" + secret + "\"}"}, {theirs, "HTTP/1.1 200 OK\r\n\r\n"}}, "anna", true},
		{"http", false, 80, []step{{ours, "GET /" + secret + "?token=" + secret + " HTTP/1.1\r\nHost: d\r\nCookie: s=" + secret + "\r\nAuthorization: Basic " + b64([]byte("anna:"+secret)) + "\r\n\r\n"},
			{theirs, "HTTP/1.1 302 Found\r\nSet-Cookie: " + secret + "\r\nLocation: http://anna:" + secret + "@d:8080/?" + secret + "\r\n\r\n"}}, "anna", true},
		{"http bearer", false, 80, []step{{ours, "GET / HTTP/1.1\r\nHost: d\r\nAuthorization: Bearer " + secret + "\r\n\r\n"}}, "", true},
		{"redis", false, 6379, []step{{ours, fmt.Sprintf("*3\r\n$4\r\nAUTH\r\n$4\r\nanna\r\n$%d\r\n%s\r\n", len(secret), secret)}, {theirs, "+OK\r\n"}}, "anna", true},
		{"redis inline", false, 6379, []step{{ours, "AUTH " + secret + "\r\n"}, {theirs, "+OK\r\n"}}, "", true},
		{"amqp", false, 5672, []step{{ours, "AMQP\x00\x00\x09\x01"}, {theirs, "\x01\x00\x00\x00\x00\x00\x14\x00\x0a\x00\x0a\x00\x09\x00\x00\x00\x00\x00\x00\x00\x05PLAIN\x00\xce"}, {ours, amqpStart("PLAIN", "\x00anna\x00"+secret)}}, "anna", true},
		{"amqp, its broker not captured", false, 5672, []step{{ours, "AMQP\x00\x00\x09\x01"}, {ours, amqpStart("PLAIN", "\x00anna\x00"+secret)}}, "anna", true},
		{"amqp amqplain", false, 5672, []step{{ours, "AMQP\x00\x00\x09\x01"}, {ours, amqpStart("AMQPLAIN", "\x05LOGINS\x00\x00\x00\x04anna\x08PASSWORDS\x00\x00\x00"+string(rune(len(secret)))+secret)}}, "anna", true},
		{"amqp by certificate", false, 5672, []step{{ours, "AMQP\x00\x00\x09\x01"}, {ours, amqpStart("EXTERNAL", "")}}, "", false},
		{"amqp 1.0", false, 5672, []step{{ours, "AMQP\x03\x01\x00\x00"}, {theirs, "AMQP\x03\x01\x00\x00"}, {ours, "\x00\x00\x00\x2a\x02\x01\x00\x00\x00\x53\x41\xc0\x1d\x02\xa3\x05PLAIN\xa0\x13\x00anna\x00" + secret}}, "anna", true},
		{"socks, its proxy not captured", false, 1080, []step{{ours, "\x05\x02\x00\x02"}, {ours, "\x01\x04anna" + string(rune(len(secret))) + secret}}, "anna", true},
		{"mqtt", false, 1883, []step{{ours, "\x10" + string(rune(len(mqtt))) + mqtt}}, "anna", true},
		{"ldap", false, 389, []step{{ours, "\x30" + string(rune(len(bind))) + bind}}, "cn=anna", true},
		{"snmp", true, 161, []step{{ours, "\x30" + string(rune(len(snmp))) + snmp}}, "", true},
		{"telnet", false, 23, []step{{theirs, "\xff\xfd\x18\xff\xfb\x01"}, {ours, "\xff\xfb\x18"}, {theirs, "door login: "}, {ours, "anna\r\n"}, {theirs, "anna\r\nPassword: "}, {ours, secret + "\r\n"}}, "anna", true},
		{"socks", false, 1080, []step{{ours, "\x05\x01\x02"}, {theirs, "\x05\x02"}, {ours, "\x01\x04anna" + string(rune(len(secret))) + secret}, {theirs, "\x01\x00"}}, "anna", true},
		{"irc", false, 6667, []step{{ours, "PASS " + secret + "\r\nNICK anna\r\nUSER anna 0 * :A\r\n"}, {theirs, ":d NOTICE * :hello\r\n"}}, "", true},
		{"postgresql", false, 5432, []step{{ours, "\x00\x00\x00\x13\x00\x03\x00\x00user\x00anna\x00\x00"}, {theirs, "R\x00\x00\x00\x08\x00\x00\x00\x03"}, {ours, "p\x00\x00\x00" + string(rune(5+len(secret))) + secret + "\x00"}}, "anna", true},
		{"sip digest", true, 5060, []step{{ours, "REGISTER sip:d SIP/2.0\r\nAuthorization: Digest username=\"anna\", response=\"" + secret + "\"\r\n\r\n"}}, "anna", false},
		{"xmpp", false, 5222, []step{{ours, "<stream:stream to='d'>"}, {theirs, "<stream:stream>"}, {ours, "<auth mechanism='PLAIN'>" + b64([]byte("\x00anna\x00"+secret)) + "</auth>"}}, "anna", true},
		{"stomp", false, 61613, []step{{ours, "CONNECT\naccept-version:1.2\nlogin:anna\npasscode:" + secret + "\n\n\x00"}}, "anna", true},
		{"smpp", false, 2775, []step{{ours, "\x00\x00\x00" + string(rune(16+5+len(secret)+1+5)) + "\x00\x00\x00\x09\x00\x00\x00\x00\x00\x00\x00\x01anna\x00" + secret + "\x00\x00\x34\x00\x00\x00"}}, "anna", true},
		{"cvs", false, 2401, []step{{ours, "BEGIN AUTH REQUEST\n/srv/cvs\nanna\nA" + secret + "\nEND AUTH REQUEST\n"}, {theirs, "I LOVE YOU\n"}}, "anna", true},
		{"rdp", false, 3389, []step{{ours, "\x03\x00\x00\x2a\x25\xe0\x00\x00\x00\x00\x00Cookie: mstshash=anna\r\n\x01\x00\x08\x00\x03\x00\x00\x00"}}, "anna", false},
	} {
		d := tcpTalk(c.port)
		if c.udp {
			d = udpTalk(c.port)
		}
		for _, s := range c.steps {
			d.say(s.side, s.s)
		}
		f := d.end()
		if f == nil || f.Login == nil {
			t.Errorf("%s: no login was told: %s", c.name, plain(f))
			continue
		}
		if f.Login.User != c.user || f.Login.Clear != c.clear || f.Login.Frame == 0 {
			t.Errorf("%s: %+v, want user %q, readable %v", c.name, f.Login, c.user, c.clear)
		}
		if c.clear && f.Login.Secret != len(secret) {
			t.Errorf("%s: the secret has %d octets, told %d", c.name, len(secret), f.Login.Secret)
		}
		all := plain(f)
		for _, s := range []string{secret, b64([]byte(secret)), b64([]byte("anna:" + secret)), b64([]byte("\x00anna\x00" + secret))} {
			if strings.Contains(all, strings.TrimRight(s, "=")) {
				t.Errorf("%s: the secret is kept: %s", c.name, all)
			}
		}
	}
}

// Budgets hold, and everything comes back when flows end.
func TestMemoryIsBounded(t *testing.T) {
	const budget = 1 << 20
	x := New(budget)
	var notes []uint32
	for i := range 20000 {
		d := &dialogue{x: x, tcp: true, ports: [2]uint16{uint16(i), 25}}
		d.say(theirs, "220 waiting for the client") // no line end: more is wanted
		notes = append(notes, d.note)
	}
	s := x.Stats()
	if s.Peak > budget || s.Full == 0 {
		t.Errorf("%d octets at the top of a budget of %d, %d without room", s.Peak, budget, s.Full)
	}
	for _, n := range notes {
		x.Take(n)
	}
	lent := int64(len(x.small))*MaxKept + int64(len(x.large))*maxHello
	if got := x.Stats().Bytes; got != lent {
		t.Errorf("%d octets are booked after all flows ended, %d of them kept buffers", got, lent)
	}
}

// What is nothing costs no memory.
func TestNothingAllocatesNothing(t *testing.T) {
	x := New(0)
	r := newRand(1)
	data := make([]byte, 1400)
	d := &dialogue{x: x, tcp: true, ports: [2]uint16{40000, 443}}
	run := func() {
		for i := range data[:64] {
			data[i] = byte(r.Uint32())
		}
		data[0] = 0x9d
		*d = dialogue{x: x, tcp: true, ports: [2]uint16{40000, 443}}
		d.at(ours, 0, data)
		d.at(theirs, 0, data)
		d.end()
	}
	run()
	if n := testing.AllocsPerRun(200, run); n > 2 { // the packets of the test itself
		t.Errorf("%v allocations for a flow of noise", n)
	}
}

func BenchmarkNoise(b *testing.B) {
	x := New(0)
	r := newRand(1)
	data := make([]byte, 1<<16)
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	d := &dialogue{}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		*d = dialogue{x: x, tcp: true, ports: [2]uint16{40000, 443}}
		d.at(ours, 0, data[i%60000:i%60000+600])
		d.at(theirs, 0, data[i%59000:i%59000+1300])
		d.end()
	}
}
