package identify

// matchPassword takes a change of a password and its answer (RFC 3244, section 2): a length, a version, and a message of
// Kerberos of the length that it says.
func matchPassword(l *look) grade {
	b, size := l.b, l.size
	if l.pend.tcp {
		if len(b) < 13 {
			return no
		}
		if size = size32(b); size > 1<<15 {
			return no
		}
		b = b[4:]
	}
	if len(b) < 9 || be16(b) != size {
		return no
	}
	ask, ticket := be16(b[2:]), be16(b[4:])
	switch {
	case ask != 1 && (ask != 0xff80 || !l.client):
		return no
	case l.client && b[6] != 0x6e, !l.client && b[6] != 0x6f && (b[6] != 0x7e || ticket != 0):
		return no
	}
	n, h := berLen(b[6:])
	if ticket == 0 {
		ticket = size - 6 // a refusal: nothing answers the ticket
	}
	if h == 0 || h+n != ticket || 6+ticket > size {
		return no
	}
	return exact
}
