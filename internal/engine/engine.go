package engine

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"sync/atomic"
	"time"
	"unsafe"

	"portero/capture"
	"portero/catalog/identify"
	"portero/flows"
	"portero/handshake"
	"portero/internal/doctor"
	"portero/internal/prefetch"
	"portero/internal/record"
)

// Options says how a run works. The zero value analyses with one thread and the
// default budget, and keeps nothing.
type Options struct {
	Threads    int
	Memory     int64
	IgnoreSums bool
	Live       bool
	Merged     bool     // frame numbers run through all inputs
	Places     bool     // with Merged: Locate and InFiles tell the inputs all the same
	Files      []string // names of the inputs, when there are several
	Catalog    Catalog
	// Select marks the packets a filter selects; nil selects all. Records of
	// connections without a selected packet are left out.
	Select func(f *capture.Frame) bool
	// Frame is shown every frame in order, with whether it is selected. May be nil.
	Frame func(f *capture.Frame, selected bool) error
	// Packet is shown every packet that is booked on a flow with its flow's id, in order but
	// where one had waited for its place, before the records that end with them. p and
	// payload, the captured part of it, are valid until it returns.
	Packet func(id uint64, p *capture.Packet, payload []byte, side int, dup bool)
	// Chosen, if set, are the connections whose packets Packet is shown, with some others, in less time.
	Chosen *Chosen
	// Opened is shown the first packet of every connection and exchange with its id, in order
	// as for Packet, in the goroutine of Run, before its record. p is valid until it returns. A connection
	// that had to make room and came back is shown again, with the id it had.
	Opened func(id uint64, p *capture.Packet)
	// Seen is shown every packet in order of capture, booked or not, before the
	// table sees it. data is as for Packet.
	Seen func(p *capture.Packet, payload []byte)
	// Hear is shown those packets but TCP's that Wants picks by their headers alone, and ARP
	// every ARP packet with its time and its frame, in order and in the goroutine of
	// Sink: before the records that end with them or later. data is the captured part
	// of the payload, valid until it returns. Wants is asked by several goroutines; it
	// and Hear are set together.
	Hear  func(p *capture.Packet, payload []byte)
	Wants func(p *capture.Packet) bool
	ARP   func(a *capture.ARPInfo, at int64, frame uint64)
	// Sink takes the records in the order in which they end. What it is given is
	// valid until it returns.
	Sink func(r *record.Record) error
	// Room is where the next record is made, for who keeps records; nil makes all in
	// one place. A record that Sink was given stays where it is until Room says the same
	// place again.
	Room func() *record.Record
	// Judge may add to a record what it shows by itself, before Sink or Snapshot
	// give it away. May be nil.
	Judge func(r *record.Record)
	Seed  uint64 // of the hash; 0 draws one
	// Pause is called when the input lets itself be waited for and Sink was given all
	// that ended so far, in the goroutine of Sink: for who keeps output back. May be nil.
	Pause func() error
	// Tick is called after every block of a live capture, in the goroutine of Run:
	// Snapshot may be asked there.
	Tick func()
	// Now is the time (ns) that goes on where no packet of a live capture tells it; nil
	// is the system's clock.
	Now func() int64
}

// Catalog is what the engine asks of the catalogue.
type Catalog interface {
	ZeekLikely(proto uint8, port uint16) bool
	LikelyServer(proto uint8, port uint16) int
	PortClass(port uint16) string
	Registered(proto uint8, port uint16) string
	Service(proto uint8, port uint16) string
	Practice(proto uint8, port uint16) string
	OwnPractice(proto uint8, port uint16) bool // an override says it
}

// Stats is what a run did and lost.
type Stats struct {
	Frames, Packets, Bytes uint64
	Fragments              uint64
	Records, Hidden        uint64
	First, Last            int64
	Flows                  flows.Stats
	Payload                identify.Stats
}

// Engine analyses one capture. Use it once.
type Engine struct {
	opt    Options
	paths  *capture.Paths
	lanes  [laneCount]*lane
	pool   flows.Pool // where their flows lie
	reasm  *capture.Reassembler
	clock  clock
	Doctor doctor.Doctor
	stats  Stats
	frames frameMap
	rec    record.Record
	notes  annotator
	err    error
	failed atomic.Bool // err is set

	names   *identify.Names
	learned []identify.Answer
	count   uint64 // the last id given
	peak    uint64 // flows at once
	begun   []uint64
	rank    []uint64
	current *decoded // the one being sequenced
	reached int      // how many of its packets come before the frame at hand
	showing []shown  // for Packet
	showed  int      // how many of them it was shown

	work, finish func(i int) // of the lanes
	upTo         uint32
	limit        uint64
	endIndex     uint64
	endReason    handshake.EndReason

	crew  crew
	own   harvest
	sinks chan *harvest
	spare chan *harvest
	heard heard // for the next harvest

	block  *capture.Block   // the one being sequenced
	extra  []byte           // payload of a reassembled datagram
	parts  []uint64         // and its frames
	batch  *capture.Batch   // that of block
	quoted *capture.Quote   // of a reassembled datagram
	dec    *capture.Decoder // of the sequencer, for reassembled datagrams
	last   uint64
	links  []string
	link   capture.LinkType
	taps   taps
	mirror mirror
}

// New prepares a run.
func New(opt Options) *Engine {
	if opt.Seed == 0 {
		opt.Seed = rand.Uint64()
	}
	if opt.Threads < 1 {
		opt.Threads = 1
	}
	e := &Engine{opt: opt, paths: capture.NewPaths()}
	if opt.Memory == 0 {
		opt.Memory = flows.DefaultMemory
	}
	if e.opt.Now == nil {
		e.opt.Now = func() int64 { return time.Now().UnixNano() }
	}
	cfg := flows.Config{Memory: max(opt.Memory/laneCount, flows.MinMemory), Live: opt.Live, IgnoreSums: opt.IgnoreSums, Defer: true, Count: &e.count, Pool: &e.pool}
	if c := opt.Catalog; c != nil {
		cfg.Likely = c.ZeekLikely
		cfg.Score = c.LikelyServer
	}
	e.names = identify.NewNames(identifyShare(opt.Memory) / 8)
	for i := range e.lanes {
		e.lanes[i] = e.newLane(cfg, e.names)
	}
	e.work, e.finish = e.workLane, e.finishLane
	e.reasm = capture.NewReassembler()
	e.dec = capture.NewDecoder(e.paths, opt.Seed)
	e.notes = annotator{paths: e.paths, cat: opt.Catalog, judge: opt.Judge}
	e.frames.merged = opt.Merged || len(opt.Files) < 2
	e.frames.idle = e.frames.merged && (!opt.Places || len(opt.Files) < 2)
	return e
}

// identifyShare is the budget for looking at payload: a sixteenth of that of the
// flows, on top of it.
func identifyShare(memory int64) int64 {
	return max(memory/16, 1<<20)
}

// Snapshot shows the records, not final, of the connections that had a packet at
// since (ns) or later. What each is given is valid until it returns.
func (e *Engine) Snapshot(since int64, each func(r *record.Record)) {
	e.SnapshotSome(&Round{}, since, func(r *record.Record) bool {
		each(r)
		return true
	})
}

// Round is how far a Snapshot in portions came. The zero value begins one. It is of one engine.
type Round struct {
	lane int
	next uint32 // in its table
}

// SnapshotSome is a Snapshot that ends when each returns false, and goes on from there with the same
// round. It reports whether the round is over: then it showed every connection that was there all the
// time once, and the next one begins.
func (e *Engine) SnapshotSome(round *Round, since int64, each func(r *record.Record) bool) (over bool) {
	e.settle()
	more := true
	for ; round.lane < len(e.lanes); round.lane++ {
		l := e.lanes[round.lane]
		round.next = l.table.Snapshot(round.next, since, e.last+1, func(f *flows.Ended) bool {
			if e.opt.Select != nil && !f.Selected {
				return true
			}
			app := l.spoken.Peek(f.Note)
			if e.names.Meets() {
				app = e.announced(f, app)
			}
			e.notes.fill(&e.rec, f, app, e.nameOf(f))
			e.rec.Final = false
			more = each(&e.rec)
			return more
		})
		if !more {
			if round.next == 0 {
				round.lane++
			}
			break
		}
	}
	if over = round.lane == len(e.lanes); over {
		*round = Round{}
	}
	return over
}

// Links names the link types that were met.
func (e *Engine) Links() []string { return e.links }

// Shown is the number of a frame as the user counts it.
func (e *Engine) Shown(index uint64) uint64 {
	_, n := e.Place(index)
	return n
}

// Place is the input in which a frame lies and its number there, as the user counts it; no name where
// there is one input or frames are counted through all.
func (e *Engine) Place(index uint64) (input string, number uint64) {
	if e.frames.merged {
		return "", index
	}
	return e.Locate(index)
}

// Locate is Place, whichever way frames are shown; no name where the inputs are not known.
func (e *Engine) Locate(index uint64) (input string, number uint64) {
	if e.frames.idle {
		return "", index
	}
	file, n := e.frames.find(index)
	return e.opt.Files[file], n
}

// InFiles rewrites the frames of r, a copy of a record whose frames are counted through all inputs, as
// those of the inputs.
func (e *Engine) InFiles(r *record.Record) {
	if !e.frames.idle {
		e.frames.place(r, e.opt.Files)
	}
}

// Several reports whether records say in which of several inputs their frames lie.
func (e *Engine) Several() bool { return !e.frames.merged }

// Time is the time that it is, as packets tell it, ns; 0 before the first. It goes back where
// the clock of the machine was set back, as Stats.Last does not.
func (e *Engine) Time() int64 { return e.clock.now }

// Clock counts how often the capture's clock ran backwards, and jumped.
func (e *Engine) Clock() (backwards, ahead, back uint64) {
	return e.clock.Backwards, e.clock.JumpsAhead, e.clock.JumpsBack
}

// Paths are the ways through VLANs and tunnels that the run met.
func (e *Engine) Paths() *capture.Paths { return e.paths }

// Quoted is what ICMP error p quotes, nil for other packets. It may be asked only
// while Options.Packet or Options.Seen shows p.
func (e *Engine) Quoted(p *capture.Packet) *capture.Quote {
	switch {
	case p.Bits&capture.ICMPError == 0:
		return nil
	case p.Bits&capture.Fragment != 0 || e.batch == nil:
		return e.quoted
	}
	return e.batch.Quoted(p)
}

// Stats returns what was done so far.
func (e *Engine) Stats() Stats {
	s := e.stats
	if e.lanes[0] != nil {
		for _, l := range e.lanes {
			s.Flows.Add(l.table.Stats())
			s.Payload.Add(l.spoken.Stats())
		}
		s.Flows.Peak = e.peak
	}
	return s
}

// Release gives the memory of a run that is over back, for another reading of the
// same capture. What it counted and the doctor stay. A second time does nothing.
func (e *Engine) Release() {
	if e.lanes[0] == nil {
		return
	}
	e.stats = e.Stats()
	for _, l := range e.lanes {
		l.table.Release()
	}
	e.lanes, e.names, e.reasm, e.dec, e.notes, e.own = [laneCount]*lane{}, nil, nil, nil, annotator{}, harvest{}
	e.opt.Packet, e.opt.Sink = nil, nil
	e.pool.Release()
}

// Run analyses src to its end. When ctx ends it stops early; what was read is
// in the result either way. The error is the sink's, or the source's where that
// is not the end of the input.
func (e *Engine) Run(ctx context.Context, src capture.Source) error {
	var err error
	if e.opt.Threads == 1 {
		err = e.serial(ctx, src)
	} else {
		err = e.pipeline(ctx, src)
	}
	if e.failed.Load() {
		return e.err
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// Parts are the frames of the datagram that came in fragments whose packet Packet is being
// shown, nil where it is shown one that came in one frame.
func (e *Engine) Parts() []uint64 { return e.parts }

// flush ends what is left when the input is over.
func (e *Engine) flush() {
	if e.failed.Load() {
		return
	}
	for _, g := range e.reasm.Flush() {
		e.datagram(&g, 0)
	}
	e.settle()
	e.each(small, e.closeLane)
	e.endDue(e.last+1, handshake.EndForced, small)
	e.handHeard()
}

func (e *Engine) closeLane(i int) { e.lanes[i].table.Close() }

// fail ends the run with an error, the first one.
func (e *Engine) fail(err error) {
	if err != nil && e.err == nil {
		e.err = err
		e.failed.Store(true)
	}
}

// ended turns a flow that ended into a record.
func (e *Engine) ended(f *finished) {
	if e.opt.Select != nil && !f.Selected {
		e.stats.Hidden++
		return
	}
	e.stats.Records++
	r := &e.rec
	if e.opt.Room != nil {
		r = e.opt.Room()
	}
	prefetch.Write(uintptr(unsafe.Pointer(r))+unsafe.Sizeof(*r), unsafe.Sizeof(*r))
	e.notes.fill(r, &f.Ended, f.app, f.name)
	e.frames.show(r, e.opt.Files)
	if e.opt.Sink != nil {
		e.fail(e.opt.Sink(r))
	}
}
