package record

import (
	"slices"
	"strconv"
	"time"

	"portero/catalog/identify"
)

// The keys that come from the payload. All are absent where it told nothing.

func appWord(name, doc string, get func(a *identify.Facts) string) Field {
	return Field{Name: name, Doc: doc, Kind: KindWord, Text: func(b []byte, r *Record) []byte {
		if r.App == nil {
			return b
		}
		return append(b, get(r.App)...)
	}}
}

func appText(name, doc string, get func(a *identify.Facts) string) Field {
	f := appWord(name, doc, get)
	f.Kind = KindText
	return f
}

func appFrames(name, doc string, get func(a *identify.Facts) []uint64) Field {
	return Field{Name: name, Doc: doc, Kind: KindInts, Ints: func(r *Record) []uint64 {
		if r.App == nil {
			return nil
		}
		return get(r.App)
	}}
}

func appTexts(name, doc string, get func(a *identify.Facts) []string) Field {
	return Field{Name: name, Doc: doc, Kind: KindTexts, Words: func(r *Record) []string {
		if r.App == nil {
			return nil
		}
		return get(r.App)
	}}
}

func tlsText(name, doc string, get func(h *identify.Hello) string) Field {
	return appText(name, doc, func(a *identify.Facts) string {
		if a.TLS == nil {
			return ""
		}
		return get(a.TLS)
	})
}

func certText(name, doc string, get func(c *identify.Certificate) string) Field {
	return tlsText(name, doc, func(h *identify.Hello) string {
		if h.Cert == nil {
			return ""
		}
		return get(h.Cert)
	})
}

func httpText(name, doc string, get func(w *identify.Web) string) Field {
	return appText(name, doc, func(a *identify.Facts) string {
		if a.HTTP == nil {
			return ""
		}
		return get(a.HTTP)
	})
}

func loginText(name, doc string, get func(l *identify.Login) string) Field {
	return appText(name, doc, func(a *identify.Facts) string {
		if a.Login == nil {
			return ""
		}
		return get(a.Login)
	})
}

func appInt(name, doc string, get func(a *identify.Facts) uint64) Field {
	return Field{Name: name, Doc: doc, Kind: KindInt, Text: func(b []byte, r *Record) []byte {
		if r.App == nil {
			return b
		}
		if v := get(r.App); v != 0 {
			return AppendUint(b, v)
		}
		return b
	}}
}

func appBool(name, doc string, get func(a *identify.Facts) (value, known bool)) Field {
	return Field{Name: name, Doc: doc, Kind: KindBool, Text: func(b []byte, r *Record) []byte {
		if r.App == nil {
			return b
		}
		if v, ok := get(r.App); ok {
			return strconv.AppendBool(b, v)
		}
		return b
	}}
}

func day(unix int64) string {
	if unix == 0 {
		return ""
	}
	return time.Unix(unix, 0).UTC().Format(time.RFC3339)
}

func nonZero(fs ...uint64) []uint64 {
	var out []uint64
	for _, f := range fs {
		if f != 0 {
			out = append(out, f)
		}
	}
	return out
}

// said are the fields that identification fills.
func said() []Field {
	fs := []Field{
		appText("service_version", "version of the protocol spoken", func(a *identify.Facts) string { return a.Version }),
		appFrames("service_frames", "frames whose payload showed it, of each end; that of the originator comes first", func(a *identify.Facts) []uint64 { return nonZero(a.Frames[0], a.Frames[1]) }),
		appText("orig_banner", "originator: the line it introduces itself with (SSH ...)", func(a *identify.Facts) string { return a.Banner[0] }),
		appText("resp_banner", "responder: the line it introduces itself with (SSH, SMTP, FTP ...)", func(a *identify.Facts) string { return a.Banner[1] }),
		appText("orig_software", "originator: the program as it names itself", func(a *identify.Facts) string { return a.Software[0] }),
		appText("resp_software", "responder: the program as it names itself", func(a *identify.Facts) string { return a.Software[1] }),
		tlsText("tls_version", "negotiated TLS or DTLS version", func(h *identify.Hello) string { return identify.VersionName(h.Version) }),
		tlsText("tls_offered", "highest TLS or DTLS version that the client offers", func(h *identify.Hello) string { return identify.VersionName(h.MaxVersion) }),
		tlsText("tls_cipher", "negotiated cipher suite, the number of the registry in hexadecimal", func(h *identify.Hello) string {
			if !h.HasCipher {
				return ""
			}
			return "0x" + strconv.FormatUint(uint64(h.Cipher)|0x10000, 16)[1:]
		}),
		tlsText("alpn", "application protocol negotiated in TLS, where visible", func(h *identify.Hello) string { return h.ALPN }),
		appTexts("alpn_offered", "application protocols that the client offers", func(a *identify.Facts) []string {
			if a.TLS == nil {
				return nil
			}
			return a.TLS.Offered
		}),
		tlsText("ja4", "JA4 fingerprint of the TLS client", func(h *identify.Hello) string { return h.JA4 }),
		appBool("tls_ech", "an encrypted ClientHello was offered: the name may be a front", func(a *identify.Facts) (bool, bool) {
			return true, a.TLS != nil && a.TLS.ECH
		}),
		appBool("tls_resumed", "the server took an earlier session up: no certificate follows", func(a *identify.Facts) (bool, bool) {
			return true, a.TLS != nil && a.TLS.Resumed
		}),
		tlsText("tls_alert", "first alert in clear that ends the connection, else the first; the number of the registry", func(h *identify.Hello) string {
			if !h.HasAlert {
				return ""
			}
			return strconv.Itoa(int(h.Alert))
		}),
		closed(appWord("tls_alert_by", "who sent that alert: orig or resp", func(a *identify.Facts) string {
			switch {
			case a.TLS == nil || !a.TLS.HasAlert || a.Client < 0:
				return ""
			case a.TLS.AlertBy == a.Client:
				return "orig"
			}
			return "resp"
		}), "orig", "resp"),
		certText("tls_cert_subject", "whom the server's certificate names (TLS 1.2 and older; later ones are encrypted)", func(c *identify.Certificate) string { return c.Subject }),
		certText("tls_cert_issuer", "who issued it", func(c *identify.Certificate) string { return c.Issuer }),
		appTexts("tls_cert_names", "the first host names it is for, as far as they were seen", func(a *identify.Facts) []string {
			if a.TLS == nil || a.TLS.Cert == nil {
				return nil
			}
			return a.TLS.Cert.Names
		}),
		certText("tls_cert_not_before", "start of its validity", func(c *identify.Certificate) string { return day(c.NotBefore) }),
		certText("tls_cert_not_after", "end of its validity", func(c *identify.Certificate) string { return day(c.NotAfter) }),
		appBool("tls_cert_self_signed", "its issuer is its subject", func(a *identify.Facts) (bool, bool) {
			if a.TLS == nil || a.TLS.Cert == nil || !a.TLS.Cert.SubjectSeen {
				return false, false
			}
			return a.TLS.Cert.SelfSigned, true
		}),
		appFrames("tls_frames", "frames of ClientHello, ServerHello, certificate and alert in clear, in this order; one that holds several is there once", func(a *identify.Facts) []uint64 {
			if a.TLS == nil {
				return nil
			}
			return slices.Compact(nonZero(a.TLS.HelloFrame, a.TLS.ReplyFrame, a.TLS.CertFrame, a.TLS.AlertFrame))
		}),
		httpText("http_method", "method of the first request", func(w *identify.Web) string { return w.Method }),
		httpText("http_host", "host that the first request asks for", func(w *identify.Web) string { return w.Host }),
		appInt("http_status", "status of the first answer", func(a *identify.Facts) uint64 {
			if a.HTTP == nil {
				return 0
			}
			return uint64(max(a.HTTP.Status, 0))
		}),
		httpText("http_location", "scheme, host and port of a redirection", func(w *identify.Web) string { return w.Location }),
		httpText("http_content_type", "type of the first answer", func(w *identify.Web) string { return w.ContentType }),
		appText("dns_query", "name of the first question", func(a *identify.Facts) string {
			if a.DNS == nil {
				return ""
			}
			return a.DNS.Query
		}),
		appText("dns_type", "record type of the first question", func(a *identify.Facts) string {
			if a.DNS == nil || a.DNS.Type == 0 {
				return ""
			}
			if n := identify.TypeName(a.DNS.Type); n != "" {
				return n
			}
			return strconv.Itoa(int(a.DNS.Type))
		}),
		appText("dns_code", "response code of the first answer", func(a *identify.Facts) string {
			if a.DNS == nil || a.DNS.Code < 0 {
				return ""
			}
			if n := identify.CodeName(a.DNS.Code); n != "" {
				return n
			}
			return strconv.Itoa(a.DNS.Code)
		}),
		appTexts("dns_answers", "addresses and names of the first answer, at most eight", func(a *identify.Facts) []string {
			if a.DNS == nil {
				return nil
			}
			return a.DNS.Answers
		}),
		appInt("dns_queries", "questions seen", func(a *identify.Facts) uint64 {
			if a.DNS == nil {
				return 0
			}
			return uint64(a.DNS.Queries)
		}),
		closed(appWord("quic", "what became of a QUIC connection: completed, unfinished (answered, completion not seen), retried, version-negotiated, initial-only, closed", func(a *identify.Facts) string {
			if a.QUIC == nil {
				return ""
			}
			return a.QUIC.Verdict.String()
		}), "completed", "unfinished", "retried", "version-negotiated", "initial-only", "closed"),
		appText("quic_version", "QUIC version of the client's first packet that counts", func(a *identify.Facts) string {
			if a.QUIC == nil {
				return ""
			}
			return identify.QUICVersionName(a.QUIC.Version)
		}),
		appBool("quic_retried", "the server asked for proof of address on the way", func(a *identify.Facts) (bool, bool) {
			return true, a.QUIC != nil && a.QUIC.Retried
		}),
		appFrames("quic_frames", "frames that prove the QUIC verdict", func(a *identify.Facts) []uint64 {
			if a.QUIC == nil {
				return nil
			}
			return a.QUIC.Frames
		}),
		loginText("login_user", "who logged in, where the name passed in clear; secrets are never kept", func(l *identify.Login) string { return l.User }),
		loginText("login_method", "how", func(l *identify.Login) string { return l.Method }),
		appBool("login_clear", "whether the secret was readable", func(a *identify.Facts) (bool, bool) {
			if a.Login == nil {
				return false, false
			}
			return a.Login.Clear, true
		}),
		appInt("login_frame", "frame of the secret, or else of the name", func(a *identify.Facts) uint64 {
			if a.Login == nil {
				return 0
			}
			return a.Login.Frame
		}),
	}
	return needs(NeedSaid, fs...)
}
