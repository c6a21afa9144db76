package anonymize

import (
	"portero/internal/record"
)

// Record takes out of r what names people, machines and content. Verdicts,
// ports, counters, times and frames stay.
func (m *Map) Record(r *record.Record) {
	r.Orig.Addr, r.Resp.Addr = m.Addr(r.Orig.Addr), m.Addr(r.Resp.Addr)
	r.FilteredBy = m.Addr(r.FilteredBy)
	r.ServerName, r.Process, r.User, r.ProcessBy, r.PID = "", "", "", "", 0
	r.File, r.FrameFiles = "", nil
	r.TunnelEnds = nil
	if len(r.Risks) > 0 {
		// Texts may quote names; the kind of finding and its frames do not.
		risks := make([]record.Finding, len(r.Risks))
		for i, k := range r.Risks {
			k.Text = ""
			risks[i] = k
		}
		r.Risks = risks
	}
}
