// Command agreement compares portero with the recorded answers of tshark, Zeek
// and Arkime over a collection of captures, and writes docs/AGREEMENT.md.
//
//	go run ./internal/agreement ../shared/captures > docs/AGREEMENT.md
//	go run ./internal/agreement -services ../shared/captures > docs/SERVICES.md
//
// Whether a row is comparable is decided by the oracle's side alone: one row per
// tuple there, no fragments in the file, no quoted headers.
package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"portero/capture/pcapfile"
	"portero/catalog"
	"portero/internal/doctor"
	"portero/internal/engine"
	"portero/internal/record"
)

type row map[string]string

func rows(path string) ([]row, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = '\t', true, -1
	all, err := r.ReadAll()
	if err != nil || len(all) == 0 {
		return nil, err
	}
	head := all[0]
	head[0] = strings.TrimPrefix(head[0], "#")
	var out []row
	for _, l := range all[1:] {
		m := row{}
		for i, v := range l {
			if i < len(head) {
				m[head[i]] = v
			}
		}
		out = append(out, m)
	}
	return out, nil
}

// key is a tuple without direction.
type key struct {
	proto string
	a, b  netip.AddrPort
}

func makeKey(proto, a, ap, b, bp string) (key, bool) {
	x, err1 := netip.ParseAddr(a)
	y, err2 := netip.ParseAddr(b)
	m, err3 := strconv.ParseUint(ap, 10, 16)
	n, err4 := strconv.ParseUint(bp, 10, 16)
	if err1 != nil || err2 != nil || err3 != nil || err4 != nil {
		return key{}, false
	}
	return ordered(proto, netip.AddrPortFrom(x, uint16(m)), netip.AddrPortFrom(y, uint16(n))), true
}

func ordered(proto string, a, b netip.AddrPort) key {
	if b.Compare(a) < 0 {
		a, b = b, a
	}
	return key{proto, a, b}
}

type rec struct {
	record.Record
	community string
}

// answer is what portero says of one capture.
type answer struct {
	recs     map[key][]*rec
	outer    map[string]bool // "a b" of every pair of tunnel ends, both ways
	opaque   string          // the frames it names and does not look into
	mistimed bool            // some time stamps are none
	failed   error
}

// analyse runs portero over one capture.
func analyse(path string, ignoreSums bool) *answer {
	set, err := pcapfile.OpenAll([]string{path}, pcapfile.Options{})
	if err != nil {
		return &answer{failed: err}
	}
	defer set.Close()
	cid, _ := record.Select("community_id")
	out, outer := map[key][]*rec{}, map[string]bool{}
	e := engine.New(engine.Options{Catalog: catalog.Default(), Merged: true, Threads: 1, IgnoreSums: ignoreSums, Sink: func(r *record.Record) error {
		for _, ends := range r.TunnelEnds {
			a, b, _ := strings.Cut(ends, ">")
			outer[a+" "+b], outer[b+" "+a] = true, true
		}
		if !r.HasPorts {
			return nil
		}
		x := &rec{Record: *r}
		x.community = string(cid[0].Text(nil, r))
		k := ordered(record.ProtoName(r.Proto), netip.AddrPortFrom(r.Orig.Addr, r.Orig.Port), netip.AddrPortFrom(r.Resp.Addr, r.Resp.Port))
		out[k] = append(out[k], x)
		return nil
	}})
	defer e.Release() // thousands of captures
	a := &answer{recs: out, outer: outer, failed: e.Run(context.Background(), set)}
	a.mistimed = len(set.Mistimed()) > 0
	for _, r := range e.Doctor.Remarks(doctor.Totals{}) {
		switch r.ID {
		case "not_ip", "unknown_link", "malformed":
			a.opaque += "; " + r.Text
		}
	}
	a.opaque = strings.TrimPrefix(a.opaque, "; ")
	return a
}

// score counts one comparison and keeps its differences.
type score struct {
	name        string
	same, other int
	listed      int // of other: no record or several, each listed with its frames
	copies      int // of other: equal once the exact copies are added
	diffs       []diff
}

type diff struct {
	file string
	key  key
	what string
	why  string
}

func (s *score) add(ok bool, file string, k key, why, format string, a ...any) {
	if ok {
		s.same++
		return
	}
	s.other++
	s.diffs = append(s.diffs, diff{file, k, fmt.Sprintf(format, a...), why})
}

func main() {
	root, what := "../shared/captures", run
	args := os.Args[1:]
	if len(args) > 0 && args[0] == "-services" {
		what, args = printServices, args[1:]
	}
	if len(args) > 0 {
		root = args[0]
	}
	if err := what(root); err != nil {
		fmt.Fprintln(os.Stderr, "agreement:", err)
		os.Exit(1)
	}
}

func run(root string) error {
	index, err := rows(filepath.Join(root, "INDEX.tsv"))
	if err != nil {
		return err
	}
	pkts, payload := &score{name: "packets each way (tshark)"}, &score{name: "payload octets (tshark; rows without retransmission, disorder or loss)"}
	hs, times := &score{name: "strict handshake (tshark's raw numbers)"}, &score{name: "time to the answer and to the third packet (tshark's times)"}
	files := 0
	for _, f := range index {
		oracle := filepath.Join(root, "oracle/tshark", strings.ReplaceAll(f["file"], "/", "__")+".tsv")
		rs, err := rows(oracle)
		if err != nil || len(rs) == 0 || hasWord(f["kinds"], "ipfrag") {
			continue
		}
		quoted := false
		by := map[key][]row{}
		for _, r := range rs {
			if r["in_icmp_error"] != "0" && r["in_icmp_error"] != "" {
				quoted = true
				continue
			}
			if k, ok := makeKey(r["proto"], r["a_ip"], r["a_port"], r["b_ip"], r["b_port"]); ok && (k.proto == "tcp" || k.proto == "udp") {
				by[k] = append(by[k], r)
			}
		}
		if quoted {
			continue
		}
		files++
		a := analyse(filepath.Join(root, "files", f["file"]), false)
		for k, v := range by {
			if len(v) == 1 {
				compareShark(f["file"], k, v[0], a, pkts, payload, hs, times)
			}
		}
	}
	state, history, zfiles, err := zeek(root)
	if err != nil {
		return err
	}
	cid, err := arkime(root)
	if err != nil {
		return err
	}
	print(files, zfiles, []*score{pkts, payload, hs, times, state, history, cid})
	return nil
}

func hasWord(list, word string) bool {
	for _, w := range strings.Split(list, ",") {
		if w == word {
			return true
		}
	}
	return false
}

var hsAllows = map[string]string{"full": "completed", "syn+synack": "half_open aborted", "syn": "no_answer refused filtered invalid aborted implied",
	"synack-nosyn": "completed_unseen unsolicited implied", "synack-mismatch": "invalid"}

func compareShark(file string, k key, o row, ans *answer, pkts, payload, hs, times *score) {
	g := ans.recs[k]
	if len(g) != 1 {
		why := countWhy(file, k, o, ans)
		if why != "" {
			pkts.listed++
		}
		pkts.add(false, file, k, why, "tshark 1 row, portero %d records%s", len(g), framesOf(g))
		return
	}
	r := &g[0].Record
	a, _ := netip.ParseAddr(o["a_ip"])
	port, _ := strconv.Atoi(o["a_port"])
	ab, ba := &r.Orig, &r.Resp
	if r.Orig.Addr != a || int(r.Orig.Port) != port {
		ab, ba = ba, ab
	}
	n := func(s string) uint64 { v, _ := strconv.ParseUint(o[s], 10, 64); return v }
	total := n("pkts_ab") + n("pkts_ba")
	if r.Duplicates > 0 && ab.Pkts+ba.Pkts+r.Duplicates == total {
		pkts.copies++
	}
	pkts.add(ab.Pkts == n("pkts_ab") && ba.Pkts == n("pkts_ba"), file, k, pktsWhy(file, r, ans, k, int64(ab.Pkts+ba.Pkts)-int64(total)), "tshark %d and %d, portero %d and %d (frames %d to %d)",
		n("pkts_ab"), n("pkts_ba"), ab.Pkts, ba.Pkts, r.FirstFrame, r.LastFrame)
	if k.proto == "udp" || n("n_retrans")+n("n_ooo")+n("n_lost") == 0 {
		payload.add(ab.Payload == n("payload_ab") && ba.Payload == n("payload_ba"), file, k, payloadWhy(file, r, ans, k, ab, ba, [2]uint64{n("pkts_ab"), n("payload_ab")}, [2]uint64{n("pkts_ba"), n("payload_ba")}),
			"tshark %d and %d, portero %d and %d (frames %d to %d)", n("payload_ab"), n("payload_ba"), ab.Payload, ba.Payload, r.FirstFrame, r.LastFrame)
	}
	if k.proto != "tcp" {
		return
	}
	compareTimes(file, k, o, r, ans, times)
	v, want := r.Handshake.String(), hsAllows[o["hs"]]
	ok := hasWord(strings.ReplaceAll(want, " ", ","), v)
	if want == "" {
		ok = true
		for _, list := range hsAllows {
			if hasWord(strings.ReplaceAll(list, " ", ","), v) {
				ok = false
			}
		}
	}
	hs.add(ok, file, k, hsWhy(file, k, r, o["hs"]), "tshark %s, portero %s (frames %d to %d)", o["hs"], v, r.FirstFrame, r.LastFrame)
}

// framesOf lists the frames of records that share a tuple.
func framesOf(g []*rec) string {
	s := ""
	for i, r := range g {
		switch {
		case i == 8:
			return s + fmt.Sprintf(" and %d more)", len(g)-8)
		case i == 0:
			s = " (frames "
		default:
			s += ", "
		}
		s += fmt.Sprintf("%d to %d", r.FirstFrame, r.LastFrame)
	}
	if s != "" {
		s += ")"
	}
	return s
}

func print(files, zfiles int, ss []*score) {
	fmt.Print(`# Agreement with other tools

Written by ` + "`go run ./internal/agreement ../shared/captures > docs/AGREEMENT.md`" + `; do not edit. Comparable rows are
chosen by the oracle's side alone. A difference with a named cause is still counted as a difference.

| compared | rows | equal | share | different, with a cause below | without |
|---|---|---|---|---|---|
`)
	for _, s := range ss {
		named := 0
		for _, d := range s.diffs {
			if d.why != "" {
				named++
			}
		}
		fmt.Printf("| %s | %d | %d | %.2f %% | %d | %d |\n", s.name, s.same+s.other, s.same, 100*float64(s.same)/float64(max(s.same+s.other, 1)), named, s.other-named)
	}
	p := ss[0]
	fmt.Printf("\nPackets each way, rows with no or several records left out (%d, each below with its cause) and exact copies added: %d of %d, %.2f %%.\n",
		p.listed, p.same+p.copies, p.same+p.other-p.listed, 100*float64(p.same+p.copies)/float64(max(p.same+p.other-p.listed, 1)))
	fmt.Printf("\n%d captures with tshark's answers, %d with Zeek's.\n", files, zfiles)
	for _, s := range ss {
		printDiffs(s)
	}
}

// printDiffs lists the differences of one comparison, by cause.
func printDiffs(s *score) {
	if len(s.diffs) == 0 {
		return
	}
	fmt.Printf("\n## %s\n", s.name)
	byWhy := map[string][]diff{}
	for _, d := range s.diffs {
		byWhy[d.why] = append(byWhy[d.why], d)
	}
	var whys []string
	for w := range byWhy {
		whys = append(whys, w)
	}
	sort.Slice(whys, func(i, j int) bool {
		if len(byWhy[whys[i]]) != len(byWhy[whys[j]]) {
			return len(byWhy[whys[i]]) > len(byWhy[whys[j]])
		}
		return whys[i] < whys[j]
	})
	for _, w := range whys {
		ds := byWhy[w]
		title := w
		if w == "" {
			title = "No cause named yet"
		}
		fmt.Printf("\n### %s (%d)\n\n", title, len(ds))
		sort.Slice(ds, func(i, j int) bool {
			if ds[i].file != ds[j].file {
				return ds[i].file < ds[j].file
			}
			x, y := ds[i].key, ds[j].key
			if c := x.a.Compare(y.a); c != 0 {
				return c < 0
			}
			return x.b.Compare(y.b) < 0
		})
		last := ""
		for _, d := range ds {
			if d.file != last {
				fmt.Printf("- `%s`\n", d.file)
				last = d.file
			}
			fmt.Printf("  - %s %s %s: %s\n", d.key.proto, d.key.a, d.key.b, d.what)
		}
	}
}
