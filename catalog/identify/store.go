package identify

import "bytes"

// Databases, caches and message brokers.

// matchMySQL takes the server's greeting (MySQL protocol manual, HandshakeV10).
func matchMySQL(l *look) grade {
	b := l.b
	if len(b) < 7 {
		if l.spoke && (len(b) < 3 || b[2] == 0) && (len(b) < 4 || b[3] == 0) && (len(b) < 5 || b[4] == 10 || b[4] == 9 || b[4] == 0xff) {
			return hope
		}
		return no
	}
	n := mysqlPacket(b)
	if b[3] != 0 || n < 8 {
		return no
	}
	g := no
	switch b[4] {
	case 10, 9:
		z := bytes.IndexByte(b[5:min(len(b), 5+64)], 0)
		if z < 0 && len(b) < min(n, 5+64) {
			z = len(b) - 5 // as far as it is there
		} else if z < 3 {
			return no
		}
		if b[5] >= '0' && b[5] <= '9' && printable(b[5:5+z]) {
			g = exact
		}
	case 0xff:
		switch {
		case l.spoke && mysqlRefuses(le16(b[5:])) && (n > l.size || mysqlRefusal(b[7:])):
			g = shape // as far as it is there
		case !l.spoke || !l.on(3306) || le16(b[5:]) < 1000 || le16(b[5:]) >= 5000:
		case len(b) < 9:
			g = l.until(9)
		case printable(b[7:min(len(b), n)]):
			g = shape
		}
	}
	if g != no && n > l.size {
		return l.until(n)
	}
	return g
}

func printable(b []byte) bool {
	for _, c := range b {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// mysqlRefuses reports whether code is an error with which a server that did not greet turns a caller away, and mysqlRefusal whether text is its
// (in all the languages that a server may have, only English ones are known here).
func mysqlRefuses(code int) bool { return code == 1040 || code == 1129 || code == 1130 }

func mysqlRefusal(text []byte) bool {
	return has(text, "Too many connections") || has(text, "#08004Too many connections") ||
		has(text, "Host '") && (bytes.Contains(text, []byte("' is blocked because of ")) || bytes.Contains(text, []byte("' is not allowed to connect to this M")))
}

// followMySQL reads the version, whether TLS follows, and the user's name.
func followMySQL(x *Identifier, k *pending) bool {
	f := k.facts
	s := 1 - int(f.Client)
	b := k.dir[k.side].bytes()
	if k.side == s {
		if f.StartTLS {
			if n := mysqlPacket(b); n > 0 && n < len(b) {
				return x.serverRecords(k, b[n:])
			}
			return k.dir[s].full()
		}
		if f.Banner[s] == "" && len(b) > 6 && (b[4] == 10 || b[4] == 9) {
			if z := bytes.IndexByte(b[5:min(len(b), 5+MaxText)], 0); z > 0 {
				f.Software[s] = text(b[5 : 5+z])
				f.Banner[s] = f.Software[s]
			}
		}
		return false
	}
	n := mysqlPacket(b)
	if n == 0 || len(b) < 36 {
		return false
	}
	caps := le32(b[4:])
	if caps&0x0800 != 0 && n == 36 { // SSLRequest, TLS comes next
		f.StartTLS = true
		if f.TLS == nil {
			f.TLS = &Hello{}
		}
		if len(b) > n {
			x.clientRecords(k, b[n:])
		}
		return false
	}
	if caps&0x0200 != 0 && n > 37 {
		user := b[36:min(len(b), n)]
		z := bytes.IndexByte(user, 0)
		if z < 0 && len(b) < n && !k.dir[k.side].full() {
			return false
		}
		if z > 0 {
			k.login(text(user[:z]), "mysql", -1)
		}
	}
	return true
}

func mysqlPacket(b []byte) int {
	if len(b) < 4 {
		return 0
	}
	return 4 + (int(b[0]) | int(b[1])<<8 | int(b[2])<<16)
}

// matchPostgres takes the startup messages (PostgreSQL manual, 55.7).
func matchPostgres(l *look) grade {
	b := l.b
	if len(b) < 8 {
		if b[0] == 0 {
			return more
		}
		return no
	}
	n, code := be32(b), be32(b[4:])
	switch {
	case n == 8 && (code == 80877103 || code == 80877104), n == 16 && code == 80877102:
		return exact
	case code>>16 == 3 && code&0xffff <= 2 && n >= 9 && n < 10000:
		if len(b) > 12 && bytes.IndexByte(b[8:], 0) > 0 {
			for _, key := range [...]string{"user\x00", "database\x00", "application_name\x00", "client_encoding\x00", "DateStyle\x00", "replication\x00", "options\x00"} {
				if bytes.Contains(b[8:], []byte(key)) {
					return exact
				}
			}
		}
		return l.until(int(n))
	}
	return no
}

// The requests that may go before a startup message, in eight octets; an octet answers
// each of them.
const (
	postgresTLS = 80877103
	postgresGSS = 80877104
)

// followPostgres reads the user's name, TLS, and whether a password went in clear.
func followPostgres(x *Identifier, k *pending) bool {
	f := k.facts
	client := int(f.Client)
	b := k.dir[k.side].bytes()
	// What was asked for is read again each time: the answers may be captured first.
	asked, tls := 0, -1
	for c := k.sent(client); asked < 2 && len(c) >= 8 && be32(c) == 8; c = c[8:] {
		switch be32(c[4:]) {
		case postgresTLS:
			tls = asked
		case postgresGSS:
		default:
			return true
		}
		asked++
	}
	answers := k.sent(1 - client)
	if len(answers) > 0 && asked == 0 && k.sent(client) == nil && startsTLS(answers, 1) && answers[0] == 'S' {
		asked, tls = 1, 0 // who asked for it was not captured
	}
	answers = answers[:min(asked, len(answers))]
	for i, c := range answers {
		if c != 'N' && (c != 'S' || i != tls) {
			return true // GSSAPI's cipher, or an error
		}
	}
	if at := tls + 1; at > 0 && (len(answers) >= at && answers[tls] == 'S' || startsTLS(k.sent(client), 8*at)) {
		f.StartTLS = true
		if f.TLS == nil {
			f.TLS = &Hello{}
		}
		if k.side == client {
			return x.clientRecords(k, b[min(8*at, len(b)):])
		}
		return x.serverRecords(k, b[min(at, len(b)):])
	}
	if k.side != client {
		if b = b[min(asked, len(b)):]; len(b) >= 9 && b[0] == 'R' && be32(b[1:]) == 8 && be32(b[5:]) == 3 {
			k.state = 1 // asks for the password in clear
		}
		return false
	}
	if b = b[min(8*asked, len(b)):]; len(b) < 8 {
		return false
	}
	n := size32(b)
	if n > len(b) || n < 9 || be32(b[4:])>>16 != 3 {
		return n < 9 || n > MaxKept
	}
	if f.Login == nil {
		params := bytes.Split(b[8:n], []byte{0})
		for i := 0; i+1 < len(params); i += 2 {
			if string(params[i]) == "user" {
				k.login(text(params[i+1]), "postgresql", -1)
			}
		}
	}
	if b = b[n:]; len(b) >= 5 && b[0] == 'p' {
		if k.state != 0 {
			k.login("", "postgresql password", max(size32(b[1:])-5, 0))
		}
		return true
	}
	return false
}

// matchMemcached takes text commands and both halves of the binary protocol; over
// UDP eight octets of frame go before.
func matchMemcached(l *look) grade {
	b := l.b
	if !l.pend.tcp {
		if len(b) < 10 || be16(b[4:]) == 0 || be16(b[4:]) > 64 || b[6] != 0 || b[7] != 0 {
			return no
		}
		b = b[8:]
	}
	if len(b) >= 24 && (l.client && b[0] == 0x80 || !l.client && b[0] == 0x81) && b[1] <= 0x48 && b[5] == 0 && size32(b[8:]) < 1<<21 && be16(b[2:])+int(b[4]) <= size32(b[8:]) {
		if n := 24 + size32(b[8:]); n == l.size || l.on(11211) {
			return shape
		} else if n > l.size {
			return l.until(n)
		}
	}
	line := firstLine(b)
	if !whole(b) {
		switch {
		case !l.pend.tcp:
			return no
		case len(b) > 3 && b[2] == ' ' && (b[3] <= ' ' || b[3] >= 0x7f):
			return no // no key
		case l.client && b[0] >= 'a':
			return l.untilWord(memcachedFirst...)
		case !l.client && l.on(11211) && memcachedBegins(b):
			return l.untilLine(32)
		case !l.client && (begins(b, "VALUE ") || begins(b, "STAT pid ") || begins(b, "STORED\r\n") || begins(b, "NOT_STORED\r\n")):
			return l.untilLine(300)
		}
		return no
	}
	peer := l.peer
	if !l.pend.tcp {
		peer = peer[min(8, len(peer)):]
	}
	if l.client {
		f := bytes.Fields(line)
		if b[0] < 'a' || len(f) > 8 {
			return no
		}
		var buf [10]byte
		replied := memcachedReply(peer)
		switch w := command(b, &buf); w {
		case "SET", "ADD", "REPLACE", "APPEND", "PREPEND", "CAS":
			if len(f) >= 5 && len(f) <= 7 && digits(f[2]) && digits(f[4]) {
				return exact
			}
			return no
		case "GET", "GETS", "DELETE", "INCR", "DECR", "TOUCH", "GAT", "GATS":
			if len(f) < 2 || len(f) > 7 {
				return no
			}
		case "STATS":
			replied = anyOf(peer, "STAT ", "END\r\n")
		case "VERSION":
			replied = has(peer, "VERSION ")
		case "MG", "MS", "MD", "MA", "MN":
			replied = memcachedMeta(peer)
			switch {
			case w == "MN":
				if len(f) > 1 {
					return no
				}
			case len(f) < 2 || b[2] != ' ' || b[3] <= ' ' || b[3] >= 0x7f:
				return no
			}
		default:
			if !has(b, "flush_all") {
				return no
			}
			replied = has(peer, "OK\r\n")
		}
		switch {
		case replied || l.on(11211):
			return shape
		case l.final || len(peer) > 0:
			return no
		}
		return more
	}
	if l.on(11211) && (memcachedReply(b) || memcachedMeta(b)) {
		return shape
	}
	if l.pend.tcp {
		return memcachedSays(l)
	}
	return no
}

var memcachedFirst = []string{"SET", "ADD", "REPLACE", "APPEND", "PREPEND", "CAS", "GET", "GETS", "DELETE", "INCR", "DECR", "TOUCH", "GAT", "GATS", "STATS", "VERSION", "MG", "MS", "MD", "MA", "MN", "FLUSH_ALL"}

var memcachedReplies = []string{"VALUE ", "END\r\n", "STORED\r\n", "NOT_STORED\r\n", "STAT ", "VERSION ", "DELETED\r\n", "NOT_FOUND\r\n", "OK\r\n", "ERROR\r\n"}

func memcachedReply(b []byte) bool { return anyOf(b, memcachedReplies...) }

// memcachedBegins reports whether b may be the start of an answer.
func memcachedBegins(b []byte) bool {
	for _, w := range memcachedReplies {
		if begins(b, w) {
			return true
		}
	}
	return len(b) < 4 || memcachedMeta(b)
}

// memcachedMeta takes the answers to the commands of two letters.
func memcachedMeta(b []byte) bool {
	return len(b) >= 4 && (b[3] > ' ' && b[3] < 0x7f && anyOf(b, "HD ", "VA ") || anyOf(b, "HD\r\n", "EN\r\n", "NF\r\n", "NS\r\n", "EX\r\n", "MN\r\n"))
}

func anyOf(b []byte, words ...string) bool {
	for _, w := range words {
		if has(b, w) {
			return true
		}
	}
	return false
}

// matchKafka takes a request header (Kafka protocol guide): few fields are fixed, so
// its length must be that of the segment and the client's name printable.
func matchKafka(l *look) grade {
	b := l.b
	if len(b) < 14 {
		return no
	}
	n, api, ver, id := size32(b), be16(b[4:]), be16(b[6:]), be16(b[12:])
	if n < 10 || api > 90 || ver > 20 {
		return no
	}
	if n+4 != l.size && l.size < MaxKept {
		return l.until(n + 4)
	}
	if id == 0xffff || id == 0 {
		if api == 18 && (ver <= 2 && n == 10 || ver <= 4 && kafkaVersions(b[14:], n-10)) {
			return exact // what the broker can do is asked by some who have no name
		}
		if l.on(9092) {
			return port
		}
		return no
	}
	if id > 255 || 14+id > len(b) || 10+id > n || !printable(b[14:14+id]) {
		return no
	}
	if l.on(9092) || api == 18 {
		return exact
	}
	return shape
}

// kafkaVersions reports whether b is the rest, of n octets, of a request for what a broker can do (versions 3 and 4): no tags, the
// names of a program and of its version, and no tags.
func kafkaVersions(b []byte, n int) bool {
	if n > len(b) || n < 4 || b[0] != 0 {
		return false
	}
	b = b[1:n]
	for range 2 {
		if len(b) == 0 || b[0] < 2 || b[0] > 127 || int(b[0]) > len(b) || !printable(b[1:b[0]]) {
			return false
		}
		b = b[b[0]:]
	}
	return len(b) == 1 && b[0] == 0
}

// matchCassandra takes frames of versions 1 to 5 (CQL native protocol).
func matchCassandra(l *look) grade {
	b := l.b
	if len(b) < 9 {
		return no
	}
	if l.client && be32(b) == 0xca552dfa { // between nodes
		return exact
	}
	v := b[0] & 0x7f
	if v < 1 || v > 5 || l.client == (b[0]&0x80 != 0) {
		return no
	}
	head, op, body := 9, b[4], 0
	if v < 3 {
		head, op, body = 8, b[3], size32(b[4:])
	} else {
		body = size32(b[5:])
	}
	if op > 0x10 || body > 1<<28 {
		return no
	}
	if head+body != l.size && l.size < MaxKept {
		return l.until(head + body)
	}
	if bytes.Contains(b, []byte("CQL_VERSION")) || op == 3 && !l.client && bytes.Contains(b, []byte("Authenticator")) {
		return exact
	}
	answers := len(l.peer) >= 9 && l.peer[0]&0x7f == v && l.peer[0] != b[0]
	switch {
	case op == 5 && body != 0:
	case l.on(9042), answers && (l.client || op == 6 || op == 2 || op == 0 || op == 3):
		return shape
	case l.client && (op == 5 || op == 1) && b[1]|b[2]|b[3] == 0 && !l.final:
		return more // its answer will tell
	}
	return no
}

// matchTNS takes Connect (Oracle Net).
func matchTNS(l *look) grade {
	b := l.b
	if len(b) < 24 {
		return no
	}
	n := be16(b)
	v := be16(b[8:])
	if b[4] == 1 && b[5]&0xf0 == 0 && b[2] == 0 && b[3] == 0 && n >= 34 && n < 4096 && v >= 0x0132 && v <= 0x0150 {
		if bytes.Contains(b, []byte("DESCRIPTION")) || bytes.Contains(b, []byte("CONNECT_DATA")) {
			return exact
		}
		return shape
	}
	return no
}

// matchMQTT takes CONNECT (MQTT 3.1, 3.1.1, 5).
func matchMQTT(l *look) grade {
	b := l.b
	if b[0] != 0x10 {
		return no
	}
	if len(b) < 10 {
		return more
	}
	_, h := mqttLen(b)
	if h == 0 || h+8 > len(b) {
		return no
	}
	if r := b[h:]; has(r, "\x00\x04MQTT") || has(r, "\x00\x06MQIsdp") {
		return exact
	}
	return no
}

func mqttLen(b []byte) (n, head int) {
	for i := 1; i < 5 && i < len(b); i++ {
		n |= int(b[i]&0x7f) << (7 * (i - 1))
		if b[i]&0x80 == 0 {
			return n, i + 1
		}
	}
	return 0, 0
}

// followMQTT reads the version and the user's name of CONNECT; the password is
// passed over.
func followMQTT(_ *Identifier, k *pending) bool {
	b := k.dir[k.side].bytes()
	if k.side != int(k.facts.Client) || len(b) == 0 || b[0] != 0x10 {
		return true
	}
	n, h := mqttLen(b)
	if h == 0 {
		return true
	}
	if h+n > len(b) && !k.dir[k.side].full() {
		return false
	}
	r := reader{b: b[h:min(len(b), h+n)]}
	r.vec16()
	level := r.u8()
	switch level {
	case 3:
		k.facts.Version = "3.1"
	case 4:
		k.facts.Version = "3.1.1"
	case 5:
		k.facts.Version = "5"
	}
	flags := r.u8()
	r.u16()
	props := func() {
		if level < 5 {
			return
		}
		n, shift := 0, 0
		for shift < 28 {
			c := r.u8()
			n |= c & 0x7f << shift
			shift += 7
			if c&0x80 == 0 {
				break
			}
		}
		r.upTo(n)
	}
	props()
	r.vec16() // client identifier
	if flags&0x04 != 0 {
		props()
		r.vec16()
		r.vec16()
	}
	user := ""
	if flags&0x80 != 0 {
		user = text(r.vec16())
	}
	if flags&0x40 != 0 {
		k.login(user, "mqtt connect", r.u16())
	} else if user != "" {
		k.login(user, "mqtt connect", -1)
	}
	return true
}

// matchZabbix takes the header of agents and proxies.
func matchZabbix(l *look) grade {
	if has(l.b, "ZBXD") && len(l.b) >= 5 && l.b[4]&1 != 0 && l.b[4] < 8 {
		return exact
	}
	if l.client && l.on(10050) && (has(l.b, "agent.") || has(l.b, "ZBX_")) {
		return port
	}
	if begins(l.b, "ZBXD") || l.client && l.on(10050) && (begins(l.b, "agent.") || begins(l.b, "ZBX_")) {
		return hope
	}
	return no
}
