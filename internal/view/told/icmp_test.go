package told

import (
	"net/netip"
	"testing"

	"portero/internal/record"
)

// A row of ICMP says what its messages are, and of ping how often was asked and answered.
func TestPing(t *testing.T) {
	v4, v6 := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")
	for _, c := range []struct {
		proto      uint8
		typ, other uint16
		asked, got uint64
		quality    []string
		en, es     string
	}{
		{1, 8, 0, 3, 3, nil, "ping: 3 asked, 3 answered", "ping: 3 preguntas, 3 respuestas"},
		{1, 8, 0, 1, 0, nil, "ping: 1 asked, no answer from there", "ping: 1 pregunta, ninguna respuesta de ahí"},
		{1, 8, 0, 0, 2, nil, "ping: 2 answers, no question in this capture", "ping: 2 respuestas, ninguna pregunta en esta captura"},
		{1, 8, 0, 6, 6, []string{"fragments"}, "ping", "ping"},
		{1, 11, 0, 1, 0, nil, "time exceeded", "tiempo agotado"},
		{58, 128, 129, 2, 1, nil, "ping: 2 asked, 1 answered", "ping: 2 preguntas, 1 respuesta"},
		{58, 135, 136, 2, 0, nil, "neighbour solicitation", "búsqueda de vecino"},
		{58, 200, 1, 2, 0, nil, "", ""},
		{2, 8, 0, 2, 0, nil, "", ""},
	} {
		r := record.Record{Proto: c.proto, Quality: c.quality, Orig: record.Side{Addr: v4, Port: c.typ, Pkts: c.asked}, Resp: record.Side{Addr: v4, Port: c.other, Pkts: c.got}}
		if c.proto == 58 {
			r.Orig.Addr, r.Resp.Addr = v6, v6
		}
		var got Text
		if s := Said(&r); len(s) > 0 {
			got = s[0]
		}
		if got.EN != c.en || got.ES != c.es {
			t.Errorf("%d, type %d: %q, %q", c.proto, c.typ, got.EN, got.ES)
		}
	}
}
