package pcapfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"unsafe"

	"portero/capture"
)

// together reads a capture with several goroutines, by pieces of most octets, as the
// engine does. ok is false where it cannot be shared.
func together(t testing.TB, b []byte, most int) (frames []capture.Frame, err error, ok bool) {
	f, err := NewReader(bytes.NewReader(b), "fuzz", Options{})
	if err != nil {
		return nil, err, true
	}
	defer f.Close()
	if f.in != io.Reader(f.raw) {
		return nil, nil, false
	}
	f.at, f.pos, f.most = bytes.NewReader(b), f.raw.n.Load(), most
	var (
		mu            sync.Mutex
		all           sync.WaitGroup
		turn          = sync.NewCond(&mu)
		claimed, took int
		over          error
	)
	for range 3 {
		all.Go(func() {
			var b capture.Block // used again and again
			mu.Lock()
			defer mu.Unlock()
			for over == nil {
				p := f.Claim(&b)
				mine := claimed
				claimed++
				mu.Unlock()
				f.Load(&b, &p)
				mu.Lock()
				for took != mine {
					turn.Wait()
				}
				took++
				turn.Broadcast()
				if over != nil {
					return
				}
				over = f.Take(&b, &p)
				for _, x := range b.Frames {
					if over == nil {
						x.Data = bytes.Clone(x.Data)
						frames = append(frames, x)
					}
				}
			}
		})
	}
	all.Wait()
	return frames, over, true
}

// same holds what was read to what was read in another way.
func same(t testing.TB, how string, x []capture.Frame, errX error, y []capture.Frame, errY error) {
	t.Helper()
	if len(x) != len(y) || (errX == nil) != (errY == nil) || errors.Is(errX, io.EOF) != errors.Is(errY, io.EOF) {
		t.Fatalf("at once: %d frames, %v; %s: %d frames, %v", len(x), errX, how, len(y), errY)
	}
	var d, e *DamageError
	if errors.As(errX, &d) && errors.As(errY, &e) && (d.Offset != e.Offset || d.Reason != e.Reason) {
		t.Fatalf("at once: %v; %s: %v", errX, how, errY)
	}
	for i := range x {
		if !bytes.Equal(x[i].Data, y[i].Data) || x[i].Time != y[i].Time || x[i].Index != y[i].Index || x[i].WireLen != y[i].WireLen {
			t.Fatalf("%s: frame %d differs", how, i+1)
		}
	}
}

// Whole, cut and damaged files say the same whether they are read from front to end or
// by pieces in several places at once.
func TestPieces(t *testing.T) {
	names, _ := filepath.Glob("../../testdata/*/in.pcap")
	if len(names) < 20 {
		t.Fatalf("only %d captures", len(names))
	}
	// Frames larger than what is kept before a piece.
	var large bytes.Buffer
	w, err := NewWriter(&large, WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 6 {
		data := bytes.Repeat([]byte{byte(n)}, 70_000*(n%3)+n)
		w.Write(&capture.Frame{Data: data, WireLen: uint32(len(data)), Link: 1, Time: int64(n)}, "")
	}
	contents := [][]byte{large.Bytes()}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		contents = append(contents, b)
	}
	tried := 0
	for i, b := range contents {
		for k, most := range []int{64, 100, 1000, 70_000, 1 << 20} {
			if i == 0 && most < 1000 {
				continue
			}
			if most >= 1000 && len(b) < most/4 {
				continue
			}
			cut := slices.Clone(b[:len(b)-len(b)*k/17])
			if k == 2 && len(cut) > 200 {
				cut[150] ^= 0xff
			}
			for _, c := range [][]byte{b, cut} {
				x, errX := all(t, bytes.NewReader(c))
				y, errY, ok := together(t, c, most)
				if ok {
					tried++
					same(t, "by pieces", x, errX, y, errY)
				}
			}
		}
	}
	if tried < 100 {
		t.Errorf("only %d were tried", tried)
	}
}

// A file that grows while it is read ends where it ended first.
func TestGrowing(t *testing.T) {
	b, err := os.ReadFile("../../testdata/completed/in.pcap")
	if err != nil {
		t.Fatal(err)
	}
	f, err := NewReader(bytes.NewReader(b), "growing", Options{})
	if err != nil {
		t.Fatal(err)
	}
	half := len(b) / 2
	f.at, f.pos, f.most = bytes.NewReader(b[:half]), f.raw.n.Load(), half
	var one, two capture.Block
	p := f.Claim(&one)
	q := f.Claim(&two)
	f.Load(&one, &p)
	f.at = bytes.NewReader(b)
	f.Load(&two, &q)
	if err := f.Take(&one, &p); err != nil || len(one.Frames) == 0 {
		t.Fatal(len(one.Frames), err)
	}
	err = f.Take(&two, &q)
	var d *DamageError
	if len(two.Frames) != 0 || !errors.Is(err, io.EOF) && !(errors.As(err, &d) && d.Offset == int64(half)) {
		t.Errorf("%d frames of what came later, %v", len(two.Frames), err)
	}
}

// records is a classic capture of n frames of different lengths, filled by fill. Of so many each one
// is half a century older, 0 none.
func records(order binary.AppendByteOrder, magic uint32, n, old int, fill func(data []byte)) []byte {
	b := classic(order, magic, 0)
	for i := range n {
		size := 60 + i*37%1400
		sec := 1_700_000_000 + i/1000
		if old > 0 && i%old == old-1 {
			sec = 1
		}
		for _, v := range []int{sec, i % 1000, size, size} {
			b = order.AppendUint32(b, uint32(v))
		}
		if magic == 0xa1b2cd34 {
			b = append(b, make([]byte, 8)...)
		}
		data := make([]byte, size)
		fill(data)
		b = append(b, data...)
	}
	return b
}

// The frames of a piece are found while it is loaded, in every kind of classic capture, and those that only
// look like some do not count.
func TestAhead(t *testing.T) {
	for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
		for _, magic := range []uint32{0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34} {
			// Data that are headers themselves, in which the walk would never end.
			lies := func(data []byte) {
				for i := 0; i+24 <= len(data); i += 24 {
					h := order.AppendUint32(order.AppendUint32(order.AppendUint32(order.AppendUint32(nil, 1_700_000_000), 7), 8), 8)
					if magic == 0xa1b2cd34 {
						h = order.AppendUint32(order.AppendUint32(order.AppendUint32(order.AppendUint32(nil, 1_700_000_000), 7), 24), 24)
					}
					copy(data[i:], h)
				}
			}
			for name, fill := range map[string]func([]byte){"plain": func([]byte) {}, "false": lies, "old": func([]byte) {}, "in vain": func([]byte) {}} {
				const n = 3000
				file := records(order, magic, n, map[string]int{"old": 5, "in vain": 2}[name], fill)
				f, err := NewReader(bytes.NewReader(file), "ahead", Options{})
				if err != nil {
					t.Fatal(err)
				}
				f.at, f.pos, f.most = bytes.NewReader(file), f.raw.n.Load(), 200_000
				b := capture.Block{Frames: make([]capture.Frame, 0, n)}
				pieces, hits, seen, i := 0, 0, 0, 24
				for {
					p := f.Claim(&b)
					f.Load(&b, &p)
					found := p.Found
					if err := f.Take(&b, &p); errors.Is(err, io.EOF) {
						break
					} else if err != nil {
						t.Fatal(err)
					}
					pieces++
					if found > 0 && found == len(b.Frames)-1 {
						hits++
					}
					for _, fr := range b.Frames {
						i += f.sec.(*pcap).hdr
						seen++
						if fr.Index != uint64(seen) || fr.Num != fr.Index || !bytes.Equal(fr.Data, file[i:i+60+(seen-1)*37%1400]) {
							t.Fatalf("%v, magic %x, %s: frame %d is %d with %d octets", order, magic, name, seen, fr.Index, len(fr.Data))
						}
						i += len(fr.Data)
					}
				}
				if seen != n || pieces < 8 {
					t.Errorf("%v, magic %x, %s: %d frames of %d in %d pieces", order, magic, name, seen, n, pieces)
				}
				if missed := f.sec.(*pcap).missed.Load(); name == "in vain" && missed != guessMost || name == "plain" && missed > 1 {
					t.Errorf("%v, magic %x, %s: %d guesses in a row were wrong", order, magic, name, missed)
				}
				if want := pieces - 1; name == "plain" && hits < want || name == "false" && hits > pieces/2 || name == "old" && hits == pieces {
					t.Errorf("%v, magic %x, %s: found ahead in %d of %d pieces", order, magic, name, hits, pieces)
				}
			}
		}
	}
}

// What a source says lies inside the memory of its block does.
func TestInside(t *testing.T) {
	names, _ := filepath.Glob("../../testdata/*/in.pcap*")
	inside := 0
	for _, name := range names {
		for _, list := range [][]string{{name}, {name, names[0]}} {
			s, err := OpenAll(list, Options{})
			if err != nil {
				t.Fatal(err)
			}
			for b := (capture.Block{}); s.Next(&b) == nil; {
				for _, f := range b.Frames {
					if !b.Inside || len(f.Data) == 0 {
						continue
					}
					at := uintptr(unsafe.Pointer(&f.Data[0])) - uintptr(unsafe.Pointer(&b.Buf[0]))
					if at+uintptr(len(f.Data)) > uintptr(len(b.Buf)) {
						t.Fatalf("%v: %d octets at %d of %d", list, len(f.Data), at, len(b.Buf))
					}
					inside++
				}
			}
			s.Close()
		}
	}
	if inside < 1000 {
		t.Errorf("only %d frames", inside)
	}
}
