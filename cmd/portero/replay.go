package main

import (
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"portero/capture"
	"portero/capture/filter"
	"portero/capture/live"
	"portero/capture/pcapfile"
)

// replayed shows saved captures as if they happened now: every frame when it is
// due, with its time moved to now. It needs no right to listen.
type replayed struct {
	set    *pcapfile.Set
	speed  float64
	block  capture.Block // read, not yet all shown
	next   int
	first  int64 // time of the first frame, ns
	begun  time.Time
	over   bool // nothing more to read: the wire is quiet
	damage error

	stop sync.Once
	done chan struct{}

	mu   sync.Mutex
	read uint64
}

// pause is how long replay waits at most before it gives an empty block, so that
// time can go on.
const pause = 20 * time.Millisecond

func openReplay(names []string, speed float64) (*replayed, error) {
	set, err := pcapfile.OpenAll(names, pcapfile.Options{})
	if err != nil {
		return nil, err
	}
	return &replayed{set: set, speed: speed, done: make(chan struct{})}, nil
}

// Next implements capture.Source.
func (r *replayed) Next(b *capture.Block) error {
	b.Frames, b.Buf = b.Frames[:0], b.Buf[:0]
	select {
	case <-r.done:
		return io.EOF
	default:
	}
	if !r.over && r.next == len(r.block.Frames) {
		r.next = 0
		if err := r.set.Next(&r.block); err != nil {
			r.over = true
			r.block.Frames = r.block.Frames[:0]
			if !errors.Is(err, io.EOF) {
				r.damage = err
			}
		} else if r.begun.IsZero() {
			r.begun, r.first = time.Now(), r.block.Frames[0].Time
		}
	}
	limit := r.moved(time.Since(r.begun))
	for r.next < len(r.block.Frames) && r.block.Frames[r.next].Time <= limit {
		f := r.block.Frames[r.next]
		at := len(b.Buf)
		b.Buf = append(b.Buf, f.Data...)
		f.Data = b.Buf[at:]
		f.Time = r.begun.UnixNano() + int64(float64(f.Time-r.first)/r.speed)
		b.Frames = append(b.Frames, f)
		r.next++
	}
	// Buf may have moved while it grew.
	at := 0
	for i := range b.Frames {
		n := len(b.Frames[i].Data)
		b.Frames[i].Data = b.Buf[at : at+n : at+n]
		at += n
	}
	r.mu.Lock()
	r.read += uint64(len(b.Frames))
	r.mu.Unlock()
	if len(b.Frames) > 0 {
		return nil
	}
	wait := pause
	if r.next < len(r.block.Frames) {
		due := time.Duration(float64(r.block.Frames[r.next].Time-limit) / r.speed)
		wait = min(wait, max(due, time.Microsecond))
	}
	select {
	case <-r.done:
		return io.EOF
	case <-time.After(wait):
	}
	return nil
}

// moved is how far into the capture a moment is, as the capture's time.
func (r *replayed) moved(d time.Duration) int64 { return r.first + int64(float64(d)*r.speed) }

// Stats implements feed: nothing is ever dropped.
func (r *replayed) Stats() live.Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	return live.Stats{Received: r.read, Read: r.read}
}

// Name implements feed: what a saved capture calls its interfaces is not asked
// for.
func (r *replayed) Name(int32) string { return "" }

// Stop ends Next.
func (r *replayed) Stop() { r.stop.Do(func() { close(r.done) }) }

// Close gives the captures back.
func (r *replayed) Close() error { return r.set.Close() }

// replay analyses a saved capture as if it happened now.
func (s *session) replay() (err error) {
	o := s.o
	switch {
	case o.speed <= 0 || o.speed > 1e6:
		return usage(fmt.Sprintf("--speed: %g is no speed (write 0.5, 1, 10)", o.speed))
	case o.save != "":
		return usage("--replay: -w would save what is saved already")
	}
	s.keep = &local{o: o}
	r, err := openReplay([]string{o.replay}, o.speed)
	if err != nil {
		return err
	}
	defer r.Close()
	s.src = r
	s.o.ifaces = r.set.Names()
	if s.to, err = o.to.open(s.a, true, nil, o.quiet, s.keep.dial); err != nil {
		return err
	}
	if o.filter != "" {
		m, err := filter.New(o.filter, filter.Options{})
		if err != nil {
			return usage(err.Error())
		}
		s.selects = m.Match
	}
	eo := s.options()
	id, err := o.who.identify(&eo, s.watch)
	if err != nil {
		return err
	}
	defer id.close()
	if s.out, err = s.output(); err != nil {
		return err
	}
	if err := s.analyse(eo); err != nil {
		return err
	}
	return r.damage
}
