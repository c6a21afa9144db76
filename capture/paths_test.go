package capture

import "testing"

// Strangers choose VLANs and tunnels: so many ways are told apart, and what comes by further ones counts as one.
func TestWaysAreBounded(t *testing.T) {
	s := NewPaths()
	d := NewDecoder(s, 1)
	way := func(i int) uint32 {
		d.key = append(d.key[:0], elemVLAN, byte(i>>8), byte(i))
		if i >= 1<<16 {
			d.key = append(d.key, elemVLAN, 0, 1)
		}
		return s.intern(d.key)
	}
	for i := range maxPaths - 1 {
		if id := way(i); id != uint32(i+1) {
			t.Fatalf("way %d is number %d", i, id)
		}
	}
	for i := range 5 {
		if id := way(maxPaths - 1 + i); id != maxPaths-1 {
			t.Errorf("way %d is number %d", maxPaths-1+i, id)
		}
	}
	if len(s.infos) != maxPaths || way(0) != 1 {
		t.Errorf("%d ways", len(s.infos))
	}
}
