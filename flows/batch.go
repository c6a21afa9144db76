package flows

import (
	"unsafe"

	"portero/capture"
	"portero/internal/prefetch"
)

// What a packet needs lies in cache lines that depend on one another: its slot
// names the flow, and the flow its Data where that is not beside it. Every packet goes through stages that each ask for the lines of
// the next, with some packets between two stages, so that the lines come while there
// is work to do. They are asked for in every packet's turn, not for many packets at
// once: only so many can be under way, and to wait for room among them is to wait
// for memory after all. A line that is not needed is not asked for.
const (
	stride = 8  // packets between two stages
	stages = 4  // the last of them books the packet
	ring   = 64 // packets remembered: a power of two, at least stride for each stage
	fewest = 4  // packets that go through stages: for less it takes longer than it saves
)

// sought is a packet and the flow that it belongs to, 0 where none was found, and
// how many flows had ended then. Addresses are no pointers to the garbage collector:
// the packets are kept by their batch, and flows are not its business.
type sought struct {
	p, f uintptr // *capture.Packet, *Flow
	v    uint32
	ends uint32
	side int
}

func (s *sought) packet() *capture.Packet { return *(**capture.Packet)(unsafe.Pointer(&s.p)) }
func (s *sought) flow() *Flow             { return *(**Flow)(unsafe.Pointer(&s.f)) }

// seekers are the packets under way.
type seekers struct {
	pkts  []capture.Packet
	which []uint32
	home  [ring]sought
	// What is asked for in every turn: each kind of line has its places, where those of an
	// earlier turn stay while there are none. They are there already, and to ask for them
	// again costs less than to foresee how many there are.
	lines [prefetch.Many]uintptr
}

// The places of lines.
const (
	packetLines = 0 // two
	slotLine    = 2
	recentLine  = 3
	flowLines   = 4 // three
	dataLines   = 7 // three
)

// ObserveEach books those packets of b whose positions which names, in order, with
// the quotes of their ICMP errors. It is Observe for each, faster.
func (t *Table) ObserveEach(b *capture.Batch, which []uint32) {
	t.noted = b
	t.observeEach(b, which)
	t.noted = nil // what is booked by itself has no position
}

func (t *Table) observeEach(b *capture.Batch, which []uint32) {
	if len(which) < fewest {
		for _, pos := range which {
			t.pos = pos
			p := &b.Packets[pos]
			var q *capture.Quote
			if p.Bits&capture.ICMPError != 0 {
				q = b.Quoted(p)
			}
			t.Observe(p, q)
		}
		return
	}
	s := seekers{pkts: b.Packets, which: which}
	for i := range s.lines {
		s.lines[i] = uintptr(unsafe.Pointer(&s))
	}
	const lead = stride * (stages - 1)
	for k := -lead - stride; k < len(which); k++ {
		t.seek(&s, k+lead)
		if k < 0 {
			continue
		}
		t.pos = which[k]
		h := &s.home[uint(k)%ring]
		p := h.packet()
		switch {
		case p.Bits&capture.ICMPError != 0:
			t.Observe(p, b.Quoted(p))
		// What was found ahead is where find would find it, unless a flow ended or
		// its ports were taken meanwhile.
		case h.f != 0 && h.ends == t.ends:
			t.follow(h.v, h.flow(), h.side, p)
		default:
			t.Observe(p, nil)
		}
	}
}

const (
	line  = 64
	young = 5 // packets after which the history of a flow seldom grows
)

// seek lets packet k take its first stage, and those before it theirs.
func (t *Table) seek(s *seekers, k int) {
	l, which := &s.lines, s.which
	cur := t.slots.cur
	mask := uint32(len(cur) - 1)
	// The packet itself, which another processor may have decoded.
	if at := k + stride; uint(at) < uint(len(which)) {
		p := uintptr(unsafe.Pointer(&s.pkts[which[at]]))
		s.home[uint(at)%ring].p = p
		l[packetLines], l[packetLines+1] = p, p+line
	}
	// The slot, and where a copy of the packet would be.
	if uint(k) < uint(len(which)) {
		p := s.home[uint(k)%ring].packet()
		l[slotLine] = uintptr(unsafe.Pointer(&cur[uint32(p.Hash)&mask]))
		l[recentLine] = uintptr(unsafe.Pointer(t.recent.set(markOf(p))))
	}
	// The flow.
	if k -= stride; uint(k) < uint(len(which)) {
		home := &s.home[uint(k)%ring]
		home.f = 0
		h := uint32(home.packet().Hash)
		e := cur[h&mask]
		// A neighbour in the probe run is as likely a home as the first slot, until a packet of its flow
		// came: it is the first then.
		if uint32(e>>32) != h && e != 0 {
			for j := uint32(1); e != 0 && uint32(e>>32) != h && j < 2*lineSlots; j++ {
				e = cur[probe(h, j, mask)]
			}
			if uint32(e>>32) == h && e != 0 {
				t.slots.advance(h, e)
			}
		}
		if uint32(e>>32) == h && e != 0 && e != gone {
			home.v = uint32(e) - 1
			c := &t.chunks[home.v>>chunkBits]
			f := uintptr(c.at) + uintptr(home.v%chunkLen)*c.step
			home.f = f
			l[flowLines], l[flowLines+1], l[flowLines+2] = f, f+line, f+2*line
			if c.step == pairSize {
				x := f + hotSize
				l[dataLines], l[dataLines+1], l[dataLines+2] = x, x+line, x+2*line
			}
		}
	}
	// What lies beside it.
	if k -= stride; uint(k) < uint(len(which)) {
		if home := &s.home[uint(k)%ring]; home.f != 0 {
			f, p := home.flow(), home.packet()
			side := f.sideOf(p)
			if side < 0 || f.bits&(inUse|superseded|healed) != inUse || f.seg != p.Seg {
				home.f = 0
			} else {
				home.side, home.ends = side, t.ends
				if x := uintptr(unsafe.Pointer(t.elsewhere(f))); x != 0 {
					l[dataLines], l[dataLines+1], l[dataLines+2] = x, x+line, x+2*line
				}
				if f.pkts[0]+f.pkts[1] < young || p.Flags.Any(capture.SYN|capture.FIN|capture.RST) {
					prefetch.Read(uintptr(unsafe.Pointer(t.origin(home.v))), originSize)
				}
			}
		}
	}
	prefetch.All(l)
}
