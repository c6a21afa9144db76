package recorder

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"portero/capture"
	"portero/capture/pcapfile"
)

// Sync says when what was written is forced onto the disk, where it also survives
// that the machine loses its power.
type Sync uint8

// The policies. Files survive the end of the process with any of them.
const (
	SyncFile  Sync = iota // when a file is finished
	SyncFlush             // at every flush, too
	SyncNever
)

// ParseSync reads a policy.
func ParseSync(s string) (Sync, error) {
	switch s {
	case "file":
		return SyncFile, nil
	case "flush":
		return SyncFlush, nil
	case "never":
		return SyncNever, nil
	}
	return 0, fmt.Errorf("%q is none of file, flush, never", s)
}

// Options says how to record.
type Options struct {
	// Next opens the next file. It is called in the recorder's goroutine.
	Next func(now time.Time) (f *os.File, name string, err error)
	// MaxBytes starts a new file before one grows larger; 0 for no limit.
	MaxBytes int64
	// Every starts a new file after this time; 0 for never.
	Every time.Duration
	Sync  Sync
	// Queue bounds what waits for the disk, in octets; 0 is 64 MB.
	Queue int
	// Capture says what the files tell about themselves.
	Capture pcapfile.WriterOptions
	// Failed is told why nothing more is saved, once until Rotate goes on. May be nil.
	Failed func(error)
	// Leave is closed when Close may give a pipe up that nobody reads. May be nil.
	Leave <-chan struct{}
}

// errStuck is why what went to a pipe is not all there.
var errStuck = errors.New("nobody reads it")

// giveUp is after how long a pipe that takes nothing is given up.
const giveUp = 2 * time.Second

// State is what was saved and lost.
type State struct {
	Frames uint64 // given to the disk
	Bytes  uint64
	Lost   uint64 // frames that the disk was too slow for
	After  uint64 // frames that came while the saving had failed
	Files  uint64
	Name   string // of the file that is written
	Err    error  // why saving ended first, also where it went on
	Ended  bool   // saving has ended, and did not go on
	Again  uint64 // how often it went on in a new file
}

const (
	chunkOctets = 512 << 10
	defaultLen  = 64 << 20
)

// chunk is whole blocks of a pcapng file.
type chunk struct {
	data   []byte
	frames uint64
	fresh  bool // begins a new file
	flush  bool
}

// Recorder saves frames. Frame, Tick, Rotate and Close belong to one goroutine,
// State to any.
type Recorder struct {
	opt     Options
	w       *pcapfile.Writer
	cur     *chunk
	size    int64     // of the file as it will be
	began   time.Time // when the file was begun
	now     time.Time // of the last Tick
	flushed time.Time
	closed  bool
	pipe    bool // it is no ordinary file that is written
	queue   chan *chunk
	free    chan *chunk
	done    chan struct{}
	failed  atomic.Bool
	lost    atomic.Uint64
	after   atomic.Uint64

	mu    sync.Mutex
	state State

	// the writing goroutine's
	file   *os.File
	broken bool // nothing is written until a new file
}

// New opens the first file.
func New(o Options, now time.Time) (*Recorder, error) {
	f, name, err := o.Next(now)
	if err != nil {
		return nil, err
	}
	if o.Queue <= 0 {
		o.Queue = defaultLen
	}
	n := max(o.Queue/chunkOctets, 2)
	r := &Recorder{opt: o, file: f, queue: make(chan *chunk, n), free: make(chan *chunk, n), done: make(chan struct{}), began: now, now: now, flushed: now, state: State{Name: name, Files: 1}}
	r.cur, r.pipe = &chunk{}, isPipe(f)
	if err := r.section(); err != nil {
		f.Close()
		return nil, err
	}
	go r.write()
	return r, nil
}

// Write appends encoded octets: the pcapng writer's output.
func (c *chunk) Write(b []byte) (int, error) {
	c.data = append(c.data, b...)
	return len(b), nil
}

// section begins a file.
func (r *Recorder) section() error {
	var err error
	r.w, err = pcapfile.NewWriter(into{r}, r.opt.Capture)
	r.size = int64(len(r.cur.data))
	return err
}

// into writes to whatever chunk is being filled.
type into struct{ r *Recorder }

func (i into) Write(b []byte) (int, error) { return i.r.cur.Write(b) }

// Frame saves f with a comment ("" for none). It does not keep f and never waits.
func (r *Recorder) Frame(f *capture.Frame, comment string) {
	if r.failed.Load() {
		r.after.Add(1)
		return
	}
	if len(r.cur.data) >= chunkOctets && !r.send(false) {
		r.lost.Add(1)
		return
	}
	n := int64(len(f.Data) + len(comment) + 64)
	full := r.opt.MaxBytes > 0 && r.size+n > r.opt.MaxBytes
	old := r.opt.Every > 0 && r.now.Sub(r.began) >= r.opt.Every // no files without frames
	if (full || old) && r.cur.frames+r.inFile() > 0 && !r.Rotate(r.now) {
		r.lost.Add(1)
		return
	}
	before := len(r.cur.data)
	if err := r.w.Write(f, comment); err != nil {
		r.fail(err)
		return
	}
	r.size += int64(len(r.cur.data) - before)
	r.cur.frames++
}

// inFile is 1 when the file has frames that were sent on already.
func (r *Recorder) inFile() uint64 {
	if r.size > int64(len(r.cur.data)) {
		return 1
	}
	return 0
}

// send hands the chunk on; it is false when the queue is full.
func (r *Recorder) send(flush bool) bool {
	r.cur.flush = flush
	select {
	case r.queue <- r.cur:
	default:
		return false
	}
	select {
	case r.cur = <-r.free:
		*r.cur = chunk{data: r.cur.data[:0]}
	default:
		r.cur = &chunk{}
	}
	return true
}

// Tick lets time go on: what was saved goes to the file once a second. Call it several
// times a second.
func (r *Recorder) Tick(now time.Time) {
	if r.failed.Load() {
		return
	}
	r.now = now
	if now.Sub(r.flushed) >= flushEvery && len(r.cur.data) > 0 && r.send(true) {
		r.flushed = now
	}
}

// flushEvery is a little under the second that is promised.
const flushEvery = 900 * time.Millisecond

// Rotate goes on in a new file, also after saving has ended: there may be room again. It
// is false when the queue is full, and the old file goes on.
func (r *Recorder) Rotate(now time.Time) bool {
	if r.closed {
		return false
	}
	if r.failed.Load() {
		r.after.Add(r.cur.frames)
		*r.cur = chunk{data: r.cur.data[:0]}
		r.failed.Store(false)
	} else if len(r.cur.data) > 0 && !r.send(true) {
		return false
	}
	r.cur.fresh = true
	r.began = now
	if err := r.section(); err != nil {
		r.fail(err)
		return false
	}
	return true
}

// State returns what was saved and lost so far.
func (r *Recorder) State() State {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.state
	s.Lost, s.After, s.Ended = r.lost.Load(), r.after.Load(), r.failed.Load()
	return s
}

// Close writes out everything and closes the file. It returns why saving ended, nil
// when it did not, and may be called again.
func (r *Recorder) Close() error {
	if r.closed {
		return r.State().Err
	}
	r.closed = true
	over := make(chan struct{})
	go func() {
		if len(r.cur.data) > 0 {
			r.queue <- r.cur
		}
		close(r.queue)
		<-r.done
		close(over)
	}()
	r.await(over)
	return r.State().Err
}

// await waits until everything is written. A pipe that takes nothing is given up once there
// is word to leave.
func (r *Recorder) await(over <-chan struct{}) {
	leave := r.opt.Leave
	if !r.pipe {
		leave = nil
	}
	select {
	case <-over:
		return
	case <-leave:
	}
	last, since := uint64(0), time.Now()
	for {
		select {
		case <-over:
			return
		case <-time.After(50 * time.Millisecond):
		}
		if n := r.State().Bytes; n != last {
			last, since = n, time.Now()
		} else if time.Since(since) > giveUp {
			r.failed.Store(true)
			r.mu.Lock()
			r.state.Err = errStuck
			r.mu.Unlock()
			return
		}
	}
}

// write is the goroutine that owns the file.
func (r *Recorder) write() {
	defer close(r.done)
	for c := range r.queue {
		if err := r.take(c); err != nil {
			// Somebody may remove the file to make room: it must not be held.
			r.broken = true
			r.finish()
			r.fail(err)
		}
		select {
		case r.free <- c:
		default:
		}
	}
	if err := r.finish(); err != nil {
		r.fail(err)
	}
}

// take writes c, but for what belongs to a file that ended early.
func (r *Recorder) take(c *chunk) error {
	again := r.broken && c.fresh
	if r.broken && !again {
		r.after.Add(c.frames)
		return nil
	}
	r.broken = false
	err := r.put(c)
	if again && err == nil {
		r.mu.Lock()
		r.state.Again++
		r.mu.Unlock()
	}
	return err
}

func (r *Recorder) finish() error {
	f := r.file
	r.file = nil
	if f == nil {
		return nil
	}
	var err error
	if r.opt.Sync != SyncNever && !r.broken {
		if err = f.Sync(); errors.Is(err, os.ErrInvalid) || isPipe(f) {
			err = nil
		}
	}
	return errors.Join(err, f.Close())
}

func isPipe(f *os.File) bool {
	st, err := f.Stat()
	return err == nil && !st.Mode().IsRegular()
}

func (r *Recorder) put(c *chunk) error {
	if c.fresh {
		err := r.finish()
		var f *os.File
		var name string
		if err == nil {
			f, name, err = r.opt.Next(time.Now())
		}
		if err != nil {
			r.after.Add(c.frames)
			return err
		}
		r.file = f
		r.mu.Lock()
		r.state.Name = name
		r.state.Files++
		r.mu.Unlock()
	}
	n, err := r.file.Write(c.data)
	frames := c.frames
	if err != nil {
		whole, kept := wholeBlocks(c.data[:n])
		frames = kept
		if n > whole {
			// Half a block would make the file a damaged one.
			if end, e := r.file.Seek(0, io.SeekCurrent); e == nil {
				r.file.Truncate(end - int64(n-whole))
			}
			n = whole
		}
	}
	r.mu.Lock()
	r.state.Frames += frames
	r.state.Bytes += uint64(n)
	r.mu.Unlock()
	r.after.Add(c.frames - frames)
	if err == nil && c.flush && r.opt.Sync == SyncFlush && !isPipe(r.file) {
		err = r.file.Sync()
	}
	return err
}

// wholeBlocks says how many octets of b are whole blocks, and how many of those are
// packets.
func wholeBlocks(b []byte) (octets int, packets uint64) {
	for octets+12 <= len(b) {
		n := int(le.Uint32(b[octets+4:]))
		if n < 12 || octets+n > len(b) {
			break
		}
		if le.Uint32(b[octets:]) == 6 {
			packets++
		}
		octets += n
	}
	return octets, packets
}

func (r *Recorder) fail(err error) {
	if r.failed.Swap(true) {
		return
	}
	r.mu.Lock()
	if r.state.Err == nil {
		r.state.Err = err
	}
	r.mu.Unlock()
	if r.opt.Failed != nil {
		r.opt.Failed(err)
	}
}
