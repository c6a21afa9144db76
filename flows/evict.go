package flows

import (
	"slices"

	"portero/capture"
	"portero/handshake"
)

// take returns the number of an unused flow, making room when the budget is
// used up.
func (t *Table) take(index uint64) uint32 {
	if v, ok := t.unused(); ok {
		return v
	}
	if t.used >= t.maxFlows && t.evict(index) {
		if v, ok := t.unused(); ok {
			return v
		}
	}
	v := t.used
	t.used++
	if v>>chunkBits == uint32(len(t.chunks)) {
		t.chunks = append(t.chunks, (*chunk)(t.flowArena.take(chunkLen*FlowSize, len(t.chunks) >= 8)))
	}
	return v
}

func (t *Table) unused() (uint32, bool) {
	for _, l := range [2]*[]uint32{&t.free, &t.spare} {
		if n := len(*l); n > 0 {
			v := (*l)[n-1]
			*l = (*l)[:n-1]
			return v, true
		}
	}
	return 0, false
}

// drop ends a flow for lack of memory. Its number is free at once, also when
// the wheel still holds it: the flow that takes it inherits the place.
func (t *Table) drop(v uint32, index uint64) {
	f := t.flow(v)
	t.stats.Evicted++
	if f.proto == tcp && f.conn.HalfOpen() {
		t.stats.EvictedHalfOpen++
	}
	if f.proto == tcp {
		t.remember(v)
	}
	t.end(v, index, handshake.EndResources)
	if f.bits&inWheel != 0 {
		f.bits |= spare
		t.spare = append(t.spare, v)
	}
}

// ring remembers flows in the order in which they came, up to a share of the
// budget.
type ring struct {
	refs []halfOpenRef
	head uint32
	came uint32 // refs pushed since it was tidied
}

// push adds a flow and returns the oldest one when the share is used up.
func (r *ring) push(ref halfOpenRef, share int) (old halfOpenRef, full bool) {
	r.came++
	if len(r.refs) < share {
		if len(r.refs) == 4096 && cap(r.refs) < share {
			// All of it at once: growing would leave as much behind again.
			r.refs = append(make([]halfOpenRef, 0, share), r.refs...)
		}
		r.refs = append(r.refs, ref)
		return old, false
	}
	old = r.refs[r.head]
	r.refs[r.head] = ref
	r.head = (r.head + 1) % uint32(len(r.refs))
	return old, true
}

// tidy leaves out what need not be remembered any more, unless it did so a moment
// ago: a flood of attempts that all stay open must not make it look at all of them
// for every one that comes.
func (r *ring) tidy(keep func(halfOpenRef) bool) {
	if int(r.came) < len(r.refs)/2 {
		return
	}
	slices.Reverse(r.refs[:r.head])
	slices.Reverse(r.refs[r.head:])
	slices.Reverse(r.refs)
	r.refs = slices.DeleteFunc(r.refs, func(ref halfOpenRef) bool { return !keep(ref) })
	r.head, r.came = 0, 0
}

// stillOpen reports whether the flow that ref means is there and half-open.
func (t *Table) stillOpen(ref halfOpenRef) bool {
	f := t.flow(ref.flow)
	return uint32(f.firstIdx) == ref.first && f.bits&inUse != 0 && f.conn.HalfOpen()
}

// noteHalfOpen enters an attempt into the half-open share. When the share is
// full its oldest attempt makes room, if it still is one. Attempts that were
// answered have a share of their own: a flood of SYNs from nowhere must not push
// out those whose third packet is on its way.
func (t *Table) noteHalfOpen(v, first uint32, index uint64) {
	share := int(t.maxFlows / 4)
	if len(t.asked.refs) >= share {
		t.asked.tidy(t.stillOpen)
	}
	old, full := t.asked.push(halfOpenRef{v, first}, share)
	if !full || !t.stillOpen(old) {
		return
	}
	if g := t.flow(old.flow); g.pkts[0] == 0 || g.pkts[1] == 0 {
		t.drop(old.flow, index)
		return
	}
	if len(t.answered.refs) >= share {
		t.answered.tidy(t.stillOpen)
	}
	if old, full = t.answered.push(old, share); full && t.stillOpen(old) {
		t.drop(old.flow, index)
	}
}

// evict ends a flow for lack of memory: of a handful of candidates the one silent
// for longest, attempts first.
func (t *Table) evict(index uint64) bool {
	best, found := uint32(0), false
	var score int64
	for n, seen := uint32(0), 0; n < t.used && seen < 16; n++ {
		v := t.hand
		t.hand = (t.hand + 1) % t.used
		f := t.flow(v)
		if f.bits&inUse == 0 {
			continue
		}
		seen++
		s := f.last
		if f.proto == tcp && f.conn.HalfOpen() {
			s -= AttemptLife
		}
		if !found || s < score {
			best, score, found = v, s, true
		}
	}
	if found {
		t.drop(best, index)
	}
	return found
}

// tomb remembers a connection that is gone, so that another on its ports can
// name it.
type tomb struct {
	hash uint64
	id   uint64
	last int64
}

// tombs is a bounded set-associative memory of ended connections. The newest
// displaces the oldest of its set. Sets grow with use up to the budget.
type tombs struct {
	sets [][tombWays]tomb
	max  int
	n    int
}

const tombWays = 4

func (b *tombs) init(budget int64) {
	b.max = 1
	for int64(b.max)*2*tombWays*24 <= budget {
		b.max *= 2
	}
	b.sets = make([][tombWays]tomb, min(64, b.max))
}

func (b *tombs) bytes() int64 { return int64(len(b.sets)) * tombWays * 24 }

func (b *tombs) add(hash, id uint64, last int64) {
	if b.n >= len(b.sets)*2 && len(b.sets) < b.max {
		old := b.sets
		b.sets = make([][tombWays]tomb, len(old)*4)
		if len(b.sets) > b.max {
			b.sets = b.sets[:b.max]
		}
		b.n = 0
		for i := range old {
			for _, e := range old[i] {
				if e.id != 0 {
					b.put(e)
				}
			}
		}
	}
	b.put(tomb{hash, id, last})
}

func (b *tombs) put(e tomb) {
	set := &b.sets[e.hash>>40&uint64(len(b.sets)-1)]
	oldest := 0
	for i := range set {
		if set[i].hash == e.hash || set[i].id == 0 {
			if set[i].id == 0 {
				b.n++
			}
			set[i] = e
			return
		}
		if set[i].id < set[oldest].id {
			oldest = i
		}
	}
	set[oldest] = e
}

func (b *tombs) find(p *capture.Packet) (tomb, bool) {
	h := tombHash(p.Hash, p.Seg)
	set := &b.sets[h>>40&uint64(len(b.sets)-1)]
	for _, e := range set {
		if e.hash == h && e.id != 0 {
			return e, true
		}
	}
	return tomb{}, false
}

// rename gives the tomb of a connection its id.
func (b *tombs) rename(hash, from, to uint64) {
	set := &b.sets[hash>>40&uint64(len(b.sets)-1)]
	for i := range set {
		if set[i].hash == hash && set[i].id == from {
			set[i].id = to
		}
	}
}

func tombHash(h uint64, seg uint32) uint64 { return h ^ uint64(seg)*0x9e3779b97f4a7c15 }
