package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestFalsePositives looks for findings in every open capture that is not named
// after an attack or a scan. They are no truth, but whoever changes a rule sees what
// it changes: docs/FALSE_POSITIVES.md argues the figures. All of them take a minute;
// PORTERO_TIME under 10 takes that many tenths of them, spread over the list.
func TestFalsePositives(t *testing.T) {
	t.Parallel()
	share := 1.0
	if v, err := strconv.ParseFloat(os.Getenv("PORTERO_TIME"), 64); err == nil && v > 0 {
		share = v
	}
	step := max(int(10/share), 1)
	const root = "../../../shared/captures"
	f, err := os.Open(filepath.Join(root, "INDEX.tsv"))
	if err != nil {
		t.Skip("../shared/captures is not here")
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	count, grave := map[string]int{}, map[string]int{}
	// One machine opens port 445 of a hundred others of the Internet, though no name says so (docs/FALSE_POSITIVES.md).
	real := map[string]string{"cisco+mercury/unit_tests__pcaps__smb.pcap": "scan-answered high"}
	captures := 0
	for i, row := range rows[1:] {
		if i%step != 0 {
			continue
		}
		about := strings.ToLower(strings.Join(row, " "))
		if slices.ContainsFunc([]string{"scan", "malware", "exploit", "attack", "flood", "ddos", "trojan", "botnet", "nmap", "brute", "backscatter", "emotet", "mirai", "cobalt", "sweep", "dnscat", "iodine"},
			func(w string) bool { return strings.Contains(about, w) }) {
			continue
		}
		captures++
		_, out, _ := portero(t, "--catalog", "none", "findings", "--format", "ndjson", "-q", "--threads", "1", filepath.Join(root, "files", row[0]))
		for _, line := range strings.Split(strings.TrimSpace(out), "\n") {
			var x struct{ Severity, Kind string }
			if line != "" && json.Unmarshal([]byte(line), &x) == nil {
				k := x.Kind + " " + x.Severity
				count[k]++
				if x.Severity == "high" && x.Kind != "cleartext-credentials" && real[row[0]] != k {
					grave[k]++
				}
			}
		}
	}
	var lines []string
	for _, k := range slices.Sorted(maps.Keys(count)) {
		lines = append(lines, fmt.Sprintf("%4d %s", count[k], k))
		if grave[k] > 0 {
			t.Errorf("%s in captures without one", k)
		}
	}
	t.Logf("%d captures\n%s", captures, strings.Join(lines, "\n"))
}
