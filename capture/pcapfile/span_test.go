package pcapfile

import (
	"math"
	"testing"
)

// Whatever a file says, the time from any frame to any other fits into 64 bits: no sum of
// times turns round.
func TestTimesCanBeSubtracted(t *testing.T) {
	earliest, latest := int64(math.MaxInt64), int64(math.MinInt64)
	for _, off := range []int64{math.MinInt64, -4e9, 0, 4e9, math.MaxInt64} {
		for _, it := range []Interface{{unit: 1, offset: off}, {unit: 1e9, offset: off}, {unit: 1e18, offset: off}, {unit: -1e9, offset: off}, {pow2: 1, offset: off}, {pow2: 63, offset: off}} {
			for _, ts := range []uint64{0, 1, 1 << 31, 1 << 62, 1<<63 - 1, 1<<64 - 1} {
				at := it.time(ts)
				earliest, latest = min(earliest, at), max(latest, at)
			}
		}
	}
	if latest < 4e18 || earliest > -4e18 || latest-earliest < 0 {
		t.Errorf("from %d to %d", earliest, latest)
	}
}
