package fold

import (
	"slices"
	"strings"
	"testing"
)

// TestBound: what is read as one stays together where it fits a line.
func TestBound(t *testing.T) {
	for _, x := range []struct {
		w    int
		text string
		want []string
	}{
		{80, "rtt 558 ms", []string{"rtt", "558 ms"}},
		{80, "after 2.2 s, 4 times", []string{"after", "2.2 s,", "4", "times"}},
		{80, "<0.001 ms (12 %)", []string{"<0.001 ms", "(12 %)"}},
		{80, "0 B > < 0 B", []string{"0 B > < 0 B"}},
		{80, "x 1.2 kB > < 0 B  y", []string{"x", "1.2 kB > < 0 B", "", "y"}},
		{80, "0 > < 12", []string{"0 > < 12"}},
		{9, "0 B > < 0 B", []string{"0 B", ">", "<", "0 B"}},
		{4, "12345 ms", []string{"12345", "ms"}},
		{80, "10.0.0.2:1 > 10.0.0.1:80 < x", []string{"10.0.0.2:1", ">", "10.0.0.1:80", "<", "x"}},
		{80, "s B > <", []string{"s", "B", ">", "<"}},
		{80, "a 1 b s", []string{"a", "1", "b", "s"}},
		{80, "", []string{""}},
	} {
		got := Bound(strings.Split(x.text, " "), func(s string) bool { return len(s) <= x.w })
		if !slices.Equal(got, x.want) {
			t.Errorf("%q in %d: %q, want %q", x.text, x.w, got, x.want)
		}
	}
}
