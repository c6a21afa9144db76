package main

import (
	"fmt"
	"io"
	"time"

	"portero/capture"
)

// frame saves a frame. A disk that is full stops the saving, never the watching.
func (s *session) frame(f *capture.Frame, _ bool) error {
	n := s.frames.Add(1)
	if s.saved != nil && s.saveErr == nil {
		if s.saveErr = s.saved.Write(f, ""); s.saveErr != nil && !s.o.quiet {
			fmt.Fprintf(s.a.err, "portero: %s: %v; %s\n", printable(s.o.save), s.saveErr, s.lang.Pick("nothing more is saved, watching goes on", "no se guarda más, se sigue mirando"))
		}
	}
	if s.o.count > 0 && n >= s.o.count {
		s.stop()
		if n > s.o.count {
			return io.EOF
		}
	}
	return nil
}

// flush writes what is saved out to the file, once a second.
func (s *session) flush(now time.Time) {
	if s.saved == nil || s.saveErr != nil || now.Sub(s.flushed) < time.Second {
		return
	}
	s.flushed = now
	if s.saveErr = s.saved.Flush(); s.saveErr == nil {
		s.saveErr = s.saved.out.buf.Flush()
	}
}
