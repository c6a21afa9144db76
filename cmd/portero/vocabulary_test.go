package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"portero/flows"
	"portero/internal/record"
)

// No record has a word that its key is said never to have: --where refuses those.
func TestRecordsKeepTheirVocabulary(t *testing.T) {
	t.Parallel()
	values := map[string][]string{}
	for _, f := range record.Schema() {
		if f.Values != nil {
			values[f.Name] = f.Values()
		}
	}
	if got := values["quality"]; !slices.Equal(got, flows.QualityNames()) {
		t.Errorf("quality: %v", got)
	}
	// Not each that names a server is in a capture of ours.
	by := regexp.MustCompile(`NameBy = .*, "(\w+)"\n`)
	named := 0
	sources, _ := filepath.Glob("../../catalog/identify/*.go")
	for _, name := range sources {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range by.FindAllStringSubmatch(string(b), -1) {
			if named++; !slices.Contains(values["server_name_by"], m[1]) {
				t.Errorf("server_name_by is never %s, and %s says so", m[1], name)
			}
		}
	}
	if named < 7 {
		t.Errorf("only %d that name a server", named)
	}
	ins, _ := filepath.Glob("../../testdata/*/in.pcap")
	more, _ := filepath.Glob("../../testdata/*/*.pcapng")
	seen := map[string]bool{}
	for _, in := range append(ins, more...) {
		_, out, _ := asked(t, "read", "--format", "ndjson", in)
		for line := range strings.Lines(out) {
			var r map[string]any
			if err := json.Unmarshal([]byte(line), &r); err != nil {
				t.Fatal(in, err)
			}
			for key, list := range values {
				var words []any
				switch v := r[key].(type) {
				case string:
					words = []any{v}
				case []any:
					words = v
				}
				for _, w := range words {
					seen[key] = true
					if !slices.Contains(list, w.(string)) {
						t.Errorf("%s: %s is %v, which is none of %v", in, key, w, list)
					}
				}
			}
		}
	}
	if len(seen) < 15 {
		t.Errorf("only %v were seen", seen)
	}
}

// What is read in a table can be typed in --where, and what cannot be is said.
func TestWhereTakesWhatIsRead(t *testing.T) {
	for where, want := range map[string]string{
		`handshake == "half open"`: "6", `handshake == "semiabierta"`: "6", `exchange == "contestado"`: "1", "roles_by == port": "1", `close == "cortada (RST)"`: "4",
	} {
		code, out, errs := portero(t, "read", "--format", "tsv", "--fields", "id", "--where", where, look)
		if code != exitOK || out != "id\n"+want+"\n" {
			t.Errorf("%s: %d %q %s", where, code, out, errs)
		}
	}
	for lang, want := range map[string]string{
		"en": `portero: --where: column 14: handshake is never "halfopen"; did you mean half_open?`,
		"es": `portero: --where: columna 14: handshake nunca es "halfopen"; ¿quizá half_open?`,
	} {
		if code, _, errs := portero(t, "read", "--lang", lang, "--where", `handshake == "halfopen"`, look); code != exitUsage || !strings.Contains(errs, want) {
			t.Errorf("%d %s", code, errs)
		}
	}
}
