package pcapfile

import "portero/capture"

// Mistimed tells of frames that name a time which cannot be, as 2 147 483 648 microseconds of a second: how many, and of the first of
// them which it is and where its header lies.
type Mistimed struct {
	File   string
	Frames uint64
	First  uint64 // its number in the file
	Offset int64  // byte of the (uncompressed) capture
}

// mistimed are those of one run of frames.
type mistimed struct {
	at, last int      // the first and the last begin so far into the run
	nums     []uint64 // which they are in the file
}

func (m *mistimed) add(at int, num uint64) {
	if len(m.nums) == 0 {
		m.at = at
	}
	m.nums = append(m.nums, num)
	m.last = at
}

// leave takes the last back where the run ends before it: it is looked at again.
func (m *mistimed) leave(end int) {
	if n := len(m.nums); n > 0 && m.last == end {
		m.nums = m.nums[:n-1]
	}
}

// mistime books what a run shows that begins so far behind f.off, and lies in b.
func (f *File) mistime(m mistimed, from int, b *capture.Block) {
	if len(m.nums) == 0 {
		return
	}
	if f.mistimed.Frames == 0 {
		f.mistimed = Mistimed{File: f.name, First: m.nums[0], Offset: f.off + int64(from+m.at)}
	}
	f.mistimed.Frames += uint64(len(m.nums))
	b.Mistimed = append(b.Mistimed, m.nums...)
}

// Mistimed tells of each input with frames whose time cannot be, as far as it was read.
func (s *Set) Mistimed() (all []Mistimed) {
	for _, in := range s.all {
		if in.file != nil && in.file.mistimed.Frames > 0 {
			all = append(all, in.file.mistimed)
		}
	}
	return all
}
