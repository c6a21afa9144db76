package identify

// What routers tell each other in datagrams, on ports of their own: LISP, pings along the labels of MPLS, OLSR.

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
