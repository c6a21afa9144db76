package identify

import (
	"net/netip"

	"portero/capture"
)

// A note is what the table of flows keeps for the Identifier: 0 at first. Once
// Done is set the flow need not be shown any more.
const (
	Done     uint32 = 1 << 31 // enough was seen; the rest is a result's index plus one, or 0
	counting uint32 = 1 << 30 // nothing fits so far; the rest counts what was looked at
	index    uint32 = counting - 1
	// opaque is the index of a flow in which nothing was recognised and both sides
	// sent what looks random. The bits of sides are kept while counting.
	opaque uint32 = index

	// While counting the note holds all there is.
	lookedBits uint32 = 15     // what was looked at
	failedBit  uint32 = 1 << 4 // of side 0: no signature fits it
	spokeBit   uint32 = 1 << 6 // somebody spoke, and this side first:
	firstBits         = 7
	randomBits        = 8       // bit of side 0: sent something that looks random
	readable   uint32 = 1 << 10 // something was sent that does not
	beyondBit  uint32 = 1 << 11 // of side 0: see pending.beyond
	tinyBits          = 13      // eight bits: see pending.tiny
)

// How many packets with payload are looked at before a flow is given up.
const (
	maxSegments  = 12
	maxTyped     = 64 // and so many more of fewer than tiny octets, while a flow is waited for
	maxDatagrams = 8
	maxFollow    = 40 // packets after the protocol is known
	// Datagrams of fewer octets than tiny that nothing fits keep a mapping of NAT alive
	// (RFC 5626, section 3.5.1; some phones say hello). What is sent between them comes
	// minutes later, and so they do not count, as long as there are not too many.
	tiny    = 8
	maxTiny = 255
)

// What things cost in the budget, octets. Rough, on the high side.
const (
	pendingCost = 400
	factsCost   = 600
)

// Place is where a packet's payload lies in its stream.
type Place struct {
	// Offset of the payload's first octet from the start of the sender's stream,
	// valid when Known.
	Offset int64
	Known  bool
	// Opener is the side that opened the connection, -1 unknown. For UDP the side
	// that sent first.
	Opener int8
}

// Stats counts what an Identifier did.
type Stats struct {
	Named       uint64
	Full        uint64 // flows that found no room (should be zero)
	Faults      uint64 // flows that were not looked at further, see Fault
	Bytes, Peak int64
}

// Add adds what another Identifier did.
func (s *Stats) Add(o Stats) {
	s.Named += o.Named
	s.Full += o.Full
	s.Faults += o.Faults
	s.Bytes += o.Bytes
	s.Peak += o.Peak
}

// pending is a flow that is being looked at.
type pending struct {
	dir    [2]stream
	facts  *Facts
	base   [2]capture.Seq // start of a stream whose SYN was not seen
	based  [2]bool
	failed [2]bool // no signature fits this side
	beyond [2]bool // and it sent more, in its place: what lies far behind is of this stream
	opener int8
	spoke  int8  // the side that sent payload first
	random uint8 // bit of each side: sent something that looks random
	// readable: something was sent that does not.
	readable bool
	tcp      bool
	middle   bool
	looked   uint8
	tiny     uint8 // datagrams too short to count among them, or segments
	after    uint8 // packets since the protocol is known
	ports    [2]uint16
	multi    bool
	want     bool // keep the octets: a signature or a follower needs them
	asked    bool // a signature did so, and not in hope only
	heeding  bool // only an alert of TLS is still waited for
	awaiting bool // all is read, and only what the server says first is waited for
	state    uint32
	caller   netip.AddrPort // for whom a PROXY header says that its sender calls
	aux      any            // of the protocol's follower
	control  *control       // where what it announces is listened to
	read     bool           // all else was read

	// the packet being looked at
	side  int
	data  []byte // its payload, as captured
	p     *capture.Packet
	fresh bool // lies in the scratch, not in a slot
}

// Identifier looks at payload. Make one with New.
type Identifier struct {
	slots   []pending
	free    []uint32
	results []*Facts
	unused  []uint32
	small   [][]byte // buffers of MaxKept
	large   [][]byte // and of maxHello
	scratch pending
	look    look   // reused
	join    []byte // records put together
	plain   []byte // a QUIC Initial without its protection
	head    []byte
	budget  int64
	stats   Stats
	Names   *Names // what name services answered
	// Defer leaves what name services answered in Learned, for who joins several
	// Identifiers' in the order of the packets.
	Defer   bool
	Learned []Answer
	table   *tables
}

// DefaultMemory is the budget when none is given.
const DefaultMemory = 64 << 20

// New returns an Identifier that keeps at most memory octets; 0 is DefaultMemory.
func New(memory int64) *Identifier {
	if memory <= 0 {
		memory = DefaultMemory
	}
	x := Share(memory-memory/8, NewNames(memory/8))
	x.Defer = false
	return x
}

// Share returns one of several Identifiers that have their Names in common: it
// keeps at most memory octets beside them, and leaves its answers in Learned.
func Share(memory int64, names *Names) *Identifier {
	return &Identifier{budget: memory, join: make([]byte, 0, maxHello), plain: make([]byte, 0, 16<<10), head: make([]byte, 0, MaxKept),
		table: allSignatures(), Names: names, Defer: true}
}

// Stats returns what was done so far.
func (x *Identifier) Stats() Stats { return x.stats }

func (x *Identifier) spend(n int64) bool {
	if x.stats.Bytes+n > x.budget {
		return false
	}
	x.stats.Bytes += n
	x.stats.Peak = max(x.stats.Peak, x.stats.Bytes)
	return true
}

// See looks at the payload of p, sent by side of a flow whose note this is, and
// returns the flow's new note. data is what was captured of the payload and is
// not kept. It must not be called once the note has Done.
func (x *Identifier) See(note uint32, p *capture.Packet, side int, data []byte, at Place) uint32 {
	if note == 0 || note&counting != 0 {
		if n, ok := x.glance(note|counting, p, side, data, at); ok {
			return n
		}
	}
	return x.examine(note, p, side, data, at)
}

// examine is See where a glance does not do.
func (x *Identifier) examine(note uint32, p *capture.Packet, side int, data []byte, at Place) uint32 {
	k := &x.scratch
	if note == 0 || note&counting != 0 {
		*k = pending{opener: at.Opener, tcp: p.Proto == capture.ProtoTCP, fresh: true, spoke: -1}
		k.looked, k.tiny = uint8(note&lookedBits), uint8(note>>tinyBits)
		k.failed = [2]bool{note&failedBit != 0, note&(failedBit<<1) != 0}
		k.beyond = [2]bool{note&beyondBit != 0, note&(beyondBit<<1) != 0}
		if note&spokeBit != 0 {
			k.spoke = int8(note >> firstBits & 1)
		}
		k.random, k.readable = uint8(note>>randomBits&3), note&readable != 0
		k.ports[side], k.ports[1-side] = p.SrcPort, p.DstPort
		k.multi = toMany(p)
	} else {
		k = &x.slots[note&index-1]
		if at.Opener >= 0 && k.tcp {
			k.opener = at.Opener
		}
	}
	if k.spoke < 0 {
		k.spoke = int8(side)
	}
	k.p, k.side, k.data = p, side, data
	if k.read {
		broke := x.guarded(k, at)
		k.p, k.data = nil, nil
		if broke {
			return x.settle(note, k)
		}
		return note
	}
	if k.tcp && k.facts == nil && !k.readable && len(data) >= randomLeast {
		if random(data) {
			k.random |= 1 << side
		} else {
			k.readable = true
		}
	}
	done := x.guarded(k, at)
	k.p, k.data = nil, nil
	switch {
	case done:
		return x.settle(note, k)
	case !k.fresh:
		if k.vain() {
			n := k.count()
			x.forget(note, k)
			return n
		}
		return note
	case k.facts == nil && !k.want:
		return k.count()
	}
	return x.keep(k)
}

// keep moves the scratch into a slot.
func (x *Identifier) keep(k *pending) uint32 {
	if !x.spend(pendingCost) {
		x.stats.Full++
		x.decideGuarded(k)
		return x.settle(0, k)
	}
	var v uint32
	if n := len(x.free); n > 0 {
		v = x.free[n-1]
		x.free = x.free[:n-1]
	} else {
		v = uint32(len(x.slots))
		x.slots = append(x.slots, pending{})
	}
	k.fresh = false
	x.slots[v] = *k
	*k = pending{}
	return v + 1
}

// settle ends the looking and turns the flow's state into a result.
func (x *Identifier) settle(note uint32, k *pending) uint32 {
	f := k.facts
	unreadable := f == nil && k.random == 3 && !k.readable
	x.forget(note, k)
	if unreadable {
		return Done | opaque
	}
	if f == nil {
		return Done
	}
	var v uint32
	if n := len(x.unused); n > 0 {
		v = x.unused[n-1]
		x.unused = x.unused[:n-1]
	} else {
		v = uint32(len(x.results))
		x.results = append(x.results, nil)
	}
	x.results[v] = f
	return Done | (v + 1)
}

// Peek returns a copy of what is known of a live flow so far, nil for nothing.
func (x *Identifier) Peek(note uint32) *Facts { return x.peek(note).clone() }

func (x *Identifier) peek(note uint32) *Facts {
	switch {
	case note&Done != 0:
		switch v := note & index; v {
		case 0:
		case opaque:
			return &unread
		default:
			return x.results[v-1]
		}
	case note != 0 && note&counting == 0:
		return x.slots[note&index-1].facts
	}
	return nil
}

// Asked returns the side of a live flow that acts as the client of what is spoken in it
// and the frame that shows it. ok is false where payload alone does not tell.
func (x *Identifier) Asked(note uint32) (side int, frame uint64, ok bool) {
	f := x.peek(note)
	if f == nil || f.toldBy == 0 || f.Client < 0 || f.Frames[f.toldBy-1] == 0 {
		return 0, 0, false
	}
	return int(f.Client), f.Frames[f.toldBy-1], true
}

// Take returns what is known of a flow that ends, nil for nothing, and forgets it.
func (x *Identifier) Take(note uint32) *Facts {
	if note&Done == 0 && note&counting != 0 {
		if unreadable(note) {
			return &unread
		}
		return nil
	}
	if note == 0 {
		return nil
	}
	if note&Done == 0 {
		k := &x.slots[note&index-1]
		x.decideGuarded(k)
		note = x.settle(note, k)
	}
	v := note & index
	if v == 0 {
		return nil
	}
	if v == opaque {
		return &unread
	}
	f := x.results[v-1]
	x.results[v-1] = nil
	x.unused = append(x.unused, v-1)
	x.stats.Bytes -= factsCost
	return f
}

// found notes what was spoken.
// told: in the other role side would not have sent that.
func (x *Identifier) found(k *pending, p Protocol, g grade, side int, asClient, told bool) {
	if !x.spend(factsCost) {
		x.stats.Full++
		return
	}
	f := &Facts{Protocol: p, Client: -1, Caller: k.caller}
	switch g {
	case port:
		f.Confidence = Port
	case shape:
		f.Confidence = Shape
	default:
		f.Confidence = Exact
	}
	f.Client = int8(side)
	if !asClient {
		f.Client = int8(1 - side)
	}
	if told {
		f.toldBy = int8(side) + 1
	}
	if k.p != nil {
		f.Frames[side] = k.p.Index
	}
	k.facts = f
	x.stats.Named++
}

// sent is what a side of a stream sent, as far as it is kept.
func (k *pending) sent(side int) []byte {
	if s := &k.dir[side]; s.buf != nil {
		return s.bytes()
	}
	return nil
}

// segment books a TCP segment and looks at what its side has sent.
func (x *Identifier) segment(k *pending, at Place) bool {
	s := &k.dir[k.side]
	if at.Known && s.buf == nil && !k.beyond[k.side] && (k.based[k.side] || at.Offset > maxHello || at.Offset < -MaxKept) {
		at.Known = false // the start was lost, or its numbers are not this stream's
	}
	if !at.Known {
		if !k.based[k.side] {
			k.base[k.side], k.based[k.side] = k.p.Seq, true
		}
		at.Offset = int64(int32(k.p.Seq - k.base[k.side]))
	}
	skip := s.skip
	at.Offset -= int64(skip)
	k.middle = !at.Known
	if len(k.data) <= 6 && k.p.Flags&capture.PSH == 0 && zeros(k.data) {
		return false // the filling of a short Ethernet frame, taken for payload
	}
	switch {
	case k.heeding:
		return x.heeded(k, at.Offset)
	case k.awaiting && k.tired():
		return true
	}
	if at.Offset > maxHello || at.Offset < -MaxKept {
		// Past everything: a later part of a connection whose start is known.
		k.looked++
		return k.looked >= maxSegments && k.facts == nil || k.vainTLS()
	}
	s.seen += uint64(k.p.PayloadLen)
	if s.buf == nil && s.have == 0 {
		// Most flows are told from their first segment, in its own place.
		if at.Offset == 0 || k.middle && k.facts == nil && !k.want {
			d := k.data
			if len(d) > MaxKept {
				d = d[:MaxKept]
			}
			s.buf, s.have, s.limit = d[:len(d):len(d)], len(d), MaxKept
			done := x.stream(k)
			lent := s.buf
			s.buf = nil
			if done {
				s.have = 0
				return true
			}
			if !k.want && k.facts == nil || s.shut {
				s.have = 0
				return false
			}
			if !x.lend(s, MaxKept) {
				s.have = 0
				x.stats.Full++
				x.decide(k)
				return true
			}
			copy(s.buf, lent)
			if k.heeding {
				return x.heeded(k, int64(skip-s.skip))
			}
			if len(k.data) > len(lent) && k.hello() && x.lend(s, maxHello) {
				s.add(-s.skip, k.data)
				return x.stream(k)
			}
			return false
		}
		if !x.lend(s, MaxKept) {
			x.stats.Full++
			return true
		}
		k.want = true
	}
	if k.facts != nil && s.buf == nil {
		return false
	}
	if int(at.Offset) > s.have && int(at.Offset)+len(k.data) > s.limit && s.limit == MaxKept && (k.facts == nil || k.hello()) {
		// Captured before what it follows: it may be the end of a long hello.
		x.lend(s, maxHello)
	}
	before := s.have
	s.add(int(at.Offset), k.data)
	if s.have == before {
		if k.facts != nil {
			return k.vainTLS()
		}
		if k.looked++; k.looked >= maxSegments {
			x.decide(k)
			return k.facts == nil
		}
		return false
	}
	if s.full() && s.limit == MaxKept && k.hello() && x.lend(s, maxHello) {
		s.add(int(at.Offset), k.data)
	}
	known := k.facts != nil
	done := x.stream(k)
	if k.heeding && !done {
		return x.heeded(k, at.Offset-int64(s.skip-skip))
	}
	if rest := int(at.Offset) - (s.skip - skip); !done && !known && s.own && rest+len(k.data) > s.have && k.hello() && x.lend(s, maxHello) {
		// A hello behind a PROXY header, in a segment of more than MaxKept, as within one machine.
		s.add(rest, k.data)
		return x.stream(k)
	}
	return done
}

// stream looks at the side that just sent.
func (x *Identifier) stream(k *pending) bool {
	if k.facts == nil {
		if !k.fresh && len(k.data) < tiny && k.tiny < maxTyped {
			k.tiny++ // as somebody types
		} else {
			k.looked++
		}
		k.unwrap()
		if !x.classify(k, k.side, k.looked >= maxSegments) {
			return k.failed[0] && k.failed[1] || k.looked >= maxSegments || k.failed[k.side] && k.middle && k.looked >= 4
		}
	}
	return x.follow(k)
}

// classify asks the signatures about side; it returns whether one is sure.
func (x *Identifier) classify(k *pending, side int, final bool) bool {
	s := &k.dir[side]
	b := s.bytes()
	if len(b) == 0 || k.failed[side] {
		return false
	}
	peer := &k.dir[1-side]
	l := &x.look
	*l = look{b: b, size: len(b), from: k.ports[side], to: k.ports[1-side], spoke: int(k.spoke) == side, middle: k.middle,
		final: final || s.full() && peer.full(), first: true, pend: k}
	if peer.buf != nil {
		l.peer = peer.bytes()
	}
	return x.ask(k, l, x.table.tcp, side)
}

// ask lets the signatures look for the roles that side may have.
func (x *Identifier) ask(k *pending, l *look, v *sieve, side int) bool {
	which := v.may(l.b, l.size, l.from, l.to)
	var best Protocol
	var g grade
	wait, hoped, asClient, told := false, false, true, false
	if int(k.opener) != 1-side {
		l.client, l.port = true, l.to
		best, g, wait, hoped = v.run(which, l, k.tcp)
	}
	if int(k.opener) != side {
		l.client, l.port = false, l.from
		b2, g2, w2, h2 := v.run(which, l, k.tcp)
		wait, hoped, told = wait || w2, hoped || h2, g2 != g
		if g2 > g {
			best, g, asClient = b2, g2, false
		}
	}
	if g == no || wait && g < exact && !l.final {
		switch {
		case wait && !l.final:
			k.want, k.asked = true, true
		case hoped && k.tcp && g == no && !l.final && !l.middle && !torn(k.p):
			// The rest of a greeting may come in the next segment.
			k.want = true
		default:
			k.failed[side] = true
		}
		return false
	}
	told = told && g == exact
	if turn := turns[best]; turn != nil && !k.tcp {
		switch answer, ok := turn(l.b); {
		case ok && !answer:
			asClient, told = true, true
		case ok && !l.multi: // what is sent to many may be told unasked
			asClient, told = false, true
		}
	}
	x.found(k, best, g, side, asClient, told)
	return k.facts != nil
}

// decide makes the best of what there is: nothing more will come.
func (x *Identifier) decide(k *pending) {
	if k.facts != nil || !k.want {
		return
	}
	for _, side := range [2]int{int(max(k.spoke, 0)), 1 - int(max(k.spoke, 0))} {
		if k.dir[side].buf == nil {
			continue
		}
		if k.tcp && x.classify(k, side, true) || !k.tcp && x.recheck(k, side) {
			k.side, k.data = side, nil
			if fn := followers[k.facts.Protocol]; fn != nil && k.tcp {
				fn(x, k)
			}
			return
		}
	}
}
