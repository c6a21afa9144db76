package engine

import (
	"portero/capture"
	"portero/catalog/identify"
	"portero/flows"
	"portero/handshake"
	"portero/internal/record"
)

// annotator turns what the table says of a flow into a record, and adds what
// the catalogue knows. It keeps the last lists it made: most flows share them.
type annotator struct {
	paths *capture.Paths
	cat   Catalog
	judge func(r *record.Record)

	histories map[string]string
}

func (a *annotator) fill(r *record.Record, f *flows.Ended, app *identify.Facts, name string) {
	frames, files := r.CloseFrames[:0], r.FrameFiles[:0]
	*r = record.Record{
		ID: f.ID, Proto: f.Proto, Final: true, HasPorts: f.HasPorts,
		First: f.First, Last: f.Last, DurationNS: f.Last - f.First,
		Handshake: f.J.Verdict, Kind: f.J.Kind, Missing: f.J.Missing, ProbeKind: f.J.Probe,
		Exchange: f.Exchange, Close: f.J.Close, ClosedBy: f.J.ClosedBy, EndReason: f.Reason, RolesBy: f.J.RolesBy,
		SYNFrame: f.SYNFrame, SYNACKFrame: f.SYNACKFrame, ACKFrame: f.ACKFrame, ConfirmedFrame: f.ConfirmedFrame,
		FirstFrame: f.FirstFrame, LastFrame: f.LastFrame, RolesFrame: f.RolesFrame, ICMPFrame: f.ICMPFrame,
		Reuses: f.Reuses, ReuseAfterNS: f.ReuseAfter,
		SYNRetries: f.SYNRetries, SYNACKRetries: f.SYNACKRetries, SuspectedRSTs: f.SuspectedRSTs,
		ZeroWindows: f.ZeroWindows, Duplicates: f.Duplicates,
		ServerRTT: f.J.ServerRTT, ClientRTT: f.J.ClientRTT, Setup: f.J.Setup,
		RTTMin: f.RTTMin, RTTP50: f.RTTMid, RTTMax: f.RTTMax,
		ConnState: f.ConnState, Completeness: f.Completeness,
		FrameFiles: files,
	}
	r.History = a.intern(f.History())
	if f.Reuses == 0 {
		r.ReuseAfterNS = record.Unset
	}
	if f.Proto != capture.ProtoTCP {
		r.Kind = handshake.KindNone
	}
	for _, c := range f.CloseFrames {
		if c != 0 {
			frames = append(frames, c)
		}
	}
	r.CloseFrames = frames
	side(&r.Orig, &f.Orig, f.Ver)
	side(&r.Resp, &f.Resp, f.Ver)
	if f.FilteredVer != 0 && (f.J.Verdict == handshake.Filtered || f.Exchange == handshake.ExchangeFiltered || f.Exchange == handshake.ExchangeRefused) {
		r.FilteredBy = capture.Addr(f.FilteredBy, f.FilteredVer)
	}
	if f.Path != 0 {
		info := a.paths.Info(f.Path)
		r.VLAN, r.Tunnel, r.TunnelEnds = info.VLAN, info.Tunnel, info.Ends
	}
	o, s := f.Orig.Opts, f.Resp.Opts
	r.OptsKnown = f.Orig.SYN || f.Resp.SYN
	both := func(bit capture.Opts) bool { return o&s&bit != 0 }
	r.SACK, r.Timestamps = both(capture.OptSACKOK), both(capture.OptTimestamps)
	r.MPTCP = both(capture.OptMPTCP)
	r.TFO = f.J.Kind == handshake.FastOpen
	r.ECN = f.ECN
	a.waits(r, f)
	r.Oddities = f.Oddities.List()
	r.Quality = f.Quality.List()
	if !f.OrigFirst {
		app = app.Oriented(1)
	}
	a.said(r, app, name)
	a.name(r)
	if a.judge != nil {
		a.judge(r)
	}
}

// intern turns a history into a string: few of them are told apart in a capture.
func (a *annotator) intern(h []byte) string {
	if s, ok := a.histories[string(h)]; ok {
		return s
	}
	if a.histories == nil || len(a.histories) >= 4096 {
		a.histories = map[string]string{}
	}
	s := string(h)
	a.histories[s] = s
	return s
}

func side(s *record.Side, v *flows.SideView, ver uint8) {
	*s = record.Side{Addr: capture.Addr(v.Addr, ver), Port: v.Port, Pkts: v.Pkts, Wire: v.Wire, Payload: v.Payload,
		Retrans: v.Retrans, OOO: v.OOO, Lost: v.Lost, MSS: v.MSS, WScale: v.WScale}
}

// answered reports whether something answered on the responder's port, so that
// a service may be claimed.
func answered(r *record.Record) bool {
	return r.Handshake.Opened() || r.Exchange == handshake.Answered
}

func (a *annotator) name(r *record.Record) {
	if a.cat == nil || !r.HasPorts {
		return
	}
	port := r.Resp.Port
	r.PortClass = a.cat.PortClass(port)
	r.PortName = a.cat.Registered(r.Proto, port)
	r.PortPractice = a.cat.Practice(r.Proto, port)
	if r.ServiceBy == "payload" || !answered(r) {
		return // what was spoken is known: its number proves nothing more
	}
	if s := a.cat.Service(r.Proto, port); s != "" {
		r.Service, r.ServiceBy, r.Confidence = s, "port", "port"
	}
}

// said puts what the payload told into the record. A service is claimed only
// where something answered, or in the middle of a connection; a datagram that
// nobody answered still says what it is.
func (a *annotator) said(r *record.Record, app *identify.Facts, name string) {
	r.Opaque = app != nil && app.Opaque
	if app != nil && app.Protocol != identify.None {
		may := answered(r) || r.Handshake == handshake.Midstream
		if may || !r.TCP() {
			r.App = app
			r.Spoken = app.Protocol.String()
		}
		if may {
			r.Service, r.ServiceBy, r.Confidence = r.Spoken, "payload", app.Confidence.String()
		}
		if r.App != nil && app.Name != "" {
			r.ServerName, r.ServerNameBy = app.Name, app.NameBy
		}
	}
	if r.ServerName == "" && r.HasPorts && name != "" {
		r.ServerName, r.ServerNameBy = name, "dns"
	}
}

// waits tells who waited for whom. The way there and back is the shortest seen, so
// that the responder is not blamed for it.
func (a *annotator) waits(r *record.Record, f *flows.Ended) {
	p := &f.Pace
	r.FirstByte, r.LongestWait, r.Thinking = p.FirstByte, p.Longest, record.Unset
	r.LongestFrame, r.Turns = p.At, uint64(p.Turns)
	r.WindowStall, r.LossStall = p.Shut, p.Loss
	if p.Turns == 0 {
		return
	}
	way := f.J.ServerRTT
	if f.RTTMin >= 0 && (way < 0 || f.RTTMin < way) {
		way = f.RTTMin
	}
	r.Thinking = max(p.Waited-max(way, 0)*int64(p.Turns), 0)
}
