package identify

// lend gives a direction a buffer of n octets, or a larger one than it has.
func (x *Identifier) lend(s *stream, n int) bool {
	if s.own && len(s.buf) >= n {
		return true
	}
	pool := &x.small
	if n > MaxKept {
		n, pool = maxHello, &x.large
	}
	var b []byte
	if i := len(*pool); i > 0 {
		b = (*pool)[i-1]
		*pool = (*pool)[:i-1]
	} else {
		if !x.spend(int64(n)) {
			return false
		}
		b = make([]byte, n)
	}
	copy(b, s.buf)
	x.giveBack(s)
	s.buf, s.limit, s.own = b, n, true
	return true
}

func (x *Identifier) giveBack(s *stream) {
	if s.own {
		if len(s.buf) == MaxKept {
			x.small = append(x.small, s.buf)
		} else {
			x.large = append(x.large, s.buf)
		}
	}
	s.buf, s.own = nil, false
}
