package main

import (
	"errors"
	"io"

	"portero/internal/fold"
	"portero/internal/manual"
)

// page is standard output for what people read line by line, which breaks between words on a terminal.
func (a *app) page() io.Writer { return fold.Through(fold.On(a.out), a.sheet) }

// arrived is what the command returned, or why its text did not arrive. That a check found something is
// no answer where nobody can read what.
func arrived(p *manual.Sheet, err error) error {
	var ee *exitError
	found := errors.As(err, &ee) && ee.err == nil
	if p.Err == nil || brokenPipe(p.Err) || err != nil && !found {
		return err
	}
	return p.Err
}
