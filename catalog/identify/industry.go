package identify

import "bytes"

// Control systems, tunnels, routing and remote consoles: binary protocols whose
// lengths and fields are checked.

// matchModbus takes a request or answer (Modbus messaging on TCP/IP, section 3.1).
func matchModbus(l *look) grade {
	b := l.b
	if len(b) < 8 || b[2] != 0 || b[3] != 0 {
		return no
	}
	n := be16(b[4:])
	if n < 2 || n > 254 || 6+n > l.size || b[7]&0x7f == 0 {
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
	if fc := b[7]; (fc >= 1 && fc <= 24 || fc == 43 || fc == 0x5a) && len(l.peer) >= 8 && string(l.peer[:4]) == string(b[:4]) {
		return shape
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
	if n < 4 || n > 253 || n+2 > l.size {
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
	}
	if l.on(2404) {
		return shape
	}
	if n+2 == l.size && len(l.peer) > 5 && l.peer[0] == 0x68 {
		return shape
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

// matchBitcoin takes the magic of the networks and a printable command.
func matchBitcoin(l *look) grade {
	b := l.b
	if len(b) < 24 {
		return no
	}
	switch be32(b) {
	case 0xf9beb4d9, 0x0b110907, 0xfabfb5da, 0x0a03cf40:
		if z := bytes.IndexByte(b[4:16], 0); z > 2 && printable(b[4:4+z]) {
			return exact
		}
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
		if be32(b[5:]) != 0 && !l.on(1935) || tpkt(b) != 0 && l.size < 1000 {
			return no
		}
		if len(b) >= MaxKept || l.size >= 1537 || l.final && l.on(1935) {
			return shape
		}
		return more
	}
	if len(l.peer) >= MaxKept && l.peer[0] == 3 && l.size >= 1000 {
		return shape
	}
	return no
}

// matchBitTorrent takes the handshake (BEP 3).
func matchBitTorrent(l *look) grade {
	if has(l.b, "\x13BitTorrent protocol") {
		return exact
	}
	if begins(l.b, "\x13BitTorrent protocol") {
		return more
	}
	return no
}

// matchDHT takes bencoded queries, answers and errors (BEP 5).
func matchDHT(l *look) grade {
	b := l.b
	if len(b) < 12 || b[0] != 'd' {
		return no
	}
	if has(b, "d1:ad2:id20:") || has(b, "d1:rd2:id20:") {
		return exact
	}
	if (has(b, "d1:") || has(b, "d2:ip")) && (bytes.Contains(b, []byte("2:id20:")) || bytes.Contains(b, []byte("1:y1:q")) || bytes.Contains(b, []byte("1:y1:r")) || bytes.Contains(b, []byte("1:y1:e"))) {
		return exact
	}
	return no
}

// matchTracker takes connect requests and their answer (BEP 15).
func matchTracker(l *look) grade {
	b := l.b
	if len(b) >= 16 && has(b, "\x00\x00\x04\x17\x27\x10\x19\x80\x00\x00\x00\x00") {
		return exact
	}
	return no
}

// matchUTP takes SYN and STATE of uTP (BEP 29); a pair of them that belongs
// together, for one alone has too few fixed bits.
func matchUTP(l *look) grade {
	b := l.b
	if len(b) < 20 || b[0]&15 != 1 || b[0]>>4 > 4 || b[1] > 2 {
		return no
	}
	typ := b[0] >> 4
	if typ == 4 { // SYN: no acknowledgement, first sequence number
		if l.size <= 48 && be16(b[16:]) == 1 && be16(b[18:]) == 0 && (be32(b[8:]) == 0) {
			return shape
		}
		return no
	}
	if p := l.peer; len(p) >= 20 && p[0]&15 == 1 && p[0]>>4 <= 4 && p[1] <= 2 && l.size < 1500 {
		if d := be16(b[2:]) - be16(p[2:]); d == 1 || d == -1 {
			return shape
		}
		return no
	}
	if l.first && l.size >= 20 && be32(b[12:])>>20 == 0 {
		return more
	}
	// One direction only: the same connection and sequence numbers that count up.
	k := l.pend
	st, _ := k.aux.(*rtpState)
	if st == nil {
		st = &rtpState{}
		k.aux = st
	}
	s, seq, id := k.side, uint16(be16(b[16:])), uint32(be16(b[2:]))
	if st.n[s] > 0 && st.ssrc[s] == id && seq-st.seq[s] <= 4 {
		if st.n[s]++; st.n[s] >= 4 {
			return shape
		}
	} else {
		st.n[s], st.ssrc[s] = 1, id
	}
	st.seq[s] = seq
	return more
}

// matchWireGuard takes the handshake by its exact sizes (WireGuard, section 5.4), and
// transport data beside its peer's.
func matchWireGuard(l *look) grade {
	b := l.b
	if len(b) < 32 || b[1]|b[2]|b[3] != 0 {
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

func matchOpenVPN(l *look) grade {
	b := l.b
	if l.pend.tcp {
		if len(b) < 16 {
			return no
		}
		n := be16(b)
		if n < 14 || n+2 != l.size && n+2 > len(b) {
			return no
		}
		b = b[2:]
		if op, okay := openVPN(b); okay && l.spoke && (op == 7 || op == 1 || op == 10) && b[0]&7 == 0 && n+2 == l.size && n < 120 {
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
	if !l.first || op != 7 && op != 1 && op != 10 || b[0]&7 != 0 {
		return no
	}
	if l.on(1194) && vpnReset(b, l.size) {
		return shape
	}
	if vpnReset(b, l.size) {
		if l.final {
			return no
		}
		return more
	}
	return no
}

// vpnReset: no acknowledgements and packet number 0 after the session id, with or
// without a digest and packet id before.
func vpnReset(b []byte, n int) bool {
	if n == 14 && b[9] == 0 && be32(b[10:]) == 0 {
		return true
	}
	// Under a key for the control channel (tls-crypt) the packet id and the time come
	// before the digest, and all behind it is hidden.
	if n >= 54 && len(b) >= 17 && be32(b[9:]) <= 1 && be32(b[13:])>>28 >= 4 && (n == 54 || b[0]>>3 == 10) {
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
	if v>>4 != 1 && v>>4 != 2 || v&15 > 1 || b[18] < 1 || b[18] > 43 && b[18] < 240 || int(be32(b[24:])) != size {
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
	if l.client {
		if len(l.peer) >= 2 {
			if l.peer[0] == 5 && 2+int(b[1]) <= l.size {
				return exact
			}
			return no
		}
		if b[1] == 0 || b[1] > 10 || 2+int(b[1]) != l.size || l.final && !l.on(1080) {
			return no
		}
		if l.final {
			return shape
		}
		return more
	}
	if p := l.peer; len(p) >= 3 && p[0] == 5 && p[1] >= 1 && 2+int(p[1]) <= len(p) && (b[1] == 0xff || bytes.IndexByte(p[2:2+int(p[1])], b[1]) >= 0) {
		return exact
	}
	return no
}

// followSOCKS reads where to, and the login of RFC 1929.
func followSOCKS(_ *Identifier, k *pending) bool {
	f := k.facts
	if f.Version == "" {
		f.Version = "5"
	}
	if k.side != int(f.Client) {
		return false
	}
	b := k.dir[k.side].bytes()
	if len(b) < 3 || b[0] != 5 {
		return true
	}
	r := reader{b: b[2+min(int(b[1]), len(b)-2):]}
	if len(r.b) > 0 && r.b[0] == 1 { // user and password
		r.u8()
		user, pass := r.vec8(), r.vec8()
		if r.short {
			return false
		}
		k.login(text(user), "socks user", len(pass))
	}
	if len(r.b) < 5 {
		return false
	}
	if r.u8() == 5 {
		r.take(2)
		if r.u8() == 3 {
			if host := r.vec8(); !r.short && hostname(host) {
				f.Name, f.NameBy = text(host), "socks"
			}
		}
	}
	return true
}

// matchSOCKS4 takes requests that their answer confirms.
func matchSOCKS4(l *look) grade {
	b := l.b
	if l.client {
		if len(b) < 9 || b[0] != 4 || b[1] != 1 && b[1] != 2 || bytes.IndexByte(b[8:], 0) < 0 || b[len(b)-1] != 0 {
			return no
		}
		if len(l.peer) >= 2 {
			if socks4Reply(l.peer) {
				return exact
			}
			return no
		}
		if l.final {
			if l.on(1080) {
				return shape
			}
			return no
		}
		return more
	}
	if socks4Reply(b) && len(l.peer) >= 9 && l.peer[0] == 4 && (l.peer[1] == 1 || l.peer[1] == 2) {
		return exact
	}
	return no
}

func socks4Reply(b []byte) bool {
	return len(b) >= 2 && b[0] == 0 && b[1] >= 0x5a && b[1] <= 0x5d
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
			if program < 100000 || program > 0x60000000 || (program == 100003) != (want == NFS) {
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
