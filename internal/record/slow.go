package record

// Slowness is what took most of the time of a slow connection.
type Slowness string

// The causes. The empty one is that nothing stands out.
const (
	SlowResponder Slowness = "responder" // it took its time to answer
	SlowPath      Slowness = "path"      // the way there and back, turn after turn
	SlowWindow    Slowness = "window"    // a receiver did not read what had come
	SlowLoss      Slowness = "loss"      // what was lost had to be sent again
	SlowOpening   Slowness = "opening"   // the SYN or its answer had to be repeated
)

var slowWords = []string{string(SlowResponder), string(SlowPath), string(SlowWindow), string(SlowLoss), string(SlowOpening)}

// noticed is the least time worth a word: people notice a fifth of a second.
const noticed = 200e6

// unrepeated is how long a SYN-ACK waits for the third packet before it is sent again (RFC 6298, 2.1: a second, before it three). Where it was
// not, and what acknowledges it came later, the third packet was missed, and that time is nobody's way.
const unrepeated = 3e9

// Slow is the largest share of the time that the connection was waited for, where
// that share alone would be noticed.
func (r *Record) Slow() Slowness {
	s, _ := r.SlowFor()
	return s
}

// SlowFor is Slow with the time that the cause took, nanoseconds.
func (r *Record) SlowFor() (Slowness, int64) {
	if !r.TCP() || !r.Handshake.Opened() {
		return "", 0
	}
	best, most := Slowness(""), int64(0)
	note := func(s Slowness, ns int64) {
		if ns > most {
			best, most = s, ns
		}
	}
	// Many short waits are a talk, not a slow connection, unless they fill it.
	felt := func(one, sum int64) bool { return one >= noticed || sum >= r.DurationNS/4 }
	if felt(r.LongestWait, r.Thinking) {
		note(SlowResponder, r.Thinking)
	}
	note(SlowWindow, r.WindowStall)
	note(SlowLoss, r.LossStall)
	rtt := max(r.ServerRTT, 0)
	if r.SYNACKRetries > 0 || r.ClientRTT <= unrepeated {
		rtt += max(r.ClientRTT, 0)
	}
	if r.SYNRetries+r.SYNACKRetries > 0 && r.Setup > 0 {
		note(SlowOpening, r.Setup-rtt)
	}
	if way := min(rtt*int64(r.Turns+1), r.DurationNS); rtt > 0 && felt(rtt, way) {
		note(SlowPath, way)
	}
	if most < noticed {
		return "", 0
	}
	return best, most
}
