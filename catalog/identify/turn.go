package identify

import "bytes"

// turns tell of protocols that both ends speak from the same port, and of which a datagram says itself
// whether it asks or answers. Who answers is who was asked, though nothing was captured of the question,
// or it went to many. ok is false where the datagram does not say.
var turns = [protocolCount]func(b []byte) (answer, ok bool){
	MDNS:          dnsTurn,
	LLMNR:         dnsTurn,
	NetBIOSName:   dnsTurn,
	NTP:           ntpTurn,
	SIP:           sipTurn,
	SNMP:          snmpTurn,
	STUN:          stunTurn,
	CoAP:          coapTurn,
	RADIUS:        radiusTurn,
	BitTorrentDHT: dhtTurn,
	IKE:           ikeTurn,
}

func dnsTurn(b []byte) (answer, ok bool) { return len(b) > 2 && b[2]&0x80 != 0, len(b) > 2 }

func ntpTurn(b []byte) (answer, ok bool) {
	mode := b[0] & 7
	return mode == 4, mode == 3 || mode == 4
}

func sipTurn(b []byte) (answer, ok bool) {
	b = bytes.TrimLeft(b, "\r\n")
	return has(b, "SIP/2.0 "), len(b) > 8
}

// snmpTurn looks at the PDU behind the community (RFC 3416, section 3). Who sends a trap calls.
func snmpTurn(b []byte) (answer, ok bool) {
	_, h := berLen(b)
	if h == 0 || len(b) < h+5 || b[h+3] != 4 {
		return false, false
	}
	n, c := berLen(b[h+3:])
	if c == 0 || len(b) <= h+3+c+n {
		return false, false
	}
	tag := b[h+3+c+n]
	return tag == 0xa2 || tag == 0xa8, tag >= 0xa0 && tag <= 0xa8
}

// stunTurn: an indication asks for nothing (RFC 8489, section 5).
func stunTurn(b []byte) (answer, ok bool) {
	return b[0]&1 != 0, b[0]&1 != 0 || b[1]&0x10 == 0
}

// coapTurn: an acknowledgement is from who was asked, whatever it carries (RFC 7252, sections 3 and 4).
func coapTurn(b []byte) (answer, ok bool) {
	class, kind := b[1]>>5, b[0]>>4&3
	return class != 0 || kind >= 2, b[1] != 0 || kind >= 2
}

func radiusTurn(b []byte) (answer, ok bool) {
	switch b[0] {
	case 1, 4, 12, 40, 43: // requests (RFC 2865, 2866, 5176)
		return false, true
	case 2, 3, 5, 11, 41, 42, 44, 45:
		return true, true
	}
	return false, false
}

func dhtTurn(b []byte) (answer, ok bool) {
	switch {
	case has(b, "d1:rd") || bytes.Contains(b, []byte("1:y1:r")) || bytes.Contains(b, []byte("1:y1:e")):
		return true, true
	case has(b, "d1:ad") || bytes.Contains(b, []byte("1:y1:q")):
		return false, true
	}
	return false, false
}

// ikeTurn: from version 2 on every message says whether its sender opened the exchange (RFC 7296, section 3.1);
// before, the first has no cookie of the responder yet (RFC 2408, section 3.1).
func ikeTurn(b []byte) (answer, ok bool) {
	if len(b) >= 32 && be32(b) == 0 {
		b = b[4:]
	}
	if len(b) < 20 {
		return false, false
	}
	first := be32(b[8:])|be32(b[12:]) == 0
	if b[17]>>4 == 1 {
		return false, first
	}
	return b[19]&0x08 == 0, true
}
