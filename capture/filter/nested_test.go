package filter

import (
	"strings"
	"testing"
)

// Parentheses, "not" and "-" nest 500 deep, together and alone, the whole and a comparison counted; one more is refused with its place.
func TestNestsSoDeep(t *testing.T) {
	deepestOf := map[string]int{"parentheses": 499, "not": 499, "both": 499, "minus": 500, "arithmetic": 498}
	for what, f := range map[string]func(n int) string{
		"parentheses": func(n int) string { return strings.Repeat("(", n) + "tcp" + strings.Repeat(")", n) },
		"not":         func(n int) string { return strings.Repeat("not ", n) + "tcp" },
		"both":        func(n int) string { return strings.Repeat("not (", n/2) + "tcp" + strings.Repeat(")", n/2) },
		"minus":       func(n int) string { return strings.Repeat("-", n) + "1 = len" },
		"arithmetic":  func(n int) string { return strings.Repeat("(", n) + "1" + strings.Repeat(")", n) + " = len" },
	} {
		deepest := 0
		for n := 480; n <= 520; n++ {
			_, err := Parse(f(n))
			if err == nil {
				deepest = n
			} else if !strings.Contains(err.Error(), "nested more than 500 deep") || !strings.Contains(err.Error(), "column ") {
				t.Errorf("%s, %d deep: %v", what, n, err)
			}
		}
		if deepest != deepestOf[what] {
			t.Errorf("%s nest %d deep", what, deepest)
		}
		if _, err := Parse(f(200_000)); err == nil {
			t.Errorf("%s nest without end", what)
		}
	}
}
