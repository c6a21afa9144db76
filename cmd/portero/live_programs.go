package main

import (
	"fmt"
	"net/netip"
	"strings"

	"portero/capture"
	"portero/internal/engine"
	"portero/internal/record"
	"portero/internal/sockets"
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
