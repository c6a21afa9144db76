package recent

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"portero/capture"
)

// frame makes a frame whose octets tell its number, so that one that was
// overwritten shows.
func frame(index uint64, n int) *capture.Frame {
	return &capture.Frame{Index: index, WireLen: uint32(n), Data: bytes.Repeat(binary.LittleEndian.AppendUint64(nil, index), n/8+1)[:n]}
}

func TestFramesAreWholeOrGone(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	s := New(10000)
	for i := uint64(1); i < 3000; i++ {
		n := rnd.IntN(1500)
		if i%97 == 0 {
			n = 9000 + rnd.IntN(2000) // some larger than all the room
		}
		s.Frame(frame(i, n))
		s.Packet(i%5+1, &capture.Packet{Index: i})
		if i%50 != 0 {
			continue
		}
		got, gone := s.Frames(func(uint64, *capture.Packet) bool { return true })
		total, last := 0, uint64(0)
		for _, f := range got {
			if f.Index <= last || !bytes.Equal(f.Data, frame(f.Index, len(f.Data)).Data) {
				t.Fatalf("after %d: frame %d came after %d, or was overwritten", i, f.Index, last)
			}
			last = f.Index
			total += len(f.Data)
		}
		if total > 10000 || uint64(len(got)+gone) != i {
			t.Fatalf("after %d: %d octets in room for 10000, %d frames and %d gone", i, total, len(got), gone)
		}
		if len(got) == 0 && n <= 10000 && n > 0 {
			t.Fatalf("after %d: not even the newest frame is there", i)
		}
	}
}

func TestBeginningsOutliveTheRest(t *testing.T) {
	s := New(0)
	index := uint64(0)
	note := func(id uint64) {
		index++
		s.Packet(id, &capture.Packet{Index: index})
	}
	for range 20 {
		note(1)
	}
	for range packets {
		note(2)
	}
	note(1)
	got := s.Packets(1, 0)
	if len(got) != firstFew+1 || got[0].Index != 1 || got[firstFew].Index != index {
		t.Fatalf("%d packets, from %d to %d", len(got), got[0].Index, got[len(got)-1].Index)
	}
	if got = s.Packets(2, 100); len(got) != 100 || got[0].Index != 21 || got[99].Index != index-1 {
		t.Errorf("%d packets, from %d to %d", len(got), got[0].Index, got[len(got)-1].Index)
	}
	// A younger connection takes the slot, an older one does not take it back.
	note(1 + beginnings)
	note(1)
	if got = s.Packets(1, 0); len(got) != 2 {
		t.Errorf("%d packets of a connection whose beginning went", len(got))
	}
	if got = s.Packets(3, 0); got != nil {
		t.Errorf("packets of a connection that never was: %v", got)
	}
}

func BenchmarkPacketAndFrame(b *testing.B) {
	s := New(0)
	f := frame(1, 1000)
	p := &capture.Packet{}
	for b.Loop() {
		f.Index++
		p.Index++
		s.Frame(f)
		s.Packet(f.Index%1000, p)
	}
}

// A frame that just has room is kept, and so is one that just fits behind others; of a connection's packets the first and the last are told, as many as are asked for.
func TestWhatJustFits(t *testing.T) {
	s := New(100)
	for i, want := range []int{1, 2, 1, 1} { // frames of 60 and 40, of 100, and one that is too large
		s.Frame(frame(uint64(i+1), []int{60, 40, 100, 101}[i]))
		s.Packet(1, &capture.Packet{Index: uint64(i + 1)})
		if got, _ := s.Frames(func(uint64, *capture.Packet) bool { return true }); len(got) != want {
			t.Errorf("behind frame %d there are %d", i+1, len(got))
		}
	}
	if got, gone := s.Frames(func(uint64, *capture.Packet) bool { return false }); len(got) != 0 || gone != 0 {
		t.Errorf("of nothing there are %d, and %d are gone", len(got), gone)
	}
	s = New(0)
	for i := range uint64(20) {
		s.Packet(1, &capture.Packet{Index: i + 1})
	}
	for most, want := range map[int]int{0: 20, 9: 9, 19: 19, 20: 20, 21: 20} {
		got := s.Packets(1, most)
		if len(got) != want || got[7].Index != 8 || got[want-1].Index != 20 {
			t.Errorf("at most %d: %d packets", most, len(got))
		}
	}
}
