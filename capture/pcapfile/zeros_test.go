package pcapfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
	"testing/iotest"
)

// TestZeros: a few headers of zeros are frames; many are none, and end the file where the first of them lies,
// in whatever pieces it is read and wherever in a piece they begin.
func TestZeros(t *testing.T) {
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		for _, magic := range []uint32{0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34} {
			hdr := 16
			if magic == 0xa1b2cd34 {
				hdr = 24
			}
			for _, before := range []int{0, 1, 700} {
				frames := records(order, magic, before, 0, func(data []byte) {
					for i := range data {
						data[i] = byte(i%255 + 1)
					}
				})
				behind := records(order, magic, 5, 0, func(data []byte) {})[24:]
				for _, c := range []struct {
					zeros int // headers
					more  []byte
					want  int // frames, of which those of zeros
					whole bool
				}{
					{1, nil, 1, true},
					{mostZeros - 1, nil, mostZeros - 1, true},
					{mostZeros - 1, behind, mostZeros + 4, true},
					{mostZeros - 1, make([]byte, hdr-1), mostZeros - 1, false}, // the last is not whole
					{mostZeros, nil, 0, false},
					{mostZeros, behind, 0, false},
					{mostZeros + 1, nil, 0, false},
					{300_000, behind, 0, false},
				} {
					name := fmt.Sprintf("%v, magic %x, %d frames, %d zeros and %d octets", order, magic, before, c.zeros, len(c.more))
					file := slices.Concat(frames, make([]byte, c.zeros*hdr), c.more)
					x, errX := all(t, bytes.NewReader(file))
					var damage *DamageError
					switch {
					case len(x) != before+c.want:
						t.Errorf("%s: %d frames", name, len(x))
					case c.whole != errors.Is(errX, io.EOF):
						t.Errorf("%s: %v", name, errX)
					case c.want == 0 && (!errors.As(errX, &damage) || damage.Offset != int64(len(frames)) || damage.Frames != uint64(before)):
						t.Errorf("%s: %v, want byte %d", name, errX, len(frames))
					}
					for _, most := range []int{hdr, 1000, 5000, 64 << 10, 1 << 20} {
						if most < 1000 && (before > 1 || c.zeros > 1000) {
							continue
						}
						y, errY, _ := together(t, file, most)
						same(t, fmt.Sprintf("%s, by pieces of %d", name, most), x, errX, y, errY)
					}
					if before < 2 && c.zeros < 1000 { // a pipe that gives one octet at a time
						y, errY := all(t, iotest.OneByteReader(bytes.NewReader(file)))
						same(t, name+", by octets", x, errX, y, errY)
					}
				}
			}
		}
	}
	// The other formats have nothing that begins with so many zeros.
	ng := new(bytes.Buffer)
	if _, err := NewWriter(ng, WriterOptions{}); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{"pcapng": ng.Bytes(), "snoop": snoopFile(4, []byte("twelve bytes"))} {
		_, damage := readOut(t, append(bytes.Clone(file), make([]byte, 4096)...))
		if want := "zeros begin here in place of frames: room that was never written, or a disk that lost what was"; damage == nil || damage.Offset != int64(len(file)) || damage.Reason != want {
			t.Errorf("%s: %v", name, damage)
		}
	}
}
