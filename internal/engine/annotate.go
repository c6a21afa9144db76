package engine

import (
	"portero/capture"
	"portero/catalog/identify"
	"portero/flows"
	"portero/handshake"
	"portero/internal/record"
)

// annotator turns what the table says of a flow into a record, and adds what
// the catalogue knows. It remembers what most flows share: lists, histories,
// what is known of a port.
type annotator struct {
	paths *capture.Paths
	cat   Catalog
	judge func(r *record.Record)

	histories histories
	quality   lists[flows.Quality]
	oddities  lists[handshake.Oddity]
	ports     *[portsKept]portNames
}

// portsKept is how many ports are remembered, each in the place its number gives it:
// responders use few.
const portsKept = 512

type portNames struct {
	port                       uint16
	proto                      uint8
	known, own                 bool
	class, name, practice, use string
}

func (a *annotator) fill(r *record.Record, f *flows.Ended, app *identify.Facts, name string) {
	frames, files := r.CloseFrames[:0], r.FrameFiles[:0]
	// Set one by one: a literal would be made elsewhere first and copied.
	*r = record.Record{}
	r.ID, r.Proto, r.Final, r.HasPorts = f.ID, f.Proto, true, f.HasPorts
	r.First, r.Last, r.DurationNS = f.First, f.Last, f.Last-f.First
	r.Handshake, r.Kind, r.Missing, r.ProbeKind = f.J.Verdict, f.J.Kind, f.J.Missing, f.J.Probe
	r.Exchange, r.Close, r.ClosedBy, r.EndReason, r.RolesBy = f.Exchange, f.J.Close, f.J.ClosedBy, f.Reason, f.J.RolesBy
	r.SYNFrame, r.SYNACKFrame, r.ACKFrame, r.ConfirmedFrame = f.SYNFrame, f.SYNACKFrame, f.ACKFrame, f.ConfirmedFrame
	r.RSTFrame, r.ReplyFrame, r.Began, r.LetIn = f.RSTFrame, f.ReplyFrame, f.Began, f.LetIn
	r.FirstFrame, r.LastFrame, r.RolesFrame, r.ICMPFrame = f.FirstFrame, f.LastFrame, f.RolesFrame, f.ICMPFrame
	r.Reuses, r.ReuseAfterNS = f.Reuses, f.ReuseAfter
	r.SYNRetries, r.SYNACKRetries, r.SuspectedRSTs = f.SYNRetries, f.SYNACKRetries, f.SuspectedRSTs
	r.ZeroWindows, r.Duplicates = f.ZeroWindows, f.Duplicates
	r.ServerRTT, r.ClientRTT, r.Setup = f.J.ServerRTT, f.J.ClientRTT, f.J.Setup
	r.RTTMin, r.RTTP50, r.RTTMax = f.RTTMin, f.RTTMid, f.RTTMax
	r.ConnState, r.Completeness = f.ConnState, f.Completeness
	r.FrameFiles = files
	r.History = a.histories.text(f.History())
	if f.Reuses == 0 || f.ReuseAfter < 0 { // the clock ran backwards between them
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
	r.Orig.FINAcked, r.Resp.FINAcked = f.J.FINAcked[0], f.J.FINAcked[1]
	if f.FilteredVer != 0 && (f.J.Verdict == handshake.Filtered || f.Exchange == handshake.ExchangeFiltered || f.Exchange == handshake.ExchangeRefused) {
		r.FilteredBy, r.FilteredAs = capture.Addr(f.FilteredBy, f.FilteredVer), [2]uint8{f.ICMPType, f.ICMPCode}
	}
	if f.Path != 0 {
		info := a.paths.Info(f.Path)
		r.VLAN, r.Tunnel, r.TunnelEnds = info.VLAN, info.Tunnel, info.Ends
	}
	o, s := f.Orig.Opts, f.Resp.Opts
	if f.J.Kind == handshake.Simultaneous && f.Orig.Addr == f.Resp.Addr && f.Orig.Port == f.Resp.Port {
		s |= o // one socket, which agrees with itself
	}
	r.SYNSeen = f.Orig.SYN || f.Resp.SYN
	r.OptsKnown = r.SYNSeen && !f.Orig.Cut && !f.Resp.Cut
	both := func(bit capture.Opts) bool { return o&s&bit != 0 }
	r.SACK, r.Timestamps = both(capture.OptSACKOK), both(capture.OptTimestamps)
	r.MPTCP = both(capture.OptMPTCP)
	r.TFO = f.J.Kind == handshake.FastOpen
	r.ECN = f.ECN
	a.waits(r, f)
	if r.Untimed() {
		r.ServerRTT, r.ClientRTT, r.Setup = record.Unset, record.Unset, record.Unset
		r.RTTMin, r.RTTP50, r.RTTMax = record.Unset, record.Unset, record.Unset
		r.FirstByte, r.LongestWait, r.Thinking, r.LongestFrame = record.Unset, record.Unset, record.Unset, 0
		r.ReuseAfterNS = record.Unset
	}
	untime(r, f)
	r.Oddities, r.Quality = a.oddities.of(f.Oddities), a.quality.of(f.Quality)
	if !f.OrigFirst {
		app = app.Oriented(1)
	}
	a.said(r, app, name)
	a.name(r)
	if a.judge != nil {
		a.judge(r)
	}
}

// side fills s, which is empty.
func side(s *record.Side, v *flows.SideView, ver uint8) {
	s.Addr, s.Port = capture.Addr(v.Addr, ver), v.Port
	s.Pkts, s.Wire, s.Payload = v.Pkts, v.Wire, v.Payload
	s.Retrans, s.OOO, s.Lost = v.Retrans, v.OOO, v.Lost
	s.MSS, s.WScale = v.MSS, v.WScale
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
	k := a.port(r.Proto, r.Resp.Port)
	r.PortClass, r.PortName, r.PortPractice = k.class, k.name, k.practice
	if r.ServiceBy == "payload" || !answered(r) {
		return // what was spoken is known: its number proves nothing more
	}
	if k.use != "" {
		r.Service, r.ServiceBy, r.Confidence = k.use, "port", "port"
		if k.own {
			r.ServiceBy = "user"
		}
	}
}

// port asks the catalogue, or remembers what it said.
func (a *annotator) port(proto uint8, port uint16) *portNames {
	if a.ports == nil {
		a.ports = new([portsKept]portNames)
	}
	k := &a.ports[port%portsKept]
	if k.port != port || k.proto != proto || !k.known {
		*k = portNames{port: port, proto: proto, known: true, class: a.cat.PortClass(port), name: a.cat.Registered(proto, port),
			practice: a.cat.Practice(proto, port), use: a.cat.Service(proto, port), own: a.cat.OwnPractice(proto, port)}
	}
	return k
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
