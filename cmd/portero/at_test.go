package main

import (
	"testing"
	"time"
)

// TestMoments: a time of the day is that of the day on which the capture begins, or of the next where it began later.
func TestMoments(t *testing.T) {
	zone := time.FixedZone("there", 2*3600)
	at := func(s string) int64 {
		x, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return x.UnixNano()
	}
	for _, c := range []struct{ said, first, want string }{
		{"2026-11-23T10:31:07Z", "2026-11-20T00:00:00Z", "2026-11-23T10:31:07Z"},
		{"2026-11-23 10:31:07", "2026-11-20T00:00:00Z", "2026-11-23T08:31:07Z"},
		{"1763893867.5", "2026-11-20T00:00:00Z", "2025-11-23T10:31:07.5Z"},
		{"10:31:07", "2026-11-23T08:00:00Z", "2026-11-23T08:31:07Z"},
		{"10:31:07.25", "2026-11-23T08:31:07.2Z", "2026-11-23T08:31:07.25Z"},
		{"10:31", "2026-11-23T08:00:00Z", "2026-11-23T08:31:00Z"},
		{"10:31:07", "2026-11-23T08:31:07.9Z", "2026-11-23T08:31:07Z"},
		{"00:10:00", "2026-11-23T21:59:00Z", "2026-11-23T22:10:00Z"},
		{"23:59:00", "2026-11-23T22:10:00Z", "2026-11-24T21:59:00Z"},
	} {
		m, err := parseTime(c.said, zone)
		if err != nil {
			t.Fatal(c.said, err)
		}
		first := at(c.first)
		if got := m.since(first); got != at(c.want) || m.since(first+1e12) != got {
			t.Errorf("%s in a capture from %s: %v, want %s", c.said, c.first, time.Unix(0, got).UTC(), c.want)
		}
	}
	for _, s := range []string{"", "noon", "25:00:00", "-5", "1e12", "10:31:07Z"} {
		if m, err := parseTime(s, zone); err == nil {
			t.Errorf("%q is taken for %+v", s, m)
		}
	}
}
