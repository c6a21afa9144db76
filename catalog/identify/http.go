package identify

import (
	"bytes"
	"strconv"

	"portero/capture"
)

// methods are those of RFC 9110 and of WebDAV, UPnP and their like.
var methods = [...]string{"GET", "POST", "HEAD", "PUT", "OPTIONS", "CONNECT", "DELETE", "PATCH", "TRACE", "PROPFIND", "PROPPATCH", "MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK",
	"REPORT", "SEARCH", "SUBSCRIBE", "UNSUBSCRIBE", "NOTIFY", "M-SEARCH", "M-POST", "RPC_IN_DATA", "RPC_OUT_DATA", "CCM_POST", "BITS_POST", "CHECKOUT", "MERGE", "MKACTIVITY", "SOURCE"}

// requestLine takes the first line apart: method and target, when version follows.
func requestLine(b []byte, version string) (method, target []byte, ok, cut bool) {
	sp := bytes.IndexByte(b[:min(len(b), 16)], ' ')
	if sp < 3 {
		return nil, nil, false, sp < 0 && len(b) < 16 && upper(b)
	}
	method = b[:sp]
	if !upper(method) {
		return nil, nil, false, false
	}
	line := b
	nl := bytes.IndexByte(b, '\n')
	if nl >= 0 {
		line = b[:nl]
	}
	at := bytes.LastIndex(line, []byte(version))
	if at <= sp {
		return method, nil, false, nl < 0
	}
	return method, line[sp+1 : max(at, sp+1)], true, false
}

func upper(b []byte) bool {
	for _, c := range b {
		if (c < 'A' || c > 'Z') && c != '-' && c != '_' {
			return false
		}
	}
	return len(b) > 0
}

func knownMethod(m []byte) bool {
	for _, k := range methods {
		if string(m) == k {
			return true
		}
	}
	return false
}

// maxTarget is how long a request line may be before it is believed without its
// end: browsers send targets of several kilobytes.
const maxTarget = MaxKept

// oldRequest reports whether b is a whole request of HTTP/0.9, a line and nothing else, and takes its target. Who types
// one ends it with an empty line, as those of later versions end.
func oldRequest(b []byte) (target []byte, ok bool) {
	if !has(b, "GET /") || b[len(b)-1] != '\n' {
		return nil, false
	}
	target = bytes.TrimSuffix(b[4:len(b)-1], []byte{'\r'})
	if bytes.HasSuffix(target, []byte{'\n'}) {
		target = bytes.TrimSuffix(target[:len(target)-1], []byte{'\r'})
	}
	for _, c := range target {
		if c <= ' ' || c >= 0x7f {
			return nil, false
		}
	}
	return target, true
}

// matchHTTP09 takes a request without a version: at home by its number, elsewhere by an answer that is a page.
func matchHTTP09(l *look) grade {
	if _, ok := oldRequest(l.b); !ok {
		return no
	}
	p := bytes.TrimLeft(l.peer, " \t\r\n")
	switch {
	case len(p) >= 6 && p[0] == '<' && (bytes.EqualFold(p[:5], []byte("<html")) || bytes.EqualFold(p[:6], []byte("<title")) || bytes.EqualFold(p[:6], []byte("<!doct"))):
		return shape
	case HTTP.Usual(capture.ProtoTCP, l.port):
		return port
	case !l.final && len(p) < 6:
		return more
	}
	return no
}

func matchHTTPRequest(l *look) grade {
	method, _, ok, cut := requestLine(l.b, " HTTP/")
	if method != nil && !knownMethod(method) {
		return no
	}
	switch {
	case ok:
		if has(l.b, "CONNECT ") {
			return no // a proxy's
		}
		return exact
	case cut && method == nil:
		return more
	case !cut:
		return no
	case bytes.IndexByte(l.b, 0) >= 0:
		return no
	}
	// The line is not whole: a long target, unless it is another protocol's.
	if rest := l.b[len(method)+1:]; len(rest) > 0 && (rest[0] == '/' || has(rest, "http://")) {
		if l.final || len(l.b) >= maxTarget {
			return shape
		}
	} else if len(rest) > 0 {
		return no
	}
	return more
}

func matchHTTPResponse(l *look) grade {
	if len(l.b) < 12 {
		if begins(l.b, "HTTP/1.") {
			return more
		}
		return no
	}
	if has(l.b, "HTTP/1.") && l.b[8] == ' ' && digits(l.b[9:12]) {
		return exact
	}
	return no
}

func matchHTTP2(l *look) grade {
	if has(l.b, preface) {
		return exact
	}
	if begins(l.b, preface) {
		return more
	}
	return no
}

func matchConnect(l *look) grade {
	if !begins(l.b, "CONNECT ") {
		return no
	}
	if _, target, ok, cut := requestLine(l.b, " HTTP/1."); ok {
		if bytes.IndexByte(target, ':') > 0 {
			return exact
		}
	} else if cut {
		return more
	}
	return no
}

func digits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(b) > 0
}

// followHTTP reads the first request and its answer, and behind a proxy's the TLS of who it called.
func followHTTP(x *Identifier, k *pending) bool {
	f := k.facts
	if f.HTTP == nil {
		f.HTTP = &Web{}
	}
	w := f.HTTP
	if f.Protocol == HTTPProxy && w.Status >= 200 && w.Status < 300 && k.tcp {
		return x.behindRequest(k)
	}
	c := int(f.Client)
	if k.side == c {
		if k.state&httpRequest == 0 {
			if !request(k, &k.dir[k.side]) {
				return false
			}
			k.state |= httpRequest
		}
		if f.Protocol == HTTPProxy && w.Status == 0 && k.tcp {
			x.behindRequest(k) // a hello that does not wait for the proxy's answer
			return false
		}
		return w.Status != 0
	}
	s := &k.dir[k.side]
	if w.Status == 0 {
		if !response(k, s) {
			return false
		}
	}
	if f.Protocol == HTTPProxy && w.Status >= 200 && w.Status < 300 && k.tcp {
		return x.behindRequest(k)
	}
	if f.Protocol == HTTPProxy && w.Status >= 300 {
		f.TLS = nil // what was sent before the refusal reached nobody
	}
	return w.Status >= 200 || w.Status == 101
}

const httpRequest = 1

// headers calls each with the name (lower case) and value of every whole header
// line in b after its first line; it reports whether the end of them was seen.
func headers(b []byte, each func(name, value []byte)) (ended bool) {
	nl := bytes.IndexByte(b, '\n')
	if nl < 0 {
		return false
	}
	b = b[nl+1:]
	var low [32]byte
	for {
		nl = bytes.IndexByte(b, '\n')
		if nl < 0 {
			return false
		}
		line := bytes.TrimSuffix(b[:nl], []byte{'\r'})
		b = b[nl+1:]
		if len(line) == 0 {
			return true
		}
		colon := bytes.IndexByte(line, ':')
		if colon <= 0 || colon > len(low) {
			continue
		}
		for i, c := range line[:colon] {
			if c >= 'A' && c <= 'Z' {
				c += 'a' - 'A'
			}
			low[i] = c
		}
		each(low[:colon], bytes.TrimSpace(line[colon+1:]))
	}
}

func request(k *pending, s *stream) bool {
	b := s.bytes()
	f, w := k.facts, k.facts.HTTP
	method, target, ok, _ := requestLine(b, " HTTP/")
	if _, old := oldRequest(b); old {
		f.Version, w.Method, w.Status = "0.9", "GET", -1 // neither has fields, nor does the answer have a status
		return true
	}
	if !ok && !s.full() && !h2Begins(b) {
		return false
	}
	if isHTTP2(b) || h2Begins(b) {
		f.Version = "2" // the preface is no request, and PRI no method (RFC 9113, section 3.4)
		return request2(k, s)
	}
	w.Method = text(method)
	if i := bytes.Index(b, []byte(" HTTP/1.")); ok && i > 0 && i+9 <= len(b) {
		f.Version = text(b[i+6 : i+9])
	}
	// An absolute target names the host (RFC 9112, section 3.2.2).
	if i := bytes.Index(target, []byte("://")); i > 0 && i < 8 {
		host := target[i+3:]
		if j := bytes.IndexAny(host, "/?#"); j >= 0 {
			host = host[:j]
		}
		if j := bytes.LastIndexByte(host, '@'); j >= 0 {
			host = host[j+1:]
		}
		if hostname(host) {
			w.Host = text(host)
		}
	}
	me := int(f.Client)
	how, octets := noForm, -1
	ended := headers(b, func(name, value []byte) {
		switch string(name) {
		case "content-type":
			how = formOf(value)
		case "content-length":
			if n, err := strconv.ParseUint(string(value[:min(len(value), 20)]), 10, 31); err == nil {
				octets = int(n)
			}
		case "host":
			if (w.Host == "" || f.Protocol == HTTPProxy && w.Host == text(target)) && hostname(value) {
				w.Host = text(value)
			}
		case "user-agent":
			f.Software[me] = text(value)
		case "upgrade":
			w.Upgrade = text(value)
		case "authorization", "proxy-authorization":
			authorization(k, value, "http")
		}
	})
	if f.Protocol == HTTP && isWebSocket(w.Upgrade) {
		f.Protocol = WebSocket // unless the server refuses
	}
	if f.Protocol == HTTPProxy && w.Host == "" && hostname(target) {
		w.Host = text(target)
	}
	if w.Host != "" {
		f.Name, f.NameBy = hostOnly(w.Host), "http"
	}
	if ended && how != noForm && string(method) == "POST" {
		body, whole := posted(b, octets)
		if !whole && !s.full() {
			return false // the fields come behind
		}
		formLogin(k, body, how, whole)
	}
	return ended || s.full()
}

// hostOnly is a Host header without its port.
func hostOnly(h string) string {
	if len(h) > 0 && h[0] == '[' {
		for i := range h {
			if h[i] == ']' {
				return h[1:i]
			}
		}
		return h
	}
	for i := range h {
		if h[i] == ':' {
			return h[:i]
		}
	}
	return h
}

func response(k *pending, s *stream) bool {
	b := s.bytes()
	f, w := k.facts, k.facts.HTTP
	if h2Begins(b) {
		f.Version = "2"
	}
	if c := &k.dir[f.Client&1]; f.Version == "2" || c.buf != nil && isHTTP2(c.bytes()) {
		return response2(k, s)
	}
	if len(b) < 12 {
		return s.full()
	}
	if !has(b, "HTTP/1.") {
		// Old or odd servers answer in their own way.
		w.Status = -1
		return true
	}
	status, _ := strconv.Atoi(string(b[9:12]))
	if status < 100 || status > 999 {
		w.Status = -1
		return true
	}
	me := 1 - int(f.Client)
	loc := ""
	ended := headers(b, func(name, value []byte) {
		switch string(name) {
		case "server":
			f.Software[me] = text(value)
		case "location":
			loc = origin(value)
		case "content-type":
			w.ContentType = text(value)
		case "upgrade":
			if status == 101 {
				w.Upgrade = text(value)
			}
		}
	})
	if !ended && !s.full() {
		return false
	}
	if f.Version == "" && digits(b[5:6]) {
		f.Version = text(b[5:8])
	}
	w.Status, w.Location, w.StatusFrame = status, loc, frameOf(k)
	switch {
	case status == 101 && isWebSocket(w.Upgrade):
		f.Protocol = WebSocket
	case f.Protocol == WebSocket && status >= 200:
		f.Protocol = HTTP
	}
	return true
}

// isWebSocket reports whether an Upgrade header names it (RFC 6455, section 4.1).
func isWebSocket(upgrade string) bool {
	return len(upgrade) == 9 && contains([]byte(upgrade), "websocket")
}

// origin is the scheme, host and port of a URL; "" for one without them. A reference that begins with
// the host keeps the scheme (RFC 3986, section 4.2), which in clear is http.
func origin(u []byte) string {
	scheme, host, ok := bytes.Cut(u, []byte("://"))
	if has(u, "//") {
		scheme, host, ok = []byte("http"), u[2:], true
	}
	if !ok || len(scheme) == 0 || len(scheme) > 10 {
		return ""
	}
	for i, c := range scheme {
		if l := lower(c); (l < 'a' || l > 'z') && (i == 0 || (c < '0' || c > '9') && c != '+' && c != '-' && c != '.') {
			return "" // a path whose query holds a URL
		}
	}
	if j := bytes.IndexAny(host, "/?#\\"); j >= 0 {
		host = host[:j]
	}
	if j := bytes.LastIndexByte(host, '@'); j >= 0 {
		host = host[j+1:]
	}
	if !hostname(host) || len(host) == 0 {
		return ""
	}
	return text(scheme) + "://" + text(host)
}
