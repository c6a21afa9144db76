package doors

import (
	"iter"
	"net/netip"
)

// addrs is a set of addresses. Most hold one, which costs no map: a flood from a
// million forged addresses makes a million of them. The zero value is empty.
type addrs struct {
	one  netip.Addr
	more map[netip.Addr]struct{} // all of them, from the second on
}

func (s *addrs) add(a netip.Addr) {
	switch {
	case s.more != nil:
		s.more[a] = struct{}{}
	case !s.one.IsValid():
		s.one = a
	case s.one != a:
		s.more = map[netip.Addr]struct{}{s.one: {}, a: {}}
	}
}

func (s *addrs) has(a netip.Addr) bool {
	if s.more == nil {
		return s.one.IsValid() && s.one == a
	}
	_, ok := s.more[a]
	return ok
}

func (s *addrs) len() int {
	switch {
	case s.more != nil:
		return len(s.more)
	case s.one.IsValid():
		return 1
	}
	return 0
}

// all lists them in no order.
func (s *addrs) all() iter.Seq[netip.Addr] {
	return func(yield func(netip.Addr) bool) {
		if s.more == nil {
			if s.one.IsValid() {
				yield(s.one)
			}
			return
		}
		for a := range s.more {
			if !yield(a) {
				return
			}
		}
	}
}
