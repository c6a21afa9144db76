package pcapfile

import (
	"bytes"
	"testing"

	"portero/capture"
)

// Frames without a time before the first that has one came no later than it, wherever one read from the file ends and
// the next begins: so many of them wait for it, and where there are more, nothing is said of any.
func TestFramesBeforeTheFirstTime(t *testing.T) {
	block := func(typ uint32, body ...[]byte) []byte {
		all := bytes.Join(body, nil)
		for len(all)%4 != 0 {
			all = append(all, 0)
		}
		n := uint32(12 + len(all))
		return le.AppendUint32(append(le.AppendUint32(le.AppendUint32(nil, typ), n), all...), n)
	}
	const at = 1_764_000_000_000_000
	for _, x := range []struct {
		untimed, octets int
		want            bool
	}{{1, 60, true}, {3, 60, true}, {maxEarly - 1, 60, true}, {maxEarly, 60, false}, {maxEarly + 9, 60, false}, {15, 65_536, true}, {16, 65_536, true}, {17, 65_536, false}, {1, 2 << 20, false}} {
		b := append(block(ngSection, []byte{0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255}), block(ngInterface, []byte{1, 0, 0, 0, 0, 0, 0, 0})...)
		for i := range x.untimed {
			frame := bytes.Repeat([]byte{byte(i)}, x.octets)
			b = append(b, block(ngSimple, le.AppendUint32(nil, uint32(len(frame))), frame)...)
		}
		for i := range 3 {
			us := at + uint64(i)
			b = append(b, block(ngEnhanced, le.AppendUint32(nil, 0), le.AppendUint32(nil, uint32(us>>32)), le.AppendUint32(nil, uint32(us)), le.AppendUint32(nil, 4), le.AppendUint32(nil, 4), []byte("last"))...)
		}
		for _, most := range []int{200, 4096, 100_000, 1 << 22} {
			frames, _, ok := together(t, b, most)
			if !ok || len(frames) != x.untimed+3 {
				t.Fatalf("%d frames of %d", len(frames), x.untimed+3)
			}
			for i, f := range frames {
				want := int64(at * 1000)
				switch {
				case i >= x.untimed:
					want += int64(i-x.untimed) * 1000
				case !x.want:
					want = 0
				}
				if f.Time != want || f.Index != uint64(i+1) || i < x.untimed && (len(f.Data) != x.octets || f.Data[0] != byte(i) || f.Link != capture.LinkEthernet) {
					t.Fatalf("%d frames without a time of %d octets, pieces of %d: frame %d is number %d, of time %d and %d octets", x.untimed, x.octets, most, i+1, f.Index, f.Time, len(f.Data))
				}
			}
		}
		// And where the file ends before any has a time.
		cut := b[:len(b)-3*36]
		if frames, err, _ := together(t, cut, 4096); len(frames) != x.untimed || err == nil || frames[0].Time != 0 {
			t.Errorf("%d frames of %d without a time, %v", len(frames), x.untimed, err)
		}
	}
}
