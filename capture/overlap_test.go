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

// A datagram of IPv6 with parts that overlap never gets whole: its receiver throws all of it away (RFC 8200, 4.5). The same part
// again, however late, is none that overlaps.
func TestOverlaps6(t *testing.T) {
	a, b := bytes.Repeat([]byte{1}, 16), bytes.Repeat([]byte{2}, 16)
	for _, x := range []struct {
		name  string
		parts []IPFragment
		whole bool
	}{
		{"none", []IPFragment{{Off: 0, Len: 16, More: true, Data: a}, {Off: 16, Len: 16, Data: b}}, true},
		{"the same again, late", []IPFragment{{Off: 0, Len: 16, More: true, Data: a}, {Off: 0, Len: 16, More: true, Data: a, Time: 1e9}, {Off: 16, Len: 16, Data: b, Time: 2e9}}, true},
		{"other octets in its place", []IPFragment{{Off: 0, Len: 16, More: true, Data: a}, {Off: 0, Len: 16, More: true, Data: b}, {Off: 16, Len: 16, Data: b}}, false},
		{"half of it", []IPFragment{{Off: 0, Len: 16, More: true, Data: a}, {Off: 8, Len: 8, More: true, Data: a[:8]}, {Off: 16, Len: 16, Data: b}}, false},
		{"the last over what came", []IPFragment{{Off: 0, Len: 16, More: true, Data: a}, {Off: 8, Len: 16, Data: b}}, false},
		{"a gap filled with too much", []IPFragment{{Off: 24, Len: 16, Data: a}, {Off: 0, Len: 16, More: true, Data: a}, {Off: 8, Len: 16, More: true, Data: b}}, false},
	} {
		for _, ver := range []uint8{4, 6} {
			r, got := NewReassembler(), false
			for i := range x.parts {
				f := x.parts[i]
				f.Ver, f.Proto, f.ID, f.Index = ver, ProtoUDP, 9, uint64(i+1)
				for _, d := range r.Add(&f) {
					got = got || d.Whole
				}
			}
			if want := x.whole || ver == 4; got != want {
				t.Errorf("%s, IPv%d: whole %v", x.name, ver, got)
			}
			for _, d := range r.Flush() {
				if d.Whole || d.Frames+d.Copies != len(x.parts) {
					t.Errorf("%s, IPv%d: given up as whole %v of %d frames and %d copies", x.name, ver, d.Whole, d.Frames, d.Copies)
				}
			}
		}
	}
}
