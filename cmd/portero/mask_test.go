package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// verdictKeys are what an anonymous capture must show as the original does.
// Windows, options and lengths stand behind each of them.
var verdictKeys = []string{"proto", "orig_port", "resp_port", "vlan", "first", "last", "duration_us", "orig_pkts", "resp_pkts", "orig_payload", "resp_payload", "handshake",
	"handshake_kind", "missing", "probe_kind", "exchange", "close", "closed_by", "end_reason", "roles_by", "syn_retries", "synack_retries", "suspected_rsts",
	"duplicates", "server_rtt_us", "client_rtt_us", "setup_us", "orig_retrans", "resp_retrans", "orig_lost", "resp_lost", "orig_mss", "resp_mss", "orig_wscale",
	"resp_wscale", "sack", "timestamps", "ecn", "conn_state", "history", "completeness", "reuses"}

func rows(t *testing.T, text string) []map[string]any {
	t.Helper()
	var out []map[string]any
	for _, l := range strings.Split(strings.TrimSpace(text), "\n") {
		if l == "" {
			continue
		}
		m := map[string]any{}
		if err := json.Unmarshal([]byte(l), &m); err != nil {
			t.Fatal(err)
		}
		out = append(out, m)
	}
	return out
}

// TestAnonymousCaptures writes each scenario without what is private and reads
// it back: other addresses, no payload, the same verdicts.
func TestAnonymousCaptures(t *testing.T) {
	t.Parallel()
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, bytes.Repeat([]byte("k3"), 16), 0o600); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../../testdata/*/in.pcap*")
	if err != nil || len(files) < 20 {
		t.Fatal(err, files)
	}
	for _, name := range files {
		t.Run(filepath.Base(filepath.Dir(name)), func(t *testing.T) {
			saved := filepath.Join(t.TempDir(), "out.pcapng")
			var masked, back bytes.Buffer
			exec := func(out *bytes.Buffer, args ...string) {
				t.Helper()
				var errs bytes.Buffer
				if code := run(args, nil, out, &errs); code != exitOK && code != exitDamaged {
					t.Fatalf("%v: %d %s", args, code, errs.String())
				}
			}
			_, plain, _ := asked(t, "read", "--format", "ndjson", name)
			exec(&masked, "read", "--format", "ndjson", "--anonymize", "--anonymize-key", key, "-w", saved, name)
			exec(&back, "read", "--format", "ndjson", saved)
			a, b, c := rows(t, plain), rows(t, masked.String()), rows(t, back.String())
			if len(a) != len(b) || len(a) != len(c) {
				t.Fatalf("%d records, %d masked, %d read back", len(a), len(b), len(c))
			}
			raw, err := os.ReadFile(saved)
			if err != nil {
				t.Fatal(err)
			}
			for i := range a {
				for _, k := range []string{"orig_addr", "resp_addr"} {
					if fmt.Sprint(b[i][k]) != fmt.Sprint(c[i][k]) {
						t.Errorf("%d %s: the record says %v, the packets %v", i, k, b[i][k], c[i][k])
					}
					if a[i][k] == b[i][k] && !special(fmt.Sprint(a[i][k])) {
						t.Errorf("%d %s: %v is still there", i, k, a[i][k])
					}
				}
				if b[i]["server_name"] != nil || b[i]["file"] != nil || b[i]["tunnel_ends"] != nil {
					t.Errorf("%d: names in %v", i, b[i])
				}
				for _, k := range verdictKeys {
					if k == "roles_by" && a[i][k] == "payload" && c[i][k] == "first" {
						continue // what told who asked is what was taken out; the ends are compared above
					}
					if fmt.Sprint(a[i][k]) != fmt.Sprint(c[i][k]) {
						t.Errorf("%d %s: %v became %v", i, k, a[i][k], c[i][k])
					}
				}
			}
			for _, s := range []string{"HTTP/1", "Host:", "GET /", "example", "SSH-2.0"} {
				if bytes.Contains(raw, []byte(s)) {
					t.Errorf("payload %q is still there", s)
				}
			}
		})
	}
}

func special(a string) bool {
	return strings.HasPrefix(a, "127.") || strings.HasPrefix(a, "0.") || strings.HasPrefix(a, "22") || strings.HasPrefix(a, "ff")
}
