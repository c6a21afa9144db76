package flows

import (
	"unsafe"

	"portero/handshake"
	"portero/internal/prefetch"
)

const (
	chunkBits = 10
	chunkLen  = 1 << chunkBits
	pairSize  = hotSize + handshake.DataSize

	dataChunk = chunkLen / 8

	ahead = 2 // how many flows before its turn a new one's memory is asked for
)

// chunk is memory for flows that were taken one after another: flows that are alive together
// are neighbours mostly. First comes what every packet of each touches, then the origins of all,
// which few do: the closer what is touched often lies, the fewer pages the processor must know the
// places of. Where flows mostly come to need Data each has it behind itself, in the page that is
// known by then (what lies in another takes ten times as long). Where they do not (datagrams, a
// flood of SYNs, attempts that fail) there is none of it, and the few that need some have it elsewhere.
type chunk struct {
	at, origins unsafe.Pointer
	step        uintptr // from flow to flow: hotSize, or pairSize with their Data
	lot         uint16
	given       uint16 // places that flows took so far
}

// beside in Flow.data says that its Data is behind it in its chunk.
const beside = 1<<32 - 1

// lot are the places of flows that are likely to need the same: those of TCP, and all others.
type lot struct {
	chunks []uint32 // the last one may have places that no flow took yet
	free   []uint32 // places whose flows ended, in no list
	// How many flows of the lot there were and how many Data they took, and both when its last chunk
	// was made.
	flows, data, flowsThen, dataThen uint64
}

const (
	lotTCP = iota
	lotOther
)

func lotOf(proto uint8) uint16 {
	if proto == tcp {
		return lotTCP
	}
	return lotOther
}

// take returns the number of a place for a flow of lot n, making room when the budget is
// used up.
func (t *Table) take(n uint16, index uint64) uint32 {
	l := &t.lots[n]
	l.flows++
	if v, ok := pop(&l.free); ok {
		return v
	}
	// Those of the other lot serve as well, not quite as fast.
	other := &t.lots[1-n]
	if len(other.free) > chunkLen {
		v, _ := pop(&other.free)
		return v
	}
	if v, ok := pop(&t.spare); ok {
		return v
	}
	if t.made >= t.maxFlows && (len(other.free) > 0 || t.evict(index)) {
		for _, list := range [...]*[]uint32{&l.free, &other.free, &t.spare} {
			if v, ok := pop(list); ok {
				return v
			}
		}
	}
	return t.fresh(n)
}

func pop(list *[]uint32) (v uint32, ok bool) {
	n := len(*list)
	if n == 0 {
		return 0, false
	}
	v, *list = (*list)[n-1], (*list)[:n-1]
	return v, true
}

// fresh is a place of lot n that no flow had yet.
func (t *Table) fresh(n uint16) uint32 {
	l := &t.lots[n]
	if k := len(l.chunks); k == 0 || t.chunks[l.chunks[k-1]].given == chunkLen {
		t.grow(n)
	}
	at := l.chunks[len(l.chunks)-1]
	c := &t.chunks[at]
	v := at<<chunkBits + uint32(c.given)
	c.given++
	t.made++
	// Those that come next are new memory too.
	if int(c.given)+ahead <= chunkLen {
		w := v + ahead
		prefetch.Write(uintptr(unsafe.Pointer(t.flow(w))), c.step)
		prefetch.Write(uintptr(unsafe.Pointer(t.origin(w))), originSize)
	}
	// Whoever opens it looks at it first: written before that, a new page is made once and not
	// twice (prefetch.Pages).
	t.flow(v).bits = 0
	return v
}

// release gives a place back.
func (t *Table) release(v uint32) {
	l := &t.lots[t.chunks[v>>chunkBits].lot]
	l.free = append(l.free, v)
}

// vacant is how many places are free.
func (t *Table) vacant() uint32 {
	return uint32(len(t.lots[lotTCP].free) + len(t.lots[lotOther].free) + len(t.spare))
}

// grow makes a chunk for lot n. Flows of TCP will have their Data beside them where at least half of
// those that came since the last chunk took some, which of the first is taken for granted, and
// the budget has room for it.
func (t *Table) grow(n uint16) {
	l, step := &t.lots[n], uintptr(hotSize)
	most := len(l.chunks) == 0 || (l.data-l.dataThen)*2 >= l.flows-l.flowsThen
	l.flowsThen, l.dataThen = l.flows, l.data
	if n == lotTCP && most && (t.dataUsed+chunkLen <= t.maxData || t.borrow(&t.maxData, chunkLen, handshake.DataSize)) {
		t.maxData -= chunkLen
		step = pairSize
	}
	at := t.pool.take(chunkLen * int(step+originSize))
	l.chunks = append(l.chunks, uint32(len(t.chunks)))
	t.chunks = append(t.chunks, chunk{at: at, origins: unsafe.Add(at, chunkLen*step), step: step, lot: n})
}

// after is the place that follows v among those that flows took, the first after the last.
func (t *Table) after(v uint32) uint32 {
	c := v >> chunkBits
	if v++; v%chunkLen < uint32(t.chunks[c].given) && v>>chunkBits == c {
		return v
	}
	return (c + 1) % uint32(len(t.chunks)) << chunkBits
}

// walk goes through the flows of a lot that are in use.
type walk struct {
	t      *Table
	chunks []uint32
	at     uint32 // in the first of them
}

// next is the next flow and its id.
func (w *walk) next() (v uint32, id uint64, ok bool) {
	for len(w.chunks) > 0 {
		c := w.chunks[0]
		for given := uint32(w.t.chunks[c].given); w.at < given; {
			v = c<<chunkBits + w.at
			w.at++
			if w.t.flow(v).bits&inUse != 0 {
				return v, w.t.origin(v).id, true
			}
		}
		w.chunks, w.at = w.chunks[1:], 0
	}
	return 0, 0, false
}

// all appends every flow to list, in order of id as long as no place was used twice; sorted tells.
func (t *Table) all(list []uint32) (_ []uint32, sorted bool) {
	a, b := walk{t: t, chunks: t.lots[lotTCP].chunks}, walk{t: t, chunks: t.lots[lotOther].chunks}
	v, id, ok := a.next()
	u, other, more := b.next()
	sorted = true
	for last := uint64(0); ok || more; {
		if ok && (!more || id < other) {
			list, sorted, last = append(list, v), sorted && id > last, id
			v, id, ok = a.next()
		} else {
			list, sorted, last = append(list, u), sorted && other > last, other
			u, other, more = b.next()
		}
	}
	return list, sorted
}

// room is the memory of all flows and Data, octets.
func (t *Table) room() int64 {
	n := int64(len(t.data)) * dataChunk * handshake.DataSize
	for i := range t.chunks {
		n += chunkLen * int64(t.chunks[i].step+originSize)
	}
	return n
}

// flow, origin and dataAt reckon addresses by hand: before it takes the address of
// an array's element the compiler reads the array's first octet, to find nil, and
// that is a cache line nobody asked for.
func (t *Table) flow(v uint32) *Flow {
	c := &t.chunks[v>>chunkBits]
	return (*Flow)(unsafe.Add(c.at, uintptr(v%chunkLen)*c.step))
}

func (t *Table) origin(v uint32) *origin {
	return (*origin)(unsafe.Add(t.chunks[v>>chunkBits].origins, uintptr(v%chunkLen)*originSize))
}

func (t *Table) dataAt(v uint32) *handshake.Data {
	return (*handshake.Data)(unsafe.Add(unsafe.Pointer(t.data[v/dataChunk]), uintptr(v%dataChunk)*handshake.DataSize))
}

// dataOf is the Data of f, nil where it has none.
func (t *Table) dataOf(f *Flow) *handshake.Data {
	if f.data == beside {
		return (*handshake.Data)(unsafe.Add(unsafe.Pointer(f), hotSize))
	}
	if f.data == 0 {
		return nil
	}
	return t.dataAt(f.data - 1)
}

// elsewhere is the Data of f that is not beside it, nil where there is none.
func (t *Table) elsewhere(f *Flow) *handshake.Data {
	if f.data-1 >= beside-1 {
		return nil
	}
	return t.dataAt(f.data - 1)
}

// rest is where the facts of flow v lie beside its Conn.
func (t *Table) rest(v uint32, f *Flow) handshake.Rest {
	return handshake.Rest{Opening: &t.origin(v).opening, Data: t.dataOf(f), Shelf: &t.shelf}
}

// keep gives flow v Details; ok is false when there is no room.
func (t *Table) keep(v uint32, f *Flow) (d *handshake.Details, ok bool) {
	t.needData(v, f)
	x := t.rest(v, f)
	return x.Keep()
}

// needData gives f, which is flow v, a Data, unless it has one or the budget is used up.
func (t *Table) needData(v uint32, f *Flow) {
	if f.data != 0 {
		return
	}
	if t.chunks[v>>chunkBits].step == pairSize {
		f.data = beside
	} else if n, ok := t.anyData(); ok {
		f.data = n + 1
	} else {
		t.stats.DataFull++
		return
	}
	t.lots[lotOf(f.proto)].data++
	*t.dataOf(f) = handshake.Data{}
}

// anyData is the number of a Data of no flow; ok is false where the budget is used up.
func (t *Table) anyData() (v uint32, ok bool) {
	if n := len(t.dataFree); n > 0 {
		v = t.dataFree[n-1]
		t.dataFree = t.dataFree[:n-1]
		return v, true
	}
	if t.dataUsed >= t.maxData && !t.borrow(&t.maxData, dataChunk, handshake.DataSize) {
		return 0, false
	}
	v = t.dataUsed
	t.dataUsed++
	if v/dataChunk == uint32(len(t.data)) {
		t.data = append(t.data, (*[dataChunk]handshake.Data)(t.pool.take(dataChunk*handshake.DataSize)))
	}
	if w := v + ahead; w/dataChunk == v/dataChunk {
		prefetch.Write(uintptr(unsafe.Pointer(t.dataAt(w))), handshake.DataSize)
	}
	return v, true
}

const shelfStep = 64

// borrow lets top grow by n entries of size octets where the budget has some to spare.
func (t *Table) borrow(top *uint32, n uint32, size int64) bool {
	if t.spareBytes < int64(n)*size {
		return false
	}
	t.spareBytes -= int64(n) * size
	*top += n
	return true
}
