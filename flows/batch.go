package flows

import (
	"unsafe"

	"portero/capture"
	"portero/handshake"
)

// group is how many packets are looked at together. A group goes through five
// passes: each asks for the cache lines that the next will touch, and between two
// passes of one group others of four other groups run, so that the lines come
// while there is work to do. A line that is not needed is not asked for: how many
// can be under way at once is what bounds the passes.
const (
	group = 8
	ahead = 5 // groups under way
)

// sought is the flow that a packet probably belongs to, and its Data; nil where
// none was found.
type sought struct {
	f *Flow
	x *handshake.Data
	v uint32
}

// seekers is what is known of the groups under way.
type seekers struct {
	home  [ahead][group]sought
	lines lines
}

// lines are addresses to ask for: at most eight for each packet of a group.
type lines [group * 8]uintptr

// want is number n of the lines.
func (l *lines) want(n uint, p unsafe.Pointer) uint {
	l[n%uint(len(l))] = uintptr(p)
	return n + 1
}

func (l *lines) fetch(n uint) { prefetch(&l[0], int(n)) }

// ObserveEach books those packets of b whose positions which names, in order, with
// the quotes of their ICMP errors. It is Observe for each, faster.
func (t *Table) ObserveEach(b *capture.Batch, which []uint32) {
	var s seekers
	groups := (len(which) + group - 1) / group
	for k := 1 - ahead; k < groups; k++ {
		if g := k + 4; g < groups {
			t.seekSlots(&s, b.Packets, part(which, g))
		}
		if g := k + 3; g >= 0 && g < groups {
			t.seekFlows(&s, b.Packets, part(which, g), &s.home[g%ahead])
		}
		if g := k + 2; g >= 0 && g < groups {
			t.seekData(&s, b.Packets, part(which, g), &s.home[g%ahead])
		}
		if g := k + 1; g >= 0 && g < groups {
			t.seekMore(&s, b.Packets, part(which, g), &s.home[g%ahead])
		}
		if k >= 0 {
			t.observeGroup(b, part(which, k), &s.home[k%ahead])
		}
	}
}

// part is group g of which.
func part(which []uint32, g int) []uint32 {
	return which[g*group : min((g+1)*group, len(which))]
}

func (t *Table) observeGroup(b *capture.Batch, which []uint32, home *[group]sought) {
	for k, i := range which {
		p := &b.Packets[i]
		t.pos = i
		if p.Bits&capture.ICMPError != 0 {
			t.Observe(p, b.Quoted(p))
			continue
		}
		// What was found ahead is where find would find it, unless the flow ended
		// or its ports were taken meanwhile.
		if f := home[k].f; f != nil {
			if f.bits&(inUse|superseded|healed) == inUse && f.seg == p.Seg {
				if side := f.sideOf(p); side >= 0 {
					t.follow(home[k].v, f, side, p)
					continue
				}
			}
		}
		t.Observe(p, nil)
	}
}

const (
	line  = 64
	young = 5 // packets after which the history of a flow seldom grows
)

// seekSlots asks for the slots of the packets and for where copies of them would be.
func (t *Table) seekSlots(s *seekers, pkts []capture.Packet, which []uint32) {
	l, n := &s.lines, uint(0)
	cur := t.slots.cur
	mask := uint32(len(cur) - 1)
	for _, k := range which {
		p := &pkts[k]
		n = l.want(n, unsafe.Pointer(&cur[uint32(p.Hash)&mask]))
		n = l.want(n, unsafe.Pointer(t.recent.set(p.Digest^p.Hash|1)))
	}
	l.fetch(n)
}

// seekFlows looks for the flows of the packets and asks for their lines.
func (t *Table) seekFlows(s *seekers, pkts []capture.Packet, which []uint32, home *[group]sought) {
	l, n := &s.lines, uint(0)
	cur := t.slots.cur
	mask := uint32(len(cur) - 1)
	for i, k := range which {
		h := uint32(pkts[k].Hash)
		e := cur[h&mask]
		home[i] = sought{}
		// A neighbour in the probe run is as likely a home as the first slot.
		if e != 0 && uint32(e>>32) != h {
			for j := uint32(1); j < 16; j++ {
				if x := cur[(h+j)&mask]; uint32(x>>32) == h || x == 0 {
					e = x
					break
				}
			}
			if uint32(e>>32) != h {
				continue
			}
		}
		if e == 0 || e == gone {
			continue
		}
		v := uint32(e) - 1
		f := t.flow(v)
		n = l.want(n, unsafe.Pointer(f))
		n = l.want(n, unsafe.Add(unsafe.Pointer(f), line))
		n = l.want(n, unsafe.Add(unsafe.Pointer(f), 2*line))
		home[i].f, home[i].v = f, v
	}
	l.fetch(n)
}

// seekData asks for what lies beside the flows.
func (t *Table) seekData(s *seekers, pkts []capture.Packet, which []uint32, home *[group]sought) {
	l, n := &s.lines, uint(0)
	for i, k := range which {
		f := home[i].f
		if f == nil {
			continue
		}
		if x := t.dataOf(f); x != nil {
			home[i].x = x
			n = l.want(n, unsafe.Pointer(x))
		}
		if f.pkts[0]+f.pkts[1] < young || pkts[k].Flags.Any(capture.SYN|capture.FIN|capture.RST) {
			o := unsafe.Pointer(t.origin(home[i].v))
			n = l.want(n, o)
			n = l.want(n, unsafe.Add(o, originSize-1))
		}
	}
	l.fetch(n)
}

// seekMore asks for the lines of Data past the first: an acknowledgement may end a
// sample of the other side, payload a wait.
func (t *Table) seekMore(s *seekers, pkts []capture.Packet, which []uint32, home *[group]sought) {
	l, n := &s.lines, uint(0)
	for i, k := range which {
		x := home[i].x
		if x == nil {
			continue
		}
		f, p := home[i].f, &pkts[k]
		side := 1
		if f.portA == p.SrcPort {
			side = 0
		}
		if x.Timed(1 - side) {
			n = l.want(n, unsafe.Add(unsafe.Pointer(x), (2-side)*line))
		}
		if p.PayloadLen > 0 && f.conn.Waits(side, x) {
			n = l.want(n, unsafe.Add(unsafe.Pointer(x), 3*line))
		}
	}
	l.fetch(n)
}
