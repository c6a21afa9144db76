package handshake

import (
	"testing"

	"portero/capture"
)

// However much a connection carries, its handshake stays what it was: sequence
// numbers come round after 4 GiB, and seem to lie before each other after 2.
func TestLongTransfers(t *testing.T) {
	for _, sender := range []Side{0, 1} {
		var c Conn
		x := NewRest()
		k := Clues{}
		off := uint32(0)
		now := int64(1e18)
		send := func(side Side, f capture.Flags, seq, ack capture.Seq, n uint32) {
			off++
			now += 1e5
			k.Pkts[side]++
			p := capture.Packet{Proto: capture.ProtoTCP, Ver: 4, Time: now, Flags: f, Seq: seq, Ack: ack, PayloadLen: n, Window: 65535, WScale: 10, Opts: capture.OptWScale, Frames: 1}
			if !c.Plain(&p, side, x.Data, x.Shelf) {
				c.Observe(&p, side, off, x, Options{})
			}
		}
		send(0, capture.SYN, 99, 0, 0)
		send(1, capture.SYN|capture.ACK, 499, 100, 0)
		send(0, capture.ACK, 100, 500, 0)
		next := [2]capture.Seq{100, 500}
		// A word each way first.
		for _, s := range []Side{0, 1} {
			send(s, capture.ACK, next[s], next[1-s], 10)
			next[s] += 10
		}
		total := uint64(10)
		const segment = 60_000
		for i := range 170_000 { // ten gigabytes
			send(sender, capture.ACK, next[sender], next[1-sender], segment)
			next[sender] += segment
			total += segment
			send(1-sender, capture.ACK, next[1-sender], next[sender], 0)
			if i%10_000 == 0 {
				j := c.Judge(x, k)
				if j.Verdict != Completed || j.ACK != 3 || j.SYN != 1 || j.SYNACK != 2 {
					t.Fatalf("side %d, after %d octets: %v, third packet %d", sender, total, j.Verdict, j.ACK)
				}
			}
		}
		for _, s := range []Side{0, 1} {
			send(s, capture.FIN|capture.ACK, next[s], next[1-s], 0)
			next[s]++
		}
		send(0, capture.ACK, next[0], next[1], 0)
		j := c.Judge(x, k)
		if j.Verdict != Completed || j.ACK != 3 || j.Close != Closed || x.Payload[sender] != total || x.more().Retrans[sender] != 0 || x.more().OOO[sender] != 0 {
			t.Errorf("side %d: %v, third packet %d, %v, %d octets of %d, %+v", sender, j.Verdict, j.ACK, j.Close, x.Payload[sender], total, x.more())
		}
	}
}

// long drives a connection whose side 1 sends much.
type long struct {
	c    Conn
	x    *Rest
	off  uint32
	now  int64
	next [2]capture.Seq
	sent uint64
}

func (l *long) send(side Side, f capture.Flags, seq, ack capture.Seq, n uint32) Oddity {
	l.off++
	l.now += 1e5
	p := capture.Packet{Proto: capture.ProtoTCP, Ver: 4, Time: l.now, Flags: f, Seq: seq, Ack: ack, PayloadLen: n, Window: 65535, WScale: 10, Opts: capture.OptWScale, Frames: 1}
	if l.c.Plain(&p, side, l.x.Data, l.x.Shelf) {
		return 0
	}
	return l.c.Observe(&p, side, l.off, l.x, Options{})
}

// segment is one of side 1's, which side 0 acknowledges; missed, the capture has it not.
func (l *long) segment(missed bool) {
	const n = 60_000
	if !missed {
		l.send(1, capture.ACK, l.next[1], l.next[0], n)
		l.sent += n
	}
	l.next[1] += n
	l.send(0, capture.ACK, l.next[0], l.next[1], 0)
}

func newLong(syn bool) *long {
	l := &long{x: NewRest(), now: 1e18, next: [2]capture.Seq{100, 500}}
	if syn {
		l.send(0, capture.SYN, 99, 0, 0)
		l.send(1, capture.SYN|capture.ACK, 499, 100, 0)
	}
	l.send(0, capture.ACK, 100, 500, 0)
	return l
}

// What a capture lacks of a stream, and what is sent again, is told the same after any number of
// octets, whether the stream's start was captured or not.
func TestLongTransfersWithLosses(t *testing.T) {
	for _, syn := range []bool{true, false} {
		l, again, lost := newLong(syn), uint32(0), uint64(0)
		for i := range 170_000 { // ten gigabytes
			l.segment(i == 100)
			if i == 100 {
				lost += 60_000
			}
			if i%9_999 == 9_998 {
				l.send(1, capture.ACK, l.next[1]-60_000, l.next[0], 60_000)
				again++
			}
			if i%10_000 != 9_999 {
				continue
			}
			var f Facts
			l.c.Facts(&f, 1, l.x)
			if d := l.x.Details(); f.Lost != lost || d.Retrans[1] != again || d.OOO[1] != 0 || l.x.Payload[1] != l.sent {
				t.Fatalf("SYN %v, after %d octets: %d lost, want %d; %d sent again, want %d; %d out of order; payload %d, want %d",
					syn, l.sent, f.Lost, lost, d.Retrans[1], again, d.OOO[1], l.x.Payload[1], l.sent)
			}
		}
	}
}

// A connection that carried much still knows its own segments, and an old RST for what it is.
func TestLongTransfersFit(t *testing.T) {
	l := newLong(true)
	for i := range 170_000 {
		l.segment(false)
		if i%10_000 != 9_999 {
			continue
		}
		for side, p := range []capture.Packet{
			{Flags: capture.ACK, Seq: l.next[0], Ack: l.next[1]},
			{Flags: capture.ACK, Seq: l.next[1], Ack: l.next[0]},
		} {
			if !l.c.Fits(&p, side) {
				t.Fatalf("after %d octets a segment of side %d does not fit", l.sent, side)
			}
		}
		y := *l
		data, opening := *l.x.Data, *l.x.Opening
		y.x = &Rest{Data: &data, Opening: &opening, Shelf: &Shelf{Max: 1}}
		y.send(1, capture.FIN|capture.ACK, y.next[1], y.next[0], 0)
		if odd := y.send(1, capture.RST, y.next[1]-100_000, 0, 0); odd != 0 {
			t.Fatalf("after %d octets the RST of who sent FIN is %v", l.sent, odd.List())
		}
	}
}

// A SYN-ACK right before what was first captured of a stream is no late capture of its start once the stream
// carried much.
func TestLongTransfersDoNotBegin(t *testing.T) {
	for segments, want := range map[int]Oddity{100: 0, 20_000: OddSYNACKISN} {
		l := newLong(false)
		for range segments {
			l.segment(false)
		}
		if odd := l.send(1, capture.SYN|capture.ACK, 450, 100, 0) & OddSYNACKISN; odd != want {
			t.Errorf("after %d octets the SYN-ACK is %v", l.sent, odd.List())
		}
	}
}
