package main

import (
	"io"

	"portero/capture"
)

// limited ends a source early.
type limited struct {
	capture.Source
	left uint64
}

func (l *limited) Next(b *capture.Block) error {
	if l.left == 0 {
		return io.EOF
	}
	if err := l.Source.Next(b); err != nil {
		return err
	}
	if n := uint64(len(b.Frames)); n > l.left {
		b.Frames = b.Frames[:l.left]
	}
	l.left -= uint64(len(b.Frames))
	return nil
}
