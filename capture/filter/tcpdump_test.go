package filter

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"portero/capture"
)

// record is one frame of a classic pcap as tcpdump writes it.
type record struct {
	sec, frac, wire uint32
	data            []byte
}

// readDump reads what tcpdump -w writes: native byte order, never damaged.
func readDump(b []byte) (capture.LinkType, []record, error) {
	if len(b) < 24 {
		return 0, nil, errors.New("no pcap header")
	}
	le := binary.NativeEndian
	link := capture.LinkType(le.Uint32(b[20:]))
	var recs []record
	for b = b[24:]; len(b) >= 16; {
		n := int(le.Uint32(b[8:]))
		if len(b) < 16+n {
			return link, recs, errors.New("cut record")
		}
		recs = append(recs, record{le.Uint32(b), le.Uint32(b[4:]), le.Uint32(b[12:]), b[16 : 16+n]})
		b = b[16+n:]
	}
	return link, recs, nil
}

func needTcpdump(t testing.TB) string {
	path, err := exec.LookPath("tcpdump")
	if err != nil {
		t.Skip("tcpdump is not installed")
	}
	return path
}

const sharedCaptures = "../../../shared/captures/files"

// captures lists the files of the shared collection.
func captures(t testing.TB) []string {
	if _, err := os.Stat(sharedCaptures); err != nil {
		t.Skip("../shared/captures is not there")
	}
	var files []string
	err := filepath.WalkDir(sharedCaptures, func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files = append(files, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// guessLink reads the link type from the start of a file, for the order of the
// comparison only; what it cannot read is a link type of its own.
func guessLink(file string) uint32 {
	b := make([]byte, 4096)
	f, err := os.Open(file)
	if err != nil {
		return 1 << 31
	}
	defer f.Close()
	if _, err := f.Read(b); err != nil {
		return 1 << 31
	}
	var e binary.ByteOrder = binary.LittleEndian
	if b[0] != 0x0a {
		if b[0] == 0xa1 {
			e = binary.BigEndian
		}
		return e.Uint32(b[20:])
	}
	if b[8] == 0x1a {
		e = binary.BigEndian
	}
	if n := e.Uint32(b[4:]); n < 4000 && e.Uint32(b[n:]) == 1 {
		return uint32(e.Uint16(b[n+8:]))
	}
	return 1 << 31
}

// dump runs tcpdump on file and gives what it wrote; a refused expression
// writes nothing.
func dump(tcpdump, file, expr string) (out []byte, refused string) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, tcpdump, "-r", file, "-w", "-", "--", expr)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if err != nil && stdout.Len() == 0 {
		for _, l := range strings.Split(stderr.String(), "\n") {
			if strings.HasPrefix(l, "tcpdump: ") {
				return nil, l
			}
		}
		return nil, "tcpdump: " + err.Error()
	}
	return stdout.Bytes(), ""
}

// sideBySide does work on all processors: a tcpdump of its own is started for each question.
func sideBySide(work []func()) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range runtime.NumCPU() {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(len(work)); i = next.Add(1) {
				work[i-1]()
			}
		})
	}
	wg.Wait()
}

// fill puts addresses and ports of some frame into the placeholders of expr.
func fill(expr string, link capture.LinkType, recs []record) string {
	v4, v6, mac, ports := "192.168.1.1", "fe80::1", "ff:ff:ff:ff:ff:ff", []string{"80", "443"}
	ip4, _ := mustParse("ip").Compile(link, Options{})
	ip6, _ := mustParse("ip6").Compile(link, Options{})
	tcp, _ := mustParse("tcp or udp").Compile(link, Options{})
	for i := range recs {
		r := &recs[(i+len(recs)/3)%len(recs)]
		d := r.data
		if link == ltEthernet && len(d) >= 14 && mac[0] == 'f' {
			mac = fmt.Sprintf("%02x:%02x:%02x:%02x:%02x:%02x", d[6], d[7], d[8], d[9], d[10], d[11])
		}
		if isWLAN(link) && len(d) > 40 && mac[0] == 'f' {
			o := 0
			if link == ltRadiotap {
				o = int(d[2]) + int(d[3])<<8
			}
			if o+16 <= len(d) {
				d := d[o:]
				mac = fmt.Sprintf("%02x:%02x:%02x:%02x:%02x:%02x", d[10], d[11], d[12], d[13], d[14], d[15])
			}
		}
		li, _ := linkOf(link)
		if li.varPayload || li.payload == unset {
			break
		}
		net := int(li.payload + li.net)
		if ip4 != nil && ip4.Match(d, int(r.wire)) && len(d) >= net+24 {
			v4 = netip.AddrFrom4([4]byte(d[net+12:])).String()
			if tcp != nil && tcp.Match(d, int(r.wire)) {
				ports = []string{strconv.Itoa(int(d[net+20])<<8 | int(d[net+21])), strconv.Itoa(int(d[net+22])<<8 | int(d[net+23]))}
				break
			}
		}
		if ip6 != nil && ip6.Match(d, int(r.wire)) && len(d) >= net+44 {
			v6 = netip.AddrFrom16([16]byte(d[net+8:])).String()
		}
	}
	return strings.NewReplacer("{v4}", v4, "{v6}", v6, "{mac}", mac, "{port}", ports[0], "{port2}", ports[1]).Replace(expr)
}

func mustParse(s string) *Expr {
	e, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return e
}

// stricter are expressions portero refuses by name though tcpdump does not, with
// the reason docs/FILTERS.md gives.
func stricter(expr string, link capture.LinkType) bool {
	li, _ := linkOf(link)
	return li.fam == famMagic && (li.payload == unset || li.netNoSNAP == unset)
}

// undefined tells of expressions whose meaning libpcap leaves to whatever its scratch
// memory holds, or spoils: see docs/FILTERS.md.
func undefined(expr string, link capture.LinkType) bool {
	if strings.Contains(expr, "geneve") {
		return true
	}
	return isWLAN(link) && (strings.Contains(expr, "pppoes") || strings.ContainsAny(expr, "<>=["))
}

// agree compares what both select of recs; diff is "" when they agree.
func agree(tcpdump, file, expr string, link capture.LinkType, recs []record) (diff string, refused bool) {
	out, no := dump(tcpdump, file, expr)
	e, err := Parse(expr)
	var p *Program
	if err == nil {
		p, err = e.Compile(link, Options{})
	}
	var fe *Error
	impossible := errors.As(err, &fe) && strings.Contains(fe.Msg, "no frame at all")
	switch {
	case no != "" && err != nil:
		return "", true
	case strings.Contains(no, "rejects all packets"):
		// Only one of the two saw that nothing can match.
		for _, r := range recs {
			if p.Match(r.data, int(r.wire)) {
				return "portero selects frames, " + no, true
			}
		}
		return "", true
	case impossible:
		if _, want, _ := readDump(out); len(want) > 0 {
			return "tcpdump selects frames, portero: " + err.Error(), true
		}
		return "", true
	case no != "":
		return "portero accepts, " + no, true
	case err != nil && stricter(expr, link):
		return "", true
	case err != nil:
		return "tcpdump accepts, portero: " + err.Error(), true
	}
	_, want, err := readDump(out)
	if err != nil {
		return "tcpdump's output: " + err.Error(), false
	}
	var got []record
	for _, r := range recs {
		if p.Match(r.data, int(r.wire)) {
			got = append(got, r)
		}
	}
	same := slices.EqualFunc(got, want, func(a, b record) bool {
		return a.sec == b.sec && a.frac == b.frac && a.wire == b.wire && bytes.Equal(a.data, b.data)
	})
	if !same {
		return fmt.Sprintf("portero selects %d of %d, tcpdump %d", len(got), len(recs), len(want)), false
	}
	return "", false
}

// TestTcpdumpSelectsTheSame compares the table with tcpdump on the shared
// captures: all of it on a few files of every link type and a sample on others.
// PORTERO_TIME multiplies the time it may take (15 s); from 10 on every file gets
// every expression until the time is up.
func TestTcpdumpSelectsTheSame(t *testing.T) {
	tcpdump := needTcpdump(t)
	files := captures(t)
	factor := 1.0
	if v, err := strconv.ParseFloat(os.Getenv("PORTERO_TIME"), 64); err == nil && v > 0 {
		factor = v
	}
	deadline := time.Now().Add(time.Duration(15 * factor * float64(time.Second)))

	type item struct {
		file string
		rank uint64
		nth  int // of its link type
	}
	rank := func(s string) uint64 { h := fnv.New64a(); h.Write([]byte(s)); return h.Sum64() }
	items := make([]item, len(files))
	for i, f := range files {
		rel, _ := filepath.Rel(sharedCaptures, f)
		items[i] = item{f, rank(rel), 0}
	}
	slices.SortFunc(items, func(a, b item) int { return cmp.Compare(a.rank, b.rank) })
	counts := map[uint32]int{}
	for i := range items {
		l := guessLink(items[i].file)
		items[i].nth = counts[l]
		counts[l]++
	}
	// Rare link types first, so that all of them are met before the time is up.
	slices.SortStableFunc(items, func(a, b item) int { return cmp.Compare(min(a.nth, 20), min(b.nth, 20)) })

	var mu sync.Mutex
	var pairs, refused, diffs, read int
	seen := map[capture.LinkType]int{}
	work := make(chan item)
	var wg sync.WaitGroup
	one := func(it item) {
		out, no := dump(tcpdump, it.file, "")
		if no != "" {
			return
		}
		link, recs, err := readDump(out)
		if err != nil || len(recs) > 20000 {
			return
		}
		mu.Lock()
		seen[link]++
		nth := seen[link]
		read++
		mu.Unlock()
		for _, expr := range table {
			if time.Now().After(deadline) {
				return
			}
			// The first file of a link type gets everything, later ones a share.
			if factor < 10 && nth > 1 && (rank(expr)+it.rank)%40 != 0 {
				continue
			}
			full := fill(expr, link, recs)
			if isWLAN(link) && (strings.Contains(expr, "geneve") || strings.Contains(expr, "pppoes") || expr == "1 = 2 or tcp") {
				continue // see undefined
			}
			diff, no := agree(tcpdump, it.file, full, link, recs)
			mu.Lock()
			pairs++
			if no {
				refused++
			}
			if diff != "" {
				diffs++
				if diffs <= 100 {
					t.Errorf("%s (link %d)\n\t%q: %s", strings.TrimPrefix(it.file, sharedCaptures+"/"), link, full, diff)
				}
			}
			mu.Unlock()
		}
	}
	for range 2 {
		wg.Go(func() {
			for it := range work {
				one(it)
			}
		})
	}
	for _, it := range items {
		if time.Now().After(deadline) {
			break
		}
		work <- it
	}
	close(work)
	wg.Wait()
	t.Logf("%d files of %d link types, %d comparisons (%d refused by both), %d differences", read, len(seen), pairs, refused, diffs)
	if pairs < 200 {
		t.Errorf("only %d comparisons were made", pairs)
	}
}

// TestTcpdumpRefusesTheSame checks on Ethernet that what tcpdump refuses is
// refused, with a column inside the expression.
func TestTcpdumpRefusesTheSame(t *testing.T) {
	tcpdump := needTcpdump(t)
	file := filepath.Join(t.TempDir(), "x.pcap")
	writePcap(t, file, ltEthernet, nil)
	var work []func()
	for _, expr := range refusedTable {
		work = append(work, func() {
			if _, no := dump(tcpdump, file, expr); no == "" {
				t.Errorf("%q: tcpdump accepts it", expr)
			}
		})
	}
	for _, expr := range table {
		expr = fill(expr, ltEthernet, nil)
		work = append(work, func() {
			_, no := dump(tcpdump, file, expr)
			e, err := Parse(expr)
			if err == nil {
				_, err = e.Compile(ltEthernet, Options{})
			}
			if (no != "") != (err != nil) {
				t.Errorf("%q: tcpdump says %q, portero %v", expr, no, err)
			}
		})
	}
	sideBySide(work)
}
