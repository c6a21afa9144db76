// Package house keeps records in ClickHouse, over its HTTP interface: a table made
// from the record's own, in which a record that comes twice is one, and saved
// questions about it.
package house

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"portero/internal/fleet/batch"
	"portero/internal/fleet/bus"
	"portero/internal/record"
)

// Config says where ClickHouse is and who we are. The password is in a file.
type Config struct {
	URL          string // http://127.0.0.1:8123
	Database     string // "" for default
	User         string
	PasswordFile string
	CA           string
	Days         int // records older than this are deleted; 0 leaves it as the table has it, Forever keeps them
}

// Forever as Config.Days takes the time to live away that a table has.
const Forever = -1

// House is a ClickHouse.
type House struct {
	cfg      Config
	password string
	client   *http.Client
}

var word = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,63}$`)

// New prepares a connection; nothing is asked yet.
func New(cfg Config) (*House, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("--clickhouse: %q is no address (write http://127.0.0.1:8123)", bus.Redact(cfg.URL))
	}
	if u.User != nil || u.RawQuery != "" {
		return nil, errors.New("--clickhouse: user and password go into --clickhouse-user and --clickhouse-password-file, not into the address")
	}
	if u.Scheme == "http" && !bus.Loopback(u.Hostname()) {
		return nil, fmt.Errorf("--clickhouse: %s is another machine: use https://", u.Host)
	}
	if cfg.Database == "" {
		cfg.Database = "default"
	}
	if !word.MatchString(cfg.Database) {
		return nil, fmt.Errorf("--clickhouse-database: %q is no name", cfg.Database)
	}
	if cfg.Days < Forever || cfg.Days > 10_000 {
		return nil, fmt.Errorf("--days: %d is not from 0 to 10000 (ClickHouse counts days to 2106)", cfg.Days)
	}
	h := &House{cfg: cfg, client: &http.Client{Timeout: 5 * time.Minute}}
	if cfg.CA != "" {
		pool, err := bus.Pool(cfg.CA)
		if err != nil {
			return nil, err
		}
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.TLSClientConfig.RootCAs = pool
		h.client.Transport = t
	}
	if cfg.PasswordFile != "" {
		b, err := os.ReadFile(cfg.PasswordFile)
		if err != nil {
			return nil, err
		}
		h.password = strings.TrimRight(string(b), "\r\n")
	}
	return h, nil
}

// do asks a query; body is its data. The answer is the caller's to close.
func (h *House) do(ctx context.Context, query string, params map[string]string, body []byte) (io.ReadCloser, error) {
	q := url.Values{"database": {h.cfg.Database}, "wait_end_of_query": {"1"}}
	for k, v := range params {
		q.Set(k, v)
	}
	data := []byte(query)
	if body != nil {
		q.Set("query", query)
		data = body
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(h.cfg.URL, "/")+"/?"+q.Encode(), bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	if h.cfg.User != "" {
		req.Header.Set("X-ClickHouse-User", h.cfg.User)
		req.Header.Set("X-ClickHouse-Key", h.password)
	}
	res, err := h.client.Do(req)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return nil, fmt.Errorf("clickhouse %s: nobody listens there", h.cfg.URL)
	}
	if err != nil {
		return nil, fmt.Errorf("clickhouse %s: %w", h.cfg.URL, errors.Unwrap(err))
	}
	if res.StatusCode != http.StatusOK {
		b, _ := io.ReadAll(io.LimitReader(res.Body, 2000))
		res.Body.Close()
		return nil, fmt.Errorf("clickhouse %s: %s: %s", h.cfg.URL, res.Status, strings.TrimSpace(string(b)))
	}
	return res.Body, nil
}

func (h *House) text(ctx context.Context, query string) (string, error) {
	r, err := h.do(ctx, query, nil, nil)
	if err != nil {
		return "", err
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, 16<<20))
	return string(b), err
}

// Column is one of the table.
type Column struct {
	Name, Type string
	kind       batch.Kind
	field      string // of the batch, "" for site and sensor
	required   bool
}

// lowest are texts of which there are few.
var lowest = map[batch.Kind]string{batch.Text: "LowCardinality(String)", batch.Uint: "Nullable(UInt64)", batch.Nanos: "Nullable(Decimal64(3))",
	batch.Time: "DateTime64(9, 'UTC')", batch.Bool: "Nullable(Bool)", batch.Texts: "Array(LowCardinality(String))", batch.Uints: "Array(UInt64)"}

// many are texts of which there are so many that a dictionary does not help.
var many = []string{"community_id", "orig_addr", "resp_addr", "filtered_by", "risks", "server_name", "file", "tunnel_ends"}

// Columns are those of the table: site and sensor, one for every field of the
// record, and which of two copies is newer.
func Columns() []Column {
	cs := []Column{{Name: "site", Type: "LowCardinality(String)", kind: batch.Text}, {Name: "sensor", Type: "LowCardinality(String)", kind: batch.Text}}
	for _, f := range record.Schema() {
		k := batch.KindOf(f.Kind)
		c := Column{Name: f.Name, Type: lowest[k], kind: k, field: f.Name}
		switch {
		case f.Name == "id":
			c.Type, c.required = "UInt64", true
		case k == batch.Text && (slices.Contains(many, f.Name) || f.Kind == record.KindText || f.Kind == record.KindRisks):
			c.Type = "String"
		}
		cs = append(cs, c)
	}
	return append(cs, Column{Name: "version", Type: "UInt64", kind: batch.Uint, required: true})
}

// layout is the number of the newest migration.
const layout = 1

const table = "portero_records"

// migrations lead from one layout to the next, and never back. Columns that the
// record gained are added by themselves.
func (h *House) migrations() [layout + 1][]string {
	var cols []string
	for _, c := range Columns() {
		cols = append(cols, "`"+c.Name+"` "+c.Type)
	}
	cols = append(cols, "INDEX by_orig orig_addr TYPE bloom_filter GRANULARITY 4", "INDEX by_resp resp_addr TYPE bloom_filter GRANULARITY 4", "INDEX by_cid community_id TYPE bloom_filter GRANULARITY 4")
	return [...][]string{
		1: {"CREATE TABLE IF NOT EXISTS " + table + " (\n  " + strings.Join(cols, ",\n  ") + "\n) ENGINE = ReplacingMergeTree(version) PARTITION BY toYYYYMM(first) ORDER BY (site, toStartOfHour(first), sensor, first, id)",
			"CREATE VIEW IF NOT EXISTS flows AS SELECT * EXCEPT (version) FROM " + table + " FINAL"},
	}
}

// Migrate makes the table, or brings it up to date. A table that a newer
// portero-fleet made is left alone.
func (h *House) Migrate(ctx context.Context) error {
	for _, q := range []string{"CREATE DATABASE IF NOT EXISTS `" + h.cfg.Database + "`",
		"CREATE TABLE IF NOT EXISTS portero_migrations (version UInt32, applied DateTime64(3) DEFAULT now64(3)) ENGINE = MergeTree ORDER BY version"} {
		if _, err := h.text(ctx, q); err != nil {
			return err
		}
	}
	s, err := h.text(ctx, "SELECT max(version) FROM portero_migrations FORMAT TSV")
	if err != nil {
		return err
	}
	var have int
	fmt.Sscan(s, &have)
	if have > layout {
		return fmt.Errorf("clickhouse: the table has layout %d, and this portero-fleet knows %d: update it", have, layout)
	}
	for v := have + 1; v <= layout; v++ {
		for _, q := range h.migrations()[v] {
			if _, err := h.text(ctx, q); err != nil {
				return fmt.Errorf("migration %d: %w", v, err)
			}
		}
		if _, err := h.text(ctx, fmt.Sprintf("INSERT INTO portero_migrations (version) VALUES (%d)", v)); err != nil {
			return err
		}
	}
	if s, err = h.text(ctx, "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = '"+table+"' FORMAT TSV"); err != nil {
		return err
	}
	there := strings.Fields(s)
	added := false
	for _, c := range Columns() {
		if !slices.Contains(there, c.Name) {
			added = true
			if _, err := h.text(ctx, "ALTER TABLE "+table+" ADD COLUMN IF NOT EXISTS `"+c.Name+"` "+c.Type); err != nil {
				return err
			}
		}
	}
	if added {
		// A view keeps the columns that it was made with.
		if _, err := h.text(ctx, strings.Replace(h.migrations()[1][1], "CREATE VIEW IF NOT EXISTS", "CREATE OR REPLACE VIEW", 1)); err != nil {
			return err
		}
	}
	switch {
	case h.cfg.Days > 0:
		_, err = h.text(ctx, fmt.Sprintf("ALTER TABLE %s MODIFY TTL toDateTime(first) + INTERVAL %d DAY", table, h.cfg.Days))
	case h.cfg.Days == Forever:
		// What has none cannot lose it: the store would say so as an error.
		if s, err = h.text(ctx, "SELECT count() FROM system.tables WHERE database = currentDatabase() AND name = '"+table+"' AND engine_full LIKE '% TTL %' FORMAT TSV"); err == nil && strings.TrimSpace(s) != "0" {
			_, err = h.text(ctx, "ALTER TABLE "+table+" REMOVE TTL")
		}
	}
	return err
}

// Write inserts batches. One that is there already changes nothing that a question
// sees: rows of one site, sensor, time and id are one.
func (h *House) Write(es []batch.Entry) error {
	ctx, stop := context.WithTimeout(context.Background(), 5*time.Minute)
	defer stop()
	cs := Columns()
	names := make([]string, len(cs))
	for i, c := range cs {
		names[i] = "`" + c.Name + "`"
	}
	query := "INSERT INTO " + table + " (" + strings.Join(names, ", ") + ") FORMAT RowBinary"
	var body []byte
	for i := range es {
		body = AppendRows(body, es[i].Batch, cs)
		if len(body) < 64<<20 && i < len(es)-1 {
			continue
		}
		r, err := h.do(ctx, query, map[string]string{"max_partitions_per_insert_block": "0"}, body)
		if err != nil {
			return err
		}
		io.Copy(io.Discard, r)
		r.Close()
		body = body[:0]
	}
	return nil
}
