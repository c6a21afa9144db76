package identify

import "bytes"

// Tunnels and proxies.

// mayWireGuard reports whether a datagram has three zeros behind its kind, or the size of what opens a tunnel.
func mayWireGuard(b []byte, size int) bool {
	return len(b) >= 32 && (b[1]|b[2]|b[3] == 0 || b[0] == 1 && size == 148 || b[0] == 2 && size == 92)
}

// mayZeroTier reports whether a datagram may be the hello of one of ZeroTier's nodes, which alone is not enciphered.
func mayZeroTier(b []byte, _ int) bool {
	return len(b) >= 120 && b[27]&0x1f == 1 && b[18]&0xb8 == 0 && b[13] == b[41]
}

// matchZeroTier takes that hello: behind the head, with the sender's address, stand versions, the time, and who it is, which
// begins with the same address.
func matchZeroTier(l *look) grade {
	b := l.b
	if !mayZeroTier(b, l.size) || b[28] < 4 || b[28] > 32 || string(b[13:18]) != string(b[41:46]) || b[46] > 1 || b[13] == 0xff || zeros(b[13:18]) {
		return no
	}
	return exact
}

// matchWireGuard takes the handshake by its exact sizes (WireGuard, section 5.4), and
// transport data beside its peer's.
func matchWireGuard(l *look) grade {
	b := l.b
	if len(b) < 32 {
		return no
	}
	if b[1]|b[2]|b[3] != 0 {
		// Cloudflare's WARP has a number of its own there: the answer names who asked (section 5.4.3).
		switch p := l.peer; {
		case b[0] == 2 && l.size == 92 && !l.client && len(p) == 148 && p[0] == 1 && string(p[4:8]) == string(b[8:12]):
			return exact
		case b[0] == 1 && l.size == 148 && l.client && l.first && len(p) == 0 && !l.final:
			return more
		}
		return no
	}
	switch {
	case b[0] == 1 && l.size == 148, b[0] == 2 && l.size == 92, b[0] == 3 && l.size == 64:
		if b[0] == 1 && l.client || b[0] != 1 && !l.client {
			return exact
		}
	case b[0] == 4 && l.size%16 == 0 && b[15] == 0 && b[14] == 0:
		if len(l.peer) >= 32 && l.peer[0] >= 1 && l.peer[0] <= 4 && l.peer[1]|l.peer[2]|l.peer[3] == 0 || l.on(51820) {
			return shape
		}
		if l.first {
			return more
		}
	}
	return no
}

// openVPN reports whether b opens a session of OpenVPN's control channel: a hard
// reset of either side, or a control packet or acknowledgement.
func openVPN(b []byte) (op byte, okay bool) {
	op = b[0] >> 3
	return op, b[0]&7 <= 3 && (op == 1 || op == 2 || op == 7 || op == 8 || op == 10)
}

// vpnOpens reports whether a client's first packet may begin with c: a hard reset.
func vpnOpens(c byte) bool { return c&7 == 0 && (c>>3 == 7 || c>>3 == 1 || c>>3 == 10) }

// mayOpenVPN reports whether a datagram may begin a session.
func mayOpenVPN(b []byte, size int) bool {
	return len(b) >= 14 && b[0]&7 == 0 && (vpnReset(b, size) || b[0]>>3 == 8 && len(b) >= 26 && b[9] == 1)
}

func matchOpenVPN(l *look) grade {
	b := l.b
	if l.pend.tcp {
		if l.spoke && b[0] == 0 && (len(b) < 2 || b[1] >= 14 && b[1] < 120) && (len(b) < 3 || vpnOpens(b[2])) {
			if len(b) < 2 || len(b) < 2+int(b[1]) {
				return l.until(2 + 120)
			}
		}
		if len(b) < 16 {
			return no
		}
		n := be16(b)
		if n < 14 || n+2 != l.size && n+2 > len(b) {
			return no
		}
		b = b[2:]
		if l.spoke && vpnOpens(b[0]) && n+2 == l.size && n < 120 {
			if l.on(1194) || vpnReset(b, n) {
				return shape
			}
		}
		return no
	}
	if len(b) < 14 {
		return no
	}
	op, okay := openVPN(b)
	if len(l.own) >= 14 && (op == 4 || op == 5) && b[0]&7 <= 3 {
		// One direction only: what follows the reset is of the same session.
		if po, pk := openVPN(l.own); pk && po >= 7 && string(b[1:9]) == string(l.own[1:9]) {
			return exact
		}
	}
	if !okay {
		return no
	}
	if len(l.peer) >= 14 {
		po, pk := openVPN(l.peer)
		if pk && (op == 8 && (po == 7 || po == 10) || op == 2 && po == 1 || op == 7 && po == 8) {
			// The answer names the session that it answers.
			if bytes.Contains(b[9:min(len(b), 120)], l.peer[1:9]) {
				return exact
			}
			return shape
		}
	}
	if !l.first || op != 7 && op != 1 && op != 10 && op != 8 || b[0]&7 != 0 {
		return no
	}
	opens := vpnReset(b, l.size) || op == 8 && len(b) >= 26 && b[9] == 1 // or answers what does
	if l.on(1194) && opens {
		return shape
	}
	if opens {
		if l.final {
			return no
		}
		return more
	}
	return no
}

// matchOpenVPNData takes what goes through the tunnel over TCP, as of a connection whose opening was not seen: packets with
// their lengths, three in a row of one peer, whose numbers count on. They are there in clear since version 2.4.
func matchOpenVPNData(l *look) grade {
	b := l.b
	for i, at := 0, 0; ; i++ {
		if i == 3 {
			return exact
		}
		if at >= len(b) {
			break // no more yet
		}
		p := b[at:]
		if len(p) > 2 && p[2]&^7 != 9<<3 || len(p) > 1 && (be16(p) < 24 || be16(p) > 1600) {
			return no
		}
		if len(p) < 10 {
			break
		}
		if first := b[2:]; i > 0 && (string(p[2:6]) != string(first[:4]) || be32(p[6:]) != be32(first[4:])+uint32(i)) {
			return no
		}
		at += 2 + be16(p)
	}
	if l.middle {
		return more
	}
	return l.until(MaxKept)
}

// vpnReset: no acknowledgements and packet number 0 after the session id, with or
// without a digest and packet id before.
func vpnReset(b []byte, n int) bool {
	if n == 14 && b[9] == 0 && be32(b[10:]) == 0 {
		return true
	}
	// Under a key for the control channel (tls-crypt) the packet id and the time come
	// before the digest, and all behind it is hidden.
	if n >= 54 && len(b) >= 17 && (be32(b[9:]) <= 1 || be32(b[9:]) == vpnEarly && b[0]>>3 == 10) && be32(b[13:])>>28 >= 4 && (n == 54 || b[0]>>3 == 10) {
		return true
	}
	for _, digest := range [...]int{16, 20, 28, 32, 48, 64} {
		// digest, packet id, time
		if at := 9 + digest + 8; n == at+5 && len(b) >= at+5 && b[at] == 0 && be32(b[at+1:]) == 0 {
			return true
		}
	}
	return false
}

// vpnEarly is the first packet id of a client from version 2.6 on that brings its own key for the control channel (tls-crypt-v2).
const vpnEarly = 0x0f000001

// matchOpenVPNKey takes such a client's first packet over TCP: it ends in its wrapped key, and that in its length.
func matchOpenVPNKey(l *look) grade {
	b := l.b
	const head, least = 54, 290
	if len(b) < 19 || !l.spoke || b[2] != 10<<3 {
		return no
	}
	n := be16(b)
	if n < head+least || n > 1400 || !vpnReset(b[2:], n) {
		return no
	}
	if n+2 > len(b) {
		return l.until(n + 2)
	}
	if n+2 != l.size || be16(b[n:]) != n-head {
		return no
	}
	return exact
}

// mayIKE reports whether b has the length it claims, with four zero octets before it
// or without.
func mayIKE(b []byte, size int) bool {
	return len(b) >= 28 && (size32(b[24:]) == size || be32(b) == 0 && len(b) >= 32 && size32(b[28:]) == size-4)
}

// matchIKE takes an ISAKMP header (RFC 7296, section 3.1, RFC 2408); on 4500 four
// zero octets go before (RFC 3948).
func matchIKE(l *look) grade {
	b, size := l.b, l.size
	if l.on(4500) && len(b) > 4 && be32(b) == 0 {
		b, size = b[4:], size-4
	}
	if len(b) < 28 || be32(b)|be32(b[4:]) == 0 {
		return no
	}
	v := b[17]
	if v>>4 != 1 && v>>4 != 2 || v&15 > 1 || b[18] < 1 || b[18] > 43 && b[18] < 240 || size32(b[24:]) != size {
		return no
	}
	return exact
}

// followIKE notes the version.
func followIKE(_ *Identifier, k *pending) bool {
	b := k.data
	if len(b) > 22 && be32(b) == 0 {
		b = b[4:]
	}
	if len(b) > 17 {
		k.facts.Version = string(rune('0' + b[17]>>4))
	}
	return true
}

func matchESP(l *look) grade {
	if l.on(4500) && (len(l.b) >= 8 && be32(l.b) > 255 && be32(l.b[4:]) > 0 && be32(l.b[4:]) < 1<<24 || l.size == 1 && l.b[0] == 0xff) {
		return port
	}
	return no
}

// matchL2TP takes control messages (RFC 2661, section 3.1).
func matchL2TP(l *look) grade {
	b := l.b
	if !l.on(1701) || len(b) < 12 || b[1]&15 != 2 {
		return no
	}
	if b[0] == 0xc8 && be16(b[2:]) == l.size {
		return exact
	}
	if b[0]&0x80 == 0 {
		return port
	}
	return no
}

func matchPPTP(l *look) grade {
	b := l.b
	if len(b) >= 10 && be16(b[2:]) == 1 && be32(b[4:]) == 0x1a2b3c4d {
		return exact
	}
	return no
}

// matchSOCKS5 takes the choice of methods and its answer (RFC 1928, section 3).
func matchSOCKS5(l *look) grade {
	b := l.b
	if len(b) < 2 {
		return more
	}
	if b[0] != 5 {
		return no
	}
	if n, ok := socksLine(b); ok && l.middle && n == l.size {
		return socksLater(l)
	}
	if l.client {
		if len(l.peer) >= 2 {
			if l.peer[0] == 5 && 2+int(b[1]) <= l.size {
				return exact
			}
			return no
		}
		n := 2 + int(b[1])
		switch {
		case b[1] == 0 || b[1] > 10:
			return no
		case n < l.size:
			return socksAsks(l, b[min(n, len(b)):])
		case n > l.size || l.final && !l.on(1080):
			return l.until(n)
		case l.final:
			return shape
		}
		return more
	}
	if l.peer == nil && b[1] <= 2 && len(b) > 2 { // the choice of a method, and what came of the request
		if b[1] == 2 && has(b[2:], "\x01\x00") {
			b = b[2:]
		}
		if r := b[2:]; len(r) >= 10 && r[0] == 5 && r[1] <= 8 && r[2] == 0 && (r[3] == 1 || r[3] == 3 || r[3] == 4) {
			return shape
		}
		return l.until(12)
	}
	if p := l.peer; len(p) >= 3 && p[0] == 5 && p[1] >= 1 && 2+int(p[1]) <= len(p) && (b[1] == 0xff || bytes.IndexByte(p[2:2+int(p[1])], b[1]) >= 0) {
		return exact
	}
	return no
}

// socksAsks grades a request that follows the offer of methods, or the login behind that, where the answers were not captured.
func socksAsks(l *look, b []byte) grade {
	if len(b) > 2 && b[0] == 1 { // user and password (RFC 1929)
		r := reader{b: b[1:]}
		user, pass := r.vec8(), r.vec8()
		if r.short {
			return l.until(len(l.b) + 1)
		}
		if b = r.b; len(b) == 0 && len(user) > 0 && len(pass) > 0 && texty(user) && texty(pass) {
			return shape
		}
	}
	switch {
	case len(b) < 4:
		return l.until(len(l.b) + 1)
	case b[0] == 5 && b[1] >= 1 && b[1] <= 3 && b[2] == 0 && (b[3] == 1 || b[3] == 3 || b[3] == 4):
		return shape
	}
	return no
}

// matchSOCKS4 takes requests that their answer confirms.
func matchSOCKS4(l *look) grade {
	b := l.b
	if l.client {
		n := 0
		switch {
		case b[0] != 4 || len(b) > 1 && b[1] != 1 && b[1] != 2:
			return no
		case len(b) >= 9:
			if n = socks4Request(b); n < 0 {
				return no
			}
		}
		switch {
		case n == 0:
			return l.until(8 + 2*MaxText)
		case len(l.peer) >= 2:
			if socks4Reply(l.peer) {
				return exact
			}
			return no
		case !l.final:
			return more
		case l.on(1080), n == l.size && len(b) == n && socks4A(b) && socks4Named(b):
			return shape // (4A's address that is none, and a name)
		}
		return no
	}
	if p := l.peer; len(p) >= 9 && p[0] == 4 && (p[1] == 1 || p[1] == 2) {
		if socks4Reply(b) {
			return exact
		}
		if b[0] == 0 {
			return l.until(2)
		}
	}
	return no
}

// socks4Request measures a request: a user's name ends in a zero, and that of a host behind it. 0 is for want of octets, -1 for none.
func socks4Request(b []byte) int {
	at, names := 8, 1
	if socks4A(b) {
		names = 2
	}
	for range names {
		name := b[at:]
		end := bytes.IndexByte(name, 0)
		if end >= 0 {
			name = name[:end]
		}
		switch {
		case !printable(name):
			return -1
		case end < 0:
			return 0
		}
		at += end + 1
	}
	return at
}

// socks4A reports whether a request asks for a name: its address is 0.0.0.x.
func socks4A(b []byte) bool { return b[4] == 0 && b[5] == 0 && b[6] == 0 && b[7] != 0 }

// socks4Named reports whether a whole request of 4A ends in the name of a host.
func socks4Named(b []byte) bool {
	name := b[bytes.LastIndexByte(b[:len(b)-1], 0)+1 : len(b)-1]
	return len(name) > 3 && hostname(name) && bytes.IndexByte(name, '.') > 0
}

func socks4Reply(b []byte) bool {
	return len(b) >= 2 && b[0] == 0 && b[1] >= 0x5a && b[1] <= 0x5d
}

// matchTinc takes the first line of both ends of tinc (tinc manual, chapter 6.4): a nought, a name, and the protocol's number. In the place
// of the name may be who was invited, or who looks at the daemon itself.
func matchTinc(l *look) grade {
	const most = 300
	b := l.b[:min(len(l.b), most)]
	if !begins(b, "0 ") {
		return no
	}
	at := min(2, len(b))
	special := at < len(b) && (b[at] == '?' || b[at] == '^')
	if special {
		at++
	}
	name := at
	for at < len(b) && (b[at] >= '0' && b[at] <= '9' || b[at]|0x20 >= 'a' && b[at]|0x20 <= 'z' || b[at] == '_' || special && oneByte("+/-=", b[at])) {
		at++
	}
	if at == name && at < len(b) {
		return no
	}
	const number = " 17"
	if !begins(b[at:], number) {
		return no
	}
	if at += len(number); at < len(b) && b[at] == '.' {
		for at++; at < len(b) && b[at] >= '0' && b[at] <= '9'; at++ {
		}
	}
	if at >= len(b) {
		return l.untilLine(most)
	}
	if b[at] != '\n' {
		return no
	}
	if has(l.peer, "0 ") && whole(l.peer) {
		return exact
	}
	return shape
}
