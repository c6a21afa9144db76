package identify

import "bytes"

// What is older than most that is spoken, and still there: Unix's remote commands, who somebody is (ident), CVS, databases before TDS 7,
// Novell's files, Radmin.

// remoteCommand takes what rsh and rexec begin with on their own port (rcmd(3), rexec(3)): the port for errors in figures, or none, then
// names. With rsh it is a port that only root may have, and both users stand before the command; with rexec the user and a secret do.
func remoteCommand(home uint16, reserved bool) func(l *look) grade {
	return func(l *look) grade {
		if l.to != home || !l.client || l.middle {
			return no
		}
		const most = 512
		parts := bytes.SplitN(l.b[:min(len(l.b), most)], []byte{0}, 5)
		if !errorPort(parts[0], reserved, len(parts) > 1) {
			return no
		}
		for i, p := range parts[1:min(len(parts), 4)] {
			name := i == 0 || i == 1 && reserved
			ended := i+2 < len(parts)
			switch {
			case len(p) == 0 && !ended:
			case len(p) == 0, name && !accountName(p, false), !name && !printable(p):
				return no
			}
		}
		if len(parts) < 5 {
			return l.until(most)
		}
		return port
	}
}

// errorPort reports whether b names a port, or with nothing or 0 none.
func errorPort(b []byte, reserved, ended bool) bool {
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' || len(b) > 5 {
			return false
		}
		n = n*10 + int(c-'0')
	}
	switch {
	case !ended || n == 0:
		return len(b) < 2 || !ended
	case reserved:
		return n >= 512 && n < 1024
	}
	return n < 1<<16
}

// oldLogin takes the login record of TDS 4.2 to 5.0: names of thirty octets, each with its length behind it, then how its sender stores
// numbers, and its version. 5.0 is spoken by Sybase alone.
func oldLogin(major byte) func(l *look) grade {
	return func(l *look) grade {
		b := l.b
		const version = 8 + 458
		if len(b) < 8 || b[0] != 2 || b[1] > 1 || be16(b[2:]) < version+4 || be16(b[2:]) > 4096 || b[4]|b[5] != 0 || b[7] != 0 || !l.client || l.middle {
			return no
		}
		if len(b) < version+4 {
			return l.until(version + 4)
		}
		for i, at := range [...]int{8, 39, 70, 101} { // host, user, secret, process
			n := int(b[at+30])
			if n > 30 || i == 1 && (n == 0 || !printable(b[at:at+n])) {
				return no
			}
		}
		// The order of octets in whole numbers, of letters, of fractions, of dates (tds.h of FreeTDS).
		if n := b[132:137]; n[0] < 2 || n[0] > 3 || n[1] > 1 || n[2] < 6 || n[2] > 7 || n[3] != 4 && n[3] != 5 && n[3] != 10 || n[4] < 8 || n[4] > 9 {
			return no
		}
		if b[version] != major || b[version+1] > 6 {
			return no
		}
		return exact
	}
}

// matchNCP takes requests to Novell's files and their answers: the mark, the length, and a kind that is one octet twice.
func matchNCP(l *look) grade {
	b := l.b
	kind := 16
	if has(b, "tNcP") {
		kind = 8
	} else if !has(b, "DmdT") {
		return no
	}
	if len(b) < kind+2 {
		return no
	}
	n := size32(b[4:])
	switch k := b[kind]; {
	case n < kind+6 || n > 1<<16 || b[kind+1] != k:
	case kind == 8 && (k == 0x33 || k == 0x99), kind == 16 && (k == 0x11 || k == 0x22 || k == 0x55 || k == 0x77):
		return exact
	}
	return no
}

// matchRadmin takes a message of Radmin: its length, and the sum of its words in Intel's order.
func matchRadmin(l *look) grade {
	b := l.b
	if len(b) < 10 || b[0] != 1 {
		return no
	}
	n := size32(b[1:])
	if n < 1 || n > MaxKept-9 {
		return no
	}
	if l.size < 9+n {
		return l.until(9 + n)
	}
	body, sum := b[9:9+n], uint32(0)
	for i, c := range body {
		sum += uint32(c) << (8 * (i & 3))
	}
	if sum == 0 || sum != be32(b[5:]) || l.size != 9+n && !l.final && len(l.peer) == 0 {
		return no
	}
	return exact
}

// matchC1222 takes what meters of electricity say: ACSE with names out of the tree of ANSI C12.22.
func matchC1222(l *look) grade {
	b := l.b
	if b[0] != 0x60 || len(b) < 20 {
		return no
	}
	if i := bytes.Index(b[:min(len(b), 40)], []byte("\x2b\x06\x01\x04\x01\x82\x85\x63\x8e\x7f")); i < 4 || b[i-2] != 6 {
		return no
	}
	return exact
}

// matchIdent takes the answer to who has a connection: the two ports that were asked for, then the name or an error, as its name says
// (RFC 1413, sections 4 and 6).
func matchIdent(l *look) grade {
	line := firstLine(l.b)
	if len(line) > 1000 { // as the RFC bounds it
		return no
	}
	parts := bytes.SplitN(line, []byte(":"), 4)
	if !portPair(parts[0], len(parts) > 1) {
		return no
	}
	if len(parts) > 2 {
		kind := bytes.TrimSpace(parts[1])
		switch {
		case string(kind) == "USERID" && len(parts) == 4, string(kind) == "ERROR" && len(bytes.TrimSpace(parts[2])) > 0:
			if whole(l.b) {
				return exact
			}
		case string(kind) != "USERID" && string(kind) != "ERROR":
			return no
		}
	}
	return l.untilLine(1000)
}

// portPair reports whether b is two ports with a comma between them, or without all the beginning of such.
func portPair(b []byte, all bool) bool {
	n, commas, digits := 0, 0, 0
	for _, c := range b {
		switch {
		case c >= '0' && c <= '9':
			n, digits = n*10+int(c-'0'), digits+1
			if n > 1<<16-1 || digits > 5 {
				return false
			}
		case c == ',' && commas == 0 && n > 0:
			n, commas, digits = 0, 1, 0
		case c != ' ':
			return false
		}
	}
	return !all || commas == 1 && n > 0
}

// followCVS reads who logs in (CVS client/server protocol, "How to Connect to and Authenticate Oneself to the CVS server"): behind the
// first line the repository, the user, and the password, an A before it and each letter put for another.
func followCVS(_ *Identifier, k *pending) bool {
	b := k.dir[k.side].bytes()
	if k.side != int(k.facts.Client) {
		return true // it loves you, or it does not
	}
	const lines = 4
	parts := bytes.SplitN(b, []byte("\n"), lines+1)
	if len(parts) <= lines {
		return k.dir[k.side].full()
	}
	secret := max(len(parts[3])-1, 0)
	if user := text(parts[2]); user != "anonymous" && user != "anoncvs" || secret > 0 {
		k.login(user, "cvs", secret)
	}
	return true
}

// mayRx reports whether b may be the first packet with data of a call of Rx: the call's number, of a connection that has not made
// millions, the first in its row, and no word of the caller's own.
func mayRx(b []byte, size int) bool {
	return size >= 28 && len(b) >= 28 && b[8] == 0 && be32(b[12:]) == 1 && b[20] == 1 && b[22] == 0
}

// matchRx takes what calls of AFS travel in, and their answers (OpenAFS, rx/rx.h): an epoch, the connection, numbers of the call, of the
// packet in it and of all packets, a kind, flags, how it is secured, and which service is called. Without security there is no sum.
func matchRx(l *look) grade {
	b := l.b
	if !mayRx(b, l.size) || be32(b) == 0 || be32(b[8:]) == 0 || be32(b[16:]) == 0 || be32(b[16:]) >= 1<<24 || b[21] > 0x3f || b[23] > 6 ||
		b[23] == 0 && be16(b[24:]) != 0 || be16(b[26:]) == 0 || l.client == (b[21]&1 == 0) {
		return no
	}
	if l.client && l.size < 32 {
		return no // what is asked has a number
	}
	return shape
}
