package identify

import "bytes"

// What servers answer in a language of their own, where nothing of what they were asked was captured: one direction of a link, or a
// client whose part came another way. Words and lengths that others may have as well tell nothing but on their usual port.

// redisSays are answers that no other server gives (Redis's and Valkey's sources; an error's first word is its kind).
var redisSays = []string{
	"-NOAUTH Authentication required", "-NOAUTH HELLO must be called", "-DENIED Redis is running in protected mode", "-LOADING Redis is loading",
	"-LOADING Valkey is loading", "-WRONGPASS invalid username-password pair", "-WRONGTYPE Operation against a key", "-MISCONF Redis is configured",
	"-MISCONF Valkey is configured", "-ERR unknown command '", "-ERR unknown command `", "-ERR wrong number of arguments for '", "+FULLRESYNC ", "+CONTINUE ",
}

// matchRedisAnswer takes what a server of Redis answers to a question that was not captured: an error of its own, what it says
// of itself, and on its port any whole answer but those of one line that others give.
func matchRedisAnswer(l *look) grade {
	b := l.b
	if len(l.peer) > 0 {
		return no // matchRedis knows both
	}
	if b[0] == '-' || b[0] == '+' {
		switch g := anyBegins(l, redisSays); {
		case g != no:
			return g
		case l.on(6379) && whole(b) && has(b, "+PONG\r"):
			return port
		}
		return no
	}
	rest, g := respNumber(b)
	if g != exact {
		return no
	}
	switch b[0] {
	case '$': // INFO
		if g := spells(l, rest, "# Server\r\nredis_version:"); g != no {
			return g
		}
	case '%', '*': // HELLO, in versions 3 and 2
		if g := spells(l, rest, "$6\r\nserver\r\n$5\r\nredis\r\n"); g != no {
			return g
		}
		if g := spells(l, rest, "$6\r\nserver\r\n$6\r\nvalkey\r\n"); g != no {
			return g
		}
	}
	switch told, torn := respWhole(b); {
	case !l.on(6379):
	case torn:
		return l.until(len(b) + 1)
	case told:
		return port
	}
	return no
}

// spells grades b, which is what l has behind some octets that are asked for already.
func spells(l *look, b []byte, s string) grade {
	switch {
	case has(b, s):
		return exact
	case begins(b, s) && len(b) < len(s):
		return l.until(len(l.b) - len(b) + len(s))
	}
	return no
}

// anyBegins grades what begins with one of words.
func anyBegins(l *look, words []string) grade {
	g := no
	for _, w := range words {
		g = max(g, spells(l, l.b, w))
	}
	return g
}

// respWhole reports whether b is answers of RESP with a string among them, to the last octet, and whether the last one may go on.
func respWhole(b []byte) (told, torn bool) {
	for len(b) > 0 {
		at := bytes.IndexByte(b, '\n')
		if at < 0 && len(b) < 20 {
			return false, true
		}
		if at < 2 || b[at-1] != '\r' {
			return false, false
		}
		line := b[1 : at-1]
		kind := b[0]
		b = b[at+1:]
		switch kind {
		case '+', '-':
			continue
		case ':', '*', '%', '~', '>':
			if len(line) > 1 {
				line = bytes.TrimPrefix(line, []byte{'-'})
			}
			if !digits(line) || len(line) > 19 {
				return false, false
			}
			continue
		case '$':
		default:
			return false, false
		}
		if string(line) == "-1" {
			told = true
			continue
		}
		n := 0
		for _, c := range line {
			if c < '0' || c > '9' || n > MaxKept {
				return false, false
			}
			n = n*10 + int(c-'0')
		}
		if len(b) < n+2 {
			return false, true
		}
		if b[n] != '\r' || b[n+1] != '\n' {
			return false, false
		}
		b, told = b[n+2:], true
	}
	return told, false
}

// matchKafkaAnswer takes the answer with which a broker says what it can do, which every client asks first: the length, the
// question's number, no error, and for each kind of question, in their order from the first on, the oldest and the newest version.
func matchKafkaAnswer(l *look) grade {
	b := l.b
	const least = 4 // kinds of questions that have to follow one another
	if len(b) < 10 {
		return no
	}
	n := size32(b) + 4
	if b[4] != 0 || be16(b[8:]) != 0 || n < 10+4*6 {
		return no
	}
	for _, form := range [...]struct{ count, size int }{{4, 6}, {1, 7}} { // until version 2, and since (with room for tags)
		at := 10 + form.count
		if len(b) < at {
			continue
		}
		count := int(b[at-1]) // of the compact form one more
		if form.count == 4 {
			if be32(b[10:]) > 200 {
				continue
			}
			if n != at+count*form.size && n != at+count*form.size+4 {
				continue
			}
		} else if count--; count < least || n < at+count*form.size+5 {
			continue
		}
		ok := count >= least
		kinds := 0
		for last := -1; ok && kinds < min(count, 8) && len(b) >= at+form.size; kinds++ {
			key, lowest, newest := be16(b[at:]), be16(b[at+2:]), be16(b[at+4:])
			ok = key == last+1 && lowest <= newest && newest < 64 && (form.size == 6 || b[at+6] == 0)
			last, at = key, at+form.size
		}
		switch {
		case !ok:
		case kinds >= least:
			return exact
		default:
			return l.until(at + (least-kinds)*form.size)
		}
	}
	return no
}

// matchSOCKS4Answer takes the answer to a request, which alone tells nothing elsewhere than on SOCKS's ports.
func matchSOCKS4Answer(l *look) grade {
	b := l.b
	if len(l.peer) > 0 || !SOCKS.usualOf(true, l) || len(b) < 8 || b[0] != 0 || b[1] < 0x5a || b[1] > 0x5d {
		return no
	}
	if l.size != 8 && b[1] != 0x5a {
		return no // who refuses says no more
	}
	return port
}

// matchAMQPStart takes Connection.Start, with which a broker of AMQP 0-9-1 or 0-8 answers the header (AMQP 0-9-1, sections 1.4.2.1
// and 2.3.5).
func matchAMQPStart(l *look) grade {
	b := l.b
	if len(b) < 13 || !has(b, "\x01\x00\x00\x00") || be32(b[7:]) != 0x000a000a || be32(b[3:]) < 10 || b[11] > 1 || b[11] == 0 && b[12] != 9 {
		return no
	}
	return exact
}

// matchAMQPLater takes frames of AMQP 0-9-1 that fill their segment: what each is, whose, how long, and the octet that ends it.
func matchAMQPLater(l *look) grade {
	b, told := l.b, false
	if !l.middle || len(b) != l.size {
		return no
	}
	for len(b) > 0 {
		if len(b) < 8 {
			return no
		}
		n := size32(b[3:])
		if n > len(b)-8 || b[7+n] != 0xce {
			return no
		}
		switch body := b[7 : 7+n]; b[0] {
		case 1: // a method: its class and its number
			if n < 4 || !oneByte("\x0a\x14\x1e\x28\x32\x3c\x55\x5a", body[1]) || body[0] != 0 || body[2] != 0 || body[3] < 10 || body[3] > 120 {
				return no
			}
			told = true
		case 2: // a header of content: its class, a weight of 0, and a size
			if n < 14 || be16(body) != 60 || be16(body[2:]) != 0 {
				return no
			}
			told = true
		case 3:
		case 8:
			if n != 0 || be16(b[1:]) != 0 {
				return no
			}
			told = true
		default:
			return no
		}
		b = b[8+n:]
	}
	if told {
		return shape
	}
	return no
}

// memcachedSays grades what only a cache answers: a value with its flags and its size, numbers of its own, that something was stored.
func memcachedSays(l *look) grade {
	b := l.b
	switch {
	case string(b) == "STORED\r\n", string(b) == "NOT_STORED\r\n":
		return shape
	case has(b, "STAT pid ") && whole(b):
		line := firstLine(b)[len("STAT pid "):]
		if digits(line) && len(line) < 10 {
			return shape
		}
	case has(b, "VALUE ") && whole(b):
		f := bytes.Split(firstLine(b), []byte{' '})
		if (len(f) == 4 || len(f) == 5) && len(f[1]) > 0 && len(f[1]) <= 250 && digits(f[2]) && len(f[2]) < 11 && digits(f[3]) && len(f[3]) < 10 {
			return shape
		}
	}
	return no
}

// matchGitServer takes what a server of Git says first: which version it speaks, why not, or the name of a commit and what it can do
// (gitprotocol-pack, gitprotocol-v2), each behind its length.
func matchGitServer(l *look) grade {
	b := l.b
	if len(b) < 8 {
		return no
	}
	n := 0
	for _, c := range b[:4] {
		if !hexDigit(c) {
			return no
		}
		n = n<<4 | int(hexValue(c))
	}
	switch r := b[4:]; {
	case has(r, "version 1\n") || has(r, "version 2\n"):
		if n == 14 {
			return exact
		}
	case begins(r, "version 1\n") || begins(r, "version 2\n"):
		return l.until(14)
	case has(r, "ERR ") && n > 8 && n <= 1000:
		if n > l.size {
			return l.until(n)
		}
		return exact
	default:
		id := 0
		for id < len(r) && hexDigit(r[id]) {
			id++
		}
		switch {
		case id == len(r) && id < 64:
			return l.until(4 + 66)
		case id != 40 && id != 64 || len(r) <= id || r[id] != ' ' || n < id+6 || n > 2000:
			return no
		case bytes.IndexByte(r[:min(len(r), n-4)], 0) > id:
			return exact
		case n > l.size:
			return l.until(n)
		}
	}
	return no
}

func hexDigit(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' }

func hexValue(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c - 'a' + 10
}

// matchSVNClient takes the client's answer to the greeting (a version, words, and the address), and later the commands whose names
// nobody else has (Subversion's protocol of svnserve).
func matchSVNClient(l *look) grade {
	b := l.b
	const answer = "( 2 ( "
	if has(b, answer) {
		at := bytes.Index(b, []byte(":svn"))
		if at > len(answer) && (has(b[at:], ":svn://") || has(b[at:], ":svn+")) {
			return exact
		}
		if len(b) < 300 && printable(b) {
			return l.until(300)
		}
		return no
	}
	if !l.middle || !has(b, "( ") {
		return no
	}
	word, rest, ok := bytes.Cut(b[2:], []byte{' '})
	if ok && has(rest, "( ") && oneOf(string(word), "get-latest-rev", "get-dated-rev", "change-rev-prop", "change-rev-prop2", "rev-proplist", "rev-prop", "get-file", "get-dir",
		"check-path", "get-mergeinfo", "get-locations", "get-location-segments", "get-file-revs", "lock-many", "unlock-many", "get-lock", "get-locks", "replay-range",
		"get-deleted-rev", "get-iprops", "set-path", "delete-path", "link-path", "finish-report") {
		return exact
	}
	return no
}

// matchPostgresAnswered takes a server that was asked for encryption: an octet for each question, and what follows it, which is how to log
// in, why not, or the server's hello of TLS.
func matchPostgresAnswered(l *look) grade {
	b := l.b
	for range 2 {
		if len(b) > 0 && b[0] == 'N' {
			b = b[1:]
		}
	}
	switch {
	case len(b) == 0:
		return l.until(10)
	case b[0] == 'S' && startsTLS(b, 1) && (len(b) < 7 || b[6] == serverHello):
		if len(b) < 7 {
			return l.until(len(l.b) + 7 - len(b))
		}
		return exact
	case len(b) < len(l.b) && (b[0] == 'R' || b[0] == 'E') && zeros(b[1:min(len(b), 3)]):
		rest := *l
		rest.b, rest.size = b, l.size-(len(l.b)-len(b))
		if g := matchPostgresServer(&rest); g != no {
			return g
		}
		return l.until(len(l.b) - len(b) + 15)
	}
	return no
}

// zooKeeperSays are the answers to words of four letters.
var zooKeeperSays = []string{
	"Zookeeper version: ", "Environment:\nzookeeper.version=", "zk_version\t", "SessionTracker dump:\n", "This ZooKeeper instance is not currently serving requests", "ZooKeeper JMX enabled",
}

// matchZooKeeperServer takes such an answer alone.
func matchZooKeeperServer(l *look) grade {
	if string(l.b) == "imok" && l.on(2181) && len(l.peer) == 0 {
		return port
	}
	return anyBegins(l, zooKeeperSays)
}

// matchZooKeeperLater takes the ping of a session and its answer: their lengths, the number that only pings have, and their kind.
func matchZooKeeperLater(l *look) grade {
	b := l.b
	if !l.middle || len(b) < 12 || be32(b[4:]) != 0xfffffffe {
		return no
	}
	switch {
	case l.client && be32(b) == 8 && be32(b[8:]) == 11 && l.size == 12:
		return exact
	case !l.client && be32(b) == 16 && l.size == 20 && be32(b[16:]) == 0:
		return exact
	}
	return no
}

// matchCassandraLater takes a query, what is run again, and results, which fill their segment (CQL native protocol, versions 3 to 5,
// sections 4.1 and 4.2).
func matchCassandraLater(l *look) grade {
	b := l.b
	if !l.middle || len(b) < 13 || len(b) != l.size || l.client != (b[0] < 0x80) || 9+size32(b[5:]) != l.size {
		return no
	}
	switch n := size32(b[9:]); b[4] {
	case 0x07: // QUERY: a text and its length, how many have to agree, and flags
		if l.client && n >= 4 && n+4+3 <= l.size-9 && texty(b[13:13+n]) && be16(b[13+n:]) <= 10 {
			return shape
		}
	case 0x0a: // EXECUTE: an id of sixteen octets
		if l.client && be16(b[9:]) == 16 && l.size >= 9+2+16+3 && be16(b[27:]) <= 10 {
			return shape
		}
	case 0x08: // RESULT: one of five kinds
		switch {
		case l.client || n < 1 || n > 5:
		case n == 1 && l.size == 13, n == 3 && l.size > 17 && be16(b[13:]) < l.size, n == 2 && l.size >= 21 && be32(b[13:]) < 8 && be32(b[17:]) < 1<<10:
			return shape
		}
	}
	return no
}
