package sockets

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// shelf is a /proc of one process with descriptors that are sockets.
type shelf struct {
	t   *testing.T
	dir string
	f   *Finder
}

func newShelf(t *testing.T) *shelf {
	s := &shelf{t: t, dir: t.TempDir()}
	s.f = &Finder{p: &procfs{root: s.dir, names: map[uint32]string{}, buf: make([]byte, 256)}, holders: map[uint64]holder{}, nobody: map[uint64]int{}, newest: map[int32]bool{}, fds: map[int32]*fds{}}
	return s
}

func (s *shelf) put(pid, fd, inode int) {
	s.t.Helper()
	dir := filepath.Join(s.dir, fmt.Sprint(pid), "fd")
	name := filepath.Join(dir, fmt.Sprint(fd))
	os.Remove(name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Symlink(fmt.Sprintf("socket:[%d]", inode), name); err != nil {
		s.t.Fatal(err)
	}
}

// search says how many sockets were looked at until inode was found.
func (s *shelf) search(inode uint64) (looked int, found bool) {
	clear(s.f.holders)
	want := map[uint64][]int{inode: nil}
	s.f.search(want, func(i uint64, _ int32) bool { delete(want, i); return true }, func() {})
	return len(s.f.holders), len(want) == 0
}

// In a server with many connections that last, a new one is found without looking at all of them.
func TestBusyServersAreSearchedWhereTheyChange(t *testing.T) {
	s := newShelf(t)
	for fd := range 300 {
		s.put(7, fd, 1000+fd)
	}
	s.search(1) // nobody's: all are looked at, and known
	if s.f.kept != 300 {
		t.Fatalf("%d descriptors are remembered", s.f.kept)
	}
	for i, c := range []struct{ fd, inode, most int }{
		{5, 2000, 300}, // the first change of a descriptor is seen where it is come upon
		{5, 2001, 1},   // from then on it is looked at first
		{400, 2002, 2}, // and a new one next
		{400, 2003, 300},
		{400, 2004, 2}, {5, 2005, 2}, {5, 2006, 1}, {400, 2007, 2}, {400, 2008, 1},
	} {
		s.put(7, c.fd, c.inode)
		if n, ok := s.search(uint64(c.inode)); !ok || n > c.most {
			t.Errorf("step %d: found %v, %d looked at for the socket on descriptor %d, want %d at most", i, ok, n, c.fd, c.most)
		}
	}
	// What is wanted and on none is looked for on all, also on those that changed.
	if n, ok := s.search(1299); !ok || n > 302 {
		t.Errorf("found %v, %d looked at", ok, n)
	}
	os.RemoveAll(filepath.Join(s.dir, "7"))
	if s.search(1); s.f.kept != 0 || len(s.f.fds) != 0 {
		t.Errorf("%d descriptors of %d processes that are no more are remembered", s.f.kept, len(s.f.fds))
	}
}

// What has ended by the time that new and busy programs were searched is searched for nowhere else.
func TestWhatEndedIsNotSearchedFor(t *testing.T) {
	s := newShelf(t)
	for pid := range 20 {
		s.put(100+pid, 3, 1000+pid)
	}
	s.f.meet()
	want := map[uint64][]int{1: nil}
	s.f.search(want, func(uint64, int32) bool { return true }, func() { delete(want, 1) })
	if len(s.f.holders) != 0 {
		t.Errorf("%d sockets were looked at", len(s.f.holders))
	}
}

// What is remembered of descriptors has a bound.
func TestDescriptorsAreBounded(t *testing.T) {
	s := newShelf(t)
	for fd := range 50 {
		s.put(7, fd, 1000+fd)
	}
	s.f.kept = maxFDs - 10
	s.search(1)
	if s.f.kept > maxFDs {
		t.Errorf("%d descriptors", s.f.kept)
	}
	if _, ok := s.search(1049); !ok {
		t.Error("a socket is no longer found")
	}
}
