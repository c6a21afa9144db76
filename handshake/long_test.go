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
