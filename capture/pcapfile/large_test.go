package pcapfile

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"portero/capture"
)

// oneLarge is a capture of frames of 4 MB with small ones between them.
func oneLarge(t *testing.T, classic bool, frames int) (file []byte, large int) {
	t.Helper()
	large = 4 << 20
	var out bytes.Buffer
	w, err := NewWriter(&out, WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if classic {
		out.Reset()
		out.Write(classicHeader)
	}
	data := make([]byte, large)
	for n := range frames {
		data[0] = byte(n)
		fr := capture.Frame{Data: data, WireLen: uint32(large), Link: 1, Time: int64(n) * 1e9}
		if n%3 == 2 {
			fr.Data, fr.WireLen = data[:100], 100
		}
		if classic {
			out.Write(classicFrame(&fr))
		} else if err := w.Write(&fr, ""); err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes(), large
}

var classicHeader = []byte{0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 1, 0, 0, 0}

func classicFrame(f *capture.Frame) []byte {
	h := make([]byte, 16, 16+len(f.Data))
	for i := range 4 {
		h[i] = byte(f.Time / 1e9 >> (8 * i))
		h[8+i] = byte(len(f.Data) >> (8 * i))
		h[12+i] = byte(f.WireLen >> (8 * i))
	}
	return append(h, f.Data...)
}

// What memory large frames take is that of the frames that are under way, however many come: it goes from
// one to the next. Before it was made anew for every piece, and every block kept some.
func TestLargeFramesShareTheirMemory(t *testing.T) {
	const frames, blocks = 30, 4
	dir := t.TempDir()
	for _, c := range []struct {
		name    string
		classic bool
		pack    bool
		inputs  int
	}{{"pcapng", false, false, 1}, {"pcap", true, false, 1}, {"gzip", false, true, 1}, {"merged", false, false, 3}} {
		t.Run(c.name, func(t *testing.T) {
			content, large := oneLarge(t, c.classic, frames)
			if c.pack {
				var z bytes.Buffer
				w, _ := gzip.NewWriterLevel(&z, gzip.BestSpeed)
				w.Write(content)
				w.Close()
				content = z.Bytes()
			}
			var names []string
			for i := range c.inputs {
				name := filepath.Join(dir, c.name+string(rune('a'+i)))
				if err := os.WriteFile(name, content, 0o600); err != nil {
					t.Fatal(err)
				}
				names = append(names, name)
			}
			content = nil
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			s, err := OpenAll(names, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			ring := make([]capture.Block, blocks)
			seen := 0
			for i := 0; ; i++ {
				b := &ring[i%blocks]
				if err := s.Next(b); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatal(err)
				}
				for _, f := range b.Frames {
					if n := seen / c.inputs; len(f.Data) == 0 || f.Data[0] != byte(n) && len(f.Data) == large {
						t.Fatalf("frame %d holds what belongs to another", seen)
					}
					seen++
				}
			}
			runtime.ReadMemStats(&after)
			if seen != frames*c.inputs {
				t.Fatalf("%d frames", seen)
			}
			// A large one for each block, one that is read, and what it grew through; for each further input
			// one that waits.
			most := uint64(blocks+3+2*(c.inputs-1)) * uint64(large+2*readSize)
			if got := after.TotalAlloc - before.TotalAlloc; got > most {
				t.Errorf("%d frames of %d MB took %d MB of memory, %d MB are enough", seen, large>>20, got>>20, most>>20)
			}
			if len(s.Problems()) > 0 {
				t.Error(s.Problems())
			}
		})
	}
}

// While one block's frames are looked at, the next are read: they lie elsewhere.
func TestLargeFramesStayWhileTheNextAreRead(t *testing.T) {
	content, large := oneLarge(t, true, 12)
	f, err := NewReader(bytes.NewReader(content), "large", Options{})
	if err != nil {
		t.Fatal(err)
	}
	ring := make([]capture.Block, 3)
	type told struct {
		data []byte
		want byte
	}
	var kept []told
	seen := byte(0)
	for i := 0; ; i++ {
		b := &ring[i%len(ring)]
		err := f.Next(b)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		mine := []told{}
		for _, fr := range b.Frames {
			mine = append(mine, told{fr.Data, seen})
			seen++
		}
		if kept = append(kept, mine...); len(kept) > 2 {
			kept = kept[len(kept)-2:] // of the last two blocks at most
		}
		for _, k := range kept {
			if len(k.data) == large && k.data[0] != k.want {
				t.Fatalf("frame %d was written over by a later one", k.want+1)
			}
		}
	}
	if seen != 12 {
		t.Fatalf("%d frames", seen)
	}
}
