package identify

import "bytes"

// matchRedis takes RESP commands, and inline ones that their answer confirms.
func matchRedis(l *look) grade {
	b := l.b
	if l.client {
		if b[0] == '*' {
			// *n CRLF $n CRLF
			r, g := respNumber(b)
			if g != exact {
				return g
			}
			if len(r) == 0 {
				return more
			}
			if r[0] != '$' {
				return no
			}
			_, g = respNumber(r)
			return g
		}
		var buf [10]byte
		if whole(b) && oneOf(command(b, &buf), redisFirst...) && !asksSASL(b) {
			if len(l.peer) > 0 {
				if resp(l.peer) {
					return exact
				}
				return no
			}
			switch {
			case !l.final:
				return more
			case l.on(6379):
				return port
			}
			return no
		}
		return l.untilWord(redisFirst...)
	}
	if !l.spoke && len(l.peer) > 0 && (l.peer[0] == '*' || l.on(6379)) {
		if resp(b) {
			return exact
		}
		if len(b) < 2 || alnum(b[1]) || b[1] == '-' {
			return l.untilLine(32)
		}
	}
	return no
}

var redisFirst = []string{"PING", "AUTH", "INFO", "SELECT", "KEYS", "CONFIG", "COMMAND", "GET", "SET", "HELLO", "CLIENT", "QUIT"}

// respNumber takes a letter and a number at the start of b, exact where their line is
// whole, and what follows it.
func respNumber(b []byte) ([]byte, grade) {
	i := 1
	for i < len(b) && i < 8 && b[i] >= '0' && b[i] <= '9' {
		i++
	}
	switch rest := b[i:]; {
	case i > 1 && has(rest, "\r\n"):
		return rest[2:], exact
	case len(rest) == 0 && i < 8, i > 1 && string(rest) == "\r":
		return nil, hope
	}
	return nil, no
}

// resp reports whether b is a reply of RESP.
func resp(b []byte) bool {
	if len(b) < 4 || !whole(b) {
		return false
	}
	line := firstLine(b)
	switch b[0] {
	case '+':
		return has(b, "+OK\r") || has(b, "+PONG\r") || has(b, "+FULL") || has(b, "+QUEUED")
	case '-':
		return has(b, "-ERR ") || has(b, "-NOAUTH ") || has(b, "-WRONGPASS ") || has(b, "-DENIED ") || has(b, "-MOVED ") || has(b, "-READONLY ") || has(b, "-LOADING ")
	case '$', ':', '*', '%':
		return len(line) > 1 && digits(bytes.TrimPrefix(line[1:], []byte{'-'}))
	}
	return false
}

// followRedis looks for AUTH and HELLO among the first commands.
func followRedis(_ *Identifier, k *pending) bool {
	s := &k.dir[k.facts.Client&1] // its answer may be what told the protocol
	if s.buf == nil {
		return k.after > 4
	}
	b := s.bytes()
	args := respArgs(b)
	if len(args) == 0 {
		args = bytes.Fields(firstLine(b))
	}
	for i, a := range args {
		if !bytes.EqualFold(a, []byte("AUTH")) {
			continue
		}
		switch rest := args[i+1:]; {
		case i > 0 && len(rest) >= 2 || i == 0 && len(rest) == 2:
			k.login(text(rest[0]), "redis auth", len(rest[1]))
		case len(rest) == 1:
			k.login("", "redis auth", len(rest[0]))
		}
		return true
	}
	return k.after > 2
}

// respArgs are the words of the first RESP command in b.
func respArgs(b []byte) [][]byte {
	if len(b) < 4 || b[0] != '*' {
		return nil
	}
	var out [][]byte
	i := bytes.IndexByte(b, '\n')
	for b = b[i+1:]; len(out) < 8 && len(b) > 3 && b[0] == '$'; {
		j := bytes.IndexByte(b, '\n')
		if j < 0 {
			break
		}
		n := 0
		for _, c := range bytes.TrimRight(b[1:j], "\r") {
			if c < '0' || c > '9' || n > MaxKept {
				return out
			}
			n = n*10 + int(c-'0')
		}
		b = b[j+1:]
		if n > len(b) {
			break
		}
		out = append(out, b[:n])
		b = b[min(n+2, len(b)):]
	}
	return out
}
