package engine

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"portero/capture"
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

// What is far ahead of the clock is wild where the frame behind it says that no time passed, and nowhere else.
func TestWhoIsWild(t *testing.T) {
	t.Parallel()
	const now = 100_000 * second
	for _, c := range []struct {
		what         string
		at, next     int64 // of the frame, and of that behind it in its block: 0 for none
		behind       int64 // that begins the next block
		wild, waited bool
	}{
		{what: "hours late, and on as before", at: now + 7200*second, next: now + 1, wild: true},
		{what: "and a little earlier", at: now + 7200*second, next: now - jumpBack, wild: true},
		{what: "time passed", at: now + 7200*second, next: now + 7201*second},
		{what: "and some time at least", at: now + 7200*second, next: now + jumpAhead + 1},
		{what: "the one behind is as far off the other way", at: now + 7200*second, next: now - jumpBack - 1},
		{what: "too early", at: now - 7200*second, next: now + 1},
		{what: "the last of its block", at: now + 7200*second, behind: now + 1, wild: true, waited: true},
		{what: "and time passed", at: now + 7200*second, behind: now + 7200*second, waited: true},
		{what: "the last of all", at: now + 7200*second, waited: true},
	} {
		e := &Engine{}
		e.clock.now, e.clock.last, e.clock.suspect = now, now, c.at
		d := &decoded{after: c.behind}
		d.block.Frames = []capture.Frame{{Time: c.at}}
		if c.next != 0 {
			d.block.Frames = append(d.block.Frames, capture.Frame{Time: c.next})
		}
		d.batch.Packets = []capture.Packet{{Time: c.at}}
		if e.suspect(d, 0); len(d.batch.Wild) > 0 != c.wild {
			t.Errorf("%s: %v", c.what, d.batch.Wild)
		}
		e.clock.suspect = 0
		d.sum.even = true
		if c.next == 0 && e.leaps(d) != c.waited {
			t.Errorf("%s: what follows is waited for: %v", c.what, !c.waited)
		}
		for _, quiet := range []func(){func() { e.opt.Live = true }, func() { e.opt.Live, d.block.Slow = false, true }} {
			if quiet(); e.leaps(d) {
				t.Errorf("%s: what may be long in coming is waited for", c.what)
			}
		}
	}
}
