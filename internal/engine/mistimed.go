package engine

import (
	"slices"

	"portero/flows"
	"portero/internal/record"
)

// mistimed books the packets of d up to the last before position to that came in a frame whose time cannot be, and tells the lanes of
// each of these as soon as it is booked: with those behind it its connection may end.
func (e *Engine) mistimed(d *decoded, to int) {
	for i := d.done; i < to; i++ {
		p := &d.batch.Packets[i]
		if _, ok := slices.BinarySearch(d.block.Mistimed, p.Index); ok {
			e.stretch(d, i+1)
			e.settle()
			e.lanes[laneOf(p)].table.Mistimed(p)
		}
	}
}

// untime takes back what was measured from a packet that came in a frame whose time cannot be: of it only the second is known.
func untime(r *record.Record, f *flows.Ended) {
	first, last := f.Mistimed[0], f.Mistimed[1]
	if last == 0 {
		return
	}
	// What lies between two frames is measured from copies of them, too.
	touches := func(from, to uint64) bool { return first <= max(from, to) && last >= min(from, to) }
	if touches(f.SYNFrame, f.SYNACKFrame) {
		r.ServerRTT = record.Unset
	}
	if touches(f.SYNACKFrame, f.ACKFrame) {
		r.ClientRTT = record.Unset
	}
	if touches(f.FirstFrame, f.SYNFrame) || touches(f.ACKFrame, f.ACKFrame) {
		r.Setup = record.Unset
	}
	if first == f.FirstFrame {
		r.ReuseAfterNS = record.Unset
	}
	if last >= f.ACKFrame {
		r.RTTMin, r.RTTP50, r.RTTMax = record.Unset, record.Unset, record.Unset
		r.FirstByte, r.LongestWait, r.Thinking, r.LongestFrame = record.Unset, record.Unset, record.Unset, 0
	}
}
