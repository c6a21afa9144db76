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
