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
