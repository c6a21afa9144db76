package flows

import (
	"testing"

	"portero/capture"
)

// TestMistimedEndsWithItsFlow: whoever takes the place of a flow that ended has nothing of its frames.
func TestMistimedEndsWithItsFlow(t *testing.T) {
	s := tell(t, Config{})
	var first capture.Packet
	s.pkt(true, syn, 0, 0, 0, func(p *capture.Packet) { first = *p })
	first.Hash = capture.TupleHash(1, first.Src, first.Dst, first.SrcPort, first.DstPort, first.Proto, first.Ver)
	s.table.Mistimed(&first)
	for range 4 {
		s.wait(1000 * Second)
		s.pkt(true, syn, 0, 0, 0)
	}
	if len(s.ended) < 3 || s.ended[0].Mistimed != [2]uint64{1, 1} || len(s.table.mistimed.by) != 0 {
		t.Fatalf("%d ended, the first with %v, %d are kept", len(s.ended), s.ended[0].Mistimed, len(s.table.mistimed.by))
	}
	for _, e := range s.ended[1:] {
		if e.Mistimed != [2]uint64{} {
			t.Errorf("%d: %v", e.ID, e.Mistimed)
		}
	}
}

// TestMostMistimed: so many flows are remembered for frames whose time cannot be, and beyond them all are taken for some.
func TestMostMistimed(t *testing.T) {
	var m mistimed
	for v := range uint32(mostMistimed) {
		m.add(v, uint64(v)+1)
	}
	if got := m.of(mostMistimed + 1); got != [2]uint64{} || m.of(7) != [2]uint64{8, 8} {
		t.Errorf("%v of one that had none, %v of another", got, m.of(7))
	}
	m.add(7, 20)
	if m.of(7) != [2]uint64{8, 20} || m.all {
		t.Errorf("%v of one that is known", m.of(7))
	}
	m.add(mostMistimed, 9)
	if got := m.of(mostMistimed + 1); got[1] == 0 || len(m.by) != 0 {
		t.Errorf("%v of one that had none, %d are kept", got, len(m.by))
	}
}
