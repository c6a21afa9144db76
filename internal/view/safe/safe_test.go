package safe

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestJSON(t *testing.T) {
	names := []string{"plain", "é ñ 漢 😀", "a\u202eb\u2066c", "\u009b31m\x7f", "\u200b\ufeff\u061c"}
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
	} {
		if got := Shell(name); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
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
	} {
		for r := c.first; r <= c.last; r++ {
			if Hidden(r) != c.hidden {
				t.Errorf("%U: %v", r, !c.hidden)
			}
		}
	}
}
