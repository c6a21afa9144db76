//go:build linux

package live

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"portero/capture"
)

// fake is a ring in plain memory, with a frame in a block of its own for each time.
func fake(tap string, times ...time.Time) *ring {
	const size = 1 << 10
	blocks := max(len(times), 1)
	r := &ring{tap: tap, mem: make([]byte, blocks*size), blockSize: size, refs: make([]int32, blocks), cur: -1}
	for i, t := range times {
		d := r.mem[i*size:]
		native.PutUint32(d[blockStatus:], unix.TP_STATUS_USER)
		native.PutUint32(d[blockCount:], 1)
		native.PutUint32(d[blockFirst:], 64)
		p := d[64:]
		native.PutUint32(p[hdrSec:], uint32(t.Unix()))
		native.PutUint32(p[hdrNsec:], uint32(t.Nanosecond()))
		native.PutUint32(p[hdrSnap:], 60)
		native.PutUint32(p[hdrLen:], 60)
		native.PutUint16(p[hdrMAC:], 128)
	}
	r.due = uint64(len(times))
	return r
}

// together is a ring in plain memory, with frames of all these times in one block.
func together(tap string, times ...time.Time) *ring {
	const first, size = 64, 256
	r := fake(tap, times[0])
	r.mem, r.blockSize = make([]byte, first+size*len(times)), first+size*len(times)
	native.PutUint32(r.mem[blockStatus:], unix.TP_STATUS_USER)
	native.PutUint32(r.mem[blockCount:], uint32(len(times)))
	native.PutUint32(r.mem[blockFirst:], first)
	for i, t := range times {
		p := r.mem[first+i*size:]
		native.PutUint32(p[hdrNext:], size)
		native.PutUint32(p[hdrSec:], uint32(t.Unix()))
		native.PutUint32(p[hdrNsec:], uint32(t.Nanosecond()))
		native.PutUint32(p[hdrSnap:], 60)
		native.PutUint32(p[hdrLen:], 60)
		native.PutUint16(p[hdrMAC:], 128)
	}
	return r
}

// The word to stop comes while a block fills, and what comes behind it in that block is not part of the capture either.
func TestABlockThatOutlastsTheStop(t *testing.T) {
	now := time.Now()
	h := &Handle{holds: map[*capture.Block][]hold{}, rings: []*ring{together("va", now, now.Add(10), now.Add(20), now.Add(30), now.Add(40))}}
	h.stopped.Store(now.Add(20).UnixNano())
	if got := frames(h, now); len(got) != 3 || h.rings[0].read.Load() != 3 || h.rings[0].late != 2 || h.rings[0].hasOne {
		t.Errorf("%d frames, %d read, %d late; want 3 and 2", len(got), h.rings[0].read.Load(), h.rings[0].late)
	}
}

func frames(h *Handle, now time.Time) (at []time.Time) {
	var b capture.Block
	h.fill(&b, now)
	for _, f := range b.Frames {
		at = append(at, time.Unix(0, f.Time))
	}
	return at
}

// Where the clock is set back, a lane whose next frame is from before that goes on at
// once, and not when the clock is there again.
func TestAClockThatIsSetBackHoldsNoLane(t *testing.T) {
	now := time.Now()
	late := now.Add(time.Hour)
	h := &Handle{holds: map[*capture.Block][]hold{}, rings: []*ring{
		fake("va", late, now.Add(-4*slack), now.Add(-3*slack)),
		fake("va", now.Add(-2*slack)),
		fake("va"),
	}}
	got := frames(h, now)
	if len(got) != 4 {
		t.Errorf("%d frames of 4 after the clock was set back by an hour: %v", len(got), got)
	}
	if !h.drained("va") {
		t.Error("they are all out, and the rings are said to have more")
	}
}

// A frame of a lane waits while another may still bring an earlier one.
func TestALaneWaitsForAQuietOne(t *testing.T) {
	now := time.Now()
	h := &Handle{holds: map[*capture.Block][]hold{}, rings: []*ring{fake("va", now.Add(-slack-time.Millisecond), now.Add(-slack+time.Millisecond)), fake("va")}}
	if got := frames(h, now); len(got) != 1 {
		t.Errorf("%d frames, want the one that is old enough", len(got))
	}
	if h.drained("va") || !h.waiting("va") || h.waiting("vb") || !h.drained("vb") {
		t.Error("the other one is in its ring")
	}
	if got := frames(h, now.Add(2*time.Millisecond)); len(got) != 1 {
		t.Errorf("%d frames then, want the other", len(got))
	}
}

// Where copies are among the first frames these are handed out together, and else as they come.
func TestTheFirstFramesComeTogether(t *testing.T) {
	now := time.Now()
	frame := func(tag string, behind byte) capture.Frame {
		d := append([]byte("\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01"+tag+"\x08\x00"), make([]byte, 40)...)
		d[len(d)-1] = behind
		return capture.Frame{Data: d}
	}
	one := []capture.Frame{frame("", 1), frame("", 2)}
	twice := []capture.Frame{frame("", 1), frame("", 2), frame("", 1)}
	tagged := []capture.Frame{frame("\x81\x00\x00\x07", 1), frame("", 1)}
	short := []capture.Frame{{Data: make([]byte, 18)}, {Data: make([]byte, 18)}}
	for name, c := range map[string]struct {
		fs   []capture.Frame
		at   time.Duration
		h    *Handle
		want bool
	}{
		"no copies":       {one, 0, &Handle{}, true},
		"nothing in them": {short, 0, &Handle{}, true},
		"a copy":          {twice, 0, &Handle{}, false},
		"with a tag":      {tagged, 0, &Handle{}, false},
		"many interfaces": {twice, 0, &Handle{several: capture.ManyTaps}, true},
		"not yet":         {twice, opening - 1, &Handle{first: now}, false},
		"time is over":    {twice, opening, &Handle{first: now}, true},
		"enough":          {append(make([]capture.Frame, enough-3), twice...), 0, &Handle{first: now}, true},
		"not enough":      {append(make([]capture.Frame, enough-4), twice...), 0, &Handle{first: now}, false},
	} {
		if got := c.h.opens(c.fs, now.Add(c.at)); got != c.want || got != c.h.began {
			t.Errorf("%s: handed out: %v", name, got)
		}
	}
	// The frames of the ring are alike.
	for _, stop := range []int64{0, now.UnixNano() + 10} {
		r := fake("va", now, now.Add(1), now.Add(2))
		r.fd = -1
		g := &Handle{wake: -1, holds: map[*capture.Block][]hold{}, rings: []*ring{r}}
		g.stopped.Store(stop)
		var b capture.Block
		if err := g.Next(&b); err != nil || len(b.Frames) != 3 || !g.began || stop == 0 && time.Since(g.first) < opening {
			t.Errorf("stopped at %d: %v, %d frames of 3, %v after the first", stop, err, len(b.Frames), time.Since(g.first))
		}
		if err := g.Next(&b); (err != nil) != (stop != 0) || len(b.Frames) != 0 {
			t.Errorf("stopped at %d: %v then, %d frames", stop, err, len(b.Frames))
		}
	}
}
