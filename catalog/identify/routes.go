package identify

// What routers tell each other, most of it in datagrams on ports of their own: LISP, pings along the labels of MPLS, OLSR, AODV, who is
// the meeting point of a group; and over TCP who may announce which addresses.

// lispFamily reports whether n is one of the families of addresses that LISP's records name (RFC 9301, RFC 8060): none, IPv4, IPv6, 802, and lists.
func lispFamily(n int) bool { return n <= 2 || n == 6 || n == 16387 || n == 16389 }

// matchLISP takes its control messages (RFC 9301, section 5): the kind, how many records, and the family of the first address.
func matchLISP(l *look) grade {
	b := l.b
	if !l.on(4342) || len(b) < 16 {
		return no
	}
	kind, at := b[0]>>4, 0
	switch kind {
	case 1: // who asks for a way: the family of who is behind it
		at = 12
	case 2: // a way
		at = 12 + 10
	case 3, 4, 5: // who registers one, and what is said to it, both signed
		n := be16(b[14:])
		if n > 64 || n&3 != 0 {
			return no
		}
		at = 16 + n + 10
	case 8: // a packet in it
		if b[4]>>4 == 4 && b[4]&15 >= 5 && b[13] == 17 || b[4]>>4 == 6 && b[10] == 17 {
			return port
		}
		return no
	default:
		return no
	}
	if b[3] == 0 {
		if kind == 2 && l.size == 12 {
			return port // there is none
		}
		return no
	}
	if len(b) < at+2 || !lispFamily(be16(b[at:])) {
		return no
	}
	return port
}

// matchLISPStream takes the same over TCP (draft-ietf-lisp-map-server-reliable-transport, section 5): a kind, a length, and a mark at its end.
func matchLISPStream(l *look) grade {
	b := l.b
	if len(b) < 12 || b[0] != 0 || b[1] < 16 || b[1] > 31 {
		return no
	}
	n := be16(b[2:])
	if n < 12 || n > MaxKept {
		return no
	}
	if n > len(b) {
		return l.until(n)
	}
	if be32(b[n-4:]) != 0x9facade9 {
		return no
	}
	return exact
}

// matchLSPPing takes MPLS echo requests and their answers (RFC 8029, section 3), whose fields fill them to the end.
func matchLSPPing(l *look) grade {
	b := l.b
	if !l.on(3503) || len(b) < 32 || be16(b) != 1 || be16(b[2:]) > 0x1f || b[4] < 1 || b[4] > 4 || b[5] < 1 || b[5] > 5 || b[6] > 40 {
		return no
	}
	for at := 32; at < l.size && at+4 <= len(b); {
		at += 4 + (be16(b[at+2:])+3)&^3
		if at > l.size {
			return no
		}
	}
	return shape
}

// matchOLSR takes packets of OLSR's first version (RFC 3626, section 3.3): its length, and messages that fill it.
func matchOLSR(l *look) grade {
	b := l.b
	if !l.on(698) || len(b) < 16 || be16(b) != l.size {
		return no
	}
	at := 4
	for at < l.size {
		if at+12 > len(b) {
			return no
		}
		n := be16(b[at+2:])
		if b[at] == 0 || n < 12 || n&3 != 0 || b[at+8] == 0 {
			return no
		}
		at += n
	}
	if at != l.size {
		return no
	}
	return shape
}

// matchAODV takes requests for a way, ways, what is out of reach, and that a way was received (RFC 3561, section 5). Behind the first two
// may be extensions.
func matchAODV(l *look) grade {
	b := l.b
	if !l.on(654) || len(b) < 2 {
		return no
	}
	at := 0
	switch b[0] {
	case 1:
		at = 24
		if len(b) < at || b[1]&7 != 0 || b[2] != 0 {
			return no
		}
	case 2:
		at = 20
		if len(b) < at || b[1]&0x3f != 0 || b[2]&0xe0 != 0 {
			return no
		}
	case 3:
		if len(b) < 4 || b[1]&0x7f != 0 || b[2] != 0 || b[3] == 0 || l.size != 4+8*int(b[3]) {
			return no
		}
		return shape
	case 4:
		if l.size != 2 || b[1] != 0 {
			return no
		}
		return port
	default:
		return no
	}
	for at+2 <= len(b) {
		at += 2 + int(b[at+1])
	}
	if at != l.size {
		return no
	}
	return shape
}

// matchAutoRP takes what Cisco's routers say of where the senders and receivers of a group meet: announcements and the map of all, points
// with their groups, which fill the datagram.
func matchAutoRP(l *look) grade {
	b := l.b
	if !l.on(496) || len(b) < 8 || b[0] != 0x11 && b[0] != 0x12 || b[1] == 0 || be32(b[4:]) != 0 {
		return no
	}
	at := 8
	for range b[1] {
		if at+6 > len(b) || b[at+4] > 3 {
			return no
		}
		groups := int(b[at+5])
		for at += 6; groups > 0; groups-- {
			if at+6 > len(b) || b[at] > 1 || b[at+1] > 32 || b[at+2]>>4 != 0xe {
				return no
			}
			at += 6
		}
	}
	if at != l.size {
		return no
	}
	return shape
}

// matchRTR takes what a router asks of who may announce which addresses, and what it is told (RFC 6810, RFC 8210): of messages each has
// the version of the first, and the length of its kind. The first tells whose it is.
func matchRTR(l *look) grade {
	b := l.b
	if len(b) < 8 {
		return no
	}
	asks := b[1] == 1 || b[1] == 2 || b[1] == 10
	if b[0] > 2 || l.client != asks && b[1] != 10 {
		return no
	}
	for at := 0; at+8 <= len(b); {
		n := size32(b[at+4:])
		if b[at] != b[0] || !rtrLength(b[0], b[at+1], be16(b[at+2:]), n) {
			return no
		}
		at += n
	}
	if b[1] == 2 {
		return exact
	}
	return shape
}

// rtrLength reports whether messages of a kind may have n octets. field is what stands between kind and length: a session's number, or flags.
func rtrLength(version, kind byte, field, n int) bool {
	switch kind {
	case 0, 1: // there is news, and what is new
		return n == 12
	case 2, 8: // all of it; and that nothing else can be said
		return n == 8 && field == 0
	case 3: // here it is
		return n == 8
	case 4: // an address of IPv4, or of IPv6
		return n == 20 && field == 0
	case 6:
		return n == 32 && field == 0
	case 7: // that was all
		return n == 12 && version == 0 || n == 24 && version > 0
	case 9: // a router's key
		return version > 0 && n > 32 && n < 1<<12
	case 10: // an error, with what it is about
		return field <= 8 && n >= 16 && n < 1<<11
	case 11: // providers
		return version > 1 && n >= 12 && n < 1<<16
	}
	return false
}
