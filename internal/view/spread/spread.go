// Package spread lets several goroutines write the records of one output. Each
// takes a run of records, and the runs are put together in order: the bytes are
// those that one writer alone would write.
package spread

import (
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

// run is some records.
type run struct {
	turn  uint64 // when it is written
	recs  []record.Record
	lists []uint64 // what their lists of frames lie in
	words []string // and those of file names
	mixed bool     // some records were copied: their lists are of lists and words
}

// Writer writes with several goroutines. One goroutine at a time may use it.
type Writer struct {
	out    io.Writer
	frame  Flusher // the beginning and the end
	cur    *run
	next   uint64 // turn of the next run
	free   chan *run
	work   chan *run
	failed atomic.Pointer[error]
	all    sync.WaitGroup

	mu    sync.Mutex
	turn  uint64     // runs written
	moved *sync.Cond // turn
}

// New returns a Writer to out in the format that format makes, with n goroutines.
// Without End they are left behind.
func New(out io.Writer, n int, format func(w io.Writer) Flusher) *Writer {
	runs := 2*n + 2
	w := &Writer{out: out, frame: format(out), free: make(chan *run, runs), work: make(chan *run, runs)}
	w.moved = sync.NewCond(&w.mu)
	for range runs {
		w.free <- &run{}
	}
	for range n {
		g := &gate{w: w}
		as := format(g)
		w.all.Go(func() {
			for r := range w.work {
				g.turn = r.turn
				w.pass(r, write(as, r))
			}
		})
	}
	return w
}

func write(as Flusher, r *run) error {
	for i := range r.recs {
		if err := as.Write(&r.recs[i]); err != nil {
			return err
		}
	}
	return as.Flush()
}

// gate is the output of one goroutine: what comes waits for the turn of its run.
type gate struct {
	w    *Writer
	turn uint64
}

func (g *gate) Write(b []byte) (int, error) {
	g.w.await(g.turn)
	if err := g.w.error(); err != nil {
		return 0, err
	}
	return g.w.out.Write(b)
}

// await returns when all runs before that of turn are written.
func (w *Writer) await(turn uint64) {
	w.mu.Lock()
	for w.turn != turn {
		w.moved.Wait()
	}
	w.mu.Unlock()
}

// pass ends the turn of r.
func (w *Writer) pass(r *run, err error) {
	w.await(r.turn)
	if err != nil {
		w.failed.CompareAndSwap(nil, &err)
	}
	// Not cleared: what a run's records point to stays until it is used again, and
	// there are few runs.
	r.recs, r.lists, r.words = r.recs[:0], r.lists[:0], r.words[:0]
	w.mu.Lock()
	w.turn++
	w.moved.Broadcast()
	w.mu.Unlock()
	w.free <- r
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
			recs := make([]record.Record, runLength)
			for i := range recs {
				recs[i].ID = 0 // a page that is read before it is written is made twice
			}
			w.cur.recs = recs[:0]
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
	w.cur.turn = w.next
	w.next++
	w.work <- w.cur
	w.cur = nil
}

// Flush implements Flusher: it returns when all that Write was given is written.
func (w *Writer) Flush() error {
	if w.cur != nil && len(w.cur.recs) > 0 {
		w.send()
	}
	w.await(w.next)
	return w.error()
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
	w.all.Wait()
	if err := w.error(); err != nil {
		return err
	}
	return w.frame.End(s)
}
