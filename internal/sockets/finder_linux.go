package sockets

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// Finder names the programs behind single connections. It remembers who held
// which socket, checks that before it says so, and searches the youngest and the
// busiest programs first. Its methods may be called from several goroutines.
type Finder struct {
	mu      sync.Mutex
	d       *diag
	p       *procfs
	all     bool // programs of all users may be looked into
	holders map[uint64]holder
	nobody  map[uint64]int // inodes that a whole search did not find, with how often
	busy    []int32        // processes that held something asked for, the latest first
	newest  map[int32]bool // processes there were at the last search
	fds     map[int32]*fds // and what they held
	kept    int            // descriptors in fds
}

type holder struct {
	pid int32
	fd  string
}

// what a Finder remembers at most
const (
	maxHolders = 1 << 16
	maxBusy    = 32
	searches   = 2 // for a socket that was not found, then no more
)

// NewFinder opens what is needed to look programs up.
func NewFinder() (*Finder, error) {
	d, err := openDiag()
	if err != nil {
		return nil, err
	}
	f := &Finder{d: d, p: newProcfs(), holders: map[uint64]holder{}, nobody: map[uint64]int{}, newest: map[int32]bool{}, fds: map[int32]*fds{}}
	_, err = os.ReadDir("/proc/1/fd")
	f.all = err == nil
	f.meet()
	return f, nil
}

// meet notes which processes there are, so that already the first search begins with those that came since: numbers of
// processes begin anew, so the highest need not be the youngest.
func (f *Finder) meet() {
	pids, _ := f.p.pids()
	for _, pid := range pids {
		f.newest[pid] = true
	}
}

// Close gives back what NewFinder opened.
func (f *Finder) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.d.close()
	return nil
}

// Local implements Asker.
func (f *Finder) Local() ([]netip.Addr, error) { return localAddrs(), nil }

// Lookup implements Asker.
func (f *Finder) Lookup(ctx context.Context) (*Snapshot, error) { return Lookup(ctx) }

// Denied implements Asker. It looks into every program and at none of its sockets.
func (f *Finder) Denied() (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	pids, err := f.p.pids()
	if err != nil {
		return false, fmt.Errorf("the programs of this machine: %w", err)
	}
	for _, pid := range pids {
		if f.p.sockets(pid, func(uint64, string) bool { return false }) {
			return true, nil
		}
	}
	return false, nil
}

// Find implements Asker.
func (f *Finder) Find(qs []Query) ([]Owner, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := make([]Owner, len(qs))
	want := map[uint64][]int{}
	var failed error
	for i, q := range qs {
		s, ok, err := f.d.one(q.Proto, q.Local, q.Remote)
		if err != nil {
			failed = errors.Join(failed, err)
			continue
		}
		if ok && s.pending() {
			// No program has it, but one listens for it.
			s, ok, err = f.d.one(q.Proto, q.Local, netip.AddrPortFrom(anyOf(q.Local.Addr()), 0))
			if err != nil {
				failed = errors.Join(failed, err)
				continue
			}
		}
		switch {
		case !ok || s.Inode == 0:
			out[i].Match = Ended
			continue
		case s.State.Waiting():
			out[i].Match = ByPort
		default:
			out[i].Match = Exact
		}
		if !f.all && s.UID != uint32(os.Geteuid()) || f.nobody[s.Inode] >= searches {
			out[i].Match = Hidden
			if f.all {
				out[i].Match = Kernel
			}
			continue
		}
		want[s.Inode] = append(want[s.Inode], i)
	}
	answer := func(inode uint64, pid int32) bool {
		g, ok := f.p.program(pid)
		for _, i := range want[inode] {
			if ok {
				out[i].Program = g
			} else {
				out[i] = Owner{Match: Ended}
			}
		}
		delete(want, inode)
		return ok
	}
	for inode := range want {
		h, ok := f.holders[inode]
		if !ok {
			continue
		}
		if now, ok := f.p.socketAt(f.p.dir(h.pid) + "/fd/" + h.fd); ok && now == inode {
			answer(inode, h.pid)
		} else {
			delete(f.holders, inode)
		}
	}
	// gone drops what has ended since it was asked for: nobody need be searched for it.
	gone := func() {
		for inode, is := range want {
			q := qs[is[0]]
			if out[is[0]].Match != Exact || !tcp(q.Proto) {
				continue
			}
			if s, ok, err := f.d.one(q.Proto, q.Local, q.Remote); err == nil && (!ok || s.Inode != inode) {
				for _, i := range is {
					out[i] = Owner{Match: Ended}
				}
				delete(want, inode)
			}
		}
	}
	denied := false
	if len(want) > 0 {
		denied = f.search(want, answer, gone)
	}
	for inode, is := range want {
		if len(f.nobody) >= maxHolders {
			clear(f.nobody)
		}
		f.nobody[inode]++
		for _, i := range is {
			switch {
			case denied || !f.all:
				out[i] = Owner{Match: Hidden}
			case f.nobody[inode] >= searches:
				out[i] = Owner{Match: Kernel}
			default:
				out[i] = Owner{Match: Ended}
			}
		}
	}
	if failed != nil && errors.Is(failed, unix.EBADF) {
		return nil, failed
	}
	return out, nil
}

// search goes through the processes until everything wanted is found; gone drops what need not be, before the long part of it.
// denied says that some may not be looked into.
func (f *Finder) search(want map[uint64][]int, answer func(uint64, int32) bool, gone func()) (denied bool) {
	pids, err := f.p.pids()
	if err != nil {
		return true
	}
	seen := make(map[int32]bool, len(pids))
	look := func(pid int32) {
		if seen[pid] || len(want) == 0 {
			return
		}
		seen[pid] = true
		no := f.look(pid, func(inode uint64, fd string) bool {
			if len(f.holders) >= maxHolders {
				clear(f.holders)
			}
			f.holders[inode] = holder{pid, fd}
			if _, ok := want[inode]; ok && answer(inode, pid) {
				f.note(pid)
			}
			return len(want) > 0
		})
		denied = denied || no
	}
	// New programs first: what opens a connection and ends within milliseconds
	// was seldom there a moment ago.
	for i := len(pids) - 1; i >= 0; i-- {
		if !f.newest[pids[i]] {
			look(pids[i])
		}
	}
	for _, pid := range append([]int32(nil), f.busy...) {
		look(pid)
	}
	if gone(); len(want) > 0 {
		for i := len(pids) - 1; i >= 0; i-- {
			look(pids[i])
		}
	}
	clear(f.newest)
	for _, pid := range pids {
		f.newest[pid] = true
	}
	f.prune()
	return denied
}

// note moves pid to the front of the busy ones.
func (f *Finder) note(pid int32) {
	for i, b := range f.busy {
		if b == pid {
			f.busy = append(f.busy[:i], f.busy[i+1:]...)
			break
		}
	}
	f.busy = append([]int32{pid}, f.busy[:min(len(f.busy), maxBusy-1)]...)
}

func anyOf(a netip.Addr) netip.Addr {
	if a.Unmap().Is4() {
		return netip.IPv4Unspecified()
	}
	return netip.IPv6Unspecified()
}
