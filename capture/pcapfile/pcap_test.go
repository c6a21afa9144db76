package pcapfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"portero/capture"
)

// classic writes a classic capture of n frames in an octet order, of a kind. Frame i has i%3
// octets and was longer by i%2 on the wire, and came i units after a second.
func classic(order binary.AppendByteOrder, magic uint32, n int) []byte {
	b := order.AppendUint32(nil, magic)
	b = order.AppendUint16(b, 2)
	b = order.AppendUint16(b, 4)
	for _, v := range []uint32{0, 0, 65535, 1} {
		b = order.AppendUint32(b, v)
	}
	for i := range n {
		for _, v := range []int{1_700_000_000, i, i % 3, i%3 + i%2} {
			b = order.AppendUint32(b, uint32(v))
		}
		if magic == 0xa1b2cd34 {
			b = append(b, make([]byte, 8)...)
		}
		b = append(b, bytes.Repeat([]byte{byte(i)}, i%3)...)
	}
	return b
}

// TestRoomForMore: a block has no more frames than it may, however much room it has.
func TestRoomForMore(t *testing.T) {
	const n = 2 * mostFrames
	f, err := NewReader(bytes.NewReader(classic(binary.LittleEndian, 0xa1b2c3d4, n)), "many", Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	seen := 0
	for b := (capture.Block{Frames: make([]capture.Frame, 0, n)}); ; {
		if err := f.Next(&b); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if len(b.Frames) > mostFrames {
			t.Errorf("%d frames in a block", len(b.Frames))
		}
		seen += len(b.Frames)
	}
	if seen != n {
		t.Errorf("%d frames of %d", seen, n)
	}
}

// TestRoom: blocks get about the room that their frames need, also those that have some already and those
// whose first frames are much smaller than the rest.
func TestRoom(t *testing.T) {
	for name, size := range map[string]func(i int) int{
		"small": func(i int) int { return 60 },
		"large": func(i int) int { return 1500 },
		"mixed": func(i int) int { return 60 + i/50%2*1440 },
	} {
		file := classic(binary.LittleEndian, 0xa1b2c3d4, 0)
		for i := range 12_000 {
			n := size(i)
			for _, v := range []int{1_700_000_000, i, n, n} {
				file = binary.LittleEndian.AppendUint32(file, uint32(v))
			}
			file = append(file, make([]byte, n)...)
		}
		for _, room := range []int{0, 1, 500, 2000} {
			f, err := NewReader(bytes.NewReader(file), "room", Options{})
			if err != nil {
				t.Fatal(err)
			}
			b, most := capture.Block{Frames: make([]capture.Frame, 0, room)}, room
			for err = f.Next(&b); err == nil; err = f.Next(&b) {
				most = max(most, len(b.Frames))
				if cap(b.Frames) > 2*most+1000 {
					t.Errorf("%s, with room for %d at first: room for %d, %d frames at most", name, room, cap(b.Frames), most)
					break
				}
			}
			f.Close()
		}
	}
}

// TestClassic reads every kind of classic capture, with more frames in a piece than a
// block may have.
func TestClassic(t *testing.T) {
	const n = 2*mostFrames + 7
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		for magic, unit := range map[uint32]int64{0xa1b2c3d4: 1000, 0xa1b23c4d: 1, 0xa1b2cd34: 1000} {
			name := fmt.Sprintf("%v, magic %x", order, magic)
			file := classic(order, magic, n)
			frames, err := all(t, bytes.NewReader(file))
			if !errors.Is(err, io.EOF) || len(frames) != n {
				t.Fatalf("%s: %d frames, %v", name, len(frames), err)
			}
			for i, f := range frames {
				if f.Index != uint64(i+1) || f.Num != f.Index || f.Time != 1_700_000_000e9+int64(i)*unit || len(f.Data) != i%3 || cap(f.Data) != i%3 ||
					f.WireLen != uint32(i%3+i%2) || f.Link != 1 || f.VLAN != 0 || f.HasVLAN || f.Dir != 0 || f.Iface != 0 {
					t.Fatalf("%s: frame %d is %+v", name, i+1, f)
				}
			}
			// The frame after the first ten lies.
			file = classic(order, magic, 10)
			lie := len(file)
			file = append(file, classic(order, magic, 1)[24:]...)
			order.(binary.ByteOrder).PutUint32(file[lie+8:], maxFrame+1)
			frames, err = all(t, bytes.NewReader(file))
			if len(frames) != 10 || err == nil || !strings.Contains(err.Error(), fmt.Sprint(lie)) || !strings.Contains(err.Error(), "claims 16777217") {
				t.Errorf("%s: %d frames, then %v, want byte %d", name, len(frames), err, lie)
			}
		}
	}
}
