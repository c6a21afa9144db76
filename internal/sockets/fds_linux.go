package sockets

import (
	"errors"
	"io/fs"
	"os"
	"slices"
)

// fds is what was last behind the descriptors of one process. A server with thousands of connections that last takes new
// ones on the same few numbers: these are looked at first, and all others only where that was in vain.
type fds struct {
	last  map[string]uint64 // the socket's inode, 0 for what is none
	moved []string          // that had several sockets one after the other, the latest to change first
	moves map[string]bool
}

// maxFDs is how many descriptors a Finder remembers, of all processes.
const maxFDs = 1 << 17

// look calls each for the sockets of pid, those on descriptors that come and go first, then those on new ones, then the
// rest; each returns false to end. denied says that this user may not look.
func (f *Finder) look(pid int32, each func(inode uint64, fd string) bool) (denied bool) {
	t := f.fds[pid]
	if t == nil {
		t = &fds{last: map[string]uint64{}, moves: map[string]bool{}}
		f.fds[pid] = t
	}
	dir := f.p.dir(pid) + "/fd"
	var changed []string
	defer func() {
		if len(changed) == 0 {
			return
		}
		latest := make(map[string]bool, len(changed))
		for _, fd := range changed {
			latest[fd] = true
		}
		t.moved = append(changed, slices.DeleteFunc(t.moved, func(fd string) bool { return latest[fd] })...)
	}()
	look := func(fd string) (more bool) {
		inode, ok := f.p.socketAt(dir + "/" + fd)
		had, known := t.last[fd]
		switch {
		case !known && f.kept >= maxFDs:
			f.forget()
		case !known:
			f.kept++
			t.last[fd] = inode
		case had != inode && inode != 0:
			t.last[fd], t.moves[fd] = inode, true
			changed = append(changed, fd)
		}
		return !ok || each(inode, fd)
	}
	for _, fd := range t.moved {
		if !look(fd) {
			return false
		}
	}
	d, err := os.Open(dir)
	if err != nil {
		return errors.Is(err, fs.ErrPermission)
	}
	defer d.Close()
	var rest []string
	for {
		names, err := d.Readdirnames(512)
		for _, fd := range names {
			if t.moves[fd] {
				continue
			}
			if _, known := t.last[fd]; known {
				rest = append(rest, fd)
			} else if !look(fd) {
				return false
			}
		}
		if err != nil || len(names) == 0 {
			if errors.Is(err, fs.ErrPermission) {
				return true
			}
			break
		}
	}
	for _, fd := range rest {
		if !look(fd) {
			return false
		}
	}
	return false
}

// forget drops what is known of descriptors: it orders searches only.
func (f *Finder) forget() {
	clear(f.fds)
	f.kept = 0
}

// prune forgets processes that are no more.
func (f *Finder) prune() {
	for pid, t := range f.fds {
		if !f.newest[pid] {
			f.kept -= len(t.last)
			delete(f.fds, pid)
		}
	}
}
