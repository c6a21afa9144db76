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
