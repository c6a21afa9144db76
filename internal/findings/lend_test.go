package findings

import (
	"math/rand/v2"
	"net/netip"
	"testing"

	"portero/catalog"
)

// comes books an event of caller i in s.
func comes(s *store, i uint32) {
	var a end
	a.set(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}))
	s.add(s.of(&a, nil, 6, 80), &event{at: 1})
}

// A store that is full takes what the others leave; each gets its share back as soon as it needs it, and all together
// never have more than there is.
func TestStoresLend(t *testing.T) {
	const budget = 18 << 18
	d := New(catalog.Default(), nil, budget)
	share := d.rules[0].limit
	whole := func(when string) {
		t.Helper()
		extra, held := int64(0), int64(0)
		for i := range d.rules {
			s := &d.rules[i].store
			extra += s.extra
			held += s.bytes
			if s.bytes > s.room()+2*eventBytes+trackBytes {
				t.Errorf("%s: store %d has %d octets, and room for %d", when, i, s.bytes, s.room())
			}
		}
		if extra != 0 || held > budget {
			t.Errorf("%s: %d octets too many were lent, %d are held of %d", when, extra, held, budget)
		}
	}
	one := &d.rules[rScanHosts].store
	for i := range uint32(15000) {
		comes(one, i)
	}
	whole("one needs much")
	if one.bytes < 12*share {
		t.Errorf("one needs much, and has %d shares of 17", one.bytes/share)
	}
	two := &d.rules[rLateral].store
	for i := range uint32(15000) {
		comes(two, i)
	}
	whole("two need much")
	if r := float64(one.bytes) / float64(two.bytes); r < 0.8 || r > 1.3 {
		t.Errorf("of two that need as much one has %d octets, the other %d", one.bytes, two.bytes)
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		comes(&d.rules[r.IntN(nRules)].store, r.Uint32N(15000))
	}
	whole("all need much")
	for i := range d.rules {
		if s := &d.rules[i].store; s.bytes < share*9/10 || s.extra < 0 {
			t.Errorf("all need much: store %d has %d of its %d", i, s.bytes, share)
		}
	}
}

// Who comes once is forgotten for the next who does, and takes nothing from other detectors.
func TestStrangersBorrowNothing(t *testing.T) {
	d := New(catalog.Default(), nil, 18<<18)
	s := &d.rules[rScanHosts].store
	for i := range uint32(50_000) {
		var a end
		a.set(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}))
		var k topic
		k.set(&a, nil, 0, 6, 80)
		s.sight(&k, &event{at: 1}, nil, 0, 0)
	}
	if s.extra != 0 || s.len() != 0 {
		t.Errorf("%d octets borrowed", s.extra)
	}
}
