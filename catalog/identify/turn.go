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
	RIP:           ripTurn,
	L2TP:          l2tpTurn,
	DHCP:          dhcpTurn,
	DHCPv6:        dhcpv6Turn,
	SLP:           slpTurn,
	BACnet:        bacnetTurn,
	GTPControl:    gtpTurn,
	GTPUser:       gtpTurn,
	GTPPrime:      gtpTurn,
	PFCP:          pfcpTurn,
	WSDiscovery:   wsdTurn,
	DNP3:          dnp3Turn,
	OpenVPN:       openVPNTurn,
	IPMI:          ipmiTurn,
	SourceQuery:   sourceTurn,
	Memcached:     memcachedTurn,
	SunRPC:        rpcTurn,
	NFS:           rpcTurn,
	Kerberos:      kerberosTurn,
	SQLBrowser:    browserTurn,
	QUIC:          quicTurn,
	RDP:           rdpTurn,
}

func dnsTurn(b []byte) (answer, ok bool) { return len(b) > 2 && b[2]&0x80 != 0, len(b) > 2 }

// ntpTurn: who is passive answers who is active (RFC 5905, section 3); control and private messages have a bit for it
// (RFC 9327, section 2; of mode 7 ntpd's own). A broadcast asks nothing.
func ntpTurn(b []byte) (answer, ok bool) {
	switch b[0] & 7 {
	case 1, 3:
		return false, true
	case 2, 4:
		return true, true
	case 6:
		return b[1]&0x80 != 0, true
	case 7:
		return b[0]&0x80 != 0, true
	}
	return false, false
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

// ikeTurn: from version 2 on every message says whether its sender opened the exchange (RFC 7296, section 3.1).
// Before, the first has no cookie of the responder yet (RFC 2408, section 3.1), and of those that begin with an SA the
// other is the answer to it (sections 4.4 to 4.7); what follows comes from both alike.
func ikeTurn(b []byte) (answer, ok bool) {
	if len(b) >= 32 && be32(b) == 0 {
		b = b[4:]
	}
	if len(b) < 20 {
		return false, false
	}
	first := be32(b[8:])|be32(b[12:]) == 0
	if b[17]>>4 == 1 {
		const sa, aggressive = 1, 4
		chosen := !first && b[16] == sa && b[18] <= aggressive
		return chosen, first || chosen
	}
	return b[19]&0x08 == 0, true
}

// ripTurn: what a router tells on its own, to one neighbour only, is a response too (RFC 2453, section 3.9.2).
func ripTurn(b []byte) (answer, ok bool) { return b[0] == 2, true }

// l2tpTurn looks at the type in a control message's first AVP (RFC 2661, sections 3.2 and 4.4.1): of a tunnel and of
// a call in it there are a request, its reply, and what the asker says to that.
func l2tpTurn(b []byte) (answer, ok bool) {
	if len(b) < 20 || b[0]&0x80 == 0 || be32(b[14:]) != 0 {
		return false, false
	}
	switch be16(b[18:]) {
	case 1, 3, 7, 9, 10, 12: // SCCRQ, SCCCN, OCRQ, OCCN, ICRQ, ICCN
		return false, true
	case 2, 8, 11: // SCCRP, OCRP, ICRP
		return true, true
	}
	return false, false
}

// dhcpTurn looks at the operation, which BOOTP has without the magic too (RFC 951, section 3).
func dhcpTurn(b []byte) (answer, ok bool) { return b[0] == 2, true }

// dhcpv6Turn: whom a server calls to come back it asks itself (RFC 8415, section 7.3; RFC 5007; RFC 6977; RFC 7341).
func dhcpv6Turn(b []byte) (answer, ok bool) {
	switch b[0] {
	case 2, 7, 13, 15, 19, 21:
		return true, true
	case 1, 3, 4, 5, 6, 8, 9, 10, 11, 12, 14, 18, 20:
		return false, true
	}
	return false, false
}

// slpTurn: who serves says so unasked too, to all (RFC 2608, section 8; RFC 2165, section 4).
func slpTurn(b []byte) (answer, ok bool) {
	switch b[1] {
	case 1, 3, 4, 6, 9:
		return false, true
	case 2, 5, 7, 8, 10, 11:
		return true, true
	}
	return false, false
}

// bacnetTurn goes past the addresses to the type of the PDU (ASHRAE 135, sections 6.2 and 20.1, annex J.2).
func bacnetTurn(b []byte) (answer, ok bool) {
	at := 4
	switch b[1] {
	case 0, 3, 7: // what became of a request to a router of broadcasts, and its tables
		return true, true
	case 1, 2, 5, 6, 8:
		return false, true
	case 4: // passed on: whose it was stands before it
		at += 6
	case 9, 10, 11:
	default:
		return false, false
	}
	if len(b) < at+2 || b[at] != 1 || b[at+1]&0x80 != 0 {
		return false, false
	}
	control := b[at+1]
	at += 2
	for _, bit := range [...]byte{0x20, 0x08} { // to and from another network
		if control&bit != 0 {
			if len(b) < at+3 {
				return false, false
			}
			at += 3 + int(b[at+2])
		}
	}
	if control&0x20 != 0 {
		at++ // how many routers it may pass
	}
	if len(b) < at+2 {
		return false, false
	}
	switch b[at] >> 4 {
	case 0:
		return false, true
	case 1: // I-Am and I-Have answer Who-Is and Who-Has
		return b[at+1] <= 1, true
	case 2, 3, 5, 6:
		return true, true
	}
	return false, false
}

// wsdTurn: what a device says of itself when it comes and goes asks nothing of anybody (WS-Discovery, section 4).
func wsdTurn(b []byte) (answer, ok bool) {
	for _, s := range [...]string{"ProbeMatches", "ResolveMatches"} {
		if bytes.Contains(b, []byte("discovery/"+s)) {
			return true, true
		}
	}
	return false, bytes.Contains(b, []byte("discovery/"))
}

// dnp3Turn looks at the direction bit of the link (IEEE 1815, section 9.2.4.1): a master sets it. An outstation that tells
// something on its own calls, as who sends a trap of SNMP does (function 130, section 4.2.2).
func dnp3Turn(b []byte) (answer, ok bool) {
	return b[3]&0x80 == 0 && (len(b) < 13 || b[12] != 130), true
}

// openVPNTurn: the first packets of both sides say whose they are; what follows comes from both alike.
func openVPNTurn(b []byte) (answer, ok bool) {
	switch b[0] >> 3 {
	case 1, 7, 10:
		return false, true
	case 2, 8:
		return true, true
	}
	return false, false
}

// ipmiTurn looks at the type of ASF's messages (DMTF DSP0136, section 3.2), at that of RMCP+'s opening of a session, and
// at the number of a function, which is odd in answers (IPMI 2.0, sections 5.1 and 13.6 to 13.27).
func ipmiTurn(b []byte) (answer, ok bool) {
	if b[3]&0x1f == 6 {
		if len(b) < 9 || b[8] != 0x80 && b[8] != 0x40 {
			return false, false
		}
		return b[8] == 0x40, true
	}
	at := 15
	switch {
	case len(b) < 16 || b[3]&0x1f != 7:
		return false, false
	case b[4] == 6:
		if kind := b[5] & 0x3f; kind >= 0x10 && kind <= 0x15 {
			return kind&1 != 0, true
		}
		if b[5] != 0 {
			return false, false // enciphered, or of a vendor
		}
		at = 17
	case b[4] != 0:
		at += 16 // behind an authentication code
	}
	if len(b) <= at {
		return false, false
	}
	return b[at]>>2&1 != 0, true
}

// sourceTurn looks at the letter or the word (Valve's server queries; Quake 3's connectionless packets).
func sourceTurn(b []byte) (answer, ok bool) {
	r := b[4:]
	for _, s := range [...]string{"I", "D", "E", "m", "A", "statusResponse", "infoResponse", "challengeResponse"} {
		if has(r, s) {
			return true, true
		}
	}
	for _, s := range [...]string{"T", "U", "V", "W", "get", "connect ", "rcon "} {
		if has(r, s) {
			return false, true
		}
	}
	return false, false
}

// memcachedTurn looks behind the frame: requests of the text protocol are in small letters, its answers in capitals, and
// the binary protocol has a magic number for each.
func memcachedTurn(b []byte) (answer, ok bool) {
	if len(b) <= 8 {
		return false, false
	}
	switch b = b[8:]; {
	case b[0] == 0x81 || memcachedReply(b) || memcachedMeta(b):
		return true, true
	case b[0] == 0x80 || b[0] >= 'a' && b[0] <= 'z':
		return false, true
	}
	return false, false
}

// rpcTurn looks at the message's type (RFC 5531, section 9).
func rpcTurn(b []byte) (answer, ok bool) { return be32(b[4:]) == 1, be32(b[4:]) <= 1 }

// kerberosTurn looks at the application's tag (RFC 4120, section 5.10); of messages behind those both ends send all kinds.
func kerberosTurn(b []byte) (answer, ok bool) {
	if len(b) > 6 && b[0] < 0x40 {
		b = b[6:] // a change of a password: a length, a version, another length
	}
	switch b[0] {
	case 0x6a, 0x6c, 0x6e:
		return false, true
	case 0x6b, 0x6d, 0x6f, 0x7e:
		return true, true
	}
	return false, false
}

// browserTurn: an answer has a type of its own (MC-SQLR, section 2.2.5).
func browserTurn(b []byte) (answer, ok bool) { return b[0] == 5, true }

// quicTurn: only servers offer other versions or ask for proof of an address (RFC 9000, section 17.2), and only clients
// send early data. Who opened with what else has no key in clear tells nothing by itself.
func quicTurn(b []byte) (answer, ok bool) {
	h, ok := parseQUIC(b)
	if !ok {
		return false, false
	}
	switch h.typ {
	case quicVersions, quicRetry:
		return true, true
	case quic0RTT:
		return false, true
	}
	return false, false
}

// rdpTurn: the first two datagrams have SYN set, and the second acknowledges (MS-RDPEUDP, section 2.2.2.1).
func rdpTurn(b []byte) (answer, ok bool) {
	if len(b) < 8 || b[7]&1 == 0 {
		return false, false
	}
	return b[7]&4 != 0, true
}
