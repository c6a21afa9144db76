package handshake

import (
	"slices"

	"portero/capture"
)

const rttKept = 8

// rttSampler times one segment at a time from its sending to the
// acknowledgement that covers it.
type rttSampler struct {
	end     capture.Seq
	pending bool
	at      int64
}

// rttSamples keeps the extremes and a thinned sample for the median.
type rttSamples struct {
	n        uint8  // samples kept
	skip     uint32 // one in skip+1 is kept
	seen     uint32
	min, max int64
	kept     [rttKept]int64
}

func (r *rttSampler) sent(end capture.Seq, at int64) {
	if !r.pending {
		r.end, r.at, r.pending = end, at, true
	}
}

// spoil drops the running sample: after a retransmission the acknowledgement is
// ambiguous (Karn).
func (r *rttSampler) spoil() { r.pending = false }

func (r *rttSampler) acked(ack capture.Seq, at int64, to *rttSamples) {
	if !r.pending || ack.Before(r.end) {
		return
	}
	r.pending = false
	if d := at - r.at; d >= 0 {
		to.add(d)
	}
}

func (r *rttSamples) add(d int64) {
	if r.seen == 0 || d < r.min {
		r.min = d
	}
	if d > r.max {
		r.max = d
	}
	if r.seen%(r.skip+1) == 0 {
		if r.n == rttKept {
			for i := 0; i < rttKept/2; i++ {
				r.kept[i] = r.kept[2*i]
			}
			r.n = rttKept / 2
			r.skip = 2*r.skip + 1
		}
		if r.seen%(r.skip+1) == 0 {
			r.kept[r.n] = d
			r.n++
		}
	}
	r.seen++
}

// median is that of the kept samples; ok is false without any.
func (r *rttSamples) median() (d int64, ok bool) {
	if r.n == 0 {
		return 0, false
	}
	s := r.kept
	slices.Sort(s[:r.n])
	return s[(r.n-1)/2], true
}
