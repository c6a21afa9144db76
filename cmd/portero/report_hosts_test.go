package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// The link of a host leads to its connections, and to none of a host whose address begins or ends alike.
func TestReportShowsTheConnectionsOfAHost(t *testing.T) {
	dir := t.TempDir()
	var files []string
	for i, ends := range [][2]string{{"2001:db8::9", "2001:db8::1"}, {"2001:db8::9", "2001:db8::12"}, {"2001:db8::8", "2001:db8::1:5"}, {"12:2001:db8::1", "2001:db8::7"}, {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:66"}, {"192.0.2.7", "192.0.2.9"}, {"192.0.2.77", "192.0.2.9"}} {
		f := filepath.Join(dir, fmt.Sprintf("%d.pcap", i))
		if err := os.WriteFile(f, questions(t, ends[0], ends[1]), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	b := browse(t, report(t, files...), "", 1280, 900, false)
	b.ready()
	for line, want := range map[string]int{"2001:db8::1": 3, "2001:db8::9": 6, "2001:db8::1:5": 3, "2001:db8::12": 3, "2001:db8:1:2:3:4:5:6": 3, "192.0.2.7": 3, "192.0.2.9": 6} {
		if got := eval[int](b, fmt.Sprintf(`(document.querySelector('[data-filter=%q]').click(), document.getElementById("grid").ariaRowCount - 1)`, line)); got != want {
			t.Errorf("%s: %d connections, want %d", line, got, want)
		}
	}
	// What is no whole address is part of one, and what has a port behind it is an end.
	for line, want := range map[string]int{"2001:db8::": 12, "db8:": 15, "192.0.2.": 6, "[2001:db8::1]:61900": 3, "192.0.2.9:61900": 6, "-2001:db8::1": 18} {
		if got := eval[int](b, fmt.Sprintf(`(((f) => { f.value = %q; f.dispatchEvent(new Event("input")); })(document.getElementById("filter")), document.getElementById("grid").ariaRowCount - 1)`, line)); got != want {
			t.Errorf("%s: %d connections, want %d", line, got, want)
		}
	}
	b.silent()
}
