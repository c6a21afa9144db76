package doors

import (
	"iter"
	"net/netip"
	"slices"
)

// addrs is a set of addresses. Most hold one, which costs nothing beside it: a flood from a
// million forged addresses makes a million of them. A few lie in a list, which costs a third of a map.
// The zero value is empty.
type addrs struct {
	one  netip.Addr
	few  []netip.Addr            // all of them, from the second on
	more map[netip.Addr]struct{} // all of them, when there are more than a few
}

// few is up to how many a list is looked through as fast as a map.
const few = 16

func (s *addrs) add(a netip.Addr) {
	switch {
	case s.more != nil:
		s.more[a] = struct{}{}
	case !s.one.IsValid():
		s.one = a
	case s.has(a):
	case s.few == nil:
		s.few = []netip.Addr{s.one, a}
	case len(s.few) < few:
		s.few = append(s.few, a)
	default:
		s.more = make(map[netip.Addr]struct{}, 2*few)
		for _, b := range s.few {
			s.more[b] = struct{}{}
		}
		s.more[a] = struct{}{}
		s.few = nil
	}
}

func (s *addrs) has(a netip.Addr) bool {
	switch {
	case s.more != nil:
		_, ok := s.more[a]
		return ok
	case s.few != nil:
		return slices.Contains(s.few, a)
	}
	return s.one.IsValid() && s.one == a
}

func (s *addrs) len() int {
	switch {
	case s.more != nil:
		return len(s.more)
	case s.few != nil:
		return len(s.few)
	case s.one.IsValid():
		return 1
	}
	return 0
}

// all lists them in no order.
func (s *addrs) all() iter.Seq[netip.Addr] {
	return func(yield func(netip.Addr) bool) {
		for a := range s.more {
			if !yield(a) {
				return
			}
		}
		if s.more != nil {
			return
		}
		if s.few == nil && s.one.IsValid() {
			yield(s.one)
		}
		for _, a := range s.few {
			if !yield(a) {
				return
			}
		}
	}
}
