package identify

import "testing"

// TestWhoLivesThere: what a scanner says to a door is not what lives behind it, where that says so itself.
func TestWhoLivesThere(t *testing.T) {
	const request = "GET / HTTP/1.1\r\nHost: door.org\r\nAuthorization: Basic YW5uYTpzZWNyZXQ=\r\n\r\n"
	const ssh, web = "SSH-2.0-OpenSSH_9.6\r\n", "HTTP/1.1 400 Bad Request\r\nServer: door\r\n\r\n"
	for _, c := range []struct {
		what   string
		d      *dialogue
		want   Protocol
		server string // what it says of itself
	}{
		{"TLS to SSH", tcpTalk(22).say(ours, helloTo()).say(theirs, ssh), SSH, "OpenSSH_9.6"},
		{"HTTP to SSH", tcpTalk(22).say(ours, request).say(theirs, ssh), SSH, "OpenSSH_9.6"},
		{"TLS to HTTP", tcpTalk(elsewhere).say(ours, helloTo()).say(theirs, web), HTTP, "door"},
		{"HTTP to AMQP", tcpTalk(elsewhere).say(ours, request).say(theirs, "AMQP\x00\x00\x09\x01"), AMQP, ""},
		{"HTTP to what nobody knows", tcpTalk(elsewhere).say(ours, request).say(theirs, "what is that?\r\n"), HTTP, ""},
		{"TLS to what turns it away", tcpTalk(elsewhere).say(ours, helloTo()).say(theirs, tlsRecord(recordAlert, "\x02\x28")), TLS, ""},
		{"HTTP to TLS", tcpTalk(443).say(ours, request).say(theirs, tlsRecord(recordAlert, "\x02\x46")), TLS, ""},
		{"HTTP to PostgreSQL", tcpTalk(elsewhere).say(ours, request).say(theirs, "E\x00\x00\x00\x1aSFATAL\x00VFATAL\x00C0A000\x00\x00"), PostgreSQL, ""},
		{"TLS to mail", tcpTalk(25).say(ours, helloTo()).say(theirs, "220 door.org ESMTP\r\n"), SMTP, ""},
		{"HTTP to files", tcpTalk(21).say(ours, request).say(theirs, "220 (vsFTPd 3.0.3)\r\n"), FTP, ""},
		{"HTTP to a greeting that says nothing", tcpTalk(elsewhere).say(ours, request).say(theirs, "220 door.org ready\r\n"), HTTP, ""},
		{"TLS to TLS", tcpTalk(elsewhere).say(ours, helloTo()).say(theirs, helloBack()), TLS, ""},
		{"HTTP to HTTP", tcpTalk(elsewhere).say(ours, request).say(theirs, web), HTTP, "door"},
		{"TLS to HTTP, seen from its middle", blindTalk(elsewhere).say(ours, helloTo()).say(theirs, web), TLS, ""},
		{"HTTP to what answers as SIP does", tcpTalk(80).say(ours, request).say(theirs, "SIP/2.0 200 OK\r\nServer: door\r\n\r\n<html>"), HTTP, ""},
	} {
		f := c.d.end()
		if f == nil || f.Protocol != c.want || f.Client != ours || f.Software[theirs] != c.server || f.Frames[theirs] == 0 {
			t.Errorf("%s: %+v", c.what, f)
		}
	}
	if f := tcpTalk(22).say(ours, request).say(theirs, ssh).end(); loginOf(f) != "anna, http basic, readable" || f.HTTP != nil || f.Name != "" {
		t.Errorf("what was sent to SSH: %+v, %s", f, loginOf(f))
	}
}

// TestAnyLanguage: whatever a scanner says first, and though nothing more is read of what it said, the door is told by who answers.
func TestAnyLanguage(t *testing.T) {
	const ssh, web = "SSH-2.0-OpenSSH_9.6\r\n", "HTTP/1.1 400 Bad Request\r\nServer: door\r\n\r\n"
	for _, o := range openings() {
		if o.udp || o.first != ours || len(o.a) < sieved || o.want.kinOf(HTTP) || o.want == SSH {
			continue
		}
		for answer, want := range map[string]Protocol{ssh: SSH, web: HTTP, "what is that?\r\n": None} {
			d := o.talk().say(ours, o.a)
			known := d.note&counting == 0 && d.x.peek(d.note) != nil
			f := d.say(theirs, answer).end()
			switch {
			case want == None && !known: // its answer was part of the evidence
			case want == None:
				if f == nil || f.Protocol != o.want {
					t.Errorf("%s to nobody known: %+v", &o, f)
				}
			case f == nil || f.Protocol != want || f.Client != ours && known || f.Frames[theirs] == 0:
				t.Errorf("%s to %s: %+v", &o, want, f)
			}
		}
		// Nobody answers, and much is sent: the looking ends.
		d := o.talk().say(ours, o.a)
		if !d.x.awaits(d.note) {
			continue
		}
		for range maxAwait {
			d.say(ours, "more of it, and no answer")
		}
		if d.note&Done == 0 {
			t.Errorf("%s: looked at without end", &o)
		}
	}
}

// awaits reports whether a flow is looked at for its server's first word.
func (x *Identifier) awaits(note uint32) bool {
	return note&(Done|counting) == 0 && note != 0 && x.slots[note&index-1].awaiting
}
