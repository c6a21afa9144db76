package identify

import (
	"bytes"
	"strings"
)

// What is spoken by the machines of buildings, factories, vehicles and stages, by cameras and printers.

// matchKNX takes KNXnet/IP (ISO 22510, section 5): its header, of a known service, with the frame's length. Over TCP frames
// follow one another.
func matchKNX(l *look) grade {
	for at := 0; ; {
		b := l.b[at:]
		if len(b) < 8 || b[0] != 6 || b[1] != 0x10 && b[1] != 0x20 {
			return no
		}
		switch kind := be16(b[2:]); {
		case kind >= 0x201 && kind <= 0x20c, kind >= 0x310 && kind <= 0x311, kind >= 0x420 && kind <= 0x426, kind >= 0x530 && kind <= 0x533, kind >= 0x950 && kind <= 0x956:
		default:
			return no
		}
		n := be16(b[4:])
		switch at += n; {
		case n < 8:
			return no
		case at == l.size:
			return shape
		case !l.pend.tcp:
			return no
		case at > l.size:
			return l.until(at)
		case at+8 > l.size || l.size > len(l.b) && at+8 > len(l.b):
			return shape
		}
	}
}

// maySOMEIP reports whether the octets may begin a message of SOME/IP: its length, and the protocol's version.
func maySOMEIP(b []byte, size int) bool {
	return len(b) >= 16 && size32(b[4:]) >= 8 && size32(b[4:])+8 <= size && b[12] == 1
}

// matchSOMEIP takes messages that fill a datagram, one or more (AUTOSAR SOME/IP Protocol Specification, sections 4.1 and
// 4.2.1), discovery among them. The head of each says how long it is.
func matchSOMEIP(l *look) grade {
	for at := 0; ; {
		b := l.b[at:]
		if tcp := l.pend.tcp; tcp && at > 0 && len(b) < 16 {
			return shape // the next has begun
		} else if size := l.size - at; tcp && len(b) >= 16 && be32(b[4:]) < 1<<20 {
			if size = max(size, size32(b[4:])+8); !maySOMEIP(b, size) || be16(b) == 0 {
				return no
			}
		} else if !maySOMEIP(b, size) || be16(b) == 0 {
			return no
		}
		switch kind, result := b[14]&^0x20, b[15]; {
		case kind <= 2 && result == 0, (kind == 0x80 || kind == 0x81) && result <= 0x20:
		default:
			return no
		}
		switch at += size32(b[4:]) + 8; {
		case at == l.size && be32(l.b) == 0xffff8100:
			return exact
		case at == l.size, at >= len(l.b) && l.size > len(l.b):
			return shape
		case at > l.size:
			if at-size32(b[4:])-8 > 0 {
				return shape
			}
			return l.until(at)
		}
	}
}

// matchRTPS takes a message of DDS, as robots and vehicles speak it (OMG DDSI-RTPS 2.5, section 9.4.4): a word, a version, a
// vendor, who sends, and the first submessage.
func matchRTPS(l *look) grade {
	b := l.b
	if len(b) < 24 || !has(b, "RTPS") || b[4] < 1 || b[4] > 2 || b[5] > 7 || b[20] == 0 || b[20] > 0x3f && b[20] < 0x80 {
		return no
	}
	n := be16(b[22:])
	if b[21]&1 != 0 {
		n = le16(b[22:])
	}
	if 24+n > l.size {
		return no
	}
	return shape
}

// matchMQTTSN takes CONNECT of the sensors' MQTT (MQTT-SN 1.2, section 5.4.4): its length, its kind, flags, the protocol's
// number, how long it lives, and a name.
func matchMQTTSN(l *look) grade {
	b := l.b
	if len(b) < 7 || len(b) > 6+64 || int(b[0]) != l.size || b[1] != 4 || b[2]&^0x0c != 0 || b[3] != 1 || !printable(b[6:]) {
		return no
	}
	return shape
}

// matchCoAPStream takes what both ends of a stream of CoAP begin with, a message about what they can (RFC 8323, sections 3.2
// and 5.3): its length, no token, its code and options.
func matchCoAPStream(l *look) grade {
	end, ok := coapCSM(l.b)
	switch {
	case !ok:
		return no
	case end > l.size:
		return l.until(end)
	}
	if end, ok := coapCSM(l.peer); ok && end <= len(l.peer) {
		return exact
	}
	switch {
	case CoAP.usualOf(true, l):
		return port
	case len(l.peer) == 0 && !l.final:
		return more
	}
	return no
}

// coapCSM reports whether b begins such a message, as far as it is there, and where it ends.
func coapCSM(b []byte) (end int, ok bool) {
	if len(b) < 2 || b[0]&15 != 0 || b[0]>>4 > 12 || b[1] != 0xe1 {
		return 0, false
	}
	end = 2 + int(b[0]>>4)
	for at, number := 2, 0; at < min(end, len(b)); at++ {
		number += int(b[at] >> 4)
		if b[at]>>4 == 0 || number > 12 || at+int(b[at]&15) >= end {
			return 0, false // its options have small numbers and few octets
		}
		at += int(b[at] & 15)
	}
	return end, true
}

// matchDoIP takes a message of diagnosis over IP (ISO 13400-2, section 7): its version, that inverted, its kind and length.
func matchDoIP(l *look) grade {
	b := l.b
	if len(b) < 8 || b[0]^b[1] != 0xff || b[0] == 0 || b[0] > 4 && (b[0] != 0xff || l.pend.tcp) {
		return no
	}
	kind, n := be16(b[2:]), size32(b[4:])+8
	switch {
	case n > 1<<20 || kind > 8 && (kind < 0x4001 || kind > 0x4004) && (kind < 0x8001 || kind > 0x8003):
		return no
	case n > l.size && l.pend.tcp:
		return l.until(n)
	case n == l.size, n < l.size && l.pend.tcp:
		return shape
	}
	return no
}

// matchSynchrophasor takes a frame with its checksum (IEEE C37.118.2, section 6.2).
func matchSynchrophasor(l *look) grade {
	b := l.b
	if len(b) < 16 || b[0] != 0xaa || b[1]&0x80 != 0 || b[1]>>4 > 5 || b[1]&15 < 1 || b[1]&15 > 3 {
		return no
	}
	n := be16(b[2:])
	switch {
	case n < 16 || !l.pend.tcp && n != l.size:
		return no
	case n > len(b):
		return l.until(n)
	}
	sum := uint16(0xffff) // CRC-CCITT
	for _, c := range b[:n-2] {
		sum ^= uint16(c) << 8
		for range 8 {
			if sum&0x8000 != 0 {
				sum = sum<<1 ^ 0x1021
			} else {
				sum <<= 1
			}
		}
	}
	if int(sum) != be16(b[n-2:]) {
		return no
	}
	return exact
}

// matchADS takes Beckhoff's ADS over TCP: two lengths that agree, a command and its direction.
func matchADS(l *look) grade {
	b := l.b
	if len(b) < 38 || be16(b) != 0 {
		return no
	}
	n, data := leSize32(b[2:]), leSize32(b[26:])
	if n != data+32 || n > 1<<24 || le16(b[22:]) > 9 || le16(b[24:])&^0x41 != 4 || le16(b[24:])&1 == 0 && !l.client && !l.middle {
		return no
	}
	return shape
}

// matchFINS takes Omron's FINS: over TCP by its name and length (FINS Commands Reference Manual), in datagrams by its header.
func matchFINS(l *look) grade {
	b := l.b
	if l.pend.tcp {
		if len(b) < 16 || !has(b, "FINS") || be32(b[4:]) < 8 || be32(b[4:]) > 4096 || be32(b[8:]) > 6 || be32(b[12:]) > 0x25 {
			return no
		}
		return shape
	}
	if !l.on(9600) || len(b) < 12 || b[0]&0x3e != 0 || b[0] < 0x80 || b[1] != 0 || b[2] > 7 {
		return no
	}
	return port
}

// matchHARTIP takes a message with its length (HART-IP, TP10300).
func matchHARTIP(l *look) grade {
	if !HARTIP.usualOf(l.pend.tcp, l) {
		return no
	}
	b := l.b
	if len(b) < 8 || b[0] < 1 || b[0] > 2 || b[1] > 2 && b[1] != 15 || b[2] > 5 || be16(b[6:]) < 8 {
		return no
	}
	switch n := be16(b[6:]); {
	case n == l.size, l.pend.tcp && n < l.size:
		return shape
	case l.pend.tcp && n > l.size:
		return l.until(n)
	}
	return no
}

// matchLoRa takes what gateways of LoRaWAN say to their server (Semtech's packet forwarder, PROTOCOL.TXT).
func matchLoRa(l *look) grade {
	b := l.b
	if len(b) < 4 || b[0] < 1 || b[0] > 2 || b[3] > 5 {
		return no
	}
	switch b[3] {
	case 0:
		if len(b) > 20 && (has(b[12:], `{"rxpk":`) || has(b[12:], `{"stat":`)) {
			return exact
		}
	case 2:
		if l.on(1700) && l.size == 12 {
			return port
		}
	case 1, 4:
		if l.on(1700) && l.size == 4 {
			return port
		}
	case 5:
		if len(b) > 20 && has(b[12:], `{"txpk_ack":`) {
			return exact
		}
	case 3:
		if len(b) > 12 && has(b[4:], `{"txpk":`) {
			return exact
		}
	}
	return no
}

// matchKasa takes the plugs and lamps of TP-Link, which hide JSON behind a key that everybody knows: each octet is
// that before it, hidden, the first 171. Over TCP the length goes before.
func matchKasa(l *look) grade {
	b := l.b
	if l.pend.tcp {
		if len(b) < 16 || b[4] != 0xd0 || b[5] != 0xf2 {
			return no
		}
		if n := size32(b) + 4; n != l.size {
			return l.until(n)
		}
		b = b[4:]
	}
	if len(b) < 12 {
		return no
	}
	key := byte(171)
	for i, c := range b[:12] {
		was := c ^ key
		key = c
		switch {
		case i == 0:
			if was != '{' {
				return no
			}
		case i == 1:
			if was != '"' {
				return no
			}
		case was == '"' && i > 4:
			return shape
		case was != '_' && was != '.' && (was < 'a' || was > 'z'):
			return no
		}
	}
	return shape
}

// matchTuya takes what lamps and switches of Tuya say: a word at both ends, and a length between them.
func matchTuya(l *look) grade {
	b := l.b
	if len(b) < 20 {
		return no
	}
	n, end := size32(b[12:])+16, uint32(0x0000aa55)
	switch be32(b) {
	case 0x000055aa:
	case 0x00006699:
		n, end = size32(b[14:])+22, 0x00009966
	default:
		return no
	}
	switch {
	case n < 20 || n != l.size && !l.pend.tcp:
		return no
	case n > len(b):
		return l.until(n)
	case be32(b[n-4:]) != end:
		return no
	}
	return exact // in a stream others may follow
}

// matchMiIO takes Xiaomi's greeting, all ones, and messages with their length.
func matchMiIO(l *look) grade {
	if !MiIO.usualOf(l.pend.tcp, l) {
		return no
	}
	if b := l.b; len(b) >= 32 && be16(b) == 0x2131 && be16(b[2:]) == l.size {
		return shape
	}
	return no
}

// matchSADP takes the search for Hikvision's cameras and what answers it.
func matchSADP(l *look) grade {
	b := l.b[:min(len(l.b), 200)]
	if has(b, "<?xml") && (bytes.Contains(b, []byte("<Probe>")) || bytes.Contains(b, []byte("<ProbeMatch>"))) && bytes.Contains(b, []byte("<Uuid>")) {
		return exact
	}
	return no
}

// matchBJNP takes what Canon's printers and scanners are found by: a name, a kind, and the length of what follows.
func matchBJNP(l *look) grade {
	b := l.b
	if len(b) >= 16 && anyOf(b, "BJNP", "BJNB", "BNJB", "MFNP") && b[4]&0x7f >= 1 && b[4]&0x7f <= 2 && size32(b[12:])+16 == l.size {
		return shape
	}
	return no
}

// matchHL7 takes a message of hospitals, a batch or a file of them in its frame (HL7 Version 2.5.1, section 2.5.4 and appendix
// C; MLLP): the segment says with which signs it is made, four or, from version 2.7 on, five, each another.
func matchHL7(l *look) grade {
	b := l.b
	if len(b) < 11 {
		for _, w := range [...]string{"\x0bMSH", "\x0bBHS", "\x0bFHS"} {
			if begins(b[:min(len(b), len(w))], w) {
				return l.until(11)
			}
		}
		return no
	}
	if !has(b, "\x0bMSH") && !has(b, "\x0bBHS") && !has(b, "\x0bFHS") {
		return no
	}
	n := 0
	for signs := b[4:]; n < 6 && (n == 0 || signs[n] != signs[0]); n++ {
		if c := signs[n]; c <= ' ' || c > '~' || alnum(c) || bytes.IndexByte(signs[:n], c) >= 0 {
			return no
		}
	}
	if n < 5 || b[4+n] != b[4] {
		return no
	}
	return exact
}

// matchDICOM takes a request for an association (DICOM PS3.8, section 9.3.2).
func matchDICOM(l *look) grade {
	b := l.b
	if len(b) < 74 || be16(b) != 0x0100 && be16(b) != 0x0200 || be16(b[6:]) != 1 || be16(b[8:]) != 0 || !printable(b[10:42]) || !zeros(b[42:74]) {
		return no
	}
	if n := size32(b[2:]) + 6; n < 74 || n < l.size || n > 1<<16 {
		return no
	}
	return exact
}

// matchFox takes the hello of Niagara's stations.
var matchFox = opensWith("fox a 0 -1 fox hello\n", "fox a 1 -1 fox hello\n")

// coapPair takes a request and its answer where the port tells nothing: both are whole, and have one token (RFC 7252, sections 3
// and 5.3.1).
func coapPair(l *look) grade {
	b, p := l.b, l.peer
	if l.size != len(b) {
		return no
	}
	switch {
	case !l.client && coapAsks(p) && coapWhole(b) && oneByte("\x02\x04\x05", b[1]>>5) && b[0]&15 == p[0]&15 &&
		(b[0]>>4&3 != 2 && b[0]&15 > 0 || string(b[2:4]) == string(p[2:4])) && string(b[4:4+b[0]&15]) == string(p[4:4+p[0]&15]):
		return exact
	case l.client && len(p) == 0 && !l.final && l.first && coapAsks(b):
		return more
	}
	return no
}

func oneByte(s string, c byte) bool { return strings.IndexByte(s, c) >= 0 }

// coapAsks reports whether b is a whole request.
func coapAsks(b []byte) bool {
	return coapWhole(b) && b[1] >= 1 && b[1] <= 7 && b[0]>>4&3 < 2 && len(b) > 4+int(b[0]&15)
}

// coapWhole walks the options of b to its end, or to a payload.
func coapWhole(b []byte) bool {
	if len(b) < 4 || b[0]>>6 != 1 || b[0]&15 > 8 || 4+int(b[0]&15) > len(b) {
		return false
	}
	number := 0
	for b = b[4+b[0]&15:]; len(b) > 0; {
		if b[0] == 0xff {
			return len(b) > 1
		}
		delta, n, at := int(b[0]>>4), int(b[0]&15), 1
		for _, v := range [2]*int{&delta, &n} {
			switch *v {
			case 15:
				return false
			case 14:
				if at+2 > len(b) {
					return false
				}
				*v = 269 + be16(b[at:])
				at += 2
			case 13:
				if at+1 > len(b) {
					return false
				}
				*v = 13 + int(b[at])
				at++
			}
		}
		if number += delta; number == 0 || at+n > len(b) || number == 11 && !printable(b[at:at+n]) {
			return false
		}
		b = b[at+n:]
	}
	return true
}
