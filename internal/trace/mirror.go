package trace

import (
	"slices"

	"portero/capture"
	"portero/handshake"
	"portero/internal/record"
)

// CallsItself reports whether both ends of the record are one socket: it called the port that it had itself, met its own SYN and
// answered it (RFC 9293, 3.5).
func CallsItself(r *record.Record) bool {
	return r != nil && r.TCP() && r.Kind == handshake.Simultaneous && r.Orig.Addr == r.Resp.Addr && r.Orig.Port == r.Resp.Port
}

// mirrored tells a socket that called itself: each packet is of both ends, so that both go the way of two that call at once, and no
// state of either need be inferred. One step is told of each packet, of which the other end is the receiver.
func (in Input) mirrored() *Trace {
	twice := Input{Record: in.Record, Copies: make([]bool, 2*len(in.Packets))}
	twice.Packets = make([]capture.Packet, 0, 2*len(in.Packets))
	twice.Refs = make([]record.FrameRef, 0, 2*len(in.Packets))
	for i, p := range in.Packets {
		ref := record.FrameRef(p.Index)
		if i < len(in.Refs) {
			ref = in.Refs[i]
		}
		twice.Packets = append(twice.Packets, p, p)
		twice.Refs = append(twice.Refs, ref, ref)
		if i < len(in.Copies) {
			twice.Copies[2*i], twice.Copies[2*i+1] = in.Copies[i], in.Copies[i]
		}
	}
	t := twice.tell(true)
	steps := t.Steps[:0]
	for i := 0; i+1 < len(t.Steps); i += 2 {
		s, echo := t.Steps[i], t.Steps[i+1]
		s.After = echo.After
		s.Moves = append(slices.Clip(s.Moves), echo.Moves...)
		// What one of them is known to have reached the other has, too.
		if a := &s.After; a[Orig].State == a[Resp].State {
			known := !a[Orig].Inferred || !a[Resp].Inferred
			for k := range a {
				a[k].Inferred = a[k].Inferred && !known
			}
			for k := range s.Moves {
				s.Moves[k].Inferred = s.Moves[k].Inferred && !known
			}
		}
		if n := len(steps); n > 0 {
			s.Before = steps[n-1].After
		}
		steps = append(steps, s)
	}
	t.Steps = steps
	return t
}
