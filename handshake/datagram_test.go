package handshake

import (
	"testing"

	"portero/capture"
)

// Zeek writes that a datagram's checksum was wrong at the 1st, the 10th, the 100th of each side, as it does for TCP: its
// udp_multiple_checksum_errors tells the same thresholds.
func TestWrongChecksumsOfDatagrams(t *testing.T) {
	for _, c := range []struct {
		bad  [2]int
		want string
	}{
		{[2]int{1, 0}, "CD"}, {[2]int{9, 0}, "CD"}, {[2]int{10, 0}, "CCD"}, {[2]int{99, 1}, "CCcD"}, {[2]int{1000, 10}, "CCCCccD"},
	} {
		var conn Conn
		x := &Rest{Opening: &Opening{}}
		for side, n := range c.bad {
			for range n {
				conn.ObserveDatagram(&capture.Packet{Proto: capture.ProtoUDP, Bits: capture.BadSum, SrcPort: 5000, DstPort: 6000}, side, x, Options{})
			}
		}
		conn.ObserveDatagram(&capture.Packet{Proto: capture.ProtoUDP, SrcPort: 5000, DstPort: 6000}, 0, x, Options{})
		if got := string(conn.AppendHistory(nil, x)); got != c.want {
			t.Errorf("%v wrong checksums: %s, want %s", c.bad, got, c.want)
		}
	}
}
