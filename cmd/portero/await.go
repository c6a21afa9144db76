package main

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"portero/capture/pcapfile"
)

// inputs is how captures are opened.
func (a *app) inputs() pcapfile.Options {
	in := a.in
	if f, ok := in.(*os.File); ok {
		in = a.wait(f)
	}
	return pcapfile.Options{Stdin: in, Copies: a.copies, Open: a.openInput, Wait: a.wait}
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

// wait reads f, which may have nothing to give for as long as it likes, until Ctrl-C: then it returns
// context.Canceled, and what came before that stands.
func (a *app) wait(f *os.File) io.Reader {
	if st, err := f.Stat(); err != nil || st.Mode().IsRegular() || st.IsDir() {
		return f
	}
	if f.SetReadDeadline(time.Time{}) != nil {
		return &polled{f, a.ctx} // inherited, as standard input mostly: Go does not wait for it in its own way
	}
	context.AfterFunc(a.ctx, func() { f.SetReadDeadline(time.Unix(1, 0)) })
	return &timed{f, a.ctx}
}

// timed reads what a deadline can end.
type timed struct {
	f   *os.File
	ctx context.Context
}

func (t *timed) Read(b []byte) (int, error) {
	n, err := t.f.Read(b)
	if errors.Is(err, os.ErrDeadlineExceeded) && t.ctx.Err() != nil {
		return n, t.ctx.Err()
	}
	return n, err
}

// polled reads what only its system can be asked about.
type polled struct {
	f   *os.File
	ctx context.Context
}

func (p *polled) Read(b []byte) (int, error) {
	if err := ready(p.ctx, p.f); err != nil {
		return 0, err
	}
	return p.f.Read(b)
}
