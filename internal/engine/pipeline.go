package engine

import (
	"context"
	"runtime"
	"sync"

	"portero/capture"
)

// feed hands out the blocks of the input. Whoever is free reads one and decodes it,
// while it is in the cache of its processor.
type feed struct {
	mu      sync.Mutex // held while reading, where the input cannot be shared
	src     capture.Source
	shared  capture.Shared // src, where several may read at once
	claimed uint64         // pieces of it
	taken   uint64         // of them
	turn    *sync.Cond     // one more was
	free    chan *decoded  // blocks to be filled
	ordered chan *decoded  // those that were read; closed at the end
	over    bool
	err     error // how it ended
}

func newFeed(src capture.Source, depth int) *feed {
	f := &feed{src: src, free: make(chan *decoded, depth), ordered: make(chan *decoded, depth)}
	f.turn = sync.NewCond(&f.mu)
	if s, ok := src.(capture.Shared); ok && s.Share() {
		f.shared = s
	}
	return f
}

// fill reads into d, which is free. It returns false when the input is over.
func (f *feed) fill(ctx context.Context, d *decoded) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for !f.over {
		var piece capture.Piece
		if f.shared != nil {
			piece = f.load(d)
			if f.over {
				break
			}
		}
		switch f.err = ctx.Err(); {
		case f.err != nil:
		case f.shared != nil:
			f.err = f.shared.Take(&d.block, &piece)
		default:
			f.err = f.src.Next(&d.block)
		}
		if f.err != nil {
			f.over = true
			close(f.ordered)
			break
		}
		if len(d.block.Frames) > 0 {
			f.ordered <- d
			return true
		}
	}
	return false
}

// load claims the next piece, loads it while others may do the same, and returns when
// it is its turn to be taken. f.mu is held before and after.
func (f *feed) load(d *decoded) capture.Piece {
	p := f.shared.Claim(&d.block)
	turn := f.claimed
	f.claimed++
	f.mu.Unlock()
	f.shared.Load(&d.block, &p)
	f.mu.Lock()
	for f.taken != turn {
		f.turn.Wait()
	}
	f.taken++
	f.turn.Broadcast()
	return p
}

// stop ends the input early.
func (f *feed) stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.over {
		f.over = true
		close(f.ordered)
	}
}

// patience is how often a worker without work looks for some before it sleeps, letting
// others run in between: there is something to do again in a moment mostly, and to
// be woken takes longer than that.
const patience = 300

// worker helps in the lanes, and reads and decodes where they need no help, until stop.
func (e *Engine) worker(ctx context.Context, f *feed, stop chan struct{}) {
	dec := capture.NewDecoder(e.paths, e.opt.Seed)
	free := f.free
	decodes := func(d *decoded) {
		if !f.fill(ctx, d) {
			free = nil // the input is over
			return
		}
		decode(dec, d)
		d.ready <- struct{}{}
	}
	for idle := 0; ; idle++ {
		// The lanes come first: the sequencer waits for them.
		select {
		case w := <-e.crew:
			w.help()
			idle = 0
			continue
		default:
		}
		if idle < patience {
			select {
			case d := <-free:
				decodes(d)
				idle = 0
			default:
				runtime.Gosched()
			}
			continue
		}
		idle = 0
		select {
		case w := <-e.crew:
			w.help()
		case d := <-free:
			decodes(d)
		case <-stop:
			return
		}
	}
}

// pipeline reads, decodes and works in the lanes with several goroutines, and
// sequences in this one. Records have a goroutine of their own unless somebody is
// told of frames and packets too, who expects one goroutine.
func (e *Engine) pipeline(ctx context.Context, src capture.Source) error {
	workers := e.opt.Threads
	depth := workers + 2
	f := newFeed(src, depth)
	for _, d := range e.blocks(src, depth) {
		f.free <- d
	}
	stop := make(chan struct{})
	e.crew = make(crew, workers)
	var helpers, sink sync.WaitGroup
	for range workers {
		helpers.Go(func() { e.worker(ctx, f, stop) })
	}
	if e.opt.Packet == nil && e.opt.Opened == nil && e.opt.Frame == nil && e.opt.Seen == nil && e.opt.Tick == nil && !e.opt.Live {
		const harvests = 2
		e.sinks, e.spare = make(chan *harvest, harvests), make(chan *harvest, harvests)
		for range harvests {
			e.spare <- &harvest{}
		}
		sink.Go(func() {
			for h := range e.sinks {
				e.records(h)
				e.spare <- h
			}
		})
	}
	var next *decoded // was read ahead, see leaps
	for {
		d := next
		if next = nil; d == nil {
			if d = <-f.ordered; d == nil {
				break
			}
			<-d.ready
		}
		if e.failed.Load() {
			f.stop()
			continue
		}
		if e.leaps(d) {
			if next = <-f.ordered; next != nil {
				<-next.ready
				d.after = next.block.Frames[0].Time
			}
		}
		e.sequence(d)
		if d.block.Slow {
			e.pause()
		}
		f.free <- d
	}
	e.flush()
	if e.sinks != nil {
		close(e.sinks)
		sink.Wait()
		e.sinks = nil
	}
	close(stop)
	helpers.Wait()
	e.crew = nil
	return f.err
}
