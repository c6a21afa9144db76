package identify

import (
	"bytes"
	"net/netip"
)

// Games, voice, screens from afar, and what programs find each other by.

// offline is what RakNet's words before a connection have in common.
const offline = "\x00\xff\xff\x00\xfe\xfe\xfe\xfe\xfd\xfd\xfd\xfd\x12\x34\x56\x78"

// matchRakNet takes requests for a connection and their answers: behind their kind those octets.
func matchRakNet(l *look) grade {
	if b := l.b; len(b) >= 17 && string(b[1:17]) == offline {
		return exact
	}
	return no
}

// matchRakPing takes a ping, in which a time stands before them, and its answer, with a name before them, too.
func matchRakPing(l *look) grade {
	b := l.b
	if !mayRakPing(b, 0) {
		return no
	}
	if (b[0] == 1 || b[0] == 2) && string(b[9:25]) == offline || b[0] == 0x1c && string(b[17:33]) == offline {
		return exact
	}
	return no
}

// mayRakPing reports whether the octets may be a ping of RakNet, or answer one.
func mayRakPing(b []byte, _ int) bool {
	return len(b) >= 33 && (be32(b[9:]) == 0x00ffff00 || be32(b[17:]) == 0x00ffff00)
}

// matchMinecraft takes the handshake of the game's Java edition: two lengths, a version, a host, a port, and what comes next.
func matchMinecraft(l *look) grade {
	b := l.b
	if len(b) < 8 {
		return no
	}
	n := int(b[0]) + 1
	at := 2
	for ; at < 7 && b[at]&0x80 != 0; at++ {
	}
	at++
	if b[0] < 6 || b[0] > 127 || b[1] != 0 || at >= len(b) || n < at+4 || int(b[at])+at+4 != n {
		return no
	}
	if len(b) < n {
		if printable(b[at+1 : min(len(b), n-3)]) {
			return l.until(n)
		}
		return no
	}
	host := b[at+1 : n-3]
	if i := bytes.IndexByte(host, 0); i >= 0 { // of modified games
		host = host[:i]
	}
	if len(host) == 0 || !printable(host) || b[n-1] < 1 || b[n-1] > 3 {
		return no
	}
	if l.on(25565) || bytes.IndexByte(host, '.') > 0 || string(host) == "localhost" {
		return shape
	}
	return no
}

// matchMumble takes the ping by which lists of servers ask how many are there.
func matchMumble(l *look) grade {
	if !Mumble.usualOf(l.pend.tcp, l) {
		return no
	}
	if b := l.b; l.size == 12 && len(b) == 12 && be32(b) == 0 || l.size == 24 && len(b) == 24 && b[0] == 0 && b[1] == 1 {
		return port
	}
	return no
}

// matchDiscord takes the question for one's own address with which a call begins, and its answer (Discord's voice
// connections): a kind, the length of what follows, a number, and room for an address and a port. Before a call its
// program asks how far its servers are, by a word and a count that come back.
func matchDiscord(l *look) grade {
	b := l.b
	if l.size == 8 && len(b) == 8 && be32(b) == 0x1337cafe {
		switch {
		case !l.client && string(l.peer) == string(b):
			return exact
		case l.client && len(l.peer) == 0 && !l.final:
			return more
		}
		return no
	}
	if l.size != 74 || len(b) != 74 || be16(b[2:]) != 70 {
		return no
	}
	switch addr := b[8:72]; {
	case l.client && b[1] == 1 && zeros(addr) && zeros(b[72:]):
		return exact
	case !l.client && b[1] == 2:
		n := bytes.IndexByte(addr, 0)
		if n < 7 || !zeros(addr[n:]) {
			return no
		}
		if _, err := netip.ParseAddr(string(addr[:n])); err == nil {
			return exact
		}
	}
	return no
}

// matchTailscale takes what its nodes look for ways with: a word, a key, a number, and what is sealed.
func matchTailscale(l *look) grade {
	if has(l.b, "TS\xf0\x9f\x92\xac") && l.size >= 6+32+24+16+2 {
		return shape
	}
	return no
}

// matchDropbox takes what its programs tell their network of themselves.
func matchDropbox(l *look) grade {
	b := l.b
	if (has(b, `{"host_int": `) || has(b, `{"version": [`) || has(b, `{"namespaces": [`)) && bytes.Contains(b[:min(len(b), 400)], []byte(`"host_int": `)) {
		return exact
	}
	return no
}

// matchSyncthing takes announcements in a network: a word, then the name of a machine of 32 octets (Local Discovery Protocol, version 4).
func matchSyncthing(l *look) grade {
	if has(l.b, "\x2e\xa7\xd9\x0b\x0a\x20") && l.size > 40 {
		return shape
	}
	return no
}

// matchIAX takes whole frames of Asterisk's protocol (RFC 5456, section 8.1.1).
func matchIAX(l *look) grade {
	if !IAX.usualOf(l.pend.tcp, l) {
		return no
	}
	if b := l.b; len(b) >= 12 && b[0]&0x80 != 0 && b[10] >= 1 && b[10] <= 12 && (b[10] != 6 || b[11] >= 1 && b[11] <= 0x28) {
		return port
	}
	return no
}

// matchMGCP takes commands to telephones and their gateways (RFC 3435, section 3.2).
func matchMGCP(l *look) grade {
	line, _, ok := bytes.Cut(l.b[:min(len(l.b), 300)], []byte("\n"))
	if !ok || len(line) < 20 || line[4] != ' ' || !bytes.Contains(line, []byte(" MGCP 1.0")) {
		return no
	}
	switch string(bytes.ToUpper(line[:4])) {
	case "EPCF", "CRCX", "MDCX", "DLCX", "RQNT", "NTFY", "AUEP", "AUCX", "RSIP":
		return exact
	}
	return no
}

// matchXDMCP takes what X terminals ask for a login with: the version, and the length (XDMCP 1.1).
func matchXDMCP(l *look) grade {
	if !XDMCP.usualOf(l.pend.tcp, l) {
		return no
	}
	if b := l.b; len(b) >= 6 && be16(b) == 1 && be16(b[2:]) >= 1 && be16(b[2:]) <= 13 && be16(b[4:])+6 == l.size {
		return shape
	}
	return no
}

// matchICA takes Citrix's greeting, and that of what carries it.
var matchICA = opensWith("\x7f\x7fICA\x00\x7f\x7fICA\x00", "\x1aCGP/01")

// matchSPICE takes the word and the version that both sides begin with.
func matchSPICE(l *look) grade {
	if b := l.b; len(b) >= 12 && has(b, "REDQ") && le32(b[4:]) <= 2 && le32(b[8:]) < 64 {
		return shape
	}
	return no
}

// tsPacket is the length of a packet of a transport stream.
const tsPacket = 188

// mayMPEGTS reports whether a datagram of so many octets is full of packets of a transport stream, three at least.
func mayMPEGTS(_ []byte, size int) bool { return size >= 3*tsPacket && size%tsPacket == 0 }

// matchMPEGTS takes datagrams of packets of a transport stream, as pictures go to many (ISO/IEC 13818-1, section 2.4.3): each begins with the
// octet to keep step by, is without an error that somebody marked, and has fields, a payload or both.
func matchMPEGTS(l *look) grade {
	if !mayMPEGTS(l.b, l.size) || len(l.b) < 3*tsPacket {
		return no
	}
	for b := l.b; len(b) >= 4; b = b[min(tsPacket, len(b)):] {
		if b[0] != 0x47 || b[1]&0x80 != 0 || b[3]&0x30 == 0 {
			return no
		}
	}
	return shape
}
