package engine

import (
	"math/rand/v2"
	"testing"

	"portero/capture"
)

// Frames of many files, in any order, are found again as their files count them.
func TestFrameMap(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		var m frameMap
		var want []capture.Frame
		nums := map[int32]uint64{}
		file := int32(0)
		for i := range uint64(20_000) {
			if r.IntN(1+int(seed)*3) == 0 {
				file = int32(r.IntN(1 + int(seed)*40))
			}
			nums[file]++
			if r.IntN(5000) == 0 {
				nums[file] += 7 // some were left out
			}
			f := capture.Frame{Index: i + 1, Num: nums[file], File: file}
			want = append(want, f)
			m.note(&f)
		}
		for range 3000 {
			f := want[r.IntN(len(want))]
			if file, num := m.find(f.Index); file != f.File || num != f.Num {
				t.Fatalf("seed %d: frame %d is %d of file %d, want %d of %d", seed, f.Index, num, file, f.Num, f.File)
			}
		}
	}
}
