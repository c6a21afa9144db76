package identify

import (
	"bytes"
	"strconv"
)

var sipMethods = [...]string{"INVITE", "ACK", "BYE", "CANCEL", "REGISTER", "OPTIONS", "PRACK", "SUBSCRIBE", "NOTIFY", "PUBLISH", "INFO", "REFER", "MESSAGE", "UPDATE"}

// matchSIP takes request and status lines (RFC 3261, section 7).
func matchSIP(l *look) grade {
	b := l.b
	for len(b) > 2 && b[0] == '\r' && b[1] == '\n' { // keep-alives before a message
		b = b[2:]
	}
	if len(b) > 12 && has(b, "SIP/2.0 ") && digits(b[8:11]) {
		return exact
	}
	if len(b) <= 12 && begins(b, "SIP/2.0 ") || begins(b, "\r\n") {
		return hope
	}
	method, target, ok, cut := requestLine(b, " SIP/2.0")
	if !ok {
		if l.pend.tcp && sipBegins(b) {
			return hope
		}
		if cut && method != nil && sipMethod(method) && (bytes.Contains(b, []byte(" sip:")) || bytes.Contains(b, []byte(" sips:")) || bytes.Contains(b, []byte(" tel:"))) {
			if l.final {
				return shape
			}
			return more
		}
		return no
	}
	if sipMethod(method) || has(target, "sip:") {
		return exact
	}
	return no
}

// sipBegins reports whether b is the start of a request, up to the scheme of its target.
func sipBegins(b []byte) bool {
	for _, m := range sipMethods {
		if len(b) <= len(m) {
			if begins(b, m) {
				return true
			}
			continue
		}
		if r := b[len(m):]; has(b, m) && (begins(r, " sip:") || begins(r, " sips:") || begins(r, " tel:")) {
			return len(r) < len(" sips:")
		}
	}
	return false
}

func sipMethod(m []byte) bool {
	for _, k := range sipMethods {
		if string(m) == k {
			return true
		}
	}
	return false
}

// matchRTSP takes request and status lines (RFC 7826).
func matchRTSP(l *look) grade {
	if has(l.b, "RTSP/1.0 ") || has(l.b, "RTSP/2.0 ") {
		return exact
	}
	if begins(l.b, "RTSP/") {
		return hope
	}
	method, target, ok, cut := requestLine(l.b, " RTSP/")
	if ok && (bytes.Contains(target, []byte("://")) || string(target) == "*") && len(method) >= 4 {
		return exact
	}
	if cut && (method == nil || len(method) >= 4 && rtspBegins(l.b[len(method)+1:])) {
		return l.untilLine(MaxKept)
	}
	return no
}

// rtspBegins reports whether a target, not whole, is one of RTSP.
func rtspBegins(b []byte) bool {
	for _, s := range [...]string{"rtsp://", "rtsps://", "rtspu://", "* RTSP/"} {
		if begins(b, s) {
			return true
		}
	}
	return false
}

// followMessages reads the first request and status of SIP, RTSP and SSDP.
func followMessages(_ *Identifier, k *pending) bool {
	f := k.facts
	b := k.data
	if k.tcp {
		b = k.dir[k.side].bytes()
	}
	if len(b) > MaxKept {
		b = b[:MaxKept]
	}
	if f.HTTP == nil {
		f.HTTP = &Web{}
	}
	w := f.HTTP
	proto := f.Protocol.String()
	if i := bytes.IndexByte(b, ' '); i > 0 && i < 16 {
		if has(b, "SIP/") || has(b, "RTSP/") || has(b, "HTTP/") {
			if n, err := strconv.Atoi(string(b[i+1 : min(i+4, len(b))])); err == nil && w.Status == 0 && n >= 100 {
				w.Status, w.StatusFrame = n, frameOf(k)
			}
		} else if w.Method == "" && upper(b[:i]) {
			w.Method = text(b[:i])
		}
	}
	ended := headers(b, func(name, value []byte) {
		switch string(name) {
		case "user-agent", "server":
			if f.Software[k.side] == "" {
				f.Software[k.side] = text(value)
			}
		case "authorization", "proxy-authorization":
			authorization(k, value, proto)
		}
	})
	return w.Method != "" && w.Status >= 200 && (ended || !k.tcp || k.dir[k.side].full()) || k.after > 8
}

// matchSSDP takes the two requests of UPnP discovery, and answers (UPnP Device
// Architecture, section 1).
func matchSSDP(l *look) grade {
	if has(l.b, "M-SEARCH * HTTP/1.") || has(l.b, "NOTIFY * HTTP/1.") {
		if l.client {
			return exact
		}
		return no
	}
	if !l.client && has(l.b, "HTTP/1.") && (l.on(1900) || bytes.Contains(l.b, []byte("\nST:")) || bytes.Contains(l.b, []byte("\nUSN:")) || bytes.Contains(l.b, []byte("\nst:"))) {
		return exact
	}
	return no
}

func matchWSD(l *look) grade {
	b := l.b
	if !has(b, "<") {
		return no
	}
	if bytes.Contains(b, []byte("schemas.xmlsoap.org/ws/2005/04/discovery")) || bytes.Contains(b, []byte("docs.oasis-open.org/ws-dd/ns/discovery")) {
		return exact
	}
	if l.on(3702) && bytes.Contains(b, []byte("Envelope")) {
		return port
	}
	return no
}

// matchSyslog takes the priority in its brackets (RFC 5424, section 6.2.1).
func matchSyslog(l *look) grade {
	b := l.b
	if len(b) > 0 && b[0] != '<' && l.pend.tcp { // a message's length comes before it (RFC 6587, section 3.4.1)
		size, i := 0, 0
		for ; i < len(b) && i < 5 && b[i] >= '0' && b[i] <= '9'; i++ {
			size = size*10 + int(b[i]-'0')
		}
		switch {
		case i == len(b) && i < 5, i+1 == len(b) && b[i] == ' ':
			return l.until(i + 6)
		case i == 0, i >= len(b), size < 8, b[i] != ' ':
			return no
		}
		b = b[i+1:]
	}
	if len(b) < 5 && len(b) < len(l.b) && begins(b, "<") {
		return l.until(len(l.b) + 1)
	}
	if len(b) < 5 || b[0] != '<' {
		return no
	}
	n, i := 0, 1
	for ; i < len(b) && i < 5 && b[i] >= '0' && b[i] <= '9'; i++ {
		n = n*10 + int(b[i]-'0')
	}
	if i > 1 && i == len(b) && i < 5 {
		return l.until(len(l.b) + 1)
	}
	if i == 1 || i >= len(b) || b[i] != '>' || n > 191 || i > 2 && b[1] == '0' {
		return no
	}
	rest := b[i+1:]
	printable := 0
	for _, c := range rest[:min(len(rest), 16)] {
		if c >= ' ' && c < 0x7f || c == '\t' {
			printable++
		}
	}
	if printable < min(len(rest), 16) && !l.on(514) {
		return no
	}
	if !l.client {
		return no
	}
	if has(rest, "1 ") || len(rest) > 15 && rest[3] == ' ' && rest[6] == ' ' && rest[9] == ':' {
		return exact
	}
	return shape
}

// matchStratum takes the first request of a miner: JSON with a method of the
// protocol's.
func matchStratum(l *look) grade {
	b := l.b
	if b[0] != '{' {
		return no
	}
	for _, m := range [...]string{`"mining.`, `"eth_submitLogin"`, `"eth_getWork"`, `"eth_login"`, `"eth_submitWork"`, `"eth_submitHashrate"`} {
		if bytes.Contains(b, []byte(m)) {
			return exact
		}
	}
	if bytes.Contains(b, []byte(`"login"`)) && bytes.Contains(b, []byte(`"method"`)) && (bytes.Contains(b, []byte(`"agent"`)) || bytes.Contains(b, []byte(`"pass"`))) {
		return exact
	}
	if !whole(b) && len(b) < 500 && !l.final && bytes.Contains(b, []byte(`"method"`)) {
		return more
	}
	return l.untilLine(maxLine)
}
