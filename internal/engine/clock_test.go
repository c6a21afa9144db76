package engine

import (
	"fmt"
	"testing"
)

// The clock says so when it comes to another second, and then only. A jump counts when a second packet confirms it.
func TestClock(t *testing.T) {
	const ahead, back = int64(jumpAhead) / 1e6, int64(jumpBack) / 1e6
	for _, c := range []struct {
		name  string
		ms    []int64 // time stamps
		ticks string  // 1 where another second was reached
		now   int64   // ms at the end
		odd   string  // packets that went back, jumps ahead, jumps back
	}{
		{"within a second", []int64{0, 1, 999}, "100", 999, "0 0 0"},
		{"the next second", []int64{0, 1000, 1001, 1999, 2000}, "11001", 2000, "0 0 0"},
		{"a little late", []int64{1000, 2500, 1900, 2400, 2600}, "11000", 2600, "1 0 0"},
		{"the same time", []int64{500, 500}, "10", 500, "0 0 0"},
		{"as far as is no jump", []int64{0, ahead}, "11", ahead, "0 0 0"},
		{"one wild stamp ahead", []int64{0, ahead + 1, 1, 2}, "1000", 2, "1 0 0"},
		{"two wild stamps that do not agree", []int64{0, ahead + 1, 2*ahead + 2, 1}, "1000", 1, "1 0 0"},
		{"two wild stamps with a good one between", []int64{0, ahead + 1, 1, ahead + 2}, "1000", 1, "1 0 0"},
		{"a jump ahead", []int64{0, ahead + 1, ahead + 2}, "101", ahead + 2, "0 1 0"},
		{"a jump ahead, as far apart as two may be", []int64{0, 2*ahead + 1, 3*ahead + 1}, "101", 3*ahead + 1, "0 1 0"},
		{"back as far as is no jump", []int64{back, 0, 0}, "100", back, "1 0 0"},
		{"one wild stamp back", []int64{back + 1, 0, back + 2}, "100", back + 2, "1 0 0"},
		{"a jump back", []int64{back + 1000, 0, 1, 2}, "1010", 2, "1 0 1"},
		{"a jump back whose stamps do not agree", []int64{3 * back, 0, ahead + 1}, "100", 3 * back, "1 0 0"},
	} {
		k, got := clock{}, ""
		for _, ms := range c.ms {
			if k.see(1e18 + ms*1e6) {
				got += "1"
			} else {
				got += "0"
			}
		}
		if odd := fmt.Sprint(k.Backwards, k.JumpsAhead, k.JumpsBack); got != c.ticks || k.now != 1e18+c.now*1e6 || odd != c.odd {
			t.Errorf("%s: ticks %s at %d ms, odd %s; want %s, %d, %s", c.name, got, (k.now-1e18)/1e6, odd, c.ticks, c.now, c.odd)
		}
	}
}
