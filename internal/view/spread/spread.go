// Package spread lets several goroutines write the records of one output. Each
// takes a run of records, and the runs are put together in order: the bytes are
// those that one writer alone would write.
package spread

import (
	"bytes"
	"io"
	"sync"
	"sync/atomic"

	"portero/internal/record"
	"portero/internal/view"
)

// Flusher is a format that can hand on what it has so far. What it writes for a
// record must not depend on the records before.
type Flusher interface {
	view.Writer
	Flush() error
}

// runLength is how many records one goroutine takes at a time.
const runLength = 128

// run is some records, and later their text.
type run struct {
	recs  []record.Record
	lists []uint64 // what their lists of frames lie in
	words []string // and those of file names
	mixed bool     // some records were copied: their lists are of lists and words
	text  bytes.Buffer
	as    Flusher // writes to text
	done  chan error
}

// Writer writes with several goroutines. One goroutine at a time may use it.
type Writer struct {
	out    io.Writer
	frame  Flusher // the beginning and the end
	cur    *run
	free   chan *run
	work   chan *run
	order  chan *run
	failed atomic.Pointer[error]
	all    sync.WaitGroup
}

// New returns a Writer to out in the format that format makes, with n goroutines.
// Without End they are left behind.
func New(out io.Writer, n int, format func(w io.Writer) Flusher) *Writer {
	runs := 2*n + 2
	w := &Writer{out: out, frame: format(out), free: make(chan *run, runs), work: make(chan *run, runs), order: make(chan *run, runs)}
	for range runs {
		r := &run{done: make(chan error, 1)}
		r.as = format(&r.text)
		w.free <- r
	}
	for range n {
		w.all.Go(func() {
			for r := range w.work {
				r.done <- r.write()
			}
		})
	}
	w.all.Go(w.join)
	return w
}

func (r *run) write() error {
	for i := range r.recs {
		if err := r.as.Write(&r.recs[i]); err != nil {
			return err
		}
	}
	return r.as.Flush()
}

// join puts the texts together.
func (w *Writer) join() {
	for r := range w.order {
		err := <-r.done
		if w.failed.Load() == nil {
			if err == nil {
				_, err = w.out.Write(r.text.Bytes())
			}
			if err != nil {
				w.failed.Store(&err)
			}
		}
		r.text.Reset()
		// Not cleared: what a run's records point to stays until it is used again, and
		// there are few runs.
		r.recs, r.lists, r.words = r.recs[:0], r.lists[:0], r.words[:0]
		w.free <- r
	}
}

// Begin implements view.Writer.
func (w *Writer) Begin() error {
	if err := w.frame.Begin(); err != nil {
		return err
	}
	return w.frame.Flush()
}

// Room is where the record that Write is given next may be made. It is not copied
// then.
func (w *Writer) Room() *record.Record {
	c := w.room()
	n := len(c.recs)
	r := &c.recs[:n+1][n]
	if c.mixed {
		r.CloseFrames, r.FrameFiles = nil, nil
	}
	return r
}

// room is a run with room for another record.
func (w *Writer) room() *run {
	if w.cur == nil {
		w.cur = <-w.free
		if w.cur.recs == nil {
			w.cur.recs = make([]record.Record, 0, runLength)
		}
	}
	return w.cur
}

// Write implements view.Writer. An error of the output is told by a later call.
func (w *Writer) Write(r *record.Record) error {
	c := w.room()
	c.recs = c.recs[:len(c.recs)+1]
	if k := &c.recs[len(c.recs)-1]; k != r {
		c.mixed = true
		*k = *r
		// These lists are used again for the next record; all else stays as it is.
		n := len(c.lists)
		c.lists = append(c.lists, r.CloseFrames...)
		k.CloseFrames = c.lists[n:len(c.lists):len(c.lists)]
		m := len(c.words)
		c.words = append(c.words, r.FrameFiles...)
		k.FrameFiles = c.words[m:len(c.words):len(c.words)]
	}
	if len(c.recs) == runLength {
		w.send()
	}
	return w.error()
}

func (w *Writer) send() {
	w.order <- w.cur
	w.work <- w.cur
	w.cur = nil
}

func (w *Writer) error() error {
	if e := w.failed.Load(); e != nil {
		return *e
	}
	return nil
}

// End implements view.Writer.
func (w *Writer) End(s *view.Summary) error {
	if w.cur != nil {
		w.send()
	}
	close(w.work)
	close(w.order)
	w.all.Wait()
	if err := w.error(); err != nil {
		return err
	}
	return w.frame.End(s)
}
