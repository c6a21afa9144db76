package livetest

import (
	"container/heap"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"sync"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
	"golang.org/x/sys/unix"
)

// Place is where a wire listens.
type Place int

// The places, from one end to the other. Harm happens between them.
const (
	AtA Place = iota
	AtMiddle
	AtB
	Places
)

func (p Place) String() string { return [...]string{"client", "middle", "server"}[p] }

// Harm is what becomes of packets on each half of a wire: the share of them that it
// concerns. The zero value lets all pass in order.
type Harm struct {
	Lose, Copy, Break float64
	Late              float64 // kept back for up to Hold, while others overtake
	Hold              time.Duration
}

// Wire is the path between the sides as netem would make it, which not every kernel has:
// it hands packets from one TUN device to the other, harms them by the dice of a seed,
// and keeps what each of its places saw.
type Wire struct {
	Seen [Places][]Packet // not to be read before Close
	Half time.Duration    // the time that a packet takes from an end to the middle

	harm  Harm
	dice  *rand.Rand
	files [2]*os.File
	in    chan *passing
	done  chan struct{}
	ended sync.WaitGroup
	way   queue
	count uint64

	mu      sync.Mutex
	last    time.Time
	cut     map[uint16]bool
	meeting map[uint16]*meeting
}

// meeting is of packets that wait before the middle for one from the other side.
type meeting struct {
	came [2]bool // by side
	wait []*passing
}

// Packet is an IP packet that was seen.
type Packet struct {
	Time time.Time
	Data []byte
}

// passing is a packet on its way to a place.
type passing struct {
	due   time.Time
	count uint64
	to    Place
	from  Side
	data  []byte // with the header of virtio in front

	broken bool
}

// Wire puts a wire in the place of the veth pair. big lets both kernels hand it segments
// that their device would cut, and leave checksums to it.
func (n *Net) Wire(half time.Duration, harm Harm, seed uint64, big bool) *Wire {
	n.t.Helper()
	w := &Wire{Half: half, harm: harm, dice: rand.New(rand.NewPCG(seed, 1)), in: make(chan *passing, 1024), done: make(chan struct{}), cut: map[uint16]bool{}, meeting: map[uint16]*meeting{}, last: time.Now()}
	n.Run(A, "ip", "link", "del", Iface[A])
	for s := range w.files {
		w.files[s] = n.tunnel(Side(s), Iface[s], unix.IFF_TUN|unix.IFF_VNET_HDR)
		if big {
			raw, err := w.files[s].SyscallConn()
			if err != nil {
				n.t.Fatal(err)
			}
			raw.Control(func(fd uintptr) {
				err = unix.IoctlSetInt(int(fd), unix.TUNSETOFFLOAD, unix.TUN_F_CSUM|unix.TUN_F_TSO4|unix.TUN_F_TSO6)
			})
			if err != nil {
				n.t.Fatal(err)
			}
		}
		// Nothing is lost before the wire sees it.
		n.Run(Side(s), "ip", "link", "set", Iface[s], "txqueuelen", "100000")
		n.address(Side(s))
	}
	w.ended.Add(1)
	go w.pass()
	for s := range w.files {
		w.ended.Add(1)
		go w.listen(Side(s))
	}
	n.t.Cleanup(w.Close)
	return w
}

// Cut loses in the middle what goes to or comes from a port.
func (w *Wire) Cut(port uint16) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cut[port] = true
}

// Cross keeps what both sides send between a port and the same port before the middle until there is something from
// each: two calls cross, however far apart a busy machine makes them.
func (w *Wire) Cross(port uint16) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.meeting[port] = &meeting{}
}

// Settle waits until nothing was sent for calm, or the limit is over.
func (w *Wire) Settle(calm, limit time.Duration) {
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(calm / 10) {
		w.mu.Lock()
		last := w.last
		w.mu.Unlock()
		if time.Since(last) > calm {
			return
		}
	}
}

// Close ends the wire.
func (w *Wire) Close() {
	select {
	case <-w.done:
	default:
		close(w.done)
		for _, f := range w.files {
			f.Close()
		}
		w.ended.Wait()
	}
}

// virtioHeader is the length of struct virtio_net_hdr.
const virtioHeader = 10

func (w *Wire) listen(s Side) {
	defer w.ended.Done()
	buf := make([]byte, virtioHeader+1<<16)
	for {
		n, err := w.files[s].Read(buf)
		if err != nil {
			return
		}
		// What a kernel says to its neighbourhood by itself is no traffic of the test.
		if ip := buf[virtioHeader:n]; len(ip) < 20 || ip[0]>>4 == 6 && (len(ip) < 40 || ip[24] == 0xff) {
			continue
		}
		select {
		case w.in <- &passing{to: Place(s) * AtB, from: s, data: append([]byte(nil), buf[:n]...)}:
		case <-w.done:
			return
		}
	}
}

// pass is the one goroutine that moves packets.
func (w *Wire) pass() {
	defer w.ended.Done()
	timer := time.NewTimer(time.Hour)
	for {
		if len(w.way) > 0 {
			timer.Reset(time.Until(w.way[0].due))
		}
		select {
		case p := <-w.in:
			w.mu.Lock()
			w.last = time.Now()
			w.mu.Unlock()
			w.arrive(p)
		case <-timer.C:
			for len(w.way) > 0 && !w.way[0].due.After(time.Now()) {
				w.arrive(heap.Pop(&w.way).(*passing))
			}
		case <-w.done:
			return
		}
	}
}

// arrive is a packet at a place, and what becomes of it on the next half.
func (w *Wire) arrive(p *passing) {
	if p.to == AtMiddle && w.waits(p) {
		return
	}
	w.Seen[p.to] = append(w.Seen[p.to], Packet{time.Now(), p.data[virtioHeader:]})
	next := passing{from: p.from, data: p.data, to: p.to + 1 - 2*Place(p.from)}
	switch p.to {
	case AtB * Place(1-p.from):
		w.files[1-p.from].Write(p.data) // what is broken may be refused
		return
	case AtMiddle:
		if w.severed(p.data[virtioHeader:]) {
			return
		}
	default:
		next.data = finished(p.data)
	}
	hit := func(share float64) bool { return share > 0 && w.dice.Float64() < share }
	if hit(w.harm.Lose) {
		return
	}
	copies := 1
	if hit(w.harm.Copy) {
		copies = 2
	}
	if next.broken = p.broken; !p.broken && hit(w.harm.Break) { // once: twice in one packet is for nobody to unravel
		next.broken = true
		next.data = append([]byte(nil), next.data...)
		bit := w.dice.IntN(8 * (len(next.data) - virtioHeader))
		next.data[virtioHeader+bit/8] ^= 1 << (bit % 8)
	}
	for range copies {
		q := next
		q.due = time.Now().Add(w.Half)
		if hit(w.harm.Late) {
			q.due = q.due.Add(time.Duration(w.dice.Int64N(int64(w.harm.Hold))))
		}
		w.count++
		q.count = w.count
		heap.Push(&w.way, &q)
	}
}

// finished is a packet as it leaves a network card: with its checksum.
func finished(data []byte) []byte {
	const needsChecksum = 1
	if data[0]&needsChecksum == 0 {
		return data
	}
	data = append([]byte(nil), data...)
	start, at := int(binary.LittleEndian.Uint16(data[6:])), int(binary.LittleEndian.Uint16(data[8:]))
	data[0], data[6], data[7], data[8], data[9] = 0, 0, 0, 0, 0
	segment := data[virtioHeader+start:]
	sum := uint32(0) // that of the pseudo header is in the field already
	for i := 0; i+1 < len(segment); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(segment[i:]))
	}
	if len(segment)%2 == 1 {
		sum += uint32(segment[len(segment)-1]) << 8
	}
	for sum > 0xffff {
		sum = sum&0xffff + sum>>16
	}
	binary.BigEndian.PutUint16(segment[at:], ^uint16(sum))
	return data
}

func (w *Wire) severed(ip []byte) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	a, b, ok := portsOf(ip)
	return ok && (w.cut[a] || w.cut[b])
}

// waits keeps p until its port's meeting is complete. With the packet that makes it so it lets go what waited.
func (w *Wire) waits(p *passing) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	a, b, ok := portsOf(p.data[virtioHeader:])
	m := w.meeting[a]
	if !ok || a != b || m == nil {
		return false
	}
	if m.came[p.from] = true; !m.came[1-p.from] {
		m.wait = append(m.wait, p)
		return true
	}
	delete(w.meeting, a)
	for _, q := range m.wait {
		q.due = time.Now()
		heap.Push(&w.way, q)
	}
	return false
}

// portsOf are the ports of TCP or UDP in an IP packet without extension headers.
func portsOf(ip []byte) (src, dst uint16, ok bool) {
	l4 := 40
	if ip[0]>>4 == 4 {
		l4 = 4 * int(ip[0]&15)
	}
	if len(ip) < l4+4 {
		return 0, 0, false
	}
	return binary.BigEndian.Uint16(ip[l4:]), binary.BigEndian.Uint16(ip[l4+2:]), true
}

// WriteCapture writes packets as a pcap file.
func WriteCapture(name string, packets []Packet) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	out := pcapgo.NewWriterNanos(f)
	if err := out.WriteFileHeader(1<<18, layers.LinkTypeRaw); err != nil {
		return err
	}
	for _, p := range packets {
		if err := out.WritePacket(gopacket.CaptureInfo{Timestamp: p.Time, CaptureLength: len(p.Data), Length: len(p.Data)}, p.Data); err != nil {
			return err
		}
	}
	return f.Close()
}

// queue is ordered by time, then by entry.
type queue []*passing

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	if q[i].due.Equal(q[j].due) {
		return q[i].count < q[j].count
	}
	return q[i].due.Before(q[j].due)
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(*passing)) }
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}
