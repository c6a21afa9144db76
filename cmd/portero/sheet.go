package main

import (
	"errors"

	"portero/internal/manual"
)

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
