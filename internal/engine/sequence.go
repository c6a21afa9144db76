package engine

import (
	"context"
	"slices"
	"unsafe"

	"portero/capture"
	"portero/internal/prefetch"
)

// decoded is a block with what its frames say.
type decoded struct {
	block capture.Block
	batch capture.Batch
	n     int // packets of batch, while it is filled
	// other are the frames that are no packet (or not yet), with how many packets
	// came before each.
	other []other
	// which are the packets of each lane, next how many of them were booked, done
	// how many of all were.
	which    [laneCount][]uint32
	next     [laneCount]int
	done     int
	wants    func(p *capture.Packet) bool
	told     []uint32 // packets that wants picks
	heard    int      // how many of them were shown
	cuts     uint64   // packets that were cut and are fine otherwise
	firstCut uint64   // index of the first of them
	odd      []uint32 // packets that the doctor wants to see besides
	seen     int      // how many of them he saw
	links    []uint32 // packets that ask for a neighbour's address, or answer
	linked   int      // how many of them he saw
	sum      frameSum
	after    int64 // when the first frame behind the block came, 0 where that is not known
	ready    chan struct{}
}

type other struct {
	before  int // packets of the batch that come first
	frame   int
	outcome capture.Outcome
	reason  capture.Reason
	frag    capture.IPFragment
	arp     capture.ARPInfo
}

// bufRoom is what a block in a huge page has for its frames, and what is left of the page is for
// packets: more than captures of small frames need of the one, and of large ones of the other.
const bufRoom = 1216 << 10

// hugeFrom is how large an input is from which its blocks get huge pages: to make one takes longer than to read a small
// capture.
const hugeFrom = 8 << 20

// hugeBudget is the least budget with which they do: whoever gives less is short of memory, and blocks of small frames
// leave half of such a page unused.
const hugeBudget = 256 << 20

// blocks returns n blocks for what src has. Those of a large file get memory in huge
// pages: frames and packets are more small pages than the processor can keep the places of.
func (e *Engine) blocks(src capture.Source, n int) []*decoded {
	all := make([]*decoded, n)
	for i := range all {
		all[i] = &decoded{wants: e.opt.Wants, ready: make(chan struct{}, 1)}
	}
	s, ok := src.(interface{ Size() int64 })
	if !ok || s.Size() < hugeFrom || e.opt.Memory > 0 && e.opt.Memory < hugeBudget {
		return all
	}
	slab := prefetch.Huge(n * prefetch.HugePage)
	for _, d := range all {
		d.block.Buf = slab[:bufRoom:bufRoom]
		rest := slab[bufRoom:prefetch.HugePage]
		d.batch.Packets = unsafe.Slice((*capture.Packet)(unsafe.Pointer(unsafe.SliceData(rest))), len(rest)/capture.PacketSize)[:0]
		slab = slab[prefetch.HugePage:]
	}
	return all
}

// soon is how many packets before its turn the memory of one is asked for. It was in use some blocks ago and has left
// the cache; what is written has to wait for it then, and who reads it next for both.
const soon = 8

// decode decodes all frames of d.block, deals the packets to the lanes, and notes
// what the sequencer must look at one by one.
func decode(dec *capture.Decoder, d *decoded) {
	d.reset()
	fs := d.block.Frames
	d.sum = sumOf(fs)
	if d.block.Inside {
		d.batch.Buf = d.block.Buf
	}
	pkts := slices.Grow(d.batch.Packets, len(fs))
	pkts = pkts[:cap(pkts)]
	for i := range fs {
		p := &pkts[d.n]
		prefetch.Write(uintptr(unsafe.Pointer(p))+soon*capture.PacketSize, capture.PacketSize)
		if out := dec.Decode(&fs[i], p); out == capture.OK {
			d.packet(dec, p, i)
		} else {
			pkts = d.rest(dec, pkts, out, i)
		}
	}
	d.batch.Packets = pkts[:d.n]
}

// packet takes p, the next packet of d, which comes from a frame.
func (d *decoded) packet(dec *capture.Decoder, p *capture.Packet, frame int) {
	p.FrameIdx = uint16(frame)
	if d.batch.Buf != nil {
		p.PayloadOff += uint32(placeIn(d.batch.Buf, d.block.Frames[frame].Data))
	}
	pos := uint32(d.n)
	d.n++
	k := laneOf(p)
	d.which[k] = append(d.which[k], pos)
	// Many packets are cut, or none: no jump depends on it but at the first.
	cut := uint64(0)
	if p.Bits&^usual == capture.Cut {
		cut = 1
	}
	if p.Bits&^(usual|capture.Cut) != 0 || p.Bits&capture.ICMPError != 0 || cut > d.cuts {
		d.remark(dec, p, pos)
	}
	d.cuts += cut
	if picks(d.wants, p) {
		d.told = append(d.told, pos)
	}
	if p.Proto == capture.ProtoICMP6 && p.NeighbourDiscovery() {
		d.links = append(d.links, pos)
	}
}

// picks reports whether Hear is shown p: no TCP segment, as nothing in one is heard, and
// they are most of all packets.
func picks(wants func(p *capture.Packet) bool, p *capture.Packet) bool {
	return p.Proto != capture.ProtoTCP && wants != nil && wants(p)
}

// rest takes the outcome of a frame that is not just one packet. It returns pkts with
// room for the packets of the frames that follow.
func (d *decoded) rest(dec *capture.Decoder, pkts []capture.Packet, out capture.Outcome, frame int) []capture.Packet {
	fs := d.block.Frames
	for {
		switch out {
		case capture.OK, capture.More:
			d.packet(dec, &pkts[d.n], frame)
			if out == capture.OK {
				return pkts
			}
			if need := d.n + len(fs) - frame; need > len(pkts) {
				pkts = slices.Grow(pkts, need-len(pkts))
				pkts = pkts[:cap(pkts)]
			}
		default:
			o := other{before: d.n, frame: frame, outcome: out}
			switch out {
			case capture.FragmentPart:
				o.frag = dec.Frag
			case capture.ARP:
				o.arp = dec.ARP
			default:
				o.reason = dec.Reason
			}
			d.other = append(d.other, o)
			if !dec.Pending() {
				return pkts
			}
		}
		out = dec.Again(&fs[frame], &pkts[d.n])
	}
}

// usual are the bits that say nothing of a packet by itself.
const usual = capture.Unchecked | capture.Selected | capture.Outgoing | capture.ICMPError

// remark keeps what the bits of p say beyond what many packets have: apart, so that packet
// stays short.
//
//go:noinline
func (d *decoded) remark(dec *capture.Decoder, p *capture.Packet, pos uint32) {
	if p.Bits&capture.ICMPError != 0 {
		p.TSVal = uint32(len(d.batch.Quotes))
		d.batch.Quotes = append(d.batch.Quotes, dec.Quote)
	}
	switch p.Bits &^ usual {
	case 0:
	case capture.Cut:
		if d.cuts == 0 {
			d.firstCut = p.Index
		}
	default:
		d.odd = append(d.odd, pos)
	}
}

func (d *decoded) reset() {
	d.batch.Reset()
	d.other = d.other[:0]
	d.done, d.next = 0, [laneCount]int{}
	for i := range d.which {
		d.which[i] = d.which[i][:0]
	}
	d.odd, d.seen = d.odd[:0], 0
	d.links, d.linked = d.links[:0], 0
	d.told, d.heard = d.told[:0], 0
	d.cuts, d.firstCut = 0, 0
	d.n, d.after = 0, 0
}

// frameSum is what the frames of a block are together.
type frameSum struct {
	octets      uint64 // on the wire
	first, last int64  // the least and the greatest time
	even        bool   // time does not run backwards
	links       bool   // there are several link types
	files       bool   // there are several files, or frames that do not follow one another
}

// placeIn is where data, a part of buf, begins there.
func placeIn(buf, data []byte) uintptr {
	return uintptr(unsafe.Pointer(unsafe.SliceData(data))) - uintptr(unsafe.Pointer(unsafe.SliceData(buf)))
}

func sumOf(fs []capture.Frame) frameSum {
	if len(fs) == 0 {
		return frameSum{}
	}
	a := &fs[0]
	link, file, shift, before := a.Link, a.File, a.Index-a.Num, a.Time
	octets, links, files, even := uint64(0), capture.LinkType(0), uint64(0), true
	for i := range fs {
		f := &fs[i]
		octets += uint64(f.WireLen)
		if f.Time < before {
			even = false
		}
		before = f.Time
		links |= f.Link ^ link
		files |= uint64(f.File^file) | (f.Index - f.Num) ^ shift
	}
	s := frameSum{octets: octets, first: a.Time, last: before, even: even, links: links != 0, files: files != 0}
	if !even {
		for i := range fs {
			s.first, s.last = min(s.first, fs[i].Time), max(s.last, fs[i].Time)
		}
	}
	return s
}

// sequence takes the decoded blocks in order: the serial stage, which owns the
// clock, reassembly, the doctor and the table.
func (e *Engine) sequence(d *decoded) {
	e.block, e.batch = &d.block, &d.batch
	fs := d.block.Frames
	if e.stats.Frames == 0 && len(fs) > 0 {
		e.stats.First, e.stats.Last = fs[0].Time, fs[0].Time
		e.link = fs[0].Link
		e.links = append(e.links, e.link.String())
	}
	if sum := &d.sum; len(fs) > 0 {
		e.stats.Bytes += sum.octets
		e.stats.First, e.stats.Last = min(e.stats.First, sum.first), max(e.stats.Last, sum.last)
		each := fs[:1]
		if sum.links || sum.files {
			each = fs
		}
		for i := range each {
			f := &each[i]
			if f.Link != e.link {
				e.noteLink(f.Link)
			}
			e.frames.note(f)
		}
	}
	e.stats.Frames += uint64(len(fs))
	e.Doctor.Cuts(d.cuts, d.firstCut)
	if e.opt.Select != nil || e.opt.Frame != nil {
		e.selectFrames(d)
	}
	e.current = d
	if len(fs) > 0 && (d.block.Taps != capture.NoTaps || d.sum.links || fs[0].Link == capture.LinkSLL2) {
		e.taps.mark(d)
	}
	if !e.taps.many || e.taps.strangers() {
		e.mirror.mark(d)
	}
	next := 0
	for i := range d.other {
		o := &d.other[i]
		e.packets(d, next, o.before)
		next, e.reached = o.before, o.before
		e.otherFrame(&fs[o.frame], o)
	}
	e.packets(d, next, len(d.batch.Packets))
	e.segment(d, len(d.batch.Packets))
	if n := len(fs); n > 0 {
		e.last = fs[n-1].Index
	}
	if len(e.heard.list) >= maxHeard || e.opt.Live {
		e.handHeard()
	}
	e.block, e.batch, e.current, e.reached = nil, nil, nil, 0
}

func (e *Engine) noteLink(l capture.LinkType) {
	e.link = l
	s := l.String()
	if !slices.Contains(e.links, s) && len(e.links) < 16 {
		e.links = append(e.links, s)
	}
}

// packets looks at the packets [from, to) of d in order: the clock, the doctor. The
// lanes book them when the clock ticks, and after them.
func (e *Engine) packets(d *decoded, from, to int) {
	if from == to {
		return
	}
	pkts := d.batch.Packets
	if e.opt.Seen != nil {
		for i := from; i < to; i++ {
			e.opt.Seen(&pkts[i], e.payload(&pkts[i]))
		}
	}
	for ; d.seen < len(d.odd) && int(d.odd[d.seen]) < to; d.seen++ {
		e.Doctor.Packet(&pkts[d.odd[d.seen]])
	}
	for ; d.linked < len(d.links) && int(d.links[d.linked]) < to; d.linked++ {
		p := &pkts[d.links[d.linked]]
		e.Doctor.Neighbour(p, e.payload(p))
	}
	e.stats.Packets += uint64(to - from)
	first, last := pkts[from].Time, pkts[to-1].Time
	if d.sum.even && first >= e.clock.last && first/second == e.clock.tick && last/second == e.clock.tick {
		e.clock.last = last
		return
	}
	for i := from; i < to; i++ {
		p := &pkts[i]
		if p.Time/second != e.clock.tick || p.Time < e.clock.last {
			if e.clock.see(p.Time) {
				e.segment(d, i)
				e.tick(e.clock.now, p.Index)
			} else if e.clock.suspect == p.Time {
				e.suspect(d, i)
			}
		}
		e.clock.last = p.Time
	}
}

// catchUp books the packets before what is at hand, where that makes a difference: to do it for every frame
// that is no packet would cost more than the packets.
func (e *Engine) catchUp() {
	if d := e.current; d != nil && d.done < e.reached {
		e.segment(d, e.reached)
	}
}

// otherFrame takes a frame that is no whole packet.
func (e *Engine) otherFrame(f *capture.Frame, o *other) {
	if e.clock.see(f.Time) {
		e.catchUp()
		e.tick(e.clock.now, f.Index)
	}
	switch o.outcome {
	case capture.FragmentPart:
		e.fragment(&o.frag, 0)
	case capture.ARP:
		e.Doctor.ARP(&o.arp, f.Index)
		e.listen(e.current, e.reached)
		e.hearARP(&o.arp, f.Time, f.Index)
	default:
		e.Doctor.NotIP(o.outcome, o.reason, f)
	}
}

// fragment takes a part of a datagram. What a datagram holds may be a tunnel with
// a fragment in it again.
func (e *Engine) fragment(f *capture.IPFragment, depth int) {
	e.stats.Fragments++
	for _, g := range e.reasm.Add(f) {
		e.datagram(&g, depth)
	}
}

func (e *Engine) datagram(g *capture.Datagram, depth int) {
	e.catchUp()
	var p capture.Packet
	switch out := e.dec.Datagram(g, &p); out {
	case capture.OK, capture.More:
	case capture.FragmentPart:
		if depth < 4 {
			f := e.dec.Frag
			f.Parts, f.Copies = g.Parts, g.Copies
			e.fragment(&f, depth+1)
		}
		return
	case capture.ARP: // a large frame of a virtual network
		if g.Frames > 0 {
			e.Doctor.ARP(&e.dec.ARP, g.Last.Index)
			e.hearARP(&e.dec.ARP, g.Last.Time, g.Last.Index)
		}
		return
	default:
		e.Doctor.NotIP(out, e.dec.Reason, &capture.Frame{Index: g.Last.Index, Time: g.Last.Time, WireLen: g.WireLen})
		return
	}
	e.extra = g.Payload
	if g.Frames == 0 {
		e.copies(&p, g)
		return
	}
	e.Doctor.Packet(&p)
	var q *capture.Quote
	if p.Bits&capture.ICMPError != 0 {
		q = &e.dec.Quote
	}
	e.quoted = q
	if e.opt.Seen != nil {
		e.opt.Seen(&p, e.payload(&p))
	}
	if picks(e.opt.Wants, &p) {
		e.hear(&p)
	}
	e.parts = g.Parts
	e.one(&p, q, g.Parts[0], g.Began)
	e.parts = nil
	e.stats.Packets++
	if g.Copies > 0 {
		e.lanes[laneOf(&p)].table.Copied(&p, g.Copies)
	}
}

// copies takes frames that are copies of parts of p, a datagram that was booked.
func (e *Engine) copies(p *capture.Packet, g *capture.Datagram) {
	e.settle()
	t := e.lanes[laneOf(p)].table
	if e.parts = g.Parts; t.Copied(p, g.Copies) {
		t.WatchCopy(p)
		e.showAll()
	}
	e.parts = nil
}

// payload is the captured payload of p, which is of the block or the datagram
// being sequenced.
func (e *Engine) payload(p *capture.Packet) []byte {
	if p.PayloadCap == 0 {
		return nil
	}
	if p.Bits&capture.Fragment != 0 {
		if int(p.PayloadOff)+int(p.PayloadCap) > len(e.extra) {
			return nil
		}
		return e.extra[p.PayloadOff : p.PayloadOff+p.PayloadCap]
	}
	if e.block == nil || p.Index <= e.last || int(p.FrameIdx) >= len(e.block.Frames) {
		return nil // of an earlier block: a SYN that was kept apart
	}
	d := e.batch.Buf
	if d == nil {
		d = e.block.Frames[p.FrameIdx].Data
	}
	if int(p.PayloadOff)+int(p.PayloadCap) > len(d) {
		return nil
	}
	return d[p.PayloadOff : p.PayloadOff+p.PayloadCap]
}

func (e *Engine) selectFrames(d *decoded) {
	fs := d.block.Frames
	next, part := 0, 0
	pkts := d.batch.Packets
	for i := range fs {
		sel := e.opt.Select == nil || e.opt.Select(&fs[i])
		for next < len(pkts) && int(pkts[next].FrameIdx) == i {
			if sel && e.opt.Select != nil {
				pkts[next].Bits |= capture.Selected
			}
			next++
		}
		for ; part < len(d.other) && d.other[part].frame <= i; part++ {
			if o := &d.other[part]; sel && e.opt.Select != nil && o.frame == i && o.outcome == capture.FragmentPart {
				o.frag.Selected = true
			}
		}
		if e.opt.Frame != nil && !e.failed.Load() {
			e.fail(e.opt.Frame(&fs[i], sel))
		}
	}
}

func (e *Engine) serial(ctx context.Context, src capture.Source) error {
	in := reading{dec: capture.NewDecoder(e.paths, e.opt.Seed), src: src, block: e.blocks(src, 1)[0]}
	defer e.flush()
	for ctx.Err() == nil && !e.failed.Load() {
		d, err := in.take()
		if err != nil {
			return err
		}
		if e.leaps(d) {
			d.after = in.ahead()
		}
		e.sequence(d)
		if d.block.Slow {
			e.pause()
		}
		if e.opt.Live {
			e.quiet()
		}
		if e.opt.Tick != nil {
			e.opt.Tick()
		}
	}
	return ctx.Err()
}

// lag is how far the kernel's packets may trail behind the system's clock.
const lag = 2 * second

// quiet lets time go on where no packet tells it, so that connections end by
// silence while it lasts.
func (e *Engine) quiet() {
	now := e.opt.Now() - lag
	if e.clock.set && now > e.clock.now && now/second != e.clock.tick {
		e.clock.now, e.clock.tick, e.clock.suspect = now, now/second, 0
		e.tick(now, e.last+1)
	}
}
