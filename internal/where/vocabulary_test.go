package where

import (
	"testing"

	"portero/internal/record"
	lang "portero/internal/words"
)

// Every word that a key has, and every word that a table shows for it, can be typed.
func TestEveryWordCanBeTyped(t *testing.T) {
	n := 0
	for _, f := range record.Schema() {
		if f.Values == nil {
			continue
		}
		op := " == "
		for _, v := range f.Values() {
			typed := []string{v, "'" + v + "'", "'" + lang.Spaced(v) + "'"}
			if es := shown[f.Name]; es != nil {
				typed = append(typed, "'"+es(lang.Spanish, v)+"'")
			}
			for _, w := range typed {
				text := f.Name + op + w
				if f.Kind == record.KindWords {
					text = w + " in " + f.Name
				}
				if w == "version-negotiated" || w == "initial-only" {
					continue // a minus takes quotes
				}
				if _, err := Compile(text); err != nil {
					t.Errorf("%s: %v", text, err)
				}
				n++
			}
			if got, ok := value(&f, v); !ok || got != v {
				t.Errorf("%s: %s is taken for %s", f.Name, v, got)
			}
		}
	}
	if n < 300 {
		t.Errorf("only %d words", n)
	}
}

// Two words of a key must not look the same to who types them.
func TestShownWordsDiffer(t *testing.T) {
	for name, es := range shown {
		seen := map[string]string{}
		for _, f := range record.Schema() {
			if f.Name != name {
				continue
			}
			for _, v := range f.Values() {
				w := bare(es(lang.Spanish, v))
				if was, ok := seen[w]; ok {
					t.Errorf("%s: %s and %s are both %q", name, was, v, w)
				}
				seen[w] = v
			}
		}
	}
}
