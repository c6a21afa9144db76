package house_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"portero/handshake"
	"portero/internal/corpus"
	"portero/internal/fleet/batch"
	"portero/internal/fleet/house"
	"portero/internal/fleet/lake"
	"portero/internal/record"
)

func entry(t testing.TB, site, sensor string, n uint64, rs ...*record.Record) batch.Entry {
	t.Helper()
	b := batch.NewBuilder(site, sensor)
	for _, r := range rs {
		b.Add(r)
	}
	x, err := batch.Decode(b.Append(nil))
	if err != nil {
		t.Fatal(err)
	}
	return batch.Entry{Source: site + "/" + sensor + "/e", Number: n, Batch: x}
}

func ask(t *testing.T, h *house.House, q house.Query, args map[string]string) (rows []map[string]any) {
	t.Helper()
	var b bytes.Buffer
	if err := h.Ask(context.Background(), &b, q, args, "ndjson"); err != nil {
		t.Fatalf("%s: %v", q.Name, err)
	}
	for _, l := range strings.Split(strings.TrimSpace(b.String()), "\n") {
		if l == "" {
			continue
		}
		m := map[string]any{}
		if err := json.Unmarshal([]byte(l), &m); err != nil {
			t.Fatalf("%s: %v in %q", q.Name, err, l)
		}
		rows = append(rows, m)
	}
	return rows
}

func named(t *testing.T, name string) house.Query {
	t.Helper()
	q, err := house.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

var count = house.Query{Name: "count", SQL: "SELECT count() AS n, uniqExact(site, sensor, first, id) AS k FROM flows"}

func TestClickHouse(t *testing.T) {
	url := clickhouse(t)
	h, err := house.New(house.Config{URL: url, Database: "portero_test", Days: 7000})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // a second migration changes nothing
		if err := h.Migrate(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	ttl := func(days, want int) {
		t.Helper()
		h, err := house.New(house.Config{URL: url, Database: "portero_test", Days: days})
		if err == nil {
			err = h.Migrate(context.Background())
		}
		if err != nil {
			t.Fatal(err)
		}
		q := house.Query{Name: "ttl", SQL: "SELECT engine_full LIKE '%toIntervalDay(7000)%' AS ttl FROM system.tables WHERE name = 'portero_records'"}
		if got := ask(t, h, q, nil); len(got) != 1 || fmt.Sprint(got[0]["ttl"]) != fmt.Sprint(want) {
			t.Errorf("a hub with %d days leaves %v", days, got)
		}
	}
	ttl(0, 1) // one that says nothing leaves it
	ttl(house.Forever, 0)
	ttl(house.Forever, 0)
	ttl(7000, 1)
	rs, err := corpus.Records(corpus.Captures()...)
	if err != nil {
		t.Fatal(err)
	}
	var ptrs []*record.Record
	for i := range rs {
		rs[i].ID = uint64(i + 1)
		ptrs = append(ptrs, &rs[i])
	}
	es := []batch.Entry{entry(t, "lab", "s1", 1, ptrs...)}

	t.Run("every field comes back", func(t *testing.T) {
		if err := h.Write(es); err != nil {
			t.Fatal(err)
		}
		q := house.Query{Name: "all", SQL: "SELECT *, toUnixTimestamp64Nano(first) AS first_ns, toUnixTimestamp64Nano(last) AS last_ns FROM flows ORDER BY id"}
		got := ask(t, h, q, nil)
		if len(got) != len(rs) {
			t.Fatalf("%d rows of %d", len(got), len(rs))
		}
		for i, row := range got {
			r := &rs[i]
			for _, f := range record.Schema() {
				v := row[f.Name]
				switch f.Kind {
				case record.KindWord, record.KindText:
					if want := string(f.Text(nil, r)); v != want {
						t.Errorf("%s of %d: %v, want %q", f.Name, r.ID, v, want)
					}
				case record.KindInt, record.KindMicros:
					want := string(f.Text(nil, r))
					if v == nil != (want == "") || v != nil && want != strings.Trim(trimZeros(fmt.Sprint(v)), `"`) && !same(v, want) {
						t.Errorf("%s of %d: %v, want %q", f.Name, r.ID, v, want)
					}
				case record.KindWords, record.KindTexts:
					if n := len(v.([]any)); n != len(f.Words(r)) {
						t.Errorf("%s of %d: %v", f.Name, r.ID, v)
					}
				case record.KindInts:
					if n := len(v.([]any)); n != len(f.Ints(r)) {
						t.Errorf("%s of %d: %v", f.Name, r.ID, v)
					}
				case record.KindTime:
					want := r.First
					if f.Name == "last" {
						want = r.Last
					}
					if !same(row[f.Name+"_ns"], fmt.Sprint(want)) {
						t.Errorf("%s of %d: %v, want %d", f.Name, r.ID, row[f.Name+"_ns"], want)
					}
				}
			}
		}
	})

	t.Run("copies are one, and the last word counts", func(t *testing.T) {
		interim := *ptrs[0]
		interim.ID, interim.Final, interim.Orig.Pkts = 9999, false, 1
		final := interim
		interim.Orig, interim.Resp = interim.Resp, interim.Orig // who called was not clear yet
		final.Final, final.Orig.Pkts = true, 77
		for range 2 {
			if err := h.Write([]batch.Entry{entry(t, "lab", "s1", 5, &final), es[0], entry(t, "lab", "s1", 4, &interim)}); err != nil {
				t.Fatal(err)
			}
		}
		n := ask(t, h, count, nil)[0]
		if !same(n["n"], fmt.Sprint(len(rs)+1)) || fmt.Sprint(n["n"]) != fmt.Sprint(n["k"]) {
			t.Errorf("%v rows", n)
		}
		row := ask(t, h, house.Query{Name: "x", SQL: "SELECT orig_pkts, final FROM flows WHERE id = 9999"}, nil)
		if len(row) != 1 || !same(row[0]["orig_pkts"], "77") || row[0]["final"] != true {
			t.Errorf("%v", row)
		}
	})

	t.Run("saved questions", func(t *testing.T) { questions(t, h) })

	t.Run("Parquet partitions are read as they are", func(t *testing.T) {
		dir := t.TempDir()
		l, err := lake.Open(dir, 2)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Write(es); err != nil {
			t.Fatal(err)
		}
		var pkts, octets, first, frames uint64
		for _, r := range ptrs {
			pkts, octets, first, frames = pkts+r.Orig.Pkts, octets+r.Resp.Wire, first+uint64(r.First%1e9), frames+uint64(len(r.CloseFrames))
		}
		got := ask(t, h, house.Query{Name: "parquet", SQL: `SELECT count() AS n, sum(orig_pkts) AS pkts, sum(resp_wire_bytes) AS octets, sum(first_ns % 1000000000) AS nanos, sum(length(close_frames)) AS frames,
  countIf(toDateTime64(first, 6) != fromUnixTimestamp64Micro(intDiv(first_ns, 1000))) AS wrong, uniqExact(site) AS sites, countIf(toHour(first, 'UTC') != toUInt8(hour)) AS astray
FROM file('` + dir + `/site=*/date=*/hour=*/*.parquet', Parquet) SETTINGS use_hive_partitioning = 1`}, nil)[0]
		for k, want := range map[string]uint64{"n": uint64(len(rs)), "pkts": pkts, "octets": octets, "nanos": first, "frames": frames, "wrong": 0, "sites": 1, "astray": 0} {
			if !same(got[k], fmt.Sprint(want)) {
				t.Errorf("%s is %v, want %d", k, got[k], want)
			}
		}
	})

	t.Run("a newer table is left alone", func(t *testing.T) {
		if err := h.Ask(context.Background(), &bytes.Buffer{}, house.Query{Name: "x", SQL: "INSERT INTO portero_migrations (version) SELECT 99"}, nil, "tsv"); err == nil {
			if err := h.Migrate(context.Background()); err == nil || !strings.Contains(err.Error(), "update it") {
				t.Error(err)
			}
		} else {
			t.Log(err)
		}
	})
}

// same compares a number that JSON may have quoted.
func same(v any, want string) bool {
	switch x := v.(type) {
	case float64:
		var f float64
		fmt.Sscan(want, &f)
		return x == f
	case string:
		return trimZeros(x) == want
	}
	return false
}

func trimZeros(s string) string {
	if strings.Contains(s, ".") {
		return strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// doorNames: a door is called by what was spoken there, with a question mark by what its port is for, and is not nameless
// because a call in vain is among the others; who was answered and never came in is counted.
func doorNames(t *testing.T, h *house.House, mk func(uint64, int64, string, string, uint16, handshake.Verdict, uint64, uint64) *record.Record) {
	base, host := int64(1830000000e9), "10.8.0.1" // 2027-12-28
	var rs []*record.Record
	add := func(port uint16, v handshake.Verdict, service, by string) {
		r := mk(uint64(len(rs)+1), base+int64(len(rs))*1e9, "10.8.0.2", host, port, v, 0, 0)
		r.Service, r.ServiceBy = service, by
		rs = append(rs, r)
	}
	add(443, handshake.Completed, "https", "port")
	add(443, handshake.Completed, "tls", "payload")
	add(443, handshake.Completed, "https", "port")
	add(443, handshake.NoAnswer, "", "")
	add(5432, handshake.Completed, "postgresql", "port")
	add(5432, handshake.Refused, "", "")
	add(8080, handshake.HalfOpen, "", "")
	add(8080, handshake.Aborted, "", "")
	rs[7].SYNACKFrame = 2
	add(8080, handshake.Aborted, "", "") // before any answer
	rs[8].SYNACKFrame = 0
	if err := h.Write([]batch.Entry{entry(t, "hq", "doors", 1, rs...)}); err != nil {
		t.Fatal(err)
	}
	when := func(more ...string) map[string]string {
		args := map[string]string{"to": "2027-12-30"}
		for i := 0; i < len(more); i += 2 {
			args[more[i]] = more[i+1]
		}
		return args
	}
	for _, c := range []struct {
		question string
		args     map[string]string
		keys     string
		want     string
	}{
		{"doors", when("host", host, "from", "2027-12-01"), "port service opened refused silent unfinished", "443 tls 3 0 1 0; 5432 postgresql? 1 1 0 0; 8080  0 0 0 2"},
		{"talked-to", when("host", host, "from", "2027-12-01"), "peer services", "10.8.0.2 [https? postgresql? tls]"},
		{"top-services", when("from", "2027-12-01"), "service connections", "https? 2; postgresql? 1; tls 1"},
		{"new-listeners", when("days", "7"), "port service", "443 tls; 5432 postgresql?"},
	} {
		var rows []string
		for _, row := range ask(t, h, named(t, c.question), c.args) {
			var words []string
			for _, k := range strings.Fields(c.keys) {
				words = append(words, fmt.Sprint(row[k]))
			}
			rows = append(rows, strings.Join(words, " "))
		}
		if got := strings.Join(rows, "; "); got != c.want {
			t.Errorf("%s: %s\nwant %s", c.question, got, c.want)
		}
	}
}

// questions asks every saved one of a recorded data set whose answers are known.
func questions(t *testing.T, h *house.House) {
	base := int64(1790000000e9) // 2026-09-21
	const day = int64(86400e9)
	mk := func(id uint64, at int64, from, to string, port uint16, v handshake.Verdict, sent, got uint64) *record.Record {
		r := corpus.Made(0)
		r.ID, r.First, r.Last, r.DurationNS, r.Handshake = id, at, at+1e9, 1e9, v
		r.Orig.Addr, r.Resp.Addr, r.Resp.Port, r.Orig.Port = netip.MustParseAddr(from), netip.MustParseAddr(to), port, uint16(40000+id)
		r.Orig.Payload, r.Resp.Payload = sent, got
		r.Service, r.ServiceBy = "", "payload"
		if v.Opened() {
			r.Service = map[uint16]string{22: "ssh", 443: "https", 8443: "pcsync-https"}[port]
		}
		return r
	}
	var inside, outside []*record.Record
	for d := range int64(10) {
		inside = append(inside, mk(uint64(100+d), base+d*day, "10.9.0.1", "10.9.0.80", 443, handshake.Completed, 100, 1000))
	}
	inside = append(inside, mk(200, base+8*day, "10.9.0.2", "10.9.0.80", 8443, handshake.Completed, 10, 20),
		mk(201, base+9*day, "10.9.0.3", "10.9.0.80", 22, handshake.Refused, 0, 0), mk(202, base+9*day+1, "10.9.0.3", "10.9.0.80", 23, handshake.NoAnswer, 0, 0))
	for i := range uint64(5) {
		inside = append(inside, mk(300+i, base+9*day+int64(i)*1e9, "10.9.0.66", "10.9.0.81", uint16(1000+i), handshake.HalfOpen, 0, 0))
	}
	nat := mk(400, base+9*day, "10.9.0.7", "203.0.113.9", 443, handshake.Completed, 4321, 98765)
	far := mk(1, base+9*day+3e6, "198.51.100.1", "203.0.113.9", 443, handshake.Completed, 4321, 98765)
	again := *nat
	inside, outside = append(inside, nat), append(outside, far, &again)
	if err := h.Write([]batch.Entry{entry(t, "hq", "core", 1, inside...), entry(t, "hq", "edge", 1, outside...)}); err != nil {
		t.Fatal(err)
	}
	id := string(record.AppendCommunityID(nil, nat))
	for _, c := range []struct {
		name string
		args map[string]string
		rows int
		want string // of the first row, some of it
	}{
		{"talked-to", map[string]string{"host": "10.9.0.80"}, 3, "peer=10.9.0.1 direction=from connections=10 opened=10 refused=0"},
		{"talked-to", map[string]string{"host": "10.9.0.80", "from": "2026-09-29 00:00:00", "to": "2100-01-01 00:00:00"}, 3, "peer=10.9.0.1 connections=2"},
		{"doors", map[string]string{"host": " 10.9.0.80", "from": "1900-01-01", "to": "2261-12-31T23:59:59.999999999Z", "limit": "4294967295"}, 13, "port=443 opened=1 refused=0"},
		{"doors", map[string]string{"host": "10.9.0.80"}, 13, "port=443 opened=1 refused=0"},
		{"new-listeners", map[string]string{"days": "3", "to": "2026-10-02 00:00:00"}, -1, ""},
		{"half-open", map[string]string{"from": "2026-09-20 00:00:00", "to": "2026-10-20 00:00:00"}, 1, "source=10.9.0.66 half_open=5 hosts=1 ports=5"},
		{"top-services", map[string]string{"from": "2026-09-20 00:00:00", "to": "2026-10-20 00:00:00"}, 2, "service=https connections=13"},
		{"diary", map[string]string{"host": "10.9.0.80", "port": "443"}, 10, "visitor=10.9.0.1 opening=completed"},
		{"connection", map[string]string{"cid": id}, 3, "leg=this orig_addr=10.9.0.7"},
		{"connection", map[string]string{"cid": id, "limit": "1"}, 1, "leg=this orig_addr=10.9.0.7"},
	} {
		got := ask(t, h, named(t, c.name), c.args)
		if c.rows >= 0 && len(got) != c.rows {
			t.Errorf("%s: %d rows, want %d: %v", c.name, len(got), c.rows, got)
			continue
		}
		for _, kv := range strings.Fields(c.want) {
			k, v, _ := strings.Cut(kv, "=")
			if fmt.Sprint(got[0][k]) != v {
				t.Errorf("%s: %s is %v, want %s", c.name, k, got[0][k], v)
			}
		}
		switch c.name {
		case "new-listeners":
			found := false
			for _, r := range got {
				if r["host"] == "10.9.0.80" && fmt.Sprint(r["port"]) == "443" {
					t.Error("a door that was open for days counts as new")
				}
				found = found || r["host"] == "10.9.0.80" && fmt.Sprint(r["port"]) == "8443"
			}
			if !found {
				t.Errorf("the door that opened on the eighth day is not among the new ones: %v", got)
			}
		case "connection":
			if len(got) == 3 && (got[0]["sensor"] == got[1]["sensor"] || got[2]["leg"] != "other" || got[2]["orig_addr"] != "198.51.100.1") {
				t.Errorf("%v", got)
			}
		}
	}
	doorNames(t, h, mk)
	// Words from outside stay words: our own questions refuse what is no address, and a
	// text that nothing looks at goes apart from the SQL.
	const words = "x' OR 1=1 --"
	if err := h.Ask(context.Background(), &bytes.Buffer{}, named(t, "diary"), map[string]string{"host": words, "port": "443"}, "ndjson"); err == nil {
		t.Errorf("%s is asked", words)
	}
	any := named(t, "diary")
	any.Params = []house.Param{{Name: "host", Type: "String"}, {Name: "port", Type: "UInt16"}, {Name: "from", Default: "1970-01-02 00:00:00"}, {Name: "to", Default: "2260-01-01 00:00:00"}, {Name: "limit", Default: "50"}}
	if got := ask(t, h, any, map[string]string{"host": words, "port": "443"}); len(got) != 0 {
		t.Errorf("%v", got)
	}
	if got := ask(t, h, any, map[string]string{"host": "10.9.0.80", "port": "443"}); len(got) != 10 {
		t.Errorf("%v", got)
	}
	for _, q := range house.Queries() {
		if q.About[0] == "" || q.About[1] == "" {
			t.Errorf("%s is not explained in both languages", q.Name)
		}
	}
}

func TestRefusals(t *testing.T) {
	for _, bad := range []string{"ftp://x", "http://198.51.100.7:8123", "http://u:p@127.0.0.1:8123", "http://127.0.0.1/?x=1"} {
		if _, err := house.New(house.Config{URL: bad}); err == nil || strings.Contains(err.Error(), "u:p") {
			t.Errorf("%s: %v", bad, err)
		}
	}
	h, err := house.New(house.Config{URL: "http://127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Ask(context.Background(), &bytes.Buffer{}, named(t, "diary"), map[string]string{"host": "x"}, "table"); err == nil || !strings.Contains(err.Error(), "port=") {
		t.Error(err)
	}
	if err := h.Ask(context.Background(), &bytes.Buffer{}, named(t, "half-open"), map[string]string{"hots": "x"}, "table"); err == nil || !strings.Contains(err.Error(), "hots") {
		t.Error(err)
	}
	// Nobody listens there: what is wrong in the question is told all the same.
	for _, c := range []struct{ question, name, bad, want string }{
		{"doors", "host", "1.2", `host: "1.2" is no address`}, {"doors", "host", "fe80::1%eth0", "is no address"}, {"talked-to", "host", "example.org", "is no address"},
		{"doors", "host", "", "wants host=..."}, {"diary", "port", "65536", `port: "65536" is not from 0 to 65535`}, {"diary", "port", "https", "is not from 0"},
		{"doors", "limit", "-1", "is not from 0 to 4294967295"}, {"new-listeners", "days", "7d", "days: "},
		{"doors", "from", "yesterday", `from: "yesterday" is no time`}, {"doors", "to", "2026-02-30", "is no time"}, {"doors", "to", "2300-01-01", "is not from 1900 to 2261"},
		{"connection", "cid", "7", "is no Community ID"}, {"connection", "cid", "1:AAAA", "is no Community ID"},
	} {
		args := map[string]string{"host": "192.0.2.1", "port": "1"}
		for _, p := range []string{"host", "port"} {
			if !slices.ContainsFunc(named(t, c.question).Params, func(q house.Param) bool { return q.Name == p }) {
				delete(args, p)
			}
		}
		args[c.name] = c.bad
		if err := h.Ask(context.Background(), &bytes.Buffer{}, named(t, c.question), args, "table"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s=%s: %v", c.question, c.name, c.bad, err)
		}
	}
	// What is right is asked in the form in which records hold it.
	given, err := named(t, "doors").Given(map[string]string{"host": "2001:DB8:0::0001", "from": "2026-11-01T01:00:00.5+01:00", "to": "2026-11-02", "limit": "007"})
	if err != nil || given["host"] != "2001:db8::1" || given["from"] != "2026-11-01 00:00:00.5" || given["to"] != "2026-11-02 00:00:00" || given["limit"] != "7" {
		t.Errorf("%v %v", given, err)
	}
	for _, q := range house.Queries() { // what we put in ourselves is right as well
		args := map[string]string{}
		for _, p := range q.Params {
			if args[p.Name] = p.Default; p.Default == "" {
				args[p.Name] = map[string]string{"host": "192.0.2.1", "port": "443", "cid": "1:+hP7PZsvWoA5K0hzxHBkwGm3V4w="}[p.Name]
			}
		}
		if _, err := q.Given(args); err != nil {
			t.Errorf("%s: %v", q.Name, err)
		}
	}
	if _, err := house.Find("dors"); err == nil || !strings.Contains(err.Error(), "talked-to") {
		t.Error(err)
	}
}

func TestPassword(t *testing.T) {
	url := clickhouse(t, "CLICKHOUSE_USER=portero", "CLICKHOUSE_KEY=s3cret")
	file := filepath.Join(t.TempDir(), "password")
	for secret, good := range map[string]bool{"s3cret\n": true, "other": false} {
		os.WriteFile(file, []byte(secret), 0o600)
		h, err := house.New(house.Config{URL: url, User: "portero", PasswordFile: file})
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Migrate(context.Background()); (err == nil) != good || err != nil && strings.Contains(err.Error(), "other") {
			t.Errorf("%q: %v", secret, err)
		}
	}
}
