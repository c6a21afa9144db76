// Package told says in one sentence each, in English and Spanish, what the
// payload of a connection showed and why it was slow. The sentences hold raw
// text from the wire: whoever shows them escapes them. Numbers for people and lines
// of a width are made here as well, the same for every view.
package told

import (
	"fmt"
	"strconv"
	"strings"

	"portero/catalog/identify"
	"portero/handshake"
	"portero/internal/record"
	"portero/internal/words"
)

// Text is one sentence in both languages.
type Text struct{ EN, ES string }

// In returns the sentence in a language.
func (t Text) In(l words.Lang) string { return l.Pick(t.EN, t.ES) }

func same(s string) Text { return Text{s, s} }

// Said is what the payload showed, most telling first; nothing when it told
// nothing beyond the service.
func Said(r *record.Record) []Text {
	a := r.App
	var out []Text
	if t := post(r); t.EN != "" {
		out = append(out, t)
	}
	if a == nil {
		return named(r, out)
	}
	if r.Service == "" && r.Spoken != "" && r.HasPorts && !silent(a.Protocol) {
		out = append(out, Text{"looks like " + r.Spoken, "parece " + r.Spoken})
	}
	switch {
	case a.DNS != nil && a.DNS.Query != "":
		out = append(out, asked(a.DNS))
	case a.QUIC != nil && a.QUIC.Verdict != identify.QUICNone:
		out = append(out, quic(a))
	case a.TLS != nil:
		out = append(out, tls(a, unheard(r)))
	case a.HTTP != nil && a.HTTP.Method != "":
		out = append(out, web(a, unheard(r)))
	case a.Software[1] != "":
		out = append(out, Text{"answered by " + a.Software[1], "contesta " + a.Software[1]})
	case a.Banner[1] != "" && a.Protocol != identify.TLS:
		out = append(out, Text{"says: " + a.Banner[1], "dice: " + a.Banner[1]})
	}
	if c := certificate(a); c.EN != "" {
		out = append(out, c)
	}
	if a.Caller.IsValid() {
		out = append(out, Text{"for " + a.Caller.String() + ", as its PROXY header says", "en nombre de " + a.Caller.String() + ", según su cabecera PROXY"})
	}
	if l := a.Login; l != nil && (l.User != "" || l.Clear) {
		out = append(out, login(l))
	}
	return named(r, out)
}

// silent protocols are told by their question already.
func silent(p identify.Protocol) bool {
	return p == identify.DNS || p == identify.MDNS || p == identify.LLMNR || p == identify.NetBIOSName || p == identify.QUIC
}

// named adds the name that the capture's own DNS gave for the address.
func named(r *record.Record, out []Text) []Text {
	if r.ServerNameBy == "dns" && (r.App == nil || r.App.DNS == nil) {
		out = append(out, Text{r.ServerName + " (by DNS)", r.ServerName + " (según el DNS)"})
	}
	return out
}

func asked(d *identify.Lookup) Text {
	name := d.Query
	if t := identify.TypeName(d.Type); t != "" && t != "A" && t != "AAAA" && t != "NB" {
		name += " (" + t + ")"
	}
	t := Text{"asked for " + name, "preguntó por " + name}
	switch {
	case d.Queries <= 1:
	case d.Same == d.Queries: // again, or for the other kind of address
		t.EN += fmt.Sprintf(", %d times", d.Queries)
		t.ES += fmt.Sprintf(", %d veces", d.Queries)
	default:
		t.EN += fmt.Sprintf(" and %d more", d.Queries-1)
		t.ES += fmt.Sprintf(" y %d más", d.Queries-1)
	}
	if d.Code > 0 {
		code := identify.CodeName(d.Code)
		if code == "" {
			code = strconv.Itoa(d.Code)
		}
		t.EN += ", answer " + code
		t.ES += ", respuesta " + code
	}
	return t
}

func version(a *identify.Facts) string {
	h := a.TLS
	if v := identify.VersionName(h.Version); v != "" {
		return v
	}
	if a.Protocol == identify.DTLS {
		return "DTLS"
	}
	return "TLS"
}

// unheard reports whether a connection came and went, and its responder never said a word, though its packets were captured: a server that
// accepts and leaves is what somebody looks for.
func unheard(r *record.Record) bool {
	return r.TCP() && (r.Close == handshake.Closed || r.Close == handshake.Reset || r.Close == handshake.HalfClosed) && r.Resp.Pkts > 0 && r.Resp.Payload == 0 && r.Resp.Lost == 0
}

func tls(a *identify.Facts, unheard bool) Text {
	h := a.TLS
	if v := identify.VersionName(h.MaxVersion); unheard && !h.HasAlert && v != "" {
		t := Text{"offered " + v, "ofreció " + v}
		if h.Name != "" {
			t.EN += " to " + h.Name
			t.ES += " a " + h.Name
		}
		return Text{t.EN + ", not answered", t.ES + ", sin respuesta"}
	}
	s := version(a)
	if h.Name != "" {
		s += " " + h.Name
	}
	if h.ALPN != "" {
		s += ", " + h.ALPN
	}
	t := same(s)
	if a.StartTLS {
		t = Text{"turned to " + s, "pasó a " + s}
	}
	if h.HasAlert {
		en, es := words.TLSAlert(h.Alert, h.AlertName(), h.AlertBy == 1, h.AlertFatal, h.AlertFrame)
		t.EN += ", " + en
		t.ES += ", " + es
	}
	return t
}

func certificate(a *identify.Facts) Text {
	if a.TLS == nil || a.TLS.Cert == nil {
		return Text{}
	}
	c := a.TLS.Cert
	switch {
	case c.SelfSigned:
		return Text{"certificate signed by itself: " + c.Subject, "certificado firmado por sí mismo: " + c.Subject}
	case a.TLS.Name == "" && c.Subject != "":
		return Text{"certificate of " + c.Subject, "certificado de " + c.Subject}
	}
	return Text{}
}

func quic(a *identify.Facts) Text {
	v := a.QUIC.Verdict
	s := "QUIC " + v.String()
	es := "QUIC: " + words.QUIC(words.Spanish, v.String())
	if a.QUIC.Retried && v != identify.QUICRetried {
		s += " after a Retry"
		es += ", tras un Retry"
	}
	if a.Name != "" {
		s += ", " + a.Name
		es += ", " + a.Name
	}
	if fs := a.QUIC.Frames; len(fs) > 0 {
		var n []string
		for _, f := range fs {
			n = append(n, strconv.FormatUint(f, 10))
		}
		l := strings.Join(n, ", ")
		if len(n) == 1 {
			s += " (frame " + l + ")"
			es += " (trama " + l + ")"
		} else {
			s += " (frames " + l + ")"
			es += " (tramas " + l + ")"
		}
	}
	return Text{s, es}
}

func web(a *identify.Facts, unheard bool) Text {
	w := a.HTTP
	s := w.Method
	if w.Host != "" {
		s += " " + w.Host
	}
	if w.Status > 0 {
		s += fmt.Sprintf(": %d", w.Status)
	} else if unheard {
		return Text{s + ", not answered", s + ", sin respuesta"}
	}
	return same(s)
}

func login(l *identify.Login) Text {
	t := Text{"login", "identificación"}
	if l.User != "" {
		t.EN += " as " + l.User
		t.ES += " de " + l.User
	}
	t.EN += " (" + l.Method + ")"
	t.ES += " (" + l.Method + ")"
	if l.Clear {
		t.EN += fmt.Sprintf(", its secret readable in frame %d", l.Frame)
		t.ES += fmt.Sprintf(", con el secreto legible en la trama %d", l.Frame)
	}
	return t
}

// Slow says what took the time of a slow connection; it is empty where nothing
// stands out.
func Slow(r *record.Record) Text {
	what, ns := r.SlowFor()
	s := Seconds(ns)
	switch what {
	case record.SlowResponder:
		t := Text{"slow: " + s + " until the responder answered", "lenta: " + s + " hasta que contestó el respondedor"}
		if r.Turns > 1 {
			t.EN += fmt.Sprintf(", in %d turns; the longest wait %s", r.Turns, Seconds(r.LongestWait))
			t.ES += fmt.Sprintf(", en %d turnos; la espera más larga, %s", r.Turns, Seconds(r.LongestWait))
		}
		if r.LongestFrame != 0 {
			t.EN += fmt.Sprintf(" (frame %d)", r.LongestFrame)
			t.ES += fmt.Sprintf(" (trama %d)", r.LongestFrame)
		}
		return t
	case record.SlowPath:
		if r.Turns == 0 {
			return Text{"slow: " + s + " on the way, there and back once", "lenta: " + s + " en el camino, una vez ida y vuelta"}
		}
		return Text{fmt.Sprintf("slow: %s on the way, %d times there and back", s, r.Turns+1),
			fmt.Sprintf("lenta: %s en el camino, %d veces ida y vuelta", s, r.Turns+1)}
	case record.SlowWindow:
		return Text{"slow: " + s + " of a shut window: a receiver did not read what had come",
			"lenta: " + s + " con la ventana cerrada: un receptor no leía lo que había llegado"}
	case record.SlowLoss:
		n := r.Orig.Retrans + r.Resp.Retrans + r.Orig.OOO + r.Resp.OOO
		if n == 1 {
			return Text{"slow: " + s + " of silence before a segment was sent again", "lenta: " + s + " de silencio antes de repetir un segmento"}
		}
		return Text{fmt.Sprintf("slow: %s of silence before %d segments were sent again", s, n), fmt.Sprintf("lenta: %s de silencio antes de repetir %d segmentos", s, n)}
	case record.SlowOpening:
		syn, answer := often(r.SYNRetries+1), often(r.SYNACKRetries+1)
		// The round trip that an opening takes anyway is not in s.
		return Text{"slow: " + s + " of its opening went by in repeating: the SYN was sent " + syn.EN + ", its answer " + answer.EN,
			"lenta: " + s + " de su apertura se fueron en repetir: el SYN se envió " + syn.ES + " y su respuesta " + answer.ES}
	}
	return Text{}
}

// often counts times in words.
func often(n uint64) Text {
	if n == 1 {
		return Text{"once", "una vez"}
	}
	return Text{fmt.Sprintf("%d times", n), fmt.Sprintf("%d veces", n)}
}

// Spoken says what the responder's port is registered for, what people run there
// and what was spoken: three different things.
func Spoken(r *record.Record) Text {
	if !r.HasPorts || r.PortClass == "" || r.Exchange == handshake.ExchangeNone && !r.Handshake.Opened() && r.Handshake != handshake.Midstream {
		return Text{}
	}
	port := fmt.Sprintf("%d/%s", r.Resp.Port, record.ProtoName(r.Proto))
	t := Text{port + " is ", port + " "}
	if r.PortName != "" {
		t.EN += "registered for " + r.PortName
		t.ES += "está registrado para " + r.PortName
	} else {
		t.EN += "registered for nothing"
		t.ES += "no está registrado para nada"
	}
	if r.PortPractice != "" && r.PortPractice != r.PortName {
		t.EN += ", in practice " + r.PortPractice
		t.ES += ", en la práctica " + r.PortPractice
	}
	switch {
	case r.App != nil && r.App.Protocol == identify.FTPData && r.Spoken != "":
		said := max(r.App.Frames[0], r.App.Frames[1])
		t.EN += fmt.Sprintf("; frame %d, of another connection of the two, announced %s here", said, r.Spoken)
		t.ES += fmt.Sprintf("; la trama %d, de otra conexión de los dos, anunció aquí %s", said, r.Spoken)
	case r.Spoken != "":
		t.EN += "; the payload shows " + r.Spoken
		t.ES += "; los datos muestran " + r.Spoken
		if r.App != nil && r.App.Version != "" {
			t.EN += " " + r.App.Version
			t.ES += " " + r.App.Version
		}
		if r.App != nil {
			c := r.App.Confidence.String()
			t.EN += " (" + map[string]string{"exact": "certain", "shape": "probable, by its shape", "port": "by the port and a fitting shape"}[c] + ")"
			t.ES += " (" + map[string]string{"exact": "seguro", "shape": "probable, por la forma", "port": "por el puerto y una forma que encaja"}[c] + ")"
		}
	case r.Orig.Payload+r.Resp.Payload == 0:
		t.EN += "; nothing was said"
		t.ES += "; no se dijo nada"
	default:
		t.EN += "; the payload shows no protocol that is known here"
		t.ES += "; los datos no muestran ningún protocolo conocido"
	}
	return t
}

// Seconds is a duration for people, in the unit that suits it.
func Seconds(ns int64) string {
	neg := ""
	if ns < 0 {
		neg, ns = "-", -ns
	}
	s := float64(ns) / 1e9
	switch {
	case s < 0.001:
		return neg + fmt.Sprintf("%.0f µs", s*1e6)
	case s < 1:
		return neg + fmt.Sprintf("%.0f ms", s*1e3)
	case s < 100:
		return neg + fmt.Sprintf("%.1f s", s)
	case s < 7200:
		return neg + fmt.Sprintf("%.0f s", s)
	case s < 48*3600:
		return neg + fmt.Sprintf("%.1f h", s/3600)
	}
	return neg + fmt.Sprintf("%.1f d", s/86400)
}

// Octets is an amount of octets for people, in at most four digits and a unit of thousands.
func Octets(n uint64) string {
	switch {
	case n < 10_000:
		return fmt.Sprintf("%d B", n)
	case n < 10_000_000:
		return fmt.Sprintf("%d kB", n/1000)
	case n < 10_000_000_000:
		return fmt.Sprintf("%d MB", n/1_000_000)
	}
	return fmt.Sprintf("%d GB", n/1_000_000_000)
}
