package identify

import (
	"encoding/binary"
	"strings"
	"testing"
)

// aloneOpenings are what servers answer, and some clients say, where nothing of the other end was captured.
func aloneOpenings() []opening {
	be16 := func(n int) string { return string(binary.BigEndian.AppendUint16(nil, uint16(n))) }
	be32 := func(n int) string { return string(binary.BigEndian.AppendUint32(nil, uint32(n))) }
	kinds := func(room string) (s string) {
		for i := range 20 {
			s += be16(i) + be16(0) + be16(7) + room
		}
		return s
	}
	kafka, newer := "\x00\x00\x00\x01\x00\x00"+be32(20)+kinds(""), "\x00\x00\x00\x01\x00\x00\x15"+kinds("\x00")+be32(0)+"\x00"
	hello := "\x02\x00\x00\x28\x03\x03" + strings.Repeat("r", 32) + "\x00\x13\x01\x00"
	pre := "\x00\x00\x0b\x00\x06\x01\x00\x11\x00\x01\xff" + "\x10\x00\x03\xe8\x00\x00\x00"
	accept := "\x01\x3a\x0c\x41\x20\x00\x7f\xff\x00\x01\x00\x00\x00\x20\x41\x41" + strings.Repeat("\x00", 8)
	start := "\x00\x0a\x00\x0a\x00\x09" + be32(0) + be32(5) + "PLAIN" + be32(5) + "en_US"
	id := strings.Repeat("7217a7c7", 5)
	blocked := "\xff\x6a\x04Host '192.0.2.1' is not allowed to connect to this MariaDB server"
	return []opening{
		{want: Redis, first: theirs, a: "-NOAUTH Authentication required.\r\n"},
		{want: Redis, first: theirs, a: "-ERR unknown command 'door', with args beginning with: \r\n"},
		{want: Redis, first: theirs, a: "$40\r\n# Server\r\nredis_version:7.2.4\r\nredis_git\r\n"},
		{want: Redis, first: theirs, a: "%7\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$5\r\n7.2.4\r\n"},
		{want: Redis, first: theirs, a: "*14\r\n$6\r\nserver\r\n$6\r\nvalkey\r\n$7\r\nversion\r\n$5\r\n8.0.1\r\n"},
		{want: Kafka, first: theirs, a: be32(len(kafka)) + kafka},
		{want: Kafka, first: theirs, a: be32(len(newer)) + newer},
		{want: SOCKS, a: "\x04\x01\x01\xbb\x00\x00\x00\x01anna\x00door.example\x00"},
		{want: AMQP, first: theirs, a: "\x01\x00\x00" + be32(len(start)) + start + "\xce"},
		{want: Memcached, first: theirs, a: "VALUE door 0 3\r\nbar\r\nEND\r\n"},
		{want: Memcached, first: theirs, a: "STAT pid 7\r\nSTAT uptime 5\r\nEND\r\n"},
		{want: Memcached, first: theirs, a: "STORED\r\n"},
		{want: Git, first: theirs, a: "000eversion 2\n0013agent=git/2.40\n0000"},
		{want: Git, first: theirs, a: "0043" + id + " HEAD\x00multi_ack thin-pack\n0000"},
		{want: Git, first: theirs, a: "0021ERR access denied: /door.git\n"},
		{want: SVN, a: "( 2 ( edit-pipeline svndiff1 ) 24:svn://door.example/house 10:SVN/1.14.2 ( ) ) "},
		{want: PostgreSQL, first: theirs, a: "NR\x00\x00\x00\x08\x00\x00\x00\x00S\x00\x00\x00\x18server_version\x0015.3\x00"},
		{want: PostgreSQL, first: theirs, a: "NNR\x00\x00\x00\x0c\x00\x00\x00\x05salt"},
		{want: PostgreSQL, first: theirs, a: "S\x16\x03\x03" + be16(len(hello)) + hello},
		{want: MySQL, first: theirs, a: string(rune(len(blocked))) + "\x00\x00\x00" + blocked},
		{want: TDS, first: theirs, a: "\x04\x01" + be16(8+len(pre)) + "\x00\x00\x01\x00" + pre},
		{want: OracleTNS, first: theirs, a: be16(8+len(accept)) + "\x00\x00\x02\x00\x00\x00" + accept},
		{want: Cassandra, first: theirs, a: "\x84\x00\x00\x00\x03\x00\x00\x00\x31\x00\x2forg.apache.cassandra.auth.PasswordAuthenticator"},
		{want: ZooKeeper, first: theirs, a: "Zookeeper version: 3.8.1--1, built on 2023-01-25 16:31 UTC\n"},
		{want: HTTP, first: theirs, a: "\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x05\x00\x00\x40\x00\x00\x00\x00\x04\x01\x00\x00\x00\x00"},
		{want: HTTP, first: theirs, a: "\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x04\x01\x00\x00\x00\x00"},
		{want: OPCUA, first: theirs, a: "ERRF\x1c\x00\x00\x00\x00\x00\x83\x80\x0c\x00\x00\x00bad endpoint"},
		{want: NNTP, first: theirs, a: "200 door.example InterNetNews NNRP server INN 2.7 ready (posting ok)\r\n"},
		{want: NNTP, a: "MODE READER\r\n"},
		{want: Redis, port: 6379, first: theirs, a: "$3\r\nbar\r\n"},
		{want: Redis, port: 6379, first: theirs, a: "*2\r\n$3\r\nbar\r\n:7\r\n"},
		{want: Redis, port: 6379, a: "INFO\r\n"},
		{want: SOCKS, port: 1080, first: theirs, a: "\x00\x5a\x00\x50\xc0\x00\x02\x01"},
		{want: ZooKeeper, port: 2181, first: theirs, a: "imok"},
	}
}

// TestAloneIsNoLookalike: what only resembles the words of a server that was captured alone is not told.
func TestAloneIsNoLookalike(t *testing.T) {
	for _, c := range []struct {
		what string
		d    *dialogue
		want Protocol
	}{
		{"a string of RESP elsewhere", tcpTalk(elsewhere).say(theirs, "$3\r\nbar\r\n"), None},
		{"a number of RESP at home", tcpTalk(6379).say(theirs, ":7\r\n"), None},
		{"an error that POP3 has, too", tcpTalk(elsewhere).say(theirs, "-ERR Unknown command.\r\n"), None},
		{"a string that is shorter than it says, at home", tcpTalk(6379).say(theirs, "$9\r\nbar\r\n"), None},
		{"kinds of questions out of order", tcpTalk(elsewhere).say(theirs, "\x00\x00\x00\x22\x00\x00\x00\x01\x00\x00\x00\x00\x00\x04\x00\x00\x00\x00\x00\x07\x00\x02\x00\x00\x00\x07\x00\x01\x00\x00\x00\x07\x00\x03\x00\x00\x00\x07"), None},
		{"a request of SOCKS 4 elsewhere", tcpTalk(elsewhere).say(ours, "\x04\x01\x01\xbb\xc0\x00\x02\x01\x00"), None},
		{"a name that is none in a request of 4A", tcpTalk(elsewhere).say(ours, "\x04\x01\x01\xbb\x00\x00\x00\x01\x00door\x00"), None},
		{"an answer of SOCKS 4 elsewhere", tcpTalk(elsewhere).say(theirs, "\x00\x5a\x00\x50\xc0\x00\x02\x01"), None},
		{"a frame of AMQP without its end", blindTalk(elsewhere).say(theirs, "\x08\x00\x00\x00\x00\x00\x00\xcd"), None},
		{"a piece of AMQP's content alone", blindTalk(elsewhere).say(theirs, "\x03\x00\x01\x00\x00\x00\x05hello\xce"), None},
		{"a heartbeat of AMQP at the start", tcpTalk(elsewhere).say(theirs, "\x08\x00\x00\x00\x00\x00\x00\xce"), None},
		{"values, of something else", tcpTalk(elsewhere).say(theirs, "VALUE of door\r\n"), None},
		{"STORED, and more", tcpTalk(elsewhere).say(theirs, "STORED\r\nwhere it was\r\n"), None},
		{"a length and a sum in figures", tcpTalk(elsewhere).say(theirs, "0043"+strings.Repeat("7217a7c7", 5)+"  door.txt\n"+strings.Repeat("x", 30)), None},
		{"a list of Lisp", tcpTalk(elsewhere).say(ours, "( 2 ( 3 4 ) ) "), None},
		{"a letter, and no hello of a server", tcpTalk(elsewhere).say(theirs, "S\x16\x03\x03\x00\x05\x01\x00\x00\x01x"), None},
		{"settings that there are not", tcpTalk(elsewhere).say(theirs, "\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x99\x00\x00\x40\x00\x00\x00\x00\x04\x01\x00\x00\x00\x00"), None},
		{"no settings, and nothing that may follow", tcpTalk(elsewhere).say(theirs, "\x00\x00\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01"), None},
		{"data of HTTP/2 alone", blindTalk(elsewhere).say(theirs, "\x00\x00\x02\x00\x01\x00\x00\x00\x03hi"), None},
		{"a ping of HTTP/2 that is too long", blindTalk(elsewhere).say(theirs, "\x00\x00\x09\x06\x00\x00\x00\x00\x00abcdefghi"), None},
		{"a word of four letters elsewhere", tcpTalk(elsewhere).say(theirs, "imok"), None},
		{"another length than a ping's", blindTalk(elsewhere).say(ours, "\x00\x00\x00\x09\xff\xff\xff\xfe\x00\x00\x00\x0b\x00"), None},
		{"no status of OPC UA", tcpTalk(elsewhere).say(theirs, "ERRF\x1c\x00\x00\x00\x00\x00\x83\x00\x0c\x00\x00\x00bad endpoint"), None},
		{"an error of MySQL's kind, with other words", tcpTalk(elsewhere).say(theirs, "\x10\x00\x00\x00\xff\x6a\x04Host is away"), None},
		{"a welcome to anybody", tcpTalk(elsewhere).say(theirs, "200 welcome\r\n"), None},
		{"a reply with a number", blindTalk(elsewhere).say(theirs, "250 2.1 doors\r\n"), None},
		{"a list with a number", blindTalk(elsewhere).say(theirs, "* 3 doors\r\n"), None},
		{"who greets as FTP, to a client of mail", tcpTalk(elsewhere).say(theirs, "220 (vsFTPd 3.0.5)\r\n").say(ours, "EHLO door\r\n").say(theirs, "530 Please login with USER and PASS.\r\n"), FTP},
		{"who greets as both, to a client of mail", tcpTalk(elsewhere).say(theirs, "220 smtp.ftp.example\r\n").say(ours, "EHLO door\r\n"), SMTP},
	} {
		got := None
		if f := c.d.end(); f != nil {
			got = f.Protocol
		}
		if got != c.want {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
}

// TestTyped: a session that is typed letter by letter is told as one of whole lines is, and what is typed in no language is not waited for
// without end.
func TestTyped(t *testing.T) {
	typed := func(port uint16, s string) *dialogue {
		d := tcpTalk(port)
		for _, c := range s {
			d.say(ours, string(c))
		}
		return d
	}
	for what, c := range map[string]struct {
		d    *dialogue
		want Protocol
	}{
		"a page":              {typed(elsewhere, "GET /index.html HTTP/1.0\r\n\r\n").say(theirs, "HTTP/1.0 200 OK\r\n\r\n"), HTTP},
		"news":                {typed(elsewhere, "MODE READER\r\n"), NNTP},
		"a value of a cache":  {typed(11211, "get door\r\n").say(theirs, "VALUE door 0 3\r\nbar\r\nEND\r\n"), Memcached},
		"a camera":            {typed(elsewhere, "OPTIONS rtsp://door/ RTSP/1.0\r\nCSeq: 1\r\n\r\n").say(theirs, "RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n"), RTSP},
		"no language at all":  {typed(elsewhere, strings.Repeat("what is this? ", 20)), None},
		"what only begins so": {typed(elsewhere, "G"+strings.Repeat("E", 100)), None},
	} {
		if stats := c.d.x.Stats(); c.want == None && stats.Bytes > int64(len(c.d.x.small))*MaxKept {
			t.Errorf("%s: %d octets are kept", what, stats.Bytes)
		}
		got := None
		if f := c.d.end(); f != nil {
			got = f.Protocol
		}
		if got != c.want {
			t.Errorf("%s: %v, want %v", what, got, c.want)
		}
	}
}

// TestAloneSaysWhatItShows: a server that was captured alone tells what its octets say, and no more.
func TestAloneSaysWhatItShows(t *testing.T) {
	const settings = "\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x05\x00\x00\x40\x00"
	f := tcpTalk(elsewhere).say(theirs, settings+"\x00\x00\x01\x01\x05\x00\x00\x00\x01\x8d").end() // :status 404
	if f == nil || f.Version != "2" || f.HTTP == nil || f.HTTP.Status != 404 || f.HTTP.Method != "" || f.Client != ours {
		t.Errorf("HTTP/2: %+v", f)
	}
	f = blindTalk(elsewhere).say(ours, "\x00\x00\x11\x01\x05\x00\x00\x00\x03\x82\x86\x84\x41\x0cdoor.example").end()
	if f == nil || f.Version != "2" || f.HTTP == nil || f.HTTP.Method != "GET" || f.Name != "door.example" {
		t.Errorf("HTTP/2 in its middle: %+v", f)
	}
	hello := "\x02\x00\x00\x26\x03\x03" + strings.Repeat("r", 32) + "\x00\x00\x2f\x00"
	f = tcpTalk(elsewhere).say(theirs, "S\x16\x03\x03\x00\x2a"+hello).end()
	if f == nil || !f.StartTLS || f.TLS == nil || f.TLS.Version != 0x0303 {
		t.Errorf("PostgreSQL, to whom TLS was granted: %+v", f)
	}
}
