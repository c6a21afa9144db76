package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// Every list is one array in json, and a line for each object in ndjson, of the same objects: also of one, and of none.
func TestListsAreJSON(t *testing.T) {
	for _, x := range []struct {
		args []string
		rows int // -1: some
	}{
		{[]string{"hosts", look}, -1}, {[]string{"ports", look}, -1}, {[]string{"hosts", "--limit", "1", look}, 1}, {[]string{"ports", "--limit", "1", look}, 1},
		{[]string{"findings", look}, 0}, {[]string{"diff", look, look}, 0}, {[]string{"diff", look, "../../testdata/cut-file/in.pcap"}, -1},
	} {
		_, one, _ := portero(t, append(x.args, "--format", "json")...)
		_, each, _ := portero(t, append(x.args, "--format", "ndjson")...)
		var all []json.RawMessage
		if err := json.Unmarshal([]byte(one), &all); err != nil {
			t.Errorf("%v: %v in %q", x.args, err, one)
			continue
		}
		var lines []string
		for l := range strings.Lines(each) {
			if !strings.HasSuffix(l, "\n") || !json.Valid([]byte(l)) {
				t.Errorf("%v: %q", x.args, l)
			}
			lines = append(lines, strings.TrimSuffix(l, "\n"))
		}
		if len(all) != len(lines) || x.rows >= 0 && len(all) != x.rows || x.rows < 0 && len(all) < 2 {
			t.Errorf("%v: %d in the array, %d lines, want %d", x.args, len(all), len(lines), x.rows)
			continue
		}
		for i := range all {
			if string(all[i]) != lines[i] {
				t.Errorf("%v: %s in the array, %s in its line", x.args, all[i], lines[i])
			}
		}
	}
}
