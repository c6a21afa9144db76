package identify

import (
	"strings"
	"testing"
)

// TestWhoseShell: the greeting is kept for the end that sent it, whoever spoke first, in however many pieces it came, and bounded.
func TestWhoseShell(t *testing.T) {
	const greets, line = "bash: cannot set terminal process group (812): Inappropriate ioctl for device\nbash-5.1$ ", "bash: cannot set terminal process group (812): Inappropriate ioctl for device"
	long := "Microsoft Windows [" + strings.Repeat("x", 600)
	for what, c := range map[string]struct {
		say  *dialogue
		want [2]string
	}{
		"the caller's":           {tcpTalk(4444).say(ours, greets).say(theirs, "id\n"), [2]string{line, ""}},
		"of who was called":      {tcpTalk(4444).say(theirs, greets).say(ours, "id\n"), [2]string{"", line}},
		"asked before it greets": {tcpTalk(4444).say(theirs, "id\n").say(ours, greets), [2]string{line, ""}},
		"in pieces":              {tcpTalk(4444).say(ours, greets[:50]).say(ours, greets[50:]).say(theirs, "id\n"), [2]string{line, ""}},
		"answered with the same": {tcpTalk(4444).say(ours, greets).say(theirs, greets), [2]string{line, ""}},
		"without end":            {tcpTalk(4444).say(theirs, long), [2]string{"", long[:MaxText]}},
		"behind something else":  {tcpTalk(4444).say(ours, "hello\n"+greets), [2]string{}},
	} {
		f := c.say.end()
		if f == nil || f.Protocol != Shell {
			if c.want != [2]string{} {
				t.Errorf("%s: %+v", what, f)
			}
			continue
		}
		if f.Banner != c.want || f.Frames[0] == 0 && c.want[0] != "" || f.Frames[1] == 0 && c.want[1] != "" {
			t.Errorf("%s: %q in frames %v, want %q", what, f.Banner, f.Frames, c.want)
		}
	}
}
