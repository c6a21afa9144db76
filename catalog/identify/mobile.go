package identify

import "strings"

// What the machines of a mobile network say to each other.

// matchGTPControl takes GTP-C: versions 1 and 2 (3GPP TS 29.060, section 6; TS 29.274, section 5), and version 0 on its own port.
func matchGTPControl(l *look) grade {
	b := l.b
	if len(b) < 8 {
		return no
	}
	n, fits := be16(b[2:]), false
	switch kind := b[0] >> 4; { // the version, and whether it is GTP or GTP'
	case l.on(2123):
		// Version 2 may carry a second message on its back.
		fits = kind == 3 && n+8 == l.size || kind == 4 && n+4 == l.size && n >= 4 || kind == 5 && n+4 < l.size && n >= 4
	case l.on(3386):
		fits = kind == 1 && n+20 == l.size
	}
	if fits {
		return shape
	}
	return no
}

// matchGTPPrime takes GTP', which brings what is to be paid (TS 32.295, section 6.1): its bit says that it is not GTP, and its
// header has six octets, or twenty in version 0.
func matchGTPPrime(l *look) grade {
	if !GTPPrime.usualOf(l.pend.tcp, l) {
		return no
	}
	b := l.b
	if len(b) < 6 || b[0]&0x10 != 0 || b[0]>>5 > 2 {
		return no
	}
	if n := be16(b[2:]); n+6 == l.size || b[0]>>5 == 0 && n+20 == l.size {
		return shape
	}
	return no
}

// matchGTPUser takes what is no user's packet: those are decoded as a tunnel (3GPP TS 29.281, section 7.1).
func matchGTPUser(l *look) grade {
	b := l.b
	if len(b) < 8 || !l.on(2152) || b[0]>>4 != 3 || be16(b[2:])+8 != l.size {
		return no
	}
	switch b[1] {
	case 1, 2, 26, 31, 254:
		return shape
	}
	return no
}

// matchPFCP takes its header (3GPP TS 29.244, section 7.2.2).
func matchPFCP(l *look) grade {
	b := l.b
	if len(b) < 8 || !l.on(8805) || b[0]>>5 != 1 || b[1] < 1 || b[1] > 99 || be16(b[2:])+4 != l.size {
		return no
	}
	return shape
}

// The types of messages that ask: TS 29.060, table 1, with TS 32.295; TS 29.274, table 6.1-1; TS 29.244, table 7.3-1.
// The number after one of them is that of its answer, where it is none of them itself; 3, 60 and 11 answer too.
const (
	gtpAsks   = "\x01\x04\x06\x10\x12\x14\x16\x18\x1b\x1d\x20\x22\x24\x30\x32\x34\x35\x37\x38\x3a\x3d\x60\x62\x64\x66\x68\x70\x72\x74\x76\x78\x80\xf0"
	gtpv2Asks = "\x01\x04\x06\x19\x1b\x1d\x20\x22\x24\x26\x28\x40\x42\x44\x5f\x61\x63\x65\x67\x80\x82\x85\x87\x89\x8b\x95\x99\x9b\x9e\xa0\xa2\xa4\xa6\xa8\xaa\xb0\xb3\xc8\xd3\xe7\xe9\xeb\xf1\xf3"
	pfcpAsks  = "\x01\x03\x05\x07\x09\x0c\x0e\x10\x32\x34\x36\x38"
)

func gtpTurn(b []byte) (answer, ok bool) {
	if b[0]>>5 == 2 && b[0]&0x0e != 0x0e { // GTP' has ones there
		return turnOf(b[1], gtpv2Asks, "\x03")
	}
	return turnOf(b[1], gtpAsks, "\x03\x3c")
}

func pfcpTurn(b []byte) (answer, ok bool) { return turnOf(b[1], pfcpAsks, "\x0b") }

func turnOf(kind byte, asks, others string) (answer, ok bool) {
	if strings.IndexByte(asks, kind) >= 0 {
		return false, true
	}
	answer = strings.IndexByte(asks, kind-1) >= 0 || strings.IndexByte(others, kind) >= 0
	return answer, answer
}
