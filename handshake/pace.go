package handshake

import (
	"math"

	"portero/capture"
)

// pace is how long who waited for whom, as the capture saw it. It is one cache
// line, touched when the turn to speak changes, and valid where a SYN or SYN-ACK
// tells who is the originator.
type pace struct {
	askedAt  int64  // the originator's last payload so far, later by what repairs of it took
	first    int64  // until the responder's first octet, plus one; 0 not seen
	sum      int64  // of all waits for the responder
	longest  int64  // of them
	at       uint64 // index of the packet that ended the longest
	closedAt int64  // since when a window is shut
	shut     uint32 // microseconds that windows were shut
	loss     uint32 // microseconds of silence before repairs
	turns    uint32 // waits for the responder
	_        uint32
}

// Pace is what is known of a connection's waits. Durations are ns, -1 unknown.
type Pace struct {
	FirstByte int64  // the first request's last octet, or the third packet where the responder speaks first, to the responder's first octet
	Waited    int64  // the sum of all waits for the responder
	Longest   int64  // of them
	At        uint64 // index of the packet that ended the longest, 0 none
	Turns     uint32 // how often the responder was waited for
	Shut      int64  // how long windows were shut
	Loss      int64  // silence before segments that repair a loss
}

// Pace returns the waits of a connection; everything is unknown without x.
func (x *Data) Pace() Pace {
	if x == nil {
		return Pace{FirstByte: -1, Waited: -1, Longest: -1}
	}
	p := &x.pace
	q := Pace{FirstByte: p.first - 1, Waited: p.sum, Longest: p.longest, At: p.at, Turns: p.turns, Shut: int64(p.shut) * 1000, Loss: int64(p.loss) * 1000}
	if p.turns == 0 {
		q.Waited, q.Longest = -1, -1
	}
	return q
}

// opens reports whether side is the originator as far as SYN or SYN-ACK tell.
func (c *Conn) opens(side Side) bool {
	return c.half[side].bits&sentSYN != 0 && c.half[side].bits&sentSYNACK == 0 || c.half[1-side].bits&sentSYNACK != 0
}

// talk notes that a side sent new payload.
func (x *Data) talk(orig bool, p *capture.Packet) {
	if orig {
		x.flags |= dataAsked
		x.pace.askedAt = p.Time
		return
	}
	if x.flags&dataAsked == 0 {
		return
	}
	x.flags &^= dataAsked
	x.pace.wait(p.Time-x.pace.askedAt, p.Index)
}

// greet notes the first octet of a responder that speaks first.
func (c *Conn) greet(p *capture.Packet, side Side, x *Rest) {
	if x.pace.first != 0 || x.flags&dataAsked != 0 || x.Payload[0]|x.Payload[1] != 0 || x.candTime == 0 || c.flags&flagCandidate == 0 || c.opens(side) || !c.opens(1-side) {
		return
	}
	x.pace.wait(p.Time-x.candTime, p.Index)
}

func (p *pace) wait(d int64, index uint64) {
	if d < 0 {
		return
	}
	if p.first == 0 {
		p.first = d + 1
	}
	if p.turns != math.MaxUint32 {
		p.turns++
	}
	p.sum += d
	if d >= p.longest {
		p.longest, p.at = d, index
	}
}

// window notes when side shuts its window and opens it again.
func (x *Data) window(side Side, p *capture.Packet) {
	bit := dataClosed0 << side
	switch shut := x.flags&bit != 0; {
	case p.Window == 0 && !shut:
		x.flags |= bit
		x.pace.closedAt = p.Time
	case p.Window != 0 && shut:
		x.flags &^= bit
		x.pace.shut = grown(x.pace.shut, p.Time-x.pace.closedAt)
	}
}

// probes reports whether p, from side, asks with an octet whether the window of its peer
// is still shut (RFC 9293, 3.8.6.1): it makes up for no loss.
func (x *Data) probes(side Side, p *capture.Packet) bool {
	return p.PayloadLen == 1 && x.flags&(dataClosed0<<(1-side)) != 0
}

// grown adds ns to a count of microseconds, which stays at its top.
func grown(us uint32, ns int64) uint32 {
	if ns <= 0 {
		return us
	}
	return uint32(min(int64(us)+ns/1000, math.MaxUint32))
}

// NoteReply keeps how long the first datagram of the second side to speak came after
// the one before it, and its frame, as an offset.
func (c *Conn) NoteReply(d int64, off uint32) {
	c.confirmOff = off
	if d >= 0 && d < maxSpan {
		c.half[1].isn, c.half[1].synAck = capture.Seq(d+1), capture.Seq((d+1)>>32)
	}
}

// ReplyOff is the frame that NoteReply kept, 0 for none.
func (c *Conn) ReplyOff() uint32 { return c.confirmOff }

// Reply is how long NoteReply was told, -1 for nothing.
func (c *Conn) Reply() int64 {
	return int64(uint64(c.half[1].synAck)<<32|uint64(c.half[1].isn)) - 1
}
