package spool

import (
	"errors"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A disk that is full, though the spool might hold more: what files bring waits until what is on it
// was sent, and only a capture on the wire is told at once. Where nothing is left to be sent, no
// room can come of waiting.
func TestFilesWaitForADiskThatIsFull(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mount("portero-test", dir, "tmpfs", 0, "size=200k"); err != nil {
		t.Skip("needs tmpfs: ", err)
	}
	t.Cleanup(func() { unix.Unmount(dir, unix.MNT_DETACH) })
	s := open(t, dir, 1<<24)
	told := make(chan error, 1000)
	s.Full = func(err error) { told <- err }
	const n = 60
	put := make(chan error, 1)
	go func() {
		for range n {
			if err := s.Put(true, Message{Records: 1, Data: make([]byte, 20_000)}); err != nil {
				put <- err
				return
			}
		}
		put <- nil
	}()
	if err := <-told; !errors.Is(err, unix.ENOSPC) {
		t.Fatal(err)
	}
	one := []Message{{Records: 1, Data: make([]byte, 20_000)}}
	if err := s.Put(false, one...); !errors.Is(err, unix.ENOSPC) || one[0].Number != 0 {
		t.Errorf("what does not wait: %v, number %d", err, one[0].Number)
	}
	for i := range uint64(n) {
		m, err := s.Next(i)
		if err != nil || m.Number != i+1 {
			t.Fatalf("%d: %d %v", i, m.Number, err)
		}
		s.Ack(m.Number)
	}
	select {
	case err := <-put:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatalf("it still waits: %+v", s.Stats())
	}
	if st := s.Stats(); st.Messages != 0 || st.DroppedMessages != 0 {
		t.Errorf("%+v", st)
	}
	if err := s.Put(true, Message{Records: 1, Data: make([]byte, 1<<20)}); !errors.Is(err, unix.ENOSPC) {
		t.Errorf("longer than the disk: %v", err)
	}
	s.Put(true, one...) // and now something that could be sent, and is not
	told = make(chan error, 1000)
	go func() { put <- s.Put(true, Message{Records: 1, Data: make([]byte, 1<<20)}) }()
	<-told
	s.Hurry()
	if err := <-put; !errors.Is(err, unix.ENOSPC) {
		t.Errorf("told to end: %v", err)
	}
}
