package flows

import "testing"

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
