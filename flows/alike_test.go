package flows

import (
	"testing"

	"portero/capture"
	"portero/handshake"
)

// A stranger who invents virtual networks around one pair of ports does not make the search
// longer for every one of them, and each of them is found again.
func TestManySegments(t *testing.T) {
	ended := 0
	tab := New(Config{}, func(e *Ended) {
		ended++
		if e.Orig.Pkts != 2 {
			t.Errorf("#%d has %d packets", e.ID, e.Orig.Pkts)
		}
	})
	const n = 5_000
	p := capture.Packet{Src: [16]byte{1}, Dst: [16]byte{2}, SrcPort: 1000, DstPort: 2000, Proto: capture.ProtoUDP, Ver: 6, Hash: 12345, Frames: 1, Time: 1e18}
	for round := range 2 {
		for i := range n {
			p.Seg, p.Index = uint32(i), uint64(round*n+i+1)
			p.Digest = p.Index
			tab.Observe(&p, nil)
		}
	}
	alike := 0
	for range tab.slots.of(uint32(p.Hash)) {
		alike++
	}
	if alike != mostAlike {
		t.Errorf("%d flows lie under one hash", alike)
	}
	tab.Flush(2*n, handshake.EndForced)
	if ended != n {
		t.Errorf("%d flows, want %d", ended, n)
	}
}

// Nor does one who invents senders of ICMP errors that all quote the same.
func TestManyErrors(t *testing.T) {
	ended := 0
	tab := New(Config{}, func(e *Ended) {
		ended++
		if e.Orig.Pkts != 1 || e.Resp.Pkts != 1 {
			t.Errorf("#%d has %d and %d packets", e.ID, e.Orig.Pkts, e.Resp.Pkts)
		}
	})
	const n = 5_000
	q := capture.Quote{Src: [16]byte{1}, Dst: [16]byte{2}, SrcPort: 1000, DstPort: 2000, Proto: tcp, Ver: 6, Hash: 12345}
	for round := range 2 {
		for i := range n {
			p := capture.Packet{Src: [16]byte{3, byte(i >> 8), byte(i)}, Dst: q.Src, Proto: capture.ProtoICMP6, Ver: 6, Hash: q.Hash, Frames: 1, Time: 1e18,
				Bits: capture.ICMPError, Flags: 1 << 8, Index: uint64(round*n + i + 1), Digest: uint64(round*n + i + 1)}
			if round == 1 {
				p.Src, p.Dst = p.Dst, p.Src
			}
			tab.Observe(&p, &q)
		}
	}
	alike := map[uint32]int{}
	for _, arr := range [2][]uint64{tab.slots.cur, tab.slots.old} {
		for _, e := range arr {
			if e != 0 && e != gone {
				alike[uint32(e>>32)]++
			}
		}
	}
	if alike[uint32(q.Hash)] != mostAlike {
		t.Errorf("%d flows lie under the hash of what is quoted", alike[uint32(q.Hash)])
	}
	for h, k := range alike {
		if k > mostAlike {
			t.Errorf("%d flows lie under %x", k, h)
		}
	}
	tab.Flush(2*n, handshake.EndForced)
	if ended != n {
		t.Errorf("%d flows, want %d", ended, n)
	}
}
