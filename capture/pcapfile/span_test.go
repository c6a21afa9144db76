package pcapfile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
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
				at, _ := it.time(ts)
				earliest, latest = min(earliest, at), max(latest, at)
			}
		}
	}
	if latest < 4e18 || earliest > -4e18 || latest-earliest < 0 {
		t.Errorf("from %d to %d", earliest, latest)
	}
}

// A stamp that no frame can have, as one before 1970 in octets that know no sign, is no time: the
// frame came no sooner than the one before it, and no year is made up for it.
func TestTimesThatCannotBe(t *testing.T) {
	const ok, late = 1_700_000_000_000_000, 6_307_200_000_000_000 // µs: 2023 and 2169
	before := int64(-1e15)
	never := uint64(before)
	for _, x := range []struct {
		offset int64
		stamps []uint64
		want   []int64 // µs
	}{
		{0, []uint64{ok, ok + 5}, []int64{ok, ok + 5}},
		{0, []uint64{late, never, late + 9}, []int64{0, 0, 0}},
		{0, []uint64{never, ok, late, ok + 5, never}, []int64{ok, ok, ok, ok + 5, ok + 5}},
		{1 << 62, []uint64{1, 2}, []int64{0, 0}},
		{math.MinInt64, []uint64{1, 2}, []int64{0, 0}},
		{-5 * 365 * 86400, []uint64{0, 7}, []int64{-5 * 365 * 86400e6, -5*365*86400e6 + 7}},
		{4e9, []uint64{ok, 3}, []int64{4e15 + 3, 4e15 + 3}},
	} {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			var file []byte
			block := func(typ uint32, body []byte) {
				file = order.AppendUint32(order.AppendUint32(file, typ), uint32(12+len(body)))
				file = order.AppendUint32(append(file, body...), uint32(12+len(body)))
			}
			block(ngSection, order.AppendUint64(order.AppendUint16(order.AppendUint16(order.AppendUint32(nil, 0x1a2b3c4d), 1), 0), math.MaxUint64))
			iface := order.AppendUint32(order.AppendUint16(order.AppendUint16(nil, 1), 0), 0)
			iface = order.AppendUint64(order.AppendUint16(order.AppendUint16(iface, 14), 8), uint64(x.offset))
			block(ngInterface, order.AppendUint32(iface, 0))
			for _, s := range x.stamps {
				b := order.AppendUint32(order.AppendUint32(order.AppendUint32(nil, 0), uint32(s>>32)), uint32(s))
				block(ngEnhanced, append(order.AppendUint32(order.AppendUint32(b, 4), 4), 1, 2, 3, 4))
			}
			frames, err := all(t, bytes.NewReader(file))
			if !errors.Is(err, io.EOF) || len(frames) != len(x.stamps) {
				t.Fatalf("%v: %d frames, %v", x, len(frames), err)
			}
			for i, f := range frames {
				if f.Time != x.want[i]*1000 {
					t.Errorf("%v: frame %d came at %d", x, i+1, f.Time)
				}
			}
		}
	}
}
