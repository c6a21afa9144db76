package pcapfile

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"

	"portero/capture"
)

// all reads a capture to its end.
func all(t testing.TB, r io.Reader) (frames []capture.Frame, err error) {
	f, err := NewReader(r, "fuzz", Options{})
	if err != nil {
		return nil, err
	}
	defer f.Close()
	for {
		var b capture.Block
		if err := f.Next(&b); err != nil {
			return frames, err
		}
		if len(b.Frames) == 0 {
			t.Fatal("an empty block without an error")
		}
		if len(b.Frames) > mostFrames {
			t.Fatalf("%d frames in a block", len(b.Frames))
		}
		for _, x := range b.Frames {
			if uint64(x.WireLen) < uint64(len(x.Data)) {
				t.Fatalf("%d octets of a frame of %d", len(x.Data), x.WireLen)
			}
			frames = append(frames, x)
		}
	}
}

func seeds(f *testing.F) {
	names, _ := filepath.Glob("../../testdata/*/in.pcap")
	for _, n := range names[:min(len(names), 6)] {
		b, err := os.ReadFile(n)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	var w bytes.Buffer
	p, _ := NewWriter(&w, WriterOptions{Comment: "seed"})
	p.Write(&capture.Frame{Data: []byte("frame of an interface"), WireLen: 100, Link: 1, Time: 1e18}, "note")
	p.Write(&capture.Frame{Data: []byte("another link"), WireLen: 12, Link: 101, Iface: 1, Time: 1e18}, "")
	f.Add(w.Bytes())
	f.Add(snoopFile(4, []byte("frame"), []byte("another, of odd length.")))
}

// FuzzRead: nothing a file holds makes the reader panic, hang or allocate beyond
// what is there, and the result does not depend on how the octets arrive.
func FuzzRead(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<16 {
			return
		}
		x, err1 := all(t, bytes.NewReader(b))
		y, err2 := all(t, iotest.OneByteReader(bytes.NewReader(b)))
		same(t, "octet by octet", x, err1, y, err2)
		if z, err3, ok := together(t, b, 64+len(b)/7); ok {
			same(t, "by pieces", x, err1, z, err3)
		}
	})
}

// What is written is read back.
func TestWriteRead(t *testing.T) {
	var w bytes.Buffer
	p, err := NewWriter(&w, WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	in := []capture.Frame{{Data: []byte("one"), WireLen: 3, Link: 1, Time: 1700000000123456789}, {Data: []byte("two, cut"), WireLen: 900, Link: 113, Iface: 1, Time: 5, Dir: capture.DirOutbound}}
	for i := range in {
		if err := p.Write(&in[i], "why"); err != nil {
			t.Fatal(err)
		}
	}
	out, err := all(t, &w)
	if !errors.Is(err, io.EOF) || len(out) != 2 {
		t.Fatal(len(out), err)
	}
	for i := range in {
		if !bytes.Equal(in[i].Data, out[i].Data) || in[i].WireLen != out[i].WireLen || in[i].Link != out[i].Link || in[i].Time != out[i].Time || in[i].Dir != out[i].Dir {
			t.Errorf("%+v became %+v", in[i], out[i])
		}
	}
}

// A file cut anywhere gives all whole frames before the cut, and says where.
func TestCutAnywhere(t *testing.T) {
	b, err := os.ReadFile("../../testdata/completed/in.pcap")
	if err != nil {
		t.Fatal(err)
	}
	for n := 24; n < len(b); n++ {
		frames, err := all(t, bytes.NewReader(b[:n]))
		var d *DamageError
		whole := 24
		for _, f := range frames {
			whole += 16 + len(f.Data)
		}
		if errors.As(err, &d) {
			if d.Offset != int64(n) || whole >= n {
				t.Fatalf("cut at %d: %v", n, err)
			}
		} else if !errors.Is(err, io.EOF) || whole != n {
			t.Fatalf("cut at %d, whole frames end at %d: %v", n, whole, err)
		}
	}
}
