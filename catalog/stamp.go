package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Stamp says which catalogue this is.
type Stamp struct {
	Version  string           `json:"version"`  // of the data, year.month.number
	Registry string           `json:"registry"` // where the registered names come from
	Date     string           `json:"date"`     // up to which day the registry was taken
	Files    map[string]Input `json:"files"`
}

// Input is one data file as it was when the catalogue was stamped.
type Input struct {
	Rows   int    `json:"rows"`
	SHA256 string `json:"sha256"`
}

// DataFiles lists the files that a stamp covers.
func DataFiles() []string {
	return []string{"fixes.csv", "kinds.csv", "likely.txt", "notes.csv", "practice.csv", "ranges.csv", "risks.csv", "services.tsv", "words.csv"}
}

// InputOf measures a data file.
func InputOf(body []byte) Input {
	sum := sha256.Sum256(body)
	return Input{Rows: strings.Count(string(body), "\n"), SHA256: hex.EncodeToString(sum[:])}
}

// Version returns the stamp of the embedded data.
func Version() Stamp {
	var s Stamp
	if err := json.Unmarshal([]byte(file("catalog.json")), &s); err != nil {
		panic("catalog: catalog.json: " + err.Error())
	}
	return s
}

// Check tells what is wrong with the embedded data: a file that is not the one
// stamped, a fact of an unknown kind or above its cap, a text in one language
// only, two equal rows, a note about nothing, an unsorted or doubled name.
func Check() []Problem {
	var ps []Problem
	bad := func(file string, line int, text string, args ...any) {
		ps = append(ps, Problem{file, line, fmt.Sprintf(text, args...)})
	}
	stamp := Version()
	for _, name := range DataFiles() {
		got := InputOf([]byte(file(name)))
		if want := stamp.Files[name]; got != want {
			bad(name, 0, "%d rows with sha256 %.12s, stamped were %d with %.12s (go run ./internal/gencatalog -stamp)", got.Rows, got.SHA256, want.Rows, want.SHA256)
		}
	}
	facts := map[[2]string]bool{}
	seen := map[string]int{}
	for i, r := range records("risks.csv") {
		line := i + 2
		lo, hi, err := portsOf(r[0])
		if err != nil {
			bad("risks.csv", line, "%v", err)
			continue
		}
		f := Fact{Port: lo, Last: hi, Proto: protoOf(r[1]), Kind: r[2], Name: r[3], Severity: r[4], When: r[5], Reference: r[6]}
		if err := f.check(); err != nil {
			bad("risks.csv", line, "%v", err)
		}
		facts[[2]string{f.Kind, f.Name}] = true
		k := strings.Join(r[:4], ",")
		if seen[k] != 0 {
			bad("risks.csv", line, "the same as line %d", seen[k])
		}
		seen[k] = line
	}
	for i, r := range records("kinds.csv") {
		if severityRank[r[1]] == 0 || slices.Contains(r[3:], "") {
			bad("kinds.csv", i+2, "%s: a text or its cap is missing", r[0])
		}
	}
	for i, r := range records("notes.csv") {
		if !facts[[2]string{r[0], r[1]}] && r[1] != "*" {
			bad("notes.csv", i+2, "%s %q is no fact", r[0], r[1])
		}
		if (r[4] == "") != (r[5] == "") {
			bad("notes.csv", i+2, "%s %q has one language only", r[0], r[1])
		}
	}
	for i, r := range records("practice.csv") {
		if _, _, err := portsOf(r[0]); err != nil || protoOf(r[1]) == 0 || r[2] == "" || (r[3] == "") != (r[4] == "") {
			bad("practice.csv", i+2, "%q", r)
		}
	}
	for i, r := range records("ranges.csv") {
		lo, hi, err := portsOf(r[2] + "-" + r[3])
		if err != nil || lo >= hi || r[0] == "" || r[1] == "" || r[5] == "" {
			bad("ranges.csv", i+2, "%q", r)
		}
	}
	for i, r := range records("words.csv") {
		if slices.Contains(r[:4], "") {
			bad("words.csv", i+2, "%q: a text is missing", r[0])
		}
	}
	last, lastName := -1, ""
	for i, l := range strings.Split(strings.TrimSuffix(file("services.tsv"), "\n"), "\n") {
		f := strings.Split(l, "\t")
		port, _, err := portsOf(f[0])
		if err != nil || len(f) != 4 || f[2] == "" {
			bad("services.tsv", i+1, "%q is no row of four fields", l)
			continue
		}
		if int(port) < last || int(port) == last && f[2] <= lastName {
			bad("services.tsv", i+1, "out of order or twice")
		}
		last, lastName = int(port), f[2]
	}
	return ps
}
