package engine

import "portero/capture"

// leaps reports whether the last frame of d may lie so far ahead of those before it that what follows must tell whether time
// passed until then, see suspect: what comes of it must not depend on where blocks end. Nobody waits for what follows where
// it is long in coming: what is known by now is to be told.
func (e *Engine) leaps(d *decoded) bool {
	fs := d.block.Frames
	n := len(fs)
	if n == 0 || e.opt.Live || d.block.Slow {
		return false
	}
	before := e.clock.last
	if n > 1 {
		before = fs[n-2].Time
	}
	return fs[n-1].Time-before > jumpAhead || !d.sum.even || e.clock.suspect != 0
}

// suspect looks at packet i of d, of which the clock does not know yet whether time passed until then: it did not where the frame
// behind it came before that, as far as the clock goes. Live nobody knows what comes next.
func (e *Engine) suspect(d *decoded, i int) {
	p := &d.batch.Packets[i]
	after, fs := d.after, d.block.Frames
	if k := int(p.FrameIdx) + 1; k < len(fs) {
		after = fs[k].Time
	}
	if c := &e.clock; after != 0 && p.Time > c.now && after <= c.now+jumpAhead && after >= c.now-jumpBack {
		d.batch.Wild = append(d.batch.Wild, uint32(i))
	}
}

// reading hands out the blocks of src one by one, decoded, in the goroutine that sequences them.
type reading struct {
	src   capture.Source
	dec   *capture.Decoder
	block *decoded // that which was handed out, or is to be filled
	next  *decoded // another, for what was read ahead
	known bool     // it is filled, or err says why not
	err   error
}

// take is the next block.
func (r *reading) take() (*decoded, error) {
	if r.known {
		r.known = false
		if r.err == nil {
			r.block, r.next = r.next, r.block
		}
		return r.block, r.err
	}
	return r.block, r.fill(r.block)
}

func (r *reading) fill(d *decoded) error {
	if err := r.src.Next(&d.block); err != nil {
		return err
	}
	decode(r.dec, d)
	return nil
}

// ahead is when the first frame behind the block that was handed out came, 0 where there is none.
func (r *reading) ahead() int64 {
	if r.next == nil {
		r.next = &decoded{wants: r.block.wants}
	}
	r.known = true
	for {
		if r.err = r.fill(r.next); r.err != nil {
			return 0
		}
		if fs := r.next.block.Frames; len(fs) > 0 {
			return fs[0].Time
		}
	}
}
