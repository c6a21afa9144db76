package teach

import (
	"testing"

	"portero/internal/trace"
)

// A ledger remembers 16,384 segments of each end; those behind are told without their sums, and none is told wrongly.
func TestALedgerIsBounded(t *testing.T) {
	var g ledger
	seg := func(e trace.End, n int64) *trace.Step {
		return &trace.Step{From: e, HasSeq: true, HasAck: true, RelSeq: 1 + 10*n, RelAck: 1, Len: 10}
	}
	for n := range int64(16_390) {
		for _, e := range []trace.End{trace.Orig, trace.Resp} {
			// The sum of a segment is that of the one before.
			if got, want := g.equation(seg(e, n)), n > 0 && n <= 16_384; (got != "") != want {
				t.Fatalf("segment %d of %d: %q", n, e, got)
			}
			g.book(seg(e, n))
		}
	}
}
