package zeek

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"
	"time"

	"portero/capture"
	"portero/catalog/identify"
	"portero/internal/record"
)

// Zeek's column "service" has the names of its analyzers, as its own logs of the same protocols do, and nothing where
// only the port speaks for one.
func TestService(t *testing.T) {
	inTLS := &identify.Facts{TLS: &identify.Hello{}}
	asked := &identify.Facts{TLS: &identify.Hello{}, StartTLS: true}
	for _, x := range []struct {
		proto       uint8
		service, by string
		app         *identify.Facts
		want        string
	}{
		{capture.ProtoTCP, "tls", "payload", inTLS, "ssl"},
		{capture.ProtoUDP, "quic", "payload", inTLS, "quic,ssl"},
		{capture.ProtoUDP, "quic", "payload", nil, "quic"},
		{capture.ProtoTCP, "http", "payload", nil, "http"},
		{capture.ProtoTCP, "websocket", "payload", nil, "http,websocket"},
		{capture.ProtoTCP, "smtp", "payload", nil, "smtp"},
		{capture.ProtoTCP, "smtp", "payload", asked, "smtp,ssl"},
		{capture.ProtoTCP, "ldap", "payload", asked, "ldap_tcp,ssl"},
		{capture.ProtoUDP, "ldap", "payload", nil, "ldap_udp"},
		{capture.ProtoTCP, "kerberos", "payload", nil, "krb_tcp"},
		{capture.ProtoUDP, "kerberos", "payload", nil, "krb"},
		{capture.ProtoTCP, "wireguard", "payload", nil, "wireguard"},
		{capture.ProtoUDP, "netbios-ns", "payload", nil, "dns"},
		{capture.ProtoTCP, "https", "port", nil, "-"},
		{capture.ProtoTCP, "", "", nil, "-"},
	} {
		r := record.Record{Proto: x.proto, HasPorts: true, Service: x.service, ServiceBy: x.by, App: x.app}
		if x.by == "payload" {
			r.Spoken = x.service
		}
		r.Orig.Addr, r.Resp.Addr = netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
		var out bytes.Buffer
		w := New(&out, time.Unix(0, 0))
		if err := w.Write(&r); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		if got := strings.Split(out.String(), "\t")[7]; got != x.want {
			t.Errorf("%s by %s: service %q, want %q", x.service, x.by, got, x.want)
		}
	}
}
