package engine

import (
	"slices"
	"sort"
	"sync"

	"portero/capture"
	"portero/internal/record"
)

// frameMap turns ordinals over all input into file and frame as a user counts
// them. It keeps eight octets for every change of file.
type frameMap struct {
	merged bool
	idle   bool         // nobody asks for the files
	mu     sync.RWMutex // the sequencer notes while the records' goroutine asks
	parts  []*part
	open   map[int32]int // where a file's base is in the last part
}

// part is a stretch of the input: runs of frames that are of one file each.
type part struct {
	first uint64 // ordinal of its first frame
	n     int
	runs  [partRuns]run
	base  []base // of the files in it
}

const partRuns = 256

type run struct {
	off  uint32 // of its first frame, from the part's
	base uint16 // of its file, in the part
}

// base says how a file's frames are counted in a part.
type base struct {
	file  int32
	first uint64 // number of its first frame in the part
	seen  uint64 // frames of it in the runs that are over
}

// note takes frames in order; of several that follow one another in a file the first is enough.
func (m *frameMap) note(f *capture.Frame) {
	if m.idle {
		return
	}
	if p := m.last(); p != nil && p.n > 0 {
		r := p.runs[p.n-1]
		since := f.Index - p.first - uint64(r.off)
		if b := &p.base[r.base]; b.file == f.File && f.Num == b.first+b.seen+since {
			return
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.last()
	if p != nil {
		r := p.runs[p.n-1]
		p.base[r.base].seen += f.Index - p.first - uint64(r.off)
	}
	at, known := m.open[f.File]
	if p == nil || p.n == partRuns || f.Index-p.first > 1<<32-1 || known && p.base[at].first+p.base[at].seen != f.Num {
		p = &part{first: f.Index}
		m.parts = append(m.parts, p)
		m.open, known = map[int32]int{}, false
	}
	if !known {
		at = len(p.base)
		m.open[f.File] = at
		p.base = append(p.base, base{file: f.File, first: f.Num})
	}
	p.runs[p.n] = run{uint32(f.Index - p.first), uint16(at)}
	p.n++
}

func (m *frameMap) last() *part {
	if len(m.parts) == 0 {
		return nil
	}
	return m.parts[len(m.parts)-1]
}

func (m *frameMap) find(index uint64) (file int32, num uint64) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if len(m.parts) == 1 && m.parts[0].n == 1 && index >= m.parts[0].first { // one file
		p := m.parts[0]
		return p.base[0].file, p.base[0].first + index - p.first
	}
	i := sort.Search(len(m.parts), func(i int) bool { return m.parts[i].first > index }) - 1
	if i < 0 {
		return 0, index
	}
	p := m.parts[i]
	off := index - p.first
	k := sort.Search(p.n, func(k int) bool { return uint64(p.runs[k].off) > off }) - 1
	r := p.runs[k]
	num = p.base[r.base].first + off - uint64(r.off)
	for j := range k {
		if q := p.runs[j]; q.base == r.base {
			num += uint64(p.runs[j+1].off - q.off)
		}
	}
	return p.base[r.base].file, num
}

// show rewrites the frames of r as the user counts them.
func (m *frameMap) show(r *record.Record, files []string) {
	if !m.merged {
		m.place(r, files)
	}
}

// place rewrites them as each file counts.
func (m *frameMap) place(r *record.Record, files []string) {
	home, _ := m.find(r.FirstFrame)
	r.File = files[home]
	r.FrameFiles = r.FrameFiles[:0]
	one := func(key string, p *uint64) {
		if *p == 0 {
			return
		}
		file, num := m.find(*p)
		*p = num
		if file != home {
			r.FrameFiles = append(r.FrameFiles, key+"="+files[file])
		}
	}
	one("syn_frame", &r.SYNFrame)
	one("synack_frame", &r.SYNACKFrame)
	one("ack_frame", &r.ACKFrame)
	one("confirmed_frame", &r.ConfirmedFrame)
	one("rst_frame", &r.RSTFrame)
	one("reply_frame", &r.ReplyFrame)
	one("first_frame", &r.FirstFrame)
	one("last_frame", &r.LastFrame)
	one("roles_frame", &r.RolesFrame)
	one("icmp_frame", &r.ICMPFrame)
	one("longest_wait_frame", &r.LongestFrame)
	for i := range r.CloseFrames {
		one("close_frames", &r.CloseFrames[i])
	}
	if r.App != nil {
		a := *r.App
		r.App = &a
		for i := range a.Frames {
			one("service_frames", &a.Frames[i])
		}
		if a.TLS != nil {
			h := *a.TLS
			a.TLS = &h
			one("tls_frames", &h.HelloFrame)
			one("tls_frames", &h.ReplyFrame)
			one("tls_frames", &h.CertFrame)
			one("tls_frames", &h.AlertFrame)
		}
		if a.HTTP != nil {
			w := *a.HTTP
			a.HTTP = &w
			one("http_status", &w.StatusFrame)
		}
		if a.Login != nil {
			l := *a.Login
			a.Login = &l
			one("login_frame", &l.Frame)
		}
		if a.QUIC != nil {
			q := *a.QUIC
			q.Frames = slices.Clone(q.Frames)
			a.QUIC = &q
			for i := range q.Frames {
				one("quic_frames", &q.Frames[i])
			}
		}
	}
	for i := range r.Risks {
		for j := range r.Risks[i].Frames {
			one("risks", &r.Risks[i].Frames[j])
		}
	}
}
