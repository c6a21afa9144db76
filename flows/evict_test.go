package flows

import (
	"math/rand/v2"
	"testing"

	"portero/capture"
	"portero/handshake"
)

// While there is room no ended connection is forgotten, however the hashes fall;
// then the one that was entered first goes.
func TestTombs(t *testing.T) {
	var b tombs
	b.init(200_000)
	r := rand.New(rand.NewPCG(1, 2))
	hash := make([]uint64, 3*b.max)
	for i := range hash {
		hash[i] = r.Uint64()
		if i%7 == 0 {
			hash[i] &^= 1<<32 - 1 // the same slot for many
		}
		b.add(hash[i], uint64(i+1), int64(i))
		// Those before make room in order.
		for j := 0; j <= i; j += max(1, i/50) {
			_, ok := b.at(hash[j])
			if known := i-j < b.max; ok != known {
				t.Fatalf("after %d of room for %d: %d is known: %v", i+1, b.max, j+1, ok)
			}
		}
	}
	last := len(hash) - 1
	b.add(hash[last], 9, 9)
	b.rename(hash[last], 9, 10)
	if i, ok := b.at(hash[last]); !ok || b.ring[i].id != 10 || b.ring[i].last != 9 {
		t.Errorf("ended again: %v %+v", ok, b.ring[i])
	}
	if n := b.bytes(); n > 200_000+firstSlots*8 {
		t.Errorf("%d octets", n)
	}
}

// What the shares of payload and details lack they take from what is kept for
// attempts that had to make room, as long as none had to.
func TestSpareShare(t *testing.T) {
	const memory, flows = 8 << 20, 6000
	s := tell(t, Config{Memory: memory})
	from := func(i int) func(p *capture.Packet) {
		return func(p *capture.Packet) {
			a := &p.Src
			if p.SrcPort == 80 {
				a = &p.Dst
			}
			a[13], a[14] = byte(i>>8), byte(i)
		}
	}
	for i := range flows {
		s.now -= 3e6
		s.pkt(true, syn, 0, 0, 0, from(i))
		s.pkt(false, syn|ack, 0, 1, 0, from(i))
		s.pkt(true, ack, 1, 1, 10, from(i))
		s.pkt(true, ack, 1, 1, 10, from(i)) // again: that needs Details
	}
	st := s.table.Stats()
	share := memory - memory/16
	if n := share * 11 / 100 / handshake.DataSize; n >= flows {
		t.Fatalf("the share of payload is %d alone", n)
	}
	if st.DataFull != 0 || st.Evicted != 0 || st.Bytes > memory || st.Live != flows {
		t.Errorf("%d without room, %d evicted, %d octets for %d flows", st.DataFull, st.Evicted, st.Bytes, st.Live)
	}
	s.table.Flush(s.index, handshake.EndForced)
	for _, e := range s.ended {
		if e.Orig.Payload != 10 || e.Orig.Retrans != 1 {
			t.Fatalf("payload %d, retransmissions %d", e.Orig.Payload, e.Orig.Retrans)
		}
	}
}

// A record says why it was written: for lack of memory, though its connection was over and would have ended by itself soon; at
// the end of the input, or after its time, that it was over.
func TestWhyARecordWasWritten(t *testing.T) {
	for _, x := range []struct {
		name string
		how  func(s *story)
		over bool
		want handshake.EndReason
	}{
		{"no memory", func(s *story) { s.table.drop(s.only(), s.index) }, true, handshake.EndResources},
		{"no memory, and it was open", func(s *story) { s.table.drop(s.only(), s.index) }, false, handshake.EndResources},
		{"the end of the input", func(s *story) { s.table.Flush(s.index, handshake.EndForced) }, true, handshake.EndEnd},
		{"the end of the input, and it was open", func(s *story) { s.table.Flush(s.index, handshake.EndForced) }, false, handshake.EndForced},
		{"its time", func(s *story) { s.wait(2 * LiveIdle); s.table.Advance(s.now, s.index) }, true, handshake.EndEnd},
		{"its time, and it was open", func(s *story) { s.wait(2 * LiveIdle); s.table.Advance(s.now, s.index) }, false, handshake.EndIdle},
	} {
		s := tell(t, Config{Live: true})
		s.open()
		if x.over {
			s.shut()
		}
		x.how(s)
		if len(s.ended) != 1 || s.ended[0].Reason != x.want {
			t.Errorf("%s: %d records, %v", x.name, len(s.ended), s.ended)
		}
	}
}

// only is the one flow that there is.
func (s *story) only() uint32 {
	s.t.Helper()
	for v := range s.table.slots.of(uint32(capture.TupleHash(1, addrO, addrR, 40000, 80, tcp, 4))) {
		return v
	}
	s.t.Fatal("no flow")
	return 0
}

var addrO, addrR = [16]byte{10: 255, 11: 255, 12: 10, 15: 1}, [16]byte{10: 255, 11: 255, 12: 10, 15: 2}
