package house

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"portero/internal/corpus"
	"portero/internal/fleet/batch"
)

// store answers as ClickHouse does over HTTP, and keeps what it was asked.
type store struct {
	asked    []string
	requests []*http.Request
	answers  func(query string) (string, int)
}

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	query := string(body)
	if q := r.URL.Query().Get("query"); q != "" {
		query = q
	}
	s.asked, s.requests = append(s.asked, query), append(s.requests, r)
	text, code := s.answers(query)
	w.WriteHeader(code)
	io.WriteString(w, text)
}

func (s *store) which(part string) (found []string) {
	for _, q := range s.asked {
		if strings.Contains(q, part) {
			found = append(found, q)
		}
	}
	return found
}

func talk(t *testing.T, s *store, cfg Config) *House {
	t.Helper()
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	cfg.URL = srv.URL
	h, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// A table is made once, gains the columns that it lacks and its view with them, and is left
// alone where a newer program made it. What is too old goes only where the user says so.
func TestMigrations(t *testing.T) {
	for what, c := range map[string]struct {
		version              string
		lacks                []string
		days                 int
		creates, adds, views int
		ttl                  string
		err                  string
	}{
		"nothing there":  {"0\n", nil, 0, 1, 0, 0, "", ""},
		"as it is":       {"1\n", nil, 0, 0, 0, 0, "", ""},
		"two columns":    {"1\n", []string{"mptcp", "risks"}, 30, 0, 2, 1, "INTERVAL 30 DAY", ""},
		"a newer layout": {"2\n", []string{"mptcp"}, 30, 0, 0, 0, "", "update it"},
		"for ever now":   {"1\n", nil, Forever, 0, 0, 0, "REMOVE TTL", ""},
		"for ever still": {"1\n", nil, Forever, 0, 0, 0, "", ""},
	} {
		s := &store{}
		s.answers = func(q string) (string, int) {
			switch {
			case strings.HasPrefix(q, "SELECT max(version)"):
				return c.version, 200
			case strings.HasPrefix(q, "SELECT name"):
				var names []string
				for _, x := range Columns() {
					if !slices.Contains(c.lacks, x.Name) {
						names = append(names, x.Name)
					}
				}
				return strings.Join(names, "\n"), 200
			case strings.HasPrefix(q, "SELECT count() FROM system.tables"):
				return map[bool]string{true: "1\n", false: "0\n"}[c.ttl != ""], 200
			}
			return "", 200
		}
		err := talk(t, s, Config{Days: c.days}).Migrate(context.Background())
		if (err != nil) != (c.err != "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %v", what, err)
		}
		ttl := strings.Join(append(s.which("MODIFY TTL"), s.which("REMOVE TTL")...), "")
		if n := len(s.which("CREATE TABLE IF NOT EXISTS " + table)); n != c.creates || len(s.which("ADD COLUMN IF NOT EXISTS")) != c.adds || len(s.which("CREATE OR REPLACE VIEW")) != c.views || len(s.which("INSERT INTO portero_migrations")) != c.creates {
			t.Errorf("%s: %q", what, s.asked)
		}
		if (ttl != "") != (c.ttl != "") || !strings.Contains(ttl, c.ttl) {
			t.Errorf("%s: %q", what, ttl)
		}
	}
	// Whatever is refused ends it, with what the store said.
	for n := range 8 {
		s := &store{}
		s.answers = func(q string) (string, int) {
			if len(s.asked) > n {
				return "Code: 243. no space left", 500
			}
			return "", 200
		}
		if err := talk(t, s, Config{}).Migrate(context.Background()); err == nil || !strings.Contains(err.Error(), "no space left") || len(s.asked) != n+1 {
			t.Errorf("refused at %d: %v after %d", n+1, err, len(s.asked))
		}
	}
}

// A batch that the store refuses is not stored; questions go out with the password in a header
// and come back without colours.
func TestTalk(t *testing.T) {
	file := filepath.Join(t.TempDir(), "password")
	os.WriteFile(file, []byte("s3cret\r\n"), 0o600)
	s := &store{answers: func(q string) (string, int) {
		if strings.HasPrefix(q, "INSERT") {
			return "Code: 252. too many parts", 500
		}
		return "an answer", 200
	}}
	h := talk(t, s, Config{User: "portero", PasswordFile: file, Database: "db"})
	b := batch.NewBuilder("hq", "s1")
	b.Add(corpus.Made(1))
	x, err := batch.Decode(b.Append(nil))
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Write([]batch.Entry{{Source: "hq/s1/e", Number: 1, Batch: x}}); err == nil || !strings.Contains(err.Error(), "too many parts") || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("%v", err)
	}
	var out bytes.Buffer
	for format, color := range map[string]string{"table": "0", "csv": ""} {
		out.Reset()
		if err := h.Ask(context.Background(), &out, Query{Name: "q", SQL: "SELECT 1", Params: []Param{{Name: "host", Default: "h"}}}, nil, format); err != nil || out.String() != "an answer" {
			t.Errorf("%v: %q", err, out.String())
		}
		r := s.requests[len(s.requests)-1]
		if q := r.URL.Query(); q.Get("output_format_pretty_color") != color || q.Get("param_host") != "h" || q.Get("database") != "db" || q.Get("wait_end_of_query") != "1" {
			t.Errorf("%s: %s", format, r.URL)
		}
		if r.Header.Get("X-ClickHouse-User") != "portero" || r.Header.Get("X-ClickHouse-Key") != "s3cret" || strings.Contains(r.URL.String(), "s3cret") {
			t.Errorf("%v", r.Header)
		}
	}
	if _, err := New(Config{URL: "http://127.0.0.1:1", PasswordFile: file + "x"}); err == nil {
		t.Error("a password that is not there")
	}
	if _, err := New(Config{URL: "https://store.example.com:8443"}); err != nil {
		t.Error(err)
	}
}

// Of two words on one connection the later one stays, and the final one whatever came when.
func TestTheLastWordStays(t *testing.T) {
	b := batch.NewBuilder("hq", "s1")
	for _, x := range []struct {
		last  int64
		final bool
	}{{-5e9, false}, {1e18, false}, {1e18 + 2, false}, {2e18, false}, {-5e9, true}, {1e18, true}} {
		r := corpus.Made(7)
		r.Last, r.Final = x.last, x.final
		b.Add(r)
	}
	x, err := batch.Decode(b.Append(nil))
	if err != nil {
		t.Fatal(err)
	}
	var before uint64
	for i := range x.Rows {
		v := version(x.Column("last"), x.Column("final"), i)
		if i > 0 && v <= before {
			t.Errorf("word %d has version %d, the one before %d", i, v, before)
		}
		before = v
	}
	all := AppendRows(nil, x, Columns())
	if v := binary.LittleEndian.Uint64(all[len(all)-8:]); v != before {
		t.Errorf("the last row has version %d, want %d", v, before)
	}
}
