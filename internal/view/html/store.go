package html

import (
	"cmp"
	"net/netip"
	"slices"

	"portero/handshake"
	"portero/internal/record"
	"portero/internal/view"
)

// outcome is what makes two connections alike to who looks for what is unusual.
type outcome struct {
	tone     view.Tone
	proto    uint8
	verdict  handshake.Verdict
	exchange handshake.Exchange
	kind     handshake.Kind
	close    handshake.Close
	odd      bool
}

func outcomeOf(r *record.Record) outcome {
	return outcome{view.ToneOf(r), r.Proto, r.Handshake, r.Exchange, r.Kind, r.Close, len(r.Oddities)+len(r.Risks) > 0}
}

// weight orders outcomes: what deserves a look comes first.
func (o outcome) weight() int {
	w := [...]int{view.Beside: 0, view.Opened: 10, view.Failed: 30, view.Wrong: 40}[o.tone]
	if o.odd {
		w += 20
	}
	if o.verdict != handshake.None {
		w += 5
	}
	if o.kind > handshake.Normal || o.close == handshake.Reset || o.verdict == handshake.CompletedUnseen {
		w += 5
	}
	return w
}

// row is a record as the page keeps it.
type row struct {
	id, pkts uint64
	out      outcome
	data     []byte
	ends     [2]netip.AddrPort
}

// store keeps at most limit rows. When it is full, the outcome with the most rows
// gives one up, so that a flood of one kind cannot push the others out.
type store struct {
	limit, n int
	kinds    map[outcome]*kept
}

type kept struct {
	rows []row // in the order of their end
	left uint64
}

// add offers a row; encode is called only when it is kept.
func (s *store) add(r *record.Record, encode func() []byte) {
	if s.kinds == nil {
		s.kinds = map[outcome]*kept{}
	}
	o := outcomeOf(r)
	k := s.kinds[o]
	if k == nil {
		k = &kept{}
		s.kinds[o] = k
	}
	if s.n >= s.limit {
		most := k
		for _, other := range s.kinds {
			if len(other.rows) > len(most.rows) {
				most = other
			}
		}
		if len(most.rows) <= len(k.rows)+1 {
			k.left++
			return
		}
		last := len(most.rows) - 1
		most.rows[last].data = nil
		most.rows = most.rows[:last]
		most.left++
		s.n--
	}
	s.n++
	k.rows = append(k.rows, row{r.ID, r.Orig.Pkts + r.Resp.Pkts, o, encode(),
		[2]netip.AddrPort{netip.AddrPortFrom(r.Orig.Addr, r.Orig.Port), netip.AddrPortFrom(r.Resp.Addr, r.Resp.Port)}})
}

// left is how many rows were not kept.
func (s *store) left() (n uint64) {
	for _, k := range s.kinds {
		n += k.left
	}
	return n
}

// rows lists what is kept by id.
func (s *store) rows() []row {
	all := make([]row, 0, s.n)
	for _, k := range s.kinds {
		all = append(all, k.rows...)
	}
	slices.SortFunc(all, func(a, b row) int { return cmp.Compare(a.id, b.id) })
	return all
}

// pick chooses up to limit rows of at most packets packets in all, none of more
// than longest: first those named, then one of each outcome in turn, what deserves
// a look first.
func (s *store) pick(limit int, packets, longest uint64, named []uint64) []uint64 {
	var queues [][]row
	byID := map[uint64]uint64{}
	for _, k := range s.kinds {
		q := slices.Clone(k.rows)
		slices.SortFunc(q, func(a, b row) int { return cmp.Compare(a.id, b.id) })
		if len(q) > 0 {
			queues = append(queues, q)
		}
		for _, r := range q {
			byID[r.id] = r.pkts
		}
	}
	slices.SortFunc(queues, func(a, b []row) int {
		return cmp.Or(cmp.Compare(b[0].out.weight(), a[0].out.weight()), cmp.Compare(a[0].id, b[0].id))
	})
	var ids []uint64
	taken := map[uint64]bool{}
	take := func(id uint64) {
		n, ok := byID[id]
		if !ok || taken[id] || len(ids) >= limit || n > longest || n > packets {
			return
		}
		taken[id] = true
		packets -= n
		ids = append(ids, id)
	}
	for _, id := range named {
		take(id)
	}
	for turn := 0; len(ids) < limit; turn++ {
		more := false
		for _, q := range queues {
			if turn < len(q) {
				more = true
				take(q[turn].id)
			}
		}
		if !more {
			break
		}
	}
	return ids
}
