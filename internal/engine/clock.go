package engine

// clock follows capture time. One packet with a wild time stamp must not end
// every flow: a jump forward over jumpAhead, or back over jumpBack, counts only
// when the next packet confirms it.
type clock struct {
	now     int64
	tick    int64 // last whole second told
	suspect int64 // time of a packet that jumped, 0 none
	set     bool
	// counted for the capture doctor
	Backwards, JumpsAhead, JumpsBack uint64
	last                             int64
}

const (
	second    = int64(1e9)
	jumpAhead = 10 * second
	jumpBack  = 60 * second
)

// see takes a packet's time and reports whether the clock reached another
// second.
func (c *clock) see(t int64) bool {
	if !c.set {
		c.set, c.now, c.tick, c.last = true, t, t/second, t
		return true
	}
	if t < c.last {
		c.Backwards++
	}
	c.last = t
	d := t - c.now
	switch {
	case d > jumpAhead:
		if c.suspect == 0 || t < c.suspect-jumpAhead || t > c.suspect+jumpAhead {
			c.suspect = t
			return false
		}
		c.JumpsAhead++
		c.suspect = 0
		c.now = t
	case d < -jumpBack:
		if c.suspect == 0 || t < c.suspect-jumpAhead || t > c.suspect+jumpAhead {
			c.suspect = t
			return false
		}
		c.JumpsBack++
		c.suspect = 0
		c.now = t
		c.tick = t / second
		return true
	default:
		c.suspect = 0
		if d <= 0 {
			return false
		}
		c.now = t
	}
	if s := t / second; s != c.tick {
		c.tick = s
		return true
	}
	return false
}
