package findings

import (
	"net/netip"

	"portero/catalog"
	"portero/internal/record"
)

// mark is what one record shows by itself.
type mark struct {
	f      Finding
	other  netip.Addr // the end that is counted: mostly the client
	frames []uint64
}

// subject is what the same mark of other records is told together with.
func (m *mark) subject() subject {
	return subject{kind: m.f.Kind, actor: m.f.Actor, target: m.f.Target, proto: m.f.Proto, port: m.f.Port, name: m.f.Name}
}

// Record adds to r what it shows by itself. It keeps nothing: it may be asked of
// records that are not final.
func (d *Detector) Record(r *record.Record) {
	if !r.HasPorts {
		return
	}
	d.marks = d.judge(d.marks[:0], r)
	for i := range d.marks {
		m := &d.marks[i]
		m.f.Count, m.f.Of = 1, 1
		d.mute(&m.f)
		risk(r, &m.f, m.frames)
	}
}

// opening are the frames that show that something answered.
func opening(r *record.Record) []uint64 {
	var fs []uint64
	for _, f := range [...]uint64{r.SYNFrame, r.SYNACKFrame, r.ACKFrame} {
		if f != 0 {
			fs = append(fs, f)
		}
	}
	if len(fs) == 0 {
		fs = append(fs, r.FirstFrame)
	}
	return fs
}

// judge appends what r shows by itself. Nothing is said of a port unless something
// answered there, and of who answered unless that is told rather than guessed.
func (d *Detector) judge(ms []mark, r *record.Record) []mark {
	if !answered(r) || !told(r) {
		return ms
	}
	o, s := r.Orig.Addr.Unmap(), r.Resp.Addr.Unmap()
	door := Finding{Basis: "observed", Target: s, Proto: r.Proto, Port: r.Resp.Port, First: r.First, Last: r.Last}
	if f, ok := d.backdoor(r); ok {
		m := mark{f: door, other: o, frames: opening(r)}
		m.f.Kind, m.f.Severity, m.f.Basis, m.f.Name = "port-backdoor", "low", "hint", f.Name
		if era := d.cat.Note(f).Era; era != "" {
			m.f.Name += " (" + era + ")"
		}
		ms = append(ms, m)
	}
	if d.public(o) && d.inside(s) {
		if d.exposable(r) {
			m := mark{f: door, other: o, frames: opening(r)}
			// The number alone says what the service is: never above medium.
			m.f.Kind, m.f.Severity, m.f.Name = "exposure", "medium", d.service(r)
			if r.ServiceBy == "payload" {
				m.f.Severity = "high"
			}
			ms = append(ms, m)
		}
	}
	return ms
}

// backdoor is the fact of the past that a responder's port may hint at: none where
// an ordinary service lives there, or an ordinary payload was spoken.
func (d *Detector) backdoor(r *record.Record) (catalog.Fact, bool) {
	if r.ServiceBy == "payload" || r.ServiceBy == "user" {
		return catalog.Fact{}, false
	}
	return d.cat.PortHint(r.Proto, r.Resp.Port)
}

// exposable reports whether what answers is meant for the inside.
func (d *Detector) exposable(r *record.Record) bool {
	if r.ServiceBy == "payload" && r.Service != d.cat.Service(r.Proto, r.Resp.Port) {
		return false // something else lives on this number
	}
	for _, f := range d.cat.Facts(r.Proto, r.Resp.Port) {
		switch f.Kind {
		case "exposure", "boundary-block", "ics", "no-auth":
			return true
		}
	}
	return false
}

// service is the name to tell of what answers.
func (d *Detector) service(r *record.Record) string {
	if r.Service != "" {
		return r.Service
	}
	return d.cat.Service(r.Proto, r.Resp.Port)
}
