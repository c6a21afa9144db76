package eve_test

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"portero/catalog/identify"
	"portero/internal/corpus"
	"portero/internal/record"
	"portero/internal/view/eve"
)

// schema is what Suricata's EVE schema (version 7) says of a flow event, in our
// own words: kind of value and, where it lists them, the values.
var schema = map[string]struct{ kind, values string }{
	"timestamp":             {kind: "time"},
	"flow_id":               {kind: "integer"},
	"event_type":            {kind: "text", values: "flow"},
	"vlan":                  {kind: "integers"},
	"src_ip":                {kind: "ip"},
	"src_port":              {kind: "integer"},
	"dest_ip":               {kind: "ip"},
	"dest_port":             {kind: "integer"},
	"ip_v":                  {kind: "integer"},
	"proto":                 {kind: "text"},
	"app_proto":             {kind: "text", values: suricataNames},
	"icmp_type":             {kind: "integer"},
	"icmp_code":             {kind: "integer"},
	"response_icmp_type":    {kind: "integer"},
	"response_icmp_code":    {kind: "integer"},
	"community_id":          {kind: "text"},
	"flow.pkts_toserver":    {kind: "integer"},
	"flow.pkts_toclient":    {kind: "integer"},
	"flow.bytes_toserver":   {kind: "integer"},
	"flow.bytes_toclient":   {kind: "integer"},
	"flow.start":            {kind: "time"},
	"flow.end":              {kind: "time"},
	"flow.age":              {kind: "integer"}, // seconds
	"flow.state":            {kind: "text", values: "new established closed bypassed"},
	"flow.reason":           {kind: "text", values: "timeout forced shutdown unknown"},
	"flow.alerted":          {kind: "boolean"},
	"tcp.tcp_flags":         {kind: "hex"},
	"tcp.tcp_flags_ts":      {kind: "hex"}, // to the server
	"tcp.tcp_flags_tc":      {kind: "hex"},
	"tcp.syn":               {kind: "boolean"},
	"tcp.fin":               {kind: "boolean"},
	"tcp.rst":               {kind: "boolean"},
	"tcp.ack":               {kind: "boolean"},
	"tcp.state":             {kind: "text", values: "none listen syn_sent syn_recv established fin_wait1 fin_wait2 time_wait last_ack close_wait closing closed"},
	"portero.id":            {kind: "integer"},
	"portero.handshake":     {kind: "text"},
	"portero.exchange":      {kind: "text"},
	"portero.close":         {kind: "text"},
	"portero.service":       {kind: "text"},
	"portero.history":       {kind: "text"},
	"portero.server_rtt_us": {kind: "number"},
	"portero.client_rtt_us": {kind: "number"},
	"portero.server_name":   {kind: "text"},
	"portero.risks":         {kind: "own"},
}

// suricataNames is what Suricata 8 writes as app_proto.
const suricataNames = "http ftp smtp tls ssh imap jabber smb dcerpc irc dns modbus enip dnp3 nfs ntp ftp-data tftp ike krb5 quic dhcp snmp sip " +
	"rfb mqtt pgsql telnet websocket ldap doh2 rdp http2 bittorrent-dht pop3 mdns mysql failed"

// What Suricata has another name for has it, and what it has none for has none.
func TestAppProtoIsSuricatas(t *testing.T) {
	differ := map[string]string{"http-proxy": "http", "kerberos": "krb5", "msrpc": "dcerpc", "postgresql": "pgsql", "vnc": "rfb", "xmpp": "jabber"}
	known := strings.Fields(suricataNames)
	for _, p := range identify.Protocols() {
		r := corpus.Made(3)
		r.Service, r.ServiceBy = p.String(), "payload"
		want := differ[p.String()]
		if want == "" && slices.Contains(known, p.String()) {
			want = p.String()
		}
		var doc struct {
			App string `json:"app_proto"`
			Own struct {
				Service string `json:"service"`
			} `json:"portero"`
		}
		if err := json.Unmarshal(eve.Append(nil, r), &doc); err != nil || doc.App != want || doc.Own.Service != p.String() {
			t.Errorf("%v: %+v, want %q, %v", p, doc, want, err)
		}
	}
}

// A ping has the type of both, and an error its code; of what was cut off before the type nothing is said.
func TestICMP(t *testing.T) {
	for _, c := range []struct {
		proto      uint8
		addr       string
		orig, resp uint16
		answers    uint64
		want       string
	}{
		{1, "10.0.0.1", 8, 0, 1, `,"icmp_type":8,"response_icmp_type":0,`},
		{1, "10.0.0.1", 8, 0, 0, `,"icmp_type":8,"community_id"`},
		{1, "10.0.0.1", 3, 13, 0, `,"icmp_type":3,"icmp_code":13,"community_id"`},
		{1, "10.0.0.1", 3, 1, 2, `,"icmp_type":3,"icmp_code":1,"response_icmp_type":3,"response_icmp_code":1,`},
		{58, "fe80::1", 135, 136, 1, `,"icmp_type":135,"response_icmp_type":136,`},
		{58, "fe80::1", 2, 0, 0, `,"icmp_type":2,"icmp_code":0,`},
		{1, "10.0.0.1", 0, 0, 1, `"ICMP",`},
	} {
		r := corpus.Made(8)
		r.Proto, r.HasPorts, r.Service = c.proto, false, ""
		r.Orig.Addr, r.Resp.Addr = netip.MustParseAddr(c.addr), netip.MustParseAddr(c.addr)
		r.Orig.Port, r.Resp.Port, r.Resp.Pkts = c.orig, c.resp, c.answers
		line := string(eve.Append(nil, r))
		if !strings.Contains(line, c.want) || c.orig+c.resp == 0 && strings.Contains(line, "icmp_") {
			t.Errorf("%+v: %s", c, line)
		}
	}
}

func TestEveryFieldIsInTheSchema(t *testing.T) {
	rs, err := corpus.Records(corpus.Captures()...)
	if err != nil {
		t.Fatal(err)
	}
	full := rs[0]
	full.ServerName, full.Service, full.ServiceBy = "a\"b\x1b.example", "tls", "payload"
	full.Risks = []record.Finding{{ID: "port-mismatch", Severity: "low", Basis: "observed", Frames: []uint64{4, 6}, Text: "a\"b\x1b"}}
	rs = append(rs, full)
	unreachable := *corpus.Made(8)
	unreachable.Proto, unreachable.HasPorts, unreachable.Orig.Port, unreachable.Resp.Port = 1, false, 3, 1
	rs = append(rs, unreachable)
	pinged := unreachable
	pinged.Orig.Port, pinged.Resp.Port = 8, 0
	rs = append(rs, pinged)
	seen := map[string]bool{}
	ids := map[float64]bool{}
	for i := range rs {
		r := &rs[i]
		line := eve.Append(nil, r)
		var doc map[string]any
		if err := json.Unmarshal(line, &doc); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		for _, k := range []string{"timestamp", "flow_id", "event_type", "src_ip", "dest_ip", "proto", "flow"} {
			if doc[k] == nil {
				t.Errorf("%s is missing", k)
			}
		}
		walk(t, "", doc, seen)
		f := doc["flow"].(map[string]any)
		if uint64(f["bytes_toserver"].(float64)) != r.Orig.Wire || uint64(f["pkts_toclient"].(float64)) != r.Resp.Pkts {
			t.Error("counts are not the record's")
		}
		if (doc["tcp"] != nil) != r.TCP() {
			t.Error("tcp stands beside TCP flows and no others")
		}
		ids[doc["flow_id"].(float64)] = true
	}
	for i := range uint64(2000) {
		var doc struct {
			ID float64 `json:"flow_id"`
		}
		if err := json.Unmarshal(eve.Append(nil, corpus.Made(i)), &doc); err != nil || ids[doc.ID] {
			t.Fatalf("flow_id %v of another flow: %v", doc.ID, err)
		}
		ids[doc.ID] = true
	}
	for k := range schema {
		if !seen[k] {
			t.Errorf("%s is never written", k)
		}
	}
}

func walk(t *testing.T, path string, v any, seen map[string]bool) {
	t.Helper()
	if m, ok := v.(map[string]any); ok {
		for k, x := range m {
			walk(t, strings.TrimPrefix(path+"."+k, "."), x, seen)
		}
		return
	}
	f, ok := schema[path]
	if !ok {
		t.Errorf("%s is no field of the schema", path)
		return
	}
	seen[path] = true
	s, isText := v.(string)
	n, isNumber := v.(float64)
	good := false
	switch f.kind {
	case "integer":
		good = isNumber && n == float64(int64(n)) && n <= 1<<53
	case "number":
		good = isNumber
	case "integers":
		_, good = v.([]any)
	case "boolean":
		_, good = v.(bool)
	case "ip":
		_, err := netip.ParseAddr(s)
		good = err == nil
	case "time": // microseconds, and an offset without colon
		_, err := time.Parse("2006-01-02T15:04:05.000000-0700", s)
		good = err == nil && len(s) == 31
	case "hex":
		good = len(s) == 2 && strings.Trim(s, "0123456789abcdef") == ""
	case "text":
		good = isText && s != ""
	case "own": // the record's own list of objects
		l, isList := v.([]any)
		good = isList && len(l) > 0
	}
	if !good {
		t.Errorf("%s: %v is no %s", path, v, f.kind)
	}
	if f.values != "" && !slices.Contains(strings.Fields(f.values), s) {
		t.Errorf("%s: %q is not allowed", path, s)
	}
}

func TestDoesNotAllocate(t *testing.T) {
	r := corpus.Made(3)
	b := make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(300, func() { b = eve.Append(b[:0], r) }); n != 0 {
		t.Errorf("%v allocations a record", n)
	}
}

// EVE knows no interim records.
func TestInterimRecordsAreLeftOut(t *testing.T) {
	var b bytes.Buffer
	w := eve.New(&b)
	r := corpus.Made(1)
	r.Final = false
	if w.Begin() != nil || w.Write(r) != nil || w.End(nil) != nil || b.Len() != 0 {
		t.Errorf("%q", b.String())
	}
}
