package anonymize

import (
	"portero/catalog/identify"
	"portero/internal/record"
)

// Record takes out of r what names people, machines and content. Verdicts,
// ports, counters, times and frames stay.
func (m *Map) Record(r *record.Record) {
	r.Orig.Addr, r.Resp.Addr = m.Addr(r.Orig.Addr), m.Addr(r.Resp.Addr)
	r.FilteredBy = m.Addr(r.FilteredBy)
	for _, s := range [...]*record.Side{&r.Orig, &r.Resp} {
		s.MAC, s.Vendor, s.Name, s.Country, s.ASN, s.ASOrg = "", "", "", "", 0, ""
	}
	r.ServerName, r.ServerNameBy = "", ""
	if r.App != nil {
		// What was spoken stays; names, banners and users go.
		a := identify.Facts{Protocol: r.App.Protocol, Confidence: r.App.Confidence, Client: r.App.Client, Version: r.App.Version, Frames: r.App.Frames, QUIC: r.App.QUIC}
		if h := r.App.TLS; h != nil {
			a.TLS = &identify.Hello{ALPN: h.ALPN, Offered: h.Offered, Version: h.Version, MaxVersion: h.MaxVersion, Cipher: h.Cipher, HasCipher: h.HasCipher,
				ECH: h.ECH, Resumed: h.Resumed, HasAlert: h.HasAlert, Alert: h.Alert, AlertFatal: h.AlertFatal, AlertBy: h.AlertBy, AlertFrame: h.AlertFrame, HelloFrame: h.HelloFrame, ReplyFrame: h.ReplyFrame, CertFrame: h.CertFrame}
		}
		if w := r.App.HTTP; w != nil {
			a.HTTP = &identify.Web{Method: w.Method, Status: w.Status, StatusFrame: w.StatusFrame}
		}
		if d := r.App.DNS; d != nil {
			a.DNS = &identify.Lookup{Type: d.Type, Code: d.Code, Queries: d.Queries, Same: d.Same, AnswerSize: d.AnswerSize}
		}
		if l := r.App.Login; l != nil {
			a.Login = &identify.Login{Method: l.Method, Clear: l.Clear, Frame: l.Frame}
		}
		r.App = &a
	}
	r.Process, r.User, r.ProcessBy, r.PID = "", "", "", 0
	r.ProcessPath, r.ProcessEnd, r.Container, r.PeerProcess = "", "", "", ""
	r.File, r.FrameFiles = "", nil
	r.TunnelEnds = nil
	if len(r.Risks) > 0 {
		// Texts may quote names, and so may the words of who silenced one; the kind of
		// finding and its frames do not.
		risks := make([]record.Finding, len(r.Risks))
		for i, k := range r.Risks {
			k.Text, k.Muted = "", Reason(k.Muted)
			risks[i] = k
		}
		r.Risks = risks
	}
}

// Reason stands for the words in which a user said why a finding is silenced: that it is
// stays.
func Reason(words string) string {
	if words == "" {
		return ""
	}
	return "muted"
}
