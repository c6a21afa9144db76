package trace_test

import (
	"fmt"
	"strings"
	"testing"

	"portero/capture"
	"portero/internal/trace"
	"portero/internal/trace/story"
)

// TestUnseen holds which step acknowledges what the capture lacks, how much that is, and whether it may have been a FIN.
func TestUnseen(t *testing.T) {
	open := func() *story.Story { return story.New().Open().Data(100).Reply(200).ACK() }
	for _, x := range []struct {
		name string
		s    *story.Story
		want string // step:numbers, with F where the last may be a FIN
	}{
		{"nothing is missed", open().Close(), ""},
		{"the originator's FIN", open().Lose(0, fin|ack, 0).RespACK().RespFIN().ACK(), "6:1F"},
		{"the responder's FIN", open().FIN().RespACK().Lose(1, fin|ack, 0).ACK(), "8:1F"},
		{"the FIN, acknowledged by the other's", open().Lose(0, fin|ack, 0).RespFIN().ACK(), "6:1F"},
		{"a FIN with octets on it", open().Lose(0, fin|ack, 10).RespACK().RespFIN().ACK(), "6:11F"},
		{"octets at the end of what was seen, while nobody closes", open().Lose(0, capture.PSH|ack, 10).RespACK(), "6:10"},
		{"one octet, behind which its sender goes on", open().Lose(0, capture.PSH|ack, 1).RespACK().Data(10).RespACK(), "6:1"},
		{"one octet, behind which its sender says FIN", open().Lose(0, capture.PSH|ack, 1).RespACK().FIN().RespACK(), "6:1"},
		{"a FIN that is sent again", open().Lose(0, fin|ack, 0).RespACK().FIN(story.Seq(story.O(101))).RespACK(), ""},
		{"octets that are sent again later", open().Lose(0, capture.PSH|ack, 10).RespACK().Data(10, story.Seq(story.O(101))).RespACK(), ""},
		{"twice", open().Lose(1, ack, 50).ACK().Lose(1, ack, 70).ACK().Close(), "6:50 7:70"},
		{"what both acknowledge twice is told once", open().Lose(1, ack, 50).ACK().ACK().Close(), "6:50"},
		{"octets before what their sender goes on with, acknowledged after", open().Lose(1, ack, 50).Reply(70).ACK().Close(), "6:gap of 50, acknowledged by 8"},
		{"the same, which come later", open().Lose(1, ack, 50).Reply(70).Reply(50, story.Seq(story.R(201))).ACK().Close(), ""},
		{"the same, which nobody acknowledges", open().Lose(1, ack, 50).Reply(70).ACK(story.Ack(story.R(201))), ""},
		{"of an opening there are no octets", story.New().SYN().SYNACK().Lose(0, ack, 0).RespACK(), ""},
		{"an answer that acknowledges what was never sent opens nothing", story.New().SYN().SYNACK(story.Ack(story.O(1000))).RST(), ""},
		{"of a connection that was not seen to open", story.New().Data(10).RespACK().Lose(0, capture.PSH|ack, 10).RespACK(), ""},
		{"the same, behind which its sender goes on", story.New().Data(10).RespACK().Lose(0, capture.PSH|ack, 30).RespACK().Data(10).RespACK(), "2:30"},
		{"the same of the responder", story.New().Reply(10).ACK().Lose(1, ack, 30).ACK().Reply(10).ACK(), "2:30"},
		{"the same, which come later", story.New().Data(10).RespACK().Lose(0, ack, 30).RespACK().Data(10).Data(30, story.Seq(story.O(11))).RespACK(), ""},
		{"behind a keep-alive its sender is one further", story.New().Reply(5).ACK(story.Seq(story.O(0))).RespACK().Data(10).RespACK(), ""},
		{"one direction has nothing to compare with", story.New().SYN().Lose(1, syn|ack, 0).ACK().Data(10).Lose(1, ack, 90).ACK(), ""},
	} {
		tr := trace.Build(x.s.Packets, x.s.Record())
		var got []string
		for i := range tr.Steps {
			if s := &tr.Steps[i]; s.GapAcked != 0 {
				got = append(got, fmt.Sprintf("%d:gap of %d, acknowledged by %d", i, s.GapLen, s.GapAcked))
			}
			if s := &tr.Steps[i]; s.Unseen != 0 {
				f := map[bool]string{true: "F"}[s.UnseenFIN]
				got = append(got, fmt.Sprintf("%d:%d%s", i, s.Unseen, f))
			}
		}
		if g := strings.Join(got, " "); g != x.want {
			t.Errorf("%s: %q, want %q", x.name, g, x.want)
		}
	}
}
