package told

import (
	"slices"
	"strings"
	"testing"

	"github.com/mattn/go-runewidth"
)

// Lines keep to their widths, the first to its own, and lose nothing of the text.
func TestLines(t *testing.T) {
	long := strings.Repeat("x", 21)
	for text, want := range map[string][]string{
		"one two three four five":         {"one two", "three", "four", "five"},
		"1234567890 1234567890":           {"1234567890", "12345678", "90"},
		"one " + long + " two":            {"one", long[:8], long[8:16], "xxxxx", "two"},
		long + " two":                     {long[:10], long[10:18], "xxx two"},
		"漢字漢字漢字漢 a":                       {"漢字漢字漢", "字漢 a"},
		"":                                {""},
		"took 2.2 s.":                     {"took", "2.2 s."},
		"rtt 1234567 ms":                  {"rtt", "1234567", "ms"},
		"ab 0 B >":                        {"ab 0 B >"},
		"  what\tis between\n counts not": {"what is", "between", "counts", "not"},
	} {
		got := Lines(text, 10, 8)
		if !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	for first := 2; first < 12; first++ {
		for rest := 2; rest < 12; rest++ {
			text := "a bb ccc dddd 漢字漢字 " + long + " eeeee ffffff"
			var whole strings.Builder
			for i, line := range Lines(text, first, rest) {
				w := rest
				if i == 0 {
					w = first
				}
				if runewidth.StringWidth(line) > w {
					t.Errorf("%d and %d columns: line %d is %q", first, rest, i, line)
				}
				whole.WriteString(strings.ReplaceAll(line, " ", ""))
			}
			if got := whole.String(); got != strings.ReplaceAll(text, " ", "") {
				t.Errorf("%d and %d columns: %q", first, rest, got)
			}
		}
	}
}

// Octets keep to four digits, cut down and never rounded up to what was not there.
func TestOctets(t *testing.T) {
	for n, want := range map[uint64]string{0: "0 B", 9_999: "9999 B", 10_000: "10 kB", 9_999_999: "9999 kB", 10_000_000: "10 MB", 9_999_999_999: "9999 MB", 10_000_000_000: "10 GB"} {
		if got := Octets(n); got != want {
			t.Errorf("%d octets: %q, want %q", n, got, want)
		}
	}
}

// A service that is cut keeps the mark of one that only the port speaks for.
func TestCut(t *testing.T) {
	for _, x := range []struct {
		s    string
		w    int
		want string
	}{
		{"http", 4, "http"}, {"http?", 5, "http?"}, {"ptcnameservice", 14, "ptcnameservice"}, {"ptcnameservice", 8, "ptcname…"},
		{"ptcnameservice?", 14, "ptcnameservi…?"}, {"ptcnameservice?", 3, "p…?"}, {"ptcnameservice?", 2, "p…"},
		{"日本語の名?", 6, "日本…?"}, {"", 3, ""},
	} {
		if got := Cut(x.s, x.w, "…"); got != x.want || runewidth.StringWidth(got) > x.w {
			t.Errorf("%q in %d: %q, want %q", x.s, x.w, got, x.want)
		}
	}
}
