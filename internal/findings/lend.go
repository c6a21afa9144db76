package findings

// Detectors have the same share of memory each, and most need little of it: a network has many callers or many doors, seldom
// much of everything. Who would have to forget a subject that came again takes a part of what others leave, and gives it back
// when they need it. Strangers, who came once, are no reason to ask.

// lending is what the detectors share. What they lend and what they borrow is the same at any time.
type lending struct {
	all  []*store
	part int64 // octets that change hands at a time
}

const (
	lentParts = 16 // of a share
	lentPause = 64 // subjects that are forgotten before one asks again in vain
)

// share lets the stores of all borrow from one another.
func share(all []*store) {
	l := &lending{all: all, part: all[0].limit / lentParts}
	for _, s := range all {
		s.lending = l
	}
}

// room is what s may take in all.
func (s *store) room() int64 { return s.limit + s.extra }

// borrow takes a part of what another store leaves, or of what one has borrowed that has more than s. It
// reports whether there was any.
func (s *store) borrow() bool {
	l := s.lending
	if l == nil || l.part <= 0 {
		return false
	}
	if s.pause > 0 {
		s.pause--
		return false
	}
	var from *store
	most := 2*l.part - 1 // who lends keeps as much as it lends
	for _, o := range l.all {
		if left := o.room() - o.bytes; o != s && left > most {
			from, most = o, left
		}
	}
	if from == nil {
		most = max(s.extra, 0) + 2*l.part - 1
		for _, o := range l.all {
			if o.extra > most {
				from, most = o, o.extra
			}
		}
	}
	if from == nil {
		s.pause = lentPause
		return false
	}
	l.move(from, s)
	return true
}

// reclaim takes a part back that s has lent, and reports whether there was any.
func (s *store) reclaim() bool {
	l := s.lending
	if l == nil || s.extra >= 0 {
		return false
	}
	richest := s
	for _, o := range l.all {
		if o.extra > richest.extra {
			richest = o
		}
	}
	l.move(richest, s)
	return true
}

// move gives a part from one store to another.
func (l *lending) move(from, to *store) {
	from.extra -= l.part
	to.extra += l.part
	for from.bytes > from.room() && from.forgetOne(false) {
	}
}
