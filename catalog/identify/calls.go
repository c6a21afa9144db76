package identify

import "bytes"

// What programs of many people speak with their makers' machines in a language of their own: WhatsApp, Zoom, Telegram's calls, Steam,
// games; and how fast a line is.

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

// mayZoom reports whether b may be the hello of a call of Zoom, what answers it, a ping, or its answer.
func mayZoom(b []byte, size int) bool {
	return len(b) >= 39 && b[1] == 0 && (b[0] == 1 || b[0] == 2) || len(b) >= 13 && (b[0] == 3 || b[0] == 4) && size < 256
}

// matchZoom takes the hello with which a call asks whether datagrams come through (seen in captures; nothing is published): a name of 17
// octets, no number of the other end yet, a version, the time twice, and a proof behind its length; and its answer, which repeats the name and the time.
// On its ports also what answers a ping: the ping's number, its time and the call's.
func matchZoom(l *look) grade {
	b := l.b
	switch {
	case !mayZoom(b, l.size):
	case b[0] == 2:
		if p := l.peer; zoomHello(p, len(p)) && string(b[2:19]) == string(p[2:19]) && be32(b[23:]) == be32(p[27:]) {
			return exact
		}
	case b[0] > 2 && !Zoom.usualOf(false, l):
	case b[0] == 3 && len(l.peer) == 0 && l.first && !l.final:
		return more
	case b[0] == 4:
		if p := l.peer; len(p) >= 13 && p[0] == 3 && string(b[1:13]) == string(p[1:13]) && be32(b[9:]) != 0 {
			return shape
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

// mayTelegram reports whether b may be what a relay is asked, or what it answers: behind 16 octets of a call's own 96 ones.
func mayTelegram(b []byte, size int) bool {
	return (size == 40 || size == 64) && len(b) == size && be32(b[16:]) == 1<<32-1 && be32(b[20:]) == 1<<32-1 && be32(b[24:]) == 1<<32-1
}

// matchTelegram takes the question with which a call finds out which relays it can reach, and the answer that says from where it came
// (libtgvoip, tgcalls).
func matchTelegram(l *look) grade {
	switch b := l.b; {
	case !mayTelegram(b, l.size):
	case l.size == 40 && be32(b[28:]) == 0xfeffffff, l.size == 64 && be32(b[28:]) == 0xc77215c0:
		return exact
	}
	return no
}

// matchPia takes packets of Nintendo's consoles among themselves: a mark, and how they are enciphered or, later, the version.
func matchPia(l *look) grade {
	if b := l.b; len(b) >= 16 && be32(b) == 0x32ab9864 && (b[4] == 1 || b[4] == 2 || b[4]>>4 == 8) {
		return shape
	}
	return no
}

// matchHoYoverse takes how games of HoYoverse begin and end a connection of KCP: two numbers that belong together, and a third.
func matchHoYoverse(l *look) grade {
	b := l.b
	if l.size != 20 || len(b) != 20 || be32(b[12:]) != 1234567890 {
		return no
	}
	switch [2]uint32{be32(b), be32(b[16:])} {
	case [2]uint32{0xff, 0xffffffff}, [2]uint32{0x145, 0x14514545}, [2]uint32{0x194, 0x19419494}:
		return exact
	}
	return no
}

// matchSpeedtest takes the greeting of a server of Ookla's that measures lines: its version, and when that was made.
func matchSpeedtest(l *look) grade {
	const hello = "HELLO 2."
	if !has(l.b, hello) || !whole(l.b) {
		if begins(l.b, hello) {
			return l.untilLine(100)
		}
		return no
	}
	for _, w := range bytes.Split(firstLine(l.b)[len(hello):], []byte(" ")) {
		if len(w) >= 10 && w[4] == '-' && w[7] == '-' && len(bytes.Trim(w[:4], numerals))+len(bytes.Trim(w[5:7], numerals))+len(bytes.Trim(w[8:10], numerals)) == 0 {
			return exact
		}
	}
	return no
}
