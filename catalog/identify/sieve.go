package identify

import (
	"math/bits"
	"strings"
)

// set is a set of places, a bit for each. (Not an array: the compiler keeps only the fields of structs in registers,
// and a third field costs every payload that is looked at.)
type set struct{ lo, hi uint64 }

const setSize = 128

// single is the set of place i.
func single(i int) set {
	if i < 64 {
		return set{lo: 1 << i}
	}
	return set{hi: 1 << (i - 64)}
}

func (s set) and(o set) set     { return set{s.lo & o.lo, s.hi & o.hi} }
func (s set) or(o set) set      { return set{s.lo | o.lo, s.hi | o.hi} }
func (s set) without(o set) set { return set{s.lo &^ o.lo, s.hi &^ o.hi} }
func (s set) empty() bool       { return s.lo|s.hi == 0 }

// first is the number of the first place in s, which must not be empty.
func (s set) first() int {
	if s.lo != 0 {
		return bits.TrailingZeros64(s.lo)
	}
	return 64 + bits.TrailingZeros64(s.hi)
}

// sieved is how many octets the sieve asks about. Shorter payload is sieved by its
// first octet only: signatures may wait for what is missing.
const sieved = 8

// sieve tells which signatures of a list may say anything but no of some octets.
// Most payload of unknown protocols fits none of them, and a few ANDs tell that.
//
// Each signature has a place in its sets. Those that begin with the same two octets share one, and few at a time of those
// that want so much that hardly anything else passes for them (sure); some say that they do. So there is room for more
// signatures than a set has places, and those that are bound to ports or have tests of their own, which cannot share, have theirs.
type sieve struct {
	list  []signature
	place []uint8          // of each signature
	who   [][]uint8        // the signatures of each place, in their order
	begin [256]set         // who takes this octet first, on ports that are nobody's
	at    [sieved][256]set // who takes this octet in this place
	from  [either + 1]set  // who speaks of such a sender
	free  set              // not bound to ports
	fits  set              // has a test of its own
	lone  set              // and one for octets before which neither side sent any
	port  [1 << 16]uint8   // index of home and only; 0 for most ports
	home  []set            // who looks here at anything that begins and fits
	only  []set            // who looks nowhere but on such ports
}

func newSieve(list []signature) *sieve {
	v := &sieve{list: list, place: make([]uint8, len(list)), home: make([]set, 1), only: make([]set, 1)}
	at := func(port uint16) uint8 {
		if v.port[port] == 0 {
			v.port[port] = uint8(len(v.home))
			v.home, v.only = append(v.home, set{}), append(v.only, set{})
		}
		return v.port[port]
	}
	houses, crowded := map[string]int{}, map[string]int{}
	crowd, room := 0, 0 // the place that the next of the sure ones shares, and how many may yet
	for i := range list {
		s := &list[i]
		sure := s.sure() && !s.beside && !(i+1 < len(list) && list[i+1].beside)
		here, shared := houses[s.beginning()]
		if !shared && sure {
			here, shared = crowded[s.beginning()]
		}
		if s.beside {
			if s.fits != nil || s.alone != nil || s.only != nil || s.home != nil {
				panic("identify: " + s.proto.String() + " asks for more than octets, in the place of another")
			}
			here, shared = int(v.place[i-1]), true
		}
		if sure && !shared && room > 0 {
			here, shared = crowd, true
			room--
		}
		if !shared {
			if here = len(v.who); here == setSize {
				panic("identify: more signatures than places")
			}
			if sure {
				crowd, room = here, crowdSize-1
			}
			v.who = append(v.who, nil)
		}
		switch {
		case s.beside || s.beginning() == "":
		case sure:
			crowded[s.beginning()] = here
		default:
			houses[s.beginning()] = here
		}
		v.who[here] = append(v.who[here], uint8(i))
		v.place[i] = uint8(here)
		me := single(here)
		for from := range v.from {
			if s.from&role(from) != 0 {
				v.from[from] = v.from[from].or(me)
			}
		}
		for j := range sieved {
			v.take(j, s.at(j), me)
		}
		if s.fits != nil {
			v.fits = v.fits.or(me)
		}
		if s.alone != nil {
			v.lone = v.lone.or(me)
		}
		if s.only == nil {
			v.free = v.free.or(me)
		}
		for _, p := range s.only {
			v.only[at(p)] = v.only[at(p)].or(me)
		}
		for _, p := range s.home {
			v.home[at(p)] = v.home[at(p)].or(me)
		}
	}
	for c := range v.begin {
		v.begin[c] = v.at[0][c].and(v.free)
	}
	return v
}

// at is what may stand in place i, "" for anything.
func (s *signature) at(i int) string {
	switch {
	case i == 0:
		return s.first
	case i <= len(s.then):
		return s.then[i-1]
	}
	return ""
}

// beginning names the place of those that may share one: nothing but octets tells them,
// and there are two to begin with. "" is a place of its own.
func (s *signature) beginning() string {
	if s.fits != nil || s.alone != nil || s.only != nil || s.home != nil || s.at(0) == "" || s.at(1) == "" {
		return ""
	}
	return string(byte(len(s.at(0)))) + s.at(0) + s.at(1)
}

// crowdSize is how many of the sure ones share a place: eight times four octets in each of four are one of 4,000 beginnings at most.
const crowdSize = 8

// sure reports whether nothing but octets tells s, and each of the first four is one of four at most: whoever shares its place is hardly
// ever looked at in vain because of it.
func (s *signature) sure() bool {
	for j := range 4 {
		if o := len(s.at(j)); o == 0 || o > 4 {
			return false
		}
	}
	return s.fits == nil && s.alone == nil && s.only == nil && s.home == nil
}

// agrees reports whether b is as s has it, as far as it goes.
func (s *signature) agrees(b []byte) bool {
	for j := range min(len(b), sieved) {
		if o := s.at(j); o != "" && strings.IndexByte(o, b[j]) < 0 {
			return false
		}
	}
	return true
}

// each calls look with the signatures of which, as far as they are made for who sent b, in their order; of those that
// share a place only with whom b agrees.
func (v *sieve) each(which set, b []byte, from role, look func(s *signature)) {
	for which = which.and(v.from[from]); !which.empty(); {
		i := which.first()
		which = which.without(single(i))
		here := v.who[i]
		for _, j := range here {
			s := &v.list[j]
			if len(here) > 1 && (s.from&from == 0 || len(b) >= sieved && !s.agrees(b)) {
				continue
			}
			look(s)
		}
	}
}

// take lets me have any of octets in place i, all of them when there are none.
func (v *sieve) take(i int, octets string, me set) {
	if octets == "" {
		for c := range v.at[i] {
			v.at[i][c] = v.at[i][c].or(me)
		}
		return
	}
	for j := range len(octets) {
		v.at[i][octets[j]] = v.at[i][octets[j]].or(me)
	}
}

// may returns the places of signatures that may say anything but no of b, the payload of one
// side as far as it is known, in a datagram of size octets. from and to are its
// ports. b must not be empty.
func (v *sieve) may(b []byte, size int, from, to uint16) set {
	s := v.begin[b[0]]
	var here set
	if h, o := v.port[from], v.port[to]; h|o != 0 {
		s = v.at[0][b[0]].and(v.free.or(v.only[h]).or(v.only[o]))
		here = s.and(v.home[h].or(v.home[o]))
	}
	if len(b) >= sieved {
		s = s.and(v.at[1][b[1]]).and(v.at[2][b[2]]).and(v.at[3][b[3]]) // mostly that is enough
		if !s.empty() {
			s = s.and(v.at[4][b[4]]).and(v.at[5][b[5]]).and(v.at[6][b[6]]).and(v.at[7][b[7]])
		}
	}
	s = s.or(here)
	for own := s.and(v.fits); !own.empty(); {
		i := own.first()
		own = own.without(single(i))
		if !v.list[v.who[i][0]].fits(b, size) {
			s = s.without(single(i))
		}
	}
	return s
}

// mayAlone is may where nothing is known of what either side sent before.
func (v *sieve) mayAlone(b []byte, size int, from, to uint16) set {
	s := v.may(b, size, from, to)
	for own := s.and(v.lone); !own.empty(); {
		i := own.first()
		own = own.without(single(i))
		if !v.list[v.who[i][0]].alone(b, size) {
			s = s.without(single(i))
		}
	}
	return s
}

// roles are those that side may have when opener opened the connection.
func roles(side, opener int) role {
	switch opener {
	case side:
		return client
	case 1 - side:
		return server
	}
	return either
}
