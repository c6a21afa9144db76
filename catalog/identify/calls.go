package identify

// What programs of many people speak with their makers' machines in a language of their own: WhatsApp, Zoom, Steam.

// matchWhatsApp takes the first octets of a telephone: where its machine is found, or nothing of that; two letters, versions, and the length
// of the first frame, which in the older ones is a list and in those that encipher a handshake of Noise, in one field that fills it.
func matchWhatsApp(l *look) grade {
	const most = 4096
	b := l.b
	if has(b, "ED\x00\x01") {
		if len(b) < 7 {
			return l.until(7)
		}
		n := be24(b[4:])
		if n == 0 || n > 256 {
			return no
		}
		if len(b) < 7+n+9 {
			return l.until(7 + n + 9)
		}
		b = b[7+n:]
	}
	if len(b) < 9 {
		return no // for want of octets, where they agree
	}
	n := be24(b[4:])
	switch field := int(b[8]); {
	case !has(b, "WA") || b[2] == 0 || b[2] > 9 || b[3] > 9 || n < 8 || n > most:
	case b[7] == 0xf8 && field > 0:
		return shape
	case b[7] == 0x12 && field < 0x80 && field+2 == n:
		return shape
	case b[7] == 0x12 && field >= 0x80 && len(b) < 10:
		return l.until(len(l.b) + 1)
	case b[7] == 0x12 && field >= 0x80 && field&0x7f|int(b[9])<<7 == n-3 && b[9] < 0x80:
		return shape
	}
	return no
}

// mayZoom reports whether b may be the hello of a call of Zoom, or what answers it.
func mayZoom(b []byte, size int) bool { return size >= 39 && len(b) >= 39 && b[1] == 0 && b[0] != 0 }

// matchZoom takes the hello with which a call asks whether datagrams come through (seen in captures; nothing is published): a name of 17
// octets, no number of the other end yet, a version, the time twice, and a proof behind its length; and its answer, which repeats the name and the time.
func matchZoom(l *look) grade {
	b := l.b
	switch {
	case !mayZoom(b, l.size):
	case b[0] == 2:
		if p := l.peer; zoomHello(p, len(p)) && string(b[2:19]) == string(p[2:19]) && be32(b[23:]) == be32(p[27:]) {
			return exact
		}
	case zoomHello(b, l.size):
		return shape
	}
	return no
}

func zoomHello(b []byte, size int) bool {
	if len(b) < 39 || b[0] != 1 || b[1] != 0 || be32(b[19:]) != 0 || be32(b[23:]) == 0 || be32(b[23:]) > 15 || be32(b[27:]) == 0 || be32(b[27:]) != be32(b[31:]) {
		return false
	}
	n := size32(b[35:])
	return n >= 16 && n <= size-39
}

// matchSteam takes packets between Steam and the machines where one logs in: the length of what they carry, a kind, and seven numbers.
func matchSteam(l *look) grade {
	b := l.b
	if len(b) < 36 || !has(b, "VS01") || le16(b[4:])+36 != l.size || b[6] == 0 || b[6] > 7 {
		return no
	}
	return exact
}
