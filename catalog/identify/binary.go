package identify

// matchSTUN takes messages with the magic cookie (RFC 8489, section 5), one or
// more in a stream, one in a datagram.
func matchSTUN(l *look) grade {
	b := l.b
	if len(b) < 20 {
		if l.pend.tcp && (len(b) < 4 || b[3]&3 == 0 && begins(b[4:min(len(b), 8)], stunCookie)) {
			return hope
		}
		return no
	}
	if b[0]&0xc0 != 0 || b[3]&3 != 0 {
		return no
	}
	n := be16(b[2:])
	if has(b[4:], stunCookie) {
		if 20+n <= l.size {
			return exact
		}
		return l.until(20 + n)
	}
	// RFC 3489 had no cookie: its attributes must fill the message.
	if !l.pend.tcp && l.size == len(b) {
		switch p := l.peer; { // a question may have none: its number of 16 octets is that of the answer
		case be16(b) == 1 && n == 0 && l.size == 20 && len(p) == 0 && l.first && l.client && !l.final:
			return more
		case (be16(b) == 0x101 || be16(b) == 0x111) && 20+n == l.size && len(p) >= 20 && be16(p) == 1 && string(p[4:20]) == string(b[4:20]):
			return exact
		}
	}
	if t := be16(b); (t&0x3eef == 1 || t&0x3eef == 2) && n > 0 && 20+n == l.size && 20+n <= len(b) {
		for at := 20; at < l.size; {
			if at+4 > l.size {
				return no
			}
			typ, size := be16(b[at:]), be16(b[at+2:])
			if typ == 0 || typ > 0x3ff && typ < 0x8000 || typ >= 0x8100 && !l.on(3478) {
				return no
			}
			if at += 4 + (size+3)&^3; at > l.size {
				return no
			}
		}
		return shape
	}
	return no
}

const stunCookie = "\x21\x12\xa4\x42"

// followSTUN watches for what is sent beside it on the same ports (RFC 7983): the
// keys of a call are agreed in DTLS.
func followSTUN(_ *Identifier, k *pending) bool {
	if dtlsHeader(k.data) && k.data[0] == recordHandshake && !k.tcp {
		k.facts.Protocol = DTLS
		return false
	}
	return k.tcp
}

// matchMongo takes a request (MongoDB wire protocol): the four opcodes in use.
func matchMongo(l *look) grade {
	b := l.b
	if len(b) < 16 {
		return no
	}
	n, reply, op := le32(b), le32(b[8:]), le32(b[12:])
	if n < 16 || n > 48<<20 || n < uint32(min(l.size, MaxKept)) {
		return no
	}
	switch op {
	case 2013, 2012, 2004, 2010, 2001, 2002, 2005, 2006, 2007:
		if l.client && (reply == 0 || op == 2004 && reply == 1<<32-1) { // some drivers write that a query answers nothing as -1
			return shape
		}
		if !l.client && op == 2013 && reply != 0 {
			return shape
		}
	case 2011:
		if !l.client && reply != 0 {
			return shape
		}
	case 1: // so small a number stands in many a middle: the documents that follow must fit, too
		if l.client || reply == 0 || n < 36 {
			return no
		}
		if len(b) < 40 && uint32(len(b)) < n {
			return l.until(int(min(n, 40)))
		}
		flags, docs := le32(b[16:]), le32(b[32:])
		if flags < 16 && (docs == 0 && n == 36 || docs > 0 && docs < 1<<20 && len(b) >= 40 && le32(b[36:]) >= 5 && le32(b[36:]) <= n-36) {
			return shape
		}
	}
	return no
}

// matchCyclic takes what controllers of EtherNet/IP send each other in every cycle: two items, a connection with a count, and data that
// fills the datagram (CIP, volume 2, section 2-6).
func matchCyclic(l *look) grade {
	if b := l.b; len(b) >= 18 && has(b, "\x02\x00\x02\x80\x08\x00") && b[14] == 0xb1 && b[15] == 0 && 18+le16(b[16:]) == l.size {
		return exact
	}
	return no
}

// matchENIP takes an encapsulation header (ODVA EtherNet/IP, volume 2).
func matchENIP(l *look) grade {
	b := l.b
	if len(b) < 24 {
		return no
	}
	switch le16(b) {
	case 0x04, 0x63, 0x64, 0x65, 0x66, 0x6f, 0x70:
		if l.client && le32(b[8:]) != 0 {
			return no
		}
		if n := 24 + le16(b[2:]); n == 24 && le32(b[4:]) == 0 && !l.on(44818) && !l.on(2222) {
			return no // a command alone, and zeros: elsewhere that may be anything
		} else if n == l.size {
			return shape
		} else if n > l.size {
			return l.until(n)
		}
	}
	return no
}
