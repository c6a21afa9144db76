package pcapfile

import (
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
