package capture

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// Of octets that came more than once those that came first count, and what was captured of a datagram ends
// where an octet is missing, in whatever order its parts came, wherever they overlap and were cut.
func TestOverlaps(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 2))
	const total = 400
	ended, cut := 0, 0
	for round := range 3000 {
		r := NewReassembler()
		var octets [total]byte
		var known [total]bool
		for i := 0; ; i++ {
			off := rng.IntN(total/8) * 8
			n := min(8+8*rng.IntN(20), total-off)
			data := make([]byte, n)
			for k := range data {
				data[k] = byte(rng.Uint32())
			}
			if rng.IntN(4) == 0 {
				data = data[:rng.IntN(n)]
			}
			for k, c := range data {
				if !known[off+k] {
					octets[off+k], known[off+k] = c, true
				}
			}
			out := r.Add(&IPFragment{Ver: 4, Proto: ProtoUDP, ID: 1, Off: off, Len: n, More: off+n < total, Data: data, Index: uint64(i + 1)})
			if len(out) == 0 {
				continue
			}
			end := 0
			for end < total && known[end] {
				end++
			}
			if d := &out[0]; !d.Whole || d.Len != total || !bytes.Equal(d.Payload, octets[:end]) {
				t.Fatalf("round %d: whole %v, %d octets, %d captured instead of %d", round, d.Whole, d.Len, len(d.Payload), end)
			}
			ended++
			if end < total {
				cut++
			}
			break
		}
	}
	if ended != 3000 || cut < 300 || cut > 2700 {
		t.Errorf("%d datagrams, %d of them cut", ended, cut)
	}
}
