package sockets

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"portero/capture"
)

// What a Finder remembers of sockets, those that somebody holds and those that nobody does, is forgotten when it is full, and
// one picture of all has a million sockets at most.
func TestFinderIsBounded(t *testing.T) {
	f, err := NewFinder()
	if err != nil {
		t.Skipf("no SOCK_DIAG: %v", err)
	}
	defer f.Close()
	f.all = true
	f.p.root = t.TempDir() // a machine with no process, and then with one
	c, s, _ := pair(t, "tcp4", "127.0.0.1:0")
	ask := func(c net.Conn, want Match) {
		t.Helper()
		got, err := f.Find([]Query{{capture.ProtoTCP, end(c.LocalAddr()), end(c.RemoteAddr())}})
		if err != nil || got[0].Match != want {
			t.Errorf("%v %v, want %v", got, err, want)
		}
	}
	for i := range uint64(1<<16 - 1) {
		f.nobody[1<<40+i], f.holders[1<<40+i] = 1, holder{}
	}
	if ask(c, Ended); len(f.nobody) != 1<<16 {
		t.Errorf("%d sockets that nobody holds are remembered", len(f.nobody))
	}
	if ask(s, Ended); len(f.nobody) != 1 {
		t.Errorf("%d sockets that nobody holds are remembered, and the memory was full", len(f.nobody))
	}
	dir := filepath.Join(f.p.root, "7", "fd")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		if err := os.Symlink(fmt.Sprintf("socket:[%d]", 5+i), filepath.Join(dir, fmt.Sprint(3+i))); err != nil {
			t.Fatal(err)
		}
	}
	before := len(f.holders)
	f.search(map[uint64][]int{1: {0}}, func(uint64, int32) bool { return false }, func() {})
	if before != 1<<16-1 || len(f.holders) != 1 {
		t.Errorf("of %d holders and two more %d are remembered", before, len(f.holders))
	}
	delete(f.holders, 5)
	delete(f.holders, 6)
	for i := range uint64(1<<16 - 2) {
		f.holders[1<<40+i] = holder{}
	}
	if f.search(map[uint64][]int{1: {0}}, func(uint64, int32) bool { return false }, func() {}); len(f.holders) != 1<<16 {
		t.Errorf("%d holders are remembered", len(f.holders))
	}
	// Of the memory for a picture only what is written here is ever there.
	if all, err := f.d.dump(make([]Socket, 1<<20-1, 1<<20+1000), unix.AF_INET, capture.ProtoTCP); err != nil || len(all) != 1<<20 {
		t.Errorf("%d sockets, %v", len(all), err)
	}
}

// The first search, too, begins with the programs that came since: where their numbers have begun anew, a new one's is
// lower than all others'.
func TestTheFirstSearchBeginsWithNewPrograms(t *testing.T) {
	root := t.TempDir()
	holds := func(pid string, inode int) {
		dir := filepath.Join(root, pid, "fd")
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(fmt.Sprintf("socket:[%d]", inode), filepath.Join(dir, "3")); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 40 {
		holds(fmt.Sprint(30000+i), i+1)
	}
	f := &Finder{p: &procfs{root: root, names: map[uint32]string{}, buf: make([]byte, 256)}, holders: map[uint64]holder{}, nobody: map[uint64]int{}, newest: map[int32]bool{}, fds: map[int32]*fds{}}
	f.meet()
	holds("400", 99)
	want := map[uint64][]int{99: nil}
	f.search(want, func(inode uint64, pid int32) bool { delete(want, inode); return pid == 400 }, func() {})
	if len(want) != 0 || len(f.holders) != 1 {
		t.Errorf("%d sockets were looked at for one; left %v", len(f.holders), want)
	}
}

// Whether others' programs may be looked into is known without looking at all their sockets.
func TestDenied(t *testing.T) {
	f, err := NewFinder()
	if err != nil {
		t.Skipf("no SOCK_DIAG: %v", err)
	}
	defer f.Close()
	n, err := Lookup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := f.Denied(); err != nil || got != (n.Denied > 0) {
		t.Errorf("%v, %v; a picture says of %d", got, err, n.Denied)
	}
}
