package engine

import (
	"encoding/binary"
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
	if p.Bits&capture.NoPorts != 0 || p.Proto != capture.ProtoTCP && p.Proto != capture.ProtoUDP && p.Proto != capture.ProtoSCTP {
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

// dense is how many packets there are for one that was chosen where it is not worth it to book those
// between two of them together.
const dense = 8

// between books the packets of d up to position to, those that were chosen one by one and all others
// lane by lane.
func (e *Engine) between(d *decoded, to int) {
	rest := d.chosen[d.picked:]
	n := 0
	for n < len(rest) && int(rest[n]) < to {
		n++
	}
	d.picked += n
	if n*dense > to-d.done {
		e.stepwise(d, to)
		for i := range d.which {
			d.next[i] += before(d.which[i][d.next[i]:], uint32(to))
		}
		return
	}
	for _, pos := range rest[:n] {
		if int(pos) > d.done {
			e.together(d, int(pos))
		}
		e.stepwise(d, int(pos)+1)
		d.next[laneOf(&d.batch.Packets[pos])]++
	}
	if to > d.done {
		e.together(d, to)
	}
}

// watch is what a lane's table shows the packets of its flows while somebody watches.
func (l *lane) watch(id uint64, p *capture.Packet, side int, dup bool) {
	l.shown = append(l.shown, shown{id, *p, side, dup})
}

// showChosen shows what l kept for Packet, once ids are known: before the records that end with them.
func (e *Engine) showChosen(l *lane) {
	for i := range l.shown {
		s := &l.shown[i]
		e.opt.Packet(flows.Final(s.id, l.ids), &s.pkt, e.payload(&s.pkt), s.side, s.dup)
	}
	l.shown = l.shown[:0]
}
