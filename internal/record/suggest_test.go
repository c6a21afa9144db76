package record

import "testing"

// A name that is none is answered with those that look most like it, the nearest first and of equals the first, three at most.
func TestSuggest(t *testing.T) {
	all := []Field{{Name: "one_aaa"}, {Name: "one_aab"}, {Name: "one_abb"}, {Name: "one_bbb"}, {Name: "far_away_from_all"}}
	const none = " (portero explain fields lists them)"
	for name, want := range map[string]string{
		"one_aac":  "; did you mean one_aaa, one_aab, one_abb?",
		"one_bbc":  "; did you mean one_bbb, one_abb, one_aaa?",
		"one_ccc":  "; did you mean one_aaa, one_aab, one_abb?",
		"one_cccc": none,
		"one_bbbc": "; did you mean one_bbb, one_abb, one_aab?",
		"away":     "; did you mean far_away_from_all?",
		"":         none,
		"sni":      "; did you mean server_name?",
	} {
		if got := suggest(name, all); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
