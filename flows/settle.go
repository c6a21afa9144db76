package flows

// Provisional marks an id that Settle has not given yet: the rest of it is the
// ordinal, from 0, among those of this table that wait.
const Provisional = 1 << 63

// unnamed is what waits for its id.
type unnamed struct {
	pos     []uint32 // positions of the packets that began something, by ordinal
	flows   []unnamedFlow
	reuses  []uint32 // flows whose Details name a connection that waits
	pending []uint32 // flows with an attempt that waits
	tombs   []unnamedTomb
}

type unnamedFlow struct {
	id   uint64
	flow uint32
}

type unnamedTomb struct{ hash, id uint64 }

// name gives the next id.
func (t *Table) name() uint64 {
	if t.cfg.Defer {
		t.unnamed.pos = append(t.unnamed.pos, t.pos)
		return Provisional | uint64(len(t.unnamed.pos)-1)
	}
	*t.ids++
	return *t.ids
}

// Unsettled are the positions of the packets that began something, in order: one
// id each waits to be given.
func (t *Table) Unsettled() []uint32 { return t.unnamed.pos }

// Final is the id for what may be a provisional one, with ids as for Settle.
func Final(id uint64, ids []uint64) uint64 {
	if id&Provisional != 0 {
		return ids[id&^Provisional]
	}
	return id
}

// Settle gives what waits its id: ids belongs to Unsettled, one each.
func (t *Table) Settle(ids []uint64) {
	u := &t.unnamed
	if len(u.pos) == 0 {
		return
	}
	for _, f := range u.flows {
		// It may have ended and made room for another meanwhile.
		if o := t.origin(f.flow); o.id == f.id {
			o.id = Final(f.id, ids)
		}
	}
	for _, v := range u.reuses {
		if f := t.flow(v); f.bits&inUse != 0 {
			x := t.rest(v, f)
			if x.Details().Reuses&Provisional != 0 {
				d, _ := x.Keep()
				d.Reuses = Final(d.Reuses, ids)
			}
		}
	}
	for _, v := range u.pending {
		if ps := t.pending[v]; ps != nil {
			ps.id = Final(ps.id, ids)
		}
	}
	for _, b := range u.tombs {
		t.tombs.rename(b.hash, b.id, Final(b.id, ids))
	}
	u.pos, u.flows, u.reuses, u.pending, u.tombs = u.pos[:0], u.flows[:0], u.reuses[:0], u.pending[:0], u.tombs[:0]
}
