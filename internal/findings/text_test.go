package findings

import (
	"net/netip"
	"slices"
	"testing"

	"portero/catalog"
	"portero/handshake"
	"portero/internal/record"
	"portero/internal/words"
)

// TestToldOfAll: what only the first of several records had is not said of all of them, and where
// names are left out (--anonymize) the sentence still is one.
func TestToldOfAll(t *testing.T) {
	a, b := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.9")
	for _, c := range []struct {
		f      Finding
		en, es string
	}{
		{Finding{Kind: "cleartext-credentials", Target: a, Proto: 6, Port: 21, Count: 2, Extra: 7, Name: "ftp pass", Detail: "maria"},
			`10.0.0.1, port 21/tcp: a password for "maria" (7 octets) sent readable (ftp pass), by 2 clients`,
			`10.0.0.1, puerto 21/tcp: una contraseña para "maria" (7 octetos) se envió legible (ftp pass), desde 2 clientes`},
		{Finding{Kind: "cleartext-credentials", Target: a, Proto: 6, Port: 21, Count: 2, Extra: 7, Name: "ftp pass", Detail: "maria", Others: true},
			`10.0.0.1, port 21/tcp: passwords for "maria" and others sent readable (ftp pass), by 2 clients`,
			`10.0.0.1, puerto 21/tcp: contraseñas para "maria" y otros se enviaron legibles (ftp pass), desde 2 clientes`},
		{Finding{Kind: "cleartext-credentials", Target: a, Proto: 6, Port: 21, Count: 1, Extra: 7, Name: "ftp pass", Detail: "maria", Sizes: true},
			`10.0.0.1, port 21/tcp: several passwords for "maria" sent readable (ftp pass), by 1 client`,
			`10.0.0.1, puerto 21/tcp: varias contraseñas para "maria" se enviaron legibles (ftp pass), desde 1 cliente`},
		{Finding{Kind: "cleartext-credentials", Target: a, Proto: 6, Port: 21, Count: 1, Extra: 7, Name: "ftp pass", Others: true},
			`10.0.0.1, port 21/tcp: several secrets sent readable (ftp pass), by 1 client`,
			`10.0.0.1, puerto 21/tcp: varios secretos se enviaron legibles (ftp pass), desde 1 cliente`},
		{Finding{Kind: "tls-certificate", Target: a, Proto: 6, Port: 443, Count: 1, Name: "expired", Detail: "x.test", Others: true},
			"10.0.0.1, port 443/tcp: the certificate is out of date (x.test; others too)",
			"10.0.0.1, puerto 443/tcp: el certificado está caducado (x.test; otros también)"},
		{Finding{Kind: "address-bogon", Target: a, Proto: 17, Count: 1, Name: "loopback", Detail: "127.0.0.1"},
			"10.0.0.1 was called by 127.0.0.1: no machine has such an address (loopback)",
			"a 10.0.0.1 llamaron desde la dirección 127.0.0.1: ningún equipo tiene una así (loopback)"},
		{Finding{Kind: "address-bogon", Target: a, Proto: 17, Count: 3, Name: "loopback" + bogonAnswer, Detail: "127.0.0.1"},
			"10.0.0.1 was answered by 3 addresses, such as 127.0.0.1: no machine has such an address (loopback)",
			"a 10.0.0.1 contestaron desde 3 direcciones, como 127.0.0.1: ningún equipo tiene una así (loopback)"},
		{Finding{Kind: "address-bogon", Target: a, Proto: 17, Count: 3, Name: "loopback"},
			"10.0.0.1 was called by 3 addresses: no machine has such an address (loopback)",
			"a 10.0.0.1 llamaron desde 3 direcciones: ningún equipo tiene una así (loopback)"},
		{Finding{Kind: "listener-new", Target: a, Proto: 6, Port: 80, Name: "http"},
			"10.0.0.1 was seen to serve port 80/tcp (http) for the first time", "a 10.0.0.1 se le vio atender el puerto 80/tcp (http) por primera vez"},
		{Finding{Kind: "address-bogon", Target: a, Proto: 6, Port: 80, Name: bogonSelf},
			"10.0.0.1 was called in its own name, port 80/tcp, from the same port: forged, or a fault (LAND)",
			"a 10.0.0.1 llamaron en su propio nombre, puerto 80/tcp, desde el mismo puerto: falso, o una avería (LAND)"},
		{Finding{Kind: "dns-tunnel", Actor: b, Count: 90, Extra: 60},
			"10.0.0.9 asked for 90 different names under one domain, 60 octets long on average",
			"10.0.0.9 preguntó por 90 nombres distintos de un mismo dominio, de 60 octetos por término medio"},
		{Finding{Kind: "lan-poisoning", Target: a, Count: 2, Name: "arp"},
			"10.0.0.1 is claimed by 2 machines within a minute", "10.0.0.1 lo reclaman 2 equipos en menos de un minuto"},
		{Finding{Kind: "lan-poisoning", Count: 2, Name: "dhcp"},
			"2 machines hand out addresses", "2 equipos reparten direcciones"},
	} {
		if got := c.f.Text(words.English); got != c.en {
			t.Errorf("%q, want %q", got, c.en)
		}
		if got := c.f.Text(words.Spanish); got != c.es {
			t.Errorf("%q, want %q", got, c.es)
		}
	}
}

// That something answered is shown by the frame that answered, in a list of findings as in one of
// doors; the record keeps all three frames of the opening in their order.
func TestAnswersAreShownByTheAnswer(t *testing.T) {
	opened := func(r *record.Record) { r.SYNFrame, r.SYNACKFrame, r.ACKFrame = 3, 4, 5 }
	replied := func(r *record.Record) { r.RolesBy, r.ReplyFrame = handshake.RolesPayload, 4 }
	for name, tell := range map[string]func(s *story){
		"tcp": func(s *story) { s.tcp(0, "10.0.0.9", "10.0.0.1", 0, 12345, handshake.Completed, opened) },
		"udp": func(s *story) {
			s.udp(0, "10.0.0.9", "10.0.0.1", 0, 31337, handshake.Answered, replied)
		},
		"exposure": func(s *story) { s.tcp(0, "8.8.4.4", "10.0.0.1", 0, 445, handshake.Completed, opened) },
	} {
		var s story
		tell(&s)
		d := New(catalog.Default(), nil, 0)
		r := &s.rs[0]
		d.Record(r)
		if want := []uint64{3, 4, 5}; name != "udp" && (len(r.Risks) != 1 || !slices.Equal(r.Risks[0].Frames, want)) {
			t.Errorf("%s: the record has %+v", name, r.Risks)
		}
		d.Observe(r)
		if fs := d.Findings(); len(fs) != 1 || !slices.Equal(fs[0].Frames, []uint64{4}) {
			t.Errorf("%s: found %+v", name, fs)
		}
	}
}
