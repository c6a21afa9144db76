package engine

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"portero/capture"
	"portero/catalog/identify"
	"portero/internal/record"
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

// Every frame that a record names is told as its own file counts it, and the file where it is another than the record's.
func TestEveryFrameIsPlaced(t *testing.T) {
	var m frameMap
	for i := range uint64(20) { // ten of each file
		m.note(&capture.Frame{Index: i + 1, Num: i%10 + 1, File: int32(i / 10)})
	}
	r := record.Record{FirstFrame: 3, LastFrame: 13, SYNFrame: 3, SYNACKFrame: 14, ACKFrame: 4, ConfirmedFrame: 15, RSTFrame: 16, ReplyFrame: 17, RolesFrame: 18, ICMPFrame: 19, LongestFrame: 20,
		CloseFrames: []uint64{5, 11}, Risks: []record.Finding{{ID: "a", Frames: []uint64{6, 12}}, {ID: "b", Frames: []uint64{13, 7}}},
		App: &identify.Facts{Frames: [2]uint64{8, 18}, QUIC: &identify.QUICFacts{Frames: []uint64{9, 19}}}}
	was := *r.App
	m.place(&r, []string{"a", "b"})
	got := []uint64{r.FirstFrame, r.LastFrame, r.SYNFrame, r.SYNACKFrame, r.ACKFrame, r.ConfirmedFrame, r.RSTFrame, r.ReplyFrame, r.RolesFrame, r.ICMPFrame, r.LongestFrame}
	got = append(append(got, r.CloseFrames...), r.Risks[0].Frames...)
	got = append(append(append(got, r.Risks[1].Frames...), r.App.Frames[:]...), r.App.QUIC.Frames...)
	if want := []uint64{3, 3, 3, 4, 4, 5, 6, 7, 8, 9, 10, 5, 1, 6, 2, 3, 7, 8, 8, 9, 9}; !slices.Equal(got, want) || r.File != "a" {
		t.Errorf("%v of %q, want %v", got, r.File, want)
	}
	if got, want := strings.Join(r.FrameFiles, " "), "synack_frame=b confirmed_frame=b rst_frame=b reply_frame=b last_frame=b roles_frame=b icmp_frame=b longest_wait_frame=b close_frames=b service_frames=b quic_frames=b risks=b risks=b"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if was.Frames != [2]uint64{8, 18} || was.QUIC.Frames[1] != 19 {
		t.Error("what others look at, too, was changed")
	}
}
