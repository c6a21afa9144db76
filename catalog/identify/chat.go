package identify

import "bytes"

// Protocols of lines that need no dialogue to be told.

// matchIRC takes a client's registration (RFC 2812, section 3.1), and what is said later.
func matchIRC(l *look) grade {
	g := ircFirst(l)
	if g == more && l.middle {
		g = no // a word that others have too, and nothing beside it
	}
	if g < more {
		g = max(g, ircLater(l))
	}
	return g
}

func ircFirst(l *look) grade {
	var buf [10]byte
	if l.client {
		w := command(l.b, &buf)
		if w == "PRIVMSG" && whole(l.b) && bytes.Contains(firstLine(l.b), []byte(" :")) {
			return exact // who is known already speaks
		}
		if !oneOf(w, "NICK", "USER", "CAP", "PASS") {
			return l.untilWord("NICK", "USER", "CAP", "PASS", "PRIVMSG")
		}
		if w == "CAP" && has(l.b, "CAP LS") || bytes.Contains(l.b, []byte("\nUSER ")) || bytes.Contains(l.b, []byte("\nNICK ")) {
			return exact
		}
		if irc(l.peer) {
			return exact
		}
		if len(l.peer) > 0 && !l.final || l.final && w != "NICK" {
			return no
		}
		if l.final {
			return shape
		}
		return more
	}
	if irc(l.b) && (has(l.peer, "NICK ") || has(l.peer, "USER ") || has(l.peer, "PASS ") || has(l.peer, "CAP ")) {
		return exact
	}
	switch {
	case has(l.b, "NOTICE AUTH :") || has(l.b, ":") && bytes.Contains(firstLine(l.b), []byte(" NOTICE ")):
		return exact
	case l.b[0] == ':' || begins(l.b, "NOTICE AUTH :") || begins(l.b, "PING :"):
		return l.untilLine(maxLine)
	}
	return no
}

func irc(b []byte) bool {
	return has(b, "NOTICE ") || has(b, "PING ") || has(b, "PING :") || has(b, ":") && (bytes.Contains(firstLine(b), []byte(" NOTICE ")) || bytes.Contains(firstLine(b), []byte(" 001 ")) ||
		bytes.Contains(firstLine(b), []byte(" CAP ")) || bytes.Contains(firstLine(b), []byte(" 433 ")))
}

// matchXMPP takes the opening of a stream (RFC 6120, section 4.2).
func matchXMPP(l *look) grade {
	b := l.b[:min(len(l.b), 250)]
	if bytes.Contains(b, []byte("<stream:stream")) || bytes.Contains(b, []byte("http://etherx.jabber.org/streams")) {
		return exact
	}
	if l.middle && has(b, "</stream:stream>") {
		return exact
	}
	if l.middle && (has(b, "<message ") || has(b, "<iq ") || has(b, "<presence")) && (l.on(5222) || l.on(5269)) {
		return port
	}
	if begins(b, "<?xml") && len(b) < 200 && !l.final {
		return more
	}
	if begins(b, "<stream:stream") {
		return hope
	}
	return no
}

// followXMPP waits for TLS behind StartTLS (RFC 6120, section 5): its first octet is none that XML may have.
func followXMPP(x *Identifier, k *pending) bool {
	b := k.dir[k.side].bytes()
	if at := bytes.IndexByte(b, recordHandshake); startsTLS(b, at) {
		return x.inTLS(k, b[at:])
	}
	if k.side == int(k.facts.Client) && k.facts.Login == nil {
		k.xmppAuth(b)
	}
	return k.dir[k.side].full() && (k.facts.StartTLS || k.dir[1-k.side].full())
}

// xmppAuth looks for a login in what a client of XMPP sent (RFC 6120, section 6.4.2).
func (k *pending) xmppAuth(b []byte) {
	_, b, ok := bytes.Cut(b, []byte("<auth "))
	tag, b, whole := bytes.Cut(b, []byte(">"))
	data, _, ended := bytes.Cut(b, []byte("</auth>"))
	_, mech, named := bytes.Cut(tag, []byte("mechanism="))
	if !ok || !whole || !ended || !named || len(mech) < 2 {
		return
	}
	if end := bytes.IndexByte(mech[1:], mech[0]); end > 0 {
		k.sasl(&lines{}, "xmpp", mech[1:1+end], data)
	}
}

func matchNATS(l *look) grade {
	if has(l.b, "INFO {") {
		return exact
	}
	if begins(l.b, "INFO {") {
		return more
	}
	return no
}

func matchNATSClient(l *look) grade {
	if has(l.b, "CONNECT {") && (has(l.peer, "INFO ") || l.on(4222)) {
		return exact
	}
	return no
}

// matchGit takes the request of the native protocol (gitprotocol-pack).
func matchGit(l *look) grade {
	if len(l.b) < 20 {
		return no
	}
	for _, c := range l.b[:4] {
		if !alnum(c) {
			return no
		}
	}
	for _, s := range [...]string{"git-upload-pack ", "git-receive-pack ", "git-upload-archive "} {
		if has(l.b[4:], s) {
			return exact
		}
		if begins(l.b[4:], s) {
			return hope
		}
	}
	return no
}

func matchRsync(l *look) grade {
	if has(l.b, "@RSYNCD: ") {
		return exact
	}
	if begins(l.b, "@RSYNCD: ") {
		return more
	}
	return no
}

// matchVNC takes ProtocolVersion (RFC 6143, section 7.1.1).
func matchVNC(l *look) grade {
	if len(l.b) >= 12 && has(l.b, "RFB ") && digits(l.b[4:7]) && l.b[7] == '.' && digits(l.b[8:11]) && l.b[11] == '\n' {
		return exact
	}
	if len(l.b) < 12 && begins(l.b, "RFB 00") {
		return more
	}
	return no
}

// followGreeting takes the first line of each side as its banner.
func followGreeting(_ *Identifier, k *pending) bool {
	b := k.dir[k.side].bytes()
	if k.facts.Banner[k.side] == "" && whole(b) {
		k.facts.Banner[k.side] = text(firstLine(b))
	}
	return k.facts.Banner[0] != "" && k.facts.Banner[1] != "" || k.dir[k.side].full()
}
