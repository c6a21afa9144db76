package flows

import (
	"testing"

	"portero/capture"
	"portero/handshake"
)

// other gives the originator another address.
func other(i int) func(p *capture.Packet) {
	return func(p *capture.Packet) {
		a := &p.Src
		if p.DstPort == 40000 {
			a = &p.Dst
		}
		a[13], a[14], a[15] = byte(i>>16)+9, byte(i>>8), byte(i)
	}
}

// talk is a connection with n octets of payload, which ends.
func (s *story) talk(i int, n uint32) {
	m := other(i)
	s.pkt(true, syn, 0, 0, 0, m)
	s.pkt(false, syn|ack, 0, 1, 0, m)
	s.pkt(true, ack, 1, 1, n, m)
	s.pkt(true, fin|ack, 1+int64(n), 1, 0, m)
	s.pkt(false, fin|ack, 1, 2+int64(n), 0, m)
	s.pkt(true, ack, 2+int64(n), 2, 0, m)
}

// Where the Data of a flow lies is told by what its kind mostly comes to need, and nothing else is told by it.
func TestPlaces(t *testing.T) {
	s := tell(t, Config{})
	const many = 2*chunkLen + 100
	n, size := 0, map[int]uint64{}
	round := func(payload bool) {
		for range many {
			s.now -= 3e6 // all within the lifetimes
			s.pkt(true, 0, 0, 0, 9, other(n), func(p *capture.Packet) { p.Proto, p.DstPort = capture.ProtoUDP, 4000 })
			if payload {
				s.now -= 5e6
				s.talk(n, uint32(n)%700+1)
				size[n] = uint64(n)%700 + 1
			} else {
				s.pkt(true, syn, 0, 0, 0, other(n))
			}
			n++
		}
	}
	round(true)
	round(false) // in a while nobody needs any
	round(true)
	tab := s.table
	var kinds []uintptr
	for _, c := range tab.lots[lotTCP].chunks {
		kinds = append(kinds, tab.chunks[c].step)
	}
	// The third and the fourth begin among attempts, the fifth after a chunk of them.
	if len(kinds) != 7 || kinds[0] != pairSize || kinds[1] != pairSize || kinds[3] != hotSize || kinds[4] != hotSize || kinds[6] != pairSize {
		t.Errorf("places of TCP are of %d octets", kinds)
	}
	for _, c := range tab.lots[lotOther].chunks {
		if tab.chunks[c].step != hotSize {
			t.Errorf("datagrams have room for Data")
		}
	}
	seen, v := map[uint32]bool{}, uint32(0)
	for range tab.made {
		if seen[v] || tab.flow(v).bits&inUse == 0 {
			t.Fatalf("place %d comes twice, or is nobody's", v)
		}
		seen[v] = true
		v = tab.after(v)
	}
	if v != 0 || len(seen) != 2*n {
		t.Errorf("%d places are gone through, then %d", len(seen), v)
	}
	elsewhere := 0
	for v := range seen {
		if x := tab.elsewhere(tab.flow(v)); x != nil {
			elsewhere++
		}
	}
	if elsewhere == 0 || elsewhere > 2*chunkLen {
		t.Errorf("%d flows have their Data elsewhere", elsewhere)
	}
	before := tab.room()

	// Places serve again, and a place in which there was Data begins anew.
	s.wait(200 * Second)
	round(true)
	if got := tab.room(); got > before+before/8 {
		t.Errorf("%d octets, %d before", got, before)
	}
	s.table.Flush(s.index, handshake.EndForced)
	talks, last := 0, uint64(0)
	for i := range s.ended {
		e := &s.ended[i]
		if e.ID <= last && e.Reason == handshake.EndForced {
			t.Fatalf("%d ended after %d", e.ID, last)
		}
		last = e.ID
		if e.Proto != tcp {
			continue
		}
		i := int(e.Orig.Addr[13]-9)<<16 | int(e.Orig.Addr[14])<<8 | int(e.Orig.Addr[15])
		if e.Orig.Payload != size[i] {
			t.Errorf("%d octets of connection %d, which sent %d", e.Orig.Payload, i, size[i])
		}
		if size[i] > 0 {
			talks++
		}
	}
	if talks != 3*many || len(s.ended) != 8*many {
		t.Errorf("%d connections in %d records", talks, len(s.ended))
	}
}

// Without room for all Data, those in their own places are not made.
func TestPlacesWithinTheBudget(t *testing.T) {
	s := tell(t, Config{Memory: MinMemory})
	s.table.spareBytes, s.table.maxData = 0, chunkLen-1
	s.talk(1, 5)
	tab := s.table
	if c := tab.chunks[0]; c.step != hotSize || tab.dataUsed != 1 || tab.maxData != chunkLen-1 {
		t.Errorf("step %d, %d of %d Data used", c.step, tab.dataUsed, tab.maxData)
	}
	s.end(handshake.Completed)

	s = tell(t, Config{Memory: MinMemory})
	s.table.spareBytes, s.table.maxData = 0, chunkLen
	s.talk(1, 5)
	tab = s.table
	if c := tab.chunks[0]; c.step != pairSize || tab.dataUsed != 0 || tab.maxData != 0 {
		t.Errorf("step %d, %d of %d Data used", c.step, tab.dataUsed, tab.maxData)
	}
	s.end(handshake.Completed)
}
