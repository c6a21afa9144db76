package engine

import (
	"math"
	"math/bits"
	"net/netip"
	"runtime"
	"slices"
	"sync/atomic"
	"unsafe"

	"portero/capture"
	"portero/catalog/identify"
	"portero/flows"
	"portero/handshake"
	"portero/internal/prefetch"
)

// laneCount is how many tables share the flows. It does not depend on the number
// of threads: what is given up when memory runs out must not either.
const laneCount = 8

// laneOf is the lane of a packet: the same for both directions of a flow, and
// for the ICMP errors that quote it. The table takes its slots from other bits.
func laneOf(p *capture.Packet) int { return int(p.Hash>>32) & (laneCount - 1) }

// lane owns a share of the flows. One goroutine at a time works in it.
type lane struct {
	table  *flows.Table
	spoken *identify.Identifier
	out    []finished // what ended since the last gather
	ids    []uint64   // for what the table has unsettled, once they are known
	shown  []shown    // for Packet, since the last gather
	opened []opening  // for Opened, since then
}

// finished is a flow that ended.
type finished struct {
	flows.Ended
	app  *identify.Facts
	name string // that a name service gave its responder
	at   uint64 // the packet at which the input was when it ended
}

// harvest is what ended in all lanes, in order.
type harvest struct {
	heard heard // until now
	by    [laneCount][]finished
	order []*finished
	pause bool // Pause is called behind them
}

func (e *Engine) newLane(cfg flows.Config, names *identify.Names) *lane {
	l := &lane{spoken: identify.Share(identifyShare(cfg.Memory*laneCount)*7/8/laneCount, names)}
	cfg.Payload = func(note uint32, p *capture.Packet, side int, c *handshake.Conn) uint32 {
		at := identify.Place{Opener: int8(0)}
		if p.Proto == capture.ProtoTCP {
			at.Offset, at.Known = c.StreamOffset(p, side)
			at.Opener = c.Opener()
		}
		return l.spoken.See(note, p, side, e.payload(p), at)
	}
	cfg.Asked = l.spoken.Asked
	cfg.Into = func() *flows.Ended {
		n := len(l.out)
		if n == cap(l.out) {
			more := 1
			if n >= chunk/8 {
				more = max(more, chunk-n) // as many as end at a time where many do
			}
			l.out = slices.Grow(l.out, more)
			prefetch.Pages(l.out)
		}
		l.out = l.out[:n+1]
		return &l.out[n].Ended
	}
	if e.opt.Packet != nil {
		cfg.Watch = l.watch
	}
	if e.opt.Opened != nil {
		cfg.Opened = l.begins
	}
	if e.opt.Chosen != nil {
		cfg.Picks = e.opt.Chosen.picks
	}
	l.table = flows.New(cfg, func(f *flows.Ended) {
		k := &l.out[len(l.out)-1]
		k.app, k.name = l.spoken.Take(f.Note), ""
	})
	return l
}

// settle hands out the ids that the last gather found.
func (l *lane) settle() {
	if len(l.ids) > 0 {
		l.table.Settle(l.ids)
		l.ids = l.ids[:0]
	}
}

func (e *Engine) settle() {
	for _, l := range e.lanes {
		l.settle()
	}
}

// segment books the packets of d up to position to.
func (e *Engine) segment(d *decoded, to int) {
	if len(d.block.Mistimed) > 0 {
		e.mistimed(d, to)
	}
	e.stretch(d, to)
}

// stretch books the packets of d up to position to, every lane its own.
func (e *Engine) stretch(d *decoded, to int) {
	e.listen(d, to)
	e.upTo = uint32(to)
	e.each(to-d.done, e.work)
	d.done = to
	e.gather(0)
}

// work is what a lane does for a segment of the block being sequenced.
func (e *Engine) workLane(i int) {
	l, d := e.lanes[i], e.current
	l.settle()
	list := d.which[i][d.next[i]:]
	n := len(list)
	if int(e.upTo) < len(d.batch.Packets) {
		n, _ = slices.BinarySearch(list, e.upTo)
	}
	d.next[i] += n
	l.table.ObserveEach(&d.batch, list[:n])
}

// one books a single packet.
func (e *Engine) one(p *capture.Packet, q *capture.Quote, first uint64, at int64) {
	l := e.lanes[laneOf(p)]
	e.settle()
	l.table.ObserveParts(p, q, first, at)
	if len(l.out)+len(l.spoken.Learned)+len(l.table.Unsettled())+len(l.opened) > 0 {
		e.gather(p.Index)
	}
	e.showAll()
}

// tick tells all lanes that the capture's clock reached now, and ends what is due.
func (e *Engine) tick(now int64, index uint64) {
	for _, g := range e.reasm.Expire(now) {
		e.datagram(&g, 0)
	}
	due := 0
	e.settle()
	for _, l := range e.lanes {
		due += l.table.Tick(now)
	}
	if due > 0 {
		e.endDue(index, handshake.EndNone, due)
	}
}

// chunk is how many flows of a lane end before what ended is handed on.
const chunk = 128

// endDue ends what is due, in order of id over all lanes.
func (e *Engine) endDue(index uint64, r handshake.EndReason, due int) {
	e.endIndex, e.endReason = index, r
	for !e.failed.Load() {
		limit, any := ^uint64(0), false
		for _, l := range e.lanes {
			if id, ok := l.table.Due(chunk - 1); ok {
				limit, any = min(limit, id), true
			}
		}
		if !any {
			return
		}
		e.limit = limit
		e.each(4*due, e.finish)
		e.gather(index)
	}
}

func (e *Engine) finishLane(i int) {
	e.lanes[i].table.EndDue(e.limit, e.endIndex, e.endReason)
}

// name gives what began since the last call its ids, by the order of the packets.
func (e *Engine) name() {
	n, top := 0, uint32(0)
	for _, l := range e.lanes {
		if pos := l.table.Unsettled(); len(pos) > 0 {
			n += len(pos)
			top = max(top, pos[len(pos)-1])
		}
	}
	if n == 0 {
		return
	}
	words := int(top/64) + 1
	e.begun = slices.Grow(e.begun[:0], words)[:words]
	e.rank = slices.Grow(e.rank[:0], words)[:words]
	clear(e.begun)
	for _, l := range e.lanes {
		for _, p := range l.table.Unsettled() {
			e.begun[p/64] |= 1 << (p % 64)
		}
	}
	sum := e.count
	for i, w := range e.begun {
		e.rank[i] = sum
		sum += uint64(bits.OnesCount64(w))
	}
	for _, l := range e.lanes {
		l.ids = l.ids[:0]
		for _, p := range l.table.Unsettled() {
			l.ids = append(l.ids, e.rank[p/64]+uint64(bits.OnesCount64(e.begun[p/64]&(1<<(p%64)-1)))+1)
		}
		for i := range l.out {
			f := &l.out[i]
			f.ID, f.Reuses = flows.Final(f.ID, l.ids), flows.Final(f.Reuses, l.ids)
		}
	}
	e.count = sum
}

// gather joins what ended in the lanes, in the order of the packets of the current
// block or, where packet at ended it all, of ids, and hands it on.
func (e *Engine) gather(at uint64) {
	e.name()
	live, ended := uint64(0), 0
	for _, l := range e.lanes {
		live += l.table.Live()
		ended += len(l.out)
		if len(l.spoken.Learned) > 0 {
			e.learned = append(e.learned, l.spoken.Learned...)
			l.spoken.Learned = l.spoken.Learned[:0]
		}
	}
	e.peak = max(e.peak, live)
	e.open()
	e.collect()
	if len(e.learned) > 1 {
		slices.SortStableFunc(e.learned, func(a, b identify.Answer) int { return int(int64(a.Index - b.Index)) })
	}
	told := 0
	if ended > 0 {
		h := e.empty()
		for i, l := range e.lanes {
			h.by[i], l.out = l.out, h.by[i][:0]
		}
		var next [laneCount]int
		var keys [laneCount]uint64 // of what comes next in each lane, the last of all where nothing does
		key := func(i int) uint64 {
			switch {
			case next[i] == len(h.by[i]):
				return math.MaxUint64
			case at != 0:
				return h.by[i][next[i]].Head
			}
			return uint64(h.by[i][next[i]].Pos)
		}
		for i := range keys {
			keys[i] = key(i)
		}
		for range ended {
			best := first(&keys)
			f := &h.by[best][next[best]]
			next[best]++
			// Another processor filled it: its first line, and where key and what follows it lie.
			if k := next[best] + ahead; k < len(h.by[best]) {
				g := &h.by[best][k]
				prefetch.Read(uintptr(unsafe.Pointer(g)), 1)
				prefetch.Read(uintptr(unsafe.Pointer(&g.Pos)), unsafe.Sizeof(*g)-unsafe.Offsetof(g.Pos))
			}
			keys[best] = key(best)
			for ; told < len(e.learned) && e.learned[told].Index < f.Index; told++ {
				e.names.Learn(&e.learned[told])
			}
			if f.at = at; at == 0 {
				f.at = e.current.batch.Packets[f.Pos].Index
			}
			if e.names.Meets() {
				f.app = e.announced(&f.Ended, f.app)
			}
			if f.HasPorts && (f.app == nil || f.app.Name == "") {
				f.name = e.nameOf(&f.Ended)
			}
			h.order = append(h.order, f)
		}
		e.hand(h)
	}
	for ; told < len(e.learned); told++ {
		e.names.Learn(&e.learned[told])
	}
	e.learned = e.learned[:0]
	e.show(math.MaxUint64)
}

// first is the lane of the least key: what comes next of what all of them have.
func first(keys *[laneCount]uint64) int {
	best := 0
	for i, k := range keys {
		if k < keys[best] {
			best = i
		}
	}
	return best
}

func (e *Engine) nameOf(f *flows.Ended) string {
	if e.names.Empty() {
		return ""
	}
	return e.names.Of(capture.Addr(f.Orig.Addr, f.Ver), capture.Addr(f.Resp.Addr, f.Ver))
}

// announced is what f is by the word of another connection between its ends, else app, what its own payload told. What
// is announced of TCP goes one way: where both ends speak, what they say tells more. Of datagrams it is only asked where their payload tells nothing,
// and of either end, as who sent first may not be who is taken for the originator.
func (e *Engine) announced(f *flows.Ended, app *identify.Facts) *identify.Facts {
	orig, resp := netip.AddrPortFrom(capture.Addr(f.Orig.Addr, f.Ver), f.Orig.Port), netip.AddrPortFrom(capture.Addr(f.Resp.Addr, f.Ver), f.Resp.Port)
	switch {
	case f.Proto == capture.ProtoTCP && (f.Orig.Payload == 0 || f.Resp.Payload == 0):
		if p, frame := e.names.Announced(orig.Addr(), resp, f.First, f.FirstFrame); p != identify.None && !p.Datagrams() {
			// Who listens for it said so.
			listens := 1
			if !f.OrigFirst {
				listens = 0
			}
			return identify.Announce(p, listens, frame)
		}
	case f.Proto == capture.ProtoUDP && (app == nil || app.Protocol == identify.None):
		for waits, ends := range [2][2]netip.AddrPort{{resp, orig}, {orig, resp}} {
			if p, frame := e.names.Announced(ends[1].Addr(), ends[0], f.First, f.FirstFrame); p.Datagrams() {
				waits = 1 - waits
				if !f.OrigFirst {
					waits = 1 - waits
				}
				return identify.Announce(p, waits, frame)
			}
		}
	}
	return app
}

// empty returns a harvest without anything in it.
func (e *Engine) empty() *harvest {
	if e.sinks == nil {
		return &e.own
	}
	return <-e.spare
}

// hand gives a harvest to the sink.
func (e *Engine) hand(h *harvest) {
	// What was heard behind the last of these goes with them: all that ends later ends behind it.
	h.heard, e.heard = e.heard, h.heard
	if e.sinks != nil {
		e.sinks <- h
		return
	}
	e.records(h)
}

// pause lets Pause be called once the sink has all that ended so far.
func (e *Engine) pause() {
	if e.opt.Pause == nil {
		return
	}
	h := e.empty()
	h.pause = true
	e.hand(h)
}

// ahead is how many records before its own a flow that ended is asked for: another
// processor filled it.
const ahead = 2

// records turns a harvest into records, and empties it.
func (e *Engine) records(h *harvest) {
	for i, f := range h.order {
		if e.failed.Load() {
			break
		}
		if next := i + ahead; next < len(h.order) {
			g := h.order[next]
			prefetch.Read(uintptr(unsafe.Pointer(g)), unsafe.Sizeof(*g))
		}
		e.before(&h.heard, f.at)
		e.ended(f)
	}
	e.before(&h.heard, math.MaxUint64)
	h.heard = heard{list: h.heard.list[:0], data: h.heard.data[:0]}
	for i := range h.by {
		h.by[i] = h.by[i][:0]
	}
	h.order = h.order[:0]
	if h.pause && !e.failed.Load() {
		e.fail(e.opt.Pause())
	}
	h.pause = false
}

// crew are goroutines that help with work that comes in pieces, one for each lane.
type crew chan *errand

// errand is such work.
type errand struct {
	do   func(i int)
	next atomic.Int32
	done atomic.Int32
	last chan struct{} // told when all is done
}

func (w *errand) help() {
	for {
		i := int(w.next.Add(1)) - 1
		if i >= laneCount {
			return
		}
		w.do(i)
		if w.done.Add(1) == laneCount {
			w.last <- struct{}{}
		}
	}
}

// wait waits for the lanes that others are at. They will be done in a moment, in
// which other goroutines may run: to sleep and to be woken takes longer.
func (w *errand) wait() {
	for range 100 {
		if w.done.Load() == laneCount {
			break
		}
		runtime.Gosched()
	}
	<-w.last
}

// small is how many packets are not worth waking somebody for.
const small = 256

// each runs do for every lane, with help where there is enough to do.
func (e *Engine) each(size int, do func(i int)) {
	if e.crew == nil || size < small {
		for i := range laneCount {
			do(i)
		}
		return
	}
	w := &errand{do: do, last: make(chan struct{}, 1)}
	for range min(e.opt.Threads-1, laneCount-1) {
		select {
		case e.crew <- w:
		default:
		}
	}
	w.help()
	w.wait()
}
