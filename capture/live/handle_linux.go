package live

import (
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"portero/capture"
)

// Handle reads what Taps bring, in order of time. One goroutine calls Next and,
// at the end, Close; Stop, Stats and Name may be called from others.
type Handle struct {
	// Changed is told when an interface goes or comes, in the goroutine of Next.
	// Set it before the first Next.
	Changed func(Event)

	wake    int
	reopen  func(name string) (Tap, error)
	taps    []*tapState
	several capture.Taps
	holds   map[*capture.Block][]hold
	index   uint64
	began   bool         // frames were handed out
	first   time.Time    // when the first of them was there
	stopped atomic.Int64 // when, 0 not
	ending  time.Time    // when Next learned that
	looked  time.Time
	fds     []unix.PollFd
	counter counters

	reading sync.Mutex // the blocks of rings and who holds them
	closed  bool

	mu    sync.Mutex // rings, gone, names and the closing of wake
	rings []*ring
	gone  LaneStats // what rings counted that are no more
	names map[int32]string
}

type tapState struct {
	Tap
	called string // its name now; Tap has the one that was asked for
	looked bool
	down   bool
	away   time.Time // since when, zero when it is there
	failed bool      // it could not be listened to anew
}

type hold struct {
	r     *ring
	block int
}

const (
	maxFrames = 8192 // of one Next: a Packet keeps its frame's place in 16 bits
	// slack is for how long the frame of a quiet lane may be on its way: two
	// rounds of the kernel's timer that retires blocks, and one more.
	slack = 3 * retire
	// overdue is for how long frames that the kernel counted are waited for where a
	// ring ends: its timer may be late on a busy machine.
	overdue = 3 * time.Second
)

// Open maps taps. reopen makes a Tap anew when an interface of that name is there
// again after it went away; with nil it stays away. The Handle owns the taps, also
// when the error is not nil.
func Open(taps []Tap, reopen func(name string) (Tap, error)) (*Handle, error) {
	h := &Handle{wake: -1, reopen: reopen, holds: map[*capture.Block][]hold{}, names: map[int32]string{}}
	if len(taps) > 1 || len(taps) == 1 && taps[0].Index == 0 {
		h.several = capture.ManyTaps
	}
	for i := range taps {
		t := taps[i]
		h.taps = append(h.taps, &tapState{Tap: t, called: t.Name})
		for lane := range t.Files {
			r, err := mapRing(&t, lane)
			if err != nil {
				h.Close()
				return nil, err
			}
			h.rings = append(h.rings, r)
		}
	}
	var err error
	if h.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		h.Close()
		return nil, os.NewSyscallError("eventfd", err)
	}
	h.counter.open(h.taps)
	return h, nil
}

// Next fills b with frames, in order of time. They point into the rings and are
// valid until Next is called with the same b again. After a tenth of a second
// without frames it returns an empty block, so that time can go on. After Stop it
// hands out what was captured until then, and then returns io.EOF, as it does after Close.
func (h *Handle) Next(b *capture.Block) error {
	h.reading.Lock()
	defer h.reading.Unlock()
	h.release(b)
	b.Frames, b.Taps = b.Frames[:0], h.several
	if h.closed {
		return io.EOF
	}
	end := time.Now().Add(wait)
	for {
		now := time.Now()
		if now.Sub(h.looked) >= time.Second {
			h.looked = now
			h.look(now)
		}
		until := end
		if h.fill(b, now); len(b.Frames) > 0 {
			if h.began || h.opens(b.Frames, now) {
				return nil
			}
			until = now.Add(retire)
		}
		if h.stopped.Load() != 0 {
			if h.ending.IsZero() {
				h.ending = now
				h.count()
			}
			// No time of the wall clock: that may be set back now.
			d := now.Sub(h.ending)
			drained := d > slack && h.drained("")
			switch {
			case (drained || d > overdue) && len(b.Frames) > 0: // the first, and there are no more
				h.began = true
				return nil
			case drained:
				h.settle()
				return io.EOF
			case d > overdue:
				return io.EOF
			}
			time.Sleep(time.Millisecond)
			continue
		}
		if !now.Before(until) {
			return nil
		}
		if err := h.sleep(until.Sub(now)); err != nil {
			return err
		}
	}
}

// opens reports whether fs, the first frames, are to be handed out now.
func (h *Handle) opens(fs []capture.Frame, now time.Time) bool {
	if h.first.IsZero() {
		h.first = now
		h.began = h.several == capture.ManyTaps || !copied(fs)
	}
	h.began = h.began || len(fs) >= enough || now.Sub(h.first) >= opening
	return h.began
}

// copied reports whether a copy of one of fs is among them: what lies behind the addresses and a VLAN's tag is the same.
func copied(fs []capture.Frame) bool {
	const before = 12 + vlanOctets + 2
	fs = fs[:min(len(fs), enough)]
	for i := range fs {
		a := fs[i].Data
		for j := range fs[:i] {
			b := fs[j].Data
			if n := min(len(a), len(b)) - before; n > 0 && bytes.Equal(a[len(a)-n:], b[len(b)-n:]) {
				return true
			}
		}
	}
	return false
}

// fill takes frames from the open blocks of all rings. With several rings a frame
// is taken when no ring can still bring an earlier one.
func (h *Handle) fill(b *capture.Block, now time.Time) {
	limit := int64(math.MaxInt64)
	quiet := now.Add(-slack).UnixNano()
	last := int64(math.MaxInt64)
	if stop := h.stopped.Load(); stop != 0 {
		last = stop
	}
	one := len(h.rings) == 1
	for _, r := range h.rings {
		if !r.open() && !one {
			limit = quiet
		}
	}
	for len(b.Frames) < maxFrames {
		var r *ring
		for _, c := range h.rings {
			if c.hasOne && (r == nil || c.head.Time < r.head.Time) {
				r = c
			}
		}
		if r == nil || r.head.Time > limit {
			if r = h.ahead(now); r == nil {
				return
			}
		}
		if r.head.Time > last {
			// What came after the word to stop is not part of the capture.
			r.late++
			r.advance()
			if !r.open() && !one {
				limit = quiet
			}
			continue
		}
		block := r.cur
		h.keep(b, r, block)
		for len(b.Frames) < maxFrames {
			h.index++
			f := r.head
			f.Index, f.Num = h.index, h.index
			b.Frames = append(b.Frames, f)
			r.read.Add(1)
			r.advance()
			if !one || r.cur != block || r.head.Time > last {
				break
			}
		}
		if r.cur < 0 && !r.open() {
			if one {
				return
			}
			limit = min(limit, quiet)
		}
	}
}

// ahead is a ring whose next frame is from later than now: the clock was set back since.
// What is behind that frame would wait until the clock is there again.
func (h *Handle) ahead(now time.Time) *ring {
	for _, r := range h.rings {
		if r.hasOne && r.head.Time > now.Add(time.Second).UnixNano() {
			return r
		}
	}
	return nil
}

// count asks the kernel what it put into the rings until now.
func (h *Handle) count() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.rings {
		r.count()
		r.due = r.stats.Received
	}
}

// settle leaves out of the counts what came after the word to stop: all that came before was taken out of the rings.
func (h *Handle) settle() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.rings {
		if !r.settled && !r.retired {
			r.count()
			r.stats.Received = min(r.stats.Received, r.taken-r.late)
			r.settled = true
		}
	}
}

// drained reports whether what was counted last in the rings of a tap, or of all, was
// taken out of them.
func (h *Handle) drained(tap string) bool {
	for _, r := range h.rings {
		if (tap == "" || r.tap == tap) && !r.retired && (r.taken < r.due || r.cur >= 0) {
			return false
		}
	}
	return true
}

// waiting reports whether a ring of a tap has frames for Next.
func (h *Handle) waiting(tap string) bool {
	return slices.ContainsFunc(h.rings, func(r *ring) bool { return r.tap == tap && !r.retired && (r.cur >= 0 || r.ready()) })
}

// keep notes that frames of b point into a block.
func (h *Handle) keep(b *capture.Block, r *ring, block int) {
	hs := h.holds[b]
	for i := len(hs) - 1; i >= 0; i-- {
		if hs[i].r == r {
			if hs[i].block == block {
				return
			}
			break
		}
	}
	r.refs[block]++
	h.holds[b] = append(hs, hold{r, block})
}

func (h *Handle) release(b *capture.Block) {
	hs := h.holds[b]
	for _, x := range hs {
		x.r.drop(x.block)
	}
	h.holds[b] = hs[:0]
}

// sleep waits for a block, for Stop, or for d at most.
func (h *Handle) sleep(d time.Duration) error {
	h.fds = append(h.fds[:0], unix.PollFd{Fd: int32(h.wake), Events: unix.POLLIN})
	busy := false
	for _, r := range h.rings {
		// While one of its blocks is looked at, the kernel calls a ring readable.
		busy = busy || r.held > 0
		h.fds = append(h.fds, unix.PollFd{Fd: int32(r.fd), Events: unix.POLLIN})
	}
	fds := h.fds
	if busy {
		fds, d = fds[:1], min(d, 2*time.Millisecond)
	}
	n, err := unix.Poll(fds, int(max(d.Milliseconds(), 1)))
	if err != nil && !errors.Is(err, unix.EINTR) {
		return os.NewSyscallError("poll", err)
	}
	if n <= 0 {
		return nil
	}
	for i, f := range fds {
		if i > 0 && f.Revents&(unix.POLLERR|unix.POLLHUP|unix.POLLNVAL) != 0 {
			// The interface went down or away. Reading the error clears it; the socket
			// serves again when the same interface comes up.
			unix.GetsockoptInt(int(f.Fd), unix.SOL_SOCKET, unix.SO_ERROR)
			h.looked = time.Time{}
		}
	}
	if h.looked.IsZero() {
		unix.Poll(fds[:1], 10) // not as fast as the processor can
	}
	return nil
}

// Stop ends the capture at this moment and wakes a reader.
func (h *Handle) Stop() {
	if !h.stopped.CompareAndSwap(0, time.Now().UnixNano()) {
		return
	}
	h.mu.Lock() // against Close
	defer h.mu.Unlock()
	if h.wake >= 0 {
		unix.Write(h.wake, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	}
}

// Close gives everything back. A reader may be at work: what it was handed stays until it asks
// for more, and then it is told the end.
func (h *Handle) Close() error {
	h.Stats()
	h.reading.Lock()
	defer h.reading.Unlock()
	h.closed = true
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range h.rings {
		h.bury(r, nil)
	}
	atOnce(len(h.rings), anywhere, func(i int) { h.rings[i].retire() })
	h.rings = nil
	if h.wake >= 0 {
		unix.Close(h.wake)
		h.wake = -1
	}
	h.counter.close()
	return nil
}

// bury keeps the counts of a ring that goes. The one of the same lane that comes for it
// counts on, if there is one: a counter never goes back.
func (h *Handle) bury(r *ring, heirs []*ring) {
	to := &h.gone
	for _, n := range heirs {
		if n.lane == r.lane {
			to = &n.before
		}
	}
	c := r.counts()
	to.Received += c.Received
	to.Dropped += c.Dropped
	to.Freezes += c.Freezes
	to.Read += c.Read
}

// Stats returns the counters.
func (h *Handle) Stats() Stats {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := Stats{Received: h.gone.Received, Dropped: h.gone.Dropped, Freezes: h.gone.Freezes, Read: h.gone.Read}
	for _, r := range h.rings {
		r.count()
		l := r.counts()
		s.Lanes = append(s.Lanes, l)
		s.Received += l.Received
		s.Dropped += l.Dropped
		s.Freezes += l.Freezes
		s.Read += l.Read
	}
	s.Link, s.Softnet, s.Known = h.counter.now()
	return s
}
