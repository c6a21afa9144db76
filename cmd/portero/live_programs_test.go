package main

import (
	"context"
	"net/netip"
	"testing"

	"portero/capture"
	"portero/handshake"
	"portero/internal/record"
	"portero/internal/sockets"
)

// slow answers nothing before it is let go.
type slow struct{ let chan struct{} }

func (s slow) Find(qs []sockets.Query) ([]sockets.Owner, error) {
	<-s.let
	return make([]sockets.Owner, len(qs)), nil
}
func (slow) Local() ([]netip.Addr, error) {
	return []netip.Addr{netip.MustParseAddr("192.0.2.1")}, nil
}
func (slow) Denied() (bool, error)                             { return false, nil }
func (slow) Lookup(context.Context) (*sockets.Snapshot, error) { return &sockets.Snapshot{}, nil }

// A connection that closed before the answer came says so; of one that goes on nothing is said, and nothing of one that is
// not this machine's.
func TestClosedBeforeAnybodyWasAsked(t *testing.T) {
	s := slow{make(chan struct{})}
	p, err := newPrograms(s)
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	defer close(s.let)
	at := netip.MustParseAddrPort
	for i, c := range []struct {
		orig, resp string
		final      bool
		close      handshake.Close
		by, end    string
	}{
		{"192.0.2.1:1000", "198.51.100.1:80", true, handshake.Closed, "ended", "orig"},
		{"198.51.100.1:1000", "192.0.2.1:80", true, handshake.Reset, "ended", "resp"},
		{"192.0.2.1:1000", "198.51.100.1:80", true, handshake.StillOpen, "", ""},
		{"192.0.2.1:1000", "198.51.100.1:80", false, handshake.Closed, "", ""},
		{"198.51.100.1:1000", "198.51.100.2:80", true, handshake.Closed, "", ""},
	} {
		from, to := at(c.orig), at(c.resp)
		p.namer.Opened(uint64(i), capture.ProtoTCP, from, to)
		r := &record.Record{ID: uint64(i), Proto: capture.ProtoTCP, HasPorts: true, Final: c.final, Handshake: handshake.Completed, Close: c.close, EndReason: handshake.EndForced,
			Orig: record.Side{Addr: from.Addr(), Port: from.Port()}, Resp: record.Side{Addr: to.Addr(), Port: to.Port()}}
		if p.name(r); r.ProcessBy != c.by || r.ProcessEnd != c.end || r.Process != "" {
			t.Errorf("%+v: %q at %q", c, r.ProcessBy, r.ProcessEnd)
		}
	}
}
