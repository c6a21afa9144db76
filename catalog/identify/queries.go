package identify

import "bytes"

// Questions to databases, mailboxes and brokers, and their answers, in connections that were open before the capture.

// matchPostgresLater takes messages of PostgreSQL that fill their segment: a query, others up to Sync, or a server's up to ReadyForQuery
// (PostgreSQL's message formats, protocol 3.0).
func matchPostgresLater(l *look) grade {
	b := l.b
	if !l.middle || len(b) != l.size {
		return no
	}
	for first := true; len(b) >= 5; first = false {
		kind, n := b[0], 1+size32(b[1:])
		if n < 5 || n > len(b) || !l.client && !oneByte("TDCZENS12356nstIARKGHWdcV", kind) || l.client && !oneByte("QPBDESCHFdcf", kind) {
			return no
		}
		body := b[5:n]
		if b = b[n:]; len(b) > 0 {
			continue
		}
		switch {
		case l.client && kind == 'Q' && first:
			if len(body) > 1 && body[len(body)-1] == 0 && texty(body[:len(body)-1]) {
				return exact
			}
		case l.client && kind == 'S' && !first && len(body) == 0, !l.client && kind == 'Z' && len(body) == 1 && oneByte("ITE", body[0]):
			return exact
		}
	}
	return no
}

// texty reports whether b is text of more than one line, in any alphabet.
func texty(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\r' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// sqlWords begin what databases are asked.
const sqlWords = " select insert update delete set show use begin commit rollback create drop alter call replace with start explain describe desc lock unlock truncate load grant revoke prepare execute analyze optimize "

// matchMySQLQuery takes a command of MySQL that fills its segment: a query, a prepared one, a ping beside its answer (MySQL's command
// phase).
func matchMySQLQuery(l *look) grade {
	b := l.b
	if !l.middle || len(b) < 5 || mysqlPacket(b) != l.size || len(b) != l.size || b[3] != 0 {
		return no
	}
	switch body := b[5:]; b[4] {
	case 0x03, 0x16: // a query, with or without attributes; one to be prepared
		if len(body) > 2 && body[0] == 0 && body[1] == 1 {
			body = body[2:]
		}
		word, _, _ := bytes.Cut(body, []byte{' '})
		if !texty(body) || len(body) < 4 {
			return no
		}
		if len(word) < 12 && bytes.Contains([]byte(sqlWords), append(append([]byte{' '}, bytes.ToLower(word)...), ' ')) || has(body, "/*") || has(body, "(select") {
			return exact
		}
		if l.on(3306) {
			return port
		}
	case 0x17: // one that was prepared: its number, flags, and once
		if len(body) >= 9 && body[4] <= 7 && le32(body[5:]) == 1 {
			return exact
		}
	case 0x0e:
		switch p := l.peer; {
		case len(body) != 0:
		case len(p) == 11 && string(p[:7]) == "\x07\x00\x00\x01\x00\x00\x00":
			return exact
		case len(p) == 0 && !l.final:
			return more
		}
	}
	return no
}

// matchMySQLPong takes the answer to a ping.
func matchMySQLPong(l *look) grade {
	if l.middle && l.size == 11 && len(l.b) == 11 && string(l.b[:7]) == "\x07\x00\x00\x01\x00\x00\x00" && string(l.peer) == "\x01\x00\x00\x00\x0e" {
		return exact
	}
	return no
}

// matchNATSLater takes what is published and delivered, by the length in its line (NATS client protocol).
func matchNATSLater(l *look) grade {
	line := firstLine(l.b)
	words := bytes.Fields(line)
	if !l.middle || !whole(l.b) || len(words) < 3 || len(words) > 6 || has(words[1], "/") || !has(line[len(words[0]):], " ") {
		return no
	}
	switch verb := string(words[0]); {
	case l.client && (verb == "PUB" || verb == "HPUB"), !l.client && (verb == "MSG" || verb == "HMSG") && len(words) > 3:
	default:
		return no
	}
	last := words[len(words)-1]
	if len(last) > 7 || !digits(last) {
		return no
	}
	n := 0
	for _, c := range last {
		n = n*10 + int(c-'0')
	}
	switch end := len(line) + 2 + n; {
	case end+2 <= len(l.b) && string(l.b[end:end+2]) == "\r\n":
		return exact
	case end+2 > l.size && l.on(4222):
		return port
	}
	return no
}

// matchPostgresServer takes what a server says first: how to log in, or why not (PostgreSQL's message formats).
func matchPostgresServer(l *look) grade {
	b := l.b
	if len(b) < 9 || be32(b[1:]) < 8 || be32(b[1:]) > 1<<14 {
		return no
	}
	if n := be32(b[1:]); b[0] == 'R' {
		switch how := be32(b[5:]); {
		case n == 12 && how == 5, n > 12 && how == 10 && len(b) > 14 && has(b[9:], "SCRAM-"):
			return exact
		case n == 8 && (how == 3 || how == 7 || how == 9) && l.size == 9:
			return shape
		case n != 8 || how != 0: // let in without a question, it is told of the server then
		case len(b) == 9 && !l.final:
			return more
		case len(b) == 9:
			return shape
		case b[9] == 'S' && len(b) < 15:
			return l.until(15)
		case b[9] == 'S' && be16(b[10:]) == 0 && alnum(b[14]):
			return exact
		}
		return no
	}
	if r := b[5:]; b[0] == 'E' && (has(r, "SFATAL\x00") || has(r, "SERROR\x00") || bytes.Contains(r, []byte("\x00VFATAL\x00")) || bytes.Contains(r, []byte("\x00VERROR\x00"))) {
		return exact
	}
	return no
}

// matchTNSAnswer takes what Oracle's listener answers: yes, no, elsewhere, or once more (as its packets are, without a
// specification).
func matchTNSAnswer(l *look) grade {
	b := l.b
	if len(b) < 8 || be16(b) < l.size || be16(b) > 4096 || be16(b[2:]) != 0 || be16(b[6:]) != 0 || b[5]&0xf0 != 0 || !oneByte("\x02\x04\x05\x0b", b[4]) || (b[4] == 0x0b) != (be16(b) == 8) {
		return no
	}
	if be16(b) > l.size {
		return l.until(be16(b))
	}
	switch {
	case bytes.Contains(b[8:], []byte("(DESCRIPTION=")) || bytes.Contains(b[8:], []byte("(ADDRESS=")):
		return exact
	case b[4] == 2 && l.size >= 32 && be16(b[8:]) >= 0x0132 && be16(b[8:]) <= 0x0150 && be16(b[12:]) >= 512 && (be16(b[16:]) == 1 || be16(b[16:]) == 0x100) &&
		be16(b[20:]) >= 24 && be16(b[18:])+be16(b[20:]) <= l.size:
		return exact // yes, with a version, a size of packets, an order of octets and where its data are
	case OracleTNS.usualOf(true, l):
		return port
	}
	return no
}

// matchTNSData takes a packet of data that fills its segment: its length, in two octets or since version 315 in four, and what is asked
// for or answered.
func matchTNSData(l *look) grade {
	b := l.b
	if !l.middle || len(b) < 11 || b[4] != 6 || b[5]&^0x24 != 0 || b[6] != 0 || b[7] != 0 || b[8] != 0 || b[9]&^0x60 != 0 {
		return no
	}
	if be16(b) != l.size && size32(b) != l.size || be16(b) == l.size && be16(b[2:]) != 0 {
		return no
	}
	switch {
	case has(b[10:], "\xde\xad\xbe\xef"), l.on(1521):
		return shape
	case l.client && oneByte("\x03\x11", b[10]) && len(b) > 13 && b[11] > 0 && b[11] < 0xa0 && b[12] != 0:
		return shape // a call, and its number in the order of calls
	}
	return no
}
