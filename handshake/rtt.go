package handshake

import (
	"slices"
	"time"

	"portero/capture"
)

const rttKept = 8

// Durations are kept in 48 bits: 78 hours in nanoseconds.
const maxSpan = 1<<48 - 1

func join(lo uint32, hi uint16) int64 { return int64(hi)<<32 | int64(lo) }

// rttSamples keeps the extremes and a thinned sample for the median: one in
// 1<<thin is kept. It is one cache line.
type rttSamples struct {
	lo           [rttKept]uint32
	minLo, maxLo uint32
	state        uint32 // samples kept (4 bits), thin (5 bits), samples since the last kept one (23 bits)
	hi           [rttKept]uint16
	minHi, maxHi uint16
}

// times reports whether the segments of side may be timed: those of the originator
// are, and of both sides where no SYN tells which that is.
func (c *Conn) times(side Side) bool {
	return (c.half[0].bits|c.half[1].bits)&sentSYN == 0 || side == c.synSide()
}

// sent starts timing the segment of side that ends at end: one at a time, from
// its sending to the acknowledgement that covers it.
func (c *Conn) sent(side Side, end capture.Seq, at int64, x *Data) {
	if x.flags&(dataTimed0<<side) == 0 && c.times(side) {
		x.flags |= dataTimed0 << side
		x.rttEnd[side], x.rttAtLo[side], x.rttAtHi[side] = end, uint32(at), uint16(at>>32)
	}
}

// spoil drops the running sample: after a retransmission the acknowledgement is
// ambiguous (Karn).
func (x *Data) spoil(side Side) { x.flags &^= dataTimed0 << side }

// Untime drops what is timed of either side.
func (x *Data) Untime() { x.flags &^= dataTimed0 | dataTimed1 }

// owns reports whether the samples of side are those in x itself.
func (x *Data) owns(side Side) bool { return x.flags&dataSamples1 != 0 == (side == 1) }

// samples are those of side: the first that has some has them at hand, in Data, and
// the other, which only has some where no SYN was seen, in Details.
func (x *Data) samples(side Side, s *Shelf) *rttSamples {
	if x.flags&dataSampled == 0 {
		x.flags |= dataSampled | dataSamples1*dataBits(side)
	}
	if x.owns(side) {
		return &x.rtt
	}
	r := Rest{Data: x, Shelf: s}
	return &r.need().rtt
}

func (x *Data) acked(side Side, ack capture.Seq, at int64, s *Shelf) {
	if x.flags&(dataTimed0<<side) == 0 || ack.Before(x.rttEnd[side]) {
		return
	}
	x.flags &^= dataTimed0 << side
	if d := (at - join(x.rttAtLo[side], x.rttAtHi[side])) << 16 >> 16; uint64(d) <= longSample || d > 0 && x.believes(side, d, at, s) {
		x.samples(side, s).add(d)
	}
}

// longSample is how long who measured nothing yet waits before it sends again what is not acknowledged (RFC 6298, 2.1; it was 3 s before).
const longSample = uint64(3 * time.Second)

// believes reports whether d, a long time until an acknowledgement that came at, may be a round trip. Its sender would have sent
// again in that time: who measured R waits no longer than R + 4*R (RFC 6298, 2.3). What it sent instead was new, or it was
// content, so that the acknowledgement was missed, or what it sent again was.
func (x *Data) believes(side Side, d, at int64, s *Shelf) bool {
	if r := x.samples(side, s); r.state != 0 {
		_, most := r.extremes()
		return d/8 <= most
	}
	return at-x.pace.askedAt > d/2 && d < int64(time.Minute) // nobody waits for longer (RFC 6298, 2.5)
}

const maxThin = 22

func (r *rttSamples) add(d int64) {
	d = min(d, maxSpan)
	lo, hi := uint32(d), uint16(d>>32)
	n, thin, since := r.state&15, r.state>>4&31, r.state>>9
	if n == 0 || d < join(r.minLo, r.minHi) {
		r.minLo, r.minHi = lo, hi
	}
	if d > join(r.maxLo, r.maxHi) {
		r.maxLo, r.maxHi = lo, hi
	}
	if since == 0 {
		if n == rttKept && thin < maxThin {
			for i := range rttKept / 2 {
				r.lo[i], r.hi[i] = r.lo[2*i], r.hi[2*i]
			}
			n = rttKept / 2
			thin++
		}
		if n < rttKept {
			r.lo[n], r.hi[n] = lo, hi
			n++
		}
	}
	since = (since + 1) & (1<<thin - 1)
	r.state = n | thin<<4 | since<<9
}

// median is that of the kept samples; ok is false without any.
func (r *rttSamples) median() (d int64, ok bool) {
	n := int(r.state & 15)
	if n == 0 {
		return 0, false
	}
	var s [rttKept]int64
	for i := range n {
		s[i] = join(r.lo[i], r.hi[i])
	}
	slices.Sort(s[:n])
	return s[(n-1)/2], true
}

// extremes are the smallest and the largest sample.
func (r *rttSamples) extremes() (lo, hi int64) {
	return join(r.minLo, r.minHi), join(r.maxLo, r.maxHi)
}
