package identify

import "bytes"

// What runs between peers.

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
	if be32(b[4:])>>16 == 0 || be32(b[12:])>>24 != 0 {
		return no // microseconds of a clock, and a window of some size
	}
	if p := l.peer; len(p) >= 20 && p[0]&15 == 1 && p[0]>>4 <= 4 && p[1] <= 2 && l.size < 1500 {
		d, a := be16(b[2:])-be16(p[2:]), int16(be16(b[18:])-be16(p[16:]))
		if (d == 1 || d == -1 || d == 0 && p[0]>>4 == 4) && a >= -1 && a <= 64 {
			return shape
		}
		return no
	}
	if l.first && l.size >= 20 && be32(b[12:])>>20 == 0 {
		return more
	}
	// One direction only: the same connection and sequence numbers that count up.
	st, counted := stateOf(l.pend)
	if !counted {
		st.said = st.utp(l.pend.side, b)
	}
	return st.said
}

func (st *rtpState) utp(s int, b []byte) grade {
	typ, seq, id := b[0]>>4, uint16(be16(b[16:])), uint32(be16(b[2:]))
	// (Data advances; only acknowledgements have a number twice.)
	if st.n[s] > 0 && st.ssrc[s] == id && seq-st.seq[s] <= 4 && (typ != 0 || seq != st.seq[s]) && int32(be32(b[4:])-uint32(st.at[s])) >= 0 && be32(b[4:])-st.at[s] < 60e6 {
		if st.n[s]++; st.n[s] >= 4 {
			return shape
		}
	} else {
		st.n[s], st.ssrc[s] = 1, id
	}
	st.seq[s], st.at[s] = seq, be32(b[4:])
	return more
}
