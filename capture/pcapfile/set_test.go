package pcapfile

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"portero/capture"
)

// Thousands of inputs are merged by time with few descriptors, and give every
// frame once.
func TestManyInputs(t *testing.T) {
	dir := t.TempDir()
	const n = 1500
	var names []string
	for i := range n {
		p := filepath.Join(dir, fmt.Sprintf("%04d.pcapng", i))
		f, err := os.Create(p)
		if err != nil {
			t.Fatal(err)
		}
		w, _ := NewWriter(f, WriterOptions{})
		for k := range 3 {
			// Neighbours overlap.
			w.Write(&capture.Frame{Data: []byte{byte(i), byte(i >> 8)}, WireLen: 2, Link: 1, Time: int64(1e18) + int64(n-i)*1e9 + int64(k)*7e8}, "")
		}
		f.Close()
		names = append(names, p)
	}
	s, err := OpenAll(append(names, filepath.Join(dir, "missing")), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	last, frames, most := int64(0), 0, 0
	for {
		var b capture.Block
		err := s.Next(&b)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range b.Frames {
			if f.Time < last || f.Index != uint64(frames+1) {
				t.Fatalf("frame %d of input %d: out of order", f.Num, f.File)
			}
			last = f.Time
			frames++
		}
		most = max(most, len(s.active))
	}
	if frames != 3*n || len(s.Problems()) != 1 || most > 8 {
		t.Errorf("%d frames, %d problems, %d inputs at once", frames, len(s.Problems()), most)
	}
}

// A pipe among many inputs is read once, however late its turn is.
func TestPipeAmongManyInputs(t *testing.T) {
	dir := t.TempDir()
	write := func(to io.Writer, at int64) {
		w, _ := NewWriter(to, WriterOptions{})
		w.Write(&capture.Frame{Data: []byte{1}, WireLen: 1, Link: 1, Time: at}, "")
	}
	var names []string
	for i := range keepOpen + 6 {
		p := filepath.Join(dir, fmt.Sprintf("%04d.pcapng", i))
		f, err := os.Create(p)
		if err != nil {
			t.Fatal(err)
		}
		write(f, int64(1e18)+int64(i))
		f.Close()
		names = append(names, p)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	go func() { write(w, 2e18); w.Close() }()
	pipe := fmt.Sprintf("/dev/fd/%d", r.Fd())
	if _, err := os.Stat(pipe); err != nil {
		t.Skip("needs /dev/fd")
	}
	s, err := OpenAll(append(names, pipe), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	n := 0
	for {
		var b capture.Block
		if err := s.Next(&b); err != nil {
			break
		}
		n += len(b.Frames)
	}
	if n != len(names)+1 || len(s.Problems()) != 0 {
		t.Errorf("%d frames of %d, %v", n, len(names)+1, s.Problems())
	}
}

// Times before 1970 are written as they are.
func TestEarlyTimes(t *testing.T) {
	var out bytes.Buffer
	w, _ := NewWriter(&out, WriterOptions{})
	want := []int64{-3_999_999_999e9 - 7, 5, -1, 1e18 + 3}
	for _, at := range want {
		if err := w.Write(&capture.Frame{Data: []byte{1}, WireLen: 1, Link: 1, Time: at}, ""); err != nil {
			t.Fatal(err)
		}
	}
	r, err := NewReader(&out, "x", Options{})
	if err != nil {
		t.Fatal(err)
	}
	var b capture.Block
	if err := r.Next(&b); err != nil {
		t.Fatal(err)
	}
	for i, f := range b.Frames {
		if f.Time != want[i] {
			t.Errorf("frame %d: %d, want %d", i+1, f.Time, want[i])
		}
	}
}
