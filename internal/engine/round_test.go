package engine

import (
	"context"
	"encoding/binary"
	"io"
	"testing"

	"portero/capture"
	"portero/internal/record"
)

// callers are datagrams of ever other ports, and then silence.
type callers struct {
	left, silence int
	made          uint64
}

func (c *callers) Next(b *capture.Block) error {
	b.Frames, b.Buf = b.Frames[:0], nil
	if c.left == 0 {
		if c.silence--; c.silence < 0 {
			return io.EOF
		}
		return nil
	}
	for range min(c.left, 1000) {
		c.left--
		c.made++
		f := make([]byte, 14+20+8)
		copy(f, []byte{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, byte(c.made >> 14), 1, 192, 0, 2, 2})
		binary.BigEndian.PutUint16(f[34:], uint16(1024+c.made&0x3fff))
		binary.BigEndian.PutUint16(f[36:], 9999)
		binary.BigEndian.PutUint16(f[38:], 8)
		b.Frames = append(b.Frames, capture.Frame{Data: f, WireLen: uint32(len(f)), Time: 1e18 + int64(c.made), Index: c.made, Num: c.made, Link: capture.LinkEthernet})
	}
	return nil
}

// Who looks at connections in portions sees each once in a round, those of all lanes, and nobody else's looks
// take some away. Before the looks of one who took fewer than one lane has never came to the others.
func TestARoundOfPortionsShowsAll(t *testing.T) {
	for _, k := range []struct{ flows, portion int }{{1, 1}, {9, 1}, {20_000, 1000}, {20_000, 2500}, {20_000, 20_000}, {20_000, 1 << 30}, {0, 5}} {
		src := &callers{left: k.flows, silence: 100}
		var e *Engine
		var mine, others Round
		rounds := 0
		seen := map[uint64]int{}
		e = New(Options{Threads: 1, Seed: 7, Live: true, Sink: func(*record.Record) error { return nil }, Now: func() int64 { return 1e18 + int64(src.made) }, Tick: func() {
			if src.left > 0 {
				return
			}
			n := 0
			over := e.SnapshotSome(&mine, 0, func(r *record.Record) bool {
				seen[r.ID]++
				n++
				return n < k.portion
			})
			e.SnapshotSome(&others, 0, func(*record.Record) bool { return false })
			if n > k.portion || !over && n < k.portion {
				t.Fatalf("%+v: %d in a portion, over %v", k, n, over)
			}
			if over {
				rounds++
				for id, times := range seen {
					if times != rounds {
						t.Fatalf("%+v: connection %d was shown %d times in %d rounds", k, id, times, rounds)
					}
				}
				if len(seen) != k.flows {
					t.Fatalf("%+v: a round showed %d", k, len(seen))
				}
			}
		}})
		if err := e.Run(context.Background(), src); err != io.EOF && err != nil {
			t.Fatal(err)
		}
		e.Release()
		if rounds < 2 {
			t.Errorf("%+v: %d rounds", k, rounds)
		}
	}
}
