package handshake_test

import (
	"fmt"

	"portero/capture"
	"portero/handshake"
)

// The third packet must acknowledge the SYN-ACK: an ACK of anything else leaves
// the verdict invalid.
func ExampleConn() {
	for _, ack := range []capture.Seq{501, 999} {
		var c handshake.Conn
		packets := []struct {
			side handshake.Side
			p    capture.Packet
		}{
			{0, capture.Packet{Proto: capture.ProtoTCP, Flags: capture.SYN, Seq: 100, Time: 0}},
			{1, capture.Packet{Proto: capture.ProtoTCP, Flags: capture.SYN | capture.ACK, Seq: 500, Ack: 101, Time: 1e6}},
			{0, capture.Packet{Proto: capture.ProtoTCP, Flags: capture.ACK, Seq: 101, Ack: ack, Time: 2e6}},
		}
		var clues handshake.Clues
		rest := handshake.NewRest()
		for i := range packets {
			clues.Pkts[packets[i].side]++
			c.Observe(&packets[i].p, packets[i].side, uint32(i+1), rest, handshake.Options{})
		}
		j := c.Judge(rest, clues)
		fmt.Println("ack", ack, j.Verdict)
	}
	// Output:
	// ack 501 completed
	// ack 999 invalid
}
