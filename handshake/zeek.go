package handshake

import "portero/capture"

// Zeek's columns are computed beside our own verdict by the rules that Zeek
// follows, including where those are wrong: no number is checked on SYN-ACK,
// FIN and RST. They are for people who know Zeek's words.

// Options are what the compatibility columns need to know from outside.
type Options struct {
	// IgnoreSums is Zeek's -C: wrong checksums count as right ones.
	IgnoreSums bool
	// Likely says for the first packet of a connection whether its source and
	// destination port are likely server ports.
	LikelySrc, LikelyDst bool
}

// zeekSide is Zeek's endpoint state in the low three bits, and which letters
// were written once.
type zeekSide uint8

const (
	zInactive zeekSide = iota
	zSynSent
	zSynAckSent
	zPartial
	zEstablished
	zClosed
	zReset
	zState zeekSide = 7

	zSeenSH zeekSide = 8
	zSeenF  zeekSide = 16
	zSeenR  zeekSide = 32
	zSeenD  zeekSide = 64
	zSeenA  zeekSide = 128
)

const (
	zWasClosed0 uint8 = 1 << iota
	zWasClosed1
	zFromEst0
	zFromEst1
)

// the letters of a history, as packed codes
const (
	letS = 1 + iota
	letH
	letF
	letR
	letI
	letQ
	letD
	letA
	letW
	letT
	letG
	letC
)

const letters = ".SHFRIQDAWTGC"

// kinds of counted letters
const (
	countT = iota
	countW
	countG
	countC
)

// ZeekFlips reports whether Zeek would take the destination of a connection's
// first packet for the originator.
func ZeekFlips(proto uint8, f capture.Flags, src, dst uint16, likelySrc, likelyDst bool) bool {
	tcp := proto == capture.ProtoTCP
	if tcp && f&(capture.SYN|capture.ACK) == capture.SYN || !likelySrc {
		return false
	}
	if likelyDst {
		return !(tcp && f.Any(capture.SYN)) && src < dst
	}
	return true
}

func (c *Conn) zeekOrig() Side {
	if c.flags&flagZeekFlip != 0 {
		return 1
	}
	return 0
}

func (c *Conn) observeZeek(p *capture.Packet, side Side, x *Rest, first, bad bool, o Options) {
	f := p.Flags
	if first && ZeekFlips(capture.ProtoTCP, f, p.SrcPort, p.DstPort, o.LikelySrc, o.LikelyDst) {
		c.flags |= flagZeekFlip | flagZeekCaret
	}
	me, peer := &c.half[side], &c.half[1-side]
	if x.Data != nil {
		if x.flags&(dataHigh0<<side) == 0 {
			x.flags |= dataHigh0 << side
			x.zeekHigh[side] = p.Seq // what a side begins with is never sent again, whatever its peer acknowledged
			if me.bits&(sentSYN|sentSYNACK|sentSegment) != 0 {
				x.zeekHigh[side] = me.next
			}
		}
		if x.flags&(dataAcked0<<(1-side)) == 0 && peer.bits&hasNext != 0 {
			x.flags |= dataAcked0 << (1 - side)
			x.zeekAcked[1-side] = peer.next
			if peer.bits&(sentSYN|sentSYNACK) != 0 {
				x.zeekAcked[1-side] = peer.isn + 1
			}
		}
	}
	if bad {
		c.zeekBad(p, side, x)
		return
	}
	// The answer to a SYN-ACK that came first.
	if orig := c.zeekOrig(); side != orig && c.half[orig].zeek&zState == zSynAckSent && me.zeek&zState == zInactive {
		switch {
		case f&(capture.SYN|capture.ACK|capture.FIN|capture.RST) == capture.SYN && p.Seq+1 == peer.synAck:
			c.zeekTurn()
			peer.zeek = peer.zeek&^zState | zEstablished
			me.zeek = me.zeek&^zState | zEstablished
		case !f.Any(capture.SYN|capture.FIN|capture.RST) && (f.Any(capture.ACK) || p.PayloadLen > 0):
			c.zeekTurn()
			peer.zeek = peer.zeek&^zState | zEstablished
		}
	}
	meBefore, peerBefore := me.zeek&zState, peer.zeek&zState
	end := segEnd(p)
	switch f & (capture.SYN | capture.FIN | capture.RST) {
	case capture.SYN:
		if me.zeek&zSeenSH == 0 || p.Seq != me.isn {
			me.zeek |= zSeenSH
			if f.Any(capture.ACK) {
				c.letter(letH, side, x)
			} else {
				c.letter(letS, side, x)
			}
		}
	case capture.FIN:
		if me.zeek&zSeenF == 0 || end != me.fin && me.bits&sentFIN != 0 {
			me.zeek |= zSeenF
			c.letter(letF, side, x)
		}
	case capture.RST:
		if me.zeek&zSeenR == 0 || x.Data != nil && x.more().lastRST[side] != p.Seq {
			me.zeek |= zSeenR
			c.letter(letR, side, x)
		}
		if x.Data != nil {
			x.need().lastRST[side] = p.Seq
		}
	case 0:
		if p.PayloadLen > 0 {
			if me.zeek&zSeenD == 0 {
				me.zeek |= zSeenD
				c.letter(letD, side, x)
			}
		} else if f.Any(capture.ACK) && me.zeek&zSeenA == 0 {
			me.zeek |= zSeenA
			c.letter(letA, side, x)
		}
	case capture.FIN | capture.RST:
		c.once(letI, 0, side, x)
	default:
		c.once(letQ, 2, side, x)
	}
	c.zeekStep(f, p.PayloadLen, side)
	if p.Window == 0 && !f.Any(capture.RST) && peerBefore != zClosed && meBefore != zReset {
		c.zeekCounted(countW, letW, side, x)
	}
	if x.Data == nil {
		return
	}
	if p.PayloadLen > 0 && meBefore != zReset {
		if f.Any(capture.SYN) || !end.After(x.zeekHigh[side]) {
			c.zeekCounted(countT, letT, side, x)
		}
	}
	if end.After(x.zeekHigh[side]) && !f.Any(capture.RST) || f.Any(capture.SYN) {
		x.zeekHigh[side] = end
	}
	if f.Any(capture.ACK) && !f.Any(capture.RST|capture.SYN) && c.zeekOpen(side) && c.zeekOpen(1-side) && x.flags&(dataAcked0<<(1-side)) != 0 {
		c.zeekGap(p.Ack, 1-side, x)
	}
}

// zeekGap books a G for side when its peer acknowledges octets not seen.
func (c *Conn) zeekGap(ack capture.Seq, side Side, x *Rest) {
	h := &c.half[side]
	if h.bits&sentFIN != 0 && ack.After(h.fin) {
		ack = h.fin
	}
	from := x.zeekAcked[side]
	if !ack.After(from) {
		return
	}
	high := h.next
	if x.flags&(dataHigh0<<side) != 0 {
		high = x.zeekHigh[side]
	}
	missing := ack.After(high)
	if x.holeCount[side] > 0 {
		for hs, next := x.holesOf(side); hs != nil && !missing; hs, next = x.nextHoles(next) {
			for _, g := range hs {
				if g.lo != g.hi && g.lo.Before(ack) && from.Before(g.hi) {
					missing = true
				}
			}
		}
	}
	if missing {
		c.zeekCounted(countG, letG, side, x)
	}
	x.zeekAcked[side] = ack
}

func (c *Conn) zeekOpen(side Side) bool {
	switch c.half[side].zeek & zState {
	case zEstablished:
		return true
	case zClosed:
		return c.zeekFlags&(zFromEst0<<side) != 0
	}
	return false
}

func (c *Conn) zeekTurn() { c.flags ^= flagZeekFlip; c.flags |= flagZeekCaret }

func (c *Conn) zeekStep(f capture.Flags, payload uint32, side Side) {
	me, peer := &c.half[side], &c.half[1-side]
	s, q := me.zeek&zState, peer.zeek&zState
	isOrig := side == c.zeekOrig()
	was := s
	switch s {
	case zInactive:
		switch {
		case f.Any(capture.SYN):
			if isOrig {
				s = zSynSent
				if f.Any(capture.ACK) {
					s = zSynAckSent
				}
			} else {
				s = zEstablished
				if q == zSynSent {
					q = zEstablished
				}
			}
		case f.Any(capture.FIN | capture.RST):
		case !isOrig && q == zSynSent && payload == 0:
		case f.Any(capture.ACK) && q == zEstablished:
			s = zEstablished
		default:
			s = zPartial
		}
		if f.Any(capture.FIN) {
			s = zClosed
		}
		if f.Any(capture.RST) {
			s = zReset
		}
	case zSynSent, zSynAckSent:
		if f.Any(capture.FIN) {
			s = zClosed
		}
		if f.Any(capture.RST) {
			s = zReset
		}
	case zEstablished, zPartial:
		if s == zPartial && f&(capture.SYN|capture.ACK) == capture.SYN && q == zInactive {
			s = zSynSent
		}
		if f.Any(capture.RST) {
			s = zReset
		} else if f.Any(capture.FIN) {
			s = zClosed
			if q == zReset && c.zeekFlags&(zWasClosed0<<(1-side)) != 0 {
				q = zClosed
			}
		}
	case zClosed:
		if f.Any(capture.RST) && q != zClosed {
			s = zReset
			c.zeekFlags |= zWasClosed0 << side
		}
	}
	if s == zClosed && was == zEstablished {
		c.zeekFlags |= zFromEst0 << side
	}
	me.zeek = me.zeek&^zState | s
	peer.zeek = peer.zeek&^zState | q
}

// once writes a letter the first time a side earns it.
func (c *Conn) once(let uint8, shift uint, side Side, x *Rest) {
	if x.Data != nil {
		d, bit := x.need(), uint8(1)<<(shift+uint(side))
		if d.zeekOnce&bit != 0 {
			return
		}
		d.zeekOnce |= bit
	}
	c.letter(let, side, x)
}

// zeekBad tells of p, whose checksum is wrong, that it was there; what IP claims beyond the end of its frame Zeek drops before it looks
// at ports.
//
//go:noinline
func (c *Conn) zeekBad(p *capture.Packet, side Side, x *Rest) {
	if p.Bits&capture.Overlong == 0 {
		c.zeekCounted(countC, letC, side, x)
	}
}

// zeekCounted writes a letter at its 1st, 10th, 100th ... event.
func (c *Conn) zeekCounted(kind int, let uint8, side Side, x *Rest) {
	if x.Data == nil {
		return
	}
	d := x.need()
	n := d.zeekCount[side][kind] + 1
	if n == 0 {
		return
	}
	d.zeekCount[side][kind] = n
	if decade(uint64(n)) {
		c.letter(let, side, x)
	}
}

// decade reports whether n is 1, 10, 100 ...
func decade(n uint64) bool {
	for n != 0 && n%10 == 0 {
		n /= 10
	}
	return n == 1
}

const (
	lettersPerWord = 12
	maxHistory     = 4 * lettersPerWord
)

func (c *Conn) letter(let uint8, side Side, x *Rest) {
	n := uint(c.historyLen & (steady0 - 1))
	if n < lettersPerWord || n < maxHistory && x.Data != nil {
		*x.historyWord(n) |= (uint64(let) | uint64(side)<<4) << (5 * (n % lettersPerWord))
		c.historyLen++
	}
}

// historyWord is where the letter n of the history lies.
func (x *Rest) historyWord(n uint) *uint64 {
	if n < lettersPerWord {
		return &x.history
	}
	return &x.need().historyX[n/lettersPerWord-1]
}

// ZeekStray writes the letter of a SYN or SYN-ACK of side that may open another connection, and returns its place in
// the history plus one, 0 where it has none: of one with a wrong checksum there is but the count, see ZeekSpoilt.
func (c *Conn) ZeekStray(p *capture.Packet, side Side, x *Rest, o Options) (place uint8) {
	if me := &c.half[side]; me.zeek&zSeenSH != 0 && me.isn == p.Seq || o.spoilt(p) {
		return 0
	}
	before := c.historyLen
	c.half[side].zeek |= zSeenSH
	if p.Flags.Any(capture.ACK) {
		c.letter(letH, side, x)
	} else {
		c.letter(letS, side, x)
	}
	if c.historyLen == before {
		return 0
	}
	return c.historyLen & (steady0 - 1)
}

// spoilt reports whether Zeek throws p away for its checksum.
func (o Options) spoilt(p *capture.Packet) bool {
	return p.Bits&(capture.BadSum|capture.PartialSum) != 0 && !o.IgnoreSums
}

// ZeekSpoilt counts p, a SYN or SYN-ACK of side that opened nothing, where its checksum is wrong.
func (c *Conn) ZeekSpoilt(p *capture.Packet, side Side, x *Rest, o Options) {
	if o.spoilt(p) {
		c.zeekCounted(countC, letC, side, x)
	}
}

// ZeekLetters is how many letters the history has.
func (c *Conn) ZeekLetters() uint8 { return c.historyLen & (steady0 - 1) }

// ZeekForget takes the letter at a place that ZeekStray returned out of the history.
func (c *Conn) ZeekForget(place uint8, x *Rest) {
	last := uint(c.historyLen&(steady0-1)) - 1
	if place == 0 || uint(place) > last+1 {
		return
	}
	for n := uint(place) - 1; n <= last; n++ {
		next := uint64(0)
		if n < last {
			next = *x.historyWord(n + 1) >> (5 * ((n + 1) % lettersPerWord)) & 31
		}
		w, at := x.historyWord(n), 5*(n%lettersPerWord)
		*w = *w&^(31<<at) | next<<at
	}
	c.historyLen--
}

// AppendHistory appends the connection's history in Zeek's letters.
func (c *Conn) AppendHistory(b []byte, x *Rest) []byte {
	if c.flags&flagZeekCaret != 0 {
		b = append(b, '^')
	}
	orig := c.zeekOrig()
	for i := range uint(c.historyLen & (steady0 - 1)) {
		w := x.history
		if i >= lettersPerWord {
			w = x.more().historyX[i/lettersPerWord-1]
		}
		v := w >> (5 * (i % lettersPerWord)) & 31
		l := letters[v&15]
		if Side(v>>4) != orig {
			l += 'a' - 'A'
		}
		b = append(b, l)
	}
	return b
}

// ZeekOrig is the side that Zeek calls the originator.
func (c *Conn) ZeekOrig() Side { return c.zeekOrig() }

// ConnState is Zeek's conn_state.
func (c *Conn) ConnState(x *Rest) string {
	orig := c.zeekOrig()
	o, r := c.half[orig].zeek&zState, c.half[1-orig].zeek&zState
	bytes := x.Data != nil && (x.Payload[0] != 0 || x.Payload[1] != 0)
	idle := func(s zeekSide) bool { return s == zInactive || s == zPartial }
	switch {
	case r == zReset:
		switch {
		case o == zSynSent || o == zSynAckSent || o == zReset && !bytes:
			return "REJ"
		case idle(o):
			return "RSTRH"
		}
		return "RSTR"
	case o == zReset:
		if idle(r) {
			if c.synThenRST(x) {
				return "RSTOS0"
			}
			return "OTH"
		}
		return "RSTO"
	case o == zClosed && r == zClosed:
		return "SF"
	case o == zClosed:
		if idle(r) {
			return "SH"
		}
		return "S2"
	case r == zClosed:
		if idle(o) {
			return "SHR"
		}
		return "S3"
	case o == zSynSent && r == zInactive:
		return "S0"
	case o == zEstablished && r == zEstablished:
		return "S1"
	}
	return "OTH"
}

// synThenRST is Zeek's RSTOS0: the history starts with S and reaches an R with
// none of H A F G I Q between.
func (c *Conn) synThenRST(x *Rest) bool {
	var buf [maxHistory + 1]byte
	h := c.AppendHistory(buf[:0], x)
	if len(h) > 0 && h[0] == '^' {
		h = h[1:]
	}
	if len(h) == 0 || h[0] != 'S' {
		return false
	}
	for _, l := range h[1:] {
		switch l {
		case 'R':
			return true
		case 'H', 'A', 'F', 'G', 'I', 'Q':
			return false
		}
	}
	return false
}

// Wireshark's bits of tcp.completeness.
const (
	bitSYN = 1 << iota
	bitSYNACK
	bitACK
	bitData
	bitFIN
	bitRST
)

func completenessOf(p *capture.Packet, first bool) (b uint8) {
	f := p.Flags
	if f.Any(capture.SYN) {
		if f.Any(capture.ACK) {
			b |= bitSYNACK
		} else if first {
			b |= bitSYN
			if p.PayloadLen > 0 {
				b |= bitData
			}
		}
	}
	if f.Any(capture.ACK) {
		switch {
		case f.Any(capture.SYN): // what a SYN-ACK carries is not counted
		case p.PayloadLen > 0:
			b |= bitData
		default:
			b |= bitACK
		}
		if f.Any(capture.FIN) {
			b |= bitFIN
		}
	}
	if f.Any(capture.RST) {
		b |= bitRST
	}
	return b
}

// damaged is what is left of seen, Wireshark's bits of p, whose checksum is wrong or of which IP claims more than its frame has, and whether
// it is to Zeek as if it were not there. To Wireshark a packet ends with its frame.
func damaged(p *capture.Packet, seen uint8, o Options) (uint8, bool) {
	if p.Bits&capture.Overlong == 0 {
		return seen, !o.IgnoreSums
	}
	if p.Held() == 0 && seen&bitData != 0 {
		seen &^= bitData
		if !p.Flags.Any(capture.SYN) {
			seen |= bitACK
		}
	}
	return seen, true
}

// Completeness is Wireshark's tcp.completeness: no number is compared. Wireshark counts the packet that
// a conversation begins with when it shows the second; of one that is alone it knows only that it is a SYN.
func (c *Conn) Completeness(alone bool) uint8 {
	b := c.completeness &^ (far0 | far0<<1)
	switch {
	case !alone:
		return b
	case b&bitSYN != 0:
		return b & (bitSYN | bitData)
	}
	return 0
}
