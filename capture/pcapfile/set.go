package pcapfile

import (
	"container/heap"
	"context"
	"errors"
	"io"
	"sort"
	"sync"

	"portero/capture"
)

// Set is one or several captures read as one, merged by time: of the inputs'
// next frames the oldest comes first, equal times keep the order of the inputs,
// and each input keeps its own. Inputs are open only while their time has come,
// so that a rotated set of thousands needs few descriptors. One goroutine may call
// Next; Offset may be called from any.
type Set struct {
	names    []string
	waiting  []*input // by the time of their first frame
	active   merging
	all      []*input
	index    uint64
	size     int64
	problems []error
	single   *File
	taps     capture.Taps
	tap      uint32 // the first
	apart    bool   // inputs were captured at the same time, so that they are no pieces of one
	options  Options
	told     told
	spare    spare  // memory of large frames
	small    []byte // what a block had before it got some of it
}

// told is what others than who calls Next may ask for, too.
type told struct {
	sync.Mutex
	names [][]string // of the interfaces of each input
	apart bool
}

// input is one capture of a set.
type input struct {
	name  string
	id    int32
	file  *File // nil while it waits closed
	start int64
	block capture.Block
	pos   int
	seen  *counter // how far it was read, kept when the file is closed
}

// merging are the inputs whose time has come, a heap: on top the one whose next frame is the
// oldest, of equal times that which was named first.
type merging []*input

func (m merging) Len() int { return len(m) }
func (m merging) Less(i, j int) bool {
	a, b := m[i].block.Frames[m[i].pos].Time, m[j].block.Frames[m[j].pos].Time
	return a < b || a == b && m[i].id < m[j].id
}
func (m merging) Swap(i, j int) { m[i], m[j] = m[j], m[i] }

// Push and Pop are heap's.
func (m *merging) Push(x any) { *m = append(*m, x.(*input)) }

// Pop takes the last.
func (m *merging) Pop() any {
	old := *m
	x := old[len(old)-1]
	old[len(old)-1] = nil
	*m = old[:len(old)-1]
	return x
}

// keepOpen is how many inputs stay open from the beginning.
const keepOpen = 64

// OpenAll opens the captures called names, in the order given. An input that
// cannot be opened is an error only when none can; otherwise it is among the
// Problems.
func OpenAll(names []string, o Options) (*Set, error) {
	s := &Set{options: o}
	for _, n := range names {
		f, err := Open(n, o)
		if errors.Is(err, context.Canceled) {
			s.Close()
			return nil, err
		}
		if err != nil {
			s.problems = append(s.problems, err)
			continue
		}
		in := &input{name: n, id: int32(len(s.all)), file: f, seen: f.raw}
		f.id, f.spare = in.id, &s.spare
		s.all = append(s.all, in)
		s.told.names = append(s.told.names, nil)
		s.names = append(s.names, f.Name())
		if f.size < 0 || s.size < 0 {
			s.size = -1
		} else {
			s.size += f.size
		}
		if len(names) > 1 {
			s.peek(in, f.size >= 0 && len(s.all) > keepOpen) // what is no file cannot be read again
		}
	}
	if len(s.all) == 0 {
		return nil, errors.Join(s.problems...)
	}
	if len(names) == 1 {
		s.single = s.all[0].file
	}
	sort.SliceStable(s.waiting, func(i, j int) bool { return s.waiting[i].start < s.waiting[j].start })
	return s, nil
}

// peek reads the first frames of an input to learn when it begins, and may close
// it again until then.
func (s *Set) peek(in *input, release bool) {
	if !s.fill(in) {
		return
	}
	in.start = in.block.Frames[0].Time
	s.waiting = append(s.waiting, in)
	if release {
		in.file.Close()
		in.file, in.block = nil, capture.Block{}
	}
}

// fill reads the next frames of an input; false when there are none.
func (s *Set) fill(in *input) bool {
	in.pos = 0
	err := in.file.Next(&in.block)
	if err == nil {
		s.know(in.file)
		s.learn(in.file)
		return true
	}
	if !errors.Is(err, io.EOF) {
		s.problems = append(s.problems, err)
	}
	in.file.Close()
	if cap(in.block.Buf) > roomy {
		s.spare.put(in.block.Buf)
	}
	in.block = capture.Block{}
	return false
}

// know notes what f tells of its interfaces.
func (s *Set) know(f *File) {
	switch {
	case f.taps == capture.NoTaps:
	case s.taps == capture.NoTaps:
		s.taps, s.tap = f.taps, f.tap
	case f.taps == capture.ManyTaps || f.tap != s.tap:
		s.taps = capture.ManyTaps
	}
}

// learn keeps the names of the interfaces of f.
func (s *Set) learn(f *File) {
	if n := len(s.told.names[f.id]); n < len(f.ifaces) {
		s.told.Lock()
		defer s.told.Unlock()
		for _, it := range f.ifaces[n:] {
			s.told.names[f.id] = append(s.told.names[f.id], it.Name)
		}
	}
}

// part notes that inputs were captured at the same time.
func (s *Set) part() {
	if !s.apart {
		s.told.Lock()
		defer s.told.Unlock()
		s.apart, s.told.apart = true, true
	}
}

// activate takes an input whose time has come among those that are merged.
func (s *Set) activate(in *input) {
	if in.file == nil {
		f, err := Open(in.name, s.options)
		if err != nil {
			s.problems = append(s.problems, err)
			return
		}
		f.id, f.spare = in.id, &s.spare
		in.file = f
		if !s.fill(in) {
			return
		}
	}
	for _, other := range s.active {
		if fs := other.block.Frames; fs[len(fs)-1].Time > in.block.Frames[0].Time {
			s.part()
		}
	}
	heap.Push(&s.active, in)
}

// Names are the inputs, in the order of Frame.File.
func (s *Set) Names() []string { return s.names }

// InterfaceName is what the capture calls the interface that saw f, a frame that was read; "" where it says nothing. Any goroutine may ask.
func (s *Set) InterfaceName(f *capture.Frame) string {
	s.told.Lock()
	defer s.told.Unlock()
	if names := s.told.names[f.File]; int(f.Iface) < len(names) { // a file without descriptions has none
		return names[f.Iface]
	}
	return ""
}

// Apart reports whether inputs were captured at the same time, so that the interfaces of each are others, as far as was read. Any
// goroutine may ask.
func (s *Set) Apart() bool {
	s.told.Lock()
	defer s.told.Unlock()
	return s.told.apart
}

// Size is the length of all inputs in octets, -1 if unknown.
func (s *Set) Size() int64 { return s.size }

// Offset is how many octets of all inputs were consumed.
func (s *Set) Offset() (n int64) {
	for _, in := range s.all {
		n += in.seen.n.Load()
	}
	return n
}

// Problems are the inputs that could not be opened or broke off.
func (s *Set) Problems() []error { return s.problems }

// Close releases all inputs.
func (s *Set) Close() error {
	for _, in := range s.all {
		if in.file != nil {
			in.file.Close()
		}
	}
	return nil
}

// Next fills b with the next frames by time. It returns io.EOF at the end; where
// an input broke off, Problems says.
func (s *Set) Next(b *capture.Block) error {
	if s.single != nil {
		return s.note(s.single.Next(b))
	}
	return s.merge(b)
}

// Share implements capture.Shared: one file is read in several places at once.
func (s *Set) Share() bool { return s.single != nil && s.single.Share() }

// Claim implements capture.Shared.
func (s *Set) Claim(b *capture.Block) capture.Piece { return s.single.Claim(b) }

// Load implements capture.Shared.
func (s *Set) Load(b *capture.Block, p *capture.Piece) { s.single.Load(b, p) }

// Take implements capture.Shared.
func (s *Set) Take(b *capture.Block, p *capture.Piece) error { return s.note(s.single.Take(b, p)) }

// note turns the damage of the single input into a problem and the end.
func (s *Set) note(err error) error {
	s.learn(s.single)
	if err != nil && !errors.Is(err, io.EOF) {
		s.problems = append(s.problems, err)
		s.single.fail = io.EOF
		return io.EOF
	}
	return err
}

// oldest is the active input whose next frame comes first, nil at the end.
func (s *Set) oldest() *input {
	for {
		var best *input
		if len(s.active) > 0 {
			best = s.active[0]
		}
		if len(s.waiting) == 0 || best != nil && s.waiting[0].start > best.block.Frames[best.pos].Time {
			return best
		}
		in := s.waiting[0]
		s.waiting = s.waiting[1:]
		s.activate(in)
	}
}

// merge copies frames into b, oldest first.
func (s *Set) merge(b *capture.Block) error {
	b.Frames, b.Mistimed = b.Frames[:0], b.Mistimed[:0]
	if cap(b.Buf) > roomy {
		s.spare.put(b.Buf)
		b.Buf, s.small = s.small, nil
	}
	if cap(b.Buf) < readSize {
		b.Buf = make([]byte, readSize)
	}
	buf := b.Buf[:0]
	for len(b.Frames) < blockFrames {
		in := s.oldest()
		if in == nil {
			break
		}
		fr := in.block.Frames[in.pos]
		if len(buf)+len(fr.Data) > cap(buf) {
			if len(b.Frames) > 0 {
				break
			}
			if buf = s.spare.take(len(fr.Data)); buf == nil {
				buf = make([]byte, len(fr.Data))
			}
			b.Buf, s.small = buf, b.Buf
			buf = buf[:0]
		}
		s.index++
		at := len(buf)
		buf = append(buf, fr.Data...)
		fr.Data = buf[at:len(buf):len(buf)]
		fr.Index = s.index
		if m := in.block.Mistimed; len(m) > 0 && m[0] == fr.Num {
			in.block.Mistimed, b.Mistimed = m[1:], append(b.Mistimed, s.index)
		}
		b.Frames = append(b.Frames, fr)
		if in.pos++; in.pos == len(in.block.Frames) && !s.fill(in) {
			heap.Pop(&s.active)
		} else {
			if in.pos == 0 && len(s.active) > 1 {
				s.part()
			}
			heap.Fix(&s.active, 0)
		}
	}
	b.Buf, b.Taps = buf[:0], max(s.taps, capture.OneTap)
	if s.apart {
		b.Taps = capture.FileTaps
	}
	if len(b.Frames) == 0 {
		return io.EOF
	}
	return nil
}
