package main

import (
	"testing"
	"time"

	"portero/capture"
)

// However fast a capture is shown, time does not pass a frame that was not shown yet: its connection would
// end by a silence that there was not.
func TestReplayWaits(t *testing.T) {
	r, err := openReplay([]string{look}, 1e6, true)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var b capture.Block
	var times []int64 // when it was after each block
	var frames []int64
	var shown []int
	for deadline := time.Now().Add(10 * time.Second); len(frames) < 26; {
		if err := r.Next(&b); err != nil || time.Now().After(deadline) {
			t.Fatalf("%d frames, then %v", len(frames), err)
		}
		for _, f := range b.Frames {
			frames = append(frames, f.Time)
		}
		time.Sleep(time.Millisecond) // a quarter of an hour
		times, shown = append(times, r.Now().UnixNano()), append(shown, len(frames))
	}
	for i, at := range times {
		if n := shown[i]; n < len(frames) && at > frames[n] {
			t.Errorf("after %d frames it is %v later than the next", n, time.Duration(at-frames[n]))
		}
	}
	for range 2 { // the end is found
		if err := r.Next(&b); err != nil {
			t.Fatal(err)
		}
	}
	if last, now := frames[len(frames)-1], r.Now().UnixNano(); now-last < int64(time.Minute) {
		t.Errorf("after the last frame time goes on: it is %v later", time.Duration(now-last))
	}
}
