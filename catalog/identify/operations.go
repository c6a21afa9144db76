package identify

import (
	"bytes"
	"unicode/utf8"
)

// What machines of a network tell each other, and those who watch over them.

// matchNetFlow takes exports of versions 1, 5 and 7, whose size follows from the count, and of version 9, whose sets fill the
// datagram (RFC 3954, section 5). A one stands where much else begins, so that version 1 wants its port.
func matchNetFlow(l *look) grade {
	b := l.b
	if len(b) < 24 {
		return no
	}
	n, fits := be16(b[2:]), false
	switch be16(b) {
	case 1:
		fits = n >= 1 && n <= 24 && l.size == 16+52*n && NetFlow.usualOf(l.pend.tcp, l)
	case 5:
		fits = n >= 1 && n <= 30 && l.size == 24+48*n
	case 7:
		fits = n >= 1 && n <= 28 && l.size == 24+52*n
	case 9:
		fits = n > 0 && flowSets(b[20:], l.size-20, 0, 1)
	}
	if fits {
		return shape
	}
	return no
}

// matchIPFIX takes a message whose sets fill its length (RFC 7011, section 3).
func matchIPFIX(l *look) grade {
	b := l.b
	if len(b) < 20 || be16(b) != 10 {
		return no
	}
	if n := be16(b[2:]); n >= 20 && (n == l.size || l.pend.tcp && n < l.size) && flowSets(b[16:min(n, len(b))], n-16, 2, 3) {
		return shape
	} else if l.pend.tcp && n > l.size && flowSets(b[16:], n-16, 2, 3) {
		if n > MaxKept && (be16(b[16:]) == 2 || IPFIX.usualOf(true, l)) {
			return shape // longer than what is looked at: it begins with templates, as every session does (section 8.1)
		}
		return l.until(n)
	}
	return no
}

// flowSets walks the sets in size octets, of which b are those that are known: two sorts of templates, or data.
func flowSets(b []byte, size, templates, options int) bool {
	for size > 3 && len(b) > 3 { // what is less is padding
		id, n := be16(b), be16(b[2:])
		if id != templates && id != options && id < 256 || n < 4 || n > size {
			return false
		}
		size -= n
		b = b[min(n, len(b)):]
	}
	return true
}

// matchSFlow walks the samples of a datagram (sFlow Version 5, section 5).
func matchSFlow(l *look) grade {
	b, at := l.b, 0
	switch {
	case len(b) < 28 || be32(b) != 5:
		return no
	case be32(b[4:]) == 1:
		at = 12
	case be32(b[4:]) == 2:
		at = 24
	default:
		return no
	}
	if len(b) < at+16 {
		return no
	}
	left := size32(b[at+12:])
	switch {
	case left == 0 && at+16 == l.size && SFlow.usualOf(l.pend.tcp, l):
		return port // it counts, and saw nothing
	case left == 0 || left > 256:
		return no
	}
	for at += 16; left > 0 && at+8 <= len(b); left-- {
		n := size32(b[at+4:])
		if n < 8 || n > l.size || n&3 != 0 {
			return no
		}
		at += 8 + n
	}
	if at == l.size && left == 0 || at > len(b) && at <= l.size {
		return shape
	}
	return no
}

// matchBFD takes control packets (RFC 5880, section 4.1).
func matchBFD(l *look) grade {
	if !BFD.usualOf(l.pend.tcp, l) {
		return no
	}
	b := l.b
	if len(b) < 24 || b[0]>>5 > 1 || b[2] == 0 || be32(b[4:]) == 0 {
		return no
	}
	// What tries how large a packet may be is filled behind it (RFC 9764, section 3).
	if n := int(b[3]); n > l.size || n < 24 || b[1]&4 == 0 && n != 24 {
		return no
	}
	return shape
}

// matchHSRP takes hellos, coups and resignations (RFC 2281, section 5), and the group state of version 2.
func matchHSRP(l *look) grade {
	if !HSRP.usualOf(l.pend.tcp, l) {
		return no
	}
	b := l.b
	switch {
	case len(b) < 20:
	case b[0] == 0 && b[1] <= 2 && l.size >= 20 && (b[2] == 0 || b[2] <= 16 && b[2]&(b[2]-1) == 0):
		return shape
	case b[0] == 1 && b[1] == 40 && l.size >= 42 && b[2] == 2 && b[3] <= 2 && b[4] <= 6 && (b[5] == 4 || b[5] == 6):
		return shape
	case b[0] == 0 && b[1] == 3: // advertisements of interfaces
		return port
	}
	return no
}

// matchLDP takes hellos in datagrams and what sessions begin with (RFC 5036, section 3.1).
func matchLDP(l *look) grade {
	if !LDP.usualOf(l.pend.tcp, l) {
		return no
	}
	b := l.b
	if len(b) < 18 || be16(b) != 1 {
		return no
	}
	n, kind := be16(b[2:]), be16(b[10:])
	switch {
	case n < 14 || be16(b[12:])+10 > n || be16(b[12:]) < 4:
	case kind == 0x0100 && !l.pend.tcp && n+4 == l.size:
		return shape
	case l.pend.tcp && (kind == 0x0001 || kind >= 0x0200 && kind <= 0x0404):
		return shape
	}
	return no
}

// matchPTP takes messages of both versions (IEEE 1588-2019, section 13.3).
func matchPTP(l *look) grade {
	if !PTP.usualOf(l.pend.tcp, l) {
		return no
	}
	b := l.b
	if len(b) < 34 {
		return no
	}
	switch kind := b[0] & 15; {
	case b[1]&15 == 2 && (kind <= 3 || kind >= 8 && kind <= 13) && be16(b[2:]) >= 34 && be16(b[2:]) <= l.size && l.size <= be16(b[2:])+64:
		return shape
	case b[0] == 0 && b[1] == 1 && l.size >= 60 && (b[2] == 0 || be16(b[2:]) == 1):
		return port
	}
	return no
}

// matchCAPWAP takes what access points and their controllers say on the control channel, in DTLS or before it
// (RFC 5415, section 4).
func matchCAPWAP(l *look) grade {
	if !CAPWAP.usualOf(l.pend.tcp, l) {
		return no
	}
	b := l.b
	if len(b) < 16 {
		return no
	}
	if be32(b) == 1<<24 {
		if dtlsHeader(b[4:]) {
			return shape
		}
		return no
	}
	at := int(b[1]>>3) * 4
	if b[0] != 0 || at < 8 || at+8 > len(b) {
		return no
	}
	if kind := be32(b[at:]); kind>>8 != 0 && kind>>8 != 0x33dd || kind&0xff == 0 || kind&0xff > 40 || at+8+be16(b[at+5:])-3 != l.size {
		return no
	}
	return shape
}

// matchWake takes what wakes a machine: six octets of ones, and its address sixteen times.
func matchWake(l *look) grade {
	b := l.b
	if len(b) < 102 || l.size > 108 || be32(b) != 0xffffffff || be16(b[4:]) != 0xffff {
		return no
	}
	for at := 12; at < 102; at += 6 {
		if !bytes.Equal(b[at:at+6], b[6:12]) {
			return no
		}
	}
	return exact
}

// matchNATPMP takes requests and results of its three operations (RFC 6886, section 3).
func matchNATPMP(l *look) grade {
	if !NATPMP.usualOf(l.pend.tcp, l) {
		return no
	}
	b := l.b
	if len(b) < 2 || b[0] != 0 {
		return no
	}
	switch {
	case b[1] == 0 && l.size == 2, (b[1] == 1 || b[1] == 2) && l.size == 12 && len(b) == 12 && be16(b[2:]) == 0:
		return port
	case b[1] == 128 && l.size == 12, (b[1] == 129 || b[1] == 130) && l.size == 16, b[1] >= 128 && l.size == 8:
		if len(b) >= 8 && be16(b[2:]) <= 5 {
			return port
		}
	}
	return no
}

// matchPCP takes MAP, PEER, ANNOUNCE and their answers (RFC 6887, section 7).
func matchPCP(l *look) grade {
	if !PCP.usualOf(l.pend.tcp, l) {
		return no
	}
	b := l.b
	if len(b) < 24 || b[0] < 1 || b[0] > 2 || b[1]&0x7f > 3 || l.size&3 != 0 || l.size > 1100 {
		return no
	}
	if answer := b[1]&0x80 != 0; answer && b[3] > 13 || !answer && be16(b[2:]) != 0 {
		return no
	}
	return port
}

// matchUBNT takes the discovery of Ubiquiti's machines: its question has no body, its answer one of tagged values.
func matchUBNT(l *look) grade {
	if !UBNT.usualOf(l.pend.tcp, l) {
		return no
	}
	b := l.b
	if len(b) < 4 || b[0] < 1 || b[0] > 2 || be16(b[2:])+4 != l.size {
		return no
	}
	if l.size == 4 {
		return port
	}
	if !l.values(4, 1, 255) {
		return no
	}
	return shape
}

// values reports whether the datagram is, from at on, values that each stand behind a tag of so many octets,
// most or less, and a length of two: none reaches beyond its end.
func (l *look) values(at, tag, most int) bool {
	for at < len(l.b) {
		if at+tag+2 > len(l.b) {
			return false
		}
		n := 0
		for _, c := range l.b[at : at+tag] {
			n = n<<8 | int(c)
		}
		if n > most {
			return false
		}
		if at += tag + 2 + be16(l.b[at+tag:]); at > l.size {
			return false
		}
	}
	return true
}

// matchMNDP takes MikroTik's discovery: a question of four zeros, and announcements of tagged values, of
// which the first is the address.
func matchMNDP(l *look) grade {
	if !MNDP.usualOf(l.pend.tcp, l) {
		return no
	}
	b := l.b
	if l.size == 4 && len(b) == 4 && be32(b) == 0 {
		return port
	}
	if len(b) < 18 || be32(b[4:]) != 0x00010006 || !l.values(4, 2, 64) {
		return no
	}
	return shape
}

// matchBabel takes a packet whose body fills it, but for a trailer (RFC 8966, section 4.2).
func matchBabel(l *look) grade {
	if !Babel.usualOf(l.pend.tcp, l) {
		return no
	}
	if b := l.b; len(b) >= 6 && b[0] == 42 && b[1] == 2 && be16(b[2:])+4 <= l.size {
		return port
	}
	return no
}

// matchCollectd walks the parts of a datagram, the first of which names the machine. Before it may stand a signature; where
// the datagram is enciphered, it is all one part.
func matchCollectd(l *look) grade {
	if !Collectd.usualOf(l.pend.tcp, l) {
		return no
	}
	b, parts, size := l.b, 0, l.size
	if len(b) >= 46 {
		switch n := be16(b[2:]); {
		case be16(b) == 0x200 && n > 36 && n < 36+256 && n < len(b):
			b, size, parts = b[n:], size-n, 1
		case be16(b) == 0x210 && n == size && be16(b[4:]) > 0 && be16(b[4:])+42 < size:
			return port
		}
	}
	if len(b) < 16 || be16(b) != 0 || be16(b[2:]) < 6 {
		return no
	}
	for len(b) >= 4 {
		n := be16(b[2:])
		if n < 5 || n > size {
			return no
		}
		kind := be16(b)
		if kind <= 5 && kind != 1 && n <= len(b) && (b[n-1] != 0 || !printable(b[4:n-1])) {
			return no
		}
		if kind <= 9 || kind == 0x100 || kind == 0x101 {
			parts++
		} else {
			parts -= 3 // collectd passes over kinds that it does not know, and so they are few
		}
		size -= n
		b = b[min(n, len(b)):]
	}
	if parts < 2 {
		return no
	}
	return shape
}

// matchStatsD takes lines of figures: a name, values, and what sort they are; and events and checks of those that call so
// (DogStatsD). Words and signs are all it has, so that its port is asked for.
func matchStatsD(l *look) grade {
	line := firstLine(l.b)
	if l.to != 8125 || len(line) < 4 || !utf8.Valid(line[:min(len(line), 64)]) {
		return no
	}
	if has(line, "_e{") || has(line, "_sc|") {
		return port
	}
	colon := bytes.IndexByte(line, ':')
	if colon < 1 || bytes.IndexByte(line[:colon], '|') >= 0 {
		return no
	}
	value, rest, ok := bytes.Cut(line[colon+1:], []byte("|"))
	kind, _, _ := bytes.Cut(rest, []byte("|"))
	if !ok || len(value) == 0 || !anyOf(append(kind[:len(kind):len(kind)], '\n'), "c\n", "g\n", "ms\n", "h\n", "s\n", "d\n", "m\n") {
		return no
	}
	if string(kind) != "s" && len(bytes.Trim(value, "0123456789.+-eE:")) > 0 {
		return no
	}
	return port
}

// matchTACACS takes TACACS+, whose header tells the length (RFC 8907, section 4.1).
func matchTACACS(l *look) grade {
	b := l.b
	if len(b) < 12 || b[0] != 0xc0 && b[0] != 0xc1 || b[1] < 1 || b[1] > 3 || b[2] != 1 && l.spoke && !(b[2] == 2 && l.port == 49) || b[3]&^5 != 0 || be32(b[4:]) == 0 {
		return no
	}
	n := 12 + size32(b[8:])
	switch {
	case n <= 12 || n > 1<<16:
		return no
	case n > l.size:
		return l.until(n)
	case n == l.size && b[2] <= 2:
		return shape
	}
	return no
}

// matchDiameter takes a message whose first attributes fit it (RFC 6733, sections 3 and 4).
func matchDiameter(l *look) grade {
	b := l.b
	if len(b) < 28 || b[0] != 1 || b[1] != 0 || b[4]&0x0f != 0 { // none has more than 65,535 octets
		return no
	}
	n := be24(b[1:])
	if n < 28 || n&3 != 0 || be24(b[5:]) == 0 || be32(b[12:]) == 0 && be32(b[16:]) == 0 {
		return no
	}
	for at := 20; at < n && at+8 <= len(b); {
		size := be24(b[at+5:])
		if b[at+4]&0x1f != 0 || size < 8 || at+size > n || be32(b[at:]) == 0 {
			return no
		}
		at += (size + 3) &^ 3
	}
	return shape
}

// matchOpenFlow takes the hello with which both sides begin (OpenFlow Switch Specification, section 7.5.1).
func matchOpenFlow(l *look) grade {
	b := l.b
	if len(b) < 8 || b[0] < 1 || b[0] > 6 {
		return no
	}
	if l.middle && OpenFlow.usualOf(true, l) {
		return openFlowMessages(l)
	}
	if b[1] != 0 {
		return no
	}
	n := be16(b[2:])
	switch {
	case n < 8 || n > 64 || n&7 != 0:
		return no
	case n > l.size:
		return l.until(n)
	case n > 8 && (len(b) < 10 || be16(b[8:]) != 1):
		return no
	}
	p := l.peer
	if len(p) >= 8 && p[0] >= 1 && p[0] <= 6 && p[1] == 0 && be16(p[2:]) >= 8 && be16(p[2:]) <= 64 && be16(p[2:])&7 == 0 {
		return exact
	}
	switch {
	case l.on(6653) || l.on(6633):
		return port
	case len(p) == 0 && l.spoke && n == l.size && !l.final:
		return more // the other side's hello will tell
	}
	return no
}

// openFlowMessages walks messages of one version that fill the segment, as in the middle of a connection.
func openFlowMessages(l *look) grade {
	for at := 0; ; {
		b := l.b[at:]
		if len(b) < 8 || b[0] != l.b[0] || b[1] > 35 || be16(b[2:]) < 8 {
			return no
		}
		switch at += be16(b[2:]); {
		case at == l.size, at+8 > len(l.b) && l.size > len(l.b):
			return port
		case at > l.size:
			return no
		}
	}
}

// matchISCSI takes login requests and what answers them (RFC 7143, sections 11.12 and 11.13).
func matchISCSI(l *look) grade {
	b := l.b
	if len(b) < 48 || b[0] != 0x43 && b[0] != 0x23 || b[2] != 0 || b[3] != 0 || b[4] != 0 || (b[0] == 0x43) != l.client {
		return no
	}
	n := 48 + (be24(b[5:])+3)&^3
	switch {
	case n > 48+8192 || n < l.size && l.spoke:
		return no
	case b[0] == 0x23:
		if p := l.peer; len(p) >= 48 && p[0] == 0x43 && bytes.Equal(p[16:20], b[16:20]) {
			return exact
		} else if len(p) == 0 && l.port == 3260 && n == l.size {
			return port // its request was not captured
		}
		return no
	}
	if text := b[48:]; bytes.Contains(text, []byte("InitiatorName=")) || bytes.Contains(text, []byte("AuthMethod=")) || bytes.Contains(text, []byte("SessionType=")) {
		return exact
	}
	return l.until(n)
}

// matchPJL takes the end of a printer's language with which jobs begin (HP PJL Technical Reference, chapter 3).
func matchPJL(l *look) grade {
	const uel = "\x1b%-12345X"
	switch {
	case has(l.b, uel):
		return exact
	case begins(l.b, uel):
		return l.until(len(uel))
	}
	return no
}

// opensWith makes a signature of beginnings that nothing else has.
func opensWith(words ...string) func(l *look) grade {
	return func(l *look) grade {
		for _, w := range words {
			switch {
			case has(l.b, w):
				return exact
			case begins(l.b, w):
				return l.until(len(w))
			}
		}
		return no
	}
}

// matchIperf takes iperf3's first octets, the name of a test: 36 letters and digits and a zero.
func matchIperf(l *look) grade {
	b := l.b
	for _, c := range b[:min(len(b), 36)] {
		if (c < 'a' || c > 'z') && (c < '2' || c > '7') {
			return no
		}
	}
	switch {
	case len(b) < 37:
		return l.until(37)
	case b[36] == 0 && l.size == 37:
		return shape
	}
	return no
}
