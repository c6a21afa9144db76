package html

import (
	"testing"

	"portero/capture"
	"portero/internal/trace"
	tale "portero/internal/trace/story"
	"portero/internal/view/certificate"
)

// A ladder of the page has at most eighty rungs, however much happens that is worth one.
func TestRungsAreBounded(t *testing.T) {
	for n, want := range map[int]int{77: 80, 78: 80, 200: 80, 60: 63} {
		s := tale.New().Open()
		for i := range n {
			s.RespRST(tale.Seq(0x40000000 + capture.Seq(i)))
		}
		r := s.Record()
		if got := len(tell(&texts{}, r, trace.Build(s.Packets, r), certificate.Context{}).Rungs); got != want {
			t.Errorf("%d rungs of %d packets, want %d", got, n+3, want)
		}
	}
}
