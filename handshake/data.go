package handshake

import (
	"unsafe"

	"portero/capture"
)

// Opening is what only the packets of the handshake and the close touch, and what
// the record needs when the connection ends.
type Opening struct {
	synTime    int64 // of the SYN that counts, ns; until SYN or SYN-ACK was seen, with synOff, synTS, synackTS: see keepOther
	synackTime int64 // until a SYN-ACK was seen, with synackTS: of the latest copy of a repeated SYN
	candTime   int64
	history    uint64 // twelve letters of five bits, the first in the lowest bits

	// frames as offsets from the flow's first frame, plus one; 0 is none
	synOff, synackOff uint32
	candOff           uint32 // until there is a candidate: the refusal's
	finOff            [2]uint32

	synTS, synackTS uint32 // timestamps of the first copies, 0 none

	syns          uint16 // saturating counts of all SYNs and SYN-ACKs
	synacks       uint8
	suspectedRSTs uint8
}

// Data is what a connection with payload, disorder, retries or resets needs. It
// lives in a side table with a budget of its own, so every use must do without it.
type Data struct {
	// One cache line that every packet touches.
	Payload   [2]uint64 // unique octets seen
	rttAtLo   [2]uint32 // when the segment that is timed was sent: 48 bits
	rttAtHi   [2]uint16
	rttEnd    [2]capture.Seq // and its end; valid with dataTimed
	zeekHigh  [2]capture.Seq // highest end, as Zeek counts
	zeekAcked [2]capture.Seq // how far the peer's ACKs were looked at
	Note      uint32         // of who looks at the payload
	details   uint32         // number of its Details plus one
	flags     dataBits
	holeCount [2]uint8

	rtt  rttSamples // of one side, see samples; one line
	pace pace       // and one
}

type dataBits uint16

const (
	dataPrevISN0 dataBits = 1 << iota
	dataPrevISN1
	dataHigh0
	dataHigh1
	dataAcked0
	dataAcked1
	dataPend0
	dataPend1
	dataTimed0
	dataTimed1
	dataReset   // Details.rstOff is set
	dataAsked   // the originator spoke last: its peer is awaited
	dataClosed0 // the side's window is shut
	dataClosed1
	dataSampled  // rtt is in use
	dataSamples1 // by side 1
)

// ICMPHow is how an ICMP error came.
type ICMPHow uint8

const (
	ICMPEarly    ICMPHow = 1 << iota // captured before the flow's first frame, by Details.ICMPOff frames
	ICMPTunneled                     // about a tunnel's datagram that carried the flow's packet, see capture.Packet.Tunneled
)

// Details is what few connections need: holes, retransmissions, repeated SYNs that were
// answered, resets, ICMP errors, samples of a second side. The zero value says that nothing of it was seen.
type Details struct {
	holes     [2][holesPerSide]hole
	further   [2]uint32 // number of the first block of further holes, plus one
	Lost      [2]uint64 // octets of holes given up
	Retrans   [2]uint32
	OOO       [2]uint32
	zeekCount [2][4]uint32 // T, W, G, C events
	lastRST   [2]capture.Seq
	historyX  [3]uint64

	prevISN    [2]capture.Seq // the isn before the last, valid with dataPrevISN
	prevOpen   [2]opening     // and the segment that had it
	latestSYN  synCopy        // latest copy of a repeated SYN before the answer, once that came
	latestSA   synCopy        // the same of the SYN-ACK
	synStart   int64          // first SYN of all, when a later one with another isn counts; 0 unknown
	synackEcho uint32         // TSecr of the first SYN-ACK
	candEcho   uint32

	pendEnd   [2]capture.Seq // of segments in a row beyond the window, see Conn.runsOn, or of octets in doubt, see doubt
	pendBytes [2]uint32
	rstSeq    [2]capture.Seq // of the last RST that counted
	resetNext capture.Seq    // next of the victim at the first of them
	resetOwn  capture.Seq    // and of its sender, no less than its number
	rstOff    uint32

	ZeroWindows uint32
	ICMPOff     uint32
	ICMPFrom    [16]byte
	ICMPVer     uint8
	ICMPType    uint8
	ICMPCode    uint8
	ICMPSide    uint8 // the side whose packet the error quotes
	ICMPHow     ICMPHow
	rstSide     uint8 // whose it is, in the lowest bit; above it how many more of each side counted, see moreRSTs
	zeekOnce    uint8 // Zeek's I and Q, once per side; and unsaid0, earlyEnd0
	finAhead    uint8 // bit of a side: its FIN acknowledges what was not captured yet, up to finAck (before it: see passes); and oldRST0, challenged, doubtedFIN0
	finAck      [2]capture.Seq
	prevLen     [2]uint16 // octets that the segment with prevISN carried; without dataPrevISN those of the SYN, see Conn.brought

	Reuses     uint64 // id
	ReuseAfter int64  // ns
	Seg1       uint32 // segment of side 1 when only one side is tagged

	resetAck capture.Seq // what the first RST that counted acknowledged, no less than resetNext

	rtt rttSamples // of the side whose samples are not in Data
}

// oldRST0 in finAhead says of side 0, and the bit above it of side 1, that all RSTs that are suspected have
// its name and old numbers, and that it sent nothing since.
const oldRST0 uint8 = 1 << 2

// challenged in finAhead says that the receiver of a RST which counted, and was not where it was expected,
// only said where it stands (RFC 5961, 3.2).
const challenged uint8 = 1 << 4

// doubtedFIN0 in finAhead says of side 0, and the bit above it of side 1, that it sent a FIN which acknowledges
// what was not sent, see doubtFIN.
const doubtedFIN0 uint8 = 1 << 5

// namesBoth in finAhead says that a RST which counted, and was not where it was expected, acknowledges what its
// receiver sent: who forges blindly guesses only the one number, so that what its sender said before was missed.
const namesBoth uint8 = 1 << 7

// unsaid0 in zeekOnce says of side 0, and the bit above it of side 1, that what is kept apart of it was taken back, see unsay.
const unsaid0 uint8 = 1 << 4

// earlyEnd0 in zeekOnce says of side 0, and the bit above it of side 1, that resetOwn, resetAck and resetNext are the number, the
// acknowledgement and the place of a RST of it which does not count so far, see keepEnd.
const earlyEnd0 uint8 = 1 << 6

// opening is a SYN or a SYN-ACK: when and where it was seen.
type opening struct {
	time    int64
	off, ts uint32
}

type synCopy struct {
	time int64
	ts   uint32
}

const (
	holesPerSide = 3 // in Details; more take blocks of their own
	holesMost    = 255
)

type hole struct{ lo, hi capture.Seq }

// holeBlock is what a place for Details holds instead, where a side has many holes at once: a
// path that loses or reorders much leaves a hundred of them in one window.
type holeBlock struct {
	holes [(DetailsSize - 8) / 8]hole
	next  uint32 // number of the next block, plus one
	_     uint32
}

// noDetails is what a connection without Details has. Nobody writes to it.
var noDetails Details

// Rest is where the facts of one connection lie beside its Conn. Data may be nil.
type Rest struct {
	*Opening
	*Data
	Shelf *Shelf
	// Quiet is how long the flow was silent before the packet at hand, ns.
	Quiet int64
	// Sent is how many packets its sender has sent with it, 0 where that is not known.
	Sent uint32
}

// NewRest returns room for one connection that stands alone.
func NewRest() *Rest { return &Rest{Opening: &Opening{}, Data: &Data{}, Shelf: &Shelf{Max: 1}} }

// more is for reading: what the connection has of Details.
func (x *Rest) more() *Details {
	if x.Data == nil || x.details == 0 {
		return &noDetails
	}
	return x.Shelf.at(x.details - 1)
}

// need is for writing; Data must not be nil. When no Details are left, what is
// written is lost.
func (x *Rest) need() *Details {
	if x.details != 0 {
		return x.Shelf.at(x.details - 1)
	}
	d, _ := x.Keep()
	return d
}

// Keep gives the connection Details; ok is false when none are left or Data is
// nil, and what is written to d then is lost.
func (x *Rest) Keep() (d *Details, ok bool) {
	if x.Data != nil && x.details != 0 {
		return x.Shelf.at(x.details - 1), true
	}
	if x.Data != nil {
		if n, ok := x.Shelf.take(); ok {
			x.details = n + 1
			return x.Shelf.at(n), true
		}
	}
	x.Shelf.scrap = Details{}
	return &x.Shelf.scrap, false
}

// Details are those of the connection; they must not be written to.
func (x *Rest) Details() *Details { return x.more() }

// Shelf keeps the Details of all connections of one table. One goroutine owns it.
type Shelf struct {
	Max  uint32 // how many Details it may hold
	Full uint64 // times none was left
	// More is asked for room when Max is reached, and raises it where it says yes. May be nil.
	More func() bool
	// Room returns n zeroed octets that the garbage collector need not look at, nil
	// takes them from the heap.
	Room func(n int) unsafe.Pointer

	chunks []*[shelfChunk]Details
	free   []uint32
	used   uint32
	scrap  Details
}

const shelfChunk = 64

// at reckons by hand: to find nil the compiler would read the chunk's first octet.
func (s *Shelf) at(n uint32) *Details {
	return (*Details)(unsafe.Add(unsafe.Pointer(s.chunks[n/shelfChunk]), uintptr(n%shelfChunk)*DetailsSize))
}

func (s *Shelf) take() (n uint32, ok bool) {
	if k := len(s.free); k > 0 {
		n = s.free[k-1]
		s.free = s.free[:k-1]
		*s.at(n) = Details{}
		return n, true
	}
	if s.used >= s.Max && (s.More == nil || !s.More()) {
		s.Full++
		return 0, false
	}
	if s.used/shelfChunk == uint32(len(s.chunks)) {
		s.chunks = append(s.chunks, s.room())
	}
	n = s.used
	s.used++
	return n, true
}

func (s *Shelf) room() *[shelfChunk]Details {
	if s.Room == nil {
		return new([shelfChunk]Details)
	}
	return (*[shelfChunk]Details)(s.Room(shelfChunk * DetailsSize))
}

// Release gives back the Details of a connection that ended.
func (s *Shelf) Release(x *Data) {
	if x.details != 0 {
		d := s.at(x.details - 1)
		s.releaseHoles(&d.further[0])
		s.releaseHoles(&d.further[1])
		s.free = append(s.free, x.details-1)
		x.details = 0
	}
}

// block is the block of holes whose number plus one is n.
func (s *Shelf) block(n uint32) *holeBlock { return (*holeBlock)(unsafe.Pointer(s.at(n - 1))) }

// releaseHoles gives back the blocks of holes that begin with *first.
func (s *Shelf) releaseHoles(first *uint32) {
	for n := *first; n != 0; {
		s.free = append(s.free, n-1)
		n = s.block(n).next
	}
	*first = 0
}

// Bytes is the memory that the shelf reserved.
func (s *Shelf) Bytes() int64 { return int64(len(s.chunks)) * shelfChunk * DetailsSize }

// DetailsSize is what one Details costs; a test holds it.
const DetailsSize = 408
