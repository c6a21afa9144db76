package findings

import (
	"net/netip"
	"testing"

	"portero/catalog"
	"portero/internal/who"
)

// What neighbours say of themselves is remembered of so many, and what has no room is counted.
func TestNeighboursAreBounded(t *testing.T) {
	d := New(catalog.Default(), nil, 64<<20)
	addr := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}) }
	for i := range 1<<14 + 3 {
		d.Claim(addr(i), who.MAC{1}, 1, 1)
	}
	if len(d.heard.claims) != 1<<14 || d.heard.dropped != 3 {
		t.Errorf("%d claims, %d without room", len(d.heard.claims), d.heard.dropped)
	}
	for i := range 1<<10 + 4 {
		for range 2 {
			d.Answer("mdns", addr(i), "x", 1, 1)
		}
	}
	if len(d.heard.answers) != 1<<10 || d.heard.dropped != 3+2*4 {
		t.Errorf("%d who answered, %d without room", len(d.heard.answers), d.heard.dropped)
	}
}

// Where there are very many events, so many different values and seconds of them are told apart, and each is paid for once.
func TestManyAreBounded(t *testing.T) {
	m := many{whats: map[uint32]struct{}{}, seconds: map[int64]*[kindsOfWhat]uint32{}}
	var cost int64
	for range 2 {
		for i := range uint32(1<<16 + 5) {
			cost += m.count(&event{what: kindsOfWhat + i})
		}
	}
	if len(m.whats) != 1<<16 || cost != 1<<16*whatBytes {
		t.Errorf("%d values for %d octets", len(m.whats), cost)
	}
	m.whats, cost = map[uint32]struct{}{1: {}}, 0
	for range 2 {
		for i := range int64(1<<13 + 5) {
			cost += m.count(&event{what: 1, at: i * 1e9})
		}
	}
	if len(m.seconds) != 1<<13 || cost != 1<<13*secBytes || m.seconds[7][1] != 2 {
		t.Errorf("%d seconds for %d octets", len(m.seconds), cost)
	}
}
