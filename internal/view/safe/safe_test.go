package safe

import (
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

func TestJSON(t *testing.T) {
	names := []string{"plain", "é ñ 漢 😀", "a\u202eb\u2066c", "\u009b31m\x7f", "\u200b\ufeff\u061c", "\u00ad\U000e0041\ue000\U0001d173", "\u115f\u3164\u2800"}
	raw, err := json.Marshal(names)
	if err != nil {
		t.Fatal(err)
	}
	b := JSON(raw)
	var back []string
	if err := json.Unmarshal(b, &back); err != nil || strings.Join(back, "|") != strings.Join(names, "|") {
		t.Fatalf("%v: %q is not %q any more", err, back, names)
	}
	for _, r := range string(b) {
		if Hidden(r) {
			t.Errorf("%U is still there", r)
		}
	}
	if !strings.Contains(string(b), "é ñ 漢 😀") {
		t.Errorf("escaped too much: %s", b)
	}
}

// A name that is copied into a command line stays one word, and does nothing else.
func TestShell(t *testing.T) {
	for name, want := range map[string]string{
		"a/b-1.pcap": "a/b-1.pcap", "día.pcap": "día.pcap", "my file.pcap": "'my file.pcap'", "$(reboot).pcap": "'$(reboot).pcap'", "it's": `'it'\''s'`, "": "''",
		"-f.pcap": "./-f.pcap", "=ls": "'=ls'", "- f": "'./- f'",
		"a\nb.pcap": `$'a\012b.pcap'`, "it's\x1b[2J\\": `$'it\'s\033[2J\\'`, "a\u202eb": `$'a\342\200\256b'`, "a\xffb": `$'a\377b'`, "a\ufffdb": `$'a\357\277\275b'`,
		"cafe\u0301 1.pcap": `$'cafe\314\201 1.pcap'`, "a\x019": `$'a\0019'`,
	} {
		got := shellOfUnix(name)
		if got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
		if safe := Terminal(got); safe != got {
			t.Errorf("%q: %q is no text for a terminal", name, got)
		}
		bash, err := exec.LookPath("bash")
		if err != nil {
			continue
		}
		out, err := exec.Command(bash, "-c", "printf %s "+got).Output()
		if err != nil || strings.TrimPrefix(string(out), "./") != name {
			t.Errorf("%q: bash reads %s as %q (%v)", name, got, out, err)
		}
	}
}

// On Windows a name stays one word in PowerShell and in cmd.exe; what steers a terminal cannot be in one, and is not let through.
func TestShellOfWindows(t *testing.T) {
	for name, want := range map[string]string{
		`C:\captures\a-1.pcap`: `C:\captures\a-1.pcap`, `first look\in.pcap`: `"first look\in.pcap"`, `it's.pcap`: `"it's.pcap"`, `a&calc.pcap`: `"a&calc.pcap"`,
		"-f.pcap": `.\-f.pcap`, "@x.pcap": `"@x.pcap"`, "a,b.pcap": `"a,b.pcap"`, "día.pcap": "día.pcap", "": `""`,
		"$(reboot) it's.pcap": `'$(reboot) it''s.pcap'`, "a`nb.pcap": "'a`nb.pcap'", `service == "http"`: `'service == "http"'`,
	} {
		if got := shellOfWindows(name); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
	for _, name := range []string{"a\nb", "\x1b[2J", "a\u202eb"} {
		if got := shellOfWindows(name); Terminal(got) != got {
			t.Errorf("%q: %q is no text for a terminal", name, got)
		}
	}
}

// What steers a terminal or misleads its reader does not come through; letters of any script do.
func TestTerminal(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "plain ~": "plain ~", "señor 漢字 😀": "señor 漢字 😀",
		"a\x1b[31mb": "a\ufffd[31mb", "a\x1fb": "a\ufffdb", "a\nb": "a\ufffdb", "a\x7fb": "a\ufffdb", "\x00": "\ufffd",
		"a\u009bb": "a\ufffdb", "a\u0080b": "a\ufffdb", "a\u00a0b": "a\u00a0b", // C1 controls end before the fixed space
		"a\xffb": "a\ufffdb", "a\u202eb": "a\ufffdb", "a\u2066b": "a\ufffdb", "a\u200bb": "a\ufffdb", "a\ufeffb": "a\ufffdb", "a\u00adb": "a\ufffdb",
		"a\u2028b": "a\ufffdb", "a\u2029b": "a\ufffdb", "a\ue000b": "a\ufffdb", "a\U000e0041b": "a\ufffdb",
		"a\u115fb": "a\ufffdb", "a\u3164b": "a\ufffdb", "a\uffa0b": "a\ufffdb", "a\u2800b": "a\ufffdb", "가 \u2801": "가 \u2801",
		"z\u0300\u0301\u0302algo": "zalgo", "a\u20ddb": "ab",
	} {
		if got := Terminal(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestHidden(t *testing.T) {
	for _, c := range []struct {
		first, last rune
		hidden      bool
	}{
		{0x20, 0x7e, false}, {0x7f, 0x9f, true}, {0xa0, 0xa0, false}, {0x61b, 0x61b, false}, {0x61c, 0x61c, true}, {0x61d, 0x61d, false},
		{0x200a, 0x200a, false}, {0x200b, 0x200f, true}, {0x2010, 0x2027, false}, {0x2028, 0x202e, true}, {0x202f, 0x205f, false},
		{0x2060, 0x206f, true}, {0x2070, 0x2070, false}, {0xfefe, 0xfefe, false}, {0xfeff, 0xfeff, true}, {0xff00, 0xff00, false},
		{0xac, 0xac, false}, {0xad, 0xad, true}, {0x115e, 0x115e, false}, {0x115f, 0x1160, true}, {0x1161, 0x1161, false}, {0x27ff, 0x27ff, false}, {0x2800, 0x2800, true}, {0x2801, 0x2801, false},
		{0x3164, 0x3164, true}, {0xe000, 0xf8ff, true}, {0xffa0, 0xffa0, true}, {0xfff9, 0xfffb, true}, {0xfffc, 0xfffd, false}, {0x300, 0x36f, false}, {0x1d173, 0x1d17a, true}, {0xe0020, 0xe007f, true},
	} {
		for r := c.first; r <= c.last; r++ {
			if Hidden(r) != c.hidden {
				t.Errorf("%U: %v", r, !c.hidden)
			}
		}
	}
}

// A command that is longer than the terminal is copied whole.
func TestCommand(t *testing.T) {
	long := "/a/very/long/path/to/a/capture.pcap"
	for _, c := range []struct {
		w    int
		file string
		want string
	}{
		{0, long, "next: portero why " + long + " 3"},
		{80, long, "next: portero why " + long + " 3"},
		{55, long, "next: portero why " + long + " 3"},
		{54, long, "next:\nportero why " + long + " 3"},
		{49, long, "next:\nportero why " + long + " 3"},
		{48, long, "next:\nportero why \\\n" + long + " 3"},
		{36, long, "next:\nportero why \\\n" + long + " \\\n3"},
		{20, long, "next:\nportero why \\\n" + long + " \\\n3"},
		{30, "'漢字漢字 漢字.pcap'", "next:\nportero why \\\n'漢字漢字 漢字.pcap' 3"},
	} {
		if got := Command(c.w, "next:", "portero", "why", c.file, "3"); got != c.want {
			t.Errorf("%d columns: %q, want %q", c.w, got, c.want)
		}
	}
}

// Errors that came together are told one by one, also where they did in several steps.
func TestSeveral(t *testing.T) {
	a, b, c := errors.New("a\nportero: b"), errors.New("b"), fmt.Errorf("c: %w", errors.New("d"))
	both, over := fmt.Errorf("e: %w; %w", a, b), fmt.Errorf("f: %w", errors.Join(a, b)) // which lose nothing of their own
	for _, x := range []struct {
		err  error
		want []error
	}{
		{a, []error{a}}, {c, []error{c}}, {both, []error{both}}, {over, []error{over}}, {errors.Join(a, b), []error{a, b}}, {errors.Join(nil, errors.Join(a, nil, b), c), []error{a, b, c}},
	} {
		if got := Several(x.err); !slices.Equal(got, x.want) {
			t.Errorf("%q: %q", x.err, got)
		}
	}
}
