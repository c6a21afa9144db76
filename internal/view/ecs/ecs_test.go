package ecs_test

import (
	"encoding/json"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"portero/catalog/identify"
	"portero/internal/corpus"
	"portero/internal/record"
	"portero/internal/view/ecs"
)

// schema is what Elastic Common Schema 8.11 says of the fields we write, in our
// own words: its type, the values it allows where it lists them, and whether it
// is an array.
var schema = map[string]struct {
	kind   string // keyword, long, date, ip, boolean, own
	array  bool
	values string
}{
	"@timestamp":                        {kind: "date"},
	"ecs.version":                       {kind: "keyword", values: "8.11.0"},
	"event.kind":                        {kind: "keyword", values: "alert asset enrichment event metric state pipeline_error signal"},
	"event.category":                    {kind: "keyword", array: true, values: "api authentication configuration database driver email file host iam intrusion_detection library malware network package process registry session threat vulnerability web"},
	"event.type":                        {kind: "keyword", array: true, values: "access allowed connection denied end info protocol start"}, // of the category network
	"event.outcome":                     {kind: "keyword", values: "failure success unknown"},
	"event.action":                      {kind: "keyword"},
	"event.module":                      {kind: "keyword"},
	"event.dataset":                     {kind: "keyword"}, // begins with the module and a dot
	"event.start":                       {kind: "date"},
	"event.end":                         {kind: "date"},
	"event.duration":                    {kind: "long"}, // nanoseconds
	"event.sequence":                    {kind: "long"},
	"network.type":                      {kind: "keyword", values: "ipv4 ipv6 ipsec pim"},
	"network.iana_number":               {kind: "keyword"},
	"network.transport":                 {kind: "keyword"},
	"network.community_id":              {kind: "keyword"},
	"network.protocol":                  {kind: "keyword"},
	"network.bytes":                     {kind: "long"}, // both directions
	"network.packets":                   {kind: "long"},
	"network.vlan.id":                   {kind: "keyword"},
	"network.inner.vlan.id":             {kind: "keyword"},
	"source.address":                    {kind: "keyword"},
	"source.ip":                         {kind: "ip"},
	"source.port":                       {kind: "long"},
	"source.bytes":                      {kind: "long"}, // from source to destination
	"source.packets":                    {kind: "long"},
	"destination.address":               {kind: "keyword"},
	"destination.ip":                    {kind: "ip"},
	"destination.port":                  {kind: "long"},
	"destination.bytes":                 {kind: "long"},
	"destination.packets":               {kind: "long"},
	"destination.domain":                {kind: "keyword"},
	"source.mac":                        {kind: "mac"},
	"destination.mac":                   {kind: "mac"},
	"related.ip":                        {kind: "ip", array: true},
	"related.user":                      {kind: "keyword", array: true},
	"dns.type":                          {kind: "keyword", values: "query answer"},
	"dns.question.name":                 {kind: "keyword"},
	"dns.question.type":                 {kind: "keyword"},
	"dns.response_code":                 {kind: "keyword"},
	"dns.resolved_ip":                   {kind: "ip", array: true},
	"http.request.method":               {kind: "keyword"},
	"http.response.status_code":         {kind: "long"},
	"http.response.mime_type":           {kind: "keyword"},
	"url.domain":                        {kind: "keyword"},
	"url.port":                          {kind: "long"},
	"user_agent.original":               {kind: "keyword"},
	"tls.version":                       {kind: "keyword"},
	"tls.version_protocol":              {kind: "keyword", values: "tls dtls ssl"},
	"tls.next_protocol":                 {kind: "keyword"},
	"tls.resumed":                       {kind: "boolean"},
	"tls.client.server_name":            {kind: "keyword"},
	"tls.server.not_before":             {kind: "date"},
	"tls.server.not_after":              {kind: "date"},
	"tls.server.x509.alternative_names": {kind: "keyword", array: true},
	"source.geo.country_iso_code":       {kind: "keyword"},
	"source.as.number":                  {kind: "long"},
	"source.as.organization.name":       {kind: "keyword"},
	"process.pid":                       {kind: "long"},
	"process.name":                      {kind: "keyword"},
	"user.name":                         {kind: "keyword"},
	"portero.handshake":                 {kind: "own"},
	"portero.handshake_kind":            {kind: "own"},
	"portero.exchange":                  {kind: "own"},
	"portero.close":                     {kind: "own"},
	"portero.closed_by":                 {kind: "own"},
	"portero.end_reason":                {kind: "own"},
	"portero.roles_by":                  {kind: "own"},
	"portero.ja4":                       {kind: "own"},
	"portero.tunnel":                    {kind: "own"},
	"portero.server_rtt_us":             {kind: "own"},
	"portero.client_rtt_us":             {kind: "own"},
	"portero.orig_payload":              {kind: "own"},
	"portero.resp_payload":              {kind: "own"},
	"portero.service":                   {kind: "own"},
	"portero.service_by":                {kind: "own"},
	"portero.conn_state":                {kind: "own"},
	"portero.history":                   {kind: "own"},
	"portero.final":                     {kind: "own"},
	"portero.risks":                     {kind: "own"},
}

func TestEveryFieldIsInTheSchema(t *testing.T) {
	rs, err := corpus.Records(corpus.Captures()...)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	full := rs[0]
	full.App = &identify.Facts{Client: 0, Software: [2]string{"curl/8", ""}, Login: &identify.Login{User: "ana"},
		DNS:  &identify.Lookup{Query: "a.example", Type: 28, Code: 0, Answers: []string{"b.example", "2001:db8::1", "fe80::1%7"}},
		HTTP: &identify.Web{Method: "GET", Host: "www.example:8080", Status: 200, ContentType: "text/html"},
		TLS: &identify.Hello{Name: "x.example", ALPN: "h2", Version: 0xfefd, Resumed: true, JA4: "t13d", Cert: &identify.Certificate{
			Names: []string{"x.example", "*.x.example"}, NotBefore: 1_700_000_000, NotAfter: 253_402_300_799}}}
	full.Orig.MAC, full.Resp.MAC, full.Orig.Country, full.Orig.ASN, full.Orig.ASOrg, full.Tunnel = "02:00:5e:00:53:ab", "02:00:00:00:00:02", "ES", 64500, "Example", []string{"gre", "vxlan"}
	full.ServerName, full.Process, full.PID, full.User, full.VLAN = "a\"b\x1b.example", "sshd", 7, "root", []uint32{100, 200}
	for i := range append(rs, full) {
		r := full
		if i < len(rs) {
			r = rs[i]
		}
		line := ecs.Append(nil, &r)
		var doc map[string]any
		if err := json.Unmarshal(line, &doc); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		walk(t, "", doc, seen)
		check(t, &r, doc)
	}
	for k := range schema {
		if !seen[k] && !strings.HasPrefix(k, "portero.risks") {
			t.Errorf("%s is never written: the table says more than the writer does", k)
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
	if path == "portero.risks" {
		return // the record's own list of objects
	}
	f, ok := schema[path]
	if !ok {
		t.Errorf("%s is no field of the schema", path)
		return
	}
	seen[path] = true
	if f.kind == "own" {
		return
	}
	list, isList := v.([]any)
	if isList != f.array {
		t.Errorf("%s: array is %v", path, isList)
	}
	if !isList {
		list = []any{v}
	}
	for _, x := range list {
		s, isText := x.(string)
		n, isNumber := x.(float64)
		switch f.kind {
		case "long":
			if !isNumber || n != float64(int64(n)) {
				t.Errorf("%s: %v is no long", path, x)
			}
			continue
		case "boolean":
			if _, ok := x.(bool); !ok {
				t.Errorf("%s: %v is no boolean", path, x)
			}
			continue
		case "mac": // as RFC 7042 writes it
			if !regexp.MustCompile("^[0-9A-F]{2}(-[0-9A-F]{2}){5}$").MatchString(s) {
				t.Errorf("%s: %v is no hardware address", path, x)
			}
		case "date":
			if _, err := time.Parse(time.RFC3339Nano, s); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		case "ip":
			if _, err := netip.ParseAddr(s); err != nil {
				t.Errorf("%s: %v", path, err)
			}
		}
		if !isText || s == "" {
			t.Errorf("%s: %v is no text", path, x)
		}
		if f.values != "" && !slices.Contains(strings.Fields(f.values), s) {
			t.Errorf("%s: %q is not allowed", path, s)
		}
	}
}

// check holds what the schema asks of several fields together.
func check(t *testing.T, r *record.Record, doc map[string]any) {
	t.Helper()
	get := func(path string) float64 {
		var v any = doc
		for _, k := range strings.Split(path, ".") {
			v = v.(map[string]any)[k]
		}
		return v.(float64)
	}
	if get("network.bytes") != get("source.bytes")+get("destination.bytes") || get("network.packets") != get("source.packets")+get("destination.packets") {
		t.Error("network.bytes is not the sum of both sides")
	}
	if uint64(get("source.bytes")) != r.Orig.Wire || uint64(get("destination.packets")) != r.Resp.Pkts {
		t.Error("sides are not the record's")
	}
	e := doc["event"].(map[string]any)
	if !strings.HasPrefix(e["dataset"].(string), e["module"].(string)+".") {
		t.Error("event.dataset does not begin with event.module")
	}
}

func TestDoesNotAllocate(t *testing.T) {
	r := corpus.Made(3)
	b := make([]byte, 0, 4096)
	if n := testing.AllocsPerRun(300, func() { b = ecs.Append(b[:0], r) }); n != 0 {
		t.Errorf("%v allocations a record", n)
	}
}
