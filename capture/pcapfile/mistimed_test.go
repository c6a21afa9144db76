package pcapfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"portero/capture"
)

// TestMistimed: a fraction of a second that is none does not move the clock, in whatever order and pieces the file is
// read, and the file says how many there are and where the first of them lies.
func TestMistimed(t *testing.T) {
	const n, size = 30_000, 60
	all := map[int]uint32{} // whatever a buffer ends in
	for i := range n {
		all[i] = 1 << 31
	}
	for _, x := range []struct {
		magic    uint32
		big      bool
		odd      map[int]uint32
		parts    uint32
		first    uint64
		mistimed uint64
	}{
		{magic: 0xa1b2c3d4, parts: 1e6},
		{magic: 0xa1b2c3d4, parts: 1e6, odd: map[int]uint32{3: 1e6, 20_000: 1 << 31, n - 1: 1<<32 - 1}, first: 4, mistimed: 3},
		{magic: 0xa1b2c3d4, big: true, parts: 1e6, odd: map[int]uint32{0: 1e6, 20_000: 1 << 31}, first: 1, mistimed: 2},
		{magic: 0xa1b23c4d, parts: 1e9, odd: map[int]uint32{9_000: 1e9, 9_001: 1e6}, first: 9_001, mistimed: 1}, // a millisecond can be
		{magic: 0xa1b23c4d, big: true, parts: 1e9},
		{magic: 0xa1b2c3d4, parts: 1e6, odd: all, first: 1, mistimed: n},
	} {
		t.Run(fmt.Sprintf("%x big %v of %d", x.magic, x.big, x.mistimed), func(t *testing.T) {
			var order binary.AppendByteOrder = binary.LittleEndian
			if x.big {
				order = binary.BigEndian
			}
			b := order.AppendUint32(nil, x.magic)
			b = order.AppendUint16(order.AppendUint16(b, 2), 4)
			for _, v := range []uint32{0, 0, 1 << 16, 1} {
				b = order.AppendUint32(b, v)
			}
			var want []int64
			for i := range n {
				frac, at := uint32(i), int64(1_700_000_000+i/1000)*1e9
				if v, ok := x.odd[i]; ok {
					frac = v
				}
				if frac < x.parts {
					at += int64(frac) * int64(1e9/x.parts)
				}
				want = append(want, at)
				for _, v := range []uint32{uint32(1_700_000_000 + i/1000), frac, size, size} {
					b = order.AppendUint32(b, v)
				}
				b = append(b, make([]byte, size)...)
				b[len(b)-1] = 1 // no zeros only
			}
			name := filepath.Join(t.TempDir(), "x.pcap")
			if err := os.WriteFile(name, b, 0o600); err != nil {
				t.Fatal(err)
			}
			s, err := OpenAll([]string{name}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			var blk capture.Block
			got := 0
			for {
				err := s.Next(&blk)
				if errors.Is(err, io.EOF) {
					break
				}
				for i := range blk.Frames {
					if fr := &blk.Frames[i]; got >= n || fr.Time != want[got] || fr.Index != uint64(got+1) {
						t.Fatalf("frame %d is number %d, at %d", got+1, fr.Index, fr.Time)
					}
					got++
				}
			}
			if got != n || len(s.Problems()) > 0 {
				t.Errorf("%d frames, %v", got, s.Problems())
			}
			all := s.Mistimed()
			if x.mistimed == 0 {
				if len(all) > 0 {
					t.Error(all)
				}
				return
			}
			if w := (Mistimed{name, x.mistimed, x.first, 24 + int64(x.first-1)*(16+size)}); len(all) != 1 || all[0] != w {
				t.Errorf("%v, want %v", all, w)
			}
		})
	}
}
