package ecs_test

import (
	"encoding/json"
	"net/netip"
	"strings"
	"testing"

	"portero/catalog/identify"
	"portero/handshake"
	"portero/internal/record"
	"portero/internal/view/ecs"
)

// TestWords: what rules in a SIEM are written on: which of ECS's words each verdict has.
func TestWords(t *testing.T) {
	tcp := func(v handshake.Verdict, c handshake.Close) record.Record {
		return record.Record{Proto: 6, Final: true, Handshake: v, Close: c}
	}
	udp := func(x handshake.Exchange) record.Record {
		return record.Record{Proto: 17, Final: true, Handshake: handshake.None, Exchange: x}
	}
	live := tcp(handshake.Completed, handshake.Reset)
	live.Final = false
	for _, c := range []struct {
		r    record.Record
		want string // action, outcome, types
	}{
		{tcp(handshake.Completed, handshake.Closed), "completed success connection start end"},
		{tcp(handshake.CompletedUnseen, handshake.Reset), "completed_unseen success connection start end"},
		{tcp(handshake.Implied, handshake.HalfClosed), "implied success connection start end"},
		{tcp(handshake.Completed, handshake.StillOpen), "completed success connection start"},
		{live, "completed success connection start"},
		{tcp(handshake.Midstream, handshake.StillOpen), "midstream unknown connection start"},
		{tcp(handshake.Refused, handshake.CloseNone), "refused failure connection denied"},
		{tcp(handshake.Filtered, handshake.CloseNone), "filtered failure connection denied"},
		{tcp(handshake.NoAnswer, handshake.CloseNone), "no_answer failure connection"},
		{tcp(handshake.HalfOpen, handshake.CloseNone), "half_open failure connection"},
		{tcp(handshake.Aborted, handshake.CloseNone), "aborted failure connection"},
		{tcp(handshake.Invalid, handshake.CloseNone), "invalid failure connection"},
		{tcp(handshake.Unsolicited, handshake.CloseNone), "unsolicited unknown connection"},
		{tcp(handshake.Probe, handshake.CloseNone), "probe unknown connection"},
		{udp(handshake.Answered), "answered success connection"},
		{udp(handshake.Unanswered), "unanswered unknown connection"},
		{udp(handshake.ReplyOnly), "reply_only unknown connection"},
		{udp(handshake.ExchangeRefused), "refused failure connection denied"},
		{udp(handshake.ExchangeFiltered), "filtered failure connection denied"},
		{record.Record{Proto: 47, Final: true, Handshake: handshake.None}, "seen unknown connection"},
	} {
		c.r.Orig.Addr, c.r.Resp.Addr = netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")
		var doc struct {
			Event struct {
				Action, Outcome string
				Type            []string
			}
		}
		line := ecs.Append(nil, &c.r)
		if err := json.Unmarshal(line, &doc); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if got := strings.Join(append([]string{doc.Event.Action, doc.Event.Outcome}, doc.Event.Type...), " "); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

// TestNetwork: what is said of addresses, protocols, VLANs and programs.
func TestNetwork(t *testing.T) {
	for _, c := range []struct {
		edit func(r *record.Record)
		want string
	}{
		{func(r *record.Record) { r.Proto = 6 }, `"network":{"type":"ipv4","iana_number":"6","transport":"tcp"`},
		{func(r *record.Record) {
			r.Proto, r.Orig.Addr, r.Resp.Addr = 58, netip.MustParseAddr("fe80::1"), netip.MustParseAddr("fe80::2")
		}, `"network":{"type":"ipv6","iana_number":"58","transport":"ipv6-icmp"`},
		{func(r *record.Record) { r.Proto = 33 }, `"iana_number":"33","transport":"dccp"`},
		{func(r *record.Record) { r.Proto = 89 }, `"iana_number":"89","transport":"ospfigp"`},
		{func(r *record.Record) { r.Proto = 200 }, `"iana_number":"200","transport":"200"`},
		{func(r *record.Record) { r.VLAN = []uint32{7} }, `,"vlan":{"id":"7"}},"source"`},
		{func(r *record.Record) { r.VLAN = []uint32{7, 8, 9} }, `,"vlan":{"id":"7"},"inner":{"vlan":{"id":"9"}}},"source"`},
		{func(r *record.Record) { r.Process, r.PID = "curl", 77 }, `,"process":{"pid":77,"name":"curl"}`},
		{func(r *record.Record) { r.Process = "curl" }, `,"process":{"name":"curl"}`},
		{func(r *record.Record) { r.PID = 1 }, `,"process":{"pid":1}`},
		{func(r *record.Record) { r.User = "ana" }, `,"user":{"name":"ana"}`},
		{func(r *record.Record) {}, `"outcome":"unknown","sequence":0}`}, // of what has no times no start, no end and no duration is claimed
		{func(r *record.Record) { r.First, r.Last = 1e9, 1e9 }, `"outcome":"unknown","start":"1970-01-01T00:00:01.000000000Z","end":"1970-01-01T00:00:01.000000000Z","duration":0,"sequence":0}`},
		{func(r *record.Record) { r.DurationNS = 5 }, `"duration":5,`},
		{func(r *record.Record) { r.DurationNS = -5 }, `"duration":0,`}, // a clock that was set back
		{func(r *record.Record) { r.Orig.Addr = netip.Addr{} }, `"source":{"bytes":0,`},
		{func(r *record.Record) { r.Risks = []record.Finding{{ID: "x", Severity: "low", Basis: "hint"}} }, `,"risks":[{"id":"x","severity":"low","basis":"hint","frames":[],"text":""}]`},
	} {
		r := record.Record{Proto: 17, Final: true, HasPorts: true, ServerRTT: record.Unset, ClientRTT: record.Unset}
		r.Orig.Addr, r.Resp.Addr = netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")
		c.edit(&r)
		if line := ecs.Append(nil, &r); !json.Valid(line) || !strings.Contains(string(line), c.want) {
			t.Errorf("%s\nhas no %s", line, c.want)
		}
	}
}

// TestSaid: what the payload told, in ECS' own fields, and none of them for what it did not tell.
func TestSaid(t *testing.T) {
	for _, c := range []struct {
		app  identify.Facts
		want string
	}{
		{identify.Facts{Client: -1}, ``},
		{identify.Facts{DNS: &identify.Lookup{Query: "a\x1b.example", Type: 1, Code: -1}}, `"dns":{"type":"query","question":{"name":"a\u001b.example","type":"A"}}`},
		{identify.Facts{DNS: &identify.Lookup{Code: 3, Type: 65280}}, `"dns":{"type":"answer","question":{"type":"65280"},"response_code":"NXDOMAIN"}`},
		{identify.Facts{DNS: &identify.Lookup{Code: 0, Answers: []string{"x.example", "192.0.2.1", "192.0.2.1:53", "2001:db8::1"}}}, `"dns":{"type":"answer","response_code":"NOERROR","resolved_ip":["192.0.2.1","2001:db8::1"]}`},
		{identify.Facts{Client: 1, HTTP: &identify.Web{Host: "[2001:db8::1]"}}, `"url":{"domain":"[2001:db8::1]"}`},
		{identify.Facts{Client: 1, HTTP: &identify.Web{Host: "[2001:db8::1]:8080", Status: 404, ContentType: "text/html; charset=utf-8"}}, `"http":{"response":{"status_code":404,"mime_type":"text/html"}},"url":{"domain":"[2001:db8::1]","port":8080}`},
		{identify.Facts{Client: 0, HTTP: &identify.Web{Host: "x:99999", Method: "GE\"T"}, Software: [2]string{"\xff\n", "nginx"}}, `"http":{"request":{"method":"GE\"T"}},"url":{"domain":"x"},"user_agent":{"original":"\ufffd\n"}`},
		{identify.Facts{Client: -1, HTTP: &identify.Web{}, Software: [2]string{"a", "b"}}, ``},
		{identify.Facts{TLS: &identify.Hello{Version: 0x0304}}, `"tls":{"version":"1.3","version_protocol":"tls"}`},
		{identify.Facts{TLS: &identify.Hello{Name: "x.example"}}, `"tls":{"client":{"server_name":"x.example"}}`},
		{identify.Facts{TLS: &identify.Hello{Cert: &identify.Certificate{NotAfter: 1 << 60, NotBefore: -1}}}, `"tls":{"server":{"not_before":"1969-12-31T23:59:59Z"}}`},
		{identify.Facts{TLS: &identify.Hello{Cert: &identify.Certificate{}}}, ``},
	} {
		r := record.Record{Proto: 6, Final: true, App: &c.app}
		line := string(ecs.Append(nil, &r))
		_, got, _ := strings.Cut(line, `"related":{"ip":["",""]}`)
		if got, _, _ = strings.Cut(got, `,"portero":`); !json.Valid([]byte(line)) || strings.TrimPrefix(got, ",") != c.want {
			t.Errorf("%s\nnot %s", got, c.want)
		}
	}
}
