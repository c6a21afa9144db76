package html

import (
	"slices"
	"time"

	"portero/internal/view"
)

// histogram counts connections by the time of their first packet, in bins that
// widen so that there are never more than maxBins. The zero value is ready.
type histogram struct {
	width int64 // ns
	bins  map[int64]*[4]uint64
}

const maxBins = 4096

func (h *histogram) add(ns int64, t view.Tone) {
	if h.bins == nil {
		h.width, h.bins = int64(time.Millisecond), map[int64]*[4]uint64{}
	}
	k := floor(ns, h.width)
	b := h.bins[k]
	if b == nil {
		b = &[4]uint64{}
		h.bins[k] = b
	}
	b[t]++
	for len(h.bins) > maxBins {
		old := h.bins
		h.width *= 2
		h.bins = make(map[int64]*[4]uint64, len(old)/2)
		for k, b := range old {
			n := h.bins[floor(k, 2)]
			if n == nil {
				h.bins[floor(k, 2)] = b
				continue
			}
			for i := range b {
				n[i] += b[i]
			}
		}
	}
}

func floor(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// timeline is the histogram as it is drawn.
type timeline struct {
	start, width int64 // ns
	bins         [][4]uint64
	most         uint64 // the fullest bin
	outside      uint64 // connections far from all others: a clock that went wild
}

// widths are those people count in.
var widths = []time.Duration{time.Millisecond, 2 * time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond, 20 * time.Millisecond, 50 * time.Millisecond,
	100 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second,
	30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 3 * time.Hour,
	6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour, 28 * 24 * time.Hour, 364 * 24 * time.Hour, 3640 * 24 * time.Hour}

// drawn puts the histogram into at most limit bins of a width people count in.
func (h *histogram) drawn(limit int) timeline {
	keys := make([]int64, 0, len(h.bins))
	total := uint64(0)
	for k, b := range h.bins {
		keys = append(keys, k)
		total += sum(b)
	}
	if len(keys) == 0 {
		return timeline{}
	}
	slices.Sort(keys)
	lo, hi := h.inner(keys, total)
	t := timeline{}
	span := uint64(hi-lo+1) * uint64(h.width)
	w := int64(widths[len(widths)-1])
	for _, c := range widths {
		if int64(c) >= h.width && span/uint64(c) < uint64(limit)-1 {
			w = int64(c)
			break
		}
	}
	t.width = w
	first := floor(lo*h.width, w)
	t.start = first * w
	t.bins = make([][4]uint64, floor(hi*h.width, w)-first+1)
	for _, k := range keys {
		b := h.bins[k]
		if k < lo || k > hi {
			t.outside += sum(b)
			continue
		}
		n := &t.bins[floor(k*h.width, w)-first]
		for i := range b {
			n[i] += b[i]
		}
		t.most = max(t.most, sum(n))
	}
	return t
}

// inner leaves out at most a hundredth of the connections at either end when that
// makes the rest fifty times as large: one wild time stamp must not flatten all.
func (h *histogram) inner(keys []int64, total uint64) (lo, hi int64) {
	lo, hi = keys[0], keys[len(keys)-1]
	trim := max(total/100, 1)
	if total < 4 {
		return lo, hi
	}
	a, b := 0, len(keys)-1
	for n := uint64(0); a < b; a++ {
		if n += sum(h.bins[keys[a]]); n > trim {
			break
		}
	}
	for n := uint64(0); b > a; b-- {
		if n += sum(h.bins[keys[b]]); n > trim {
			break
		}
	}
	in, out := keys[b]-keys[a]+1, hi-lo+1
	if out <= int64(time.Minute)/h.width || out/50 <= in {
		return lo, hi
	}
	for a > 0 && keys[b]-keys[a-1] < 2*in { // no outlier after all
		a--
	}
	for b < len(keys)-1 && keys[b+1]-keys[a] < 2*in {
		b++
	}
	return keys[a], keys[b]
}

func sum(b *[4]uint64) (n uint64) {
	for _, v := range b {
		n += v
	}
	return n
}
