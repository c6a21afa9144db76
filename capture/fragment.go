package capture

import (
	"hash/maphash"
	"slices"
	"sort"
)

// IPFragment is one fragment of an IP datagram (RFC 791, 3.2; RFC 8200, 4.5).
// Data is a view into the frame.
type IPFragment struct {
	Src, Dst        [16]byte
	Ver, Proto, TTL uint8
	More            bool
	Selected        bool
	ID              uint32
	Off, Len        int // octets, by the headers
	Data            []byte
	Bits            Bits
	Seg, Path       uint32
	WireLen         uint32
	Time            int64
	Index           uint64
	// Parts are the frames that it came in, where it lay in a datagram that came in
	// fragments itself; nil is Index alone. Copies are how many of them were copies.
	Parts  []uint64
	Copies int

	way, net string // for a datagram that turns out to be a tunnel
}

func (d *Decoder) fragment(off, n int, id uint32, fo int, more bool) Outcome {
	p := d.p
	if n <= 0 || fo+n > 65535 {
		return d.portless(off, n)
	}
	// What the header claims beyond the frame's end did not pass.
	if room := max(int(p.WireLen), len(d.data)) - off; n > room && p.Bits&NoLen == 0 {
		if n = room; n <= 0 {
			return d.portless(off, 0)
		}
	}
	f := IPFragment{Src: p.Src, Dst: p.Dst, Ver: p.Ver, Proto: p.Proto, TTL: p.TTL, More: more, ID: id, Off: fo, Len: n,
		Bits: p.Bits, WireLen: p.WireLen, Time: p.Time, Index: p.Index}
	if off < len(d.data) {
		end := min(off+n, len(d.data))
		f.Data = d.data[off:end:end]
	}
	if len(d.key) > 0 {
		f.Path = d.way.intern(d.paths, d.key)
		f.way = string(d.key)
		if len(d.net) > 0 {
			f.Seg = d.segs.intern(d.paths, d.net) + 1
			f.net = string(d.net)
		}
	}
	d.Frag = f
	return FragmentPart
}

// Datagram is what became of fragments: whole, or what there is of it.
type Datagram struct {
	Payload  []byte // what was captured of the IP payload from its start on, without a gap
	Len      int    // octets by the headers; of one that is not whole, what came of it
	Whole    bool
	HasFirst bool
	Frames   int        // 0: copies of what was part of a datagram that is whole
	Copies   int        // frames that were exact copies of others, which are not in Frames
	WireLen  uint32     // without the copies
	Parts    []uint64   // the frames, as they came, copies too; of very many the first
	Began    int64      // time of the first of them
	Last     IPFragment // the one that completed it; its Data is gone
}

// Limits of reassembly. Fragments are written by strangers.
const (
	maxDatagrams     = 1024
	maxFragmentBytes = 16 << 20
	maxFragments     = 512 // of one datagram
	maxParts         = 4096
	fragmentLife     = 30e9
	maxComplete      = 32 // datagrams of which copies are known
	partCost         = 80 // what a fragPart and a span take
	copyWindow       = 10e6
)

type fragKey struct {
	src, dst [16]byte
	id, seg  uint32
	ver      uint8
	proto    uint8 // of IPv6 none: only the first fragment's says what follows (RFC 8200, 4.5)
}

type fragPart struct {
	off, n int
	more   bool
	time   int64
	sum    uint64 // of data
	data   []byte
}

// copied reports whether f is an exact copy of this part: a capture of both sides of a mirror
// port, or of a routed packet twice. Within its life nobody uses an id again (RFC 6864), so that
// the same part within the window is no part of another datagram.
func (p *fragPart) copied(f *IPFragment, sum uint64) bool {
	d := f.Time - p.time
	return p.off == f.Off && p.n == f.Len && p.more == f.More && p.sum == sum && d <= copyWindow && d >= -copyWindow
}

// span is a stretch of a datagram that came.
type span struct{ from, to int }

type fragments struct {
	key     fragKey
	parts   []fragPart // as they came
	spans   []span     // what they cover, in order and with gaps between
	total   int        // -1 until the last fragment came
	bytes   int
	frames  int
	copies  int
	refs    []uint64
	wire    uint32
	started int64
	seq     uint64
	last    IPFragment
	proto   uint8 // the first fragment's, once it came
	sel     bool
	torn    bool // parts of it overlap, and its receiver throws it away
}

// Reassembler puts fragments together. Of overlapping octets those that came
// first count; of IPv6 a datagram with any of them never gets whole (RFC 8200, 4.5). It keeps at most maxFragmentBytes; the oldest datagram gives way.
// One goroutine owns it.
type Reassembler struct {
	open  map[fragKey]*fragments
	order []*fragments // by age
	bytes int
	seq   uint64
	seed  maphash.Seed
	// whole are the last datagrams that got whole, a ring: copies of their parts may follow.
	whole [maxComplete]complete
	next  int
}

type complete struct {
	*fragments
	payload []byte
}

// NewReassembler returns an empty one.
func NewReassembler() *Reassembler {
	return &Reassembler{open: map[fragKey]*fragments{}, seed: maphash.MakeSeed()}
}

// Add takes a fragment and returns the datagrams that it completed or that gave
// way to it. They are valid until the next call.
func (r *Reassembler) Add(f *IPFragment) []Datagram {
	var out []Datagram
	for len(r.order) > 0 && (f.Time-r.order[0].started > fragmentLife || len(r.order) >= maxDatagrams || r.bytes > maxFragmentBytes) {
		out = append(out, r.drop(r.order[0]))
	}
	k, sum := fragKey{f.Src, f.Dst, f.ID, f.Seg, f.Ver, f.Proto}, maphash.Bytes(r.seed, f.Data)
	if f.Ver == 6 {
		k.proto = 0
	}
	g := r.open[k]
	if g == nil {
		if dg, ok := r.copyOf(k, f, sum); ok {
			return append(out, dg)
		}
		r.seq++
		g = &fragments{key: k, total: -1, started: f.Time, seq: r.seq}
		r.open[k] = g
		r.order = append(r.order, g)
	}
	if len(g.refs) < maxParts {
		if f.Parts == nil {
			g.refs = append(g.refs, f.Index)
			g.bytes, r.bytes = g.bytes+8, r.bytes+8
		} else {
			g.refs = append(g.refs, f.Parts...)
			g.bytes, r.bytes = g.bytes+8*len(f.Parts), r.bytes+8*len(f.Parts)
		}
	}
	g.sel = g.sel || f.Selected
	if g.copied(f, sum) {
		g.copies += max(1, len(f.Parts))
		g.last.Selected = g.sel
		return out
	}
	g.frames += max(1, len(f.Parts)-f.Copies)
	g.copies += f.Copies
	g.wire += f.WireLen
	g.last = *f
	g.last.Data = nil
	g.last.Selected = g.sel
	if len(g.parts) >= maxFragments {
		return out
	}
	data := append([]byte(nil), f.Data...)
	if f.Off == 0 && !g.hasFirst() {
		g.proto = f.Proto
	}
	g.torn = g.torn || f.Ver == 6 && g.overlaps(f, sum)
	g.parts = append(g.parts, fragPart{f.Off, f.Len, f.More, f.Time, sum, data})
	g.cover(f.Off, f.Off+f.Len)
	g.bytes += len(data) + partCost
	r.bytes += len(data) + partCost
	if !f.More && (g.total < 0 || f.Off+f.Len == g.total) {
		g.total = f.Off + f.Len
	}
	if g.total < 0 || g.torn || !g.whole() {
		return out
	}
	r.remove(g)
	dg := g.datagram(true)
	g.refs = nil
	for i := range g.parts {
		g.parts[i].data = nil // their sums are enough
	}
	r.whole[r.next] = complete{g, dg.Payload}
	r.next = (r.next + 1) % maxComplete
	return append(out, dg)
}

// copyOf returns the datagram that got whole and of a part of which f is a copy.
func (r *Reassembler) copyOf(k fragKey, f *IPFragment, sum uint64) (Datagram, bool) {
	for i := range r.whole {
		if g := r.whole[i]; g.fragments != nil && g.key == k && g.copied(f, sum) {
			parts := f.Parts
			if parts == nil {
				parts = []uint64{f.Index}
			}
			last := *f
			last.Data, last.Proto = nil, g.proto
			return Datagram{Payload: g.payload, Len: g.total, Whole: true, HasFirst: true, Copies: len(parts), Parts: parts, Began: f.Time, Last: last}, true
		}
	}
	return Datagram{}, false
}

func (g *fragments) copied(f *IPFragment, sum uint64) bool {
	for i := range g.parts {
		if g.parts[i].copied(f, sum) {
			return true
		}
	}
	return false
}

// overlaps reports whether some octets of f came before, on a part that is not the same as f.
func (g *fragments) overlaps(f *IPFragment, sum uint64) bool {
	i := sort.Search(len(g.spans), func(i int) bool { return g.spans[i].to > f.Off })
	if i == len(g.spans) || g.spans[i].from >= f.Off+f.Len {
		return false
	}
	for k := range g.parts {
		if p := &g.parts[k]; p.off == f.Off && p.n == f.Len && p.more == f.More && p.sum == sum {
			return false
		}
	}
	return true
}

// Expire gives up what is waited for too long at now (ns).
func (r *Reassembler) Expire(now int64) (out []Datagram) {
	for len(r.order) > 0 && now-r.order[0].started > fragmentLife {
		out = append(out, r.drop(r.order[0]))
	}
	return out
}

// Flush gives up all that is incomplete.
func (r *Reassembler) Flush() []Datagram {
	var out []Datagram
	for len(r.order) > 0 {
		out = append(out, r.drop(r.order[0]))
	}
	return out
}

func (r *Reassembler) drop(g *fragments) Datagram {
	r.remove(g)
	return g.datagram(false)
}

func (r *Reassembler) remove(g *fragments) {
	delete(r.open, g.key)
	r.bytes -= g.bytes
	i := sort.Search(len(r.order), func(i int) bool { return r.order[i].seq >= g.seq })
	if i == 0 {
		// As most are, whole at once or given up; to move a thousand others takes longer than all the rest.
		r.order[0] = nil
		r.order = r.order[1:]
		return
	}
	r.order = slices.Delete(r.order, i, i+1)
}

// cover notes that the octets from from to to came. A stranger chooses the order: what it costs
// must not depend on how many parts there are.
func (g *fragments) cover(from, to int) {
	i := sort.Search(len(g.spans), func(i int) bool { return g.spans[i].to >= from })
	j := i
	for ; j < len(g.spans) && g.spans[j].from <= to; j++ {
		from, to = min(from, g.spans[j].from), max(to, g.spans[j].to)
	}
	g.spans = slices.Replace(g.spans, i, j, span{from, to})
}

func (g *fragments) hasFirst() bool { return len(g.spans) > 0 && g.spans[0].from == 0 }

func (g *fragments) whole() bool { return g.run() >= g.total }

func (g *fragments) datagram(whole bool) Datagram {
	dg := Datagram{Whole: whole, HasFirst: g.hasFirst(), Frames: g.frames, Copies: g.copies, WireLen: g.wire, Parts: g.refs, Began: g.started, Last: g.last}
	if dg.HasFirst {
		dg.Last.Proto = g.proto
	}
	size := 0
	for _, p := range g.parts {
		size = max(size, p.off+len(p.data))
	}
	switch {
	case whole:
		dg.Len = g.total
	case !dg.HasFirst:
		dg.Len = g.came()
		return dg
	default:
		dg.Len = g.run() // what lies behind a gap is of no use, and strangers choose how far
	}
	size = min(size, dg.Len)
	buf := make([]byte, size)
	// The last to arrive goes first, so that what came first stays.
	for i := len(g.parts) - 1; i >= 0; i-- {
		if p := &g.parts[i]; p.off < size {
			copy(buf[p.off:], p.data)
		}
	}
	dg.Payload = buf[:min(g.captured(), size)]
	return dg
}

// captured is how far the datagram was captured without a gap: of a part that was cut there is only the beginning.
func (g *fragments) captured() (end int) {
	ps := slices.Clone(g.parts)
	slices.SortFunc(ps, func(a, b fragPart) int { return a.off - b.off })
	for i := range ps {
		if ps[i].off > end {
			break
		}
		end = max(end, ps[i].off+len(ps[i].data))
	}
	return end
}

// came is how many octets of the datagram came, each counted once.
func (g *fragments) came() (n int) {
	for _, s := range g.spans {
		n += s.to - s.from
	}
	return n
}

// run is how far the datagram came without a gap.
func (g *fragments) run() int {
	if !g.hasFirst() {
		return 0
	}
	return g.spans[0].to
}

// Datagram decodes what was put together into p. Where the first fragment is
// missing p is an Orphan, booked by its hosts.
func (d *Decoder) Datagram(g *Datagram, p *Packet) Outcome {
	f := &g.Last
	*p = Packet{Time: f.Time, Index: f.Index, WireLen: g.WireLen, Frames: uint16(min(g.Frames, 65535)),
		Src: f.Src, Dst: f.Dst, Ver: f.Ver, Proto: f.Proto, TTL: f.TTL, Bits: f.Bits&^(Cut|Unchecked|NoLen) | Fragment}
	if f.Ver == 4 {
		p.IPID = uint16(f.ID)
	}
	p.Digest = uint64(f.ID)<<16 ^ uint64(g.Len)
	d.p, d.depth, d.links, d.again = p, 0, 0, again{}
	d.key, d.net = append(d.key[:0], f.way...), append(d.net[:0], f.net...)
	d.data = g.Payload
	if f.Selected {
		p.Bits |= Selected
	}
	if !g.HasFirst || len(g.Payload) == 0 {
		p.Bits |= Orphan
		return d.portless(0, g.Len)
	}
	n := max(g.Len, len(g.Payload))
	if !g.Whole && f.Proto == ProtoUDP && len(g.Payload) >= 8 {
		n = max(n, int(be.Uint16(g.Payload[4:]))) // for a tunnel, in which a packet may begin that did not come whole
	}
	var out Outcome
	if p.Ver == 6 {
		out = d.carried6(p.Proto, 0, n)
	} else {
		out = d.carried4(0, n)
	}
	p.Bits &^= NoLen
	if !g.Whole {
		p.Bits = p.Bits&^(BadSum|PartialSum) | Unchecked | NoLen
		came := g.Len - int(p.PayloadOff)
		if p.PayloadCap == 0 { // cut away, or there is none
			came = g.Len - len(g.Payload)
		}
		p.PayloadLen = min(p.PayloadLen, uint32(max(came, 0)))
		if len(g.Payload) == g.Len {
			p.Bits &^= Cut // the capture cut nothing, fragments are missing
		}
	}
	if f.Selected {
		p.Bits |= Selected
	}
	return out
}
