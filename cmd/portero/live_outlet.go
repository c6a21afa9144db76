package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// outlet hands on what is told in a goroutine of its own, so that nobody who analyses
// waits for a reader that is stuck, nor for long for one that is slow: what there is no
// room for is left out, in whole lines, and counted. Write, turn and close belong to one
// goroutine, the other methods to any.
type outlet struct {
	room   int         // octets that may wait
	whole  bool        // what is written at once belongs together (a screen); else lines do
	failed func(error) // told once why nothing more is written; not of a reader that went away
	caught func()      // told when a reader took everything after something was left out; may be nil

	mu      sync.Mutex
	manner  manner
	rest    []byte // a line that is not over
	pending []byte
	turns   []turn
	lost    uint64
	gap     bool      // something was left out since the reader last took everything
	rested  time.Time // when there may be waiting again
	err     error
	first   error // the first there was
	closed  bool

	wake  chan struct{} // something to do
	taken chan struct{} // what was pending is being written
	done  chan struct{}
	moved atomic.Int64  // when the reader last took something, ns
	lines atomic.Uint64 // being written

	// the writing goroutine's
	to  io.Writer
	own bool // to is a file that is to be closed
}

// manner is how long there is waiting for a reader.
type manner uint8

const (
	brisk   manner = iota // hardly: frames go on coming
	patient               // for ever: nothing comes meanwhile
	leaving               // while it takes something
)

const (
	outletRoom = 16 << 20
	piece      = 64 << 10
	// A reader that takes something gets so much time, and then ten times as long
	// none: a tenth of the analysis, less than the rings have room for.
	shortly = 200 * time.Millisecond
	rests   = 10
	// giveUp is after how long a reader that takes nothing is left alone at the end.
	giveUp = 2 * time.Second
)

// turn is where another file goes on.
type turn struct {
	at   int
	file *os.File
}

func newOutlet(to io.Writer, room int) *outlet {
	return &outlet{to: to, room: room, wake: make(chan struct{}, 1), taken: make(chan struct{}, 1), done: make(chan struct{})}
}

// start begins to write.
func (o *outlet) start() *outlet {
	o.moved.Store(time.Now().UnixNano())
	go o.run()
	return o
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// count is how many lines, or pictures, b is.
func (o *outlet) count(b []byte) uint64 {
	if o.whole {
		return 1
	}
	return uint64(bytes.Count(b, []byte{'\n'}))
}

// Write takes b. The only error it returns is that the reader went away.
func (o *outlet) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if brokenPipe(o.err) {
		return 0, o.err
	}
	n := len(b)
	if !o.whole {
		end := bytes.LastIndexByte(b, '\n') + 1
		if end == 0 {
			o.rest = append(o.rest, b...)
			return n, nil
		}
		defer func(tail []byte) { o.rest = append(o.rest[:0], tail...) }(b[end:])
		b = b[:end]
	}
	if o.err == nil && o.makeRoom(len(o.rest)+len(b)) {
		o.pending = append(append(o.pending, o.rest...), b...)
		poke(o.wake)
		return n, nil
	}
	o.lost += o.count(b)
	o.gap = true
	return n, nil
}

// makeRoom waits for room for n octets as long as the manner allows.
func (o *outlet) makeRoom(n int) bool {
	began := time.Now()
	for {
		if len(o.pending) == 0 || len(o.pending)+n <= o.room {
			return true
		}
		now := time.Now()
		stuck := now.Sub(time.Unix(0, o.moved.Load()))
		most := 50 * time.Millisecond
		switch {
		case o.err != nil:
			return false
		case o.manner == patient:
		case o.manner == leaving:
			most = min(most, giveUp-stuck)
		case now.Before(o.rested):
			return false
		default:
			most = min(most, shortly-stuck, shortly-now.Sub(began))
		}
		if most <= 0 {
			o.rested = now.Add(rests * now.Sub(began))
			return false
		}
		o.mu.Unlock()
		select {
		case <-o.taken:
		case <-time.After(most):
		}
		o.mu.Lock()
	}
}

// as changes how long there is waiting. One that is leaving stays so.
func (o *outlet) as(m manner) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.manner = max(o.manner, m)
}

// turn goes on in another file, from the next line on. One that failed is forgotten.
func (o *outlet) turn(f *os.File) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.turns = append(o.turns, turn{len(o.pending), f})
	o.err = nil
	poke(o.wake)
}

// again goes on in the file that failed: there may be room now. A reader that went away
// does not come back.
func (o *outlet) again() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !brokenPipe(o.err) {
		o.err = nil
	}
}

// firstFailure is why something was not written, also where it went on.
func (o *outlet) firstFailure() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.first
}

// leftOut is how many lines were left out.
func (o *outlet) leftOut() uint64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.lost
}

// roomy reports whether what is written now is likely to be read.
func (o *outlet) roomy() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err == nil && len(o.pending) < o.room/2
}

// failure is why nothing more is written, nil while something is.
func (o *outlet) failure() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}

// close writes out the rest. A reader that takes nothing is left alone, unless there is to
// be waiting.
func (o *outlet) close() error {
	o.mu.Lock()
	if len(o.rest) > 0 && o.err == nil {
		o.pending = append(o.pending, o.rest...)
	}
	o.closed = true
	o.mu.Unlock()
	poke(o.wake)
	for {
		select {
		case <-o.done:
			return o.failure()
		case <-time.After(20 * time.Millisecond):
		}
		o.mu.Lock()
		if o.manner != patient && time.Since(time.Unix(0, o.moved.Load())) > giveUp {
			o.lost += o.lines.Load() + o.count(o.pending)
			err := o.err
			o.mu.Unlock()
			return err
		}
		o.mu.Unlock()
	}
}

// run writes what is pending until close.
func (o *outlet) run() {
	defer close(o.done)
	var b []byte
	for {
		o.mu.Lock()
		if len(o.pending) == 0 && len(o.turns) == 0 {
			closed, gap := o.closed, o.gap && o.err == nil
			o.gap = false
			o.mu.Unlock()
			if closed {
				break
			}
			if gap && o.caught != nil {
				o.caught()
			}
			<-o.wake
			continue
		}
		b, o.pending = o.pending, b[:0]
		turns := o.turns
		o.turns = nil
		o.mu.Unlock()
		o.moved.Store(time.Now().UnixNano())
		poke(o.taken)
		at := 0
		for _, t := range turns {
			o.put(b[at:t.at])
			o.shut()
			o.mu.Lock()
			o.err = nil
			o.mu.Unlock()
			o.to, o.own, at = t.file, true, t.at
		}
		o.put(b[at:])
		if cap(b) > 2*outletRoom {
			b = nil
		}
	}
	if err := o.shut(); err != nil {
		o.fail(err)
	}
}

// shut closes what is written to, where that is a file of its own.
func (o *outlet) shut() error {
	if f, ok := o.to.(*os.File); ok && o.own {
		return f.Close()
	}
	return nil
}

// put writes b in pieces, so that it is seen whether the reader takes them.
func (o *outlet) put(b []byte) {
	left := o.count(b)
	for len(b) > 0 {
		n := len(b)
		if n > piece && !o.whole {
			n = piece
			if i := bytes.LastIndexByte(b[:n], '\n'); i >= 0 {
				n = i + 1
			}
		}
		o.lines.Store(left)
		w, err := 0, o.failure()
		if err == nil {
			if w, err = o.to.Write(b[:n]); err != nil {
				o.fail(err)
			}
		}
		if err != nil {
			o.mu.Lock()
			o.lost += o.count(b[o.mend(b[:w]):])
			o.gap = true
			o.mu.Unlock()
			break
		}
		o.moved.Store(time.Now().UnixNano())
		left -= o.count(b[:n])
		b = b[n:]
	}
	o.lines.Store(0)
}

// mend takes the half of a line away that a full disk had room for, and returns how many
// octets of b are lines.
func (o *outlet) mend(b []byte) int {
	end := bytes.LastIndexByte(b, '\n') + 1
	f, ok := o.to.(*os.File)
	if !ok || end == len(b) {
		return end
	}
	if st, err := f.Stat(); err == nil && st.Mode().IsRegular() {
		if at, err := f.Seek(0, io.SeekCurrent); err == nil {
			f.Truncate(at - int64(len(b)-end))
			f.Seek(at-int64(len(b)-end), io.SeekStart) // where it goes on, should there be room again
		}
	}
	return end
}

func (o *outlet) fail(err error) {
	o.mu.Lock()
	first := o.err == nil
	if first {
		o.err = err
		if o.first == nil {
			o.first = err
		}
	}
	o.mu.Unlock()
	if first && o.failed != nil && !brokenPipe(err) && !errors.Is(err, os.ErrClosed) {
		o.failed(err)
	}
}

// glass is a terminal that is drawn on through an outlet: a picture that it has no room
// for is left out.
type glass struct {
	f *os.File
	o *outlet
}

// Read, Close and Fd make a glass a terminal.
func (g glass) Read(b []byte) (int, error)  { return g.f.Read(b) }
func (g glass) Close() error                { return nil }
func (g glass) Fd() uintptr                 { return g.f.Fd() }
func (g glass) Write(b []byte) (int, error) { return g.o.Write(b) }
