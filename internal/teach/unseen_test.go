package teach

import (
	"strings"
	"testing"

	"portero/capture"
	"portero/internal/trace"
	"portero/internal/trace/story"
)

// TestUnseen: what was acknowledged and never seen is an arrow of its own, and is not said again where its sender goes on.
func TestUnseen(t *testing.T) {
	open := func() *story.Story { return story.New().Open().Data(100).Reply(200).ACK() }
	for _, x := range []struct {
		name  string
		s     *story.Story
		label [2]string
		says  string // in English
		ends  bool
	}{
		{"a FIN", open().Lose(0, capture.FIN|capture.ACK, 0).RespACK().RespFIN().ACK(), [2]string{"FIN or 1 byte", "FIN o 1 byte"}, "a farewell (FIN), which counts as one byte, or one byte", true},
		{"a FIN with bytes", open().Lose(0, capture.FIN|capture.ACK, 9).RespACK().RespFIN().ACK(), [2]string{"10 bytes", "10 bytes"}, "the last may have been its farewell", true},
		{"bytes", open().Lose(1, capture.ACK, 50).ACK().Reply(10).ACK().Close(), [2]string{"50 bytes", "50 bytes"}, "they were sent, and arrived", false},
		{"bytes in the middle", open().Lose(1, capture.ACK, 50).Reply(70).ACK().Close(), [2]string{"50 bytes", "50 bytes"}, "confirms them: they were sent, and arrived", false},
		{"one byte", open().Lose(1, capture.ACK, 1).ACK().Reply(10).ACK().Close(), [2]string{"1 byte", "1 byte"}, "it was sent, and arrived", false},
	} {
		r := x.s.Record()
		tr := trace.Build(x.s.Packets, r)
		for _, lang := range []Lang{English, Spanish} {
			l := New(r, tr, Options{Lang: lang})
			at := -1
			for i := range l.Rungs {
				if g := &l.Rungs[i]; g.Missed {
					at = i
				}
				if strings.Contains(l.Rungs[i].Plain, "are not seen") {
					t.Errorf("%s: said twice: %s", x.name, l.Rungs[i].Plain)
				}
			}
			if at < 0 || l.Rungs[at].Label != x.label[lang] || l.Rungs[at].Frame != 0 || lang == English && !strings.Contains(l.Rungs[at].Plain, x.says) {
				t.Fatalf("%s: arrow %d of %+v", x.name, at, l.Rungs)
			}
			if g, next := &l.Rungs[at], &l.Rungs[at+1]; g.From != next.From.Peer() && x.name != "bytes in the middle" || g.After != next.Before {
				t.Errorf("%s: %+v before %+v", x.name, g, next)
			}
			if lang == English && strings.Contains(strings.Join(l.Outro, " "), "the other's goodbye may have been missed") != x.ends {
				t.Errorf("%s: %q", x.name, l.Outro)
			}
		}
	}
}
