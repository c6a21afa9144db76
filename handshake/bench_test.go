package handshake

import (
	"testing"

	"portero/capture"
)

// BenchmarkConn follows one connection: data one way, acknowledgements the other.
func BenchmarkConn(b *testing.B) {
	x := NewRest()
	var c Conn
	next := [2]capture.Seq{1, 1000}
	now, off := int64(1e18), uint32(0)
	send := func(side Side, f capture.Flags, n uint32) {
		now += 1000
		off++
		p := capture.Packet{Proto: capture.ProtoTCP, Ver: 4, Time: now, Flags: f, Window: 65535, Seq: next[side], Ack: next[1-side], PayloadLen: n, Frames: 1}
		if !c.Plain(&p, side, x.Data, x.Shelf) {
			c.Observe(&p, side, off, x, Options{})
		}
		next[side] = segEnd(&p)
	}
	send(0, capture.SYN, 0)
	send(1, capture.SYN|capture.ACK, 0)
	send(0, capture.ACK, 0)
	for b.Loop() {
		send(1, capture.ACK|capture.PSH, 1000)
		send(0, capture.ACK, 0)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/2, "ns/packet")
	b.ReportMetric(0, "ns/op")
}
