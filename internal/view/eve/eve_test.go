package eve_test

import (
	"bytes"
	"encoding/json"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"portero/internal/corpus"
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
	"app_proto":             {kind: "text"},
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
}

func TestEveryFieldIsInTheSchema(t *testing.T) {
	rs, err := corpus.Records(corpus.Captures()...)
	if err != nil {
		t.Fatal(err)
	}
	full := rs[0]
	full.ServerName, full.Service, full.ServiceBy = "a\"b\x1b.example", "tls", "payload"
	rs = append(rs, full)
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
