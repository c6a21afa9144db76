package ipfix

import (
	"testing"

	"portero/handshake"
	"portero/internal/corpus"
)

// A flow that there is no room to remember is told of when it ends, whole. The end of a flow
// makes room for another.
func TestManyFlowsThatGoOn(t *testing.T) {
	e := NewEncoder(Options{}, func([]byte) {})
	e.most = 3
	told := func(id uint64, final bool, pkts uint64) uint64 {
		before := e.Records
		r := corpus.Made(id)
		r.Final, r.Close, r.Last, r.Orig.Pkts = final, handshake.StillOpen, r.First+int64(pkts)*1e9, pkts
		switch {
		case final:
			e.Write(r, 1)
		case e.Due(r, r.Last):
			e.Interim(r, r.Last, 1)
		}
		if e.Records == before {
			return 0
		}
		return e.x.orig.pkts
	}
	for _, c := range []struct {
		id    uint64
		final bool
		pkts  uint64
		want  uint64
	}{
		{1, false, 60, 60}, {2, false, 60, 60}, {3, false, 60, 60},
		{4, false, 60, 0},   // there is no room
		{1, false, 150, 90}, // one that is known goes on
		{4, true, 200, 200}, // and the other ends
		{2, true, 100, 40},
		{5, false, 70, 70}, // there is room again
		{6, false, 70, 0},
		{5, true, 80, 10}, {5, true, 80, 80}, // ended, it is forgotten
	} {
		if got := told(c.id, c.final, c.pkts); got != c.want {
			t.Errorf("flow %d with %d packets: %d are told, want %d", c.id, c.pkts, got, c.want)
		}
	}
}
