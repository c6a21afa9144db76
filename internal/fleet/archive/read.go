package archive

import (
	"context"
	"io"
	"sync/atomic"

	"portero/capture"
	"portero/capture/pcapfile"
	"portero/catalog"
	"portero/internal/engine"
	"portero/internal/record"
)

// Read gives the records of the connections that began in a unit's own files, behind
// what earlier units have read of them, in the order in which they end. It notes in u how
// many frames they have. problems are the files that broke off or are gone.
func Read(ctx context.Context, u *Unit, threads int, sink func(r *record.Record) error) (problems []error, err error) {
	var names []string
	names = append(names, u.Before...)
	for _, f := range u.Files {
		names = append(names, f.Path)
	}
	names = append(names, u.After...)
	set, err := pcapfile.OpenAll(names, pcapfile.Options{})
	if err != nil {
		return nil, err
	}
	defer set.Close()
	shown := set.Names()
	// Inputs that cannot be opened are left out of the set: what is ours goes by name.
	own := map[string]bool{}
	counts := map[string]*count{}
	for _, f := range u.Files {
		own[f.Path] = true
		counts[f.Path] = &count{skip: f.Skip}
	}
	ours := make([]bool, len(shown))
	behind := make([]bool, len(shown))
	after := map[string]bool{}
	for _, n := range u.After {
		after[n] = true
	}
	for i, n := range shown {
		ours[i], behind[i] = own[n], after[n]
	}
	s := &source{set: set, ours: ours, after: behind, counts: make([]*count, len(shown))}
	for i, n := range shown {
		s.counts[i] = counts[n]
	}
	only := len(shown) == 1
	opt := engine.Options{Threads: max(threads, 1), Files: shown, Catalog: catalog.Default(), Seed: u.seed(), Sink: func(r *record.Record) error {
		if only {
			r.File = shown[0]
		}
		if c := counts[r.File]; c == nil || c.skip > 0 && (c.from.Load() == 0 || r.FirstFrame < c.from.Load()) {
			return nil
		}
		return sink(r)
	}}
	var eng *engine.Engine
	if len(u.After) > 0 {
		// To look at what is open between blocks, one goroutine does everything.
		opt.Threads = 1
		opt.Tick = func() {
			if !s.ask {
				return
			}
			s.ask = false
			open := false
			eng.Snapshot(0, func(r *record.Record) {
				open = open || r.FirstFrame >= s.firstOwn && r.FirstFrame <= s.lastOwn
			})
			s.stop = !open
		}
	}
	eng = engine.New(opt)
	defer eng.Release() // a worker reads thousands of units
	err = eng.Run(ctx, s)
	for i := range u.Files {
		u.Files[i].Frames = counts[u.Files[i].Path].frames
	}
	return set.Problems(), err
}

// count is how far a file is read.
type count struct {
	skip   uint64 // frames that an earlier unit had read
	frames uint64
	from   atomic.Uint64 // the first one behind those, as the set numbers frames
}

// seed is the unit's own. Those that an earlier version queued have none, and were
// begun with 1.
func (u *Unit) seed() uint64 { return max(u.Seed, 1) }

// source reads on after the unit's own files only while asked for.
type source struct {
	set               *pcapfile.Set
	ours, after       []bool
	counts            []*count // of our own files
	firstOwn, lastOwn uint64
	file              int32
	ask, stop         bool
}

func (s *source) Next(b *capture.Block) error {
	if s.stop {
		return io.EOF
	}
	if err := s.set.Next(b); err != nil {
		return err
	}
	for i := range b.Frames {
		f := &b.Frames[i]
		if s.ours[f.File] {
			c := s.counts[f.File]
			if c.frames++; c.frames == c.skip+1 {
				c.from.Store(f.Index)
			}
			if s.firstOwn == 0 {
				s.firstOwn = f.Index
			}
			s.lastOwn = f.Index
		}
	}
	if f := b.Frames[len(b.Frames)-1].File; f != s.file {
		s.file = f
		s.ask = s.after[f]
	}
	return nil
}
