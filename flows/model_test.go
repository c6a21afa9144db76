package flows

import (
	"container/heap"
	"math/rand/v2"

	"portero/capture"
)

// A model of two honest hosts, of the path between them and of a capture on it. It knows what truly happened;
// records are held against it, see TestModel.

// wired is a segment on the wire.
type wired struct {
	from     int // host 0 called first
	flags    capture.Flags
	seq, ack capture.Seq
	n        uint32
	id       uint16
	sent, at int64 // when it was sent and when it passed the capture
	held     bool  // captured
	life     *life
}

func (w *wired) end() capture.Seq {
	e := w.seq.Add(w.n)
	if w.flags.Any(syn) {
		e++
	}
	if w.flags.Any(fin) {
		e++
	}
	return e
}

type state uint8

const (
	stClosed state = iota
	stSilent
	stListen
	stSynSent
	stSynRcvd
	stOpen    // and FIN-WAIT-1, CLOSE-WAIT and so on, as the FINs tell
	stRefused // the connection was reset
)

// host is one end of a connection.
type host struct {
	n                        int
	st                       state
	isn, peer                capture.Seq
	una, nxt, top            int64 // of its own stream, from isn
	rcv                      int64 // next of its peer's
	early                    [][2]int64
	earlyFIN                 int64
	wrote                    int64 // octets that the program wrote
	shut                     bool  // and it has no more
	finSent                  bool
	finRcvd                  bool
	rto                      int64
	timer                    int
	tries                    int
	peerWindow, window, size int64
	got                      int64
	congestion               int64 // window, in segments
	tfo                      int64 // one past the octets that it took from the SYN
	takesFastOpen            bool
	knowsPeer                bool
	spoke                    bool // on its SYN
	lazy                     bool // its third packet waits for data
	finSeenBeforeOwn         bool
}

// life is what truly happened to one connection.
type life struct {
	open     [2]bool // host reached ESTABLISHED
	wire     []*wired
	refused  bool // a closed port answered
	host     [2]*host
	resetBy  [2]bool
	crossed  bool
	tfoTaken bool
}

type event struct {
	at int64
	n  int
	do func()
}
type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	return e[i].at < e[j].at || e[i].at == e[j].at && e[i].n < e[j].n
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	x := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return x
}

// model is the world.
type model struct {
	r      *rand.Rand
	now    int64
	q      events
	n      int
	id     [2]uint16
	l      *life
	lives  []*life
	delay  [2]int64 // from each host to the capture
	jitter int64
	loss   float64 // on each half of the path
	turns  []turn
	turn   int
	plan   plan
	until  int64
	busy   bool // a program thinks
}

// turn is what one of the programs says when it has heard all that the other said before.
type turn struct {
	host int
	n    int64
}

// plan is how the connection ends.
type plan struct {
	closer int
	how    int // 0 never, 1 FIN, 2 RST
	answer int // of the other: 0 never, 1 FIN at once, 2 FIN after more octets, 3 RST
	idle   int64
}

func (m *model) in(d int64, do func()) {
	m.n++
	heap.Push(&m.q, event{m.now + d, m.n, do})
}

func (m *model) run() {
	for m.q.Len() > 0 {
		e := heap.Pop(&m.q).(event)
		if e.at > m.until {
			m.q = nil
			return
		}
		m.now = e.at
		e.do()
	}
}

func (m *model) odds(p float64) bool { return m.r.Float64() < p }

func (m *model) send(h *host, f capture.Flags, seq int64, n int64) {
	m.id[h.n]++
	w := &wired{from: h.n, flags: f, seq: h.isn.Add(uint32(seq)), n: uint32(n), id: m.id[h.n], life: m.l, sent: m.now}
	if f.Any(ack) {
		w.ack = h.peer.Add(uint32(h.rcv))
	}
	m.emit(w)
}

func (m *model) emit(w *wired) {
	m.l.wire = append(m.l.wire, w)
	if m.odds(m.loss) {
		return
	}
	d := m.delay[w.from]
	if m.jitter > 0 {
		d += m.r.Int64N(m.jitter)
	}
	m.in(d, func() {
		w.at, w.held = m.now, true
		if m.odds(m.loss) {
			return
		}
		d := m.delay[1-w.from]
		if m.jitter > 0 {
			d += m.r.Int64N(m.jitter)
		}
		m.in(d, func() { m.arrive(m.l.host[1-w.from], w) })
	})
}

func (m *model) rst(h *host, w *wired) {
	m.id[h.n]++
	r := &wired{from: h.n, flags: rst, seq: w.ack, id: m.id[h.n], life: m.l, sent: m.now}
	if !w.flags.Any(ack) {
		r.flags, r.seq, r.ack = rst|ack, 0, w.end()
	}
	m.emit(r)
}

func (m *model) ack(h *host) { m.send(h, ack, h.nxt, 0) }

func (m *model) arm(h *host) {
	h.timer++
	t := h.timer
	m.in(h.rto, func() {
		if h.timer != t || h.una >= h.top || h.st < stSynSent || h.st == stRefused {
			return
		}
		if h.tries++; h.tries > 5 {
			h.st = stClosed
			return
		}
		h.rto *= 2
		h.nxt = h.una
		switch {
		case h.st == stSynSent:
			m.send(h, syn, 0, 0)
			h.nxt = max(h.nxt, 1)
			m.arm(h)
		case h.st == stSynRcvd:
			m.send(h, syn|ack, 0, 0)
			h.nxt = 1
			m.arm(h)
		default:
			h.congestion = 1
			m.output(h)
		}
	})
}

// output sends what may be sent.
func (m *model) output(h *host) {
	if h.st != stOpen {
		return
	}
	sent := false
	for {
		last := 1 + h.wrote
		room := min(h.una+min(h.peerWindow, h.congestion*h.size), last) - h.nxt
		if n := min(room, h.size); n > 0 {
			f := ack
			done := h.nxt+n == last && h.shut && m.odds(0.5)
			if done {
				f |= fin
			}
			if h.nxt+n == last {
				f |= capture.PSH
			}
			m.send(h, f, h.nxt, n)
			h.nxt += n
			if done {
				h.nxt++
				h.finSent = true
			}
			sent = true
			h.top = max(h.top, h.nxt)
			continue
		}
		if h.shut && h.nxt == last {
			m.send(h, fin|ack, h.nxt, 0)
			h.nxt++
			h.finSent = true
			sent = true
		}
		h.top = max(h.top, h.nxt)
		break
	}
	if sent {
		m.arm(h)
	}
}

func (m *model) write(h *host, n int64) {
	if h.finSent {
		return
	}
	h.wrote += n
	m.output(h)
}

// say lets the programs go on.
func (m *model) say() {
	if m.busy {
		return
	}
	if m.turn < len(m.turns) {
		t := m.turns[m.turn]
		h, o := m.l.host[t.host], m.l.host[1-t.host]
		if h.st != stOpen || h.got < o.wrote {
			return
		}
		m.turn++
		m.busy = true
		m.in(m.r.Int64N(3e6), func() { m.busy = false; m.write(h, t.n); m.say() })
		return
	}
	c, o := m.l.host[m.plan.closer], m.l.host[1-m.plan.closer]
	if m.plan.how == 0 || c.st != stOpen || c.got < o.wrote || m.turn > len(m.turns) {
		return
	}
	m.turn++
	m.in(m.plan.idle+m.r.Int64N(2e6), func() {
		if m.plan.how == 2 {
			m.abort(c)
			return
		}
		c.shut = true
		m.output(c)
	})
}

func (m *model) abort(h *host) {
	if h.st != stOpen {
		return
	}
	m.send(h, rst|ack, h.top, 0)
	h.st = stClosed
	m.l.resetBy[h.n] = true
}

func (m *model) established(h *host) {
	h.st = stOpen
	h.rto, h.tries, h.congestion = 200e6, 0, 10
	m.l.open[h.n] = true
}

func (m *model) arrive(h *host, w *wired) {
	seq, ak := int64(w.seq.Sub(h.peer)), int64(w.ack.Sub(h.isn))
	n := int64(w.n)
	switch h.st {
	case stSilent:
		return
	case stClosed, stRefused:
		if !w.flags.Any(rst) {
			if w.flags.Has(syn) && !w.flags.Any(ack) {
				m.l.refused = true
			}
			m.rst(h, w)
		}
		return
	case stListen:
		switch {
		case w.flags.Any(rst):
		case w.flags.Any(ack):
			m.rst(h, w)
		case w.flags.Any(syn):
			h.peer, h.knowsPeer, h.rcv = w.seq, true, 1
			if n > 0 && h.takesFastOpen {
				h.rcv, h.got, h.tfo = 1+n, n, 1+n
				m.l.tfoTaken = true
			}
			h.st, h.nxt, h.top, h.una = stSynRcvd, 1, 1, 0
			m.send(h, syn|ack, 0, 0)
			m.arm(h)
		}
		return
	case stSynSent:
		if w.flags.Any(ack) && (ak <= 0 || ak > h.top) {
			if !w.flags.Any(rst) {
				m.rst(h, w)
			}
			return
		}
		if w.flags.Any(rst) {
			if w.flags.Any(ack) {
				h.st = stRefused
			}
			return
		}
		if !w.flags.Any(syn) {
			return
		}
		h.peer, h.knowsPeer, h.rcv = w.seq, true, 1
		if w.flags.Any(ack) {
			h.una, h.nxt = ak, ak
			h.timer++
			m.established(h)
			if !h.lazy || h.wrote == 0 && (m.turn >= len(m.turns) || m.turns[m.turn].host != h.n) {
				m.ack(h)
				m.output(h)
			} else if m.turn < len(m.turns) && m.turns[m.turn].host == h.n && h.got >= m.l.host[1-h.n].wrote {
				t := m.turns[m.turn]
				m.turn++
				m.write(h, t.n)
			} else {
				m.ack(h)
			}
			m.say()
			return
		}
		m.l.crossed = true
		h.st = stSynRcvd
		m.send(h, syn|ack, 0, 0)
		m.arm(h)
		return
	}
	if w.flags.Any(rst) {
		if seq == h.rcv {
			h.st = stRefused
		} else if seq > h.rcv && seq < h.rcv+h.window {
			m.ack(h)
		}
		return
	}
	if w.flags.Any(syn) {
		if h.st == stSynRcvd && w.flags.Any(ack) && seq == 0 && ak > 0 && ak <= h.top {
			// calls that crossed
		} else {
			if h.st == stSynRcvd && seq == 0 {
				m.send(h, syn|ack, 0, 0)
			} else {
				m.ack(h)
			}
			return
		}
	}
	if !w.flags.Any(ack) {
		return
	}
	if h.st == stSynRcvd {
		if ak <= 0 || ak > h.top {
			m.rst(h, w)
			return
		}
		h.una, h.nxt = max(h.una, ak), max(h.nxt, ak)
		h.timer++
		m.established(h)
		defer m.say()
		if w.flags.Any(syn) {
			m.output(h)
			return
		}
	}
	if ak > h.top {
		m.ack(h)
		return
	}
	if ak > h.una {
		h.una = ak
		h.congestion++
		h.nxt = max(h.nxt, ak)
		h.rto, h.tries = 200e6, 0
		if h.una < h.top {
			m.arm(h)
		} else {
			h.timer++
		}
	}
	last := seq + n
	isFIN := w.flags.Any(fin)
	answer := n > 0 || isFIN || seq < h.rcv
	if isFIN {
		h.earlyFIN = last
	}
	if n > 0 && last > h.rcv {
		if m.l.host[h.n].st != stOpen {
			return
		}
		h.early = append(h.early, [2]int64{seq, last})
		for again := true; again; {
			again = false
			for _, e := range h.early {
				if e[0] <= h.rcv && e[1] > h.rcv {
					h.got += e[1] - h.rcv
					h.rcv = e[1]
					again = true
				}
			}
		}
	}
	if h.earlyFIN != 0 && h.rcv == h.earlyFIN && !h.finRcvd {
		h.finRcvd = true
		h.rcv++
		h.finSeenBeforeOwn = !h.finSent
		if !h.shut {
			switch m.plan.answer {
			case 1:
				h.shut = true
			case 2:
				m.in(m.r.Int64N(50e6), func() { m.write(h, 1+m.r.Int64N(4000)); h.shut = true; m.output(h) })
			case 3:
				m.in(m.r.Int64N(5e6), func() { m.abort(h) })
			}
		}
	}
	was := h.top
	m.output(h)
	if answer && h.top == was && h.st == stOpen {
		m.ack(h)
	}
	m.say()
}
