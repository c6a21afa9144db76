package engine

import (
	"slices"
	"sort"
	"sync"

	"portero/capture"
	"portero/internal/record"
)

// frameMap turns ordinals over all input into file and frame as a user counts
// them. It keeps one entry for every change of file.
type frameMap struct {
	merged bool
	mu     sync.RWMutex // the sequencer notes while the records' goroutine asks
	runs   []run
}

type run struct {
	index, num uint64
	file       int32
}

func (m *frameMap) note(f *capture.Frame) {
	if m.merged {
		return
	}
	if n := len(m.runs); n > 0 {
		if r := &m.runs[n-1]; r.file == f.File && f.Index-r.index == f.Num-r.num {
			return
		}
	}
	m.mu.Lock()
	m.runs = append(m.runs, run{f.Index, f.Num, f.File})
	m.mu.Unlock()
}

func (m *frameMap) find(index uint64) (file int32, num uint64) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	i := sort.Search(len(m.runs), func(i int) bool { return m.runs[i].index > index }) - 1
	if i < 0 {
		return 0, index
	}
	r := m.runs[i]
	return r.file, r.num + index - r.index
}

// show rewrites the frames of r as the user counts them.
func (m *frameMap) show(r *record.Record, files []string) {
	if m.merged {
		return
	}
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
