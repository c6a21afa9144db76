package pcapfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"

	"portero/capture"
)

// scattered is a capture of n frames of random octets.
func scattered(n int, order binary.AppendByteOrder, nano bool) []byte {
	magic := uint32(0xa1b2c3d4)
	if nano {
		magic = 0xa1b23c4d
	}
	b := order.AppendUint16(order.AppendUint16(order.AppendUint32(nil, magic), 2), 4)
	b = order.AppendUint32(order.AppendUint32(append(b, make([]byte, 8)...), 65535), 1)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		size := 60 + r.IntN(200)
		for _, v := range []int{1_700_000_000 + i, i, size, size} {
			b = order.AppendUint32(b, uint32(v))
		}
		for range size {
			b = append(b, byte(r.Uint32()))
		}
	}
	return b
}

// readOut reads all frames of b, and what ended them.
func readOut(t *testing.T, b []byte) (frames int, damage *DamageError) {
	t.Helper()
	f, err := NewReader(bytes.NewReader(b), "x", Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var block capture.Block
	for {
		err := f.Next(&block)
		frames += len(block.Frames)
		if err == nil {
			continue
		}
		if !errors.As(err, &damage) && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		return frames, damage
	}
}

// Captures put together with cat are told as such, and the header of the second is
// no frame.
func TestJoinedCaptures(t *testing.T) {
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		for _, nano := range []bool{false, true} {
			for _, n := range []int{1, 9, 20000} {
				one := scattered(n, order, nano)
				frames, damage := readOut(t, append(bytes.Clone(one), scattered(3, order, nano)...))
				if damage == nil || !strings.Contains(damage.Reason, "another capture begins here") || !strings.Contains(damage.Hint, "mergecap") {
					t.Fatalf("%v, nano %v, %d frames: %v", order, nano, n, damage)
				}
				if frames != n || damage.Frames != uint64(n) || damage.Offset != int64(len(one)) {
					t.Errorf("%v, nano %v: %d frames of %d, %v at %d", order, nano, frames, n, damage, len(one))
				}
			}
		}
	}
	// A frame without octets is a frame.
	b := scattered(4, binary.LittleEndian, false)
	b = append(b, 0, 0, 0, 100, 1, 0, 0, 0, 0, 0, 0, 0, 60, 0, 0, 0)
	b = append(b, 0, 0, 0, 100, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 60, 0, 0, 0)
	if frames, damage := readOut(t, b); frames != 5 || damage == nil || !strings.Contains(damage.Reason, "claims") {
		t.Errorf("%d frames, %v", frames, damage)
	}
}

// Where compression is at fault, the capture is not said to end inside a frame.
func TestBrokenCompression(t *testing.T) {
	b := scattered(4000, binary.LittleEndian, false)
	for name, make := range map[string]func(w io.Writer) io.WriteCloser{
		"gzip": func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) },
		"zstd": func(w io.Writer) io.WriteCloser {
			z, err := zstd.NewWriter(w, zstd.WithEncoderCRC(true), zstd.WithWindowSize(1<<16))
			if err != nil {
				t.Fatal(err)
			}
			return z
		},
		"lz4": func(w io.Writer) io.WriteCloser { return lz4.NewWriter(w) },
	} {
		var out bytes.Buffer
		w := make(&out)
		for at := 0; at < len(b); at += 1 << 16 { // in several blocks
			if _, err := w.Write(b[at:min(at+1<<16, len(b))]); err != nil {
				t.Fatal(err)
			}
			if f, ok := w.(interface{ Flush() error }); ok {
				f.Flush()
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		whole := out.Bytes()
		if frames, damage := readOut(t, whole); frames != 4000 || damage != nil {
			t.Fatalf("%s: %d frames, %v", name, frames, damage)
		}
		frames, damage := readOut(t, whole[:len(whole)*3/4])
		if damage == nil || damage.Reason != "the compressed stream is cut short" || !strings.Contains(damage.Error(), "of what it unpacks to") || frames < 100 || frames > 3999 {
			t.Errorf("%s, cut: %d frames, %v", name, frames, damage)
		}
		whole[len(whole)-3] ^= 1 // of the sum at the end, and of the length in gzip
		if frames, damage = readOut(t, whole); frames != 4000 || damage == nil || !strings.HasPrefix(damage.Reason, "the compressed stream is damaged: ") {
			t.Errorf("%s, changed: %d frames, %v", name, frames, damage)
		}
	}
	if _, damage := readOut(t, b[:len(b)-1]); damage == nil || damage.Unpacked || !strings.Contains(damage.Reason, "ends inside a frame") {
		t.Errorf("plain: %v", damage)
	}
}

// A compressed capture may come in several parts, with parts between them that hold nothing;
// where the parts end is no end of the capture.
func TestParts(t *testing.T) {
	b := scattered(400, binary.LittleEndian, false)
	pack := func(make func(w io.Writer) io.WriteCloser) func(b []byte) []byte {
		return func(b []byte) []byte {
			var out bytes.Buffer
			w := make(&out)
			_, err1 := w.Write(b)
			if err2 := w.Close(); err1 != nil || err2 != nil {
				t.Fatal(err1, err2)
			}
			return out.Bytes()
		}
	}
	empty := append([]byte{0x5a, 0x2a, 0x4d, 0x18, 4, 0, 0, 0}, "four"...) // RFC 8878, section 3.1.2
	long := append([]byte{0x50, 0x2a, 0x4d, 0x18, 0, 1, 0, 0}, bytes.Repeat([]byte{0x50}, 256)...)
	for name, p := range map[string]func([]byte) []byte{
		"gzip": pack(func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }),
		"zstd": pack(func(w io.Writer) io.WriteCloser { z, _ := zstd.NewWriter(w); return z }),
		"lz4":  pack(func(w io.Writer) io.WriteCloser { return lz4.NewWriter(w) }),
	} {
		half := len(b) / 2
		parts := map[string][]byte{"two": slices.Concat(p(b[:half]), p(b[half:])), "small": slices.Concat(p(b[:3]), p(b[3:30]), p(b[30:])), "an empty one first": slices.Concat(p(nil), p(b))}
		if name != "gzip" {
			parts["one to be skipped first"] = slices.Concat(empty, p(b))
			parts["some to be skipped"] = slices.Concat(empty, long, empty, p(b[:half]), long, p(b[half:]))
		}
		if name == "gzip" { // as tapes leave it, and gzip(1) ignores
			parts["zeros last"], parts["many zeros last"] = append(p(b), make([]byte, 500)...), slices.Concat(p(b[:half]), p(b[half:]), make([]byte, 1<<18))
			if frames, damage := readOut(t, slices.Concat(p(b), make([]byte, 500), p(b))); frames != 400 || damage == nil {
				t.Errorf("zeros and more: %d frames, %v", frames, damage)
			}
		}
		for what, in := range parts {
			if frames, damage := readOut(t, in); frames != 400 || damage != nil {
				t.Errorf("%s, %s: %d frames, %v", name, what, frames, damage)
			}
		}
		if frames, damage := readOut(t, append(p(b), "what does not belong to it"...)); frames != 400 || damage == nil || damage.Reason == "" {
			t.Errorf("%s and more: %d frames, %v", name, frames, damage)
		}
	}
	for what, in := range map[string][]byte{"nothing behind": empty, "a capture behind": slices.Concat(empty, b), "cut": long[:100], "text": append(empty[:len(empty):len(empty)], "text"...)} {
		if _, err := NewReader(bytes.NewReader(in), "x", Options{}); err == nil || !strings.Contains(err.Error(), "is no capture: it starts with 5") {
			t.Errorf("%s: %v", what, err)
		}
	}
	wide := []byte{0x28, 0xb5, 0x2f, 0xfd, 0, 21 << 3, 1, 0, 0} // a window of 2 GiB
	if _, err := NewReader(bytes.NewReader(wide), "x", Options{}); err == nil || !strings.Contains(err.Error(), "zstd -d --long=31") {
		t.Error(err)
	}
}
