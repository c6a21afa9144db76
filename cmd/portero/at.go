package main

import (
	"fmt"
	"net/netip"
	"sort"
	"strconv"
	"time"

	"portero/capture"
	"portero/handshake"
	"portero/internal/doors"
	"portero/internal/engine"
	"portero/internal/record"
)

// until ends a source at a time: later frames are left out.
type until struct {
	capture.Source
	at *moment
}

func (u until) Next(b *capture.Block) error {
	for {
		if err := u.Source.Next(b); err != nil {
			return err
		}
		fs := b.Frames[:0]
		for _, f := range b.Frames {
			if f.Time <= u.at.since(f.Time) {
				fs = append(fs, f)
			}
		}
		b.Frames = fs
		if len(fs) > 0 {
			return nil
		}
	}
}

// moment is a time, or one of the day, which is meant of the first at which or after which the capture begins.
type moment struct {
	ns    int64 // since 1970, known where clock is nil
	clock *time.Time
	zone  *time.Location
}

// parseTime reads a moment as people write it, in the zone in which they are shown times.
func parseTime(s string, zone *time.Location) (*moment, error) {
	if f, err := strconv.ParseFloat(s, 64); err == nil && f > 0 && f < 9e9 {
		return &moment{ns: int64(f * 1e9)}, nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999"} {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return &moment{ns: t.UnixNano()}, nil
		}
	}
	for _, layout := range []string{"15:04:05.999999999", "15:04"} {
		if t, err := time.Parse(layout, s); err == nil {
			return &moment{clock: &t, zone: zone}, nil
		}
	}
	return nil, usage(fmt.Sprintf("--at: %q is no time (write 2026-11-23T10:31:07Z, 10:31:07, or seconds since 1970)", s))
}

// since is the moment in ns since 1970 in a capture whose first frame came at first.
func (m *moment) since(first int64) int64 {
	if m.clock == nil {
		return m.ns
	}
	begins, c := time.Unix(0, first).In(m.zone), m.clock
	for day := range 2 {
		t := time.Date(begins.Year(), begins.Month(), begins.Day()+day, c.Hour(), c.Minute(), c.Second(), c.Nanosecond(), m.zone)
		// What is shown of a time is less than all of it: the second in which the capture begins is one in which it is there.
		if m.ns = t.UnixNano(); m.ns >= first || day == 0 && begins.Sub(t) < time.Second {
			break
		}
	}
	m.clock = nil
	return m.ns
}

// socket is a line of netstat.
type socket struct {
	host           netip.Addr
	proto          uint8
	local, foreign string
	state          string
	id             uint64
}

// portsAt prints what every host of the capture would have shown at an instant,
// as far as its packets tell.
func (a *app) portsAt(names []string, o *readFlags, at string) error {
	zone := time.Local
	if o.utc {
		zone = time.UTC
	}
	m, err := parseTime(at, zone)
	if err != nil {
		return err
	}
	if err := a.mayWrite(o); err != nil {
		return err
	}
	var socks []socket
	var t doors.Tally
	j, err := a.open(names, o, engine.Options{Sink: func(r *record.Record) error {
		t.Add(r)
		if !r.HasPorts {
			return nil
		}
		ostate, rstate := standing(r, m.ns)
		oe, re := netip.AddrPortFrom(r.Orig.Addr, r.Orig.Port).String(), netip.AddrPortFrom(r.Resp.Addr, r.Resp.Port).String()
		if ostate != "" {
			socks = append(socks, socket{r.Orig.Addr, r.Proto, oe, re, ostate, r.ID})
		}
		if rstate != "" {
			socks = append(socks, socket{r.Resp.Addr, r.Proto, re, oe, rstate, r.ID})
		}
		return nil
	}})
	if err != nil {
		return err
	}
	j.cut = m
	stopped, err := a.run(j)
	if err != nil {
		return err
	}
	for _, d := range t.Doors() {
		if d.State == doors.Open && !d.GuessedRole {
			state := "LISTEN"
			if d.Proto != capture.ProtoTCP {
				state = "-"
			}
			socks = append(socks, socket{d.Host, d.Proto, netip.AddrPortFrom(d.Host, d.Port).String(), "*:*", state, d.ProofRecord})
		}
	}
	sort.SliceStable(socks, func(i, k int) bool {
		x, y := &socks[i], &socks[k]
		if c := x.host.Compare(y.host); c != 0 {
			return c < 0
		}
		if (x.foreign == "*:*") != (y.foreign == "*:*") {
			return x.foreign == "*:*"
		}
		return x.id < y.id
	})
	l := list{heads: []string{"addr", "proto", "local", "foreign", "state", "id"}, label: []string{"host", "proto", "local", "foreign", "state", "#"}, right: map[int]bool{5: true}}
	for _, s := range socks {
		l.rows = append(l.rows, []any{s.host.String(), record.ProtoName(s.proto), s.local, s.foreign, s.state, s.id})
	}
	if o.format == "table" && !o.quiet {
		fmt.Fprintln(a.err, "portero: "+a.tongue().Pick("as far as the packets up to then tell; a listener that nobody contacted is not seen", "según los paquetes vistos hasta ese momento; un puerto a la escucha al que nadie llamó no se ve"))
	}
	l.speak(o.format, a.tongue())
	if o.format == "table" {
		l = l.narrow(a.width(), "host") // local says it, too
	}
	return a.print(&l, o, j, stopped)
}

// standing is the state of both ends' sockets at ns, "" where none is left.
func standing(r *record.Record, ns int64) (orig, resp string) {
	age := time.Duration(ns - r.Last)
	if !r.TCP() {
		if age > time.Minute {
			return "", ""
		}
		return "-", ""
	}
	switch r.Handshake {
	case handshake.NoAnswer:
		if age > 2*time.Minute {
			return "", ""
		}
		return "SYN_SENT", ""
	case handshake.HalfOpen:
		if age > time.Minute {
			return "", ""
		}
		return "SYN_SENT", "SYN_RECV"
	case handshake.Completed, handshake.CompletedUnseen, handshake.Implied, handshake.Midstream:
	default:
		return "", ""
	}
	switch r.Close {
	case handshake.StillOpen:
		return "ESTABLISHED", "ESTABLISHED"
	case handshake.HalfClosed:
		if r.ClosedBy == handshake.ByOrig {
			return ended(&r.Orig, "FIN_WAIT2", "FIN_WAIT1"), "CLOSE_WAIT"
		}
		return "CLOSE_WAIT", ended(&r.Resp, "FIN_WAIT2", "FIN_WAIT1")
	case handshake.Closed:
		if age > time.Minute {
			return "", ""
		}
		switch r.ClosedBy {
		case handshake.ByOrig:
			return "TIME_WAIT", ended(&r.Resp, "", "LAST_ACK")
		case handshake.ByResp:
			return ended(&r.Orig, "", "LAST_ACK"), "TIME_WAIT"
		}
		return ended(&r.Orig, "TIME_WAIT", "CLOSING"), ended(&r.Resp, "TIME_WAIT", "CLOSING")
	}
	return "", ""
}

// ended is the state of an end that sent its FIN: reached when the peer acknowledged it.
func ended(s *record.Side, reached, not string) string {
	if s.FINAcked {
		return reached
	}
	return not
}
