package filter

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"portero/capture"
)

// randomExpr joins entries of the table, and sometimes bare ids that inherit
// qualifiers, in ways the table does not.
func randomExpr(r *rand.Rand, depth int) string {
	if depth == 0 || r.IntN(4) == 0 {
		return table[1+r.IntN(len(table)-1)]
	}
	id := func() string {
		return []string{"{v4}", "{port}", "80", "(443 or 80)", "not 53", "10.0.0.1", "{mac}", "{v6}", "not (1 or 2)", "10.0.0.0/8"}[r.IntN(10)]
	}
	l := randomExpr(r, depth-1)
	op := []string{" and ", " or ", " && ", " || "}[r.IntN(4)]
	switch r.IntN(8) {
	case 0:
		return "(" + l + ")"
	case 1:
		return "not " + l
	case 2:
		return "not (" + l + ")" + op + randomExpr(r, depth-1)
	case 3:
		return l + op + id()
	case 4:
		return "(" + l + op + id() + ")" + op + randomExpr(r, depth-1)
	}
	return l + op + randomExpr(r, depth-1)
}

// randomArith is arithmetic of whatever shape, most of it without a sense.
func randomArith(r *rand.Rand, depth int) string {
	if depth == 0 || r.IntN(4) == 0 {
		return []string{"len", "1", "2", "14", "60", "0xff", "ip[0]", "ip[2:2]", "tcp[13]", "ether[12:2]", "udp[4:2]", "ip6[6]", "icmptype", "tcp-syn", "ip[16:4]", "link[3]"}[r.IntN(16)]
	}
	op := []string{"+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"}[r.IntN(10)]
	l, rr := randomArith(r, depth-1), randomArith(r, depth-1)
	switch r.IntN(6) {
	case 0:
		return "(" + l + ")"
	case 1:
		return "- " + l
	case 2:
		return "ip[" + l + " & 31]"
	case 3:
		return "(" + l + ") " + op + " " + rr
	}
	return l + " " + op + " " + rr
}

// TestTcpdumpAgreesOnRandomExpressions compares expressions nobody wrote, on one
// capture of each link type. PORTERO_TIME multiplies its 5 seconds.
func TestTcpdumpAgreesOnRandomExpressions(t *testing.T) {
	tcpdump := needTcpdump(t)
	files := captures(t)
	factor, seed := 1.0, uint64(1)
	if v, err := strconv.ParseFloat(os.Getenv("PORTERO_TIME"), 64); err == nil && v > 0 {
		factor = v
	}
	if v, err := strconv.ParseUint(os.Getenv("PORTERO_SEED"), 10, 64); err == nil {
		seed = v
	}
	r := rand.New(rand.NewPCG(seed, 0))
	r.Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
	type sample struct {
		file string
		link capture.LinkType
		recs []record
	}
	var samples []sample
	seen := map[capture.LinkType]int{}
	fit := make([]sample, min(len(files), 600)) // without frames where one is of no use
	var work []func()
	for i := range fit {
		work = append(work, func() {
			out, no := dump(tcpdump, files[i], "")
			if no != "" {
				return
			}
			if link, recs, err := readDump(out); err == nil && len(recs) <= 2000 {
				fit[i] = sample{files[i], link, recs}
			}
		})
	}
	sideBySide(work)
	for _, s := range fit {
		most := 1
		if s.link == ltEthernet {
			most = 12
		}
		if len(s.recs) == 0 || seen[s.link] >= most {
			continue
		}
		seen[s.link]++
		samples = append(samples, s)
	}
	n, refused, diffs := 0, 0, 0
	for deadline := time.Now().Add(time.Duration(5 * factor * float64(time.Second))); time.Now().Before(deadline); {
		expr := randomExpr(r, 1+r.IntN(3))
		if r.IntN(3) == 0 {
			expr = randomArith(r, 1+r.IntN(3)) + []string{" = ", " > ", " < ", " != ", " >= ", " <= "}[r.IntN(6)] + randomArith(r, 1+r.IntN(2))
		}
		s := samples[r.IntN(len(samples))]
		full := fill(expr, s.link, s.recs)
		if undefined(full, s.link) {
			continue
		}
		diff, no := agree(tcpdump, s.file, full, s.link, s.recs)
		n++
		if no {
			refused++
		}
		if diff != "" {
			diffs++
			if diffs <= 60 {
				t.Errorf("%s (link %d)\n\t%q: %s", strings.TrimPrefix(s.file, sharedCaptures+string(filepath.Separator)), s.link, full, diff)
			}
		}
	}
	t.Logf("%d comparisons on %d captures of %d link types (%d refused by both), %d differences", n, len(samples), len(seen), refused, diffs)
}
