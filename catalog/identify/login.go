package identify

import (
	"bytes"
	"encoding/base64"
)

// login notes that somebody logged in. The first readable secret stays; a user
// name alone may be followed by one. secret is its length, -1 when none was
// readable.
func (k *pending) login(user, method string, secret int) {
	f := k.facts
	if f.Login == nil {
		f.Login = &Login{}
	}
	l := f.Login
	if l.Clear {
		return
	}
	if user != "" {
		l.User = user
	}
	l.Method = method
	if l.Frame == 0 || secret >= 0 {
		l.Frame = frameOf(k)
	}
	if secret >= 0 {
		l.Clear, l.Secret = true, secret
	}
}

// authorization reads an HTTP, RTSP or SIP Authorization header (RFC 7617, 6750,
// 7616).
func authorization(k *pending, v []byte, proto string) {
	scheme, rest, _ := bytes.Cut(v, []byte{' '})
	rest = bytes.TrimSpace(rest)
	switch {
	case bytes.EqualFold(scheme, []byte("basic")):
		var buf [MaxKept]byte
		if base64.StdEncoding.DecodedLen(len(rest)) > len(buf) {
			rest = rest[:len(buf)/4*4]
		}
		n, _ := base64.StdEncoding.Decode(buf[:], rest)
		if user, pass, ok := bytes.Cut(buf[:n], []byte{':'}); ok {
			k.login(text(user), proto+" basic", len(pass))
		}
		clear(buf[:])
	case bytes.EqualFold(scheme, []byte("bearer")):
		k.login("", proto+" bearer", len(rest))
	case bytes.EqualFold(scheme, []byte("digest")):
		user := ""
		if i := bytes.Index(rest, []byte(`username="`)); i >= 0 {
			u := rest[i+10:]
			if j := bytes.IndexByte(u, '"'); j >= 0 {
				user = text(u[:j])
			}
		}
		k.login(user, proto+" digest", -1)
	case bytes.EqualFold(scheme, []byte("ntlm")) || bytes.EqualFold(scheme, []byte("negotiate")):
		k.login("", proto+" "+string(bytes.ToLower(scheme)), -1)
	}
}
