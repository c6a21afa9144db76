// Command genoui builds internal/who/oui.gz, the makers of hardware addresses,
// from the npm package oui-data (npm pack oui-data@2.1.9, then unpack index.json):
//
//	go run ./internal/genoui -npm package/index.json
//
// A line is the first six hexadecimal digits of the address and the maker's name
// without its legal form. It refuses a source that lost rows.
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
)

const (
	fewest  = 35000
	longest = 28 // octets of a name
)

var legal = regexp.MustCompile(`(?i)[ ,.]+(inc|incorporated|corp|corporation|co|ltd|limited|llc|gmbh|ag|s\.?a|b\.?v|a/s|ab|oy|kg|plc|pty|srl|s\.?p\.?a|company|technologies|technology|international|electronics?|systems?|communications?|networks?)\.?$`)

func main() {
	npm := flag.String("npm", "", "index.json of the npm package oui-data")
	out := flag.String("out", "internal/who/oui.gz", "file to write")
	flag.Parse()
	if err := run(*npm, *out); err != nil {
		fmt.Fprintln(os.Stderr, "genoui:", err)
		os.Exit(1)
	}
}

func short(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	s = strings.Join(strings.Fields(s), " ")
	for {
		t := strings.TrimRight(legal.ReplaceAllString(s, ""), " ,.")
		if t == s || t == "" {
			break
		}
		s = t
	}
	if len(s) > longest {
		s = s[:longest]
		if i := strings.LastIndexByte(s, ' '); i > longest/2 {
			s = s[:i]
		}
	}
	return strings.ToValidUTF8(strings.TrimRight(s, " ,.("), "")
}

func run(npm, out string) error {
	data, err := os.ReadFile(npm)
	if err != nil {
		return err
	}
	var index map[string]string
	if err := json.Unmarshal(data, &index); err != nil {
		return err
	}
	if len(index) < fewest {
		return fmt.Errorf("only %d makers, at least %d expected", len(index), fewest)
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return err
	}
	for _, k := range slices.Sorted(maps.Keys(index)) {
		if name := short(index[k]); len(k) == 6 && name != "" {
			fmt.Fprintf(z, "%s%s\n", k, name)
		}
	}
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(out, b.Bytes(), 0o644)
}
