// Package zeek writes records as a conn.log that Zeek's own tools read.
package zeek

import (
	"io"
	"time"

	"portero/capture"
	"portero/internal/record"
	"portero/internal/view"
)

// Writer writes a conn.log in TSV.
type Writer struct {
	w   io.Writer
	now time.Time
	buf []byte
	err error
}

const flushAt = 64 << 10

const head = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n"

const fields = "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\tlocal_orig\tlocal_resp\tmissed_bytes\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\ttunnel_parents\tip_proto\n" +
	"#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring\tbool\tbool\tcount\tstring\tcount\tcount\tcount\tcount\tset[string]\tcount\n"

// New returns a writer to w. now stamps the opening and closing lines.
func New(w io.Writer, now time.Time) *Writer {
	return &Writer{w: w, now: now.UTC(), buf: make([]byte, 0, flushAt+4<<10)}
}

const stamp = "2006-01-02-15-04-05"

// Begin implements view.Writer.
func (z *Writer) Begin() error {
	z.buf = append(z.buf, head...)
	z.buf = append(z.buf, "#open\t"...)
	z.buf = z.now.AppendFormat(z.buf, stamp)
	z.buf = append(z.buf, '\n')
	z.buf = append(z.buf, fields...)
	return nil
}

// appendService appends what Zeek calls what was spoken, answered or not: the analyzers that understood the payload, never
// what the port is for. What Zeek has no analyzer for keeps portero's name.
func appendService(b []byte, r *record.Record) []byte {
	name, over := r.Spoken, "_udp"
	if r.TCP() {
		over = "_tcp"
	}
	switch name {
	case "":
		return append(b, '-')
	case "tls":
		return append(b, "ssl"...)
	case "http-proxy":
		name = "http"
	case "websocket":
		name = "http,websocket"
	case "mdns", "llmnr", "netbios-ns":
		name = "dns"
	case "msrpc":
		name = "dce_rpc"
	case "vnc":
		name = "rfb"
	case "gtp-user":
		name = "gtpv1"
	case "netbios-ssn":
		name = "netbiosssn"
	case "bittorrent-tracker":
		name = "bittorrenttracker"
	case "kerberos":
		if name = "krb"; r.TCP() {
			name = "krb_tcp"
		}
	case "ldap", "dnp3":
		return tls(append(append(b, name...), over...), r)
	}
	return tls(append(b, name...), r)
}

// tls appends the analyzer of TLS, which began inside another protocol.
func tls(b []byte, r *record.Record) []byte {
	if r.App != nil && r.App.TLS != nil && (r.App.StartTLS || r.Spoken == "quic" || r.Spoken == "http-proxy" || r.Spoken == "socks") {
		b = append(b, ",ssl"...)
	}
	return b
}

// Write implements view.Writer. Originator and responder are Zeek's.
func (z *Writer) Write(r *record.Record) error {
	b := z.buf
	o, p := &r.Orig, &r.Resp
	if r.ZeekFlipped {
		o, p = p, o
	}
	b = seconds(b, r.First)
	b = append(b, '\t')
	b = uid(b, r)
	b = append(b, '\t')
	b = record.AppendAddr(b, o.Addr)
	b = append(b, '\t')
	b = record.AppendUint(b, uint64(o.Port))
	b = append(b, '\t')
	b = record.AppendAddr(b, p.Addr)
	b = append(b, '\t')
	b = record.AppendUint(b, uint64(p.Port))
	b = append(b, '\t')
	switch r.Proto {
	case capture.ProtoTCP:
		b = append(b, "tcp"...)
	case capture.ProtoUDP:
		b = append(b, "udp"...)
	case capture.ProtoICMP, capture.ProtoICMP6:
		b = append(b, "icmp"...)
	default:
		b = append(b, "unknown_transport"...)
	}
	b = append(b, '\t')
	b = appendService(b, r)
	b = append(b, '\t')
	if r.DurationNS > 0 {
		b = seconds(b, r.DurationNS)
	} else {
		b = append(b, '-')
	}
	b = append(b, '\t')
	b = record.AppendUint(b, o.Payload)
	b = append(b, '\t')
	b = record.AppendUint(b, p.Payload)
	b = append(b, '\t')
	b = unset(b, r.ConnState)
	b = append(b, "\t-\t-\t"...)
	b = record.AppendUint(b, o.Lost+p.Lost)
	b = append(b, '\t')
	b = unset(b, r.History)
	b = append(b, '\t')
	b = record.AppendUint(b, o.Pkts)
	b = append(b, '\t')
	b = append(b, '-') // the record keeps wire and payload octets, not those of IP
	b = append(b, '\t')
	b = record.AppendUint(b, p.Pkts)
	b = append(b, '\t')
	b = append(b, "-\t-\t"...)
	b = record.AppendUint(b, uint64(r.Proto)) // which one, where Zeek knows no name
	b = append(b, '\n')
	z.buf = b
	if len(z.buf) >= flushAt {
		return z.Flush()
	}
	return z.err
}

// End implements view.Writer.
func (z *Writer) End(*view.Summary) error {
	z.buf = append(z.buf, "#close\t"...)
	z.buf = z.now.AppendFormat(z.buf, stamp)
	z.buf = append(z.buf, '\n')
	return z.Flush()
}

// Flush hands on what is buffered.
func (z *Writer) Flush() error {
	if z.err == nil && len(z.buf) > 0 {
		_, z.err = z.w.Write(z.buf)
	}
	z.buf = z.buf[:0]
	return z.err
}

func unset(b []byte, s string) []byte {
	if s == "" {
		return append(b, '-')
	}
	return append(b, s...)
}

func seconds(b []byte, ns int64) []byte {
	v := uint64(ns)
	if ns < 0 {
		b = append(b, '-')
		v = -v
	}
	sec := v / 1e9
	b = record.AppendUint(b, sec)
	// A million before the microseconds keeps their leading zeros.
	at := len(b)
	b = record.AppendUint(b, 1e6+(v-sec*1e9)/1000)
	b[at] = '.'
	return b
}

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// uid appends Zeek's kind of unique id: C and seventeen characters, here made
// from the connection itself, so that every run gives the same.
func uid(b []byte, r *record.Record) []byte {
	a, c := uint64(r.First), r.ID*0x9e3779b97f4a7c15
	for _, s := range [2]*record.Side{&r.Orig, &r.Resp} {
		x := s.Addr.As16()
		for i := 0; i < 16; i += 8 {
			v := uint64(0)
			for j := range 8 {
				v = v<<8 | uint64(x[i+j])
			}
			a = mix(a ^ v)
			c = mix(c + a)
		}
		a = mix(a + uint64(s.Port)<<8 + uint64(r.Proto))
	}
	c = mix(c ^ a)
	b = append(b, 'C')
	for i := range 17 {
		if i == 9 {
			a = c
		}
		b = append(b, base62[a%62])
		a /= 62
	}
	return b
}

func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}
