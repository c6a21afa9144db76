package flows

import (
	"unsafe"

	"portero/capture"
)

// group is how many packets are looked at together. A group goes through five
// passes: each asks for the cache lines that the next will touch, and between two
// passes of one group others of four other groups run, so that the lines come
// while there is work to do. A line that is not needed is not asked for: how many
// can be under way at once is what bounds the passes.
const (
	group = 16
	ahead = 5 // groups under way
)

// seekers is what is known of the groups under way.
type seekers struct {
	// home are the numbers, plus one, of the flows that the packets probably belong to.
	home  [ahead][group]uint32
	lines [group * 5]uintptr
	n     int
}

func (s *seekers) want(p unsafe.Pointer) {
	if s.n < len(s.lines) {
		s.lines[s.n] = uintptr(p)
		s.n++
	}
}

func (s *seekers) fetch() {
	prefetch(&s.lines[0], s.n)
	s.n = 0
}

// ObserveEach books those packets of b whose positions which names, in order, with
// the quotes of their ICMP errors. It is Observe for each, faster.
func (t *Table) ObserveEach(b *capture.Batch, which []uint32) {
	groups := (len(which) + group - 1) / group
	part := func(g int) []uint32 { return which[g*group : min((g+1)*group, len(which))] }
	for k := 1 - ahead; k < groups; k++ {
		if g := k + 4; g < groups {
			t.seekSlots(b.Packets, part(g))
		}
		if g := k + 3; g >= 0 && g < groups {
			t.seekFlows(b.Packets, part(g), &t.seekers.home[g%ahead])
		}
		if g := k + 2; g >= 0 && g < groups {
			t.seekData(b.Packets, part(g), &t.seekers.home[g%ahead])
		}
		if g := k + 1; g >= 0 && g < groups {
			t.seekMore(b.Packets, part(g), &t.seekers.home[g%ahead])
		}
		if k >= 0 {
			t.observeGroup(b, part(k), &t.seekers.home[k%ahead])
		}
	}
}

func (t *Table) observeGroup(b *capture.Batch, which []uint32, home *[group]uint32) {
	for k, i := range which {
		p := &b.Packets[i]
		t.pos = i
		if p.Bits&capture.ICMPError != 0 {
			t.Observe(p, b.Quoted(p))
			continue
		}
		// What was found ahead is where find would find it, unless the flow ended
		// or its ports were taken meanwhile.
		if v := home[k]; v != 0 {
			f := t.flow(v - 1)
			if f.bits&(inUse|superseded|healed) == inUse && f.seg == p.Seg {
				if side := f.sideOf(p); side >= 0 {
					t.follow(v-1, f, side, p)
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
func (t *Table) seekSlots(pkts []capture.Packet, which []uint32) {
	s := &t.seekers
	cur := t.slots.cur
	mask := uint32(len(cur) - 1)
	for _, k := range which {
		p := &pkts[k]
		s.want(unsafe.Pointer(&cur[uint32(p.Hash)&mask]))
		s.want(unsafe.Pointer(t.recent.set(p.Digest ^ p.Hash | 1)))
	}
	s.fetch()
}

// seekFlows looks for the flows of the packets and asks for their lines.
func (t *Table) seekFlows(pkts []capture.Packet, which []uint32, home *[group]uint32) {
	s := &t.seekers
	cur := t.slots.cur
	mask := uint32(len(cur) - 1)
	for i, k := range which {
		h := uint32(pkts[k].Hash)
		e := cur[h&mask]
		home[i] = 0
		// A neighbour in the probe run is as likely a home as the first slot.
		if e != 0 && uint32(e>>32) != h {
			for j := uint32(1); j < 8; j++ {
				if n := cur[(h+j)&mask]; uint32(n>>32) == h || n == 0 {
					e = n
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
		p := unsafe.Pointer(t.flow(v))
		s.want(p)
		s.want(unsafe.Add(p, line))
		s.want(unsafe.Add(p, 2*line))
		home[i] = v + 1
	}
	s.fetch()
}

// seekData asks for what lies beside the flows.
func (t *Table) seekData(pkts []capture.Packet, which []uint32, home *[group]uint32) {
	s := &t.seekers
	for i, k := range which {
		if home[i] == 0 {
			continue
		}
		v := home[i] - 1
		f := t.flow(v)
		p := &pkts[k]
		if x := t.dataOf(f); x != nil {
			s.want(unsafe.Pointer(x))
		}
		if f.pkts[0]+f.pkts[1] < young || p.Flags.Any(capture.SYN|capture.FIN|capture.RST) {
			o := unsafe.Pointer(t.origin(v))
			s.want(o)
			s.want(unsafe.Add(o, originSize-1))
		}
	}
	s.fetch()
}

// seekMore asks for the lines of Data past the first: an acknowledgement may end a
// sample of the other side, payload a wait.
func (t *Table) seekMore(pkts []capture.Packet, which []uint32, home *[group]uint32) {
	s := &t.seekers
	for i, k := range which {
		if home[i] == 0 {
			continue
		}
		f := t.flow(home[i] - 1)
		x := t.dataOf(f)
		if x == nil {
			continue
		}
		p := &pkts[k]
		side := 1
		if f.portA == p.SrcPort {
			side = 0
		}
		if x.Timed(1 - side) {
			s.want(unsafe.Add(unsafe.Pointer(x), (2-side)*line))
		}
		if p.PayloadLen > 0 && f.conn.Waits(side, x) {
			s.want(unsafe.Add(unsafe.Pointer(x), 3*line))
		}
	}
	s.fetch()
}
