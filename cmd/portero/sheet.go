package main

import (
	"errors"
	"io"
)

// sheet is standard output for text that is written line by line: it remembers the first error, and
// writes nothing after it, so that who writes need not look at each line.
type sheet struct {
	to  io.Writer
	err error
}

func (p *sheet) Write(b []byte) (n int, err error) {
	if p.err == nil {
		n, p.err = p.to.Write(b)
	}
	return n, p.err
}

// done is what the command returned, or why its text did not arrive. That a check found something is
// no answer where nobody can read what.
func (p *sheet) done(err error) error {
	var ee *exitError
	found := errors.As(err, &ee) && ee.err == nil
	if p.err == nil || brokenPipe(p.err) || err != nil && !found {
		return err
	}
	return p.err
}
