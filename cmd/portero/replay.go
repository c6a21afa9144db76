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
	"portero/catalog"
)

// replayed shows saved captures as if they happened now: every frame when it is due. It
// needs no right to listen. However fast it is shown, records have the capture's own
// durations: time itself goes faster, or slower. On a screen, which says how long ago
// things were, all times are moved so that the capture begins now.
type replayed struct {
	set    *pcapfile.Set
	speed  float64
	stays  bool          // on a screen: times are moved, and time goes on after the end
	shift  int64         // of every time, ns
	block  capture.Block // read, not yet all shown
	next   int
	first  int64 // time of the first frame, ns
	begun  time.Time
	over   bool // nothing more to read
	damage error

	stop sync.Once
	done chan struct{}

	mu      sync.Mutex
	read    uint64    // and begun, first and shift
	skipped int64     // time of the capture in which nothing came, and for which nobody waited, ns
	until   int64     // before which no frame will be shown any more: time is no further, see Now
	ended   time.Time // when the last frame was shown, zero before
}

// pause is how long replay waits at most before it gives an empty block, so that
// time can go on.
const pause = 20 * time.Millisecond

// A silence that would take longer than silence is cut to breath: nobody waits in front of a screen for an hour in which
// nothing came, nor for the years between two captures that were put together.
const (
	silence = 10 * time.Second
	breath  = time.Second
)

func openReplay(names []string, speed float64, stays bool) (*replayed, error) {
	set, err := pcapfile.OpenAll(names, pcapfile.Options{})
	if err != nil {
		return nil, err
	}
	return &replayed{set: set, speed: speed, stays: stays, done: make(chan struct{})}, nil
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
			r.begin(r.block.Frames[0].Time)
		}
	}
	if r.over && r.next == len(r.block.Frames) {
		if r.stays {
			r.mu.Lock()
			if r.ended.IsZero() {
				r.ended = time.Now()
			}
			r.mu.Unlock()
		}
		return io.EOF
	}
	b.Taps = r.block.Taps
	limit := r.moved(time.Since(r.begun))
	for r.next < len(r.block.Frames) && r.block.Frames[r.next].Time <= limit {
		f := r.block.Frames[r.next]
		at := len(b.Buf)
		b.Buf = append(b.Buf, f.Data...)
		f.Data = b.Buf[at:]
		f.Time += r.shift
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
	switch {
	case r.next < len(r.block.Frames):
		r.until = r.block.Frames[r.next].Time
	case r.next > 0: // what follows was not read yet
		r.until = r.block.Frames[r.next-1].Time
	}
	r.mu.Unlock()
	if len(b.Frames) > 0 {
		return nil
	}
	wait := pause
	if r.next < len(r.block.Frames) {
		due := r.due(r.block.Frames[r.next].Time - limit)
		if due > silence {
			due = r.skip(due)
		}
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
func (r *replayed) moved(d time.Duration) int64 {
	return r.first + r.skipped + int64(float64(d)*r.speed)
}

// due is how long it takes until ns nanoseconds of the capture have gone by.
func (r *replayed) due(ns int64) time.Duration {
	d := float64(ns) / r.speed
	if d > float64(1<<62) {
		return 1 << 62
	}
	return time.Duration(d)
}

// skip leaves of a silence what is waited for, and returns it.
func (r *replayed) skip(due time.Duration) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.skipped += int64(float64(due-breath) * r.speed)
	return breath
}

// begin starts the clock with the first frame.
func (r *replayed) begin(first int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.begun, r.first, r.until = time.Now(), first, first
	if r.stays {
		r.shift = r.begun.UnixNano() - first
	}
}

// movedBy is by how much all times are later than the capture's.
func (r *replayed) movedBy() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.shift
}

// Now is the time of the capture, as the records have it. Shown fast, a frame comes later than it is due:
// until then nobody was silent, and time waits for it.
func (r *replayed) Now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.begun.IsZero() {
		return time.Unix(0, 0)
	}
	at := min(r.moved(time.Since(r.begun)), r.until) + r.shift
	if !r.ended.IsZero() {
		// Nothing is shown fast any more: a second is a second.
		at += int64(time.Since(r.ended))
	}
	return time.Unix(0, at)
}

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
	case !(o.speed > 0 && o.speed <= 1e6): // nor is NaN one
		return usage(fmt.Sprintf("--speed: %g is no speed (write 0.5, 1, 10)", o.speed))
	case o.save != "":
		return usage("--replay: -w would save what is saved already")
	}
	s.a.named = append(s.a.named, o.replay)
	if err := s.a.mayLose(o.out); err != nil {
		return err
	}
	s.keep = &local{o: o}
	r, err := openReplay([]string{o.replay}, o.speed, s.screened)
	if err != nil {
		return err
	}
	defer r.Close()
	s.src = r
	s.watch.Moved = r.movedBy
	s.o.ifaces = r.set.Names()
	if s.to, err = o.to.open(s.a, true, nil, o.quiet, s.lang, s.keep.dial); err != nil {
		return err
	}
	if o.filter != "" {
		m, err := filter.New(o.filter, filter.Options{Port: catalog.Default().PortNamed})
		if err != nil {
			return usage(err.Error())
		}
		s.selects = m.Match
	}
	eo := s.options()
	eo.Now = func() int64 { return r.Now().UnixNano() }
	if !s.screened {
		// What is told must be what read says of the same packets, at any speed: only packets move time,
		// and a jump of the clock ends nothing until a second packet confirms it.
		eo.Now = func() int64 { return 0 }
	}
	id, err := o.who.identify(&eo, s.watch)
	if err != nil {
		return err
	}
	defer id.close()
	if s.out, err = s.output(); err != nil {
		return err
	}
	found := s.analyse(eo)
	if found != nil && status(found) != exitFound {
		return found
	}
	err = errors.Join(append(r.set.Problems(), r.damage)...)
	switch {
	case err == nil:
		return found
	case found != nil: // damage takes nothing from it: see after
		if !o.quiet {
			say(s.a.err, err, s.lang)
		}
		return found
	case o.quiet:
		return &exitError{exitDamaged, nil}
	}
	return &exitError{exitDamaged, err}
}
