package identify

// Control systems, tunnels, routing and remote consoles: binary protocols whose
// lengths and fields are checked.

// matchModbus takes a request or answer (Modbus messaging on TCP/IP, section 3.1).
func matchModbus(l *look) grade {
	b := l.b
	if len(b) < 8 {
		if l.on(502) {
			return l.until(8)
		}
		return no
	}
	if b[2] != 0 || b[3] != 0 {
		return no
	}
	n := be16(b[4:])
	if n < 2 || n > 254 || b[7]&0x7f == 0 {
		return no
	}
	if 6+n > l.size {
		if l.on(502) || len(l.peer) >= 8 && string(l.peer[:4]) == string(b[:4]) {
			return l.until(6 + n)
		}
		return no
	}
	whole := 6+n == l.size
	if !whole && 6+n+8 <= len(b) { // several in one segment
		whole = b[6+n+2] == 0 && b[6+n+3] == 0
	}
	if !whole {
		return no
	}
	if l.on(502) {
		return exact
	}
	switch fc := b[7]; {
	case (fc < 1 || fc > 24) && fc != 43 && fc != 0x5a:
	case len(l.peer) >= 8 && string(l.peer[:4]) == string(b[:4]):
		return shape
	case l.peer == nil && l.client && !l.final:
		return more // the answer has its number
	}
	return no
}

// dnp3CRC is the checksum of DNP3's blocks (IEEE 1815, annex E).
func dnp3CRC(b []byte) uint16 {
	crc := uint16(0)
	for _, c := range b {
		crc ^= uint16(c)
		for range 8 {
			if crc&1 != 0 {
				crc = crc>>1 ^ 0xa6bc
			} else {
				crc >>= 1
			}
		}
	}
	return ^crc
}

func matchDNP3(l *look) grade {
	b := l.b
	if len(b) < 10 {
		if begins(b, "\x05\x64") {
			return more
		}
		return no
	}
	if b[0] != 5 || b[1] != 0x64 || b[2] < 5 {
		return no
	}
	if le16(b[8:]) == int(dnp3CRC(b[:8])) {
		return exact
	}
	if l.on(20000) {
		return shape
	}
	return no
}

// matchIEC104 takes APCIs (IEC 60870-5-104, section 5).
func matchIEC104(l *look) grade {
	b := l.b
	if b[0] != 0x68 {
		return no
	}
	if len(b) < 6 {
		return more
	}
	n := int(b[1])
	if n < 4 || n > 253 {
		return no
	}
	switch {
	case b[2]&3 == 3: // U: one function bit, nothing else
		if n != 4 || b[3]|b[4]|b[5] != 0 || b[2] != 7 && b[2] != 0x0b && b[2] != 0x13 && b[2] != 0x23 && b[2] != 0x43 && b[2] != 0x83 {
			return no
		}
		if l.on(2404) {
			return exact
		}
		return shape
	case b[2]&3 == 1: // S
		if n != 4 || b[3] != 0 || b[4]&1 != 0 {
			return no
		}
	default: // I: a type and an object follow
		if n < 12 || b[4]&1 != 0 {
			return no
		}
		if n+2 > l.size {
			return l.until(n + 2)
		}
	}
	if l.on(2404) {
		return shape
	}
	switch {
	case n+2 != l.size:
	case len(l.peer) > 5 && l.peer[0] == 0x68:
		return shape
	case l.peer == nil && !l.final:
		return more
	}
	return no
}

// matchBACnet takes a BVLC header (ASHRAE 135, annex J).
func matchBACnet(l *look) grade {
	b := l.b
	if len(b) < 4 || b[0] != 0x81 || b[1] > 0x0c || be16(b[2:]) != l.size {
		return no
	}
	if l.on(47808) {
		return exact
	}
	return shape
}

// matchOPCUA takes the connection protocol's messages (OPC UA part 6, section 7.1).
func matchOPCUA(l *look) grade {
	b := l.b
	if len(b) < 8 {
		return no
	}
	if has(b, "ERRF") { // why not: a status whose first bit says so, and a reason
		switch n := le32(b[4:]); {
		case n < 16 || n > 4096:
			return no
		case len(b) < 16:
			return l.until(16)
		case b[11]&0xc0 == 0x80 && (le32(b[12:]) == n-16 || le32(b[12:]) == 0xffffffff && n == 16):
			return exact
		}
		return no
	}
	if has(b, "HELF") || has(b, "ACKF") || has(b, "RHEF") || has(b, "OPNF") || has(b, "MSGF") && l.middle {
		if n := le32(b[4:]); n >= 8 && n <= 1<<20 {
			return exact
		}
	}
	return no
}

// matchIPMI takes RMCP of IPMI and ASF (DMTF DSP0136).
func matchIPMI(l *look) grade {
	b := l.b
	if len(b) < 8 || b[0] != 6 || b[1] != 0 || b[3]&0x7f != 7 && b[3]&0x7f != 6 {
		return no
	}
	if l.on(623) || l.on(664) {
		return exact
	}
	if b[3]&0x7f == 6 && len(b) >= 12 && be32(b[4:]) == 4542 || b[3]&0x7f == 7 && b[2] == 0xff && (b[4] == 0 || b[4] == 6) && l.size >= 20 && l.size < 80 {
		return shape
	}
	return no
}

// matchBGP takes a message's marker (RFC 4271, section 4.1).
func matchBGP(l *look) grade {
	b := l.b
	if len(b) < 19 {
		return no
	}
	for _, c := range b[:16] {
		if c != 0xff {
			return no
		}
	}
	if n := be16(b[16:]); n >= 19 && n <= 4096 && b[18] >= 1 && b[18] <= 5 {
		return exact
	}
	return no
}

// matchAJP takes packets of both directions (AJP13).
func matchAJP(l *look) grade {
	b := l.b
	if len(b) < 5 {
		return no
	}
	n := be16(b[2:])
	if l.client && b[0] == 0x12 && b[1] == 0x34 && n > 0 && n <= 8192 && (b[4] == 2 || b[4] == 7 || b[4] == 8 || b[4] == 10) && n+4 <= max(l.size, MaxKept) {
		return shape
	}
	if !l.client && has(b, "AB") && (b[4] >= 3 && b[4] <= 6 || b[4] == 9) && n > 0 && n <= 8192 && (has(l.peer, "\x12\x34") || l.on(8009)) {
		return exact
	}
	return no
}

// matchADB takes CONNECT of the Android Debug Bridge.
func matchADB(l *look) grade {
	b := l.b
	if len(b) >= 24 && (has(b, "CNXN") || has(b, "AUTH") && l.middle) && le32(b[20:]) == ^le32(b) {
		return exact
	}
	return no
}

// matchX11 takes the connection setup (X11 protocol, section 8).
func matchX11(l *look) grade {
	b := l.b
	if len(b) < 12 {
		return no
	}
	switch {
	case b[0] == 'B' && b[1] == 0 && be16(b[2:]) == 11 && be16(b[4:]) == 0 && be16(b[6:]) < 256 && be16(b[8:]) < 256,
		b[0] == 'l' && b[1] == 0 && le16(b[2:]) == 11 && le16(b[4:]) == 0 && le16(b[6:]) < 256 && le16(b[8:]) < 256:
		return exact
	}
	return no
}

// matchRTMP takes C0 and C1 (RTMP 1.0, section 5.2).
func matchRTMP(l *look) grade {
	b := l.b
	if len(b) < 9 || b[0] != 3 {
		return no
	}
	if l.client {
		if tpkt(b) != 0 && l.size < 1000 {
			if l.on(1935) && !l.final {
				return more
			}
			return no
		}
		if be32(b[5:]) != 0 && !l.on(1935) {
			// Flash Player and its like put their version where the specification has zeros,
			// which tells too little without the answer.
			switch {
			case b[6] != 0 || (b[5] < 9 || b[5] > 33) && b[5] != 0x80 || l.final && len(l.peer) < 1000:
				return no
			case len(b) >= MaxKept && len(l.peer) >= 1000 && l.peer[0] == 3:
				return shape
			}
			return more
		}
		if len(b) >= MaxKept || l.size >= 1537 || l.final && l.on(1935) {
			return shape
		}
		return more
	}
	if len(l.peer) >= MaxKept && l.peer[0] == 3 {
		if l.size >= 1000 {
			return shape
		}
		return l.until(1000)
	}
	return no
}

// matchRTMPMedia takes sound and pictures, as of a connection whose opening was not seen: a message with a whole header, that
// of its codec behind it, which fills the segment, alone or with others like it (RTMP 1.0, section 5.3.1; FLV 10.1, annex E).
func matchRTMPMedia(l *look) grade {
	for at := 0; ; {
		b := l.b[at:]
		if len(b) < 1 || b[0]&0x80 != 0 || b[0]&0x3f < 3 {
			return no
		}
		head := 12
		if b[0]&0x40 != 0 {
			head = 8
		}
		if len(b) < head+2 && at > 0 {
			return l.until(at + head + 2)
		}
		if len(b) < head+2 || b[4] != 0 || head == 12 && (b[8] == 0 || b[9]|b[10]|b[11] != 0) {
			return no
		}
		switch kind, codec := b[7], b[head]; {
		case kind == 8 && codec>>4 == 10 && b[head+1] <= 1: // AAC
		case kind == 9 && codec&15 == 7 && (codec>>4 == 1 || codec>>4 == 2) && b[head+1] <= 2: // AVC
		default:
			return no
		}
		n := be24(b[4:])
		if n < 2 {
			return no
		}
		switch at += head + n; {
		case at == l.size:
			return shape
		case at > l.size:
			return l.until(at)
		case at > len(l.b):
			return no
		}
	}
}

// matchSunRPC takes calls and, beside a call, replies (RFC 5531, section 9); over TCP
// a record mark goes before.
func matchSunRPC(want Protocol) func(l *look) grade {
	return func(l *look) grade {
		b := l.b
		if l.pend.tcp {
			if len(b) < 28 || b[0]&0x80 == 0 {
				return no
			}
			if n := int(be32(b) & 0x7fffffff); n < 24 || n > 1<<21 {
				return no
			}
			b = b[4:]
		}
		if len(b) < 24 {
			return no
		}
		switch be32(b[4:]) {
		case 0:
			if !l.client && !l.middle || be32(b[8:]) != 2 || be32(b[16:]) > 16 || be32(b[20:]) > 64 {
				return no
			}
			program := be32(b[12:])
			if program < 100000 || program > 0x60000000 || (program == 100003) != (want == NFS) || !rpcCall(b, l) {
				return no
			}
			return exact
		case 1:
			if want != SunRPC || l.client && !l.middle || be32(b[8:]) > 1 || be32(b[12:]) > 7 || !l.on(111) && !l.on(2049) {
				return no
			}
			return shape
		}
		return no
	}
}

// rpcCall looks at the rest of a call's head (RFC 5531, section 9): who asks is told in two opaque fields of at most 400
// octets, and procedure 0 has no arguments. A request of NTP by who never heard from its server has zeros there, and the
// time behind them.
func rpcCall(b []byte, l *look) bool {
	if len(b) < 32 {
		return true // not there yet
	}
	size := size32(b[28:])
	if size > 400 {
		return false
	}
	at := 32 + (size+3)&^3
	if len(b) < at+8 {
		return l.pend.tcp || l.size > len(b)
	}
	if size = size32(b[at+4:]); size > 400 {
		return false
	}
	at += 8 + (size+3)&^3
	return l.pend.tcp || at <= l.size && (be32(b[20:]) != 0 || at == l.size)
}
