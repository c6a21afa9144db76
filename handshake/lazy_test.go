package handshake

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"portero/capture"
)

// told is all that is said of a connection in the end.
func told(c *Conn, x *Rest) string {
	s := ""
	for orig := range 2 {
		var facts [2]Facts
		c.Facts(&facts[0], 0, x)
		c.Facts(&facts[1], 1, x)
		j := c.Judge(x, Clues{Orig: Side(orig), Pkts: [2]uint64{3, 3}})
		s += fmt.Sprintf("%+v %v %+v %+v\n", j, c.ConnState(x), facts[0], facts[1])
	}
	s += fmt.Sprint(string(c.AppendHistory(nil, x)), c.Completeness(false), x.SYNRetries(), x.SYNACKRetries(), x.SuspectedRSTs(), x.Data.Pace(), "\n")
	for side := range 2 {
		lo, mid, hi, ok := x.RTT(side)
		s += fmt.Sprint(lo, mid, hi, ok, x.more().Retrans, x.more().OOO, x.more().ZeroWindows)
		if x.Data != nil {
			s += fmt.Sprint(x.Payload)
		} else {
			s += "[0 0]"
		}
	}
	return s
}

// TestRefusalsAndRetries holds what is said of attempts that do without a Data until more
// comes than a refusal or the same SYN again to what is said with a Data from then on,
// whatever comes.
func TestRefusalsAndRetries(t *testing.T) {
	without := 0
	for seed := range uint64(20_000) {
		r := rand.New(rand.NewPCG(seed, 2))
		var c [2]Conn
		x := [2]*Rest{NewRest(), NewRest()}
		data := [2]*Data{x[0].Data, x[1].Data}
		x[0].Data, x[1].Data = nil, nil
		isn := [2]capture.Seq{capture.Seq(r.Uint32()), capture.Seq(r.Uint32())}
		now := int64(1e18)
		script := ""
		for n := range 1 + r.IntN(7) {
			now += 1 + r.Int64N(1e9)
			side := r.IntN(2)
			k := capture.Packet{Proto: capture.ProtoTCP, Ver: 4, Time: now, Flags: capture.ACK, Window: 1000, Frames: 1}
			k.Opts, k.TSVal, k.TSEcr = capture.OptTimestamps, uint32(10+n*r.IntN(2)), uint32(10+r.IntN(6))
			k.Seq, k.Ack = isn[side]+1, isn[1-side]+1
			what := r.IntN(9)
			if n == 0 {
				what = 0
			}
			switch what {
			case 0, 1, 2:
				side = 0
				k.Flags, k.Seq, k.Ack = capture.SYN, isn[0], 0
				switch r.IntN(12) {
				case 0:
					k.Seq += 77
				case 1:
					k.PayloadLen = 5
				case 2:
					k.Window = 0
				case 3:
					side = 1
					k.Seq = isn[1]
				}
			case 3, 4:
				k.Flags = capture.RST | capture.ACK
				k.Seq = 0
				if r.IntN(4) == 0 {
					k.Seq = isn[side] + capture.Seq(r.IntN(2))
				}
				if r.IntN(6) == 0 {
					k.Ack += capture.Seq(r.IntN(3))
				}
			case 5:
				k.Flags = capture.RST
			case 6:
				side = 1
				k.Flags, k.Seq = capture.SYN|capture.ACK, isn[1]
				if r.IntN(12) == 0 {
					k.Window = 0
				}
			case 7:
				k.PayloadLen = uint32(r.IntN(2) * 100)
			case 8:
				k.Flags |= capture.FIN
			}
			if r.IntN(30) == 0 {
				k.Bits = capture.Unchecked
			} else if r.IntN(30) == 0 {
				k.Bits = capture.BadSum
			}
			script += fmt.Sprintf("%d: %v seq %d ack %d len %d window %d bits %x ts %d %d\n", side, k.Flags, k.Seq-isn[side], k.Ack-isn[1-side], k.PayloadLen, k.Window, k.Bits, k.TSVal, k.TSEcr)
			for i := range c {
				early := i == 1 && (k.Flags.Any(capture.RST) && c[i].refuses(&k, side) || k.Flags.Any(capture.SYN) && c[i].retries(&k, side))
				if x[i].Data == nil && (early || c[i].NeedsData(&k, side)) {
					x[i].Data = data[i]
				}
				c[i].Observe(&k, side, uint32(n+1), x[i], Options{})
			}
			if a, b := told(&c[0], x[0]), told(&c[1], x[1]); a != b {
				t.Fatalf("seed %d\n%slate\n%s\nearly\n%s", seed, script, a, b)
			}
		}
		if x[0].Data == nil {
			without++
		}
	}
	if without < 1000 {
		t.Errorf("only %d did without", without)
	}
}
