package identify

import "testing"

// A dialogue of SASL that the server refuses or the client gives up is over: what
// follows are commands again, not a name and a password (RFC 4954, section 4; RFC
// 5034, section 4; RFC 3501, section 6.2.2; RFC 4643, section 2.4).
func TestRefusedAuthIsOver(t *testing.T) {
	const (
		mailUp = "220 door.example ESMTP\r\n"
		hello  = "EHLO door\r\n"
		offer  = "250 AUTH LOGIN PLAIN\r\n"
		newsUp = "200 news.door.example ready\r\n"
		plain  = "AUTH PLAIN AGFubmEAc2VjcmV0\r\n" // anna, secret
	)
	for _, c := range []struct {
		name   string
		port   uint16
		talk   []string // the server begins
		user   string
		secret int // -1: nobody logged in
	}{
		{"smtp refused", 25, []string{mailUp, hello, offer, "AUTH LOGIN\r\n", "504 5.5.4 not here\r\n", "MAIL FROM:<anna@door.example>\r\n", "250 ok\r\n", "RCPT TO:<otto@door.example>\r\n"}, "", -1},
		{"smtp refused, another way", 25, []string{mailUp, hello, offer, "AUTH LOGIN\r\n", "504 5.5.4 not here\r\n", plain}, "anna", 6},
		{"smtp without a word", 25, []string{mailUp, hello, offer, "AUTH LOGIN\r\n", "504\r\n", plain}, "anna", 6},
		{"smtp for now", 25, []string{mailUp, hello, offer, "AUTH LOGIN\r\n", "454 4.7.0 later\r\n", plain}, "anna", 6},
		{"smtp given up", 25, []string{mailUp, hello, offer, "AUTH LOGIN\r\n", "334 VXNlcm5hbWU6\r\n", "*\r\n", "501 5.7.0 as you wish\r\n", "RSET\r\n", "250 ok\r\n", "QUIT\r\n"}, "", -1},
		{"smtp asked", 25, []string{mailUp, hello, offer, "AUTH LOGIN\r\n", "334 VXNlcm5hbWU6\r\n", "YW5uYQ==\r\n", "334 UGFzc3dvcmQ6\r\n", "c2VjcmV0\r\n"}, "anna", 6},
		{"pop3 refused", 110, []string{"+OK ready\r\n", "CAPA\r\n", "+OK\r\n.\r\n", "AUTH LOGIN\r\n", "-ERR not here\r\n", "USER anna\r\n", "+OK\r\n", "PASS secret\r\n"}, "anna", 6},
		{"imap refused", 143, []string{"* OK ready\r\n", "a1 AUTHENTICATE LOGIN\r\n", "a1 NO not here\r\n", "a2 LOGIN anna secret\r\n"}, "anna", 6},
		{"imap unknown", 143, []string{"* OK ready\r\n", "a1 AUTHENTICATE LOGIN\r\n", "a1 BAD what\r\n", "a2 LOGIN anna secret\r\n"}, "anna", 6},
		{"imap remark", 143, []string{"* OK ready\r\n", "a1 AUTHENTICATE PLAIN\r\n", "* 3 EXISTS\r\n+ \r\n", "AGFubmEAc2VjcmV0\r\n"}, "anna", 6},
		{"nntp refused", 119, []string{newsUp, "AUTHINFO SASL LOGIN\r\n", "503 what\r\n", "GROUP door.example\r\n", "211 0 0 0 door.example\r\n", "QUIT\r\n"}, "", -1},
		{"nntp refused without a word, another way", 119, []string{newsUp, "AUTHINFO SASL LOGIN\r\n", "483\r\n", "authinfo user anna\r\n", "381 more\r\n", "authinfo pass secret\r\n"}, "anna", 6},
		{"nntp given up", 119, []string{newsUp, "AUTHINFO SASL LOGIN\r\n", "383 VXNlcm5hbWU6\r\n", "*\r\n", "481 as you wish\r\n", "GROUP door.example\r\n"}, "", -1},
		{"nntp asked", 119, []string{newsUp, "AUTHINFO SASL LOGIN\r\n", "383 VXNlcm5hbWU6\r\n", "YW5uYQ==\r\n", "383 UGFzc3dvcmQ6\r\n", "c2VjcmV0\r\n"}, "anna", 6},
		{"nntp at once", 119, []string{newsUp, "AUTHINFO SASL PLAIN AGFubmEAc2VjcmV0\r\n", "481 no\r\n"}, "anna", 6},
		{"nntp after =", 119, []string{newsUp, "AUTHINFO SASL PLAIN =\r\n", "383 =\r\n", "AGFubmEAc2VjcmV0\r\n"}, "anna", 6},
		{"nntp in one line", 119, []string{newsUp, "AUTHINFO SIMPLE\r\n", "350 go on\r\n", "anna secret\r\n", "452 no\r\n"}, "anna", 6},
		{"nntp not in one line", 119, []string{newsUp, "AUTHINFO SIMPLE\r\n", "500 what\r\n", "GROUP door.example\r\n"}, "", -1},
		{"nntp wrong password", 119, []string{newsUp, "AUTHINFO USER anna\r\n", "381 more\r\n", "AUTHINFO PASS secret\r\n", "481 no\r\n", "QUIT\r\n"}, "anna", 6},
	} {
		d := tcpTalk(c.port)
		for i, line := range c.talk {
			d.say((i+1)%2, line)
		}
		f := d.end()
		switch {
		case f == nil:
			t.Errorf("%s: nothing was told", c.name)
		case c.secret < 0:
			if f.Login != nil {
				t.Errorf("%s: %+v, and nobody logged in", c.name, *f.Login)
			}
		case f.Login == nil || !f.Login.Clear || f.Login.User != c.user || f.Login.Secret != c.secret:
			t.Errorf("%s: login %+v, want %s and %d octets", c.name, f.Login, c.user, c.secret)
		}
	}
}

// What goes in LDAP behind a bind by SASL is sealed where its tokens say so, or hold no message that can be read; what is only signed, and
// what follows a bind with a password, is not.
func TestSealedLDAP(t *testing.T) {
	const (
		bind    = "\x30\x1c\x02\x01\x01\x60\x17\x02\x01\x03\x04\x00\xa3\x10\x04\x06GSSAPI\x04\x06ticket"
		simple  = "\x30\x14\x02\x01\x01\x60\x0f\x02\x01\x03\x04\x04anna\x80\x04door"
		bound   = "\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00"
		search  = "\x30\x25\x02\x01\x02\x63\x20\x04\x00\x0a\x01\x02\x0a\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00\x87\x0bobjectClass\x30\x00"
		kerb    = "\x00\x00\x00\x20\x05\x04"
		opaque  = "\xff\x00\x00\x00\x1c\x00\x00\x00\x00\x00\x00\x00\x01abcdefghabcdefgh"
		ntlm    = "\x00\x00\x00\x35\x01\x00\x00\x00sumsumsu\x00\x00\x00\x01"
		garbled = "\x9a\x17abcdefghabcdefghabcdefghabcdefghabcde"
	)
	for _, c := range []struct {
		what, bind, then string
		want             bool
	}{
		{"Kerberos that enciphers", bind, kerb + "\x06" + opaque, true},
		{"Kerberos that signs", bind, kerb + "\x04" + opaque, false},
		{"NTLM that enciphers", bind, ntlm + garbled, true},
		{"NTLM that signs", bind, ntlm + search, false},
		{"nothing around its messages", bind, search, false},
		{"a password", simple, kerb + "\x06" + opaque, false},
	} {
		for _, by := range []int{ours, theirs} {
			f := tcpTalk(389).say(ours, c.bind).say(theirs, bound).say(by, c.then).end()
			if f == nil || f.Protocol != LDAP || f.Sealed != c.want {
				t.Errorf("%s, by %d: %+v", c.what, by, f)
			}
		}
	}
}
