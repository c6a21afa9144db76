package engine

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"
)

// Whether a frame that is stamped hours too late is told by the one behind it does not depend on threads, nor on where blocks end; and
// it ends nothing.
func TestWildForAnyThreads(t *testing.T) {
	t.Parallel()
	tr := newTraffic(11)
	tr.fill(400, 60, 8, 30_000_000)
	opt := Options{Threads: 1, Seed: 9, Memory: 1 << 30, Merged: true}
	count := func(out, what string) int { return bytes.Count([]byte(out), []byte(what)) }
	plain := records(t, open(t, tr.pcap), opt)
	wild := bytes.Clone(tr.pcap)
	r := rand.New(rand.NewPCG(3, 3))
	le := binary.LittleEndian
	for at, n := 24, 0; at < len(wild); at, n = at+16+int(le.Uint32(wild[at+8:])), n+1 {
		if n%11 == 3 {
			le.PutUint32(wild[at:], le.Uint32(wild[at:])+7200+uint32(r.IntN(1000)))
		}
	}
	want := records(t, open(t, wild), opt)
	if a, b := count(plain, `"schema"`), count(want, `"schema"`); a != b {
		t.Errorf("%d records of what were %d", b, a)
	}
	for _, threads := range []int{1, 2, 8} {
		opt.Threads = threads
		for _, n := range []int{1, 2, 3, 700} {
			differ(t, fmt.Sprintf("%d threads, blocks of %d", threads, n), want, records(t, &pieces{from: open(t, wild), n: n}, opt))
		}
	}
}
