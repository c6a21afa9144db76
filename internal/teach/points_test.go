package teach_test

import (
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"portero/internal/teach"
	"portero/internal/trace"
)

// Three places stand side by side in every terminal; where it is narrow, what a packet carries stands above its way,
// and all of it.
func TestPointsFit(t *testing.T) {
	label := "PSH,ACK  seq=4294967295 ack=4294967295 len=65535"
	for _, l := range []teach.Lang{teach.English, teach.Spanish} {
		ps := &teach.Points{Lang: l, Verdicts: [3]string{"x", "y", "z"}, Passages: []teach.Passage{
			{From: trace.Orig, Label: "SYN  seq=0", At: [3]int64{0, 5e6, 1e7}, Seen: [3]bool{true, true, true}},
			{From: trace.Resp, Label: label, At: [3]int64{99999e6, 99998e6, 99997e6}, Seen: [3]bool{true, true, true}},
			{From: trace.Orig, Label: "ACK  seq=1 ack=1", At: [3]int64{2e9, 3e9}, Seen: [3]bool{true, true}, Lost: true},
		}}
		for w := 40; w <= 100; w++ {
			s := write(t, func(out io.Writer) error { return ps.WriteText(out, teach.TextOptions{Width: w}) })
			for _, line := range strings.Split(s, "\n") {
				if n := utf8.RuneCountInString(line); n > w {
					t.Errorf("%d columns of %d: %s", n, w, line)
				}
			}
			if !strings.Contains(s, "+99999.0") || strings.Count(s, ">") != 3 || strings.Count(s, "<") != 2 || !strings.Contains(s, "-x") {
				t.Errorf("%d:\n%s", w, s)
			}
			if flat := strings.Join(strings.Fields(s), " "); w < 76 && !strings.Contains(flat, strings.Join(strings.Fields(label), " ")) {
				t.Errorf("%d: cut although it has a line of its own:\n%s", w, s)
			}
		}
	}
}
