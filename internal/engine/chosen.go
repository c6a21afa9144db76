package engine

import (
	"encoding/binary"
	"math"
	"math/bits"
	"net/netip"

	"portero/capture"
	"portero/flows"
)

// Chosen are the connections that Options.Packet asks for, by who talks to whom: what an earlier reading
// of the same capture found. The zero value chooses none. It is a sieve that lets others through now and
// then, and all ICMP errors: whoever is shown a packet looks at its id.
type Chosen struct {
	pairs, senders sieve
	bySender       bool
}

// sieve is a set of hashes that may say yes where it should say no.
type sieve [1 << 12]uint64

func (s *sieve) add(h uint64)      { s[h>>6%uint64(len(s))] |= 1 << (h & 63) }
func (s *sieve) has(h uint64) bool { return s[h>>6%uint64(len(s))]>>(h&63)&1 != 0 }

// Add chooses the connections between two ends; a port of 0 stands for those without ports.
func (c *Chosen) Add(a, b netip.AddrPort) {
	x, y := a.Addr().As16(), b.Addr().As16()
	c.pairs.add(pairOf(&x, &y, a.Port(), b.Port()))
	// Of what was cut, or is no first fragment, the ports are not known.
	c.pairs.add(pairOf(&x, &y, 0, 0))
}

// AddSender chooses whatever a host sent.
func (c *Chosen) AddSender(a netip.Addr) {
	x := a.As16()
	c.senders.add(endOf(&x, 0))
	c.bySender = true
}

// picks reports whether p may be of what was chosen. Several goroutines ask.
func (c *Chosen) picks(p *capture.Packet) bool {
	if p.Bits&capture.ICMPError != 0 || c.bySender && c.senders.has(endOf(&p.Src, 0)) {
		return true // the one belongs to the connection that it quotes
	}
	a, b := p.SrcPort, p.DstPort
	if p.Bits&capture.NoPorts != 0 || !capture.HasPorts(p.Proto) {
		a, b = 0, 0
	}
	return c.pairs.has(pairOf(&p.Src, &p.Dst, a, b))
}

// pairOf is the same in both directions.
func pairOf(a, b *[16]byte, portA, portB uint16) uint64 {
	return mixed(endOf(a, portA)+endOf(b, portB), 0x9e3779b97f4a7c15)
}

func endOf(a *[16]byte, port uint16) uint64 {
	hi, lo := binary.LittleEndian.Uint64(a[:8]), binary.LittleEndian.Uint64(a[8:])
	return mixed(hi^0x2545f4914f6cdd1d, lo^uint64(port)<<17^0xd1342543de82ef95)
}

func mixed(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// shown is a packet that Packet is to be shown when the id of its flow is known.
type shown struct {
	id   uint64
	pkt  capture.Packet
	side int
	dup  bool
}

// watch keeps what a lane's table shows: the lanes have goroutines of their own, and Packet expects one.
func (l *lane) watch(id uint64, p *capture.Packet, side int, dup bool) {
	l.shown = append(l.shown, shown{id, *p, side, dup})
}

// opening is the first packet of a flow, which Opened is to be shown when its id is known.
type opening struct {
	id  uint64
	pkt capture.Packet
}

// begins keeps what a lane's table shows of what opens.
func (l *lane) begins(id uint64, p *capture.Packet) { l.opened = append(l.opened, opening{id, *p}) }

// open shows Opened what began in the lanes since the last time. The ids are known.
func (e *Engine) open() {
	if e.opt.Opened != nil {
		drain(&e.lanes, func(l *lane) *[]opening { return &l.opened }, func(o *opening) (id, key *uint64) { return &o.id, &o.id }, func(o *opening) {
			e.opt.Opened(o.id, &o.pkt)
		})
	}
}

// collect puts together what the lanes' tables showed since the last time, in the order of the packets but where
// one had waited for its place. The ids are known.
func (e *Engine) collect() {
	if e.opt.Packet != nil {
		drain(&e.lanes, func(l *lane) *[]shown { return &l.shown }, func(s *shown) (id, key *uint64) { return &s.id, &s.pkt.Index }, func(s *shown) {
			e.showing = append(e.showing, *s)
		})
	}
}

// drain empties a list of each lane, and gives take what was in them by its keys, with its final id.
func drain[T any](lanes *[laneCount]*lane, list func(l *lane) *[]T, of func(x *T) (id, key *uint64), take func(x *T)) {
	var all [laneCount][]T
	var next [laneCount]int
	var keys [laneCount]uint64 // of what comes next in each lane, the last of all where nothing does
	left := 0
	head := func(i int) {
		keys[i] = math.MaxUint64
		if next[i] < len(all[i]) {
			id, key := of(&all[i][next[i]])
			*id = flows.Final(*id, lanes[i].ids)
			keys[i] = *key
		}
	}
	for i, l := range lanes {
		all[i] = *list(l)
		*list(l) = all[i][:0]
		left += len(all[i])
		head(i)
	}
	for ; left > 0; left-- {
		best := first(&keys)
		take(&all[best][next[best]])
		next[best]++
		head(best)
	}
}

// show shows Packet what was collected up to packet index. Records have a goroutine of their own only where
// nobody is shown packets.
func (e *Engine) show(index uint64) {
	if e.opt.Packet == nil {
		return
	}
	for ; e.showed < len(e.showing) && e.showing[e.showed].pkt.Index <= index; e.showed++ {
		s := &e.showing[e.showed]
		e.opt.Packet(s.id, &s.pkt, e.payload(&s.pkt), s.side, s.dup)
	}
	if e.showed == len(e.showing) {
		e.showing, e.showed = e.showing[:0], 0
	}
}

// showAll shows it all that was not gathered.
func (e *Engine) showAll() {
	e.collect()
	e.show(math.MaxUint64)
}
