package screen

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"portero/capture"
	"portero/internal/doors"
	"portero/internal/findings"
	"portero/internal/recent"
	"portero/internal/record"
	"portero/internal/sockets"
)

// What a Board keeps at most.
const (
	maxConns   = 4000 // connections shown, those that ended included
	maxWaiting = 8192 // ended, not yet added up
	maxDoors   = 5000 // doors, and as many hosts
	maxLook    = 2000 // connections looked at per picture
	maxLadder  = 2000 // packets of the connection that is followed
)

const (
	pictureEvery  = 250 * time.Millisecond
	socketsEvery  = 5 * time.Second
	findingsEvery = 2 * time.Second
	// costShare: looking takes one part in so many of the engine's time.
	costShare = 50
)

// Board collects what the screen shows. Ended, Tick, Packet and Frame belong to
// the engine's goroutine; the other methods to any.
type Board struct {
	// Sees reports whether what comes to an address of this machine can be seen here; nil:
	// all of it. Set it before Run.
	Sees func(a netip.Addr) bool

	ask    sockets.Asker // nil where programs cannot be asked for
	recent *recent.Store
	view   atomic.Pointer[View]
	wake   chan struct{}

	// the engine's
	next     time.Time
	since    int64
	told     int64 // the clock when the last round of looks began
	began    int64 // the clock when this one did, 0 before it
	nextFind time.Time

	mu       sync.Mutex
	ended    []*record.Record // since the desk last looked
	looked   []*record.Record
	counters Counters
	clock    int64
	found    []findings.Finding
	lost     uint64 // ended and not added up: they came too fast

	follow   atomic.Pointer[record.Record]
	followed atomic.Pointer[Following]
	gather   chan request

	// the desk's
	live  map[uint64]*record.Record
	ring  []*record.Record
	at    int
	tally doors.Tally
	snap  *sockets.Snapshot
}

// Following is the connection that is followed, with the packets that are kept.
type Following struct {
	Record  *record.Record
	Packets []capture.Packet
}

type request struct {
	match func(id uint64, p *capture.Packet) bool
	reply chan gathered
}

type gathered struct {
	frames []capture.Frame
	gone   int
}

// NewBoard returns an empty board. ask may be nil.
func NewBoard(ask sockets.Asker) *Board {
	b := &Board{ask: ask, recent: recent.New(0), wake: make(chan struct{}, 1), live: map[uint64]*record.Record{}, gather: make(chan request, 1)}
	b.view.Store(&View{})
	return b
}

// View is the latest picture. It never changes.
func (b *Board) View() *View { return b.view.Load() }

// Packet notes a packet of a connection.
func (b *Board) Packet(id uint64, p *capture.Packet) { b.recent.Packet(id, p) }

// Frame notes a frame.
func (b *Board) Frame(f *capture.Frame) { b.recent.Frame(f) }

// Ended takes a record that is final.
func (b *Board) Ended(r *record.Record) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.ended) >= maxWaiting {
		b.lost++
		return
	}
	c := r.Clone()
	b.ended = append(b.ended, c)
	if f := b.follow.Load(); f != nil && f.ID == c.ID {
		b.follow.CompareAndSwap(f, c)
	}
}

// Sources are what a Board asks, now and then, in the engine's goroutine.
type Sources struct {
	Count func() Counters
	// Look shows the connections that had a packet since, as engine.SnapshotSome
	// does, and reports whether its round is over.
	Look func(since int64, each func(r *record.Record) bool) (over bool)
	// Findings are those so far, in a list of its own.
	Findings func() []findings.Finding
}

// Tick is called after every block of frames. clock is the time as packets tell it, which
// goes on where none comes.
func (b *Board) Tick(now time.Time, clock int64, ask Sources) {
	select {
	case q := <-b.gather:
		frames, gone := b.recent.Frames(q.match)
		q.reply <- gathered{frames, gone}
	default:
	}
	if now.Before(b.next) {
		return
	}
	follow := b.follow.Load()
	var seen []*record.Record
	if b.began == 0 {
		b.began = clock
	}
	over := ask.Look(b.since, func(r *record.Record) bool {
		c := r.Clone()
		seen = append(seen, c)
		if follow != nil && follow.ID == c.ID {
			b.follow.CompareAndSwap(follow, c)
		}
		return len(seen) < maxLook
	})
	// Until all were looked at, those that were not yet are asked for as before. Where time does not go on
	// it may have been set back, and what comes now is of before.
	if over {
		if b.since = 0; b.began > b.told {
			b.since = b.began - int64(time.Second)
		}
		b.told, b.began = b.began, 0
	}
	if follow != nil {
		b.followed.Store(&Following{b.follow.Load(), b.recent.Packets(follow.ID, maxLadder)})
	}
	var found []findings.Finding
	if find := time.Now(); !find.Before(b.nextFind) {
		found = ask.Findings()
		b.nextFind = find.Add(max(findingsEvery, costShare*time.Since(find)))
	}
	b.mu.Lock()
	if found != nil {
		b.found = found
	}
	if len(b.looked) > 4*maxLook {
		b.looked = nil // the desk fell behind: the newest matter
	}
	b.looked = append(b.looked, seen...)
	b.counters, b.clock = ask.Count(), clock
	b.mu.Unlock()
	select {
	case b.wake <- struct{}{}:
	default:
	}
	b.next = now.Add(max(pictureEvery, costShare*time.Since(now)))
}

// Run adds up and publishes until ctx ends.
func (b *Board) Run(ctx context.Context) {
	snaps := make(chan *sockets.Snapshot, 1)
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		b.lookups(ctx, snaps)
	}()
	for {
		select {
		case <-ctx.Done():
			<-asked
			b.digest(time.Now())
			return
		case b.snap = <-snaps:
		case <-b.wake:
			b.digest(time.Now())
		}
	}
}

// lookups takes pictures of the sockets of this machine.
func (b *Board) lookups(ctx context.Context, to chan<- *sockets.Snapshot) {
	if b.ask == nil {
		return
	}
	for {
		begun := time.Now()
		n, err := b.ask.Lookup(ctx)
		took := time.Since(begun)
		if err == nil {
			select {
			case to <- n:
			case <-ctx.Done():
				return
			}
		}
		select {
		case <-time.After(socketsAfter(took)):
		case <-ctx.Done():
			return
		}
	}
}

// socketsAfter is how long to wait after a picture of the sockets that took so long: meanwhile no program could be
// asked for, which costs names of what ends soon.
func socketsAfter(took time.Duration) time.Duration {
	return min(max(socketsEvery, costShare*took), 6*socketsEvery)
}

func (b *Board) digest(now time.Time) {
	b.mu.Lock()
	ended, looked, v := b.ended, b.looked, &View{At: now, Counters: b.counters, Clock: b.clock, Findings: b.found, Lost: b.lost}
	b.ended, b.looked = nil, nil
	b.mu.Unlock()
	for _, r := range ended {
		b.tally.Add(r)
		delete(b.live, r.ID)
		if len(b.ring) < maxConns {
			b.ring = append(b.ring, r)
			continue
		}
		b.ring[b.at] = r
		b.at = (b.at + 1) % maxConns
	}
	b.tally.Prune(maxDoors)
	gone := map[uint64]bool{}
	for _, r := range ended {
		gone[r.ID] = true
	}
	for _, r := range looked {
		if !gone[r.ID] {
			b.live[r.ID] = r
		}
	}
	for _, r := range b.live {
		v.Conns = append(v.Conns, r)
	}
	v.Conns = append(v.Conns, b.ring...)
	latest := func(x, y *record.Record) int {
		// By the order in which packets came: clocks are set back.
		return cmp.Or(cmp.Compare(y.LastFrame, x.LastFrame), cmp.Compare(y.ID, x.ID))
	}
	slices.SortFunc(v.Conns, latest)
	if len(v.Conns) > maxConns {
		for _, r := range v.Conns[maxConns:] {
			delete(b.live, r.ID)
		}
		v.Conns = v.Conns[:maxConns:maxConns]
	}
	var open doors.Tally
	for _, r := range b.live {
		open.Add(r)
	}
	b.places(v, doors.Merge(&b.tally, &open))
	b.view.Store(v)
}

// places fills in ports and hosts, the sockets of this machine beside the doors
// that were seen.
func (b *Board) places(v *View, t *doors.Tally) {
	done := map[doors.Key]bool{}
	if b.snap != nil {
		v.Hidden = b.snap.Hidden
		for _, p := range doors.Join(b.snap, t) {
			if p.Socket != nil && !p.Socket.State.Waiting() {
				continue
			}
			// Of other network namespaces, containers are worth a line here.
			if p.Socket != nil && p.Socket.NetNS != 0 && (p.Owner == nil || p.Owner.Container == "") {
				continue
			}
			if p.Seen == doors.NeverContacted && b.Sees != nil && !b.Sees(p.Local.Addr()) {
				p.Seen = ""
			}
			x := placed(&p)
			if s := p.Instead; s != nil {
				x.Instead = s.Local
				if g := b.snap.Owner(s); g != nil {
					x.InsteadBy = g.Name
				}
			}
			v.Ports = append(v.Ports, x)
			for _, k := range p.Doors {
				done[k] = true
			}
		}
	}
	for _, d := range t.Doors() {
		if len(v.Ports) >= maxDoors {
			break
		}
		if !done[d.Key] {
			v.Ports = append(v.Ports, Port{Host: d.Host, Port: d.Port, Proto: d.Proto, State: d.State.String(), Service: d.Called(), Attempts: d.Attempts, Accepted: d.Accepted,
				Refused: d.Refused, Clients: d.Clients(), Bytes: d.BytesIn + d.BytesOut, Last: d.Last})
		}
	}
	for _, h := range t.Hosts() {
		if len(v.Hosts) >= maxDoors {
			break
		}
		v.Hosts = append(v.Hosts, Host{Addr: h.Addr, Opened: h.Opened, Failed: h.Failed, Received: h.Received, OpenDoors: h.OpenDoors, Peers: h.Peers(),
			BytesOut: h.BytesOut, BytesIn: h.BytesIn, Last: h.Last, Name: h.Name})
	}
}

func placed(p *doors.Place) Port {
	x := Port{Host: p.Local.Addr(), Port: p.Local.Port(), Proto: p.Proto, State: p.State(), Service: p.Service, Attempts: p.Attempts, Accepted: p.Accepted, Refused: p.Refused,
		Clients: p.Clients, Bytes: p.Bytes, Last: p.Last, Seen: string(p.Seen), Here: true}
	if s := p.Socket; s != nil {
		x.By = s.Match.String()
	}
	if g := p.Owner; g != nil {
		x.Program, x.PID, x.User, x.Path, x.Container = g.Name, g.PID, g.User, g.Path, g.Container
	}
	return x
}

// Follow begins to keep an eye on a connection; nil ends it.
func (b *Board) Follow(r *record.Record) {
	b.follow.Store(r)
	b.followed.Store(nil)
}

// Following is what is known of the connection that is followed, nil at first.
func (b *Board) Following() *Following { return b.followed.Load() }

// Gather returns the frames that are still kept of the packets that match, and
// how many are not. It waits for the engine; match runs in its goroutine.
func (b *Board) Gather(ctx context.Context, match func(id uint64, p *capture.Packet) bool) (frames []capture.Frame, gone int, err error) {
	q := request{match, make(chan gathered, 1)}
	select {
	case b.gather <- q:
	case <-ctx.Done():
		return nil, 0, ctx.Err()
	}
	select {
	case g := <-q.reply:
		return g.frames, g.gone, nil
	case <-ctx.Done():
		return nil, 0, ctx.Err()
	}
}

// OfConnection matches the packets of one connection, OfDoor those of a port and
// OfHost those of an address.
func OfConnection(id uint64) func(uint64, *capture.Packet) bool {
	return func(x uint64, _ *capture.Packet) bool { return x == id }
}

// OfDoor matches the packets to and from a port of an address; an unspecified
// address is any.
func OfDoor(proto uint8, at netip.AddrPort) func(uint64, *capture.Packet) bool {
	return func(_ uint64, p *capture.Packet) bool {
		return p.Proto == proto && (p.SrcPort == at.Port() && is(p.SrcAddr(), at.Addr()) || p.DstPort == at.Port() && is(p.DstAddr(), at.Addr()))
	}
}

// OfHost matches the packets of an address.
func OfHost(a netip.Addr) func(uint64, *capture.Packet) bool {
	return func(_ uint64, p *capture.Packet) bool { return p.SrcAddr() == a || p.DstAddr() == a }
}

func is(a, want netip.Addr) bool { return want.IsUnspecified() || a == want }
