package told

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"portero/capture"
	"portero/catalog/identify"
	"portero/handshake"
	"portero/internal/record"
)

// One is one in both languages.
func TestSlowCountsOne(t *testing.T) {
	const second = int64(1e9)
	for _, c := range []struct {
		r      record.Record
		en, es string
	}{
		{record.Record{LossStall: 5 * second, DurationNS: 6 * second, Orig: record.Side{Retrans: 1}}, "before a segment was sent again", "antes de repetir un segmento"},
		{record.Record{LossStall: 5 * second, DurationNS: 6 * second, Orig: record.Side{Retrans: 2}}, "before 2 segments were", "antes de repetir 2 segmentos"},
	} {
		c.r.FirstByte, c.r.Thinking, c.r.LongestWait, c.r.WindowStall, c.r.Setup, c.r.ServerRTT, c.r.RTTP50 = record.Unset, record.Unset, record.Unset, record.Unset, record.Unset, record.Unset, record.Unset
		c.r.Proto, c.r.Handshake = 6, handshake.Completed
		got := Slow(&c.r)
		if !strings.Contains(got.EN, c.en) || !strings.Contains(got.ES, c.es) {
			t.Errorf("%q %q", got.EN, got.ES)
		}
	}
	if a, b := often(1), often(3); a.ES != "una vez" || b.EN != "3 times" {
		t.Error(a, b)
	}
}

// Of an opening that was repeated, the time that it would have taken anyway is not counted,
// and the sentence does not say that it opened after the rest.
func TestSlowOpening(t *testing.T) {
	r := record.Record{Proto: 6, Handshake: handshake.Completed, SYNRetries: 1, Setup: 4e9, ServerRTT: record.Unset, ClientRTT: 1e9, DurationNS: 5e9,
		FirstByte: record.Unset, Thinking: record.Unset, LongestWait: record.Unset, WindowStall: record.Unset, LossStall: record.Unset, RTTP50: record.Unset}
	if got, want := Slow(&r).EN, "slow: 3.0 s of its opening went by in repeating: the SYN was sent 2 times, its answer once"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
}

// For whom a proxy calls is told as what it is: what its header says.
func TestSaidForWhom(t *testing.T) {
	r := record.Record{Proto: 6, Handshake: handshake.Completed, App: &identify.Facts{Protocol: identify.HTTP, Caller: netip.MustParseAddrPort("192.0.2.1:56324")}}
	got := Said(&r)
	if len(got) != 1 || got[0] != (Text{"for 192.0.2.1:56324, as its PROXY header says", "en nombre de 192.0.2.1:56324, según su cabecera PROXY"}) {
		t.Error(got)
	}
	r.App.Caller = netip.AddrPort{}
	if got := Said(&r); len(got) != 0 {
		t.Error(got)
	}
}

// TestAnnounced: what another connection announced is not said to be shown by the payload, and the frame that did is named.
func TestAnnounced(t *testing.T) {
	r := &record.Record{Proto: capture.ProtoTCP, HasPorts: true, Handshake: handshake.Completed, PortClass: "registered", Spoken: "ftp-data",
		App: identify.Announce(identify.FTPData, 1, 30)}
	r.Resp.Port = 40001
	if got, want := Spoken(r), (Text{"40001/tcp is registered for nothing; frame 30, of another connection of the two, announced ftp-data here",
		"40001/tcp no está registrado para nada; la trama 30, de otra conexión de los dos, anunció aquí ftp-data"}); got != want {
		t.Errorf("%+v", got)
	}
}

// TestSeconds: a time is told in a unit in which it can be grasped.
func TestSeconds(t *testing.T) {
	for d, want := range map[time.Duration]string{12 * time.Microsecond: "12 µs", 1500 * time.Millisecond: "1.5 s", 2 * time.Hour: "2.0 h", 47 * time.Hour: "47.0 h", 60 * time.Hour: "2.5 d", 26936 * time.Hour: "1122.3 d", -3 * time.Second: "-3.0 s"} {
		if got := Seconds(int64(d)); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

// A question that is asked again is not told as another.
func TestAskedAgain(t *testing.T) {
	for _, c := range []struct {
		d    identify.Lookup
		want Text
	}{
		{identify.Lookup{Query: "door.example", Queries: 1, Same: 1}, Text{"asked for door.example", "preguntó por door.example"}},
		{identify.Lookup{Query: "door.example", Queries: 3, Same: 3}, Text{"asked for door.example, 3 times", "preguntó por door.example, 3 veces"}},
		{identify.Lookup{Query: "door.example", Queries: 3, Same: 2}, Text{"asked for door.example and 2 more", "preguntó por door.example y 2 más"}},
	} {
		if got := asked(&c.d); got != c.want {
			t.Errorf("%+v: %+v", c.d, got)
		}
	}
}

// TestNotAnswered: a server that lets in and says nothing is told where its connection is over and its packets were captured.
func TestNotAnswered(t *testing.T) {
	web := &identify.Facts{Protocol: identify.HTTP, HTTP: &identify.Web{Method: "GET", Host: "house.example"}}
	tls := &identify.Facts{Protocol: identify.TLS, TLS: &identify.Hello{Name: "house.example", MaxVersion: 0x0304}}
	old := &identify.Facts{Protocol: identify.TLS, TLS: &identify.Hello{MaxVersion: 0x0301}}
	for _, c := range []struct {
		what   string
		app    *identify.Facts
		change func(r *record.Record)
		want   Text
	}{
		{"a page", web, func(*record.Record) {}, Text{"GET house.example, not answered", "GET house.example, sin respuesta"}},
		{"TLS", tls, func(*record.Record) {}, Text{"offered TLS 1.3 to house.example, not answered", "ofreció TLS 1.3 a house.example, sin respuesta"}},
		{"TLS without a name, cut", old, func(r *record.Record) { r.Close = handshake.Reset }, Text{"offered TLS 1.0, not answered", "ofreció TLS 1.0, sin respuesta"}},
		{"it goes on", web, func(r *record.Record) { r.Close = handshake.StillOpen }, same("GET house.example")},
		{"its side was not captured", tls, func(r *record.Record) { r.Resp.Pkts = 0 }, same("TLS house.example")},
		{"what it said was lost", tls, func(r *record.Record) { r.Resp.Lost = 1 }, same("TLS house.example")},
		{"it said something", tls, func(r *record.Record) { r.Resp.Payload = 1 }, same("TLS house.example")},
	} {
		r := record.Record{Proto: 6, Handshake: handshake.Completed, Close: handshake.Closed, App: c.app}
		r.Resp.Pkts = 3
		c.change(&r)
		if got := Said(&r); len(got) != 1 || got[0] != c.want {
			t.Errorf("%s: %q", c.what, got)
		}
	}
}

// How often a wait went there and back, and which frames prove what QUIC did, is told in both languages as it was.
func TestCountsAreWhole(t *testing.T) {
	const second = int64(1e9)
	for turns, want := range map[uint64]Text{
		1: {"slow: 5.0 s until the responder answered", "lenta: 5.0 s hasta que contestó el respondedor"},
		2: {"slow: 5.0 s until the responder answered, in 2 turns; the longest wait 3.0 s", "lenta: 5.0 s hasta que contestó el respondedor, en 2 turnos; la espera más larga, 3.0 s"},
		7: {"slow: 5.0 s until the responder answered, in 7 turns; the longest wait 3.0 s", "lenta: 5.0 s hasta que contestó el respondedor, en 7 turnos; la espera más larga, 3.0 s"},
	} {
		r := record.Record{Proto: 6, Handshake: handshake.Completed, DurationNS: 6 * second, FirstByte: 1, Thinking: 5 * second, LongestWait: 3 * second, Turns: turns,
			WindowStall: record.Unset, LossStall: record.Unset, Setup: record.Unset, ServerRTT: record.Unset, RTTP50: record.Unset}
		if got := Slow(&r); got != want {
			t.Errorf("%d turns: %q", turns, got)
		}
	}
	for n, want := range map[int]Text{0: {"", ""}, 1: {" (frame 4)", " (trama 4)"}, 2: {" (frames 4, 5)", " (tramas 4, 5)"}} {
		got := quic(&identify.Facts{QUIC: &identify.QUICFacts{Verdict: identify.QUICRetried, Frames: []uint64{4, 5}[:n]}})
		if !strings.HasSuffix(got.EN, want.EN) || !strings.HasSuffix(got.ES, want.ES) || n == 0 && strings.Contains(got.EN+got.ES, "trama") {
			t.Errorf("%d frames: %q", n, got)
		}
	}
}
