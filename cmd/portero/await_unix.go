//go:build unix

package main

import (
	"context"
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// lastWords is how long after Ctrl-C a pipe is still read. Tests set it.
var lastWords = 500 * time.Millisecond

// ready returns when f has something to give or has ended, and what ended ctx before.
func ready(ctx context.Context, f *os.File) error {
	const look = 100 // ms between two looks at ctx
	fds := []unix.PollFd{{Fd: int32(f.Fd()), Events: unix.POLLIN}}
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		if n, err := unix.Poll(fds, look); n > 0 || err != nil && !errors.Is(err, unix.EINTR) {
			return nil // whatever is wrong, the reading says it better
		}
	}
}
