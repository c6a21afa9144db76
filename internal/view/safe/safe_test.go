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
