package identify

import (
	"bytes"
	"unicode/utf8"
)

// Message brokers, databases, and what programs call each other by.

// matchFIX takes a message of a stock exchange (FIX, and what has its frame): the version, the length of the body, and its kind.
func matchFIX(l *look) grade {
	b := l.b
	if !begins(b, "8=") {
		return no
	}
	at := bytes.IndexByte(b, 1)
	if at < 0 && len(b) < 12 && printable(b) {
		return l.until(28)
	}
	if at < 3 || at > 12 || !printable(b[:at]) {
		return no
	}
	rest := b[at+1:]
	if !begins(rest, "9=") {
		return no
	}
	n := 2
	for n < len(rest) && n < 9 && rest[n] >= '0' && rest[n] <= '9' {
		n++
	}
	switch {
	case len(rest) > n && n > 2 && has(rest[n:], "\x0135="):
		return exact
	case len(rest) <= n && n < 9 || n > 2 && begins(rest[n:], "\x0135="):
		return l.until(28)
	}
	return no
}

// matchSTOMP takes the first frame of either side (STOMP 1.2).
func matchSTOMP(l *look) grade {
	words, headers := []string{"CONNECT\n", "STOMP\n", "CONNECT\r\n", "STOMP\r\n"}, []string{"accept-version:", "login:", "host:", "passcode:", "heart-beat:"}
	if !l.client {
		words, headers = []string{"CONNECTED\n", "CONNECTED\r\n"}, []string{"version:", "server:", "session:", "heart-beat:"}
	}
	for _, w := range words {
		if begins(l.b, w) && len(l.b) < len(w) {
			return l.until(stompHead)
		}
		if !has(l.b, w) {
			continue
		}
		// The headers have no order, and there may be others among them.
		for rest := l.b[len(w):]; ; {
			line, next, whole := bytes.Cut(rest, []byte("\n"))
			for _, h := range headers {
				if has(line, h) {
					return exact
				}
			}
			switch colon := bytes.IndexByte(line, ':'); {
			case !whole && utf8.Valid(line):
				return l.until(stompHead)
			case !whole || colon < 1 || !utf8.Valid(line):
				return no
			}
			rest = next
		}
	}
	return no
}

// stompHead is how much of a first frame is waited for.
const stompHead = 512

// followSTOMP reads the login of the first frame.
func followSTOMP(_ *Identifier, k *pending) bool {
	if k.side != int(k.facts.Client) {
		return k.after > 6
	}
	user, pass := []byte(nil), -1
	ended := headers(k.dir[k.side].bytes(), func(name, value []byte) {
		switch string(name) {
		case "login":
			user = value
		case "passcode":
			pass = len(value)
		}
	})
	if !ended && !k.dir[k.side].full() {
		return false
	}
	if len(user) > 0 || pass >= 0 {
		k.login(text(user), "stomp connect", pass)
	}
	return true
}

// matchOpenWire takes ActiveMQ's own first message: its length, its kind and its name.
func matchOpenWire(l *look) grade {
	if b := l.b; len(b) >= 13 && be16(b) == 0 && b[4] == 1 && string(b[5:13]) == "ActiveMQ" {
		return exact
	}
	return no
}

// matchElastic takes what nodes of Elasticsearch and OpenSearch say to each other: a name, the length, and a status.
func matchElastic(l *look) grade {
	b := l.b
	if len(b) < 19 || !has(b, "ES") || b[14]&^0x1f != 0 {
		return no
	}
	n := size32(b[2:]) + 6
	switch {
	case n < 19 || n > 1<<26 || b[2] > 4:
		return no
	case be32(b[15:]) > 100<<24 || be32(b[15:]) < 1000:
		return no
	}
	return shape
}

// matchCeph takes the banners of both versions.
var matchCeph = opensWith("ceph v027", "ceph v2\n")

// matchZMTP takes ZeroMQ's greeting (ZMTP 3.1, section 3; of version 2 as much as its signature).
func matchZMTP(l *look) grade {
	b := l.b
	if len(b) < 10 || b[0] != 0xff || b[9] != 0x7f || !zeros(b[1:8]) {
		return no
	}
	if p := l.peer; len(p) >= 10 && p[0] == 0xff && p[9] == 0x7f {
		return exact
	}
	switch {
	case len(b) < 11:
		return more
	case b[10] == 3 && len(b) < 32:
		return more
	case b[10] == 3 && (has(b[12:], "NULL\x00") || has(b[12:], "PLAIN\x00") || has(b[12:], "CURVE\x00") || has(b[12:], "GSSAPI\x00")):
		return exact
	}
	return no
}

// matchZooKeeper takes the request for a session and its answer: lengths, a version of 0, an id and a password of sixteen octets.
func matchZooKeeper(l *look) grade {
	b := l.b
	if b[0] != 0 {
		return zooKeeperAsked(l)
	}
	if len(b) < 40 || be32(b[4:]) != 0 || b[0] != 0 {
		return no
	}
	n, asks := size32(b)+4, l.client && be32(b[16:]) > 0 && be32(b[16:]) < 1<<24 && be32(b[28:]) == 16
	switch {
	case !(asks && (n == 48 || n == 49)) && !(!l.client && (n == 40 || n == 41) && be32(b[8:]) < 1<<24 && be32(b[20:]) == 16):
		return no
	case n > l.size:
		return l.until(n)
	case n == l.size:
		return shape
	}
	return no
}

// matchClickHouse takes the hello of its own protocol: the client's name, or the server's.
func matchClickHouse(l *look) grade {
	b := l.b
	if len(b) < 12 || b[0] != 0 || b[1] < 10 || b[1] > 100 {
		return no
	}
	if has(b[2:], "ClickHouse") {
		return exact
	}
	return no
}

// matchBolt takes Neo4j's offer of four versions.
func matchBolt(l *look) grade {
	b := l.b
	if len(b) < 20 || be32(b) != 0x6060b017 || l.size > 20 && l.spoke || b[4] != 0 {
		return no
	}
	return exact
}

// matchDRDA takes the first request of Db2's and Derby's clients, EXCSAT in a data stream, and its answer (DRDA Version 5, volume 3).
func matchDRDA(l *look) grade {
	b := l.b
	if len(b) < 10 || b[0] > 15 || b[2] != 0xd0 || be16(b[6:])+6 != be16(b) || (b[3]&0x0f != 1 || be16(b[8:]) != 0x1041) && (b[3]&0x0f != 2 || be16(b[8:]) != 0x1443) {
		return no
	}
	return exact
}

// matchFirebird takes the request to connect: its operation, version, and what is attached.
func matchFirebird(l *look) grade {
	b := l.b
	if len(b) < 20 || be32(b) != 1 || be32(b[4:]) != 19 || be32(b[8:]) != 2 && be32(b[8:]) != 3 || be32(b[12:]) > 64 || be32(b[16:]) > 1024 {
		return no
	}
	return exact
}

// matchSVN takes the greeting of Subversion's server.
var matchSVN = opensWith("( success ( ")

// matchJDWP takes what a debugger of Java and its program begin with.
var matchJDWP = opensWith("JDWP-Handshake")

// matchRMI takes the header of Java's remote calls (Java RMI Specification, section 10.2).
func matchRMI(l *look) grade {
	if b := l.b; len(b) >= 7 && has(b, "JRMI\x00") && b[5] <= 2 && b[6] >= 0x4b && b[6] <= 0x4d {
		return shape
	}
	return no
}

// matchGIOP takes a message of CORBA with its length (CORBA 3.3, part 2, section 9.4).
func matchGIOP(l *look) grade {
	b := l.b
	if len(b) < 12 || !has(b, "GIOP\x01") || b[5] > 3 || b[6]&^3 != 0 || b[7] > 7 {
		return no
	}
	n := be32(b[8:])
	if b[6]&1 != 0 {
		n = le32(b[8:])
	}
	if n > 1<<26 || int(n)+12 < l.size && l.spoke && !l.pend.tcp {
		return no
	}
	return shape
}

// matchGearman takes a packet of either direction: a word, a kind and the length (Gearman Protocol, binary packet).
func matchGearman(l *look) grade {
	b := l.b
	if len(b) < 12 || !has(b, "\x00REQ") && !has(b, "\x00RES") || be32(b[4:]) == 0 || be32(b[4:]) > 63 || be32(b[8:]) > 1<<26 || (b[3] == 'Q') != l.client {
		return no
	}
	return exact
}

// matchFastCGI takes the record with which a request begins (FastCGI Specification, section 5.1).
func matchFastCGI(l *look) grade {
	b := l.b
	if len(b) < 16 || be16(b) != 0x0101 || be16(b[4:]) != 8 || b[6] != 0 || be16(b[8:]) < 1 || be16(b[8:]) > 3 || b[10] > 1 || !zeros(b[11:16]) {
		return no
	}
	return exact
}

// matchRELP takes rsyslog's request for a session.
func matchRELP(l *look) grade {
	b := l.b
	const open = "1 open "
	if len(b) < len(open) {
		if begins(b, open) {
			return l.until(64)
		}
		return no
	}
	if !has(b, open) {
		return no
	}
	if i := bytes.IndexByte(b[7:], ' '); i >= 0 && i < 5 {
		if rest := b[8+i:]; has(rest, "relp_version=") {
			return exact
		} else if begins(rest, "relp_version=") {
			return l.until(64)
		}
		return no
	}
	return l.until(64)
}

// matchNetTCP takes the preamble of .NET's message framing (MC-NMF, section 2.2.3).
func matchNetTCP(l *look) grade {
	b := l.b
	if len(b) < 16 || !has(b, "\x00\x01\x00\x01") || b[4] < 1 || b[4] > 4 || b[5] != 2 || !has(b[7:], "net.tcp:/") && !has(b[8:], "net.tcp:") {
		return no
	}
	return exact
}

// matchSMPP takes requests to bind (SMPP 3.4, section 4.1): the number of a message centre and its lengths.
func matchSMPP(l *look) grade {
	b := l.b
	if len(b) < 20 || be32(b) < 20 || be32(b) > 200 {
		return no
	}
	n := size32(b)
	if kind := be32(b[4:]); kind != 1 && kind != 2 && kind != 9 || be32(b[8:]) != 0 || be32(b[12:]) == 0 || be32(b[12:]) > 1<<31-1 {
		return no
	}
	switch {
	case n > l.size:
		return l.until(n)
	case n < l.size || b[n-1] != 0:
		return no
	}
	// Name, password, kind, version, and two octets for the address, and that.
	r := b[16:n]
	for i := range 3 {
		z := bytes.IndexByte(r, 0)
		if z < 0 || z > 16 || !printable(r[:z]) || i == 0 && z == 0 {
			return no
		}
		r = r[z+1:]
	}
	if len(r) < 4 || r[0] > 0x50 {
		return no
	}
	// Below 0x33 anything is 3.3 or older (SMPP 3.4, section 5.2.4): then the kind of number and its plan must be such that there are.
	if r[0] < 0x33 && (r[1] > 6 || r[2] > 18) {
		return no
	}
	return shape
}

// followSMPP reads the name of who binds.
func followSMPP(_ *Identifier, k *pending) bool {
	b := k.dir[k.side].bytes()
	if k.side != int(k.facts.Client) {
		return k.after > 6
	}
	if len(b) < 20 || size32(b) > len(b) {
		return k.dir[k.side].full()
	}
	user, rest, _ := bytes.Cut(b[16:], []byte{0})
	pass, _, ok := bytes.Cut(rest, []byte{0})
	if ok {
		k.login(text(user), "smpp bind", len(pass))
	}
	return true
}

// matchAFP takes the request for a session or for what a server is (Apple Filing Protocol Reference, DSI).
func matchAFP(l *look) grade {
	b := l.b
	if len(b) < 16 || b[0] != 0 || b[1] != 3 && b[1] != 4 || be32(b[4:]) != 0 || be32(b[12:]) != 0 || size32(b[8:])+16 != l.size || l.size > 64 {
		return no
	}
	if b[1] == 3 && l.size != 16 || b[1] == 4 && l.size > 16 && (l.size < 22 || b[17] != 4) {
		return no
	}
	if l.on(548) {
		return shape
	}
	return no
}

// matchMunin takes the node's greeting.
var matchMunin = opensWith("# munin node at ")

// matchCheckmk takes what Checkmk's agent says at once.
var matchCheckmk = opensWith("<<<check_mk>>>")

// beanstalkTurns are what workers and their queue say to one another (Beanstalk protocol, doc/protocol.txt of beanstalkd): a command, and what
// the answer to it begins with.
var beanstalkTurns = [...]struct{ asks, answer string }{
	{"put ", "INSERTED "},
	{"use ", "USING "},
	{"watch ", "WATCHING "},
	{"ignore ", "WATCHING "},
	{"reserve", "RESERVED "},
	{"reserve-with-timeout ", "RESERVED "},
	{"reserve-with-timeout ", "TIMED_OUT\r\n"},
	{"list-tube-used\r\n", "USING "},
	{"stats", "OK "},
	{"list-tubes", "OK "},
	{"peek", "NOT_FOUND\r\n"},
}

// matchBeanstalk takes the first command of a worker and the queue's answer: it takes both to tell one from whoever else says OK.
func matchBeanstalk(l *look) grade {
	asks, answer := l.b, l.peer
	if !l.client {
		asks, answer = answer, asks
	}
	if l.client != l.spoke || l.middle {
		return no
	}
	waits := false // it may be one when the rest comes
	for _, t := range beanstalkTurns {
		if !begins(asks, t.asks) || !begins(answer, t.answer) || whole(asks) && !has(asks, t.asks) {
			continue
		}
		rest := answer[min(len(t.answer), len(answer)):]
		switch {
		case !beanstalkRest(rest, t.answer):
		case whole(asks) && whole(answer) && (t.answer != "OK " || len(rest) > len(firstLine(rest))+len("\n---\n")):
			return exact
		case len(answer) > 0 || len(asks) > 2:
			waits = true
		}
	}
	switch {
	case !waits || len(asks) > 256 || len(answer) > 256:
		return no
	case !whole(l.b):
		return l.untilLine(256)
	}
	return more
}

// beanstalkRest reports whether the first line goes on as it does behind answer, as far as it is there: a tube's name, or numbers; what is
// listed is YAML.
func beanstalkRest(b []byte, answer string) bool {
	line := firstLine(b)
	if !whole(b) {
		line = b
	}
	switch answer {
	case "USING ":
		return len(line) <= 200 && printable(line) && (len(line) > 0 || !whole(b))
	case "OK ":
		return (digits(line) || len(line) == 0 && !whole(b)) && (!whole(b) || begins(b[len(firstLine(b)):], "\r\n---\n"))
	case "TIMED_OUT\r\n", "NOT_FOUND\r\n":
		return true
	case "RESERVED ":
		id, size, ok := bytes.Cut(line, []byte{' '})
		return (digits(id) || len(id) == 0 && !whole(b)) && (ok || !whole(b)) && (digits(size) || len(size) == 0 && !whole(b))
	}
	return digits(line) || len(line) == 0 && !whole(b)
}
