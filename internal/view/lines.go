package view

import (
	"io"

	"portero/internal/record"
)

// Lines is a Writer of one line a record.
type Lines struct {
	w   io.Writer
	put func([]byte, *record.Record) []byte
	buf []byte
	err error
}

const flushAt = 64 << 10

// NewLines returns a Writer of what put appends for a record; nothing leaves the record out.
func NewLines(w io.Writer, put func([]byte, *record.Record) []byte) *Lines {
	return &Lines{w: w, put: put, buf: make([]byte, 0, flushAt+8<<10)}
}

// Begin implements Writer.
func (l *Lines) Begin() error { return nil }

// End implements Writer.
func (l *Lines) End(*Summary) error { return l.Flush() }

// Flush hands on what is buffered.
func (l *Lines) Flush() error {
	if l.err == nil && len(l.buf) > 0 {
		_, l.err = l.w.Write(l.buf)
	}
	l.buf = l.buf[:0]
	return l.err
}

// Write implements Writer.
func (l *Lines) Write(r *record.Record) error {
	n := len(l.buf)
	if l.buf = l.put(l.buf, r); len(l.buf) > n {
		l.buf = append(l.buf, '\n')
	}
	if len(l.buf) >= flushAt {
		return l.Flush()
	}
	return l.err
}
