package pcapfile

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"portero/capture"
)

// Interfaces of one name in captures of the same time are of two places, and stay apart where their frames are saved together; in
// pieces of one capture they are one.
func TestInterfacesOfOneName(t *testing.T) {
	piece := func(times ...int64) string {
		var out bytes.Buffer
		w, err := NewWriter(&out, WriterOptions{Name: func(int32) string { return "eth0" }})
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range times {
			if err := w.Write(&capture.Frame{Data: []byte("frame"), WireLen: 5, Time: at * 1e9, Link: capture.LinkEthernet}, ""); err != nil {
				t.Fatal(err)
			}
		}
		name := filepath.Join(t.TempDir(), "x.pcapng")
		if err := os.WriteFile(name, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	for _, c := range []struct {
		name  string
		files []string
		taps  capture.Taps
		want  int // interfaces
	}{
		{"pieces", []string{piece(1, 2, 3), piece(4, 5)}, capture.OneTap, 1},
		{"pieces, the second named first", []string{piece(4, 5), piece(1, 2, 3)}, capture.OneTap, 1},
		{"pieces that touch", []string{piece(1, 2, 3), piece(3, 4)}, capture.OneTap, 1},
		{"one time", []string{piece(1, 3, 5), piece(2, 4, 6)}, capture.FileTaps, 2},
		{"one lies within the other", []string{piece(1, 9), piece(4, 5)}, capture.FileTaps, 2},
		{"three of one time", []string{piece(1, 9), piece(4, 5), piece(2, 7)}, capture.FileTaps, 3},
	} {
		s, err := OpenAll(c.files, Options{})
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		w, err := NewWriter(&out, WriterOptions{})
		if err != nil {
			t.Fatal(err)
		}
		w.CopyNames(s)
		taps := capture.NoTaps
		for b := (capture.Block{}); ; {
			if err := s.Next(&b); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			taps = b.Taps
			for i := range b.Frames {
				if err := w.Write(&b.Frames[i], ""); err != nil {
					t.Fatal(err)
				}
			}
		}
		s.Close()
		f, err := NewReader(&out, "saved", Options{})
		if err != nil {
			t.Fatal(err)
		}
		for b := (capture.Block{}); f.Next(&b) == nil; {
		}
		if taps != c.taps || len(f.Interfaces()) != c.want {
			t.Errorf("%s: taps %d, %d interfaces, want %d and %d", c.name, taps, len(f.Interfaces()), c.taps, c.want)
		}
		for _, it := range f.Interfaces() {
			if it.Name != "eth0" {
				t.Errorf("%s: %q", c.name, it.Name)
			}
		}
	}
}
