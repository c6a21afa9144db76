package pcapfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"

	"portero/capture"
)

// Which way a frame went, and what was said of it, is in a pcapng that was written, and the way is read again.
func TestDirectionsAndComments(t *testing.T) {
	var b bytes.Buffer
	w, err := NewWriter(&b, WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	dirs := []capture.Direction{capture.DirUnknown, capture.DirInbound, capture.DirOutbound}
	comments := []string{"", "x", "four", "a comment of more than a few octets"}
	var want []capture.Direction
	for _, d := range dirs {
		for i, c := range comments {
			f := capture.Frame{Data: make([]byte, 60+i), WireLen: 100, Time: 1e18, Link: capture.LinkEthernet, Dir: d}
			if err := w.Write(&f, c); err != nil {
				t.Fatal(err)
			}
			want = append(want, d)
		}
	}
	for _, c := range comments[1:] {
		if n := strings.Count(b.String(), c); n < len(dirs) {
			t.Errorf("%q stands there %d times", c, n)
		}
	}
	n := 0
	fs, err := readAll(t, b.Bytes())
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	for _, f := range fs {
		if f.Dir != want[n] || f.WireLen != 100 || len(f.Data) != 60+n%len(comments) {
			t.Errorf("frame %d: %v %d %d, want %v", n+1, f.Dir, f.WireLen, len(f.Data), want[n])
		}
		n++
	}
	if n != len(want) {
		t.Errorf("%d frames of %d", n, len(want))
	}
}

// A packet block may claim the octets that are left for it and not one more, however long it is.
func TestClaimsOfAPacketBlock(t *testing.T) {
	var b bytes.Buffer
	w, err := NewWriter(&b, WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(&capture.Frame{Data: make([]byte, 64), WireLen: 64, Time: 1e18, Link: capture.LinkEthernet}, ""); err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(b.Bytes(), []byte{6, 0, 0, 0, 96, 0, 0, 0})
	if at < 0 {
		t.Fatal("no packet block")
	}
	for claim, ok := range map[uint32]bool{0: true, 1: true, 63: true, 64: true, 65: false, 66: false, 67: false, 68: false, 1 << 31: false, 1<<32 - 1: false} {
		x := bytes.Clone(b.Bytes())
		binary.LittleEndian.PutUint32(x[at+20:], claim)
		fs, err := readAll(t, x)
		if (errors.Is(err, io.EOF) && len(fs) == 1) != ok || ok && len(fs[0].Data) != int(claim) {
			t.Errorf("%d octets claimed: %v, %d frames", claim, err, len(fs))
		}
	}
}
