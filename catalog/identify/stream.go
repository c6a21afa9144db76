package identify

// The bounds of what is kept of one direction.
const (
	// MaxKept is how many octets of a direction are looked at.
	MaxKept = 1500
	// maxHello is the same for a TLS ClientHello, in TCP or QUIC: with a
	// post-quantum key share it is 1.7 to 2 kB, and browsers shuffle its
	// extensions, so that the name may come last.
	maxHello = 4096
	// maxParts is how many pieces may wait for what comes before them. Browsers cut a
	// QUIC hello into a dozen frames and shuffle them.
	maxParts = 16
)

// span is a stretch of a direction, in octets from its start.
type span struct{ lo, hi uint16 }

// stream puts the octets of one direction in order. The first copy of an octet
// stays: a later one with other content cannot rewrite what was seen.
type stream struct {
	buf   []byte // lent by the Identifier; octets [0, have) are complete
	have  int
	limit int    // MaxKept, or maxHello
	skip  int    // octets of a PROXY header before what is kept
	own   bool   // buf is lent, and not the packet itself
	shut  bool   // nothing that follows can be an alert in clear
	tls   uint16 // octets before its records of TLS plus one, 0: there are none
	parts [maxParts]span
	n     int
	seen  uint64 // octets offered, repeated ones included
}

// add books data at offset off. It needs a buffer of limit octets.
func (s *stream) add(off int, data []byte) {
	if off < 0 {
		if -off >= len(data) {
			return
		}
		data, off = data[-off:], 0
	}
	if off >= s.limit {
		return
	}
	if len(data) > s.limit-off {
		data = data[:s.limit-off]
	}
	hi := off + len(data)
	if hi <= s.have {
		return
	}
	if off <= s.have {
		s.write(s.have, data[s.have-off:])
		s.have = hi
		s.join()
		return
	}
	if s.n == maxParts {
		return
	}
	s.write(off, data)
	for i := range s.parts[:s.n] {
		// A neighbour grows instead of taking another place.
		if p := &s.parts[i]; off <= int(p.hi) && hi >= int(p.lo) {
			p.lo, p.hi = uint16(min(off, int(p.lo))), uint16(max(hi, int(p.hi)))
			return
		}
	}
	s.parts[s.n] = span{uint16(off), uint16(hi)}
	s.n++
}

// write copies data to off, except where a part lies already.
func (s *stream) write(off int, data []byte) {
	if s.n == 0 {
		copy(s.buf[off:], data)
		return
	}
next:
	for i, c := range data {
		at := off + i
		for _, p := range s.parts[:s.n] {
			if at >= int(p.lo) && at < int(p.hi) {
				continue next
			}
		}
		s.buf[at] = c
	}
}

// join takes up parts that the complete stretch reaches now.
func (s *stream) join() {
	for again := true; again; {
		again = false
		for i := 0; i < s.n; i++ {
			if p := s.parts[i]; int(p.lo) <= s.have {
				s.have = max(s.have, int(p.hi))
				s.n--
				s.parts[i] = s.parts[s.n]
				again = true
				break
			}
		}
	}
}

// drop forgets the first n octets, which are complete: the stream starts behind them.
func (s *stream) drop(n int) {
	s.skip += n
	s.have -= n
	if !s.own {
		s.buf = s.buf[n:] // the packet itself
		return
	}
	copy(s.buf, s.buf[n:])
	for i := range s.parts[:s.n] {
		s.parts[i].lo -= uint16(n)
		s.parts[i].hi -= uint16(n)
	}
}

// pass is drop for octets that need not be there yet.
func (s *stream) pass(n int) {
	if n <= s.have {
		s.drop(n)
		return
	}
	s.skip += n
	s.have = max(s.have-n, 0)
	if !s.own {
		s.buf = s.buf[min(n, len(s.buf)):]
		return
	}
	copy(s.buf, s.buf[min(n, len(s.buf)):])
	left := 0
	for _, p := range s.parts[:s.n] {
		if int(p.hi) > n {
			s.parts[left] = span{uint16(max(int(p.lo)-n, 0)), p.hi - uint16(n)}
			left++
		}
	}
	s.n = left
	s.join()
}

// bytes is what is complete.
func (s *stream) bytes() []byte { return s.buf[:s.have] }

// full reports whether no further octet will be kept.
func (s *stream) full() bool { return s.limit > 0 && s.have >= s.limit }
