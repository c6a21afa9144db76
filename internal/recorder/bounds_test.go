package recorder

import (
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// One file at a time is the least that may be kept, and of those that were, nothing stays, neither on disk nor in memory.
func TestOneFileIsKept(t *testing.T) {
	for keep, want := range map[int]int{1: 1, 3: 3, 0: 9} {
		fs := Files{Path: filepath.Join(t.TempDir(), "x.pcapng"), Many: true, Keep: keep, Create: create}
		var names []string
		for range 9 {
			f, name, err := fs.Next(time.Unix(1e9, 0))
			if err != nil {
				t.Fatal(err)
			}
			f.Close()
			names = append(names, name)
		}
		if got := files(t, filepath.Dir(fs.Path)); len(got) != want || !slices.Equal(got, names[9-want:]) || len(fs.kept) != keep {
			t.Errorf("%v and %d names are kept, want %d", got, len(fs.kept), keep)
		}
	}
}

// A frame that is larger than a file may be has a file of its own, and none is begun before it for nothing.
func TestFramesLargerThanAFile(t *testing.T) {
	dir := t.TempDir()
	fs := Files{Path: filepath.Join(dir, "x.pcapng"), Many: true, Create: create}
	r, err := New(Options{Next: fs.Next, MaxBytes: 50}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		r.Frame(frame(i), "")
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	got := files(t, dir)
	for i, f := range got {
		if n, first := read(t, f); n != 1 || int(first) != i {
			t.Errorf("%s has %d frames from %d on", f, n, first)
		}
	}
	if len(got) != 3 {
		t.Errorf("%v", got)
	}
}

// What is not handed on yet is a chunk at most, and the frame that filled it.
func TestChunksAreBounded(t *testing.T) {
	fs := Files{Path: filepath.Join(t.TempDir(), "x.pcapng"), Create: create}
	r, err := New(Options{Next: fs.Next, Queue: 64 << 20}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	most, handed := 0, 0
	for i := range 20_000 {
		before := len(r.cur.data)
		r.Frame(frame(i), "")
		if most = max(most, len(r.cur.data)); len(r.cur.data) < before {
			handed++
		}
	}
	if most > chunkOctets+400 || most < chunkOctets || handed < 3 || handed > 10 {
		t.Errorf("%d octets were kept back at most, and %d times handed on", most, handed)
	}
	if err := r.Close(); err != nil || r.State().Frames != 20_000 {
		t.Errorf("%v, %+v", err, r.State())
	}
}
