package recorder

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"portero/capture"
	"portero/capture/pcapfile"
)

func create(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

func frame(i int) *capture.Frame {
	return &capture.Frame{Data: bytes.Repeat([]byte{byte(i)}, 100), WireLen: 1500, Link: 1, Iface: int32(i % 2), Time: int64(1e18) + int64(i)*1e6, Dir: capture.DirInbound}
}

// read counts the frames of a file; damage is an error.
func read(t *testing.T, name string) (n int, first byte) {
	t.Helper()
	s, err := pcapfile.OpenAll([]string{name}, pcapfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var b capture.Block
	for {
		err := s.Next(&b)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range b.Frames {
			if n == 0 {
				first = f.Data[0]
			}
			n++
		}
	}
	if p := s.Problems(); len(p) > 0 {
		t.Errorf("%s: %v", name, p)
	}
	return n, first
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	fs, err := filepath.Glob(filepath.Join(dir, "*.pcapng"))
	if err != nil {
		t.Fatal(err)
	}
	return fs
}

func TestRotationBySize(t *testing.T) {
	dir := t.TempDir()
	fs := Files{Path: filepath.Join(dir, "x.pcapng"), Many: true, Create: create}
	r, err := New(Options{Next: fs.Next, MaxBytes: 2000}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	const count = 100
	for i := range count {
		r.Frame(frame(i), "")
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	got := files(t, dir)
	total := 0
	for _, f := range got {
		st, _ := os.Stat(f)
		if st.Size() > 2000 || st.Mode().Perm() != 0o600 {
			t.Errorf("%s: %d octets, mode %v", f, st.Size(), st.Mode())
		}
		n, first := read(t, f)
		if int(first) != total {
			t.Errorf("%s begins with frame %d, want %d", f, first, total)
		}
		total += n
	}
	if s := r.State(); total != count || len(got) < 5 || s.Frames != count || s.Files != uint64(len(got)) || s.Lost != 0 {
		t.Errorf("%d frames in %d files, %+v", total, len(got), s)
	}
}

func TestRotationByTimeKeepsTheNewest(t *testing.T) {
	dir := t.TempDir()
	fs := Files{Path: filepath.Join(dir, "x.pcapng"), Many: true, Keep: 2, Create: create}
	now := time.Unix(1e9, 0)
	r, err := New(Options{Next: fs.Next, Every: 10 * time.Second}, now)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		now = now.Add(time.Second)
		if i < 35 {
			r.Frame(frame(i), "")
		}
		r.Tick(now)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	got := files(t, dir)
	if len(got) != 2 {
		t.Fatalf("%v", got)
	}
	// Where nothing came nothing was begun.
	a, first := read(t, got[0])
	b, second := read(t, got[1])
	if a != 10 || int(second) != int(first)+10 || int(second)+b != 35 {
		t.Errorf("%d frames from %d, then %d from %d", a, first, b, second)
	}
}

// A file holds everything up to the last tick while it is being written.
func TestTickFlushes(t *testing.T) {
	dir := t.TempDir()
	fs := Files{Path: filepath.Join(dir, "x.pcapng"), Create: create}
	now := time.Unix(1e9, 0)
	r, err := New(Options{Next: fs.Next, Sync: SyncFlush}, now)
	if err != nil {
		t.Fatal(err)
	}
	r.Frame(frame(1), "a comment")
	r.Tick(now.Add(time.Second))
	for range 100 {
		if r.State().Frames == 1 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if n, _ := read(t, fs.Path); n != 1 {
		t.Errorf("%d frames in the file", n)
	}
	r.Rotate(now)
	r.Frame(frame(2), "")
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if got := files(t, dir); len(got) != 2 {
		t.Errorf("%v", got)
	}
}

// Moved away, a file is made anew under its own name.
func TestMovedAway(t *testing.T) {
	dir := t.TempDir()
	fs := Files{Path: filepath.Join(dir, "x.pcapng"), Create: create}
	r, err := New(Options{Next: fs.Next}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	r.Frame(frame(1), "")
	if err := os.Rename(fs.Path, filepath.Join(dir, "old.pcapng")); err != nil {
		t.Fatal(err)
	}
	r.Rotate(time.Now())
	r.Frame(frame(2), "")
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	a, _ := read(t, filepath.Join(dir, "old.pcapng"))
	b, first := read(t, fs.Path)
	if a != 1 || b != 1 || first != 2 {
		t.Errorf("%d and %d frames, the second from %d", a, b, first)
	}
}

// A disk that is slower than the frames loses frames, and counts them; whoever brings
// them never waits.
func TestSlowDisk(t *testing.T) {
	pr, pw, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r, err := New(Options{Queue: 1 << 20, Next: func(time.Time) (*os.File, string, error) { return pw, "pipe", nil }}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	const count = 40000
	began := time.Now()
	for i := range count {
		r.Frame(frame(i), "")
	}
	if d := time.Since(began); d > 2*time.Second {
		t.Errorf("it took %v", d)
	}
	lost := r.State().Lost
	if lost == 0 {
		t.Error("nothing was lost")
	}
	got := make(chan int)
	go func() {
		b, _ := io.ReadAll(pr)
		_, packets := wholeBlocks(b)
		got <- int(packets)
	}()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if n := <-got; n+int(lost) != count || r.State().Frames != uint64(n) {
		t.Errorf("%d frames and %d lost of %d, %+v", n, lost, count, r.State())
	}
}

// A ring counts the files of earlier recordings, and nothing else.
func TestKeepAcrossRecordings(t *testing.T) {
	dir := t.TempDir()
	for _, n := range []string{"x_00007_20200101000000.pcapng", "x_00001_20210101000000.pcapng", "x_00002_20210101000000.pcapng", "x_notes.pcapng", "y_00001_20200101000000.pcapng"} {
		if err := os.WriteFile(filepath.Join(dir, n), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	fs := Files{Path: filepath.Join(dir, "x.pcapng"), Many: true, Keep: 2, Create: create}
	f, name, err := fs.Next(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	want := []string{filepath.Join(dir, "x_00002_20210101000000.pcapng"), filepath.Join(dir, "x_notes.pcapng"), filepath.Join(dir, "y_00001_20200101000000.pcapng"), name}
	slices.Sort(want)
	if got := files(t, dir); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// A pipe that nobody reads is waited for until there is word to leave, and then given up.
func TestPipeThatNobodyReads(t *testing.T) {
	pr, pw, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer pr.Close()
	leave := make(chan struct{})
	r, err := New(Options{Next: func(time.Time) (*os.File, string, error) { return pw, "-", nil }, Leave: leave}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2000 {
		r.Frame(&capture.Frame{Data: make([]byte, 500), WireLen: 500, Time: int64(i), Index: uint64(i + 1)}, "")
	}
	done := make(chan error, 1)
	go func() { done <- r.Close() }()
	select {
	case err := <-done:
		t.Fatalf("it did not wait: %v", err)
	case <-time.After(300 * time.Millisecond):
	}
	close(leave)
	select {
	case err := <-done:
		if err == nil {
			t.Error("nothing is said of what was not written")
		}
	case <-time.After(giveUp + 3*time.Second):
		t.Error("it does not end")
	}
}

// After a disk was full, saving goes on in a new file when it is told to rotate; what came
// meanwhile is counted, and the old file is not held.
func TestRotateGoesOnAfterAFullDisk(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip("needs /dev/full: ", err)
	}
	path := filepath.Join(t.TempDir(), "x.pcapng")
	files := 0
	told := make(chan error, 9)
	r, err := New(Options{Failed: func(err error) { told <- err }, Next: func(time.Time) (*os.File, string, error) {
		if files++; files == 1 {
			return full, "full", nil
		}
		f, err := create(path)
		return f, path, err
	}}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	r.Frame(frame(1), "")
	r.Tick(time.Now().Add(time.Second))
	<-told
	if st := r.State(); !st.Ended {
		t.Errorf("%+v", st)
	}
	if _, err := full.Stat(); err == nil {
		t.Error("the file that has no room is still held")
	}
	r.Frame(frame(2), "")
	if !r.Rotate(time.Now()) {
		t.Fatal("it does not go on")
	}
	r.Frame(frame(3), "")
	if err := r.Close(); err == nil {
		t.Error("not a word of what is missing in the end")
	}
	st := r.State()
	if st.Ended || st.Again != 1 || st.Frames != 1 || st.After != 2 || len(told) != 0 {
		t.Errorf("%+v, told %d times more", st, len(told))
	}
	if n, first := read(t, path); n != 1 || first != 3 {
		t.Errorf("%d frames in the new file, from %d on", n, first)
	}
}
