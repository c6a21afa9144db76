package identify

// The record and handshake types of TLS (RFC 8446, sections 5.1 and 4).
const (
	recordCCS       = 20
	recordAlert     = 21
	recordHandshake = 22
	recordData      = 23

	clientHello     = 1
	serverHello     = 2
	certificateMsg  = 11
	serverHelloDone = 14
)

const maxRecord = 16384 + 2048

// recordHeader reports whether b starts with a TLS record header.
func recordHeader(b []byte) bool {
	return len(b) >= 5 && b[0] >= recordCCS && b[0] <= recordData+1 && b[1] == 3 && b[2] <= 4 && be16(b[3:]) <= maxRecord
}

// matchTLS takes a hello of either side, and in the middle of a connection any
// chain of records.
func matchTLS(l *look) grade {
	b := l.b
	if len(b) < 6 {
		if len(b) < 3 || b[0] >= recordCCS && b[0] <= recordData && b[1] == 3 && b[2] <= 4 {
			return more
		}
		return no
	}
	if !recordHeader(b) || be16(b[3:]) == 0 {
		return no
	}
	n := be16(b[3:])
	if b[0] == recordHandshake && len(b) < 11 && n > len(b)-5 && !l.final {
		return more
	}
	if b[0] == recordHandshake && n < 5 && !l.middle {
		return l.crumbs()
	}
	if b[0] == recordHandshake && n >= 5 && len(b) >= 9 && be24(b[6:]) <= 1<<17 {
		if l.client && b[5] == clientHello && len(b) >= 11 && b[9] == 3 || !l.client && b[5] == serverHello && len(b) >= 11 && b[9] == 3 {
			return exact
		}
	}
	if b[0] == recordAlert && n == 2 && len(b) >= 7 && (b[5] == 1 || b[5] == 2) {
		if len(l.peer) > 5 && recordHeader(l.peer) {
			return exact
		}
		if !l.client && !l.middle && !l.spoke && l.size == 7 && b[2] > 0 && AlertName(b[6]) != "" {
			return exact // it turns away who asked in clear, and says no more
		}
	}
	if !l.middle {
		return no
	}
	if b[0] == recordHandshake && n >= 42 && len(b) >= 11 && b[9] == 3 && b[10] <= 4 && be24(b[6:]) >= 38 && be24(b[6:])+4 <= n && (b[5] == serverHello && l.client || b[5] == clientHello && !l.client) {
		return no // the other end's hello, whole in its record
	}
	// Records one after another, or one that reaches past the segment.
	if b[0] == recordHandshake+2 && n < 3 {
		return no
	}
	if 5+n >= l.size {
		if b[0] == recordData && n >= 17 || b[0] == recordHandshake || b[0] == recordCCS && n == 1 || b[0] == recordAlert && (n == 2 || n >= 18 && n <= 128 && 5+n == l.size) {
			return shape
		}
		return no
	}
	if len(b) >= 5+n+5 && recordHeader(b[5+n:]) {
		return exact
	}
	return no
}

// crumbs takes a hello in records of fewer octets than tell one, as those send it who do not want it to be told.
func (l *look) crumbs() grade {
	var start [6]byte
	have, b := 0, l.b
	for have < len(start) && recordHeader(b) && b[0] == recordHandshake && be16(b[3:]) > 0 {
		part := b[5:min(len(b), 5+be16(b[3:]))]
		have += copy(start[have:], part)
		b = b[5+len(part):]
	}
	switch {
	case have < len(start) && len(b) < 5 && begins(b, "\x16\x03"[:min(len(b), 2)]):
		return l.until(len(l.b) + 1)
	case have < len(start) || be24(start[1:]) < 38 || be24(start[1:]) > 1<<17 || start[4] != 3:
		return no
	case l.client && start[0] == clientHello, !l.client && start[0] == serverHello:
		return exact
	}
	return no
}

// matchSSL2 takes the hello of old clients that offer TLS in SSL 2.0's form
// (RFC 5246, appendix E.2).
func matchSSL2(l *look) grade {
	b := l.b
	if len(b) < 11 || b[0]&0x80 == 0 || b[2] != 1 || !(b[3] == 3 && b[4] <= 3 || b[3] == 0 && b[4] == 2) {
		return no
	}
	n := int(b[0]&0x7f)<<8 | int(b[1])
	cs, sid, ch := be16(b[5:]), be16(b[7:]), be16(b[9:])
	if cs == 0 || cs%3 != 0 || ch < 16 || ch > 32 || 9+cs+sid+ch != n {
		return no
	}
	if n+2 > l.size {
		return l.until(n + 2)
	}
	return exact
}

// followTLS reads both sides until the handshake has nothing more to show.
func followTLS(x *Identifier, k *pending) bool {
	f := k.facts
	if f.TLS == nil {
		f.TLS = &Hello{}
	}
	c := int(f.Client)
	if c < 0 {
		return true
	}
	off := k.tlsFrom(k.side)
	b := k.dir[k.side].bytes()
	if off > len(b) {
		return false
	}
	b = b[off:]
	if k.side == c {
		return x.clientRecords(k, b)
	}
	return x.serverRecords(k, b)
}

// tlsFrom is where TLS starts in a direction that spoke something else first.
func (k *pending) tlsFrom(side int) int {
	if a, ok := k.aux.(*[2]int); ok {
		return a[side]
	}
	return 0
}

func (x *Identifier) clientRecords(k *pending, b []byte) bool {
	h := k.facts.TLS
	s := &k.dir[k.side]
	s.tls = uint16(s.have-len(b)) + 1
	if h.HelloFrame == 0 {
		if len(b) > 4 && b[0]&0x80 != 0 {
			h.sslv2(b)
			h.HelloFrame = frameOf(k)
			return false
		}
		msgs, whole := handshakes(b, x.join[:0], false)
		if len(msgs) >= 4 && msgs[0] == clientHello {
			n := be24(msgs[1:])
			// One that is longer than what is kept of others gets more room.
			if s.own && s.limit < n+9 && s.limit < maxHello {
				x.lend(s, maxHello)
			}
			room := s.limit < n+9 && s.limit < maxHello && !s.own
			if body := msgs[4:]; len(body) >= n || whole || s.full() && !room {
				h.client(body[:min(n, len(body))], 't', len(body) >= n)
				h.HelloFrame = frameOf(k)
				k.named()
			}
		}
		return h.HelloFrame == 0 && s.full() && s.own
	}
	if len(b) > 4 && b[0]&0x80 != 0 {
		b = b[min(len(b), 2+be16(b)&0x7fff):]
	}
	return h.alerts(b, 0, frameOf(k))
}

func (x *Identifier) serverRecords(k *pending, b []byte) bool {
	h := k.facts.TLS
	s := &k.dir[k.side]
	s.tls = uint16(s.have-len(b)) + 1
	msgs, ended := handshakes(b, x.join[:0], h.Version == 0x0304)
	for len(msgs) >= 4 {
		n := be24(msgs[1:])
		body := msgs[4:min(len(msgs), 4+n)]
		whole := len(msgs) >= 4+n
		switch msgs[0] {
		case serverHello:
			if !whole {
				return s.full()
			}
			if h.ReplyFrame == 0 && !h.server(body) {
				break // a request to try again: the answer follows
			}
			if h.ReplyFrame == 0 {
				h.ReplyFrame = frameOf(k)
			}
			if h.Version >= 0x0304 {
				return x.heed(k)
			}
		case certificateMsg:
			if h.Cert == nil {
				if !whole && !s.full() && !ended {
					return false
				}
				h.Cert = parseCertificates(body)
				h.CertFrame = frameOf(k)
			}
			return x.heed(k)
		case serverHelloDone:
			return x.heed(k)
		}
		if !whole {
			break
		}
		msgs = msgs[4+n:]
	}
	if h.alerts(b, 1, frameOf(k)) {
		return true
	}
	if s.full() || ended && h.ReplyFrame != 0 {
		return x.heed(k)
	}
	return false
}

func frameOf(k *pending) uint64 {
	if k.p == nil {
		return k.facts.Frames[k.side]
	}
	return k.p.Index
}

// named takes the name the hello asks for.
func (k *pending) named() {
	if f := k.facts; f.Name == "" && f.TLS.Name != "" {
		f.Name, f.NameBy = f.TLS.Name, "tls"
	}
}

// handshakes joins the handshake messages of the records at the start of b. Where
// one record holds all of it nothing is copied. ended is set when another kind of
// record follows: no further message will come in clear. Behind a warning they go on, and
// in TLS 1.3 behind a ChangeCipherSpec, which follows a request to try again.
func handshakes(b, join []byte, tls13 bool) (msgs []byte, ended bool) {
	first := true
	for recordHeader(b) {
		n := be16(b[3:])
		if b[0] == recordAlert && n == 2 || b[0] == recordCCS && n == 1 && tls13 {
			b = b[min(len(b), 5+n):]
			continue
		}
		if b[0] != recordHandshake {
			return msgs, true
		}
		part := b[5:min(len(b), 5+n)]
		switch {
		case first && len(b) <= 5+n:
			return part, false
		case len(join)+len(part) > cap(join):
			return msgs, false
		}
		first = false
		join = append(join, part...)
		msgs = join
		if len(b) < 5+n {
			break
		}
		b = b[5+n:]
	}
	return msgs, len(b) >= 5 && !recordHeader(b)
}

// grease reports values that clients offer to keep servers tolerant (RFC 8701).
func grease(v int) bool { return v&0x0f0f == 0x0a0a && v>>8 == v&0xff }

const maxOffered = 8

// client reads a ClientHello (RFC 8446, section 4.1.2). kind is t, q or d, as in
// JA4. whole says that all of it is there.
func (h *Hello) client(b []byte, kind byte, whole bool) {
	r := reader{b: b}
	h.MaxVersion = uint16(r.u16())
	r.take(32)
	h.session = hashOf(r.vec8())
	if kind == 'd' {
		r.vec8() // cookie
	}
	var j ja4
	for cs := r.vec16(); len(cs) >= 2; cs = cs[2:] {
		j.cipher(be16(cs))
	}
	r.vec8()
	exts := reader{b: r.vec16()}
	best := 0
	for len(exts.b) >= 4 {
		typ := exts.u16()
		body := reader{b: exts.vec16()}
		j.extension(typ)
		switch typ {
		case 0: // server_name (RFC 6066, section 3)
			list := reader{b: body.vec16()}
			if list.u8() == 0 {
				if name := list.vec16(); len(name) > 0 && !list.short && hostname(name) {
					h.Name = text(name)
				}
			}
		case 13: // signature_algorithms
			for l := body.vec16(); len(l) >= 2; l = l[2:] {
				j.signature(be16(l))
			}
		case 16: // application_layer_protocol_negotiation (RFC 7301)
			list := reader{b: body.vec16()}
			for len(list.b) > 0 && len(h.Offered) < maxOffered {
				if p := list.vec8(); len(p) > 0 && !list.short {
					h.Offered = append(h.Offered, text(p))
				}
			}
		case 43: // supported_versions
			for l := body.vec8(); len(l) >= 2; l = l[2:] {
				if v := be16(l); !grease(v) && newer(v, best) {
					best = v
				}
			}
		case 0xfe0d: // encrypted_client_hello
			h.ECH = true
		}
	}
	if best != 0 {
		h.MaxVersion = uint16(best)
	}
	if whole && !exts.short {
		h.JA4 = j.String(kind, int(h.MaxVersion), h.Name != "" || j.sni, h.Offered)
	}
}

// newer compares versions; DTLS counts downwards.
func newer(v, best int) bool {
	if best == 0 {
		return true
	}
	if v>>8 == 0xfe && best>>8 == 0xfe {
		return v < best
	}
	return v > best
}

// retry is the random of a HelloRetryRequest (RFC 8446, section 4.1.3).
const retry = "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c"

// server reads a ServerHello; it returns false for a request to try again.
func (h *Hello) server(b []byte) bool {
	r := reader{b: b}
	v := r.u16()
	again := string(r.take(32)) == retry
	// TLS 1.3 said its version here until draft 21, and had neither session nor compression.
	draft := v == 0x0304 || v>>8 == 0x7f
	var session []byte
	if !draft {
		session = r.vec8()
	}
	suite := r.u16()
	if !draft {
		r.u8()
	}
	if r.short {
		return true
	}
	exts := reader{b: r.vec16()}
	for len(exts.b) >= 4 {
		typ := exts.u16()
		body := reader{b: exts.vec16()}
		switch typ {
		case 43:
			if w := body.u16(); !body.short {
				v = w
			}
		case 16:
			list := reader{b: body.vec16()}
			if p := list.vec8(); len(p) > 0 && !list.short {
				h.ALPN = text(p)
			}
		}
	}
	h.Version = uint16(v)
	if v >= 0x7f00 && v < 0x8000 || v>>8 == 0xfb { // a draft of TLS 1.3, or Facebook's of one
		h.Version = 0x0304
	}
	h.Cipher, h.HasCipher = uint16(suite), true
	if len(session) > 0 && h.session == hashOf(session) && v < 0x0304 {
		h.Resumed = true
	}
	return !again
}

// sslv2 reads what an SSL 2.0 hello offers.
func (h *Hello) sslv2(b []byte) { h.MaxVersion = uint16(be16(b[3:])) }

// hostname reports whether a name is printable without spaces, as host names are.
func hostname(b []byte) bool {
	for _, c := range b {
		if c <= ' ' || c == 0x7f {
			return false
		}
	}
	return true
}

// hashOf is FNV-1a, to tell whether a session id comes back; 0 for none.
func hashOf(b []byte) uint64 {
	if len(b) == 0 {
		return 0
	}
	h := uint64(14695981039346656037)
	for _, c := range b {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h | 1
}

// VersionName is the word for a TLS or DTLS version number.
func VersionName(v uint16) string {
	switch v {
	case 0x0002:
		return "SSL 2.0"
	case 0x0300:
		return "SSL 3.0"
	case 0x0301:
		return "TLS 1.0"
	case 0x0302:
		return "TLS 1.1"
	case 0x0303:
		return "TLS 1.2"
	case 0x0304:
		return "TLS 1.3"
	case 0xfeff, 0x0100:
		return "DTLS 1.0"
	case 0xfefd:
		return "DTLS 1.2"
	case 0xfefc:
		return "DTLS 1.3"
	}
	return ""
}
