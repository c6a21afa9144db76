package pcapfile

import (
	"errors"
	"io"
	"slices"
	"testing"

	"portero/capture"
)

// Every unit of time that an interface may name (if_tsresol), with what a time in it is in nanoseconds.
func TestUnitsOfTime(t *testing.T) {
	const s = int64(1e9)
	for _, c := range []struct {
		v    byte
		ts   uint64
		want int64
		ok   bool
	}{
		{0, 1_700_000_000, 1_700_000_000 * s, true},
		{1, 17_000_000_005, 1_700_000_000*s + s/2, true},
		{3, 1_700_000_000_001, 1_700_000_000*s + s/1000, true},
		{6, 1_700_000_000_000_001, 1_700_000_000*s + 1000, true},
		{9, 1_700_000_000_000_000_001, 1_700_000_000*s + 1, true},
		{10, 50_000_000_019, 5*s + 1, true},
		{11, 500_000_000_199, 5*s + 1, true},
		{12, 5_000_000_001_999, 5*s + 1, true},
		{18, 5_000_000_001_999_999_999, 5*s + 1, true},
		{27, 1<<64 - 1, 18, true}, // and finer ones: as good as no time
		{127, 1<<64 - 1, 18, true},
		{0, 1 << 40, 0, false},
		{0x80, 1_700_000_000, 1_700_000_000 * s, true},
		{0x80 | 1, 3_400_000_001, 1_700_000_000*s + s/2, true},
		{0x80 | 10, 1_700_000_000<<10 | 512, 1_700_000_000*s + s/2, true},
		{0x80 | 32, 1_700_000_000<<32 | 1<<31, 1_700_000_000*s + s/2, true},
		{0x80 | 62, 3<<62 | 1<<61, 3*s + s/2, true},
		{0x80 | 63, 1<<63 | 1<<62, s + s/2, true},
		{0xff, 1<<63 | 1<<62, s + s/2, true},
		{0x80 | 1, 1 << 40, 0, false},
	} {
		it := Interface{unit: 1000}
		it.resolution(c.v)
		if ns, ok := it.time(c.ts); ok != c.ok || ok && ns != c.want {
			t.Errorf("unit %#x: %d is %d, %v, want %d, %v", c.v, c.ts, ns, ok, c.want, c.ok)
		}
	}
}

// A block of nothing but its lengths is whole, also where the file ends behind it.
func TestTheSmallestBlock(t *testing.T) {
	const unknown = 0x77
	for _, file := range [][]byte{
		slices.Concat(ngHead, ngPacketOf(1), ngBlock(unknown, nil)),
		slices.Concat(ngHead, ngBlock(unknown, nil), ngPacketOf(1)),
	} {
		if frames, err := readAll(t, file); len(frames) != 1 || !errors.Is(err, io.EOF) {
			t.Errorf("%d frames, %v", len(frames), err)
		}
	}
}

// Of several inputs the frame with the least time comes next, of equal times that of the input which was named first.
func TestWhichInputIsNext(t *testing.T) {
	at := func(id int32, time int64) *input {
		return &input{id: id, block: capture.Block{Frames: []capture.Frame{{Time: time}}}}
	}
	for _, c := range []struct {
		a, b *input
		want bool
	}{{at(1, 5), at(2, 6), true}, {at(2, 5), at(1, 6), true}, {at(1, 6), at(2, 5), false}, {at(2, 6), at(1, 5), false}, {at(1, 5), at(2, 5), true}, {at(2, 5), at(1, 5), false}} {
		if got := (merging{c.a, c.b}).Less(0, 1); got != c.want {
			t.Errorf("input %d at %d before %d at %d: %v", c.a.id, c.a.block.Frames[0].Time, c.b.id, c.b.block.Frames[0].Time, got)
		}
	}
}

// Interfaces are told apart by name and, of one name, by their place; in the next section they are the same again.
func TestTapsOfInterfaces(t *testing.T) {
	tap := func(bs ...[]byte) (taps []uint32) {
		frames, err := readAll(t, slices.Concat(bs...))
		if !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		for _, f := range frames {
			taps = append(taps, f.Tap)
		}
		return taps
	}
	iface := func(name string) []byte {
		return ngBlock(1, slices.Concat([]byte{1, 0, 0, 0, 0, 0, 0, 0, 2, 0, byte(len(name)), 0}, []byte(name)))
	}
	section, packet := ngHead[:28], func(i byte) []byte {
		b := ngPacketOf(1)
		b[8] = i
		return b
	}
	got := tap(section, iface("eth0"), iface("eth0"), iface("eth1"), packet(0), packet(1), packet(2), section, iface("eth1"), iface("eth0"), iface("eth0"), packet(0), packet(1), packet(2))
	if len(got) != 6 || got[0] == got[1] || got[0] == got[2] || got[1] == got[2] || got[3] != got[2] || got[4] != got[0] || got[5] != got[1] {
		t.Errorf("taps %x", got)
	}
}

// Text is what steers no terminal but by line breaks and tabs.
func TestIsText(t *testing.T) {
	for c := range 256 {
		want := c >= 9 && c <= 13 || c >= 32 && c != 127
		if got := IsText([]byte{'a', byte(c), 'b'}); got != want {
			t.Errorf("octet %#x: %v", c, got)
		}
	}
}
