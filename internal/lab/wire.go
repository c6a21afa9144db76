package lab

import (
	"net/netip"
	"sync"
	"time"

	"portero/capture"
)

// Point is a place on the wire where somebody can listen.
type Point int

// The points, from the client's end to the server's.
const (
	AtClient Point = iota
	AtMiddle
	AtServer
	Points = 3
)

// String names the point.
func (p Point) String() string { return [...]string{"client", "middle", "server"}[p] }

// Side is a host on the wire.
type Side int

// The two hosts.
const (
	Client Side = iota
	Server
)

// end is the point at a host.
func (s Side) end() Point { return Point(s) * AtServer }

// Packet is one packet on its way.
type Packet struct {
	From Side
	// At are the times at which it passed the points, in nanoseconds since 1970
	// UTC; 0 where it never came.
	At   [Points]int64
	Data []byte // the whole IP packet
	// Lost: the wire dropped it after the last point that it passed.
	Lost bool
	// Made: no host sent it but the wire did, as a router on the way does.
	Made bool
}

// Seen is a packet as a rule sees it, before it enters the wire.
type Seen struct {
	From Side
	*capture.Packet
}

// Fate is what the wire does with a packet. The zero value lets it pass.
type Fate struct {
	// Lose drops it after the point LoseAt.
	Lose   bool
	LoseAt Point
	// Hold keeps it back in the middle that much longer; others overtake it.
	Hold time.Duration
	// Await keeps it, and what follows it, in the middle until its receiver has sent
	// something itself.
	Await bool
	// Refuse drops it in the middle and answers with an ICMP error.
	Refuse *ICMP
}

// ICMP is the type and code of an ICMP message.
type ICMP struct{ Type, Code uint8 }

// port is where a host's stack hands packets to the wire and takes them from
// it. Both take whole IP packets.
type port interface {
	// read waits for a packet that the host sends; an error says that the port is
	// closed.
	read(b []byte) (int, error)
	write(b []byte) error
	close()
}

// wire connects two ports.
type wire struct {
	half time.Duration // from a host's end to the middle
	rule func(Seen) Fate

	ports [2]port
	done  chan struct{}
	wg    sync.WaitGroup
	out   [2]chan *Packet // from the ends towards the middle, by sender
	in    [2]chan *flight // from the middle on, by receiver

	mu   sync.Mutex
	log  []*Packet
	last time.Time // when a packet entered or left
	sent [2]int    // packets by sender
	on   int       // packets on the wire
	dec  *capture.Decoder
}

// flight is a packet between the middle and its receiver.
type flight struct {
	*Packet
	due  int64 // when it arrives
	lose bool  // seen there, and not taken
}

// maxLogged bounds a capture; a scenario needs a few dozen packets.
const maxLogged = 20000

// calm is how long nothing may enter a wire before it counts as quiet: far longer
// than a stack takes to answer, also on a busy machine.
const calm = 200 * time.Millisecond

func newWire(ports [2]port, half time.Duration, rule func(Seen) Fate) *wire {
	w := &wire{half: half, rule: rule, ports: ports, done: make(chan struct{}), dec: capture.NewDecoder(capture.NewPaths(), 1), last: time.Now()}
	for s := range w.ports {
		w.out[s], w.in[s] = make(chan *Packet, 1024), make(chan *flight, 1024)
	}
	for s := range w.ports {
		w.wg.Add(2)
		go w.first(Side(s))
		go w.second(Side(s))
		go w.listen(Side(s)) // ends with its port
	}
	return w
}

// close ends the wire; what is still on it is lost.
func (w *wire) close() {
	close(w.done)
	w.wg.Wait()
	for _, p := range w.ports {
		p.close()
	}
}

// settle waits until nothing has been on the wire for d; not longer than limit.
func (w *wire) settle(d, limit time.Duration) {
	start := time.Now()
	end := start.Add(limit)
	for {
		w.mu.Lock()
		// What a host has just been told to send may not have come yet.
		idle := min(time.Since(w.last), time.Since(start))
		if w.on > 0 {
			idle = 0
		}
		w.mu.Unlock()
		if idle >= d || time.Now().After(end) {
			return
		}
		time.Sleep(d - idle)
	}
}

// listen takes what host s sends. It ends with its port.
func (w *wire) listen(s Side) {
	buf := make([]byte, 1<<16)
	for {
		n, err := w.ports[s].read(buf)
		if err != nil {
			return
		}
		w.send(s, append([]byte(nil), buf[:n]...))
	}
}

// send puts a packet on the wire as host s does.
func (w *wire) send(s Side, data []byte) {
	p := &Packet{From: s, Data: data}
	p.At[s.end()] = time.Now().UnixNano()
	select {
	case w.out[s] <- p:
	case <-w.done:
	}
}

// admit logs a packet that is of interest and decides its fate: a unicast IP
// packet. What a kernel says to its neighbourhood by itself stays out.
func (w *wire) admit(p *Packet) (Fate, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f := capture.Frame{Data: p.Data, WireLen: uint32(len(p.Data)), Link: capture.LinkRaw, Time: p.At[p.From.end()]}
	var c capture.Packet
	if w.dec.Decode(&f, &c) != capture.OK || c.SrcAddr().IsMulticast() || c.DstAddr().IsMulticast() || c.DstAddr() == broadcast || len(w.log) >= maxLogged {
		return Fate{}, false
	}
	w.log = append(w.log, p)
	w.last = time.Now()
	w.sent[p.From]++
	w.on++
	if w.rule == nil {
		return Fate{}, true
	}
	return w.rule(Seen{p.From, &c}), true
}

var broadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})

// first brings the packets of host s to the middle.
func (w *wire) first(s Side) {
	defer w.wg.Done()
	for {
		var p *Packet
		select {
		case p = <-w.out[s]:
		case <-w.done:
			return
		}
		fate, ok := w.admit(p)
		if !ok {
			continue
		}
		if fate.Lose && fate.LoseAt == s.end() {
			w.lose(p)
			continue
		}
		w.wait(p.At[s.end()] + int64(w.half))
		p.At[AtMiddle] = time.Now().UnixNano()
		switch {
		case fate.Refuse != nil:
			w.lose(p)
			w.refuse(p, *fate.Refuse)
		case fate.Lose && fate.LoseAt == AtMiddle:
			w.lose(p)
		case fate.Await:
			w.await(1 - s)
			w.pass(p, fate)
		case fate.Hold > 0:
			w.wg.Add(1)
			go func() {
				defer w.wg.Done()
				w.wait(time.Now().Add(fate.Hold).UnixNano())
				w.pass(p, fate)
			}()
		default:
			w.pass(p, fate)
		}
	}
}

// refuse answers p with a router's ICMP error.
func (w *wire) refuse(p *Packet, t ICMP) {
	m := &Packet{From: 1 - p.From, Made: true, Data: icmpError(p.Data, t)}
	m.At[AtMiddle] = time.Now().UnixNano()
	w.mu.Lock()
	w.log = append(w.log, m)
	w.on++
	w.mu.Unlock()
	w.pass(m, Fate{})
}

func (w *wire) pass(p *Packet, fate Fate) {
	f := &flight{p, time.Now().Add(w.half).UnixNano(), fate.Lose}
	select {
	case w.in[1-p.From] <- f:
	case <-w.done:
	}
}

// second brings packets from the middle to host s.
func (w *wire) second(s Side) {
	defer w.wg.Done()
	for {
		var f *flight
		select {
		case f = <-w.in[s]:
		case <-w.done:
			return
		}
		w.wait(f.due)
		f.At[s.end()] = time.Now().UnixNano()
		if f.lose {
			w.lose(f.Packet)
			continue
		}
		_ = w.ports[s].write(f.Data) // a host that is gone takes nothing
		w.off()
	}
}

// lose notes that p ends here.
func (w *wire) lose(p *Packet) {
	p.Lost = true
	w.off()
}

// off notes that a packet has left the wire.
func (w *wire) off() {
	w.mu.Lock()
	w.on--
	w.last = time.Now()
	w.mu.Unlock()
}

// await waits until host s has sent something, or the wire ends.
func (w *wire) await(s Side) {
	for {
		w.mu.Lock()
		n := w.sent[s]
		w.mu.Unlock()
		if n > 0 {
			return
		}
		select {
		case <-w.done:
			return
		case <-time.After(time.Millisecond):
		}
	}
}

// wait sleeps until an instant of the wall clock, or the end of the wire.
func (w *wire) wait(ns int64) {
	d := time.Until(time.Unix(0, ns))
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-w.done:
	}
}
