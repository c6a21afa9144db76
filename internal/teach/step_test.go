package teach_test

import (
	"strings"
	"testing"

	"portero/internal/teach"
	"portero/internal/trace"
	"portero/internal/trace/story"
)

// A line from who reads shows the next packet, whatever is in it; q ends it, and so does the end of the lines.
func TestStepByStep(t *testing.T) {
	s := story.New().Open().Close()
	rec := s.Record()
	l := teach.New(rec, trace.Build(s.Packets, rec), teach.Options{Lang: teach.English, All: true})
	shown := func(in string) int {
		var out strings.Builder
		if err := l.WriteSteps(strings.NewReader(in), &out, teach.TextOptions{Width: 80}); err != nil {
			t.Errorf("%q: %v", in, err)
		}
		if strings.Count(out.String(), "[Enter: next packet, q: stop]") != 1 {
			t.Errorf("%q: it is not said once what to press", in)
		}
		return len(out.String())
	}
	all := len(l.Rungs)
	none, whole := shown(""), shown(strings.Repeat("\n", all))
	last := none
	for n := 1; n < all; n++ {
		got := shown(strings.Repeat("\n", n))
		if got <= last || got >= whole {
			t.Errorf("%d lines show %d octets, %d fewer lines %d, all %d", n, got, 1, last, whole)
		}
		for _, stop := range []string{"q\n\n\n", " q \n\n", "q"} {
			if with := shown(strings.Repeat("x\n", n) + stop); with != got {
				t.Errorf("%d lines and %q show %d octets, want %d", n, stop, with, got)
			}
		}
		last = got
	}
	if more := shown(strings.Repeat("\n", all+9)); more != whole {
		t.Errorf("more lines than packets show %d octets, want %d", more, whole)
	}
}
