package identify

import "bytes"

// Mailboxes fetched by POP3 (RFC 1939).

func ok(b []byte) bool { return has(b, "+OK") }

func matchPOP3Server(l *look) grade {
	if !begins(l.b, "+OK") && !begins(l.b, "-ERR") {
		return no
	}
	if l.middle {
		if g := popLater(l); g != no {
			return g
		}
	}
	if !l.spoke {
		return no // Redis answers so, after its client
	}
	if len(l.b) < 4 || !whole(l.b) && !l.final {
		return more
	}
	if has(l.b, "-ERR [SYS/") || has(l.b, "-ERR [IN-USE]") || has(l.b, "-ERR [LOGIN-DELAY]") {
		return exact // its codes (RFC 2449, section 8; RFC 3206)
	}
	g := greets(l, "pop", l.popWords())
	if g == no && l.final {
		switch {
		case commands(l.peer, nil) == more && bytes.Contains(l.b, []byte("\n+OK")) && (len(l.peer) > 0 || has(l.b, "+OK ")):
			return shape // a greeting, a QUIT or NOOP, and its answer; what Redis says is no greeting
		case l.on(110):
			return port
		}
	}
	return g
}

func matchPOP3Client(l *look) grade {
	if l.middle {
		if g := popLater(l); g != no {
			return g
		}
	}
	g := says(l, l.popWords(), ok)
	if g == shape && !l.on(110) {
		return no
	}
	return g
}

// popTurn is what a mailbox is asked once it is open, without what others are asked as well.
var popTurn = []string{"RETR", "UIDL", "DELE", "TOP", "LIST", "STAT", "APOP", "CAPA"}

// popLater tells of a mailbox that was open before the capture: by a command beside its answer, on the usual port by either.
func popLater(l *look) grade {
	asks, answers := l.b, l.peer
	if !l.client {
		asks, answers = l.peer, l.b
	}
	var buf [10]byte
	known := whole(asks) && oneOf(command(asks, &buf), popTurn...)
	answered := has(answers, "+OK") || has(answers, "-ERR ")
	switch {
	case known && answered:
		return shape
	case l.client && !known, !l.client && !answered, len(l.peer) > 0 && !l.on(110):
		return no
	case !l.final && (l.client || l.on(110)):
		return more
	case l.on(110):
		return port
	}
	return no
}
