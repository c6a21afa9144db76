//go:build linux

package live_test

import (
	"testing"

	"portero/capture/live"
)

// lanesAddUp: what the rings of an interface counted before it went stays with its lanes.
func lanesAddUp(t *testing.T, s live.Stats) {
	t.Helper()
	var received, read uint64
	for _, l := range s.Lanes {
		received += l.Received
		read += l.Read
	}
	if received != s.Received || read != s.Read || read < 50 {
		t.Errorf("%d lanes: %d received, %d read, in all %d and %d", len(s.Lanes), received, read, s.Received, s.Read)
	}
}
