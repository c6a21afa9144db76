package flows

import (
	"math"

	"portero/capture"
)

// mistimed are the flows with packets in frames whose time cannot be, or is wild, of which only few captures have some.
type mistimed struct {
	by  map[uint32][2]uint64 // of a flow, the first of them and the last
	all bool                 // there are too many flows with such: all are taken for some
}

const mostMistimed = 1 << 16

// Mistimed notes that p, which was booked last, came in a frame whose time cannot be, so that nothing is measured from it.
func (t *Table) Mistimed(p *capture.Packet) {
	if v, _, ok := t.find(p); ok {
		t.mistimed.add(v, p.Index)
	}
}

// add notes that nothing is measured from frame index, of flow v.
func (m *mistimed) add(v uint32, index uint64) {
	if m.all {
		return
	}
	at, known := m.by[v]
	if !known {
		if len(m.by) == mostMistimed {
			m.by, m.all = nil, true
			return
		}
		at[0] = index
	}
	if m.by == nil {
		m.by = map[uint32][2]uint64{}
	}
	at[1] = index
	m.by[v] = at
}

// of are the first and the last frame of flow v whose time cannot be, 0 where all can.
func (m *mistimed) of(v uint32) [2]uint64 {
	if m.all {
		return [2]uint64{0, math.MaxUint64}
	}
	return m.by[v]
}
