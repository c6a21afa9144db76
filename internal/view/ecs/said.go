package ecs

import (
	"net/netip"
	"strconv"
	"strings"
	"time"

	"portero/catalog/identify"
	"portero/internal/record"
	"portero/internal/view/ndjson"
)

// document is a JSON object that is being written: what lies in b ends inside of it. Objects in which nothing came to stand are
// taken back.
type document struct{ b []byte }

func (d *document) key(k string) {
	if d.b[len(d.b)-1] != '{' {
		d.b = append(d.b, ',')
	}
	d.b = append(append(append(d.b, '"'), k...), `":`...)
}

func (d *document) object(k string, fields func()) {
	at := len(d.b)
	d.key(k)
	d.b = append(d.b, '{')
	if fields(); d.b[len(d.b)-1] == '{' {
		d.b = d.b[:at]
		return
	}
	d.b = append(d.b, '}')
}

func (d *document) text(k, v string) {
	if v != "" {
		d.key(k)
		d.b = ndjson.AppendText(d.b, v)
	}
}

func (d *document) texts(k string, vs []string) {
	for i, v := range vs {
		if i == 0 {
			d.key(k)
			d.b = append(d.b, '[')
		} else {
			d.b = append(d.b, ',')
		}
		d.b = ndjson.AppendText(d.b, v)
	}
	if len(vs) > 0 {
		d.b = append(d.b, ']')
	}
}

func (d *document) number(k string, v uint64) {
	if v != 0 {
		d.key(k)
		d.b = record.AppendUint(d.b, v)
	}
}

func (d *document) date(k string, seconds int64) {
	// Certificates may name years that our times do not reach.
	if t := time.Unix(seconds, 0).UTC(); seconds != 0 && t.Year() > 0 && t.Year() <= 9999 {
		d.key(k)
		d.b = append(t.AppendFormat(append(d.b, '"'), time.RFC3339), '"')
	}
}

// said appends what the payload told, in the fields that ECS has for it. b ends in the document.
func said(b []byte, a *identify.Facts) []byte {
	if a == nil {
		return b
	}
	d := document{b}
	if a.DNS != nil {
		d.object("dns", func() { d.dns(a.DNS) })
	}
	if a.HTTP != nil {
		d.http(a)
	}
	if a.TLS != nil {
		d.object("tls", func() { d.tls(a.TLS) })
	}
	return d.b
}

// dns appends the first question and its answer; of what that holds ECS has the addresses apart.
func (d *document) dns(l *identify.Lookup) {
	kind, answered := "query", l.Code >= 0
	if answered {
		kind = "answer"
	}
	d.text("type", kind)
	d.object("question", func() {
		d.text("name", l.Query)
		if l.Type != 0 {
			d.text("type", orNumber(identify.TypeName(l.Type), int(l.Type)))
		}
	})
	if answered {
		d.text("response_code", strings.ToUpper(orNumber(identify.CodeName(l.Code), l.Code)))
	}
	var ips []string
	for _, s := range l.Answers {
		if ip, err := netip.ParseAddr(s); err == nil && ip.Zone() == "" {
			ips = append(ips, s)
		}
	}
	d.texts("resolved_ip", ips)
}

func orNumber(name string, n int) string {
	if name != "" {
		return name
	}
	return strconv.Itoa(n)
}

// http appends the first request, its answer, whom it asks for, and what the client calls itself.
func (d *document) http(a *identify.Facts) {
	w := a.HTTP
	d.object("http", func() {
		d.object("request", func() { d.text("method", w.Method) })
		d.object("response", func() {
			d.number("status_code", uint64(max(w.Status, 0)))
			kind, _, _ := strings.Cut(w.ContentType, ";")
			d.text("mime_type", strings.TrimSpace(kind))
		})
	})
	host, port := w.Host, ""
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host, port = host[:i], host[i+1:]
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		n = 0 // what is no port is left out
	}
	d.object("url", func() {
		d.text("domain", host)
		d.number("port", n)
	})
	if a.Client >= 0 {
		d.object("user_agent", func() { d.text("original", a.Software[a.Client]) })
	}
}

// tls appends a handshake of TLS as far as it passed in clear.
func (d *document) tls(h *identify.Hello) {
	name, version, _ := strings.Cut(identify.VersionName(h.Version), " ")
	d.text("version", version)
	d.text("version_protocol", strings.ToLower(name))
	d.text("next_protocol", h.ALPN)
	if h.Resumed {
		d.key("resumed")
		d.b = append(d.b, "true"...)
	}
	d.object("client", func() { d.text("server_name", h.Name) })
	if c := h.Cert; c != nil {
		d.object("server", func() {
			d.date("not_before", c.NotBefore)
			d.date("not_after", c.NotAfter)
			d.object("x509", func() { d.texts("alternative_names", c.Names) })
		})
	}
}
