package identify

import "bytes"

// Behind a proxy that was asked to call somebody, and said that it did, the client talks to who was called. TLS is read
// there. The request itself, and a login in it, were not in TLS.

// behindRequest reads what follows a request of HTTP and its answer (RFC 9110, section 9.3.6).
func (x *Identifier) behindRequest(k *pending) bool {
	s := &k.dir[k.side]
	end := bytes.Index(s.bytes(), []byte("\r\n\r\n"))
	if end < 0 {
		return s.full()
	}
	return x.behind(k, end+4)
}

// behind reads what the side that just sent has sent from at on.
func (x *Identifier) behind(k *pending, at int) bool {
	s := &k.dir[k.side]
	switch b := s.bytes(); {
	case at < len(b) && b[at] != recordHandshake:
		return k.facts.Protocol != SOCKS || k.webBehind(at)
	case at+6 > len(b):
		return s.full()
	case !startsTLS(b, at):
		return true
	}
	if k.facts.TLS == nil {
		k.facts.TLS = &Hello{}
	}
	if k.side == int(k.facts.Client) {
		return x.clientRecords(k, s.bytes()[at:])
	}
	return x.serverRecords(k, s.bytes()[at:])
}

// webBehind reads HTTP in what the side that just sent has sent from at on; true where it is none, or all of it is read.
func (k *pending) webBehind(at int) bool {
	f, s := k.facts, &k.dir[k.side]
	b := s.bytes()[at:]
	asks := k.side == int(f.Client)
	if f.HTTP == nil {
		method, _, ok, cut := requestLine(b, " HTTP/1.")
		if !asks || method != nil && !knownMethod(method) || !ok {
			return !asks || !cut || s.full()
		}
		f.HTTP = &Web{}
	}
	was := *f
	rest := stream{buf: s.buf[at:], have: len(b), limit: s.limit - at}
	if asks {
		if k.state&socksWeb == 0 && request(k, &rest) {
			k.state |= socksWeb
		}
	} else {
		response(k, &rest)
	}
	f.Version = was.Version // that of SOCKS
	if was.Name != "" {
		f.Name, f.NameBy = was.Name, was.NameBy
	}
	return f.HTTP.Status != 0
}

// What followSOCKS knows of a flow.
const (
	socksAsked   = 1 << iota // where to is known
	socksConnect             // and it is a connection that was asked for
	socksWeb                 // a request of HTTP behind it is read
)

// followSOCKS reads where to, the login of RFC 1929, and TLS behind the answer.
func followSOCKS(x *Identifier, k *pending) bool {
	f := k.facts
	c := int(f.Client)
	b := k.sent(c)
	if f.Version == "" {
		f.Version = "5"
		if len(b) > 0 && b[0] == 4 {
			f.Version = "4"
		}
	}
	asked, ok := k.socksRequest(b)
	if !ok {
		return true
	}
	if k.side == c {
		switch {
		case asked == 0:
			return k.dir[c].full()
		case k.state&socksConnect == 0:
			return true
		}
		return x.behind(k, asked)
	}
	told, granted := socksAnswer(k.sent(k.side), f.Version)
	switch {
	case told == 0:
		return k.dir[k.side].full()
	case !granted:
		f.TLS, f.HTTP = nil, nil // what was sent before the refusal reached nobody
		return true
	}
	return x.behind(k, told)
}

// socksRequest measures what a client says before its request is done, 0 where it is not; ok is false where it is none that is
// understood.
func (k *pending) socksRequest(b []byte) (n int, ok bool) {
	r := reader{b: b}
	var name []byte
	connects := false
	switch r.u8() {
	case 4:
		connects = r.u8() == 1
		if len(b) < 9 {
			return 0, true
		}
		n = socks4Request(b)
		if n <= 0 {
			return 0, n == 0
		}
		if socks4A(b) {
			name = b[bytes.LastIndexByte(b[:n-1], 0)+1 : n-1]
		}
		r.b = b[n:]
	case 5:
		if _, later := socksLine(b); !later || !k.middle {
			r.vec8()
			if len(r.b) > 0 && r.b[0] == 1 { // user and password
				r.u8()
				user, pass := r.vec8(), r.vec8()
				if !r.short && k.facts.Login == nil {
					k.login(text(user), "socks user", len(pass))
				}
			}
			if len(r.b) > 0 && r.b[0] != 5 {
				return 0, false // a login of another sort
			}
			r.u8()
		}
		connects = r.u8() == 1
		r.u8()
		name = r.socksAddress()
	default:
		return 0, false
	}
	if r.short {
		return 0, true
	}
	if k.state&socksAsked == 0 {
		k.state |= socksAsked
		if connects {
			k.state |= socksConnect
		}
		if f := k.facts; len(name) > 0 && hostname(name) {
			f.Name, f.NameBy = text(name), "socks"
		}
	}
	return len(b) - len(r.b), true
}

// socksAddress takes an address and a port (RFC 1928, section 5), and returns it where it is a name.
func (r *reader) socksAddress() (name []byte) {
	switch r.u8() {
	case 1:
		r.take(4)
	case 3:
		name = r.vec8()
	case 4:
		r.take(16)
	default:
		r.take(len(r.b) + 1)
	}
	r.u16()
	return name
}

// socksAnswer measures what a server says up to its answer to the request, 0 where that is not there.
func socksAnswer(b []byte, version string) (n int, granted bool) {
	r := reader{b: b}
	if version == "4" {
		r.u8()
		granted = r.u8() == 0x5a
		r.take(6)
	} else if n, later := socksLine(b); later { // its greeting was not captured
		return n, b[1] == 0
	} else {
		r.u8()
		if method := r.u8(); method == 2 {
			r.u8()
			granted = r.u8() == 0
			if !r.short && !granted {
				return len(b) - len(r.b), false
			}
		} else if method != 0 && !r.short {
			return len(b) - len(r.b), false
		}
		if len(r.b) > 0 && r.b[0] != 5 {
			return len(b) - len(r.b), false
		}
		r.u8()
		granted = r.u8() == 0
		r.u8()
		r.socksAddress()
	}
	if r.short {
		return 0, false
	}
	return len(b) - len(r.b), granted
}
