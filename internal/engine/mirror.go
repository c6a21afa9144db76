package engine

import (
	"math/bits"

	"portero/capture"
)

// A port that mirrors both what comes in and what goes out, or two ports of one way, has every packet twice in a capture of
// one interface. An IPv4 id tells such copies, and so does a connection with several packets, of which all come twice; a
// question without an id and its answer are told only by what goes on around them: whether the capture doubles
// (HANDSHAKE.md, section 6). That is found out here, where the blocks come in order, from the first packets and then from some
// now and again: whoever captures for long may turn such a mirror on and off.

const (
	mirrorSets   = 1024            // at first
	mirrorSome   = 8 * mirrorSets  // at most
	mirrorMost   = 32 * mirrorSets // and where the capture doubles
	mirrorWays   = 4
	mirrorWindow = 10e6 // ns that a copy may be late
	mirrorLast   = 20   // packets that say whether the capture doubles
	mirrorFolds  = 8    // at most so often everything comes
	mirrorAhead  = 64   // packets that are looked at before the first of them is judged
	mirrorQueue  = 1024 // packets that wait for their copies, at first
	mirrorLong   = 8 * mirrorQueue
	mirrorTries  = 2048             // packets that are looked at before it is given up for now
	mirrorTime   = 3 * mirrorWindow // and for how long, where they come so fast that copies may not have come yet
	mirrorFast   = 1 << 15          // but no more packets than these
	mirrorRest   = 1 << 20          // packets until it is tried again
)

// mirror finds out whether a capture doubles, and marks the copies where it does.
type mirror struct {
	begun bool
	rest  int                     // packets that are not looked at
	sets  [][mirrorWays]reflected // the latest first
	queue []awaited
	// first and next are positions in the queue, which goes round.
	first, next uint32
	folds       [mirrorFolds + 1]uint32 // how many came at least as often, of those that tell
	came        uint32                  // a bit for each of the last that were judged, 1 for who came twice, the latest lowest
	n           int                     // how many were
	least       int                     // how many have to be
	sender      end
	senders     int   // 0, 1, or more than one of what came twice
	since       int   // packets since the capture doubled
	from        int64 // when the first of them came
}

// end is a host, or a program of one that speaks with itself.
type end struct {
	addr [16]byte
	port uint16
}

// reflected is a packet that may come again.
type reflected struct {
	mark uint64
	time int64
	at   uint32 // its position in the queue plus 1, 0 where it says nothing
	n    uint32 // how often it came
	tell bool   // it tells how often everything comes
}

// awaited is a packet that shows whether the capture doubles.
type awaited struct {
	time  int64
	twice bool
}

// near reports whether a copy of r may come at that time. (There is none of what is zero.)
func (r *reflected) near(at int64) bool {
	dt := at - r.time
	return dt <= mirrorWindow && dt >= -mirrorWindow && r.mark != 0
}

// grow doubles the sets: of a fast capture that doubles more is needed within the window.
func (m *mirror) grow() {
	old := m.sets
	m.sets = make([][mirrorWays]reflected, 2*len(old))
	for i := range old {
		for k := mirrorWays - 1; k >= 0; k-- { // the latest last
			if r := &old[i][k]; r.mark != 0 {
				set := &m.sets[r.mark>>32&uint64(len(m.sets)-1)]
				copy(set[1:], set[:mirrorWays-1])
				set[0] = *r
			}
		}
	}
}

// awaited is what has this position in the queue.
func (m *mirror) awaited(at uint32) *awaited { return &m.queue[at%uint32(len(m.queue))] }

// lengthen doubles the queue; false: it is as long as it may be.
func (m *mirror) lengthen() bool {
	if len(m.queue) >= mirrorLong {
		return false
	}
	old := m.queue
	m.queue = make([]awaited, 2*len(old))
	for at := m.first; at != m.next; at++ {
		*m.awaited(at) = old[at%uint32(len(old))]
	}
	return true
}

// mark marks the packets of d that are copies, where the capture doubles.
func (m *mirror) mark(d *decoded) {
	pkts := d.batch.Packets
	if len(pkts) == 0 {
		return
	}
	if !m.begun {
		m.begin(d)
	}
	if m.rest >= len(pkts) {
		m.rest -= len(pkts)
		return
	}
	from := m.rest
	m.rest = 0
	for i := from; i < len(pkts); i++ {
		if s := m.again(&pkts[i], d); s != capture.Unsaid && m.doubles() && d.batch.Noted(i) == capture.Unsaid {
			d.batch.Note(i, s)
		}
		if m.since < mirrorTries || m.since < mirrorFast && uint64(pkts[i].Time-m.from) < mirrorTime {
			continue
		}
		*m = mirror{begun: true, least: mirrorLast, sets: m.sets, queue: m.queue}
		m.rest = max(mirrorRest-(len(pkts)-i-1), 0) // blocks are far shorter
		return
	}
}

// begin looks at the first packets of the capture, which nothing came before.
func (m *mirror) begin(d *decoded) {
	m.begun = true
	pkts := d.batch.Packets
	look := mirror{begun: true}
	n := min(len(pkts), mirrorAhead)
	for i := range n {
		look.again(&pkts[i], d)
	}
	if n == len(pkts) {
		look.judge(pkts[n-1].Time + mirrorWindow + 1)
	}
	m.came, m.n, m.sender, m.senders, m.least, m.folds = look.came, look.n, look.sender, look.senders, mirrorLast, look.folds
	if look.least = 1; look.doubles() {
		m.least = 1 // all there is, or the first of it
	}
}

// doubles reports whether nine of ten of the last packets that carry more than an acknowledgement came twice. They are
// from both ends, or from several hosts: one may say everything twice itself.
func (m *mirror) doubles() bool {
	return m.n >= m.least && m.senders >= 2 && bits.OnesCount32(m.came)*10 >= m.n*9
}

// again says what p, of d, is if the capture doubles, and remembers it: where everything comes twice, what comes for the third time
// was sent again.
func (m *mirror) again(p *capture.Packet, d *decoded) capture.Sighting {
	if m.since++; m.since == 1 || m.doubles() {
		m.from = p.Time
	}
	if m.doubles() {
		m.since = 0
	}
	mark, ok := alike(p, &d.block.Frames[p.FrameIdx])
	if !ok {
		return capture.Unsaid
	}
	if m.sets == nil {
		m.sets, m.queue = make([][mirrorWays]reflected, mirrorSets), make([]awaited, mirrorQueue)
	}
	set := &m.sets[mark>>32&uint64(len(m.sets)-1)]
	i := 0
	for i < mirrorWays-1 && set[i].mark != mark {
		i++
	}
	s := &set[i]
	if s.mark == mark && s.near(p.Time) {
		m.heard(p)
		if s.at != 0 {
			m.twice(s.at - 1)
			s.at = 0
		}
		if s.n++; s.tell && s.n <= mirrorFolds {
			m.folds[s.n]++
		}
		if (s.n-1)%m.fold() != 0 {
			return capture.Copy
		}
		// It is looked for from now on, and the latest.
		now := *s
		now.time = p.Time
		copy(set[1:], set[:i])
		set[0] = now
		return capture.Anew
	}
	for (len(m.sets) < mirrorSome || m.doubles() && len(m.sets) < mirrorMost) && set[mirrorWays-1].near(p.Time) {
		m.grow()
		set = &m.sets[mark>>32&uint64(len(m.sets)-1)]
		i = mirrorWays - 1
	}
	copy(set[1:], set[:i])
	s = &set[0]
	*s = reflected{mark: mark, time: p.Time, n: 1}
	if p.PayloadLen == 0 && !p.Flags.Any(capture.SYN|capture.FIN) && p.Proto == capture.ProtoTCP {
		return capture.Unsaid
	}
	m.judge(p.Time)
	if m.next-m.first == uint32(len(m.queue)) && !m.lengthen() {
		m.told()
	}
	*m.awaited(m.next) = awaited{time: p.Time}
	m.next++
	s.at, s.tell = m.next, true
	return capture.Unsaid
}

// fold is how often everything comes: twice, unless nine of ten of what came twice came more often.
func (m *mirror) fold() uint32 {
	if m.folds[2] > 1000 { // what was long ago counts for less
		for i := range m.folds {
			m.folds[i] /= 2
		}
	}
	n := uint32(2)
	for n < mirrorFolds && m.folds[n+1] > 0 && m.folds[n+1]*10 >= m.folds[2]*9 {
		n++
	}
	return n
}

// heard notes who sent p, which came twice.
func (m *mirror) heard(p *capture.Packet) {
	from := end{addr: p.Src}
	if p.Src == p.Dst {
		from.port = p.SrcPort
	}
	switch {
	case m.senders == 0:
		m.sender, m.senders = from, 1
	case m.senders == 1 && m.sender != from:
		m.senders = 2
	}
}

// twice notes that the packet at a position of the queue came again.
func (m *mirror) twice(at uint32) {
	if at-m.first >= m.next-m.first {
		return // it was judged
	}
	m.awaited(at).twice = true
	// Who came twice need not wait, and those before need not either, where they did too.
	for m.first != m.next && m.awaited(m.first).twice {
		m.told()
	}
}

// judge judges those that waited for longer than copies may take.
func (m *mirror) judge(now int64) {
	for m.first != m.next {
		a := m.awaited(m.first)
		if dt := now - a.time; !a.twice && dt <= mirrorWindow && dt >= -mirrorWindow {
			return
		}
		m.told()
	}
}

// told judges the first in the queue.
func (m *mirror) told() {
	m.came <<= 1
	if m.awaited(m.first).twice {
		m.came |= 1
	}
	m.came &= 1<<mirrorLast - 1
	m.n = min(m.n+1, mirrorLast)
	m.first++
}
