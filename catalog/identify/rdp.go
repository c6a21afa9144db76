package identify

import "bytes"

// What runs over ISO transport.

// tpkt is the frame of ISO transport over TCP (RFC 1006): its length, 0 for none.
func tpkt(b []byte) int {
	if len(b) >= tpktLeast && b[0] == 3 && b[1] == 0 && be16(b[2:]) >= 7 {
		return be16(b[2:])
	}
	return 0
}

// tpktLeast is how many octets tpkt wants.
const tpktLeast = 7

// matchTPKT tells apart what runs over it: RDP by its cookie or negotiation
// request, S7 by its addresses, H.225 by Q.931.
func matchTPKT(want Protocol) func(l *look) grade {
	return func(l *look) grade {
		b := l.b
		if len(b) < 7 {
			if begins(b, "\x03\x00") {
				return more
			}
			return no
		}
		n := tpkt(b)
		if n == 0 {
			return no
		}
		// What a connection is for stands at the end of its request or confirm.
		if len(b) < n && n <= 4+1+254 && (b[5] == 0xe0 || b[5] == 0xd0) && !l.final && !l.middle && !torn(l.pend.p) {
			return more
		}
		p, g := underTPKT(b[:min(len(b), n)], l)
		if p == TPKT && l.middle && l.on(3389) && n > 8 && len(b) > 8 && b[4] == 2 && b[5] == 0xf0 && b[6] == 0x80 && (b[7] == 0x64 || b[7] == 0x68) {
			p = RDP // what is sent in a channel of MCS (T.125), from either end
		}
		if p != want {
			return no
		}
		return g
	}
}

func underTPKT(b []byte, l *look) (Protocol, grade) {
	if b[4] == 0x08 && len(b) >= 9 && b[5] >= 1 && b[5] <= 3 { // Q.931 discriminator, call reference
		return H323, shape
	}
	if int(b[4])+5 > len(b) && b[5]&0xf0 != 0xf0 {
		return None, no
	}
	switch b[5] {
	case 0xe0, 0xd0: // connection request, confirm
		if len(b) < 11 {
			return None, no
		}
		rest := b[11:]
		switch {
		case bytes.Contains(rest, []byte("Cookie: mstshash=")) || bytes.Contains(rest, []byte("Cookie: msts=")) || bytes.Contains(rest, []byte("tsv://")):
			return RDP, exact
		case len(rest) >= 8 && (rest[len(rest)-8] == 1 || rest[len(rest)-8] == 2 || rest[len(rest)-8] == 3) && rest[len(rest)-6] == 8 && rest[len(rest)-5] == 0:
			return RDP, exact
		case len(rest) == 0 && l.on(3389):
			return RDP, port
		}
		// TSAPs of S7: 01 00 or 01..03 and rack and slot; of MMS 00 01.
		if i := bytes.Index(rest, []byte{0xc2, 2}); i >= 0 && len(rest) >= i+4 && rest[i+2] >= 1 && rest[i+2] <= 3 && l.on(102) {
			return S7comm, shape
		}
		if bytes.Contains(rest, []byte("SIMATIC")) {
			return S7comm, exact
		}
		if len(rest) > 0 && (rest[0] == 0xc0 || rest[0] == 0xc1 || rest[0] == 0xc2) {
			return TPKT, shape
		}
	case 0xf0: // data
		if len(b) >= 9 && b[4] == 2 {
			switch {
			case b[7] == 0x32 && b[8] >= 1 && b[8] <= 7, b[7] == 0x72 && b[8] >= 1 && b[8] <= 4:
				return S7comm, exact
			case b[7] == 0x7f && b[8] == 0x65 || b[7] == 0x7f && b[8] == 0x66:
				return RDP, exact // MCS connect (T.125)
			}
			return TPKT, shape
		}
	}
	return None, no
}

// followRDP takes the user's name from the cookie, and TLS behind it.
func followRDP(x *Identifier, k *pending) bool {
	f := k.facts
	b := k.dir[k.side].bytes()
	if k.dir[k.side].buf == nil {
		return false
	}
	n := tpkt(b)
	if n == 0 || n > len(b) {
		return n == 0 && len(b) >= tpktLeast
	}
	if k.side == int(f.Client) && f.Login == nil {
		if i := bytes.Index(b[:n], []byte("mstshash=")); i >= 0 {
			user := b[i+9 : n]
			if j := bytes.IndexAny(user, "\r\n"); j >= 0 {
				user = user[:j]
			}
			if len(user) > 0 {
				k.login(text(user), "rdp cookie", -1)
			}
		}
	}
	if len(b) < n+6 {
		return false
	}
	if !startsTLS(b, n) {
		return true
	}
	return x.inTLS(k, b[n:])
}

// matchRDPUDP takes the opening of RDP's UDP transport (MS-RDPEUDP, section 2.2.2.1), a
// SYN filled up to the size of a datagram, and TLS or DTLS behind its header.
func matchRDPUDP(l *look) grade {
	b := l.b
	if len(b) < 12 {
		return no
	}
	if be32(b) == 0xffffffff && b[7]&1 != 0 && b[7]&4 == 0 && l.size >= 1132 && l.size <= 1232 {
		return shape
	}
	if !l.on(3389) {
		return no
	}
	if b[7]&5 == 5 && l.size >= 1132 && l.size <= 1232 {
		return shape
	}
	for i := 8; i+5 < min(len(b), 40); i++ {
		if b[i] >= recordCCS && b[i] <= recordData && (b[i+1] == 3 && b[i+2] >= 1 && b[i+2] <= 3 || b[i+1] == 0xfe && b[i+2] >= 0xfd) {
			return port
		}
	}
	return no
}

// followTPKT looks past the connection request: what it carries shows then. The addresses of a
// request are agreed on between two programs, and those of S7 serve others, too.
func followTPKT(_ *Identifier, k *pending) bool {
	b := k.dir[k.side].bytes()
	n := tpkt(b)
	if k.facts.Protocol == S7comm && k.facts.Confidence == Exact {
		return true
	}
	for i := 0; i < 4 && n > 0 && n < len(b); i++ {
		b = b[n:]
		if n = tpkt(b); n == 0 {
			break
		}
		d := b[:min(len(b), n)]
		p, g := underTPKT(d, &look{})
		switch m, how := mms(d, n); {
		case p == S7comm && g == exact:
			k.facts.Protocol, k.facts.Confidence = S7comm, Exact
			return true
		case m:
			k.facts.Protocol, k.facts.Confidence = MMS, how
			return true
		case p == TPKT && d[5] == 0xf0:
			k.facts.Protocol, k.facts.Confidence = TPKT, Shape
		}
	}
	return k.after > 6 || k.dir[k.side].full()
}

// mms reports whether data, of which the frame has n octets, opens a talk of MMS (ISO 9506): it names
// that standard as what is spoken over session and presentation, or its initiation follows at once.
func mms(d []byte, n int) (bool, Confidence) {
	if len(d) < 11 || d[4] != 2 || d[5] != 0xf0 {
		return false, 0
	}
	d, n = d[7:], n-7
	switch d[0] {
	case 0x0d, 0x0e: // connect, accept (X.225); {iso standard 9506}
		return bytes.Contains(d, []byte{0x28, 0xca, 0x22}), Exact
	case 0xa8, 0xa9: // initiate request, response: all of the frame, and a number or the services first
		size := 2 + int(d[1])
		if d[1] == 0x81 {
			d, size = d[1:], 3+int(d[2])
		}
		return size == n && (d[2] == 0x80 || d[2] == 0x81), Shape
	}
	return false, 0
}
