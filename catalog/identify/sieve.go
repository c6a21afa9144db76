package identify

import "math/bits"

// set is a set of signatures, a bit for each in the order of their list. (Not an
// array: the compiler keeps only the fields of structs in registers.)
type set struct{ lo, hi uint64 }

const setSize = 128

// single is the set of signature i.
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

// first is the number of the first signature in s, which must not be empty.
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
type sieve struct {
	list  []signature
	at    [sieved][256]set // who takes this octet in this place
	from  [either + 1]set  // who speaks of such a sender
	free  set              // not bound to ports
	fits  set              // has a test of its own
	lone  set              // and one for octets before which neither side sent any
	ports bool             // some are bound to ports, or at home on some
	port  [1 << 16]uint8   // index of home and only; 0 for most ports
	home  []set            // who looks here at anything that begins and fits
	only  []set            // who looks nowhere but on such ports
}

func newSieve(list []signature) *sieve {
	v := &sieve{list: list, home: make([]set, 1), only: make([]set, 1)}
	if len(list) > setSize {
		panic("identify: more signatures than a set holds")
	}
	at := func(port uint16) uint8 {
		if v.ports = true; v.port[port] == 0 {
			v.port[port] = uint8(len(v.home))
			v.home, v.only = append(v.home, set{}), append(v.only, set{})
		}
		return v.port[port]
	}
	for i := range list {
		s := &list[i]
		me := single(i)
		for from := range v.from {
			if s.from&role(from) != 0 {
				v.from[from] = v.from[from].or(me)
			}
		}
		v.take(0, s.first, me)
		for j := 1; j < sieved; j++ {
			octets := ""
			if j <= len(s.then) {
				octets = s.then[j-1]
			}
			v.take(j, octets, me)
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
	return v
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

// may returns the signatures that may say anything but no of b, the payload of one
// side as far as it is known, in a datagram of size octets. from and to are its
// ports. b must not be empty.
func (v *sieve) may(b []byte, size int, from, to uint16) set {
	s := v.at[0][b[0]]
	var here set
	if v.ports {
		h, o := v.port[from], v.port[to]
		s = s.and(v.free.or(v.only[h]).or(v.only[o]))
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
		if !v.list[i].fits(b, size) {
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
		if !v.list[i].alone(b, size) {
			s = s.without(single(i))
		}
	}
	return s
}

// agrees reports whether b, of which the sieve may have asked about the first octet only,
// is as signature i has it, as far as it goes.
func (v *sieve) agrees(i int, b []byte) bool {
	s := single(i)
	for j := range min(len(b), sieved) {
		s = s.and(v.at[j][b[j]])
	}
	return !s.empty()
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
