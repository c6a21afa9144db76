package main

import "testing"

// TestBudget: what is asked for is had where it can be addressed, and never less than the least.
func TestBudget(t *testing.T) {
	const m = 1 << 20
	for _, x := range []struct {
		asked int64
		bits  int
		may   uint64
		want  int64
	}{
		{64 << 30, 64, 0, 64 << 30},
		{64 << 30, 32, 0, 1 << 30},
		{256 * m, 32, 0, 256 * m},
		{1 << 30, 32, 1024 * m, 512 * m},
		{8 << 30, 32, 1 << 40, 1 << 30},
		{1 << 30, 64, 8 << 30, 1 << 30},
		{4 << 30, 64, 2500 * m, 1100 * m},
		{1 << 30, 64, 1000 * m, leastMemory},
		{1 << 30, 32, 100 * m, leastMemory},
		{1024, 64, 1000 * m, 1024},
		{1024, 32, 0, 1024},
	} {
		if got := budget(x.asked, x.bits, x.may); got != x.want {
			t.Errorf("%d asked, %d bits, %d allowed: %d, want %d", x.asked, x.bits, x.may, got, x.want)
		}
	}
}
