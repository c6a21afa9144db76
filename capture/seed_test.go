package capture

import (
	"runtime"
	"testing"

	"github.com/google/gopacket/layers"
)

// Flows are chosen by attackers: without the seed of this run they cannot know
// which of them share a slot.
func TestSeedDecidesTheHash(t *testing.T) {
	b := ether(t, eth(layers.EthernetTypeIPv4), ip4(layers.IPProtocolTCP), syn())
	f := Frame{Data: b, WireLen: uint32(len(b)), Link: LinkEthernet, Index: 1}
	seen := map[uint64]bool{}
	for seed := range uint64(64) {
		var p Packet
		if NewDecoder(NewPaths(), seed).Decode(&f, &p) != OK {
			t.Fatal("not decoded")
		}
		seen[p.Hash] = true
	}
	if len(seen) != 64 {
		t.Errorf("64 seeds give %d hashes of one packet", len(seen))
	}
}

// A flood of fragments that never make a datagram stays within its bounds, and
// what gives way is handed out, to be counted.
func TestFragmentsAreBounded(t *testing.T) {
	r := NewReassembler()
	given := 0
	small, large := make([]byte, 8), make([]byte, 40_000)
	for i := range uint32(5_000) {
		octets := small
		if i < 2_000 {
			octets = large
		}
		f := IPFragment{ID: i, Ver: 4, Proto: ProtoUDP, More: true, Len: len(octets), Data: octets}
		if i >= 4_000 { // and one datagram with parts without end
			f.ID, f.Off = 1<<20, int(i)*8
		}
		given += len(r.Add(&f))
		if len(r.order) > maxDatagrams || r.bytes > maxFragmentBytes+1<<16 {
			t.Fatalf("%d datagrams, %d octets are held", len(r.order), r.bytes)
		}
	}
	if given < 2900 || len(r.open) != len(r.order) {
		t.Errorf("%d gave way, %d of %d are open", given, len(r.order), len(r.open))
	}
	for _, g := range r.order {
		if len(g.parts) > maxFragments {
			t.Errorf("%d parts of one datagram", len(g.parts))
		}
	}
}

// What one more fragment costs does not depend on how many came of its datagram: otherwise some
// thousand small ones a second hold up a live capture.
func TestFragmentsAreCheap(t *testing.T) {
	const datagrams, parts = 20, 500
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r, whole := NewReassembler(), 0
	for id := range uint32(datagrams) {
		r.Add(&IPFragment{ID: id, Ver: 4, Proto: ProtoUDP, Off: parts * 8, Len: 8, Data: make([]byte, 8)})
		for i := range parts {
			off := i * 7919 % parts * 8
			for _, g := range r.Add(&IPFragment{ID: id, Ver: 4, Proto: ProtoUDP, Off: off, More: true, Len: 8, Data: make([]byte, 8)}) {
				if g.Whole && len(g.Payload) == parts*8+8 {
					whole++
				}
			}
		}
	}
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / (datagrams * parts); each > 1000 || whole != datagrams {
		t.Errorf("%d octets are allocated for each fragment, %d datagrams got whole", each, whole)
	}
}
