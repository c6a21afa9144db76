package identify

import (
	"strings"
	"testing"
)

// recordOf is the login record of TDS 4.2 to 5.0 with the user anna.
func recordOf(major, minor byte) string {
	field := func(s string, n int) string {
		return s + strings.Repeat("\x00", n-len(s)) + string([]byte{byte(len(s))})
	}
	b := field("door", 30) + field("anna", 30) + field("secret", 30) + field("4711", 30) + "\x03\x01\x06\x0a\x09\x01" + "\x00\x00\x00" + "\x00\x00\x02\x00" + "\x00\x00\x00" +
		field("shop", 30) + field("SRV", 30) + field("\x00\x06secret", 255) + string([]byte{major, minor, 0, 0}) + field("lib", 10) + "\x05\x00\x00\x00"
	return "\x02\x00\x02\x00\x00\x00\x00\x00" + b + strings.Repeat("\x00", 512-8-len(b))
}

// rxCall begins the first call of a connection of Rx, or its answer, with flags, to a service.
func rxCall(flags, service string) string {
	return "\x57\x0f\xb5\x60" + "\x5c\x3f\xc9\x88" + "\x00\x00\x00\x01" + "\x00\x00\x00\x01" + "\x00\x00\x00\x01" + "\x01" + flags + "\x00\x00" + "\x00\x00" + service
}

// transport is a datagram of n packets of a transport stream.
func transport(n int) string { return strings.Repeat("\x47\x01\x01\x17"+strings.Repeat("p", 184), n) }

// elderOpenings are the first octets of what is older, and of what routers say, as their specifications have them.
func elderOpenings() []opening {
	const radmin = "\x01\x00\x00\x00\x01\x00\x00\x00\x08\x08"
	const meter = "\x60\x1e\xa2\x10\x06\x0e\x2b\x06\x01\x04\x01\x82\x85\x63\x8e\x7f\x81\xb2\x7a\x00\xa8\x03\x02\x01\x0b\xac\x00\xbe\x03\x28\x01\x00"
	return []opening{
		{want: Rsh, port: 514, a: "1022\x00anna\x00otto\x00uptime\x00", b: "\x00"},
		{want: Rsh, port: 514, a: "\x00anna\x00otto\x00ls -l /srv\x00", b: "\x00"},
		{want: Rexec, port: 512, a: "40001\x00anna\x00secret\x00uptime\x00", b: "\x00"},
		{want: Rexec, port: 512, a: "0\x00anna\x00secret\x00uptime\x00", b: "\x00"},
		{want: Sybase, a: recordOf(5, 0), b: "\x04\x01\x00\x11\x00\x00\x00\x00\xad\x00\x06\x05\x05\x00\x00\x00\x00"},
		{want: TDS, a: recordOf(4, 2), b: "\x04\x01\x00\x11\x00\x00\x00\x00\xad\x00\x06\x05\x04\x02\x00\x00\x00"},
		{want: NCP, a: "DmdT\x00\x00\x00\x18\x00\x00\x00\x01\x00\x00\x10\x02\x11\x11\x00\x01\x01\x00\x00\x00", b: "tNcP\x00\x00\x00\x10\x33\x33\x00\x2a\x03\x00\x00\x00"},
		{want: Ident, port: 113, a: "6193, 23\r\n", b: "6193, 23 : USERID : UNIX : stjohns\r\n"},
		{want: Ident, a: "22, 45000\r\n", b: "22,45000:ERROR:NO-USER\r\n"},
		{want: CVS, a: "BEGIN AUTH REQUEST\n/srv/cvs\nanna\nAyZZ30 e\nEND AUTH REQUEST\n", b: "I LOVE YOU\n"},
		{want: CVS, a: "BEGIN VERIFICATION REQUEST\n/srv/cvs\nanna\nAyZZ30 e\nEND VERIFICATION REQUEST\n", b: "I HATE YOU\n"},
		{want: Beanstalk, a: "use mail\r\n", b: "USING mail\r\n"},
		{want: Beanstalk, a: "put 0 0 60 2\r\nhi\r\n", b: "INSERTED 1\r\n"},
		{want: Beanstalk, a: "reserve\r\n", b: "RESERVED 1 2\r\nhi\r\n"},
		{want: Beanstalk, a: "reserve-with-timeout 1\r\n", b: "TIMED_OUT\r\n"},
		{want: Beanstalk, a: "watch mail\r\n", b: "WATCHING 2\r\n"},
		{want: Beanstalk, a: "peek-ready\r\n", b: "NOT_FOUND\r\n"},
		{want: Beanstalk, a: "stats\r\n", b: "OK 941\r\n---\ncurrent-jobs-urgent: 0\n"},
		{want: Radmin, a: radmin, b: "\x01\x00\x00\x00\x05\x00\x00\x02\x12\x08\x02\x00\x00\x0a"},
		{want: C1222, a: meter, b: meter},
		{want: C1222, udp: true, a: meter, b: meter},
		{want: LISP, udp: true, port: 4342, a: "\x38\x00\x01\x01nonce-of\x00\x01\x00\x14" + strings.Repeat("s", 20) + "\x00\x00\x05\xa0\x01\x20\x10\x00\x00\x00\x00\x01\x0a\x01\x01\x01"},
		{want: LISP, udp: true, port: 4342, a: "\x10\x00\x00\x01nonce-of\x00\x00\x00\x01\xc0\x00\x02\x01\x00\x20\x00\x01\x0a\x01\x01\x01"},
		{want: LISP, udp: true, port: 4342, a: "\x80\x00\x00\x00\x45\x00\x00\x2c\x00\x00\x00\x00\x40\x11\x00\x00" + strings.Repeat("i", 24)},
		{want: LISP, a: "\x00\x14\x00\x0f\x00\x00\x00\x00\x00\x00\x00\x9f\xac\xad\xe9", b: "\x00\x12\x00\x0f\x00\x00\x00\x01\x00\x00\x00\x9f\xac\xad\xe9"},
		{want: LSPPing, udp: true, port: 3503, a: "\x00\x01\x00\x00\x01\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01" + strings.Repeat("t", 16) + "\x00\x01\x00\x0c\x00\x01\x00\x05\x0c\x01\x01\x01\x20\x00\x00\x00",
			b: "\x00\x01\x00\x00\x02\x02\x03\x00\x00\x00\x00\x00\x00\x00\x00\x01" + strings.Repeat("t", 16)},
		{want: Rx, udp: true, a: rxCall("\x05", "\x00\x49") + "\x00\x00\x01\xf8\x00\x00\x00\x00", b: rxCall("\x04", "\x00\x49") + "\x00\x00\x27\x11"},
		{want: MPEGTS, udp: true, a: transport(7)},
		{want: MPEGTS, udp: true, a: transport(3)},
		{want: OLSR, udp: true, port: 698, a: "\x00\x14\xce\x93\x01\x86\x00\x10\xac\x1f\xaf\xdc\x01\x00\x6c\xe5\x00\x00\x05\x03"},
	}
}

// TestElderLookalikes: what is nearly one of these is none, or another.
func TestElderLookalikes(t *testing.T) {
	spoilt := func(s string, at int, c byte) string { return s[:at] + string([]byte{c}) + s[at+1:] }
	login := recordOf(5, 0)
	for what, d := range map[string]*dialogue{
		"a command of rsh elsewhere":               tcpTalk(elsewhere).say(ours, "1022\x00anna\x00otto\x00uptime\x00"),
		"a port for errors that anybody may have":  tcpTalk(514).say(ours, "40001\x00anna\x00otto\x00uptime\x00"),
		"a number of no port":                      tcpTalk(512).say(ours, "99999\x00anna\x00secret\x00uptime\x00"),
		"a name that is none":                      tcpTalk(514).say(ours, "1022\x00an na\x00otto\x00uptime\x00"),
		"a command without a name":                 tcpTalk(514).say(ours, "1022\x00\x00otto\x00uptime\x00"),
		"what a server of rsh answers":             tcpTalk(514).say(theirs, "1022\x00anna\x00otto\x00uptime\x00"),
		"figures":                                  tcpTalk(514).say(ours, "1022\n"),
		"a login of a version that is none":        tcpTalk(elsewhere).say(ours, recordOf(7, 0)),
		"a login without a user":                   tcpTalk(elsewhere).say(ours, spoilt(login, 69, 0)),
		"a name longer than its field":             tcpTalk(elsewhere).say(ours, spoilt(login, 38, 31)),
		"numbers in an order that is none":         tcpTalk(elsewhere).say(ours, spoilt(login, 132, 9)),
		"a login by who was called":                tcpTalk(elsewhere).say(theirs, login),
		"a request to Novell's of an unknown kind": tcpTalk(524).say(ours, "DmdT\x00\x00\x00\x18\x00\x00\x00\x01\x00\x00\x10\x02\x12\x12\x00\x01\x01\x00\x00\x00"),
		"the same with a kind of two halves":       tcpTalk(524).say(ours, "DmdT\x00\x00\x00\x18\x00\x00\x00\x01\x00\x00\x10\x02\x22\x11\x00\x01\x01\x00\x00\x00"),
		"a port that is none":                      tcpTalk(113).say(ours, "22, 77000\r\n").say(theirs, "22, 77000 : ERROR : NO-USER\r\n"),
		"a port of ten figures":                    tcpTalk(113).say(ours, "0000000022, 23\r\n").say(theirs, "0000000022, 23 : ERROR : NO-USER\r\n"),
		"a single port":                            tcpTalk(113).say(ours, "22\r\n").say(theirs, "22 : ERROR : NO-USER\r\n"),
		"an answer that is neither name nor error": tcpTalk(113).say(ours, "22, 23\r\n").say(theirs, "22, 23 : OK : NO-USER\r\n"),
		"a name without a system":                  tcpTalk(113).say(ours, "22, 23\r\n").say(theirs, "22, 23 : USERID : anna\r\n"),
		"OK to a word of another protocol":         tcpTalk(11300).say(ours, "PING\r\n").say(theirs, "OK 12\r\n---\nabc\n"),
		"OK with no list behind it":                tcpTalk(11300).say(ours, "stats\r\n").say(theirs, "OK 12\r\nabcdefgh\r\n"),
		"a tube without a name":                    tcpTalk(11300).say(ours, "use mail\r\n").say(theirs, "USING \r\n"),
		"a job without its size":                   tcpTalk(11300).say(ours, "reserve\r\n").say(theirs, "RESERVED 1\r\n"),
		"who answers before it was asked":          tcpTalk(11300).say(theirs, "USING mail\r\n").say(ours, "use mail\r\n"),
		"a sum that is not that of the message":    tcpTalk(4899).say(ours, "\x01\x00\x00\x00\x01\x00\x00\x00\x09\x08"),
		"a message of zeros":                       tcpTalk(4899).say(ours, "\x01\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00"),
		"ACSE with a name of somebody else's":      tcpTalk(1153).say(ours, "\x60\x1e\xa2\x10\x06\x0e\x2b\x06\x01\x04\x01\x82\x85\x64\x8e\x7f\x81\xb2\x7a\x00\xa8\x03\x02\x01\x0b\xac\x00\xbe\x03\x28\x01\x00"),
		"a registration elsewhere":                 udpTalk(4343).say(ours, "\x10\x00\x00\x01nonce-of\x00\x00\x00\x01\xc0\x00\x02\x01\x00\x20\x00\x01\x0a\x01\x01\x01"),
		"a question for no way":                    udpTalk(4342).say(ours, "\x10\x00\x00\x00nonce-of\x00\x00\x00\x01\xc0\x00\x02\x01\x00\x20\x00\x01\x0a\x01\x01\x01"),
		"a family that no address has":             udpTalk(4342).say(ours, "\x10\x00\x00\x01nonce-of\x12\x34\x00\x01\xc0\x00\x02\x01\x00\x20\x00\x01\x0a\x01\x01\x01"),
		"a signature of an odd length":             udpTalk(4342).say(ours, "\x38\x00\x01\x01nonce-of\x00\x01\x00\x15"+strings.Repeat("s", 21)+"\x00\x00\x05\xa0\x01\x20\x10\x00\x00\x00\x00\x01\x0a\x01\x01\x01"),
		"a message of LISP without its mark":       tcpTalk(4342).say(ours, "\x00\x14\x00\x0f\x00\x00\x00\x00\x00\x00\x00\x9f\xac\xad\xe8"),
		"a ping of MPLS of version 2":              udpTalk(3503).say(ours, "\x00\x02\x00\x00\x01\x02\x00\x00"+strings.Repeat("\x00", 24)),
		"a field of it that goes beyond its end":   udpTalk(3503).say(ours, "\x00\x01\x00\x00\x01\x02\x00\x00"+strings.Repeat("\x00", 24)+"\x00\x01\x00\x40"),
		"a call of Rx of no service":               udpTalk(7003).say(ours, rxCall("\x05", "\x00\x00")+"\x00\x00\x01\xf8"),
		"a call of Rx with a sum of nothing":       udpTalk(7003).say(ours, strings.Replace(rxCall("\x05", "\x00\x34"), "\x00\x00\x00\x00\x00\x34", "\x00\x00\x12\x34\x00\x34", 1)+"\x00\x00\x01\xf8"),
		"a call of Rx for nothing":                 udpTalk(7003).say(ours, rxCall("\x05", "\x00\x34")),
		"two packets of a transport stream":        udpTalk(1234).say(ours, transport(2)),
		"a transport stream out of step":           udpTalk(1234).say(ours, transport(2)+"\x46"+transport(1)[1:]),
		"a transport stream with an error":         udpTalk(1234).say(ours, transport(2)+"\x47\x81"+transport(1)[2:]),
		"a packet of OLSR of another length":       udpTalk(698).say(ours, "\x00\x15\xce\x93\x01\x86\x00\x10\xac\x1f\xaf\xdc\x01\x00\x6c\xe5\x00\x00\x05\x03"),
		"a message of it that goes beyond its end": udpTalk(698).say(ours, "\x00\x14\xce\x93\x01\x86\x00\x14\xac\x1f\xaf\xdc\x01\x00\x6c\xe5\x00\x00\x05\x03"),
	} {
		if f := d.end(); f != nil && f.Protocol != None {
			t.Errorf("%s: told as %v", what, f.Protocol)
		}
	}
	if f := tcpTalk(514).say(ours, "<13>Nov 28 12:00:00 door sshd: hello\n").end(); f == nil || f.Protocol != Syslog {
		t.Errorf("a line of syslog on the port of rsh: %+v", f)
	}
}

// TestCVSLogin: who logs in at a server of CVS is told, whether the password could be read, and never the password. Who says
// anonymous and nothing more is nobody.
func TestCVSLogin(t *testing.T) {
	const hidden = "Ay=0=h<M6"
	f := tcpTalk(2401).say(ours, "BEGIN AUTH REQUEST\n/srv/cvs\nan").say(ours, "na\n"+hidden+"\nEND AUTH REQUEST\n").say(theirs, "I LOVE YOU\n").end()
	if f == nil || f.Protocol != CVS || f.Login == nil {
		t.Fatalf("no login is told: %+v", f)
	}
	if l := f.Login; l.User != "anna" || l.Method != "cvs" || !l.Clear || l.Secret != len(hidden)-1 {
		t.Errorf("told is %+v", *l)
	}
	f = tcpTalk(2401).say(ours, "BEGIN AUTH REQUEST\n/srv/cvs\nanonymous\nA\nEND AUTH REQUEST\n").say(theirs, "I LOVE YOU\n").end()
	if f == nil || f.Protocol != CVS || f.Login != nil {
		t.Errorf("nobody logs in: %+v", f)
	}
}
