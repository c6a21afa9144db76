package findings

import (
	"iter"
	"slices"

	"portero/internal/record"
)

// Numbering counts frames as the user does.
type Numbering interface {
	// Place is the input in which a frame lies and its number there; no name where
	// there is one input, or frames are counted through all of them.
	Place(frame uint64) (input string, number uint64)
	// Several reports whether records name their input, as Place does.
	Several() bool
}

// inputs numbers the names of inputs, from one on; 0 is no name.
type inputs struct {
	names []string
	nums  map[string]uint32
}

func (x *inputs) number(name string) uint32 {
	if name == "" {
		return 0
	}
	n := uint32(len(x.names))
	if n > 0 && x.names[n-1] == name { // mostly that of the record before
		return n
	}
	if have, ok := x.nums[name]; ok {
		return have
	}
	if x.nums == nil {
		x.nums = map[string]uint32{}
	}
	x.names = append(x.names, name)
	x.nums[name] = n + 1
	return n + 1
}

// input is the number of the input that has r's first frame.
func (d *Detector) input(r *record.Record) uint32 {
	if d.Frames == nil || !d.Frames.Several() {
		return 0
	}
	return d.inputs.number(r.File)
}

// place is where the user finds a frame of the run.
func (d *Detector) place(frame uint64) (file uint32, number uint64) {
	if d.Frames == nil {
		return 0, frame
	}
	name, number := d.Frames.Place(frame)
	return d.inputs.number(name), number
}

// show gives f frames of the run, as the user counts them, each once.
func (d *Detector) show(f *Finding, frames []uint64) {
	frames = slices.Clone(frames)
	slices.Sort(frames)
	f.Frames, f.files = nil, nil
	for _, n := range slices.Compact(frames) {
		file, number := d.place(n)
		f.Frames, f.files = append(f.Frames, number), append(f.files, file)
	}
}

// named puts down the inputs of f's frames by name, where there are several.
func (d *Detector) named(f *Finding) {
	if f.Files = nil; d.Frames == nil || !d.Frames.Several() {
		return
	}
	for _, n := range f.files {
		name := ""
		if n > 0 {
			name = d.inputs.names[n-1]
		}
		f.Files = append(f.Files, name)
	}
}

// ByFile yields f's frames by the input in which they lie, in the order in which the inputs
// are met; without a name where all are of one.
func (f *Finding) ByFile() iter.Seq2[string, []uint64] {
	return func(yield func(string, []uint64) bool) {
		if len(f.Files) != len(f.Frames) {
			yield("", f.Frames)
			return
		}
		var names []string
		of := map[string][]uint64{}
		for i, name := range f.Files {
			if of[name] == nil {
				names = append(names, name)
			}
			of[name] = append(of[name], f.Frames[i])
		}
		for _, name := range names {
			if !yield(name, of[name]) {
				return
			}
		}
	}
}
