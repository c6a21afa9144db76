package main

import (
	"fmt"
	"net/netip"
	"strings"

	"portero/capture"
	"portero/internal/engine"
	"portero/internal/record"
	"portero/internal/sockets"
	"portero/internal/view/events"
)

// programs names the programs behind connections of this machine.
type programs struct {
	namer *sockets.Namer
}

// newPrograms begins to look programs up through ask; nil, which names nothing,
// where that cannot be done.
func newPrograms(ask sockets.Asker) (*programs, error) {
	if ask == nil {
		return nil, nil
	}
	n, err := sockets.NewNamer(ask)
	if err != nil {
		return nil, err
	}
	return &programs{namer: n}, nil
}

func (p *programs) close() {
	if p != nil {
		p.namer.Close()
	}
}

// watch asks for the program of every connection as soon as it opens, and names
// it in every record.
func (p *programs) watch(o *engine.Options) {
	if p == nil {
		return
	}
	o.Opened = func(id uint64, f *capture.Packet) {
		if f.Proto == capture.ProtoTCP || f.Proto == capture.ProtoUDP {
			p.namer.Opened(id, f.Proto, netip.AddrPortFrom(f.SrcAddr(), f.SrcPort), netip.AddrPortFrom(f.DstAddr(), f.DstPort))
		}
	}
}

// name fills in the keys of the program of r.
func (p *programs) name(r *record.Record) {
	if p == nil {
		return
	}
	pair, ok := p.namer.Pair(r.ID)
	if !ok {
		return
	}
	if r.Final {
		p.namer.Forget(r.ID)
		if r.TCP() && events.Over(r) {
			pair = pair.Gone()
		}
	}
	orig, resp := pair.Of(netip.AddrPortFrom(r.Orig.Addr, r.Orig.Port)), pair.Of(netip.AddrPortFrom(r.Resp.Addr, r.Resp.Port))
	if resp.Match == sockets.Ended && !r.Handshake.Opened() {
		// Nobody need ever have listened there: nothing ended.
		resp = sockets.Owner{}
	}
	own, end, peer := &orig, "orig", &resp
	if !orig.Match.Named() && (resp.Match.Named() || orig.Match == sockets.NoMatch) {
		own, end, peer = &resp, "resp", &orig
	}
	if own.Match == sockets.NoMatch {
		return
	}
	g := &own.Program
	r.ProcessBy, r.ProcessEnd = own.Match.String(), end
	r.Process, r.PID, r.User, r.ProcessPath, r.Container = g.Name, g.PID, g.User, g.Path, g.Container
	if peer.Match.Named() {
		r.PeerProcess, r.PeerPID = peer.Program.Name, peer.Program.PID
	}
}

// comment names the programs of a connection in a line, "" while none is known.
func (p *programs) comment(id uint64) string {
	pair, ok := p.namer.Pair(id)
	if !ok {
		return ""
	}
	var s []string
	for i, end := range [...]netip.AddrPort{pair.A, pair.B} {
		if o := pair.Owners[i]; o.Match.Named() {
			s = append(s, fmt.Sprintf("%s: process %s, pid %d, user %s (%s)", end, o.Program.Name, o.Program.PID, o.Program.User, o.Match))
		}
	}
	return printable(strings.Join(s, "; "))
}

// missed counts connections that were not looked up, with the last error of it.
func (p *programs) missed() (uint64, error) {
	if p == nil {
		return 0, nil
	}
	return p.namer.Missed()
}

func because(err error) string {
	if err == nil {
		return ""
	}
	return ": " + err.Error()
}

// limits says, where it is so, that programs of others cannot be named, or none.
func (s *session) limits() string {
	if s.ask == nil {
		return s.lang.Pick("programs cannot be looked up here and are not named", "aquí no se pueden consultar los programas y no se nombran")
	}
	denied, err := s.ask.Denied()
	switch {
	case err != nil:
		return s.lang.Pick("programs are not named: ", "los programas no se nombran: ") + printable(err.Error())
	case denied:
		return s.lang.Pick("programs of other users may not be looked into and are not named; with sudo they are (CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH)",
			"los programas de otros usuarios no se pueden consultar y no se nombran; con sudo, sí (CAP_SYS_PTRACE y CAP_DAC_READ_SEARCH)")
	}
	return ""
}
