package pcapfile

import (
	"errors"
	"io"

	"portero/capture"
)

// Set is one or several captures read as one, merged by time. One goroutine may
// call Next; Offset may be called from any.
type Set struct {
	names    []string
	files    []*File
	all      []*File // files, kept for Offset when an input is done
	blocks   []capture.Block
	pos      []int
	index    uint64
	size     int64
	problems []error
	single   *File
}

// OpenAll opens the captures called names, in the order given. An input that
// cannot be opened is an error only when none can; otherwise it is among the
// Problems.
func OpenAll(names []string, o Options) (*Set, error) {
	s := &Set{}
	for _, n := range names {
		f, err := Open(n, o)
		if err != nil {
			s.problems = append(s.problems, err)
			continue
		}
		f.id = int32(len(s.files))
		s.files = append(s.files, f)
		s.names = append(s.names, f.Name())
		if f.size < 0 || s.size < 0 {
			s.size = -1
		} else {
			s.size += f.size
		}
	}
	if len(s.files) == 0 {
		return nil, errors.Join(s.problems...)
	}
	if len(s.files) == 1 {
		s.single = s.files[0]
	}
	s.all = append(s.all, s.files...)
	s.blocks = make([]capture.Block, len(s.files))
	s.pos = make([]int, len(s.files))
	return s, nil
}

// Names are the inputs, in the order of Frame.File.
func (s *Set) Names() []string { return s.names }

// Size is the length of all inputs in octets, -1 if unknown.
func (s *Set) Size() int64 { return s.size }

// Offset is how many octets of all inputs were consumed.
func (s *Set) Offset() (n int64) {
	for _, f := range s.all {
		n += f.Offset()
	}
	return n
}

// Problems are the inputs that could not be opened or broke off.
func (s *Set) Problems() []error { return s.problems }

// Close releases all inputs.
func (s *Set) Close() error {
	for _, f := range s.all {
		f.Close()
	}
	return nil
}

// Next fills b with the next frames by time. It returns io.EOF at the end; where
// an input broke off, Problems says.
func (s *Set) Next(b *capture.Block) error {
	if s.single != nil {
		err := s.single.Next(b)
		if err != nil && !errors.Is(err, io.EOF) {
			s.problems = append(s.problems, err)
			s.single.fail = io.EOF
			return io.EOF
		}
		return err
	}
	return s.merge(b)
}

// merge copies the frames of all inputs into b, oldest head first; equal times
// keep the order of the inputs, and each input its own order.
func (s *Set) merge(b *capture.Block) error {
	b.Frames = b.Frames[:0]
	if cap(b.Buf) < readSize {
		b.Buf = make([]byte, readSize)
	}
	buf := b.Buf[:0]
	for len(b.Frames) < blockFrames {
		best := -1
		for i, f := range s.files {
			if f == nil {
				continue
			}
			if s.pos[i] >= len(s.blocks[i].Frames) {
				s.pos[i] = 0
				if err := f.Next(&s.blocks[i]); err != nil {
					if !errors.Is(err, io.EOF) {
						s.problems = append(s.problems, err)
					}
					f.Close()
					s.files[i] = nil
					s.blocks[i] = capture.Block{}
					continue
				}
			}
			if best < 0 || s.blocks[i].Frames[s.pos[i]].Time < s.blocks[best].Frames[s.pos[best]].Time {
				best = i
			}
		}
		if best < 0 {
			break
		}
		fr := s.blocks[best].Frames[s.pos[best]]
		if len(buf)+len(fr.Data) > cap(buf) {
			if len(b.Frames) > 0 {
				break
			}
			buf = make([]byte, 0, len(fr.Data))
			b.Buf = buf
		}
		s.pos[best]++
		s.index++
		at := len(buf)
		buf = append(buf, fr.Data...)
		fr.Data = buf[at:len(buf):len(buf)]
		fr.Index = s.index
		b.Frames = append(b.Frames, fr)
	}
	b.Buf = buf[:0]
	if len(b.Frames) == 0 {
		return io.EOF
	}
	return nil
}
