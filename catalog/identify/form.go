package identify

import (
	"bytes"
	"strings"
)

// form is how a request's fields are written.
type form uint8

const (
	noForm   form = iota
	encoded       // application/x-www-form-urlencoded, as pages send it (WHATWG URL, section 5)
	jsonForm      // application/json, as programs in pages do
)

func formOf(contentType []byte) form {
	kind, _, _ := bytes.Cut(contentType, []byte{';'})
	switch strings.ToLower(string(bytes.TrimSpace(kind[:min(len(kind), 64)]))) {
	case "application/x-www-form-urlencoded":
		return encoded
	case "application/json":
		return jsonForm
	}
	return noForm
}

// posted is the body of a request of so many octets (-1 where none is told) as far as it is in b, and whether it is all of it.
func posted(b []byte, octets int) (body []byte, whole bool) {
	i, n := bytes.Index(b, []byte("\r\n\r\n")), 4
	if j := bytes.Index(b, []byte("\n\n")); j >= 0 && (i < 0 || j < i) {
		i, n = j, 2
	}
	if i < 0 {
		return nil, false
	}
	body = b[i+n:]
	if octets >= 0 && len(body) >= octets {
		return body[:octets], true
	}
	return body, octets < 0
}

// formLogin notes a login by a form: a field that is called as passwords are, with something in it. What a page made a digest of
// before it was sent is no password that can be read.
func formLogin(k *pending, body []byte, how form, whole bool) {
	user, secret, found := "", 0, false
	each := func(name string, value []byte) {
		switch {
		case !found && passwordField(name) && !yesOrNo(value):
			secret, found = len(value), true
			if hashed(value) {
				secret = -1
			}
		case user == "" && userField(name) && len(value) > 0:
			user = text(value)
		}
	}
	if how == encoded {
		eachField(body, whole, each)
	} else {
		eachJSON(body, each)
	}
	if found {
		k.login(user, "http form", secret)
	}
}

// fieldMost is the longest name of a field that is looked at, and the longest value.
const fieldMost = 256

// eachField calls each with the fields of a body, decoded; the last one only of a whole body.
func eachField(b []byte, whole bool, each func(name string, value []byte)) {
	var buf [fieldMost]byte
	defer clear(buf[:])
	for len(b) > 0 {
		field, rest, more := bytes.Cut(b, []byte{'&'})
		if !more && !whole {
			return
		}
		b = rest
		name, value, ok := bytes.Cut(field, []byte{'='})
		if !ok || len(name) > fieldMost || len(value) > fieldMost {
			continue
		}
		key := strings.ToLower(string(unescape(buf[:0], name)))
		each(key, unescape(buf[:0], value))
	}
}

// unescape appends v without its escapes to dst, which has room for it.
func unescape(dst, v []byte) []byte {
	hex := func(c byte) int {
		switch {
		case c >= '0' && c <= '9':
			return int(c - '0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			return int(c|0x20-'a') + 10
		}
		return -1
	}
	for i := 0; i < len(v); i++ {
		c := v[i]
		switch {
		case c == '+':
			c = ' '
		case c == '%' && i+2 < len(v) && hex(v[i+1]) >= 0 && hex(v[i+2]) >= 0:
			c = byte(hex(v[i+1])<<4 | hex(v[i+2]))
			i += 2
		}
		dst = append(dst, c)
	}
	return dst
}

// eachJSON calls each with what is a text and has a name in an object, at any depth.
func eachJSON(b []byte, each func(name string, value []byte)) {
	// quoted is the text that begins at b, behind its first quote, and what comes behind its last.
	quoted := func(b []byte) (in, rest []byte, ok bool) {
		for i := 0; i < len(b); i++ {
			switch b[i] {
			case '\\':
				i++
			case '"':
				return b[:i], b[i+1:], true
			}
		}
		return nil, nil, false
	}
	for {
		i := bytes.IndexByte(b, '"')
		if i < 0 {
			return
		}
		name, rest, ok := quoted(b[i+1:])
		if !ok {
			return
		}
		b = rest
		rest = bytes.TrimLeft(rest, " \t\r\n")
		if len(rest) == 0 || rest[0] != ':' {
			continue
		}
		if rest = bytes.TrimLeft(rest[1:], " \t\r\n"); len(rest) == 0 || rest[0] != '"' {
			continue
		}
		value, rest, ok := quoted(rest[1:])
		if !ok {
			return
		}
		b = rest
		if len(name) <= fieldMost && len(value) <= fieldMost {
			each(strings.ToLower(string(name)), value)
		}
	}
}

// inner is the name of a field in those that frameworks put around it: user[password].
func inner(name string) string {
	name = strings.TrimSuffix(name, "]")
	return name[strings.LastIndexAny(name, "[.")+1:]
}

func passwordField(name string) bool {
	name = inner(name)
	for _, not := range []string{"forgot", "forget", "reset", "remember", "save", "show", "hint", "less"} {
		if strings.Contains(name, not) {
			return false
		}
	}
	for _, part := range []string{"password", "passwd", "passwort", "contraseña", "contrasena"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return oneOf(name, "pass", "pwd", "psw", "passphrase", "userpass", "user_pass", "clave", "senha", "kennwort", "motdepasse", "mot_de_passe")
}

func userField(name string) bool {
	name = inner(name)
	return strings.Contains(name, "username") || oneOf(name, "user", "user_name", "login", "loginname", "user_login", "email", "mail", "userid", "user_id", "uid", "uname", "usr", "log", "name", "account", "usuario", "correo", "benutzer", "identifier")
}

// yesOrNo reports whether a value says yes, no or nothing.
func yesOrNo(v []byte) bool {
	return len(v) == 0 || len(v) < 10 && oneOf(strings.ToLower(string(v)), "0", "1", "true", "false", "on", "off", "yes", "no", "null", "undefined")
}

// hashed reports whether v is as long as a digest in hexadecimal, and written so.
func hashed(v []byte) bool {
	switch len(v) {
	case 32, 40, 56, 64, 96, 128:
	default:
		return false
	}
	for _, c := range v {
		if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return true
}
