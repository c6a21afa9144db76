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

// mechanisms are the names of SASL (IANA's registry, and what mail servers have besides).
var mechanisms = []string{"9798-m-dsa-sha1", "9798-m-ecdsa-sha1", "9798-m-rsa-sha1-enc", "9798-u-dsa-sha1", "9798-u-ecdsa-sha1", "9798-u-rsa-sha1-enc", "anonymous", "apop", "cram-md5", "digest-md5",
	"eap-aes128", "eap-aes128-plus", "ecdh-x25519-challenge", "ecdsa-nist256p-challenge", "external", "gs2-krb5", "gs2-krb5-plus", "gss-spnego", "gssapi", "kerberos_v4", "kerberos_v5", "msn",
	"nmas-samba-auth", "nmas_authen", "nmas_login", "ntlm", "oauth10a", "oauthbearer", "openid20", "otp", "saml20", "scram-sha-1", "scram-sha-1-plus", "scram-sha-256", "scram-sha-256-plus", "scram-sha-512",
	"scram-sha-512-plus", "securid", "skey", "srp", "sxover-plus", "x-oauth2", "xoauth", "xoauth2", "xymcookie", "xymcookieb64", "xympki", "x-facebook-platform", "x-messenger-oauth2", "x-google-token"}

// mechanism is the name of a mechanism of SASL behind a space, "" for a word that is none: it may be a secret, in a protocol that only
// looks like this one or by somebody's mistake.
func mechanism(word []byte) string {
	low := string(bytes.ToLower(word[:min(len(word), 32)]))
	if oneOf(low, mechanisms...) {
		return " " + low
	}
	return ""
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
