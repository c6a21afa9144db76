package lab

import (
	"context"
	"errors"
	"net/netip"
	"sort"
	"time"

	"portero/capture"
)

// World is whose TCP and UDP the hosts speak.
type World int

// The worlds.
const (
	Kernel World = iota
	Userspace
)

// Missing is something that a world or a host has not.
type Missing struct {
	Name  string // in the field's own words: "TCP Fast Open"
	Cause error
	// Absent: it is not there, rather than not allowed.
	Absent bool
	world  bool // the world cannot be built at all
}

// Error names what is missing and why.
func (m *Missing) Error() string {
	if m.Cause == nil {
		return m.Name
	}
	return m.Name + " (" + m.Cause.Error() + ")"
}

// Unwrap returns the cause.
func (m *Missing) Unwrap() error { return m.Cause }

// Result is what a scenario left behind.
type Result struct {
	World World
	// Lacking says why it is not the kernel's, nil where that was asked for.
	Lacking *Missing
	// Packets in the order in which they were sent.
	Packets []Packet
}

// Options of [Run].
type Options struct {
	Userspace bool // do not try the kernel
	// Self starts this program again so that it calls [Main] with the argument
	// that follows: the path and the arguments before it.
	Self []string
}

// Run plays a scenario: with the kernel's stacks, or with those of the process
// where the system allows no namespaces. The error is a *[Missing] where the
// system has not what the scenario needs.
func Run(ctx context.Context, sc Scenario, o Options) (*Result, error) {
	var lacking *Missing
	if !o.Userspace {
		res, err := inKernel(ctx, sc.Name, o.Self)
		if err == nil {
			return res, nil
		}
		if !errors.As(err, &lacking) || !lacking.world {
			return nil, err
		}
	}
	var hosts [2]host
	var ports [2]port
	for s, own := range []netip.Addr{ClientAddr, ServerAddr} {
		u, err := newUserspace(own)
		if err != nil {
			return nil, err
		}
		hosts[s], ports[s] = u, u
	}
	ps, err := sc.play(ctx, hosts, ports)
	if err != nil {
		return nil, err
	}
	res := &Result{World: Userspace, Lacking: lacking}
	for _, p := range ps {
		res.Packets = append(res.Packets, *p)
	}
	return res, nil
}

// play runs the scenario on two hosts and returns what passed the wire.
func (sc *Scenario) play(ctx context.Context, hosts [2]host, ports [2]port) ([]*Packet, error) {
	half, rule := sc.half, (func(Seen) Fate)(nil)
	if half == 0 {
		half = 5 * time.Millisecond
	}
	if sc.rule != nil {
		rule = sc.rule()
	}
	for _, n := range sc.needs {
		for _, h := range hosts {
			if err := h.can(n); err != nil {
				for _, p := range ports {
					p.close()
				}
				return nil, err
			}
		}
	}
	w := newWire(ports, half, rule)
	s := &stage{Context: ctx, hosts: hosts, wire: w}
	err := sc.run(s)
	w.settle(calm, 2*time.Second)
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	w.close()
	return w.log, err
}

// Frames returns the packets as they passed a point, in that order.
func (r *Result) Frames(at Point) []capture.Frame {
	var fs []capture.Frame
	for i := range r.Packets {
		if p := &r.Packets[i]; p.At[at] != 0 {
			fs = append(fs, capture.Frame{Data: p.Data, Time: p.At[at], WireLen: uint32(len(p.Data)), Link: capture.LinkRaw})
		}
	}
	sortFrames(fs)
	return fs
}

// sortFrames orders frames by time and numbers them.
func sortFrames(fs []capture.Frame) {
	sort.SliceStable(fs, func(i, k int) bool { return fs[i].Time < fs[k].Time })
	for i := range fs {
		fs[i].Index, fs[i].Num = uint64(i+1), uint64(i+1)
	}
}
