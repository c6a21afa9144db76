package engine

import (
	"context"
	"sync"

	"portero/capture"
)

// pipeline reads in one goroutine, decodes and works in the lanes with several,
// and sequences in this one. Records have a goroutine of their own unless
// somebody is told of frames and packets too, who expects one goroutine.
func (e *Engine) pipeline(ctx context.Context, src capture.Source) error {
	workers := e.opt.Threads
	depth := workers + 2
	free := make(chan *decoded, depth)
	for range depth {
		free <- &decoded{wants: e.opt.Wants, ready: make(chan struct{}, 1)}
	}
	ordered := make(chan *decoded, depth)
	work := make(chan *decoded, depth)
	stop := make(chan struct{})
	e.crew = make(crew, workers)
	var helpers, sink sync.WaitGroup
	for range workers {
		helpers.Go(func() {
			dec := capture.NewDecoder(e.paths, e.opt.Seed)
			for {
				select {
				case w := <-e.crew:
					w.help()
					continue
				default:
				}
				select {
				case w := <-e.crew:
					w.help()
				case d := <-work:
					decode(dec, d)
					d.ready <- struct{}{}
				case <-stop:
					return
				}
			}
		})
	}
	if !e.step && e.opt.Frame == nil && e.opt.Seen == nil && e.opt.Tick == nil && !e.opt.Live {
		const harvests = 3
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
	var readErr error
	reader := make(chan struct{})
	go func() {
		defer close(reader)
		defer close(ordered)
		for !e.failed.Load() {
			d := <-free
			if readErr = ctx.Err(); readErr != nil {
				return
			}
			if readErr = src.Next(&d.block); readErr != nil {
				return
			}
			ordered <- d
			work <- d
		}
	}()
	for d := range ordered {
		<-d.ready
		if !e.failed.Load() {
			e.sequence(d)
		}
		free <- d
	}
	<-reader
	e.flush()
	if e.sinks != nil {
		close(e.sinks)
		sink.Wait()
		e.sinks = nil
	}
	close(stop)
	helpers.Wait()
	e.crew = nil
	return readErr
}
