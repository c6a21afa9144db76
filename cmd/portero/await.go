package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"time"

	"portero/capture/pcapfile"
)

// interrupts are two contexts: the first Ctrl-C ends one, the second the other.
func interrupts() (first, second context.Context, stop func()) {
	first, one := context.WithCancel(context.Background())
	second, two := context.WithCancel(context.Background())
	pressed := make(chan os.Signal, 2)
	signal.Notify(pressed, os.Interrupt)
	go func() {
		for range pressed {
			if first.Err() != nil {
				two()
			}
			one()
		}
	}()
	return first, second, func() {
		signal.Stop(pressed)
		close(pressed)
		one()
		two()
	}
}

// second ends with the second Ctrl-C.
func (a *app) second() context.Context {
	if a.again == nil {
		return context.Background()
	}
	return a.again
}

// lasting is the context of an analysis: where it reads pipes it outlasts the first Ctrl-C by lastWords. It is to be
// stopped.
func (a *app) lasting(pipes bool) (context.Context, context.CancelFunc) {
	if !pipes {
		return context.WithCancel(a.ctx)
	}
	ctx, stop := context.WithCancel(a.second())
	last := context.AfterFunc(a.ctx, func() { time.AfterFunc(lastWords, stop) })
	return ctx, func() { last(); stop() }
}

// inputs is how captures are opened.
func (a *app) inputs() pcapfile.Options {
	in := a.in
	if f, ok := in.(*os.File); ok {
		in = a.wait(f)
	}
	return pcapfile.Options{Stdin: in, Copies: a.copies, Cut: a.cut, Open: a.openInput, Wait: a.wait}
}

// openInput is os.Open that Ctrl-C ends: to open a named pipe takes until somebody writes into it.
func (a *app) openInput(name string) (*os.File, error) {
	st, err := os.Stat(name)
	if err != nil || st.Mode()&os.ModeNamedPipe == 0 {
		return os.Open(name)
	}
	type opened struct {
		f   *os.File
		err error
	}
	done := make(chan opened, 1)
	go func() { // where it is given up it ends with the program, or when somebody writes
		f, err := os.Open(name)
		done <- opened{f, err}
	}()
	select {
	case o := <-done:
		return o.f, o.err
	case <-a.ctx.Done():
		return nil, a.ctx.Err()
	}
}

// wait reads f, which may have nothing to give for as long as it likes, until Ctrl-C and for lastWords after it: a
// terminal has Ctrl-C end who writes into f as well, and tcpdump hands over what it held back when it ends. Then it
// returns context.Canceled, and what came before that stands.
func (a *app) wait(f *os.File) io.Reader {
	if st, err := f.Stat(); err != nil || st.Mode().IsRegular() || st.IsDir() {
		return f
	}
	if f.SetReadDeadline(time.Time{}) != nil {
		return &polled{f: f, ctx: a.ctx, second: a.second()} // inherited, as standard input mostly: Go does not wait for it in its own way
	}
	context.AfterFunc(a.ctx, func() { f.SetReadDeadline(time.Now().Add(lastWords)) })
	context.AfterFunc(a.second(), func() { f.SetReadDeadline(time.Unix(1, 0)) })
	return &timed{f, a.ctx}
}

// timed reads what a deadline can end.
type timed struct {
	f   *os.File
	ctx context.Context
}

func (t *timed) Read(b []byte) (int, error) {
	n, err := t.f.Read(b)
	if (errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, io.EOF)) && t.ctx.Err() != nil {
		return n, t.ctx.Err()
	}
	return n, err
}

// polled reads what only its system can be asked about.
type polled struct {
	f           *os.File
	ctx, second context.Context
	until       time.Time // set with Ctrl-C
}

func (p *polled) Read(b []byte) (int, error) {
	if err := ready(p.ctx, p.f); err != nil {
		if p.until.IsZero() {
			p.until = time.Now().Add(lastWords)
		}
		last, stop := context.WithDeadline(p.second, p.until)
		defer stop()
		if ready(last, p.f) != nil {
			return 0, err
		}
	}
	n, err := p.f.Read(b)
	if errors.Is(err, io.EOF) && p.ctx.Err() != nil {
		return n, p.ctx.Err() // its writer was interrupted, too, perhaps within a frame
	}
	return n, err
}
