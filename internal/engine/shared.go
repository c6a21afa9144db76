package engine

import "encoding/binary"

// lists are the lists of names that sets stand for. Those that it gives are shared:
// nobody may change them.
type lists[S interface {
	~uint16 | ~uint32
	List() []string
}] struct {
	last  S
	names []string // of last
	known map[S][]string
}

// most bounds what is remembered: what comes from the wire may be all different.
const most = 4096

func (l *lists[S]) of(s S) []string {
	if s == l.last {
		return l.names
	}
	names, ok := l.known[s]
	if !ok {
		if l.known == nil || len(l.known) >= most {
			l.known = map[S][]string{}
		}
		names = s.List()
		l.known[s] = names
	}
	l.last, l.names = s, names
	return names
}

// histories turns histories into strings: few of them are told apart in a capture.
type histories struct {
	recent [256]string // each in the place that its letters give it
	known  map[string]string
}

func (s *histories) text(h []byte) string {
	if len(h) == 0 {
		return ""
	}
	lo, hi := words(h)
	mix := (lo ^ hi*3 + uint64(len(h))) * 0x9e3779b97f4a7c15
	e := &s.recent[mix>>56]
	if *e == string(h) {
		return *e
	}
	t, ok := s.known[string(h)]
	if !ok {
		if s.known == nil || len(s.known) >= most {
			s.known = map[string]string{}
		}
		t = string(h)
		s.known[t] = t
	}
	*e = t
	return t
}

// words are the first sixteen octets of h as two numbers, zeros where it is shorter.
func words(h []byte) (lo, hi uint64) {
	if cap(h) < 16 {
		var k [16]byte
		copy(k[:], h)
		return binary.LittleEndian.Uint64(k[:]), binary.LittleEndian.Uint64(k[8:])
	}
	// Not copied: to read again in larger pieces what was just written waits for all
	// that is written.
	lo, hi = binary.LittleEndian.Uint64(h[:8]), binary.LittleEndian.Uint64(h[8:16])
	switch n := len(h); {
	case n < 8:
		return lo & (1<<(8*n) - 1), 0
	case n < 16:
		return lo, hi & (1<<(8*(n-8)) - 1)
	}
	return lo, hi
}
