package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"portero/capture"
)

// output opens what -o says. Nobody waits for whoever reads it, but where a saved
// capture is shown again: nothing is missed meanwhile.
func (s *session) output() (*output, error) {
	f, err := s.keep.output()
	if err != nil {
		return nil, err
	}
	slow := newOutlet(s.a.out, outletRoom)
	if f != nil {
		slow.to, slow.own = f, true
	}
	if s.o.replay != "" {
		slow.as(patient)
	}
	slow.failed = func(err error) {
		if s.goesOn() && !s.o.quiet && !s.screened {
			fmt.Fprintf(s.a.err, "portero: %s; %s\n", printable(s.unwritten(err).Error()), s.lang.Pick("nothing more is written there, watching goes on", "no se escribe más ahí, se sigue mirando")+s.wayOn(s.o.out))
		}
	}
	b := bufio.NewWriterSize(slow.start(), 64<<10)
	return &output{Writer: b, buf: b, file: f, slow: slow}, nil
}

// unwritten says of an error why what was told could not be written.
func (s *session) unwritten(err error) error {
	if err == nil || brokenPipe(err) {
		return err
	}
	name := s.o.out
	if name == "" || name == "-" {
		name = s.lang.Pick("standard output", "la salida estándar")
	}
	return fmt.Errorf("%s: %s", name, reason(err))
}

// goesOn reports whether there is something to go on for when nothing more can be
// written to the output: it is a file, which may be turned, or there is something else.
func (s *session) goesOn() bool {
	return s.o.out != "" && s.o.out != "-" || s.o.save != "" || len(s.to) > 0 || s.gauges != nil
}

// outEnds is why the output ends the session: whoever reads it went away, or there is
// nothing to go on for.
func (s *session) outEnds() error {
	if s.out.slow == nil {
		return nil
	}
	err := s.out.slow.failure()
	if brokenPipe(err) || err != nil && !s.goesOn() {
		return s.unwritten(err)
	}
	return nil
}

// leftOut is how many lines a slow reader, or a full disk, had no room for.
func (s *session) leftOut() uint64 {
	if s.out == nil || s.out.slow == nil {
		return 0
	}
	return s.out.slow.leftOut()
}

// patience says how long there is waiting for whoever reads the output.
func (s *session) patience(m manner) {
	if s.out.slow != nil {
		s.out.slow.as(m)
	}
}

// moment is the time that it is: that of the capture where one is shown again.
func (s *session) moment() time.Time {
	if c, ok := s.src.(interface{ Now() time.Time }); ok {
		return c.Now()
	}
	return time.Now()
}

// clock is the time as packets tell it. Where none does, the moment is, a little behind.
func (s *session) clock() int64 {
	return max(s.eng.Time(), s.moment().Add(-2*time.Second).UnixNano())
}

// ending tells when a source has ended.
type ending struct {
	capture.Source
	over func()
}

func (e ending) Next(b *capture.Block) error {
	err := e.Source.Next(b)
	if err != nil {
		e.over()
	}
	return err
}

// over is called when no more frames come: they are saved before anybody is waited for.
// Who reads the output then gets time for what ends with them.
func (s *session) over() {
	s.endSaving()
	s.patience(patient)
}

// endSaving writes out what -w is to save.
func (s *session) endSaving() error {
	if s.rec == nil {
		return nil
	}
	s.settle()
	if err := s.rec.Close(); err != nil {
		return fmt.Errorf("%s: %s", s.o.save, reason(err))
	}
	return nil
}

// sameWord is for how long SIGHUP is the same word again: one to all processes of this name (killall, pkill) reaches the helper
// process, which hands it on, and this one too.
const sameWord = time.Second

// heed begins to keep signals for obey: one that comes while it begins is not lost, and
// does not end it on the spot.
func (s *session) heed() {
	s.signals, s.leaving = make(chan os.Signal, 8), make(chan struct{})
	signal.Notify(s.signals, syscall.SIGTERM, syscall.SIGHUP)
}

// obey acts on signals, on the end of ctx and on that of the helper process, until
// what it returns is called.
func (s *session) obey(ctx context.Context) (end func()) {
	var gone <-chan struct{}
	if k, ok := s.keep.(interface{ gone() <-chan struct{} }); ok {
		gone = k.gone()
	}
	var turned time.Time
	told, timed := s.a.ctx.Done(), ctx.Done()
	done, over := make(chan struct{}), make(chan struct{})
	// Told to end, it waits for no reader that is stuck; at its own end it does.
	leave := func() {
		s.left.Do(func() { close(s.leaving) })
		s.patience(leaving)
		s.stop()
	}
	go func() {
		defer close(over)
		defer s.src.Stop()
		defer s.to.ending()
		for {
			select {
			case sig := <-s.signals:
				switch {
				// A hang-up that took the terminal away is no word to rotate.
				case sig == syscall.SIGHUP && !s.hungUp():
					if now := time.Now(); now.Sub(turned) >= sameWord {
						turned = now
						s.rotate.Store(true)
					}
				default:
					leave()
				}
			case <-told:
				told = nil
				leave()
			case <-timed:
				timed = nil
				s.src.Stop()
			case <-gone:
				gone = nil
				leave()
			case <-done:
				return
			}
		}
	}()
	return func() {
		close(done)
		<-over
	}
}

// hungUp reports whether the terminal that the session was begun in is gone.
func (s *session) hungUp() bool {
	return slices.ContainsFunc([]any{s.a.in, s.a.out}, func(x any) bool {
		f, ok := x.(*os.File)
		return ok && terminalGone(f)
	})
}
