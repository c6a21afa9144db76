package identify

import (
	"bytes"
	"slices"
	"unicode/utf8"
)

// Of connections that were open before the capture, what some protocols say later than at their start tells them as well.

// sshExchange reports whether b is a KEXINIT (RFC 4253, section 7.1), which follows both greetings and comes again after hours:
// a packet, a cookie, and lists of names.
func sshExchange(b []byte) bool {
	const lists = 22 // behind lengths, the message's number and the cookie
	if len(b) < lists+8 || b[5] != 20 || b[4] < 4 {
		return false
	}
	n, names := be32(b), be32(b[lists:])
	if n < 100 || n > 35000 || names < 4 || names > n {
		return false
	}
	list := b[lists+4:]
	if int(names)+5 <= len(list) {
		if list[names] != 0 || list[names+1] != 0 {
			return false // another list follows, as short
		}
		list = list[:names]
	}
	for _, c := range list {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return true
}

// matchMySQLLogin takes the client's answer to a greeting that was not captured: flags of protocol 4.1, a size, a character set, and
// twenty-three zeros (MySQL's HandshakeResponse41 and SSLRequest).
func matchMySQLLogin(l *look) grade {
	b := l.b
	if len(b) < 36 || b[3] != 1 {
		return no
	}
	n := mysqlPacket(b)
	if n < 36 || n >= 1<<10 || le32(b[4:])&0x200 == 0 || !zeros(b[13:32]) || n == 36 && le32(b[4:])&0x800 == 0 {
		return no // (MariaDB has flags in the last four of them)
	}
	if n > 36 && len(b) > 36 {
		name := b[36:min(len(b), n)]
		if z := bytes.IndexByte(name, 0); z >= 0 {
			name = name[:z]
		} else if len(b) >= n {
			return no
		}
		if !utf8.Valid(name) && len(b) >= n {
			return no
		}
	}
	if n > l.size {
		return l.until(n)
	}
	return exact
}

// matchMQTTLater takes packets behind CONNECT that fill their segment, one after another: what is published or asked for has a
// topic; acknowledgements and pings have too few octets to tell anything elsewhere than on MQTT's port, or from one side.
func matchMQTTLater(l *look) grade {
	b, told := l.b, false
	switch {
	case !l.client && l.on(1883) && mqttAccepted(b):
		return shape // the client's CONNECT was not captured
	case !l.middle:
		return no
	}
	for len(b) > 0 {
		n, h := mqttLen(b)
		if h == 0 || h+n > len(b) {
			// The last one may reach beyond what is kept, or the segment; its start must show what it is.
			if h == 0 || !mqttTopic(l, b[0], b[h:], n) {
				return no
			}
			told = true
			break
		}
		body := b[h : h+n]
		switch kind := b[0] >> 4; {
		case kind == 3 || kind == 8 || kind == 10:
			if !mqttTopic(l, b[0], body, n) {
				return no
			}
			told = true
		case kind >= 4 && kind <= 7, kind == 9, kind == 11: // acknowledgements, behind a number
			if n < 2 || be16(body) == 0 || kind < 8 && n > 2 && n < 4 || kind >= 9 && l.client {
				return no
			}
		case n != 0 || kind == 12 && !l.client || kind == 13 && l.client:
			return no
		}
		b = b[h+n:]
	}
	switch p := l.peer; {
	case told:
		return shape
	case l.on(1883):
		return port
	case l.b[0] == 0xc0 && len(p) >= 2 && p[0] == 0xd0 && p[1] == 0, l.b[0] == 0xd0 && len(p) >= 2 && p[0] == 0xc0 && p[1] == 0:
		if len(l.b) == 2 && len(p) == 2 {
			return shape // a ping and its answer
		}
	case len(l.b) == 2 && l.b[0]&0xe0 == 0xc0 && p == nil && !l.final:
		return more
	}
	return no
}

// mqttAccepted reports whether b begins with CONNACK, of MQTT 3 or 5.
func mqttAccepted(b []byte) bool {
	return len(b) >= 4 && b[0] == 0x20 && b[2] <= 1 && (b[1] == 2 && b[3] <= 5 || b[1] >= 3 && len(b) >= 5 && int(b[4]) == int(b[1])-3)
}

// mayMQTTLater is a cheap test for what matchMQTTLater asks for: where a topic's length begins, and the first packet's end.
func mayMQTTLater(b []byte, size int) bool {
	n, h := mqttLen(b)
	switch kind := b[0] >> 4; {
	case h == 0:
		return false
	case kind == 3:
		return len(b) > h+1 && b[h] == 0 && b[h+1] >= 4
	case kind == 8 || kind == 10:
		return n >= 5 && len(b) > h+2 && (b[h+2] == 0)
	}
	return h+n <= size
}

// mqttTopic reports whether n octets, of which body is what there is, may publish to a topic, or ask for some.
func mqttTopic(l *look, first byte, body []byte, n int) bool {
	least := 4
	switch first >> 4 {
	case 3:
		if first>>1&3 == 3 {
			return false
		}
	default: // (10 gives up what 8 asked for)
		if !l.client || len(body) < 2 || be16(body) == 0 {
			return false
		}
		body, n, least = body[2:], n-2, 1
		if len(body) > 2 && body[0] == 0 && body[1] == 0 { // MQTT 5: no properties, and the topic's length
			body, n = body[1:], n-1
		}
	}
	if len(body) < 2 {
		return false
	}
	size := be16(body)
	if size < least || 2+size > n || 2+size > len(body) || size > 255 {
		return false
	}
	topic := body[2 : 2+size]
	if first>>4 == 3 && bytes.ContainsAny(topic, "#+") {
		return false // what is published to has no wildcards
	}
	for _, c := range topic {
		if c < ' ' || c == 0x7f {
			return false
		}
	}
	return utf8.Valid(topic)
}

// ircLater tells of who is known already: lines with the whole name of their sender, or of a server and a number, and an answer to
// a ping that repeats its word (RFC 2812, sections 2.3.1 and 3.7).
func ircLater(l *look) grade {
	line := firstLine(l.b)
	word, rest, _ := bytes.Cut(line, []byte{' '})
	if !whole(l.b) || len(rest) == 0 {
		return no
	}
	if l.client {
		switch ask, arg, _ := bytes.Cut(firstLine(l.peer), []byte{' '}); {
		case !bytes.EqualFold(word, []byte("PONG")):
		case bytes.EqualFold(ask, []byte("PING")) && len(arg) > 1 && bytes.Equal(bytes.TrimPrefix(arg, []byte{':'}), bytes.TrimPrefix(rest, []byte{':'})):
			return exact
		}
		if bytes.EqualFold(word, []byte("JOIN")) && len(rest) > 1 && (rest[0] == '#' || rest[0] == '&') {
			return shape
		}
		return no
	}
	if bytes.EqualFold(word, []byte("PING")) && l.middle && !l.final {
		return more
	}
	if word[0] != ':' {
		return no
	}
	verb, rest, _ := bytes.Cut(rest, []byte{' '})
	if len(rest) == 0 {
		return no
	}
	bang := bytes.IndexByte(word, '!')
	switch {
	case bang > 1 && bytes.IndexByte(word[bang:], '@') > 1 && oneOf(string(verb), "PRIVMSG", "NOTICE", "JOIN", "PART", "QUIT", "NICK", "MODE", "TOPIC", "KICK", "INVITE"):
		return exact
	case bytes.IndexByte(word, '.') > 1 && (len(verb) == 3 && digits(verb) || string(verb) == "PONG" || string(verb) == "MODE"):
		if !l.middle && !l.final {
			return more // the client says who it is
		}
		return shape
	}
	return no
}

// matchSMTPClient takes who it is, beside a greeting, and what mail is from and for, which has a form of its own (RFC 5321,
// sections 4.1.1.2 and 4.1.1.3).
func matchSMTPClient(l *look) grade {
	if line := firstLine(l.b); whole(l.b) {
		for _, word := range [...]string{"MAIL FROM:", "RCPT TO:"} {
			if len(line) > len(word) && bytes.EqualFold(line[:len(word)], []byte(word)) && has(bytes.TrimLeft(line[len(word):], " "), "<") {
				return exact
			}
		}
	}
	if g := ftpGreets(l.peer); g == more && !l.final || g == exact {
		var buf [10]byte
		if g == more && oneOf(command(l.b, &buf), smtpFirst...) {
			return more
		}
		return no
	}
	return says(l, smtpFirst, reply)
}

// ftpGreets says whether a server whose greeting names FTP, and not SMTP, does not know a client of mail, as its next reply shows: more while
// there is none, no where its greeting names something else, or it lets the client go on, whose server only has such a name.
func ftpGreets(b []byte) grade {
	if !reply(b) || !contains(b, "ftp") || contains(b, "smtp") {
		return no
	}
	for first := b[:3]; ; {
		nl := bytes.IndexByte(b, '\n')
		if nl < 0 || len(b) < nl+5 {
			return more
		}
		if b = b[nl+1:]; reply(b) && string(b[:3]) != string(first) {
			if has(b, "250") {
				return no
			}
			return exact
		}
	}
}

// popWords are what shows a client of POP3. AUTH and no mechanism does not where nobody greeted first: that is Redis's, which says +OK as
// well.
func (l *look) popWords() []string {
	line := l.peer
	if l.client {
		line = l.b
	}
	if (l.middle || l.client && l.spoke) && !l.on(110) && !asksSASL(line) {
		return popAlone
	}
	return popFirst
}

// asksSASL reports whether b is AUTH and a mechanism, or asks for the list of them.
func asksSASL(b []byte) bool {
	word, rest, _ := bytes.Cut(firstLine(b), []byte{' '})
	rest, _, _ = bytes.Cut(rest, []byte{' '})
	return bytes.EqualFold(word, []byte("AUTH")) && (len(rest) == 0 || bytes.EqualFold(rest, []byte("PLAIN")) || bytes.EqualFold(rest, []byte("LOGIN")) || mechanism(rest) != "")
}

var popAlone = slices.DeleteFunc(slices.Clone(popFirst), func(w string) bool { return w == "AUTH" })

// fourLetters are what an administrator asks ZooKeeper, in a connection that is only for that.
const fourLetters = "conf cons crst dirs dump envi gtmk hash isro mntr ruok srst srvr stat stmk wchc wchp wchs "

// fourLetterFirst are the letters with which they begin.
const fourLetterFirst = "cdeghimrsw"

// zooKeeperAsked takes such a word beside its answer, once nothing more comes.
func zooKeeperAsked(l *look) grade {
	word := bytes.TrimRight(l.b, "\r\n")
	if !l.client || len(l.b) > 6 || len(word) > 4 || len(word) == 0 {
		return no
	}
	switch at := bytes.Index([]byte(fourLetters), word); {
	case at < 0 || at%5 != 0:
		return no
	case !l.final:
		if len(word) < 4 {
			return l.until(4)
		}
		return more
	case len(word) < 4:
		return no
	}
	for _, s := range [...]string{"imok", "Zookeeper version: ", "Environment:\nzookeeper.version=", "zk_version\t", "clientPort=", "Clients:\n", "SessionTracker dump:\n", "This ZooKeeper instance is not currently serving requests", "ZooKeeper JMX enabled"} {
		if has(l.peer, s) {
			return exact
		}
	}
	if has(l.peer, string(word)+" is not executed because it is not in the whitelist") {
		return exact
	}
	if l.on(2181) {
		return port
	}
	return no
}

// matchInterleaved takes sound and pictures that RTSP's own connection carries (RFC 2326, section 10.12): a channel, a length, and RTP
// or RTCP. One that fills its segment tells, or the next behind it.
func matchInterleaved(l *look) grade {
	b := l.b
	for told := false; l.middle && len(b) >= 6; told = true {
		n := 4 + be16(b[2:])
		if b[0] != '$' || b[1] > 15 || b[4]>>6 != 2 || n < 12 || !oneByte(mediaTypes+controlTypes, b[5]) {
			return no
		}
		switch rest := l.size - (len(l.b) - len(b)); {
		case n == rest || n > rest && told:
			return shape
		case n > len(b):
			return no
		}
		b = b[n:]
	}
	return no
}

// socksLater grades a request of SOCKS 5 and its answer, whose greetings were not captured, where each fills its segment.
func socksLater(l *look) grade {
	if l.client && (l.b[1] == 0 || l.b[1] > 3) {
		return no
	}
	if n, ok := socksLine(l.peer); ok && n <= len(l.peer) && (l.client || l.peer[1] >= 1 && l.peer[1] <= 3) {
		return exact
	}
	switch {
	case len(l.peer) > 0:
		return no
	case !l.final:
		return more
	case SOCKS.usualOf(true, l):
		return port
	}
	return no
}

// socksLine measures a request or an answer to one: a version, a number, a zero, an address and a port.
func socksLine(b []byte) (n int, ok bool) {
	if len(b) < 7 || b[0] != 5 || b[1] > 8 || b[2] != 0 {
		return 0, false
	}
	r := reader{b: b[3:]}
	switch b[3] {
	case 1, 4:
	case 3:
		if b[4] == 0 || 5+int(b[4]) <= len(b) && !hostname(b[5:5+int(b[4])]) {
			return 0, false
		}
	default:
		return 0, false
	}
	r.socksAddress()
	return len(b) - len(r.b), !r.short
}
